//! Each way a hook comes to be run beside what is there, under real git: both run, with the same input and arguments, and all is as it
//! was afterwards.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use keyfence::hook::{
    Action, Change, NAMES, config, everywhere, install::install, site::Site, uninstall::uninstall,
};

use super::{actions, commit, log, mode, path_without_keyfence, program, removed, script};
use crate::git::Repo;

/// Installs beside `old`, which logs `old` as it runs, and asserts that git runs both and that each can stop it.
fn beside(old: &str, expected: &dyn Fn(PathBuf) -> Action) {
    let repo = Repo::new();
    let hooks = repo.discover().hooks_dir;
    let hook = hooks.join("pre-commit");
    let old = old.replace("LOG", &repo.beside("log").display().to_string());
    script(&hook, &old);
    let good = program(&repo, 0);
    let saved = hooks.join("pre-commit.keyfence-saved");
    assert_eq!(
        actions(&hooks, &["pre-commit"], &good),
        [expected(saved)],
        "{old}"
    );
    assert_eq!(
        actions(&hooks, &["pre-commit"], &good),
        [Action::Unchanged],
        "{old}"
    );
    assert!(commit(&repo).0, "{old}");
    assert_eq!(log(&repo), "ours hook pre-commit\nold\n", "{old}");
    program(&repo, 1);
    assert!(!commit(&repo).0, "{old}");
    assert_eq!(log(&repo), "ours hook pre-commit\n", "{old}");
    assert_eq!(removed(&hooks, &["pre-commit"]), [Action::Restored]);
    assert_eq!(fs::read_to_string(&hook).unwrap(), old);
    assert_eq!(mode(&hook), 0o755);
    assert_eq!(
        fs::read_dir(&hooks)
            .unwrap()
            .flatten()
            .filter(
                |e| e.file_name().to_string_lossy().starts_with("pre-commit")
                    && !e.file_name().to_string_lossy().ends_with(".sample")
            )
            .count(),
        1
    );
}

#[test]
fn a_shell_hook_goes_on_in_its_own_place() {
    let within = |_| Action::Inserted;
    for old in [
        "#!/bin/sh\necho old >>'LOG'\nexit 0\n",
        "#!/bin/sh\nset -eu\ncase $0 in */pre-commit) echo old >>'LOG';; esac\n",
        "#!/usr/bin/env bash\nexec sh -c \"echo old >>'LOG'\"\n",
        "#!/bin/bash -eu\necho old >>'LOG'",
    ] {
        beside(old, &within);
    }
}

#[test]
fn a_hook_of_another_language_is_kept_and_runs() {
    let kept = |saved| Action::Composed { saved };
    for old in [
        "#!/usr/bin/env python3\nopen('LOG', 'a').write('old\\n')\n",
        "#!/bin/sh\n'''exec' python3 \"$0\" \"$@\"\n' '''\nopen('LOG', 'a').write('old\\n')\n",
        "#!/usr/bin/perl\nopen(my $f, '>>', 'LOG'); print $f \"old\\n\";\n",
    ] {
        beside(old, &kept);
    }
}

/// As `pre-commit install` does it: ours gets another name, and runs as before.
#[test]
fn a_kept_hook_runs_after_a_framework_has_renamed_ours() {
    let repo = Repo::new();
    let hooks = repo.discover().hooks_dir;
    let hook = hooks.join("pre-commit");
    let log_file = repo.beside("log").display().to_string();
    script(
        &hook,
        &format!("#!/usr/bin/env python3\nopen('{log_file}', 'a').write('old\\n')\n"),
    );
    actions(&hooks, &["pre-commit"], &program(&repo, 0));
    fs::rename(&hook, hooks.join("pre-commit.legacy")).unwrap();
    script(&hook, "#!/bin/sh\n.git/hooks/pre-commit.legacy\n");
    assert!(commit(&repo).0);
    assert_eq!(log(&repo), "ours hook pre-commit\nold\n");
}

#[test]
fn what_is_edited_meanwhile_is_kept() {
    let repo = Repo::new();
    let hooks = repo.discover().hooks_dir;
    let hook = hooks.join("pre-commit");
    script(&hook, "#!/bin/sh\nexit 0\n");
    let good = program(&repo, 0);
    actions(&hooks, &["pre-commit"], &good);
    let text = fs::read_to_string(&hook).unwrap();
    fs::write(&hook, text.replace("exit 0", "exit 3")).unwrap();
    assert_eq!(
        actions(&hooks, &["pre-commit"], &repo.beside("elsewhere")),
        [Action::Repaired]
    );
    removed(&hooks, &["pre-commit"]);
    assert_eq!(fs::read_to_string(&hook).unwrap(), "#!/bin/sh\nexit 3\n");
}

/// Pushes `branches` in one go and returns what was logged.
fn push(repo: &Repo, branches: &[&str]) -> (bool, String) {
    let other = Repo::with(&["--bare"]);
    let url = other.root.display().to_string();
    let mut push = repo.command(["push", "-q", &url]);
    push.args(branches).env("PATH", path_without_keyfence());
    let passed = push.output().unwrap().status.success();
    (passed, log(repo).replace(&url, "URL"))
}

#[test]
fn within_a_shell_hook_both_read_the_same_input() {
    let repo = Repo::new();
    repo.commit_all();
    repo.git(["branch", "side"]);
    let hooks = repo.discover().hooks_dir;
    let old = format!(
        "#!/bin/sh\necho \"old $*\" >>'{0}'\nsed 's/^/old read /' >>'{0}'\n",
        repo.beside("log").display()
    );
    script(&hooks.join("pre-push"), &old);
    assert_eq!(
        actions(&hooks, &["pre-push"], &program(&repo, 0)),
        [Action::Inserted]
    );
    let (passed, told) = push(&repo, &["main", "side"]);
    assert!(passed);
    let ours: Vec<&str> = told
        .lines()
        .filter_map(|l| l.strip_prefix("ours read "))
        .collect();
    let theirs: Vec<&str> = told
        .lines()
        .filter_map(|l| l.strip_prefix("old read "))
        .collect();
    assert_eq!(ours.len(), 2, "{told}");
    assert_eq!(ours, theirs);
    assert!(told.contains("old URL URL\n"), "{told}");
    program(&repo, 1);
    let (passed, told) = push(&repo, &["main"]);
    assert!(!passed && !told.contains("old"), "{told}");
    removed(&hooks, &["pre-push"]);
    assert_eq!(fs::read_to_string(hooks.join("pre-push")).unwrap(), old);
}

#[test]
fn a_folder_of_hooks_gets_one_more() {
    let repo = Repo::new();
    let hooks = repo.discover().hooks_dir;
    let hook = hooks.join("pre-commit");
    let dispatcher = "#!/bin/sh\nfor h in \"$0\".d/*; do \"$h\" \"$@\" || exit; done\n";
    script(&hook, dispatcher);
    fs::create_dir_all(hooks.join("pre-commit.d")).unwrap();
    let good = program(&repo, 0);
    assert_eq!(actions(&hooks, &["pre-commit"], &good), [Action::Written]);
    assert_eq!(actions(&hooks, &["pre-commit"], &good), [Action::Unchanged]);
    assert!(commit(&repo).0);
    assert_eq!(log(&repo), "ours hook pre-commit\n");
    uninstall(&Site::folder(&hooks), &["pre-commit"]).unwrap();
    assert_eq!(fs::read_to_string(&hook).unwrap(), dispatcher);
    assert_eq!(fs::read_dir(hooks.join("pre-commit.d")).unwrap().count(), 0);
}

#[test]
fn husky_runs_its_own_file() {
    let repo = Repo::new();
    repo.git(["config", "core.hooksPath", ".husky/_"]);
    let hooks = repo.root.join(".husky/_");
    // As husky 9 writes it, in short.
    script(
        &hooks.join("pre-commit"),
        "#!/usr/bin/env sh\nsh -e \"$(dirname \"$(dirname \"$0\")\")/pre-commit\" \"$@\"\n",
    );
    let own = repo.root.join(".husky/pre-commit");
    fs::write(&own, "echo old >>\"$OLD_LOG\"\n").unwrap();
    let good = program(&repo, 0);
    assert_eq!(
        actions(&hooks, &["pre-commit", "commit-msg"], &good),
        [Action::Inserted, Action::Written]
    );
    let text = fs::read_to_string(&own).unwrap();
    let folder = good.parent().unwrap().display().to_string();
    assert!(!text.contains(&folder), "no path of this machine: {text}");
    let mut command = repo.command(["commit", "--allow-empty", "-m", "text"]);
    let path = std::env::join_paths(
        [PathBuf::from(&folder)]
            .into_iter()
            .chain(std::env::split_paths(&path_without_keyfence())),
    );
    command
        .env("PATH", path.unwrap())
        .env("OLD_LOG", repo.beside("log"));
    crate::git::run(command);
    assert_eq!(log(&repo), "ours hook pre-commit\nold\n");
    removed(&hooks, &["pre-commit", "commit-msg"]);
    assert_eq!(
        fs::read_to_string(&own).unwrap(),
        "echo old >>\"$OLD_LOG\"\n"
    );
    assert!(!repo.root.join(".husky/commit-msg").exists());
}

/// Git runs these from husky's folder, without husky.
#[test]
fn what_husky_does_not_run_goes_where_git_looks() {
    let repo = Repo::new();
    repo.git(["config", "core.hooksPath", ".husky/_"]);
    let hooks = repo.root.join(".husky/_");
    let good = program(&repo, 1);
    fs::create_dir_all(repo.root.join(".husky")).unwrap();
    fs::write(repo.root.join(".husky/pre-push"), "").unwrap();
    let names = ["reference-transaction", "pre-push"];
    assert_eq!(
        actions(&hooks, &names, &good),
        [Action::Written, Action::Inserted]
    );
    assert!(!repo.root.join(".husky/reference-transaction").exists());
    assert!(!commit(&repo).0);
    assert!(log(&repo).starts_with("ours hook reference-transaction prepar"));
    removed(&hooks, &names);
    assert!(commit(&repo).0);
    let left = fs::read(repo.root.join(".husky/pre-push")).unwrap();
    assert_eq!(left, b"", "it was there before, and empty");
}

/// As lefthook 2 writes it, in short.
const LEFTHOOK: &str = "#!/bin/sh\ncall_lefthook()\n{\n  lefthook \"$@\"\n}\ncall_lefthook run \"pre-commit\" \"$@\"\n";

#[test]
fn lefthook_is_told_to_run_ours() {
    let repo = Repo::new();
    let site = Site::of(&repo.discover());
    let (hook, own) = (
        site.hooks_dir.join("pre-commit"),
        repo.root.join("lefthook-local.yml"),
    );
    script(&hook, LEFTHOOK);
    let good = program(&repo, 0);
    let names = ["commit-msg", "pre-commit"];
    let folder = repo.root.join(".git/keyfence/lefthook");
    for text in [
        None,
        Some(""),
        Some("# mine\n---\npre-push:\n  jobs: []\n"),
        Some("extends: # mine\n\n    - a.yml\n    - b.yml\n"),
    ] {
        if let Some(text) = text {
            fs::write(&own, text).unwrap();
        }
        let done = |install: Result<Vec<Change>, _>| {
            let changes: Vec<Change> = install.unwrap();
            let told = |c: Change| (c.path, c.action);
            changes.into_iter().map(told).collect::<Vec<_>>()
        };
        let first = done(install(&site, &names, &good, "1"));
        let mut expected = vec![
            // lefthook has no hook for this one yet.
            (site.hooks_dir.join("commit-msg"), Action::Written),
            (folder.join("commit-msg"), Action::Written),
            (folder.join("pre-commit"), Action::Written),
            (own.clone(), Action::Announced),
        ];
        assert_eq!(first, expected, "{text:?}");
        let with = fs::read_to_string(&own).unwrap();
        assert_eq!(with.matches("extends:").count(), 1, "{with}");
        assert!(with.contains(&format!("- '{}/lefthook.yml'\n", folder.display())));
        let configuration = fs::read_to_string(folder.join("lefthook.yml")).unwrap();
        assert!(configuration.contains("\ncommit-msg:\n") && !configuration.contains("push"));
        for (_, action) in &mut expected {
            *action = Action::Unchanged;
        }
        assert_eq!(done(install(&site, &names, &good, "1")), expected);
        // lefthook puts aside what is in its way.
        fs::rename(
            site.hooks_dir.join("commit-msg"),
            site.hooks_dir.join("commit-msg.old"),
        )
        .unwrap();
        uninstall(&site, &["commit-msg"]).unwrap();
        assert!(!site.hooks_dir.join("commit-msg.old").exists());
        assert_eq!(fs::read_to_string(&own).unwrap(), with, "one is left");
        let configuration = fs::read_to_string(folder.join("lefthook.yml")).unwrap();
        assert!(!configuration.contains("commit-msg"), "{configuration}");
        uninstall(&site, NAMES).unwrap();
        assert_eq!(fs::read_to_string(&own).ok().as_deref(), text);
        assert_eq!(fs::read_to_string(&hook).unwrap(), LEFTHOOK);
        assert!(!folder.exists());
    }
}

/// A script of somebody's own that runs lefthook is a script like others.
#[test]
fn a_script_that_speaks_of_lefthook_is_none_of_its_hooks() {
    let repo = Repo::new();
    let site = Site::of(&repo.discover());
    let text = "#!/bin/sh\n# lefthook run pre-commit\nexit 0\n";
    script(&site.hooks_dir.join("pre-commit"), text);
    let good = program(&repo, 1);
    let changes = install(&site, &["pre-commit"], &good, "1").unwrap();
    assert_eq!(changes[0].action, Action::Inserted);
    assert_eq!(changes.len(), 1);
    assert!(!commit(&repo).0);
}

#[test]
fn where_lefthook_cannot_be_told_nothing_is_done() {
    let repo = Repo::new();
    let hooks = repo.discover().hooks_dir;
    script(&hooks.join("pre-commit"), LEFTHOOK);
    let names = ["commit-msg", "pre-commit"];
    let error = install(&Site::folder(&hooks), &names, &program(&repo, 0), "1").unwrap_err();
    assert!(error.to_string().contains("no work tree"), "{error}");
    assert!(!hooks.join("commit-msg").exists());
    for (file, text, by_hand) in [
        (
            "lefthook-local.yml",
            "extends: [a.yml]\n",
            "extends: [a.yml, 'HERE']\n",
        ),
        (".lefthook-local.toml", "x = 1\n", "extends = [\"HERE\"]\n"),
        (
            ".config/lefthook-local.json",
            "{}\n",
            "{\"extends\": [\"HERE\"]}\n",
        ),
    ] {
        let repo = Repo::new();
        let site = Site::of(&repo.discover());
        script(&site.hooks_dir.join("pre-commit"), LEFTHOOK);
        repo.write(file, text);
        let good = program(&repo, 0);
        let names = ["commit-msg", "pre-commit"];
        let error = install(&site, &names, &good, "1").unwrap_err().to_string();
        let path = repo.root.join(".git/keyfence/lefthook/lefthook.yml");
        let path = path.to_str().unwrap();
        for part in [file, "extends", path] {
            assert!(error.contains(part), "{error}");
        }
        assert!(
            !site.hooks_dir.join("commit-msg").exists(),
            "nothing by halves"
        );
        // As the message says.
        let by_hand = by_hand.replace("HERE", path);
        repo.write(file, &by_hand);
        install(&site, &names, &good, "1").unwrap();
        assert!(Path::new(path).exists());
        uninstall(&site, NAMES).unwrap();
        assert_eq!(fs::read_to_string(repo.root.join(file)).unwrap(), by_hand);
    }
}

/// A folder in the work tree is for everyone who clones: no path of this machine stands in it.
#[test]
fn a_tracked_folder_has_no_path_of_this_machine() {
    let repo = Repo::new();
    repo.git(["config", "core.hooksPath", ".githooks"]);
    let site = Site::of(&repo.discover());
    script(&site.hooks_dir.join("pre-commit"), "#!/bin/sh\nexit 0\n");
    let python = "#!/usr/bin/env python3\n";
    script(&site.hooks_dir.join("pre-push"), python);
    let good = program(&repo, 0);
    let names = ["commit-msg", "pre-commit", "pre-push"];
    assert!(site.is_shared());
    install(&site, &names, &good, "1").unwrap();
    let folder = good.parent().unwrap().display().to_string();
    for name in names {
        let text = fs::read_to_string(site.hooks_dir.join(name)).unwrap();
        assert!(text.contains("command -v keyfence"), "{text}");
        assert!(
            !text.contains(&folder) && !text.contains("@PROGRAM"),
            "{text}"
        );
    }
    // Where there is none, nothing is let through.
    let (success, errors) = commit(&repo);
    assert!(
        !success && errors.contains("needs keyfence, and none is in PATH"),
        "{errors}"
    );
    uninstall(&site, &names).unwrap();
    assert_eq!(
        fs::read_to_string(site.hooks_dir.join("pre-push")).unwrap(),
        python
    );
    assert!(!site.hooks_dir.join("commit-msg").exists());
    assert!(!Site::of(&Repo::new().discover()).is_shared());
}

/// Returns a git that runs hooks of its configuration, from those that the caller names.
#[expect(
    clippy::disallowed_methods,
    reason = "a test stands where the command line stands"
)]
pub(crate) fn new_git() -> PathBuf {
    let named = std::env::var_os("KEYFENCE_TEST_GITS").unwrap_or_default();
    let is_new = |git: &PathBuf| {
        let output = Command::new(git).arg("--version").output();
        let text = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
        let minor = text
            .ok()
            .and_then(|text| text.split('.').nth(1)?.parse::<u32>().ok());
        minor.is_some_and(|minor| minor >= 54)
    };
    std::env::split_paths(&named)
        .find(is_new)
        .expect("KEYFENCE_TEST_GITS names a git of version 2.54 or newer")
}

#[test]
#[ignore = "needs git 2.54 or newer, which KEYFENCE_TEST_GITS names"]
fn hooks_in_the_configuration() {
    let git = new_git();
    let repo = Repo::new();
    let hooks = repo.discover().hooks_dir;
    let file = repo.root.join(".git/config");
    let before = fs::read(&file).unwrap();
    let old = format!("#!/bin/sh\necho old >>'{}'\n", repo.beside("log").display());
    script(&hooks.join("pre-commit"), &old);
    let good = program(&repo, 0);
    let scope = config::Scope::Repository(&repo.root.join(".git"));
    let actions = |program: &Path| -> Vec<Action> {
        let changes = config::install(scope, super::BOTH, program, "1").unwrap();
        changes.into_iter().map(|change| change.action).collect()
    };
    assert_eq!(actions(&good), [Action::Configured, Action::Configured]);
    assert_eq!(actions(&good), [Action::Unchanged, Action::Unchanged]);
    let commit = || {
        let command = repo.command(["commit", "-q", "--allow-empty", "-m", "text"]);
        let arguments: Vec<_> = command.get_args().map(ToOwned::to_owned).collect();
        let mut new = Command::new(&git);
        new.args(arguments).current_dir(&repo.root);
        for (name, value) in command.get_envs() {
            if let Some(value) = value {
                new.env(name, value);
            }
        }
        new.stdin(std::process::Stdio::null());
        new.output().unwrap().status.success()
    };
    assert!(commit());
    assert_eq!(
        log(&repo),
        "ours hook pre-commit\nold\nours hook commit-msg .git/COMMIT_EDITMSG\n"
    );
    program(&repo, 1);
    assert!(!commit());
    assert_eq!(fs::read_to_string(hooks.join("pre-commit")).unwrap(), old);
    // The program is gone, and none is in PATH: git is stopped.
    assert_eq!(
        actions(&repo.beside("gone")),
        [Action::Repaired, Action::Repaired]
    );
    let removed = config::uninstall(scope, super::BOTH).unwrap();
    assert_eq!(removed.len(), 2);
    assert_eq!(fs::read(&file).unwrap(), before);
    assert_eq!(config::uninstall(scope, super::BOTH).unwrap(), []);
}

#[test]
fn for_all_repositories_a_folder_hands_on_to_each() {
    let repo = Repo::new();
    let own = repo.discover().hooks_dir;
    for name in ["pre-commit", "post-commit"] {
        let text = format!(
            "#!/bin/sh\necho own {name} >>'{}'\n",
            repo.beside("log").display()
        );
        script(&own.join(name), &text);
    }
    let folder = repo.beside("user/hooks");
    let good = program(&repo, 0);
    // What git's own configuration says is not touched here: the folder alone is looked at.
    let changes = everywhere::write(&folder, &["pre-commit"], &good, "1").unwrap();
    assert_eq!(changes.len(), 1);
    let again = everywhere::write(&folder, &["pre-commit"], &good, "1").unwrap();
    assert_eq!(again[0].action, Action::Unchanged);
    repo.git(["config", "core.hooksPath", folder.to_str().unwrap()]);
    assert!(commit(&repo).0);
    assert_eq!(
        log(&repo),
        "ours hook pre-commit\nown pre-commit\nown post-commit\n"
    );
    program(&repo, 1);
    assert!(!commit(&repo).0);
    assert_eq!(log(&repo), "ours hook pre-commit\n");
    // A repository that is only being made has no hooks of its own.
    let made = repo.beside("made").display().to_string();
    let path = format!("core.hooksPath={}", folder.display());
    repo.git(["-c", &path, "init", "-q", &made]);
    everywhere::remove(&folder).unwrap();
    assert!(!folder.exists());
}

/// What a team has in its repository is not taken out because one of them has a newer git.
#[test]
#[ignore = "needs git 2.54 or newer, which KEYFENCE_TEST_GITS names"]
fn a_teams_files_stay_beside_hooks_in_the_configuration() {
    for folder in [".husky/_", ".githooks"] {
        let repo = Repo::new();
        repo.git(["config", "core.hooksPath", folder]);
        let site = Site::of(&repo.discover());
        install(&site, super::BOTH, &program(&repo, 0), "1").unwrap();
        let files = || {
            let hooks = site.hooks_dir.join("pre-commit");
            fs::read(&hooks).or_else(|_| fs::read(repo.root.join(".husky/pre-commit")))
        };
        let before = files().unwrap();
        for what in ["install", "uninstall"] {
            let mut keyfence = crate::cli::program(&repo.root, [what]);
            keyfence.env("PATH", new_git().parent().unwrap());
            let ran = crate::cli::Ran::of(&keyfence.output().unwrap()).ends(0);
            assert!(ran.out.contains("in git's configuration") == (what == "install"));
            if what == "install" {
                assert_eq!(files().unwrap(), before, "{folder}");
            }
        }
    }
}
