//! Reads a report in JSON Lines back, so that it can be told in another format without a second scan.

use std::{
    error::Error,
    fmt,
    io::{self, BufRead},
};

use serde::{Deserialize as _, de::Error as _};
use serde_json::Value;

use super::model::{Document, Finding, Path, SCHEMA, Skipped, Summary};

/// A report that was read.
#[derive(Debug)]
pub struct Report {
    /// What it says.
    pub document: Document,
    /// What of it is not as a scan writes it, for people.
    pub warnings: Vec<String>,
}

/// Why a report cannot be read.
#[derive(Debug)]
#[non_exhaustive]
pub enum ReadError {
    /// The reader failed.
    Io(io::Error),
    /// There is nothing in it.
    Empty,
    /// A line is no JSON.
    NoJson {
        /// The number of the line, from 1.
        line: usize,
        /// What is wrong with it.
        cause: serde_json::Error,
    },
    /// A line is neither a finding nor a summary, or lacks what these have.
    Other {
        /// The number of the line, from 1.
        line: usize,
        /// What it says it is.
        kind: Option<String>,
        /// What is wrong with it, where it says that it is one of them.
        cause: Option<serde_json::Error>,
    },
    /// There are lines after the summary, which comes last.
    AfterSummary {
        /// The number of the line, from 1.
        line: usize,
    },
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(_) => f.write_str("reading failed"),
            Self::Empty => {
                f.write_str("there is nothing in it; write it with `keyfence scan --format jsonl`")
            }
            Self::NoJson { line, cause } if cause.is_eof() => write!(
                f,
                "line {line} is cut off (the run was stopped, or the disk was full): take the line out, or scan again"
            ),
            Self::NoJson { line, .. } => write!(
                f,
                "line {line} is no JSON: what is read here is written by `keyfence scan --format jsonl`"
            ),
            Self::Other {
                line,
                kind: Some(kind),
                cause: Some(_),
            } => write!(
                f,
                "line {line} is no {kind} as keyfence writes it: take the file as `keyfence scan --format jsonl` wrote it, or scan again"
            ),
            Self::Other { line, .. } => write!(
                f,
                "line {line} is neither a finding nor a summary: what is read here is written by `keyfence scan --format jsonl`"
            ),
            Self::AfterSummary { line } => write!(
                f,
                "line {line} comes after the summary, which is the last line of a report: split the file there, and convert each report"
            ),
        }
    }
}

impl Error for ReadError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Io(error) => Some(error),
            Self::NoJson { cause, .. } if cause.is_eof() => None,
            Self::NoJson { cause, .. }
            | Self::Other {
                cause: Some(cause), ..
            } => Some(cause),
            Self::Other { .. } | Self::Empty | Self::AfterSummary { .. } => None,
        }
    }
}

/// Reads a report in JSON Lines, or the one object of the `json` format.
///
/// A report without a summary is that of a run that was stopped: its document is not complete, and a warning says so.
///
/// # Errors
///
/// When it is no such report, or cannot be read.
pub fn read(reader: &mut dyn BufRead) -> Result<Report, ReadError> {
    let (mut findings, mut accepted) = (Vec::new(), Vec::new());
    let mut summary: Option<Summary> = None;
    let mut bytes = Vec::new();
    let mut number = 0;
    while next(reader, &mut bytes)? {
        number += 1;
        let text = bytes.trim_ascii();
        if text.is_empty() {
            continue;
        }
        if summary.is_some() {
            return Err(ReadError::AfterSummary { line: number });
        }
        let value = serde_json::from_slice(text).map_err(|cause| ReadError::NoJson {
            line: number,
            cause,
        })?;
        match line(value, number)? {
            Line::Finding(finding) if finding.accepted.is_some() => accepted.push(*finding),
            Line::Finding(finding) => findings.push(*finding),
            Line::Summary(last) => summary = Some(*last),
            Line::Document(document) if findings.is_empty() && accepted.is_empty() => {
                (findings, accepted) = (document.findings, document.accepted);
                summary = Some(document.summary);
            }
            Line::Document(_) => return Err(unknown(number, None)),
        }
    }
    if summary.is_none() && findings.is_empty() && accepted.is_empty() {
        return Err(ReadError::Empty);
    }
    let mut report = report(findings, summary);
    if report.document.summary.accepted < accepted.len() {
        report.document.summary.accepted = accepted.len();
    }
    report.document.accepted = accepted;
    Ok(report)
}

enum Line {
    Finding(Box<Finding>),
    Summary(Box<Summary>),
    Document(Box<Document>),
}

fn line(value: Value, number: usize) -> Result<Line, ReadError> {
    let kind = value.get("kind").and_then(Value::as_str).map(str::to_owned);
    let is_document = value.get("schema").is_some() && value.get("findings").is_some();
    let read = match kind.as_deref() {
        Some("finding" | "accepted") => Finding::deserialize(value)
            .and_then(of_its_kind)
            .map(|finding| Line::Finding(finding.into())),
        Some("summary") => Summary::deserialize(value).map(|summary| Line::Summary(summary.into())),
        None if is_document => Document::deserialize(value).map(|all| Line::Document(all.into())),
        _ => return Err(unknown(number, kind)),
    };
    read.map_err(|cause| ReadError::Other {
        line: number,
        kind: Some(kind.unwrap_or_else(|| "report".to_owned())),
        cause: Some(cause),
    })
}

/// Returns the finding when its kind is what it says of being accepted: one that is not must not be taken for one that is.
fn of_its_kind(finding: Finding) -> Result<Finding, serde_json::Error> {
    match (finding.kind.as_str(), &finding.accepted) {
        ("accepted", None) => Err(serde_json::Error::missing_field("accepted")),
        ("finding", Some(_)) => Err(serde_json::Error::unknown_field("accepted", &[])),
        _ => Ok(finding),
    }
}

fn unknown(line: usize, kind: Option<String>) -> ReadError {
    ReadError::Other {
        line,
        kind,
        cause: None,
    }
}

/// Reads the next line into `bytes`; returns false at the end.
fn next(reader: &mut dyn BufRead, bytes: &mut Vec<u8>) -> Result<bool, ReadError> {
    bytes.clear();
    let read = reader.read_until(b'\n', bytes).map_err(ReadError::Io)?;
    Ok(read > 0)
}

fn report(findings: Vec<Finding>, summary: Option<Summary>) -> Report {
    let mut warnings = Vec::new();
    let mut summary = summary.unwrap_or_else(|| {
        warnings.push(
            "the report has no summary: the run was stopped, and what it had not read yet may hold secrets"
                .to_owned(),
        );
        stopped(findings.len())
    });
    if summary.findings != findings.len() {
        warnings.push(format!(
            "the summary counts {}, and {} left: lines were taken out since the scan",
            super::text::count(summary.findings as u64, "finding"),
            match findings.len() {
                1 => "1 is".to_owned(),
                n => format!("{n} are"),
            }
        ));
        summary.findings = findings.len();
    }
    Report {
        document: Document {
            schema: SCHEMA,
            findings,
            accepted: Vec::new(),
            summary,
        },
        warnings,
    }
}

/// Returns the summary of a run that was stopped before it wrote one.
fn stopped(findings: usize) -> Summary {
    Summary {
        kind: "summary".to_owned(),
        complete: false,
        findings,
        accepted: 0,
        states: None,
        rules: 0,
        rule_set: String::new(),
        range: None,
        policy: None,
        bytes: 0,
        blobs: 0,
        files: 0,
        commits: 0,
        skipped: vec![Skipped {
            path: Path {
                path: "<report>".to_owned(),
                path_bytes: None,
            },
            reason: "the run was stopped before it wrote a summary".to_owned(),
            incomplete: true,
        }],
        elapsed_ms: 0,
        finished: None,
    }
}
