//! The rule under which the guard for known secrets speaks. It stands in no file: what it finds is the user's own.

use std::borrow::Cow;

use super::{Boundary, Confidence, Rule, SecretKind, Severity};

/// Its id.
pub const ID: &str = "known-secret";

/// The fact of a finding that has the name of the secret, whichever rule it is told under.
pub const FACT: &str = "guarded";

/// The fact that says where the secret came from.
pub const FROM: &str = "guarded_from";

/// Returns it. It has no anchors, and so its regex is tried nowhere.
pub(super) fn rule() -> Rule {
    Rule {
        id: Cow::Borrowed(ID),
        name: Cow::Borrowed("Secret that the guard knows"),
        provider: Cow::Borrowed("guard"),
        source: Cow::Borrowed(""),
        severity: Severity::Critical,
        confidence: Confidence::High,
        kind: SecretKind::Prohibited,
        anchors: Cow::Borrowed(&[]),
        lines: None,
        regex: Cow::Borrowed("[^\\x00-\\xff]"),
        program: None,
        run: None,
        boundary: Boundary::None,
        max_len: 1,
        min_entropy: 0.0,
        checks: Cow::Borrowed(&[]),
        part: None,
        identifier: false,
        remediation: Cow::Borrowed(&[]),
        samples: Cow::Borrowed(&[]),
        near_misses: Cow::Borrowed(&[]),
    }
}
