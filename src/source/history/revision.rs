//! Revisions as people write them: `main`, `v1.0~2`, `3f2a91c0`.

use gix::{ObjectId, open};

use super::super::{error::Error, repository::Repository};

/// Returns the commit that `text` names, or nothing when it names none.
///
/// # Errors
///
/// When the repository cannot be opened.
pub fn commit(repository: &Repository, text: &str) -> Result<Option<ObjectId>, Error> {
    // Without the user's configuration and environment: no alias and no variable changes what a revision means.
    let options = open::Options::isolated().open_path_as_is(true);
    let opened = gix::open_opts(&repository.git_dir, options).map_err(|source| Error::Objects {
        path: repository.git_dir.clone(),
        source: source.into(),
    })?;
    let found = opened.rev_parse_single(text).ok();
    let commit = found.and_then(|id| id.object().ok()?.peel_to_commit().ok());
    Ok(commit.map(|commit| commit.id))
}
