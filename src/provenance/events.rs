//! Which commit introduced what, and which no longer shows what a parent does.

use super::{
    Limit,
    changes::Changes,
    items::{Item, Version, View},
};
use crate::source::history::graph::{CommitIndex, CommitNode};

/// A commit shows an item that none of its parents shows.
pub(super) struct Introduction {
    pub(super) commit: CommitIndex,
    pub(super) item: Item,
    pub(super) version: Version,
}

/// A commit does not show an item that one of its parents shows.
pub(super) struct Loss {
    pub(super) commit: CommitIndex,
    pub(super) item: Item,
}

/// What happened, in the order of commits.
#[derive(Default)]
pub(super) struct Events {
    pub(super) introductions: Vec<Introduction>,
    pub(super) losses: Vec<Loss>,
    /// The bytes of the paths of `introductions`.
    path_bytes: usize,
}

/// For how many bytes of path a stay of [`super::Options::max_stays`] stands.
const PATH_BYTES_PER_STAY: usize = 256;

/// How many losses a stay of [`super::Options::max_stays`] stands for: each merge of a branch older than a removal has one.
const LOSSES_PER_STAY: usize = 8;

/// Compares every commit with its parents. Introductions are left out where `wanted` says so.
pub(super) fn collect(view: &mut View<'_, '_>, wanted: impl Fn(CommitIndex) -> bool) -> Events {
    view.refill();
    let mut events = Events::default();
    let mut changes = Changes::default();
    let walk = (0u32..)
        .zip(&view.graph.commits)
        .try_for_each(|(at, node)| {
            let commit = CommitIndex(at);
            let compared = compare(view, commit, &mut changes);
            // What was seen before a limit is true, but for merges: other parents may show it.
            if compared.is_ok() || node.parents.len() < 2 {
                events.add(view, commit, &changes, wanted(commit))?;
            }
            compared
        });
    view.note(walk);
    events
}

/// Finds out what `commit` gained against all of its parents and what it lost against any.
fn compare(view: &mut View<'_, '_>, commit: CommitIndex, out: &mut Changes) -> Result<(), Limit> {
    let graph = view.graph;
    let CommitNode { tree, parents, .. } = &graph.commits[commit.0 as usize];
    let tree = *tree;
    let tree_of = |parent: &CommitIndex| graph.commits[parent.0 as usize].tree;
    view.spend(1 + parents.len() as u64)?;
    let Some((first, others)) = parents.split_first() else {
        return view.changes_in(commit, None, tree, out);
    };
    view.changes_in(commit, tree_of(first), tree, out)?;
    let mut more = Changes::default();
    for parent in others {
        view.changes_in(commit, tree_of(parent), tree, &mut more)?;
        more.gained.sort_unstable_by_key(|(item, _)| *item);
        out.gained.retain(|(item, _)| {
            let found = more.gained.binary_search_by_key(item, |(item, _)| *item);
            found.is_ok()
        });
        out.lost.append(&mut more.lost);
    }
    if !others.is_empty() {
        out.lost.sort_unstable();
        out.lost.dedup();
    }
    Ok(())
}

impl Events {
    fn add(
        &mut self,
        view: &View<'_, '_>,
        commit: CommitIndex,
        changes: &Changes,
        wanted: bool,
    ) -> Result<(), Limit> {
        let max = view.max_stays();
        if self.losses.len() + changes.lost.len() > max.saturating_mul(LOSSES_PER_STAY) {
            return Err(Limit::Stays);
        }
        let losses = changes.lost.iter().map(|&item| Loss { commit, item });
        self.losses.extend(losses);
        for &(item, version) in changes.gained.iter().filter(|_| wanted) {
            let (_, path) = view.item(item);
            self.path_bytes += view.paths.len(path);
            if self.introductions.len() >= max
                || self.path_bytes > max.saturating_mul(PATH_BYTES_PER_STAY)
            {
                return Err(Limit::Stays);
            }
            self.introductions.push(Introduction {
                commit,
                item,
                version,
            });
        }
        Ok(())
    }
}
