//! What is accepted: how many, and which where somebody asks.

use std::io::{self, Write as _};

use crate::{
    finding::{Finding, Outcome},
    report::{ReportOptions, model::Acceptance, scrub::Scrub, text},
};

/// Writes how many findings are accepted, and a line for each where that was asked for.
pub(super) fn write(
    outcome: &Outcome,
    options: ReportOptions,
    scrub: &Scrub,
    out: &mut Vec<u8>,
) -> io::Result<()> {
    let accepted = &outcome.accepted;
    if accepted.is_empty() {
        return Ok(());
    }
    let count = text::count(accepted.len() as u64, "finding");
    if !options.show_accepted {
        return writeln!(
            out,
            "accepted: {count}, not counted (--show-accepted lists them)"
        );
    }
    writeln!(out, "accepted: {count}, not counted")?;
    for finding in accepted {
        writeln!(out, "  {}", line(finding, options, scrub))?;
    }
    Ok(())
}

/// Returns `app.env:3:19: aws-access-key-pair AK****XY: allow entry, owner ann: a key of the tests`.
fn line(finding: &Finding, options: ReportOptions, scrub: &Scrub) -> String {
    let path = text::escape_bytes(&scrub.bytes(&finding.path));
    let secret = if options.show_secrets {
        text::escape_bytes(finding.secret.expose())
    } else {
        text::escape(&scrub.text(&finding.redacted)).into_owned()
    };
    let how = Acceptance::new(finding, scrub).map_or_else(String::new, |how| how.line());
    format!(
        "{path}:{}:{}: {} {secret}: {}",
        finding.start.line,
        finding.start.column,
        text::escape(&scrub.text(&finding.rule)),
        text::escape(&how)
    )
}
