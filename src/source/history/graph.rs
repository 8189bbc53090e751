//! What provenance needs to know of a repository: its commits, and of its trees only those on the way to a blob of interest.

use bstr::BString;
use gix::ObjectId;

/// A commit's place in [`Graph::commits`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CommitIndex(pub u32);

/// A tree's place in [`Graph::trees`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TreeIndex(pub u32);

/// A blob's place in the list of interesting blobs that the graph was made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BlobIndex(pub u32);

/// A name's place in [`Graph::names`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NameIndex(pub u32);

/// A ref's place in [`Graph::refs`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RefIndex(pub u32);

/// Commits and the trees that hold, at any depth, an interesting blob.
#[derive(Debug, Default)]
pub struct Graph {
    /// All commits of the object database; parents come before their children.
    pub commits: Vec<CommitNode>,
    /// The trees that hold an interesting blob, at any depth. No tree holds itself, whatever a damaged repository says.
    pub trees: Vec<Tree>,
    /// The names of entries, each once, sorted: indices compare as names do.
    pub names: Vec<BString>,
    /// Trees of [`Self::trees`] that no commit and no other tree holds.
    pub lone_trees: Vec<TreeIndex>,
    /// Interesting blobs that no tree holds.
    pub lone_blobs: Vec<BlobIndex>,
    /// Branches, tags and other refs, sorted by name; HEAD of every worktree stands in `heads`.
    pub refs: Vec<Ref>,
    /// What HEAD names.
    pub head: Option<CommitIndex>,
    /// What the HEADs of the other worktrees name.
    pub other_heads: Vec<CommitIndex>,
    /// The commits that reflog entries name, stash entries behind the newest among them.
    pub reflog: Vec<CommitIndex>,
    /// The interesting blobs in the indices of the worktrees, with their paths.
    pub index: Vec<(BString, BlobIndex)>,
}

/// A commit.
#[derive(Debug, Clone)]
pub struct CommitNode {
    /// The object id.
    pub id: ObjectId,
    /// Its tree, where that holds an interesting blob.
    pub tree: Option<TreeIndex>,
    /// Its parents, first parent first; those that are not in the object database (a shallow clone) are left out.
    pub parents: Box<[CommitIndex]>,
    /// The committer's time, in seconds since 1970-01-01T00:00:00Z.
    pub committed_seconds: i64,
}

/// A tree on the way to an interesting blob.
#[derive(Debug, Clone, Default)]
pub struct Tree {
    /// Its entries on the way, sorted by name, each name once.
    pub entries: Box<[(NameIndex, Child)]>,
}

/// What an entry of a tree leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Child {
    /// Another tree.
    Tree(TreeIndex),
    /// An interesting blob.
    Blob(BlobIndex),
}

/// A ref.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ref {
    /// The full name: `refs/heads/main`.
    pub name: BString,
    /// What it leads to, through annotated tags.
    pub target: Target,
}

/// What a ref leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// A commit.
    Commit(CommitIndex),
    /// A tree that holds an interesting blob.
    Tree(TreeIndex),
    /// An interesting blob.
    Blob(BlobIndex),
    /// Nothing that matters here.
    Other,
}
