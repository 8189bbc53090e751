//! Puts the graph of a history together.

use std::collections::{BTreeSet, HashMap};

use bstr::BString;
use gix::ObjectId;

use super::{
    BlobPlace, Bounds, Database, Messages,
    graph::{
        BlobIndex, Child, CommitIndex, CommitNode, Graph, NameIndex, Ref, Target, Tree, TreeIndex,
    },
    objects::Index,
    trees::{Hot, Missing, Trees},
};
use crate::finding::Skipped;

/// Where a repository's names lead to.
#[derive(Debug, Clone, Default)]
pub struct Tips {
    /// Branches, tags and other refs: full name and id, which may be that of an annotated tag.
    pub refs: Vec<(BString, ObjectId)>,
    /// What HEAD names.
    pub head: Option<ObjectId>,
    /// What the HEADs of other worktrees name.
    pub other_heads: Vec<ObjectId>,
    /// What reflogs name.
    pub reflog: Vec<ObjectId>,
    /// The blobs in the indices of the worktrees, with their paths.
    pub index: Vec<(BString, ObjectId)>,
}

/// How many objects are named but not there.
#[derive(Debug, Clone, Default)]
pub struct Absent {
    /// Blobs that trees name.
    pub blobs: u64,
    /// Trees that trees or commits name.
    pub trees: u64,
    /// Commits that commits name, aside from those where a shallow clone ends.
    pub commits: u64,
    /// What tags name.
    pub others: u64,
    /// One of them, and what names it.
    pub example: Option<(ObjectId, ObjectId)>,
}

impl Absent {
    /// Returns true when all is there.
    pub fn is_empty(&self) -> bool {
        self.blobs + self.trees + self.commits + self.others == 0
    }

    fn note(&mut self, id: ObjectId, by: ObjectId) {
        self.example = self.example.take().or(Some((id, by)));
    }
}

impl Database {
    /// Returns the graph of the commits in `messages` and of the trees on the way to the blobs `interesting`, which are sorted, and what
    /// is named and not there. `shallow` has the commits where a shallow clone ends.
    ///
    /// A tree that cannot be read is named to `skip`.
    pub fn graph(
        &self,
        messages: &Messages,
        tips: &Tips,
        shallow: &BTreeSet<ObjectId>,
        interesting: &[BlobPlace],
        bounds: Bounds<'_>,
        skip: &mut dyn FnMut(Skipped),
    ) -> (Graph, Absent) {
        let bits = Bits::of(self.objects.len(), interesting);
        let is_interesting = |object: Index| bits.has(object);
        let (objects, forest, limits) = (&self.objects, &self.forest, bounds.limits());
        let (trees, missing, damaged) = Trees::read(objects, forest, limits, &is_interesting);
        self.name(damaged, skip);
        let hot = trees.hot(&is_interesting);
        let mut build = Build {
            database: self,
            interesting,
            tree_at: HashMap::new(),
            commit_at: HashMap::new(),
            graph: Graph::default(),
            absent: Absent::of(missing),
        };
        build.trees(&trees, &hot);
        build.commits(messages, shallow);
        build.tips(messages, tips);
        build.lone();
        (build.graph, build.absent)
    }
}

impl Absent {
    fn of(missing: Missing) -> Self {
        Self {
            blobs: missing.blobs,
            trees: missing.trees,
            example: missing.example,
            ..Self::default()
        }
    }
}

/// A set of objects.
struct Bits(Vec<u64>);

impl Bits {
    fn of(len: Index, places: &[BlobPlace]) -> Self {
        let mut words = vec![0_u64; len as usize / 64 + 1];
        for place in places {
            words[place.0 as usize / 64] |= 1 << (place.0 % 64);
        }
        Self(words)
    }

    fn has(&self, object: Index) -> bool {
        self.0[object as usize / 64] >> (object % 64) & 1 == 1
    }
}

struct Build<'a> {
    database: &'a Database,
    interesting: &'a [BlobPlace],
    tree_at: HashMap<Index, TreeIndex>,
    commit_at: HashMap<Index, CommitIndex>,
    graph: Graph,
    absent: Absent,
}

impl Build<'_> {
    fn find(&self, id: &ObjectId) -> Option<Index> {
        self.database.objects.find(id)
    }

    fn blob(&self, object: Index) -> Option<BlobIndex> {
        let at = self.interesting.binary_search(&BlobPlace(object)).ok()?;
        Some(BlobIndex(narrow(at)))
    }

    fn trees(&mut self, trees: &Trees, hot: &Hot) {
        let mut used: Vec<u32> = hot.values().flatten().map(|edge| edge.name).collect();
        used.sort_unstable();
        used.dedup();
        let name = |at: &u32| &trees.names[*at as usize];
        used.sort_by_key(name);
        self.graph.names = used.iter().map(name).cloned().collect();
        let names: HashMap<u32, NameIndex> = used.into_iter().zip((0..).map(NameIndex)).collect();
        let mut order: Vec<Index> = hot.keys().copied().collect();
        order.sort_unstable();
        self.tree_at = order.iter().copied().zip((0..).map(TreeIndex)).collect();
        for tree in &order {
            let mut entries: Vec<(NameIndex, Child)> = hot[tree]
                .iter()
                .filter_map(|edge| {
                    let child = match self.tree_at.get(&edge.child) {
                        Some(tree) => Child::Tree(*tree),
                        None => Child::Blob(self.blob(edge.child)?),
                    };
                    Some((names[&edge.name], child))
                })
                .collect();
            entries.sort_unstable();
            entries.dedup_by_key(|(name, _)| *name);
            self.graph.trees.push(Tree {
                entries: entries.into(),
            });
        }
    }

    fn commits(&mut self, messages: &Messages, shallow: &BTreeSet<ObjectId>) {
        for record in &messages.commits.records {
            let id = self.database.objects.id(record.object).to_owned();
            let tree = record.tree.as_ref().and_then(|tree| {
                let found = self.find(tree);
                if found.is_none() {
                    self.absent.trees += 1;
                    self.absent.note(*tree, id);
                }
                self.tree_at.get(&found?).copied()
            });
            let mut parents = Vec::with_capacity(record.parents.len());
            for parent in &record.parents {
                let at = self.find(parent).map(|at| self.commit_at.get(&at).copied());
                match at {
                    Some(at) => parents.extend(at),
                    None if shallow.contains(&id) => {}
                    None => {
                        self.absent.commits += 1;
                        self.absent.note(*parent, id);
                    }
                }
            }
            let index = CommitIndex(narrow(self.graph.commits.len()));
            self.commit_at.insert(record.object, index);
            self.graph.commits.push(CommitNode {
                id,
                tree,
                parents: parents.into(),
                committed_seconds: record.committed_seconds,
            });
        }
    }

    fn tips(&mut self, messages: &Messages, tips: &Tips) {
        let mut tags = HashMap::new();
        for tag in &messages.commits.tags {
            let Some(target) = tag.target else { continue };
            if self.find(&target).is_none() {
                self.absent.others += 1;
                let id = self.database.objects.id(tag.object).to_owned();
                self.absent.note(target, id);
            }
            tags.insert(tag.object, target);
        }
        let target = |id: &ObjectId| {
            let mut at = self.find(id);
            // A tag may name a tag; more than a few in a row is nobody's.
            for _ in 0..64 {
                match at.and_then(|at| tags.get(&at)) {
                    Some(target) => at = self.find(target),
                    None => break,
                }
            }
            let Some(at) = at else { return Target::Other };
            let commit = self.commit_at.get(&at).map(|c| Target::Commit(*c));
            let tree = || self.tree_at.get(&at).map(|t| Target::Tree(*t));
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
    }

    /// Finds the trees and blobs that nothing holds.
    fn lone(&mut self) {
        let mut trees = vec![true; self.graph.trees.len()];
        let mut blobs = vec![true; self.interesting.len()];
        for (_, child) in self.graph.trees.iter().flat_map(|tree| &*tree.entries) {
            match child {
                Child::Tree(tree) => trees[tree.0 as usize] = false,
                Child::Blob(blob) => blobs[blob.0 as usize] = false,
            }
        }
        for tree in self.graph.commits.iter().filter_map(|commit| commit.tree) {
            trees[tree.0 as usize] = false;
        }
        self.graph.lone_trees = places(&trees).map(TreeIndex).collect();
        self.graph.lone_blobs = places(&blobs).map(BlobIndex).collect();
    }
}

/// Returns the places where `flags` are set.
fn places(flags: &[bool]) -> impl Iterator<Item = u32> {
    (0..).zip(flags).filter_map(|(at, flag)| flag.then_some(at))
}

fn narrow(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
