//! The `sarif` format: SARIF 2.1.0 (<https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/sarif-v2.1.0-errata01-os-complete.html>),
//! with what GitHub's code scanning makes of it
//! (<https://docs.github.com/en/code-security/reference/code-scanning/sarif-files/sarif-support-for-code-scanning>).
//!
//! Columns are those of the other formats: they count bytes, and SARIF has no word for that. `columnKind` says Unicode code points,
//! which is the same wherever what stands before a secret on its line is ASCII; `properties.columns` says `bytes`.
//!
//! `versionControlProvenance` needs the address of the repository. A scan knows none but that which a CI system tells a gate: what git's
//! configuration says may have a password in it, or be the name of a folder.

mod result;
mod rules;

use std::io::{self, Write};

use serde_json::{Map, Value, json};

use super::{
    Document, DocumentReport, ReportOptions, coverage,
    coverage::{Note, Topic},
    date,
    model::{Path, Summary},
    place::uri,
};
use crate::rule::Severity;

/// The schema that the report names.
const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// What paths are relative to: GitHub's name for the top of the repository.
const BASE: &str = "%SRCROOT%";

/// Writes one SARIF log with one run.
#[derive(Debug, Clone, Copy)]
pub struct Sarif;

impl DocumentReport for Sarif {
    fn write_document(
        &self,
        document: &Document,
        _: ReportOptions,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let log = json!({ "$schema": SCHEMA, "version": "2.1.0", "runs": [run(document)] });
        serde_json::to_writer(&mut *out, &log)?;
        out.write_all(b"\n")
    }
}

fn run(document: &Document) -> Value {
    let rules = rules::Rules::new(document);
    let mut driver = json!({
        "name": "keyfence",
        "version": env!("CARGO_PKG_VERSION"),
        "semanticVersion": env!("CARGO_PKG_VERSION"),
        "rules": rules.descriptors(),
        "notifications": [descriptor(Topic::Incomplete), descriptor(Topic::PolicyChange)],
    });
    let home = env!("CARGO_PKG_REPOSITORY");
    if !home.is_empty() {
        driver["informationUri"] = home.into();
    }
    let mut run = json!({
        "tool": { "driver": driver },
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {
            BASE: { "description": { "text": "Where the scan was asked: the top of the repository, most of the time." } },
        },
        "invocations": [invocation(&document.summary)],
        "results": result::results(document, &rules),
        "properties": properties(&document.summary),
    });
    if let Some(details) = version_control(&document.summary) {
        run["versionControlProvenance"] = json!([details]);
    }
    run
}

/// Returns which commit of which repository was looked at (section 3.28), where both are known.
fn version_control(summary: &Summary) -> Option<Value> {
    let range = summary.range.as_ref()?;
    Some(json!({
        "repositoryUri": range.repository.as_ref()?,
        "revisionId": range.head,
        "mappedTo": { "uriBaseId": BASE },
    }))
}

fn descriptor(topic: Topic) -> Value {
    json!({ "id": topic.id(), "shortDescription": { "text": topic.name() } })
}

/// Returns how the scan went (section 3.20).
fn invocation(summary: &Summary) -> Value {
    let notes = coverage::notes(summary);
    let mut out = json!({
        "executionSuccessful": summary.complete,
        "toolExecutionNotifications": notes.iter().map(notification).collect::<Vec<_>>(),
    });
    let finished = summary.finished.as_deref();
    if let Some((start, end)) =
        finished.and_then(|finished| date::span(finished, summary.elapsed_ms))
    {
        out["startTimeUtc"] = format!("{start}Z").into();
        out["endTimeUtc"] = format!("{end}Z").into();
    }
    out
}

fn notification(note: &Note<'_>) -> Value {
    let level = match note.topic {
        Topic::Incomplete => "error",
        Topic::PolicyChange => "warning",
    };
    let mut out = json!({
        "descriptor": { "id": note.topic.id() },
        "level": level,
        "message": message(&note.text),
    });
    if let Some(path) = note.path {
        let mut place = json!({ "artifactLocation": artifact(path) });
        if let Some(line) = note.line {
            place["region"] = json!({ "startLine": line });
        }
        out["locations"] = json!([{ "physicalLocation": place }]);
    }
    out
}

/// Returns the coverage receipt.
fn properties(summary: &Summary) -> Value {
    let pairs = coverage::receipt(summary).into_iter();
    let mut out: Map<String, Value> = pairs
        .map(|(name, value)| (name.to_owned(), value))
        .collect();
    out.insert("columns".to_owned(), json!("bytes"));
    out.insert("elapsed_ms".to_owned(), json!(summary.elapsed_ms));
    out.insert("range".to_owned(), json!(summary.range));
    out.insert("policy".to_owned(), json!(summary.policy));
    out.insert("states".to_owned(), json!(summary.states));
    out.retain(|_, value| !value.is_null());
    Value::Object(out)
}

/// Returns the artifact location of `path` (section 3.4).
fn artifact(path: &Path) -> Value {
    match uri(path) {
        (uri, true) => json!({ "uri": uri, "uriBaseId": BASE }),
        (uri, false) => json!({ "uri": uri }),
    }
}

/// Returns a message (section 3.11), in which nothing is a placeholder or a link.
fn message(text: &str) -> Value {
    let mut out = String::with_capacity(text.len());
    for c in super::escape(text).chars() {
        match c {
            '{' | '}' => out.extend([c, c]),
            '[' | ']' | '\\' => out.extend(['\\', c]),
            _ => out.push(c),
        }
    }
    json!({ "text": out })
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low => "note",
    }
}
