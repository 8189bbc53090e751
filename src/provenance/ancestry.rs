//! Who descends from whom.

use crate::source::history::graph::{CommitIndex, Graph};

/// The parents of all commits in one array: a pass over the history reads memory in order.
pub(super) struct Ancestry {
    /// Where the parents of each commit begin, and where the last one's end.
    starts: Vec<usize>,
    parents: Vec<u32>,
    /// The last child of each commit, 0 for none.
    last_child: Vec<u32>,
}

impl Ancestry {
    pub(super) fn new(graph: &Graph) -> Self {
        let count = graph.commits.len();
        let mut out = Self {
            starts: Vec::with_capacity(count + 1),
            parents: Vec::with_capacity(count),
            last_child: vec![0; count],
        };
        out.starts.push(0);
        for (commit, node) in (0u32..).zip(&graph.commits) {
            for parent in &node.parents {
                debug_assert!(parent.0 < commit, "parents come before their children");
                out.parents.push(parent.0);
                out.last_child[parent.0 as usize] = commit;
            }
            out.starts.push(out.parents.len());
        }
        out
    }

    /// Returns how many commits there are.
    pub(super) fn len(&self) -> usize {
        self.last_child.len()
    }

    /// Returns the parents of a commit.
    pub(super) fn parents(&self, commit: usize) -> &[u32] {
        &self.parents[self.starts[commit]..self.starts[commit + 1]]
    }

    /// Returns the last of the commits that have `commit` as a parent, or 0, which has none.
    pub(super) fn last_child(&self, commit: usize) -> usize {
        self.last_child[commit] as usize
    }

    /// Returns a flag for each commit: one of `starts` is it or descends from it.
    pub(super) fn reached_from(&self, starts: impl IntoIterator<Item = CommitIndex>) -> Vec<bool> {
        let mut out = vec![false; self.len()];
        let mut last = None;
        for start in starts {
            out[start.0 as usize] = true;
            last = last.max(Some(start.0 as usize));
        }
        for commit in (0..last.map_or(0, |last| last + 1)).rev() {
            if out[commit] {
                for &parent in self.parents(commit) {
                    out[parent as usize] = true;
                }
            }
        }
        out
    }

    /// Returns the bits that any of `parents` has in `words`; those before `from` are not looked at.
    pub(super) fn inherited(parents: &[u32], words: &[u64], from: usize) -> u64 {
        parents
            .iter()
            .map(|parent| *parent as usize)
            .filter(|parent| *parent >= from)
            .fold(0, |word, parent| word | words[parent])
    }
}
