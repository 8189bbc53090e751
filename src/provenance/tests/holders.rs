//! Who holds a stay: refs, HEADs, reflogs.

use super::{Repo, Stay, check, life};
use crate::source::history::graph::RefIndex;

fn names(repo: &Repo, refs: &[RefIndex]) -> String {
    let short = |r: &RefIndex| {
        let name = repo.graph.refs[r.0 as usize].name.to_string();
        name.splitn(3, '/').last().unwrap_or_default().to_owned()
    };
    refs.iter().map(short).collect::<Vec<_>>().join(" ")
}

/// `LIFE [BRANCHES] [TAGS] [TIPS]`
fn held(repo: &Repo, stay: &Stay) -> String {
    let list = |refs| names(repo, refs);
    let (branches, tags, tips) = (list(&stay.branches), list(&stay.tags), list(&stay.tips));
    format!("{} [{branches}] [{tags}] [{tips}]", life(repo, stay))
}

/// `LIFE KEPT BY`, with `!` for what is not reachable.
fn kept(repo: &Repo, stay: &Stay) -> String {
    let mark = if stay.reachable { "" } else { "!" };
    format!("{} {mark}{}", life(repo, stay), stay.kept_by.name())
}

#[test]
fn branches_tags_and_tips() {
    check(
        "a x=
         b < a f=1
         c < b f=1~2
         d < c
         e < a g=2
         HEAD d
         refs/heads/a a
         refs/heads/main d
         refs/heads/side e
         refs/notes/commits c
         refs/pull/1/head c
         refs/remotes/origin/main c
         refs/stash b
         refs/tags/v0 a
         refs/tags/v1 b
         refs/tags/v2 c
         refs/tags/v3 d",
        held,
        &[
            "1 f b..d [main origin/main] [v1 v2 v3] [commits origin/main v1 v2]",
            "2 g e.. [side] [] [side]",
        ],
    );
    // Two stays of one item: the tip of main shows the item, whichever brought it.
    check(
        "a f=1\nb < a\nc < b f=1\nHEAD c\nrefs/heads/main c\nrefs/heads/old a\nrefs/tags/t b",
        held,
        &[
            "1 f c.. head [main] [] [main]",
            "1 f a..b [main old] [t] [main old]",
        ],
    );
    // Refs that name one commit.
    check(
        "a f=1\nrefs/heads/x a\nrefs/heads/y a\nrefs/tags/z a",
        held,
        &["1 f a.. [x y] [z] [x y z]"],
    );
}

/// A line of commits that all have branches and tags; from `from` on each brings a secret that stays for 100 commits.
fn long_line(len: usize, from: usize, to: usize) -> (String, Vec<String>) {
    use std::fmt::Write as _;
    let (mut sketch, mut expected) = (String::new(), Vec::new());
    let last = |secret: usize| (secret + 99).min(len - 1);
    for at in 0..len {
        let parent = at
            .checked_sub(1)
            .map_or(String::new(), |p| format!("< c{p:03}"));
        let files = (from..to).filter(|s| *s <= at && at <= last(*s));
        let files: String = files.fold(String::new(), |all, s| all + &format!(" f{s:03}={s}"));
        writeln!(
            sketch,
            "c{at:03} {parent} {files}\nrefs/tags/t{at:03} c{at:03}"
        )
        .unwrap();
    }
    for secret in from..to {
        let tags = |to: usize| {
            let names: Vec<String> = (secret..to).map(|tag| format!("t{tag:03}")).collect();
            names.join(" ")
        };
        let removed = last(secret) + 1;
        let removed_by = (removed < len).then(|| format!("c{removed:03}"));
        expected.push(format!(
            "{secret} f{secret:03} c{secret:03}..{} [] [{}] [{}]",
            removed_by.unwrap_or_default(),
            tags(len),
            tags(removed),
        ));
    }
    (sketch, expected)
}

#[test]
fn more_tips_and_stays_than_a_word_has_bits() {
    for (len, from, to) in [(300, 10, 13), (300, 0, 290), (70, 3, 70), (200, 60, 130)] {
        let (sketch, expected) = long_line(len, from, to);
        let expected: Vec<&str> = expected.iter().map(String::as_str).collect();
        check(&sketch, held, &expected);
    }
}

#[test]
fn what_keeps_a_stay() {
    let line = "a f=1\nb < a g=2\nc < b h=3";
    check(
        &format!("{line}\nrefs/notes/x b"),
        kept,
        &["1 f a..b ref", "2 g b..c ref", "3 h c.. !nothing"],
    );
    check(
        &format!("{line}\nHEAD a\nworktree b"),
        kept,
        &["1 f a.. head ref", "2 g b..c ref", "3 h c.. !nothing"],
    );
    check(
        &format!("{line}\nreflog b\nHEAD a"),
        kept,
        &["1 f a.. head ref", "2 g b..c !reflog", "3 h c.. !nothing"],
    );
    // An index keeps blobs, not the commit that had them.
    check(
        "z\na < z f=1\nHEAD z\nindex f=1",
        kept,
        &["1 f a.. !nothing", "1 f .. !index"],
    );
}
