//! Finds anchors in bytes, nothing else.
//!
//! [`Tables`] say which literals to look for: each by the three rarest bytes in a row, its window. A bitmap says whether any literal
//! has the window that stands at a position; only where it may are literals compared.
//!
//! Why not Aho-Corasick: the dense automaton for these literals reads about 0.4 GB/s a core. Why not fingerprints in eight
//! buckets (Teddy): with more than 700 literals most positions pass. `benches/RESULTS.md` has the numbers.

mod builtin;
pub mod codegen;
mod plain;
pub mod runs;
mod tables;
#[cfg(target_arch = "x86_64")]
mod vector;

use std::{borrow::Cow, ops::Range};

use tables::WINDOW;
pub use tables::{Link, Literal, Tables, guess};

use crate::rule::RuleSet;

/// A place where a rule's regex is to be tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hit {
    /// The position, in the chunk.
    pub start: u32,
    /// The rule.
    pub rule: u16,
}

/// The rule of a hit where no rule's regex is tried: a base64 run starts there that is to be decoded.
pub const DECODE: u16 = u16::MAX;

/// The same where an escape or the name of a column stands, and a stretch of text may be that is to be decoded.
pub const ESCAPE: u16 = u16::MAX - 2;

/// The same where a secret may begin that the guard knows.
pub const KNOWN: u16 = u16::MAX - 3;

/// The base64 forms of the first letters of AWS key ids: too short to be noticed as runs, as in a Kubernetes Secret.
const ANNOUNCEMENTS: [&str; 2] = ["QUtJQ", "QVNJQ"];

/// The shortest base64 run that is decoded where a literal announces it, in bytes.
pub const MIN_ANNOUNCED: usize = 24;

/// Finds anchors with the fastest engine that this processor has.
#[derive(Debug, Clone)]
pub struct Prefilter {
    tables: Cow<'static, Tables>,
    vector: bool,
}

impl Prefilter {
    /// Returns the prefilter for the anchors of `rules`: for those of the built-in rules alone nothing is built.
    pub fn of(rules: &RuleSet) -> Self {
        Self::new(if rules.has_builtin_anchors() {
            Cow::Borrowed(&builtin::TABLES)
        } else {
            Cow::Owned(Tables::of(rules, &guess))
        })
    }

    /// Returns a prefilter over `tables`.
    pub fn new(tables: Cow<'static, Tables>) -> Self {
        #[cfg(target_arch = "x86_64")]
        let vector = std::arch::is_x86_feature_detected!("avx2");
        #[cfg(not(target_arch = "x86_64"))]
        let vector = false;
        Self { tables, vector }
    }

    /// Returns what is looked for.
    pub fn tables(&self) -> &Tables {
        &self.tables
    }

    /// Returns the same prefilter with the portable twins of its engines.
    #[must_use]
    pub fn plain(mut self) -> Self {
        self.vector = false;
        self
    }

    /// Replaces `hits` by the hits of `bytes`, sorted by start and rule, without repeats.
    ///
    /// `bytes` has fewer than 2^32 bytes.
    pub fn find(&self, bytes: &[u8], hits: &mut Vec<Hit>) {
        hits.clear();
        self.add_literals(bytes, 0..bytes.len(), hits);
        sort_nearly_sorted(hits);
        let literals = hits.len();
        self.add_runs(bytes, 0..bytes.len(), hits);
        if literals < hits.len() {
            // Merges the two parts, which are sorted.
            hits.sort();
        }
        hits.dedup();
    }

    /// Adds the hits of literals whose windows begin in `range`, in no order.
    pub fn add_literals(&self, bytes: &[u8], range: Range<usize>, hits: &mut Vec<Hit>) {
        let Some(text) = bytes.get(range.start..bytes.len().min(range.end + WINDOW - 1)) else {
            return;
        };
        self.find_windows(text, |at| self.verify(bytes, range.start + at, hits));
    }

    /// Does the same for several ranges in order, which may lie next to each other and do not overlap; maybe also adds some hits that lie
    /// beside a range.
    ///
    /// Where ranges are shorter than what a step of the fast engine reads, most of its work would be for nothing. So they are put together
    /// first, and each window that is found there is looked for again in its own place.
    pub fn add_literals_in(
        &self,
        bytes: &[u8],
        ranges: &[Range<usize>],
        joined: &mut Vec<u8>,
        hits: &mut Vec<Hit>,
    ) {
        joined.clear();
        for range in ranges {
            let end = bytes.len().min(range.end + WINDOW - 1);
            joined.extend_from_slice(&bytes[range.start.min(end)..end]);
        }
        let mut rest = ranges.iter();
        // What of `joined` the range at hand takes, and where in `bytes` that begins.
        let (mut taken, mut start) = (0..0, 0);
        self.find_windows(joined, |at| {
            while at >= taken.end {
                let Some(range) = rest.next() else { return };
                let end = bytes.len().min(range.end + WINDOW - 1);
                start = range.start.min(end);
                taken = taken.end..taken.end + end - start;
            }
            self.verify(bytes, start + at - taken.start, hits);
        });
    }

    /// Adds the hits of the literals whose windows stand at `at`.
    fn verify(&self, bytes: &[u8], at: usize, hits: &mut Vec<Hit>) {
        self.tables.verify(bytes, at, |literal, start| {
            hits.extend(literal.rules.iter().map(|rule| Hit {
                start: offset(start),
                rule: *rule,
            }));
        });
    }

    /// Calls `each` with the places in `text` where a window of some literal begins, or of none by chance, in order.
    fn find_windows(&self, text: &[u8], each: impl FnMut(usize)) {
        #[cfg(target_arch = "x86_64")]
        if self.vector {
            return vector::find(&self.tables, text, each);
        }
        plain::find(&self.tables, text, 0, each);
    }

    /// Adds the hits of the runs in `range`, at whose ends no run goes on, in no order.
    pub fn add_runs(&self, bytes: &[u8], range: Range<usize>, hits: &mut Vec<Hit>) {
        let first = range.start;
        self.find_runs(&bytes[range], |run| {
            hits.push(Hit {
                start: offset(first + run.start),
                rule: DECODE,
            });
            for (len, rule) in self.tables.runs.iter() {
                if run.len() >= usize::from(*len) {
                    hits.push(Hit {
                        start: offset(first + run.end - usize::from(*len)),
                        rule: *rule,
                    });
                }
            }
        });
    }

    /// Returns the maximal run of base64 bytes that starts at `start`, where it is long enough to be decoded, and where the bytes end that
    /// the answer depends on. No more than [`crate::rule::MAX_MATCH_BYTES`] of a run are looked at.
    pub fn run_at(&self, bytes: &[u8], start: usize) -> (Option<Range<usize>>, usize) {
        if start > 0 && runs::is_base64(bytes[start - 1]) {
            return (None, start);
        }
        let limit = bytes
            .len()
            .min(start + crate::rule::MAX_MATCH_BYTES as usize);
        let end = bytes[start..limit]
            .iter()
            .position(|b| !runs::is_base64(*b))
            .map_or(limit, |n| start + n);
        let announced = ANNOUNCEMENTS
            .iter()
            .any(|text| bytes[start..].starts_with(text.as_bytes()));
        let least = if announced {
            MIN_ANNOUNCED
        } else {
            runs::MIN_LEN
        };
        let run = (end - start >= least).then_some(start..end);
        (run, end + 1)
    }

    /// Calls `each` with every maximal run of at least [`runs::MIN_LEN`] base64 bytes (`A-Za-z0-9+/`), in order.
    pub fn find_runs(&self, bytes: &[u8], each: impl FnMut(Range<usize>)) {
        #[cfg(target_arch = "x86_64")]
        if self.vector {
            return runs::vector(bytes, each);
        }
        runs::plain(bytes, each);
    }
}

/// Sorts hits of which each is at most a few places from where it belongs: windows are found in order, and literals begin a few bytes before.
fn sort_nearly_sorted(hits: &mut [Hit]) {
    for end in 1..hits.len() {
        let mut at = end;
        while at > 0 && hits[at] < hits[at - 1] {
            hits.swap(at, at - 1);
            at -= 1;
        }
    }
}

/// Returns `at` as a hit holds it.
fn offset(at: usize) -> u32 {
    u32::try_from(at).expect("a chunk has fewer than 2^32 bytes")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Cow, DECODE, Hit, Literal, Prefilter, Tables, guess, runs};

    fn literals() -> Vec<Literal> {
        let list: [(&str, bool); 9] = [
            ("AKIA", false),
            ("ASIA", false),
            ("password", true),
            ("SG.", false),
            ("ghp_", false),
            ("api_key", true),
            ("pwd", true),
            ("-----BEGIN", false),
            ("passwd", true),
        ];
        list.iter()
            .enumerate()
            .map(|(rule, (text, fold))| Literal {
                text: (*text).into(),
                fold: *fold,
                rules: vec![u16::try_from(rule).unwrap()].into(),
            })
            .collect()
    }

    /// Every literal compared at every position.
    fn naive(bytes: &[u8]) -> Vec<Hit> {
        let mut out = Vec::new();
        for start in 0..bytes.len() {
            for (rule, literal) in literals().iter().enumerate() {
                let Some(here) = bytes.get(start..start + literal.text.len()) else {
                    continue;
                };
                if here == literal.text.as_bytes()
                    || literal.fold && here.eq_ignore_ascii_case(literal.text.as_bytes())
                {
                    out.push(Hit {
                        start: u32::try_from(start).unwrap(),
                        rule: u16::try_from(rule).unwrap(),
                    });
                }
            }
        }
        out
    }

    #[track_caller]
    fn check(bytes: &[u8]) {
        let prefilter = Prefilter::new(Cow::Owned(Tables::build(literals(), vec![], &guess)));
        let (mut fast, mut plain) = (Vec::new(), Vec::new());
        prefilter.find(bytes, &mut fast);
        prefilter.clone().plain().find(bytes, &mut plain);
        fast.retain(|hit| hit.rule != DECODE);
        plain.retain(|hit| hit.rule != DECODE);
        let expected = naive(bytes);
        assert_eq!(plain, expected, "plain");
        assert_eq!(fast, expected, "vector");
    }

    #[test]
    fn finds_literals_at_every_alignment() {
        for pad in 0..70 {
            let mut text = vec![b'x'; pad];
            text.extend(b"AKIA password PASSWD pwd SG. ghp_ Api_Key -----BEGIN");
            check(&text);
            text.extend(vec![b'y'; 70 - pad]);
            check(&text);
        }
        check(b"");
        check(b"pw");
    }

    proptest! {
        #[test]
        fn engines_agree(parts in proptest::collection::vec(prop_oneof![
            "[ -~]{0,40}",
            Just("AKIA".to_owned()), Just("passWORD".to_owned()), Just("SG.".to_owned()), Just("gh".to_owned()), Just("p_".to_owned()),
            Just("pass".to_owned()), Just("wd".to_owned()),
        ], 0..20)) {
            check(parts.concat().as_bytes());
        }

        #[test]
        fn in_ranges_is_found_what_lies_within(
            parts in proptest::collection::vec(prop_oneof![
                "[ -~]{0,20}",
                Just("AKIA".to_owned()), Just("passWORD".to_owned()), Just("SG.".to_owned()), Just("-----BEGIN".to_owned()),
            ], 0..30),
            cuts in proptest::collection::vec(0_usize..60, 0..12),
        ) {
            let text = parts.concat();
            let bytes = text.as_bytes();
            let (mut ranges, mut at) = (Vec::new(), 0);
            for pair in cuts.chunks_exact(2) {
                let start = bytes.len().min(at + pair[0]);
                at = bytes.len().min(start + pair[1]);
                ranges.push(start..at);
            }
            let prefilter = Prefilter::new(Cow::Owned(Tables::build(literals(), vec![], &guess)));
            let all = naive(bytes);
            for prefilter in [prefilter.clone(), prefilter.plain()] {
                let (mut joined, mut hits) = (Vec::new(), Vec::new());
                prefilter.add_literals_in(bytes, &ranges, &mut joined, &mut hits);
                for hit in &hits {
                    prop_assert!(all.contains(hit), "{hit:?}");
                }
                for hit in &all {
                    let start = hit.start as usize;
                    let end = start + literals()[usize::from(hit.rule)].text.len();
                    if ranges.iter().any(|range| range.start <= start && end <= range.end) {
                        prop_assert!(hits.contains(hit), "{hit:?} in {ranges:?}");
                    }
                }
            }
        }

        #[test]
        fn run_engines_agree(parts in proptest::collection::vec(prop_oneof!["[A-Za-z0-9+/]{0,50}", "[ =\\n._-]{0,4}", Just("\u{e9}".to_owned())], 0..20)) {
            let text = parts.concat();
            let bytes = text.as_bytes();
            let (mut plain, mut vector) = (Vec::new(), Vec::new());
            runs::plain(bytes, |run| plain.push(run));
            Prefilter::new(Cow::Owned(Tables::build(literals(), vec![], &guess))).find_runs(bytes, |run| vector.push(run));
            prop_assert_eq!(&plain, &vector);
            for run in &plain {
                prop_assert!(run.len() >= runs::MIN_LEN);
            }
        }
    }
}
