//! `--scan`: what is read, what counts as a match, what is said.

use std::{fs, io::Write as _, process::Stdio};

use super::{Place, ends, found};
use crate::cli::Ran;

/// A repository with patterns that are no secrets.
fn place(patterns: &[&str]) -> Place {
    let place = Place::new();
    for pattern in patterns {
        ends(&place.run(["--add", "--", pattern]), "", "", 0);
    }
    place
}

fn with_input(place: &Place, args: &[&str], input: &str) -> Ran {
    let mut command = place.command(place.bin.join("git-secrets"), &place.repo.root);
    let mut child = command
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(input.as_bytes()).unwrap();
    drop(stdin);
    Ran::of(&child.wait_with_output().unwrap())
}

#[test]
fn nothing_configured_is_said_and_is_clean() {
    let place = Place::new();
    place.repo.write("a.txt", "me\n");
    for args in [
        &["--scan", "a.txt"][..],
        &["--scan"],
        &["--scan-history"],
        &["--pre_commit_hook"],
    ] {
        let ran = place.run(args);
        assert_eq!((&*ran.out, ran.code), ("", 0), "{args:?}");
        assert!(
            ran.err.contains("no prohibited patterns"),
            "{args:?}: {}",
            ran.err
        );
        assert_eq!(ran.err.lines().count(), 1);
    }
}

#[test]
fn what_is_clean_says_nothing() {
    let place = place(&["forbidden|me"]);
    place.repo.write("a.txt", "some time\n");
    place.git(["add", "."]);
    for args in [
        &["--scan"][..],
        &["--scan", "a.txt"],
        &["--scan", "-r"],
        &["--scan", "--cached"],
        &["--scan", "--untracked"],
        &["--scan", "--no-index"],
        &["--scan-history"],
        &["--pre_commit_hook"],
    ] {
        ends(&place.run(args), "", "", 0);
    }
}

#[test]
fn what_each_call_reads() {
    let place = place(&["me"]);
    place.repo.write("a.txt", "no\nme 1\nme 2");
    place.repo.write("d/b.txt", "me staged\n");
    place.repo.write(".gitignore", "ignored\n");
    place.git(["add", "."]);
    place.repo.write("d/b.txt", "me changed\n");
    place.repo.write("new.txt", "me new\n");
    place.repo.write("ignored", "me ignored\n");
    std::os::unix::fs::symlink("new.txt", place.repo.root.join("link")).unwrap();
    place.git(["add", "link"]);
    let tracked = ["a.txt:2:me 1", "a.txt:3:me 2", "d/b.txt:1:me changed"];
    found(&place.run(["--scan"]), &tracked);
    found(&place.run(["--scan", "-r"]), &tracked);
    let staged = ["a.txt:2:me 1", "a.txt:3:me 2", "d/b.txt:1:me staged"];
    found(&place.run(["--scan", "--cached"]), &staged);
    found(&place.run(["--scan", "--cached", "d"]), &staged[2..]);
    found(&place.run(["--scan", "--cached", "*.txt"]), &staged);
    found(
        &place.run(["--scan", "--cached", ":(glob)*.txt"]),
        &staged[..2],
    );
    ends(&place.run(["--scan", "--cached", "nothing"]), "", "", 0);
    let mut all = tracked.to_vec();
    all.push("new.txt:1:me new");
    found(&place.run(["--scan", "--untracked"]), &all);
    found(&place.run(["--scan", "--untracked", "new*"]), &all[3..]);
    all.insert(3, "ignored:1:me ignored");
    found(&place.run(["--scan", "--no-index"]), &all);
    // From disk, as they are named; a folder without -r is passed over.
    found(
        &place.run(["--scan", "new.txt", "./a.txt", "d"]),
        &["new.txt:1:me new", "./a.txt:2:me 1", "./a.txt:3:me 2"],
    );
    found(
        &place.run(["--scan", "-r", "d", "link"]),
        &["d/b.txt:1:me changed", "link:1:me new"],
    );
    // Below the current folder, and called from there.
    found(
        &place.run_in(place.repo.root.join("d"), ["--scan"]),
        &["b.txt:1:me changed"],
    );
    found(
        &place.run_in(place.repo.root.join("d"), ["--scan", "--cached"]),
        &["b.txt:1:me staged"],
    );
    found(
        &place.run_in(place.repo.root.join("d"), ["--scan", "../a.txt"]),
        &["../a.txt:2:me 1", "../a.txt:3:me 2"],
    );
}

#[test]
fn a_folder_is_read_with_its_git_folder() {
    let place = place(&["me"]);
    fs::write(place.repo.root.join(".git/description"), "me\n").unwrap();
    let ran = place.run(["--scan", "-r", "."]);
    assert!(ran.err.contains("./.git/description:1:me\n"), "{ran:#?}");
    assert_eq!(ran.code, 1);
}

#[test]
fn standard_input_may_be_mixed_with_files() {
    let place = place(&["me"]);
    place.repo.write("a.txt", "me\n");
    let ran = with_input(&place, &["--scan", "-"], "no\nit is me");
    found(&ran, &["(standard input):2:it is me"]);
    let ran = with_input(&place, &["--scan", "-", "a.txt"], "me\n");
    found(&ran, &["(standard input):1:me", "a.txt:1:me"]);
}

#[test]
fn a_pattern_is_a_unit_on_every_route() {
    let place = place(&["foo bar", "a*", "key[0-9]", "-----BEGIN", "x|y"]);
    place
        .repo
        .write("a.txt", "foo\nbar\nfoo bar\naaa\nkey7\n-----BEGIN\nxx y\n");
    place.repo.write("key7", "nothing\n");
    place.git(["add", "."]);
    let lines = [
        "a.txt:3:foo bar",
        "a.txt:4:aaa",
        "a.txt:5:key7",
        "a.txt:6:-----BEGIN",
        "a.txt:7:xx y",
    ];
    found(&place.run(["--scan"]), &lines);
    found(&place.run(["--scan", "a.txt"]), &lines);
    found(&place.run(["--scan", "--cached"]), &lines);
}

#[test]
fn a_match_is_a_word() {
    let place = place(&["k.*v", "z*"]);
    place.repo.write("a.txt", "k v vx\nxk v\n\n_zz\nzz\n");
    place.git(["add", "."]);
    let lines = ["a.txt:1:k v vx", "a.txt:5:zz"];
    found(&place.run(["--scan"]), &lines);
    found(&place.run(["--scan", "a.txt"]), &lines);
}

#[test]
fn several_matches_are_one_line_and_a_carriage_return_stays() {
    let place = place(&["me"]);
    place.repo.write("a.txt", "me me\r\n");
    found(&place.run(["--scan", "a.txt"]), &["a.txt:1:me me\r"]);
}

#[test]
fn binary_files_are_passed_over_whatever_attributes_say() {
    let place = place(&["me"]);
    place.repo.write("a.bin", "me\n\0");
    place.repo.write("a.txt", "me\n");
    place.repo.write(".gitattributes", "*.txt binary\n");
    place.git(["add", "."]);
    for args in [
        &["--scan"][..],
        &["--scan", "--cached"],
        &["--scan", "a.bin", "a.txt"],
    ] {
        found(&place.run(args), &["a.txt:1:me"]);
    }
}

#[test]
fn odd_names() {
    let place = place(&["me"]);
    for name in ["\u{e9}.txt", "a\"b", ":colon", "a[b]*", "-n"] {
        place.repo.write(name, "me\n");
    }
    place.git(["add", "."]);
    let quoted = [
        "-n:1:me",
        ":colon:1:me",
        "\"a\\\"b\":1:me",
        "a[b]*:1:me",
        "\"\\303\\251.txt\":1:me",
    ];
    found(&place.run(["--scan"]), &quoted);
    found(&place.run(["--scan", "--cached"]), &quoted);
    found(&place.run(["--pre_commit_hook", "--"]), &quoted);
    found(
        &place.run(["--scan", "--", "-n", "\u{e9}.txt"]),
        &["-n:1:me", "\u{e9}.txt:1:me"],
    );
}

#[test]
fn settings_of_git_do_not_leak_in() {
    let place = place(&["me"]);
    place.repo.write("d/a.txt", "me\n");
    place.git(["add", "."]);
    for (key, value) in [
        ("color.ui", "always"),
        ("grep.column", "true"),
        ("grep.fullName", "true"),
        ("core.quotePath", "false"),
    ] {
        place.git(["config", key, value]);
    }
    found(
        &place.run_in(place.repo.root.join("d"), ["--scan"]),
        &["a.txt:1:me"],
    );
}

#[test]
fn a_missing_file_is_named_and_the_others_are_told() {
    let place = place(&["me"]);
    place.repo.write("a.txt", "me\n");
    let ran = place.run(["--scan", "gone.txt", "a.txt"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.starts_with("a.txt:1:me\n"), "{ran:#?}");
    assert!(
        ran.err.contains("gone.txt: No such file or directory"),
        "{ran:#?}"
    );
}

#[test]
fn outside_a_repository() {
    let place = Place::new();
    let outside = place.outside();
    ends(&place.run(["--add", "--global", "me"]), "", "", 0);
    fs::create_dir(outside.join("d")).unwrap();
    fs::write(outside.join("d/a.txt"), "me\n").unwrap();
    found(
        &place.run_in(&outside, ["--scan", "d/a.txt"]),
        &["d/a.txt:1:me"],
    );
    found(
        &place.run_in(&outside, ["--scan", "--no-index"]),
        &["d/a.txt:1:me"],
    );
    found(
        &place.run_in(&outside, ["--scan", "--no-index", "d"]),
        &["d/a.txt:1:me"],
    );
    for args in [
        &["--scan"][..],
        &["--scan", "--cached"],
        &["--scan", "--untracked"],
        &["--scan-history"],
    ] {
        let ran = place.run_in(&outside, args);
        assert_eq!(ran.code, 128, "{args:?}: {ran:#?}");
        assert!(
            ran.err.contains("not a git repository"),
            "{args:?}: {ran:#?}"
        );
    }
}

#[test]
fn two_index_flags_are_refused() {
    let place = place(&["me"]);
    for args in [
        ["--scan", "--cached", "--untracked"],
        ["--scan", "--no-index", "--cached"],
        ["--scan", "-r", "--cached"],
    ] {
        assert_eq!(place.run(args).code, 1, "{args:?}");
    }
}

#[test]
fn the_sides_of_a_conflict_are_told_once() {
    let place = place(&["me"]);
    for (branch, text) in [
        ("main", "me\nbase\n"),
        ("x", "me\none me\n"),
        ("y", "me\nother me\n"),
    ] {
        place.git(["checkout", "-q", "-B", branch, "main"]);
        place.repo.write("a.txt", text);
        place.git(["add", "."]);
        place.git(["commit", "-q", "-m", branch]);
    }
    assert_eq!(place.git(["merge", "-q", "x"]).code, 1);
    let sides = ["a.txt:1:me", "a.txt:2:one me", "a.txt:2:other me"];
    found(&place.run(["--scan", "--cached"]), &sides);
    let merged = ["a.txt:1:me", "a.txt:3:other me", "a.txt:5:one me"];
    found(&place.run(["--scan"]), &merged);
}
