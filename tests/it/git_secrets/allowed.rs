//! Allowed patterns, and what is wrong with patterns.

use super::{Place, ends, found};

fn place() -> Place {
    let place = Place::new();
    ends(&place.run(["--add", "me"]), "", "", 0);
    place.repo.write("a.txt", "me here\nme there\n");
    place.repo.write("docs/b.txt", "me\n");
    place.git(["add", "."]);
    place
}

#[test]
fn an_allowed_pattern_is_matched_against_the_line_as_it_is_printed() {
    for (allowed, args, expected) in [
        (
            "^docs/",
            &["--scan"][..],
            &["a.txt:1:me here", "a.txt:2:me there"][..],
        ),
        (
            "^a.txt:2:",
            &["--scan"],
            &["a.txt:1:me here", "docs/b.txt:1:me"],
        ),
        ("here", &["--scan"], &["docs/b.txt:1:me"]),
        (
            r"^\./a",
            &["--scan", "./a.txt", "docs/b.txt"],
            &["docs/b.txt:1:me"],
        ),
        (
            "^a",
            &["--scan", "./a.txt"],
            &["./a.txt:1:me here", "./a.txt:2:me there"],
        ),
        (
            "^docs/",
            &["--scan", "--cached"],
            &["a.txt:1:me here", "a.txt:2:me there"],
        ),
    ] {
        let place = place();
        ends(&place.run(["--add", "-a", "--", allowed]), "", "", 0);
        found(&place.run(args), expected);
    }
}

#[test]
fn the_file_in_the_top_folder_allows_too() {
    let place = place();
    place
        .repo
        .write(".gitallowed", "# me\n\n  # there\n^docs/\n here$\n");
    found(&place.run(["--scan"]), &["a.txt:2:me there"]);
    found(
        &place.run_in(place.repo.root.join("docs"), ["--scan", "../a.txt"]),
        &["../a.txt:2:me there"],
    );
    place.repo.write(".gitallowed", "(\n");
    let ran = place.run(["--scan", "a.txt"]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.err.starts_with("a.txt:1:me here\na.txt:2:me there\n"),
        "{ran:#?}"
    );
    assert!(ran.err.contains(".gitallowed:1"), "{ran:#?}");
}

#[test]
fn what_is_wrong_excuses_nothing() {
    for (allowed, part) in [
        ("(", "\"(\""),
        ("[", "\"[\""),
        ("", "secrets.allowed is empty"),
    ] {
        let place = place();
        place.git(["config", "--add", "secrets.allowed", "zzz"]);
        place.git(["config", "--add", "secrets.allowed", allowed]);
        let ran = place.run(["--scan", "a.txt"]);
        assert_eq!(ran.code, 2, "{allowed:?}");
        assert!(
            ran.err.starts_with("a.txt:1:me here\na.txt:2:me there\n"),
            "{ran:#?}"
        );
        assert!(
            ran.err.contains(part) && ran.err.contains(".git/config"),
            "{ran:#?}"
        );
    }
    let place = place();
    ends(&place.run(["--add", "-a", "--", "-x"]), "", "", 0);
    found(
        &place.run(["--scan", "a.txt"]),
        &["a.txt:1:me here", "a.txt:2:me there"],
    );
}

#[test]
fn an_invalid_pattern_blocks_and_the_others_are_looked_for() {
    let place = place();
    place.git(["config", "--add", "secrets.patterns", "(?i)you"]);
    for args in [
        &["--scan"][..],
        &["--scan", "a.txt"],
        &["--pre_commit_hook"],
    ] {
        let ran = place.run(args);
        assert_eq!(ran.code, 2, "{args:?}");
        assert!(ran.err.starts_with("a.txt:1:me here\n"), "{ran:#?}");
        assert!(
            ran.err.contains("\"(?i)you\"") && ran.err.contains(".git/config"),
            "{ran:#?}"
        );
    }
}

#[test]
fn a_provider_that_fails_blocks() {
    let place = place();
    ends(
        &place.run(["--add-provider", "--", "no-such-program"]),
        "",
        "",
        0,
    );
    let ran = place.run(["--scan", "a.txt"]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.err.starts_with("a.txt:1:me here\n") && ran.err.contains("no-such-program"),
        "{ran:#?}"
    );
}

#[test]
fn providers_give_patterns_and_cannot_swallow_each_other() {
    let place = place();
    ends(&place.run(["--add-provider", "--", "cat"]), "", "", 0);
    ends(
        &place.run(["--add-provider", "--", "echo", "there"]),
        "",
        "",
        0,
    );
    place.git(["config", "--unset", "secrets.patterns"]);
    found(&place.run(["--scan"]), &["a.txt:2:me there"]);
}
