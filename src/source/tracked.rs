//! The files the index names, to find those that a walk with ignore rules passed over.

use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
    sync::atomic::{AtomicBool, Ordering},
};

use bstr::{BString, ByteSlice as _};
use gix::index::{Entry, File, entry};

use super::{
    MakeVisitor, Visitor,
    error::Error,
    index,
    open::{FileReader, special},
    reason,
    repository::Repository,
    share::share,
    skip,
};
use crate::finding::SourceKind;

/// The tracked files below a folder, each with a mark for having been met.
pub(super) struct Tracked {
    paths: Vec<BString>,
    places: HashMap<BString, usize>,
    met: Vec<AtomicBool>,
}

impl Tracked {
    /// Reads the index of `repository`; `prefix` is the folder, from the work tree's root, with its slash.
    pub(super) fn below(repository: &Repository, prefix: &[u8]) -> Result<Self, Error> {
        let index = index::open(repository)?;
        let paths = index
            .as_ref()
            .map_or_else(Vec::new, |file| select(file, prefix));
        Ok(Self {
            places: paths.iter().cloned().zip(0..).collect(),
            met: paths.iter().map(|_| AtomicBool::new(false)).collect(),
            paths,
        })
    }

    /// Takes note that the walk has met `path`, given from the folder on.
    pub(super) fn meet(&self, path: &[u8]) {
        if let Some(place) = self.places.get(path.as_bstr()) {
            self.met[*place].store(true, Ordering::Relaxed);
        }
    }

    /// Hands over the files that were not met. `root` is the folder on disk, `shown` what goes before the paths.
    ///
    /// A file that is not on disk is not named: it was deleted or lies outside a sparse checkout, and what is on disk
    /// was asked for.
    pub(super) fn rest(
        &self,
        root: &Path,
        shown: &[u8],
        max_file_bytes: u64,
        threads: usize,
        make_visitor: &MakeVisitor<'_>,
    ) {
        let rest: Vec<&BString> = self
            .paths
            .iter()
            .zip(&self.met)
            .filter(|(_, met)| !met.load(Ordering::Relaxed))
            .map(|(path, _)| path)
            .collect();
        // A thread is worth its start from some dozens of files on.
        share(
            (&rest, "file"),
            threads.min(rest.len().div_ceil(32)),
            make_visitor,
            || {
                (
                    FileReader::new(max_file_bytes, SourceKind::Worktree),
                    HashMap::new(),
                )
            },
            |path, (reader, folders), visitor| {
                let name = [shown, path].concat();
                one(root, path, name.as_bstr(), reader, folders, visitor);
            },
        );
    }
}

/// Returns the paths of the files below `prefix`, each once.
fn select(index: &File, prefix: &[u8]) -> Vec<BString> {
    let is_file = |entry: &Entry| {
        matches!(
            entry.mode,
            entry::Mode::FILE | entry::Mode::FILE_EXECUTABLE | entry::Mode::SYMLINK
        )
    };
    let mut paths: Vec<BString> = index
        .entries()
        .iter()
        .filter(|entry| is_file(entry))
        .filter_map(|entry| entry.path(index).strip_prefix(prefix))
        .map(BString::from)
        .collect();
    paths.dedup();
    paths
}

fn one(
    root: &Path,
    path: &BString,
    shown: &bstr::BStr,
    reader: &mut FileReader,
    folders: &mut HashMap<PathBuf, bool>,
    visitor: &mut dyn Visitor,
) {
    let Ok(relative) = path.to_path() else {
        return skip(visitor, shown, "no file can have this name here", true);
    };
    // The index is only a file, and somebody else's file at that.
    let safe = relative
        .components()
        .all(|part| matches!(part, std::path::Component::Normal(name) if name != ".git"));
    if !safe {
        return skip(visitor, shown, "not a path of a work tree", true);
    }
    // A folder that is a link by now is not followed: the files are not there any more.
    let parents = relative
        .ancestors()
        .skip(1)
        .filter(|p| !p.as_os_str().is_empty());
    for parent in parents {
        let real = folders.entry(parent.into()).or_insert_with(|| {
            fs::symlink_metadata(root.join(parent)).is_ok_and(|meta| meta.is_dir())
        });
        if !*real {
            return;
        }
    }
    let file = root.join(relative);
    match fs::symlink_metadata(&file) {
        Ok(meta) if meta.is_file() => reader.read(&file, shown, visitor),
        Ok(meta) => {
            if let Some(name) = special(meta.file_type()) {
                skip(visitor, shown, name, false);
            }
        }
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => {}
        Err(e) => skip(visitor, shown, reason(&e), true),
    }
}
