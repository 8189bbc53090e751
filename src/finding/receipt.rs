//! What a scan says of itself besides counts: which rules, which commits, and what decided on what is accepted.

use bstr::BString;

/// What a scan was asked to look at, and by what it went.
#[derive(Debug, Clone, Default)]
pub struct Receipt {
    /// The hash of the rules that were on, in hexadecimal digits.
    pub rule_set: String,
    /// The commits, where a range was asked for.
    pub range: Option<Range>,
    /// What decided on what is accepted.
    pub policy: Option<Policy>,
}

/// A range of commits, by their ids in hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Range {
    /// The commit that it begins after; none where everything that leads to `head` was scanned.
    pub base: Option<String>,
    /// Its last commit.
    pub head: String,
    /// The commit where both part; none where they have none in common.
    pub merge_base: Option<String>,
    /// The CI system whose variables named them.
    pub ci: Option<String>,
    /// The web address of the repository, without a user or a password, where a CI system tells it.
    pub repository: Option<String>,
}

/// Where a policy comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PolicySource {
    /// The commit where a merge request parts from what it is to be merged into.
    Base,
    /// The commit that is to be merged.
    Head,
    /// The files on disk.
    Worktree,
    /// Nothing is accepted.
    None,
}

impl PolicySource {
    /// Returns the word reports use.
    pub fn name(self) -> &'static str {
        match self {
            Self::Base => "base",
            Self::Head => "head",
            Self::Worktree => "worktree",
            Self::None => "none",
        }
    }
}

/// What decided on what is accepted.
#[derive(Debug, Clone)]
pub struct Policy {
    /// Where it comes from.
    pub source: PolicySource,
    /// The id of the commit it comes from, in hexadecimal digits.
    pub commit: Option<String>,
    /// What a range changes of it.
    pub changes: Vec<PolicyChange>,
    /// The inline markers that were honoured.
    pub markers: Vec<Marker>,
}

/// Something of the policy that a range changes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PolicyChange {
    /// The file.
    pub path: BString,
    /// The line, where it is about one.
    pub line: Option<u64>,
    /// What it changes, for people.
    pub what: String,
}

/// An inline marker that was honoured.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Marker {
    /// The file.
    pub path: BString,
    /// The line of the secret.
    pub line: u64,
    /// The rule whose finding it excuses.
    pub rule: String,
    /// The marker, with the reason that it gives.
    pub marker: String,
}
