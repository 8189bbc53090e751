//! Merge requests that change the configuration or rule files.

use super::{
    PAIR, fingerprint, found, gate, gate_with, id, request, to_review,
    tricks::{accepts_on_base, allow_line, refuses},
};
use crate::{
    cli::{Pair, config::RULES},
    git::Repo,
};

/// Returns a configuration that says nothing of what is scanned, and more.
fn config(more: &str) -> String {
    format!("[scan]\nmin_confidence = \"high\"\n{more}")
}

/// Checks that a configuration lets a pair pass on the base alone, and that what it says is told as `told`.
#[track_caller]
fn counts_on_the_base(more: &str, told: &[&str]) {
    let (repo, pair) = (request(), Pair::drawn(1));
    let more = more.replace("FINGERPRINT", &fingerprint(&pair));
    repo.write("app.env", pair.env());
    repo.write(".keyfence.toml", config(&more));
    repo.commit_all();
    refuses(&repo, "app.env");
    let review = to_review(&gate(&repo));
    for text in told {
        let is_told = review
            .iter()
            .any(|(path, what)| path == ".keyfence.toml" && what.contains(text));
        assert!(is_told, "{text:?} is not in {review:#?}");
    }
    gate_with(&repo, &["--base", "main", "--policy", "head"], &[]).ends(0);
    gate_with(&repo, &["--base", "main", "--no-config"], &[]).ends(1);
    accepts_on_base(&repo, |repo| repo.write(".keyfence.toml", config(&more)));
    // It may be taken out again.
    repo.git(["rm", "-q", ".keyfence.toml"]);
    repo.commit_all();
    let review = to_review(&gate(&repo).ends(0));
    let is_told = review
        .iter()
        .any(|(_, what)| what.starts_with("sets ") && what.ends_with(" no more"));
    assert!(is_told, "{review:#?}");
}

#[test]
fn the_configuration() {
    counts_on_the_base(
        "[rules]\nenable = [\"github-pat\"]\ndisable = [\"gitlab-pat\"]\n",
        &[
            "sets rules.enable = \"github-pat\"",
            "sets rules.disable = \"gitlab-pat\"",
            "sets scan.min_confidence = \"high\"",
        ],
    );
    counts_on_the_base(
        "[[allow]]\npaths = [\"*.env\"]\nreason = \"test data\"\nexpires = 2999-01-31\n",
        &[
            "sets allow = {\"expires\":\"2999-01-31\",\"paths\":[\"*.env\"],\"reason\":\"test data\"}",
        ],
    );
    counts_on_the_base(
        "[[allow]]\nfingerprint = \"FINGERPRINT\"\nreason = \"a test\"\n",
        &["sets allow = {\"fingerprint\":"],
    );
}

#[test]
fn a_threshold_in_the_configuration() {
    let repo = request();
    let id = Pair::drawn(1).id;
    repo.write("id.env", format!("id = {id}\n"));
    repo.write(".keyfence.toml", "[gate]\nmin_severity = \"high\"\n");
    repo.commit_all();
    assert_eq!(to_review(&gate(&repo).ends(1)).len(), 1);
    accepts_on_base(&repo, |repo| {
        repo.write(".keyfence.toml", "[gate]\nmin_severity = \"high\"\n");
    });
}

#[test]
fn a_broken_configuration() {
    let (repo, pair) = (request(), Pair::drawn(1));
    repo.write("app.env", pair.env());
    repo.write(".keyfence.toml", "x = 1\n");
    repo.commit_all();
    refuses(&repo, "app.env");
    let review = to_review(&gate(&repo));
    assert!(
        review[0]
            .1
            .starts_with("cannot be read: line 1: `x`: unknown"),
        "{review:?}"
    );
    // On the base it is trouble.
    repo.git(["checkout", "-q", "-B", "main"]);
    repo.git(["checkout", "-q", "-B", "topic"]);
    let main = id(&repo, "main");
    gate(&repo).complains(&[
        &format!("{main}:.keyfence.toml has mistakes"),
        "--no-config",
    ]);
}

#[test]
fn a_configuration_that_leads_out_of_the_repository() {
    let (repo, pair) = (request(), Pair::drawn(1));
    repo.write("app.env", pair.env());
    repo.write("known", format!("{} rule={PAIR}\n", fingerprint(&pair)));
    for more in [
        "baseline = \"../known\"\n",
        "[rules]\nfiles = [\"../known\"]\n",
    ] {
        repo.write(".keyfence.toml", more);
        repo.commit_all();
        // It is told, and not followed.
        refuses(&repo, "app.env");
        assert_eq!(to_review(&gate(&repo))[0].0, ".keyfence.toml");
        gate_with(&repo, &["--base", "main", "--policy", "head"], &[])
            .complains(&["leads out of the repository"]);
    }
}

#[test]
fn a_baseline_that_the_configuration_names() {
    let (repo, pair) = (request(), Pair::drawn(1));
    let write = |repo: &Repo| {
        repo.write(".keyfence.toml", "baseline = \"known\"\n");
        repo.write("known", format!("{} rule={PAIR}\n", fingerprint(&pair)));
    };
    repo.write("app.env", pair.env());
    write(&repo);
    repo.commit_all();
    refuses(&repo, "app.env");
    let review = to_review(&gate(&repo));
    assert_eq!(review.len(), 2, "{review:#?}");
    accepts_on_base(&repo, write);
}

#[test]
fn a_salt() {
    // Another salt makes the entries of the base void, not the finding.
    let (repo, pair) = (request(), Pair::drawn(1));
    repo.git(["checkout", "-q", "main"]);
    repo.write(".keyfence/allow", allow_line(&pair));
    repo.commit_all();
    repo.git(["checkout", "-q", "-B", "topic"]);
    repo.write(".keyfence.toml", "salt = \"0123456789abcdef\"\n");
    repo.write("app.env", pair.env());
    repo.commit_all();
    let review = to_review(&gate(&repo).ends(0));
    assert!(review[0].1.starts_with("sets salt = "), "{review:#?}");
}

#[test]
fn rule_files() {
    let rules = ["--base", "main", "--rules", "security"];
    let repo = request();
    repo.git(["checkout", "-q", "main"]);
    repo.write("security/acme.toml", RULES);
    repo.commit_all();
    repo.git(["checkout", "-q", "-B", "topic"]);
    repo.write(
        "security/acme.toml",
        RULES.replace("acme_[a-z]{8}", "acme_never"),
    );
    repo.write("security/more.toml", RULES.replace("acme-code", "more"));
    repo.write("code.txt", "acme_abcdefgh\n");
    repo.commit_all();
    let ran = gate_with(&repo, &rules, &[]).ends(1);
    assert_eq!(
        found(&ran),
        [("code.txt".to_owned(), "acme-code".to_owned())]
    );
    let told = |path: &str, what: &str| (path.to_owned(), what.to_owned());
    assert_eq!(
        to_review(&ran),
        [
            told("security/acme.toml", "changes the rule `acme-code`"),
            told("security/more.toml", "adds the rule `more`"),
        ]
    );
    repo.git(["rm", "-q", "-r", "security"]);
    repo.commit_all();
    let ran = gate_with(&repo, &rules, &[]).ends(1);
    assert_eq!(
        to_review(&ran),
        [told("security/acme.toml", "takes out the rule `acme-code`")]
    );
    // The first ones count once they are merged.
    let repo = request();
    repo.write("security/acme.toml", RULES);
    repo.write("code.txt", "acme_abcdefgh\n");
    repo.commit_all();
    let ran = gate_with(&repo, &rules, &[]).ends(0);
    assert_eq!(
        to_review(&ran),
        [told("security/acme.toml", "adds the rule `acme-code`")]
    );
    gate_with(&repo, &["--base", "main", "--rules", "nowhere"], &[])
        .complains(&["cannot read rules from", "nowhere"]);
    // The configuration may name them.
    repo.write(".keyfence.toml", "[rules]\nfiles = [\"security\"]\n");
    repo.commit_all();
    gate(&repo).ends(0);
    repo.git(["checkout", "-q", "-B", "main"]);
    repo.git(["checkout", "-q", "-B", "topic"]);
    repo.write("more.txt", "acme_zyxwvuts\n");
    repo.git(["rm", "-q", "-r", "security", ".keyfence.toml"]);
    repo.commit_all();
    let ran = gate(&repo).ends(1);
    assert_eq!(
        found(&ran),
        [("more.txt".to_owned(), "acme-code".to_owned())]
    );
}
