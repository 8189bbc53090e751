//! The `github` format: workflow commands that GitHub Actions shows as annotations of files
//! (<https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands>).
//!
//! GitHub shows 10 errors, 10 warnings and 10 notices of a step, those that come first
//! (<https://github.com/actions/toolkit/blob/main/docs/problem-matchers.md#limitations>). So the worst come first, and a last line
//! says how many there are.

use std::io::{self, Write};

use super::{
    Document, DocumentReport, ReportOptions, digest,
    model::{Finding, PolicyChange},
    text,
};
use crate::rule::Severity;

/// How many paths are named of those that were not read for one reason.
const NAMED: usize = 3;

/// Writes a workflow command a finding, a policy change and a reason why something was not read; then the coverage receipt.
#[derive(Debug, Clone, Copy)]
pub struct Github;

impl DocumentReport for Github {
    fn write_document(
        &self,
        document: &Document,
        _: ReportOptions,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let summary = &document.summary;
        // They need a person's eyes more than any finding below an error, and there are but 10 warnings.
        for reason in digest::reasons(summary) {
            if reason.incomplete {
                write_missing(&reason, out)?;
            }
        }
        let changes = summary.policy.iter().flat_map(|policy| &policy.changes);
        for change in changes {
            write_change(change, out)?;
        }
        for finding in digest::worst_first(document) {
            write_finding(finding, out)?;
        }
        write_receipt(document, out)
    }
}

fn write_finding(finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
    let command = match finding.severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low => "notice",
    };
    write!(
        out,
        "::{command} file={},line={},endLine={}",
        property(&finding.path.path),
        finding.line,
        finding.end_line
    )?;
    // Else the runner takes the columns for a mistake: <https://github.com/astral-sh/ruff/issues/22074>.
    if finding.line == finding.end_line && finding.column <= finding.end_column {
        let (start, end) = (finding.column, finding.end_column);
        write!(out, ",col={start},endColumn={end}")?;
    }
    let title = format!("{} ({})", finding.name, finding.severity.name());
    writeln!(
        out,
        ",title={}::{}",
        property(&title),
        data(&message(finding))
    )
}

/// Returns what is known of a finding and what to do, a line each.
fn message(finding: &Finding) -> String {
    let shown = (finding.secret.as_ref()).map_or(&finding.redacted, |clear| &clear.secret);
    let mut lines = vec![format!(
        "{}: {} ({} confidence)",
        text::escape(&finding.rule),
        text::escape(shown),
        finding.confidence.name()
    )];
    for part in &finding.parts {
        let shown = (part.secret.as_ref()).map_or(&part.redacted, |clear| &clear.secret);
        let (name, shown) = (text::escape(&part.part), text::escape(shown));
        lines.push(format!("{name} in line {}: {shown}", part.line));
    }
    if let Some(commit) = &finding.commit {
        lines.push(format!(
            "commit {}",
            text::escape(digest::short(&commit.id))
        ));
    }
    lines.extend(
        finding
            .remediation
            .iter()
            .map(|fix| text::escape(fix).into_owned()),
    );
    lines.push(format!(
        "fingerprint {}",
        text::escape(&finding.fingerprint)
    ));
    lines.join("\n")
}

fn write_change(change: &PolicyChange, out: &mut dyn Write) -> io::Result<()> {
    write!(out, "::warning file={}", property(&change.path.path))?;
    if let Some(line) = change.line {
        write!(out, ",line={line}")?;
    }
    let (title, what) = (digest::POLICY_CHANGES, text::escape(&change.what));
    writeln!(out, ",title={}::{}", property(title), data(&what))
}

fn write_missing(reason: &digest::Unread<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut names: Vec<String> = (reason.paths.iter().take(NAMED))
        .map(|path| text::escape(path).into_owned())
        .collect();
    if let Some(more @ 1..) = reason.paths.len().checked_sub(NAMED) {
        names.push(format!("and {more} more"));
    }
    let message = format!(
        "{} not read, {}: {}\n{}",
        text::count(reason.paths.len() as u64, "path"),
        text::escape(reason.reason),
        names.join(", "),
        digest::WHAT_TO_DO
    );
    let title = property("INCOMPLETE scan");
    writeln!(out, "::warning title={title}::{}", data(&message))
}

/// One line that is no command.
fn write_receipt(document: &Document, out: &mut dyn Write) -> io::Result<()> {
    let receipt: Vec<String> = (digest::receipt(&document.summary).into_iter())
        .map(|(label, value)| format!("{label}: {value}"))
        .collect();
    let line = format!(
        "keyfence: {}; {} (GitHub shows the first 10 errors, warnings and notices of a step; all are in its log)",
        digest::headline(document),
        receipt.join("; ")
    );
    // The runner reads `##[command]` anywhere in a line
    // (<https://github.com/actions/runner/blob/main/src/Runner.Common/ActionCommand.cs>).
    writeln!(out, "{}", text::escape(&line).replace("##[", "##\\u{5b}"))
}

/// Escapes the message of a command: `escapeData` of <https://github.com/actions/toolkit/blob/main/packages/core/src/command.ts>.
fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// Makes `value` fit for a log and escapes it as a command's property: `escapeProperty` of
/// <https://github.com/actions/toolkit/blob/main/packages/core/src/command.ts>.
fn property(value: &str) -> String {
    data(&text::escape(value))
        .replace(':', "%3A")
        .replace(',', "%2C")
}
