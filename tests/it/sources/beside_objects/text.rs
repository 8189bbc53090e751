//! The text around the objects is handed over under paths that say where it lies, and secrets in it are found.

use std::{fs, path::Path};

use bstr::{BString, ByteSlice as _};
use keyfence::{
    Options, RuleSet, Scanner, SourceKind,
    finding::Outcome,
    rule::template::{Random, fill},
    source::{
        Visitor,
        history::{refs, text},
        repository::Repository,
    },
};

use super::{
    super::{Given, collect},
    find, id,
    refs::repo,
};
use crate::git::{Repo, git, run};

pub(super) const LIMIT: u64 = 1 << 30;

pub(super) fn hand_over(repository: &Repository, limit: u64, visitor: &mut dyn Visitor) {
    let refs = refs::read(repository, &mut |skipped| visitor.skip(skipped));
    text::scan(repository, &refs, limit, visitor);
}

pub(super) fn given(folder: &Path) -> Given {
    let (given, ()) = collect(|make| hand_over(&find(folder), LIMIT, &mut *make()));
    for (path, all) in &given.blobs {
        assert_eq!(all.len(), 1, "{path} was read more than once");
    }
    given
}

/// Returns the paths without those of the refs' names.
pub(super) fn files(given: &Given) -> Vec<String> {
    let mut paths = given.paths();
    paths.retain(|path| !path.contains("refs/") || path.contains("logs/"));
    paths
}

fn outcome(folder: &Path) -> Outcome {
    let scanner = Scanner::new(RuleSet::builtin(), Options::default());
    scanner.run(|make| hand_over(&find(folder), LIMIT, &mut *make()))
}

fn token(seed: u64) -> String {
    let template = "ghp_{base62:30}{sum:crc32-base62-last}";
    fill(template, &mut Random::new(seed)).unwrap()
}

/// Asserts that `secret` is found at `path`, and returns its line and column.
#[track_caller]
fn found(outcome: &Outcome, path: &str, secret: &str) -> (u64, u64) {
    let mut all = outcome.findings.iter();
    let finding = all
        .find(|finding| finding.path == path && finding.secret.expose() == secret.as_bytes())
        .unwrap_or_else(|| panic!("{path}: {:?}", outcome.findings));
    assert_eq!(finding.source, SourceKind::Ref);
    (finding.start.line, finding.start.column)
}

#[test]
fn everything_that_is_text() {
    for format in ["sha1", "sha256"] {
        let repo = repo(format);
        for path in [
            "FETCH_HEAD",
            "MERGE_MSG",
            "SQUASH_MSG",
            "config.lock",
            "config.worktree",
            "hooks/pre-commit",
            "hooks/pre-push.d/one",
            "info/attributes",
            "branches/old",
            "remotes/old",
            "rebase-apply/patch",
            "rebase-merge/message",
            "rr-cache/0/preimage",
            "sequencer/todo",
            "objects/info/alternates",
            // What is no text, or no file of git's.
            "index.lock",
            "sharedindex.1",
            "shallow",
            "hooks/pre-push.sample",
            "lfs/objects/0",
        ] {
            repo.write(Path::new(".git").join(path), "");
        }
        // Not all versions of git keep a log of what a symbolic ref led to.
        let _not_there = fs::remove_file(repo.root.join(".git/logs/refs/heads/alias"));
        let given = given(&repo.root);
        assert_eq!(given.skips(), []);
        let expected = [
            ".git/COMMIT_EDITMSG",
            ".git/FETCH_HEAD",
            ".git/HEAD",
            ".git/MERGE_MSG",
            ".git/ORIG_HEAD",
            ".git/SQUASH_MSG",
            ".git/branches/old",
            ".git/config",
            ".git/config.lock",
            ".git/config.worktree",
            ".git/description",
            ".git/hooks/pre-commit",
            ".git/hooks/pre-push.d/one",
            ".git/info/attributes",
            ".git/info/exclude",
            ".git/logs/HEAD",
            ".git/logs/refs/heads/main",
            ".git/logs/refs/heads/topic/one",
            ".git/logs/refs/notes/commits",
            ".git/logs/refs/stash",
            ".git/objects/info/alternates",
            ".git/rebase-apply/patch",
            ".git/rebase-merge/message",
            ".git/remotes/old",
            ".git/rr-cache/0/preimage",
            ".git/sequencer/todo",
        ];
        assert_eq!(files(&given), expected);
        for path in expected {
            let bytes = fs::read(repo.root.join(path)).unwrap();
            assert_eq!(given.blobs[&BString::from(path)], [bytes]);
        }
        let names = [
            "refs/heads/alias",
            "refs/heads/main",
            "refs/heads/topic/one",
            "refs/notes/commits",
            "refs/stash",
            "refs/tags/heavy",
            "refs/tags/light",
        ];
        for name in names {
            assert_eq!(given.blobs[&BString::from(name)], [name.as_bytes()]);
        }
        assert_eq!(given.blobs.len(), expected.len() + names.len());
    }
}

#[test]
fn paths_start_at_the_top_of_the_repository() {
    let repo = Repo::new();
    repo.commit_all();
    let bare = repo.beside("bare");
    repo.git(["clone", "-q", "--bare", ".", bare.to_str().unwrap()]);
    assert!(files(&given(&bare)).contains(&"config".to_string()));
    let tree = repo.beside("linked");
    repo.git(["worktree", "add", "-q", tree.to_str().unwrap()]);
    // The same paths, from wherever it is looked at.
    let paths = given(&repo.root).paths();
    assert_eq!(given(&tree).paths(), paths);
    for path in [".git/logs/HEAD", ".git/worktrees/linked/logs/HEAD"] {
        assert!(paths.iter().any(|own| own == path), "{path}");
    }
    let bare_tree = repo.beside("of-bare");
    run(git(
        &bare,
        ["worktree", "add", "-q", bare_tree.to_str().unwrap(), "main"],
    ));
    let paths = given(&bare_tree).paths();
    for path in [".git/config", ".git/worktrees/of-bare/HEAD"] {
        assert!(paths.iter().any(|own| own == path), "{path}");
    }
}

#[test]
fn secrets_are_found_where_they_stand() {
    let repo = repo("sha1");
    let mut random = Random::new(7);
    let password = fill("{base62:20}", &mut random).unwrap();
    // A host that could be real: secrets of example hosts are none.
    let url = fill("https://deploy:@git.h{base36:8}.net/a.git", &mut random).unwrap();
    let url = url.replacen(":@", &format!(":{password}@"), 1);
    repo.git(["remote", "add", "origin", &url]);
    repo.write(
        ".git/FETCH_HEAD",
        format!("{}\t\tbranch 'main' of {url}\n", id(&repo.root, "HEAD")),
    );
    let [header, branch, broken, tag, message, hook, mine] = [1, 2, 3, 4, 5, 6, 7].map(token);
    repo.git([
        "config",
        "http.extraHeader",
        &format!("Authorization: token {header}"),
    ]);
    repo.git(["branch", &format!("fix/{branch}")]);
    repo.git(["tag", &tag]);
    repo.git(["pack-refs", "--all"]);
    repo.write(format!(".git/refs/heads/{broken}"), "nonsense");
    repo.write("a", "5");
    repo.git(["stash", "push", "-q", "-m", &message]);
    repo.write("a", "6");
    repo.git(["stash", "-q"]);
    repo.write(
        ".git/hooks/pre-push",
        format!("#!/bin/sh\ncurl -H 'X: {hook}'\n"),
    );
    let tree = repo.beside("linked");
    repo.git(["worktree", "add", "-q", "--detach", tree.to_str().unwrap()]);
    run(git(
        &tree,
        ["update-ref", &format!("refs/worktree/{mine}"), "HEAD"],
    ));
    let outcome = outcome(&repo.root);
    found(&outcome, ".git/config", &password);
    found(&outcome, ".git/config", &header);
    found(&outcome, ".git/FETCH_HEAD", &password);
    assert_eq!(found(&outcome, ".git/hooks/pre-push", &hook), (2, 13));
    // The second newest of five entries.
    assert_eq!(found(&outcome, ".git/logs/refs/stash", &message).0, 4);
    let heads = "refs/heads/".len() as u64;
    let place = found(&outcome, &format!("refs/heads/fix/{branch}"), &branch);
    assert_eq!(place, (1, heads + 4 + 1));
    let place = found(&outcome, &format!("refs/heads/{broken}"), &broken);
    assert_eq!(place, (1, heads + 1));
    found(&outcome, &format!("refs/tags/{tag}"), &tag);
    found(
        &outcome,
        &format!("worktrees/linked/refs/worktree/{mine}"),
        &mine,
    );
    assert!(outcome.is_complete());
}

/// Ids and names, of which there are many, are no secrets.
#[test]
fn a_repository_without_secrets_has_none() {
    let outcome = outcome(&repo("sha256").root);
    assert!(outcome.findings.is_empty(), "{:?}", outcome.findings);
    assert!(outcome.counts.blobs > 10 && outcome.counts.files == 0);
}

#[cfg(unix)]
#[test]
fn links_and_pipes_are_named() {
    use std::os::unix::fs::symlink;
    let repo = Repo::new();
    let at = |name: &str| repo.root.join(".git").join(name);
    fs::write(repo.beside("outside"), "[core]\n").unwrap();
    symlink(repo.beside("outside"), at("hooks/pre-commit")).unwrap();
    symlink(repo.beside("outside"), at("MERGE_MSG")).unwrap();
    symlink(repo.beside("outside"), at("more")).unwrap();
    fs::create_dir(repo.beside("logs")).unwrap();
    fs::write(repo.beside("logs/HEAD"), "x").unwrap();
    symlink(repo.beside("logs"), at("logs")).unwrap();
    run({
        let mut mkfifo = std::process::Command::new("mkfifo");
        mkfifo.arg(at("FETCH_HEAD"));
        mkfifo
    });
    repo.git(["config", "include.path", "more"]);
    let given = given(&repo.root);
    let link = |path: &str| (path.to_string(), "symbolic link", false);
    let outside = "includes configuration from outside of the repository";
    let mut skips = given.skips();
    skips.dedup();
    assert_eq!(
        skips,
        [
            (".git/FETCH_HEAD".to_string(), "fifo", false),
            link(".git/MERGE_MSG"),
            (".git/config".to_string(), outside, false),
            link(".git/hooks/pre-commit"),
            link(".git/logs"),
            link(".git/more"),
        ]
    );
    assert!(!given.paths().iter().any(|path| path.contains("logs")));
}

#[test]
fn limits_are_told() {
    let repo = Repo::new();
    repo.write(".git/MERGE_MSG", "12345678");
    repo.write(".git/SQUASH_MSG", "1234567");
    fs::remove_file(repo.root.join(".git/description")).unwrap();
    let (given, ()) = collect(|make| hand_over(&find(&repo.root), 7, &mut *make()));
    let told: Vec<(String, &str, bool)> = given.skips();
    assert!(told.contains(&(".git/MERGE_MSG".to_string(), "larger than 7 bytes", true)));
    assert!(given.blobs.contains_key(b".git/SQUASH_MSG".as_bstr()));
}

#[test]
fn many_names_cost_little() {
    let repo = Repo::new();
    repo.commit_all();
    let head = id(&repo.root, "HEAD");
    let secret = token(9);
    let mut packed: Vec<String> = (0..50_000)
        .map(|n| format!("{head} refs/changes/{n:05}/head\n"))
        .collect();
    packed.push(format!("{head} refs/heads/{secret}\n"));
    repo.write(".git/packed-refs", packed.concat());
    let outcome = outcome(&repo.root);
    found(&outcome, &format!("refs/heads/{secret}"), &secret);
    assert_eq!(outcome.findings.len(), 1);
    assert!(outcome.counts.blobs > 50_000);
}
