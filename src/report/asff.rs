//! The `asff` format: the AWS Security Finding Format, as `aws securityhub batch-import-findings --findings file://FILE` takes it, 100 at
//! a time (<https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_AwsSecurityFinding.html>).
//!
//! It has no place for the scan itself: each finding tells the coverage in its `ProductFields`, and what was not read or of the policy
//! needs review is a finding of its own.

mod target;

use std::io::{self, Write};

use serde_json::{Map, Value, json};
pub use target::{Target, TargetError};

use super::{
    Document, DocumentReport, ReportOptions,
    coverage::{self, Note, Topic},
    date,
    model::{Finding, Path},
    place::{counted, cut, shown, stable_id, uuid},
};
use crate::rule::{Confidence, Severity};

/// The most resources of a finding.
const MOST_RESOURCES: usize = 32;

/// The longest texts, in characters.
const MOST_OF_TITLE: usize = 256;
const MOST_OF_DESCRIPTION: usize = 1024;
const MOST_OF_RECOMMENDATION: usize = 512;
const MOST_OF_ID: usize = 512;
const MOST_OF_FIELD: usize = 1024;

/// Writes one JSON array.
#[derive(Debug, Clone, Copy)]
pub struct Asff;

impl DocumentReport for Asff {
    fn write_document(
        &self,
        document: &Document,
        options: ReportOptions,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let target = options.aws.ok_or_else(|| {
            io::Error::new(
                io::ErrorKind::InvalidInput,
                "no AWS account and region were given, and this format needs them",
            )
        })?;
        let (_, end) = date::of_scan(&document.summary)?;
        let receipt = coverage::receipt_texts(&document.summary);
        let common = Common {
            target,
            time: format!("{end}Z"),
            receipt,
        };
        let counted = counted(&document.findings).into_iter();
        let findings = counted.map(|(finding, before)| common.finding(finding, before));
        let notes = coverage::notes(&document.summary);
        let notes = notes.iter().map(|note| common.note(note));
        let all: Vec<Value> = findings.chain(notes).collect();
        serde_json::to_writer(&mut *out, &all)?;
        out.write_all(b"\n")
    }
}

/// What all findings of a report say.
struct Common {
    target: Target,
    time: String,
    receipt: Vec<(&'static str, String)>,
}

/// What one of them says.
struct Parts<'a> {
    id: &'a str,
    generator: &'a str,
    kind: String,
    label: &'static str,
    title: &'a str,
    description: &'a str,
    resources: Vec<Value>,
    fields: Vec<(&'a str, String)>,
}

impl Common {
    fn build(&self, parts: Parts<'_>) -> Value {
        let severity = json!({ "Label": parts.label });
        let types = json!([parts.kind]);
        let receipt = self
            .receipt
            .iter()
            .map(|(name, value)| (*name, value.clone()));
        let fields = parts.fields.into_iter().chain(receipt);
        json!({
            "SchemaVersion": "2018-10-08",
            "Id": parts.id,
            "ProductArn": self.target.product_arn(),
            "ProductName": "keyfence",
            "CompanyName": "keyfence",
            "GeneratorId": cut(parts.generator, MOST_OF_ID),
            "AwsAccountId": self.target.account(),
            "Types": types,
            "CreatedAt": self.time,
            "UpdatedAt": self.time,
            "Severity": severity,
            "FindingProviderFields": { "Severity": severity, "Types": types },
            "Title": cut(parts.title, MOST_OF_TITLE),
            "Description": cut(parts.description, MOST_OF_DESCRIPTION),
            "ProductFields": field_map("keyfence/", fields),
            "Resources": parts.resources,
            "RecordState": "ACTIVE",
        })
    }

    fn finding(&self, finding: &Finding, before: usize) -> Value {
        let path = shown(&finding.path);
        let mut out = self.build(Parts {
            id: &stable_id(finding, before),
            generator: &finding.rule,
            // Namespace and category are of the taxonomy, which has classifiers of its own for configuration checks alone:
            // <https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-findings-format-type-taxonomy.html>
            kind: format!("Sensitive Data Identifications/Passwords/{}", finding.rule),
            label: label(finding.severity),
            title: &format!("{} in {path}", finding.name),
            description: &format!(
                "A credential of {} stands in {path}, line {}: {}. Whoever reads it can use it.",
                finding.provider, finding.line, finding.redacted
            ),
            resources: resources(finding),
            fields: fields(finding),
        });
        out["Confidence"] = confidence(finding.confidence).into();
        out["FindingProviderFields"]["Confidence"] = confidence(finding.confidence).into();
        if !finding.remediation.is_empty() {
            let text = cut(&finding.remediation.join(" "), MOST_OF_RECOMMENDATION);
            out["Remediation"] = json!({ "Recommendation": { "Text": text } });
        }
        out
    }

    fn note(&self, note: &Note<'_>) -> Value {
        let path = note.path.map_or_else(|| "scan".to_owned(), shown);
        let label = match note.topic {
            Topic::Incomplete => "MEDIUM",
            Topic::PolicyChange => "INFORMATIONAL",
        };
        self.build(Parts {
            id: &uuid(&[note.topic.id(), &note.text]),
            generator: note.topic.id(),
            kind: format!("Software and Configuration Checks/{}", note.topic.id()),
            label,
            title: note.topic.name(),
            description: &super::escape(&note.text),
            resources: vec![resource(&path, Vec::new())],
            fields: Vec::new(),
        })
    }
}

fn label(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "CRITICAL",
        Severity::High => "HIGH",
        Severity::Medium => "MEDIUM",
        Severity::Low => "LOW",
    }
}

/// Returns a confidence of 0 to 100.
fn confidence(confidence: Confidence) -> u8 {
    match confidence {
        Confidence::High => 95,
        Confidence::Medium => 60,
        Confidence::Low => 20,
    }
}

/// Returns the AWS accounts that the secret opens, then where it is and was.
fn resources(finding: &Finding) -> Vec<Value> {
    let accounts = finding
        .facts
        .iter()
        .filter(|(name, _)| *name == "account_id");
    let accounts = accounts.flat_map(|(_, ids)| ids.split(", "));
    let is_account = |id: &&str| id.len() == 12 && id.bytes().all(|b| b.is_ascii_digit());
    let accounts = accounts
        .filter(is_account)
        .map(|id| json!({ "Type": "AwsAccount", "Id": format!("AWS::::Account:{id}") }));
    let mut place = of_place(&finding.path, finding.line);
    if let Some(commit) = &finding.commit {
        place.push(("commit", commit.id.clone()));
        place.push(("author", format!("{} <{}>", commit.author, commit.email)));
        place.push(("date", commit.date.clone().unwrap_or_default()));
        place.push(("summary", commit.summary.clone()));
    }
    let first = resource(&shown(&finding.path), place);
    let parts = finding.parts.iter().map(|part| {
        let mut fields = of_place(&finding.path, part.line);
        fields.push(("part", part.part.clone()));
        fields.push(("redacted", part.redacted.clone()));
        resource(&format!("{}:{}", shown(&finding.path), part.line), fields)
    });
    let occurrences = finding.occurrences.iter().map(|occurrence| {
        let mut fields = of_place(&occurrence.path, occurrence.line);
        fields.push(("state", occurrence.state.clone()));
        fields.push((
            "introduced",
            occurrence.introduced.clone().unwrap_or_default(),
        ));
        fields.push(("removed", occurrence.removed.clone().unwrap_or_default()));
        resource(
            &format!("{}:{}", shown(&occurrence.path), occurrence.line),
            fields,
        )
    });
    let all = accounts.chain([first]).chain(parts).chain(occurrences);
    all.take(MOST_RESOURCES).collect()
}

fn of_place(path: &Path, line: u64) -> Vec<(&'static str, String)> {
    vec![("path", shown(path)), ("line", line.to_string())]
}

fn resource(id: &str, fields: Vec<(&str, String)>) -> Value {
    let id = if id.trim().is_empty() {
        "(no path)"
    } else {
        id
    };
    let mut out = json!({ "Type": "Other", "Id": cut(id, MOST_OF_ID) });
    if !fields.is_empty() {
        out["Details"] = json!({ "Other": field_map("", fields.into_iter()) });
    }
    out
}

/// Returns what ASFF has no field for.
fn fields(finding: &Finding) -> Vec<(&str, String)> {
    let mut out = vec![
        ("fingerprint", finding.fingerprint.clone()),
        ("redacted", finding.redacted.clone()),
        ("provider", finding.provider.clone()),
        ("validity", finding.validity.clone()),
        ("source", finding.source.clone()),
        ("state", finding.state.clone().unwrap_or_default()),
        ("decoded", finding.decoded.join(", ")),
    ];
    out.extend((finding.secret.as_ref()).map(|clear| ("secret", clear.secret.clone())));
    // There is room for 50 in all.
    let facts = finding.facts.iter().take(20);
    out.extend(facts.map(|(name, value)| (name, value.to_owned())));
    out
}

/// Returns a map of texts, without the empty ones, which ASFF does not take.
fn field_map<'a>(
    prefix: &str,
    fields: impl Iterator<Item = (&'a str, String)>,
) -> Map<String, Value> {
    let full = fields.filter(|(_, value)| !value.trim().is_empty());
    let cut = |(name, value): (&str, String)| {
        (format!("{prefix}{name}"), json!(cut(&value, MOST_OF_FIELD)))
    };
    full.map(cut).collect()
}
