//! The ready-made CI files: their steps are run as each system runs them, in a repository with the variables that it sets.
//! `tests/ci-tools` gets the linters and schemas that check the files besides.

#![cfg(unix)]

mod action;
mod linted;
mod pinned;
mod pre_receive;
mod systems;
mod yaml;

use std::{
    collections::BTreeMap,
    ffi::OsString,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use serde_json::Value;

use crate::{
    cli::{Pair, Ran, repository},
    git::Repo,
};

/// What stands in the files for the commit of keyfence.
const NO_COMMIT: &str = "0000000000000000000000000000000000000000";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[track_caller]
fn read(name: &str) -> String {
    std::fs::read_to_string(root().join(name)).unwrap_or_else(|e| panic!("{name}: {e}"))
}

fn id(repo: &Repo, revision: &str) -> String {
    let id = repo.git(["rev-parse", "--verify", revision]);
    String::from_utf8(id).unwrap().trim().to_owned()
}

/// A repository of keyfence, whose `install.sh` installs the program that this is a test of instead of building one.
struct Source {
    repo: Repo,
    commit: String,
}

impl Source {
    fn new() -> Self {
        let repo = Repo::new();
        let install = format!(
            "set -eu\n[ \"$1\" = --prefix ] && [ $# -eq 2 ]\nmkdir -p \"$2/bin\"\nln -sf '{}' \"$2/bin/keyfence\"\n",
            env!("CARGO_BIN_EXE_keyfence")
        );
        repo.write("install.sh", install);
        for name in [
            "Cargo.toml",
            "Cargo.lock",
            "build.rs",
            "patterns/aws.toml",
            "src/main.rs",
        ] {
            repo.write(name, name);
        }
        repo.commit_all();
        let commit = id(&repo, "HEAD");
        Self { repo, commit }
    }

    /// Returns a file as somebody has filled it in who has keyfence in this repository.
    #[track_caller]
    fn filled_in(&self, name: &str) -> String {
        let text = read(name);
        assert!(text.contains(NO_COMMIT), "{name} names no commit");
        let lines = text.lines().map(|line| match line.find("https://") {
            Some(at) if line.contains("KEYFENCE_REPOSITORY") => {
                let end = line.trim_end_matches('\'').len();
                let (before, after) = (line.get(..at).unwrap(), line.get(end..).unwrap());
                format!("{before}{}{after}\n", self.repo.root.display())
            }
            _ => format!("{line}\n"),
        });
        let filled: String = lines.collect();
        assert!(filled.contains(self.repo.root.to_str().unwrap()), "{name}");
        filled.replace(NO_COMMIT, &self.commit)
    }

    fn document(&self, name: &str) -> Value {
        let mut documents = yaml::documents(name, &self.filled_in(name));
        assert_eq!(documents.len(), 1, "{name}");
        documents.remove(0)
    }
}

/// What a merge request brings.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Brings {
    Nothing,
    /// A key pair, and in the last commit nothing of it any more.
    Pair,
}

/// The clone of a job: `topic` is to be merged into `main`, and `merge` is what the system has made of both.
struct Bed {
    source: Source,
    repo: Repo,
    pair: Pair,
    /// Where the job works.
    folder: PathBuf,
    base: String,
    head: String,
    merge: String,
}

impl Bed {
    fn new(brings: Brings) -> Self {
        let repo = repository();
        let pair = Pair::drawn(1);
        repo.git(["checkout", "-q", "-b", "topic"]);
        if brings == Brings::Pair {
            repo.write("app.env", pair.env());
            repo.commit_all();
            repo.git(["rm", "-q", "app.env"]);
        }
        repo.write("app.txt", "text\n");
        repo.commit_all();
        repo.git(["checkout", "-q", "-b", "merge", "main"]);
        repo.git(["merge", "-q", "--no-ff", "-m", "merge", "topic"]);
        repo.git(["update-ref", "refs/remotes/origin/main", "main"]);
        for name in ["home", "tmp"] {
            std::fs::create_dir(repo.beside(name)).unwrap();
        }
        Self {
            source: Source::new(),
            pair,
            folder: repo.root.clone(),
            base: id(&repo, "main"),
            head: id(&repo, "topic"),
            merge: id(&repo, "merge"),
            repo,
        }
    }

    /// The same as a system has it that fetches one commit alone.
    fn shallow(head: &str) -> Self {
        let mut bed = Self::new(Brings::Pair);
        let folder = bed.repo.beside("shallow");
        let url = format!("file://{}", bed.repo.root.display());
        let folder_text = folder.to_str().unwrap();
        bed.repo
            .git(["clone", "-q", "--depth", "1", "-b", head, &url, folder_text]);
        bed.folder = folder;
        bed
    }

    fn beside(&self, name: &str) -> String {
        self.repo.beside(name).to_str().unwrap().to_owned()
    }

    fn folder(&self) -> String {
        self.folder.to_str().unwrap().to_owned()
    }

    /// Runs a script as a system does that gives it to `shell` as a file.
    fn run(&self, shell: &[&str], script: &str, variables: &BTreeMap<String, String>) -> Ran {
        let file = self.repo.beside("script");
        std::fs::write(&file, script).unwrap();
        let mut command = Command::new(shell[0]);
        command
            .args(&shell[1..])
            .arg(&file)
            .current_dir(&self.folder)
            .env_clear()
            .envs(variables)
            .env("PATH", search_path())
            .env("HOME", self.repo.beside("home"))
            .env("TMPDIR", self.repo.beside("tmp"))
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .stdin(Stdio::null());
        Ran::of(&command.output().unwrap())
    }

    /// Asserts that a report is there which tells what was found, if anything was, and shows no secret.
    #[track_caller]
    fn holds_report(&self, path: &str, finds: bool) {
        let place = self.folder.join(path);
        let text = std::fs::read_to_string(&place).unwrap_or_else(|e| panic!("{path}: {e}"));
        assert!(!text.is_empty(), "{path}");
        assert_eq!(text.contains("app.env"), finds, "{path}: {text}");
        assert!(!text.contains(&self.pair.secret) && !text.contains(&self.pair.id));
    }
}

fn search_path() -> OsString {
    #[expect(clippy::disallowed_methods, reason = "git and sh are found there")]
    std::env::var_os("PATH").unwrap_or_default()
}

fn variables(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    let pairs = pairs.iter();
    pairs
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

/// Returns the variables of a table, where `fill` puts in what the system puts in.
fn table(value: &Value, fill: &dyn Fn(&str) -> String) -> BTreeMap<String, String> {
    let entries = value.as_object().unwrap().iter();
    entries
        .map(|(name, value)| (name.clone(), fill(&yaml::plain(value))))
        .collect()
}

/// Returns the texts of a list, or the one text.
fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::Array(items) => items.iter().map(yaml::plain).collect(),
        _ => vec![value.as_str().unwrap().to_owned()],
    }
}
