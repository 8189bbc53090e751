//! What the indices of all worktrees hold: blobs that may not be in any commit yet.

use bstr::BString;
use gix::{
    ObjectId,
    index::{File, decode, entry::Mode},
};

use super::{
    super::repository::Repository,
    folder::{Skip, name_skip},
    worktrees,
};

/// Returns the blobs in the indices of the worktrees, with their paths. An index that cannot be read is named.
pub fn blobs(repository: &Repository, skip: &mut Skip<'_>) -> Vec<(BString, ObjectId)> {
    let mut out = Vec::new();
    for dir in worktrees::git_dirs(repository, skip) {
        let path = if dir.current {
            repository.index_file.clone()
        } else {
            dir.path.join("index")
        };
        if !path.exists() {
            continue;
        }
        let options = decode::Options {
            thread_limit: Some(1),
            ..decode::Options::default()
        };
        match File::at(&path, repository.hash, true, options) {
            Ok(index) => {
                let blobs = index.entries().iter().filter(|entry| {
                    [Mode::FILE, Mode::FILE_EXECUTABLE, Mode::SYMLINK].contains(&entry.mode)
                });
                out.extend(blobs.map(|entry| (entry.path(&index).to_owned(), entry.id)));
            }
            Err(error) => {
                let shown = [&dir.shown[..], b"index"].concat();
                name_skip(skip, shown[..].into(), error.to_string(), true);
            }
        }
    }
    out.sort();
    out.dedup();
    out
}
