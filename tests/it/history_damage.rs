//! Repositories that are damaged or made to do harm: what cannot be read is named, the scan is incomplete, and everything else is scanned.
//! No panic, no endless work, no memory without bounds.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]
#![expect(clippy::string_slice, reason = "ids are ASCII")]
#![expect(
    clippy::cast_possible_truncation,
    reason = "the numbers of tests are small"
)]
#![cfg(unix)]

mod commits;
mod copies;
mod indices;
mod loose;
mod make;
mod packs;
mod tags;
mod trees;

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{OnceLock, mpsc},
    thread,
    time::Duration,
};

use bstr::ByteSlice as _;
use gix::{ObjectId, objs::Kind};
use keyfence::{
    Finding,
    finding::{Names, Occurrence, Outcome},
    rule::{
        RuleSet,
        template::{Random, fill},
    },
    scan::{Options, Scanner, Watch, history::HistoryOptions},
    source::repository::{OuterConfig, Override, discover},
};

use self::make::Packer;
use crate::git::Repo;

/// Marks what was not read and makes no scan incomplete.
const NOT_NEEDED: &str = " (not needed)";

/// How long a scan may take. Nothing here has more than some thousand objects.
const PATIENCE: Duration = Duration::from_secs(120);

/// A repository with one good commit, whose secret must be found whatever else is wrong.
struct Bed {
    repo: Repo,
}

impl Bed {
    fn new() -> Self {
        let repo = Repo::new();
        repo.write("good.txt", line(0));
        repo.commit_all();
        Self { repo }
    }

    fn objects(&self) -> PathBuf {
        self.repo.root.join(".git/objects")
    }

    /// Returns how reports call a path in the repository.
    fn shown(&self, path: &Path) -> String {
        let path = path.strip_prefix(&self.repo.root).unwrap();
        path.to_str().unwrap().to_owned()
    }

    fn scan(&self) -> Outcome {
        scan(&self.repo.root, HistoryOptions::default())
    }

    /// Scans, and asserts that something is named with each of `parts`, that the scan is incomplete when there are any, and that the good
    /// secret and those drawn from `seeds` are found, and no other.
    #[track_caller]
    fn check(&self, parts: &[&str], seeds: &[u64]) -> Outcome {
        self.check_with(HistoryOptions::default().memory_bytes, parts, seeds)
    }

    /// Does the same with as much memory as `memory_bytes`.
    #[track_caller]
    fn check_with(&self, memory_bytes: usize, parts: &[&str], seeds: &[u64]) -> Outcome {
        let options = HistoryOptions {
            memory_bytes,
            ..HistoryOptions::default()
        };
        let outcome = scan(&self.repo.root, options.clone());
        let named = named(&outcome);
        for part in parts {
            assert!(
                named.iter().any(|one| one.contains(part)),
                "{part}: {named:#?}"
            );
        }
        assert_eq!(outcome.is_complete(), parts.is_empty(), "{named:#?}");
        assert_found(&outcome, &[&[0], seeds].concat());
        // Neither threads nor carrying over change anything.
        let twice = HistoryOptions {
            threads: 3,
            plain: true,
            ..options
        };
        let other = scan(&self.repo.root, twice);
        assert_eq!(told(&other), told(&outcome));
        assert_eq!(self::named(&other), named);
        // Nor does what an earlier scan has left: no damage passes for seen.
        let cache: &'static Path = Box::leak(self.repo.beside("cache").into_boxed_path());
        drop(fs::remove_file(cache));
        for _ in 0..2 {
            let cached = HistoryOptions {
                cache: Some(cache),
                memory_bytes,
                ..HistoryOptions::default()
            };
            let other = scan(&self.repo.root, cached);
            assert_eq!(told(&other), told(&outcome));
            let needed = |one: &&String| !one.ends_with(NOT_NEEDED);
            let again = self::named(&other);
            let again: Vec<&String> = again.iter().filter(needed).collect();
            assert_eq!(again, named.iter().filter(needed).collect::<Vec<_>>());
        }
        outcome
    }
}

/// A repository with a pack of hand-made objects, and refs to them.
struct Graph {
    bed: Bed,
    pack: Packer,
}

impl Graph {
    fn new() -> Self {
        Self {
            bed: Bed::new(),
            pack: Packer::new(),
        }
    }

    /// Adds a blob with the secret of `seed`.
    fn blob(&mut self, seed: u64) -> ObjectId {
        self.pack.blob(line(seed))
    }

    fn tree(&mut self, bytes: impl AsRef<[u8]>) -> ObjectId {
        self.pack.whole(Kind::Tree, bytes.as_ref())
    }

    /// Adds a commit of `tree` that is as it should be, and a branch of that name.
    fn branch(&mut self, name: &str, tree: ObjectId) -> ObjectId {
        let commit = self.commit(&make::commit(tree, &[]));
        self.put_ref(&format!("heads/{name}"), commit);
        commit
    }

    fn commit(&mut self, text: &str) -> ObjectId {
        self.pack.whole(Kind::Commit, text.as_bytes())
    }

    fn put_ref(&self, name: &str, id: ObjectId) {
        let path = self.bed.repo.root.join(".git/refs").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, format!("{id}\n")).unwrap();
    }

    /// Scans as [`Bed::check`] does.
    #[track_caller]
    fn check(self, parts: &[&str], seeds: &[u64]) -> Told {
        self.pack.install(&self.bed.objects());
        let outcome = self.bed.check(parts, seeds);
        Told {
            bed: self.bed,
            outcome,
        }
    }
}

/// A graph that was scanned.
struct Told {
    bed: Bed,
    outcome: Outcome,
}

impl Told {
    /// Asserts where the secret of `seed` stands: `PATH KEPT_BY [BRANCHES] [TAGS]`.
    #[track_caller]
    fn stands(&self, seed: u64, expected: &[&str]) -> &Self {
        let secret = secret(seed);
        let is_it = |one: &&Finding| one.secret.expose() == secret.as_bytes();
        let found = self.outcome.findings.iter().find(is_it);
        let names = |names: &Names| names.listed().join(&b" "[..]).as_bstr().to_string();
        let place = |one: &Occurrence| {
            let (path, kept_by) = (&one.path, one.kept_by.name());
            let (branches, tags) = (names(&one.branches), names(&one.tags));
            format!("{path} {kept_by} [{branches}] [{tags}]")
        };
        let found = found.map(|one| one.occurrences.iter().map(place).collect::<Vec<_>>());
        assert_eq!(found.unwrap_or_default(), expected, "{seed}");
        self
    }

    /// Asserts that what refs reach has these secrets and the good one.
    #[track_caller]
    fn reachable(&self, seeds: &[u64]) -> &Self {
        let reachable = HistoryOptions {
            reachable: true,
            ..HistoryOptions::default()
        };
        assert_found(
            &scan(&self.bed.repo.root, reachable),
            &[&[0], seeds].concat(),
        );
        self
    }
}

/// Scans the history of the repository at `root`, but not forever.
#[track_caller]
fn scan(root: &Path, options: HistoryOptions<'static>) -> Outcome {
    static SCANNER: OnceLock<Scanner> = OnceLock::new();
    let root = root.to_owned();
    let (send, receive) = mpsc::channel();
    // Not a scope: a scan that does not end is left behind.
    thread::spawn(move || {
        let scanner = SCANNER.get_or_init(|| Scanner::new(RuleSet::builtin(), Options::default()));
        let repository = discover(&root, &Override::default(), &OuterConfig::default()).unwrap();
        drop(send.send(scanner.history(&repository, &options, Watch::default())));
    });
    match receive.recv_timeout(PATIENCE) {
        Ok(outcome) => outcome,
        Err(mpsc::RecvTimeoutError::Timeout) => panic!("the scan does not end"),
        Err(mpsc::RecvTimeoutError::Disconnected) => panic!("the scan panicked"),
    }
}

/// What was not read, and why.
fn named(outcome: &Outcome) -> Vec<String> {
    let skipped = outcome.skipped.iter();
    skipped
        .map(|one| {
            let mark = if one.incomplete { "" } else { NOT_NEEDED };
            format!("{}: {}{mark}", one.path, one.reason)
        })
        .collect()
}

/// What was found, and where: rule, secret and stays.
fn told(outcome: &Outcome) -> Vec<String> {
    let findings = outcome.findings.iter();
    findings
        .map(|one| {
            let secret = String::from_utf8_lossy(one.secret.expose());
            format!("{} {secret} {:#?}", one.rule, one.occurrences)
        })
        .collect()
}

/// Asserts that the secrets drawn from `seeds` were found, and no other.
#[track_caller]
fn assert_found(outcome: &Outcome, seeds: &[u64]) {
    let mut expected: Vec<String> = seeds.iter().map(|seed| secret(*seed)).collect();
    expected.sort();
    let found = outcome.findings.iter();
    let mut found: Vec<String> = found
        .map(|one| String::from_utf8_lossy(one.secret.expose()).into_owned())
        .collect();
    found.sort();
    assert_eq!(found, expected, "{:#?}", named(outcome));
}

/// Returns a secret, drawn when the test runs.
fn secret(seed: u64) -> String {
    let template = "ghp_{base62:30}{sum:crc32-base62-last}";
    fill(template, &mut Random::new(seed)).unwrap()
}

/// Returns a line with a secret.
fn line(seed: u64) -> String {
    format!("token = {}\n", secret(seed))
}
