//! Objects that something names and that are not there, each counted once, however many name it.

use std::collections::HashSet;

use gix::{ObjectId, oid};

/// How many objects are named but not there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Absent {
    /// Blobs that trees or an index name.
    pub blobs: u64,
    /// Trees that trees or commits name.
    pub trees: u64,
    /// Commits that commits name, aside from those where a shallow clone ends.
    pub commits: u64,
    /// What refs and tags name.
    pub targets: u64,
    /// One of them.
    pub example: Option<ObjectId>,
    /// A ref, a HEAD or an index leads to one. Of what nothing leads to, `git gc` may have removed parts already.
    pub is_reachable: bool,
}

impl Absent {
    /// Returns true when all is there.
    pub fn is_empty(&self) -> bool {
        self.example.is_none()
    }
}

/// Their ids.
#[derive(Debug, Default)]
pub(super) struct Missing {
    pub(super) blobs: HashSet<ObjectId>,
    pub(super) trees: HashSet<ObjectId>,
    pub(super) commits: HashSet<ObjectId>,
    pub(super) targets: HashSet<ObjectId>,
    /// An index names one of the blobs.
    pub(super) in_index: bool,
}

impl Missing {
    /// Takes over what another thread misses.
    pub(super) fn append(&mut self, other: Self) {
        self.blobs.extend(other.blobs);
        self.trees.extend(other.trees);
        self.commits.extend(other.commits);
        self.targets.extend(other.targets);
    }

    /// Returns how many there are.
    pub(super) fn count(&self) -> Absent {
        let sets = [&self.blobs, &self.trees, &self.commits, &self.targets];
        let [blobs, trees, commits, targets] = sets.map(|set| set.len() as u64);
        Absent {
            blobs,
            trees,
            commits,
            targets,
            example: sets.into_iter().find_map(|set| set.iter().min().copied()),
            is_reachable: targets > 0 || self.in_index,
        }
    }
}

/// Returns true for the empty blob and the empty tree, which git knows without having them.
pub(super) fn is_built_in(id: &oid) -> bool {
    let id = id.to_owned();
    id.is_empty_blob() || id.is_empty_tree()
}
