//! `scan --history` with a cache: the same as without, for less work.

mod bad;
mod changes;
mod secrets;

use std::{
    fs,
    path::{Path, PathBuf},
};

use keyfence::{
    Options, Outcome, RuleSet, Scanner,
    finding::AcceptedBy,
    rule::{
        Rule, parse,
        template::{Random, fill},
    },
    scan::{Progress, Watch, history::HistoryOptions},
    source::repository::{OuterConfig, Override, discover},
};

use crate::git::Repo;

/// Returns a token that is drawn when the test runs, another one for each number.
fn token(number: u64) -> String {
    let template = "ghp_{base62:30}{sum:crc32-base62-last}";
    fill(template, &mut Random::new(number)).unwrap()
}

fn scanner(change: impl FnOnce(&mut RuleSet, &mut Options)) -> Scanner {
    scanner_with(Vec::new(), change)
}

fn scanner_with(extra: Vec<Rule>, change: impl FnOnce(&mut RuleSet, &mut Options)) -> Scanner {
    let (mut rules, mut options) = (RuleSet::new(true, extra).unwrap(), Options::default());
    change(&mut rules, &mut options);
    Scanner::new(rules, options)
}

fn usual() -> Scanner {
    scanner(|_, _| {})
}

/// Returns a rule for tokens that begin with `prefix`.
fn rule(prefix: &str) -> Rule {
    let text = format!(
        "[[rule]]\nid = \"{prefix}-token\"\nname = \"A token\"\nprovider = \"generic\"\nsource = \"https://example.com\"\n\
         severity = \"high\"\nconfidence = \"high\"\nprefixes = [\"{prefix}_\"]\nregex = '{prefix}_[0-9A-Za-z]{{32}}'\n\
         remediation = [\"Revoke it\"]\nsamples = [\"{prefix}_{{base62:32}}\"]\nnear_misses = [\"{prefix}_{{base62:31}}\"]\n"
    );
    parse::parse(Path::new("rules.toml"), &text)
        .unwrap()
        .remove(0)
}

/// What a scan tells, and how much it scanned for that.
struct Scanned {
    outcome: Outcome,
    bytes: u64,
    /// How many trees it unpacked.
    trees: u64,
}

impl Scanned {
    /// Returns everything that is told.
    fn text(&self) -> String {
        format!("{:#?}", self.outcome)
    }

    /// Returns what is told of the cache.
    fn of_cache(&self) -> Vec<&str> {
        let skipped = self.outcome.skipped.iter();
        let of_cache = skipped.filter(|skipped| skipped.reason.starts_with("cache "));
        of_cache
            .inspect(|skipped| assert!(!skipped.incomplete, "the scan itself is whole"))
            .map(|skipped| &*skipped.reason)
            .collect()
    }
}

fn scan(scanner: &Scanner, folder: &Path, options: &HistoryOptions<'_>) -> Scanned {
    let repository = discover(folder, &Override::default(), &OuterConfig::default()).unwrap();
    let progress = Progress::default();
    let watch = Watch {
        progress: Some(&progress),
        ..Watch::default()
    };
    let outcome = scanner.history(&repository, options, watch);
    let end = progress.snapshot();
    assert_eq!(end.phase.unit, "tree");
    Scanned {
        outcome,
        bytes: end.bytes,
        trees: end.done,
    }
}

/// Scans with the cache and without, which must tell the same; returns how many bytes of blobs were scanned with it.
#[track_caller]
fn same_with(scanner: &Scanner, folder: &Path, cache: &Path, options: &HistoryOptions<'_>) -> u64 {
    let options = HistoryOptions {
        threads: 2,
        ..options.clone()
    };
    let plain = scan(scanner, folder, &options);
    let options = HistoryOptions {
        cache: Some(cache),
        ..options
    };
    let cached = scan(scanner, folder, &options);
    assert_eq!(cached.text(), plain.text());
    assert!(cache.is_file());
    cached.bytes
}

#[track_caller]
fn same(scanner: &Scanner, folder: &Path, cache: &Path) -> u64 {
    same_with(scanner, folder, cache, &HistoryOptions::default())
}

/// A repository with secrets in many places, and with files without any.
struct Full {
    repo: Repo,
    cache: PathBuf,
    /// How many bytes the blobs have in which something is.
    of_interest: u64,
}

impl Full {
    fn new(args: &[&str]) -> Self {
        let repo = Repo::with(args);
        let mut of_interest = 0;
        for n in 0..8_u64 {
            let secret = format!("key {}\n", token(n));
            of_interest += secret.len() as u64;
            repo.write(format!("secrets/{n}.txt"), secret);
            repo.write(format!("src/{n}.txt"), format!("nothing {n}\n").repeat(50));
            repo.write("README", format!("version {n}\n"));
            repo.commit_all();
        }
        repo.git(["rm", "-q", "secrets/3.txt"]);
        let message = format!("removed {}", token(3));
        repo.git(["commit", "-q", "-m", &message]);
        repo.git(["commit", "-q", "--allow-empty", "-m", &token(20)]);
        repo.git(["tag", "-a", "v1", "-m", &token(21)]);
        repo.git(["branch", "other", "HEAD~3"]);
        let cache = repo.beside("cache");
        Self {
            repo,
            cache,
            of_interest,
        }
    }

    #[track_caller]
    fn same(&self, scanner: &Scanner) -> u64 {
        same(scanner, &self.repo.root, &self.cache)
    }
}

#[test]
fn the_second_scan_reads_only_what_is_of_interest() {
    for args in [&[][..], &["--object-format=sha256"]] {
        let full = Full::new(args);
        let first = full.same(&usual());
        assert!(first > 2 * full.of_interest);
        let written = fs::read(&full.cache).unwrap();
        assert_eq!(full.same(&usual()), full.of_interest);
        full.repo.git(["pack-refs", "--all"]);
        assert_eq!(full.same(&usual()), full.of_interest);
        assert_eq!(fs::read(&full.cache).unwrap(), written);
    }
}

#[test]
fn the_second_scan_unpacks_trees_for_names_alone() {
    let full = Full::new(&[]);
    let options = HistoryOptions {
        cache: Some(&full.cache),
        ..HistoryOptions::default()
    };
    let again = || scan(&usual(), &full.repo.root, &options).trees;
    let (first, second) = (again(), again());
    let all = full.repo.git([
        "cat-file",
        "--batch-all-objects",
        "--batch-check=%(objecttype)",
    ]);
    let all = String::from_utf8(all).unwrap();
    assert_eq!(
        first,
        all.lines().filter(|kind| *kind == "tree").count() as u64
    );
    // `secrets`, and what lies in it.
    assert!(
        (1..=9).contains(&second) && second < first,
        "{first} {second}"
    );
    full.repo.write("src/new.txt", "nothing\n");
    full.repo.commit_all();
    // Its folder, and the one above.
    assert_eq!(again(), second + 2);
    assert_eq!(again(), second);
    full.repo.write("src/new.txt", token(40));
    full.repo.commit_all();
    assert_eq!(again(), second + 2);
    full.same(&usual());
    // A rule that finds something in an old blob: what leads there nobody has written down.
    let nothing = || scanner_with(vec![rule("zzz")], |_, _| {});
    full.same(&nothing());
    assert!(again() <= second + 2);
}

#[test]
fn filters_and_policy_do_not_make_it_stale() {
    let full = Full::new(&[]);
    full.same(&usual());
    let paths = |path: &bstr::BStr| path.starts_with(b"secrets/5");
    let with = HistoryOptions {
        paths: Some(&paths),
        reachable: true,
        branches: vec!["refs/heads/other".into()],
        ..HistoryOptions::default()
    };
    for round in 0..2 {
        let high = scanner(|_, options| {
            options.min_severity = keyfence::rule::Severity::Critical;
            options.min_confidence = keyfence::rule::Confidence::High;
        });
        let found = scan(&usual(), &full.repo.root, &HistoryOptions::default());
        let fingerprint = found.outcome.findings[0].fingerprint;
        let allowed = scanner(|_, options| {
            options.allowed = [(fingerprint, AcceptedBy::Baseline.into())].into();
        });
        for scanner in [high, allowed, usual()] {
            let read = same_with(&scanner, &full.repo.root, &full.cache, &with);
            assert_eq!(
                (read, full.same(&scanner)),
                (full.of_interest, full.of_interest)
            );
        }
        if round == 0 {
            // And a cache that was written with filters holds without them.
            fs::remove_file(&full.cache).unwrap();
            same_with(&usual(), &full.repo.root, &full.cache, &with);
        }
    }
}

#[test]
fn two_scans_at_once_leave_a_whole_file() {
    let full = Full::new(&[]);
    let scanner = usual();
    let plain = scan(&scanner, &full.repo.root, &HistoryOptions::default()).text();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..5 {
                    // Whoever comes next writes again.
                    drop(fs::remove_file(&full.cache));
                    let options = HistoryOptions {
                        cache: Some(&full.cache),
                        ..HistoryOptions::default()
                    };
                    let scanned = scan(&scanner, &full.repo.root, &options);
                    assert_eq!(scanned.text(), plain);
                }
            });
        }
    });
    full.same(&scanner);
    assert_eq!(full.same(&scanner), full.of_interest);
    let beside = fs::read_dir(full.cache.parent().unwrap()).unwrap();
    let names = beside.map(|entry| entry.unwrap().file_name());
    assert!(
        names
            .into_iter()
            .all(|name| !name.to_string_lossy().contains(".tmp"))
    );
}
