//! Where in a repository's history a secret stood: who, when, still there?

use std::sync::Arc;

use bstr::BString;

use super::Names;

/// A commit, as far as reports speak of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    /// The object id, in hexadecimal digits.
    pub id: String,
    /// The author's name; not always UTF-8.
    pub author: BString,
    /// The author's address; not always UTF-8.
    pub email: BString,
    /// When it was written, in seconds since 1970-01-01T00:00:00Z.
    pub seconds: i64,
    /// The author's distance from UTC, in seconds, east positive.
    pub utc_offset_seconds: i32,
    /// The first paragraph of the message, on one line; not always UTF-8.
    pub summary: BString,
}

/// What keeps an occurrence in the repository, the strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeptBy {
    /// A ref or HEAD.
    Ref,
    /// A reflog entry alone; stash entries behind the newest are such.
    Reflog,
    /// The index of a worktree: it is staged, or it was when the index was written.
    Index,
    /// Nothing: `git gc` will remove it some day.
    Nothing,
    /// Not known: a limit ended the search for it. It is taken for something that a ref keeps.
    Unknown,
}

impl KeptBy {
    /// Returns the word reports use.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ref => "ref",
            Self::Reflog => "reflog",
            Self::Index => "index",
            Self::Nothing => "nothing",
            Self::Unknown => "unknown",
        }
    }
}

/// A note (git-notes(1)), which is text beside a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// The object it annotates, a commit most of the time, in hexadecimal digits.
    pub annotates: String,
    /// That commit, where it is one and is here.
    pub commit: Option<Arc<Commit>>,
    /// The short names of the refs in whose history it is: `notes/commits`.
    pub refs: Names,
}

/// One stay of a secret at one path: from the commit that brought it to the one that took it away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Occurrence {
    /// The path, from the top of the repository; for what is no file `<commit ID>`, `<note ID>`, `<tag NAME>`, `.git/config`, … Not always UTF-8.
    pub path: BString,
    /// The line of the secret, from 1: in HEAD's version where it is there, else in the version that introduced it.
    pub line: u64,
    /// The column, from 1, in bytes.
    pub column: u64,
    /// The blob of that version, in hexadecimal digits; none for what is no blob.
    pub blob: Option<String>,
    /// The commit that introduced it; none where no commit holds it.
    pub introduced: Option<Arc<Commit>>,
    /// The commit that removed it; none while it is there.
    pub removed: Option<Arc<Commit>>,
    /// It stands in HEAD's tree, at this path.
    pub in_head: bool,
    /// A ref or HEAD reaches it.
    pub reachable: bool,
    /// What keeps it in the repository.
    pub kept_by: KeptBy,
    /// The short names of the branches whose history holds it, remote ones as `origin/main`.
    pub branches: Names,
    /// The short names of the tags whose history holds it.
    pub tags: Names,
    /// The note it stands in; its path is then made of the id of what that annotates.
    pub note: Option<Note>,
    /// The names of those branches and tags whose newest tree still holds it at this path, and of notes refs: it can be checked out today.
    pub tips: Names,
}
