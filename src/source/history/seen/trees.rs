//! The trees that lead to objects of interest, so that no tree need be unpacked for them.
//!
//! Names are not kept: one may be a secret. What is kept is a place where each is written, a tree and an offset, and it is read there.
//!
//! It holds as long as nothing that was there is gone, nothing was missing, and of the objects that were there no others became interesting:
//! then an old tree leads to what it led to before. Else all trees are read.

use std::{
    collections::{HashMap, HashSet},
    io,
};

use bstr::BString;
use gix::objs::Kind;

use super::{
    Fact, Rank, Recalled,
    bytes::{self, Bad, Bytes},
};
use crate::source::history::{
    BlobPlace, Bounds, Database,
    objects::{Index, NONE},
    trees::{Edge, Telling, Trees, split},
    walk::{Manner, Plan, Take, Unpacked, walk},
};

/// The trees of an earlier scan that lead to objects of interest.
#[derive(Debug, Clone, Default)]
pub struct SeenTrees {
    /// By name: a tree that has it, and where in that.
    names: Vec<(Rank, u32)>,
    /// Each after those that it names: no tree leads back to itself.
    trees: Vec<SeenTree>,
}

#[derive(Debug, Clone)]
struct SeenTree {
    tree: Rank,
    /// The place in `trees` of the one it is told by.
    base: Option<u32>,
    added: Vec<Entry>,
    dropped: Vec<Entry>,
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    /// The place in `names`.
    name: u32,
    child: Child,
}

#[derive(Debug, Clone, Copy)]
enum Child {
    /// The place in `trees`.
    Tree(u32),
    Blob(Rank),
}

impl SeenTrees {
    /// Returns the trees of `trees` that lead to something that `is_again`; none when that cannot be told.
    pub(super) fn of(
        database: &Database,
        trees: &Trees,
        is_again: &dyn Fn(Index) -> bool,
        ranks: &[Rank],
    ) -> Option<Self> {
        let hot = trees.hot(database.objects.len(), is_again);
        if hot.is_cut {
            return None;
        }
        let told: Vec<Telling<'_>> = (trees.told())
            .filter(|told| hot.trees.contains_key(&told.tree))
            .collect();
        let place: HashMap<Index, usize> = told.iter().map(|told| told.tree).zip(0..).collect();
        let order = in_order(&told, &place)?;
        let mut out = Self::default();
        let mut position = vec![NONE; told.len()];
        let mut names: HashMap<u32, u32> = HashMap::new();
        for at in order {
            let one = &told[at];
            let mut entries = |edges: &[Edge]| {
                let mut entries = Vec::new();
                for edge in edges {
                    let child = match place.get(&edge.child) {
                        Some(tree) => Child::Tree(position[*tree]),
                        None if is_again(edge.child) => Child::Blob(ranks[edge.child as usize]),
                        None => continue,
                    };
                    let next = u32::try_from(out.names.len()).ok()?;
                    let name = *names.entry(edge.name).or_insert(next);
                    if name == next {
                        let (tree, offset) = trees.places[edge.name as usize];
                        out.names.push((ranks[tree as usize], offset));
                    }
                    entries.push(Entry { name, child });
                }
                Some(entries)
            };
            let seen = SeenTree {
                tree: ranks[one.tree as usize],
                base: place.get(&one.base).map(|base| position[*base]),
                added: entries(one.added)?,
                dropped: entries(one.dropped)?,
            };
            position[at] = u32::try_from(out.trees.len()).ok()?;
            out.trees.push(seen);
        }
        Some(out)
    }

    pub(super) fn encode(&self, out: &mut Vec<u8>) {
        bytes::put(out, self.names.len() as u64);
        for (tree, offset) in &self.names {
            bytes::put(out, (*tree).into());
            bytes::put(out, (*offset).into());
        }
        bytes::put(out, self.trees.len() as u64);
        for tree in &self.trees {
            bytes::put(out, tree.tree.into());
            bytes::put(out, tree.base.map_or(0, |base| u64::from(base) + 1));
            for entries in [&tree.added, &tree.dropped] {
                bytes::put(out, entries.len() as u64);
                for entry in entries {
                    bytes::put(out, entry.name.into());
                    bytes::put(
                        out,
                        match entry.child {
                            Child::Tree(tree) => u64::from(tree) << 1,
                            Child::Blob(blob) => u64::from(blob) << 1 | 1,
                        },
                    );
                }
            }
        }
    }

    pub(super) fn decode(bytes: &mut Bytes<'_>, facts: &[Fact]) -> Result<Self, Bad> {
        let mut is_tree: Vec<bool> = facts.iter().map(|fact| *fact == Fact::Tree).collect();
        let mut out = Self::default();
        for _ in 0..bytes.count(2)? {
            let tree = bytes.below(facts.len())?;
            let offset = bytes.below(u32::MAX as usize)?;
            if !is_tree[tree as usize] {
                return Err(Bad);
            }
            out.names.push((tree, offset));
        }
        for at in 0..bytes.count(4)? {
            let tree = bytes.below(facts.len())?;
            // Each tree once: what stands in front of a tree decides that it does not lead back to itself.
            if !std::mem::take(&mut is_tree[tree as usize]) {
                return Err(Bad);
            }
            let base = bytes.below(at + 1)?.checked_sub(1);
            let mut entries = || {
                let mut entries = Vec::new();
                for _ in 0..bytes.count(2)? {
                    let name = bytes.below(out.names.len())?;
                    let child = bytes.number()?;
                    let place = u32::try_from(child >> 1).map_err(|_| Bad)?;
                    let is_blob = child & 1 == 1;
                    let end = if is_blob { facts.len() } else { at };
                    if place as usize >= end {
                        return Err(Bad);
                    }
                    let child = if is_blob {
                        Child::Blob(place)
                    } else {
                        Child::Tree(place)
                    };
                    entries.push(Entry { name, child });
                }
                Ok(entries)
            };
            let (added, dropped) = (entries()?, entries()?);
            out.trees.push(SeenTree {
                tree,
                base,
                added,
                dropped,
            });
        }
        Ok(out)
    }
}

/// Returns an order in which trees come after those they name and are told by, or none when one leads back to itself.
fn in_order(told: &[Telling<'_>], place: &HashMap<Index, usize>) -> Option<Vec<usize>> {
    #[derive(Clone, Copy, PartialEq)]
    enum State {
        New,
        Open,
        Done,
    }
    let needs = |at: usize| {
        let edges = told[at].added.iter().chain(told[at].dropped);
        let base = std::iter::once(told[at].base);
        base.chain(edges.map(|edge| edge.child))
            .filter_map(|object| place.get(&object).copied())
    };
    let mut states = vec![State::New; told.len()];
    let mut order = Vec::with_capacity(told.len());
    let mut stack: Vec<usize> = Vec::new();
    for start in 0..told.len() {
        stack.push(start);
        while let Some(at) = stack.last().copied() {
            match states[at] {
                State::New => {
                    states[at] = State::Open;
                    for need in needs(at) {
                        match states[need] {
                            State::New => stack.push(need),
                            State::Open => return None,
                            State::Done => {}
                        }
                    }
                }
                State::Open => {
                    states[at] = State::Done;
                    order.push(at);
                    stack.pop();
                }
                State::Done => drop(stack.pop()),
            }
        }
    }
    Some(order)
}

impl Recalled {
    /// Returns true for what was read before and is of interest, now or then.
    pub(in crate::source::history) fn again(&self) -> impl Iterator<Item = Index> {
        let known = self.objects.iter().zip(&self.seen.facts);
        known
            .filter(|(object, fact)| **object != NONE && matches!(fact, Fact::Again(_)))
            .map(|(object, _)| *object)
    }

    /// Returns the trees that need not be read: all those of the earlier scan, each with what of it leads to the blobs `interesting`. None when that cannot be told.
    pub(in crate::source::history) fn trees(
        &self,
        database: &Database,
        interesting: &[BlobPlace],
        bounds: Bounds<'_>,
    ) -> Option<KnownTrees> {
        let seen = self.seen.trees.as_ref()?;
        if self.objects.contains(&NONE) {
            return None;
        }
        let (mut was_clean, mut is_known) = (
            vec![false; database.objects.len() as usize],
            vec![false; database.objects.len() as usize],
        );
        for (object, fact) in self.objects.iter().zip(&self.seen.facts) {
            match fact {
                Fact::Clean(_) => was_clean[*object as usize] = true,
                Fact::Again(_) => {}
                Fact::Tree if database.forest.kind(*object) == Some(Kind::Tree) => {
                    is_known[*object as usize] = true;
                }
                Fact::Tree => return None,
            }
        }
        if interesting.iter().any(|blob| was_clean[blob.0 as usize]) {
            return None;
        }
        let object = |rank: Rank| self.objects[rank as usize];
        let places = seen.names.iter();
        let mut trees = Trees::default();
        trees.places = places
            .map(|(tree, offset)| (object(*tree), *offset))
            .collect();
        trees.names = names(database, &trees.places, bounds)?;
        let distinct: HashSet<&BString> = trees.names.iter().collect();
        if distinct.len() != trees.names.len() {
            return None;
        }
        let edges = |entries: &[Entry]| -> Vec<Edge> {
            let edge = |entry: &Entry| Edge {
                name: entry.name,
                child: object(match entry.child {
                    Child::Tree(tree) => seen.trees[tree as usize].tree,
                    Child::Blob(blob) => blob,
                }),
            };
            entries.iter().map(edge).collect()
        };
        for one in &seen.trees {
            trees.tell(&Telling {
                tree: object(one.tree),
                base: (one.base).map_or(NONE, |base| object(seen.trees[base as usize].tree)),
                added: &edges(&one.added),
                dropped: &edges(&one.dropped),
            });
        }
        Some(KnownTrees { is_known, trees })
    }
}

/// Trees that need not be read.
pub(in crate::source::history) struct KnownTrees {
    /// By object.
    pub(in crate::source::history) is_known: Vec<bool>,
    /// Those that lead somewhere.
    pub(in crate::source::history) trees: Trees,
}

/// Reads the names that stand at `places`; none when one cannot be read.
fn names(database: &Database, places: &[(Index, u32)], bounds: Bounds<'_>) -> Option<Vec<BString>> {
    let mut by_tree: HashMap<Index, Vec<(usize, u32)>> = HashMap::new();
    for (at, (tree, offset)) in places.iter().enumerate() {
        by_tree.entry(*tree).or_default().push((at, *offset));
    }
    let plan = Plan::new(&database.objects, &database.forest, |object| {
        by_tree.contains_key(&object)
    });
    let make = || Names {
        wanted: &by_tree,
        width: database.objects.hash.len_in_bytes(),
        found: Vec::new(),
    };
    let (objects, forest) = (&database.objects, &database.forest);
    let (readers, _) = walk(
        objects,
        forest,
        &plan,
        Manner::Usual,
        bounds.limits(),
        &make,
    );
    let mut out: Vec<Option<BString>> = vec![None; places.len()];
    for (at, name) in readers.into_iter().flat_map(|reader| reader.found) {
        out[at] = Some(name);
    }
    out.into_iter().collect()
}

struct Names<'a> {
    /// By tree: names, and where they stand.
    wanted: &'a HashMap<Index, Vec<(usize, u32)>>,
    width: usize,
    found: Vec<(usize, BString)>,
}

impl Take for Names<'_> {
    type Kept = ();

    fn object(&mut self, object: Unpacked<'_, ()>) {
        for (at, offset) in self.wanted.get(&object.index).into_iter().flatten() {
            let entry = object.bytes.get(*offset as usize..);
            if let Some((_, name, _)) = entry.and_then(|entry| split(entry, self.width)) {
                self.found.push((*at, name.into()));
            }
        }
    }

    fn stream(&mut self, _: Index, _: &mut dyn io::Read, _: u64) -> io::Result<()> {
        Err(io::Error::other("a tree is no blob"))
    }

    fn size((): &()) -> usize {
        0
    }
}
