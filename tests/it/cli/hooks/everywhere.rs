//! `--global` and `--template`, as a user types them. The git at hand decides whether the hooks go into its configuration or into a folder.

use std::{fs, path::PathBuf, process::Command};

use super::super::{Pair, Ran, program};
use crate::git::{self, Repo};

/// A user with a home of their own, and a repository.
struct User {
    repo: Repo,
    home: PathBuf,
}

impl User {
    fn new() -> Self {
        let repo = Repo::new();
        let home = repo.beside("home");
        fs::create_dir(&home).unwrap();
        fs::write(home.join(".gitconfig"), "[user]\n\tname = U\n").unwrap();
        Self { repo, home }
    }

    fn at_home(&self, command: &mut Command) -> Ran {
        command
            .env("HOME", &self.home)
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env_remove("GIT_CONFIG_GLOBAL")
            .env_remove("XDG_CONFIG_HOME");
        Ran::of(&command.output().unwrap())
    }

    fn keyfence(&self, args: &[&str]) -> Ran {
        let mut command = program(&self.repo.root, args);
        command.env("PATH", path());
        self.at_home(&mut command)
    }

    fn git(&self, args: &[&str]) -> Ran {
        self.at_home(&mut git::git(&self.repo.root, args))
    }

    fn config(&self) -> String {
        fs::read_to_string(self.home.join(".gitconfig")).unwrap()
    }

    fn commit_a_secret(&self) -> Ran {
        self.repo.write("app.env", Pair::drawn(1).env());
        self.git(&["add", "-A"]).ends(0);
        self.git(&["commit", "-q", "-m", "leak"])
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a test stands where the command line stands"
)]
fn path() -> std::ffi::OsString {
    std::env::var_os("PATH").unwrap_or_default()
}

#[test]
fn all_repositories_are_guarded_until_it_is_taken_back() {
    let user = User::new();
    let before = user.config();
    user.keyfence(&["install", "--global"]).ends(0);
    user.commit_a_secret().ends(1);
    // A part is taken back alone: messages are no longer looked at, the rest is.
    user.keyfence(&["uninstall", "--global", "--hooks", "commit-msg"])
        .ends(0);
    user.commit_a_secret().ends(1);
    let message = Pair::drawn(2).env();
    user.git(&["rm", "-q", "--cached", "app.env"]).ends(0);
    user.git(&["commit", "-q", "--allow-empty", "-m", &message])
        .ends(0);
    user.keyfence(&["uninstall", "--global"]).ends(0);
    user.commit_a_secret().ends(0);
    assert_eq!(user.config(), before);
    assert!(!user.home.join(".config/keyfence").exists());
}

#[test]
fn one_repository_does_not_touch_what_is_for_all() {
    let user = User::new();
    user.keyfence(&["install", "--global"]).ends(0);
    let folder = user.home.join(".config/keyfence/hooks");
    if !folder.exists() {
        // They are in git's configuration, and those of a repository stand beside them.
        user.keyfence(&["install"]).ends(0);
        user.keyfence(&["uninstall"]).ends(0);
        user.commit_a_secret().ends(1);
        return;
    }
    let script = || fs::read_to_string(folder.join("pre-commit")).unwrap();
    let before = script();
    for command in ["install", "uninstall"] {
        let ran = user.keyfence(&[command]).ends(2);
        assert!(ran.err.contains("--global"), "{ran:#?}");
    }
    assert_eq!(script(), before);
    user.commit_a_secret().ends(1);
}

#[test]
fn a_push_into_a_checked_out_branch_updates_its_files() {
    let user = User::new();
    user.keyfence(&["install", "--global"]).ends(0);
    user.repo.write("f", "old\n");
    user.git(&["add", "-A"]).ends(0);
    user.git(&["commit", "-q", "-m", "one"]).ends(0);
    let clone = user.repo.beside("clone").display().to_string();
    user.git(&["clone", "-q", ".", &clone]).ends(0);
    user.git(&[
        "-C",
        &clone,
        "config",
        "receive.denyCurrentBranch",
        "updateInstead",
    ])
    .ends(0);
    user.repo.write("f", "new\n");
    user.git(&["commit", "-q", "-a", "-m", "two"]).ends(0);
    user.git(&["push", "-q", &clone, "main"]).ends(0);
    let there = fs::read_to_string(PathBuf::from(clone).join("f")).unwrap();
    assert_eq!(there, "new\n");
}

#[test]
fn a_template_is_for_new_repositories() {
    let user = User::new();
    let folder = user.repo.beside("template").display().to_string();
    let ran = user.keyfence(&["install", "--template", &folder]).ends(0);
    assert!(ran.out.contains("init.templateDir"), "{ran:#?}");
    let new = user.repo.beside("new").display().to_string();
    user.git(&["init", "-q", "--template", &folder, &new])
        .ends(0);
    assert!(PathBuf::from(&new).join(".git/hooks/pre-push").is_file());
    user.keyfence(&["uninstall", "--template", &folder]).ends(0);
    assert_eq!(
        fs::read_dir(PathBuf::from(folder).join("hooks"))
            .unwrap()
            .count(),
        0
    );
}
