//! What accepts a finding.

use bstr::ByteSlice as _;
use serde::{Deserialize, Serialize};

use super::Scrub;
use crate::finding::{AcceptedBy, Finding};

/// How somebody accepted a finding.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Acceptance {
    /// By what: `inline-marker`, `allow-entry`, `baseline`, `allowed-pattern`.
    pub by: String,
    /// The inline marker, with the reason that it gives.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub marker: Option<String>,
    /// Why, as the entry says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Who answers for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// The last day on which the entry holds, `YYYY-MM-DD`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<String>,
}

impl Acceptance {
    pub(in crate::report) fn new(finding: &Finding, scrub: &Scrub) -> Option<Self> {
        let accepted = finding.accepted.as_ref()?;
        let clean = |text: &String| scrub.text(text).into_owned();
        let is_marked = accepted.by == AcceptedBy::InlineMarker;
        let marker = finding.marker.as_ref().filter(|_| is_marked);
        Some(Self {
            by: accepted.by.name().to_owned(),
            marker: marker.map(|marker| scrub.text(&marker.to_str_lossy()).into_owned()),
            reason: accepted.reason.as_ref().map(clean),
            owner: accepted.owner.as_ref().map(clean),
            expires: accepted.expires.as_ref().map(clean),
        })
    }

    /// Returns true when it stands in the file itself.
    pub fn is_in_source(&self) -> bool {
        self.by == AcceptedBy::InlineMarker.name()
    }

    /// Returns why, in the words of who accepted it.
    pub fn justification(&self) -> Option<&str> {
        self.reason.as_deref().or(self.marker.as_deref())
    }

    /// Returns all of it on one line: `allow entry, owner ann, until 2027-01-31: a login of the demo`.
    pub fn line(&self) -> String {
        let mut line = self.by.replace('-', " ");
        for (label, value) in [("owner", &self.owner), ("until", &self.expires)] {
            if let Some(value) = value {
                line.extend([", ", label, " ", value]);
            }
        }
        if let Some(why) = self.justification() {
            line.extend([": ", why]);
        }
        line
    }
}
