//! When stays begin and end.

use super::{Repo, Stay, check, life};

fn version(repo: &Repo, stay: &Stay) -> String {
    let content = repo.content(stay.blob);
    format!(
        "{} {content} {}:{}",
        life(repo, stay),
        stay.line,
        stay.column
    )
}

#[test]
fn a_line_of_commits() {
    check("", life, &[]);
    check("a f=1\nHEAD a", life, &["1 f a.. head"]);
    check("a\nb < a f=1\nc < b f=1\nHEAD c", life, &["1 f b.. head"]);
    check("a f=1\nb < a\nc < b\nHEAD c", life, &["1 f a..b"]);
    check("a f=1\nb < a f=\nHEAD b", life, &["1 f a..b"]);
    // The secret stays, however often the file changes; another one is another item.
    check(
        "a f=1\nb < a f=1~2\nc < b f=1~3,2\nd < c f=1,2\ne < d f=2\nHEAD e",
        life,
        &["1 f a..e", "2 f d.. head"],
    );
    // HEAD is not the last commit: what came later has not happened to it.
    check(
        "a f=1\nb < a\nHEAD a\nrefs/heads/b b",
        life,
        &["1 f a.. head"],
    );
    check(
        "a\nb < a f=1\nc < b\nHEAD a\nrefs/heads/c c",
        life,
        &["1 f b..c"],
    );
    check("a f=1\nb < a f=1", life, &["1 f a.."]);
    check("a f=1\nb < a f=1,2", life, &["1 f a..", "2 f b.."]);
}

#[test]
fn removed_and_introduced_again() {
    let sketch = "a f=1\nb < a\nc < b f=1\nd < c\ne < d f=1";
    check(
        &format!("{sketch}\nHEAD e"),
        life,
        &["1 f e.. head", "1 f a..b", "1 f c..d"],
    );
    check(
        &format!("{sketch}\nf < e\nHEAD f"),
        life,
        &["1 f a..b", "1 f c..d", "1 f e..f"],
    );
}

#[test]
fn a_rename_ends_one_stay_and_begins_another() {
    check(
        "a f=1\nb < a dir/g=1\nc < b dir/sub/g=1\nHEAD c",
        life,
        &["1 dir/sub/g c.. head", "1 f a..b", "1 dir/g b..c"],
    );
    // A file becomes a folder.
    check(
        "a f=1\nb < a f/f=1\nc < b f=1\nHEAD c",
        life,
        &["1 f c.. head", "1 f a..b", "1 f/f b..c"],
    );
}

#[test]
fn the_same_blob_under_two_paths() {
    check(
        "a x=9 test=9 test-2/x=9,1\nHEAD a",
        life,
        &["1 test-2/x a.. head", "9 x a.. head"],
    );
    check("a x=9\nb < a test/x=9\nHEAD b", life, &["9 x a..b"]);
}

#[test]
fn places_are_those_of_head_or_of_the_introduction() {
    check(
        "a f=1@3,1@9,2@4\nb < a f=1@7,1@5\nHEAD b",
        version,
        &["1 f a.. head 1@7,1@5 5:5", "2 f a..b 1@3,1@9,2@4 4:5"],
    );
    check(
        "a f=1@3\nb < a f=1@4\nHEAD a",
        version,
        &["1 f a.. head 1@3 3:5"],
    );
    check(
        "a f=1@3\nb < a f=1@4\nc < b\nHEAD c",
        version,
        &["1 f a..c 1@3 3:5"],
    );
    // Lost and back on one side only: the stay that lasts has HEAD's place, too.
    check(
        "a f=1@1\nb < a f=1@2\nc < a\nd < b c f=1@4\nHEAD d",
        version,
        &["1 f a.. head 1@4 4:5"],
    );
}

#[test]
fn a_merge_takes_over_what_a_parent_has() {
    // b brings it, the merge e only carries it.
    check(
        "a x=\nb < a f=1\nc < a\ne < c b f=1\nHEAD e",
        life,
        &["1 f b.. head"],
    );
    // c removed it, the merge e only repeats that.
    check(
        "a f=1\nb < a f=1~2\nc < a\ne < b c\nHEAD e",
        life,
        &["1 f a..c"],
    );
    check(
        "a f=1\nb < a f=1~2\nc < a\ne < c b\nHEAD e",
        life,
        &["1 f a..c"],
    );
    // The removal lies deeper in the side that lacks it.
    check(
        "a f=1\nb < a\nc < b x=2\nd < a f=1 y=3\ne < d c x=2 y=3\nHEAD e",
        life,
        &["1 f a..b", "2 x c.. head", "3 y d.. head"],
    );
    // Both sides brought it: two introductions, one item.
    check(
        "a x=\nb < a f=1\nc < a f=1~2\nd < b c f=1\nHEAD d",
        life,
        &["1 f b.. head", "1 f c.. head"],
    );
    check(
        "a x=\nb < a f=1\nc < a f=1\nd < b c f=1\ne < d\nHEAD e",
        life,
        &["1 f b..e", "1 f c..e"],
    );
    // The merge keeps what one side removed.
    check(
        "a f=1\nb < a\nc < a f=1\nd < b c f=1\nHEAD d",
        life,
        &["1 f a.. head"],
    );
}

#[test]
fn an_evil_merge_introduces() {
    check(
        "a x=\nb < a y=\nc < a z=\nd < b c f=1\nHEAD d",
        life,
        &["1 f d.. head"],
    );
    // The parents have it, at other paths.
    check(
        "a x=\nb < a g=1\nc < a h=1\nd < b c f=1 g=1 h=1\nHEAD d",
        life,
        &["1 g b.. head", "1 h c.. head", "1 f d.. head"],
    );
    // Both sides had removed it; the merge brings it back.
    check(
        "a f=1\nb < a\nc < a\nd < b c f=1\nHEAD d",
        life,
        &["1 f d.. head", "1 f a..b"],
    );
}

#[test]
fn an_evil_merge_removes() {
    // All parents show it.
    check(
        "a f=1\nb < a f=1 x=\nc < a f=1 y=\nd < b c\nHEAD d",
        life,
        &["1 f a..d"],
    );
    // The side that lacks it forked before the introduction.
    check(
        "a x=\nb < a f=1\nc < a y=\nd < c b\nHEAD d",
        life,
        &["1 f b..d"],
    );
    check(
        "a x=\nb < a f=1\nc < a y=\nd < b c\nHEAD d",
        life,
        &["1 f b..d"],
    );
    // The side that lacks it removed an earlier stay and forked before this one.
    check(
        "a f=1\nb < a\nc < b f=1\nd < b x=\ne < c d\nHEAD e",
        life,
        &["1 f a..b", "1 f c..e"],
    );
    // c removed one of the two stays that b carries: that one ended there, the other in the merge.
    check(
        "a f=1\nr f=1\nb < a r f=1\nc < a\nd < b c\nHEAD d",
        life,
        &["1 f a..c", "1 f r..d"],
    );
}

#[test]
fn merges_of_more_than_two() {
    let fork = "a f=1\nb < a f=1 x=\nc < a f=1 y=\nd < a f=1 z=";
    check(&format!("{fork}\nm < b c d\nHEAD m"), life, &["1 f a..m"]);
    check(
        &format!("{fork}\ne < d\nm < b c e\nHEAD m"),
        life,
        &["1 f a..e"],
    );
    check(
        "a x=\nb < a\nc < a\nd < a f=1\nm < b c d f=1 g=2\nHEAD m",
        life,
        &["1 f d.. head", "2 g m.. head"],
    );
    check(
        "a x=\nb < a\nc < a\nd < a f=1\nm < b c d\nHEAD m",
        life,
        &["1 f d..m"],
    );
    // A parent that is named twice is one side.
    check("a x=\nb < a f=1\nm < b b\nHEAD m", life, &["1 f b..m"]);
}

#[test]
fn criss_cross() {
    let cross = "a f=1\nb < a f=1\nc < a\nd < b c f=1\ne < c b";
    // d kept it against c's removal, e took the removal over.
    check(&format!("{cross}\nHEAD d"), life, &["1 f a.. head"]);
    check(&format!("{cross}\nHEAD e"), life, &["1 f a..c"]);
    // The merge of both without it: c's removal, still.
    check(&format!("{cross}\nm < d e\nHEAD m"), life, &["1 f a..c"]);
    check(
        &format!("{cross}\nm < d e f=1\nHEAD m"),
        life,
        &["1 f a.. head"],
    );
}

#[test]
fn a_removal_that_head_reaches_comes_first() {
    // b is nearer, d is in HEAD's history.
    let fork = "a f=1\nb < a\nc < a f=1\nd < c";
    check(
        &format!("{fork}\nHEAD d\nrefs/heads/b b"),
        life,
        &["1 f a..d"],
    );
    check(
        &format!("{fork}\nHEAD b\nrefs/heads/d d"),
        life,
        &["1 f a..b"],
    );
    check(&format!("{fork}\nrefs/heads/b b"), life, &["1 f a..b"]);
    // HEAD reaches neither.
    check(&format!("{fork}\nz\nHEAD z"), life, &["1 f a..b"]);
    // It still stands at the tip of c, which is not HEAD, and nothing removed it.
    check("z\na < z\nb < z f=1\nc < b f=1\nHEAD a", life, &["1 f b.."]);
    // It stands there, but HEAD's line removed it.
    check(
        "a f=1\nb < a f=1\nc < a\nHEAD c\nrefs/heads/b b",
        life,
        &["1 f a..c"],
    );
}

#[test]
fn several_roots_and_shallow_clones() {
    check(
        "a f=1\nb f=1\nc < a b f=1\nHEAD c",
        life,
        &["1 f a.. head", "1 f b.. head"],
    );
    check(
        "a f=1\nb g=2\nc < a b f=1\nHEAD c",
        life,
        &["1 f a.. head", "2 g b..c"],
    );
    // The root b never had it: the merge is to blame.
    check("a f=1\nb x=\nc < a b\nHEAD c", life, &["1 f a..c"]);
    // What lies behind a shallow clone's edge is not in the graph: such a commit is a root.
    check(
        "edge f=1 g=2\nb < edge f=1\nHEAD b",
        life,
        &["1 f edge.. head", "2 g edge..b"],
    );
}
