//! Which trees hold which: of every tree only what it has that its delta base has not, and the other way round.
//!
//! A commit makes a new tree of every folder on the way to what it changes, and all but one or two of its entries are old. So most of a
//! tree's bytes are copies, and an entry that lies within a copy is one the base has. Only the rest is read (`Reader::gap`), and only the
//! difference is written down: memory grows with what commits change, not with what their trees hold.

use std::{
    collections::HashMap,
    io,
    sync::{Mutex, PoisonError},
};

use bstr::{BString, ByteSlice as _};
use gix::{objs::Kind, oid};

use super::{
    copies::{Damage, walk_all},
    delta::Op,
    forest::Forest,
    objects::{Index, NONE, Objects},
    walk::{Limits, Take, Unpacked},
};

/// An entry of a tree that leads to another tree or to an interesting blob.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Edge {
    /// The name, by its place in [`Trees::names`].
    pub(super) name: u32,
    pub(super) child: Index,
}

/// What a tree has, told by how it differs from another one.
#[derive(Debug, Clone, Copy)]
struct Record {
    tree: Index,
    /// The tree it is told by; [`NONE`] where all it has stands in `added`.
    base: Index,
    added: (u32, u32),
    dropped: (u32, u32),
}

/// All trees.
#[derive(Debug, Default)]
pub(super) struct Trees {
    records: Vec<Record>,
    edges: Vec<Edge>,
    pub(super) names: Vec<BString>,
}

/// Objects that trees name and that are not there.
#[derive(Debug, Default)]
pub(super) struct Missing {
    pub(super) blobs: u64,
    pub(super) trees: u64,
    /// One of them, and the tree that names it.
    pub(super) example: Option<(gix::ObjectId, gix::ObjectId)>,
}

/// The trees that lead to an interesting blob, each with the entries that do.
pub(super) type Hot = HashMap<Index, Box<[Edge]>>;

impl Trees {
    /// Reads all trees. `is_interesting` says which blobs matter. Returns also what is missing and what is damaged.
    pub(super) fn read(
        objects: &Objects,
        forest: &Forest,
        limits: Limits<'_>,
        is_interesting: &(dyn Fn(Index) -> bool + Sync),
    ) -> (Self, Missing, Vec<Damage>) {
        let names = Mutex::new(HashMap::new());
        let make = || Reader {
            objects,
            is_interesting,
            names: &names,
            trees: Self::default(),
            missing: Missing::default(),
            damaged: Vec::new(),
        };
        let is_tree = |kind| kind == Kind::Tree;
        let (readers, mut damaged) = walk_all(objects, forest, &is_tree, limits, &make);
        let (mut this, mut missing) = (Self::default(), Missing::default());
        for reader in readers {
            this.add(reader.trees);
            missing.blobs += reader.missing.blobs;
            missing.trees += reader.missing.trees;
            missing.example = missing.example.min_some(reader.missing.example);
            damaged.extend(reader.damaged.into_iter().map(|object| Damage {
                object,
                trouble: "corrupt tree: an entry is cut short".to_owned(),
                mended: false,
            }));
        }
        let names = names.into_inner().unwrap_or_else(PoisonError::into_inner);
        let mut in_order: Vec<(BString, u32)> = names.into_iter().collect();
        in_order.sort_by_key(|(_, at)| *at);
        this.names = in_order.into_iter().map(|(name, _)| name).collect();
        this.sort(objects, forest);
        (this, missing, damaged)
    }

    fn add(&mut self, other: Self) {
        let offset = u32::try_from(self.edges.len()).unwrap_or(u32::MAX);
        self.edges.extend(other.edges);
        self.records
            .extend(other.records.into_iter().map(|record| Record {
                added: (record.added.0 + offset, record.added.1 + offset),
                dropped: (record.dropped.0 + offset, record.dropped.1 + offset),
                ..record
            }));
    }

    /// Brings the records in an order in which bases come first.
    fn sort(&mut self, objects: &Objects, forest: &Forest) {
        let bases = |tree: Index| forest.base(objects, tree);
        let depth_first = Depths::of(&bases, self.records.iter().map(|record| record.tree));
        self.records
            .sort_by_cached_key(|record| (depth_first.depth(record.tree), record.tree));
    }

    /// Returns the trees that lead to an object that `is_interesting`, at any depth, each with its entries that do.
    ///
    /// A tree is hot when it has one hot entry more than its base has hot ones that it lacks. Each round goes over all records once, and
    /// finds the trees that hold those of the round before: there are as many rounds as folders in the longest path.
    pub(super) fn hot(&self, is_interesting: &dyn Fn(Index) -> bool) -> Hot {
        let mut counts: HashMap<Index, u32> = HashMap::new();
        loop {
            let before = counts.len();
            let mut next: HashMap<Index, u32> = HashMap::with_capacity(before);
            let is_hot = |child: Index| is_interesting(child) || counts.contains_key(&child);
            let count = |range: (u32, u32)| {
                let edges = &self.edges[range.0 as usize..range.1 as usize];
                edges.iter().filter(|edge| is_hot(edge.child)).count()
            };
            for record in &self.records {
                let base = next.get(&record.base).copied().unwrap_or(0) as usize;
                let now = (base + count(record.added)).saturating_sub(count(record.dropped));
                if now > 0 {
                    next.insert(record.tree, u32::try_from(now).unwrap_or(u32::MAX));
                }
            }
            counts = next;
            if counts.len() == before {
                break;
            }
        }
        let is_hot = |child: Index| is_interesting(child) || counts.contains_key(&child);
        let mut hot: Hot = HashMap::with_capacity(counts.len());
        for record in &self.records {
            if !counts.contains_key(&record.tree) {
                continue;
            }
            let slice = |range: (u32, u32)| &self.edges[range.0 as usize..range.1 as usize];
            let mut edges: Vec<Edge> = hot.get(&record.base).map_or(Vec::new(), |e| e.to_vec());
            let dropped = slice(record.dropped);
            edges.retain(|edge| !dropped.contains(edge));
            edges.extend(slice(record.added).iter().filter(|edge| is_hot(edge.child)));
            edges.sort_unstable();
            edges.dedup_by_key(|edge| edge.name);
            hot.insert(record.tree, edges.into());
        }
        hot
    }
}

/// How long the chains of bases are.
struct Depths(HashMap<Index, u32>);

impl Depths {
    fn of(base: &dyn Fn(Index) -> Index, trees: impl Iterator<Item = Index>) -> Self {
        let mut depths: HashMap<Index, u32> = HashMap::new();
        let mut chain = Vec::new();
        for tree in trees {
            let mut at = tree;
            while at != NONE && !depths.contains_key(&at) {
                chain.push(at);
                at = base(at);
            }
            let mut depth = depths.get(&at).map_or(0, |depth| depth + 1);
            while let Some(one) = chain.pop() {
                depths.insert(one, depth);
                depth += 1;
            }
        }
        Self(depths)
    }

    fn depth(&self, tree: Index) -> u32 {
        self.0.get(&tree).copied().unwrap_or(0)
    }
}

trait MinSome {
    fn min_some(self, other: Self) -> Self;
}

impl<T: Ord> MinSome for Option<T> {
    fn min_some(self, other: Self) -> Self {
        match (self, other) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        }
    }
}

/// What is known of a tree while others are made from it.
struct Entries {
    tree: Index,
    /// False when an entry is cut short.
    is_whole: bool,
    /// Where each entry begins, and where the last one ends.
    starts: Vec<u32>,
    /// The entries that lead somewhere, with where they begin.
    edges: Vec<(u32, Edge)>,
}

struct Reader<'a> {
    objects: &'a Objects,
    is_interesting: &'a (dyn Fn(Index) -> bool + Sync),
    names: &'a Mutex<HashMap<BString, u32>>,
    trees: Trees,
    missing: Missing,
    damaged: Vec<Index>,
}

impl Take for Reader<'_> {
    type Kept = Entries;

    fn object(&mut self, object: Unpacked<'_, Entries>) -> Entries {
        let mut entries = Entries {
            tree: object.index,
            is_whole: true,
            starts: Vec::new(),
            edges: Vec::new(),
        };
        let (mut added, mut dropped, mut base) = (Vec::new(), Vec::new(), NONE);
        let mut at = 0;
        if let Some(from) = object.from.as_ref().filter(|from| from.kept.is_whole) {
            base = from.kept.tree;
            let mut carried = vec![false; from.kept.edges.len()];
            for op in from.ops {
                let mut copy = Copy::of(op, from.kept);
                while let Some(start) = copy.start_from(at) {
                    at = self.gap(object.bytes, at, start, &mut entries, &mut added);
                    if at == start {
                        at = copy.take(&mut entries, &mut carried);
                        break;
                    }
                }
            }
            let lost = from.kept.edges.iter().zip(carried);
            dropped.extend(lost.filter(|(_, carried)| !carried).map(|(edge, _)| edge.1));
        }
        self.gap(
            object.bytes,
            at,
            object.bytes.len(),
            &mut entries,
            &mut added,
        );
        let start = narrow(self.trees.edges.len());
        self.trees.edges.extend(&added);
        let middle = narrow(self.trees.edges.len());
        self.trees.edges.extend(&dropped);
        self.trees.records.push(Record {
            tree: object.index,
            base,
            added: (start, middle),
            dropped: (middle, narrow(self.trees.edges.len())),
        });
        entries.starts.push(narrow(object.bytes.len()));
        entries
    }

    fn stream(&mut self, _: Index, _: &mut dyn io::Read, _: u64) -> io::Result<()> {
        Err(io::Error::other("a tree is no blob"))
    }

    fn size(kept: &Entries) -> usize {
        4 * kept.starts.capacity() + size_of::<(u32, Edge)>() * kept.edges.capacity()
    }
}

impl Reader<'_> {
    /// Reads entries from `at` on until one begins at `end` or behind it; returns where.
    fn gap(
        &mut self,
        bytes: &[u8],
        mut at: usize,
        end: usize,
        entries: &mut Entries,
        added: &mut Vec<Edge>,
    ) -> usize {
        while at < end {
            let Some((mode, name, id)) = split(&bytes[at..], self.objects.hash.len_in_bytes())
            else {
                entries.is_whole = false;
                self.damaged.push(entries.tree);
                return bytes.len();
            };
            let start = narrow(at);
            entries.starts.push(start);
            at += mode.len() + name.len() + 2 + id.as_bytes().len();
            let is_tree = mode.len() == 5 && mode.starts_with(b"4");
            // A submodule's commit is not to be found here.
            if mode == b"160000" {
                continue;
            }
            let Some(child) = self.objects.find(id) else {
                *(if is_tree {
                    &mut self.missing.trees
                } else {
                    &mut self.missing.blobs
                }) += 1;
                let example = (id.to_owned(), self.objects.id(entries.tree).to_owned());
                self.missing.example = self.missing.example.take().min_some(Some(example));
                continue;
            };
            if is_tree || (self.is_interesting)(child) {
                let edge = Edge {
                    name: self.name(name),
                    child,
                };
                entries.edges.push((start, edge));
                added.push(edge);
            }
        }
        at
    }

    fn name(&self, name: &[u8]) -> u32 {
        let mut names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(at) = names.get(name.as_bstr()) {
            return *at;
        }
        let at = narrow(names.len());
        names.insert(name.into(), at);
        at
    }
}

/// Splits the first entry of a tree: mode, name, id (<https://git-scm.com/docs/gitformat-pack>, "tree").
fn split(bytes: &[u8], id_len: usize) -> Option<(&[u8], &[u8], &oid)> {
    let space = memchr::memchr(b' ', bytes.get(..bytes.len().min(8))?)?;
    let nul = space + memchr::memchr(0, &bytes[space..])?;
    let id = bytes.get(nul + 1..nul + 1 + id_len)?;
    let id = oid::try_from_bytes(id).ok()?;
    Some((&bytes[..space], &bytes[space + 1..nul], id))
}

/// The entries of a base that a delta copies whole.
struct Copy<'a> {
    base: &'a Entries,
    from: u32,
    to: u32,
    /// Places in [`Entries::starts`].
    first: usize,
    end: usize,
}

impl<'a> Copy<'a> {
    fn of(op: &Op, base: &'a Entries) -> Self {
        let from = op.from.unwrap_or(0);
        let copied = if op.from.is_some() { op.len } else { 0 };
        let first = base.starts.partition_point(|start| *start < from);
        let end = base
            .starts
            .partition_point(|start| *start <= from + copied)
            .saturating_sub(1);
        Self {
            base,
            from,
            to: op.to,
            first,
            end: end.max(first),
        }
    }

    /// Returns where the first of them begins in the new tree, leaving out those that begin before `at`.
    fn start_from(&mut self, at: usize) -> Option<usize> {
        while self.first < self.end {
            let start = (self.base.starts[self.first] - self.from + self.to) as usize;
            if start >= at {
                return Some(start);
            }
            self.first += 1;
        }
        None
    }

    /// Adds them to the new tree; returns where they end there.
    fn take(&self, entries: &mut Entries, carried: &mut [bool]) -> usize {
        let moved = |start: u32| start - self.from + self.to;
        let starts = &self.base.starts[self.first..=self.end];
        let (low, high) = (starts[0], starts[starts.len() - 1]);
        let old = &starts[..starts.len() - 1];
        entries.starts.extend(old.iter().map(|start| moved(*start)));
        let edges = &self.base.edges;
        let first = edges.partition_point(|(start, _)| *start < low);
        for (at, (start, edge)) in edges.iter().enumerate().skip(first) {
            if *start >= high {
                break;
            }
            entries.edges.push((moved(*start), *edge));
            carried[at] = true;
        }
        moved(high) as usize
    }
}

fn narrow(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
