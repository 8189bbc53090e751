//! What the next commit adds: the index against HEAD.
//!
//! Objects are compared, no diff is made, and no program is run. The index remembers the tree id of every folder that
//! did not change since it was last written as a tree (the cache-tree extension,
//! <https://git-scm.com/docs/index-format#_cache_tree>), so a folder whose remembered id is the one HEAD has is passed
//! over without reading anything; only the trees on the way to a change are read.

use std::ops::Range;

use bstr::{BStr, ByteSlice as _};
use gix::{
    ObjectId,
    index::{Entry, File, decode, entry, extension},
    objs::{self, FindExt as _, TreeRef, tree::EntryKind},
};

pub use super::blobs::Wanted;
use super::{
    MakeVisitor, blobs,
    error::{Cause, Error},
    head,
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
    read(repository, &staged(repository)?, options, make_visitor)
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

/// Returns what the index has and HEAD has not.
fn staged(repository: &Repository) -> Result<Vec<Wanted>, Error> {
    let Some(index) = open(repository)? else {
        return Ok(Vec::new());
    };
    let objects = head::objects(repository)?;
    let tree = head::tree(repository, &objects)?;
    let mut walk = Walk {
        objects: &objects,
        index: &index,
        wanted: Vec::new(),
    };
    walk.folder(tree, index.tree(), 0..index.entries().len(), 0)
        .map_err(|source| Error::Head {
            git_dir: repository.git_dir.clone(),
            source,
        })?;
    Ok(walk.wanted)
}

struct Walk<'a> {
    objects: &'a dyn objs::Find,
    index: &'a File,
    wanted: Vec<Wanted>,
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
        let tree = Lookup::new(&tree);
        let (index, mut at) = (self.index, range.start);
        while at < range.end {
            let entry = &index.entries()[at];
            let path = entry.path(index);
            let name = &path[prefix..];
            let Some(slash) = name.find_byte(b'/') else {
                self.file(entry, path, tree.blob(name));
                at += 1;
                continue;
            };
            let (folder, below) = (path[..=prefix + slash].as_bstr(), &name[..slash]);
            if entry.mode == entry::Mode::DIR && folder.len() == path.len() {
                // A sparse index keeps a folder outside the checkout as one entry with its tree.
                self.tree(tree.tree(below), entry.id, folder)?;
                at += 1;
                continue;
            }
            let rest = &index.entries()[at..range.end];
            let end = at + rest.partition_point(|e| e.path(index).starts_with(folder));
            let child =
                cached.and_then(|node| node.children.iter().find(|child| child.name[..] == *below));
            self.folder(tree.tree(below), child, at..end, folder.len())?;
            at = end;
        }
        Ok(())
    }

    fn file(&mut self, entry: &Entry, path: &BStr, in_head: Option<ObjectId>) {
        let blob = matches!(
            entry.mode,
            entry::Mode::FILE | entry::Mode::FILE_EXECUTABLE | entry::Mode::SYMLINK
        );
        if !blob || in_head == Some(entry.id) || entry.flags.contains(entry::Flags::INTENT_TO_ADD) {
            return;
        }
        // The sides of a conflict follow each other and may be the same blob.
        let seen = self
            .wanted
            .last()
            .is_some_and(|last| last.id == entry.id && last.path == path);
        if !seen {
            self.wanted.push(Wanted {
                path: path.into(),
                id: entry.id,
            });
        }
    }

    /// Compares a tree with the one HEAD has at `prefix`, which ends with a slash.
    fn tree(&mut self, head: Option<ObjectId>, new: ObjectId, prefix: &BStr) -> Result<(), Cause> {
        if head == Some(new) {
            return Ok(());
        }
        let (mut old_buffer, mut new_buffer) = (Vec::new(), Vec::new());
        let old = match &head {
            Some(id) => self.objects.find_tree(id, &mut old_buffer)?,
            None => TreeRef::empty(),
        };
        let old = Lookup::new(&old);
        for entry in &self.objects.find_tree(&new, &mut new_buffer)?.entries {
            let mut path = prefix.to_owned();
            path.extend_from_slice(entry.filename);
            let id = entry.oid.to_owned();
            match entry.mode.kind() {
                EntryKind::Tree => {
                    path.push(b'/');
                    self.tree(old.tree(entry.filename), id, path.as_ref())?;
                }
                EntryKind::Commit => {}
                EntryKind::Blob | EntryKind::BlobExecutable | EntryKind::Link => {
                    if old.blob(entry.filename) != Some(id) {
                        self.wanted.push(Wanted { path, id });
                    }
                }
            }
        }
        Ok(())
    }
}

/// Finds names in a tree.
struct Lookup<'a>(&'a TreeRef<'a>);

impl<'a> Lookup<'a> {
    fn new(tree: &'a TreeRef<'a>) -> Self {
        Self(tree)
    }

    fn tree(&self, name: &[u8]) -> Option<ObjectId> {
        self.0
            .bisect_entry(name.as_bstr(), true)
            .filter(|entry| entry.mode.is_tree())
            .map(|entry| entry.oid.to_owned())
    }

    fn blob(&self, name: &[u8]) -> Option<ObjectId> {
        self.0
            .bisect_entry(name.as_bstr(), false)
            .filter(|entry| entry.mode.is_blob_or_symlink())
            .map(|entry| entry.oid.to_owned())
    }
}
