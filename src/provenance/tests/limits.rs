//! Hostile graphs: every limit ends the work and is named.

use bstr::{BStr, BString};

use super::{
    Options, Outcome, Stay, run,
    sketch::{Repo, Sketch},
};
use crate::{
    provenance::{Limit, Sighting, trace},
    source::history::graph::{
        BlobIndex, Child, CommitIndex, CommitNode, Graph, NameIndex, Ref, Target, Tree, TreeIndex,
    },
};

/// Returns a graph of commits in a line, each with one of `trees`, the last one HEAD.
fn line(trees: Vec<Tree>, names: &[&str], commits: &[u32]) -> Graph {
    let commits = (0u32..).zip(commits).map(|(at, tree)| CommitNode {
        id: "0".repeat(40).parse().unwrap(),
        tree: Some(TreeIndex(*tree)),
        parents: at.checked_sub(1).map(CommitIndex).into_iter().collect(),
        committed_seconds: 0,
    });
    let commits: Vec<CommitNode> = commits.collect();
    Graph {
        head: commits.len().checked_sub(1).map(super::sketch::index),
        names: names.iter().map(|name| BString::from(*name)).collect(),
        trees,
        commits,
        ..Graph::default()
    }
}

fn entries(entries: &[(u32, Child)]) -> Tree {
    let entry = |(name, child): &(u32, Child)| (NameIndex(*name), *child);
    Tree {
        entries: entries.iter().map(entry).collect(),
    }
}

/// Trees of which each holds the one before twice: 2^`depth` paths to one blob.
fn doubling(depth: u32) -> Vec<Tree> {
    let mut out = vec![entries(&[(0, Child::Blob(BlobIndex(0)))])];
    for below in 0..depth {
        let child = Child::Tree(TreeIndex(below));
        out.push(entries(&[(0, child), (1, child)]));
    }
    out
}

fn trace_with(graph: &Graph, options: &Options<'_>, secrets: &[u32]) -> Outcome {
    trace(graph, options, &mut |_, _| {
        let sighting = |secret: &u32| Sighting {
            secret: *secret,
            line: 1,
            column: 1,
        };
        secrets.iter().map(sighting).collect()
    })
}

fn small() -> Options<'static> {
    Options {
        max_stays: 1000,
        max_paths: 5000,
        ..Options::default()
    }
}

#[track_caller]
fn check(graph: &Graph, options: &Options<'_>, secrets: &[u32], expected: &[Limit]) -> Outcome {
    let outcome = trace_with(graph, options, secrets);
    assert_eq!(Vec::from_iter(outcome.limits.clone()), expected);
    assert!(outcome.stays.len() <= options.max_stays);
    outcome
}

#[test]
fn doubling_trees() {
    let few = line(doubling(8), &["a", "b"], &[8]);
    assert_eq!(check(&few, &small(), &[1], &[]).stays.len(), 256);
    let many = line(doubling(60), &["a", "b"], &[60]);
    assert_eq!(
        check(&many, &small(), &[1], &[Limit::Stays]).stays.len(),
        1000
    );
    let options = Options {
        max_stays: 10_000,
        ..small()
    };
    let outcome = check(&many, &options, &[1], &[Limit::Paths]);
    // What was found until then is told, and is true.
    assert!(outcome.stays.len() > 1000);
    let whole = |stay: &Stay| stay.in_head && stay.path.len() == 121;
    assert!(outcome.stays.iter().all(whole));
    // No secret, no stay; the paths were looked at nevertheless.
    check(&many, &small(), &[], &[Limit::Paths]);
    let options = Options {
        paths: Some(&|_| false),
        ..small()
    };
    check(&many, &options, &[1], &[Limit::Paths]);
}

#[test]
fn doubling_trees_that_refs_or_nobody_names() {
    let mut graph = line(doubling(60), &["a", "b"], &[]);
    graph.lone_trees.push(TreeIndex(60));
    check(&graph, &small(), &[1], &[Limit::Stays]);
    graph.refs.push(Ref {
        name: "refs/tags/t".into(),
        target: Target::Tree(TreeIndex(60)),
    });
    check(&graph, &small(), &[1], &[Limit::Stays]);
}

/// Two trees that have nothing in common, in turns: few bytes to store, much to compare.
#[test]
fn commits_that_change_all() {
    let mut trees = doubling(9);
    let other = u32::try_from(trees.len()).unwrap();
    trees.extend(doubling(9).into_iter().map(|mut tree| {
        for (_, child) in &mut tree.entries {
            *child = match *child {
                Child::Tree(tree) => Child::Tree(TreeIndex(tree.0 + other)),
                Child::Blob(_) => Child::Blob(BlobIndex(1)),
            };
        }
        tree
    }));
    let turns: Vec<u32> = (0..10_000).map(|at| 9 + at % 2 * other).collect();
    let graph = line(trees, &["a", "b"], &turns);
    let options = Options {
        max_work: 10_000_000,
        ..small()
    };
    let outcome = check(&graph, &options, &[1], &[Limit::Work]);
    assert_eq!(outcome.stays.len(), 512);
    // With the secret in one of them only, each second commit introduces all.
    let mut secrets = |blob, _: &BStr| match blob {
        BlobIndex(0) => vec![Sighting {
            secret: 1,
            line: 1,
            column: 1,
        }],
        _ => Vec::new(),
    };
    let outcome = trace(&graph, &small(), &mut secrets);
    assert_eq!(Vec::from_iter(outcome.limits), [Limit::Stays]);
    assert_eq!(outcome.stays.len(), 1000);
}

#[test]
fn deep_trees() {
    let mut trees = vec![entries(&[(0, Child::Blob(BlobIndex(0)))])];
    for below in 0..50_000 {
        trees.push(entries(&[(0, Child::Tree(TreeIndex(below)))]));
    }
    // 2,048 names of one byte with 2,047 slashes are 4,095 bytes.
    let graph = line(trees, &["a"], &[2047]);
    assert_eq!(check(&graph, &small(), &[1], &[]).stays[0].path.len(), 4095);
    let mut graph = line(graph.trees, &["a"], &[1, 50_000, 2047, 2048]);
    graph.index.push((vec![b'a'; 4097].into(), BlobIndex(0)));
    let outcome = check(&graph, &small(), &[1], &[Limit::PathLength]);
    let lengths: Vec<usize> = outcome.stays.iter().map(|stay| stay.path.len()).collect();
    assert_eq!(lengths, [3, 4095], "what is not too deep is told");
}

#[test]
fn many_secrets_in_one_blob() {
    let graph = line(doubling(0), &["a", "b"], &[0, 0]);
    let secrets: Vec<u32> = (0..5000).collect();
    check(&graph, &small(), &secrets[..1000], &[]);
    check(&graph, &small(), &secrets[..1001], &[Limit::Stays]);
    check(&graph, &small(), &secrets, &[Limit::Stays]);
}

#[test]
fn long_paths_of_many_stays() {
    let mut trees = doubling(9);
    for _ in 0..1000 {
        let below = u32::try_from(trees.len() - 1).unwrap();
        trees.push(entries(&[(0, Child::Tree(TreeIndex(below)))]));
    }
    let graph = line(trees, &["a", "b"], &[1009]);
    // 256 bytes for each of 1,000 stays are enough for 126 of these paths.
    let outcome = check(&graph, &small(), &[1], &[Limit::Stays]);
    assert_eq!(outcome.stays.len(), 126);
}

/// A sketch of commits that are all branches, and each of which shows another item.
fn many_refs(count: usize) -> Repo {
    use std::fmt::Write as _;
    let mut sketch = String::new();
    for at in 0..count {
        let parent = at
            .checked_sub(1)
            .map_or(String::new(), |p| format!("< c{p}"));
        writeln!(sketch, "c{at} {parent} f=1 g{at}=2\nrefs/heads/b{at} c{at}").unwrap();
    }
    Sketch::parse(&sketch).build()
}

#[test]
fn lists_of_refs() {
    let repo = many_refs(200);
    // All lists together name some 20,000 refs.
    let options = |max_stays| Options {
        max_stays,
        ..Options::default()
    };
    assert!(run(&repo, &options(2000)).limits.is_empty());
    let outcome = run(&repo, &options(500));
    assert_eq!(Vec::from_iter(outcome.limits), [Limit::Refs]);
    assert_eq!(outcome.stays.len(), 201);
}

#[test]
fn work_has_an_end() {
    let repo = many_refs(200);
    let mut hit = 0;
    for max_work in (0..1_200_000).step_by(30_000) {
        let outcome = run(
            &repo,
            &Options {
                max_work,
                ..Options::default()
            },
        );
        // Either the work was done, or the limit is named.
        if outcome.limits.is_empty() {
            assert_eq!(outcome.stays, run(&repo, &Options::default()).stays);
        } else {
            assert_eq!(Vec::from_iter(outcome.limits), [Limit::Work]);
            hit += 1;
        }
    }
    assert!((1..40).contains(&hit), "{hit}");
}
