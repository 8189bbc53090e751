//! The `markdown` format: a summary for comments on merge requests, in GitHub Flavored Markdown
//! (<https://github.github.com/gfm/>), which GitLab reads as well (<https://docs.gitlab.com/user/markdown/>).
//!
//! A comment on GitHub has at most 65,536 characters ("Body is too long", HTTP status 422:
//! <https://github.com/google/go-github/pull/440>), one on GitLab a million. So the report has a limit, each section a part of
//! it, and a section that is cut says how much is left out.

mod escape;
mod sections;

use std::io::{self, Write};

use super::{Document, DocumentReport, ReportOptions, digest};

/// The most bytes of a report, with some room for what is written round it.
pub const LIMIT_BYTES: usize = 60_000;

/// Writes a headline, what needs review, the findings, what to do about them, and the coverage receipt.
#[derive(Debug, Clone, Copy)]
pub struct Markdown;

impl DocumentReport for Markdown {
    fn write_document(
        &self,
        document: &Document,
        _: ReportOptions,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let mut before = format!("## keyfence: {}\n", digest::headline(document));
        let mut after = String::new();
        sections::incomplete(&document.summary, &mut before);
        sections::policy_changes(&document.summary, &mut before);
        sections::remediation(document, &mut after);
        sections::markers(&document.summary, &mut after);
        sections::accepted(document, &mut after);
        sections::receipt(&document.summary, &mut after);
        // The findings get all that the others leave, which is most of it.
        let budget = LIMIT_BYTES.saturating_sub(before.len() + after.len());
        sections::findings(document, budget, &mut before);
        out.write_all(before.as_bytes())?;
        out.write_all(after.as_bytes())
    }
}
