//! Unpacks objects: each once, from its base's bytes in memory, by several threads.
//!
//! `gix-pack` has such a traversal. It is not used because it ends at the first corrupt object, keeps no budget of memory, and tells the
//! visitor neither the base nor the delta.
//!
//! Depth first, and of several children the one with the largest tree last: a base is then held only while smaller trees than the last
//! one are walked, so that no more than log2(number of objects) bases are held at once by a thread (heavy-path decomposition: Sleator
//! and Tarjan, "A Data Structure for Dynamic Trees", 1983). Where even that is more than the budget, bases are dropped and unpacked
//! again for each child.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
};

use gix::objs::{self, Kind};

use super::{
    delta::{self, Op},
    forest::Forest,
    loose,
    objects::{Form, Index, NONE, Objects},
    pack::{Checked, Reader, Trouble},
    share::Share,
};

/// From how many bytes on a blob that nothing is made from is handed over as a stream.
const STREAM_BYTES: u64 = 8 << 20;

/// What bounds a walk.
#[derive(Clone, Copy)]
pub(super) struct Limits<'a> {
    pub(super) threads: usize,
    /// How many bytes of bases are held at most, and how large one object may be.
    pub(super) memory_bytes: usize,
    /// Ends the walk when it is set.
    pub(super) stop: &'a AtomicBool,
    /// Is told of every object that was handed over.
    pub(super) tick: &'a (dyn Fn() + Sync),
}

/// How objects are handed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Manner {
    /// With what they are made from.
    Usual,
    /// Each for itself, under the name of the first of its copies.
    Copies,
    /// In the same way, and only those that are what their names say.
    Verified,
    /// In the same way, and also those that are not what their names say.
    AsTheyAre,
    /// The same, under the name of another copy: the name of the first is that of a good one.
    Hidden,
}

/// Why an object was not handed over.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Cause {
    /// It cannot be unpacked.
    Own(Trouble),
    /// It can, and is not what its name says.
    Other(Trouble),
    /// What it is made from has a cause of its own.
    Base(Index),
}

/// An object and, where it is made from one that the visitor has seen, how.
pub(super) struct Unpacked<'a, K> {
    pub(super) index: Index,
    pub(super) kind: Kind,
    pub(super) bytes: &'a [u8],
    pub(super) from: Option<From<'a, K>>,
    /// It may be something else than what its name says.
    pub(super) is_other: bool,
}

/// What an object is made from.
pub(super) struct From<'a, K> {
    /// The bytes of the base.
    pub(super) base: &'a [u8],
    /// What the visitor kept of it.
    pub(super) kept: &'a K,
    /// What came from where.
    pub(super) ops: &'a [Op],
}

/// Takes the objects of one thread.
pub(super) trait Take {
    /// What is kept of an object while others are made from it.
    type Kept: Send + Sync;

    /// Takes an object.
    fn object(&mut self, object: Unpacked<'_, Self::Kept>) -> Self::Kept;

    /// Takes a large blob that nothing is made from.
    fn stream(&mut self, index: Index, reader: &mut dyn io::Read, size: u64) -> io::Result<()>;

    /// Returns how many bytes of memory `kept` needs.
    fn size(kept: &Self::Kept) -> usize;
}

/// What a walk is to do with an object.
#[derive(Debug, Clone)]
pub(super) struct Plan {
    flags: Vec<u8>,
}

const VISIT: u8 = 1;
const UNPACK: u8 = 2;

impl Plan {
    /// Returns the plan to hand over the objects that `wanted` is true for.
    pub(super) fn new(objects: &Objects, forest: &Forest, wanted: impl Fn(Index) -> bool) -> Self {
        Self::of(objects, forest, (0..objects.len()).filter(|o| wanted(*o)))
    }

    /// Returns the plan to hand over `wanted`.
    pub(super) fn of(
        objects: &Objects,
        forest: &Forest,
        wanted: impl Iterator<Item = Index>,
    ) -> Self {
        let mut flags = vec![0; objects.bases.len()];
        for object in wanted {
            if forest.kind(object).is_none() {
                continue;
            }
            flags[object as usize] |= VISIT;
            let mut at = object;
            while at != NONE && flags[at as usize] & UNPACK == 0 {
                flags[at as usize] |= UNPACK;
                at = forest.base(objects, at);
            }
        }
        Self { flags }
    }

    /// Returns true when `object` is to be handed over.
    pub(super) fn hands_over(&self, object: Index) -> bool {
        self.has(object, VISIT)
    }

    fn has(&self, object: Index, flag: u8) -> bool {
        self.flags[object as usize] & flag != 0
    }
}

/// Unpacks the objects of `plan` and hands them to the visitors that `make` makes, one a thread. Returns the visitors, and what could not be
/// handed over or was needed for that and could not be unpacked, sorted.
pub(super) fn walk<T: Take + Send>(
    objects: &Objects,
    forest: &Forest,
    plan: &Plan,
    manner: Manner,
    limits: Limits<'_>,
    make: &(dyn Fn() -> T + Sync),
) -> (Vec<T>, Vec<(Index, Cause)>) {
    let walk = Walk {
        manner,
        objects,
        forest,
        plan,
        limits,
        roots: (0..objects.len())
            .filter(|object| plan.has(*object, UNPACK))
            .filter(|object| matches!(objects.forms[*object as usize], Form::Whole(_)))
            .collect(),
        next_root: AtomicUsize::new(0),
        held_bytes: Arc::new(AtomicUsize::new(0)),
        share: Share::new(limits.threads.max(1)),
    };
    let run = || {
        let mut worker = Worker::new(&walk, make());
        worker.run();
        (worker.visitor, worker.failed)
    };
    let results = thread::scope(|scope| {
        let others: Vec<_> = (1..limits.threads).map(|_| scope.spawn(run)).collect();
        let mut results = vec![run()];
        for other in others {
            match other.join() {
                Ok(result) => results.push(result),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        results
    });
    let (mut visitors, mut failed) = (Vec::new(), Vec::new());
    for (visitor, some) in results {
        visitors.push(visitor);
        failed.extend(some);
    }
    failed.sort();
    (visitors, failed)
}

struct Walk<'a, K> {
    manner: Manner,
    objects: &'a Objects,
    forest: &'a Forest,
    plan: &'a Plan,
    limits: Limits<'a>,
    roots: Vec<Index>,
    next_root: AtomicUsize,
    held_bytes: Arc<AtomicUsize>,
    share: Share<Task<K>>,
}

struct Task<K> {
    object: Index,
    base: Base<K>,
}

enum Base<K> {
    /// The object is stored whole.
    None,
    Held(Arc<Held<K>>),
    /// There was no room to hold it.
    Dropped,
}

/// A base that is held for its children.
struct Held<K> {
    bytes: Vec<u8>,
    /// None when the base was not handed over.
    kept: Option<K>,
    size: usize,
    total: Arc<AtomicUsize>,
}

impl<K> Drop for Held<K> {
    fn drop(&mut self) {
        self.total.fetch_sub(self.size, Ordering::Relaxed);
    }
}

struct Worker<'w, 'a, T: Take> {
    walk: &'w Walk<'a, T::Kept>,
    visitor: T,
    stack: Vec<Task<T::Kept>>,
    failed: Vec<(Index, Cause)>,
    /// The object at work may not be what its name says: it is made from an entry with another checksum than the index says, or from
    /// another base than the one beside it.
    doubt: bool,
    reader: Reader,
    packed: Vec<u8>,
    delta: Vec<u8>,
    object: Vec<u8>,
    ops: Vec<Op>,
}

impl<'w, 'a, T: Take> Worker<'w, 'a, T> {
    fn new(walk: &'w Walk<'a, T::Kept>, visitor: T) -> Self {
        Self {
            walk,
            visitor,
            stack: Vec::new(),
            failed: Vec::new(),
            doubt: false,
            reader: Reader::default(),
            packed: Vec::new(),
            delta: Vec::new(),
            object: Vec::new(),
            ops: Vec::new(),
        }
    }

    fn run(&mut self) {
        let _leave = self.walk.share.enter();
        while !self.walk.limits.stop.load(Ordering::Relaxed) {
            let task = self.stack.pop().or_else(|| self.root());
            let Some(task) = task.or_else(|| self.walk.share.take()) else {
                return;
            };
            self.step(task);
            if self.stack.len() > 1 && self.walk.share.is_wanted() {
                // The oldest has the largest tree.
                self.walk.share.give(self.stack.remove(0));
            }
        }
        self.walk.share.stop();
    }

    fn root(&self) -> Option<Task<T::Kept>> {
        let at = self.walk.next_root.fetch_add(1, Ordering::Relaxed);
        self.walk.roots.get(at).map(|object| Task {
            object: *object,
            base: Base::None,
        })
    }

    fn step(&mut self, task: Task<T::Kept>) {
        let object = task.object;
        // The base beside it may have had another name than it should.
        self.doubt = self.walk.forest.is_elsewhere(object);
        if let Err(cause) = self.unpack(task) {
            self.fail(object, cause);
        }
    }

    /// Names an object, and all that would be made from it.
    fn fail(&mut self, object: Index, cause: Cause) {
        let Walk { forest, plan, .. } = *self.walk;
        let mut pending = forest.children(object).to_vec();
        self.failed.push((object, cause));
        while let Some(other) = pending.pop() {
            if plan.has(other, VISIT) {
                self.failed.push((other, Cause::Base(object)));
            }
            pending.extend(forest.children(other));
        }
    }

    fn unpack(&mut self, task: Task<T::Kept>) -> Result<(), Cause> {
        let Walk {
            forest,
            plan,
            manner,
            ..
        } = *self.walk;
        let object = task.object;
        let children = forest.children(object);
        let is_base = children.iter().any(|child| plan.has(*child, UNPACK));
        if !is_base && self.stream(object).map_err(Cause::Own)? {
            return Ok(());
        }
        // What is held has just the room it needs; what is not goes where the last one was.
        let mut bytes = if is_base {
            Vec::new()
        } else {
            std::mem::take(&mut self.object)
        };
        let made = match &task.base {
            Base::None => self.whole(object, &mut bytes),
            Base::Dropped => self.again(object, &mut bytes),
            Base::Held(base) => self.delta(object, base, &mut bytes),
        };
        made.map_err(Cause::Own)?;
        let kind = forest.kind(object).unwrap_or(Kind::Blob);
        let verify = match manner {
            Manner::Usual | Manner::Copies => self.doubt,
            Manner::Verified => plan.has(object, VISIT),
            Manner::AsTheyAre | Manner::Hidden => false,
        };
        if verify {
            self.verify(object, kind, &bytes)?;
        }
        let kept = plan.has(object, VISIT).then(|| {
            let from = match &task.base {
                Base::Held(base) if manner == Manner::Usual => {
                    base.kept.as_ref().map(|kept| From {
                        base: &base.bytes,
                        kept,
                        ops: &self.ops,
                    })
                }
                _ => None,
            };
            (self.walk.limits.tick)();
            self.visitor.object(Unpacked {
                index: self.called(object),
                kind,
                bytes: &bytes,
                from,
                is_other: matches!(manner, Manner::AsTheyAre | Manner::Hidden),
            })
        });
        drop(task);
        if is_base {
            self.descend(children, bytes, kept);
        } else {
            self.object = bytes;
            self.object.shrink_to(1 << 20);
        }
        Ok(())
    }

    /// Returns the object that a visitor is told of in place of `object`.
    fn called(&self, object: Index) -> Index {
        let objects = self.walk.objects;
        match self.walk.manner {
            Manner::Usual => object,
            Manner::Copies | Manner::Verified | Manner::AsTheyAre => objects.first(object),
            Manner::Hidden if object != objects.first(object) => object,
            Manner::Hidden => objects.places(object).nth(1).unwrap_or(object),
        }
    }

    /// Returns an error when an object is not what its name says.
    fn verify(&self, object: Index, kind: Kind, bytes: &[u8]) -> Result<(), Cause> {
        let objects = self.walk.objects;
        match objs::compute_hash(objects.hash, kind, bytes) {
            Ok(id) if id == objects.id(object) => Ok(()),
            _ => {
                let trouble = "corrupt pack: it is not what its name says";
                Err(Cause::Other(trouble.to_owned()))
            }
        }
    }

    /// Puts `children` on the stack, the one with the largest tree lowest.
    fn descend(&mut self, children: &'a [Index], bytes: Vec<u8>, kept: Option<T::Kept>) {
        let total = &self.walk.held_bytes;
        let size = bytes.capacity() + kept.as_ref().map_or(0, T::size);
        let before = total.fetch_add(size, Ordering::Relaxed);
        let held = Arc::new(Held {
            bytes,
            kept,
            size,
            total: Arc::clone(total),
        });
        let fits = before + size <= self.walk.limits.memory_bytes;
        for child in children {
            if self.walk.plan.has(*child, UNPACK) {
                let base = if fits {
                    Base::Held(Arc::clone(&held))
                } else {
                    Base::Dropped
                };
                self.stack.push(Task {
                    object: *child,
                    base,
                });
            }
        }
    }

    /// Hands over a large blob as a stream; returns false when the object is none.
    fn stream(&mut self, object: Index) -> Result<bool, Trouble> {
        let Walk { objects, plan, .. } = *self.walk;
        let streams = objects.forms[object as usize] == Form::Whole(Kind::Blob);
        if !streams || !plan.has(object, VISIT) || self.walk.manner == Manner::Verified {
            return Ok(false);
        }
        let (called, visitor) = (self.called(object), &mut self.visitor);
        let failed = |error: io::Error| error.to_string();
        let mut give =
            |reader: &mut dyn io::Read, size| visitor.stream(called, reader, size).map_err(failed);
        if let Some(number) = objects.pack_of(object) {
            let pack = &objects.packs[number];
            let range = objects.entry(number, object);
            let header = self.reader.header(pack, number, range.clone())?;
            if header.decompressed_size < STREAM_BYTES {
                return Ok(false);
            }
            let header_len = header.data_offset - range.start;
            let stream = pack.stream(range, header_len).map_err(failed)?;
            let crc = objects.crc(number, object);
            give(&mut Checked { stream, crc }, header.decompressed_size)?;
        } else {
            let Some(folder) = objects.loose_folder(object) else {
                return Ok(false);
            };
            let found = loose::stream(folder, objects.id(object), STREAM_BYTES)?;
            let Some((mut reader, size)) = found else {
                return Ok(false);
            };
            give(&mut reader, size)?;
        }
        (self.walk.limits.tick)();
        Ok(true)
    }

    /// Unpacks an object that is stored whole.
    fn whole(&mut self, object: Index, out: &mut Vec<u8>) -> Result<(), Trouble> {
        let objects = self.walk.objects;
        // Places in an object are told in 32 bits.
        let limit = self.walk.limits.memory_bytes.min(u32::MAX as usize);
        if let Some(number) = objects.pack_of(object) {
            let range = objects.entry(number, object);
            let (pack, crc) = (&objects.packs[number], objects.crc(number, object));
            let intact = (self.reader).unpack(pack, number, range, crc, limit, out)?;
            self.doubt |= !intact;
            return Ok(());
        }
        match objects.loose_folder(object) {
            Some(folder) => loose::unpack(folder, objects.id(object), limit, &mut self.packed, out),
            None => Err("it is not there any more".to_owned()),
        }
    }

    /// Makes an object from its base.
    fn delta(
        &mut self,
        object: Index,
        base: &Held<T::Kept>,
        out: &mut Vec<u8>,
    ) -> Result<(), Trouble> {
        let mut delta = std::mem::take(&mut self.delta);
        let result = self.whole(object, &mut delta).and_then(|()| {
            let limit = self.walk.limits.memory_bytes;
            delta::apply(&base.bytes, &delta, limit, out, &mut self.ops)
                .map_err(|error| error.to_string())
        });
        self.delta = delta;
        self.delta.shrink_to(1 << 20);
        result
    }

    /// Makes an object anew from the root of its tree, holding no more than two objects.
    fn again(&mut self, object: Index, out: &mut Vec<u8>) -> Result<(), Trouble> {
        let Walk {
            objects, forest, ..
        } = *self.walk;
        let limit = self.walk.limits.memory_bytes;
        let mut chain = vec![object];
        let mut at = forest.base(objects, object);
        while at != NONE {
            chain.push(at);
            at = forest.base(objects, at);
        }
        let mut delta = std::mem::take(&mut self.delta);
        let mut base = Vec::new();
        let result = chain.iter().rev().enumerate().try_for_each(|(n, object)| {
            if n == 0 {
                return self.whole(*object, out);
            }
            std::mem::swap(&mut base, out);
            self.whole(*object, &mut delta)?;
            delta::apply(&base, &delta, limit, out, &mut self.ops).map_err(|e| e.to_string())
        });
        self.delta = delta;
        result
    }
}
