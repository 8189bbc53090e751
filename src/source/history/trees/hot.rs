//! Which trees lead to something of interest.

use std::collections::HashMap;

use super::{Edge, Trees, narrow};
use crate::source::history::objects::Index;

/// How many trees are followed down. No path is longer than 4096 bytes for provenance, and one of more folders is longer.
const MAX_DEPTH: usize = 4096;

/// The trees that lead to something of interest.
#[derive(Debug, Default)]
pub(in crate::source::history) struct Hot {
    /// By tree: its entries that do, sorted. An entry that the tree has twice is there twice.
    pub(in crate::source::history) trees: HashMap<Index, Box<[Edge]>>,
    /// Some lead there through more trees than are followed, and are left out.
    pub(in crate::source::history) is_cut: bool,
}

impl Trees {
    /// Returns the trees that lead to an object that `is_interesting`, at any depth, each with its entries that do.
    ///
    /// A tree is hot when it has one hot entry more than its base has hot ones that it lacks. Each round goes over all records once, and
    /// finds the trees that hold those of the round before: there are as many rounds as folders in the longest path.
    pub(in crate::source::history) fn hot(
        &self,
        len: Index,
        is_interesting: &dyn Fn(Index) -> bool,
    ) -> Hot {
        // By object: how many hot entries it has; 0 for what is not hot, and for what is no tree.
        let mut counts = vec![0_u32; len as usize];
        let (mut before, mut rounds) = (0, 0);
        let is_cut = loop {
            let (next, hot_trees) = self.round(&counts, is_interesting);
            counts = next;
            if hot_trees == before {
                break false;
            }
            before = hot_trees;
            rounds += 1;
            if rounds > MAX_DEPTH {
                break true;
            }
        };
        let is_hot = |child: Index| is_counted(&counts, child) || is_interesting(child);
        let mut trees: HashMap<Index, Box<[Edge]>> = HashMap::with_capacity(before);
        for record in &self.records {
            if counts[record.tree as usize] == 0 {
                continue;
            }
            let base = trees.get(&record.base).map_or(&[][..], |edges| &**edges);
            let mut edges = without(base, self.slice(record.dropped));
            let added = self.slice(record.added).iter();
            edges.extend(added.filter(|edge| is_hot(edge.child)));
            edges.sort_unstable();
            trees.insert(record.tree, edges.into());
        }
        Hot { trees, is_cut }
    }

    /// Counts the entries of each tree that lead to what is hot by `counts`. Returns also how many trees have some.
    fn round(&self, counts: &[u32], is_interesting: &dyn Fn(Index) -> bool) -> (Vec<u32>, usize) {
        let mut next = vec![0_u32; counts.len()];
        let mut hot_trees = 0;
        let is_hot = |child: Index| is_counted(counts, child) || is_interesting(child);
        let count = |range: (u32, u32)| {
            let edges = self.slice(range).iter();
            narrow(edges.filter(|edge| is_hot(edge.child)).count())
        };
        for record in &self.records {
            let base = next.get(record.base as usize).copied().unwrap_or(0);
            let now = base.saturating_add(count(record.added));
            let now = now.saturating_sub(count(record.dropped));
            next[record.tree as usize] = now;
            hot_trees += usize::from(now > 0);
        }
        (next, hot_trees)
    }

    fn slice(&self, range: (u32, u32)) -> &[Edge] {
        &self.edges[range.0 as usize..range.1 as usize]
    }
}

fn is_counted(counts: &[u32], child: Index) -> bool {
    counts.get(child as usize).is_some_and(|count| *count > 0)
}

/// Returns `edges`, which are sorted, without those that are `dropped`: of equal ones as many as are.
fn without(edges: &[Edge], dropped: &[Edge]) -> Vec<Edge> {
    let mut dropped = dropped.to_vec();
    dropped.sort_unstable();
    let mut dropped = dropped.into_iter().peekable();
    let is_left = |edge: &&Edge| {
        while dropped.next_if(|one| one < *edge).is_some() {}
        dropped.next_if_eq(*edge).is_none()
    };
    edges.iter().filter(is_left).copied().collect()
}

#[cfg(test)]
mod tests {
    use super::{Edge, without};

    #[track_caller]
    fn check(edges: &[(u32, u32)], dropped: &[(u32, u32)], expected: &[(u32, u32)]) {
        let of = |edges: &[(u32, u32)]| -> Vec<Edge> {
            let edges = edges.iter();
            edges
                .map(|(name, child)| Edge {
                    name: *name,
                    child: *child,
                })
                .collect()
        };
        assert_eq!(without(&of(edges), &of(dropped)), of(expected));
    }

    #[test]
    fn as_many_are_dropped_as_are_told() {
        check(&[], &[(1, 1)], &[]);
        check(&[(1, 1)], &[], &[(1, 1)]);
        check(&[(1, 1), (1, 2), (2, 1)], &[(2, 1), (1, 1)], &[(1, 2)]);
        check(&[(1, 1), (1, 1), (2, 2)], &[(1, 1)], &[(1, 1), (2, 2)]);
        check(&[(1, 1), (1, 1)], &[(1, 1), (1, 1), (1, 1)], &[]);
        // What leads nowhere was dropped, too.
        check(
            &[(2, 2), (4, 4)],
            &[(1, 1), (3, 3), (4, 4), (5, 5)],
            &[(2, 2)],
        );
    }
}
