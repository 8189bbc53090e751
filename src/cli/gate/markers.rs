//! Inline markers at a gate: those count that stood with the same secret before.

use std::collections::{HashMap, HashSet};

use bstr::ByteSlice as _;
use gix::ObjectId;

use crate::{
    finding::{
        AcceptedBy, Finding, Outcome,
        receipt::{Marker, PolicyChange},
    },
    scan::Scanner,
    secret::Fingerprint,
    source::{head, repository::Repository},
};

/// Which inline markers count.
pub(super) enum Markers<'a> {
    /// All.
    All,
    /// Those that stand with the same secret at the same path in this commit already; none where there is no commit.
    Of(Option<&'a ObjectId>),
}

impl Markers<'_> {
    /// Takes what markers that count excuse for accepted in `outcome`, and returns these. What others would excuse is a change of the policy.
    pub(super) fn apply(
        &self,
        outcome: &mut Outcome,
        scanner: &Scanner,
        repository: &Repository,
    ) -> (Vec<Marker>, Vec<PolicyChange>) {
        let (mut honoured, mut changes) = (Vec::new(), Vec::new());
        let mut marked = HashMap::new();
        outcome.accept(|finding| {
            let marker = finding.marker.as_ref()?;
            let is_honoured = match self {
                Self::All => true,
                Self::Of(None) => false,
                Self::Of(Some(commit)) => marked
                    .entry(finding.file().to_owned())
                    .or_insert_with(|| marked_before(finding, commit, scanner, repository))
                    .contains(&finding.fingerprint),
            };
            if is_honoured {
                honoured.push(Marker {
                    path: finding.path.clone(),
                    line: finding.start.line,
                    rule: finding.rule.clone(),
                    marker: marker.to_str_lossy().into_owned(),
                });
            } else {
                changes.push(PolicyChange {
                    path: finding.path.clone(),
                    line: Some(finding.start.line),
                    what: format!(
                        "adds the inline marker {marker:?}, which would excuse {}",
                        finding.rule
                    ),
                });
            }
            is_honoured.then(|| AcceptedBy::InlineMarker.into())
        });
        changes.sort();
        changes.dedup();
        honoured.sort();
        honoured.dedup();
        (honoured, changes)
    }
}

/// Returns the secrets that stand with a marker in the file of `finding`, as `commit` has it.
fn marked_before(
    finding: &Finding,
    commit: &ObjectId,
    scanner: &Scanner,
    repository: &Repository,
) -> HashSet<Fingerprint> {
    let file = head::file_of(repository, commit, finding.file());
    // What cannot be read has no marker.
    let bytes = file.ok().flatten().unwrap_or_default();
    let found = scanner.scan_bytes(finding.file(), finding.source, &bytes);
    let marked = found.into_iter().filter(|there| there.marker.is_some());
    marked.map(|there| there.fingerprint).collect()
}
