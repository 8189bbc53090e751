//! Repositories that are damaged or made to do harm: what cannot be read is named, the scan is incomplete, and everything else is scanned.
//! No panic, no endless work, no memory without bounds.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]
#![expect(clippy::string_slice, reason = "ids are ASCII")]
#![expect(
    clippy::cast_possible_truncation,
    reason = "the numbers of tests are small"
)]
#![cfg(unix)]

mod copies;
mod indices;
mod loose;
mod make;
mod packs;

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{OnceLock, mpsc},
    thread,
    time::Duration,
};

use keyfence::{
    finding::Outcome,
    rule::{
        RuleSet,
        template::{Random, fill},
    },
    scan::{Options, Scanner, Watch, history::HistoryOptions},
    source::repository::{OuterConfig, Override, discover},
};

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
