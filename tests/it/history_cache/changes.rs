//! What changes between two scans: the repository, the rules, the limits.

use std::{fs, path::PathBuf};

use keyfence::{
    rule::template::{Random, fill},
    scan::{Watch, history::HistoryOptions},
    source::Interrupt,
};

use super::{Full, rule, same, same_with, scan, scanner, scanner_with, token, usual};
use crate::git::{Repo, git, run};

/// Returns the file of the loose object that `revision` names.
fn stored(repo: &Repo, revision: &str) -> PathBuf {
    let id = String::from_utf8(repo.git(["rev-parse", revision])).unwrap();
    let (first, rest) = id.trim().split_at(2);
    repo.root.join(".git/objects").join(first).join(rest)
}

#[test]
fn new_objects_are_read_alone() {
    let full = Full::new(&[]);
    let repo = &full.repo;
    full.same(&usual());
    let (clean, secret) = ("quite new\n".repeat(9), format!("key {}\n", token(50)));
    repo.write("new/clean.txt", &clean);
    repo.write("new/secret.txt", &secret);
    repo.commit_all();
    let interest = full.of_interest + secret.len() as u64;
    // Loose, then in a pack of their own, then all in one, then as another clone has them.
    assert_eq!(full.same(&usual()), interest + clean.len() as u64);
    assert_eq!(full.same(&usual()), interest);
    repo.git(["repack", "-q", "-d"]);
    assert_eq!(full.same(&usual()), interest);
    repo.git(["gc", "-q", "--prune=now"]);
    assert_eq!(full.same(&usual()), interest);
    let clone = repo.beside("clone");
    let url = format!("file://{}", repo.root.display());
    run(git(
        &repo.root,
        ["clone", "-q", "--no-local", &url, clone.to_str().unwrap()],
    ));
    assert_eq!(same(&usual(), &clone, &full.cache), interest);
    // An old name for a new secret, in a tree that only differs there.
    repo.write("README", &secret);
    repo.write("src/0.txt", format!("key {}\n", token(0)));
    repo.commit_all();
    full.same(&usual());
    repo.git(["reset", "-q", "--hard", "HEAD~2"]);
    full.same(&usual());
    repo.git(["reflog", "expire", "--expire=now", "--all"]);
    repo.git(["gc", "-q", "--prune=now"]);
    full.same(&usual());
    assert_eq!(full.same(&usual()), full.of_interest);
}

#[test]
fn objects_of_others_count() {
    let full = Full::new(&[]);
    let borrower = Repo::new();
    let alternates = borrower.root.join(".git/objects/info/alternates");
    let objects = full.repo.root.join(".git/objects");
    fs::write(alternates, format!("{}\n", objects.display())).unwrap();
    borrower.write("a", format!("key {}\n", token(60)));
    borrower.write("b", "nothing\n");
    borrower.commit_all();
    let cache = borrower.beside("cache");
    let read = same(&usual(), &borrower.root, &cache);
    assert!(same(&usual(), &borrower.root, &cache) < read);
    // What is stored twice is counted once.
    borrower.git(["repack", "-q", "-a", "-d"]);
    same(&usual(), &borrower.root, &cache);
    same(&usual(), &borrower.root, &cache);
}

#[test]
fn a_repository_that_lacks_objects() {
    let full = Full::new(&[]);
    let repo = &full.repo;
    let file = stored(repo, "HEAD:src/1.txt");
    let bytes = fs::read(&file).unwrap();
    fs::remove_file(&file).unwrap();
    for _ in 0..2 {
        let found = scan(&usual(), &repo.root, &HistoryOptions::default());
        assert!(!found.outcome.is_complete());
        full.same(&usual());
    }
    fs::write(&file, b"no object").unwrap();
    full.same(&usual());
    full.same(&usual());
    fs::remove_file(&file).unwrap();
    fs::write(&file, &bytes).unwrap();
    full.same(&usual());
    assert_eq!(full.same(&usual()), full.of_interest);
    // A shallow clone, then all of it.
    let clone = repo.beside("clone");
    let url = format!("file://{}", repo.root.display());
    run(git(
        &repo.root,
        ["clone", "-q", "--depth=2", &url, clone.to_str().unwrap()],
    ));
    let cache = repo.beside("of clone");
    same(&usual(), &clone, &cache);
    same(&usual(), &clone, &cache);
    run(git(&clone, ["fetch", "-q", "--unshallow"]));
    same(&usual(), &clone, &cache);
    same(&usual(), &clone, &cache);
}

#[test]
fn a_blob_that_comes_after_its_tree() {
    let repo = Repo::new();
    repo.write("keep/a", "nothing\n");
    repo.write("keep/b", format!("key {}\n", token(70)));
    repo.commit_all();
    let cache = repo.beside("cache");
    let file = stored(&repo, "HEAD:keep/b");
    let bytes = fs::read(&file).unwrap();
    fs::remove_file(&file).unwrap();
    same(&usual(), &repo.root, &cache);
    fs::write(&file, bytes).unwrap();
    same(&usual(), &repo.root, &cache);
    let options = HistoryOptions {
        cache: Some(&cache),
        ..HistoryOptions::default()
    };
    let found = scan(&usual(), &repo.root, &options).outcome.findings;
    assert_eq!(found[0].path, "keep/b");
}

#[test]
fn new_rules_are_tried_alone() {
    let full = Full::new(&[]);
    let draw = |template| fill(template, &mut Random::new(7)).unwrap();
    let (one, two) = (draw("one_{base62:32}"), draw("two_{base62:32}"));
    full.repo.write("kept/one", format!("{one}\n"));
    full.repo
        .write("kept/both", format!("{one} {two} {}\n", token(80)));
    full.repo.commit_all();
    full.repo.git(["commit", "-q", "--allow-empty", "-m", &two]);
    let rules = |names: &[&str]| scanner_with(names.iter().copied().map(rule).collect(), |_, _| {});
    full.same(&usual());
    let before = full.same(&usual());
    for names in [
        &["one"][..],
        &["two"],
        &["one", "two"],
        &[],
        &["two", "one"],
    ] {
        full.same(&rules(names));
        let again = full.same(&rules(names));
        // What one rule found stays of interest.
        assert!(
            again >= before && again <= before + 64,
            "{names:?}: {again} {before}"
        );
    }
    let found = scan(
        &rules(&["one", "two"]),
        &full.repo.root,
        &HistoryOptions::default(),
    );
    let of = |rule: &str| {
        found
            .outcome
            .findings
            .iter()
            .filter(|f| f.rule == rule)
            .count()
    };
    assert_eq!((of("one-token"), of("two-token")), (1, 1));
    // Rules that were off, and are on.
    let github = ["github-pat".to_owned()];
    let id = found
        .outcome
        .findings
        .iter()
        .find(|f| f.provider == "github");
    let github = id.map_or(github, |found| [found.rule.clone()]);
    let without = || scanner(|rules, _| rules.disable(&github).unwrap());
    fs::remove_file(&full.cache).unwrap();
    full.same(&without());
    assert!(full.same(&without()) < full.of_interest);
    full.same(&usual());
    assert!(full.same(&usual()) >= full.of_interest);
    full.same(&without());
    // New objects are searched for fewer rules than old ones.
    full.repo.write("late", format!("key {}\n", token(81)));
    full.repo.commit_all();
    full.same(&without());
    full.same(&usual());
    let only = || scanner(|rules, _| rules.enable_only(&github).unwrap());
    full.same(&only());
    full.same(&usual());
}

#[test]
fn limits_are_kept_each_time() {
    let full = Full::new(&[]);
    let large = format!("key {}\n{}", token(90), "nothing\n".repeat(400));
    full.repo.write("large", &large);
    full.repo.write("larger", "nothing at all\n".repeat(900));
    full.repo.commit_all();
    let limit = |max_blob_bytes| HistoryOptions {
        max_blob_bytes,
        ..HistoryOptions::default()
    };
    let root = &full.repo.root;
    for limits in [[1000, u64::MAX], [u64::MAX, 1000], [1000, 5000]] {
        drop(fs::remove_file(&full.cache));
        for most in [limits[0], limits[0], limits[1], limits[1], limits[0]] {
            same_with(&usual(), root, &full.cache, &limit(most));
        }
    }
    let told = scan(&usual(), root, &limit(1000)).outcome.skipped;
    let blobs = told.iter().filter(|told| told.path.starts_with(b"<blob "));
    assert_eq!(blobs.count(), 2);
    // More candidates than are kept.
    let few = || scanner(|_, options| options.max_detections = 1);
    full.repo
        .write("many", (100..110).map(token).collect::<Vec<_>>().join("\n"));
    full.repo.commit_all();
    for scanner in [few(), few(), usual(), few()] {
        full.same(&scanner);
    }
    let memory = |memory_bytes| HistoryOptions {
        memory_bytes,
        ..HistoryOptions::default()
    };
    full.repo.git(["gc", "-q"]);
    for bytes in [256 << 20, 2000, 2000, 256 << 20] {
        same_with(&usual(), root, &full.cache, &memory(bytes));
    }
}

#[test]
fn an_interrupted_scan_writes_nothing() {
    let full = Full::new(&[]);
    let interrupt = Interrupt::default();
    interrupt.raise();
    let watch = Watch {
        interrupt: Some(&interrupt),
        ..Watch::default()
    };
    let options = HistoryOptions {
        cache: Some(&full.cache),
        ..HistoryOptions::default()
    };
    let outcome = usual().history(&full.repo.discover(), &options, watch);
    assert!(!outcome.is_complete());
    assert!(!full.cache.exists());
}
