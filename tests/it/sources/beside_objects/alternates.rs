//! The folders with objects are those git looks into.

use std::{collections::BTreeSet, fs, path::PathBuf};

use bstr::ByteSlice as _;
use keyfence::source::{history::alternates, repository::Repository};

use super::{Skip, find, lines, with_skips};
use crate::git::Repo;

/// Makes object folders beside `repo`, each with the lines of its list.
fn folders(repo: &Repo, lists: &[(&str, &str)]) {
    for (name, list) in lists {
        let info = repo.beside(name).join("info");
        fs::create_dir_all(&info).unwrap();
        fs::create_dir_all(repo.beside(name).join("pack")).unwrap();
        fs::write(info.join("alternates"), list).unwrap();
    }
}

fn read(repository: &Repository) -> (Vec<PathBuf>, Vec<Skip>) {
    with_skips(|skip| alternates::directories(repository, skip))
}

/// Returns the names of the folders beside `repo`, and what was named, relative to the same place.
fn names(repo: &Repo, (found, skips): (Vec<PathBuf>, Vec<Skip>)) -> (Vec<String>, Vec<Skip>) {
    let beside = format!("{}/", repo.root.parent().unwrap().display());
    let beside = beside.as_str();
    let found = found
        .iter()
        .map(|dir| dir.to_str().unwrap().replace(beside, ""));
    let skips = skips
        .into_iter()
        .map(|(path, reason, incomplete)| (path.replace(beside, ""), reason, incomplete));
    (found.collect(), skips.collect())
}

/// Compares with what git lists, which is in another order.
#[track_caller]
fn same_as_git(repo: &Repo) -> (Vec<String>, Vec<Skip>) {
    let read = read(&find(&repo.root));
    let ours: BTreeSet<PathBuf> = read.0[1..].iter().cloned().collect();
    let by_git = lines(&repo.root, &["count-objects", "-v"]);
    let by_git = by_git
        .iter()
        .filter_map(|line| line.strip_prefix("alternate: "));
    let by_git = by_git.map(|path| {
        let (path, _) = gix::quote::ansi_c::undo(path.into()).unwrap();
        fs::canonicalize(repo.root.join(path.to_str().unwrap())).unwrap()
    });
    assert_eq!(ours, by_git.collect());
    names(repo, read)
}

const OWN: &str = "repo/.git/objects";

fn there_is_none(path: &str) -> Skip {
    let reason = "an alternate object database that is not there";
    (path.into(), reason.into(), true)
}

#[test]
fn a_repository_on_its_own() {
    let repo = Repo::new();
    assert_eq!(same_as_git(&repo), (vec![OWN.into()], vec![]));
}

#[test]
fn clones_that_borrow() {
    let repo = Repo::new();
    repo.write("a", "1");
    repo.commit_all();
    let [one, two] = ["one", "two"].map(|name| repo.beside(name));
    for (from, to) in [(&repo.root, &one), (&one, &two)] {
        repo.git([
            "clone",
            "-q",
            "-s",
            from.to_str().unwrap(),
            to.to_str().unwrap(),
        ]);
    }
    let (found, skips) = names(&repo, read(&find(&two)));
    assert_eq!(found, ["two/.git/objects", "one/.git/objects", OWN]);
    assert_eq!(skips, []);
}

/// Quoted, relative, with a comment, with letters beyond ASCII.
#[cfg(unix)]
#[test]
fn a_chain_of_every_form() {
    let repo = Repo::new();
    let third = format!("\"{}\"\n", repo.beside("th\tird").display()).replace('\t', "\\t");
    folders(
        &repo,
        &[
            ("first", "# a comment\n\n../second\n"),
            ("second", &third),
            ("th\tird", "../caf\u{e9}"),
            ("caf\u{e9}", ""),
        ],
    );
    let list = format!("{}\n", repo.beside("first").display());
    repo.write(".git/objects/info/alternates", list);
    let (found, skips) = same_as_git(&repo);
    assert_eq!(found, [OWN, "first", "second", "th\tird", "caf\u{e9}"]);
    assert_eq!(skips, []);
}

#[test]
fn circles_and_repetitions_end() {
    let repo = Repo::new();
    folders(
        &repo,
        &[
            ("first", "../second\n../repo/.git/objects\n../first\n"),
            ("second", "../first\n../first/../second/\n"),
        ],
    );
    repo.write(
        ".git/objects/info/alternates",
        "../../../first\n../../../first/\n../objects\n../../../second\n",
    );
    assert_eq!(
        same_as_git(&repo),
        ([OWN, "first", "second"].map(String::from).into(), vec![])
    );
}

#[test]
fn what_is_missing_is_named() {
    let repo = Repo::new();
    folders(&repo, &[("first", "../nowhere\n"), ("last", "")]);
    fs::write(repo.beside("file"), "").unwrap();
    repo.write(
        ".git/objects/info/alternates",
        "../../../first\n../../../file\n../../../none\n../../../last\n",
    );
    let (found, skips) = same_as_git(&repo);
    assert_eq!(found, [OWN, "first", "last"]);
    assert_eq!(
        skips,
        [
            there_is_none("first/../nowhere"),
            there_is_none("repo/.git/objects/../../../file"),
            there_is_none("repo/.git/objects/../../../none"),
        ]
    );
}

#[test]
fn a_chain_that_is_too_long() {
    let repo = Repo::new();
    let names: Vec<String> = (0..9).map(|n| format!("n{n}")).collect();
    for (at, name) in names.iter().enumerate() {
        folders(&repo, &[(name, &format!("../n{}\n", at + 1))]);
    }
    repo.write(".git/objects/info/alternates", "../../../n0\n");
    let (found, skips) = same_as_git(&repo);
    assert_eq!(found.len(), 1 + 6);
    let reason = "alternates of more than 6 repositories in a row";
    assert_eq!(skips, [("n5/info/alternates".into(), reason.into(), true)]);
    // It is met twice, once at a place that is near enough.
    repo.write(".git/objects/info/alternates", "../../../n0\n../../../n4\n");
    let (_, skips) = names_of(&repo);
    assert_eq!(skips, [there_is_none("n8/../n9")]);
}

fn names_of(repo: &Repo) -> (Vec<String>, Vec<Skip>) {
    names(repo, read(&find(&repo.root)))
}

#[test]
fn limits_are_told() {
    let repo = Repo::new();
    repo.write(".git/objects/info/alternates", "x".repeat((1 << 20) + 1));
    let (found, skips) = names_of(&repo);
    assert_eq!(found, [OWN]);
    let list = "repo/.git/objects/info/alternates";
    assert_eq!(skips, [(list.into(), "larger than 1 MiB".into(), true)]);
    let many: Vec<String> = (0..10_050).map(|n| n.to_string()).collect();
    repo.write(".git/objects/info/alternates", many.join("\n"));
    let (_, skips) = names_of(&repo);
    assert_eq!(skips.len(), 10_001);
    assert!(
        skips
            .iter()
            .any(|skip| skip.1.starts_with("more than 10000 "))
    );
}

#[cfg(unix)]
#[test]
fn pipes_are_not_waited_for() {
    let repo = Repo::new();
    crate::git::run({
        let mut mkfifo = std::process::Command::new("mkfifo");
        mkfifo.arg(repo.root.join(".git/objects/info/alternates"));
        mkfifo
    });
    let list = "repo/.git/objects/info/alternates";
    let fifo = (list.to_string(), "fifo".to_string(), false);
    assert_eq!(names_of(&repo), (vec![OWN.into()], vec![fifo]));
}

#[cfg(unix)]
#[test]
fn folders_from_outside() {
    use std::ffi::OsString;

    use keyfence::source::repository::{OuterConfig, Override, discover};

    use crate::git::{git, run};
    let repo = Repo::with(&["--object-format=sha256"]);
    folders(
        &repo,
        &[("first", ""), ("se:cond", "../third\n"), ("third", "")],
    );
    let quoted = format!("\"{}\"", repo.beside("se:cond").display());
    let list = ["../first", &quoted, "", "../none"].join(":");
    let over = Override {
        alternate_objects_dirs: alternates::from_variable(&OsString::from(&list)),
        ..Override::default()
    };
    let repository = discover(&repo.root, &over, &OuterConfig::default()).unwrap();
    let (found, skips) = names(&repo, read(&repository));
    assert_eq!(found, [OWN, "first", "se:cond", "third"]);
    assert_eq!(skips, [there_is_none("repo/../none")]);
    let by_git = run({
        let mut count = git(&repo.root, ["count-objects", "-v"]);
        count.env("GIT_ALTERNATE_OBJECT_DIRECTORIES", &list);
        count
    });
    let by_git = String::from_utf8(by_git).unwrap();
    assert_eq!(by_git.matches("alternate: ").count(), 3);
}
