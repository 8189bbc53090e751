//! Commits that a push brings: what they change against their parents, and what people wrote into them.
//!
//! Objects are compared, no diff is made. A merge counts with what none of its parents has; what is added and taken out again within
//! the range counts as well, because it is pushed.

mod compare;
mod walk;

use std::{collections::HashSet, sync::Arc};

use bstr::BString;
use gix::{
    ObjectId,
    objs::{FindExt as _, FindHeader as _},
};

use super::{
    MakeVisitor,
    blobs::{self, Wanted},
    changes::{Change, Comparer, Step},
    error::Error,
    history::{
        commits::{Parts, describe},
        partial,
    },
    index::Options,
    interrupt::{self, Interrupt},
    objects::Objects,
    repository::Repository,
};
use crate::finding::{Commit, Skipped, SourceKind};

/// What is pushed, and what the other side has.
#[derive(Debug, Clone, Default)]
pub struct Range {
    /// The ids that refs are to get: commits, tags, or anything.
    pub tips: Vec<ObjectId>,
    /// Commits and tags that are there already, with all that they lead to. Those that are not here do not matter.
    pub known: Vec<ObjectId>,
}

/// What is new.
#[derive(Debug, Default)]
pub struct New {
    /// The commits, parents first as far as their dates say.
    pub commits: Vec<NewCommit>,
    /// What each of them changes, in the same order; behind them, what is pushed without a commit.
    pub steps: Vec<Step>,
    /// The annotated tags.
    pub tags: Vec<(ObjectId, Vec<u8>)>,
    /// Those of the commits whose parents a shallow clone left behind. All that they hold seems new.
    pub cut: Vec<ObjectId>,
    /// What should have been read and could not.
    pub skipped: Vec<Skipped>,
}

/// A new commit.
#[derive(Debug)]
pub struct NewCommit {
    /// Its id.
    pub id: ObjectId,
    /// Its tree.
    pub tree: Option<ObjectId>,
    /// Its parents.
    pub parents: Vec<ObjectId>,
    /// What reports say of it.
    pub about: Arc<Commit>,
    /// It, as it is stored.
    pub bytes: Vec<u8>,
}

/// Finds out what is new in `range`, on at most so many `threads`.
///
/// # Errors
///
/// When the object database cannot be opened. What is named and not there is in [`New::skipped`].
pub fn new(
    repository: &Repository,
    range: &Range,
    threads: usize,
    interrupt: Option<&Interrupt>,
) -> Result<New, Error> {
    let objects = Objects::open(repository)?;
    let mut out = New::default();
    let shallow = partial::shallow(repository, &mut |one| out.skipped.push(one));
    let shallow: HashSet<ObjectId> = shallow.into_iter().collect();
    let mut walk = walk::Walk::new(&objects, &shallow);
    let known: HashSet<ObjectId> = range.known.iter().copied().collect();
    for tip in range.tips.iter().filter(|tip| !known.contains(*tip)) {
        walk.start(*tip, false);
    }
    if !walk.is_empty() {
        for id in &range.known {
            walk.start(*id, true);
        }
    }
    let (found, others, missing) = walk.run();
    for (id, named_by) in missing {
        out.skipped.push(Skipped {
            path: format!("<commit {id}>").into(),
            reason: format!(
                "{named_by} is not in the object database; in a shallow clone, run `git fetch --unshallow`"
            ),
            incomplete: true,
        });
    }
    let compared = compare::all(&objects, &found, threads, interrupt);
    for (found, compared) in found.into_iter().zip(compared) {
        let Some((step, trouble)) = compared else {
            out.skipped.push(named(&found.id, interrupt::THE_REST));
            break;
        };
        out.steps.push(step);
        if shallow.contains(&found.id) && Parts::of(&found.bytes).header("parent").next().is_some()
        {
            out.cut.push(found.id);
        }
        if found.tree.is_none() {
            out.skipped.push(named(&found.id, "it names no tree"));
        }
        for trouble in trouble {
            let reason = if trouble.path.is_empty() {
                trouble.reason
            } else {
                format!("{}: {}", trouble.path, trouble.reason)
            };
            out.skipped.push(named(&found.id, &reason));
        }
        out.commits.push(NewCommit {
            about: Arc::new(describe(&found.id, &Parts::of(&found.bytes))),
            id: found.id,
            tree: found.tree,
            parents: found.parents,
            bytes: found.bytes,
        });
    }
    let mut comparer = Comparer::new(interrupt);
    for other in others {
        match other {
            walk::Other::Tag(id, bytes) => out.tags.push((id, bytes)),
            walk::Other::Tree(id) => out.steps.push(comparer.step(&objects, Some(id), &[])),
            walk::Other::Blob(id) => out.steps.push(Step {
                changes: vec![Change {
                    path: BString::from(format!("<blob {id}>")),
                    new: Some(id),
                    old: Vec::new(),
                }],
                submodules: Vec::new(),
            }),
        }
    }
    let submodules = out.steps.iter().flat_map(|step| &step.submodules);
    out.skipped.extend(submodules.map(|path| Skipped {
        path: path.clone(),
        reason: "submodule: its commits are checked in its own repository".to_owned(),
        incomplete: false,
    }));
    out.skipped
        .extend(comparer.trouble.into_iter().map(|trouble| Skipped {
            path: trouble.path,
            reason: trouble.reason,
            incomplete: true,
        }));
    Ok(out)
}

/// Returns true when all of the range's tips are known: they lead to nothing new.
pub fn is_known(repository: &Repository, range: &Range) -> bool {
    let Ok(objects) = Objects::open(repository) else {
        return false;
    };
    let shallow = HashSet::new();
    let mut walk = walk::Walk::new(&objects, &shallow);
    for tip in &range.tips {
        walk.start(*tip, false);
    }
    for id in &range.known {
        walk.start(*id, true);
    }
    let (found, others, missing) = walk.run();
    found.is_empty() && others.is_empty() && missing.is_empty()
}

/// Returns how many bytes the new files of `steps` have, each version once.
///
/// # Errors
///
/// When the object database cannot be opened. What is not there has no size.
pub fn size(repository: &Repository, steps: &[Step]) -> Result<u64, Error> {
    let objects = Objects::open(repository)?;
    let changes = steps.iter().flat_map(|step| &step.changes);
    let ids: HashSet<ObjectId> = changes.filter_map(|change| change.new).collect();
    let sizes = ids.iter().filter_map(|id| objects.try_header(id).ok()?);
    Ok(sizes.map(|header| header.size).fold(0, u64::saturating_add))
}

/// Hands over blobs, as what `kind` says; [`Visitor::item`](super::Visitor::item) says which of `wanted` one is.
///
/// # Errors
///
/// When the object database cannot be opened. A blob that cannot be read is named to the visitor.
pub fn read(
    repository: &Repository,
    kind: SourceKind,
    wanted: &[Wanted],
    options: Options,
    make_visitor: &MakeVisitor<'_>,
) -> Result<(), Error> {
    blobs::read(repository, wanted, kind, options, make_visitor)
}

/// Reads blobs whole.
pub struct Reader {
    objects: Objects,
    max_bytes: u64,
}

impl Reader {
    /// Returns a reader of blobs of at most `max_bytes` bytes.
    ///
    /// # Errors
    ///
    /// When the object database cannot be opened.
    pub fn new(repository: &Repository, max_bytes: u64) -> Result<Self, Error> {
        let objects = Objects::open(repository)?;
        Ok(Self { objects, max_bytes })
    }

    /// Returns the bytes of a blob, or nothing when it cannot be read or is too large.
    pub fn blob(&self, id: &ObjectId) -> Option<Vec<u8>> {
        let header = self.objects.try_header(id).ok()??;
        if header.size > self.max_bytes {
            return None;
        }
        let mut buffer = Vec::new();
        let len = self.objects.find_blob(id, &mut buffer).ok()?.data.len();
        buffer.truncate(len);
        Some(buffer)
    }
}

fn named(commit: &ObjectId, reason: &str) -> Skipped {
    Skipped {
        path: format!("<commit {commit}>").into(),
        reason: reason.to_owned(),
        incomplete: true,
    }
}
