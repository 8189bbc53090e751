//! The sections of the report, each no larger than its part of the limit.

use std::fmt::Write as _;

use super::escape::{code, prose, whole_code};
use crate::report::{
    Document, digest,
    model::{Finding, Summary},
    text,
};

/// The most bytes of each section but the findings; together less than half of the limit.
const INCOMPLETE_BYTES: usize = 4_000;
const CHANGES_BYTES: usize = 8_000;
const REMEDIATION_BYTES: usize = 10_000;
const MARKERS_BYTES: usize = 4_000;
const ACCEPTED_BYTES: usize = 3_000;

/// How many paths are named of those that were not read for one reason.
const NAMED: usize = 3;

/// What the note on what was cut takes.
const NOTE_BYTES: usize = 120;

/// Writes loudly that something was not read.
pub(super) fn incomplete(summary: &Summary, out: &mut String) {
    if summary.complete {
        return;
    }
    out.push_str("\n> [!CAUTION]\n> **INCOMPLETE: not everything was read.** ");
    out.push_str(digest::WHAT_TO_DO);
    out.push_str("\n>\n");
    let reasons = digest::reasons(summary);
    let lines = reasons
        .iter()
        .filter(|one| one.incomplete)
        .map(|one| format!("> - {}\n", reason(one)));
    cut("> - ", "reason", lines, INCOMPLETE_BYTES, out);
}

fn reason(reason: &digest::Unread<'_>) -> String {
    let named: Vec<String> = reason
        .paths
        .iter()
        .take(NAMED)
        .map(|path| code(path))
        .collect();
    let more = match reason.paths.len().checked_sub(NAMED) {
        Some(more @ 1..) => format!(", and {more} more"),
        _ => String::new(),
    };
    let n = reason.paths.len();
    format!("{n} {}: {}{more}", code(reason.reason), named.join(", "))
}

/// Writes what a range changes of the policy.
pub(super) fn policy_changes(summary: &Summary, out: &mut String) {
    let changes = summary
        .policy
        .as_ref()
        .map_or(&[][..], |policy| &policy.changes);
    if changes.is_empty() {
        return;
    }
    // Writing to a string cannot fail.
    let _ = write!(
        out,
        "\n> [!WARNING]\n> **{}** ({})\n>\n",
        digest::POLICY_CHANGES,
        text::count(changes.len() as u64, "change")
    );
    let lines = changes.iter().map(|change| {
        let place = match change.line {
            Some(line) => format!("{}:{line}", change.path.path),
            None => change.path.path.clone(),
        };
        format!("> - {} {}\n", code(&place), prose(&change.what))
    });
    cut("> - ", "change", lines, CHANGES_BYTES, out);
}

/// Writes the table of findings, the worst first.
pub(super) fn findings(document: &Document, budget: usize, out: &mut String) {
    if document.findings.is_empty() {
        return;
    }
    let head = "\n| severity | rule | place | commit | redacted |\n|---|---|---|---|---|\n";
    out.push_str(head);
    let rows = digest::worst_first(document).into_iter().map(row);
    cut(
        "\n",
        "finding",
        rows,
        budget.saturating_sub(head.len()),
        out,
    );
}

fn row(finding: &Finding) -> String {
    let place = format!("{}:{}", finding.path.path, finding.line);
    let commit = (finding.commit.as_ref()).map_or_else(String::new, |c| code(digest::short(&c.id)));
    let redacted = match &finding.secret {
        Some(clear) => whole_code(&clear.secret),
        None => code(&finding.redacted),
    };
    format!(
        "| {} | {} | {} | {commit} | {redacted} |\n",
        finding.severity.name(),
        code(&finding.rule),
        code(&place),
    )
}

/// Writes what to do, once a rule.
pub(super) fn remediation(document: &Document, out: &mut String) {
    let mut rules: Vec<&Finding> = Vec::new();
    for finding in digest::worst_first(document) {
        let is_new = rules.iter().all(|known| known.rule != finding.rule);
        if is_new && !finding.remediation.is_empty() {
            rules.push(finding);
        }
    }
    if rules.is_empty() {
        return;
    }
    out.push_str("\n### What to do\n\n");
    let lines = rules.into_iter().map(|finding| {
        let mut lines = format!("- **{}** ({})\n", prose(&finding.name), code(&finding.rule));
        for (nth, step) in finding.remediation.iter().enumerate() {
            // Writing to a string cannot fail.
            let _ = writeln!(lines, "  {}. {}", nth + 1, prose(step));
        }
        lines
    });
    cut("- ", "rule", lines, REMEDIATION_BYTES, out);
    out.push_str(
        "\nIf it is no secret: `keyfence allow FINGERPRINT --reason \"why it is not a secret\"`; the fingerprints are in the other formats.\n",
    );
}

/// Writes the inline markers that were honoured.
pub(super) fn markers(summary: &Summary, out: &mut String) {
    let markers = summary
        .policy
        .as_ref()
        .map_or(&[][..], |policy| &policy.markers);
    if markers.is_empty() {
        return;
    }
    out.push_str("\n### Honoured inline markers\n\n");
    let lines = markers.iter().map(|marker| {
        let place = format!("{}:{}", marker.path.path, marker.line);
        format!(
            "- {} {} {}\n",
            code(&place),
            code(&marker.rule),
            code(&marker.marker)
        )
    });
    cut("- ", "marker", lines, MARKERS_BYTES, out);
}

/// Writes what is accepted, folded, where somebody asked for it.
pub(super) fn accepted(document: &Document, out: &mut String) {
    if document.accepted.is_empty() {
        return;
    }
    let count = text::count(document.accepted.len() as u64, "finding");
    // Writing to a string cannot fail.
    let _ = write!(
        out,
        "\n<details><summary>Accepted: {count}, not counted</summary>\n\n"
    );
    let lines = document.accepted.iter().map(|finding| {
        let place = format!("{}:{}", finding.path.path, finding.line);
        let secret = match &finding.secret {
            Some(clear) => whole_code(&clear.secret),
            None => code(&finding.redacted),
        };
        format!(
            "- {} {} {secret} {}\n",
            code(&place),
            code(&finding.rule),
            prose(&finding.accepted_line())
        )
    });
    cut("- ", "accepted finding", lines, ACCEPTED_BYTES, out);
    out.push_str("\n</details>\n");
}

/// Writes the coverage receipt.
pub(super) fn receipt(summary: &Summary, out: &mut String) {
    out.push_str("\n### Coverage\n\n| | |\n|---|---|\n");
    for (label, value) in digest::receipt(summary) {
        // Writing to a string cannot fail.
        let _ = writeln!(out, "| {label} | {} |", prose(&value));
    }
    let left_out = digest::reasons(summary);
    let mut left_out = left_out.iter().filter(|one| !one.incomplete).peekable();
    if left_out.peek().is_some() {
        out.push_str("\nSkipped, as there is nothing to scan:\n\n");
        let lines = left_out.map(|one| format!("- {}\n", reason(one)));
        cut("- ", "reason", lines, INCOMPLETE_BYTES, out);
    }
}

/// Writes as many of `lines` as fit into `budget` bytes, and behind `start` how many do not.
fn cut(
    start: &str,
    noun: &str,
    lines: impl Iterator<Item = String>,
    budget: usize,
    out: &mut String,
) {
    let mut room = budget.saturating_sub(NOTE_BYTES);
    let mut left_out = 0_u64;
    for line in lines {
        match room.checked_sub(line.len()) {
            Some(rest) if left_out == 0 => {
                room = rest;
                out.push_str(&line);
            }
            _ => left_out += 1,
        }
    }
    if left_out > 0 {
        // Writing to a string cannot fail.
        let _ = writeln!(
            out,
            "{start}**{} left out**: the report is cut to what a comment may hold.",
            text::count(left_out, &format!("more {noun}"))
        );
    }
}
