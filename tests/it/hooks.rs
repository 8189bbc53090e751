//! Installed hooks run under real git, keep what was there, and go without a trace.

#![cfg(unix)]

pub(crate) mod ways;

use std::{
    fs,
    os::unix::fs::{PermissionsExt as _, symlink},
    path::{Path, PathBuf},
    process::Command,
};

use keyfence::{
    hook::{
        Action, NAMES,
        drop_in::{self, Existing},
        error::Error,
        install::install,
        site::Site,
        uninstall::uninstall,
    },
    source::repository::{OuterConfig, Override, discover},
};

use crate::git::Repo;

const BOTH: &[&str] = &["pre-commit", "commit-msg"];

fn script(path: &Path, text: &str) {
    crate::git::executable(path, text);
}

fn mode(path: &Path) -> u32 {
    fs::symlink_metadata(path).unwrap().permissions().mode() & 0o777
}

/// Writes a stand-in for the program, which logs how it was called and what it read, and ends with `code`.
fn program(repo: &Repo, code: i32) -> PathBuf {
    let path = repo.beside("it's a place/keyfence");
    let log = repo.beside("log");
    script(
        &path,
        &format!(
            "#!/bin/sh\necho \"ours $*\" >>'{0}'\ncase $2 in pre-push) sed 's/^/ours read /' >>'{0}';; esac\nexit {code}\n",
            log.display()
        ),
    );
    path
}

fn log(repo: &Repo) -> String {
    let path = repo.beside("log");
    let text = fs::read_to_string(&path).unwrap_or_default();
    drop(fs::remove_file(path));
    text
}

fn actions(hooks: &Path, names: &[&str], program: &Path) -> Vec<Action> {
    let changes = install(&Site::folder(hooks), names, program, "1.0.0").unwrap();
    changes.into_iter().map(|change| change.action).collect()
}

fn removed(hooks: &Path, names: &[&str]) -> Vec<Action> {
    let changes = uninstall(&Site::folder(hooks), names).unwrap();
    changes.into_iter().map(|change| change.action).collect()
}

fn commit(repo: &Repo) -> (bool, String) {
    let mut command = repo.command(["commit", "--allow-empty", "-m", "text"]);
    command.env("PATH", path_without_keyfence());
    let output = command.output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    (output.status.success(), errors)
}

/// Returns PATH without the folders where a `keyfence` is, so that the machine's own is not run.
#[expect(
    clippy::disallowed_methods,
    reason = "a test stands where the command line stands"
)]
pub(crate) fn path_without_keyfence() -> std::ffi::OsString {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).filter(|folder| !folder.join("keyfence").exists());
    std::env::join_paths(folders).unwrap()
}

#[test]
fn hooks_run_and_block() {
    let repo = Repo::new();
    let hooks = repo.discover().hooks_dir;
    let good = program(&repo, 0);
    assert_eq!(
        actions(&hooks, BOTH, &good),
        [Action::Written, Action::Written]
    );
    assert!(commit(&repo).0);
    assert_eq!(
        log(&repo),
        "ours hook pre-commit\nours hook commit-msg .git/COMMIT_EDITMSG\n"
    );
    program(&repo, 1);
    assert!(!commit(&repo).0);
    assert_eq!(log(&repo), "ours hook pre-commit\n");
    // Twice changes nothing, not even the time of the file.
    let before = fs::metadata(hooks.join("pre-commit"))
        .unwrap()
        .modified()
        .unwrap();
    assert_eq!(
        actions(&hooks, BOTH, &good),
        [Action::Unchanged, Action::Unchanged]
    );
    assert_eq!(
        fs::metadata(hooks.join("pre-commit"))
            .unwrap()
            .modified()
            .unwrap(),
        before
    );
    assert_eq!(removed(&hooks, BOTH), [Action::Removed, Action::Removed]);
    assert_eq!(removed(&hooks, BOTH), [Action::Absent, Action::Absent]);
    assert!(commit(&repo).0);
    assert_eq!(log(&repo), "");
}

#[test]
fn without_the_program_git_is_stopped() {
    let repo = Repo::new();
    let gone = repo.beside("gone/keyfence");
    let hooks = repo.discover().hooks_dir;
    actions(&hooks, BOTH, &gone);
    let (passed, errors) = commit(&repo);
    assert!(!passed);
    assert!(errors.contains("gone/keyfence is gone"), "{errors}");
    assert!(errors.contains("keyfence install"), "{errors}");
    // One in PATH will do.
    let program = program(&repo, 0);
    let mut command = repo.command(["commit", "--allow-empty", "-m", "text"]);
    let path = [program.parent().unwrap().to_path_buf()];
    let path = path
        .into_iter()
        .chain(std::env::split_paths(&path_without_keyfence()).collect::<Vec<_>>());
    command.env("PATH", std::env::join_paths(path).unwrap());
    crate::git::run(command);
    assert!(log(&repo).starts_with("ours hook pre-commit\n"));
}

#[test]
fn a_foreign_hook_is_kept_and_runs() {
    let repo = Repo::new();
    let hooks = repo.discover().hooks_dir;
    let hook = hooks.join("pre-commit");
    let old = format!(
        "#!/bin/sh\necho \"old $# $(basename \"$(dirname \"$0\")\")\" >>'{}'\nexit ${{OLD_STATUS:-0}}\n",
        repo.beside("log").display()
    );
    script(&hook, &old);
    fs::set_permissions(&hook, fs::Permissions::from_mode(0o751)).unwrap();
    let good = program(&repo, 0);
    let saved = hooks.join("pre-commit.keyfence-saved");
    assert_eq!(
        actions(&hooks, BOTH, &good),
        [Action::Inserted, Action::Written]
    );
    assert_eq!(mode(&hook), 0o751);
    assert_eq!(
        actions(&hooks, BOTH, &good),
        [Action::Unchanged, Action::Unchanged]
    );
    assert!(commit(&repo).0);
    assert_eq!(
        log(&repo),
        "ours hook pre-commit\nold 0 hooks\nours hook commit-msg .git/COMMIT_EDITMSG\n"
    );
    let mut failing = repo.command(["commit", "--allow-empty", "-m", "text"]);
    assert!(
        !failing
            .env("OLD_STATUS", "3")
            .output()
            .unwrap()
            .status
            .success()
    );
    assert_eq!(log(&repo), "ours hook pre-commit\nold 0 hooks\n");
    program(&repo, 1);
    assert!(!commit(&repo).0);
    assert_eq!(log(&repo), "ours hook pre-commit\n");
    assert_eq!(removed(&hooks, BOTH), [Action::Restored, Action::Removed]);
    assert_eq!(fs::read_to_string(&hook).unwrap(), old);
    assert_eq!(mode(&hook), 0o751);
    assert!(!saved.exists());
    assert_eq!(removed(&hooks, &["pre-commit"]), [Action::Foreign]);
    assert_eq!(fs::read_to_string(&hook).unwrap(), old);
}

#[test]
fn both_hooks_read_the_same_input_and_arguments() {
    let repo = Repo::new();
    let other = Repo::with(&["--bare"]);
    repo.commit_all();
    let hooks = repo.discover().hooks_dir;
    let old = format!(
        "#!/bin/sh\necho \"old $*\" >>'{0}'\nsed 's/^/old read /' >>'{0}'\nexit ${{OLD_STATUS:-0}}\n",
        repo.beside("log").display()
    );
    script(&hooks.join("pre-push"), &old);
    actions(&hooks, &["pre-push"], &program(&repo, 0));
    let url = other.root.display().to_string();
    let push = |status: &str| {
        let mut push = repo.command(["push", "-q", &url, "main"]);
        push.env("OLD_STATUS", status)
            .output()
            .unwrap()
            .status
            .success()
    };
    assert!(!push("1"));
    assert!(push("0"));
    let id = String::from_utf8(repo.git(["rev-parse", "HEAD"])).unwrap();
    let line = format!(
        "refs/heads/main {} refs/heads/main {}\n",
        id.trim(),
        "0".repeat(40)
    );
    let once =
        format!("ours hook pre-push {url} {url}\nours read {line}old {url} {url}\nold read {line}");
    assert_eq!(log(&repo), format!("{once}{once}"));
    program(&repo, 1);
    assert!(!push("0"));
    assert!(!log(&repo).contains("old"));
}

#[test]
fn a_hook_that_is_a_link_or_not_executable() {
    let repo = Repo::new();
    let hooks = repo.discover().hooks_dir;
    let good = program(&repo, 0);
    let target = repo.root.join("scripts/check");
    script(
        &target,
        &format!(
            "#!/bin/sh\necho linked >>'{}'\n",
            repo.beside("log").display()
        ),
    );
    fs::create_dir_all(&hooks).unwrap();
    symlink("../../scripts/check", hooks.join("pre-commit")).unwrap();
    fs::write(hooks.join("commit-msg"), "#!/bin/sh\nexit 1\n").unwrap();
    fs::set_permissions(hooks.join("commit-msg"), fs::Permissions::from_mode(0o644)).unwrap();
    actions(&hooks, BOTH, &good);
    // Git passes over a hook without the bit, and so do we.
    assert!(commit(&repo).0);
    assert!(log(&repo).starts_with("ours hook pre-commit\nlinked\n"));
    assert_eq!(removed(&hooks, BOTH), [Action::Restored, Action::Restored]);
    assert_eq!(
        fs::read_link(hooks.join("pre-commit")).unwrap(),
        Path::new("../../scripts/check")
    );
    assert_eq!(mode(&hooks.join("commit-msg")), 0o644);
    // The file the link leads to was not touched.
    assert!(fs::read_to_string(&target).unwrap().contains("linked"));
    // A dangling link is somebody's as well.
    fs::remove_file(&target).unwrap();
    actions(&hooks, BOTH, &good);
    assert!(commit(&repo).0);
    removed(&hooks, BOTH);
    assert!(fs::read_link(hooks.join("pre-commit")).is_ok());
}

#[test]
fn only_ours_is_repaired() {
    let repo = Repo::new();
    let hooks = repo.discover().hooks_dir;
    let hook = hooks.join("pre-commit");
    let good = program(&repo, 0);
    actions(&hooks, &["pre-commit"], &good);
    let text = fs::read(&hook).unwrap();
    fs::write(&hook, &text[..text.len() / 2]).unwrap();
    assert_eq!(actions(&hooks, &["pre-commit"], &good), [Action::Repaired]);
    assert_eq!(fs::read(&hook).unwrap(), text);
    fs::set_permissions(&hook, fs::Permissions::from_mode(0o644)).unwrap();
    assert_eq!(actions(&hooks, &["pre-commit"], &good), [Action::Repaired]);
    assert_ne!(mode(&hook) & 0o100, 0);
    let moved = repo.beside("elsewhere");
    assert_eq!(actions(&hooks, &["pre-commit"], &moved), [Action::Repaired]);
    // Somebody wrote over ours while an older hook was kept: nothing of either is lost.
    fs::remove_file(&hook).unwrap();
    script(&hook, "#!/usr/bin/env python3\n# one\n");
    actions(&hooks, &["pre-commit"], &good);
    script(&hook, "#!/usr/bin/env python3\n# two\n");
    let error = install(&Site::folder(&hooks), &["pre-commit"], &good, "1.0.0").unwrap_err();
    assert!(matches!(error, Error::TwoForeign { .. }), "{error}");
    assert_eq!(removed(&hooks, &["pre-commit"]), [Action::Foreign]);
    assert!(fs::read_to_string(&hook).unwrap().contains("two"));
    assert!(
        fs::read_to_string(hooks.join("pre-commit.keyfence-saved"))
            .unwrap()
            .contains("one")
    );
}

#[test]
fn hooks_go_where_git_looks() {
    let repo = Repo::new();
    repo.commit_all();
    let good = program(&repo, 0);
    repo.git(["config", "core.hooksPath", "my/hooks"]);
    let found = repo.discover();
    assert!(found.hooks_dir_configured);
    assert_eq!(found.hooks_dir, repo.root.join("my/hooks"));
    actions(&found.hooks_dir, BOTH, &good);
    assert!(commit(&repo).0);
    assert!(log(&repo).contains("ours hook pre-commit"));
    repo.git(["config", "--unset", "core.hooksPath"]);
    // The user's own configuration counts, with what it includes.
    fs::write(repo.beside("config"), "[include]\npath = more\n").unwrap();
    fs::write(repo.beside("more"), "[core]\nhooksPath = ~/hooks\n").unwrap();
    let outer = OuterConfig {
        files: vec![repo.beside("config")],
        home: Some(repo.beside("")),
        ..OuterConfig::default()
    };
    let found = discover(&repo.root, &Override::default(), &outer).unwrap();
    assert_eq!(found.hooks_dir, repo.beside("hooks"));
    // A linked worktree shares the hooks of its repository.
    fs::remove_dir_all(repo.root.join(".git/hooks")).ok();
    let tree = repo.beside("linked");
    repo.git([
        "worktree".as_ref(),
        "add".as_ref(),
        "-q".as_ref(),
        tree.as_os_str(),
    ]);
    let found = discover(&tree, &Override::default(), &OuterConfig::default()).unwrap();
    actions(&found.hooks_dir, BOTH, &good);
    log(&repo);
    crate::git::run(crate::git::git(
        &tree,
        ["commit", "-q", "--allow-empty", "-m", "text"],
    ));
    assert!(log(&repo).contains("ours hook commit-msg"));
}

/// A file system without room for one more byte: what was there is there, whole, and runs.
#[test]
fn a_full_disk_loses_nothing() {
    for old in ["#!/bin/sh\nexit 0\n", "#!/usr/bin/env python3\n"] {
        let repo = Repo::new();
        let hooks = repo.discover().hooks_dir;
        script(&hooks.join("pre-commit"), old);
        let names = || {
            let entries = fs::read_dir(&hooks).unwrap();
            let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name()).collect();
            names.sort();
            names
        };
        let before = names();
        // No file may grow; the signal would end the program before it can say so.
        let limited = "trap '' XFSZ; ulimit -f 0; exec \"$0\" \"$@\"";
        let run = |args: &[&str]| {
            let mut command = Command::new("sh");
            command
                .args(["-c", limited, env!("CARGO_BIN_EXE_keyfence")])
                .args(args)
                .current_dir(&repo.root);
            crate::cli::Ran::of(&command.output().unwrap())
        };
        let ran = run(&[
            "install",
            "--template",
            ".git",
            "--hooks",
            "pre-commit,commit-msg",
        ])
        .ends(2);
        for part in ["write the hook", "pre-commit", "File too large"] {
            assert!(ran.err.contains(part), "{part:?} is not in {ran:#?}");
        }
        assert_eq!(names(), before, "{old}");
        assert_eq!(fs::read_to_string(hooks.join("pre-commit")).unwrap(), old);
        assert_eq!(mode(&hooks.join("pre-commit")), 0o755);
        // The same while it is taken out, of a hook that others have written into.
        let good = program(&repo, 0);
        actions(&hooks, &["pre-commit"], &good);
        let with = fs::read(hooks.join("pre-commit")).unwrap();
        if old.contains("exit 0") {
            run(&["uninstall", "--template", ".git"]).ends(2);
            assert_eq!(fs::read(hooks.join("pre-commit")).unwrap(), with);
        }
        // A hook that runs then needs no room.
        repo.write("clean", "x\n");
        repo.git(["add", "-A"]);
        run(&["hook", "pre-commit"]).ends(0);
        repo.write("app.env", crate::cli::Pair::drawn(1).env());
        repo.git(["add", "-A"]);
        run(&["hook", "pre-commit"]).ends(1);
    }
}

#[test]
fn trouble_is_told_before_or_as_it_happens() {
    let repo = Repo::new();
    let hooks = repo.discover().hooks_dir;
    let good = program(&repo, 0);
    let error = install(
        &Site::folder(&hooks),
        &["pre-commit", "pre-comit"],
        &good,
        "1",
    )
    .unwrap_err();
    assert!(error.to_string().contains("pre-comit"), "{error}");
    assert!(!hooks.join("pre-commit").exists());
    assert!(install(&Site::folder(&hooks), BOTH, Path::new("keyfence"), "1").is_err());
    assert!(install(&Site::folder(&hooks), BOTH, Path::new("/a\nb"), "1").is_err());
    fs::create_dir_all(hooks.join("pre-commit")).unwrap();
    assert!(matches!(
        install(&Site::folder(&hooks), BOTH, &good, "1"),
        Err(Error::NotAFile { .. })
    ));
    // A folder nobody can write to, not even the superuser: its parent is a file.
    repo.write("file", "1");
    let error = install(
        &Site::folder(&repo.root.join("file/hooks")),
        BOTH,
        &good,
        "1",
    )
    .unwrap_err();
    assert!(matches!(error, Error::Write { .. }), "{error}");
    assert!(error.to_string().contains("core.hooksPath"), "{error}");
    // When ours cannot be written, the old hook stays where it was.
    let folder = repo.beside("read-only");
    script(&folder.join("pre-commit"), "#!/bin/sh\n");
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o555)).unwrap();
    let result = install(&Site::folder(&folder), &["pre-commit"], &good, "1");
    let is_superuser = fs::write(folder.join("probe"), "").is_ok();
    assert_eq!(result.is_ok(), is_superuser);
    assert!(folder.join("pre-commit").exists());
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn every_script_is_a_shell_script() {
    let repo = Repo::new();
    let hooks = repo.beside("all");
    let program = Path::new("/opt/a 'b' $c/keyfence");
    install(&Site::folder(&hooks), NAMES, program, "1.0.0").unwrap();
    // Those of the drop-in beside the names they have: each as git runs it, with a hook kept, and in a folder.
    for name in drop_in::NAMES {
        let beside = hooks.join(name).with_extension("drop-in");
        fs::create_dir_all(beside.join(format!("{name}.d"))).unwrap();
        for (place, existing) in [(&hooks, Existing::Keep), (&beside, Existing::Refuse)] {
            drop_in::install(place, name, existing, program, "1.0.0").unwrap();
        }
    }
    let in_folders = drop_in::NAMES.iter().flat_map(|name| {
        [
            format!("{name}.drop-in/{name}"),
            format!("{name}.drop-in/{name}.d/git-secrets"),
        ]
    });
    for name in NAMES
        .iter()
        .map(|name| (*name).to_owned())
        .chain(in_folders)
    {
        let status = Command::new("sh")
            .arg("-n")
            .arg(hooks.join(&name))
            .status()
            .unwrap();
        assert!(status.success(), "{name}");
    }
}
