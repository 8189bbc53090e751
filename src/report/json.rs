//! The `json` format: one object, `{"schema":1,"findings":[…],"summary":{…}}`.

use std::io::{self, Write};

use super::{Document, DocumentReport, ReportOptions};

/// Writes everything as one JSON object on one line.
#[derive(Debug, Clone, Copy)]
pub struct Json;

impl DocumentReport for Json {
    fn write_document(
        &self,
        document: &Document,
        _: ReportOptions,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        serde_json::to_writer(&mut *out, document)?;
        out.write_all(b"\n")
    }
}
