//! Where objects lie, and what leads to them.

use std::{
    fs,
    path::{Path, PathBuf},
};

use keyfence::{Outcome, scan::history::HistoryOptions};

use super::{check, check_complete, content, count, fill, filled, line_of};
use crate::{
    git::{Repo, git, run},
    history::{scan, text, token},
};

/// Clones `from`, a path or an URL, to a folder beside `repo`.
fn clone(repo: &Repo, from: &str, name: &str, args: &[&str]) -> PathBuf {
    let folder = repo.beside(name);
    repo.git([&["clone", "-q"], args, &[from, text(&folder)]].concat());
    folder
}

fn url(repo: &Repo) -> String {
    repo.git(["config", "uploadpack.allowFilter", "true"]);
    format!("file://{}", repo.root.display())
}

fn commit(folder: &Path, name: &str, bytes: &[u8]) {
    fs::write(folder.join(name), bytes).unwrap();
    run(git(folder, ["add", "-A"]));
    run(git(folder, ["commit", "-q", "-m", "own"]));
}

/// Asserts that one thing is missing, and that it is said so.
#[track_caller]
fn lacks(outcome: &Outcome, start: &str) {
    let reasons: Vec<&str> = outcome.skipped.iter().map(|skip| &*skip.reason).collect();
    assert_eq!(reasons.len(), 1, "{reasons:?}");
    assert!(reasons[0].starts_with(start), "{start}: {reasons:?}");
    assert!(!outcome.is_complete());
}

#[test]
fn bare() {
    let repo = filled(&[]);
    let folder = clone(&repo, text(&repo.root), "bare", &["--mirror"]);
    check_complete(&folder);
}

#[test]
fn borrowed_objects() {
    let repo = filled(&[]);
    repo.git(["repack", "-adq"]);
    let first = clone(&repo, text(&repo.root), "first", &["--shared"]);
    commit(&first, "own", &content(50, 0));
    check_complete(&first);
    // A chain, and relative.
    let second = Repo::new();
    let moved = second.beside("first");
    fs::rename(&first, &moved).unwrap();
    second.write(
        ".git/objects/info/alternates",
        "../../../first/.git/objects\n",
    );
    let head = line_of(&repo, &["rev-parse", "refs/heads/main"]);
    second.git(["update-ref", "refs/heads/main", &head]);
    second.git(["reset", "-q", "--hard"]);
    second.write("own", content(51, 0));
    second.commit_all();
    check_complete(&second.root);
    // What it has of its own in a pack.
    second.git(["repack", "-adlq"]);
    assert_eq!(
        (count(&second.root, "packs"), count(&second.root, "count")),
        (1, 0)
    );
    check_complete(&second.root);
    // The loan is lost.
    fs::rename(&moved, second.beside("away")).unwrap();
    let outcome = scan(&second.root, &HistoryOptions::default());
    assert!(!outcome.is_complete());
    let reasons: Vec<&str> = outcome.skipped.iter().map(|skip| &*skip.reason).collect();
    assert!(
        reasons.contains(&"an alternate object database that is not there"),
        "{reasons:?}"
    );
}

#[test]
fn linked_worktrees() {
    let repo = filled(&[]);
    let [branch, detached] = ["branch", "detached"].map(|name| repo.beside(name));
    repo.git([
        "worktree",
        "add",
        "-q",
        "-b",
        "there",
        text(&branch),
        "side",
    ]);
    repo.git(["worktree", "add", "-q", "--detach", text(&detached), "side"]);
    for (number, folder) in [(60, &branch), (61, &detached)] {
        commit(folder, "own", &content(number, 0));
        // In its index alone.
        fs::write(folder.join("staged-there"), content(number, 1)).unwrap();
        run(git(folder, ["add", "-A"]));
    }
    for folder in [&repo.root, &branch, &detached] {
        check_complete(folder);
    }
}

#[test]
fn heads_of_every_kind() {
    // Detached, with a commit that nothing else leads to.
    let repo = filled(&[]);
    repo.git(["checkout", "-q", "--detach", "-f"]);
    repo.write("detached", content(70, 0));
    repo.commit_all();
    check_complete(&repo.root);
    repo.git(["checkout", "-q", "--orphan", "unborn"]);
    check_complete(&repo.root);
}

#[test]
fn repositories_without_a_commit() {
    let repo = Repo::new();
    check_complete(&repo.root);
    assert_eq!(scan(&repo.root, &HistoryOptions::default()).counts.blobs, 0);
    repo.write("staged", content(71, 0));
    repo.git(["add", "-A"]);
    check_complete(&repo.root);
    check_complete(&Repo::with(&["--bare"]).root);
    check_complete(&Repo::with(&["--object-format=sha256"]).root);
}

#[test]
fn shallow_clones() {
    let repo = filled(&[]);
    let folder = clone(
        &repo,
        &url(&repo),
        "shallow",
        &["--depth=3", "--no-single-branch"],
    );
    lacks(&check(&folder), "shallow clone: what lies behind ");
    run(git(&folder, ["fetch", "-q", "--unshallow"]));
    check_complete(&folder);
}

#[test]
fn partial_clones() {
    let repo = filled(&[]);
    for (filter, what) in [("blob:none", "blobs"), ("tree:1", "trees")] {
        let filter = format!("--filter={filter}");
        let folder = clone(&repo, &url(&repo), what, &["--no-checkout", &filter]);
        // The number that is told is that of the objects git would fetch, as far as trees name them.
        let mut list = git(
            &folder,
            ["rev-list", "--objects", "--all", "--missing=print"],
        );
        list.env("GIT_NO_LAZY_FETCH", "1");
        let out = String::from_utf8_lossy(&run(list)).into_owned();
        let missing = out.lines().filter(|line| line.starts_with('?')).count();
        let outcome = check(&folder);
        lacks(&outcome, "partial clone: ");
        let reason = &outcome.skipped[0].reason;
        let (counts, _) = reason.split_once(" not fetched").unwrap();
        assert!(counts.ends_with(what), "{reason}");
        let numbers = counts
            .split(' ')
            .filter_map(|word| word.parse::<usize>().ok());
        assert_eq!(numbers.sum::<usize>(), missing, "{reason}");
        // With what a checkout brings.
        run(git(&folder, ["reset", "-q", "--hard"]));
        let outcome = check(&folder);
        lacks(&outcome, "partial clone: ");
        assert!(!outcome.findings.is_empty());
    }
}

#[test]
fn objects_that_got_lost() {
    let repo = filled(&[]);
    let blob = line_of(&repo, &["rev-parse", "main:a"]);
    let (folder, name) = blob.split_at(2);
    fs::remove_file(repo.root.join(".git/objects").join(folder).join(name)).unwrap();
    let outcome = scan(&repo.root, &HistoryOptions::default());
    lacks(&outcome, "1 blob missing from the object database");
    assert!(
        outcome.skipped[0].reason.contains(&blob),
        "{:?}",
        outcome.skipped
    );
    // What nothing but a ref, or an index, names.
    let lost = [(
        ".git/refs/tags/lost",
        line_of(&repo, &["hash-object", "-t", "blob", ".git/HEAD"]),
    )];
    for (path, id) in lost {
        repo.write(path, id + "\n");
    }
    let entry = format!("100644,{},lost", "12".repeat(20));
    repo.git(["update-index", "--add", "--cacheinfo", &entry]);
    repo.write("intended", "");
    repo.git(["add", "-N", "intended"]);
    let outcome = scan(&repo.root, &HistoryOptions::default());
    lacks(
        &outcome,
        "2 blobs, 1 ref target missing from the object database",
    );
}

#[test]
fn submodules() {
    let inner = Repo::new();
    fill(&inner);
    let outer = Repo::new();
    outer.git(["submodule", "--quiet", "add", text(&inner.root), "sub"]);
    // The file that says where it comes from is a blob, too.
    let mut modules = fs::read(outer.root.join(".gitmodules")).unwrap();
    modules.extend(format!("# {}\n", token(80_000)).bytes());
    outer.write(".gitmodules", modules);
    outer.write("own", content(80, 1));
    outer.commit_all();
    outer.git(["prune", "--expire=now"]);
    // A submodule's commit is not missed here.
    check_complete(&outer.root);
    check_complete(&outer.root.join("sub"));
}
