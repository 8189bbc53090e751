//! What is found outside of the files of commits: messages, people, notes, stashes, names, configuration, and what nothing leads to.

mod notes;

use std::fs;

use keyfence::{
    Finding, Outcome,
    finding::{KeptBy, Occurrence},
    scan::history::HistoryOptions,
};

use super::{line, scan, text, token};
use crate::git::{Repo, git, run, run_with};

/// Returns a repository with one commit.
fn repository() -> Repo {
    let repo = Repo::new();
    repo.write("README", "nothing\n");
    repo.commit_all();
    repo
}

fn look(repo: &Repo) -> Outcome {
    let outcome = scan(&repo.root, &HistoryOptions::default());
    assert_eq!(outcome.skipped, []);
    outcome
}

/// Returns the finding of the token with this number, of which there is one.
#[track_caller]
fn finding(outcome: &Outcome, number: u64) -> &Finding {
    let token = token(number);
    let mut all = outcome
        .findings
        .iter()
        .filter(|one| one.secret.expose() == token.as_bytes());
    let first = all
        .next()
        .unwrap_or_else(|| panic!("{number} is not in {outcome:#?}"));
    assert_eq!(all.count(), 0, "{number} is told twice");
    first
}

/// Returns where the token stands: path, line, what keeps it; and `HEAD` where that has it.
fn places(outcome: &Outcome, number: u64) -> Vec<String> {
    let place = |one: &Occurrence| {
        assert_eq!(one.reachable, one.kept_by == KeptBy::Ref, "{one:#?}");
        let head = if one.in_head { " HEAD" } else { "" };
        format!("{}:{} {}{head}", one.path, one.line, one.kept_by.name())
    };
    finding(outcome, number)
        .occurrences
        .iter()
        .map(place)
        .collect()
}

/// Checks where the token with this number stands, and what its finding says its source is.
#[track_caller]
fn check(outcome: &Outcome, number: u64, source: &str, expected: &[&str]) {
    assert_eq!(places(outcome, number), expected);
    let finding = finding(outcome, number);
    assert_eq!(finding.source.name(), source);
    assert!(
        expected[0].starts_with(&format!("{}:", finding.path)),
        "{finding:#?}"
    );
    assert_eq!(finding.start.line, finding.occurrences[0].line);
}

/// Writes a commit without a file of git's remembering its message, and returns its id.
fn commit_tree(repo: &Repo, message: &str, name: &str) -> String {
    let mut command = repo.command(["commit-tree", "-p", "HEAD", "HEAD^{tree}"]);
    command.env("GIT_AUTHOR_NAME", name);
    let id = run_with(command, message.as_bytes());
    String::from_utf8(id).unwrap().trim().to_owned()
}

#[test]
fn messages_of_commits() {
    let repo = repository();
    let message = format!("a summary\n\nand the token {} too\n", token(1));
    let in_head = commit_tree(&repo, &message, "A");
    repo.git(["update-ref", "refs/heads/main", &in_head]);
    let message = format!("see {}\n", token(2));
    let beside = commit_tree(&repo, &message, "A");
    repo.git(["update-ref", "refs/heads/beside", &beside]);
    repo.git(["tag", "v1", &beside]);
    let lost = commit_tree(&repo, &format!("gone: {}\n", token(3)), "A");
    let outcome = look(&repo);
    check(
        &outcome,
        1,
        "message",
        &[&format!("<commit {in_head}>:3 ref HEAD")],
    );
    check(
        &outcome,
        2,
        "message",
        &[&format!("<commit {beside}>:1 ref")],
    );
    check(
        &outcome,
        3,
        "message",
        &[&format!("<commit {lost}>:1 nothing")],
    );
    let finding = finding(&outcome, 2);
    let one = &finding.occurrences[0];
    assert_eq!(
        (one.branches.listed(), one.tags.listed()),
        (&["beside".into()][..], &["v1".into()][..])
    );
    assert_eq!(one.introduced.as_ref().unwrap().id, beside);
    assert_eq!(finding.commit.as_ref().unwrap().id, beside);
    assert_eq!(one.blob, None);
}

#[test]
fn people() {
    let repo = repository();
    let author = commit_tree(&repo, "a message\n", &format!("A {}", token(1)));
    repo.git(["update-ref", "refs/heads/main", &author]);
    let mut command = repo.command(["commit-tree", "-m", "x", "HEAD^{tree}"]);
    command.env("GIT_COMMITTER_EMAIL", format!("{}@example.com", token(2)));
    let committer = String::from_utf8(run(command)).unwrap().trim().to_owned();
    repo.git(["update-ref", "refs/heads/other", &committer]);
    let mut command = repo.command(["tag", "-a", "-m", "x", "v1"]);
    command.env("GIT_COMMITTER_NAME", token(3));
    run(command);
    let outcome = look(&repo);
    check(
        &outcome,
        1,
        "message",
        &[&format!("<commit {author} header>:1 ref HEAD")],
    );
    check(
        &outcome,
        2,
        "message",
        &[&format!("<commit {committer} header>:2 ref")],
    );
    check(&outcome, 3, "ref", &["<tag v1 header>:1 ref"]);
}

/// The headers that nobody types: an embedded tag, an encoding, whatever a tool made up.
#[test]
fn other_headers() {
    let repo = repository();
    repo.git(["tag", "-a", "-m", &format!("x {}", token(1)), "v1"]);
    let tree = line(&repo.root, &["rev-parse", "HEAD^{tree}"]);
    let commit = format!(
        "tree {tree}\nauthor A <a> 1 +0000\ncommitter A <a> 1 +0000\nHG:extra token {}\n\nmessage\n",
        token(2)
    );
    let odd = run_with(
        repo.command(["hash-object", "-t", "commit", "-w", "--stdin"]),
        commit.as_bytes(),
    );
    let odd = String::from_utf8(odd).unwrap().trim().to_owned();
    repo.git(["update-ref", "refs/heads/odd", &odd]);
    // As git takes it only when it is told to.
    let hash = [
        "hash-object",
        "--literally",
        "-t",
        "commit",
        "-w",
        "--stdin",
    ];
    let bare = format!("tree {tree}\nnobody {}\n", token(3));
    let bare = run_with(repo.command(hash), bare.as_bytes());
    let bare = String::from_utf8(bare).unwrap().trim().to_owned();
    let outcome = look(&repo);
    check(
        &outcome,
        3,
        "message",
        &[&format!("<commit {bare} header>:2 nothing")],
    );
    check(&outcome, 1, "ref", &["<tag v1>:1 ref"]);
    check(
        &outcome,
        2,
        "message",
        &[&format!("<commit {odd} header>:3 ref")],
    );
}

#[test]
fn messages_of_tags() {
    let repo = repository();
    let tag = |name: &str, number: u64, target: &str| {
        let message = format!("release\n\nwith {}", token(number));
        repo.git(["tag", "-a", "-m", &message, name, target]);
        line(&repo.root, &["rev-parse", name])
    };
    tag("v1", 1, "HEAD");
    // Of a tag, whose own name is gone; and one that is gone altogether.
    tag("inner", 2, "HEAD");
    tag("outer", 3, "inner");
    repo.git(["tag", "-d", "inner"]);
    let gone = tag("gone", 4, "HEAD");
    repo.git(["tag", "-d", "gone"]);
    // What two refs name.
    tag("twice", 5, "HEAD");
    repo.git(["update-ref", "refs/tags/again", "refs/tags/twice"]);
    let outcome = look(&repo);
    check(&outcome, 1, "ref", &["<tag v1>:3 ref"]);
    check(&outcome, 2, "ref", &["<tag outer>:3 ref"]);
    check(&outcome, 3, "ref", &["<tag outer>:3 ref"]);
    check(&outcome, 4, "ref", &[&format!("<tag {gone}>:3 nothing")]);
    check(&outcome, 5, "ref", &["<tag again>:3 ref"]);
    assert_eq!(
        finding(&outcome, 5).occurrences[0].tags.listed(),
        ["again", "twice"]
    );
    assert!(finding(&outcome, 1).commit.is_none());
    let reachable = HistoryOptions {
        reachable: true,
        ..HistoryOptions::default()
    };
    assert_eq!(scan(&repo.root, &reachable).findings.len(), 4);
}

/// The newest entry has a ref, the others stand in its reflog; each has a part of its own for what was staged and what was untracked.
#[test]
fn stashes() {
    let repo = repository();
    for number in 1..4 {
        repo.write("README", format!("work {}\n", token(10 * number)));
        repo.write("untracked", format!("new {}\n", token(10 * number + 1)));
        repo.write("staged", format!("staged {}\n", token(10 * number + 2)));
        repo.git(["add", "staged"]);
        repo.write(
            "staged",
            format!("staged and changed {}\n", token(10 * number + 3)),
        );
        repo.git(["stash", "-q", "--include-untracked"]);
    }
    let outcome = look(&repo);
    for (number, kept_by) in [(1, "reflog"), (2, "reflog"), (3, "ref")] {
        for (more, path) in [
            (0, "README"),
            (1, "untracked"),
            (2, "staged"),
            (3, "staged"),
        ] {
            let expected = format!("{path}:1 {kept_by}");
            check(&outcome, 10 * number + more, "history", &[&expected]);
        }
    }
    // A message of a stash stands in a commit and in the reflog.
    repo.write("README", "work\n");
    repo.git(["stash", "push", "-q", "-m", &format!("about {}", token(50))]);
    let outcome = look(&repo);
    let stash = line(&repo.root, &["rev-parse", "stash"]);
    let places = places(&outcome, 50);
    assert_eq!(places[0], format!("<commit {stash}>:1 ref"));
    assert!(
        places.contains(&".git/logs/refs/stash:4 reflog".to_owned()),
        "{places:?}"
    );
}

#[test]
fn commits_that_a_reflog_remembers() {
    let repo = repository();
    repo.write("a", format!("x {}\n", token(1)));
    repo.commit_all();
    let amended = line(&repo.root, &["rev-parse", "HEAD"]);
    repo.write("a", "clean\n");
    repo.git(["add", "-A"]);
    repo.git(["commit", "-q", "--amend", "-m", "clean"]);
    let outcome = look(&repo);
    check(&outcome, 1, "history", &["a:1 reflog"]);
    assert_eq!(finding(&outcome, 1).commit.as_ref().unwrap().id, amended);
    // And once it does no longer.
    repo.git(["reflog", "expire", "--expire=now", "--all"]);
    fs::remove_file(repo.root.join(".git/ORIG_HEAD")).ok();
    check(&look(&repo), 1, "history", &["a:1 nothing"]);
}

#[test]
fn branches_that_were_deleted() {
    let repo = repository();
    repo.git(["checkout", "-q", "-b", "topic"]);
    repo.write("topic", format!("x {}\n", token(1)));
    repo.commit_all();
    repo.git(["checkout", "-q", "main"]);
    let finding_is = |expected: &str| check(&look(&repo), 1, "history", &[expected]);
    finding_is("topic:1 ref");
    repo.git(["branch", "-q", "-D", "topic"]);
    finding_is("topic:1 reflog");
    repo.git(["reflog", "expire", "--expire=now", "--all"]);
    finding_is("topic:1 nothing");
    repo.git(["gc", "-q", "--prune=now"]);
    assert!(look(&repo).findings.is_empty());
}

#[test]
fn blobs_that_nothing_holds() {
    let repo = repository();
    let text = format!("one\ntwo {}\n", token(1));
    let id = run_with(
        repo.command(["hash-object", "-w", "--stdin"]),
        text.as_bytes(),
    );
    let id = String::from_utf8(id).unwrap().trim().to_owned();
    let outcome = look(&repo);
    check(&outcome, 1, "history", &[&format!("<blob {id}>:2 nothing")]);
    let one = &finding(&outcome, 1).occurrences[0];
    assert_eq!((one.blob.as_deref(), &one.introduced), (Some(&*id), &None));
    // In the index.
    repo.git([
        "update-index",
        "--add",
        "--cacheinfo",
        &format!("100644,{id},staged.txt"),
    ]);
    check(&look(&repo), 1, "history", &["staged.txt:2 index"]);
    // In HEAD as well: told once.
    repo.git(["commit", "-q", "-m", "x"]);
    check(&look(&repo), 1, "history", &["staged.txt:2 ref HEAD"]);
    // Under another path in the index.
    repo.git([
        "update-index",
        "--add",
        "--cacheinfo",
        &format!("100644,{id},again.txt"),
    ]);
    check(
        &look(&repo),
        1,
        "history",
        &["staged.txt:2 ref HEAD", "again.txt:2 index"],
    );
}

#[test]
fn names_of_refs() {
    let repo = repository();
    let name = format!("fix-{}", token(1));
    repo.git(["branch", &name]);
    let name = format!("v-{}", token(2));
    repo.git(["tag", &name]);
    let outcome = look(&repo);
    check(
        &outcome,
        1,
        "ref",
        &[&format!("refs/heads/fix-{}:1 ref", token(1))],
    );
    check(
        &outcome,
        2,
        "ref",
        &[&format!("refs/tags/v-{}:1 ref", token(2))],
    );
}

#[test]
fn configuration_and_what_else_lies_about() {
    let repo = repository();
    let url = format!("https://x-access-token:{}@example.com/r.git", token(1));
    repo.git(["remote", "add", "origin", &url]);
    repo.write(
        ".git/hooks/pre-push",
        format!("curl -H 'X: {}'\n", token(2)),
    );
    repo.write(".git/description", format!("about {}\n", token(3)));
    let outcome = look(&repo);
    let config = fs::read_to_string(repo.root.join(".git/config")).unwrap();
    let at = 1 + config
        .lines()
        .position(|line| line.contains("url"))
        .unwrap();
    check(&outcome, 1, "ref", &[&format!(".git/config:{at} ref")]);
    check(&outcome, 2, "ref", &[".git/hooks/pre-push:1 ref"]);
    check(&outcome, 3, "ref", &[".git/description:1 ref"]);
    // Its path says what is meant, from wherever it is asked for.
    let bare = repo.beside("bare");
    repo.git(["clone", "-q", "--bare", text(&repo.root), text(&bare)]);
    run(git(&bare, ["config", "remote.other.url", &url]));
    let outcome = scan(&bare, &HistoryOptions::default());
    assert!(
        places(&outcome, 1)[0].starts_with("config:"),
        "{outcome:#?}"
    );
}
