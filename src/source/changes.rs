//! What differs between a tree and those it was made from.

mod trees;

use std::collections::HashMap;

use bstr::{BStr, BString, ByteSlice as _};
use gix::{
    ObjectId,
    objs::{
        self, TreeRef,
        tree::{EntryKind, EntryRef},
    },
};

use self::trees::Trees;
use super::interrupt::{self, Interrupt};

/// How deep trees may be nested; git's own limit is 2048 (`core.maxTreeDepth`, git-config(1)).
const MAX_DEPTH: usize = 4096;

/// A file that a commit, or the next one, changes against each of its parents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Where it stands.
    pub path: BString,
    /// Its new blob; none when it is gone.
    pub new: Option<ObjectId>,
    /// The blobs that parents have there, each once.
    pub old: Vec<ObjectId>,
}

/// What one commit changes, sorted by path.
#[derive(Debug, Default)]
pub struct Step {
    /// The files.
    pub changes: Vec<Change>,
    /// The submodules that get another commit, whose objects are in a repository of their own.
    pub submodules: Vec<BString>,
}

/// Why trees could not be compared.
#[derive(Debug)]
pub(super) struct Trouble {
    /// The tree.
    pub(super) path: BString,
    pub(super) reason: String,
}

/// In how many places the same trees are compared. More often the files say nothing new, but a hostile tree may stand in billions.
const MAX_PLACES: u32 = 100;

/// Compares trees, the same ones in [`MAX_PLACES`] places at most.
#[derive(Default)]
pub(super) struct Comparer<'a> {
    seen: HashMap<(Option<ObjectId>, Vec<ObjectId>), u32>,
    pub(super) trouble: Vec<Trouble>,
    trees: Trees,
    interrupt: Option<&'a Interrupt>,
}

/// Trees at one path that are yet to be compared.
struct Level {
    new: Option<ObjectId>,
    old: Vec<ObjectId>,
    path: BString,
    depth: usize,
}

impl<'a> Comparer<'a> {
    pub(super) fn new(interrupt: Option<&'a Interrupt>) -> Self {
        Self {
            interrupt,
            ..Self::default()
        }
    }

    /// Returns the files of `new` that none of the trees `old` has as they are, and those that only `old` have.
    pub(super) fn step(
        &mut self,
        objects: &dyn objs::Find,
        new: Option<ObjectId>,
        old: &[ObjectId],
    ) -> Step {
        let mut step = Step::default();
        self.below(objects, new, old, BStr::new(""), &mut step);
        step.changes.sort_by(|a, b| a.path.cmp(&b.path));
        step
    }

    /// Does the same below the folder `path`, which ends with a slash unless it is empty.
    pub(super) fn below(
        &mut self,
        objects: &dyn objs::Find,
        new: Option<ObjectId>,
        old: &[ObjectId],
        path: &BStr,
        step: &mut Step,
    ) {
        let mut levels = vec![Level {
            new,
            old: old.to_vec(),
            path: path.to_owned(),
            depth: 0,
        }];
        while let Some(level) = levels.pop() {
            if self.interrupt.is_some_and(Interrupt::is_raised) {
                self.trouble.push(Trouble {
                    path: level.path,
                    reason: interrupt::THE_REST.to_owned(),
                });
                return;
            }
            if level.new.is_some_and(|new| level.old.contains(&new)) {
                continue;
            }
            let places = self.seen.entry((level.new, level.old.clone())).or_default();
            *places += 1;
            if *places > MAX_PLACES {
                continue;
            }
            if let Err(reason) = compare(objects, &mut self.trees, &level, &mut levels, step) {
                self.trouble.push(Trouble {
                    path: level.path,
                    reason,
                });
            }
        }
    }
}

/// Compares one level, and leaves the folders below it in `levels`.
fn compare(
    objects: &dyn objs::Find,
    trees: &mut Trees,
    level: &Level,
    levels: &mut Vec<Level>,
    step: &mut Step,
) -> Result<(), String> {
    if level.depth > MAX_DEPTH {
        return Err(format!("trees nested deeper than {MAX_DEPTH}"));
    }
    let ids = level.new.iter().chain(&level.old);
    let bytes = ids
        .map(|id| Ok((*id, trees.read(objects, id)?)))
        .collect::<Result<Vec<_>, String>>()?;
    let mut read = bytes.iter().map(|(id, bytes)| {
        TreeRef::from_bytes(bytes, id.kind()).map_err(|error| format!("tree {id}: {error}"))
    });
    let new = match level.new {
        Some(_) => read.next().transpose()?.unwrap_or(TreeRef::empty()),
        None => TreeRef::empty(),
    };
    let old = read.collect::<Result<Vec<TreeRef<'_>>, _>>()?;
    let mut before: Vec<Cursor<'_, '_>> = old.iter().map(Cursor::new).collect();
    let path = |name: &BStr, end: &[u8]| BString::from([&level.path[..], name, end].concat());
    for entry in &new.entries {
        let (name, id) = (entry.filename, entry.oid.to_owned());
        match entry.mode.kind() {
            EntryKind::Commit => {
                let is_same = |tree: &mut Cursor<'_, '_>| {
                    let entry = tree.find(name, false);
                    entry.is_some_and(|entry| entry.mode.is_commit() && entry.oid == id)
                };
                if !before.iter_mut().any(is_same) {
                    step.submodules.push(path(name, b""));
                }
            }
            EntryKind::Tree => levels.push(Level {
                new: Some(id),
                old: distinct(before.iter_mut().filter_map(|tree| tree.folder(name))),
                path: path(name, b"/"),
                depth: level.depth + 1,
            }),
            EntryKind::Blob | EntryKind::BlobExecutable | EntryKind::Link => {
                let old = distinct(before.iter_mut().filter_map(|tree| tree.blob(name)));
                if !old.contains(&id) {
                    step.changes.push(Change {
                        path: path(name, b""),
                        new: Some(id),
                        old,
                    });
                }
            }
        }
    }
    let mut gone: Vec<(&BStr, bool)> = Vec::new();
    let mut after = Cursor::new(&new);
    for entry in old.iter().flat_map(|tree| &tree.entries) {
        let is_tree = entry.mode.is_tree();
        let there = after.find(entry.filename, is_tree);
        let stays = there.is_some_and(|there| there.mode.is_tree() == is_tree);
        if (is_tree || entry.mode.is_blob_or_symlink()) && !stays {
            gone.push((entry.filename, is_tree));
        }
    }
    gone.sort_unstable();
    gone.dedup();
    for (name, is_tree) in gone {
        if is_tree {
            levels.push(Level {
                new: None,
                old: distinct(old.iter().filter_map(|tree| folder(tree, name))),
                path: path(name, b"/"),
                depth: level.depth + 1,
            });
        } else {
            step.changes.push(Change {
                path: path(name, b""),
                new: None,
                old: distinct(old.iter().filter_map(|tree| blob(tree, name))),
            });
        }
    }
    Ok(())
}

/// Finds entries of a tree quickly that are asked for in the order in which they stand.
struct Cursor<'t, 'a> {
    tree: &'t TreeRef<'a>,
    /// Where the next one is expected.
    at: usize,
}

impl<'t, 'a> Cursor<'t, 'a> {
    fn new(tree: &'t TreeRef<'a>) -> Self {
        Self { tree, at: 0 }
    }

    /// Returns the same as [`TreeRef::bisect_entry`].
    fn find(&mut self, name: &BStr, is_tree: bool) -> Option<EntryRef<'a>> {
        let entries = &self.tree.entries;
        // One that is new or gone shifts those behind it by one.
        for at in self.at..self.at + 2 {
            let entry = entries.get(at);
            let is_it =
                |entry: &&EntryRef<'a>| entry.filename == name && entry.mode.is_tree() == is_tree;
            if let Some(found) = entry.filter(is_it) {
                self.at = at + 1;
                return Some(*found);
            }
        }
        let found = self.tree.bisect_entry(name, is_tree)?;
        self.at = entries.binary_search(&found).map_or(self.at, |at| at + 1);
        Some(found)
    }

    fn folder(&mut self, name: &BStr) -> Option<ObjectId> {
        let found = self.find(name, true)?;
        found.mode.is_tree().then(|| found.oid.to_owned())
    }

    fn blob(&mut self, name: &BStr) -> Option<ObjectId> {
        let found = self.find(name, false)?;
        found
            .mode
            .is_blob_or_symlink()
            .then(|| found.oid.to_owned())
    }
}

/// Returns the folder `name` of a tree.
pub(super) fn folder(tree: &TreeRef<'_>, name: &[u8]) -> Option<ObjectId> {
    Cursor::new(tree).folder(name.as_bstr())
}

/// Returns the file or link `name` of a tree.
pub(super) fn blob(tree: &TreeRef<'_>, name: &[u8]) -> Option<ObjectId> {
    Cursor::new(tree).blob(name.as_bstr())
}

fn distinct(ids: impl Iterator<Item = ObjectId>) -> Vec<ObjectId> {
    let mut ids: Vec<ObjectId> = ids.collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}
