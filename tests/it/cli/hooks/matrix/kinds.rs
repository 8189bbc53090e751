//! How hooks are installed: the columns.

use std::{
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use super::Site;
use crate::{cli::program, frameworks, git};

/// A way to install hooks.
pub(super) struct Kind {
    /// What the page calls it.
    pub(super) name: &'static str,
    pub(super) needs: Needs,
    /// Makes what stands there before.
    before: fn(&mut Site),
    /// Options of `keyfence install`.
    options: &'static [&'static str],
    /// What happens before git is used.
    after: fn(&Site),
}

/// What a kind needs besides git.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Needs {
    Nothing,
    Frameworks,
    NewGit,
}

const ALONE: Kind = Kind {
    name: "alone",
    needs: Needs::Nothing,
    before: |_| {},
    options: &[],
    after: |_| {},
};

pub(super) const KINDS: &[Kind] = &[
    ALONE,
    Kind {
        name: "beside a shell hook",
        before: |site| hooks(site, "#!/bin/sh\nexit 0\n"),
        ..ALONE
    },
    Kind {
        name: "beside another hook",
        before: |site| hooks(site, "#!/usr/bin/env python3\n"),
        ..ALONE
    },
    Kind {
        name: "in `NAME.d`",
        before: |site| {
            hooks(
                site,
                "#!/bin/sh\nfor hook in \"$0.d\"/*; do\n    \"$hook\" \"$@\" || exit\ndone\n",
            );
            for name in keyfence::hook::DEFAULT {
                let folder = site.repo.root.join(format!(".git/hooks/{name}.d"));
                fs::create_dir(folder).unwrap();
            }
        },
        ..ALONE
    },
    Kind {
        name: "pre-commit",
        needs: Needs::Frameworks,
        before: |site| {
            site.repo.write(".pre-commit-config.yaml", "repos: []\n");
            framework(
                site,
                "pre-commit",
                "pre-commit install -t pre-commit -t pre-merge-commit -t prepare-commit-msg -t commit-msg -t pre-push",
            );
        },
        ..ALONE
    },
    Kind {
        name: "husky",
        needs: Needs::Frameworks,
        before: |site| {
            site.repo.write(".husky/pre-commit", "true\n");
            framework(site, "husky", "husky");
        },
        ..ALONE
    },
    Kind {
        name: "lefthook",
        needs: Needs::Frameworks,
        before: |site| {
            let text = "pre-commit:\n  jobs:\n    - run: \"true\"\n";
            site.repo.write("lefthook.yml", text);
            framework(site, "lefthook", "lefthook install");
        },
        // So that all of ours are run by it.
        after: |site| shell(site, "lefthook install"),
        ..ALONE
    },
    Kind {
        name: "`--global`",
        before: |site| {
            let home = site.repo.beside("home");
            fs::create_dir(&home).unwrap();
            let configuration = home.join(".gitconfig");
            fs::write(&configuration, "").unwrap();
            site.variables.push(("HOME", home.into()));
            site.variables
                .push(("GIT_CONFIG_GLOBAL", configuration.into()));
        },
        options: &["--global"],
        ..ALONE
    },
    Kind {
        name: "with reference-transaction",
        options: &[
            "--hooks",
            "pre-commit,pre-merge-commit,prepare-commit-msg,commit-msg,applypatch-msg,pre-applypatch,pre-push,reference-transaction",
        ],
        ..ALONE
    },
    Kind {
        name: "configuration",
        needs: Needs::NewGit,
        ..ALONE
    },
];

impl Kind {
    /// Installs hooks at `site`.
    pub(super) fn install(&self, site: &mut Site) {
        (self.before)(site);
        let mut command = program(&site.repo.root, [&["install"], self.options].concat());
        let folder = match self.needs {
            Needs::NewGit => site.git.parent().unwrap().to_path_buf(),
            Needs::Nothing | Needs::Frameworks => git::older(&site.repo, Some(&site.git)),
        };
        let path = std::env::join_paths([&*folder, Path::new("/usr/bin"), Path::new("/bin")]);
        command.env("PATH", path.unwrap()).envs(
            site.variables
                .iter()
                .filter(|(name, _)| *name != "PATH")
                .cloned(),
        );
        let output = command.output().unwrap();
        assert!(output.status.success(), "{output:?}");
        (self.after)(site);
    }
}

/// Puts `text` at each place of a hook.
fn hooks(site: &Site, text: &str) {
    let hooks = site.repo.root.join(".git/hooks");
    fs::create_dir_all(&hooks).unwrap();
    for name in keyfence::hook::DEFAULT {
        git::executable(&hooks.join(name), text);
    }
}

/// Has the framework `name` install its hooks, whose files git is not to see.
fn framework(site: &mut Site, name: &str, install: &str) {
    let exclude = "/.husky\n/lefthook*\n/.pre-commit-config.yaml\n";
    site.repo.write(".git/info/exclude", exclude);
    let folder: PathBuf = frameworks::tool(name).parent().unwrap().into();
    let git = site.git.parent().unwrap().to_path_buf();
    site.variables
        .push(("PATH", frameworks::path(&[git, folder])));
    let home: OsString = site.repo.beside("home").into();
    site.variables.push(("HOME", home.clone()));
    site.variables.push(("PRE_COMMIT_HOME", home));
    shell(site, install);
}

fn shell(site: &Site, script: &str) {
    let mut command = Command::new("sh");
    command
        .args(["-ec", script])
        .current_dir(&site.repo.root)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .envs(site.variables.iter().cloned());
    let output = command.output().unwrap();
    assert!(output.status.success(), "{output:?}");
}
