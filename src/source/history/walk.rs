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

use gix::objs::Kind;

use super::{
    delta::{self, Op},
    forest::Forest,
    loose,
    objects::{Form, Index, NONE, Objects},
    pack::{Reader, Trouble},
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

/// An object and, where it is made from one that the visitor has seen, how.
pub(super) struct Unpacked<'a, K> {
    pub(super) index: Index,
    pub(super) kind: Kind,
    pub(super) bytes: &'a [u8],
    pub(super) from: Option<From<'a, K>>,
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
        let mut flags = vec![0; objects.bases.len()];
        for object in 0..objects.len() {
            if forest.kind(object).is_none() || !wanted(object) {
                continue;
            }
            flags[object as usize] |= VISIT;
            let mut at = object;
            while at != NONE && flags[at as usize] & UNPACK == 0 {
                flags[at as usize] |= UNPACK;
                at = objects.bases[at as usize];
            }
        }
        Self { flags }
    }

    fn has(&self, object: Index, flag: u8) -> bool {
        self.flags[object as usize] & flag != 0
    }
}

/// Unpacks the objects of `plan` and hands them to the visitors that `make` makes, one a thread. Returns the visitors, and the objects that
/// could not be handed over.
pub(super) fn walk<T: Take + Send>(
    objects: &Objects,
    forest: &Forest,
    plan: &Plan,
    limits: Limits<'_>,
    make: &(dyn Fn() -> T + Sync),
) -> (Vec<T>, Vec<(Index, Trouble)>) {
    let walk = Walk {
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
    failed: Vec<(Index, Trouble)>,
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
        if let Err(trouble) = self.unpack(task) {
            self.fail(object, trouble);
        }
    }

    /// Names an object, and all that would be made from it.
    fn fail(&mut self, object: Index, trouble: Trouble) {
        let objects = self.walk.objects;
        let because = format!("its base {} could not be read", objects.id(object));
        let mut pending = self.walk.forest.children(object).to_vec();
        self.failed.push((object, trouble));
        while let Some(other) = pending.pop() {
            self.failed.push((other, because.clone()));
            pending.extend(self.walk.forest.children(other));
        }
    }

    fn unpack(&mut self, task: Task<T::Kept>) -> Result<(), Trouble> {
        let Walk { forest, plan, .. } = *self.walk;
        let object = task.object;
        let children = forest.children(object);
        let is_base = children.iter().any(|child| plan.has(*child, UNPACK));
        if !is_base && self.stream(object)? {
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
        made?;
        let kept = plan.has(object, VISIT).then(|| {
            let from = match &task.base {
                Base::Held(base) => base.kept.as_ref().map(|kept| From {
                    base: &base.bytes,
                    kept,
                    ops: &self.ops,
                }),
                _ => None,
            };
            (self.walk.limits.tick)();
            self.visitor.object(Unpacked {
                index: object,
                kind: forest.kind(object).unwrap_or(Kind::Blob),
                bytes: &bytes,
                from,
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
        if !streams || !plan.has(object, VISIT) {
            return Ok(false);
        }
        let visitor = &mut self.visitor;
        let mut give = |reader: &mut dyn io::Read, size| {
            visitor
                .stream(object, reader, size)
                .map_err(|error| error.to_string())
        };
        if let Some(number) = objects.pack_of(object) {
            let pack = &objects.packs[number];
            let range = objects.entry(number, object);
            let header = self.reader.header(pack, number, range.clone())?;
            if header.decompressed_size < STREAM_BYTES {
                return Ok(false);
            }
            let mut reader = pack.stream(header.data_offset..range.end);
            give(&mut reader, header.decompressed_size)?;
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
        let (objects, limit) = (self.walk.objects, self.walk.limits.memory_bytes);
        if let Some(number) = objects.pack_of(object) {
            let range = objects.entry(number, object);
            let pack = &objects.packs[number];
            return self.reader.unpack(pack, number, range, limit, out);
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
        let (objects, limit) = (self.walk.objects, self.walk.limits.memory_bytes);
        let mut chain = vec![object];
        let mut at = objects.bases[object as usize];
        while at != NONE {
            chain.push(at);
            at = objects.bases[at as usize];
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
