//! The `json` format: one object, `{"schema":1,"findings":[…],"summary":{…}}`.

use std::io::{self, BufWriter, Write};

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
        let mut out = BufWriter::new(out);
        serde_json::to_writer(&mut out, &document)?;
        out.write_all(b"\n")?;
        out.flush()
    }
}
