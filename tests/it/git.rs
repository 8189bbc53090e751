//! Real repositories in temporary folders. Configuration, author and dates are set on each command, never on the process.

use std::{
    ffi::OsStr,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use keyfence::source::repository::{OuterConfig, Override, Repository, discover};

/// A repository that is removed at the end.
pub(crate) struct Repo {
    folder: tempfile::TempDir,
    pub(crate) root: PathBuf,
}

impl Repo {
    pub(crate) fn new() -> Self {
        Self::with(&[])
    }

    /// Makes a repository, with arguments for `git init`.
    pub(crate) fn with(args: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap().join("repo");
        std::fs::create_dir(&root).unwrap();
        let repo = Self { folder, root };
        repo.git([&["init", "-q", "-b", "main"], args].concat());
        repo
    }

    /// Returns a path beside the repository.
    pub(crate) fn beside(&self, name: &str) -> PathBuf {
        self.folder.path().canonicalize().unwrap().join(name)
    }

    /// Writes a file, with the folders it needs.
    pub(crate) fn write(&self, path: impl AsRef<Path>, bytes: impl AsRef<[u8]>) {
        let path = self.root.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }

    /// Runs git, which must succeed, and returns what it printed.
    pub(crate) fn git<A: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = A>) -> Vec<u8> {
        run(self.command(args))
    }

    /// Returns a git command that sees no configuration but the repository's.
    pub(crate) fn command<A: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = A>) -> Command {
        git(&self.root, args)
    }

    /// Commits everything.
    pub(crate) fn commit_all(&self) {
        self.git(["add", "-A"]);
        self.git(["commit", "-q", "--allow-empty", "-m", "message"]);
    }

    /// Finds the repository as the library sees it.
    pub(crate) fn discover(&self) -> Repository {
        discover(&self.root, &Override::default(), &OuterConfig::default()).unwrap()
    }
}

/// Returns a folder with a git that says it is too old for hooks in its configuration, whichever it is. It is `git`, or the one in PATH.
#[cfg(unix)]
#[expect(
    clippy::disallowed_methods,
    reason = "a test stands where the command line stands"
)]
pub(crate) fn older(beside: &Repo, git: Option<&Path>) -> PathBuf {
    let folder = beside.beside("older-git");
    let path = std::env::var_os("PATH").unwrap_or_default();
    let git = git.unwrap_or(Path::new("git"));
    let script = format!(
        "#!/bin/sh\ncase $1 in\n--version) echo git version 2.47.0 ;;\n*) PATH='{}' exec '{}' \"$@\" ;;\nesac\n",
        path.display(),
        git.display()
    );
    executable(&folder.join("git"), &script);
    folder
}

/// Writes a program. Another process does it: while this one has the file open, one that another test starts has it, too, and nobody can run
/// it.
#[cfg(unix)]
pub(crate) fn executable(path: &Path, text: &str) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let mut write = Command::new("sh");
    write
        .args(["-c", "cat >\"$0\" && chmod 755 \"$0\""])
        .arg(path);
    run_with(write, text.as_bytes());
}

/// Returns a git command in `folder`.
pub(crate) fn git<A: AsRef<OsStr>>(folder: &Path, args: impl IntoIterator<Item = A>) -> Command {
    let mut command = Command::new("git");
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("GIT_") {
            command.env_remove(name);
        }
    }
    command
        .args([
            "-c",
            "core.autocrlf=false",
            "-c",
            "protocol.file.allow=always",
            // Newer ones tidy up behind a test's back.
            "-c",
            "maintenance.auto=false",
        ])
        .args(args)
        .current_dir(folder)
        .stdin(Stdio::null())
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env(
            "GIT_CONFIG_GLOBAL",
            if cfg!(windows) { "NUL" } else { "/dev/null" },
        )
        .env("GIT_AUTHOR_NAME", "An Author")
        .env("GIT_AUTHOR_EMAIL", "author@example.com")
        .env("GIT_AUTHOR_DATE", "2026-01-01T00:00:00Z")
        .env("GIT_COMMITTER_NAME", "A Committer")
        .env("GIT_COMMITTER_EMAIL", "committer@example.com")
        .env("GIT_COMMITTER_DATE", "2026-01-01T00:00:00Z")
        .env("LC_ALL", "C");
    command
}

/// Runs a command that must succeed, and returns what it printed.
pub(crate) fn run(mut command: Command) -> Vec<u8> {
    let output = command.output().unwrap();
    check(&command, &output);
    output.stdout
}

/// Runs a command that must succeed, with `input` on its standard input.
pub(crate) fn run_with(mut command: Command, input: &[u8]) -> Vec<u8> {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    let output = child.wait_with_output().unwrap();
    check(&command, &output);
    output.stdout
}

fn check(command: &Command, output: &Output) {
    assert!(
        output.status.success(),
        "{command:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
}
