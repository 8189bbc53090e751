//! `keyfence doctor` says whether the hooks that git will run stop a secret, and why not.

use std::{fs, os::unix::fs::PermissionsExt as _, path::Path};

use super::super::{Ran, program};
use crate::git::Repo;

fn doctor(folder: &Path, variables: &[(&str, &str)]) -> Ran {
    let mut command = program(folder, ["doctor"]);
    command.env("PATH", path()).envs(variables.iter().copied());
    Ran::of(&command.output().unwrap())
}

fn install(repo: &Repo) {
    let mut command = program(&repo.root, ["install"]);
    let output = command.env("PATH", path()).output().unwrap();
    assert!(output.status.success(), "{output:?}");
}

#[expect(
    clippy::disallowed_methods,
    reason = "a test stands where the command line stands"
)]
fn path() -> std::ffi::OsString {
    std::env::var_os("PATH").unwrap_or_default()
}

/// Installs, breaks something, and asserts that the doctor says `part`; `hook` no longer stops what it should.
#[track_caller]
fn ill(hook: &str, part: &str, variables: &[(&str, &str)], break_it: impl FnOnce(&Repo)) {
    let repo = Repo::new();
    install(&repo);
    break_it(&repo);
    let ran = doctor(&repo.root, variables).ends(1);
    assert!(ran.out.contains(part), "{part:?} is not in {}", ran.out);
    let line = ran
        .out
        .lines()
        .find(|line| line.contains(&format!(" {hook} ")));
    assert!(
        line.is_some_and(|line| line.contains("OPEN")),
        "{}",
        ran.out
    );
}

#[test]
fn a_healthy_repository() {
    let repo = Repo::new();
    install(&repo);
    let before = repo.git(["status", "--porcelain"]);
    let objects = repo.git(["count-objects"]);
    let ran = doctor(&repo.root, &[]).ends(0);
    assert!(
        !ran.out.contains("OPEN") && !ran.out.contains("problem"),
        "{}",
        ran.out
    );
    assert_eq!(repo.git(["status", "--porcelain"]), before);
    assert_eq!(
        repo.git(["count-objects"]),
        objects,
        "nothing is left behind"
    );
    let mut json = program(&repo.root, ["doctor", "--json"]);
    let json = Ran::of(&json.env("PATH", path()).output().unwrap())
        .ends(0)
        .json();
    assert_eq!(json["ok"], true);
    assert_eq!(json["operations"].as_array().unwrap().len(), 6);
    assert_eq!(json["problems"].as_array().unwrap().len(), 0);
}

#[test]
fn nothing_is_installed() {
    let repo = Repo::new();
    let ran = doctor(&repo.root, &[]).ends(1);
    assert!(ran.out.contains("keyfence install --hooks"), "{}", ran.out);
    assert_eq!(ran.out.matches("OPEN").count(), 6, "{}", ran.out);
}

#[test]
fn each_cause_is_named() {
    ill("pre-commit", "is not executable", &[], |repo| {
        let hook = repo.root.join(".git/hooks/pre-commit");
        fs::set_permissions(hook, fs::Permissions::from_mode(0o644)).unwrap();
    });
    ill("pre-push", "which is gone", &[], |repo| {
        let hook = repo.root.join(".git/hooks/pre-push");
        let text = fs::read_to_string(&hook).unwrap();
        let line = text
            .lines()
            .find(|line| line.starts_with("keyfence='"))
            .unwrap();
        fs::write(&hook, text.replace(line, "keyfence='/gone/keyfence'")).unwrap();
    });
    ill("commit-msg", "was written over", &[], |repo| {
        let hooks = repo.root.join(".git/hooks");
        fs::write(hooks.join("commit-msg"), "#!/bin/sh\nexit 0\n").unwrap();
        fs::write(hooks.join("commit-msg.keyfence-saved"), "").unwrap();
    });
    ill("pre-applypatch", "does not run keyfence", &[], |repo| {
        fs::write(
            repo.root.join(".git/hooks/pre-applypatch"),
            "#!/bin/sh\nexit 0\n",
        )
        .unwrap();
    });
    ill("pre-commit", "Windows line ends", &[], |repo| {
        let hook = repo.root.join(".git/hooks/pre-commit");
        let text = fs::read_to_string(&hook).unwrap();
        fs::write(&hook, text.replace('\n', "\r\n")).unwrap();
    });
    ill("pre-commit", "core.hooksPath", &[], |repo| {
        repo.git(["config", "core.hooksPath", "elsewhere"]);
    });
    ill("pre-commit", "npx husky", &[], |repo| {
        repo.git(["config", "core.hooksPath", ".husky/_"]);
    });
    ill(
        "pre-commit",
        "KEYFENCE_SKIP=why",
        &[("KEYFENCE_SKIP", "why")],
        |_| {},
    );
}

#[test]
fn a_bare_repository_is_pushed_to() {
    let repo = Repo::with(&["--bare"]);
    doctor(&repo.root, &[]).ends(1);
    install(&repo);
    let ran = doctor(&repo.root, &[]).ends(0);
    assert!(ran.out.contains("pre-receive"), "{}", ran.out);
}

#[test]
fn outside_a_repository() {
    let place = super::super::Place::new();
    doctor(&place.root, &[]).complains(&["cannot find a repository"]);
}
