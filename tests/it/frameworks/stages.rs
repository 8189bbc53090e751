//! Each stage under each framework, with real commits, merges and pushes.

use super::{Guarded, stopped};
use crate::cli::Pair;

/// Makes a test of each scenario for a framework.
macro_rules! framework {
    ($module:ident, $name:literal: $($scenario:ident)*) => {
        mod $module {
            $(
                #[test]
                #[ignore = "needs pre-commit, husky and lefthook: tests/run prepares them"]
                fn $scenario() {
                    super::$scenario($name);
                }
            )*
        }
    };
    ($($module:ident $name:literal,)*) => {
        $(framework!($module, $name:
            pre_commit commit_msg prepare_commit_msg pre_merge_commit pre_push first_push all_together);)*
    };
}

framework! {
    under_pre_commit "pre-commit",
    under_prek "prek",
    under_lefthook "lefthook",
    under_husky "husky",
    under_simple_git_hooks "simple-git-hooks",
}

fn pre_commit(framework: &str) {
    let guarded = Guarded::with_only(framework, "pre-commit");
    let pair = Pair::drawn(1);
    let before = guarded.head();
    guarded.repo.write("app.env", pair.env());
    stopped(&guarded.commit("Add settings"), &pair, "app.env");
    // The index of this one is not the one that git names elsewhere.
    guarded.git(&["reset", "-q"]).ends(0);
    guarded.repo.write("README", pair.env());
    let all = guarded.git(&["commit", "-q", "-a", "-m", "Add settings"]);
    stopped(&all, &pair, "README");
    assert_eq!(guarded.head(), before);
    guarded.repo.write("app.env", "REGION=eu-central-1\n");
    guarded.repo.write("README", "something\n");
    guarded.commit("Add settings").ends(0);
}

fn commit_msg(framework: &str) {
    message(framework, "commit-msg");
}

fn prepare_commit_msg(framework: &str) {
    message(framework, "prepare-commit-msg");
}

fn message(framework: &str, stage: &str) {
    let guarded = Guarded::with_only(framework, stage);
    let pair = Pair::drawn(1);
    let before = guarded.head();
    guarded.repo.write("new", "x\n");
    let ran = guarded.commit(&format!("Rotate\n\n{}", pair.env()));
    stopped(&ran, &pair, "");
    assert_eq!(guarded.head(), before);
    guarded.commit("Rotate").ends(0);
}

/// Makes the branch `name`, with `files` committed past all hooks, and returns to main.
fn branch(guarded: &Guarded, name: &str, files: &[(&str, &str)]) {
    guarded.git(&["checkout", "-q", "-b", name, "main"]).ends(0);
    for (file, text) in files {
        guarded.repo.write(file, text);
        guarded.commit_unseen();
    }
    guarded.git(&["checkout", "-q", "main"]).ends(0);
}

fn pre_merge_commit(framework: &str) {
    let guarded = Guarded::with_only(framework, "pre-merge-commit");
    let pair = Pair::drawn(1);
    branch(&guarded, "bad", &[("app.env", &pair.env())]);
    branch(&guarded, "good", &[("good", "x\n")]);
    let before = guarded.head();
    let merge = |branch| guarded.git(&["merge", "-q", "--no-ff", "--no-edit", branch]);
    stopped(&merge("bad"), &pair, "app.env");
    assert_eq!(guarded.head(), before);
    guarded.git(&["reset", "-q", "--hard"]).ends(0);
    merge("good").ends(0);
    assert_ne!(guarded.head(), before);
}

/// Makes an empty repository to push to.
fn remote(guarded: &Guarded) {
    let remote = guarded.repo.beside("remote.git");
    let remote = remote.to_str().unwrap();
    guarded.git(&["init", "-q", "--bare", remote]).ends(0);
    guarded.git(&["remote", "add", "origin", remote]).ends(0);
}

fn pre_push(framework: &str) {
    let guarded = Guarded::with_only(framework, "pre-push");
    let pair = Pair::drawn(1);
    remote(&guarded);
    guarded.git(&["push", "-q", "-u", "origin", "main"]).ends(0);
    // The secret is gone from the tip, and the branch is not the one that is checked out.
    branch(
        &guarded,
        "bad",
        &[("app.env", &pair.env()), ("app.env", "x\n")],
    );
    branch(&guarded, "good", &[("good", "x\n")]);
    stopped(
        &guarded.git(&["push", "-q", "origin", "bad"]),
        &pair,
        "app.env",
    );
    guarded.git(&["push", "-q", "origin", "good"]).ends(0);
    let there = guarded.git(&["ls-remote", "--heads", "origin"]).ends(0).out;
    assert!(
        there.contains("/good") && !there.contains("/bad"),
        "{there}"
    );
    guarded.git(&["push", "-q", "origin", ":good"]).ends(0);
}

fn first_push(framework: &str) {
    let guarded = Guarded::with_only(framework, "pre-push");
    let pair = Pair::drawn(1);
    remote(&guarded);
    guarded.repo.write("app.env", pair.env());
    guarded.commit_unseen();
    stopped(
        &guarded.git(&["push", "-q", "origin", "main"]),
        &pair,
        "app.env",
    );
}

/// What holds no secret passes all stages.
fn all_together(framework: &str) {
    let guarded = Guarded::with(framework);
    remote(&guarded);
    branch(&guarded, "good", &[("good", "x\n")]);
    guarded.repo.write("new", "x\n");
    guarded.commit("Add something new").ends(0);
    guarded
        .git(&["merge", "-q", "--no-ff", "--no-edit", "good"])
        .ends(0);
    guarded
        .git(&["push", "-q", "-u", "origin", "main", "good"])
        .ends(0);
    let amend = ["commit", "-q", "--amend", "-m", "Another message"];
    guarded.git(&amend).ends(0);
}
