//! `--install`: where hooks go, what is said, what is refused, and that git runs them.

use std::{
    fs,
    os::unix::fs::{PermissionsExt as _, symlink},
    path::Path,
};

use super::{Place, ends, found};
use crate::cli::Ran;

const HOOKS: [&str; 3] = ["commit-msg", "pre-commit", "prepare-commit-msg"];

/// Returns what is printed when the hooks go to `hooks/<name>` and `suffix`.
fn told(hooks: &str, suffix: &str) -> String {
    let line = |name: &&str| format!("Installed {name} hook to {hooks}/{name}{suffix}\n");
    HOOKS.iter().map(line).collect()
}

#[track_caller]
fn is_hook(path: impl AsRef<Path>) {
    let path = path.as_ref();
    let mode = fs::metadata(path).unwrap().permissions().mode();
    assert_eq!(mode & 0o100, 0o100, "{path:?}");
    let text = fs::read_to_string(path).unwrap();
    let name = path.ancestors().find_map(|path| {
        let name = path.file_name()?.to_str()?;
        let name = name.strip_suffix(".d").unwrap_or(name);
        HOOKS.contains(&name).then(|| name.replace('-', "_"))
    });
    let run = format!("git secrets --{}_hook -- \"$@\"", name.unwrap());
    assert!(text.starts_with("#!") && text.contains(&run), "{text}");
}

#[test]
fn hooks_go_to_the_repository() {
    let place = Place::new();
    ends(&place.run(["--install"]), &told(".git/hooks", ""), "", 0);
    for name in HOOKS {
        is_hook(place.repo.root.join(".git/hooks").join(name));
    }
}

#[test]
fn a_folder_below_names_them_from_the_root() {
    let place = Place::new();
    place.repo.write("a/b/file", "");
    let hooks = place.repo.root.join(".git/hooks");
    let ran = place.run_in(place.repo.root.join("a/b"), ["--install"]);
    ends(&ran, &told(hooks.to_str().unwrap(), ""), "", 0);
}

#[test]
fn folders_can_be_named() {
    let place = Place::new();
    let check = |folder: &str, hooks: &str| {
        ends(&place.run(["--install", folder]), &told(hooks, ""), "", 0);
        is_hook(place.repo.root.join(hooks).join("pre-commit"));
    };
    check("template", "template/hooks");
    check("new/deep", "new/deep/hooks");
    check(".", ".git/hooks");
    place.git(["init", "-q", "--bare", "bare"]).ends(0);
    check("bare", "bare/hooks");
    place.git(["init", "-q", "inner"]).ends(0);
    check("inner", "inner/.git/hooks");
    place.git(["init", "-q", "second"]).ends(0);
    check("second/.git", "second/.git/hooks");
    let absolute = place.repo.beside("elsewhere");
    let ran = place.run_in(place.outside(), [Path::new("--install"), &absolute]);
    ends(
        &ran,
        &told(absolute.join("hooks").to_str().unwrap(), ""),
        "",
        0,
    );
}

#[test]
fn a_hook_that_is_there_is_left_alone() {
    let place = Place::new();
    let foreign = "#!/bin/sh\necho mine\n";
    place.repo.write(".git/hooks/pre-commit", foreign);
    let ran = place.run(["--install"]).ends(1);
    assert_eq!(
        ran.out,
        "Installed commit-msg hook to .git/hooks/commit-msg\n"
    );
    let first = ran.err.lines().next();
    assert_eq!(
        first,
        Some(".git/hooks/pre-commit already exists. Use -f to force")
    );
    let hooks = place.repo.root.join(".git/hooks");
    assert_eq!(
        fs::read_to_string(hooks.join("pre-commit")).unwrap(),
        foreign
    );
    assert!(!hooks.join("prepare-commit-msg").exists());
    let again = place.run(["--install"]).ends(1);
    assert!(
        again
            .err
            .starts_with(".git/hooks/commit-msg already exists."),
        "{again:#?}"
    );
    for force in ["-f", "--force"] {
        ends(
            &place.run(["--install", force]),
            &told(".git/hooks", ""),
            "",
            0,
        );
    }
    is_hook(hooks.join("pre-commit"));
    assert_eq!(
        fs::read_dir(&hooks)
            .unwrap()
            .filter(|entry| {
                let name = entry.as_ref().unwrap().file_name();
                !name.to_string_lossy().ends_with(".sample")
            })
            .count(),
        3
    );
}

#[test]
fn a_link_is_replaced_and_not_followed() {
    let place = Place::new();
    place.repo.write("target", "mine\n");
    let hook = place.repo.root.join(".git/hooks/commit-msg");
    fs::create_dir_all(hook.parent().unwrap()).unwrap();
    symlink(place.repo.root.join("target"), &hook).unwrap();
    place.run(["--install"]).ends(1);
    place.run(["--install", "-f"]).ends(0);
    is_hook(&hook);
    assert_eq!(
        fs::read_to_string(place.repo.root.join("target")).unwrap(),
        "mine\n"
    );
}

#[test]
fn outside_a_repository_there_is_no_place() {
    let place = Place::new();
    let ran = place.run_in(place.outside(), ["--install"]).ends(1);
    let lines: Vec<&str> = ran.err.lines().collect();
    assert!(
        lines[0].starts_with("fatal: not a git repository"),
        "{ran:#?}"
    );
    assert_eq!(lines[1..], ["Not in a Git repository"]);
    place.repo.write("file", "");
    let ran = place.run(["--install", "file/x"]).ends(1);
    assert!(
        ran.err.contains("cannot make the folder") && ran.out.is_empty(),
        "{ran:#?}"
    );
}

#[test]
fn hooks_go_where_git_looks() {
    let place = Place::new();
    place.repo.commit_all();
    place.git(["worktree", "add", "-q", "../linked"]).ends(0);
    let linked = place.repo.beside("linked");
    let common = place.repo.root.join(".git/hooks");
    let from_linked = told(common.to_str().unwrap(), "");
    ends(&place.run_in(&linked, ["--install"]), &from_linked, "", 0);
    let named = place.run(["--install", "-f", linked.to_str().unwrap()]);
    ends(&named, &told(".git/hooks", ""), "", 0);
    assert!(!linked.join("hooks").exists());
    place.git(["config", "core.hooksPath", "own/hooks"]).ends(0);
    ends(&place.run(["--install"]), &told("own/hooks", ""), "", 0);
    place.git(["config", "core.hooksPath", "named"]).ends(0);
    ends(&place.run(["--install", "."]), &told("named", ""), "", 0);
    place.run(["--add", "x"]).ends(0);
    let committed = place.git(["commit", "-q", "--allow-empty", "-m", "x"]);
    found(&committed, &[".git/COMMIT_EDITMSG:1:x"]);
}

/// Puts a program in the place of `git-secrets` that writes its arguments to `ran`, and ends with `code`.
fn recorder(place: &Place, name: &str, code: i32) {
    let path = place.bin.join(name);
    drop(fs::remove_file(&path));
    let text = format!("#!/bin/sh\necho {name} \"$@\" >> ran\nexit {code}\n");
    // Moved there, so that it is no longer open for writing in a process that is just being started.
    fs::write(place.bin.join("new"), text).unwrap();
    fs::set_permissions(place.bin.join("new"), fs::Permissions::from_mode(0o755)).unwrap();
    fs::rename(place.bin.join("new"), path).unwrap();
}

fn ran(place: &Place) -> String {
    let path = place.repo.root.join("ran");
    let text = fs::read_to_string(&path).unwrap_or_default();
    drop(fs::remove_file(path));
    text
}

fn commit(place: &Place) -> Ran {
    place.git(["commit", "-q", "--allow-empty", "-m", "x"])
}

#[test]
fn hooks_run_git_secrets() {
    let place = Place::new();
    place.run(["--install"]).ends(0);
    recorder(&place, "git-secrets", 0);
    commit(&place).ends(0);
    assert_eq!(
        ran(&place),
        "git-secrets --pre_commit_hook --\n\
         git-secrets --prepare_commit_msg_hook -- .git/COMMIT_EDITMSG message\n\
         git-secrets --commit_msg_hook -- .git/COMMIT_EDITMSG\n"
    );
    recorder(&place, "git-secrets", 1);
    commit(&place).ends(1);
    assert_eq!(ran(&place), "git-secrets --pre_commit_hook --\n");
}

#[test]
fn hooks_find_the_program_that_installed_them() {
    let place = Place::new();
    place.run(["--install"]).ends(0);
    fs::remove_file(place.bin.join("git-secrets")).unwrap();
    place.git(["config", "secrets.patterns", "x"]).ends(0);
    found(&commit(&place), &[".git/COMMIT_EDITMSG:1:x"]);
    let hook = place.repo.root.join(".git/hooks/pre-commit");
    let text = fs::read_to_string(&hook).unwrap();
    let gone = text.replace(env!("CARGO_BIN_EXE_keyfence"), "/nonexistent/keyfence");
    assert_ne!(text, gone);
    fs::write(&hook, gone).unwrap();
    recorder(&place, "keyfence", 1);
    commit(&place).ends(1);
    assert_eq!(ran(&place), "keyfence git-secrets --pre_commit_hook --\n");
    fs::remove_file(place.bin.join("keyfence")).unwrap();
    let missing = commit(&place);
    assert_ne!(missing.code, 0);
    for part in [
        "/nonexistent/keyfence is gone",
        "git was stopped",
        "remove the hook: .git/hooks/pre-commit",
    ] {
        assert!(
            missing.err.contains(part),
            "{part:?} is not in {missing:#?}"
        );
    }
}

#[test]
fn hooks_can_be_kept() {
    let place = Place::new();
    let both = place.run(["--install", "-f", "--keep"]).ends(1);
    assert!(both.err.contains("one of the two"), "{both:#?}");
    recorder(&place, "git-secrets", 0);
    let hooks = place.repo.root.join(".git/hooks");
    recorder(&place, "mine", 1);
    fs::create_dir_all(&hooks).unwrap();
    fs::rename(place.bin.join("mine"), hooks.join("pre-commit")).unwrap();
    let upstream = "#!/usr/bin/env bash\ngit secrets --commit_msg_hook -- \"$@\"\n";
    fs::write(hooks.join("commit-msg"), upstream).unwrap();
    let install = || {
        let mut command = place.command(env!("CARGO_BIN_EXE_keyfence"), &place.repo.root);
        Ran::of(
            &command
                .args(["git-secrets", "--install", "--keep"])
                .output()
                .unwrap(),
        )
    };
    for _ in 0..2 {
        let installed = install().ends(0);
        assert_eq!(installed.out, told(".git/hooks", ""));
        assert_eq!(
            installed.err,
            "git-secrets: the pre-commit hook that was there is kept as .git/hooks/pre-commit.keyfence-saved \
             and runs after it\n"
        );
        commit(&place).ends(1);
        assert_eq!(ran(&place), "git-secrets --pre_commit_hook --\nmine\n");
    }
    assert!(!hooks.join("commit-msg.keyfence-saved").exists());
    let mut uninstall = place.command(env!("CARGO_BIN_EXE_keyfence"), &place.repo.root);
    let ran_uninstall = Ran::of(&uninstall.arg("uninstall").output().unwrap()).ends(0);
    assert_eq!(ran_uninstall.out.lines().count(), 3, "{ran_uninstall:#?}");
    commit(&place).ends(1);
    assert_eq!(ran(&place), "mine\n");
    assert!(!hooks.join("commit-msg").exists());
}

#[test]
fn keyfences_own_hooks_and_these_keep_each_other() {
    let place = Place::new();
    let keyfence = |arg: &str| {
        let mut command = place.command(env!("CARGO_BIN_EXE_keyfence"), &place.repo.root);
        command.env("PATH", crate::git::older(&place.repo, None));
        Ran::of(&command.arg(arg).output().unwrap())
    };
    place.run(["--install"]).ends(0);
    keyfence("install").ends(0);
    place.run(["--install"]).ends(1);
    recorder(&place, "git-secrets", 1);
    commit(&place).ends(1);
    assert_eq!(ran(&place), "git-secrets --pre_commit_hook --\n");
    keyfence("uninstall").ends(0);
    is_hook(place.repo.root.join(".git/hooks/pre-commit"));
    keyfence("uninstall").ends(0);
    assert!(!place.repo.root.join(".git/hooks/pre-commit").exists());
}

#[test]
fn folders_of_hooks_are_used_and_run() {
    let place = Place::new();
    let hooks = place.repo.root.join(".git/hooks");
    for name in HOOKS {
        fs::create_dir_all(hooks.join(format!("{name}.d"))).unwrap();
    }
    recorder(&place, "other", 0);
    fs::rename(place.bin.join("other"), hooks.join("pre-commit.d/other")).unwrap();
    fs::write(hooks.join("pre-commit.d/README"), "no hook").unwrap();
    let installed = place.run(["--install"]).ends(0);
    assert_eq!(installed.out, told(".git/hooks", ".d/git-secrets"));
    assert_eq!(
        installed.err.lines().nth(1),
        Some("git-secrets: .git/hooks/pre-commit runs what is in pre-commit.d")
    );
    for name in HOOKS {
        is_hook(hooks.join(format!("{name}.d/git-secrets")));
    }
    let again = place.run(["--install"]).ends(1);
    assert!(
        again
            .err
            .starts_with(".git/hooks/commit-msg.d/git-secrets already exists."),
        "{again:#?}"
    );
    place.run(["--install", "-f"]).ends(0);
    recorder(&place, "git-secrets", 0);
    commit(&place).ends(0);
    assert_eq!(
        ran(&place),
        "git-secrets --pre_commit_hook --\nother\n\
         git-secrets --prepare_commit_msg_hook -- .git/COMMIT_EDITMSG message\n\
         git-secrets --commit_msg_hook -- .git/COMMIT_EDITMSG\n"
    );
    recorder(&place, "git-secrets", 1);
    commit(&place).ends(1);
    assert_eq!(ran(&place), "git-secrets --pre_commit_hook --\n");
    let mut uninstall = place.command(env!("CARGO_BIN_EXE_keyfence"), &place.repo.root);
    Ran::of(&uninstall.arg("uninstall").output().unwrap()).ends(0);
    for name in HOOKS {
        assert!(
            !hooks.join(name).exists() && !hooks.join(format!("{name}.d/git-secrets")).exists()
        );
    }
    assert!(hooks.join("pre-commit.d/other").exists());
}

#[test]
fn a_hook_of_ones_own_that_runs_no_folder_is_named() {
    let place = Place::new();
    let hooks = place.repo.root.join(".git/hooks");
    for name in ["commit-msg", "pre-commit"] {
        fs::create_dir_all(hooks.join(format!("{name}.d"))).unwrap();
    }
    let runs = "#!/bin/sh\nrun-parts \"$0.d\"\n";
    fs::write(hooks.join("commit-msg"), runs).unwrap();
    fs::write(hooks.join("pre-commit"), "#!/bin/sh\n").unwrap();
    let installed = place.run(["--install"]).ends(0);
    assert_eq!(
        installed.err,
        "git-secrets: .git/hooks/pre-commit does not seem to run what is in pre-commit.d: let it, or nothing is checked\n"
    );
    assert_eq!(fs::read_to_string(hooks.join("commit-msg")).unwrap(), runs);
    is_hook(hooks.join("prepare-commit-msg"));
}
