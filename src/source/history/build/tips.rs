//! Where names lead to.

use std::collections::BTreeSet;

use gix::ObjectId;

use super::{Build, Tips};
use crate::source::history::{
    Messages,
    graph::{CommitIndex, Ref, Target, TreeIndex},
    missing::is_built_in,
    objects::Index,
    tags::Ends,
};

impl Build<'_> {
    /// Adds refs, HEADs, reflogs and indices, and takes note of what they name that is not there.
    pub(super) fn tips(&mut self, messages: &Messages, tips: &Tips) {
        for tag in &messages.commits.tags {
            let Some(target) = tag.target else {
                let trouble = "corrupt tag: it names no object".to_owned();
                self.odd(tag.object, trouble);
                continue;
            };
            if self.find(&target).is_none() && !is_built_in(&target) {
                self.missing.targets.insert(target);
            }
        }
        let tags = Ends::of(&messages.commits.tags, |id| self.find(id));
        let heads = tips.head.iter().chain(&tips.other_heads);
        for id in tips.refs.iter().map(|(_, id)| id).chain(heads) {
            if self.find(id).is_none() && !is_built_in(id) {
                self.missing.targets.insert(*id);
            }
        }
        // What is intended to be added is in the index without being stored.
        for (_, id) in &tips.index {
            if self.find(id).is_none() && !is_built_in(id) {
                self.missing.blobs.insert(*id);
                self.missing.in_index = true;
            }
        }
        let end = |id: &ObjectId| tags.end(self.find(id)?);
        let heads = tips.head.iter().chain(&tips.other_heads);
        let ends = tips.refs.iter().map(|(_, id)| id).chain(heads);
        let ends: Vec<Index> = ends.filter_map(end).collect();
        let target = |id: &ObjectId| {
            let at = end(id);
            let Some(at) = at else { return Target::Other };
            let commit = self
                .commit_at
                .get(at)
                .map(|c| Target::Commit(CommitIndex(c)));
            let tree = || self.tree_at.get(at).map(|t| Target::Tree(TreeIndex(t)));
            let blob = || self.blob(at).map(Target::Blob);
            commit.or_else(tree).or_else(blob).unwrap_or(Target::Other)
        };
        let commit = |id: &ObjectId| match target(id) {
            Target::Commit(commit) => Some(commit),
            _ => None,
        };
        let mut refs: Vec<Ref> = tips
            .refs
            .iter()
            .map(|(name, id)| Ref {
                name: name.clone(),
                target: target(id),
            })
            .collect();
        refs.sort_by(|a, b| a.name.cmp(&b.name));
        let head = tips.head.as_ref().and_then(commit);
        let other_heads = tips.other_heads.iter().filter_map(commit).collect();
        let reflog: BTreeSet<CommitIndex> = tips.reflog.iter().filter_map(commit).collect();
        let index = tips
            .index
            .iter()
            .filter_map(|(path, id)| Some((path.clone(), self.blob(self.find(id)?)?)))
            .collect();
        let reflog = reflog.into_iter().collect();
        (self.graph.refs, self.graph.head) = (refs, head);
        (self.graph.other_heads, self.graph.reflog) = (other_heads, reflog);
        self.graph.index = index;
        self.ends = ends;
    }
}
