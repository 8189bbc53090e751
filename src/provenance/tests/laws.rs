//! The fast way finds what the definitions say.

use proptest::{collection::vec, option, prelude::*, sample::select};

use super::{
    Options, naive, run,
    sketch::{Files, Named, Sketch, SketchedCommit, index},
};
use crate::{provenance::Since, source::history::graph::RefIndex};

const PATHS: &[&str] = &["a", "d", "d/a", "d/e/a", "test/a"];
const CONTENTS: &[&str] = &["1", "1~x", "1,2", "2", "9", "2@7,2@3,1@4", "9,1~z", ""];

/// What happens to a path: it becomes a content, or goes.
type Edit = (&'static str, Option<&'static str>);

fn edits(most: usize) -> impl Strategy<Value = Vec<Edit>> {
    vec((select(PATHS), option::of(select(CONTENTS))), 0..=most)
}

fn apply(files: &mut Files, edits: &[Edit]) {
    for (path, content) in edits {
        files.remove(*path);
        if let Some(content) = content {
            // A file and a folder cannot have one name.
            files.retain(|other, _| {
                !other.starts_with(&format!("{path}/")) && !path.starts_with(&format!("{other}/"))
            });
            files.insert((*path).to_owned(), (*content).to_owned());
        }
    }
}

fn tree(edits: &[Edit]) -> Files {
    let mut out = Files::new();
    apply(&mut out, edits);
    out
}

/// The parents of a commit, as distances; which of them it takes its files from; what it changes.
type Step = (Vec<usize>, usize, Vec<Edit>);

fn step() -> impl Strategy<Value = Step> {
    let near = prop_oneof![3 => 0..3usize, 1 => 0..40usize];
    let parents = prop_oneof![
        1 => Just(Vec::new()).boxed(),
        8 => vec(near.clone(), 1).boxed(),
        4 => vec(near.clone(), 2).boxed(),
        1 => vec(near, 3).boxed(),
    ];
    (parents, 0..3usize, edits(2))
}

fn commits(steps: &[Step]) -> Vec<SketchedCommit> {
    let mut out: Vec<SketchedCommit> = Vec::new();
    for (at, (distances, base, edits)) in steps.iter().enumerate() {
        let parents: Vec<usize> = distances
            .iter()
            .filter_map(|d| at.checked_sub(d + 1))
            .collect();
        let base = parents.get(base % parents.len().max(1));
        let mut files = base.map_or_else(Files::new, |base| out[*base].files.clone());
        apply(&mut files, edits);
        out.push(SketchedCommit {
            name: format!("c{at}"),
            parents,
            files,
            seconds: i64::try_from(at * 7 % 10).unwrap(),
        });
    }
    out
}

/// The kind of a ref, the commit it names, and a content for those that name something else.
type RefSketch = (&'static str, usize, Option<Vec<Edit>>);

fn named(repo: &Sketch, (kind, commit, edits): &RefSketch) -> Named {
    match edits {
        Some(edits) if kind.starts_with("refs/tags") => match edits.first() {
            Some((_, Some(content))) if edits.len() == 1 => Named::Blob((*content).to_owned()),
            _ => Named::Tree(tree(edits)),
        },
        _ => Named::Commit(commit % repo.commits.len()),
    }
}

fn sketch(most_commits: usize, most_refs: usize) -> impl Strategy<Value = Sketch> {
    let kinds = select(
        &[
            "refs/heads",
            "refs/remotes/o",
            "refs/tags",
            "refs/notes",
            "refs/pull",
        ][..],
    );
    let refs = vec(
        (kinds, 0..1000usize, option::weighted(0.1, edits(2))),
        0..=most_refs,
    );
    let places = |most| vec(0..1000usize, 0..=most);
    let head = option::weighted(0.9, 0..4usize);
    let loose = (vec(edits(2), 0..3), vec(select(CONTENTS), 0..3), edits(2));
    let steps = vec(step(), 1..=most_commits);
    (steps, refs, head, places(1), places(2), loose).prop_map(
        |(steps, refs, head, worktrees, reflog, (trees, blobs, index))| {
            let mut out = Sketch {
                commits: commits(&steps),
                ..Sketch::default()
            };
            let count = out.commits.len();
            let places = |places: Vec<usize>| places.into_iter().map(|p| p % count).collect();
            out.refs = (0..)
                .zip(&refs)
                .map(|(at, r)| (format!("{}/{at:03}", r.0), named(&out, r)))
                .collect();
            out.refs.sort_by(|(a, _), (b, _)| a.cmp(b));
            out.head = head.map(|back| count.saturating_sub(1 + back));
            out.other_heads = places(worktrees);
            out.reflog = places(reflog);
            out.index = tree(&index);
            out.lone_trees = trees.iter().map(|edits| tree(edits)).collect();
            out.lone_blobs = blobs.into_iter().map(str::to_owned).collect();
            out
        },
    )
}

/// Numbers the options are made of: since, branch, reachable, paths.
type Filters = (usize, usize, bool, bool);

fn options(repo: &Sketch, (since, branch, reachable, paths): Filters) -> Options<'static> {
    let refs = u32::try_from(repo.refs.len()).unwrap();
    Options {
        since: match since {
            0..40 => Some(Since::Commit(index(since % repo.commits.len()))),
            40..50 => Some(Since::Seconds(i64::try_from(since - 40).unwrap())),
            _ => None,
        },
        branch: (branch < 10).then(|| {
            (0..refs)
                .map(RefIndex)
                .filter(|r| r.0 as usize % 3 == branch % 3)
                .collect()
        }),
        reachable,
        paths: paths.then_some(&|path| path.starts_with(b"d")),
        ..Options::default()
    }
}

fn filters() -> impl Strategy<Value = Filters> {
    let rare = proptest::bool::weighted(0.2);
    (0..100usize, 0..40usize, rare, rare)
}

fn agree(sketch: Sketch, filters: Filters) -> Result<(), TestCaseError> {
    let repo = sketch.build();
    let options = options(&repo.sketch, filters);
    let outcome = run(&repo, &options);
    prop_assert!(outcome.limits.is_empty());
    prop_assert_eq!(outcome.stays, naive::stays(&repo, &options));
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn agrees_with_the_definitions(sketch in sketch(14, 6), filters in filters()) {
        agree(sketch, filters)?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 20, max_shrink_iters: 200, ..ProptestConfig::default() })]

    /// More stays, commits and tips than a word has bits.
    #[test]
    fn agrees_with_the_definitions_at_length(sketch in sketch(250, 300), filters in filters()) {
        agree(sketch, filters)?;
    }
}
