//! Which trees hold which: of every tree only what it has that its delta base has not, and the other way round.
//!
//! A commit makes a new tree of every folder on the way to what it changes, and all but one or two of its entries are old. So most of a
//! tree's bytes are copies, and an entry that lies within a copy is one the base has. Only the rest is read (`Reader::gap`), and only the
//! difference is written down: memory grows with what commits change, not with what their trees hold.

mod hot;

use std::{
    collections::HashMap,
    io,
    sync::{Mutex, PoisonError},
};

use bstr::{BString, ByteSlice as _};
use gix::{objs::Kind, oid};
pub(super) use hot::Hot;

use super::{
    copies::{Damage, walk_all},
    delta::Op,
    forest::Forest,
    missing::{Missing, is_built_in},
    objects::{Index, NONE, Objects},
    seen::trees::KnownTrees,
    walk::{Limits, Take, Unpacked},
};

/// Stands for all objects that trees name and that are not there.
pub(super) const ABSENT: Index = NONE - 1;

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
    /// By name: a tree that has it, and where its entry begins there.
    pub(super) places: Vec<(Index, u32)>,
}

/// What a tree has, as a [`Record`] tells it.
pub(super) struct Telling<'a> {
    pub(super) tree: Index,
    /// [`NONE`] where all it has is `added`.
    pub(super) base: Index,
    pub(super) added: &'a [Edge],
    pub(super) dropped: &'a [Edge],
}

impl Trees {
    /// Reads all trees but the `known` ones. `is_interesting` says which blobs matter, and which trees: an entry may call one a blob. Returns also what is missing and what is damaged.
    pub(super) fn read(
        objects: &Objects,
        forest: &Forest,
        limits: Limits<'_>,
        known: Option<KnownTrees>,
        is_interesting: &(dyn Fn(Index) -> bool + Sync),
    ) -> (Self, Missing, Vec<Damage>) {
        let (is_known, mut all) = match known {
            Some(known) => (known.is_known, known.trees),
            None => (vec![false; objects.len() as usize], Self::default()),
        };
        let names = Mutex::new(Names {
            numbers: all.names.drain(..).zip(0..).collect(),
            places: std::mem::take(&mut all.places),
        });
        let make = || Reader {
            objects,
            is_interesting,
            names: &names,
            trees: Self::default(),
            missing: Missing::default(),
            damaged: Vec::new(),
            recent: Recent::new(),
        };
        let is_tree = |object: Index, kind| kind == Kind::Tree && !is_known[object as usize];
        let (readers, mut damaged) = walk_all(objects, forest, &is_tree, limits, &make);
        let (mut this, mut missing) = (Self::default(), Missing::default());
        for reader in readers {
            this.add(reader.trees);
            missing.append(reader.missing);
            damaged.extend(reader.damaged.into_iter().map(|object| Damage {
                object,
                trouble: "corrupt tree: an entry cannot be read".to_owned(),
                mended: false,
            }));
        }
        let names = names.into_inner().unwrap_or_else(PoisonError::into_inner);
        let mut in_order: Vec<(BString, u32)> = names.numbers.into_iter().collect();
        in_order.sort_by_key(|(_, at)| *at);
        all.names = in_order.into_iter().map(|(name, _)| name).collect();
        all.places = names.places;
        this.sort(objects, forest);
        // No tree that is known is told by one that is not.
        all.add(this);
        (all, missing, damaged)
    }

    /// Returns what each tree has, bases first.
    pub(super) fn told(&self) -> impl Iterator<Item = Telling<'_>> {
        let edges = |range: (u32, u32)| &self.edges[range.0 as usize..range.1 as usize];
        self.records.iter().map(move |record| Telling {
            tree: record.tree,
            base: record.base,
            added: edges(record.added),
            dropped: edges(record.dropped),
        })
    }

    /// Adds a tree; its base was added before.
    pub(super) fn tell(&mut self, told: &Telling<'_>) {
        let start = narrow(self.edges.len());
        self.edges.extend(told.added);
        let middle = narrow(self.edges.len());
        self.edges.extend(told.dropped);
        self.records.push(Record {
            tree: told.tree,
            base: told.base,
            added: (start, middle),
            dropped: (middle, narrow(self.edges.len())),
        });
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

/// What is known of a tree while others are made from it.
struct Entries {
    tree: Index,
    /// False when an entry cannot be read.
    is_whole: bool,
    /// Where each entry begins, and where the last one ends.
    starts: Vec<u32>,
    /// The entries that lead somewhere, with where they begin.
    edges: Vec<(u32, Edge)>,
}

/// Names, each with a number.
struct Names {
    numbers: HashMap<BString, u32>,
    places: Vec<(Index, u32)>,
}

struct Reader<'a> {
    objects: &'a Objects,
    is_interesting: &'a (dyn Fn(Index) -> bool + Sync),
    names: &'a Mutex<Names>,
    trees: Trees,
    missing: Missing,
    damaged: Vec<Index>,
    recent: Recent,
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
            entries.starts.reserve(from.kept.starts.len() + 8);
            entries.edges.reserve(from.kept.edges.len() + 4);
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
        self.trees.tell(&Telling {
            tree: object.index,
            base,
            added: &added,
            dropped: &dropped,
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
            // Some tools wrote modes with zeros in front.
            let kind = mode.trim_start_with(|c| c == '0');
            let is_tree = kind.len() == 5 && kind.starts_with(b"4");
            // A submodule's commit is not to be found here.
            if kind == b"160000" {
                continue;
            }
            let Some(child) = self.recent.find(self.objects, id) else {
                let ids = if is_tree {
                    &mut self.missing.trees
                } else {
                    &mut self.missing.blobs
                };
                if !is_built_in(id) {
                    ids.insert(id.to_owned());
                    let edge = Edge {
                        name: self.name(name, entries.tree, start),
                        child: ABSENT,
                    };
                    entries.edges.push((start, edge));
                    added.push(edge);
                }
                continue;
            };
            if is_tree || (self.is_interesting)(child) {
                let edge = Edge {
                    name: self.name(name, entries.tree, start),
                    child,
                };
                entries.edges.push((start, edge));
                added.push(edge);
            }
        }
        at
    }

    /// Returns the number of a name, which stands at `start` of `tree`.
    fn name(&self, name: &[u8], tree: Index, start: u32) -> u32 {
        let mut names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(at) = names.numbers.get(name.as_bstr()) {
            return *at;
        }
        let at = narrow(names.numbers.len());
        names.numbers.insert(name.into(), at);
        names.places.push((tree, start));
        at
    }
}

/// Objects that were found a short while ago: trees name the same ones again and again, and what is at hand costs a tenth of what has to be
/// looked up.
struct Recent(Vec<([u8; 32], Index)>);

/// How many objects are at hand: 288 KiB, part of a second-level cache.
const RECENT: usize = 8192;

impl Recent {
    fn new() -> Self {
        Self(vec![([0; 32], NONE); RECENT])
    }

    fn find(&mut self, objects: &Objects, id: &oid) -> Option<Index> {
        let bytes = id.as_bytes();
        let slot = usize::from(u16::from_le_bytes([bytes[0], bytes[1]])) % RECENT;
        let (known, index) = &mut self.0[slot];
        if known[..bytes.len()] == *bytes && *index != NONE {
            return Some(*index);
        }
        let found = objects.find(id)?;
        known[..bytes.len()].copy_from_slice(bytes);
        *index = found;
        Some(found)
    }
}

/// Splits the first entry of a tree: mode, name, id (<https://git-scm.com/docs/gitformat-pack>, "tree").
pub(super) fn split(bytes: &[u8], id_len: usize) -> Option<(&[u8], &[u8], &oid)> {
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
