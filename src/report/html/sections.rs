//! The parts of the page that need no script.

use std::io::{self, Write};

use super::escape::html;
use crate::report::{
    Document, digest,
    model::{Finding, Marker, PolicyChange, Summary},
    text,
};

/// How many findings the table has that is shown where scripts are off.
const TABLE_ROWS: usize = 2_000;

/// How many paths are named of those that were not read for one reason, and how many reasons, markers and changes are listed.
const NAMED: usize = 20;
const LISTED: usize = 500;

/// Writes loudly that something was not read.
pub(super) fn incomplete(summary: &Summary, out: &mut dyn Write) -> io::Result<()> {
    if summary.complete {
        return Ok(());
    }
    let reasons = digest::reasons(summary);
    let missing = reasons.iter().filter(|reason| reason.incomplete);
    let lines = missing.map(reason).collect();
    out.write_all(b"<section class=\"panel alarm\" role=\"alert\">\n<h2>INCOMPLETE: not everything was read</h2>\n")?;
    writeln!(out, "<p>{}</p>", html(digest::WHAT_TO_DO))?;
    list(lines, out)?;
    out.write_all(b"</section>")
}

/// Returns a reason why something was not read, with how often and where.
fn reason(reason: &digest::Unread<'_>) -> String {
    let paths: Vec<String> = (reason.paths.iter().take(NAMED))
        .map(|path| format!("<code>{}</code>", html(path)))
        .collect();
    let more = match reason.paths.len().checked_sub(NAMED) {
        Some(more @ 1..) => format!(", and {more} more"),
        _ => String::new(),
    };
    let (n, why) = (reason.paths.len(), html(reason.reason));
    format!("{n} {why}: {}{more}", paths.join(", "))
}

/// Writes what a range changes of the policy.
pub(super) fn policy_changes(summary: &Summary, out: &mut dyn Write) -> io::Result<()> {
    let changes = summary
        .policy
        .as_ref()
        .map_or(&[][..], |policy| &policy.changes);
    if changes.is_empty() {
        return Ok(());
    }
    out.write_all(b"<section class=\"panel review\">\n")?;
    writeln!(
        out,
        "<h2>{} ({})</h2>",
        digest::POLICY_CHANGES,
        text::count(changes.len() as u64, "change")
    )?;
    list(changes.iter().map(change).collect(), out)?;
    out.write_all(b"</section>")
}

fn change(change: &PolicyChange) -> String {
    let line = change
        .line
        .map_or_else(String::new, |line| format!(":{line}"));
    format!(
        "<code>{}{line}</code> {}",
        html(&change.path.path),
        html(&change.what)
    )
}

/// Writes the coverage receipt, what was skipped, and the markers that were honoured.
pub(super) fn coverage(summary: &Summary, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(b"<section class=\"panel coverage\" aria-labelledby=\"coverage-title\">\n<h2 id=\"coverage-title\">Coverage</h2>\n<dl>\n")?;
    for (label, value) in digest::receipt(summary) {
        let class = match (label, summary.complete) {
            ("complete", true) => " class=\"yes\"",
            ("complete", false) => " class=\"no\"",
            _ => "",
        };
        writeln!(out, "<dt>{label}</dt><dd{class}>{}</dd>", html(&value))?;
    }
    out.write_all(b"</dl>\n")?;
    let skipped: Vec<String> = digest::reasons(summary).iter().map(reason).collect();
    details("Skipped by reason", skipped, out)?;
    let markers = summary.policy.iter().flat_map(|policy| &policy.markers);
    details(
        "Honoured inline markers",
        markers.map(marker).collect(),
        out,
    )?;
    out.write_all(b"</section>")
}

fn marker(marker: &Marker) -> String {
    format!(
        "<code>{}:{}</code> {} <code>{}</code>",
        html(&marker.path.path),
        marker.line,
        html(&marker.rule),
        html(&marker.marker)
    )
}

/// Writes a list that is closed at first; nothing where it is empty.
fn details(title: &str, lines: Vec<String>, out: &mut dyn Write) -> io::Result<()> {
    if lines.is_empty() {
        return Ok(());
    }
    writeln!(out, "<details><summary>{title} ({})</summary>", lines.len())?;
    list(lines, out)?;
    out.write_all(b"</details>\n")
}

fn list(mut lines: Vec<String>, out: &mut dyn Write) -> io::Result<()> {
    let left_out = lines.len().saturating_sub(LISTED);
    lines.truncate(LISTED);
    if left_out > 0 {
        lines.push(format!("{left_out} more, which the JSON formats list"));
    }
    out.write_all(b"<ul>\n")?;
    for line in lines {
        writeln!(out, "<li>{line}</li>")?;
    }
    out.write_all(b"</ul>\n")
}

/// Writes the first findings as a table.
pub(super) fn table(document: &Document, out: &mut dyn Write) -> io::Result<()> {
    let findings = &document.findings;
    out.write_all(b"<table>\n<thead><tr>")?;
    for name in [
        "severity",
        "rule",
        "place",
        "commit",
        "redacted",
        "fingerprint",
    ] {
        write!(out, "<th scope=\"col\">{name}</th>")?;
    }
    out.write_all(b"</tr></thead>\n<tbody>\n")?;
    for finding in findings.iter().take(TABLE_ROWS) {
        let severity = finding.severity.name();
        let commit = (finding.commit.as_ref()).map_or("", |commit| digest::short(&commit.id));
        writeln!(
            out,
            "<tr><td class=\"{severity}\">{severity}</td><td>{}</td><td>{}:{}</td><td><code>{}</code></td><td><code>{}</code></td>\
             <td><code>{}</code></td></tr>",
            html(&finding.rule),
            html(&finding.path.path),
            finding.line,
            html(commit),
            html(&finding.redacted),
            html(&finding.fingerprint)
        )?;
    }
    out.write_all(b"</tbody>\n</table>\n")?;
    if let Some(more @ 1..) = findings.len().checked_sub(TABLE_ROWS) {
        writeln!(
            out,
            "<p>{} not shown here: they need JavaScript, or another format.</p>",
            text::count(more as u64, "more finding")
        )?;
    }
    details(
        "Accepted, not counted",
        document.accepted.iter().map(accepted).collect(),
        out,
    )
}

fn accepted(finding: &Finding) -> String {
    format!(
        "<code>{}:{}</code> {} <code>{}</code> {}",
        html(&finding.path.path),
        finding.line,
        html(&finding.rule),
        html(&finding.redacted),
        html(&finding.accepted_line())
    )
}
