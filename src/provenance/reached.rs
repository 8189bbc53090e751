//! Which commits lie in whose history, and which of them the filters want.

use super::{Options, Since, ancestry::Ancestry};
use crate::source::history::graph::{CommitIndex, Graph, Ref, Target};

/// Which commits are reached by what, a flag for each.
pub(super) struct Reached {
    /// By HEAD.
    pub(super) head: Vec<bool>,
    /// By any ref or the HEAD of any worktree.
    pub(super) refs: Vec<bool>,
    /// By a reflog entry.
    pub(super) reflog: Vec<bool>,
    /// By the commit of [`Since::Commit`].
    since: Vec<bool>,
    /// By the refs of [`Options::branch`].
    branch: Vec<bool>,
}

impl Reached {
    /// Answers all questions, each in one pass over the commits.
    pub(super) fn new(graph: &Graph, history: &Ancestry, options: &Options<'_>) -> Self {
        let commit = |r: &Ref| match r.target {
            Target::Commit(commit) => Some(commit),
            Target::Tree(_) | Target::Blob(_) | Target::Other => None,
        };
        let heads = graph.head.iter().chain(&graph.other_heads).copied();
        let since = match options.since {
            Some(Since::Commit(commit)) => Some(commit),
            Some(Since::Seconds(_)) | None => None,
        };
        let branches = options.branch.iter().flatten();
        Self {
            head: history.reached_from(graph.head),
            refs: history.reached_from(heads.chain(graph.refs.iter().filter_map(commit))),
            reflog: history.reached_from(graph.reflog.iter().copied()),
            since: history.reached_from(since),
            branch: history.reached_from(
                branches
                    .filter_map(|r| graph.refs.get(r.0 as usize))
                    .filter_map(commit),
            ),
        }
    }

    /// Returns true when the filters want what `commit` introduces.
    pub(super) fn wanted(&self, graph: &Graph, options: &Options<'_>, commit: CommitIndex) -> bool {
        let at = commit.0 as usize;
        let recent = match options.since {
            Some(Since::Commit(_)) => !self.since[at],
            Some(Since::Seconds(seconds)) => graph.commits[at].committed_seconds >= seconds,
            None => true,
        };
        recent
            && (options.branch.is_none() || self.branch[at])
            && (!options.reachable || self.refs[at])
    }
}
