//! The hooks, as git runs them.

use super::{Place, ends, found};

fn place() -> Place {
    let place = Place::new();
    ends(&place.run(["--add", "me"]), "", "", 0);
    assert_eq!(place.run(["--install"]).code, 0);
    place
}

/// Makes a commit without the hooks.
fn commit(place: &Place, message: &str) {
    assert_eq!(place.git(["add", "-A"]).code, 0);
    let ran = place.git(["commit", "-qnm", message]);
    assert_eq!(ran.code, 0, "{ran:#?}");
}

#[test]
fn a_commit_is_refused() {
    let place = place();
    place.repo.write("a.txt", "no\nme\n");
    place.repo.write("\u{e9}.txt", "me\n");
    place.git(["add", "."]);
    let ran = place.git(["commit", "-m", "x"]);
    found(&ran, &["a.txt:2:me", "\"\\303\\251.txt\":1:me"]);
    place.repo.write("a.txt", "no\n");
    place.repo.write("\u{e9}.txt", "no\n");
    place.git(["add", "."]);
    assert_eq!(place.git(["commit", "-qm", "x"]).code, 0);
}

#[test]
fn removing_something_does_not_scan_the_rest() {
    let place = place();
    place.repo.write("old.txt", "me\n");
    place.repo.write("gone.txt", "no\n");
    commit(&place, "first");
    place.git(["rm", "-q", "gone.txt"]);
    assert_eq!(place.git(["commit", "-qm", "gone"]).code, 0);
    assert_eq!(
        place
            .git(["commit", "-q", "--allow-empty", "-m", "nothing"])
            .code,
        0
    );
    // A file that is changed is looked at whole, and under a new name, too.
    place.repo.write("old.txt", "me\nand more\n");
    place.git(["add", "."]);
    found(&place.git(["commit", "-qm", "more"]), &["old.txt:1:me"]);
    place.git(["checkout", "-q", "HEAD", "--", "."]);
    place.git(["mv", "old.txt", "new.txt"]);
    found(&place.git(["commit", "-qm", "moved"]), &["new.txt:1:me"]);
}

#[test]
fn a_message_is_scanned_as_git_stores_it() {
    let place = place();
    let ran = place.git(["commit", "-q", "--allow-empty", "-m", "it is\n\nme"]);
    found(&ran, &[".git/COMMIT_EDITMSG:3:me"]);
    place.repo.write(
        "message",
        "one\n# me\n# ------------------------ >8 ------------------------\nme\n",
    );
    ends(
        &place.run(["--commit_msg_hook", "--", "message"]),
        "",
        "",
        0,
    );
    let ran = place.run(["--commit_msg_hook"]);
    assert_eq!(ran.code, 2, "{ran:#?}");
}

#[test]
fn a_merge_is_scanned_for_what_it_brings() {
    let place = place();
    place.repo.write("a.txt", "no\n");
    place.repo.write("old.txt", "me, long ago\n");
    commit(&place, "first");
    place.git(["checkout", "-qb", "clean"]);
    place.git(["rm", "-q", "old.txt"]);
    commit(&place, "removes it");
    place.git(["checkout", "-q", "main"]);
    place.git(["checkout", "-qb", "dirty"]);
    place.repo.write("b.txt", "no\nme\n");
    commit(&place, "brings it");
    let brings = place.git(["rev-parse", "HEAD"]).out.trim().to_owned();
    place.git(["rm", "-q", "b.txt"]);
    commit(&place, "and takes it away");
    place.git(["checkout", "-q", "main"]);
    place.repo.write("c.txt", "no\n");
    commit(&place, "goes on");
    // What is removed is no news.
    assert_eq!(place.git(["merge", "-q", "--no-edit", "clean"]).code, 0);
    let line = format!("{brings}:b.txt:2:me");
    for args in [
        &["merge", "--no-edit", "dirty"][..],
        &["merge", "--no-edit", "--no-verify", "dirty"],
    ] {
        let ran = place.git(args);
        assert_eq!(ran.code, 1, "{ran:#?}");
        assert!(ran.err.starts_with(&format!("{line}\n")), "{ran:#?}");
        // `--no-verify` would not help.
        assert!(
            !ran.err.contains("--no-verify") && ran.err.contains("core.hooksPath"),
            "{ran:#?}"
        );
        place.git(["merge", "--abort"]);
    }
    let ran = place.git([
        "-c",
        "core.hooksPath=/dev/null",
        "merge",
        "-q",
        "--no-edit",
        "dirty",
    ]);
    assert_eq!(ran.code, 0, "{ran:#?}");
}

#[test]
fn every_head_of_an_octopus_is_looked_at() {
    for bad in ["one", "two", "three"] {
        let place = place();
        place.repo.write("a.txt", "no\n");
        commit(&place, "first");
        for name in ["one", "two", "three"] {
            place.git(["checkout", "-qb", name, "main"]);
            place
                .repo
                .write(name, if name == bad { "me\n" } else { "no\n" });
            commit(&place, name);
        }
        place.git(["checkout", "-q", "main"]);
        place.repo.write("b.txt", "no\n");
        commit(&place, "goes on");
        let ran = place.git(["merge", "--no-edit", "one", "two", "three"]);
        assert_eq!(ran.code, 1, "{bad}: {ran:#?}");
        assert!(
            ran.err.contains(&format!(":{bad}:1:me\n")),
            "{bad}: {ran:#?}"
        );
    }
}

#[test]
fn a_merge_that_is_finished_after_conflicts_is_looked_at() {
    let place = place();
    place.repo.write("a.txt", "no\n");
    commit(&place, "first");
    place.git(["checkout", "-qb", "other"]);
    place.repo.write("a.txt", "other\n");
    place.repo.write("b.txt", "me\n");
    commit(&place, "other");
    place.git(["rm", "-q", "b.txt"]);
    commit(&place, "and takes it away");
    place.git(["checkout", "-q", "main"]);
    place.repo.write("a.txt", "mine\n");
    commit(&place, "mine");
    assert_eq!(place.git(["merge", "other"]).code, 1);
    place.repo.write("a.txt", "both\n");
    place.git(["add", "."]);
    let ran = place.git(["commit", "-q", "--no-edit"]);
    assert_eq!(ran.code, 1, "{ran:#?}");
    assert!(ran.err.contains(":b.txt:1:me\n"), "{ran:#?}");
}

#[test]
fn other_messages_are_none_of_the_merge_hook() {
    let place = place();
    place.repo.write("a.txt", "me\n");
    commit(&place, "first");
    for args in [
        &["message"][..],
        &["message", "message"],
        &["message", "merge", "HEAD"],
        &["message", "template"],
    ] {
        let mut all = vec!["--prepare_commit_msg_hook", "--"];
        all.extend(args);
        ends(&place.run(all), "", "", 0);
    }
}

#[test]
fn hooks_of_the_original_keep_working() {
    let place = Place::new();
    ends(&place.run(["--add", "me"]), "", "", 0);
    for (hook, command) in [
        ("pre-commit", "pre_commit_hook"),
        ("commit-msg", "commit_msg_hook"),
        ("prepare-commit-msg", "prepare_commit_msg_hook"),
    ] {
        // As git-secrets 1.3.0 writes them.
        let text = format!("#!/usr/bin/env bash\ngit secrets --{command} -- \"$@\"\n");
        let path = format!(".git/hooks/{hook}");
        place.repo.write(&path, text);
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        std::fs::set_permissions(place.repo.root.join(path), mode).unwrap();
    }
    place.repo.write("a.txt", "tell me\n");
    place.git(["add", "."]);
    let refused = |ran: &crate::cli::Ran, line: &str| {
        assert_eq!(ran.code, 1, "{ran:#?}");
        assert!(ran.err.starts_with(line), "{ran:#?}");
    };
    refused(&place.git(["commit", "-qm", "one"]), "a.txt:1:tell me\n");
    place.repo.write("a.txt", "fine\n");
    place.git(["add", "."]);
    refused(
        &place.git(["commit", "-qm", "for me"]),
        ".git/COMMIT_EDITMSG:1:for me\n",
    );
    assert_eq!(place.git(["commit", "-qm", "one"]).code, 0);
    place.git(["checkout", "-qb", "other"]);
    place.repo.write("b.txt", "me\n");
    place.git(["add", "."]);
    assert_eq!(place.git(["commit", "-qnm", "bad"]).code, 0);
    let bad = place.git(["rev-parse", "HEAD"]).out.trim().to_owned();
    place.git(["checkout", "-q", "main"]);
    assert_eq!(
        place
            .git(["commit", "-q", "--allow-empty", "-m", "two"])
            .code,
        0
    );
    refused(
        &place.git(["merge", "-m", "merged", "other"]),
        &format!("{bad}:b.txt:1:me\n"),
    );
}

#[test]
fn the_index_that_git_passes_is_looked_at() {
    let place = place();
    for name in ["a.txt", "b.txt", ":colon", "a[b]*"] {
        place.repo.write(name, "fine\n");
    }
    commit(&place, "one");
    place.repo.write("a.txt", "tell me\n");
    place.repo.write("b.txt", "good\n");
    // A commit of what is not staged, and one of a part of it.
    found(&place.git(["commit", "-qam", "two"]), &["a.txt:1:tell me"]);
    found(
        &place.git(["commit", "-qm", "two", "a.txt"]),
        &["a.txt:1:tell me"],
    );
    assert_eq!(place.git(["commit", "-qm", "two", "b.txt"]).code, 0);
    place.git(["checkout", "-q", "a.txt"]);
    for name in [":colon", "a[b]*"] {
        place.repo.write(name, "me\n");
        place.git(["--literal-pathspecs", "add", name]);
        found(
            &place.git(["commit", "-qm", "three"]),
            &[&format!("{name}:1:me")],
        );
        place.git(["reset", "-q", "--hard"]);
    }
}

#[test]
fn a_link_that_becomes_a_file_is_scanned() {
    let place = place();
    std::os::unix::fs::symlink("elsewhere", place.repo.root.join("link")).unwrap();
    place.git(["add", "."]);
    assert_eq!(place.git(["commit", "-qm", "one"]).code, 0);
    std::fs::remove_file(place.repo.root.join("link")).unwrap();
    place.repo.write("link", "me\n");
    place.git(["add", "."]);
    found(&place.git(["commit", "-qm", "two"]), &["link:1:me"]);
}

#[test]
fn the_first_commit_of_a_repository_with_sha256() {
    let place = place();
    let folder = place.outside();
    let git = |args: &[&str]| {
        let mut command = place.command("git", &folder);
        crate::cli::Ran::of(&command.args(args).output().unwrap())
    };
    assert_eq!(git(&["init", "-q", "--object-format=sha256"]).code, 0);
    git(&["config", "secrets.patterns", "me"]);
    std::fs::write(folder.join("a.txt"), "me\n").unwrap();
    git(&["add", "."]);
    assert_eq!(place.run_in(&folder, ["--install"]).code, 0);
    found(&git(&["commit", "-qm", "one"]), &["a.txt:1:me"]);
    std::fs::write(folder.join("a.txt"), "fine\n").unwrap();
    git(&["add", "."]);
    assert_eq!(git(&["commit", "-qm", "one"]).code, 0);
    std::fs::write(folder.join("b.txt"), "me\n").unwrap();
    git(&["add", "."]);
    git(&["commit", "-qnm", "two"]);
    found(
        &place.run_in(&folder, ["--scan-history"]),
        &[&format!(
            "{}:b.txt:1:me",
            git(&["rev-parse", "HEAD"]).out.trim()
        )],
    );
}
