//! The `codequality` format: GitLab's Code Quality report, a subset of Code Climate's issues
//! (<https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format>), for `artifacts:reports:codequality`.
//!
//! It has no place for the scan itself. What was not read and what of the policy needs review are issues of their own.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::{
    Document, DocumentReport, ReportOptions,
    coverage::{self, Note, Topic},
    model::Finding,
    place::{counted, stable_id, uuid},
};
use crate::rule::Severity;

/// Writes one JSON array.
#[derive(Debug, Clone, Copy)]
pub struct CodeQuality;

impl DocumentReport for CodeQuality {
    fn write_document(
        &self,
        document: &Document,
        _: ReportOptions,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let counted = counted(&document.findings).into_iter();
        let findings = counted.map(|(finding, before)| issue(finding, before));
        let notes = coverage::notes(&document.summary);
        let issues: Vec<Value> = findings.chain(notes.iter().map(of_note)).collect();
        serde_json::to_writer(&mut *out, &issues)?;
        out.write_all(b"\n")
    }
}

fn issue(finding: &Finding, before: usize) -> Value {
    let secret = finding.secret.as_ref();
    let secret = secret.map_or(&finding.redacted, |clear| &clear.secret);
    let confidence = json!(finding.confidence);
    let commit = (finding.commit.as_ref())
        .map_or_else(String::new, |c| format!(", introduced by commit {}", c.id));
    let step = (finding.remediation.first()).map_or_else(String::new, |step| format!(". {step}"));
    let description = format!(
        "{}: {secret} ({} confidence){commit}{step}",
        finding.name,
        confidence.as_str().unwrap_or_default()
    );
    json!({
        "description": description,
        "check_name": finding.rule,
        "fingerprint": stable_id(finding, before),
        "severity": severity(finding.severity),
        "location": {
            "path": finding.path.path,
            "lines": { "begin": finding.line, "end": finding.end_line },
        },
    })
}

fn of_note(note: &Note<'_>) -> Value {
    let severity = match note.topic {
        Topic::Incomplete => "major",
        Topic::PolicyChange => "info",
    };
    json!({
        "description": super::escape(&note.text),
        "check_name": note.topic.id(),
        "fingerprint": uuid(&[note.topic.id(), &note.text]),
        "severity": severity,
        "location": {
            "path": note.path.map_or(".", |path| &path.path),
            "lines": { "begin": note.line.unwrap_or(1) },
        },
    })
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "blocker",
        Severity::High => "critical",
        Severity::Medium => "major",
        Severity::Low => "minor",
    }
}
