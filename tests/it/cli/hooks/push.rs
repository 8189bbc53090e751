//! pre-push: what the remote lacks, and what to do about it.

use super::{Pair, Ran, installed};
use crate::git::Repo;

/// Runs git without hooks.
fn plain(repo: &Repo, args: &[&str]) {
    let args = [&["-c", "core.hooksPath=/dev/null"], args].concat();
    repo.git(args);
}

fn push(repo: &Repo, args: &[&str]) -> Ran {
    let output = repo
        .command([&["push", "-q", "origin"], args].concat())
        .output();
    Ran::of(&output.unwrap())
}

/// Returns a repository with a remote that has its first commit.
fn with_remote() -> Repo {
    let repo = installed();
    let remote = repo.beside("remote").display().to_string();
    repo.git(["init", "-q", "--bare", &remote]);
    repo.git(["remote", "add", "origin", &remote]);
    push(&repo, &["main"]).ends(0);
    repo
}

fn commit(repo: &Repo, path: &str, text: &str) {
    repo.write(path, text);
    plain(repo, &["add", "-A"]);
    plain(repo, &["commit", "-q", "-m", path]);
}

fn head(repo: &Repo) -> String {
    let id = String::from_utf8(repo.git(["rev-parse", "HEAD"])).unwrap();
    id.trim().to_owned()
}

#[test]
fn a_secret_in_the_last_commit_is_amended() {
    let repo = with_remote();
    let pair = Pair::drawn(1);
    commit(&repo, "app.env", &pair.env());
    let ran = push(&repo, &["main"]).ends(1);
    assert!(
        ran.out.contains("app.env") || ran.err.contains("app.env"),
        "{ran:#?}"
    );
    assert!(ran.err.contains("git commit --amend"), "{ran:#?}");
    assert!(
        !ran.err.contains(&pair.secret) && !ran.out.contains(&pair.secret),
        "{ran:#?}"
    );
}

#[test]
fn a_secret_that_was_taken_out_again_is_pushed_all_the_same() {
    let repo = with_remote();
    commit(&repo, "app.env", &Pair::drawn(1).env());
    let leak = head(&repo);
    commit(&repo, "app.env", "nothing\n");
    let ran = push(&repo, &["main"]).ends(1);
    assert!(
        ran.err
            .contains(&format!("git rebase -i {}~1", leak.get(..12).unwrap())),
        "{ran:#?}"
    );
    // Of a new branch, a forced one and a tag the same is pushed.
    push(&repo, &["main:refs/heads/new"]).ends(1);
    push(&repo, &["--force", "main"]).ends(1);
    plain(&repo, &["tag", "v1"]);
    push(&repo, &["v1"]).ends(1);
    // What is not pushed does not count.
    push(&repo, &["main~2:refs/heads/clean"]).ends(0);
    push(&repo, &[":clean"]).ends(0);
}

#[test]
fn of_several_refs_each_is_looked_at() {
    let repo = with_remote();
    plain(&repo, &["checkout", "-q", "-b", "one"]);
    commit(&repo, "one", "nothing\n");
    plain(&repo, &["checkout", "-q", "-b", "two", "main"]);
    commit(&repo, "two.env", &Pair::drawn(1).env());
    push(&repo, &["one", "two"]).ends(1);
    push(&repo, &["one"]).ends(0);
}

#[test]
fn what_the_remote_has_is_no_news() {
    let repo = with_remote();
    commit(&repo, "app.env", &Pair::drawn(1).env());
    push(&repo, &["--no-verify", "main"]).ends(0);
    commit(&repo, "more", "nothing\n");
    push(&repo, &["main"]).ends(0);
    // Another remote lacks it, and is told that the first has it already.
    let other = repo.beside("other").display().to_string();
    repo.git(["init", "-q", "--bare", &other]);
    repo.git(["remote", "add", "other", &other]);
    let output = repo
        .command(["push", "-q", "other", "main"])
        .output()
        .unwrap();
    let ran = Ran::of(&output).ends(1);
    assert!(ran.err.contains("is on origin/main already"), "{ran:#?}");
    assert!(ran.err.contains("rotate"), "{ran:#?}");
    // By its URL the first one is known as well.
    let url = repo.beside("remote").display().to_string();
    let output = repo
        .command(["push", "-q", &url, "main:refs/heads/again"])
        .output();
    Ran::of(&output.unwrap()).ends(0);
}

#[test]
fn a_merge_counts_with_what_it_adds_itself() {
    let repo = with_remote();
    plain(&repo, &["checkout", "-q", "-b", "side"]);
    commit(&repo, "side", "nothing\n");
    push(&repo, &["side"]).ends(0);
    plain(&repo, &["checkout", "-q", "main"]);
    commit(&repo, "main", "nothing\n");
    plain(&repo, &["merge", "-q", "--no-commit", "--no-ff", "side"]);
    repo.write("evil.env", Pair::drawn(1).env());
    plain(&repo, &["add", "-A"]);
    plain(&repo, &["commit", "-q", "-m", "merge"]);
    let ran = push(&repo, &["main"]).ends(1);
    assert!(format!("{ran:?}").contains("evil.env"), "{ran:#?}");
}
