//! What of the policy accepts a finding.

use super::Finding;

/// How somebody accepted a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acceptance {
    /// By what.
    pub by: AcceptedBy,
    /// Why, as an entry says. What an inline marker says stands in [`Finding::marker`].
    pub reason: Option<String>,
    /// Who answers for it.
    pub owner: Option<String>,
    /// The last day on which it holds, `YYYY-MM-DD`.
    pub expires: Option<String>,
}

/// What accepts a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum AcceptedBy {
    /// A marker in the file.
    InlineMarker,
    /// An allow entry.
    AllowEntry,
    /// The baseline.
    Baseline,
    /// A pattern that excuses lines.
    AllowedPattern,
}

impl AcceptedBy {
    /// Returns the word reports use.
    pub fn name(self) -> &'static str {
        match self {
            Self::InlineMarker => "inline-marker",
            Self::AllowEntry => "allow-entry",
            Self::Baseline => "baseline",
            Self::AllowedPattern => "allowed-pattern",
        }
    }
}

impl Acceptance {
    /// Returns how an allow entry accepts what it accepts.
    pub fn by_entry(reason: &str, owner: Option<&str>, expires: Option<&str>) -> Self {
        Self {
            by: AcceptedBy::AllowEntry,
            reason: Some(reason.to_owned()),
            owner: owner.map(str::to_owned),
            expires: expires.map(str::to_owned),
        }
    }
}

impl From<AcceptedBy> for Acceptance {
    fn from(by: AcceptedBy) -> Self {
        Self {
            by,
            reason: None,
            owner: None,
            expires: None,
        }
    }
}

/// Splits findings into those that are open and those that are accepted.
pub(crate) fn split(findings: Vec<Finding>) -> (Vec<Finding>, Vec<Finding>) {
    (findings.into_iter()).partition(|finding| finding.accepted.is_none())
}
