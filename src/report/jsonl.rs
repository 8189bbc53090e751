//! The `jsonl` format: JSON Lines (<https://jsonlines.org>), one line a finding and a last line with the summary.

use std::io::{self, Write};

use super::{Report, ReportOptions, model, scrub::Scrub};
use crate::finding::Outcome;

/// Writes one JSON object a line. Each line is written at once, so that a reader never sees half a finding of a run that
/// was stopped.
#[derive(Debug, Clone, Copy)]
pub struct JsonLines;

impl Report for JsonLines {
    fn write(
        &self,
        outcome: &Outcome,
        options: ReportOptions,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let scrub = Scrub::new(outcome, options);
        for finding in &outcome.findings {
            line(out, &model::Finding::new(finding, options, &scrub))?;
        }
        line(out, &model::Summary::new(outcome, &scrub))
    }
}

fn line(out: &mut dyn Write, value: &impl serde::Serialize) -> io::Result<()> {
    let mut text = serde_json::to_vec(value)?;
    text.push(b'\n');
    out.write_all(&text)
}
