//! The fast engine: prefilter, then each rule's regex at its anchors.
//!
//! Law 1: for any bytes it returns exactly what [`crate::matcher::reference`] returns.

use std::ops::Range;

use crate::{
    matcher::{self, Candidate},
    prefilter::{DECODE, Hit, Prefilter},
    rule::{RuleIndex, RuleSet, SecretKind},
};

/// The rules of a run with the prefilter for their anchors.
#[derive(Debug)]
pub struct Engine {
    rules: RuleSet,
    prefilter: Prefilter,
    /// By rule: tried in binary blobs, too.
    in_binary: Box<[bool]>,
}

/// Memory that one thread keeps from chunk to chunk.
#[derive(Debug, Default)]
pub struct Scratch {
    hits: Vec<Hit>,
}

/// What the engine finds.
#[derive(Debug, Clone)]
pub enum Found<'a> {
    /// A regex matched.
    Candidate(Candidate<'a>),
    /// A run of base64 bytes that may hide something starts here.
    Encoded(Range<usize>),
}

impl Engine {
    /// Returns an engine for `rules`.
    pub fn new(rules: RuleSet) -> Self {
        let prefilter = Prefilter::of(&rules);
        let in_binary = rules
            .iter()
            .map(|(_, rule)| matches!(rule.kind, SecretKind::Token | SecretKind::Block))
            .collect();
        Self {
            rules,
            prefilter,
            in_binary,
        }
    }

    /// Returns the same engine with the plain twins of its hot loops, for comparison.
    #[must_use]
    pub fn plain(mut self) -> Self {
        self.prefilter = self.prefilter.plain();
        self
    }

    /// Returns the rules.
    pub fn rules(&self) -> &RuleSet {
        &self.rules
    }

    /// Calls `each` with what starts in `core`, in the order of starts and rules.
    ///
    /// In a binary blob (`text` is false) only rules for tokens and key blocks are tried: a keyword in compiled code says nothing
    /// about the bytes that follow it.
    pub fn find<'a>(
        &self,
        bytes: &'a [u8],
        core: Range<usize>,
        text: bool,
        scratch: &mut Scratch,
        mut each: impl FnMut(Found<'a>),
    ) {
        self.prefilter.find(bytes, &mut scratch.hits);
        for hit in &scratch.hits {
            let start = hit.start as usize;
            if !core.contains(&start) {
                continue;
            }
            if hit.rule == DECODE {
                if let Some(run) = self.prefilter.run_at(bytes, start) {
                    each(Found::Encoded(run));
                }
                continue;
            }
            let index = RuleIndex(hit.rule);
            if self.rules.is_enabled(index)
                && (text || self.in_binary[usize::from(hit.rule)])
                && let Some(candidate) = matcher::try_at(&self.rules, index, bytes, start)
            {
                each(Found::Candidate(candidate));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Engine, Found, Scratch};
    use crate::{
        matcher::{Candidate, reference},
        rule::RuleSet,
    };

    fn fast<'a>(engine: &Engine, bytes: &'a [u8]) -> Vec<Candidate<'a>> {
        let mut out = Vec::new();
        engine.find(
            bytes,
            0..bytes.len(),
            true,
            &mut Scratch::default(),
            |found| {
                if let Found::Candidate(candidate) = found {
                    out.push(candidate);
                }
            },
        );
        out
    }

    #[test]
    fn agrees_with_the_reference_on_edges() {
        let engine = Engine::new(RuleSet::builtin());
        for text in ["", "dop_v1_", "password = ", "AKIA", "\n"] {
            assert_eq!(
                fast(&engine, text.as_bytes()),
                reference(engine.rules(), text.as_bytes()),
                "{text:?}"
            );
        }
    }
}
