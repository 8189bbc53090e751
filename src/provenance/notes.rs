//! Notes: text beside commits, in trees of their own.
//!
//! A note is a blob whose path is the id of what it annotates, in hexadecimal digits. Where there are many, git puts slashes after the first two
//! of them, the next two and so on, and changes that for all notes when there are more or fewer (git-notes(1), "fanout"). So that a note is one
//! item however many others there are, its path is told without slashes.

use bstr::BString;

use super::ancestry::Ancestry;
use crate::source::history::graph::{Child, CommitIndex, Graph, NameIndex, Target, TreeIndex};

/// Where notes are kept.
pub(super) const PREFIX: &[u8] = b"refs/notes/";

/// How many digits a folder of notes has.
const FOLDER_DIGITS: usize = 2;

/// Which commits hold notes.
pub(super) struct Notes {
    /// By commit: a notes ref reaches it.
    commits: Vec<bool>,
    /// How many digits an id has.
    digits: usize,
}

impl Notes {
    pub(super) fn new(graph: &Graph, history: &Ancestry) -> Self {
        let commit = |target| match target {
            Target::Commit(commit) => Some(commit),
            Target::Tree(_) | Target::Blob(_) | Target::Other => None,
        };
        let refs = graph.refs.iter();
        let tips = refs.filter(|r| r.name.starts_with(PREFIX));
        let first = graph.commits.first();
        Self {
            commits: history.reached_from(tips.filter_map(|r| commit(r.target))),
            digits: first.map_or(0, |commit| commit.id.kind().len_in_hex()),
        }
    }

    /// Returns true when the tree of `commit` holds notes.
    pub(super) fn has(&self, commit: CommitIndex) -> bool {
        self.commits[commit.0 as usize]
    }

    /// Returns true for a path that is the id of what a note annotates.
    pub(super) fn is_id(&self, path: &[u8]) -> bool {
        path.len() == self.digits && is_hex(path)
    }

    /// Returns the digits at the entry `name` below `above`, where that may be a folder of notes.
    pub(super) fn folder(&self, above: Option<&[u8]>, name: &[u8]) -> Option<BString> {
        let digits = [above?, name].concat();
        let is_folder = name.len() == FOLDER_DIGITS && is_hex(name) && digits.len() < self.digits;
        is_folder.then(|| digits.into())
    }
}

fn is_hex(digits: &[u8]) -> bool {
    digits
        .iter()
        .all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

/// Returns what stands in `tree` for the note on `id`, whatever folders it lies in.
pub(super) fn find(graph: &Graph, mut tree: TreeIndex, id: &[u8]) -> Option<Child> {
    let entry = |tree: TreeIndex, name: &[u8]| {
        let at = graph.names.binary_search_by(|n| n[..].cmp(name)).ok()?;
        let name = NameIndex(u32::try_from(at).ok()?);
        let entries = &graph.trees[tree.0 as usize].entries;
        let at = entries
            .binary_search_by_key(&name, |(name, _)| *name)
            .ok()?;
        Some(entries[at].1)
    };
    let mut rest = id;
    loop {
        if let Some(blob @ Child::Blob(_)) = entry(tree, rest) {
            return Some(blob);
        }
        let (folder, below) = rest.split_at_checked(FOLDER_DIGITS)?;
        let Some(Child::Tree(inner)) = entry(tree, folder) else {
            return None;
        };
        (tree, rest) = (inner, below);
    }
}
