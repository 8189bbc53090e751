//! Law 2: what is found depends neither on how git stores objects, nor on threads, nor on memory; and it is what a scan of each blob finds.

mod real;
mod versions;

use std::collections::{BTreeMap, BTreeSet};

use data_encoding::BASE64;
use keyfence::{
    Finding, Outcome, SourceKind,
    finding::Occurrence,
    report::{ReportOptions, by_name},
    scan::history::HistoryOptions,
};
use serde_json::Value;
use versions::File;

use super::{import::Import, loosen, scan, scanner, text};
use crate::git::{Repo, run_with};

/// Where the files stand, and how large they are at first. Judges go by the paths.
const FILES: &[(&str, usize)] = &[
    ("deploy/app.env", 5_000),
    ("src/app.py", 9_000),
    ("tests/fixtures/keys.json", 20_000),
    ("docs/guide.md", 14_000),
    ("config/settings.yml", 30_000),
    ("web/app.min.js", 70_000),
];

/// All versions of all files: as many for each, each with the path of its file.
struct History(Vec<Vec<Vec<u8>>>);

impl History {
    fn new(seed: u64, versions: usize) -> Self {
        let file = |at: usize| {
            let mut file = File::new(seed * 100 + at as u64, FILES[at].1);
            let next = |_| {
                file.change();
                file.bytes.clone()
            };
            (0..versions).map(next).collect()
        };
        Self((0..FILES.len()).map(file).collect())
    }

    /// Returns all versions with paths that no two of them share.
    fn apart(&self) -> Vec<(String, &[u8])> {
        let files = FILES.iter().zip(&self.0);
        let paths = files.flat_map(|((path, _), versions)| {
            let version = move |(n, bytes)| (format!("v{n:03}/{path}"), bytes);
            (0..).zip(versions.iter().map(Vec::as_slice)).map(version)
        });
        paths.collect()
    }

    /// Makes a repository in which files change from commit to commit, and have all versions side by side on another branch.
    fn store(&self, repo: &Repo) {
        let mut import = Import::default();
        let mut last = None;
        for version in 0..self.0[0].len() {
            let files = FILES.iter().zip(&self.0).enumerate();
            // Not each file in each commit.
            let some = files.filter(|(at, _)| version == 0 || (version + at) % 3 != 0);
            let changes: Vec<(&str, Option<&[u8]>)> = some
                .map(|(_, ((path, _), versions))| (*path, Some(&*versions[version])))
                .collect();
            let parents: Vec<_> = last.into_iter().collect();
            last = Some(import.commit(&parents, "next", &changes));
        }
        let apart = self.apart();
        let all: Vec<_> = (apart.iter())
            .map(|(path, bytes)| (&**path, Some(*bytes)))
            .collect();
        let all = import.commit(&[], "all", &all);
        import.name("refs/heads/main", last.unwrap());
        import.name("refs/heads/all", all);
        import.run(repo);
    }
}

/// Everything that is told of `outcome`, secrets included.
fn told(outcome: &Outcome) -> Value {
    let mut out = Vec::new();
    let options = ReportOptions {
        show_secrets: true,
        ..ReportOptions::default()
    };
    let report = by_name("json").unwrap();
    report.write(outcome, options, &mut out).unwrap();
    serde_json::from_slice(&out).unwrap()
}

/// Asserts that both tell the same, and says where they first do not.
#[track_caller]
fn same(what: &str, found: &Value, expected: &Value) {
    let list = |value: &Value| value["findings"].as_array().unwrap().clone();
    let (found_list, expected_list) = (list(found), list(expected));
    for (at, (one, other)) in found_list.iter().zip(&expected_list).enumerate() {
        assert!(
            one == other,
            "{what}: finding {at}: {one:#}\nexpected: {other:#}"
        );
    }
    assert_eq!(found_list.len(), expected_list.len(), "{what}");
    assert_eq!(found["summary"], expected["summary"], "{what}");
}

fn with(threads: usize, memory_bytes: usize) -> HistoryOptions<'static> {
    HistoryOptions {
        threads,
        memory_bytes,
        ..HistoryOptions::default()
    }
}

fn plain() -> HistoryOptions<'static> {
    HistoryOptions {
        plain: true,
        ..with(2, 256 << 20)
    }
}

/// A way to store objects, and how to bring it about.
type Store<'a> = (&'a str, &'a dyn Fn());

/// Stores `history` in all ways and compares what is found.
#[track_caller]
fn check(history: &History) {
    let repo = Repo::new();
    history.store(&repo);
    let look = |options: &HistoryOptions<'_>| told(&scan(&repo.root, options));
    let outcome = scan(&repo.root, &plain());
    assert_eq!(outcome.skipped, []);
    let expected = told(&outcome);
    let repack = |args: &[&str]| repo.git([&["repack", "-adqfn"], args].concat());
    let pack = |args: &[&str], revisions: &str| {
        let pack = repo.root.join(".git/objects/pack/pack");
        let args = [&["pack-objects", "-q", "--revs"], args, &[text(&pack)]].concat();
        run_with(repo.command(args), revisions.as_bytes());
    };
    let ways: [Store<'_>; 6] = [
        ("each file made from the one before", &|| ()),
        ("git's own way", &|| drop(repack(&[]))),
        ("a wide window", &|| {
            drop(repack(&["--window=50", "--depth=50"]));
        }),
        ("short chains of deltas that name their base", &|| {
            let way = ["-c", "repack.useDeltaBaseOffset=false", "repack", "-adqfn"];
            repo.git(way.iter().chain(&["--window=5", "--depth=3"]));
        }),
        ("several packs, and many objects twice", &|| {
            pack(&["--window=3"], "refs/heads/main~8\n");
            pack(&["--depth=2"], "refs/heads/main\n^refs/heads/main~5\n");
        }),
        ("loose", &|| loosen(&repo)),
    ];
    // Room for the largest object, and little more: what others are made from is dropped, and unpacked again.
    let little = 5 * history.0.iter().flatten().map(Vec::len).max().unwrap() / 4;
    let much = 256 << 20;
    let bounds = [(1, little), (5, little), (2, much), (5, much), (1, much)];
    for ((what, store), few) in ways.iter().zip(bounds.iter().cycle()) {
        store();
        for (threads, memory_bytes) in [few, &(2, little)] {
            let found = look(&with(*threads, *memory_bytes));
            let what = format!("{what}, {threads} threads, {memory_bytes} bytes");
            same(&what, &found, &expected);
        }
    }
    blob_by_blob(history, &outcome);
}

type Place = (u64, u64);

/// Compares with scans of each version for itself.
#[track_caller]
fn blob_by_blob(history: &History, outcome: &Outcome) {
    // By path, rule and secret: where it stands first.
    let mut found: BTreeMap<(String, &str, String), Place> = BTreeMap::new();
    for finding in &outcome.findings {
        let apart = |one: &&Occurrence| one.path.starts_with(b"v");
        for one in finding.occurrences.iter().filter(apart) {
            let secret = finding.fingerprint.to_string();
            let key = (one.path.to_string(), &*finding.rule, secret);
            assert_eq!(found.insert(key, (one.line, one.column)), None);
        }
    }
    let mut expected = BTreeMap::new();
    let mut alone: BTreeMap<(String, String, String), Finding> = BTreeMap::new();
    for (path, bytes) in history.apart() {
        for finding in scanner().scan_bytes(&path, SourceKind::History, bytes) {
            let secret = finding.fingerprint.to_string();
            let key = (path.clone(), finding.rule.clone(), secret);
            let place = (finding.start.line, finding.start.column);
            expected.entry(key.clone()).or_insert(place);
            alone.entry(key).or_insert(finding);
        }
    }
    let found: BTreeMap<_, _> = (found.into_iter())
        .map(|((path, rule, secret), place)| ((path, rule.to_owned(), secret), place))
        .collect();
    assert_eq!(found, expected);
    // Of the place that is shown, everything.
    let mut compared = 0;
    for finding in &outcome.findings {
        let secret = finding.fingerprint.to_string();
        let key = (finding.path.to_string(), finding.rule.clone(), secret);
        if let Some(alone) = alone.get(&key) {
            let bare = Finding {
                commit: None,
                occurrences: Vec::new(),
                ..finding.clone()
            };
            assert_eq!(format!("{bare:?}"), format!("{alone:?}"));
            compared += 1;
        }
    }
    assert!(compared > 20, "{compared} of {}", outcome.findings.len());
}

#[test]
fn nothing_changes_what_is_found() {
    check(&History::new(1, 16));
}

/// Blobs so large that they are read in pieces where they are stored whole, and held where others are made from them.
#[test]
fn large_blobs() {
    let mut file = File::new(77, 3_000);
    let quiet = "a line that says nothing at all\n"
        .repeat(2_000)
        .into_bytes();
    let mut text = Vec::new();
    while text.len() < 9 << 20 {
        file.change();
        text.extend(file.bytes.iter().map(|b| if *b == 0 { b' ' } else { *b }));
        for _ in 0..8 {
            text.extend(&quiet);
        }
        // A run that is longer than what is looked at.
        text.extend(BASE64.encode(&text[text.len() - 60_000..]).bytes());
        text.push(b'\n');
    }
    let repo = Repo::new();
    for _ in 0..2 {
        text.splice(1000..1000, b"one more line\n".iter().copied());
        repo.write("large.txt", &text);
        repo.commit_all();
    }
    let whole = scan(&repo.root, &plain());
    assert_eq!(whole.skipped, []);
    let expected = told(&whole);
    repo.git(["repack", "-adqn"]);
    same(
        "packed",
        &told(&scan(&repo.root, &with(2, 256 << 20))),
        &expected,
    );
    // HEAD's version is that of the findings.
    let mut seen = BTreeSet::new();
    let alone = scanner().scan_bytes("large.txt", SourceKind::History, &text);
    let alone: Vec<&Finding> = (alone.iter())
        .filter(|finding| seen.insert((&*finding.rule, finding.fingerprint)))
        .collect();
    let place = |finding: &Finding| (finding.start, finding.end, finding.rule.clone());
    let places: Vec<_> = alone.into_iter().map(place).collect();
    assert_eq!(whole.findings.iter().map(place).collect::<Vec<_>>(), places);
    assert!(places.len() > 10, "{}", places.len());
}

#[test]
#[ignore = "takes minutes"]
fn nothing_changes_what_is_found_in_many_histories() {
    for seed in 2..8 {
        check(&History::new(seed, 60));
    }
}
