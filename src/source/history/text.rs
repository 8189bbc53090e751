//! The text that git keeps around its objects: reflogs, configuration, hooks, notes of commands in progress, names of refs.
//!
//! People put credentials there without a thought: in the URL of a remote, in `http.extraHeader`, in the message of a
//! stash. All files at the top of git's folder are read but for those that are no text or are read otherwise; below it,
//! the folders where git itself writes text.

mod includes;

use std::{collections::BTreeSet, path::PathBuf};

use bstr::{BStr, BString, ByteSlice as _};

use super::{
    super::{
        Blob, Content, Visitor,
        open::{FileReader, special},
        reason,
        repository::Repository,
        skip,
    },
    folder::{self, Entry, Links},
    refs::Refs,
    worktrees::{self, GitDir},
};
use crate::finding::{Skipped, SourceKind};

/// The folders with text, in each worktree's own part.
const FOLDERS: [&str; 10] = [
    "NOTES_MERGE_WORKTREE",
    "branches",
    "hooks",
    "info",
    "logs",
    "rebase-apply",
    "rebase-merge",
    "remotes",
    "rr-cache",
    "sequencer",
];

/// The files of the object database that name other places, with the credentials for them.
const IN_OBJECTS: [&str; 2] = ["alternates", "http-alternates"];

/// Hands over every text of `repository` that is no object, and the name of every ref.
///
/// Paths are given as [`GitDir::shown`] explains; a ref's name is a blob of its own, whose path is the name, too.
/// Links are not followed, and configuration that is included from elsewhere is not read; both are named.
pub fn scan(repository: &Repository, refs: &Refs, max_file_bytes: u64, visitor: &mut dyn Visitor) {
    let mut texts = Texts {
        reader: FileReader::new(max_file_bytes, SourceKind::Ref),
        read: BTreeSet::new(),
        visitor,
    };
    let dirs = worktrees::git_dirs(repository, &mut |skipped| texts.visitor.skip(skipped));
    for dir in &dirs {
        texts.dir(dir);
    }
    for name in IN_OBJECTS {
        let shown = [&dirs[0].shown[..], b"objects/info/", name.as_bytes()].concat();
        let path = repository.common_dir.join("objects/info").join(name);
        texts.file(path, shown.as_bstr());
    }
    includes::read(&dirs, &mut texts);
    for tip in &refs.all {
        texts.name(tip.name.as_ref());
    }
    for name in &refs.other_names {
        texts.name(name.as_ref());
    }
}

/// Reads texts, each file once.
struct Texts<'v> {
    reader: FileReader,
    read: BTreeSet<PathBuf>,
    visitor: &'v mut dyn Visitor,
}

impl Texts<'_> {
    fn dir(&mut self, dir: &GitDir) {
        let children = dir.children(&mut |skipped| self.visitor.skip(skipped));
        for Entry { path, shown, .. } in children {
            let name = path.file_name().unwrap_or_default();
            if !is_other(name.as_encoded_bytes()) {
                self.file(path, shown.as_ref());
            }
        }
        for name in FOLDERS {
            let shown = [&dir.shown[..], name.as_bytes()].concat();
            let mut skip = |skipped: Skipped| self.visitor.skip(skipped);
            let entries = folder::walk(
                &dir.path.join(name),
                shown.as_bstr(),
                Links::Named,
                &mut skip,
            );
            for Entry { path, shown, .. } in entries {
                // Git puts examples there; it runs none of them.
                if name != "hooks" || !shown.ends_with(b".sample") {
                    self.file(path, shown.as_ref());
                }
            }
        }
    }

    /// Hands over a file. What is a folder, or not there, is passed over.
    fn file(&mut self, path: PathBuf, shown: &BStr) {
        let kind = match path.symlink_metadata() {
            Ok(meta) => meta.file_type(),
            Err(e) if folder::is_absent(&e) => return,
            Err(e) => return skip(self.visitor, shown, reason(&e), true),
        };
        if let Some(name) = special(kind) {
            return skip(self.visitor, shown, name, false);
        }
        if kind.is_file() && !self.read.contains(&path) {
            self.reader.read(&path, shown, self.visitor);
            self.read.insert(path);
        }
    }

    fn name(&mut self, name: &BStr) {
        let blob = Blob {
            path: name,
            kind: SourceKind::Ref,
            content: Content::Bytes(name),
        };
        if let Err(e) = self.visitor.blob(blob) {
            skip(self.visitor, name, reason(&e), true);
        }
    }

    fn skip(&mut self, path: &BString, reason: &str, incomplete: bool) {
        skip(self.visitor, path.as_ref(), reason, incomplete);
    }
}

/// Returns true for files at the top of git's folder that are no text, or whose text is read elsewhere: the index and its
/// shared part, refs, and ids.
fn is_other(name: &[u8]) -> bool {
    name.starts_with(b"sharedindex.")
        || matches!(
            name.strip_suffix(b".lock").unwrap_or(name),
            b"index" | b"packed-refs" | b"shallow"
        )
}
