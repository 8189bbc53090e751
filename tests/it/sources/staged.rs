//! The staged source gives what `git diff --cached` names.

use std::{collections::BTreeSet, fs, path::Path};

use bstr::{BString, ByteSlice as _};
use keyfence::source::{
    index::{self, Options},
    repository::{OuterConfig, Override, Repository, discover},
};

use super::{Given, collect};
use crate::git::{self, Repo};

fn scan(repository: &Repository) -> Given {
    let options = Options {
        max_blob_bytes: 1 << 30,
        threads: 2,
    };
    let (given, result) = collect(|make| index::scan(repository, options, make));
    result.unwrap();
    given
}

/// Returns every (path, content) that git says is staged and is a blob.
fn by_git(repo: &Repo) -> BTreeSet<(BString, Vec<u8>)> {
    let raw = repo.git([
        "diff",
        "--cached",
        "--raw",
        "-z",
        "--no-renames",
        "--abbrev=64",
    ]);
    let mut fields = raw.split(|byte| *byte == 0);
    let mut staged = BTreeSet::new();
    while let (Some(facts), Some(path)) = (fields.next(), fields.next()) {
        let facts: Vec<&str> = facts.to_str().unwrap().split(' ').collect();
        let (old, new, id, status) = (facts[2], facts[3], facts[3], facts[4]);
        let blob = !matches!(facts[1], "000000" | "160000");
        if blob && old != new && matches!(status, "A" | "M" | "T") {
            staged.insert((path.into(), repo.git(["cat-file", "blob", id])));
        }
    }
    staged
}

fn ours(given: &Given) -> BTreeSet<(BString, Vec<u8>)> {
    given
        .blobs
        .iter()
        .flat_map(|(path, all)| all.iter().map(move |bytes| (path.clone(), bytes.clone())))
        .collect()
}

#[track_caller]
fn same_as_git(repo: &Repo) -> Given {
    let given = scan(&repo.discover());
    assert_eq!(ours(&given), by_git(repo));
    assert_eq!(given.skips(), []);
    given
}

#[test]
fn an_empty_repository_has_nothing_staged() {
    let repo = Repo::new();
    assert!(same_as_git(&repo).blobs.is_empty());
}

#[test]
fn before_the_first_commit_everything_is_new() {
    let repo = Repo::new();
    repo.write("a/b", "1");
    repo.write("c", "2");
    repo.git(["add", "-A"]);
    assert_eq!(same_as_git(&repo).paths(), ["a/b", "c"]);
}

#[test]
fn only_what_changed_is_given() {
    let repo = Repo::new();
    for path in ["a", "a.b", "a-b/c", "d/e/f", "d/e.g", "h/i"] {
        repo.write(path, path);
    }
    repo.commit_all();
    assert!(same_as_git(&repo).blobs.is_empty());
    repo.write("d/e/f", "new");
    repo.write("d/n", "n");
    fs::remove_file(repo.root.join("h/i")).unwrap();
    repo.git(["add", "-A"]);
    repo.write("d/e.g", "not staged");
    assert_eq!(same_as_git(&repo).paths(), ["d/e/f", "d/n"]);
}

#[test]
fn a_folder_that_became_a_file_and_back() {
    let repo = Repo::new();
    repo.write("x/y", "1");
    repo.write("z", "2");
    repo.commit_all();
    fs::remove_dir_all(repo.root.join("x")).unwrap();
    fs::remove_file(repo.root.join("z")).unwrap();
    repo.write("x", "1");
    repo.write("z/x", "2");
    repo.git(["add", "-A"]);
    assert_eq!(same_as_git(&repo).paths(), ["x", "z/x"]);
}

#[test]
fn what_was_only_announced_is_not_staged() {
    let repo = Repo::new();
    repo.write("a", "1");
    repo.commit_all();
    repo.write("b", "2");
    repo.git(["add", "-N", "b"]);
    assert!(scan(&repo.discover()).blobs.is_empty());
}

#[test]
fn all_sides_of_a_conflict_are_read() {
    let repo = Repo::new();
    repo.write("a", "base");
    repo.commit_all();
    repo.git(["checkout", "-q", "-b", "other"]);
    repo.write("a", "theirs");
    repo.commit_all();
    repo.git(["checkout", "-q", "main"]);
    repo.write("a", "ours");
    repo.commit_all();
    assert!(
        !repo
            .command(["merge", "-q", "other"])
            .output()
            .unwrap()
            .status
            .success()
    );
    // What HEAD has already is not new.
    let given = scan(&repo.discover());
    assert_eq!(given.blobs[&BString::from("a")], [&b"base"[..], b"theirs"]);
}

#[cfg(unix)]
#[test]
fn links_and_odd_names_are_read() {
    use std::os::unix::ffi::OsStrExt as _;
    let repo = Repo::new();
    std::os::unix::fs::symlink("some/target", repo.root.join("link")).unwrap();
    repo.write(std::ffi::OsStr::from_bytes(b"\xff\xfe"), "1");
    repo.write("two\nlines", "2");
    repo.git(["add", "-A"]);
    let given = same_as_git(&repo);
    assert_eq!(given.blobs[&BString::from("link")], [b"some/target"]);
    assert!(given.blobs.contains_key(b"\xff\xfe".as_bstr()));
}

#[test]
fn sha256_repositories() {
    let repo = Repo::with(&["--object-format=sha256"]);
    repo.write("a/b", "1");
    repo.write("c", "1");
    repo.commit_all();
    repo.write("a/b", "2");
    repo.git(["add", "-A"]);
    assert_eq!(same_as_git(&repo).paths(), ["a/b"]);
}

#[test]
fn every_index_version_and_a_split_index() {
    for args in [
        &["update-index", "--index-version", "4"][..],
        &["update-index", "--split-index"],
        &["update-index", "--force-untracked-cache"],
    ] {
        let repo = Repo::new();
        repo.write("a/b", "1");
        repo.write("a/c", "1");
        repo.commit_all();
        repo.git(args);
        repo.write("a/b", "2");
        repo.git(["add", "-A"]);
        assert_eq!(same_as_git(&repo).paths(), ["a/b"], "{args:?}");
    }
}

#[test]
fn a_sparse_index() {
    let repo = Repo::new();
    for path in [
        "in/a",
        "in/near/d",
        "in/near/out/e",
        "out/b",
        "out/deep/c",
        "top",
    ] {
        repo.write(path, path);
    }
    repo.commit_all();
    repo.git([
        "sparse-checkout",
        "set",
        "--cone",
        "--sparse-index",
        "in/other",
    ]);
    let entries = repo.git(["ls-files", "--sparse", "-z"]);
    assert_eq!(entries.as_bstr(), "in/a\0in/near/\0out/\0top\0");
    assert!(same_as_git(&repo).blobs.is_empty());
    repo.write("in/a", "new");
    repo.git(["add", "in/a"]);
    assert_eq!(same_as_git(&repo).paths(), ["in/a"]);
    // HEAD moves away under the folder that is one entry.
    let tree = repo.git(["mktree", "--missing"]);
    let tree = tree.to_str().unwrap().trim();
    let commit = repo.git(["commit-tree", "-m", "empty", tree]);
    repo.git(["update-ref", "HEAD", commit.to_str().unwrap().trim()]);
    let expected = [
        "in/a",
        "in/near/d",
        "in/near/out/e",
        "out/b",
        "out/deep/c",
        "top",
    ];
    assert_eq!(scan(&repo.discover()).paths(), expected);
}

#[test]
fn another_index_file() {
    let repo = Repo::new();
    repo.write("a", "1");
    repo.commit_all();
    repo.write("b", "2");
    let mut add = repo.command(["add", "b"]);
    git::run({
        add.env("GIT_INDEX_FILE", repo.root.join("other-index"));
        add
    });
    let over = Override {
        index_file: Some("other-index".into()),
        ..Override::default()
    };
    let repository = discover(&repo.root, &over, &OuterConfig::default()).unwrap();
    assert_eq!(scan(&repository).paths(), ["b"]);
    assert!(scan(&repo.discover()).blobs.is_empty());
}

#[test]
fn a_linked_worktree_has_its_own_index() {
    let repo = Repo::new();
    repo.write("a", "1");
    repo.commit_all();
    let tree = repo.beside("linked");
    repo.git([
        "worktree".as_ref(),
        "add".as_ref(),
        "-q".as_ref(),
        tree.as_os_str(),
    ]);
    fs::write(tree.join("b"), "2").unwrap();
    git::run(git::git(&tree, ["add", "b"]));
    let repository = discover(&tree, &Override::default(), &OuterConfig::default()).unwrap();
    assert_eq!(repository.work_tree.as_deref(), Some(&*tree));
    assert_eq!(repository.common_dir, repo.root.join(".git"));
    assert_eq!(repository.hooks_dir, repo.root.join(".git/hooks"));
    assert_eq!(scan(&repository).paths(), ["b"]);
    assert!(scan(&repo.discover()).blobs.is_empty());
}

#[test]
fn a_submodule() {
    let inner = Repo::new();
    inner.write("a", "1");
    inner.commit_all();
    let repo = Repo::new();
    repo.git([
        "submodule".as_ref(),
        "add".as_ref(),
        "-q".as_ref(),
        inner.root.as_os_str(),
        "sub".as_ref(),
    ]);
    // The submodule itself is no blob; the file that names it is.
    assert_eq!(same_as_git(&repo).paths(), [".gitmodules"]);
    let sub = repo.root.join("sub");
    fs::write(sub.join("b"), "2").unwrap();
    git::run(git::git(&sub, ["add", "b"]));
    let repository = discover(&sub, &Override::default(), &OuterConfig::default()).unwrap();
    assert_eq!(repository.work_tree.as_deref(), Some(&*sub));
    assert_eq!(
        repository.hooks_dir,
        repo.root.join(".git/modules/sub/hooks")
    );
    assert_eq!(scan(&repository).paths(), ["b"]);
}

#[test]
fn a_bare_repository_with_a_work_tree() {
    let repo = Repo::with(&["--bare"]);
    let tree = repo.beside("tree");
    fs::create_dir(&tree).unwrap();
    fs::write(tree.join("a"), "1").unwrap();
    git::run({
        let mut add = git::git(&tree, ["add", "a"]);
        add.env("GIT_DIR", &repo.root).env("GIT_WORK_TREE", &tree);
        add
    });
    let over = Override {
        git_dir: Some(repo.root.clone()),
        work_tree: Some(".".into()),
        ..Override::default()
    };
    let repository = discover(&tree, &over, &OuterConfig::default()).unwrap();
    assert_eq!(repository.work_tree.as_deref(), Some(&*tree));
    assert_eq!(scan(&repository).paths(), ["a"]);
    assert!(repo.discover().bare);
}

#[test]
fn a_missing_blob_is_named() {
    let repo = Repo::new();
    repo.write("a", "1");
    repo.git(["add", "a"]);
    let id = repo.git(["rev-parse", ":a"]);
    let id = id.to_str().unwrap().trim();
    let (folder, file) = id.split_at(2);
    fs::remove_file(repo.root.join(".git/objects").join(folder).join(file)).unwrap();
    let given = scan(&repo.discover());
    let reason = format!("blob {id} is not in the object database");
    assert_eq!(given.skips(), [("a".to_string(), &*reason, true)]);
}

#[test]
fn a_blob_above_the_limit_is_named() {
    let repo = Repo::new();
    repo.write("a", "123");
    repo.write("b", "12");
    repo.git(["add", "-A"]);
    let options = Options {
        max_blob_bytes: 2,
        threads: 1,
    };
    let (given, result) = collect(|make| index::scan(&repo.discover(), options, make));
    result.unwrap();
    assert_eq!(given.paths(), ["b"]);
    assert_eq!(
        given.skips(),
        [("a".to_string(), "larger than 2 bytes", true)]
    );
}

#[test]
fn large_blobs_come_whole_and_damage_in_them_is_named() {
    let repo = Repo::new();
    let large: Vec<u8> = (0..(9u32 << 20))
        .map(|i| (i % 251).to_le_bytes()[0])
        .collect();
    repo.write("large", &large);
    repo.git(["add", "-A"]);
    let path = BString::from("large");
    assert!(scan(&repo.discover()).blobs[&path] == [&large[..]]);
    let id = repo.git(["rev-parse", ":large"]);
    let (folder, file) = id.to_str().unwrap().trim().split_at(2);
    let object = Path::new(".git/objects").join(folder).join(file);
    let bytes = fs::read(repo.root.join(&object)).unwrap();
    fs::remove_file(repo.root.join(&object)).unwrap();
    let mut damaged = bytes.clone();
    let middle = bytes.len() / 2;
    damaged[middle..].fill(0xff);
    repo.write(&object, damaged);
    let given = scan(&repo.discover());
    assert!(given.blobs.is_empty());
    assert_eq!(given.skipped.len(), 1);
    assert!(given.skipped[0].incomplete);
    // The same blob out of a pack.
    repo.write(&object, bytes);
    repo.git(["repack", "-q", "-d"]);
    repo.commit_all();
    repo.git(["repack", "-q", "-a", "-d"]);
    repo.git(["update-ref", "-d", "HEAD"]);
    assert!(!repo.root.join(&object).exists());
    assert!(scan(&repo.discover()).blobs[&path] == [&large[..]]);
}

#[test]
fn damage_is_an_error_and_no_empty_answer() {
    let options = Options {
        max_blob_bytes: 9,
        threads: 1,
    };
    let fails = |repo: &Repo| collect(|make| index::scan(&repo.discover(), options, make)).1;
    let repo = Repo::new();
    repo.write("a", "1");
    repo.commit_all();
    let index = fs::read(repo.root.join(".git/index")).unwrap();
    repo.write(".git/index", &index[..40]);
    assert!(fails(&repo).is_err());
    repo.write(".git/index", b"");
    assert!(fails(&repo).is_err());
    repo.write(".git/index", &index);
    assert!(fails(&repo).is_ok());
    repo.write(
        ".git/refs/heads/main",
        "0123456789012345678901234567890123456789\n",
    );
    assert!(fails(&repo).is_err());
    repo.write(".git/refs/heads/main", "nonsense\n");
    assert!(fails(&repo).is_err());
    repo.git(["config", "extensions.refStorage", "reftable"]);
    let error = discover(&repo.root, &Override::default(), &OuterConfig::default()).unwrap_err();
    assert!(error.to_string().contains("reftable"), "{error}");
    assert!(
        discover(
            Path::new("/"),
            &Override::default(),
            &OuterConfig::default()
        )
        .is_err()
    );
}

/// Looking for a repository waits for nothing either.
#[cfg(unix)]
#[test]
fn a_head_that_is_a_pipe_is_not_waited_for() {
    use keyfence::source::error::Error;
    for name in ["HEAD", "commondir"] {
        let repo = Repo::new();
        let path = repo.root.join(".git").join(name);
        let _not_there = fs::remove_file(&path);
        git::run({
            let mut mkfifo = std::process::Command::new("mkfifo");
            mkfifo.arg(&path);
            mkfifo
        });
        let error = discover(&repo.root, &Override::default(), &OuterConfig::default());
        let Err(Error::Read { path: named, .. }) = error else {
            panic!("{error:?}");
        };
        assert_eq!(named, path);
    }
}

/// Random repositories and random changes, against git.
#[test]
fn random_changes() {
    use keyfence::rule::template::Random;
    for seed in 0..12 {
        let mut random = Random::new(seed);
        let mut below = |n: usize| random.below(n);
        let names = ["a", "a.b", "b", "b-c", "d", "x y"];
        let repo = Repo::new();
        let mut change = |count: usize| {
            for _ in 0..count {
                let depth = 1 + below(3);
                let path = (0..depth)
                    .map(|_| names[below(names.len())])
                    .collect::<Vec<_>>()
                    .join("/");
                let full = repo.root.join(&path);
                if full.is_dir() {
                    fs::remove_dir_all(&full).unwrap();
                }
                for parent in Path::new(&path).ancestors().skip(1) {
                    let parent = repo.root.join(parent);
                    if parent.is_file() {
                        fs::remove_file(parent).unwrap();
                    }
                }
                match below(4) {
                    0 if full.is_file() => fs::remove_file(full).unwrap(),
                    _ => repo.write(&path, below(5).to_string()),
                }
            }
        };
        change(25);
        repo.commit_all();
        for _ in 0..3 {
            change(6);
            repo.git(["add", "-A"]);
            same_as_git(&repo);
        }
        // Without the ids of folders in the index the answer is the same.
        repo.git(["read-tree", "--empty"]);
        repo.git(["add", "-A"]);
        same_as_git(&repo);
    }
}
