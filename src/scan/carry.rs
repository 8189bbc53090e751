//! Scans what a delta brings, and carries over what is known of the rest.
//!
//! What becomes of a hit is a function of the bytes around it; how many, it says itself ([`Tried`]). A delta copies ranges of another
//! object. A hit whose bytes all lie within one of them was tried there with the same outcome, and moves with them. Only three things are
//! left: hits whose bytes touch the end of a copy are tried again; the bytes that the delta brings and the seams between copies are searched
//! for new hits, as far as a literal may reach over them; and where a run of base64 touches them, all of the run, because where a run starts
//! and how long it is decides.
//!
//! A line that a rule for lines matches is a hit, too, at its start. Lines that are copied from end to end are carried over; those that a
//! change touches are searched.
//!
//! Most hits come to nothing after a look at a few bytes. These are not even remembered: where one of those bytes is changed, the hit is found
//! anew ([`Engine::is_near`]).
//!
//! The plain twin is [`Carrier::whole`]; law 2 says that both give the same.

mod lines;

use std::{ops::Range, sync::Arc};

use super::detect::{self, LINE_AHEAD, LINE_BACK, Made};
use crate::{
    chunk::{self, Chunk},
    detection::{LOOK_BACK, look_ahead},
    engine::{Engine, Found, Near, Scratch, Tried},
    pair::BACK_BYTES,
    prefilter::{DECODE, Hit},
    rule::TooSlow,
    source::history::delta::Op,
};

/// Stands in a hit for the rules for lines: at the start of a line that has a match. No rule has this index, and no hit that the engine finds.
const LINE: u16 = DECODE - 1;

/// What is known of an object.
#[derive(Debug, Default)]
pub(super) struct Known {
    text: bool,
    /// True when this is about the object's text as UTF-8, not about its bytes.
    pub(super) is_wide: bool,
    /// True when there was more than is kept: then nothing is carried over.
    pub(super) overflow: bool,
    hits: Box<[KnownHit]>,
    /// What was found at hits, in their order.
    pub(super) kept: Box<[Kept]>,
}

/// A hit, and on which bytes its outcome depends.
#[derive(Debug, Clone, Copy)]
struct KnownHit {
    start: u32,
    reach: u32,
    back: u16,
    rule: u16,
    /// The place in [`Known::kept`], plus one; 0 where nothing was found.
    kept: u32,
}

/// What was found at a hit.
#[derive(Debug, Clone)]
pub(super) struct Kept {
    /// Where the hit is.
    pub(super) start: u32,
    /// What was found, with the places it had in the object where it was found first.
    pub(super) found: Arc<FoundAt>,
}

/// What was found at a hit, and where that was.
#[derive(Debug)]
pub(super) struct FoundAt {
    pub(super) start: u32,
    pub(super) made: Vec<Made>,
}

impl Known {
    /// Returns what is known of an object that was not looked at: nothing is carried over from it.
    pub(super) fn nothing() -> Self {
        Self {
            overflow: true,
            ..Self::default()
        }
    }

    /// Returns how many bytes of memory this takes, without what is shared.
    pub(super) fn size(&self) -> usize {
        self.hits.len() * size_of::<KnownHit>() + self.kept.len() * size_of::<Kept>()
    }
}

/// Scans objects and their deltas.
pub(super) struct Carrier<'e> {
    engine: &'e Engine,
    most: usize,
    scratch: Scratch,
    near: Near,
    tries: Vec<Hit>,
    carried: Vec<KnownHit>,
    /// Where in the base's hits the last copy ended.
    next: usize,
    /// The object at work.
    hits: Vec<KnownHit>,
    kept: Vec<Kept>,
    count: usize,
    slow: Vec<TooSlow>,
}

impl<'e> Carrier<'e> {
    /// Returns a carrier that keeps at most `most` detections of one object.
    pub(super) fn new(engine: &'e Engine, most: usize) -> Self {
        Self {
            engine,
            most,
            scratch: Scratch::default(),
            near: Near::default(),
            tries: Vec::new(),
            carried: Vec::new(),
            next: 0,
            hits: Vec::new(),
            kept: Vec::new(),
            count: 0,
            slow: Vec::new(),
        }
    }

    /// Scans all of an object. It has fewer than 2^32 bytes.
    pub(super) fn whole(&mut self, bytes: &[u8]) -> Known {
        self.begin();
        let text = chunk::is_text(bytes);
        let mut tries = std::mem::take(&mut self.tries);
        self.engine.hits(bytes, text, &mut tries);
        if let Some(lines) = self.engine.rules().lines().filter(|_| text) {
            self.search_lines(lines, bytes, 0..bytes.len(), &mut tries);
            tries.sort_unstable();
        }
        for hit in &tries {
            self.attempt(bytes, text, *hit);
        }
        self.tries = tries;
        self.end(text)
    }

    /// Scans what `ops` bring to an object that they make from one of `base_len` bytes that is `known`.
    pub(super) fn made(
        &mut self,
        bytes: &[u8],
        base_len: usize,
        known: &Known,
        ops: &[Op],
    ) -> Known {
        let text = chunk::is_text(bytes);
        if known.overflow || known.text != text {
            return self.whole(bytes);
        }
        self.begin();
        self.carried.clear();
        self.next = 0;
        self.tries.clear();
        for op in ops {
            self.carry(op, bytes.len(), base_len, known);
        }
        self.search(bytes, text, base_len, ops);
        self.merge(bytes, text, known);
        self.end(text)
    }

    fn begin(&mut self) {
        self.hits.clear();
        self.kept.clear();
        self.count = 0;
    }

    fn end(&mut self, text: bool) -> Known {
        let overflow = self.count > self.most;
        Known {
            text,
            is_wide: false,
            overflow,
            hits: if overflow {
                Box::default()
            } else {
                self.hits[..].into()
            },
            kept: self.kept[..].into(),
        }
    }

    /// Takes over the hits that `op` copies with all the bytes they depend on, and puts down others to be tried again.
    fn carry(&mut self, op: &Op, len: usize, base_len: usize, known: &Known) {
        let Some(from) = op.from else {
            return;
        };
        let end = from + op.len;
        // The ends of the text are what they were.
        let whole_front = from == 0 && op.to == 0;
        let whole_back = end as usize == base_len && (op.to + op.len) as usize == len;
        // Most deltas copy from front to back, so the place is mostly where the last copy ended.
        let hits = &known.hits;
        let mut at = self.next.min(hits.len());
        if hits.get(at).is_some_and(|hit| hit.start < from)
            || at
                .checked_sub(1)
                .is_some_and(|last| hits[last].start >= from)
        {
            at = hits.partition_point(|hit| hit.start < from);
        }
        while let Some(hit) = hits.get(at).filter(|hit| hit.start < end) {
            at += 1;
            let start = hit.start - from + op.to;
            let front = whole_front || hit.start - from >= u32::from(hit.back);
            let back = whole_back || hit.reach <= end;
            if front && back {
                self.carried.push(KnownHit {
                    start,
                    reach: (hit.reach - hit.start).saturating_add(start),
                    ..*hit
                });
            } else if hit.rule == LINE {
                // Were the byte before it another one, it is near a change.
                if whole_front || hit.start > from {
                    self.tries.push(Hit { start, rule: LINE });
                }
            } else if hit.rule == DECODE {
                // Where a run begins is told by the byte before it. Whether the rest of it is there, it is asked itself.
                if whole_front || hit.start > from {
                    self.tries.push(Hit {
                        start,
                        rule: DECODE,
                    });
                }
            } else if whole_back || self.ends(hit, end) {
                // What surrounds it may be new.
                self.tries.push(Hit {
                    start,
                    rule: hit.rule,
                });
            }
        }
        self.next = at;
    }

    /// Returns true when the bytes of the base before `end` say that `hit` is there; otherwise it lies at a seam, where hits are searched
    /// for anew.
    fn ends(&self, hit: &KnownHit, end: u32) -> bool {
        hit.start as usize + self.engine.hit_len(hit.rule) <= end as usize
    }

    /// Searches the bytes that are not copied, and the seams, for hits.
    fn search(&mut self, bytes: &[u8], text: bool, base_len: usize, ops: &[Op]) {
        let changed = changed(ops, base_len, bytes.len());
        let (near, tries) = (&mut self.near, &mut self.tries);
        (self.engine).hits_near(bytes, text, changed.clone(), near, tries);
        if let Some(lines) = self.engine.rules().lines().filter(|_| text) {
            self.search_lines_near(lines, bytes, changed);
        }
        self.tries.sort_unstable();
        self.tries.dedup();
    }

    /// Puts together what was carried over and what is new, in order.
    fn merge(&mut self, bytes: &[u8], text: bool, known: &Known) {
        let (carried, tries) = (
            std::mem::take(&mut self.carried),
            std::mem::take(&mut self.tries),
        );
        let mut old = carried.iter().peekable();
        for hit in &tries {
            while let Some(known_hit) =
                old.next_if(|old| (old.start, old.rule) < (hit.start, hit.rule))
            {
                self.keep(known_hit, known);
            }
            if old
                .peek()
                .is_none_or(|old| (old.start, old.rule) != (hit.start, hit.rule))
            {
                self.attempt(bytes, text, *hit);
            }
        }
        for known_hit in old {
            self.keep(known_hit, known);
        }
        (self.carried, self.tries) = (carried, tries);
    }

    /// Keeps a hit that was carried over.
    fn keep(&mut self, hit: &KnownHit, known: &Known) {
        let kept = match hit.kept.checked_sub(1) {
            None => 0,
            Some(at) => self.add(hit.start, Arc::clone(&known.kept[at as usize].found)),
        };
        self.hits.push(KnownHit { kept, ..*hit });
    }

    /// Keeps what was found at a hit; returns its place plus one.
    fn add(&mut self, start: u32, found: Arc<FoundAt>) -> u32 {
        self.count += found.made.len();
        if self.count <= self.most {
            self.kept.push(Kept { start, found });
        }
        u32::try_from(self.kept.len()).unwrap_or(u32::MAX)
    }

    /// Tries a hit.
    fn attempt(&mut self, bytes: &[u8], text: bool, hit: Hit) {
        if self.count > self.most {
            return;
        }
        if hit.rule == LINE {
            self.attempt_line(bytes, hit);
            return;
        }
        let Tried {
            found,
            mut back,
            mut reach,
        } = self.engine.try_hit(bytes, hit);
        let whole = Chunk {
            bytes,
            offset: 0,
            core: 0..bytes.len(),
            text,
        };
        let mut all = Vec::new();
        match found {
            None => {}
            Some(Found::Candidate(candidate)) => {
                let rules = self.engine.rules();
                back = back.max(LOOK_BACK);
                reach = reach.max(candidate.span.end + look_ahead(rules.rule(candidate.rule)));
                all.extend(detect::candidate(self.engine, &candidate, &whole, None));
            }
            Some(Found::Known(known)) => {
                back = back.max(LOOK_BACK);
                reach += LOOK_BACK;
                all.extend(detect::known(self.engine, known, &whole));
            }
            Some(Found::Encoded(encoded)) => {
                let scratch = &mut self.scratch;
                detect::encoded(self.engine, &whole, &encoded, None, scratch, &mut |made| {
                    all.push(made);
                });
                if !all.is_empty() {
                    reach += LOOK_BACK;
                }
            }
        }
        if hit.rule == DECODE && all.is_empty() {
            // What a run hides is told by the run alone, and where a delta touches it, it is found anew.
            return;
        }
        if all.is_empty() && self.engine.is_near(hit, back, reach) {
            return;
        }
        self.remember(hit, back, reach, all);
    }

    /// Remembers what was found at a hit, and on which bytes that depends.
    fn remember(&mut self, hit: Hit, mut back: usize, mut reach: usize, all: Vec<Made>) {
        let mut kept = 0;
        if !all.is_empty() {
            // What stands around a part of a credential, and the line, come from here.
            back = back.max(BACK_BYTES + LOOK_BACK);
            if self.engine.keeps_whole_lines() {
                back = back.max(LINE_BACK + 1);
                reach += LINE_AHEAD + 1;
            }
            let found = FoundAt {
                start: hit.start,
                made: all,
            };
            kept = self.add(hit.start, Arc::new(found));
        }
        self.hits.push(KnownHit {
            start: hit.start,
            reach: u32::try_from(reach).unwrap_or(u32::MAX),
            back: u16::try_from(back).unwrap_or(u16::MAX),
            rule: hit.rule,
            kept,
        });
    }
}

/// Returns the ranges of an object that `ops` do not copy, and the seams between copies. At the front and the back there is one where the
/// base goes on.
fn changed(
    ops: &[Op],
    base_len: usize,
    len: usize,
) -> impl Iterator<Item = Range<usize>> + Clone + '_ {
    let mut seam = ops.first().is_none_or(|op| op.from != Some(0));
    let brought = ops.iter().filter_map(move |op| {
        let to = op.to as usize;
        let brought = if op.from.is_none() {
            Some(to..to + op.len as usize)
        } else {
            seam.then_some(to..to)
        };
        seam = op.from.is_some();
        brought
    });
    let goes_on = |op: &&Op| op.from.map(|from| (from + op.len) as usize) != Some(base_len);
    let back = ops.last().filter(goes_on).map(|_| len..len);
    brought.chain(back)
}

#[cfg(test)]
mod tests;
