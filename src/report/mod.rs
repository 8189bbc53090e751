//! Reports: one file a format.
//!
//! A report is a pure function of an [`Outcome`] and [`ReportOptions`]: it knows no terminal, no clock and no git. Errors of
//! the writer come back as they are, so that a caller can tell a broken pipe from a full disk.
//!
//! Only `--show-secrets` makes a report call [`Secret::expose`]. Besides, every text that comes from the scanned bytes
//! (paths, excerpts, facts, commits, the names of branches and tags) is searched for the secrets that were found: a token that is
//! also a file name does not get out.
//!
//! [`Secret::expose`]: crate::secret::Secret::expose

pub mod asff;
pub mod codequality;
mod coverage;
pub mod csv;
pub(crate) mod date;
mod digest;
pub mod github;
pub mod gitlab;
pub mod html;
pub mod human;
pub mod json;
pub mod jsonl;
pub mod junit;
pub mod markdown;
pub mod model;
mod place;
pub mod read;
pub mod sarif;
mod scrub;
pub(crate) mod text;

use std::io::{self, Write};

pub(crate) use scrub::Scrub;
pub(crate) use text::{escape, escape_bytes};

pub use model::Document;

use crate::finding::Outcome;

/// The JSON Schema (draft 2020-12) of the `json` format; `$defs/line` is the schema of one line of `jsonl`.
pub const JSON_SCHEMA: &str = include_str!("keyfence.schema.json");

/// What every report may do.
#[derive(Debug, Clone, Copy, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a choice of its own")]
pub struct ReportOptions {
    /// Print secrets in clear. Only ever set by `--show-secrets`.
    pub show_secrets: bool,
    /// Tell what is accepted as well, for what it is.
    pub show_accepted: bool,
    /// Use colour and other terminal features.
    pub colour: bool,
    /// Say how to accept a finding that is not a secret. Of no use where allow entries and markers are not read
    /// (`--no-allow`).
    pub accept: bool,
    /// The AWS account and region that `asff` is for, which needs them.
    pub aws: Option<asff::Target>,
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

/// A report format that needs no more than the JSON formats tell, so that it can be made of a report in JSON Lines, too.
pub trait DocumentReport {
    /// Writes the report of `document`. Secrets in clear are shown where the document has them.
    ///
    /// # Errors
    ///
    /// When writing fails; of the kind [`io::ErrorKind::InvalidInput`] when the format needs something that neither the document nor
    /// the options say.
    fn write_document(
        &self,
        document: &Document,
        options: ReportOptions,
        out: &mut dyn Write,
    ) -> io::Result<()>;
}

impl<T: DocumentReport> Report for T {
    fn write(
        &self,
        outcome: &Outcome,
        options: ReportOptions,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let scrub = Scrub::new(outcome, options);
        let document = Document::new(outcome, options, &scrub);
        let mut out = io::BufWriter::new(out);
        self.write_document(&document, options, &mut out)?;
        out.flush()
    }
}

/// The formats by the name `--format` takes.
pub static FORMATS: &[(&str, &(dyn Report + Sync))] = &[
    ("github", &github::Github),
    ("html", &html::Html),
    ("human", &human::Human),
    ("json", &json::Json),
    ("jsonl", &jsonl::JsonLines),
    ("asff", &asff::Asff),
    ("codequality", &codequality::CodeQuality),
    ("csv", &csv::Csv),
    ("gitlab", &gitlab::GitLab),
    ("junit", &junit::JUnit),
    ("markdown", &markdown::Markdown),
    ("sarif", &sarif::Sarif),
];

/// Those of them that can be made of a report in JSON Lines.
pub static DOCUMENT_FORMATS: &[(&str, &(dyn DocumentReport + Sync))] = &[
    ("asff", &asff::Asff),
    ("codequality", &codequality::CodeQuality),
    ("csv", &csv::Csv),
    ("github", &github::Github),
    ("gitlab", &gitlab::GitLab),
    ("html", &html::Html),
    ("json", &json::Json),
    ("jsonl", &jsonl::JsonLines),
    ("junit", &junit::JUnit),
    ("markdown", &markdown::Markdown),
    ("sarif", &sarif::Sarif),
];

/// Returns the format called `name`.
pub fn by_name(name: &str) -> Option<&'static (dyn Report + Sync)> {
    FORMATS
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, report)| *report)
}
