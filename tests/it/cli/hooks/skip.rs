//! Receipts, and `KEYFENCE_SKIP`: who may leave a check out, and what is noted.

use std::fs;

use super::{Pair, Ran, installed};
use crate::git::Repo;

fn commit(repo: &Repo, variables: &[(&str, &str)]) -> Ran {
    let mut command = repo.command(["commit", "-q", "--allow-empty", "-m", "message"]);
    Ran::of(&command.envs(variables.iter().copied()).output().unwrap())
}

fn stage_a_secret(repo: &Repo) {
    repo.write("app.env", Pair::drawn(1).env());
    repo.git(["add", "-A"]);
}

fn noted(repo: &Repo, file: &str) -> String {
    fs::read_to_string(repo.root.join(".git/keyfence").join(file)).unwrap_or_default()
}

#[test]
fn a_check_that_is_left_out_is_noted_with_its_reason() {
    let repo = installed();
    stage_a_secret(&repo);
    let ran = commit(&repo, &[("KEYFENCE_SKIP", " the key is\nrevoked ")]).ends(0);
    assert!(
        ran.err
            .contains("pre-commit was not checked: the key is revoked"),
        "{ran:#?}"
    );
    let list = noted(&repo, "skipped");
    assert!(
        list.lines()
            .next()
            .unwrap()
            .ends_with("pre-commit the key is revoked"),
        "{list}"
    );
    assert!(noted(&repo, "receipt").contains("the key is revoked"));
    // Without a reason nothing is left out, and nothing is set by an empty variable.
    stage_a_secret(&repo);
    repo.write("more.env", Pair::drawn(2).env());
    repo.git(["add", "-A"]);
    let ran = commit(&repo, &[("KEYFENCE_SKIP", "1")]).ends(1);
    assert!(ran.err.contains("says no reason"), "{ran:#?}");
    commit(&repo, &[("KEYFENCE_SKIP", "")]).ends(1);
}

#[test]
fn whoever_forbids_it_wins() {
    let skip = ("KEYFENCE_SKIP", "why not");
    let repo = installed();
    stage_a_secret(&repo);
    repo.git(["config", "keyfence.allowSkip", "true"]);
    fs::write(repo.beside("user"), "[keyfence]\nallowSkip = no\n").unwrap();
    let user = repo.beside("user").display().to_string();
    let ran = commit(&repo, &[skip, ("GIT_CONFIG_GLOBAL", &user)]).ends(1);
    assert!(ran.err.contains("not permitted here"), "{ran:#?}");
    assert!(
        !ran.err.contains("KEYFENCE_SKIP=\"why\" git commit leaves"),
        "{ran:#?}"
    );
    assert_eq!(noted(&repo, "skipped"), "");
    // Not even when nothing can be checked.
    repo.write(".keyfence/allow", "nonsense\n");
    let ran = commit(&repo, &[("GIT_CONFIG_GLOBAL", &user)]).ends(1);
    assert!(
        ran.err.contains("(keyfence.allowSkip)") && !ran.err.contains("KEYFENCE_SKIP"),
        "{ran:#?}"
    );
    let ran = commit(&repo, &[]).ends(1);
    assert!(ran.err.contains("KEYFENCE_SKIP=\"why\""), "{ran:#?}");
    commit(&repo, &[skip]).ends(0);
}

#[test]
fn a_receipt_is_for_one_tree_and_one_parent() {
    let repo = installed();
    repo.write("README", "changed\n");
    repo.git(["add", "-A"]);
    commit(&repo, &[]).ends(0);
    let receipt = noted(&repo, "receipt");
    let tree = String::from_utf8(repo.git(["rev-parse", "HEAD^{tree}"])).unwrap();
    let parent = String::from_utf8(repo.git(["rev-parse", "HEAD~1"])).unwrap();
    assert!(
        receipt.contains(&format!("tree {tree}parents {parent}")),
        "{receipt}"
    );
    // Of another tree it says nothing: without pre-commit the next hook looks itself.
    stage_a_secret(&repo);
    let output = repo
        .command(["commit", "-q", "--no-verify", "-m", "x"])
        .output();
    let ran = Ran::of(&output.unwrap()).ends(1);
    assert!(
        ran.err.contains("prepare-commit-msg stopped the commit"),
        "{ran:#?}"
    );
    // A receipt that says so is believed, and one of another scanner is not.
    let staged = String::from_utf8(repo.git(["write-tree"])).unwrap();
    let head = String::from_utf8(repo.git(["rev-parse", "HEAD"])).unwrap();
    let scanner = receipt.lines().last().unwrap();
    let place = repo.root.join(".git/keyfence/receipt");
    let text = format!("keyfence receipt 1\ntree {staged}parents {head}");
    fs::write(&place, format!("{text}scanner 0123\n")).unwrap();
    let output = repo
        .command(["commit", "-q", "--no-verify", "-m", "x"])
        .output();
    Ran::of(&output.unwrap()).ends(1);
    fs::write(&place, format!("{text}{scanner}\n")).unwrap();
    let output = repo
        .command(["commit", "-q", "--no-verify", "-m", "x"])
        .output();
    Ran::of(&output.unwrap()).ends(0);
}
