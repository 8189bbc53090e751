//! Inline markers, ours and those of other tools, in every place that is scanned.

use keyfence::rule::template::{Random, fill};

use super::{PAIR, Pair, Place, repository, run};

const KEY: &str = "private-key-pkcs8";

/// Returns the lines of a private key.
fn key() -> Vec<String> {
    let key = fill("{make:pem-pkcs8}", &mut Random::new(1)).unwrap();
    let lines: Vec<String> = key.lines().map(str::to_owned).collect();
    assert!(lines.len() > 3);
    lines
}

/// Checks whether `text` is found, or a marker in it excuses all.
#[track_caller]
fn check(text: &str, excused: bool) {
    let place = Place::new();
    place.write("app.txt", text);
    let ran = place.run(["scan", "app.txt"]);
    assert_eq!(ran.code, i32::from(!excused), "{text}\n{ran:#?}");
    place.run(["scan", "app.txt", "--no-allow"]).ends(1);
}

#[test]
fn the_next_line() {
    let pair = Pair::drawn(1);
    let line = format!("keys = ['{}', '{}']\n", pair.id, pair.secret);
    let marked = |marker: &str| format!("# {marker}\n{line}");
    for marker in [
        "keyfence:allow-next-line all a test",
        "keyfence:allow-next-line aws-access-key-pair a test",
        "pragma: allowlist nextline secret",
        "pragma: whitelist nextline secret",
    ] {
        check(&marked(marker), true);
        check(&marked(marker).replace('\n', "\r\n"), true);
        // One line too early, one too late.
        check(&format!("# {marker}\n\n{line}"), false);
        check(&format!("{line}# {marker}\n"), false);
    }
    for marker in [
        "keyfence:allow-next-line github-pat a test",
        "keyfence:allow-next-line aws-access-key-pair",
        "keyfence:allow all a test",
        "pragma: allowlist secret",
        "gitleaks:allow",
        "trufflehog:ignore",
        "kingfisher:ignore",
    ] {
        check(&marked(marker), false);
    }
}

#[test]
fn a_pair_is_excused_by_either_of_its_lines() {
    let pair = Pair::drawn(1);
    let env = pair.env();
    let lines: Vec<&str> = env.lines().collect();
    assert_eq!(lines.len(), 2, "{env}");
    let marker = "# keyfence:allow aws-access-key-pair a test";
    check(&format!("{} {marker}\n{}\n", lines[0], lines[1]), true);
    check(&format!("{}\n{} {marker}\n", lines[0], lines[1]), true);
    let before = "# keyfence:allow-next-line all a test";
    check(&format!("{before}\n{env}"), true);
    check(&format!("{}\n{before}\n{}\n", lines[0], lines[1]), true);
    check(&format!("{env}{marker}\n"), false);
}

#[test]
fn a_key_of_several_lines() {
    let lines = key();
    let whole = lines.join("\n");
    // On its last line, where a comment has room.
    check(
        &format!("{whole} # keyfence:allow {KEY} of the tests\n"),
        true,
    );
    check(&format!("{whole} # gitleaks:allow\n"), true);
    check(
        &format!("{whole} # keyfence:allow {PAIR} of the tests\n"),
        false,
    );
    // Before its first.
    check(
        &format!("/* keyfence:allow {KEY} a test */ {whole}\n"),
        true,
    );
    check(
        &format!("keyfence:allow-next-line {KEY} of the tests\n{whole}\n"),
        true,
    );
    check(
        &format!("# pragma: allowlist nextline secret\n{whole}\n"),
        true,
    );
    check(
        &format!("keyfence:allow-next-line {KEY} of the tests\n\n{whole}\n"),
        false,
    );
    check(
        &format!("{whole}\nkeyfence:allow-next-line {KEY} of the tests\n"),
        false,
    );
    // Kingfisher's, beside the string.
    for (before, after) in [
        ("# kingfisher:ignore\n", "\n"),
        ("", "\n# kingfisher:ignore\n"),
        ("KEY = \"\"\"\n", "\n\"\"\"  # kingfisher:ignore\n"),
        ("# kingfisher:ignore\nKEY = \"\"\"\n", "\n\"\"\"\n"),
        ("KEY = \"\"\"\n", "\n\"\"\"\n# kingfisher:ignore\n"),
    ] {
        check(&format!("{before}{whole}{after}"), true);
        let other = |text: &str| text.replace("kingfisher:ignore", "gitleaks:allow");
        check(&format!("{}{whole}{}", other(before), other(after)), false);
    }
    check(&format!("# kingfisher:ignore\n\n{whole}\n"), false);
}

/// The marker of a secret of several lines ends with its own line.
#[test]
fn a_marker_takes_no_line_of_the_key_for_its_reason() {
    let repo = repository();
    let lines = key();
    let whole = lines.join("\n");
    repo.write("key.txt", format!("keyfence:allow {KEY} {whole}\n"));
    // What comes after the rule is the key's first line: dashes are a reason like any other.
    let ran = run(&repo.root, ["scan", "--show-accepted", "--format", "json"]).ends(0);
    for line in &lines[1..lines.len() - 1] {
        assert!(!ran.out.contains(line), "{line} in {ran:#?}");
    }
}

#[test]
fn markers_count_wherever_git_keeps_the_file() {
    for (before, after) in [
        ("# keyfence:allow-next-line all a test\n", ""),
        ("# pragma: allowlist nextline secret\n", ""),
        ("# keyfence:allow-next-line github-pat a test\n", "wrong"),
        ("# keyfence:allow-next-line all a test\n\n", "wrong"),
    ] {
        let repo = repository();
        let pair = Pair::drawn(1);
        let text = format!("{before}keys = ['{}', '{}']\n", pair.id, pair.secret);
        repo.write("app.py", &text);
        let expected = i32::from(!after.is_empty());
        repo.git(["add", "-A"]);
        let scans: [&[&str]; 4] = [
            &["scan"],
            &["scan", "--staged"],
            &["hook", "pre-commit"],
            &["scan", "app.py"],
        ];
        for args in scans {
            let ran = run(&repo.root, args);
            assert_eq!(ran.code, expected, "{args:?} {text} {ran:#?}");
        }
        repo.commit_all();
        // More of it, so that git may store one version as a delta of the other.
        repo.write("app.py", format!("{text}{}", "# more\n".repeat(200)));
        repo.commit_all();
        repo.git(["gc", "-q"]);
        let scans: [&[&str]; 2] = [
            &["scan", "--history", "--no-cache"],
            &["scan", "--range", "HEAD~2..HEAD"],
        ];
        for args in scans {
            let ran = run(&repo.root, args);
            assert_eq!(ran.code, expected, "{args:?} {text} {ran:#?}");
        }
    }
}
