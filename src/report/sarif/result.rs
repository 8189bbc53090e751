//! Findings as results (section 3.27).

use serde_json::{Map, Value, json};

use super::{artifact, level, message, rules::Rules};
use crate::report::{
    model::{Acceptance, Document, Finding, Occurrence, Part, Path},
    place::counted,
};

pub(super) fn results(document: &Document, rules: &Rules<'_>) -> Vec<Value> {
    let counted = counted(document.findings.iter().chain(&document.accepted));
    let results = counted.into_iter().map(|(finding, before)| {
        let mut result = result(finding, before, rules);
        // All results of a run say it, or none (section 3.27.23).
        if !document.accepted.is_empty() {
            let suppressions: Vec<Value> = finding.accepted.iter().map(suppression).collect();
            result["suppressions"] = suppressions.into();
        }
        result
    });
    results.collect()
}

/// Returns what accepts a finding as a suppression (section 3.35).
fn suppression(accepted: &Acceptance) -> Value {
    let kind = if accepted.is_in_source() {
        "inSource"
    } else {
        "external"
    };
    let mut out = json!({ "kind": kind, "status": "accepted", "properties": accepted });
    if let Some(why) = accepted.justification() {
        out["justification"] = crate::report::escape(why).into();
    }
    out
}

fn result(finding: &Finding, before: usize, rules: &Rules<'_>) -> Value {
    let text = format!(
        "{}: {} ({} confidence)",
        finding.name,
        finding.redacted,
        json!(finding.confidence).as_str().unwrap_or_default()
    );
    let region = json!({
        "startLine": finding.line,
        "startColumn": finding.column,
        "endLine": finding.end_line,
        "endColumn": finding.end_column,
    });
    let mut out = json!({
        "ruleId": finding.rule,
        "level": level(finding.severity),
        "message": message(&text),
        "locations": [{ "physicalLocation": place(&finding.path, &region) }],
        "partialFingerprints": {
            // The one that GitHub goes by. A secret is the same wherever its line moves; the second of a file is another.
            "primaryLocationLineHash": format!("{}:{}", finding.fingerprint, before + 1),
            "secretFingerprint/v1": finding.fingerprint,
        },
        "properties": properties(finding),
    });
    if let Some(index) = rules.index(&finding.rule) {
        out["ruleIndex"] = index.into();
    }
    let parts = finding.parts.iter().map(|part| of_part(finding, part));
    let occurrences = finding.occurrences.iter().map(of_occurrence);
    let mut related: Vec<Value> = parts.chain(occurrences).collect();
    for (location, id) in related.iter_mut().zip(1..) {
        location["id"] = Value::from(id);
    }
    if !related.is_empty() {
        out["relatedLocations"] = related.into();
    }
    out
}

fn place(path: &Path, region: &Value) -> Value {
    json!({ "artifactLocation": artifact(path), "region": region })
}

fn of_part(finding: &Finding, part: &Part) -> Value {
    let region = json!({ "startLine": part.line, "startColumn": part.column });
    let mut properties = json!({ "redacted": part.redacted });
    if let Some(clear) = &part.secret {
        properties["secret"] = json!(clear.secret);
        if let Some(bytes) = &clear.secret_bytes {
            properties["secret_bytes"] = json!(bytes);
        }
    }
    json!({
        "physicalLocation": place(&finding.path, &region),
        "message": message(&format!("{}: {}", part.part, part.redacted)),
        "properties": properties,
    })
}

fn of_occurrence(occurrence: &Occurrence) -> Value {
    let region = json!({ "startLine": occurrence.line, "startColumn": occurrence.column });
    let commit = |id: &Option<String>| id.clone().unwrap_or_else(|| "no commit".to_owned());
    let mut text = format!(
        "in history ({}): introduced by {}",
        occurrence.state,
        commit(&occurrence.introduced)
    );
    if occurrence.removed.is_some() {
        text.push_str(", removed by ");
        text.push_str(&commit(&occurrence.removed));
    }
    json!({
        "physicalLocation": place(&occurrence.path, &region),
        "message": message(&text),
        // Not the fields themselves: those called `tags` would be taken for SARIF's own (section 3.8.2).
        "properties": { "occurrence": occurrence },
    })
}

/// Returns what SARIF has no place for, under the names of the JSON formats.
fn properties(finding: &Finding) -> Value {
    const ELSEWHERE: &[&str] = &[
        "kind",
        "rule",
        "name",
        "fingerprint",
        "path",
        "line",
        "column",
        "end_line",
        "end_column",
        "parts",
        "occurrences",
        "accepted",
    ];
    let mut fields = match json!(finding) {
        Value::Object(fields) => fields,
        _ => Map::new(),
    };
    fields.retain(|name, _| !ELSEWHERE.contains(&&**name));
    Value::Object(fields)
}
