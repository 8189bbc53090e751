//! Which commits are new: reached from some, and not from others.
//!
//! Commits are taken by date, newest first, from both sides at once, until only known ones are left: what git does
//! (`limit_list` in its revision.c). A commit that says it is older than its parents may hide that something is known. Then more is
//! new than need be, never less.

use std::collections::{BinaryHeap, HashMap, HashSet};

use gix::{
    ObjectId,
    objs::{self, Kind},
};

use super::super::history::commits::Parts;

/// How many known commits are looked at after the last new one, because of wrong dates; git's number (`SLOP`).
const SLOP: usize = 5;

/// How many tags may name each other in a row.
const MAX_TAGS: usize = 100;

/// A commit that is new, as it is stored.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) id: ObjectId,
    pub(super) tree: Option<ObjectId>,
    pub(super) parents: Vec<ObjectId>,
    pub(super) bytes: Vec<u8>,
}

/// What a tip leads to when it is no commit.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Other {
    /// An annotated tag, as it is stored.
    Tag(ObjectId, Vec<u8>),
    Tree(ObjectId),
    Blob(ObjectId),
}

struct Node {
    parents: Vec<ObjectId>,
    known: bool,
    /// Its parents were met.
    done: bool,
    /// The commit, while it may be new.
    bytes: Vec<u8>,
    tree: Option<ObjectId>,
}

/// A walk. What is asked for and not there is in `missing`, each with what names it.
pub(super) struct Walk<'a> {
    objects: &'a dyn objs::Find,
    /// Where a shallow clone ends.
    shallow: &'a HashSet<ObjectId>,
    nodes: HashMap<ObjectId, Node>,
    queue: BinaryHeap<(i64, ObjectId)>,
    /// How many in the queue are not known.
    open: usize,
    pub(super) others: Vec<Other>,
    pub(super) missing: Vec<(ObjectId, String)>,
    /// The object that was read last.
    buffer: Vec<u8>,
    scratch: Vec<u8>,
}

impl<'a> Walk<'a> {
    pub(super) fn new(objects: &'a dyn objs::Find, shallow: &'a HashSet<ObjectId>) -> Self {
        Self {
            objects,
            shallow,
            nodes: HashMap::new(),
            queue: BinaryHeap::new(),
            open: 0,
            others: Vec::new(),
            missing: Vec::new(),
            buffer: Vec::new(),
            scratch: Vec::new(),
        }
    }

    /// Returns true when nothing is to be walked.
    pub(super) fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }

    /// Starts at `id`, a commit or a tag. Known ones that are not there do not matter.
    pub(super) fn start(&mut self, id: ObjectId, known: bool) {
        let mut at = id;
        for _ in 0..MAX_TAGS {
            let Some(kind) = self.read(&at) else {
                if !known {
                    self.missing.push((at, "what is pushed".to_owned()));
                }
                return;
            };
            match kind {
                Kind::Commit => return self.meet(at, known, None),
                Kind::Tag => {
                    let parts = Parts::of(&self.buffer);
                    let target = parts.header("object").next();
                    let target = target.and_then(|hex| ObjectId::from_hex(hex).ok());
                    if !known {
                        self.others.push(Other::Tag(at, self.buffer.clone()));
                    }
                    match target {
                        Some(target) => at = target,
                        None => return,
                    }
                }
                Kind::Tree if !known => return self.others.push(Other::Tree(at)),
                Kind::Blob if !known => return self.others.push(Other::Blob(at)),
                Kind::Tree | Kind::Blob => return,
            }
        }
        if !known {
            let reason = format!("more than {MAX_TAGS} tags in a row");
            self.missing.push((at, reason));
        }
    }

    /// Walks, and returns the new commits: parents first as far as their dates say.
    pub(super) fn run(mut self) -> (Vec<Found>, Vec<Other>, Vec<(ObjectId, String)>) {
        let (mut order, mut slop) = (Vec::new(), SLOP);
        while slop > 0
            && let Some((_, id)) = self.queue.pop()
        {
            let Some(node) = self.nodes.get_mut(&id) else {
                continue;
            };
            node.done = true;
            let (known, parents) = (node.known, node.parents.clone());
            if !known {
                self.open -= 1;
                order.push(id);
            }
            for parent in parents {
                self.meet(parent, known, Some(id));
            }
            slop = if self.open == 0 { slop - 1 } else { SLOP };
        }
        let mut found = Vec::new();
        for id in order.into_iter().rev() {
            if let Some(node) = self.nodes.remove(&id).filter(|node| !node.known) {
                found.push(Found {
                    id,
                    tree: node.tree,
                    parents: node.parents,
                    bytes: node.bytes,
                });
            }
        }
        (found, self.others, self.missing)
    }

    fn read(&mut self, id: &ObjectId) -> Option<Kind> {
        let found = self.objects.try_find(id, &mut self.scratch).ok()??;
        self.buffer.clear();
        self.buffer.extend_from_slice(found.data);
        Some(found.kind)
    }

    /// Meets a commit that `child` names.
    fn meet(&mut self, id: ObjectId, known: bool, child: Option<ObjectId>) {
        if let Some(node) = self.nodes.get(&id) {
            if known && !node.known {
                self.learn(id);
            }
            return;
        }
        if self.read(&id) != Some(Kind::Commit) {
            if !known {
                let by = child.map_or_else(String::new, |child| format!("a parent of {child}"));
                self.missing.push((id, by));
            }
            return;
        }
        let parts = Parts::of(&self.buffer);
        let ids = |name| {
            let hex = parts.header(name);
            hex.filter_map(|hex| ObjectId::from_hex(hex).ok())
        };
        let parents = if self.shallow.contains(&id) {
            Vec::new()
        } else {
            ids("parent").collect()
        };
        let node = Node {
            parents,
            known,
            done: false,
            tree: ids("tree").next(),
            bytes: if known {
                Vec::new()
            } else {
                self.buffer.clone()
            },
        };
        self.queue.push((parts.committed_seconds(), id));
        self.open += usize::from(!known);
        self.nodes.insert(id, node);
    }

    /// Takes note that `id`, which seemed new, is known, and so is all that it was made from.
    fn learn(&mut self, id: ObjectId) {
        let mut stack = vec![id];
        while let Some(id) = stack.pop() {
            let Some(node) = self.nodes.get_mut(&id).filter(|node| !node.known) else {
                continue;
            };
            node.known = true;
            node.bytes = Vec::new();
            if node.done {
                stack.extend_from_slice(&node.parents);
            } else {
                self.open -= 1;
            }
        }
    }
}
