//! What an earlier scan has read, and what of it is to be read again.
//!
//! Kept by object id and not by pack: `git gc`, a repack and a fresh clone (which is what a CI job has) put the same objects in other packs.
//! Only ids, sizes, times and places are kept. No byte of a blob, a message or a name is, so that what is kept tells no secret.

mod bytes;
mod commits;
pub mod file;
pub(super) mod trees;

use gix::{ObjectId, hash, objs::Kind, oid};

use self::bytes::Bytes;
use super::{
    Database, Messages, Ways,
    objects::{Index, NONE},
};
use crate::finding::Counts;

pub use self::{bytes::Bad, commits::SeenCommits, trees::SeenTrees};

/// What is known of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fact {
    /// A blob, commit or tag of so many bytes in which nothing was found.
    Clean(u64),
    /// One in which something was found, or of which something has to be told again.
    Again(u64),
    /// A tree.
    Tree,
}

/// What an earlier scan has read.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    width: usize,
    /// Sorted ids, one after the other.
    ids: Vec<u8>,
    facts: Vec<Fact>,
    commits: SeenCommits,
    /// None where it cannot be told which ones lead somewhere.
    trees: Option<SeenTrees>,
}

/// A place in [`Seen`].
type Rank = u32;

impl Seen {
    fn len(&self) -> usize {
        self.facts.len()
    }

    fn id(&self, rank: Rank) -> &oid {
        let at = rank as usize * self.width;
        oid::from_bytes_unchecked(&self.ids[at..at + self.width])
    }

    /// Writes everything to `out`.
    pub fn encode(&self, out: &mut Vec<u8>) {
        bytes::put(out, self.len() as u64);
        out.extend(&self.ids);
        for fact in &self.facts {
            // Sizes have less than 62 bits: what is larger is no file.
            let (size, kind) = match fact {
                Fact::Clean(size) => (size, 0),
                Fact::Again(size) => (size, 1),
                Fact::Tree => (&0, 2),
            };
            bytes::put(out, size << 2 | kind);
        }
        self.commits.encode(out);
        out.push(self.trees.is_some().into());
        if let Some(trees) = &self.trees {
            trees.encode(out);
        }
    }

    /// Reads what [`encode`](Self::encode) has written, for a repository whose objects are named by `hash`.
    ///
    /// # Errors
    ///
    /// When that is not what `bytes` hold.
    pub fn decode(bytes: &[u8], hash: hash::Kind) -> Result<Self, Bad> {
        let (width, mut bytes) = (hash.len_in_bytes(), Bytes(bytes));
        // An object has an id and a fact.
        let count = bytes.count(width + 1)?;
        let ids = bytes.take(count * width)?.to_vec();
        let mut in_order = ids.chunks_exact(width).zip(ids.chunks_exact(width).skip(1));
        if !in_order.all(|(one, next)| one < next) {
            return Err(Bad);
        }
        let mut facts = Vec::with_capacity(count);
        for _ in 0..count {
            let value = bytes.number()?;
            facts.push(match value & 3 {
                0 => Fact::Clean(value >> 2),
                1 => Fact::Again(value >> 2),
                2 => Fact::Tree,
                _ => return Err(Bad),
            });
        }
        let commits = SeenCommits::decode(&mut bytes, hash, count)?;
        let trees = match bytes.take(1)? {
            [0] => None,
            [1] => Some(SeenTrees::decode(&mut bytes, &facts)?),
            _ => return Err(Bad),
        };
        bytes.end()?;
        Ok(Self {
            width,
            ids,
            facts,
            commits,
            trees,
        })
    }
}

/// What of an earlier scan holds for a database.
#[derive(Debug, Default)]
pub struct Recalled {
    seen: Seen,
    /// By rank: the object, [`NONE`] where it is not here any more.
    objects: Vec<Index>,
    /// By object: what is known of it.
    states: Vec<State>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Nothing is known, or it is to be read again.
    Unread,
    /// A text in which nothing is.
    Clean,
}

/// Which blobs, commits and tags are read.
#[derive(Debug, Clone, Copy)]
pub enum Which<'a> {
    /// Those that were not read before, and those in which something was found.
    Unread(&'a Recalled),
    /// Those that were read before and in which nothing was found.
    Clean(&'a Recalled),
}

impl Which<'_> {
    pub(super) fn has(self, object: Index) -> bool {
        match self {
            Self::Unread(recalled) => !recalled.is_clean(object),
            Self::Clean(recalled) => recalled.is_clean(object),
        }
    }
}

impl Recalled {
    fn is_clean(&self, object: Index) -> bool {
        self.states.get(object as usize) == Some(&State::Clean)
    }

    /// Returns true when nothing need be read that was read before.
    pub fn is_empty(&self) -> bool {
        !self.states.contains(&State::Clean)
    }

    /// Returns how many objects need not be read.
    pub fn clean_count(&self) -> u64 {
        let clean = self.states.iter().filter(|state| **state == State::Clean);
        clean.count() as u64
    }

    /// Returns true when `read` has nothing that was not known, and nothing that was known is gone.
    pub fn is_all(&self, database: &Database, read: &Messages) -> bool {
        // Tags are always read.
        let is_tag =
            |object: Index| object != NONE && database.forest.kind(object) == Some(Kind::Tag);
        let known = self.objects.iter().zip(&self.seen.facts);
        let mut again: Vec<Index> = known
            .filter(|(object, fact)| matches!(fact, Fact::Again(_)) || is_tag(**object))
            .map(|(object, _)| *object)
            .collect();
        again.sort_unstable();
        let is_known = |(object, _): &(Index, u64)| again.binary_search(object).is_ok();
        !self.objects.contains(&NONE) && read.sizes.iter().all(is_known)
    }

    /// Lets only those pass for clean that were `read` just now, and that are not among `found`.
    pub fn confirm(&mut self, database: &Database, read: &Messages, found: &[ObjectId]) {
        let mut states = vec![State::Unread; self.states.len()];
        for (object, _) in &read.sizes {
            states[*object as usize] = self.states[*object as usize];
        }
        for object in found.iter().filter_map(|id| database.objects.find(id)) {
            states[object as usize] = State::Unread;
        }
        self.states = states;
    }

    /// Returns what reading the rest would have counted.
    pub fn counts(&self, database: &Database) -> Counts {
        let mut counts = Counts::default();
        for (object, fact) in self.objects.iter().zip(&self.seen.facts) {
            let Fact::Clean(size) = fact else { continue };
            if *object == NONE || !self.is_clean(*object) {
                continue;
            }
            counts.bytes += size;
            match database.forest.kind(*object) {
                Some(Kind::Blob) => counts.blobs += 1,
                Some(Kind::Commit) => counts.commits += 1,
                _ => {}
            }
        }
        counts
    }
}

impl Database {
    /// Returns what of `seen` holds here. What has more than `most_bytes` is to be read again: that may be more than is allowed now.
    pub fn recall(&self, seen: Seen, most_bytes: u64) -> Recalled {
        let mut states = vec![State::Unread; self.objects.len() as usize];
        let mut objects = Vec::with_capacity(seen.len());
        for (rank, fact) in (0..).zip(&seen.facts) {
            let Some(object) = self.objects.find(seen.id(rank)) else {
                objects.push(NONE);
                continue;
            };
            objects.push(object);
            let is_text = !matches!(self.forest.kind(object), None | Some(Kind::Tree));
            if matches!(fact, Fact::Clean(size) if *size <= most_bytes) && is_text {
                states[object as usize] = State::Clean;
            }
        }
        let mut this = Recalled {
            seen,
            objects,
            states,
        };
        self.recall_commits(&mut this);
        this
    }

    /// Returns what was seen in this scan and, where it is still here, in the one before. `read` is what was read now, `ways` are the trees;
    /// `found` are the objects in which something was found or of which something is to be told again.
    pub fn remember(
        &self,
        recalled: &Recalled,
        read: &Messages,
        ways: &Ways,
        found: &[ObjectId],
    ) -> Seen {
        let mut facts: Vec<(Index, Fact)> = Vec::with_capacity(self.objects.len() as usize);
        for (object, fact) in recalled.objects.iter().zip(&recalled.seen.facts) {
            let is_kept =
                *object != NONE && (recalled.is_clean(*object) || matches!(fact, Fact::Again(_)));
            if is_kept {
                facts.push((*object, *fact));
            }
        }
        let (kept, mut found): (Vec<Index>, Vec<Index>) = (
            facts.iter().map(|(object, _)| *object).collect(),
            (found.iter().filter_map(|id| self.objects.find(id))).collect(),
        );
        found.sort_unstable();
        let mut is_kept = vec![false; self.objects.len() as usize];
        for object in kept {
            is_kept[object as usize] = true;
        }
        for (object, size) in &read.sizes {
            let is_found = found.binary_search(object).is_ok();
            if is_kept[*object as usize] {
                continue;
            }
            let fact = if is_found { Fact::Again } else { Fact::Clean };
            facts.push((*object, fact(*size)));
        }
        if ways.is_whole {
            let copies = self.objects.copies_set();
            let is_tree = |object: &Index| {
                self.forest.kind(*object) == Some(Kind::Tree) && !copies.contains(object)
            };
            let trees = (0..self.objects.len()).filter(is_tree);
            facts.extend(trees.map(|tree| (tree, Fact::Tree)));
        }
        // Where something could not be read, a tree may come to lead to it.
        let is_whole = ways.is_whole && facts.len() as u64 == self.len();
        if !is_whole {
            facts.retain(|(_, fact)| *fact != Fact::Tree);
        }
        facts.sort_unstable_by(|(a, _), (b, _)| self.objects.id(*a).cmp(self.objects.id(*b)));
        let mut seen = Seen {
            width: self.objects.hash.len_in_bytes(),
            ids: Vec::with_capacity(facts.len() * self.objects.hash.len_in_bytes()),
            facts: Vec::with_capacity(facts.len()),
            commits: SeenCommits::default(),
            trees: None,
        };
        let mut ranks = vec![NONE; self.objects.len() as usize];
        for (rank, (object, fact)) in (0..).zip(&facts) {
            seen.ids.extend(self.objects.id(*object).as_bytes());
            seen.facts.push(*fact);
            ranks[*object as usize] = rank;
        }
        seen.commits = SeenCommits::of(self, read, &ranks);
        let is_again = |object: Index| {
            let rank = ranks.get(object as usize).copied().unwrap_or(NONE);
            let fact = seen.facts.get(rank as usize);
            matches!(fact, Some(Fact::Again(_)))
        };
        if is_whole {
            seen.trees = SeenTrees::of(self, &ways.trees, &is_again, &ranks);
        }
        seen
    }
}
