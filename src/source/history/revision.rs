//! Revisions as people write them: `main`, `v1.0~2`, `3f2a91c0`.

use std::{collections::BTreeSet, path::Path};

use gix::{ObjectId, open};

use super::super::error::Error;

/// Looks up revisions in a repository, which is opened once for all of them.
pub struct Revisions {
    opened: gix::Repository,
}

impl Revisions {
    /// Opens the repository whose `.git` folder is `git_dir`.
    ///
    /// # Errors
    ///
    /// When it cannot be opened.
    pub fn open(git_dir: &Path) -> Result<Self, Error> {
        // Without the user's configuration and environment: no alias and no variable changes what a revision means.
        let options = open::Options::isolated().open_path_as_is(true);
        let opened = gix::open_opts(git_dir, options);
        let opened = opened.map_err(|source| Error::Objects {
            path: git_dir.to_owned(),
            source: source.into(),
        })?;
        Ok(Self { opened })
    }

    /// Returns the commit that `text` names, or nothing when it names none.
    pub fn commit(&self, text: &str) -> Option<ObjectId> {
        let found = self.opened.rev_parse_single(text).ok();
        let found = found.map(gix::Id::detach);
        let found = found.or_else(|| by_start(&self.opened, text))?;
        peel(&self.opened, found)
    }

    /// Returns the best commit that leads to both `one` and `other`, as git-merge-base(1) has it; nothing when there is none here.
    pub fn merge_base(&self, one: ObjectId, other: ObjectId) -> Option<ObjectId> {
        let found = self.opened.merge_base(one, other).ok().flatten();
        found.map(gix::Id::detach)
    }
}

fn peel(repository: &gix::Repository, id: ObjectId) -> Option<ObjectId> {
    let object = repository.find_object(id).ok()?;
    Some(object.peel_to_commit().ok()?.id)
}

/// The fewest digits that stand for an id; git's number (`MINIMUM_ABBREV`).
const MIN_DIGITS: usize = 4;

/// Returns the commit whose id starts with `digits`, if there is one such.
///
/// `gix` takes all starts of ids for those of SHA-1, and is lost where a blob's id starts alike.
fn by_start(repository: &gix::Repository, digits: &str) -> Option<ObjectId> {
    if digits.len() < MIN_DIGITS || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    let digits = digits.to_ascii_lowercase();
    let ids = repository.objects.iter().ok()?.filter_map(Result::ok);
    let starts = ids.filter(|id| id.to_string().starts_with(&digits));
    let commits: BTreeSet<ObjectId> = starts.filter_map(|id| peel(repository, id)).collect();
    let mut commits = commits.into_iter();
    commits.next().filter(|_| commits.next().is_none())
}
