//! Notes: what they are on, who wrote them and when, and whether they are there.

use keyfence::{
    finding::{Note, Occurrence, State},
    scan::history::{HistoryOptions, Since},
};

use super::{check, finding, look, repository};
use crate::{
    git::{Repo, run, run_with},
    history::{line, lines, scan, token},
};

/// Writes a note with the token of this number, as somebody else and later.
fn note(repo: &Repo, args: &[&str], number: u64) {
    let text = format!("reviewed with {}", token(number));
    let mut command = repo.command([args, &["-m", &text]].concat());
    command.env("GIT_AUTHOR_NAME", "A Reviewer");
    command.env("GIT_AUTHOR_DATE", "2026-02-02T00:00:00Z");
    command.env("GIT_COMMITTER_DATE", "2026-02-02T00:00:00Z");
    run(command);
}

/// Returns the one place where the token with this number stands, and the note it is in.
#[track_caller]
fn one(outcome: &keyfence::Outcome, number: u64) -> (&Occurrence, &Note) {
    let occurrences = &finding(outcome, number).occurrences;
    assert_eq!(occurrences.len(), 1, "{occurrences:#?}");
    (&occurrences[0], occurrences[0].note.as_ref().unwrap())
}

#[test]
fn what_a_note_is_on_and_who_wrote_it() {
    for args in [&[][..], &["--object-format=sha256"]] {
        let repo = Repo::with(args);
        repo.write("README", "nothing\n");
        repo.commit_all();
        note(&repo, &["notes", "add"], 1);
        note(&repo, &["notes", "--ref=review", "add"], 2);
        let outcome = look(&repo);
        let noted = line(&repo.root, &["rev-parse", "HEAD"]);
        for (number, name) in [(1, "notes/commits"), (2, "notes/review")] {
            check(&outcome, number, "ref", &[&format!("<note {noted}>:1 ref")]);
            let (stay, note) = one(&outcome, number);
            assert_eq!(note.annotates, noted);
            assert_eq!(note.commit.as_ref().unwrap().summary, "message");
            assert_eq!(
                (note.refs.listed(), stay.tips.listed()),
                (&[name.into()][..], &[name.into()][..])
            );
            assert_eq!(stay.state(), State::Elsewhere);
            let by = stay.introduced.as_ref().unwrap();
            assert_eq!(
                by.id,
                line(&repo.root, &["rev-parse", &format!("refs/{name}")])
            );
            assert_eq!(
                (by.author.as_slice(), by.seconds),
                (&b"A Reviewer"[..], 1_769_990_400)
            );
            assert_eq!(finding(&outcome, number).commit.as_ref(), Some(by));
        }
    }
}

#[test]
fn a_note_that_was_taken_out() {
    let repo = repository();
    note(&repo, &["notes", "add"], 1);
    note(&repo, &["notes", "append"], 2);
    repo.git(["notes", "remove"]);
    let outcome = look(&repo);
    let removal = line(&repo.root, &["rev-parse", "refs/notes/commits"]);
    for (number, introduced) in [(1, "refs/notes/commits~2"), (2, "refs/notes/commits~1")] {
        let (stay, note) = one(&outcome, number);
        assert_eq!(stay.removed.as_ref().unwrap().id, removal);
        assert_eq!(
            stay.introduced.as_ref().unwrap().id,
            line(&repo.root, &["rev-parse", introduced])
        );
        assert_eq!(stay.state(), State::History);
        assert!(stay.tips.is_empty() && !note.refs.is_empty());
    }
}

/// A note on something else than a commit, and on what is not here.
#[test]
fn notes_on_other_things() {
    let repo = repository();
    let blob = line(&repo.root, &["rev-parse", "HEAD:README"]);
    note(&repo, &["notes", "add", &blob], 1);
    let text = run_with(
        repo.command(["hash-object", "-w", "--stdin"]),
        token(2).as_bytes(),
    );
    let text = String::from_utf8(text).unwrap();
    let gone = "0123456789".repeat(4);
    let entries = format!("100644 blob {}\t{gone}\n", text.trim());
    let tree = run_with(repo.command(["mktree"]), entries.as_bytes());
    let tree = String::from_utf8(tree).unwrap();
    let commit = line(&repo.root, &["commit-tree", "-m", "by hand", tree.trim()]);
    repo.git(["update-ref", "refs/notes/by-hand", &commit]);
    let outcome = look(&repo);
    for (number, on) in [(1, &blob), (2, &gone)] {
        let (stay, note) = one(&outcome, number);
        assert_eq!((&note.annotates, &note.commit), (on, &None));
        assert_eq!(stay.path, format!("<note {on}>"));
    }
}

/// Where there are many, git puts notes in folders: all of them are rewritten, and none is written anew.
#[test]
fn many_notes() {
    let repo = Repo::new();
    let mut stream = String::new();
    let who =
        |name: &str, seconds: u64| format!("committer {name} <a@example.com> {seconds} +0000");
    for mark in 1..=700 {
        let one = format!(
            "commit refs/heads/main\nmark :{mark}\n{}\ndata 2\nx\n\n",
            who("A", mark)
        );
        stream.push_str(&one);
    }
    let noted = |mark: u64, text: &str| format!("N inline :{mark}\ndata {}\n{text}\n", text.len());
    let commit = |name: &str, seconds, what: &str| {
        format!(
            "commit refs/notes/commits\n{}\ndata 2\nx\n{what}\n",
            who(name, seconds)
        )
    };
    stream.push_str(&commit("Ann", 1000, &noted(1, &token(1))));
    let rest: Vec<String> = (2..=700).map(|mark| noted(mark, "seen")).collect();
    stream.push_str(&commit("Bot", 2000, &rest.concat()));
    stream.push_str(&commit("Ben", 3000, &noted(2, &token(2))));
    run_with(repo.command(["fast-import", "--quiet"]), stream.as_bytes());
    let first = line(&repo.root, &["rev-list", "--max-parents=0", "main"]);
    let listed = |rev: &str| lines(&repo.root, &["ls-tree", "-r", "--name-only", rev]);
    assert_eq!(listed("refs/notes/commits~2"), [&*first]);
    let (folder, rest) = first.split_at(2);
    let fanned = format!("{folder}/{rest}");
    assert!(
        listed("refs/notes/commits").contains(&fanned),
        "git has put them in folders"
    );
    let outcome = look(&repo);
    for (number, author) in [(1, "Ann"), (2, "Ben")] {
        let (stay, _) = one(&outcome, number);
        let by = stay.introduced.as_ref().unwrap();
        assert_eq!(by.author, author);
        assert_eq!(
            (stay.removed.as_ref(), stay.state()),
            (None, State::Elsewhere)
        );
    }
    assert_eq!(one(&outcome, 1).1.annotates, first);
    let since = HistoryOptions {
        since: Some(Since::Seconds(1500)),
        ..HistoryOptions::default()
    };
    let late = scan(&repo.root, &since).findings;
    assert_eq!(late.len(), 1, "the folders are new, the note is not");
    assert_eq!(late[0].secret.expose(), token(2).as_bytes());
}
