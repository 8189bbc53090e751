//! A secret that was made up, and a repository to throw away in which git tries to commit it, with the hooks of the real one.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use super::operations::Operation;
use crate::{
    cli::{Failure, environment},
    hook,
    rule::template::{Random, fill},
    source::{config::Scope, repository::Repository},
};

/// The file that holds the canary.
const FILE: &str = "keyfence-canary.env";

/// How long git and all its hooks may take for one try.
const PATIENCE: Duration = Duration::from_secs(60);

/// What frameworks are configured with, at the top of a work tree.
const FRAMEWORKS: &[&str] = &[
    ".pre-commit-config.yaml",
    ".lefthook",
    ".lefthook-local",
    "package.json",
    ".keyfence",
];

/// How a try ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Proof {
    /// Keyfence said what it found, and git stopped.
    Blocked,
    /// Git went on.
    Passed,
    /// Another hook found it.
    ByAnother,
    /// Git stopped, but not because keyfence found the canary.
    Otherwise,
    /// It took too long.
    TooLong,
}

impl Proof {
    pub(super) fn describe(self) -> &'static str {
        match self {
            Self::Blocked => "was stopped",
            Self::Passed => "was NOT stopped",
            Self::ByAnother => "was stopped, but by another hook of keyfence than this one",
            Self::Otherwise => "was stopped, but not because keyfence found the secret",
            Self::TooLong => "took longer than a minute, and was given up",
        }
    }
}

/// What a command said and how it ended.
pub(super) struct Ended {
    success: bool,
    in_time: bool,
    pub(super) out: Vec<u8>,
    err: Vec<u8>,
}

/// A repository that is removed at the end.
pub(super) struct Throwaway {
    pub(super) root: PathBuf,
    work: PathBuf,
    pub(super) canary: String,
    /// The settings of the real repository that say which hooks run.
    settings: Vec<(String, String)>,
}

impl Throwaway {
    pub(super) fn new(real: &Repository) -> Result<Self, Failure> {
        let root = environment::new_temporary_folder()?;
        let mut settings = Vec::new();
        for (key, value) in real.of_sections(&["hook", "keyfence"]) {
            if value.scope == Scope::Repository {
                settings.push((key, value.value.to_string()));
            }
        }
        settings.push((
            "core.hooksPath".to_owned(),
            real.hooks_dir.display().to_string(),
        ));
        let throwaway = Self {
            work: root.join("work"),
            root,
            canary: canary()?,
            settings,
        };
        throwaway.fill(real)?;
        Ok(throwaway)
    }

    /// Makes a commit without and a branch with the canary.
    fn fill(&self, real: &Repository) -> Result<(), Failure> {
        fs::create_dir_all(&self.work).map_err(cannot)?;
        let format = format!("--object-format={}", real.hash);
        self.plain(&["init", "-q", &format, "."])?
            .must("make a repository")?;
        fs::write(
            self.work.join("README"),
            "a repository of keyfence doctor\n",
        )
        .map_err(cannot)?;
        self.copy(real)?;
        self.plain(&["add", "-f", "-A"])?.must("add files")?;
        self.plain(&["commit", "-q", "-m", "first"])?
            .must("commit")?;
        self.plain(&["branch", "clean"])?.must("make a branch")?;
        self.stage()?;
        self.plain(&["checkout", "-q", "-b", "canary"])?
            .must("make a branch")?;
        self.plain(&["commit", "-q", "-m", "canary"])?
            .must("commit")?;
        self.configure(&self.work)
    }

    /// Brings what frameworks need, so that they do what they do in the real one.
    fn copy(&self, real: &Repository) -> Result<(), Failure> {
        let Some(top) = &real.work_tree else {
            return Ok(());
        };
        for name in FRAMEWORKS {
            copy(&top.join(name), &self.work.join(name)).map_err(cannot)?;
        }
        for name in hook::site::lefthook_configurations() {
            let to = self.work.join(&name);
            fs::create_dir_all(to.parent().unwrap_or(&to)).map_err(cannot)?;
            copy(&top.join(&name), &to).map_err(cannot)?;
        }
        #[cfg(unix)]
        if top.join("node_modules").is_dir() {
            std::os::unix::fs::symlink(top.join("node_modules"), self.root.join("node_modules"))
                .map_err(cannot)?;
        }
        Ok(())
    }

    /// Has git run the hooks of the real repository in `folder`.
    pub(super) fn configure(&self, folder: &Path) -> Result<(), Failure> {
        let folder = folder.to_string_lossy();
        for (key, value) in &self.settings {
            self.plain(&["-C", &folder, "config", "--add", key, value])?
                .must("write its configuration")?;
        }
        Ok(())
    }

    pub(super) fn run(&self, operation: &Operation) -> Result<Proof, Failure> {
        self.plain(&["reset", "-q", "--hard"])?;
        self.plain(&["clean", "-q", "-f", "-d"])?;
        self.plain(&["checkout", "-q", "-B", "try", "clean"])?
            .must("go back")?;
        let ended = (operation.run)(self)?;
        for undo in [["merge", "--abort"], ["am", "--abort"]] {
            self.plain(&undo)?;
        }
        drop(fs::remove_dir_all(self.root.join("remote")));
        let said = [&ended.out[..], &ended.err].concat();
        let says = |text: &[u8]| memchr::memmem::find(&said, text).is_some();
        let found = says(b"[aws-access-key-pair]");
        // `git commit` goes through more than one hook.
        let by = operation.hooks.first().copied().unwrap_or_default();
        let by_this = says(format!("keyfence: {by} stopped ").as_bytes());
        Ok(match (ended.in_time, ended.success) {
            (false, _) => Proof::TooLong,
            (true, true) => Proof::Passed,
            (true, false) if found && by_this => Proof::Blocked,
            (true, false) if found => Proof::ByAnother,
            (true, false) => Proof::Otherwise,
        })
    }

    pub(super) fn stage(&self) -> Result<(), Failure> {
        fs::write(self.work.join(FILE), &self.canary).map_err(cannot)?;
        self.plain(&["add", "-f", FILE])?.must("stage the canary")
    }

    /// Writes a file of the work tree.
    pub(super) fn write(&self, name: &str, text: &[u8]) -> Result<(), Failure> {
        fs::write(self.work.join(name), text).map_err(cannot)
    }

    /// Makes a repository to push to.
    pub(super) fn remote(&self) -> Result<PathBuf, Failure> {
        let remote = self.root.join("remote");
        self.plain(&["init", "-q", "--bare", &remote.to_string_lossy()])?
            .must("make a repository")?;
        Ok(remote)
    }

    /// Runs git with the hooks.
    pub(super) fn git(&self, args: &[&str]) -> Result<Ended, Failure> {
        self.start(&[], args)
    }

    /// Runs git without hooks.
    pub(super) fn plain(&self, args: &[&str]) -> Result<Ended, Failure> {
        let no_hooks: Vec<String> = hook::NAMES
            .iter()
            .flat_map(|name| ["-c".to_owned(), format!("hook.{name}.enabled=false")])
            .collect();
        let mut before = vec!["-c", "core.hooksPath=/dev/null"];
        before.extend(no_hooks.iter().map(String::as_str));
        self.start(&before, args)
    }

    fn start(&self, before: &[&str], args: &[&str]) -> Result<Ended, Failure> {
        let (out, err) = (self.root.join("out"), self.root.join("err"));
        let mut command = Command::new("git");
        for name in environment::GIT_PLACES {
            command.env_remove(name);
        }
        let mut child = command
            .args([
                "-c",
                "user.name=keyfence",
                "-c",
                "user.email=doctor@example.com",
            ])
            .args([
                "-c",
                "commit.gpgSign=false",
                "-c",
                "protocol.file.allow=always",
            ])
            .args(before)
            .args(args)
            .current_dir(&self.work)
            .env("GIT_EDITOR", "true")
            .stdin(Stdio::null())
            .stdout(fs::File::create(&out).map_err(cannot)?)
            .stderr(fs::File::create(&err).map_err(cannot)?)
            .spawn()
            .map_err(|error| Failure::because("cannot run git; is it in PATH?", error))?;
        let started = Instant::now();
        let status = loop {
            if let Some(status) = child.try_wait().map_err(cannot)? {
                break Some(status);
            }
            if started.elapsed() > PATIENCE {
                drop(child.kill());
                drop(child.wait());
                break None;
            }
            thread::sleep(Duration::from_millis(5));
        };
        Ok(Ended {
            success: status.is_some_and(|status| status.success()),
            in_time: status.is_some(),
            out: fs::read(&out).map_err(cannot)?,
            err: fs::read(&err).map_err(cannot)?,
        })
    }
}

impl Drop for Throwaway {
    fn drop(&mut self) {
        // It is in the folder for what may go at any time.
        drop(fs::remove_dir_all(&self.root));
    }
}

impl Ended {
    pub(super) fn must(self, what: &str) -> Result<(), Failure> {
        if self.success {
            return Ok(());
        }
        let said = String::from_utf8_lossy(&self.err).trim().to_owned();
        Err(Failure::new(format!(
            "cannot {what} in a repository to throw away: git says: {said}"
        )))
    }
}

/// Returns what git says of its version.
pub(super) fn git_version() -> Result<String, Failure> {
    version_of(Path::new("git"))
}

/// The same of the git at `path`.
pub(super) fn version_of(path: &Path) -> Result<String, Failure> {
    let output = Command::new(path)
        .arg("--version")
        .output()
        .map_err(|error| Failure::because("cannot run git; is it in PATH?", error))?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn canary() -> Result<String, Failure> {
    let seed = environment::now_seconds().unsigned_abs() ^ u64::from(std::process::id()) << 32;
    let mut random = Random::new(seed);
    let mut draw = |template: &str| {
        fill(template, &mut random)
            .map_err(|error| Failure::new(format!("cannot make up a secret: {error}")))
    };
    let (id, secret) = (draw("AKIA{base32:16}")?, draw("{base64:40}")?);
    Ok(format!(
        "AWS_ACCESS_KEY_ID={id}\nAWS_SECRET_ACCESS_KEY={secret}\n"
    ))
}

/// Copies a file, or a folder of files; nothing where there is none.
fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    if from.is_dir() {
        fs::create_dir_all(to)?;
        for entry in fs::read_dir(from)? {
            let entry = entry?;
            copy(&entry.path(), &to.join(entry.file_name()))?;
        }
    } else if from.is_file() {
        fs::copy(from, to)?;
    }
    Ok(())
}

fn cannot(error: std::io::Error) -> Failure {
    Failure::because(
        "cannot work in a folder for temporary files; set TMPDIR to one that is writable",
        error,
    )
}
