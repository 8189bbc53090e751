//! What is written to the configuration, what is refused, and how it is listed.

use std::fs;

use super::{Place, ends};

#[test]
fn values_go_to_their_keys() {
    let place = Place::new();
    ends(&place.run(["--add", "one"]), "", "", 0);
    ends(&place.run(["--add", "-a", "two"]), "", "", 0);
    ends(
        &place.run(["--add-provider", "cat", "my  file", "x"]),
        "",
        "",
        0,
    );
    ends(&place.run(["--add", "--global", "three"]), "", "", 0);
    ends(
        &place.run(["--add-provider", "--", "cmd", "-x", "--y"]),
        "",
        "",
        0,
    );
    assert_eq!(place.values("secrets.patterns"), ["three", "one"]);
    assert_eq!(place.values("secrets.allowed"), ["two"]);
    assert_eq!(
        place.values("secrets.providers"),
        ["cat my  file x", "cmd -x --y"]
    );
    let global = fs::read_to_string(place.home.join(".gitconfig")).unwrap();
    assert_eq!(global, "[secrets]\n\tpatterns = three\n");
}

#[test]
fn values_of_all_forms_come_back() {
    let place = Place::new();
    let values = [
        "-foo",
        "--global",
        "a b\t ",
        " #;\"'\\\\",
        "two\nlines",
        "\u{e9}[x](y)$",
    ];
    for value in values {
        ends(&place.run(["--add", "--", value]), "", "", 0);
        ends(&place.run(["--add", "--", value]), "", "", 1);
    }
    assert_eq!(place.values("secrets.patterns"), values);
}

#[test]
fn a_pattern_that_means_something_else_is_stored_with_a_hint() {
    for (pattern, part) in [
        (r"\d+", "[0-9]"),
        ("(?i)key", "Perl"),
        ("(open", "is invalid"),
        ("a*", ""),
    ] {
        let place = Place::new();
        let ran = place.run(["--add", "--", pattern]).ends(0);
        assert_eq!(ran.err.is_empty(), part.is_empty(), "{ran:#?}");
        assert!(ran.err.contains(part), "{ran:#?}");
        assert_eq!(place.values("secrets.patterns"), [pattern]);
        // A literal means itself.
        ends(&place.run(["--add", "-l", "--", pattern]), "", "", 0);
    }
}

#[test]
fn a_value_is_there_when_all_of_it_is() {
    let place = Place::new();
    place.run(["--add", "foo"]).ends(0);
    ends(&place.run(["--add", "fo"]), "", "", 0);
    ends(&place.run(["--add", "foo"]), "", "", 1);
    ends(&place.run(["--add", "-a", "foo"]), "", "", 0);
    place.run(["--add", "a+b"]).ends(0);
    ends(&place.run(["--add", "-l", "a+b"]), "", "", 0);
    ends(&place.run(["--add", "-l", "a+b"]), "", "", 1);
    ends(&place.run(["--add-provider", "cat", "x"]), "", "", 0);
    ends(&place.run(["--add-provider", "cat x"]), "", "", 1);
    assert_eq!(
        place.values("secrets.patterns"),
        ["foo", "fo", "a+b", r"a\+b"]
    );
}

#[test]
fn a_value_is_looked_for_in_all_files_or_in_the_global_one() {
    let place = Place::new();
    place.run(["--add", "--global", "global"]).ends(0);
    place.run(["--add", "local"]).ends(0);
    place.run(["--add", "global"]).ends(1);
    place.run(["--add", "--global", "global"]).ends(1);
    place.run(["--add", "--global", "local"]).ends(0);
    assert_eq!(
        place.values("secrets.patterns"),
        ["global", "local", "local"]
    );
    let ran = place.git(["-c", "secrets.patterns=given", "secrets", "--add", "given"]);
    ends(&ran, "", "", 1);
}

#[test]
fn nothing_is_not_added() {
    let place = Place::new();
    for args in [
        &["--add"][..],
        &["--add", ""],
        &["--add", "\n\n"],
        &["--add", "-a", "-l", ""],
    ] {
        let ran = place.run(args).ends(1);
        assert!(
            ran.err.contains("nothing was added") && ran.out.is_empty(),
            "{ran:#?}"
        );
    }
    for args in [&["--add-provider"][..], &["--add-provider", "", " \t"]] {
        let ran = place.run(args).ends(1);
        assert!(ran.err.contains("needs a command"), "{ran:#?}");
    }
    ends(&place.run(["--list"]), "", "", 1);
}

#[test]
fn one_pattern_is_added_at_a_time() {
    let place = Place::new();
    let ran = place.run(["--add", "one", "two"]).ends(0);
    assert!(ran.err.contains("\"two\" is left out"), "{ran:#?}");
    assert_eq!(place.values("secrets.patterns"), ["one"]);
}

#[test]
fn literals_are_escaped() {
    let place = Place::new();
    place.run(["--add", "-l", r".\|$(){}?+*^[a]"]).ends(0);
    let escaped = r"\.\\\|\$\(\)\{\}\?\+\*\^\[a]";
    assert_eq!(place.values("secrets.patterns"), [escaped]);
    let listed = format!("secrets.patterns {escaped}\n");
    ends(&place.run(["--list"]), &listed, "", 0);
    place.run(["--add", "-al", "AC.ME"]).ends(0);
    assert_eq!(place.values("secrets.allowed"), [r"AC\.ME"]);
}

#[test]
fn the_list_is_raw() {
    let place = Place::new();
    ends(&place.run(["--list"]), "", "", 1);
    ends(&place.run(["--list", "--global"]), "", "", 1);
    place.run(["--add", "--global", "one"]).ends(0);
    place.git(["config", "mysecrets.key", "three"]).ends(0);
    place.git(["config", "other.key", "no"]).ends(0);
    place.run(["--add", "two\nlines"]).ends(0);
    let global = "secrets.patterns one\n";
    let local = "mysecrets.key three\nsecrets.patterns two\nlines\n";
    ends(&place.run(["--list"]), &format!("{global}{local}"), "", 0);
    ends(&place.run(["--list", "--global"]), global, "", 0);
    ends(&place.run_in(place.outside(), ["--list"]), global, "", 0);
    let given = place
        .git(["-c", "secrets.allowed=x", "secrets", "--list"])
        .ends(0);
    assert!(given.out.ends_with("secrets.allowed x\n"), "{given:#?}");
}

#[test]
fn errors_and_exit_codes_are_gits() {
    let place = Place::new();
    let ran = place.run_in(place.outside(), ["--add", "x"]).ends(128);
    assert!(
        ran.err.starts_with("fatal: ") && ran.err.lines().count() == 1,
        "{ran:#?}"
    );
    place
        .run_in(place.outside(), ["--add", "--global", "x"])
        .ends(0);
    assert_eq!(place.values("secrets.patterns"), ["x"]);
    place.repo.write(".git/config.lock", "");
    let ran = place.run(["--add", "y"]).ends(255);
    assert!(ran.err.contains("could not lock config file"), "{ran:#?}");
    fs::remove_file(place.repo.root.join(".git/config.lock")).unwrap();
    place.repo.write(".git/config", "[secrets\n");
    for args in [&["--list"][..], &["--add", "y"], &["--scan"]] {
        let ran = place.run(args).ends(128);
        assert!(ran.err.contains("bad config line 1"), "{ran:#?}");
    }
}

#[test]
fn without_git_nothing_is_done() {
    let place = Place::new();
    let mut command = place.command(place.bin.join("git-secrets"), &place.repo.root);
    let ran = command
        .env("PATH", "/nonexistent")
        .args(["--add", "x"])
        .output()
        .unwrap();
    let ran = crate::cli::Ran::of(&ran).ends(128);
    assert!(ran.err.contains("cannot run `git config`"), "{ran:#?}");
}
