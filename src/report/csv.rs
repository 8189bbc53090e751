//! The `csv` format: comma-separated values (RFC 4180), one row a finding, for spreadsheets.
//!
//! What was not read, and what of the policy needs review, are rows too, with `keyfence-incomplete` and `keyfence-policy-change` for a
//! rule: whoever sums the file up must not take half a scan for a whole one.

use std::{
    borrow::Cow,
    io::{self, Write},
};

use serde_json::json;

use super::{
    Document, DocumentReport, ReportOptions, coverage, coverage::Note, model::Finding, place::shown,
};

/// The columns. With `--show-secrets` there is one more, `secret`.
const COLUMNS: &[&str] = &[
    "rule",
    "path",
    "line",
    "column",
    "fingerprint",
    "severity",
    "confidence",
    "provider",
    "commit",
    "author",
    "date",
    "state",
    "redacted",
    "note",
];

/// Writes a header and a row for each finding.
#[derive(Debug, Clone, Copy)]
pub struct Csv;

impl DocumentReport for Csv {
    fn write_document(
        &self,
        document: &Document,
        _: ReportOptions,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let shows = document.findings.iter().any(|f| f.secret.is_some());
        let secret = shows.then_some("secret");
        let mut rows = csv::Writer::from_writer(Vec::new());
        rows.write_record(COLUMNS.iter().copied().chain(secret))?;
        for finding in &document.findings {
            let mut row = row(finding);
            if shows {
                let clear = finding.secret.as_ref();
                row.push(clear.map_or_else(String::new, |clear| clear.secret.clone()));
            }
            rows.write_record(row.iter().map(|cell| safe(cell).into_owned()))?;
        }
        for note in coverage::notes(&document.summary) {
            let row = of_note(&note);
            let cells = row.iter().map(|cell| safe(cell).into_owned());
            rows.write_record(cells.chain(secret.map(|_| String::new())))?;
        }
        let text = rows.into_inner().map_err(csv::IntoInnerError::into_error)?;
        out.write_all(&text)
    }
}

fn row(finding: &Finding) -> Vec<String> {
    let confidence = json!(finding.confidence);
    let severity = json!(finding.severity);
    let word = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let commit = finding.commit.as_ref();
    vec![
        finding.rule.clone(),
        shown(&finding.path),
        finding.line.to_string(),
        finding.column.to_string(),
        finding.fingerprint.clone(),
        word(&severity),
        word(&confidence),
        finding.provider.clone(),
        commit.map_or_else(String::new, |commit| commit.id.clone()),
        commit.map_or_else(String::new, |c| format!("{} <{}>", c.author, c.email)),
        commit
            .and_then(|commit| commit.date.clone())
            .unwrap_or_default(),
        finding.state.clone().unwrap_or_default(),
        finding.redacted.clone(),
        String::new(),
    ]
}

fn of_note(note: &Note<'_>) -> Vec<String> {
    let mut row = vec![String::new(); COLUMNS.len()];
    note.topic.id().clone_into(&mut row[0]);
    row[1] = note.path.map_or_else(String::new, shown);
    row[2] = note.line.map_or_else(String::new, |line| line.to_string());
    row[COLUMNS.len() - 1].clone_from(&note.text);
    row
}

/// Returns a cell in which nothing acts on a terminal, and that no spreadsheet takes for a formula
/// (<https://owasp.org/www-community/attacks/CSV_Injection>). Tab and carriage return, which would do the same, are escaped.
fn safe(cell: &str) -> Cow<'_, str> {
    let cell = super::escape(cell);
    if cell.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']) {
        return Cow::Owned(format!("'{cell}"));
    }
    cell
}
