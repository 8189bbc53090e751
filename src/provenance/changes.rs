//! What differs between two trees.

use std::collections::HashSet;

use bstr::{BString, ByteSlice as _};

use super::{
    Limit,
    items::{Item, Version, View},
    paths::PathId,
};
use crate::source::history::graph::{BlobIndex, Child, CommitIndex, Graph, NameIndex, TreeIndex};

/// The items of which one of two trees shows more.
#[derive(Default)]
pub(super) struct Changes {
    /// Those that the new tree shows and the old one does not.
    pub(super) gained: Vec<(Item, Version)>,
    /// Those that the old tree shows and the new one does not.
    pub(super) lost: Vec<Item>,
}

impl Changes {
    /// Takes out what was gained in one place and lost in another: a note that went to another folder.
    fn settle(&mut self) {
        let lost: HashSet<Item> = self.lost.iter().copied().collect();
        let both: HashSet<Item> = (self.gained.iter().map(|(item, _)| *item))
            .filter(|item| lost.contains(item))
            .collect();
        if !both.is_empty() {
            self.gained.retain(|(item, _)| !both.contains(item));
            self.lost.retain(|item| !both.contains(item));
        }
    }
}

/// A pair of trees whose comparison is under way. They are kept on a stack of our own: its height is that of the longest path.
struct Level<'g> {
    old: &'g [(NameIndex, Child)],
    new: &'g [(NameIndex, Child)],
    path: PathId,
    /// The digits of the folders above, where notes may lie in this one.
    notes: Option<BString>,
}

/// An entry in which two trees differ.
struct Entry {
    name: NameIndex,
    old: Option<Child>,
    new: Option<Child>,
}

/// What an entry that differs costs, in the units of [`super::Options::max_work`]: its path and its versions are looked up, in tables
/// larger than the processor's caches at the worst (`all_files_in_every_commit` of `benches/provenance.rs`).
const WORK_OF_AN_ENTRY: u64 = 250;

impl<'g> Level<'g> {
    fn new(
        graph: &'g Graph,
        old: Option<TreeIndex>,
        new: Option<TreeIndex>,
        path: PathId,
        notes: Option<BString>,
    ) -> Self {
        let entries = |tree: Option<TreeIndex>| {
            tree.map_or(&[][..], |tree| &graph.trees[tree.0 as usize].entries)
        };
        Self {
            old: entries(old),
            new: entries(new),
            path,
            notes,
        }
    }

    /// Drops the entries that both trees begin with and returns how many they are.
    fn skip_equal(&mut self) -> usize {
        let pairs = self.old.iter().zip(self.new);
        let equal = pairs.take_while(|(old, new)| old == new).count();
        self.old = &self.old[equal..];
        self.new = &self.new[equal..];
        equal
    }

    /// Takes the next entry, which differs when [`Self::skip_equal`] was called before.
    fn next(&mut self) -> Option<Entry> {
        let (old, new) = (self.old.first().copied(), self.new.first().copied());
        let name = [old, new].iter().flatten().map(|(name, _)| *name).min()?;
        let take = |entry: Option<(NameIndex, Child)>, from: &mut &'g [(NameIndex, Child)]| {
            let (_, child) = entry.filter(|(entry, _)| *entry == name)?;
            *from = &from[1..];
            Some(child)
        };
        Some(Entry {
            name,
            old: take(old, &mut self.old),
            new: take(new, &mut self.new),
        })
    }
}

impl View<'_, '_> {
    /// Finds out what the tree `new` gained and lost against `old`. When a limit ends that, `out` has what was found until then.
    pub(super) fn changes(
        &mut self,
        old: Option<TreeIndex>,
        new: Option<TreeIndex>,
        out: &mut Changes,
    ) -> Result<(), Limit> {
        self.differences(old, new, false, out)
    }

    /// Does the same with the trees of commits of which `new` belongs to `commit`: they may hold notes.
    pub(super) fn changes_in(
        &mut self,
        commit: CommitIndex,
        old: Option<TreeIndex>,
        new: Option<TreeIndex>,
        out: &mut Changes,
    ) -> Result<(), Limit> {
        if !self.notes.has(commit) {
            return self.differences(old, new, false, out);
        }
        let result = self.differences(old, new, true, out);
        out.settle();
        result
    }

    fn differences(
        &mut self,
        old: Option<TreeIndex>,
        new: Option<TreeIndex>,
        has_notes: bool,
        out: &mut Changes,
    ) -> Result<(), Limit> {
        out.gained.clear();
        out.lost.clear();
        if old == new {
            return Ok(());
        }
        let top = has_notes.then(BString::default);
        let mut levels = vec![Level::new(self.graph, old, new, PathId::TOP, top)];
        while let Some(level) = levels.last_mut() {
            self.spend(level.skip_equal() as u64)?;
            let Some(entry) = level.next() else {
                levels.pop();
                continue;
            };
            self.spend(WORK_OF_AN_ENTRY)?;
            let path = match self.paths.child(level.path, entry.name) {
                Ok(path) => path,
                Err(limit @ Limit::PathLength) => {
                    self.limits.insert(limit);
                    continue;
                }
                Err(limit) => return Err(limit),
            };
            let above = level.notes.as_ref().map(|digits| &digits[..]);
            let name = self.paths.entry(entry.name);
            let folder = self.notes.folder(above, name);
            let id = above.map(|digits| [digits, name].concat());
            let id = id.filter(|id| self.notes.is_id(id));
            let blob_path = match id {
                Some(id) => self.paths.parse(id.as_bstr())?,
                None => path,
            };
            self.compare(blob_path, blob(entry.old), blob(entry.new), out)?;
            let (old, new) = (tree(entry.old), tree(entry.new));
            if old.is_some() || new.is_some() {
                levels.push(Level::new(self.graph, old, new, path, folder));
            }
        }
        Ok(())
    }

    fn compare(
        &mut self,
        path: PathId,
        old: Option<BlobIndex>,
        new: Option<BlobIndex>,
        out: &mut Changes,
    ) -> Result<(), Limit> {
        let mut before = match old {
            Some(blob) => self.sightings(blob, path)?.peekable(),
            None => (0..0).peekable(),
        };
        if let Some(blob) = new {
            for seen in self.sightings(blob, path)? {
                let item = self.seen(seen);
                while let Some(lost) = before.next_if(|at| self.seen(*at) < item) {
                    out.lost.push(self.seen(lost));
                }
                if before.next_if(|at| self.seen(*at) == item).is_none() {
                    out.gained.push((item, Version { blob, seen }));
                }
            }
        }
        out.lost.extend(before.map(|at| self.seen(at)));
        Ok(())
    }
}

fn blob(child: Option<Child>) -> Option<BlobIndex> {
    match child? {
        Child::Blob(blob) => Some(blob),
        Child::Tree(_) => None,
    }
}

fn tree(child: Option<Child>) -> Option<TreeIndex> {
    match child? {
        Child::Tree(tree) => Some(tree),
        Child::Blob(_) => None,
    }
}
