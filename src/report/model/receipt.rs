//! The fields that say what a scan was asked to look at, and what decided on what is accepted.

use bstr::ByteSlice as _;
use serde::{Deserialize, Serialize};

use super::Path;
use crate::{finding::receipt, report::scrub::Scrub};

/// A range of commits.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Range {
    /// The id of the commit that the range begins after; absent where everything that leads to `head` was scanned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<String>,
    /// The id of its last commit.
    pub head: String,
    /// The id of the commit where both part; absent where they have none in common.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merge_base: Option<String>,
    /// The CI system whose variables named them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ci: Option<String>,
    /// The web address of the repository, where a CI system tells it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repository: Option<String>,
}

impl Range {
    pub(super) fn new(range: &receipt::Range, scrub: &Scrub) -> Self {
        Self {
            base: range.base.clone(),
            head: range.head.clone(),
            merge_base: range.merge_base.clone(),
            ci: range.ci.clone(),
            repository: (range.repository.as_ref()).map(|text| scrub.text(text).into_owned()),
        }
    }
}

/// What decided on what is accepted.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Policy {
    /// Where it comes from: `base`, `head`, `worktree`, `none`.
    pub source: String,
    /// The id of the commit it comes from, where it comes from one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// What the range changes of it. None of that was applied, unless `source` is `head`: it needs review.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<PolicyChange>,
    /// The inline markers that were honoured.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub markers: Vec<Marker>,
}

impl Policy {
    pub(super) fn new(policy: &receipt::Policy, scrub: &Scrub) -> Self {
        Self {
            source: policy.source.name().to_owned(),
            commit: policy.commit.clone(),
            changes: (policy.changes.iter())
                .map(|change| PolicyChange {
                    path: Path::new(change.path.as_bstr(), scrub),
                    line: change.line,
                    what: scrub.text(&change.what).into_owned(),
                })
                .collect(),
            markers: (policy.markers.iter())
                .map(|marker| Marker {
                    path: Path::new(marker.path.as_bstr(), scrub),
                    line: marker.line,
                    rule: marker.rule.clone(),
                    marker: scrub.text(&marker.marker).into_owned(),
                })
                .collect(),
        }
    }
}

/// Something of the policy that a range changes.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PolicyChange {
    /// The file.
    #[serde(flatten)]
    pub path: Path,
    /// The line, where it is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    /// What it changes, for people.
    pub what: String,
}

/// An inline marker that was honoured.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Marker {
    /// The file.
    #[serde(flatten)]
    pub path: Path,
    /// The line of the secret.
    pub line: u64,
    /// The rule whose finding it excuses.
    pub rule: String,
    /// The marker, with the reason that it gives.
    pub marker: String,
}
