//! The `gitlab` format: GitLab's secret detection report
//! (<https://gitlab.com/gitlab-org/security-products/security-report-schemas>, `dist/secret-detection-report-format.json`), for
//! `artifacts:reports:secret_detection`.

use std::io::{self, Write};

use serde_json::{Map, Value, json};

use super::{
    Document, DocumentReport, ReportOptions, coverage, date,
    model::{Finding, Occurrence, Summary},
    place::{cut, shown, uuid},
};
use crate::rule::Severity;

/// The version of the schema.
const VERSION: &str = "15.2.5";

/// The commit of what is in none: GitLab's own analyzer writes it, too
/// (<https://gitlab.com/gitlab-org/security-products/analyzers/secrets>).
const NO_COMMIT: &str = "0000000";

/// The longest `name`, in characters, as the schema has it.
const MOST_OF_NAME: usize = 255;

/// The longest `solution`, likewise.
const MOST_OF_SOLUTION: usize = 7000;

/// How many occurrences are told; the `json` format tells them all.
const MOST_OCCURRENCES: usize = 100;

/// Writes one JSON object.
#[derive(Debug, Clone, Copy)]
pub struct GitLab;

impl DocumentReport for GitLab {
    fn write_document(
        &self,
        document: &Document,
        _: ReportOptions,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let summary = &document.summary;
        let base = (summary.range.as_ref()).map_or(NO_COMMIT, |range| &range.head);
        let findings = document.findings.iter();
        let report = json!({
            "version": VERSION,
            "schema": format!(
                "https://gitlab.com/gitlab-org/security-products/security-report-schemas/-/raw/v{VERSION}/dist/secret-detection-report-format.json"
            ),
            "scan": scan(summary)?,
            "vulnerabilities": findings.map(|finding| vulnerability(finding, base)).collect::<Vec<_>>(),
        });
        serde_json::to_writer(&mut *out, &report)?;
        out.write_all(b"\n")
    }
}

fn scan(summary: &Summary) -> io::Result<Value> {
    let (start, end) = date::of_scan(summary)?;
    let mut tool = json!({
        "id": "keyfence",
        "name": "keyfence",
        "version": env!("CARGO_PKG_VERSION"),
        "vendor": { "name": "keyfence" },
    });
    let home = env!("CARGO_PKG_REPOSITORY");
    if !home.is_empty() {
        tool["url"] = home.into();
    }
    let notes = coverage::notes(summary);
    let told = notes
        .iter()
        .map(|note| json!({ "level": "warn", "value": super::escape(&note.text) }));
    let coverage =
        json!({ "level": "info", "value": super::escape(&coverage::receipt_line(summary)) });
    Ok(json!({
        "analyzer": tool,
        "scanner": tool,
        "type": "secret_detection",
        "start_time": start.to_string(),
        "end_time": end.to_string(),
        "status": if summary.complete { "success" } else { "failure" },
        "messages": told.chain([coverage]).collect::<Vec<_>>(),
    }))
}

fn vulnerability(finding: &Finding, base: &str) -> Value {
    let place = [finding.line, finding.column].map(|number| number.to_string());
    let path = shown(&finding.path);
    let mut out = json!({
        "id": uuid(&[&finding.rule, &finding.fingerprint, &path, &place[0], &place[1]]),
        "name": cut(&finding.name, MOST_OF_NAME),
        "description": format!(
            "A credential of {} stands in {path}, line {}. Whoever reads it can use it.",
            finding.provider, finding.line
        ),
        "severity": severity(finding.severity),
        "identifiers": identifiers(finding),
        "location": location(finding, base),
        "details": details(finding),
    });
    if !finding.remediation.is_empty() {
        out["solution"] = cut(&finding.remediation.join("\n"), MOST_OF_SOLUTION).into();
    }
    if let Some(clear) = &finding.secret {
        out["raw_source_code_extract"] = json!(clear.secret);
    }
    out
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "Critical",
        Severity::High => "High",
        Severity::Medium => "Medium",
        Severity::Low => "Low",
    }
}

/// Returns what the finding is an instance of; GitLab goes by the first.
fn identifiers(finding: &Finding) -> Value {
    json!([
        {
            "type": "keyfence_rule_id",
            "name": format!("keyfence rule {}", finding.rule),
            "value": finding.rule,
        },
        {
            "type": "cwe",
            "name": "CWE-798",
            "value": "798",
            "url": "https://cwe.mitre.org/data/definitions/798.html",
        },
    ])
}

fn location(finding: &Finding, base: &str) -> Value {
    let commit = finding.commit.as_ref().map_or_else(
        || json!({ "sha": base }),
        |commit| {
            let mut out = json!({
                "sha": commit.id,
                "author": format!("{} <{}>", commit.author, commit.email),
                "message": commit.summary,
            });
            if let Some(date) = &commit.date {
                out["date"] = json!(date);
            }
            out
        },
    );
    json!({
        "file": finding.path.path,
        "start_line": finding.line,
        "end_line": finding.end_line,
        "commit": commit,
    })
}

/// Returns the named list of what GitLab has no field for.
fn details(finding: &Finding) -> Value {
    let mut out = Map::new();
    let mut text = |key: &str, name: &str, value: String| {
        let field = json!({ "name": name, "type": "text", "value": value });
        out.insert(key.to_owned(), field);
    };
    text("fingerprint", "Fingerprint", finding.fingerprint.clone());
    text("redacted", "Secret, hidden", finding.redacted.clone());
    text("provider", "Provider", finding.provider.clone());
    text("validity", "Validity", finding.validity.clone());
    let confidence = json!(finding.confidence);
    let confidence = confidence.as_str().unwrap_or_default();
    text("confidence", "Confidence", confidence.to_owned());
    if let Some(state) = &finding.state {
        text("state", "Where it stands today", state.clone());
    }
    if !finding.decoded.is_empty() {
        text("decoded", "Encoded as", finding.decoded.join(", "));
    }
    for (name, value) in finding.facts.iter() {
        text(&format!("fact_{name}"), name, value.to_owned());
    }
    let list = |name: &str, items: Vec<String>| {
        let items = items.into_iter();
        let items: Vec<Value> = items
            .map(|value| json!({ "type": "text", "value": value }))
            .collect();
        json!({ "name": name, "type": "list", "items": items })
    };
    if !finding.parts.is_empty() {
        let parts = finding.parts.iter();
        let parts = parts.map(|part| {
            format!(
                "{} in line {}, column {}: {}",
                part.part, part.line, part.column, part.redacted
            )
        });
        out.insert("parts".to_owned(), list("Parts", parts.collect()));
    }
    if !finding.occurrences.is_empty() {
        let more = finding.occurrences.len().saturating_sub(MOST_OCCURRENCES);
        let occurrences = finding
            .occurrences
            .iter()
            .take(MOST_OCCURRENCES)
            .map(occurrence);
        let more = (more > 0).then(|| format!("and {more} more"));
        let items = occurrences.chain(more).collect();
        out.insert("occurrences".to_owned(), list("In history", items));
    }
    Value::Object(out)
}

fn occurrence(occurrence: &Occurrence) -> String {
    let introduced = occurrence.introduced.as_deref().unwrap_or("no commit");
    let removed =
        (occurrence.removed.as_ref()).map_or_else(String::new, |id| format!(", removed by {id}"));
    format!(
        "{}:{} ({}), introduced by {introduced}{removed}",
        shown(&occurrence.path),
        occurrence.line,
        occurrence.state
    )
}
