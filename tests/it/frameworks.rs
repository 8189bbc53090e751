//! keyfence under the real hook frameworks, installed with the snippets of `docs/hooks/frameworks.md`. `tests/tools` gets the programs.

#![cfg(unix)]

mod installed;
mod page;
mod stages;

use std::{
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    cli::{Pair, Ran},
    git::Repo,
};
use page::snippet;

const MANIFEST: &str = include_str!("../../.pre-commit-hooks.yaml");

/// The stages that the page installs.
const STAGES: [&str; 5] = [
    "pre-commit",
    "pre-merge-commit",
    "prepare-commit-msg",
    "commit-msg",
    "pre-push",
];

/// Variables of a person's own that change what a framework does start with one of these.
const LEFT_OUT: [&str; 8] = [
    "GIT_",
    "HUSKY",
    "LEFTHOOK",
    "PRE_COMMIT",
    "PREK",
    "SIMPLE_GIT",
    "SKIP",
    "XDG_",
];

/// Returns the folder that `tests/tools` has prepared.
fn tools() -> PathBuf {
    #[expect(clippy::disallowed_methods, reason = "tests/run says where they are")]
    let folder = std::env::var_os("KEYFENCE_TEST_TOOLS");
    folder
        .expect("KEYFENCE_TEST_TOOLS names the folder that tests/tools has prepared")
        .into()
}

/// Returns the program `name` of the prepared folder. That it is missing is no reason to pass.
pub(crate) fn tool(name: &str) -> PathBuf {
    let folder = match name {
        "pre-commit" | "prek" => "python/bin",
        _ => "node/node_modules/.bin",
    };
    let path = tools().join(folder).join(name);
    assert!(
        path.exists(),
        "{name} is missing: there is no {}; run tests/tools {}",
        path.display(),
        tools().display()
    );
    path
}

/// Returns PATH with `folders` and the folder of the built program before all others.
pub(crate) fn path(folders: &[PathBuf]) -> OsString {
    #[expect(clippy::disallowed_methods, reason = "git and sh are found there")]
    let rest = std::env::var_os("PATH").unwrap_or_default();
    let own = Path::new(env!("CARGO_BIN_EXE_keyfence")).parent().unwrap();
    let own = [own.to_path_buf()];
    let all = own.iter().chain(folders).cloned();
    std::env::join_paths(all.chain(std::env::split_paths(&rest))).unwrap()
}

/// A repository whose hooks a framework has installed.
struct Guarded {
    repo: Repo,
    /// Where pre-commit and prek get the hooks from.
    _hooks: Option<Repo>,
    path: OsString,
}

impl Guarded {
    /// Makes a repository with one commit and the hooks of `framework`, for all stages.
    fn with(framework: &str) -> Self {
        let hooks = Repo::new();
        hooks.write(".pre-commit-hooks.yaml", MANIFEST);
        hooks.commit_all();
        let files = match framework {
            "pre-commit" | "prek" => Some((".pre-commit-config.yaml", config(&hooks))),
            "lefthook" => Some(("lefthook.yml", snippet(framework, "yaml"))),
            "simple-git-hooks" => Some(("package.json", snippet(framework, "json"))),
            _ => None,
        };
        Self {
            _hooks: Some(hooks),
            ..Self::configured(framework, files, &snippet(framework, "sh"))
        }
    }

    /// Makes a repository with one commit, and the hooks that `framework` installs for one of its files.
    fn configured(framework: &str, file: Option<(&str, String)>, install: &str) -> Self {
        let program = tool(framework);
        let repo = Repo::new();
        repo.write("README", "nothing\n");
        repo.write(".git/info/exclude", "/node_modules\n/lefthook-local.yml\n");
        fs::create_dir(repo.beside("home")).unwrap();
        if let Some((name, text)) = file {
            repo.write(name, text);
        }
        if program.starts_with(tools().join("node")) {
            let modules = tools().join("node/node_modules");
            std::os::unix::fs::symlink(modules, repo.root.join("node_modules")).unwrap();
        }
        let guarded = Self {
            path: path(&[program.parent().unwrap().to_path_buf()]),
            repo,
            _hooks: None,
        };
        guarded.install(install);
        guarded.commit_unseen();
        guarded
    }

    /// The same, with the hook of one stage alone: what stops git is that.
    fn with_only(framework: &str, stage: &str) -> Self {
        let guarded = Self::with(framework);
        let folder = guarded.git(&["rev-parse", "--git-path", "hooks"]).ends(0);
        let folder = guarded.repo.root.join(folder.out.trim());
        for name in STAGES {
            let hook = folder.join(name);
            assert!(hook.exists(), "{framework} has installed no {name}");
            if name != stage {
                fs::remove_file(hook).unwrap();
            }
        }
        guarded
    }

    fn install(&self, script: &str) {
        let mut command = Command::new("sh");
        command.args(["-ec", script]).current_dir(&self.repo.root);
        self.run(command).ends(0);
    }

    fn git(&self, args: &[&str]) -> Ran {
        self.run(self.repo.command(args))
    }

    fn run(&self, mut command: Command) -> Ran {
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy();
            if LEFT_OUT.iter().any(|start| text.starts_with(start)) {
                let set = command
                    .get_envs()
                    .any(|(set, value)| set == name && value.is_some());
                if !set {
                    command.env_remove(&name);
                }
            }
        }
        let home = self.repo.beside("home");
        command
            .env("PATH", &self.path)
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("PRE_COMMIT_HOME", home.join("pre-commit"))
            .env("PREK_HOME", home.join("prek"))
            .env("npm_config_offline", "true")
            .env("npm_config_update_notifier", "false")
            .env("HOME", home);
        Ran::of(&command.output().unwrap())
    }

    /// Commits everything, past all hooks.
    fn commit_unseen(&self) {
        self.git(&["add", "-A"]).ends(0);
        let commit = [
            "-c",
            "core.hooksPath=/dev/null",
            "commit",
            "-q",
            "-m",
            "unseen",
        ];
        self.git(&commit).ends(0);
    }

    fn commit(&self, message: &str) -> Ran {
        self.git(&["add", "-A"]).ends(0);
        self.git(&["commit", "-q", "-m", message])
    }

    fn head(&self) -> String {
        self.git(&["rev-parse", "HEAD"]).ends(0).out
    }
}

/// Returns the page's configuration, with the hooks of `hooks` that run the program in PATH.
fn config(hooks: &Repo) -> String {
    let head = String::from_utf8(hooks.git(["rev-parse", "HEAD"])).unwrap();
    let text = snippet("pre-commit", "yaml")
        .replace("URL-OF-KEYFENCE", hooks.root.to_str().unwrap())
        .replace("TAG-OR-COMMIT", head.trim());
    let lines = text.lines().map(|line| match line.trim_start() {
        id if id.starts_with("- id: ") => format!("{line}-system\n"),
        _ => format!("{line}\n"),
    });
    lines.collect()
}

/// Asserts that keyfence stopped git because of `pair`, and did not show it.
#[track_caller]
fn stopped(ran: &Ran, pair: &Pair, part: &str) {
    assert_ne!(ran.code, 0, "{ran:#?}");
    let told = [&*ran.out, &*ran.err].concat();
    for part in ["aws-access-key-pair", part] {
        assert!(told.contains(part), "{part:?} is not in {told}");
    }
    assert!(
        !told.contains(&pair.secret) && !told.contains(&pair.id),
        "{told}"
    );
}
