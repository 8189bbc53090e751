//! What a repository does not have, and says so: the history behind a shallow clone's edge, and the objects of a partial clone.

use bstr::ByteSlice as _;
use gix::ObjectId;

use super::{
    super::repository::Repository,
    folder::{self, Lines, Links, Opened, name_skip},
    ids::{Ids, leading},
    worktrees,
};
use crate::finding::Skipped;

/// Returns the commits whose parents a shallow clone left behind, sorted; none for a whole clone.
///
/// Where a commit's own list of parents and this list disagree, git believes this one.
pub fn shallow(repository: &Repository, skip: &mut dyn FnMut(Skipped)) -> Vec<ObjectId> {
    let shown = [worktrees::top(repository), b"shallow"].concat();
    let shown = shown.as_bstr();
    let path = repository.common_dir.join("shallow");
    let Opened::File(file) = folder::open(&path, shown, Links::Matter, skip) else {
        return Vec::new();
    };
    let (mut ids, mut bad) = (Ids::default(), 0_u64);
    Lines::new(file).each(shown, skip, |line| match leading(line, repository.hash) {
        Some((id, rest)) if rest.trim().is_empty() => ids.add(id),
        _ => bad += 1,
    });
    if bad > 0 {
        let reason = format!("lines that are no object ids: {bad}");
        name_skip(skip, shown, reason, false);
    }
    if let Some(reason) = ids.overflow() {
        name_skip(skip, shown, reason, true);
    }
    ids.into_sorted()
}

/// Returns true when objects may be missing because a remote has promised them (gitglossary(7), "partial clone").
pub fn is_partial(repository: &Repository) -> bool {
    repository.value("extensions.partialClone").is_some()
        || repository.any_boolean("remote", "promisor")
}
