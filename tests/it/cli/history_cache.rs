//! `keyfence scan --history`: where the cache lies.

use std::{fs, os::unix::fs::PermissionsExt as _, path::Path, process::Command, time::Duration};

use super::{Pair, Place, Ran, program, repository};
use crate::git::Repo;

fn full() -> Repo {
    let repo = repository();
    repo.write("app.env", Pair::drawn(3).env());
    repo.commit_all();
    repo
}

fn scan(repo: &Repo, args: &[&str], change: impl FnOnce(&mut Command)) -> Ran {
    let args = [&["scan", "--history", "--format=json"], args].concat();
    let mut command = program(&repo.root, args);
    change(&mut command);
    Ran::of(&command.output().unwrap())
}

/// Returns the names in a folder and in those below, and asserts that nobody else may read them.
fn files(folder: &Path) -> Vec<String> {
    let mut out = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let entry = entry.unwrap();
        let mode = entry.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{entry:?}");
        if entry.file_type().unwrap().is_dir() {
            out.extend(files(&entry.path()));
        } else {
            out.push(
                entry
                    .path()
                    .strip_prefix(folder)
                    .unwrap()
                    .display()
                    .to_string(),
            );
        }
    }
    out
}

#[test]
fn the_usual_place_is_the_users_cache_folder() {
    let repo = full();
    let place = Place::new();
    let (xdg, home) = (place.root.join("xdg"), place.root.join("home"));
    let plain = scan(&repo, &["--no-cache"], |command| {
        command.env("XDG_CACHE_HOME", &xdg);
    });
    let findings = plain.json()["findings"].clone();
    assert_eq!(findings.as_array().unwrap().len(), 1);
    assert!(!xdg.exists());
    let check = |set: &[(&str, &Path)], expected: Option<&Path>| {
        for _ in 0..2 {
            let ran = scan(&repo, &[], |command| {
                command.envs(set.iter().copied());
            });
            assert_eq!(ran.json()["findings"], findings);
            assert_eq!(ran.skipped(), plain.skipped());
            assert_eq!(ran.err, "");
        }
        for folder in [xdg.join("keyfence"), home.join(".cache/keyfence")] {
            let names = files(&folder);
            assert_eq!(
                names.len(),
                usize::from(Some(&*folder) == expected),
                "{names:?}"
            );
            assert!(names.iter().all(|name| name.starts_with("history-")));
            drop(fs::remove_dir_all(&folder));
        }
    };
    check(&[("XDG_CACHE_HOME", &xdg)], Some(&xdg.join("keyfence")));
    check(&[("HOME", &home)], Some(&home.join(".cache/keyfence")));
    check(
        &[("XDG_CACHE_HOME", &xdg), ("HOME", &home)],
        Some(&xdg.join("keyfence")),
    );
    check(
        &[
            ("XDG_CACHE_HOME", Path::new("relative")),
            ("HOME", &place.root),
        ],
        None,
    );
    check(&[], None);
    assert_eq!(repo.git(["status", "--short", "--ignored"]), b"");
}

#[test]
fn a_file_or_a_folder_may_be_named() {
    let (repo, other) = (full(), full());
    let place = Place::new();
    let at = |path: &Path| format!("--cache={}", path.display());
    let file = place.root.join("new/cache");
    scan(&repo, &[&at(&file)], |_| {}).ends(1);
    let written = fs::read(&file).unwrap();
    scan(&repo, &[&at(&file)], |_| {}).ends(1);
    assert_eq!(fs::read(&file).unwrap(), written);
    let folder = place.root.join("folder");
    fs::create_dir(&folder).unwrap();
    for repo in [&repo, &other, &repo] {
        scan(repo, &[&at(&folder)], |_| {}).ends(1);
    }
    assert_eq!(files(&folder).len(), 2);
    scan(&repo, &["--cache", "../relative"], |_| {}).ends(1);
    assert!(repo.beside("relative").is_file());
    scan(&repo, &["--cache="], |_| {}).complains(&["--cache", "value"]);
}

#[test]
fn what_a_killed_scan_left_is_removed_a_day_later() {
    let repo = full();
    let place = Place::new();
    let folder = place.root.join("folder");
    fs::create_dir(&folder).unwrap();
    // Of a repository that is not there any more, and of one that is just being scanned.
    let [left, under_way] = ["0", "f"].map(|digit| {
        let path = folder.join(format!("history-00.keyfence-{}.tmp", digit.repeat(16)));
        fs::write(&path, "half").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        path
    });
    let file = fs::File::options().write(true).open(&left).unwrap();
    let written = file.metadata().unwrap().modified().unwrap();
    file.set_modified(written - Duration::from_secs(25 * 60 * 60))
        .unwrap();
    let cache = format!("--cache={}", folder.display());
    let ran = scan(&repo, &[&cache], |_| {}).ends(1);
    assert_eq!(ran.json()["summary"]["complete"], true);
    assert!(!left.exists() && under_way.exists());
    assert_eq!(files(&folder).len(), 2);
}

#[test]
fn each_submodule_has_a_file_of_its_own() {
    let (repo, inner) = (full(), full());
    let url = inner.root.to_str().unwrap();
    repo.git(["submodule", "--quiet", "add", url, "inner"]);
    repo.commit_all();
    let folder = repo.beside("caches");
    let cache = format!("--cache={}", folder.join("file").display());
    for _ in 0..2 {
        let ran = scan(&repo, &["--recurse-submodules", &cache], |_| {}).ends(1);
        let plain = scan(&repo, &["--recurse-submodules", "--no-cache"], |_| {}).ends(1);
        assert_eq!(ran.json()["findings"], plain.json()["findings"]);
        assert_eq!(ran.skipped(), plain.skipped());
    }
    assert_eq!(files(&folder).len(), 2);
}

#[test]
fn a_bad_cache_is_named_and_no_more() {
    let repo = full();
    let file = repo.beside("cache");
    fs::write(&file, "garbage").unwrap();
    let cache = format!("--cache={}", file.display());
    let ran = scan(&repo, &[&cache], |_| {}).ends(1);
    let named = ran.skipped();
    let named = named.iter().find(|(path, _)| Path::new(path) == file);
    assert!(named.unwrap().1.contains("checksum"), "{named:?}");
    assert_eq!(ran.json()["summary"]["complete"], true);
    let ran = scan(&repo, &[&cache], |_| {}).ends(1);
    assert!(!ran.out.contains("checksum"));
}
