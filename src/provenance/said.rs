//! Where what commits themselves say is held: their messages, their authors. It comes with the commit and stays with it.

use std::{
    collections::{BTreeMap, HashSet},
    sync::Arc,
};

use super::{Options, ancestry::Ancestry, holders::Kind, reached::Reached};
use crate::{
    finding::KeptBy,
    source::history::graph::{CommitIndex, Graph, RefIndex, Target},
};

/// What holds a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// HEAD's history holds it.
    pub in_head: bool,
    /// A ref or the HEAD of a worktree reaches it.
    pub reachable: bool,
    /// What keeps it.
    pub kept_by: KeptBy,
    /// The branches whose history holds it, in the order of [`Graph::refs`].
    pub branches: Arc<[RefIndex]>,
    /// The tags whose history holds it, in the order of [`Graph::refs`].
    pub tags: Arc<[RefIndex]>,
}

/// Returns what holds those of `commits` that the filters of `options` want.
pub fn said(
    graph: &Graph,
    options: &Options<'_>,
    commits: impl IntoIterator<Item = CommitIndex>,
) -> BTreeMap<CommitIndex, Said> {
    let history = Ancestry::new(graph);
    let reached = Reached::new(graph, &history, options);
    let mut wanted: Vec<CommitIndex> = commits
        .into_iter()
        .filter(|commit| reached.wanted(graph, options, *commit))
        .collect();
    wanted.sort_unstable();
    wanted.dedup();
    let tips: Vec<(Kind, RefIndex, CommitIndex)> = (0..)
        .zip(&graph.refs)
        .filter_map(|(at, one)| match one.target {
            Target::Commit(commit) => Some((Kind::of(&one.name)?, RefIndex(at), commit)),
            Target::Tree(_) | Target::Blob(_) | Target::Other => None,
        })
        .collect();
    let mut out = BTreeMap::new();
    let mut words = vec![0_u64; history.len()];
    let mut lists: HashSet<Arc<[RefIndex]>> = HashSet::new();
    for batch in wanted.chunks(64) {
        let first = batch[0].0 as usize;
        words[first..].fill(0);
        for (bit, commit) in batch.iter().enumerate() {
            words[commit.0 as usize] |= 1 << bit;
        }
        for commit in first..words.len() {
            words[commit] |= Ancestry::inherited(history.parents(commit), &words, first);
        }
        for (bit, commit) in batch.iter().enumerate() {
            let mut holding = |kind: Kind| -> Arc<[RefIndex]> {
                let holds = |tip: &&(Kind, RefIndex, CommitIndex)| {
                    let at = tip.2.0 as usize;
                    tip.0 == kind && at >= first && words[at] >> bit & 1 == 1
                };
                let list: Vec<RefIndex> = tips.iter().filter(holds).map(|tip| tip.1).collect();
                // Commits near each other are in the same branches.
                if let Some(known) = lists.get(&*list) {
                    return Arc::clone(known);
                }
                let list: Arc<[RefIndex]> = list.into();
                lists.insert(Arc::clone(&list));
                list
            };
            let at = commit.0 as usize;
            out.insert(
                *commit,
                Said {
                    in_head: reached.head[at],
                    reachable: reached.refs[at],
                    kept_by: if reached.refs[at] {
                        KeptBy::Ref
                    } else if reached.reflog[at] {
                        KeptBy::Reflog
                    } else {
                        KeptBy::Nothing
                    },
                    branches: holding(Kind::Branch),
                    tags: holding(Kind::Tag),
                },
            );
        }
    }
    out
}
