//! The fields of the JSON formats, shared by `json` and `jsonl`; `keyfence.schema.json` says the same as JSON Schema.
//!
//! Lines and columns count from 1, columns in bytes. The end is exclusive: `end_column` is the column right after the last
//! byte, so that a secret of 40 bytes in column 23 ends in column 63. A fact that is absent is an absent key.

mod accepted;
mod history;
mod pairs;
mod receipt;

use std::borrow::Cow;

pub use accepted::Acceptance;
use bstr::{BStr, ByteSlice as _};
use data_encoding::BASE64;
pub use history::{Commit, Note, Occurrence, States};
pub use receipt::{Marker, Policy, PolicyChange, Range};
use serde::{Deserialize, Serialize};

use super::{ReportOptions, date, scrub::Scrub};
use crate::{
    finding,
    rule::{Confidence, Severity},
    secret::Secret,
    validate::Fact,
};

/// The version of the fields. Counts up when one changes its meaning or goes; a new one leaves it.
pub const SCHEMA: u32 = 1;

/// The one object of the `json` format.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Document {
    /// [`SCHEMA`].
    pub schema: u32,
    /// What was found, sorted by path, line, column and rule.
    pub findings: Vec<Finding>,
    /// What was found and is accepted, where somebody asked for it, sorted likewise.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub accepted: Vec<Finding>,
    /// What was and was not read.
    pub summary: Summary,
}

impl Document {
    pub(super) fn new(outcome: &finding::Outcome, options: ReportOptions, scrub: &Scrub) -> Self {
        let told = |findings: &[finding::Finding]| {
            let findings = findings.iter();
            findings
                .map(|finding| Finding::new(finding, options, scrub))
                .collect()
        };
        Self {
            schema: SCHEMA,
            findings: told(&outcome.findings),
            accepted: if options.show_accepted {
                told(&outcome.accepted)
            } else {
                Vec::new()
            },
            summary: Summary::new(outcome, scrub),
        }
    }
}

/// One finding.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Finding {
    /// `finding`, or `accepted`.
    pub kind: String,
    /// The rule's id.
    pub rule: String,
    /// The rule's name.
    pub name: String,
    /// Whose credential it is.
    pub provider: String,
    /// How bad it is.
    pub severity: Severity,
    /// How sure it is.
    pub confidence: Confidence,
    /// What it says itself of its use: `live-shaped`, `encrypted`, `expired`, `malformed`, `example`.
    pub validity: String,
    /// The fingerprint of the secret: 32 hexadecimal digits.
    pub fingerprint: String,
    /// Where it is.
    #[serde(flatten)]
    pub path: Path,
    /// The line it starts on.
    pub line: u64,
    /// The column of its first byte.
    pub column: u64,
    /// The line it ends on.
    pub end_line: u64,
    /// The column right after its last byte.
    pub end_column: u64,
    /// The secret, hidden.
    pub redacted: String,
    /// The secret in clear, with `--show-secrets` only.
    #[serde(flatten)]
    pub secret: Option<Clear>,
    /// The parts of a credential of several parts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<Part>,
    /// Where the bytes came from.
    pub source: String,
    /// The encodings it was found under, outermost first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub decoded: Vec<String>,
    /// The commit that introduced it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<Commit>,
    /// Where it stands today, in one word: the most urgent state of its occurrences.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// Every stay of it in history.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub occurrences: Vec<Occurrence>,
    /// Named facts about it.
    #[serde(default, skip_serializing_if = "Facts::is_empty")]
    pub facts: Facts,
    /// What to do.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remediation: Vec<String>,
    /// What accepts it; none for one that counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted: Option<Acceptance>,
}

impl Finding {
    pub(super) fn new(finding: &finding::Finding, options: ReportOptions, scrub: &Scrub) -> Self {
        Self {
            kind: kind(finding.accepted.is_some()).to_owned(),
            rule: finding.rule.clone(),
            name: finding.name.clone(),
            provider: finding.provider.clone(),
            severity: finding.severity,
            confidence: finding.confidence,
            validity: finding.validity.name().to_owned(),
            fingerprint: finding.fingerprint.to_string(),
            path: Path::new(finding.path.as_bstr(), scrub),
            line: finding.start.line,
            column: finding.start.column,
            end_line: finding.end.line,
            end_column: finding.end.column,
            redacted: scrub.text(&finding.redacted).into_owned(),
            secret: Clear::new(&finding.secret, options),
            parts: finding
                .parts
                .iter()
                .map(|part| Part::new(part, options, scrub))
                .collect(),
            source: finding.source.name().to_owned(),
            decoded: finding
                .decoded
                .iter()
                .map(|&name| name.to_owned())
                .collect(),
            commit: finding
                .commit
                .as_deref()
                .map(|commit| Commit::new(commit, scrub)),
            state: finding.state().map(|state| state.name().to_owned()),
            occurrences: finding
                .occurrences
                .iter()
                .map(|occurrence| Occurrence::new(occurrence, scrub))
                .collect(),
            facts: Facts::new(&finding.facts, scrub),
            remediation: finding.remediation.clone(),
            accepted: Acceptance::new(finding, scrub),
        }
    }
}

impl Finding {
    /// Returns what accepts it, on one line; an empty text where nothing does.
    pub(super) fn accepted_line(&self) -> String {
        let accepted = self.accepted.as_ref();
        accepted.map_or_else(String::new, Acceptance::line)
    }
}

/// Returns what the kind of a finding is called.
fn kind(is_accepted: bool) -> &'static str {
    if is_accepted { "accepted" } else { "finding" }
}

/// One part of a credential of several parts.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Part {
    /// Which part: `access_key_id`, `secret_access_key`.
    pub part: String,
    /// The line it starts on.
    pub line: u64,
    /// The column of its first byte.
    pub column: u64,
    /// Its bytes, hidden.
    pub redacted: String,
    /// Its bytes in clear, with `--show-secrets` only.
    #[serde(flatten)]
    pub secret: Option<Clear>,
}

impl Part {
    fn new(part: &finding::Part, options: ReportOptions, scrub: &Scrub) -> Self {
        Self {
            part: part.part.clone(),
            line: part.start.line,
            column: part.start.column,
            redacted: scrub.text(&part.redacted).into_owned(),
            secret: Clear::new(&part.secret, options),
        }
    }
}

/// A path; where it is not UTF-8, its bytes in base64 (RFC 4648 section 4) beside a lossy text.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Path {
    /// The path, with what is not UTF-8 replaced by U+FFFD.
    pub path: String,
    /// The exact bytes, where `path` is not exact.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path_bytes: Option<String>,
}

impl Path {
    fn new(path: &BStr, scrub: &Scrub) -> Self {
        let (path, path_bytes) = lossless(scrub.bytes(path));
        Self {
            path: path.into_owned(),
            path_bytes,
        }
    }
}

/// A secret in clear.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Clear {
    /// The secret, with what is not UTF-8 replaced by U+FFFD.
    pub secret: String,
    /// The exact bytes in base64, where `secret` is not exact.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret_bytes: Option<String>,
}

impl Clear {
    fn new(secret: &Secret, options: ReportOptions) -> Option<Self> {
        options.show_secrets.then(|| {
            let (secret, secret_bytes) = lossless(Cow::Borrowed(secret.expose()));
            Self {
                secret: secret.into_owned(),
                secret_bytes,
            }
        })
    }
}

/// Returns `bytes` as text, and in base64 too when the text had to leave something out.
fn lossless(bytes: Cow<'_, [u8]>) -> (Cow<'_, str>, Option<String>) {
    let encoded = bytes.to_str().is_err().then(|| BASE64.encode(&bytes));
    let text = match bytes {
        Cow::Borrowed(bytes) => bytes.to_str_lossy(),
        Cow::Owned(bytes) => Cow::Owned(bytes.to_str_lossy().into_owned()),
    };
    (text, encoded)
}

/// Facts by name, in the order they were found. Parts that know the same fact say it once; where they differ, both are told.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Facts(#[serde(with = "pairs")] Vec<(String, String)>);

impl Facts {
    fn new(facts: &[Fact], scrub: &Scrub) -> Self {
        let mut merged: Vec<(String, String)> = Vec::with_capacity(facts.len());
        for (name, value) in facts {
            let value = scrub.text(value);
            match merged.iter_mut().find(|(known, _)| known == name) {
                None => merged.push(((*name).to_owned(), value.into_owned())),
                Some((_, known)) if known.split(", ").any(|v| v == value) => {}
                Some((_, known)) => {
                    known.push_str(", ");
                    known.push_str(&value);
                }
            }
        }
        Self(merged)
    }

    /// Returns true when there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns each name with its value.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (&**name, &**value))
    }
}

/// What was and was not read.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Summary {
    /// Always `summary`.
    pub kind: String,
    /// False when something the scan was asked to read was not read.
    pub complete: bool,
    /// How many findings there are.
    pub findings: usize,
    /// How many more are accepted; absent where none is.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub accepted: usize,
    /// How many of the findings are in each state of `state`; absent outside history.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub states: Option<States>,
    /// How many rules were on.
    pub rules: usize,
    /// The hash of these rules: two scans with the same one looked for the same.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub rule_set: String,
    /// The commits that were scanned, where a range was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub range: Option<Range>,
    /// What decided on what is accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<Policy>,
    /// Bytes scanned.
    pub bytes: u64,
    /// Blobs scanned.
    pub blobs: u64,
    /// Files scanned.
    pub files: u64,
    /// Commits looked at.
    pub commits: u64,
    /// What was not read, sorted by path.
    pub skipped: Vec<Skipped>,
    /// How long the scan took, in milliseconds.
    pub elapsed_ms: u64,
    /// When the scan ended (RFC 3339, in UTC).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finished: Option<String>,
}

impl Summary {
    pub(super) fn new(outcome: &finding::Outcome, scrub: &Scrub) -> Self {
        let counts = outcome.counts;
        Self {
            kind: "summary".to_owned(),
            complete: outcome.is_complete(),
            findings: outcome.findings.len(),
            accepted: outcome.accepted.len(),
            states: States::new(&outcome.findings),
            rules: outcome.rules,
            rule_set: outcome.receipt.rule_set.clone(),
            range: (outcome.receipt.range.as_ref()).map(|range| Range::new(range, scrub)),
            policy: (outcome.receipt.policy.as_ref()).map(|policy| Policy::new(policy, scrub)),
            bytes: counts.bytes,
            blobs: counts.blobs,
            files: counts.files,
            commits: counts.commits,
            skipped: outcome
                .skipped
                .iter()
                .map(|skipped| Skipped {
                    path: Path::new(skipped.path.as_bstr(), scrub),
                    reason: scrub.text(&skipped.reason).into_owned(),
                    incomplete: skipped.incomplete,
                })
                .collect(),
            elapsed_ms: outcome.elapsed_ms,
            finished: outcome.finished_seconds.and_then(date::utc),
        }
    }
}

/// Something that was not read.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Skipped {
    /// Where it is.
    #[serde(flatten)]
    pub path: Path,
    /// Why it was not read.
    pub reason: String,
    /// True when the scan was asked to read it: then it is not complete.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub incomplete: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands it over so")]
fn is_zero(count: &usize) -> bool {
    *count == 0
}
