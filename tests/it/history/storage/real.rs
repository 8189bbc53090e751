//! The same law over repositories that people made. Name them, with colons between, and run
//! `KEYFENCE_HISTORIES=/a:/b cargo test --test it history::storage::real -- --ignored --nocapture`.

#![cfg(unix)]

use std::{
    collections::BTreeMap, env, ffi::OsStr, os::unix::ffi::OsStrExt as _, path::Path, time::Instant,
};

use bstr::{BStr, BString};
use keyfence::{Finding, Outcome, SourceKind, finding::Occurrence, scan::history::HistoryOptions};

use super::{plain, same, scan, scanner, told, with};
use crate::{
    git::{git, run},
    history::lines,
};

#[test]
#[ignore = "needs repositories that are named by hand"]
fn both_ways_find_the_same() {
    #[expect(clippy::disallowed_methods, reason = "a test by hand, not the library")]
    let list = env::var_os("KEYFENCE_HISTORIES").expect("KEYFENCE_HISTORIES names repositories");
    for folder in env::split_paths(&list) {
        let timed = |what: &str, options: &HistoryOptions<'_>| {
            let start = Instant::now();
            let outcome = scan(&folder, options);
            let (findings, counts) = (outcome.findings.len(), outcome.counts);
            println!(
                "{}: {what}: {:?}, {findings} findings, {counts:?}, skipped: {:?}",
                folder.display(),
                start.elapsed(),
                outcome.skipped,
            );
            outcome
        };
        let whole = timed("plain", &plain());
        let expected = told(&whole);
        for (what, threads, memory_bytes) in [
            ("2 threads", 2, 256 << 20),
            ("1 thread", 1, 256 << 20),
            ("5 threads, little memory", 5, 64 << 20),
        ] {
            let outcome = timed(what, &with(threads, memory_bytes));
            same(what, &told(&outcome), &expected);
        }
        let places = by_blob(&folder, &whole);
        println!(
            "{}: {places} places compared with scans of single blobs",
            folder.display()
        );
        let stays = by_commit(&folder, &whole);
        println!(
            "{}: {stays} stays compared with the trees of commits",
            folder.display()
        );
    }
}

/// What is known of a place: the name of the finding, line and column.
type Seen = (String, u64, u64);

/// Scans the blobs of occurrences for themselves, and compares rule, secret and place. Returns how many places there were.
fn by_blob(folder: &Path, outcome: &Outcome) -> usize {
    let mut blobs: BTreeMap<(&str, &[u8]), Vec<Seen>> = BTreeMap::new();
    for finding in &outcome.findings {
        let in_blobs = |one: &&Occurrence| one.blob.is_some() && !one.path.starts_with(b"<blob");
        for one in finding.occurrences.iter().filter(in_blobs) {
            let key = (one.blob.as_deref().unwrap(), &one.path[..]);
            let what = name(finding);
            let places = blobs.entry(key).or_default();
            places.push((what, one.line, one.column));
        }
    }
    let mut compared = 0;
    for ((blob, path), places) in &blobs {
        let bytes = run(git(folder, ["cat-file", "blob", blob]));
        let mut alone = BTreeMap::new();
        for finding in scanner().scan_bytes(path, SourceKind::History, &bytes) {
            let what = name(&finding);
            let place = (finding.start.line, finding.start.column);
            alone.entry(what).or_insert(place);
        }
        for (what, line, column) in places {
            assert_eq!(alone.get(what), Some(&(*line, *column)), "{what} in {blob}");
            compared += 1;
        }
    }
    compared
}

/// Looks whether commits brought and took what they are said to. Returns how many stays were looked at.
fn by_commit(folder: &Path, outcome: &Outcome) -> usize {
    let mut known: BTreeMap<(String, BString), Vec<String>> = BTreeMap::new();
    let mut shows = |commit: &str, path: &BStr, what: &String| -> bool {
        let place = [commit.as_bytes(), b":", path].concat();
        let mut find = git(folder, ["rev-parse", "-q", "--verify"]);
        find.arg(OsStr::from_bytes(&place));
        let blob = String::from_utf8(find.output().unwrap().stdout).unwrap();
        let key = (blob.trim().to_owned(), path.to_owned());
        let found = known.entry(key).or_insert_with_key(|(blob, path)| {
            if blob.is_empty() {
                return Vec::new();
            }
            let read = git(folder, ["cat-file", "blob", blob]).output().unwrap();
            let found = scanner().scan_bytes(path, SourceKind::History, &read.stdout);
            found.iter().map(name).collect()
        });
        found.contains(what)
    };
    let parents = |commit: &str| lines(folder, &["rev-parse", &format!("{commit}^@")]);
    let mut compared = 0;
    for finding in &outcome.findings {
        let what = name(finding);
        for one in finding.occurrences.iter().filter(|one| one.blob.is_some()) {
            let Some(introduced) = &one.introduced else {
                continue;
            };
            let path = one.path.as_ref();
            let introduced = &*introduced.id;
            assert!(shows(introduced, path, &what), "{one:#?}");
            for parent in parents(introduced) {
                assert!(!shows(&parent, path, &what), "{parent}: {one:#?}");
            }
            let descends = |commit: &str| {
                run(git(
                    folder,
                    ["merge-base", "--is-ancestor", introduced, commit],
                ));
            };
            if let Some(removed) = one.removed.as_ref().map(|commit| &*commit.id) {
                assert!(!shows(removed, path, &what), "{one:#?}");
                assert!(
                    parents(removed)
                        .iter()
                        .any(|parent| shows(parent, path, &what)),
                    "{one:#?}"
                );
                descends(removed);
            }
            if one.in_head {
                assert!(
                    one.removed.is_none() && shows("HEAD", path, &what),
                    "{one:#?}"
                );
                descends("HEAD");
            }
            compared += 1;
        }
    }
    compared
}

/// Returns what a finding is known by.
fn name(finding: &Finding) -> String {
    format!("{} {}", finding.rule, finding.fingerprint)
}
