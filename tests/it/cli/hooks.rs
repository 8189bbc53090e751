//! Hooks under real git: what they stop, what they let pass, and that trouble blocks.

mod doctor;
mod everywhere;
mod matrix;
mod push;
mod server;
mod skip;

use std::fs;

use super::{Pair, Ran, program, repository, run};
use crate::git::Repo;

fn installed() -> Repo {
    let repo = repository();
    // Hooks in files: those of the configuration cannot be left out for a moment by another `core.hooksPath`.
    let mut install = program(&repo.root, ["install"]);
    install.env("PATH", crate::git::older(&repo, None));
    Ran::of(&install.output().unwrap()).ends(0);
    repo
}

fn commit(repo: &Repo, message: &str) -> Ran {
    let output = repo
        .command(["commit", "-q", "-m", message])
        .output()
        .unwrap();
    Ran::of(&output)
}

#[test]
fn a_commit_with_a_key_pair_is_refused() {
    let repo = installed();
    let pair = Pair::drawn(1);
    repo.write("app.env", pair.env());
    repo.git(["add", "-A"]);
    let ran = commit(&repo, "Add settings");
    assert_eq!(ran.code, 1, "{ran:#?}");
    assert!(
        ran.err.contains("app.env") && ran.err.contains("aws-access-key-pair"),
        "{ran:#?}"
    );
    assert!(
        !ran.err.contains(&pair.secret) && !ran.err.contains(&pair.id),
        "{ran:#?}"
    );
    repo.write("app.env", "REGION=eu-central-1\n");
    repo.git(["add", "-A"]);
    let ran = commit(&repo, "Add settings").ends(0);
    assert_eq!((ran.out.as_str(), ran.err.as_str()), ("", ""));
}

#[test]
fn a_message_with_a_key_pair_is_refused() {
    let repo = installed();
    let pair = Pair::drawn(1);
    repo.write("app.env", "x\n");
    repo.git(["add", "-A"]);
    let ran = commit(&repo, &format!("Rotate\n\n{}", pair.env()));
    assert_eq!(ran.code, 1, "{ran:#?}");
    assert!(!ran.err.contains(&pair.secret), "{ran:#?}");
    commit(&repo, "Rotate").ends(0);
}

#[test]
fn a_secret_that_was_committed_before_does_not_stop_other_files() {
    let repo = repository();
    repo.write("old.env", Pair::drawn(1).env());
    repo.commit_all();
    run(&repo.root, ["install"]).ends(0);
    repo.write("new", "x\n");
    repo.git(["add", "-A"]);
    commit(&repo, "Add new").ends(0);
}

#[test]
fn hooks_run_by_hand() {
    let repo = repository();
    repo.write("app.env", Pair::drawn(1).env());
    repo.git(["add", "-A"]);
    run(&repo.root, ["hook", "pre-commit"]).ends(1);
    repo.write("message", Pair::drawn(1).env());
    run(&repo.root, ["hook", "commit-msg", "message"]).ends(1);
    run(&repo.root, ["hook", "commit-msg"]).complains(&["message file"]);
    run(&repo.root, ["hook", "pre-comit"]).complains(&["pre-comit", "pre-commit"]);
}

/// Stages `app.env`, breaks the repository, and asserts that scan and hook say `part` and end with 2.
#[track_caller]
fn broken(part: &str, break_it: impl FnOnce(&Repo)) {
    let repo = installed();
    repo.write("app.env", "x\n");
    repo.git(["add", "-A"]);
    break_it(&repo);
    let said = |ran: &Ran| {
        let text = [&*ran.out, &*ran.err].concat();
        assert!(text.contains(part), "{part:?} is not in {ran:#?}");
        assert!(!text.contains("panicked"), "{ran:#?}");
    };
    said(&run(&repo.root, ["scan", "--staged"]).ends(2));
    let hook = run(&repo.root, ["hook", "pre-commit"]).ends(2);
    said(&hook);
    assert!(hook.err.contains("git was stopped"), "{hook:#?}");
    assert!(hook.err.contains("KEYFENCE_SKIP="), "{hook:#?}");
}

#[test]
fn trouble_blocks() {
    broken("read the index", |repo| {
        repo.write(".git/index", "DIRC, but nothing more");
    });
    broken("read the index", |repo| {
        let index = repo.root.join(".git/index");
        let bytes = fs::read(&index).unwrap();
        fs::write(index, &bytes[..bytes.len() / 2]).unwrap();
    });
    broken("is not in the object database", |repo| {
        let id = String::from_utf8(repo.git(["rev-parse", ":app.env"])).unwrap();
        let (folder, file) = id.trim().split_at(2);
        fs::remove_file(repo.root.join(".git/objects").join(folder).join(file)).unwrap();
    });
    broken("app.env", |repo| {
        let id = String::from_utf8(repo.git(["rev-parse", ":app.env"])).unwrap();
        let (folder, file) = id.trim().split_at(2);
        let path = repo.root.join(".git/objects").join(folder).join(file);
        fs::remove_file(&path).unwrap();
        fs::write(path, "no object").unwrap();
    });
    broken("HEAD", |repo| {
        let id = String::from_utf8(repo.git(["rev-parse", "HEAD"])).unwrap();
        let (folder, file) = id.trim().split_at(2);
        fs::remove_file(repo.root.join(".git/objects").join(folder).join(file)).unwrap();
    });
    broken("HEAD", |repo| repo.write(".git/HEAD", "nonsense\n"));
    broken("git repository", |repo| {
        fs::remove_file(repo.root.join(".git/HEAD")).unwrap();
    });
    broken("configuration", |repo| repo.write(".git/config", "[core\n"));
}

#[test]
fn a_hook_blocks_whatever_becomes_of_its_output() {
    let repo = repository();
    repo.write(
        "app.env",
        (0..300).map(|n| Pair::drawn(n).env()).collect::<String>(),
    );
    repo.git(["add", "-A"]);
    let mut child = program(&repo.root, ["hook", "pre-commit"])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    drop(child.stderr.take());
    assert_eq!(child.wait().unwrap().code(), Some(1));
}
