//! The `jsonl` format: JSON Lines (<https://jsonlines.org>), one line a finding, then what is accepted where
//! somebody asked for it, and a last line with the summary.

use std::io::{self, Write};

use super::{Document, DocumentReport, ReportOptions};

/// Writes one JSON object a line. Each line is written at once, so that a reader never sees half a finding of a run that
/// was stopped.
#[derive(Debug, Clone, Copy)]
pub struct JsonLines;

impl DocumentReport for JsonLines {
    fn write_document(
        &self,
        document: &Document,
        _: ReportOptions,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        for finding in document.findings.iter().chain(&document.accepted) {
            line(out, finding)?;
        }
        line(out, &document.summary)
    }
}

fn line(out: &mut dyn Write, value: &impl serde::Serialize) -> io::Result<()> {
    let mut text = serde_json::to_vec(value)?;
    text.push(b'\n');
    out.write_all(&text)?;
    out.flush()
}
