//! What the next commit adds: the index against HEAD.
//!
//! Objects are compared, no diff is made, and no program is run. The index remembers the tree id of every folder that
//! did not change since it was last written as a tree (the cache-tree extension,
//! <https://git-scm.com/docs/index-format#_cache_tree>), so a folder whose remembered id is the one HEAD has is passed
//! over without reading anything; only the trees on the way to a change are read.

mod merged;
mod tree;

use std::ops::Range;

use bstr::{BStr, ByteSlice as _};
use gix::{
    ObjectId,
    index::{Entry, File, decode, entry, extension},
    objs::{self, FindExt as _, TreeRef},
};

pub use super::blobs::Wanted;
use super::{
    MakeVisitor, blobs,
    changes::{Change, Comparer, Step, blob, folder},
    error::{Cause, Error},
    head,
    objects::Objects,
    repository::Repository,
};
use crate::finding::SourceKind;

/// How the index is read.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// The most bytes of one blob; larger ones are skipped and named.
    pub max_blob_bytes: u64,
    /// The most threads; 0 means 1.
    pub threads: usize,
}

/// Hands over every blob of the index that HEAD does not have at the same path.
///
/// Deletions give nothing. An entry that was only announced (`git add --intent-to-add`) has no content yet and gives
/// nothing. All sides of a conflict are read.
///
/// # Errors
///
/// When the index, HEAD or the object database cannot be opened. A blob that cannot be read is named to the visitor.
pub fn scan(
    repository: &Repository,
    options: Options,
    make_visitor: &MakeVisitor<'_>,
) -> Result<(), Error> {
    let staged = staged(repository, &[])?.step.changes.into_iter();
    let wanted = staged.filter_map(|Change { path, new, .. }| new.map(|id| Wanted { path, id }));
    read(
        repository,
        &wanted.collect::<Vec<_>>(),
        options,
        make_visitor,
    )
}

/// Hands over `blobs`, each under the path that stands beside its id.
///
/// # Errors
///
/// When the object database cannot be opened. A blob that cannot be read is named to the visitor.
pub fn read(
    repository: &Repository,
    blobs: &[Wanted],
    options: Options,
    make_visitor: &MakeVisitor<'_>,
) -> Result<(), Error> {
    blobs::read(repository, blobs, SourceKind::Index, options, make_visitor)
}

/// Reads the index file, or gives none when there is none yet.
///
/// The checksum is not verified: git itself leaves that to fsck, and it would double the time of a hook.
pub(super) fn open(repository: &Repository) -> Result<Option<File>, Error> {
    if !repository.index_file.exists() {
        return Ok(None);
    }
    File::at(
        &repository.index_file,
        repository.hash,
        true,
        decode::Options {
            thread_limit: Some(1),
            ..decode::Options::default()
        },
    )
    .map(Some)
    .map_err(|source| Error::Index {
        path: repository.index_file.clone(),
        source: source.into(),
    })
}

/// What the next commit is made of.
#[derive(Debug, Default)]
pub struct Staged {
    /// What it changes.
    pub step: Step,
    /// Its tree, as [`tree_id`] tells it.
    pub tree: Option<ObjectId>,
}

/// Returns what the next commit changes: the index against HEAD and, where a merge goes on, the commits that are `merged`.
///
/// # Errors
///
/// When the index, HEAD, a tree or the object database cannot be read.
pub fn staged(repository: &Repository, merged: &[ObjectId]) -> Result<Staged, Error> {
    let Some(index) = open(repository)? else {
        let tree = Some(ObjectId::empty_tree(repository.hash));
        let step = Step::default();
        return Ok(Staged { step, tree });
    };
    let objects = Objects::open(repository)?;
    let tree = head::tree(repository, &objects)?;
    let mut walk = Walk {
        objects: &objects,
        index: &index,
        comparer: Comparer::default(),
        step: Step::default(),
    };
    let fail = |source| Error::Head {
        git_dir: repository.git_dir.clone(),
        source,
    };
    walk.folder(tree, index.tree(), 0..index.entries().len(), 0)
        .map_err(fail)?;
    if let Some(trouble) = walk.comparer.trouble.pop() {
        return Err(fail(trouble.reason.into()));
    }
    let mut step = walk.step;
    if !merged.is_empty() {
        merged::leave_out(&objects, merged, &mut step).map_err(fail)?;
    }
    let tree = tree::id(&index, repository.hash);
    Ok(Staged { step, tree })
}

/// Returns the id of the tree that git would write of the index; none when it cannot be told without writing objects, or when there
/// are conflicts.
///
/// # Errors
///
/// When the index cannot be read.
pub fn tree_id(repository: &Repository) -> Result<Option<ObjectId>, Error> {
    let Some(index) = open(repository)? else {
        return Ok(Some(ObjectId::empty_tree(repository.hash)));
    };
    Ok(tree::id(&index, repository.hash))
}

struct Walk<'a> {
    objects: &'a dyn objs::Find,
    index: &'a File,
    comparer: Comparer<'a>,
    step: Step,
}

impl Walk<'_> {
    /// Compares the entries `range`, all below a folder whose path with its slash has `prefix` bytes, with the tree that
    /// HEAD has there.
    fn folder(
        &mut self,
        head: Option<ObjectId>,
        cached: Option<&extension::Tree>,
        range: Range<usize>,
        prefix: usize,
    ) -> Result<(), Cause> {
        if let (Some(head), Some(cached)) = (head, cached)
            && cached.id == head
            && cached
                .num_entries
                .is_some_and(|n| n as usize == range.len())
        {
            return Ok(());
        }
        let mut buffer = Vec::new();
        let tree = match &head {
            Some(id) => self.objects.find_tree(id, &mut buffer)?,
            None => TreeRef::empty(),
        };
        let (index, mut at) = (self.index, range.start);
        let at_path = match index.entries().get(range.start) {
            Some(entry) => entry.path(index)[..prefix].as_bstr(),
            None => BStr::new(""),
        };
        let mut there: Vec<(&BStr, bool)> = Vec::new();
        while at < range.end {
            let entry = &index.entries()[at];
            let path = entry.path(index);
            let name = path[prefix..].as_bstr();
            let Some(slash) = name.find_byte(b'/') else {
                there.push((name, false));
                self.file(entry, path, blob(&tree, name));
                at += 1;
                continue;
            };
            let (inner, below) = (path[..=prefix + slash].as_bstr(), name[..slash].as_bstr());
            there.push((below, true));
            let in_head = folder(&tree, below);
            if entry.mode == entry::Mode::DIR && inner.len() == path.len() {
                // A sparse index keeps a folder outside the checkout as one entry with its tree.
                let old: Vec<ObjectId> = in_head.into_iter().collect();
                (self.comparer).below(self.objects, Some(entry.id), &old, inner, &mut self.step);
                at += 1;
                continue;
            }
            let rest = &index.entries()[at..range.end];
            let end = at + rest.partition_point(|e| e.path(index).starts_with(inner));
            let child =
                cached.and_then(|node| node.children.iter().find(|child| child.name[..] == *below));
            self.folder(in_head, child, at..end, inner.len())?;
            at = end;
        }
        self.gone(&tree, there, at_path);
        Ok(())
    }

    fn file(&mut self, entry: &Entry, path: &BStr, in_head: Option<ObjectId>) {
        let is_blob = matches!(
            entry.mode,
            entry::Mode::FILE | entry::Mode::FILE_EXECUTABLE | entry::Mode::SYMLINK
        );
        if !is_blob
            || in_head == Some(entry.id)
            || entry.flags.contains(entry::Flags::INTENT_TO_ADD)
        {
            return;
        }
        // The sides of a conflict follow each other and may be the same blob.
        let last = self.step.changes.last();
        if !last.is_some_and(|last| last.new == Some(entry.id) && last.path == path) {
            self.step.changes.push(Change {
                path: path.into(),
                new: Some(entry.id),
                old: in_head.into_iter().collect(),
            });
        }
    }

    /// Takes note of what HEAD has at `path`, and the index has not: `there` are the files and folders that it has.
    fn gone(&mut self, tree: &TreeRef<'_>, mut there: Vec<(&BStr, bool)>, path: &BStr) {
        there.sort_unstable();
        for entry in &tree.entries {
            let (name, is_tree) = (entry.filename, entry.mode.is_tree());
            let is_file = entry.mode.is_blob_or_symlink();
            if !is_tree && !is_file || there.binary_search(&(name, is_tree)).is_ok() {
                continue;
            }
            let id = entry.oid.to_owned();
            let mut full = path.to_owned();
            full.extend_from_slice(name);
            if is_file {
                self.step.changes.push(Change {
                    path: full,
                    new: None,
                    old: vec![id],
                });
                continue;
            }
            full.push(b'/');
            let (objects, step) = (self.objects, &mut self.step);
            self.comparer
                .below(objects, None, &[id], full.as_ref(), step);
        }
    }
}
