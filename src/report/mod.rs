//! Reports: one file a format.

use std::io::{self, Write};

use crate::finding::Outcome;

/// What every report may do.
#[derive(Debug, Clone, Copy, Default)]
pub struct ReportOptions {
    /// Print secrets in clear. Only ever set by `--show-secrets`.
    pub show_secrets: bool,
    /// Use colour and other terminal features.
    pub colour: bool,
}

/// A report format.
pub trait Report {
    /// Writes the report of `outcome`.
    ///
    /// # Errors
    ///
    /// When writing fails.
    fn write(
        &self,
        outcome: &Outcome,
        options: ReportOptions,
        out: &mut dyn Write,
    ) -> io::Result<()>;
}
