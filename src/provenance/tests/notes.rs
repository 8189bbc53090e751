//! Notes: one item however git spreads them over folders.

use super::{Options, Repo, Stay, check_with, life};
use crate::provenance::Since;

/// Draws a repository in which `ID` stands for an id, `ID/1` for the same with one folder, `ID/2` with two.
#[track_caller]
fn check(sketch: &str, options: fn(&Repo) -> Options<'static>, expected: &[&str]) {
    let id = "abcdef0123".repeat(4);
    let (first, rest) = id.split_at(2);
    let (second, last) = rest.split_at(2);
    let one = format!("{first}/{rest}");
    let two = format!("{first}/{second}/{last}");
    let fill = |text: &str| {
        let text = text.replace("ID/1", &one).replace("ID/2", &two);
        text.replace("ID", &id)
    };
    let expected: Vec<String> = expected.iter().map(|text| fill(text)).collect();
    let expected: Vec<&str> = expected.iter().map(String::as_str).collect();
    check_with(&fill(sketch), options, held, &expected);
}

/// `LIFE [NOTES] [TIPS]`
fn held(repo: &Repo, stay: &Stay) -> String {
    let names = |refs: &[crate::source::history::graph::RefIndex]| {
        let name = |r: &crate::source::history::graph::RefIndex| {
            let name = repo.graph.refs[r.0 as usize].name.to_string();
            name.trim_start_matches("refs/").to_owned()
        };
        refs.iter().map(name).collect::<Vec<_>>().join(" ")
    };
    let (notes, tips) = (names(&stay.notes), names(&stay.tips));
    format!("{} [{notes}] [{tips}]", life(repo, stay))
}

const LINE: &str = "a ID=1\nb < a ID/1=1 x=2\nc < b ID/2=1~2\nd < c ID=1";

#[test]
fn a_note_stays_where_git_puts_it() {
    check(
        &format!("{LINE}\ne < d\nrefs/notes/n e"),
        |_| Options::default(),
        &["1 ID a..e [notes/n] []", "2 x b..c [notes/n] []"],
    );
    check(
        &format!("{LINE}\nrefs/notes/m b\nrefs/notes/n d"),
        |_| Options::default(),
        &[
            "1 ID a.. [notes/m notes/n] [notes/m notes/n]",
            "2 x b..c [notes/m notes/n] [notes/m]",
        ],
    );
    // A note that another takes the place of.
    check(
        "a ID=1\nb < a ID/1=2\nrefs/notes/n b",
        |_| Options::default(),
        &["1 ID a..b [notes/n] []", "2 ID b.. [notes/n] [notes/n]"],
    );
    // Merged from another clone, where there were fewer.
    check(
        "z\na < z ID=1\nb < z y=2\nc < a b ID/1=1 y=2\nrefs/notes/n c",
        |_| Options::default(),
        &[
            "1 ID a.. [notes/n] [notes/n]",
            "2 y b.. [notes/n] [notes/n]",
        ],
    );
}

#[test]
fn who_wrote_a_note_did_it_when_it_was_written() {
    let since = |repo: &Repo| Options {
        since: Some(Since::Commit(repo.commit("a"))),
        ..Options::default()
    };
    check(
        &format!("{LINE}\nrefs/notes/n d"),
        since,
        &["2 x b..c [notes/n] []"],
    );
}

#[test]
fn heads_may_be_in_notes() {
    for (head, path) in [("a", "ID"), ("b", "ID"), ("c", "ID")] {
        let x = match head {
            "b" => "2 x b.. head [notes/n] []",
            _ => "2 x b..c [notes/n] []",
        };
        check(
            &format!("{LINE}\nHEAD {head}\nrefs/notes/n d"),
            |_| Options::default(),
            &[&format!("1 {path} a.. head [notes/n] [notes/n]"), x],
        );
    }
}

#[test]
fn what_is_no_note_has_its_path() {
    // Nothing but a notes ref makes notes of files.
    check(
        &format!("{LINE}\nrefs/heads/n d"),
        |_| Options::default(),
        &[
            "1 ID a..b [] [heads/n]",
            "1 ID/1 b..c [] []",
            "1 ID/2 c..d [] []",
            "1 ID d.. [] [heads/n]",
            "2 x b..c [] []",
        ],
    );
    // Too long, too short, other folders, other digits.
    check(
        "a ID0=1 a/ID=2 abc/def0123=3 ab/xyz=4 AB/ID=5\nb < a ID0=1\nrefs/notes/n b\nrefs/heads/b a",
        |_| Options::default(),
        &[
            "1 ID0 a.. [notes/n] [heads/b notes/n]",
            "2 a/ID a..b [notes/n] [heads/b]",
            "3 abc/def0123 a..b [notes/n] [heads/b]",
            "4 ab/xyz a..b [notes/n] [heads/b]",
            "5 AB/ID a..b [notes/n] [heads/b]",
        ],
    );
}
