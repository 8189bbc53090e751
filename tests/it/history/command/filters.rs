//! Which part of a history is asked for.

use super::{finds, ran, repository, tokens};
use crate::{
    cli::{Place, Ran, program, run},
    git::Repo,
    history::{line, text, token},
};

const ALL: &[u64] = &[1, 2, 3, 4, 5, 6, 7];

#[test]
fn everything() {
    let repo = repository();
    let ran = finds(&repo.root, &[], ALL);
    assert_eq!(ran.json()["summary"]["complete"], true);
    assert_eq!(ran.json()["summary"]["commits"], 7);
    assert_eq!(ran.json()["summary"]["blobs"], 6);
}

#[test]
fn what_is_reached() {
    let repo = repository();
    finds(&repo.root, &["--reachable"], &[1, 2, 3, 4, 7]);
}

#[test]
fn since_a_revision() {
    let repo = repository();
    let since = |revision: &str, expected: &[u64]| {
        finds(&repo.root, &["--since", revision], expected);
    };
    let side = line(&repo.root, &["rev-parse", "side"]);
    // What no commit holds has no time.
    for revision in ["v1", "side~1", "main~3", &*side] {
        let expected: &[u64] = if revision == side {
            &[3, 5, 6, 7]
        } else {
            &[3, 4, 5, 6, 7]
        };
        since(revision, expected);
    }
    since(side.get(..9).unwrap(), &[3, 5, 6, 7]);
    since("HEAD", &[4, 5, 6]);
    since("refs/heads/main", &[4, 5, 6]);
    repo.git(["tag", "-a", "-m", "x", "annotated", "v1"]);
    since("annotated", &[3, 4, 5, 6, 7]);
    // A name that could be a date is a name.
    repo.git(["branch", "2020-01-01", "side"]);
    since("2020-01-01", &[3, 5, 6, 7]);
}

#[test]
fn since_a_date() {
    let repo = repository();
    let since = |date: &str, expected: &[u64]| {
        finds(&repo.root, &["--since", date], expected);
    };
    // The commits follow each other by minutes, the first at 22:14:20.
    since("2023-11-14", ALL);
    since("2023-11-14T22:14:20Z", ALL);
    since("2023-11-14T22:14:21Z", &[2, 3, 4, 5, 6, 7]);
    since("2023-11-14T22:18:00Z", &[3, 5, 6, 7]);
    since("2023-11-15", &[6]);
    since("@1700000061", &[2, 3, 4, 5, 6, 7]);
    since("1 year ago", &[6]);
}

#[test]
fn branches() {
    let repo = repository();
    let of = |branches: &[&str], expected: &[u64]| {
        let args: Vec<&str> = branches
            .iter()
            .flat_map(|name| ["--branch", *name])
            .collect();
        finds(&repo.root, &args, expected);
    };
    of(&["side"], &[1, 2, 4]);
    of(&["main"], &[1, 2, 3, 7]);
    of(&["refs/heads/main"], &[1, 2, 3, 7]);
    of(&["main", "side"], &[1, 2, 3, 4, 7]);
    of(&["v1"], &[1, 2]);
    repo.git(["update-ref", "refs/remotes/origin/old", "v1~1"]);
    of(&["origin/old"], &[1]);
    // Together with others.
    finds(&repo.root, &["--branch", "side", "--since", "v1"], &[4]);
    finds(&repo.root, &["--branch", "main", "deploy"], &[1]);
    finds(
        &repo.root,
        &["--branch", "side", "--since", "v1", "deploy"],
        &[],
    );
}

#[test]
fn paths() {
    let repo = repository();
    let at = |paths: &[&str], expected: &[u64]| {
        finds(&repo.root, paths, expected);
    };
    at(&["src/app.py"], &[2]);
    at(&["./src/../src/app.py"], &[2]);
    at(&["src"], &[2]);
    at(&["src/"], &[2]);
    at(&["src/app"], &[]);
    at(&["src/app.py/more"], &[]);
    // What is gone from the work tree, and never was there.
    at(&["deploy"], &[1]);
    at(&["deploy/app.env"], &[1]);
    at(&["nowhere"], &[]);
    at(&["*.env"], &[1, 3, 4]);
    at(&["**/x.env"], &[3]);
    at(&["s*/app.p?"], &[2]);
    at(&["deploy", "sub", "side.env"], &[1, 3, 4]);
    at(&[text(&repo.root.join("src"))], &[2]);
    // All of the repository is not a filter: messages count, and what nothing holds.
    at(&["."], ALL);
    at(&[text(&repo.root)], ALL);
}

#[test]
fn paths_from_a_folder_below() {
    let repo = repository();
    let below = repo.root.join("sub/deep");
    finds(&below, &["x.env"], &[3]);
    finds(&below, &["."], &[3]);
    finds(&below, &["../../deploy"], &[1]);
    finds(&below, &["*.env"], &[3]);
    finds(&below, &["../.."], ALL);
    finds(&below, &[], ALL);
    let outside = ran(&below, &["../../../x"]);
    outside.complains(&["lies outside of the repository"]);
}

/// By a link that leads there, to what is there and to what is gone.
#[test]
fn paths_through_links() {
    let repo = repository();
    let link = repo.beside("link");
    std::os::unix::fs::symlink(&repo.root, &link).unwrap();
    finds(&repo.root, &[text(&link.join("src"))], &[2]);
    finds(&repo.root, &[text(&link.join("deploy/app.env"))], &[1]);
    finds(&link, &["deploy"], &[1]);
    finds(&link, &[text(&link)], ALL);
    // A link within is a name as any other.
    repo.write("up/x", "nothing\n");
    std::os::unix::fs::symlink("../src", repo.root.join("up/link")).unwrap();
    repo.commit_all();
    finds(&repo.root, &["up/link/app.py"], &[]);
}

/// As git's hooks call it.
#[test]
fn a_repository_that_variables_name() {
    let repo = repository();
    let place = Place::new();
    let with = |args: &[&str], expected: &[u64]| {
        let all = ["scan", "--history", "--format", "json", "--show-secrets"];
        let mut command = program(&place.root, [&all, args].concat());
        command.env("GIT_DIR", repo.root.join(".git"));
        let ran = Ran::of(&command.output().unwrap());
        let found: Vec<u64> = tokens(&ran).into_iter().collect();
        assert_eq!(found, expected, "{args:?}: {ran:#?}");
    };
    with(&[], ALL);
    with(&["deploy"], &[1]);
    with(&["--since", "v1", "--branch", "side"], &[4]);
}

/// As for git, a name that looks like a pattern is a name, too.
#[test]
fn names_that_look_like_patterns() {
    let repo = repository();
    repo.write("pages/[id].js", format!("token = {}\n", token(8)));
    repo.write("pages/[slug", format!("token = {}\n", token(9)));
    repo.commit_all();
    finds(&repo.root, &["pages/[id].js"], &[8]);
    finds(&repo.root, &["pages/[slug"], &[9]);
    finds(&repo.root, &["pages/[[]*"], &[8, 9]);
    finds(&repo.root.join("pages"), &["[id].js"], &[8]);
}

/// A pattern is about names below the folder one is in, whatever that is called.
#[test]
fn patterns_in_a_folder_with_an_odd_name() {
    let repo = repository();
    repo.write("[odd]/a.js", format!("token = {}\n", token(8)));
    repo.write("o/a.js", format!("token = {}\n", token(9)));
    repo.commit_all();
    finds(&repo.root.join("[odd]"), &["*.js"], &[8]);
}

/// A name need not be UTF-8.
#[test]
fn names_of_any_bytes() {
    use std::{ffi::OsStr, os::unix::ffi::OsStrExt as _};
    let repo = repository();
    let name = OsStr::from_bytes(b"caf\xe9/\xff.env");
    repo.write(name, format!("token = {}\n", token(8)));
    repo.commit_all();
    let at = |path: &OsStr| {
        let args = ["scan", "--history", "--format", "json"].map(OsStr::new);
        let ran = run(&repo.root, [&args[..], &[path]].concat()).ends(1);
        let findings = ran.json()["findings"].clone();
        assert_eq!(findings.as_array().unwrap().len(), 1, "{findings:#}");
        let bytes = data_encoding::BASE64.encode(name.as_bytes());
        assert_eq!(findings[0]["path_bytes"], *bytes);
        assert_eq!(findings[0]["occurrences"][0]["path_bytes"], *bytes);
    };
    at(name);
    at(OsStr::from_bytes(b"caf\xe9"));
    at(OsStr::from_bytes(b"caf\xe9/*"));
    at(OsStr::from_bytes(b"caf\xe9/*.env"));
}

/// As each of its worktrees sees it, and with git's folder elsewhere.
#[test]
fn worktrees() {
    let repo = repository();
    let linked = repo.beside("linked");
    repo.git(["worktree", "add", "-q", "--detach", text(&linked), "v1"]);
    finds(&linked, &[], ALL);
    finds(&linked, &["--since", "HEAD"], &[3, 4, 5, 6, 7]);
    finds(&linked, &["src"], &[2]);
    let json = finds(&linked, &["deploy"], &[1]).json();
    assert_eq!(json["findings"][0]["state"], "head");
    let apart = repo.beside("apart");
    let moved = repo.beside("git-folder");
    let separate = format!("--separate-git-dir={}", text(&moved));
    repo.git(["clone", "-q", &separate, text(&repo.root), text(&apart)]);
    finds(&apart, &["--reachable"], &[1, 2, 3, 4, 7]);
    finds(&apart, &["deploy"], &[1]);
}

#[test]
fn longer_ids() {
    let repo = Repo::with(&["--object-format=sha256"]);
    for number in [1, 2] {
        repo.write("a", format!("token = {}\n", token(number)));
        repo.commit_all();
    }
    finds(&repo.root, &["--since", "HEAD~1"], &[2]);
    let id = line(&repo.root, &["rev-parse", "HEAD~1"]);
    for len in [64, 40, 10, 7] {
        finds(&repo.root, &["--since", id.get(..len).unwrap()], &[2]);
    }
    finds(&repo.root, &["--branch", "main", "a"], &[1, 2]);
}

#[test]
fn another_repository() {
    let repo = repository();
    let place = Place::new();
    let other = Repo::new();
    other.write("a", format!("token = {}\n", token(8)));
    other.commit_all();
    for folder in [&place.root, &other.root] {
        finds(folder, &[text(&repo.root)], ALL);
        finds(folder, &[text(&repo.root.join(".git"))], ALL);
    }
    let bare = repo.beside("bare");
    repo.git(["clone", "-q", "--bare", text(&repo.root), text(&bare)]);
    finds(&place.root, &[text(&bare)], ALL);
    finds(&bare, &[], ALL);
    finds(&bare, &["deploy"], &[1]);
    finds(
        &place.root,
        &[text(&repo.root), "--branch", "side"],
        &[1, 2, 4],
    );
    // One that lies in another, as a submodule does.
    other.git(["submodule", "--quiet", "add", text(&repo.root), "sub"]);
    finds(&other.root, &["sub"], ALL);
    finds(&other.root, &[], &[8]);
    finds(
        &other.root,
        &["--recurse-submodules"],
        &[1, 2, 3, 4, 5, 6, 7, 8],
    );
    ran(&place.root, &[]).complains(&["cannot scan the history"]);
    ran(&place.root, &["x"]).complains(&["cannot scan the history"]);
}

/// Returns a repository that has that of [`repository`] as its submodule `libs/one`, and the tokens 1 and 8 in files of its own.
fn with_submodule() -> (Repo, Repo) {
    let (inner, outer) = (repository(), Repo::new());
    outer.git(["submodule", "--quiet", "add", text(&inner.root), "libs/one"]);
    outer.write("deploy/own.env", format!("token = {}\n", token(8)));
    outer.write("z", format!("token = {}\n", token(1)));
    outer.commit_all();
    outer.write("z", "clean\n");
    outer.commit_all();
    (inner, outer)
}

#[test]
fn submodules() {
    let (_inner, outer) = with_submodule();
    let both = [1, 2, 3, 4, 5, 6, 7, 8];
    let json = finds(&outer.root, &["--recurse-submodules"], &both).json();
    let findings = json["findings"].as_array().unwrap();
    let paths: Vec<&str> = findings
        .iter()
        .map(|f| f["path"].as_str().unwrap())
        .collect();
    assert!(paths.is_sorted(), "{paths:?}");
    assert!(paths.contains(&"libs/one/src/app.py"), "{paths:?}");
    // What both have is told once, with the place where it can be checked out today.
    let of = |number: u64| {
        findings
            .iter()
            .find(|f| f["secret"] == token(number))
            .unwrap()
    };
    let first = of(1);
    let states: Vec<&str> = (first["occurrences"].as_array().unwrap().iter())
        .map(|one| one["state"].as_str().unwrap())
        .collect();
    assert_eq!(states, ["elsewhere", "history"]);
    assert_eq!(first["path"], "libs/one/deploy/app.env");
    assert_eq!(first["line"], 2);
    // Revisions and branches are those of the outer one; dates hold for both.
    let since = ["--recurse-submodules", "--since", "2023-11-14T22:16:30Z"];
    finds(&outer.root, &since, &[1, 3, 4, 5, 6, 7, 8]);
    let options = [
        "--recurse-submodules",
        "--since",
        "HEAD",
        "--branch",
        "main",
    ];
    finds(&outer.root, &options, ALL);
}

#[test]
fn paths_in_submodules() {
    let (_inner, outer) = with_submodule();
    let at = |path: &str, expected: &[u64]| {
        finds(&outer.root, &["--recurse-submodules", path], expected);
    };
    at("libs/one/deploy", &[1]);
    at("libs/one/deploy/app.env", &[1]);
    at("libs/*/app.py", &[2]);
    // All of it.
    at("libs", ALL);
    at("lib*/one", ALL);
    at("deploy", &[8]);
    at("*.env", &[1, 3, 4, 8]);
}

#[test]
fn submodules_that_cannot_be_read() {
    let (_inner, outer) = with_submodule();
    let config = outer.root.join(".git/modules/libs/one/config");
    let broken = "[core]\nrepositoryformatversion = 1\n[extensions]\nrefStorage = reftable\n";
    std::fs::write(config, broken).unwrap();
    let ran = ran(&outer.root, &["--recurse-submodules"]).ends(2);
    assert_eq!(tokens(&ran).into_iter().collect::<Vec<_>>(), [1, 8]);
    let skipped = ran.skipped();
    assert_eq!(skipped.len(), 1, "{skipped:?}");
    assert_eq!(skipped[0].0, "libs/one");
    assert!(skipped[0].1.contains("reftable"), "{skipped:?}");
}

#[test]
fn what_is_not_there() {
    let repo = repository();
    let refused = |args: &[&str], parts: &[&str]| {
        run(&repo.root, [&["scan", "--history"], args].concat()).complains(parts);
    };
    refused(
        &["--branch", "nobody"],
        &["--branch nobody", "no such branch", "git branch -a"],
    );
    refused(
        &["--branch", "main", "--branch", "sidE"],
        &["--branch sidE"],
    );
    refused(&["--branch", ""], &["no such branch"]);
    refused(
        &["--since", "nothing"],
        &["--since \"nothing\"", "neither a revision", "2024-01-31"],
    );
    refused(&["--since", "v1:src/app.py"], &["neither a revision"]);
    refused(&["--threads", "0"], &["--threads 0", "at least 1"]);
    refused(&["--max-memory", "x"], &["--max-memory"]);
    let empty = Repo::new();
    run(&empty.root, ["scan", "--history"]).ends(0);
    run(&empty.root, ["scan", "--history", "--since", "HEAD"]).complains(&["neither a revision"]);
}
