//! The folders of a repository that have a HEAD, an index and reflogs of their own: one for each worktree.

use std::path::PathBuf;

use bstr::{BString, ByteSlice as _};

use super::{
    super::repository::Repository,
    folder::{self, Entry, Links, Skip},
};
use crate::finding::Skipped;

/// One of those folders.
#[derive(Debug, Clone)]
pub struct GitDir {
    /// The folder.
    pub path: PathBuf,
    /// What stands before the paths of its files: `.git/`, `.git/worktrees/NAME/`, or nothing.
    ///
    /// Paths are given from the top of the repository. A repository with a work tree has its files in `.git/`, wherever
    /// that leads; the files of a bare repository stand at its top.
    pub shown: BString,
    /// The NAME of a linked worktree; none for the main one.
    pub name: Option<BString>,
    /// It is the one the repository was found by.
    pub current: bool,
}

/// Returns what stands before the paths of the files that all worktrees share.
pub fn top(repository: &Repository) -> &'static [u8] {
    if repository.bare { b"" } else { b".git/" }
}

/// Returns the folder of the main worktree (of a bare repository: the repository), then those of the linked ones, sorted by name.
///
/// A worktree whose files are gone is among them until `git worktree prune` removes it.
pub fn git_dirs(repository: &Repository, skip: &mut dyn FnMut(Skipped)) -> Vec<GitDir> {
    let top = BString::from(top(repository));
    let mut dirs = vec![GitDir {
        path: repository.common_dir.clone(),
        shown: top.clone(),
        name: None,
        current: repository.git_dir == repository.common_dir,
    }];
    let shown = [&top[..], b"worktrees"].concat();
    let linked = folder::folders(
        &repository.common_dir.join("worktrees"),
        shown.as_bstr(),
        Links::Matter,
        skip,
    );
    for Entry {
        path, mut shown, ..
    } in linked
    {
        let name = path.file_name().unwrap_or_default().as_encoded_bytes();
        shown.push(b'/');
        dirs.push(GitDir {
            name: Some(name.into()),
            current: path == repository.git_dir,
            shown,
            path,
        });
    }
    if !dirs.iter().any(|dir| dir.current) {
        // With GIT_COMMON_DIR it may lie anywhere.
        dirs.push(GitDir {
            path: repository.git_dir.clone(),
            shown: top,
            name: None,
            current: true,
        });
    }
    dirs
}

impl GitDir {
    /// Returns what stands right in the folder, sorted.
    pub(super) fn children(&self, skip: &mut Skip<'_>) -> Vec<Entry> {
        let shown = self.shown.strip_suffix(b"/").unwrap_or_default();
        folder::children(&self.path, shown.as_bstr(), Links::Matter, skip)
    }
}
