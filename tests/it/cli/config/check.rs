//! What `config show` and `config check` say.

use keyfence::rule::template::{Random, fill};
use serde_json::Value;

use super::{FILE, ID, Pair, Ran, run, run_with, scan, with_id};
use crate::git::Repo;

/// Returns kind and text of each problem.
fn problems(ran: &Ran) -> Vec<(String, String)> {
    let json = ran.json();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let problems = json.as_array().unwrap().iter();
    problems
        .map(|one| (text(&one["kind"]), text(&one["what"])))
        .collect()
}

fn check(repo: &Repo) -> Ran {
    run(&repo.root, ["config", "check", "--json"])
}

/// Checks that there is one problem, of a kind, whose text has a part.
#[track_caller]
fn has(repo: &Repo, kind: &str, part: &str) {
    let found = problems(&check(repo).ends(1));
    assert_eq!(found.len(), 1, "{found:#?}");
    assert!(
        found[0].0 == kind && found[0].1.contains(part),
        "{found:#?}"
    );
}

fn paths_entry(more: &str) -> String {
    format!("[[allow]]\nreason = \"test data\"\n{more}\n")
}

fn fingerprint(repo: &Repo) -> String {
    let json = scan(repo).json();
    json["findings"][0]["fingerprint"]
        .as_str()
        .unwrap()
        .to_owned()
}

#[test]
fn what_is_accepted_is_checked() {
    let repo = with_id();
    let ran = run(&repo.root, ["config", "check"]).ends(0);
    assert_eq!(
        ran.out,
        "0 entries for secrets, 0 entries for files, 0 secrets in baselines: 0 problems\n"
    );
    let good = paths_entry(&format!("paths = [\"id.env\"]\nrules = [\"{ID}\"]"));
    repo.write(FILE, &good);
    check(&repo).ends(0);
    repo.write(FILE, good.clone() + &good);
    has(&repo, "duplicate", ":1");
    repo.write(FILE, good.clone() + "expires = 2001-01-31\n");
    has(&repo, "expired", "ended on 2001-01-31");
    repo.write(FILE, good.replace("id.env", "else.env"));
    has(&repo, "dead", "else.env");
    repo.write(FILE, good.replace(ID, "aws-acces-key-id") + &good);
    let found = problems(&check(&repo).ends(1));
    let kinds: Vec<&str> = found.iter().map(|(kind, _)| &**kind).collect();
    assert_eq!(kinds, ["dead", "unknown-rule"]);
    assert!(
        found[1].1.contains("did you mean `aws-access-key-id`"),
        "{found:#?}"
    );
    repo.write(FILE, good.replace("id.env", "**"));
    has(&repo, "over-broad", "leaves out no file");
    repo.write("id.env", Pair::drawn(1).env());
    repo.write(FILE, paths_entry("paths = [\"*.env\"]"));
    has(&repo, "over-broad", "aws-access-key-pair");
}

#[test]
fn entries_for_secrets_are_checked() {
    let repo = with_id();
    let fingerprint = fingerprint(&repo);
    run(&repo.root, ["allow", &fingerprint, "--reason", "a test"]).ends(0);
    check(&repo).ends(0);
    repo.write(
        FILE,
        paths_entry(&format!("fingerprint = \"{fingerprint}\"")),
    );
    has(&repo, "duplicate", ".keyfence/allow:2");
    repo.write(
        FILE,
        paths_entry(&format!(
            "fingerprint = \"{fingerprint}\"\nexpires = 2001-01-31"
        )),
    );
    assert_eq!(problems(&check(&repo).ends(1)).len(), 2);
    repo.write(FILE, "");
    // What stands in the index, or in history, is not dead.
    repo.git(["add", "-A"]);
    repo.write("id.env", "");
    check(&repo).ends(0);
    repo.commit_all();
    has(&repo, "dead", &fingerprint);
    repo.git([
        "commit",
        "-q",
        "--amend",
        "-m",
        format!("id {}", Pair::drawn(1).id).as_str(),
    ]);
    has(&repo, "dead", "--history looks");
    run(&repo.root, ["config", "check", "--history"]).ends(0);
}

#[test]
fn a_short_secret_is_accepted_nowhere_but_in_files() {
    let repo = with_id();
    let password = fill("{hex:6}", &mut Random::new(1)).unwrap();
    repo.write("id.env", format!("db_password = \"{password}\"\n"));
    let fingerprint = fingerprint(&repo);
    run(&repo.root, ["allow", &fingerprint, "--reason", "a test"]).ends(0);
    has(&repo, "over-broad", "a text of 6 bytes");
}

#[test]
fn baselines_are_checked() {
    let repo = with_id();
    let entry = fingerprint(&repo);
    run(&repo.root, ["baseline", "write"]).ends(0);
    repo.write(FILE, "baseline = \".keyfence/baseline\"\n");
    check(&repo).ends(0);
    run(&repo.root, ["allow", &entry, "--reason", "a test"]).ends(0);
    has(&repo, "duplicate", &entry);
    repo.write(".keyfence/allow", "");
    repo.write("id.env", "");
    has(&repo, "dead", "1 of its 1 secrets");
}

#[test]
fn what_counts_is_shown_with_its_file() {
    let repo = with_id();
    repo.write(
        FILE,
        "min_confidence = \"medium\"\n[rules]\ndisable = [\"github-pat\"]\n",
    );
    let user = "min_confidence = \"low\"\n[gate]\nmin_severity = \"high\"\n";
    let ran = run_with(&repo, &["config", "show", "--json"], user, "").ends(0);
    let json = ran.json();
    let rows = json["settings"].as_array().unwrap().iter();
    let rows: Vec<(&str, String, &str)> = rows
        .map(|row| {
            let file = row["file"].as_str().unwrap_or("");
            let file = file.rsplit('/').next().unwrap();
            (
                row["setting"].as_str().unwrap(),
                row["value"].to_string(),
                file,
            )
        })
        .collect();
    for (setting, value, file) in [
        ("scan.min_confidence", "\"medium\"", FILE),
        ("gate.min_severity", "\"high\"", "config.toml"),
        ("hook.min_severity", "\"low\"", ""),
        ("rules.builtin", "true", ""),
        ("rules.disable", "\"github-pat\"", FILE),
    ] {
        assert!(
            rows.contains(&(setting, value.to_owned(), file)),
            "{setting}: {rows:#?}"
        );
    }
    let human = run_with(&repo, &["config", "show"], user, "").ends(0);
    assert!(human.out.contains(".keyfence.toml: read\n"), "{human:#?}");
    assert!(
        human.out.contains(".keyfence/allow: not there\n"),
        "{human:#?}"
    );
}
