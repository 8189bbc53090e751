//! Reasons to drop a candidate or to trust it less, one a file, each with a name that `keyfence why` prints.
//!
//! A judge looks at a [`Scene`] and says nothing, "lower" or "drop". Judges are pure and independent: the order in which they
//! speak changes nothing. Which judges look at a rule's candidates follows from the rule's [`SecretKind`].

mod base64_text;

use std::ops::Range;

use crate::{
    matcher::{Candidate, lines},
    rule::{Rule, SecretKind},
};

/// What a judge sees.
#[derive(Debug, Clone)]
pub struct Scene<'a> {
    /// The rule that matched.
    pub rule: &'a Rule,
    /// The chunk.
    pub bytes: &'a [u8],
    /// The whole match, in the chunk.
    pub span: Range<usize>,
    /// The secret, in the chunk.
    pub secret_span: Range<usize>,
    /// The line of the secret's start, cut at [`LINE_BYTES`] on both sides.
    pub line: Range<usize>,
    /// The path of the blob, as far as it is known; `/` between folders.
    pub path: &'a [u8],
    /// True when a check proved the form (a checksum is right): only judges that know the very value may drop it.
    pub proved: bool,
}

/// How far a judge sees on a line, in bytes before and after the match.
pub const LINE_BYTES: usize = 512;

impl<'a> Scene<'a> {
    /// Returns the scene of `candidate`.
    pub fn new(rule: &'a Rule, candidate: &Candidate<'a>, path: &'a [u8], proved: bool) -> Self {
        Self {
            rule,
            bytes: candidate.bytes,
            span: candidate.span.clone(),
            secret_span: candidate.secret.clone(),
            line: lines::line_around(candidate.bytes, candidate.secret.clone(), LINE_BYTES),
            path,
            proved,
        }
    }

    /// Returns the secret.
    pub fn secret(&self) -> &'a [u8] {
        &self.bytes[self.secret_span.clone()]
    }

    /// Returns what stands on the line before the secret.
    pub fn before(&self) -> &'a [u8] {
        &self.bytes[self.line.start.min(self.secret_span.start)..self.secret_span.start]
    }

    /// Returns what stands on the line after the secret.
    pub fn after(&self) -> &'a [u8] {
        &self.bytes[self.secret_span.end..self.line.end.max(self.secret_span.end)]
    }
}

/// What a judge says against a candidate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opinion {
    /// It is not a secret.
    Drop,
    /// It is less sure: one step of confidence.
    Lower,
}

/// A judge.
#[derive(Debug, Clone, Copy)]
pub struct Judge {
    /// Its name, kebab-case.
    pub name: &'static str,
    /// What it says, for people: "is a placeholder".
    pub says: &'static str,
    /// The kinds of rule it looks at.
    pub kinds: &'static [SecretKind],
    /// Its opinion of a scene.
    pub opinion: fn(&Scene<'_>) -> Option<Opinion>,
}

/// All judges.
pub static JUDGES: &[Judge] = &[base64_text::JUDGE];

/// Returns the judges that have something against the scene, with what they say.
pub fn opinions<'a>(scene: &'a Scene<'_>) -> impl Iterator<Item = (&'static Judge, Opinion)> + 'a {
    JUDGES
        .iter()
        .filter(|judge| judge.kinds.contains(&scene.rule.kind))
        .filter_map(|judge| Some((judge, (judge.opinion)(scene)?)))
}
