//! What is printed, where, and how the program ends.

use std::fs;

use keyfence::report::JSON_SCHEMA;
use serde_json::Value;

use super::{finds, ran, repository, tokens};
use crate::{
    cli::run,
    git::{Repo, run_with},
    history::{import::Import, line, text, token},
    reports::{assert_valid, validator},
};

#[test]
fn the_json_formats_keep_their_schema() {
    assert!(!JSON_SCHEMA.is_empty());
    let repo = repository();
    repo.git(["stash", "list"]);
    repo.git(["tag", "-a", "-m", &format!("with {}", token(8)), "v2"]);
    let shallow = repo.beside("shallow");
    let url = format!("file://{}", repo.root.display());
    repo.git(["clone", "-q", "--depth=1", &url, text(&shallow)]);
    for (folder, code) in [(&repo.root, 1), (&shallow, 2)] {
        for secrets in [&[][..], &["--show-secrets"]] {
            let args = |format| [&["scan", "--history", "--format", format], secrets].concat();
            let json = run(folder, args("json")).ends(code).json();
            assert_valid(&validator(None), &json);
            assert_eq!(json["summary"]["complete"], code == 1);
            let lines = run(folder, args("jsonl")).ends(code).out;
            let one = validator(Some("line"));
            let parsed: Vec<Value> = lines
                .lines()
                .map(|line| serde_json::from_str(line).unwrap())
                .collect();
            assert_eq!(parsed.len(), json["findings"].as_array().unwrap().len() + 1);
            for line in &parsed {
                assert_valid(&one, line);
            }
        }
    }
}

#[test]
fn what_a_finding_tells() {
    let repo = repository();
    let json = ran(&repo.root, &["deploy"]).ends(1).json();
    let finding = &json["findings"][0];
    let commits: Vec<String> = ["main~4", "main~2"]
        .map(|name| line(&repo.root, &["rev-parse", name]))
        .into();
    assert_eq!(finding["path"], "deploy/app.env");
    assert_eq!(finding["commit"]["id"], *commits[0]);
    assert_eq!(finding["commit"]["date"], "2023-11-14T23:14:20+01:00");
    assert_eq!(finding["commit"]["author"], "An Author");
    assert_eq!(finding["commit"]["summary"], "one");
    assert_eq!(finding["source"], "history");
    let occurrences = finding["occurrences"].as_array().unwrap();
    assert_eq!(occurrences.len(), 1, "{finding:#}");
    let one = &occurrences[0];
    assert_eq!(one["introduced"], *commits[0]);
    assert_eq!(one["removed"], *commits[1]);
    assert_eq!(
        (&one["line"], &one["in_head"], &one["reachable"]),
        (&2.into(), &false.into(), &true.into())
    );
    assert_eq!(one["branches"], serde_json::json!(["main", "side"]));
    assert_eq!(one["tags"], serde_json::json!(["v1"]));
    assert_eq!(one["tips"], serde_json::json!(["side", "v1"]));
    assert_eq!(
        one["blob"],
        *line(&repo.root, &["rev-parse", "v1:deploy/app.env"])
    );
}

#[test]
fn of_many_branches_some_are_listed_and_all_are_counted() {
    let repo = repository();
    let create = |n| format!("create refs/heads/bot/{n:03} main~4\n");
    let commands: Vec<String> = (0..150).map(create).collect();
    let update = repo.command(["update-ref", "--stdin"]);
    run_with(update, commands.concat().as_bytes());
    let json = ran(&repo.root, &["deploy"]).ends(1).json();
    let one = &json["findings"][0]["occurrences"][0];
    let listed = |list: &str| one[list].as_array().unwrap().clone();
    assert_eq!(listed("branches").len(), 100);
    assert_eq!(one["more_branches"], 52);
    assert_eq!(listed("branches")[98..], ["main", "side"]);
    // `side` and `v1` and all the new ones, which have the file.
    assert_eq!((listed("tips").len(), &one["more_tips"]), (100, &52.into()));
    assert_eq!((listed("tags").len(), one.get("more_tags")), (1, None));
    let text = run(&repo.root, ["scan", "--history", "--color=never", "deploy"]).ends(1);
    let told = "branches: main, side, bot/000, bot/001, bot/002, bot/003 and 146 more";
    assert!(text.out.contains(told), "{}", text.out);
}

#[test]
fn the_report_for_people() {
    let repo = repository();
    let ran = run(&repo.root, ["scan", "--history"]).ends(1);
    assert_eq!(ran.err, "");
    let first = line(&repo.root, &["rev-parse", "--short=12", "v1~1"]);
    let third = line(&repo.root, &["rev-parse", "--short=12", "main~2"]);
    for part in [
        "deploy/app.env:2",
        "<commit ",
        "introduced",
        "removed",
        "still there",
        "An Author",
        &first,
        &third,
    ] {
        assert!(ran.out.contains(part), "{part:?} is not in {}", ran.out);
    }
    for number in 1..8 {
        assert!(!ran.out.contains(&token(number)), "{}", ran.out);
    }
    let clean = Repo::new();
    clean.write("a", "nothing\n");
    clean.commit_all();
    let ran = run(&clean.root, ["scan", "--history"]).ends(0);
    assert!(!ran.out.is_empty() && ran.err.is_empty(), "{ran:#?}");
}

#[test]
fn results_and_progress_do_not_mix() {
    let repo = repository();
    let quiet = ran(&repo.root, &["--progress", "never"]).ends(1);
    assert_eq!(quiet.err, "");
    let loud = ran(&repo.root, &["--progress", "always"]).ends(1);
    let told = |ran: &crate::cli::Ran| {
        let mut json = ran.json();
        json["summary"]["elapsed_ms"] = 0.into();
        json
    };
    assert_eq!(told(&loud), told(&quiet));
    let file = repo.beside("report.json");
    let args = ["--report", &format!("json={}", text(&file))];
    ran(&repo.root, &args).ends(1);
    let report: Value = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
    assert_eq!(report["findings"].as_array().unwrap().len(), 7);
}

#[test]
fn how_it_ends() {
    let repo = repository();
    ran(&repo.root, &["nowhere"]).ends(0);
    ran(&repo.root, &[]).ends(1);
    let lost = line(&repo.root, &["rev-parse", "v1:src/app.py"]);
    // A pack that lacks an object, and nothing is found: incomplete all the same.
    let other = Repo::new();
    other.write("a", "1\n");
    other.commit_all();
    let entry = format!("100644 blob {lost}\tlost\n");
    let tree = run_with(other.command(["mktree", "--missing"]), entry.as_bytes());
    let tree = String::from_utf8(tree).unwrap();
    other.git(["tag", "lost", tree.trim()]);
    let ended = ran(&other.root, &[]).ends(2);
    assert_eq!(ended.json()["summary"]["complete"], false);
    assert_eq!(ended.skipped()[0].0, ".");
    assert!(ended.skipped()[0].1.contains(&lost), "{ended:#?}");
    // Over the limit.
    other.git(["tag", "-d", "lost"]);
    other.git(["prune", "--expire=now"]);
    ran(&other.root, &[]).ends(0);
    other.write("b", "22\n".repeat(1000));
    other.commit_all();
    let ended = ran(&other.root, &["--max-file-size", "1k"]).ends(2);
    let blob = line(&other.root, &["rev-parse", "HEAD:b"]);
    assert_eq!(
        ended.skipped(),
        [(format!("<blob {blob}>"), "larger than 1 KiB".to_owned())]
    );
}

/// A marker excuses the versions that have it.
#[test]
fn inline_markers() {
    let mut import = Import::default();
    let marked = |number: u64| format!("token = {} # keyfence:allow all a test\n", token(number));
    let bare = |number: u64| format!("token = {}\n", token(number));
    let (one, two) = (bare(1) + &marked(2), marked(1) + &marked(2));
    let first = import.commit(&[], "bare", &[("a", Some(one.as_bytes()))]);
    let second = import.commit(&[first], "marked", &[("a", Some(two.as_bytes()))]);
    import.name("refs/heads/main", second);
    let repo = Repo::new();
    import.run(&repo);
    let json = finds(&repo.root, &[], &[1]).json();
    let one = &json["findings"][0]["occurrences"][0];
    assert_eq!(
        one["introduced"],
        *line(&repo.root, &["rev-parse", "main~1"])
    );
    assert_eq!(one["in_head"], false);
    let json = finds(&repo.root, &["--no-allow"], &[1, 2]).json();
    for finding in json["findings"].as_array().unwrap() {
        assert_eq!(finding["occurrences"][0]["in_head"], true);
    }
}

#[test]
fn allow_entries() {
    let repo = repository();
    let json = ran(&repo.root, &["deploy"]).json();
    let fingerprint = json["findings"][0]["fingerprint"].as_str().unwrap();
    run(
        &repo.root,
        ["allow", fingerprint, "--reason", "revoked long ago"],
    )
    .ends(0);
    finds(&repo.root, &[], &[2, 3, 4, 5, 6, 7]);
    finds(&repo.root.join("sub"), &["../deploy"], &[]);
    finds(&repo.root, &["--no-allow"], &[1, 2, 3, 4, 5, 6, 7]);
}

#[test]
fn the_least_confidence() {
    let repo = Repo::new();
    let levels = |level: &[&str]| -> Vec<String> {
        let json = ran(&repo.root, level).json();
        let findings = json["findings"].as_array().unwrap();
        let level = |finding: &Value| finding["confidence"].as_str().unwrap().to_owned();
        findings.iter().map(level).collect()
    };
    repo.write("src/a.py", format!("token = \"{}\"\n", token(1)));
    let key = crate::cli::Pair::drawn(3);
    let password: String = key
        .secret
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .take(12)
        .collect();
    repo.write("tests/b.py", format!("password = \"{password}\"\n"));
    repo.write("c.txt", format!("{}\n", key.secret));
    repo.commit_all();
    let all = levels(&[]);
    let with = |least: &[&str]| {
        all.iter()
            .filter(|level| least.contains(&&***level))
            .count()
    };
    assert!(
        with(&["high"]) > 0 && with(&["low", "medium"]) > 0,
        "{all:?}"
    );
    for (level, kept) in [
        ("low", &["low", "medium", "high"][..]),
        ("medium", &["medium", "high"]),
        ("high", &["high"]),
    ] {
        assert_eq!(
            levels(&["--min-confidence", level]).len(),
            with(kept),
            "{level}"
        );
    }
}

#[test]
fn threads_and_memory_change_nothing() {
    let repo = repository();
    let told = |args: &[&str]| {
        let ran = ran(&repo.root, args).ends(1);
        assert_eq!(tokens(&ran).len(), 7);
        let mut json = ran.json();
        json["summary"]["elapsed_ms"] = 0.into();
        json["summary"]["finished"] = 0.into();
        json
    };
    let expected = told(&["--threads", "1"]);
    for args in [
        "--threads 2",
        "--threads 5",
        "--threads 999",
        "--max-memory 4k",
        "--max-memory 1G --threads 3",
    ] {
        assert_eq!(
            told(&args.split(' ').collect::<Vec<_>>()),
            expected,
            "{args}"
        );
    }
}
