//! The built program as people and scripts call it: exit codes, where output goes, and what bad input does.

#![cfg(unix)]

mod accepted;
mod baseline;
mod commands;
pub(crate) mod config;
mod history;
mod history_cache;
mod hooks;
mod input;
pub(crate) mod interrupt;
mod markers;
mod options;
mod report;
mod rules;
mod scan;
mod sentinel;
mod step_summary;
mod wide;

use std::{
    ffi::OsStr,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use keyfence::rule::template::{Random, fill};
use serde_json::Value;

use crate::git::Repo;

/// A folder without a repository round it.
pub(crate) struct Place {
    _folder: tempfile::TempDir,
    pub(crate) root: PathBuf,
}

impl Place {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        Self {
            _folder: folder,
            root,
        }
    }

    fn write(&self, path: impl AsRef<Path>, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.root.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, bytes).unwrap();
        path
    }

    fn run<A: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = A>) -> Ran {
        run(&self.root, args)
    }
}

/// How a call ended.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ran {
    pub(crate) fn of(output: &Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    #[track_caller]
    pub(crate) fn ends(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{self:#?}");
        self
    }

    /// Asserts that standard error is one message that says each of `parts`, and that there is no result.
    #[track_caller]
    pub(crate) fn complains(self, parts: &[&str]) -> Self {
        let ran = self.ends(2);
        assert_eq!(ran.out, "", "{ran:#?}");
        for part in parts {
            assert!(ran.err.contains(part), "{part:?} is not in {}", ran.err);
        }
        assert!(!ran.err.contains("panicked"), "{ran:#?}");
        ran
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|e| panic!("{e}: {self:#?}"))
    }

    /// Returns the rules of the findings of a JSON report.
    #[track_caller]
    fn rules(&self) -> Vec<String> {
        let json = self.json();
        let findings = json["findings"].as_array().unwrap();
        let rule = |finding: &Value| finding["rule"].as_str().unwrap().to_owned();
        findings.iter().map(rule).collect()
    }

    /// Returns path and reason of what a JSON report says was skipped.
    #[track_caller]
    pub(crate) fn skipped(&self) -> Vec<(String, String)> {
        let json = self.json();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let entries = json["summary"]["skipped"].as_array().cloned();
        entries
            .unwrap_or_default()
            .iter()
            .map(|entry| (text(&entry["path"]), text(&entry["reason"])))
            .collect()
    }
}

/// Returns the program in `folder`, with nothing of this process's environment.
pub(crate) fn program<A: AsRef<OsStr>>(
    folder: &Path,
    args: impl IntoIterator<Item = A>,
) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_keyfence"));
    command
        .args(args)
        .current_dir(folder)
        .env_clear()
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("KEYFENCE_SYSTEM_CONFIG", "/dev/null")
        .stdin(Stdio::null());
    command
}

pub(crate) fn run<A: AsRef<OsStr>>(folder: &Path, args: impl IntoIterator<Item = A>) -> Ran {
    Ran::of(&program(folder, args).output().unwrap())
}

fn run_with<A: AsRef<OsStr>>(
    folder: &Path,
    args: impl IntoIterator<Item = A>,
    input: &[u8],
) -> Ran {
    let mut child = program(folder, args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A program that ends at once closes its input.
    drop(child.stdin.take().unwrap().write_all(input));
    Ran::of(&child.wait_with_output().unwrap())
}

/// An AWS access key pair, drawn when the test runs.
pub(crate) struct Pair {
    pub(crate) id: String,
    pub(crate) secret: String,
}

impl Pair {
    pub(crate) fn drawn(seed: u64) -> Self {
        let mut random = Random::new(seed);
        let mut draw = |template| fill(template, &mut random).unwrap();
        Self {
            id: draw("AKIA{base32:16}"),
            secret: draw("{base64:40}"),
        }
    }

    /// Returns the pair as a file of settings has it.
    pub(crate) fn env(&self) -> String {
        format!(
            "AWS_ACCESS_KEY_ID={}\nAWS_SECRET_ACCESS_KEY={}\n",
            self.id, self.secret
        )
    }
}

const PAIR: &str = "aws-access-key-pair";

/// Returns a repository with one commit.
pub(crate) fn repository() -> Repo {
    let repo = Repo::new();
    repo.write("README", "nothing\n");
    repo.commit_all();
    repo
}
