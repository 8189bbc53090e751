//! The lines after the findings: how many, how much was read, what was not.

use std::{
    borrow::Cow,
    collections::BTreeMap,
    io::{self, Write as _},
};

use super::{accepted, advice, paint::Paint, policy};
use crate::{
    finding::{Finding, Outcome, Skipped, State},
    report::{ReportOptions, scrub::Scrub, text},
    rule::Severity,
};

/// How many paths are named for each reason; the machine formats name all.
const NAMED: usize = 3;

/// How a scan becomes complete.
const WHAT_TO_DO: &str = "Make them readable, raise the limit that is named, or leave them out of what is scanned; then scan again.";

/// The path of what concerns the whole scan.
const WHOLE: &str = ".";

/// Writes the summary of `outcome`.
pub(super) fn write(
    outcome: &Outcome,
    options: ReportOptions,
    scrub: &Scrub,
    paint: Paint,
    out: &mut Vec<u8>,
) -> io::Result<()> {
    advice::write(&outcome.findings, paint, out)?;
    writeln!(out, "{}; {}", found(outcome, paint), read(outcome))?;
    write_states(&outcome.findings, paint, out)?;
    policy::write(outcome, scrub, paint, out)?;
    accepted::write(outcome, options, scrub, out)?;
    let (missing, left_out): (Vec<&Skipped>, Vec<&Skipped>) =
        outcome.skipped.iter().partition(|s| s.incomplete);
    if !left_out.is_empty() {
        let paths = text::count(left_out.len() as u64, "path");
        writeln!(out, "skipped {paths}: nothing to scan there")?;
        write_reasons(&left_out, scrub, out)?;
    }
    if !missing.is_empty() {
        let loud = paint.alarm("INCOMPLETE");
        // What concerns the whole scan says itself what to do.
        let paths = missing.iter().filter(|one| one.path != WHOLE).count();
        if paths == 0 {
            writeln!(
                out,
                "{loud}: not everything was read, and the rest may hold secrets"
            )?;
        } else {
            let paths = text::count(paths as u64, "path");
            writeln!(
                out,
                "{loud}: {paths} could not be read, and may hold secrets"
            )?;
        }
        write_reasons(&missing, scrub, out)?;
        if paths > 0 {
            writeln!(out, "  {WHAT_TO_DO}")?;
        }
    }
    Ok(())
}

/// `no secrets found`, or `3 findings: 1 critical, 2 low`.
fn found(outcome: &Outcome, paint: Paint) -> String {
    let findings = &outcome.findings;
    if findings.is_empty() {
        return if outcome.is_complete() {
            paint.good("no secrets found")
        } else {
            paint.strong("no secrets found in what was read")
        };
    }
    let by_severity: Vec<String> = Severity::ALL
        .into_iter()
        .rev()
        .filter_map(|severity| {
            let n = findings.iter().filter(|f| f.severity == severity).count();
            (n > 0).then(|| paint.severity(severity, &format!("{n} {}", severity.name())))
        })
        .collect();
    format!(
        "{}: {}",
        paint.strong(&text::count(findings.len() as u64, "finding")),
        by_severity.join(", ")
    )
}

/// `2 still in HEAD, 1 only in history`; nothing outside history.
fn write_states(findings: &[Finding], paint: Paint, out: &mut Vec<u8>) -> io::Result<()> {
    let told: Vec<String> = State::ALL
        .into_iter()
        .filter_map(|state| {
            let n = findings.iter().filter(|f| f.state() == Some(state)).count();
            let words = match state {
                State::Head => "still in HEAD",
                State::Elsewhere => "still elsewhere",
                State::Staged => "staged",
                State::History => "only in history",
                State::Unreachable => "unreachable",
            };
            (n > 0).then(|| paint.state(state, &format!("{n} {words}")))
        })
        .collect();
    if !told.is_empty() {
        writeln!(out, "{}", told.join(", "))?;
    }
    Ok(())
}

/// `scanned 45 files, 1.2 MiB in 12 ms`, `scanned 45 blobs, 12 commits, 1.2 MiB in 12 ms`.
fn read(outcome: &Outcome) -> String {
    let counts = outcome.counts;
    let mut parts = Vec::new();
    if counts.files > 0 || (counts.blobs == 0 && counts.commits == 0) {
        parts.push(text::count(counts.files, "file"));
    }
    if counts.blobs > 0 && counts.blobs != counts.files {
        parts.push(text::count(counts.blobs, "blob"));
    }
    if counts.commits > 0 {
        parts.push(text::count(counts.commits, "commit"));
    }
    parts.push(text::bytes(counts.bytes));
    format!(
        "scanned {} in {}",
        parts.join(", "),
        text::duration(outcome.elapsed_ms)
    )
}

/// A line a reason, the most frequent first: `  2 fifo: a, b`.
fn write_reasons(skipped: &[&Skipped], scrub: &Scrub, out: &mut Vec<u8>) -> io::Result<()> {
    let mut reasons: BTreeMap<Cow<'_, str>, Vec<&Skipped>> = BTreeMap::new();
    for one in skipped {
        reasons
            .entry(scrub.text(&one.reason))
            .or_default()
            .push(one);
    }
    let mut reasons: Vec<_> = reasons.into_iter().collect();
    reasons.sort_by_key(|(_, of_reason)| std::cmp::Reverse(of_reason.len()));
    for (reason, of_reason) in reasons {
        let mut names: Vec<String> = of_reason
            .iter()
            .take(NAMED)
            .map(|one| text::escape_bytes(&scrub.bytes(&one.path)))
            .collect();
        if let Some(more @ 1..) = of_reason.len().checked_sub(NAMED) {
            names.push(format!("and {more} more"));
        }
        let (n, reason, names) = (of_reason.len(), text::escape(&reason), names.join(", "));
        if of_reason.iter().all(|one| one.path == WHOLE) {
            writeln!(out, "  {reason}")?;
        } else {
            writeln!(out, "  {n} {reason}: {names}")?;
        }
    }
    Ok(())
}
