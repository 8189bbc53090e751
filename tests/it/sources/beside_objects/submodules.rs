//! The repositories of submodules are found wherever git left them, and nothing outside is looked at.

use std::{
    fs,
    path::{Path, PathBuf},
};

use keyfence::source::history::submodules::{self, Submodule};

use super::{Skip, find, id, with_skips};
use crate::git::{Repo, git, run};

/// Returns the submodules as (name, place of the repository, place of the work tree), the places relative to the root.
fn read(repo: &Repo, from: &Path) -> (Vec<(String, String, String)>, Vec<Skip>) {
    let repository = find(from);
    let (found, skips) = with_skips(|skip| submodules::find(&repository, skip));
    let relative = |path: &PathBuf| {
        let below = path.strip_prefix(repo.root.parent().unwrap()).unwrap();
        let below = below.to_str().unwrap();
        below.strip_prefix("repo/").unwrap_or(below).to_owned()
    };
    let told = found.iter().map(|submodule| {
        let Submodule {
            name,
            git_dir,
            work_tree,
        } = submodule;
        // Whatever state it is in, it can be opened, and is what was found.
        let opened = submodule.open(&repository).unwrap();
        assert_eq!(opened.git_dir, *git_dir);
        let tree = work_tree.as_ref().map(relative).unwrap_or_default();
        (name.to_string(), relative(git_dir), tree)
    });
    (told.collect(), skips)
}

#[track_caller]
fn check(repo: &Repo, from: &Path, expected: &[(&str, &str, &str)]) {
    let (found, skips) = read(repo, from);
    let found: Vec<(&str, &str, &str)> = found.iter().map(|(n, g, w)| (&**n, &**g, &**w)).collect();
    assert_eq!(found, expected);
    assert_eq!(skips, []);
}

fn source(format: &str) -> Repo {
    let repo = Repo::with(&[&*format!("--object-format={format}")]);
    repo.write("a", "1");
    repo.commit_all();
    repo
}

fn add(folder: &Path, from: &Path, name: &str, path: &str) {
    let from = from.to_str().unwrap();
    let args = ["submodule", "add", "-q", "--name", name, from, path];
    run(git(folder, args));
}

#[test]
fn absorbed_nested_and_gone() {
    for format in ["sha1", "sha256"] {
        let inner = source(format);
        let outer = source(format);
        add(&outer.root, &inner.root, "deep/inner", "deep/inner");
        outer.commit_all();
        let repo = source(format);
        check(&repo, &repo.root, &[]);
        add(&repo.root, &outer.root, "a/name", "outer");
        add(&repo.root, &inner.root, "libs/other", "libs/other");
        repo.commit_all();
        repo.git(["submodule", "update", "-q", "--init", "--recursive"]);
        let nested = ".git/modules/a/name/modules/deep/inner";
        let all = [
            ("libs/other", ".git/modules/libs/other", "libs/other"),
            ("outer", ".git/modules/a/name", "outer"),
            ("outer/deep/inner", nested, "outer/deep/inner"),
        ];
        check(&repo, &repo.root, &all);
        check(&repo, &repo.root.join("libs"), &all);
        // What is no more in the work tree is still stored. Its configuration names a work tree that is not there.
        repo.git(["rm", "-q", "-f", "outer"]);
        repo.git(["submodule", "deinit", "-q", "-f", "libs/other"]);
        let gone = [
            ("a/name", ".git/modules/a/name", ""),
            ("a/name/deep/inner", nested, ""),
            ("libs/other", ".git/modules/libs/other", ""),
        ];
        check(&repo, &repo.root, &gone);
    }
}

#[test]
fn repositories_within_the_work_tree() {
    let repo = source("sha1");
    let inner = source("sha1");
    // `git add` of a repository makes a submodule of it as it stands.
    let clone = |to: &str| {
        let from = inner.root.to_str().unwrap();
        repo.git(["clone", "-q", from, to]);
    };
    clone("old/one");
    clone("old/one/two");
    run(git(&repo.root.join("old/one"), ["add", "two"]));
    repo.git(["add", "old/one"]);
    // One that no index has is somebody else's matter.
    clone("stranger");
    check(
        &repo,
        &repo.root,
        &[
            ("old/one", "old/one/.git", "old/one"),
            ("old/one/two", "old/one/two/.git", "old/one/two"),
        ],
    );
    // Modules of a repository that is not in git's folder itself.
    add(&repo.root.join("old/one"), &inner.root, "three", "three");
    run(git(&repo.root.join("old/one"), ["rm", "-q", "-f", "three"]));
    let (found, _) = read(&repo, &repo.root);
    let three = ("old/one/three", "old/one/.git/modules/three", "");
    assert_eq!(found[1], (three.0.into(), three.1.into(), three.2.into()));
}

#[test]
fn linked_worktrees_have_modules_of_their_own() {
    let inner = source("sha1");
    let repo = source("sha1");
    add(&repo.root, &inner.root, "sub", "sub");
    repo.commit_all();
    let tree = repo.beside("linked");
    repo.git(["worktree", "add", "-q", tree.to_str().unwrap()]);
    run(git(&tree, ["submodule", "update", "-q", "--init"]));
    let own = ".git/worktrees/linked/modules/sub";
    check(
        &repo,
        &repo.root,
        &[("sub", ".git/modules/sub", "sub"), ("sub", own, "")],
    );
    check(
        &repo,
        &tree,
        &[("sub", ".git/modules/sub", ""), ("sub", own, "linked/sub")],
    );
}

#[test]
fn a_bare_repository_and_modules_within_modules() {
    let repo = Repo::with(&["--bare"]);
    for name in ["modules/a", "modules/a/b", "modules/c/d/e"] {
        run(git(&repo.root, ["init", "-q", "--bare", name]));
    }
    repo.write("modules/a/logs/refs/HEAD", "");
    fs::create_dir_all(repo.root.join("modules/c/none")).unwrap();
    check(
        &repo,
        &repo.root,
        &[
            ("a", "modules/a", ""),
            ("a/b", "modules/a/b", ""),
            ("c/d/e", "modules/c/d/e", ""),
        ],
    );
}

/// Puts a submodule into the index whose folder has `dot_git` as `.git`.
fn linked_to(repo: &Repo, name: &str, dot_git: &str) {
    repo.write(format!("{name}/.git"), dot_git);
    let entry = format!("160000,{},{name}", id(&repo.root, "HEAD"));
    repo.git(["update-index", "--add", "--cacheinfo", &entry]);
}

#[test]
fn nothing_outside_is_looked_at() {
    let repo = source("sha1");
    let outside = source("sha1");
    linked_to(
        &repo,
        "absolute",
        &format!("gitdir: {}/.git\n", outside.root.display()),
    );
    fs::rename(&outside.root, repo.beside("beside")).unwrap();
    linked_to(&repo, "missing", "gitdir: ../nowhere\n");
    linked_to(&repo, "nonsense", "nonsense\n");
    linked_to(&repo, "none", "gitdir: ../.git/objects\n");
    linked_to(&repo, "relative", "gitdir: ../../beside/.git\n");
    linked_to(&repo, "self", "gitdir: ../.git\n");
    // Not checked out.
    repo.git([
        "update-index",
        "--add",
        "--cacheinfo",
        &format!("160000,{},nothing", id(&repo.root, "HEAD")),
    ]);
    let (found, skips) = read(&repo, &repo.root);
    assert_eq!(found, []);
    let of = |name: &str, what: &str| {
        let reason = format!("the repository of this submodule {what}");
        (name.to_string(), reason, true)
    };
    assert_eq!(
        skips,
        [
            of("absolute", "is not there"),
            of("missing", "is not there"),
            of("none", "is none"),
            of("nonsense", "is none"),
            of("relative", "lies outside"),
        ]
    );
}

#[cfg(unix)]
#[test]
fn links_are_not_followed() {
    use std::os::unix::fs::symlink;
    let repo = source("sha1");
    let inner = source("sha1");
    for name in ["one", "two"] {
        repo.git(["clone", "-q", inner.root.to_str().unwrap(), name]);
        repo.git(["add", name]);
    }
    let beside = repo.beside("beside");
    fs::create_dir(&beside).unwrap();
    for name in ["one", "two/.git"] {
        let moved = beside.join(name.replace('/', ""));
        fs::rename(repo.root.join(name), &moved).unwrap();
        symlink(&moved, repo.root.join(name)).unwrap();
    }
    fs::create_dir(repo.root.join(".git/modules")).unwrap();
    symlink(beside.join("one"), repo.root.join(".git/modules/three")).unwrap();
    let (found, skips) = read(&repo, &repo.root);
    assert_eq!(found, []);
    let outside = "the repository of this submodule lies outside";
    assert_eq!(
        skips,
        [
            (".git/modules/three".into(), "symbolic link".into(), true),
            ("two".into(), outside.into(), true),
        ]
    );
}

#[test]
fn an_index_that_cannot_be_read_is_named() {
    let repo = source("sha1");
    repo.write(".git/index", "nonsense");
    let (found, skips) = read(&repo, &repo.root);
    assert_eq!(found, []);
    assert_eq!(skips.len(), 1);
    assert_eq!((&*skips[0].0, skips[0].2), (".git/index", true));
}
