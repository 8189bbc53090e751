//! The fast engine: prefilter, then each rule's regex at its anchors.
//!
//! Law 1: for any bytes it returns exactly what [`crate::matcher::reference`] returns.

use std::ops::Range;

use crate::{
    matcher::{self, Candidate},
    prefilter::{
        DECODE, Hit, Prefilter,
        runs::{MIN_LEN, is_base64},
    },
    rule::{Anchor, RuleIndex, RuleSet, SecretKind, boundary::LOOK_BEHIND_BYTES},
};

/// The rules of a run with the prefilter for their anchors.
#[derive(Debug)]
pub struct Engine {
    rules: RuleSet,
    prefilter: Prefilter,
    /// By rule: tried in binary blobs, too.
    in_binary: Box<[bool]>,
    /// By rule: the longest base64 run it is anchored at; 0 for none.
    longest_run: Box<[usize]>,
    longest_literal: usize,
    /// How far round a change windows of literals are looked for.
    margins: (usize, usize),
}

/// How far a text was searched.
#[derive(Debug, Clone, Copy, Default)]
pub struct Searched {
    literals: usize,
    runs: usize,
}

/// Returns the bytes round `changed` up to where no run goes on, from `low` on.
fn around(bytes: &[u8], changed: &Range<usize>, low: usize) -> Range<usize> {
    let mut start = changed.start.max(low);
    while start > low && is_base64(bytes[start - 1]) {
        start -= 1;
    }
    let mut end = changed.end.max(start);
    while bytes.get(end).is_some_and(|b| is_base64(*b)) {
        end += 1;
    }
    start..end
}

/// Memory that one thread keeps from chunk to chunk.
#[derive(Debug, Default)]
pub struct Scratch {
    hits: Vec<Hit>,
}

/// What became of a hit, and which bytes that depends on.
#[derive(Debug, Clone)]
pub struct Tried<'a> {
    /// What was found.
    pub found: Option<Found<'a>>,
    /// How many bytes before the hit decide.
    pub back: usize,
    /// Where the bytes end that decide: one more than there are where the end of the text does.
    pub reach: usize,
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
        let run = |anchor: &Anchor| match anchor {
            Anchor::Base64Run(len) => usize::from(*len),
            _ => 0,
        };
        let longest_run: Box<[usize]> = rules
            .iter()
            .map(|(_, rule)| rule.anchors.iter().map(run).max().unwrap_or(0))
            .collect();
        let literals = prefilter.tables().literals.iter();
        let longest_literal = literals.map(|l| l.text.len()).max().unwrap_or(0);
        Self {
            margins: prefilter.tables().margins(),
            longest_literal,
            longest_run,
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

    /// Replaces `hits` by the places in `bytes` where something is to be tried, in the order of their starts and rules.
    pub fn hits(&self, bytes: &[u8], text: bool, hits: &mut Vec<Hit>) {
        self.prefilter.find(bytes, hits);
        hits.retain(|hit| hit.rule == DECODE || self.is_tried(RuleIndex(hit.rule), text));
    }

    /// Adds to `hits` the places where something is to be tried whose literal reaches into `changed`, or whose run does.
    ///
    /// `searched` is where the last call ended; returns where this one does, so that regions that meet are searched once.
    pub fn hits_near(
        &self,
        bytes: &[u8],
        text: bool,
        changed: Range<usize>,
        searched: Searched,
        hits: &mut Vec<Hit>,
    ) -> Searched {
        let (before, after) = self.margins;
        let start = changed.start.saturating_sub(before).max(searched.literals);
        // A window of three bytes begins at most two before its end.
        let end = bytes.len().min((changed.end + after).saturating_sub(2));
        let first = hits.len();
        if start < end {
            self.prefilter.add_literals(bytes, start..end, hits);
        }
        let runs = around(bytes, &changed, searched.runs);
        if runs.len() >= MIN_LEN {
            self.prefilter.add_runs(bytes, runs.clone(), hits);
        }
        let mut at = first;
        while at < hits.len() {
            let rule = hits[at].rule;
            if rule == DECODE || self.is_tried(RuleIndex(rule), text) {
                at += 1;
            } else {
                hits.swap_remove(at);
            }
        }
        Searched {
            literals: end.max(searched.literals),
            runs: runs.end.max(searched.runs),
        }
    }

    /// Returns how many bytes from its start on say that a hit of `rule`, which is not [`DECODE`], is there: its literal, or the run and
    /// the byte that ends it.
    pub fn hit_len(&self, rule: u16) -> usize {
        match self.longest_run[usize::from(rule)] {
            0 => self.longest_literal,
            run => self.longest_literal.max(run + 1),
        }
    }

    /// Tries a hit in `bytes`.
    pub fn try_hit<'a>(&self, bytes: &'a [u8], hit: Hit) -> Tried<'a> {
        let start = hit.start as usize;
        if hit.rule == DECODE {
            let (run, reach) = self.prefilter.run_with_reach(bytes, start);
            return Tried {
                found: run.map(Found::Encoded),
                back: 1,
                reach,
            };
        }
        let index = RuleIndex(hit.rule);
        let (candidate, reach) = matcher::try_with_reach(&self.rules, index, bytes, start);
        Tried {
            found: candidate.map(Found::Candidate),
            back: LOOK_BEHIND_BYTES,
            reach: reach.max(start + self.hit_len(hit.rule)),
        }
    }

    fn is_tried(&self, rule: RuleIndex, text: bool) -> bool {
        self.rules.is_enabled(rule) && (text || self.in_binary[usize::from(rule.0)])
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
            if self.is_tried(index, text)
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
