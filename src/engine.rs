//! The fast engine: prefilter, then each rule's regex at its anchors.
//!
//! Law 1: for any bytes it returns exactly what [`crate::matcher::reference`] returns.

use std::{ops::Range, sync::Arc};

use crate::{
    chunk::decode::{
        self, Encoded, Encoding,
        base64::{self, is_for_urls},
    },
    guard::{self, Guard},
    matcher::{self, Candidate},
    prefilter::{DECODE, ESCAPE, Hit, KNOWN, MIN_ANNOUNCED, Prefilter, runs::MIN_LEN},
    rule::{Anchor, RuleIndex, RuleSet, SecretKind},
    scan::tally::Tally,
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
    whole_lines: bool,
    guard: Option<Arc<Guard>>,
    tally: Option<Arc<Tally>>,
    /// Where in literals their windows begin, at the least and at the most.
    windows: (usize, usize),
}

/// How many bytes before a hit may decide for it to be found by [`Engine::hits_near`] wherever one of them is changed.
const NEAR_BACK: usize = 2;

/// Memory that one thread keeps from text to text for [`Engine::hits_near`].
#[derive(Debug, Default)]
pub struct Near {
    ranges: Vec<Range<usize>>,
    joined: Vec<u8>,
    starts: Vec<usize>,
}

/// Returns the bytes round `changed` up to where no run goes on, from `low` on.
fn around(bytes: &[u8], changed: &Range<usize>, low: usize) -> Range<usize> {
    let mut start = changed.start.max(low);
    while start > low && is_for_urls(bytes[start - 1]) {
        start -= 1;
    }
    let mut end = changed.end.max(start);
    while bytes.get(end).is_some_and(|b| is_for_urls(*b)) {
        end += 1;
    }
    start..end
}

/// Returns the hit of a place where a secret may begin that the guard knows.
fn known_hit(start: usize) -> Hit {
    Hit {
        start: u32::try_from(start).expect("a chunk has fewer than 2^32 bytes"),
        rule: KNOWN,
    }
}

/// Memory that one thread keeps from chunk to chunk.
#[derive(Debug, Default)]
pub struct Scratch {
    hits: Vec<Hit>,
    starts: Vec<usize>,
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
    /// Something that is encoded may hide something.
    Encoded(Encoded),
    /// The guard knows a secret.
    Known(guard::Match),
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
            windows: prefilter.tables().window_offsets(),
            longest_literal,
            whole_lines: false,
            guard: None,
            tally: None,
            longest_run,
            rules,
            prefilter,
            in_binary,
        }
    }

    /// Returns the same engine; `whole_lines` says that of what is found the whole line is to be kept, too.
    #[must_use]
    pub fn with_whole_lines(mut self, whole_lines: bool) -> Self {
        self.whole_lines = whole_lines;
        self
    }

    /// Returns the same engine, which also finds the secrets that `guard` knows.
    #[must_use]
    pub fn with_guard(mut self, guard: Option<Arc<Guard>>) -> Self {
        self.guard = guard;
        self
    }

    /// Returns the guard.
    pub fn guard(&self) -> Option<&Guard> {
        self.guard.as_deref()
    }

    /// Returns true when of what is found the whole line is to be kept, too.
    pub fn keeps_whole_lines(&self) -> bool {
        self.whole_lines
    }

    /// Returns the same engine, which has `tally` told what becomes of each candidate.
    #[must_use]
    pub fn with_tally(mut self, tally: Arc<Tally>) -> Self {
        self.tally = Some(tally);
        self
    }

    /// Returns who is to be told what becomes of each candidate.
    pub fn tally(&self) -> Option<&Tally> {
        self.tally.as_deref()
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
        hits.retain(|hit| self.is_tried(*hit, text));
        self.add_known(bytes, 0..bytes.len(), &mut Vec::new(), hits);
    }

    /// Adds to `hits`, which are sorted, the places in `range` where a secret may begin that the guard knows, and keeps them sorted.
    fn add_known(
        &self,
        bytes: &[u8],
        range: Range<usize>,
        starts: &mut Vec<usize>,
        hits: &mut Vec<Hit>,
    ) {
        let Some(guard) = &self.guard else { return };
        starts.clear();
        guard.find(bytes, range, starts);
        if starts.is_empty() {
            return;
        }
        hits.extend(starts.iter().copied().map(known_hit));
        hits.sort_unstable();
    }

    /// Returns true when `hit`, whose outcome depends on `back` bytes before it and on those up to `reach`, is found by
    /// [`Self::hits_near`] wherever one of these is changed: it need not be remembered.
    pub fn is_near(&self, hit: Hit, back: usize, reach: usize) -> bool {
        hit.rule != KNOWN && back <= NEAR_BACK && reach <= hit.start as usize + self.longest_literal
    }

    /// Adds to `hits` the places where something is to be tried that is near one of `changed`, which come in order (a literal reaches into it,
    /// or ends as far before it as [`Self::is_near`] says), or whose run reaches into it. Maybe adds some twice, and some beside.
    pub fn hits_near(
        &self,
        bytes: &[u8],
        text: bool,
        changed: impl Iterator<Item = Range<usize>>,
        near: &mut Near,
        hits: &mut Vec<Hit>,
    ) {
        let (least, most) = self.windows;
        let before = self.longest_literal.saturating_sub(1 + least);
        let mut runs_end = 0;
        let first = hits.len();
        near.ranges.clear();
        for changed in changed {
            if let Some(guard) = &self.guard {
                let low = changed.start.saturating_sub(guard::HIT_BYTES - 1);
                guard.find(bytes, low..changed.end, &mut near.starts);
            }
            let runs = around(bytes, &changed, runs_end);
            runs_end = runs.end;
            let mut start = changed.start.saturating_sub(before);
            if runs.len() >= MIN_ANNOUNCED {
                // A literal may say that a run is to be decoded.
                start = start.min(runs.start);
            }
            if runs.len() >= MIN_LEN {
                self.prefilter.add_runs(bytes, runs, hits);
            }
            let end = bytes.len().min(changed.end + NEAR_BACK + most);
            match near.ranges.last_mut() {
                Some(last) if start <= last.end => last.end = last.end.max(end),
                _ => near.ranges.push(start..end),
            }
        }
        let Near {
            ranges,
            joined,
            starts,
        } = near;
        hits.extend(starts.drain(..).map(known_hit));
        self.prefilter.add_literals_in(bytes, ranges, joined, hits);
        let mut at = first;
        while at < hits.len() {
            if self.is_tried(hits[at], text) {
                at += 1;
            } else {
                hits.swap_remove(at);
            }
        }
    }

    /// Returns how many bytes from its start on say that a hit of `rule`, which is not [`DECODE`], is there: its literal, or the run and
    /// the byte that ends it.
    pub fn hit_len(&self, rule: u16) -> usize {
        match self.longest_run.get(usize::from(rule)) {
            _ if rule == KNOWN => guard::HIT_BYTES,
            None | Some(0) => self.longest_literal,
            Some(run) => self.longest_literal.max(run + 1),
        }
    }

    /// Tries a hit in `bytes`.
    pub fn try_hit<'a>(&self, bytes: &'a [u8], hit: Hit) -> Tried<'a> {
        let start = hit.start as usize;
        if let Some(encoded) = self.encoded_at(bytes, hit) {
            return encoded;
        }
        if hit.rule == KNOWN {
            let guard = self.guard.as_ref();
            return Tried {
                found: guard
                    .and_then(|guard| guard.match_at(bytes, start))
                    .map(Found::Known),
                back: guard::BACK,
                reach: start + guard.map_or(0, |guard| guard.reach()),
            };
        }
        let index = RuleIndex(hit.rule);
        let (candidate, reach) = matcher::try_with_reach(&self.rules, index, bytes, start);
        Tried {
            found: candidate.map(Found::Candidate),
            back: matcher::look_behind(&self.rules, index, bytes, start),
            reach: reach.max(start + self.hit_len(hit.rule)),
        }
    }

    /// Tries a hit where something may be encoded; None for one of a rule.
    fn encoded_at<'a>(&self, bytes: &'a [u8], hit: Hit) -> Option<Tried<'a>> {
        let start = hit.start as usize;
        match hit.rule {
            DECODE => {
                let (run, reach) = self.prefilter.run_at(bytes, start);
                let (run, back, reach) = match run {
                    Some(run) => {
                        let (wider, back, end) =
                            base64::for_urls(bytes, &run, |len| len >= MIN_LEN);
                        (Some(wider.unwrap_or(run)), back, reach.max(end))
                    }
                    None => (None, 1, reach),
                };
                let encoded = |range| Encoded {
                    range,
                    encoding: Encoding::Run,
                };
                Some(Tried {
                    found: run.map(encoded).map(Found::Encoded),
                    back,
                    reach,
                })
            }
            ESCAPE => {
                let stretch = decode::stretch(bytes, start);
                Some(Tried {
                    found: stretch.encoded.map(Found::Encoded),
                    back: stretch.back,
                    reach: stretch.reach.max(start + self.longest_literal),
                })
            }
            _ => None,
        }
    }

    fn is_tried(&self, hit: Hit, text: bool) -> bool {
        match hit.rule {
            DECODE | KNOWN => true,
            ESCAPE => text,
            rule => {
                self.rules.is_enabled(RuleIndex(rule))
                    && (text || self.in_binary[usize::from(rule)])
            }
        }
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
        let Scratch { hits, starts } = scratch;
        self.add_known(bytes, core.clone(), starts, hits);
        for hit in &scratch.hits {
            let start = hit.start as usize;
            if !core.contains(&start) || !self.is_tried(*hit, text) {
                continue;
            }
            if let Some(encoded) = self.encoded_at(bytes, *hit) {
                if let Some(found) = encoded.found {
                    each(found);
                }
                continue;
            }
            if hit.rule == KNOWN {
                let guard = self.guard.as_ref();
                if let Some(known) = guard.and_then(|guard| guard.match_at(bytes, start)) {
                    each(Found::Known(known));
                }
                continue;
            }
            let index = RuleIndex(hit.rule);
            if let Some(candidate) = matcher::try_at(&self.rules, index, bytes, start) {
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
