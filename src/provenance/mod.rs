//! Where each secret of a repository stood, and when: from a graph of commits to the stays of the secrets in it.
//!
//! An *item* is a secret at a path. A commit shows an item when its tree holds, at that path, a blob that shows the secret.
//!
//! - A commit **introduces** an item when it shows it and none of its parents does. A commit without parents (or with none that is
//!   here: a shallow clone) introduces all it shows; a merge only what no parent has at that path. Each introduction begins one
//!   [`Stay`], however often the blob changes afterwards.
//! - A commit **removes** a stay when it does not show the item, a parent that descends from the introduction (or is it) does, and
//!   every parent that does not show the item does not descend from the introduction either. For a commit with one parent that is
//!   simply "the parent shows it, the commit does not". For a merge it says: where one side took the item away, the merge only
//!   repeats what that side's own commit did; a side that forked before the introduction never had the item, so merging it explains
//!   no loss, and the merge is to blame.
//! - A stay **is in HEAD** when HEAD's tree shows the item and commits that all show it lead from the introduction to HEAD. So an
//!   item that was removed and came back has two stays: the first ended at its removal, the second is in HEAD.
//! - A stay that is not in HEAD ended at the commit that removes it; of several, those that HEAD reaches come first, then those
//!   nearest in topological order (the order of [`Graph::commits`]). None removes it while it stands at the tips of all branches
//!   that descend from the introduction.
//!
//! Two facts make this fast. The first commit in topological order that descends from an introduction, does not show the item and
//! has a parent that does, always removes the stay: were one of its parents a descendant without the item, a removal would come
//! before that parent or be it. So losses are collected by comparing trees alone, and the rule for merges costs nothing. And
//! whatever asks "which of these does that commit reach" is asked for 64 at a time, in one pass over the commits with a word each.
//!
//! What a notes ref reaches shows notes: each under the id of what it annotates, whichever folders git puts it in.
//!
//! Trees are compared with those of the parents, entry by entry and only where they differ; no tree is spread out but those of
//! commits without parents and those that refs name. All that input can make large has a limit, see [`Limit`].

mod ancestry;
mod changes;
mod descent;
mod events;
mod fate;
mod holders;
mod items;
mod loose;
mod notes;
mod paths;
mod reached;
mod said;
mod sets;
#[cfg(test)]
mod tests;

use std::{collections::BTreeSet, sync::Arc};

use bstr::{BStr, BString};

pub use said::{Said, said};

use self::{
    ancestry::Ancestry, events::Introduction, fate::Fate, holders::Holders, items::View,
    notes::Notes, reached::Reached,
};
use crate::{
    finding::KeptBy,
    source::history::graph::{BlobIndex, CommitIndex, Graph, RefIndex},
};

/// One secret in one blob under one path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sighting {
    /// Which secret; the caller numbers them.
    pub secret: u32,
    /// The line, from 1.
    pub line: u64,
    /// The column, from 1, in bytes.
    pub column: u64,
}

/// Says which secrets a blob shows under a path. It is asked once for a blob and a path; judges look at the path, so the answers for
/// two paths may differ. Of several sightings of one secret the first in the blob counts.
pub type Secrets<'a> = dyn FnMut(BlobIndex, &BStr) -> Vec<Sighting> + 'a;

/// One stay of a secret at a path: from the commit that introduced it to the one that removed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stay {
    /// Which secret: [`Sighting::secret`].
    pub secret: u32,
    /// The path, from the top of the tree; for a note the id of what it annotates, without slashes; [`Options::lone_blob_path`] for a blob that no tree holds or that a ref names.
    pub path: BString,
    /// HEAD's version where the stay is in HEAD, else the version that was introduced.
    pub blob: BlobIndex,
    /// The line in that version, from 1.
    pub line: u64,
    /// The column in that version, from 1, in bytes.
    pub column: u64,
    /// The commit that introduced it; none for what is kept otherwise: a tree or a blob that a ref names, the index, what nothing holds.
    pub introduced: Option<CommitIndex>,
    /// The commit that removed it.
    pub removed: Option<CommitIndex>,
    /// It stands in HEAD's tree.
    pub in_head: bool,
    /// A ref or the HEAD of a worktree reaches the introducing commit, or names the tree or blob.
    pub reachable: bool,
    /// What keeps the introducing commit, tree or blob. An index keeps blobs, no commits: what stands in both has two stays.
    pub kept_by: KeptBy,
    /// The branches, remote ones too, whose history holds the introducing commit, in the order of [`Graph::refs`].
    pub branches: Arc<[RefIndex]>,
    /// The tags whose history holds the introducing commit (or that name the tree or blob), in the order of [`Graph::refs`].
    pub tags: Arc<[RefIndex]>,
    /// The notes refs (`refs/notes/…`) whose history holds the introducing commit, in the order of [`Graph::refs`].
    pub notes: Arc<[RefIndex]>,
    /// Those branches, tags and notes refs that show the item now, in the order of [`Graph::refs`].
    pub tips: Arc<[RefIndex]>,
}

/// What was introduced too early to be of interest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Since {
    /// What this commit reaches, itself included.
    Commit(CommitIndex),
    /// What was committed before this second since 1970-01-01T00:00:00Z.
    Seconds(i64),
}

/// Which stays are wanted, and how much may be spent on them.
#[derive(Clone)]
pub struct Options<'a> {
    /// Hides what was introduced before. Stays without a commit are kept.
    pub since: Option<Since>,
    /// Keeps only what was introduced in the history of one of these refs. Stays without a commit are hidden.
    pub branch: Option<Vec<RefIndex>>,
    /// Keeps only what a ref or HEAD reaches.
    pub reachable: bool,
    /// Keeps only paths that this returns true for; [`Self::lone_blob_path`] is asked for, too.
    pub paths: Option<&'a dyn Fn(&BStr) -> bool>,
    /// The path that stands for that of a blob that has none.
    pub lone_blob_path: &'a BStr,
    /// The most stays; what is kept for them (sightings, losses, bytes of paths) has limits that are a multiple of it.
    pub max_stays: usize,
    /// The most paths looked at, folders included; four times as many versions (a blob under a path) are looked at.
    pub max_paths: usize,
    /// The most work each of the four steps of [`trace`] does, in units of about a nanosecond.
    pub max_work: u64,
}

impl Default for Options<'_> {
    fn default() -> Self {
        Self {
            since: None,
            branch: None,
            reachable: false,
            paths: None,
            lone_blob_path: BStr::new("<blob>"),
            max_stays: 1_000_000,
            max_paths: 1_000_000,
            max_work: 10_000_000_000,
        }
    }
}

/// A limit that was hit: stays are missing, or told without what ended or holds them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Limit {
    /// [`Options::max_stays`], or what is kept for stays.
    Stays,
    /// [`Options::max_paths`], or that of the versions.
    Paths,
    /// A path longer than [`LONGEST_PATH_BYTES`] was not followed.
    PathLength,
    /// The lists of branches and tags grew too long.
    Refs,
    /// [`Options::max_work`].
    Work,
}

impl Limit {
    /// Returns what there was too much of, for people.
    pub fn name(self) -> &'static str {
        match self {
            Self::Stays => "too many occurrences",
            Self::Paths => "too many paths with secrets",
            Self::PathLength => "path longer than 4096 bytes",
            Self::Refs => "too many branches and tags",
            Self::Work => "history too large",
        }
    }
}

/// The length of the longest path that is followed, in bytes: Linux's `PATH_MAX`, above which git cannot check it out either.
pub const LONGEST_PATH_BYTES: usize = 4096;

/// The stays, and whether they are all.
#[derive(Debug, Default)]
pub struct Outcome {
    /// The stays, sorted by secret; of one secret, those in HEAD first, then by introducing commit (none last), path and blob.
    pub stays: Vec<Stay>,
    /// The limits that were hit. When there are any, a secret without a stay may still stand in the history.
    pub limits: BTreeSet<Limit>,
}

/// Returns the stays of all secrets of `graph`.
pub fn trace(graph: &Graph, options: &Options<'_>, secrets: &mut Secrets<'_>) -> Outcome {
    let history = Ancestry::new(graph);
    let reached = Reached::new(graph, &history, options);
    let notes = Notes::new(graph, &history);
    let mut view = View::new(graph, notes, options, secrets);
    let events = events::collect(&mut view, |commit| reached.wanted(graph, options, commit));
    let fates = fate::settle(&mut view, &history, &reached.head, &events);
    let mut holders = Holders::new(graph, &history, &mut view, &events.introductions);
    let mut stays: Vec<Stay> = events
        .introductions
        .iter()
        .zip(&fates)
        .enumerate()
        .map(|(at, (introduction, fate))| {
            stay(&view, &reached, &mut holders, at, introduction, fate)
        })
        .collect();
    view.note(holders.limit());
    if options.branch.is_none() {
        loose::add(&mut view, options, &mut stays);
    }
    stays.sort_by(|a, b| order(a).cmp(&order(b)));
    Outcome {
        stays,
        limits: view.limits,
    }
}

/// What [`Outcome::stays`] is sorted by.
fn order(stay: &Stay) -> impl Ord + '_ {
    (
        stay.secret,
        !stay.in_head,
        stay.introduced.is_none(),
        stay.introduced,
        &stay.path,
        stay.blob,
    )
}

fn stay(
    view: &View<'_, '_>,
    reached: &Reached,
    holders: &mut Holders,
    at: usize,
    introduction: &Introduction,
    fate: &Fate,
) -> Stay {
    let commit = introduction.commit.0 as usize;
    let (secret, path) = view.item(introduction.item);
    let version = fate.at_head.unwrap_or(introduction.version);
    let place = view.place(version);
    let held = holders.of(at);
    let reachable = reached.refs[commit];
    Stay {
        secret,
        path: view.paths.full(path),
        blob: version.blob,
        line: place.line,
        column: place.column,
        introduced: Some(introduction.commit),
        removed: fate.removed,
        in_head: fate.at_head.is_some(),
        reachable,
        kept_by: if reachable {
            KeptBy::Ref
        } else if reached.reflog[commit] {
            KeptBy::Reflog
        } else {
            KeptBy::Nothing
        },
        branches: held.branches,
        tags: held.tags,
        notes: held.notes,
        tips: held.tips,
    }
}
