//! The `human` format: a block a finding, grouped by file, in the manner of compiler diagnostics, and a summary.
//!
//! Whatever comes from the scanned bytes is escaped: no path, line or fact can move the cursor, change a colour or reorder
//! text. What to do about a rule's findings is said once, at the rule's last finding; what to do about a secret that git
//! keeps, once at the end.

mod accepted;
mod advice;
mod block;
mod excerpt;
mod history;
mod paint;
mod policy;
mod summary;

use std::{
    collections::HashMap,
    io::{self, Write},
};

use self::paint::Paint;
use super::{Report, ReportOptions, scrub::Scrub, text};
use crate::finding::{Finding, Outcome};

/// Writes for people.
#[derive(Debug, Clone, Copy)]
pub struct Human;

impl Report for Human {
    fn write(
        &self,
        outcome: &Outcome,
        options: ReportOptions,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let scrub = Scrub::new(outcome, options);
        let paint = Paint::new(options.colour);
        let last = last_of_each_rule(&outcome.findings);
        let (mut index, mut text) = (0, Vec::new());
        for file in outcome.findings.chunk_by(|a, b| a.path == b.path) {
            writeln!(text, "{}\n", file_header(file, &scrub, paint))?;
            for finding in file {
                block::Block {
                    finding,
                    options,
                    paint,
                    scrub: &scrub,
                    advise: last.get(&shared_advice(finding)) == Some(&index),
                }
                .write(&mut text)?;
                index += 1;
            }
            out.write_all(&text)?;
            text.clear();
        }
        summary::write(outcome, options, &scrub, paint, &mut text)?;
        out.write_all(&text)
    }
}

/// What must be equal for two findings to share their advice.
fn shared_advice(finding: &Finding) -> (&str, &[String]) {
    (&finding.rule, &finding.remediation)
}

/// Returns the index of the last finding with each advice.
fn last_of_each_rule(findings: &[Finding]) -> HashMap<(&str, &[String]), usize> {
    findings
        .iter()
        .enumerate()
        .map(|(index, finding)| (shared_advice(finding), index))
        .collect()
}

fn file_header(findings: &[Finding], scrub: &Scrub, paint: Paint) -> String {
    let path = findings.first().map_or_else(String::new, |finding| {
        text::escape_bytes(&scrub.bytes(&finding.path))
    });
    let count = match findings.len() {
        0 | 1 => String::new(),
        n => format!(": {}", text::count(n as u64, "finding")),
    };
    format!("{}{count}", paint.file(&path))
}
