//! Puts the graph of a history together.

mod circles;
mod names;
mod tips;

use std::collections::{BTreeSet, HashMap};

use bstr::BString;
use gix::{ObjectId, objs::Kind};

use super::{
    BlobPlace, Bounds, Database, Messages,
    commits::Record,
    copies::Damage,
    graph::{BlobIndex, Child, CommitIndex, CommitNode, Graph, Target, TreeIndex},
    missing::{Absent, Missing, is_built_in},
    objects::Index,
    seen::Recalled,
    trees::{ABSENT, Edge, Hot, Trees},
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

/// Which objects matter.
#[derive(Debug, Clone, Copy)]
pub struct Interest<'a> {
    /// The blobs whose places are asked for.
    pub blobs: &'a [BlobPlace],
    /// What the next scan is to read again, too.
    pub again: &'a [ObjectId],
    /// What an earlier scan has left.
    pub recalled: &'a Recalled,
}

/// The trees that a graph was made from.
#[derive(Debug, Default)]
pub struct Ways {
    pub(super) trees: Trees,
    /// All that was asked for was there.
    pub(super) is_whole: bool,
}

impl Database {
    /// Returns the graph of the commits in `messages` and of the trees on the way to the blobs of `interest`, what is named and not
    /// there, and all trees. The order of trees, as that of commits, does not depend on how they are stored. `shallow` has the commits where a shallow clone ends.
    ///
    /// A tree that cannot be read is named to `skip`.
    pub fn graph(
        &self,
        messages: &Messages,
        tips: &Tips,
        shallow: &BTreeSet<ObjectId>,
        interest: Interest<'_>,
        bounds: Bounds<'_>,
        skip: &mut dyn FnMut(Skipped),
    ) -> (Graph, Absent, Ways) {
        let places = || interest.blobs.iter().map(|place| place.0);
        let blobs = Bits::of(self.objects.len(), places());
        let is_interesting = |object: Index| blobs.has(object);
        let again = interest.again.iter().filter_map(|id| self.objects.find(id));
        let again = again.chain(interest.recalled.again()).chain(places());
        // What an entry calls a blob may be a tree.
        let is_tree = |object: &Index| self.forest.kind(*object) == Some(Kind::Tree);
        let again = again.chain((0..self.objects.len()).filter(is_tree));
        let leads = Bits::of(self.objects.len(), again);
        let known = interest.recalled.trees(self, interest.blobs, bounds);
        let (trees, missing, mut damaged) = Trees::read(
            &self.objects,
            &self.forest,
            bounds.limits(),
            known,
            &|object| leads.has(object),
        );
        let mut is_whole = damaged.iter().all(|one| one.mended);
        is_whole &= missing.blobs.is_empty() && missing.trees.is_empty();
        let hot = trees.hot(self.objects.len(), &is_interesting);
        let mut build = Build {
            database: self,
            blob_at: (interest.blobs)
                .iter()
                .copied()
                .zip((0..).map(BlobIndex))
                .collect(),
            tree_at: Places::new(self.objects.len()),
            commit_at: Places::new(self.objects.len()),
            graph: Graph::default(),
            missing,
            ends: Vec::new(),
            odd: Vec::new(),
        };
        build.trees(&trees, &hot);
        let mut lacking = build.commits(messages, shallow);
        build.tips(messages, tips);
        build.lone();
        damaged.append(&mut build.odd);
        self.name(damaged, skip);
        if hot.is_cut {
            skip(too_deep());
        }
        let mut absent = build.missing.count();
        if !absent.is_empty() {
            let leading = trees.hot(self.objects.len(), &|object| object == ABSENT);
            absent.is_reachable |= leading.is_cut;
            lacking.extend(build.with_trees(messages, &leading));
            absent.is_reachable |= build.is_any_reachable(&lacking)
                || build.ends.iter().any(|end| leading.trees.contains_key(end));
        }
        (build.graph, absent, Ways { trees, is_whole })
    }
}

fn too_deep() -> Skipped {
    Skipped {
        path: ".".into(),
        reason: "trees nested more than 4096 deep: what holds the secrets in them is not told"
            .to_owned(),
        incomplete: true,
    }
}

/// A set of objects.
struct Bits(Vec<u64>);

impl Bits {
    fn of(len: Index, objects: impl Iterator<Item = Index>) -> Self {
        let mut words = vec![0_u64; len as usize / 64 + 1];
        for object in objects {
            words[object as usize / 64] |= 1 << (object % 64);
        }
        Self(words)
    }

    fn has(&self, object: Index) -> bool {
        let word = self.0.get(object as usize / 64);
        word.is_some_and(|word| word >> (object % 64) & 1 == 1)
    }
}

/// By object, its place in a list of the graph.
struct Places(Vec<u32>);

impl Places {
    fn new(len: Index) -> Self {
        Self(vec![u32::MAX; len as usize])
    }

    fn set(&mut self, object: Index, place: u32) {
        self.0[object as usize] = place;
    }

    fn get(&self, object: Index) -> Option<u32> {
        let place = self.0[object as usize];
        (place != u32::MAX).then_some(place)
    }
}

struct Build<'a> {
    database: &'a Database,
    blob_at: HashMap<BlobPlace, BlobIndex>,
    tree_at: Places,
    commit_at: Places,
    graph: Graph,
    missing: Missing,
    /// What refs and HEADs lead to.
    ends: Vec<Index>,
    /// What names things that are none.
    odd: Vec<Damage>,
}

impl Build<'_> {
    fn find(&self, id: &ObjectId) -> Option<Index> {
        self.database.objects.find(id)
    }

    fn blob(&self, object: Index) -> Option<BlobIndex> {
        self.blob_at.get(&BlobPlace(object)).copied()
    }

    /// Takes note of an object that names what it should not.
    fn odd(&mut self, object: Index, trouble: String) {
        self.odd.push(Damage {
            object,
            trouble,
            mended: false,
        });
    }

    fn trees(&mut self, trees: &Trees, hot: &Hot) {
        let mut order: Vec<Index> = hot.trees.keys().copied().collect();
        order.sort_unstable_by_key(|tree| self.database.objects.id(*tree));
        for (place, tree) in (0..).zip(&order) {
            self.tree_at.set(*tree, place);
        }
        let child = |edge: &Edge| match self.tree_at.get(edge.child) {
            Some(tree) => Some(Child::Tree(TreeIndex(tree))),
            None => self.blob(edge.child).map(Child::Blob),
        };
        let lists = order.iter().map(|tree| {
            let edges = hot.trees[tree].iter();
            edges
                .filter_map(|edge| Some((edge.name, child(edge)?)))
                .collect()
        });
        (self.graph.names, self.graph.trees) = names::name(&trees.names, lists.collect());
        for tree in circles::cut(&mut self.graph.trees) {
            let trouble = "corrupt tree: it holds itself".to_owned();
            self.odd(order[tree.0 as usize], trouble);
        }
    }

    /// Adds the commits; returns those whose tree or parents are missing.
    fn commits(
        &mut self,
        messages: &Messages,
        shallow: &BTreeSet<ObjectId>,
    ) -> BTreeSet<CommitIndex> {
        let mut lacking = BTreeSet::new();
        for record in &messages.commits.records {
            let id = self.database.objects.id(record.object).to_owned();
            self.odd.extend(self.odd_commit(record));
            let index = CommitIndex(narrow(self.graph.commits.len()));
            let tree = record.tree.as_ref().and_then(|tree| {
                let found = self.find(tree);
                if found.is_none() && !is_built_in(tree) {
                    self.missing.trees.insert(*tree);
                    lacking.insert(index);
                }
                self.tree_at.get(found?).map(TreeIndex)
            });
            let mut parents = Vec::with_capacity(record.parents.len());
            for parent in &record.parents {
                let at = self.find(parent).map(|at| self.commit_at.get(at));
                match at {
                    Some(at) => parents.extend(at.map(CommitIndex)),
                    None if shallow.contains(&id) => {}
                    None => {
                        self.missing.commits.insert(*parent);
                        lacking.insert(index);
                    }
                }
            }
            self.commit_at.set(record.object, index.0);
            self.graph.commits.push(CommitNode {
                id,
                tree,
                parents: parents.into(),
                committed_seconds: record.committed_seconds,
            });
        }
        lacking
    }

    /// Returns what is wrong with what a commit names. Without its tree nobody can say what it holds, nor whether a ref reaches that.
    fn odd_commit(&self, record: &Record) -> Option<Damage> {
        let is_not = |id: &ObjectId, kind: Kind| {
            let Database { objects, forest } = self.database;
            let known = forest.kind(self.find(id)?)?;
            // One copy may be bad and another one good.
            let mut copies = objects.places(self.find(id)?);
            let is_there = copies.any(|copy| forest.kind(copy) == Some(kind));
            (!is_there).then_some(known)
        };
        let trouble = match &record.tree {
            None => Some("it names no tree".to_owned()),
            Some(tree) => {
                is_not(tree, Kind::Tree).map(|other| format!("its tree {tree} is a {other}"))
            }
        };
        let parent = || {
            let other = |id: &ObjectId| Some((*id, is_not(id, Kind::Commit)?));
            let (parent, other) = record.parents.iter().find_map(other)?;
            Some(format!("its parent {parent} is a {other}"))
        };
        let bad = || (record.has_bad_parent).then(|| "a parent it names is no id".to_owned());
        let trouble = trouble.or_else(parent).or_else(bad)?;
        Some(Damage {
            object: record.object,
            trouble: format!("corrupt commit: {trouble}"),
            mended: false,
        })
    }

    /// Returns the commits whose tree is one of `trees`.
    fn with_trees(&self, messages: &Messages, trees: &Hot) -> Vec<CommitIndex> {
        let holds = |tree: &ObjectId| {
            self.find(tree)
                .is_some_and(|at| trees.trees.contains_key(&at))
        };
        (0..)
            .zip(&messages.commits.records)
            .filter(|(_, record)| record.tree.as_ref().is_some_and(holds))
            .map(|(at, _)| CommitIndex(at))
            .collect()
    }

    /// Returns true when a ref or a HEAD reaches one of `commits`.
    fn is_any_reachable(&self, commits: &BTreeSet<CommitIndex>) -> bool {
        let mut reached = vec![false; self.graph.commits.len()];
        let tips = self.graph.refs.iter().filter_map(|one| match one.target {
            Target::Commit(commit) => Some(commit),
            _ => None,
        });
        let heads = self.graph.head.iter().chain(&self.graph.other_heads);
        for tip in tips.chain(heads.copied()) {
            reached[tip.0 as usize] = true;
        }
        for (at, commit) in self.graph.commits.iter().enumerate().rev() {
            if reached[at] {
                for parent in &commit.parents {
                    reached[parent.0 as usize] = true;
                }
            }
        }
        commits.iter().any(|commit| reached[commit.0 as usize])
    }

    /// Finds the trees and blobs that nothing holds.
    fn lone(&mut self) {
        let mut trees = vec![true; self.graph.trees.len()];
        let mut blobs = vec![true; self.blob_at.len()];
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
