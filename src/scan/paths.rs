//! Secrets in the names of files: reports print paths, and must not print those.

use std::collections::BTreeSet;

use bstr::BStr;

use crate::{
    detection::{Judged, judge_briefly},
    engine::{Engine, Found, Scratch},
    finding::{Finding, Skipped},
    secret::Secret,
};

/// Returns the secrets in the paths that a report of `findings` and `skipped` prints.
pub(super) fn secrets(engine: &Engine, findings: &[Finding], skipped: &[Skipped]) -> Vec<Secret> {
    let paths: BTreeSet<&BStr> = findings
        .iter()
        .map(|finding| finding.path.as_ref())
        .chain(skipped.iter().map(|skipped| skipped.path.as_ref()))
        .collect();
    let (mut out, mut scratch) = (Vec::new(), Scratch::default());
    for path in paths {
        engine.find(path, 0..path.len(), true, &mut scratch, |found| {
            if let Found::Candidate(candidate) = found
                && let Judged::Kept { secret, .. } = judge_briefly(engine.rules(), &candidate, b"")
            {
                out.push(Secret::new(&path[secret]));
            }
        });
    }
    out
}
