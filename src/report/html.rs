//! The `html` format: one page that stands alone, with search, filters, a timeline and the details of each finding.
//!
//! The page loads nothing. Its content security policy (<https://www.w3.org/TR/CSP3/>) allows the one script and the one style sheet
//! that are in it, by their hashes, and no other source: markup that somebody smuggles into a path or a commit has nobody to run it.
//! The findings are JSON in an element that is no script, escaped so that no text ends it, and the script makes text nodes of them.
//! What needs no script (coverage, policy changes, and a table of findings where scripts are off) is written here.

mod escape;
mod sections;

use std::io::{self, Write};

use data_encoding::BASE64;
use serde::Serialize as _;
use sha2::{Digest as _, Sha256};

use super::{Document, DocumentReport, ReportOptions, digest};

const PAGE: &str = include_str!("html/page.html");
const STYLE: &str = include_str!("html/style.css");
const SCRIPT: &str = include_str!("html/script.js");

/// What stands round the names of what the page is filled with.
const MARK: &str = "@@";

/// Writes a page for a browser.
#[derive(Debug, Clone, Copy)]
pub struct Html;

impl DocumentReport for Html {
    fn write_document(
        &self,
        document: &Document,
        _: ReportOptions,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        for (nth, piece) in PAGE.split(MARK).enumerate() {
            // Every other piece is a name.
            if nth % 2 == 0 {
                out.write_all(piece.as_bytes())?;
            } else {
                fill(piece, document, out)?;
            }
        }
        Ok(())
    }
}

/// Writes what belongs in the place called `name`.
fn fill(name: &str, document: &Document, out: &mut dyn Write) -> io::Result<()> {
    match name {
        "CSP" => write_policy(out),
        "STYLE" => out.write_all(STYLE.as_bytes()),
        "SCRIPT" => out.write_all(SCRIPT.as_bytes()),
        "HEADLINE" => write!(out, "{}", escape::html(&digest::headline(document))),
        "INCOMPLETE" => sections::incomplete(&document.summary, out),
        "CHANGES" => sections::policy_changes(&document.summary, out),
        "TABLE" => sections::table(document, out),
        "COVERAGE" => sections::coverage(&document.summary, out),
        "DATA" => write_data(document, out),
        _ => Err(io::Error::other(format!("the page has no place {name}"))),
    }
}

/// Writes the content security policy.
fn write_policy(out: &mut dyn Write) -> io::Result<()> {
    let hash = |text: &str| BASE64.encode(&Sha256::digest(text.as_bytes()));
    write!(
        out,
        "default-src 'none'; script-src 'sha256-{}'; style-src 'sha256-{}'; img-src data:; base-uri 'none'; form-action 'none'",
        hash(SCRIPT),
        hash(STYLE)
    )
}

fn write_data(document: &Document, out: &mut dyn Write) -> io::Result<()> {
    let mut json = serde_json::Serializer::with_formatter(out, escape::InElement);
    Ok(document.serialize(&mut json)?)
}

#[cfg(test)]
mod tests {
    use super::{PAGE, SCRIPT, STYLE};

    /// What would end the elements that they stand in.
    #[test]
    fn script_and_style_stay_in_their_elements() {
        assert!(!SCRIPT.contains("</") && !SCRIPT.contains("<!--"));
        assert!(!STYLE.contains("</"));
    }

    #[test]
    fn nothing_is_loaded_and_no_data_becomes_markup() {
        for text in [PAGE, SCRIPT, STYLE] {
            for bad in [
                "innerHTML",
                "outerHTML",
                "insertAdjacent",
                "document.write",
                "eval(",
                "fetch(",
                "XMLHttp",
                "@import",
                "import(",
                "url(",
                "src=",
            ] {
                assert!(!text.contains(bad), "{bad}");
            }
        }
        let addresses: Vec<&str> = [PAGE, SCRIPT, STYLE]
            .iter()
            .flat_map(|text| text.matches("://"))
            .collect();
        // The namespace of SVG is a name.
        assert_eq!(addresses.len(), 1);
    }
}
