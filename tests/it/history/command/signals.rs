//! A history that takes long is interrupted.

use std::{fs, path::Path};

use serde_json::Value;

use super::token;
use crate::{
    cli::{Ran, interrupt::Running, program},
    git::Repo,
    history::import::Import,
};

/// Returns a repository that takes a minute to read: lines full of anchors are slow.
fn slow() -> Repo {
    let mut import = Import::default();
    let mut last = None;
    for at in 0..40 {
        let text = format!("{at} password=").repeat(1 << 16);
        let parents: Vec<_> = last.into_iter().collect();
        last = Some(import.commit(
            &parents,
            "next",
            &[(&format!("{at}.txt"), Some(text.as_bytes()))],
        ));
    }
    import.name("refs/heads/main", last.unwrap());
    let repo = Repo::new();
    import.run(&repo);
    // Read before the objects.
    let url = format!("https://x:{}@example.com/r.git", token(1));
    repo.git(["remote", "add", "origin", &url]);
    repo
}

/// Returns how long a process has had a processor, in ticks.
#[cfg(target_os = "linux")]
fn ticks(running: &Running) -> u64 {
    let stat = fs::read_to_string(format!("/proc/{}/stat", running.id())).unwrap();
    let (_, rest) = stat.rsplit_once(')').unwrap();
    rest.split_whitespace().nth(11).unwrap().parse().unwrap()
}

fn interrupted(root: &Path, format: &str, threads: &str) -> Ran {
    let args = [
        "scan",
        "--history",
        "--format",
        format,
        "--threads",
        threads,
    ];
    let mut running = Running::start(&mut program(root, args));
    #[cfg(target_os = "linux")]
    running.wait_until("it is at work", |running| ticks(running) > 50);
    running.signal("INT");
    running.ends(2)
}

#[test]
fn what_was_found_so_far_is_told() {
    let repo = slow();
    for threads in ["1", "3"] {
        let ran = interrupted(&repo.root, "json", threads);
        let json = ran.json();
        assert_eq!(json["summary"]["complete"], false);
        let skipped = ran.skipped();
        let (path, reason) = &skipped[0];
        assert_eq!(path, ".");
        assert!(
            reason.starts_with("interrupted: ") && reason.contains("objects were not read"),
            "{reason}"
        );
        let read = json["summary"]["blobs"].as_u64().unwrap();
        assert!(read < 40, "{json:#}");
        if cfg!(target_os = "linux") {
            let sources: Vec<&Value> = json["findings"]
                .as_array()
                .unwrap()
                .iter()
                .map(|f| &f["path"])
                .collect();
            assert!(
                sources.contains(&&Value::from(".git/config")),
                "{sources:?}"
            );
        }
    }
    let ran = interrupted(&repo.root, "human", "2");
    assert!(
        ran.out.contains("INCOMPLETE") && ran.out.contains("interrupted: "),
        "{ran:#?}"
    );
}
