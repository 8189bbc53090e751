//! Text with two bytes a character, wherever it comes from.

use std::fs;

use super::{Pair, repository, run, run_with};

fn utf16(text: &str) -> Vec<u8> {
    let text = format!("\u{feff}{text}");
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// One pair is told, in the third line, as `state` where that is known.
#[track_caller]
fn is_told(args: &[&str], repo: &crate::git::Repo, input: Option<&[u8]>) -> serde_json::Value {
    let args = [args, &["--format", "json"]].concat();
    let ran = match input {
        Some(input) => run_with(&repo.root, args, input),
        None => run(&repo.root, args),
    };
    let report = ran.ends(1).json();
    let findings = report["findings"].as_array().unwrap();
    assert_eq!(findings.len(), 1, "{report}");
    assert_eq!(findings[0]["rule"], "aws-access-key-pair");
    assert_eq!(findings[0]["line"], 3, "{report}");
    report
}

#[test]
fn it_is_scanned_as_utf8() {
    let repo = repository();
    let pair = Pair::drawn(1);
    let filler = "a line that says nothing of interest, again and again\r\n".repeat(200);
    let text = format!("\u{e4}\r\n\r\n{}{filler}", pair.env());
    repo.write("settings.reg", utf16(&text));
    is_told(&["scan"], &repo, None);
    is_told(&["scan", "-"], &repo, Some(&utf16(&text)));
    repo.git(["add", "-A"]);
    is_told(&["scan", "--staged"], &repo, None);
    repo.git(["commit", "-q", "-m", "leak"]);
    // An old secret in an edited file is no news.
    repo.write("settings.reg", utf16(&format!("{text}one more line\r\n")));
    repo.git(["add", "-A"]);
    run(&repo.root, ["hook", "pre-commit"]).ends(0);
    repo.git(["commit", "-q", "-m", "edit"]);
    repo.write("settings.reg", utf16(&filler));
    repo.git(["add", "-A"]);
    repo.git(["commit", "-q", "-m", "take out"]);
    for packed in [false, true] {
        if packed {
            repo.git(["repack", "-q", "-a", "-d", "-f"]);
        }
        let report = is_told(&["scan", "--history"], &repo, None);
        assert_eq!(report["findings"][0]["state"], "history", "{report}");
    }
    fs::write(repo.root.join("settings.reg"), utf16(&text)).unwrap();
    repo.git(["add", "-A"]);
    run(&repo.root, ["hook", "pre-commit"]).ends(1);
}
