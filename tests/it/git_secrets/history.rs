//! `--scan-history`.

use super::{Place, ends, found};

fn place() -> Place {
    let place = Place::new();
    ends(&place.run(["--add", "me"]), "", "", 0);
    place
}

/// Makes a commit and returns its id.
fn commit(place: &Place, message: &str) -> String {
    assert_eq!(place.git(["add", "-A"]).code, 0);
    let ran = place.git(["commit", "-qm", message]);
    assert_eq!(ran.code, 0, "{ran:#?}");
    place.git(["rev-parse", "HEAD"]).out.trim().to_owned()
}

#[test]
fn without_commits_tracked_files_are_scanned() {
    let place = place();
    place.repo.write("a.txt", "me\n");
    ends(&place.run(["--scan-history"]), "", "", 0);
    place.git(["add", "."]);
    found(&place.run(["--scan-history"]), &["a.txt:1:me"]);
}

#[test]
fn a_line_is_told_where_it_comes_in() {
    let place = place();
    place.repo.write("a.txt", "me\n");
    let first = commit(&place, "me in a message");
    place.repo.write("a.txt", "me\nand more\n");
    commit(&place, "more");
    place.repo.write("a.txt", "gone\n");
    commit(&place, "gone");
    place.repo.write("\u{e9}", "no\nme again\n");
    let last = commit(&place, "again");
    place.git(["rm", "-q", "\u{e9}"]);
    commit(&place, "gone again");
    place.repo.write("uncommitted", "me\n");
    place.git(["add", "."]);
    let lines = [
        format!("{last}:\"\\303\\251\":2:me again"),
        format!("{first}:a.txt:1:me"),
    ];
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    found(&place.run(["--scan-history"]), &lines);
    // Entries that begin with a path hold here, too, and those that begin with a commit.
    ends(&place.run(["--add", "-a", "--", "^a.txt"]), "", "", 0);
    found(&place.run(["--scan-history"]), &lines[..1]);
    ends(&place.run(["--add", "-a", &format!("^{last}")]), "", "", 0);
    ends(&place.run(["--scan-history"]), "", "", 0);
}

#[test]
fn all_refs_are_read_and_merges_that_bring_something_themselves() {
    let place = place();
    place.repo.write("a.txt", "no\n");
    commit(&place, "first");
    place.git(["checkout", "-qb", "side"]);
    place.repo.write("b.txt", "no\n");
    commit(&place, "side");
    place.git(["checkout", "-q", "main"]);
    place.repo.write("c.txt", "no\n");
    commit(&place, "main");
    place.git(["merge", "-q", "--no-commit", "side"]);
    place.repo.write("evil.txt", "me\n");
    let evil = commit(&place, "merge");
    place.git(["checkout", "-qb", "other"]);
    place.repo.write("d.txt", "me\n");
    let other = commit(&place, "other");
    place.git(["tag", "kept"]);
    place.git(["checkout", "-q", "main"]);
    place.git(["branch", "-qD", "other"]);
    let lines = [
        format!("{other}:d.txt:1:me"),
        format!("{evil}:evil.txt:1:me"),
    ];
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    found(&place.run(["--scan-history"]), &lines);
}

#[test]
fn a_bare_repository_and_a_long_list() {
    let place = place();
    for n in 0..2100 {
        place.repo.write(format!("d/{n}"), format!("{n}\n"));
    }
    place.repo.write("d/last", "me\n");
    let id = commit(&place, "many");
    let bare = place.repo.beside("bare");
    place.git(["clone", "-q", "--bare", ".", bare.to_str().unwrap()]);
    ends(&place.run(["--add", "--global", "me"]), "", "", 0);
    let line = format!("{id}:d/last:1:me");
    found(&place.run(["--scan-history"]), &[&line]);
    found(&place.run_in(&bare, ["--scan-history"]), &[&line]);
}

#[test]
fn messages_are_read_when_asked() {
    let place = place();
    place.repo.write("a.txt", "fine\n");
    place.git(["add", "."]);
    let first = commit(&place, "subject\n\ntell me\nand no more");
    place.git(["tag", "-a", "-m", "for me", "v1"]);
    place.git([
        "-c",
        "user.name=me",
        "commit",
        "-q",
        "--allow-empty",
        "-m",
        "fine",
    ]);
    ends(&place.run(["--scan-history"]), "", "", 0);
    place.git(["config", "secrets.scanMessages", "true"]);
    let tag = place.git(["rev-parse", "v1"]).out.trim().to_owned();
    let lines = [
        format!("{first}:(commit message):3:tell me"),
        format!("{tag}:(tag message):2:for me"),
    ];
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    found(&place.run(["--scan-history"]), &lines);
    place.git(["config", "secrets.scanMessages", "perhaps"]);
    let ran = place.run(["--scan-history"]);
    assert_eq!(ran.code, 2, "{ran:#?}");
    assert!(
        ran.err.contains("secrets.scanMessages is \"perhaps\""),
        "{ran:#?}"
    );
    place.git(["config", "secrets.scanMessages", "off"]);
    ends(&place.run(["--scan-history"]), "", "", 0);
}

#[test]
fn what_replaces_an_object_does_not_hide_it() {
    let place = place();
    place.repo.write("a.txt", "me\n");
    place.git(["add", "."]);
    let bad = commit(&place, "bad");
    place.repo.write("a.txt", "fine\n");
    place.git(["add", "."]);
    let good = commit(&place, "good");
    place.git(["replace", &bad, &good]);
    found(
        &place.run(["--scan-history"]),
        &[&format!("{bad}:a.txt:1:me")],
    );
}
