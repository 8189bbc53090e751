//! What decided on what is accepted, where commits were scanned.

use std::io::{self, Write as _};

use super::paint::Paint;
use crate::{
    finding::{
        Outcome,
        receipt::{Policy, PolicySource},
    },
    report::{
        digest::{POLICY_CHANGES, short},
        scrub::Scrub,
        text,
    },
};

/// Writes which commits were checked by whose policy, what changes it, and which markers were honoured.
pub(super) fn write(
    outcome: &Outcome,
    scrub: &Scrub,
    paint: Paint,
    out: &mut Vec<u8>,
) -> io::Result<()> {
    if let Some(range) = &outcome.receipt.range {
        let base = range
            .base
            .as_deref()
            .map_or("all that leads to ".to_owned(), |base| {
                format!("{}..", short(base))
            });
        let ci = range
            .ci
            .as_deref()
            .map_or_else(String::new, |ci| format!(" (as {ci} says)"));
        writeln!(out, "checked {base}{}{ci}", short(&range.head))?;
    }
    let Some(policy) = &outcome.receipt.policy else {
        return Ok(());
    };
    let place = |path: &[u8], line: Option<u64>| {
        let path = text::escape_bytes(&scrub.bytes(path));
        line.map_or_else(|| path.clone(), |line| format!("{path}:{line}"))
    };
    writeln!(out, "policy: {}", source(policy))?;
    for marker in &policy.markers {
        writeln!(
            out,
            "  honoured at {}: {}",
            place(&marker.path, Some(marker.line)),
            text::escape(&scrub.text(&marker.marker))
        )?;
    }
    for change in &policy.changes {
        writeln!(
            out,
            "  {}: {}: {}",
            paint.strong(POLICY_CHANGES),
            place(&change.path, change.line),
            text::escape(&scrub.text(&change.what))
        )?;
    }
    if policy.source == PolicySource::Base && !outcome.findings.is_empty() {
        writeln!(
            out,
            "  What the commits accept themselves does not count here. Take the secret out and change it; what is none, have accepted\n  \
             (keyfence allow FINGERPRINT --reason \"why\") in a change of its own, which is merged first."
        )?;
    }
    Ok(())
}

fn source(policy: &Policy) -> String {
    let commit = policy.commit.as_deref().map_or("", short);
    match policy.source {
        PolicySource::Base if commit.is_empty() => {
            "none: there is no commit that it could come from".to_owned()
        }
        PolicySource::Base => format!("that of {commit}, where the commits part from their base"),
        PolicySource::Head => {
            format!("that of {commit}, the last of these commits (--policy head)")
        }
        PolicySource::Worktree => "that of the files on disk".to_owned(),
        PolicySource::None => "nothing is accepted (--no-allow)".to_owned(),
    }
}
