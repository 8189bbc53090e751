//! The page itself: its snippets, and what can be said of them without any framework.

use std::{
    io::Write as _,
    process::{Command, Stdio},
};

use serde_json::{Value, json};

use super::{MANIFEST, path, tool};
use crate::cli::{Pair, Ran};

const PAGE: &str = include_str!("../../../docs/hooks/frameworks.md");

/// Returns the first snippet of `language` in the section `title`.
#[track_caller]
pub(super) fn snippet(title: &str, language: &str) -> String {
    snippets(title, language)
        .next()
        .unwrap_or_else(|| panic!("no {language} under {title:?}"))
}

fn snippets(title: &str, language: &str) -> impl Iterator<Item = String> {
    let (_, section) = PAGE.split_once(&format!("\n## {title}\n")).unwrap();
    let section = section.split("\n## ").next().unwrap_or_default();
    let mark = format!("\n```{language}\n");
    let texts = section.split(&mark).skip(1);
    let texts: Vec<_> = texts
        .map(|rest| format!("{}\n", rest.split("\n```").next().unwrap()))
        .collect();
    texts.into_iter()
}

/// Runs an agent's hook as the agent does, and returns how it ended.
fn agent(command: &str, call: &Value, path: &std::ffi::OsStr) -> Ran {
    let mut child = Command::new("/bin/sh")
        .args(["-c", command])
        .env("PATH", path)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that ends at once closes its input.
    drop(
        child
            .stdin
            .take()
            .unwrap()
            .write_all(call.to_string().as_bytes()),
    );
    Ran::of(&child.wait_with_output().unwrap())
}

#[test]
fn agents_are_stopped() {
    let command = snippet("AI coding agents", "sh");
    let command = command.trim();
    let settings: Vec<Value> = snippets("AI coding agents", "json")
        .map(|text| serde_json::from_str(&text).unwrap())
        .collect();
    let claude = &settings[0]["hooks"]["PreToolUse"][0]["hooks"][0]["command"];
    assert_eq!(claude, command);
    let cursor = settings[1]["hooks"]["preToolUse"][0]["command"]
        .as_str()
        .unwrap();
    assert!(cursor.starts_with(command), "{cursor}");

    let pair = Pair::drawn(1);
    let text = pair.env();
    let calls = [
        json!({"tool_name": "Write", "tool_input": {"file_path": "app.env", "content": text}}),
        json!({"tool_name": "Edit", "tool_input": {"old_string": "x", "new_string": text}}),
        json!({"tool_name": "Bash", "tool_input": {"command": text}}),
    ];
    let clean = json!({"tool_name": "Bash", "tool_input": {"command": "git status"}});
    for command in [command, cursor] {
        for call in &calls {
            let ran = agent(command, call, &path(&[])).ends(2);
            assert_eq!(ran.out, "", "{ran:#?}");
            assert!(ran.err.contains("aws-access-key-pair"), "{ran:#?}");
            assert!(!ran.err.contains(&pair.secret) && !ran.err.contains(&pair.id));
        }
        agent(command, &clean, &path(&[])).ends(0);
        agent(command, &clean, "/nonexistent".as_ref()).ends(2);
    }
    assert_eq!(agent(cursor, &clean, &path(&[])).out, "{}\n");
}

#[test]
fn each_id_has_a_twin_for_the_program_in_path() {
    let hooks: Vec<_> = MANIFEST.split("\n- id: ").skip(1).collect();
    let (twins, built): (Vec<_>, Vec<_>) = hooks
        .iter()
        .map(|hook| hook.trim_end().split_once('\n').unwrap())
        .partition(|(id, _)| id.ends_with("-system"));
    assert_eq!((twins.len(), built.len()), (5, 5));
    for ((id, hook), (twin, its)) in built.iter().zip(&twins) {
        assert_eq!(format!("{id}-system"), *twin);
        assert_eq!(hook.replace("language: rust", "language: system"), *its);
        assert_ne!(hook, its);
        let offered = snippet("pre-commit", "yaml");
        assert!(offered.contains(&format!("- id: {id}\n")), "{id}");
    }
}

#[test]
#[ignore = "needs pre-commit, husky and lefthook: tests/run prepares them"]
fn the_manifest_is_valid() {
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/.pre-commit-hooks.yaml");
    for name in ["pre-commit", "prek"] {
        let output = Command::new(tool(name))
            .args(["validate-manifest", manifest])
            .output()
            .unwrap();
        Ran::of(&output).ends(0);
    }
}
