//! The `json` format: one object, `{"schema":1,"findings":[…],"summary":{…}}`.

use std::io::{self, Write};

use super::{Report, ReportOptions, model, scrub::Scrub};
use crate::finding::Outcome;

/// Writes everything as one JSON object on one line.
#[derive(Debug, Clone, Copy)]
pub struct Json;

impl Report for Json {
    fn write(
        &self,
        outcome: &Outcome,
        options: ReportOptions,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let scrub = Scrub::new(outcome, options);
        let document = model::Document::new(outcome, options, &scrub);
        let mut text = serde_json::to_vec(&document)?;
        text.push(b'\n');
        out.write_all(&text)
    }
}
