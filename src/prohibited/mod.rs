//! Lines that prohibited patterns match: what the drop-in `git secrets` looks for, in any source.
//!
//! A pattern says what a line must not have, and nothing about which bytes of it are the secret. So there are no findings here, with a rule and
//! a fingerprint, but lines: path, number and text. Where the patterns for AWS are among those of the user, keyfence's own rules for
//! AWS look, too, and find what a pattern of one line cannot say.

mod blocks;
mod history;
mod worker;

use std::{
    collections::BTreeSet,
    sync::{Mutex, PoisonError},
};

use bstr::BString;

use crate::{
    ere::{GaveUp, PatternSet},
    finding::{Skipped, SourceKind},
    rule::{Confidence, RuleSet, RuleSetError},
    scan::{Options, Scanner},
    source::MakeVisitor,
};
use worker::Worker;

/// A line that has something prohibited.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Line {
    /// As the source calls it.
    pub path: BString,
    /// From 1.
    pub number: u64,
    /// Without its line feed.
    pub text: BString,
}

/// What a search tells.
#[derive(Debug, Default)]
pub struct Outcome {
    /// The lines, by path and number.
    pub lines: Vec<Line>,
    /// What was not read, or not all of it, sorted.
    pub skipped: Vec<Skipped>,
}

impl Outcome {
    /// Returns what the threads of a search have put together, in order.
    fn of(collected: Mutex<Self>) -> Self {
        let mut this = collected
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        this.lines.sort();
        this.skipped.sort();
        this
    }
}

/// Patterns, and what is looked for besides.
pub struct Search {
    patterns: PatternSet,
    aws: Option<Scanner>,
}

impl Search {
    /// Returns a search for `patterns`, and for AWS credentials when `aws`.
    ///
    /// # Errors
    ///
    /// When the built-in rules have no rule for AWS, which a test excludes.
    pub fn new(patterns: PatternSet, aws: bool) -> Result<Self, RuleSetError> {
        let aws = if aws { Some(aws_scanner()?) } else { None };
        Ok(Self { patterns, aws })
    }

    /// Returns true when nothing is looked for.
    pub fn is_empty(&self) -> bool {
        self.patterns.is_empty() && self.aws.is_none()
    }

    /// Searches everything that `source` hands out.
    pub fn run(&self, source: impl FnOnce(&MakeVisitor<'_>)) -> Outcome {
        let collected = Mutex::new(Outcome::default());
        source(&|| Box::new(Worker::new(self, &collected)));
        Outcome::of(collected)
    }

    /// Returns the lines of `text`, which is no binary file, and what patterns were given up on.
    #[must_use = "lines that were given up may be prohibited"]
    pub fn lines(&self, text: &[u8], mut each: impl FnMut(u64, &[u8])) -> Vec<GaveUp> {
        let Some(scanner) = &self.aws else {
            return self.patterns.matching_lines(text, |line| {
                each(line.number as u64, &text[line.range]);
            });
        };
        let mut numbers = BTreeSet::new();
        let given_up = self.patterns.matching_lines(text, |line| {
            numbers.insert(line.number as u64);
        });
        for finding in scanner.scan_bytes("", SourceKind::Worktree, text) {
            numbers.extend(finding.parts.iter().map(|part| part.start.line));
            numbers.insert(finding.start.line);
        }
        if !numbers.is_empty() {
            for (number, line) in (1..).zip(text.split(|byte| *byte == b'\n')) {
                if numbers.contains(&number) {
                    each(number, line);
                }
            }
        }
        given_up
    }
}

/// Returns a scanner for AWS's credentials.
fn aws_scanner() -> Result<Scanner, RuleSetError> {
    let mut rules = RuleSet::builtin();
    let ids: Vec<String> = rules
        .iter()
        .filter(|(_, rule)| rule.provider == "aws")
        .map(|(_, rule)| rule.id.to_string())
        .collect();
    rules.enable_only(&ids)?;
    let options = Options {
        min_confidence: Confidence::Medium,
        // An excuse is what `secrets.allowed` says.
        inline_markers: false,
        ..Options::default()
    };
    Ok(Scanner::new(rules, options))
}

#[cfg(test)]
mod tests;
