//! The program when it is called `git-secrets`, all of its commands.

#![cfg(unix)]

mod allowed;
mod aws;
mod both;
mod calls;
mod config;
mod history;
mod hooks;
mod install;
mod linked;
mod scan;

use std::{
    ffi::{OsStr, OsString},
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use crate::{cli::Ran, git::Repo};

/// Returns where the programs are, git among them.
#[expect(clippy::disallowed_methods, reason = "only the place of git is needed")]
fn path() -> OsString {
    std::env::var_os("PATH").unwrap()
}

/// Returns the folders of [`path`]. Of one that has a `git-secrets` of its own, that would be found where a test takes ours away, all the rest is
/// linked to `folder`, which stands in for it.
fn without_git_secrets(folder: &Path) -> Vec<PathBuf> {
    let mut out = Vec::new();
    for (number, dir) in std::env::split_paths(&path()).enumerate() {
        if !dir.join("git-secrets").exists() {
            out.push(dir);
            continue;
        }
        let links = folder.join(number.to_string());
        fs::create_dir_all(&links).unwrap();
        for entry in fs::read_dir(&dir).unwrap() {
            let entry = entry.unwrap();
            if entry.file_name() != "git-secrets" {
                std::os::unix::fs::symlink(entry.path(), links.join(entry.file_name())).unwrap();
            }
        }
        out.push(links);
    }
    out
}

/// A repository, a home, and the program as `git-secrets` in the PATH.
struct Place {
    repo: Repo,
    home: PathBuf,
    bin: PathBuf,
    /// Where other programs are.
    others: Vec<PathBuf>,
}

impl Place {
    fn new() -> Self {
        let repo = Repo::new();
        let (home, bin) = (repo.beside("home"), repo.beside("bin"));
        fs::create_dir(&home).unwrap();
        fs::create_dir(&bin).unwrap();
        let program = env!("CARGO_BIN_EXE_keyfence");
        std::os::unix::fs::symlink(program, bin.join("git-secrets")).unwrap();
        let others = without_git_secrets(&repo.beside("others"));
        Self {
            repo,
            home,
            bin,
            others,
        }
    }

    /// Returns a command that sees this place alone.
    fn command(&self, program: impl AsRef<OsStr>, folder: impl AsRef<Path>) -> Command {
        let mut paths = vec![self.bin.clone()];
        paths.extend(self.others.iter().cloned());
        let mut command = Command::new(program);
        command
            .current_dir(folder)
            .env_clear()
            .env("PATH", std::env::join_paths(paths).unwrap())
            .env("HOME", &self.home)
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("LC_ALL", "C")
            .envs([
                ("GIT_AUTHOR_NAME", "An Author"),
                ("GIT_AUTHOR_EMAIL", "author@example.com"),
            ])
            .envs([
                ("GIT_COMMITTER_NAME", "A Committer"),
                ("GIT_COMMITTER_EMAIL", "committer@example.com"),
            ])
            .stdin(Stdio::null());
        command
    }

    /// Runs `git-secrets` in the repository.
    fn run<A: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = A>) -> Ran {
        self.run_in(&self.repo.root, args)
    }

    fn run_in<A: AsRef<OsStr>>(
        &self,
        folder: impl AsRef<Path>,
        args: impl IntoIterator<Item = A>,
    ) -> Ran {
        let mut command = self.command(self.bin.join("git-secrets"), folder);
        Ran::of(&command.args(args).output().unwrap())
    }

    /// Runs git in the repository.
    fn git<A: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = A>) -> Ran {
        Ran::of(
            &self
                .command("git", &self.repo.root)
                .args(args)
                .output()
                .unwrap(),
        )
    }

    /// Returns the values of a key as git reads them.
    fn values(&self, key: &str) -> Vec<String> {
        let ran = self.git(["config", "-z", "--get-all", key]);
        ran.out.split_terminator('\0').map(str::to_owned).collect()
    }

    /// Returns a folder that is in no repository.
    fn outside(&self) -> PathBuf {
        let folder = self.repo.beside("outside");
        fs::create_dir_all(&folder).unwrap();
        folder
    }
}

/// Asserts what a call prints, and how it ends.
#[track_caller]
fn ends(ran: &Ran, out: &str, err: &str, code: i32) {
    assert_eq!(
        (&*ran.out, &*ran.err, ran.code),
        (out, err, code),
        "{ran:#?}"
    );
}

/// Asserts that a call finds `lines`, says so on standard error as scripts expect it, and ends with 1.
#[track_caller]
fn found(ran: &Ran, lines: &[&str]) {
    let err: Vec<&str> = ran.err.split_terminator('\n').collect();
    assert_eq!(ran.code, 1, "{ran:#?}");
    assert_eq!(err.get(..lines.len()), Some(lines), "{ran:#?}");
    let rest = &err[lines.len()..];
    let verdict = [
        "",
        "[ERROR] Matched one or more prohibited patterns",
        "",
        "Possible mitigations:",
    ];
    assert_eq!(rest[..4], verdict, "{ran:#?}");
    assert_eq!(rest.len(), 10, "{ran:#?}");
    assert!(
        rest[4..].iter().all(|line| line.starts_with("- ")),
        "{ran:#?}"
    );
    assert_eq!(ran.out, "", "{ran:#?}");
}
