//! The fields that tell a finding's history: who, when, is it still there.

use std::borrow::Cow;

use bstr::ByteSlice as _;
use serde::{Deserialize, Serialize};

use super::{Path, lossless};
use crate::{
    finding::{self, Names, State},
    report::{date, scrub::Scrub},
};

/// A commit. Its texts are lossy where they are not UTF-8, and cut where they are long: `git cat-file commit ID` has the bytes.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Commit {
    /// The object id.
    pub id: String,
    /// The author's name.
    pub author: String,
    /// The author's address.
    pub email: String,
    /// When it was written (RFC 3339), with the author's offset; absent where the commit holds no date that can be written so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<String>,
    /// The first paragraph of the message, on one line.
    pub summary: String,
}

impl Commit {
    pub(super) fn new(commit: &finding::Commit, scrub: &Scrub) -> Self {
        Self {
            id: commit.id.clone(),
            author: lossy(scrub.author(&commit.author)),
            email: lossy(scrub.author(&commit.email)),
            date: date::rfc3339(commit),
            summary: lossy(scrub.summary(&commit.summary)),
        }
    }
}

/// The note it stands in.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Note {
    /// The id of what it annotates, a commit most of the time.
    pub annotates: String,
    /// That commit, where it is one and is here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<Commit>,
    /// The refs in whose history it is: `notes/commits`.
    pub refs: Vec<String>,
    /// How many more there are.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub more_refs: usize,
}

/// One stay of the secret at one path.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Occurrence {
    /// Where it is or was, from the top of the repository.
    #[serde(flatten)]
    pub path: Path,
    /// The line of the secret.
    pub line: u64,
    /// The column of its first byte.
    pub column: u64,
    /// The blob; absent for what is no blob.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blob: Option<String>,
    /// The id of the commit that introduced it; null where no commit holds it.
    pub introduced: Option<String>,
    /// The id of the commit that removed it; null while it is there.
    pub removed: Option<String>,
    /// It stands in HEAD's tree, at this path.
    pub in_head: bool,
    /// A ref or HEAD reaches it.
    pub reachable: bool,
    /// Where it stands today, in one word.
    pub state: String,
    /// What keeps it in the repository.
    pub kept_by: String,
    /// The branches whose history holds it.
    pub branches: Vec<String>,
    /// How many more there are.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub more_branches: usize,
    /// The tags whose history holds it.
    pub tags: Vec<String>,
    /// How many more there are.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub more_tags: usize,
    /// The note it stands in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Note>,
    /// The branches and tags whose newest tree still holds it, and notes refs.
    pub tips: Vec<String>,
    /// How many more there are.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub more_tips: usize,
    /// The commit that introduced it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub introduced_by: Option<Commit>,
    /// The commit that removed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub removed_by: Option<Commit>,
}

impl Occurrence {
    pub(super) fn new(occurrence: &finding::Occurrence, scrub: &Scrub) -> Self {
        let (introduced, removed) = (
            occurrence.introduced.as_deref(),
            occurrence.removed.as_deref(),
        );
        let names = |names: &Names| -> Vec<String> {
            let listed = names.listed().iter();
            listed.map(|name| lossy(scrub.bytes(name))).collect()
        };
        Self {
            path: Path::new(occurrence.path.as_bstr(), scrub),
            line: occurrence.line,
            column: occurrence.column,
            blob: occurrence.blob.clone(),
            introduced: introduced.map(|commit| commit.id.clone()),
            removed: removed.map(|commit| commit.id.clone()),
            in_head: occurrence.in_head,
            reachable: occurrence.reachable,
            state: occurrence.state().name().to_owned(),
            kept_by: occurrence.kept_by.name().to_owned(),
            branches: names(&occurrence.branches),
            more_branches: occurrence.branches.more(),
            tags: names(&occurrence.tags),
            more_tags: occurrence.tags.more(),
            note: occurrence.note.as_ref().map(|note| Note {
                annotates: note.annotates.clone(),
                commit: (note.commit.as_deref()).map(|commit| Commit::new(commit, scrub)),
                refs: names(&note.refs),
                more_refs: note.refs.more(),
            }),
            tips: names(&occurrence.tips),
            more_tips: occurrence.tips.more(),
            introduced_by: introduced.map(|commit| Commit::new(commit, scrub)),
            removed_by: removed.map(|commit| Commit::new(commit, scrub)),
        }
    }
}

/// How many findings are in each state.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub struct States {
    /// In HEAD's tree.
    pub head: usize,
    /// Not in HEAD, but in the newest tree of a branch or tag, or in what is no file.
    pub elsewhere: usize,
    /// Only in the index of a worktree.
    pub staged: usize,
    /// Only in older commits, or in a commit's message.
    pub history: usize,
    /// Reached by no ref.
    pub unreachable: usize,
}

impl States {
    /// Returns none outside history.
    pub(super) fn new(findings: &[finding::Finding]) -> Option<Self> {
        let mut counts = None;
        for state in findings.iter().filter_map(finding::Finding::state) {
            let counts: &mut Self = counts.get_or_insert_default();
            *(match state {
                State::Head => &mut counts.head,
                State::Elsewhere => &mut counts.elsewhere,
                State::Staged => &mut counts.staged,
                State::History => &mut counts.history,
                State::Unreachable => &mut counts.unreachable,
            }) += 1;
        }
        counts
    }
}

/// Returns true when there is nothing to say.
#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands over a reference"
)]
fn is_zero(n: &usize) -> bool {
    *n == 0
}

/// Returns `bytes` as text, with what is not UTF-8 replaced by U+FFFD.
fn lossy(bytes: Cow<'_, [u8]>) -> String {
    lossless(bytes).0.into_owned()
}
