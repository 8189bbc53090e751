//! `keyfence gate` and `scan --range`: what a merge request brings, by whose policy, and between which commits.

#![cfg(unix)]

mod ci;
mod config;
mod ends;
mod tricks;

use serde_json::Value;

use crate::{
    cli::{Pair, Ran, program, repository},
    git::Repo,
};

/// The id of the rule for a pair.
const PAIR: &str = "aws-access-key-pair";

/// Returns a repository with a commit on `main`, and another branch checked out.
fn request() -> Repo {
    let repo = repository();
    repo.git(["checkout", "-q", "-b", "topic"]);
    repo
}

fn id(repo: &Repo, revision: &str) -> String {
    let id = repo.git(["rev-parse", "--verify", revision]);
    String::from_utf8(id).unwrap().trim().to_owned()
}

/// Runs the gate with variables, beside those that every test has.
fn gate_with(repo: &Repo, args: &[&str], variables: &[(&str, &str)]) -> Ran {
    let mut gate = program(&repo.root, [&["gate", "--format", "json"], args].concat());
    gate.envs(variables.iter().copied());
    Ran::of(&gate.output().unwrap())
}

fn gate(repo: &Repo) -> Ran {
    gate_with(repo, &["--base", "main"], &[])
}

/// Returns path and rule of each finding of a JSON report.
fn found(ran: &Ran) -> Vec<(String, String)> {
    let json = ran.json();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let findings = json["findings"].as_array().unwrap().iter();
    findings
        .map(|finding| (text(&finding["path"]), text(&finding["rule"])))
        .collect()
}

/// Returns path and text of what a JSON report says needs review.
fn to_review(ran: &Ran) -> Vec<(String, String)> {
    let json = ran.json();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let changes = json["summary"]["policy"]["changes"].as_array();
    let changes = changes.into_iter().flatten();
    changes
        .map(|change| (text(&change["path"]), text(&change["what"])))
        .collect()
}

/// Returns the fingerprint of the pair that stands in `text`.
fn fingerprint(pair: &Pair) -> String {
    let repo = repository();
    repo.write("app.env", pair.env());
    let ran = Ran::of(
        &program(&repo.root, ["scan", "--format", "json"])
            .output()
            .unwrap(),
    );
    let json = ran.ends(1).json();
    json["findings"][0]["fingerprint"]
        .as_str()
        .unwrap()
        .to_owned()
}
