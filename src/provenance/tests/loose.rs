//! What stands without a commit, and the filters.

use bstr::BStr;

use super::{Options, Repo, Stay, check, check_with, life};
use crate::{
    provenance::Since,
    source::history::graph::{CommitIndex, RefIndex},
};

/// `LIFE CONTENT KEPT BY [REFS]`, with `!` for what is not reachable.
fn kept(repo: &Repo, stay: &Stay) -> String {
    let mark = if stay.reachable { "" } else { "!" };
    let name = |r: &RefIndex| repo.graph.refs[r.0 as usize].name.to_string();
    let lists = [&stay.branches, &stay.tags, &stay.tips];
    let lists = lists.map(|refs| refs.iter().map(name).collect::<Vec<_>>().join(" "));
    let content = repo.content(stay.blob);
    format!(
        "{} {content} {mark}{} {lists:?}",
        life(repo, stay),
        stay.kept_by.name()
    )
}

const NO_REFS: &str = r#"["", "", ""]"#;

#[test]
fn the_index() {
    let staged = format!("1 f .. 1@4 !index {NO_REFS}");
    check("index f=1@4", kept, &[&staged]);
    check("a x=\nHEAD a\nindex f=1@4 new/path/g=", kept, &[&staged]);
    // HEAD shows it at that path already, in another version.
    check("a f=1\nHEAD a\nindex f=1~2", life, &["1 f a.. head"]);
    check(
        "a f=1 d/g=2\nb < a f=1,2\nHEAD b\nindex f=1 d/g=2",
        life,
        &["1 f a.. head", "2 f b.. head", "2 d/g a..b", "2 d/g .."],
    );
    // At another path it is told.
    check(
        "a f=1\nHEAD a\nindex g=1",
        life,
        &["1 f a.. head", "1 g .."],
    );
    // Judges look at the path.
    check("index test/f=9 f=9", life, &["9 f .."]);
}

#[test]
fn trees_without_a_commit() {
    let lone = format!("1 d/f .. 1 !nothing {NO_REFS}");
    check("lone tree d/f=1", kept, &[&lone]);
    // Of several the first counts, for each item.
    check(
        "lone tree d/f=1\nlone tree d/f=1~2 g=2\nlone tree g=2~3",
        kept,
        &[&lone, &format!("2 g .. 2 !nothing {NO_REFS}")],
    );
    let tagged = r#"1 d/f .. 1~3 ref ["", "refs/tags/t", "refs/tags/t"]"#;
    check("refs/tags/t tree d/f=1~3", kept, &[tagged]);
    // What keeps it best is told.
    check(
        "refs/tags/t tree d/f=1~3\nlone tree d/f=1\nindex d/f=1",
        kept,
        &[tagged],
    );
    check(
        "index d/f=1\nlone tree d/f=1~2",
        kept,
        &[&format!("1 d/f .. 1 !index {NO_REFS}")],
    );
    check(
        "refs/heads/z tree f=1\nrefs/notes/x tree f=1\nrefs/tags/t tree f=1 g=1\nrefs/notes/y tree h=1",
        kept,
        &[
            r#"1 f .. 1 ref ["refs/heads/z", "refs/tags/t", "refs/heads/z refs/tags/t"]"#,
            r#"1 g .. 1 ref ["", "refs/tags/t", "refs/tags/t"]"#,
            r#"1 h .. 1 ref ["", "", ""]"#,
        ],
    );
    // A commit has the tree, too: rewriting history alone would not remove it.
    check(
        "a f=1\nHEAD a\nrefs/tags/t tree f=1",
        life,
        &["1 f a.. head", "1 f .."],
    );
}

#[test]
fn blobs_without_a_path() {
    check(
        "lone blob 1,2@7\nlone blob 1~2",
        kept,
        &[
            &format!("1 <blob> .. 1,2@7 !nothing {NO_REFS}"),
            &format!("1 <blob> .. 1~2 !nothing {NO_REFS}"),
            &format!("2 <blob> .. 1,2@7 !nothing {NO_REFS}"),
        ],
    );
    let tagged = r#"1 <blob> .. 1 ref ["", "refs/tags/t", "refs/tags/t"]"#;
    check("refs/tags/t blob 1\nlone blob 1", kept, &[tagged]);
    check(
        "a f=1\nHEAD a\nrefs/tags/t blob 1",
        life,
        &["1 f a.. head", "1 <blob> .."],
    );
    // What is staged has a path.
    check("lone blob 1\nindex f=1", life, &["1 f .."]);
    check_with(
        "lone blob 9",
        |_| Options {
            lone_blob_path: BStr::new("test/lone"),
            ..Options::default()
        },
        life,
        &[],
    );
}

const FILTERED: &str = "
    a f=1
    b < a f=1 g=2
    c < a f=1 h=3
    d < b f=1 g=2 i=4
    e < b f=1 g=2 j=5
    HEAD d
    refs/heads/c c
    refs/tags/named blob 7
    index k=6";

#[track_caller]
fn filter(options: impl FnOnce(&Repo) -> Options<'static>, expected: &[&str]) {
    check_with(FILTERED, options, life, expected);
}

#[test]
fn since() {
    let since = |since| Options {
        since: Some(since),
        ..Options::default()
    };
    let loose = ["6 k ..", "7 <blob> .."];
    let expected = |stays: &[&'static str]| [stays, &loose].concat();
    filter(
        |repo| since(Since::Commit(repo.commit("b"))),
        &expected(&["3 h c..", "4 i d.. head", "5 j e.."]),
    );
    // Removals and HEAD are told as without the filter.
    filter(
        |repo| since(Since::Commit(repo.commit("c"))),
        &expected(&["2 g b.. head", "4 i d.. head", "5 j e.."]),
    );
    filter(
        |_| since(Since::Seconds(3)),
        &expected(&["4 i d.. head", "5 j e.."]),
    );
    filter(|_| since(Since::Seconds(9)), &loose);
    // The index does not bring back what the filter hides.
    check_with(
        "a f=1\nHEAD a\nindex f=1",
        |_| since(Since::Seconds(1)),
        life,
        &[],
    );
}

#[test]
fn branch() {
    let branch = |refs| Options {
        branch: Some(refs),
        ..Options::default()
    };
    filter(|_| branch(vec![RefIndex(0)]), &["1 f a.. head", "3 h c.."]);
    filter(|_| branch(vec![RefIndex(1)]), &[]);
    filter(|_| branch(vec![]), &[]);
    check_with(
        "a f=1\nb < a g=2\nc < a f=1 h=3\nd < c i=4\nHEAD b\nrefs/heads/b b\nrefs/heads/c c",
        |_| branch(vec![RefIndex(0), RefIndex(1)]),
        life,
        &["1 f a..b", "2 g b.. head", "3 h c..d"],
    );
}

#[test]
fn reachable() {
    filter(
        |_| Options {
            reachable: true,
            ..Options::default()
        },
        &[
            "1 f a.. head",
            "2 g b.. head",
            "3 h c..",
            "4 i d.. head",
            "7 <blob> ..",
        ],
    );
}

#[test]
fn paths() {
    filter(
        |_| Options {
            paths: Some(&|path| path != "f" && path != "<blob>"),
            ..Options::default()
        },
        &[
            "2 g b.. head",
            "3 h c..",
            "4 i d.. head",
            "5 j e..",
            "6 k ..",
        ],
    );
}

#[test]
fn filters_together() {
    filter(
        |_| Options {
            since: Some(Since::Commit(CommitIndex(0))),
            branch: Some(vec![RefIndex(0)]),
            reachable: true,
            ..Options::default()
        },
        &["3 h c.."],
    );
}
