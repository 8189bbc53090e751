//! Everything git stores: the object database, the refs, and the text that git keeps around them.
//!
//! Objects are not asked for by id, which would inflate chains of deltas again and again. Each pack is read in the order its deltas hang
//! together, and every object is unpacked once, from its base's bytes in memory (`walk.rs`). The visitor is told which bytes a delta copied,
//! so that it can leave alone what it has seen.

pub mod alternates;
mod build;
pub mod commits;
mod copies;
pub mod delta;
mod folder;
mod forest;
pub mod graph;
mod id_table;
mod ids;
mod loose;
mod missing;
mod objects;
mod one;
mod pack;
mod pack_index;
pub mod partial;
mod reflog;
pub mod refs;
pub mod revision;
pub mod seen;
mod share;
pub mod staged;
pub mod submodules;
mod tags;
pub mod text;
mod trees;
mod walk;
pub mod worktrees;

use std::{collections::BTreeSet, io, path::PathBuf, sync::atomic::AtomicBool};

pub use build::{Interest, Tips, Ways};
use commits::Commits;
use copies::{Damage, header_trouble, walk_all};
use delta::Op;
use forest::Forest;
use gix::{hash, objs::Kind, oid};
pub use missing::Absent;
use objects::{Index, Objects};
use seen::Which;
pub use tags::TagRefs;
use walk::{Limits, Take, Unpacked};

use crate::finding::{Commit, Skipped};

/// How many damaged objects of one pack or folder are named; of the rest it is told how many they are.
const MAX_NAMED: usize = 20;

/// An object database that was opened: which objects there are, and which is made from which.
#[derive(Debug)]
pub struct Database {
    objects: Objects,
    forest: Forest,
}

/// What bounds the reading of a history.
#[derive(Clone, Copy)]
pub struct Bounds<'a> {
    /// How many threads read.
    pub threads: usize,
    /// How many bytes of unpacked objects are held for those that are made from them, and how large such an object may be.
    pub memory_bytes: usize,
    /// Ends the reading when it is set: what was not read by then is counted.
    pub stop: &'a AtomicBool,
    /// Is told of every object that was read.
    pub tick: &'a (dyn Fn() + Sync),
}

impl<'a> Bounds<'a> {
    fn limits(&self) -> Limits<'a> {
        Limits {
            threads: self.threads,
            memory_bytes: self.memory_bytes,
            stop: self.stop,
            tick: self.tick,
        }
    }
}

/// The commits and tags of a [`Database`].
#[derive(Debug, Default)]
pub struct Messages {
    commits: Commits,
    /// The blobs, commits and tags that were read to their ends, and how many bytes they have.
    sizes: Vec<(Index, u64)>,
}

/// The place of a blob in its [`Database`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BlobPlace(Index);

/// What a blob is made from.
pub struct Made<'a, K> {
    /// How many bytes the base has.
    pub base_len: usize,
    /// What the visitor kept of the base.
    pub kept: &'a K,
    /// What came from where.
    pub ops: &'a [Op],
}

/// Takes the objects that one thread reads.
pub trait Visit: Send {
    /// What is kept of a blob while others are made from it.
    type Kept: Send + Sync;

    /// Takes a blob; `made` says what it is made from, where the visitor has seen that.
    fn blob(
        &mut self,
        place: BlobPlace,
        id: &oid,
        bytes: &[u8],
        made: Option<Made<'_, Self::Kept>>,
    ) -> Self::Kept;

    /// Takes a large blob that no other is made from.
    ///
    /// # Errors
    ///
    /// The reader's, unchanged.
    fn large_blob(
        &mut self,
        place: BlobPlace,
        id: &oid,
        reader: &mut dyn io::Read,
        size: u64,
    ) -> io::Result<()>;

    /// Takes a commit or an annotated tag.
    fn message(&mut self, kind: Kind, id: &oid, bytes: &[u8]);

    /// Returns how many bytes of memory `kept` needs.
    fn size(kept: &Self::Kept) -> usize;

    /// Takes note of something that was not read.
    fn skip(&mut self, skipped: Skipped);
}

impl Database {
    /// Opens the object databases in `folders`: a repository's own, then its alternates.
    pub fn open(
        folders: &[PathBuf],
        hash: hash::Kind,
        threads: usize,
        skip: &mut dyn FnMut(Skipped),
    ) -> Self {
        let objects = Objects::read(folders, hash, threads, skip);
        let forest = Forest::of(&objects);
        Self { objects, forest }
    }

    /// Returns how many objects there are, each counted once.
    pub fn len(&self) -> u64 {
        u64::from(self.objects.len()) - self.objects.copy_count()
    }

    /// Returns true when there are no objects.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns how many blobs, commits and tags there are, each counted once.
    pub fn text_count(&self) -> u64 {
        let copies = self.objects.copies_set();
        let is_text = |object: &Index| {
            self.forest.kind(*object) != Some(Kind::Tree) && !copies.contains(object)
        };
        (0..self.objects.len()).filter(is_text).count() as u64
    }

    /// Returns what reports say of a commit of a [`graph::Graph`] that was made from `messages`.
    pub fn commit(&self, messages: &Messages, commit: graph::CommitIndex) -> Commit {
        let record = &messages.commits.records[commit.0 as usize];
        let id = self.objects.id(record.object);
        if record.text.is_some() {
            return messages.commits.info(record, id);
        }
        // Of one that was seen in an earlier scan only what the graph needs is at hand.
        let bytes = one::unpack(&self.objects, &self.forest, record.object).unwrap_or_default();
        let mut commits = Commits::default();
        commits.add(Kind::Commit, record.object, &bytes);
        commits.info(&commits.records[0], id)
    }

    /// Returns the id of a blob.
    pub fn blob_id(&self, place: BlobPlace) -> &oid {
        self.objects.id(place.0)
    }

    /// Hands the blobs, commits and tags that `which` says to the visitors that `make` makes, one a thread. Returns the visitors, and the
    /// commits, also those that need not be read.
    ///
    /// What cannot be read is named to one of them.
    pub fn read<V: Visit>(
        &self,
        bounds: Bounds<'_>,
        which: Which<'_>,
        make: &(dyn Fn() -> V + Sync),
    ) -> (Vec<V>, Messages) {
        let make = || Texts {
            database: self,
            visitor: make(),
            commits: Commits::default(),
            sizes: Vec::new(),
        };
        let is_text = |object, kind| kind != Kind::Tree && which.has(object);
        let limits = bounds.limits();
        let (texts, mut damaged) = walk_all(&self.objects, &self.forest, &is_text, limits, &make);
        let (mut visitors, mut commits, mut sizes) = (Vec::new(), Commits::default(), Vec::new());
        for texts in texts {
            visitors.push(texts.visitor);
            commits.append(texts.commits);
            sizes.extend(texts.sizes);
        }
        if let Which::Unread(recalled) = which {
            recalled
                .commits()
                .for_each(|record| commits.add_record(record));
        }
        commits.sort(&self.objects);
        if let Some(first) = visitors.first_mut() {
            damaged.extend(self.without_kind(&damaged));
            self.name(damaged, &mut |one| first.skip(one));
        }
        (visitors, Messages { commits, sizes })
    }

    /// Returns the places of which not even the kind of object is known, but for those `told` already.
    fn without_kind(&self, told: &[Damage]) -> Vec<Damage> {
        let is_known = |object: Index| self.forest.kind(object).is_some();
        let told: BTreeSet<Index> = told.iter().map(|one| one.object).collect();
        let unknown = (0..self.objects.len()).filter(|object| !is_known(*object));
        let damage = |object: Index| {
            let first = self.objects.first(object);
            let mended = self.objects.places(object).any(is_known);
            // What is wrong with the first place is told by who reads the others.
            (!told.contains(&first) && (object != first || !mended)).then(|| Damage {
                object,
                trouble: header_trouble(&self.objects, object),
                mended,
            })
        };
        unknown.filter_map(damage).collect()
    }

    /// Names damaged objects; of many in one pack or folder the first ones.
    fn name(&self, mut damaged: Vec<Damage>, skip: &mut dyn FnMut(Skipped)) {
        let objects = &self.objects;
        // Objects of one pack or folder stand together.
        damaged.sort_by_key(|one| (one.mended, one.object));
        let same = |one: &Damage, other: &Damage| {
            one.mended == other.mended && objects.place(one.object) == objects.place(other.object)
        };
        for group in damaged.chunk_by(same) {
            for one in group.iter().take(MAX_NAMED) {
                let elsewhere = if one.mended {
                    "; it was read from another place"
                } else {
                    ""
                };
                let (id, trouble) = (objects.id(one.object), &one.trouble);
                skip(Skipped {
                    path: objects.place(one.object),
                    reason: format!("object {id}: {trouble}{elsewhere}"),
                    incomplete: !one.mended,
                });
            }
            if let Some(first) = group.first().filter(|_| group.len() > MAX_NAMED) {
                let more = group.len() - MAX_NAMED;
                skip(Skipped {
                    path: objects.place(first.object),
                    reason: format!("and {more} more damaged objects"),
                    incomplete: !first.mended,
                });
            }
        }
    }
}

/// Hands blobs and messages to a visitor.
struct Texts<'d, V> {
    database: &'d Database,
    visitor: V,
    commits: Commits,
    sizes: Vec<(Index, u64)>,
}

impl<V: Visit> Take for Texts<'_, V> {
    type Kept = Option<V::Kept>;

    fn object(&mut self, object: Unpacked<'_, Self::Kept>) -> Self::Kept {
        let id = self.database.objects.id(object.index);
        let is_message = object.kind != Kind::Blob;
        let is_sound = !is_message || (self.commits).add(object.kind, object.index, object.bytes);
        // What is not what its name says is looked at again the next time, and so is what has to be named.
        if !object.is_other && is_sound {
            self.sizes.push((object.index, object.bytes.len() as u64));
        }
        if is_message {
            self.visitor.message(object.kind, id, object.bytes);
            return None;
        }
        let made = object.from.as_ref().and_then(|from| {
            Some(Made {
                base_len: from.base.len(),
                kept: from.kept.as_ref()?,
                ops: from.ops,
            })
        });
        let place = BlobPlace(object.index);
        Some(self.visitor.blob(place, id, object.bytes, made))
    }

    fn stream(&mut self, index: Index, reader: &mut dyn io::Read, size: u64) -> io::Result<()> {
        let id = self.database.objects.id(index);
        self.visitor
            .large_blob(BlobPlace(index), id, reader, size)?;
        self.sizes.push((index, size));
        Ok(())
    }

    fn size(kept: &Self::Kept) -> usize {
        kept.as_ref().map_or(0, V::size)
    }
}
