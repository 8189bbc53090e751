//! What the engines look for, as plain data: made when the program is built for the built-in rules, at run time when
//! a user adds rules.

use std::{borrow::Cow, collections::BTreeMap};

use crate::rule::{Anchor, RuleSet};

/// A literal and the rules that are tried where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Literal {
    /// The text; in lower case when `fold` is set. At least three bytes.
    pub text: Cow<'static, str>,
    /// Compare without regard to ASCII case.
    pub fold: bool,
    /// The indices of the rules.
    pub rules: Cow<'static, [u16]>,
}

/// The shortest literal, in bytes.
pub(super) const MIN_LITERAL: usize = 3;

/// How many bytes of a literal the fingerprint covers.
pub(super) const WINDOW: usize = 4;

/// How many slots the hash table has; a power of two.
pub(super) const SLOTS: usize = 4096;

/// What the engines look for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tables {
    /// The literals.
    pub literals: Cow<'static, [Literal]>,
    /// Where in its literal each literal's window begins.
    pub windows: Cow<'static, [u8]>,
    /// For each of the window's bytes: which buckets allow it by its low four bits, then by its high four bits.
    pub masks: [[[u8; 16]; 2]; WINDOW],
    /// Hash of a window to the first entry of `chain`; 0 for none.
    pub slots: Cow<'static, [u16]>,
    /// Lists of literals with the same hash: (literal, next entry or 0). Entry 0 is unused.
    pub chain: Cow<'static, [(u16, u16)]>,
    /// True when there are literals of three bytes, whose window has three.
    pub short: bool,
    /// Lengths of base64 runs that are anchors, with their rule.
    pub runs: Cow<'static, [(u16, u16)]>,
}

impl Tables {
    /// Returns the tables for the anchors of `rules`, also of rules that are turned off.
    pub fn of(rules: &RuleSet) -> Self {
        let mut literals: BTreeMap<(Cow<'static, str>, bool), Vec<u16>> = BTreeMap::new();
        let mut runs = Vec::new();
        for (index, rule) in rules.iter() {
            for anchor in rule.anchors.iter() {
                let (text, fold) = match anchor {
                    Anchor::Prefix(text) => (text, false),
                    Anchor::Keyword(text) => (text, true),
                    Anchor::Base64Run(len) => {
                        runs.push((*len, index.0));
                        continue;
                    }
                };
                literals
                    .entry((text.clone(), fold))
                    .or_default()
                    .push(index.0);
            }
        }
        // The base64 forms of the first letters of AWS key ids: too short to be noticed as runs, as in a Kubernetes Secret.
        for text in ["QUtJQ", "QVNJQ"] {
            literals
                .entry((Cow::Borrowed(text), false))
                .or_default()
                .push(super::DECODE);
        }
        let literals = literals.into_iter().map(|((text, fold), rules)| Literal {
            text,
            fold,
            rules: rules.into(),
        });
        Self::build(literals.collect(), runs)
    }

    /// Returns the tables for `literals` and `runs`.
    ///
    /// # Panics
    ///
    /// When a literal is shorter than three bytes or there are more than 65,534 of them.
    pub fn build(literals: Vec<Literal>, runs: Vec<(u16, u16)>) -> Self {
        let windows: Vec<u8> = literals.iter().map(best_window).collect();
        let mut slots = vec![0_u16; SLOTS];
        let mut chain = vec![(0, 0)];
        let mut order: Vec<usize> = (0..literals.len()).collect();
        order.sort_by_key(|&at| window(&literals[at], windows[at]).to_ascii_lowercase());
        let mut buckets = [Bucket::default(); 8];
        for &at in &order {
            let text = window(&literals[at], windows[at]);
            assert!(
                text.len() >= MIN_LITERAL,
                "a literal has at least {MIN_LITERAL} bytes"
            );
            let best = (0..8)
                .min_by_key(|&b| {
                    buckets[b].with(text, literals[at].fold).cost() - buckets[b].cost()
                })
                .expect("there are eight buckets");
            buckets[best] = buckets[best].with(text, literals[at].fold);
            let slot = if text.len() == WINDOW {
                hash4(load(text))
            } else {
                hash3(load(text))
            };
            let entry = u16::try_from(chain.len()).expect("fewer than 65,535 literals");
            chain.push((
                u16::try_from(at).expect("fewer than 65,535 literals"),
                slots[slot],
            ));
            slots[slot] = entry;
        }
        let mut masks = [[[0; 16]; 2]; WINDOW];
        for (number, bucket) in buckets.iter().enumerate() {
            for (mask, sets) in masks.iter_mut().zip(bucket.0) {
                for (table, set) in mask.iter_mut().zip(sets) {
                    for (nibble, entry) in table.iter_mut().enumerate() {
                        *entry |= u8::from(set >> nibble & 1 == 1) << number;
                    }
                }
            }
        }
        let short = literals.iter().any(|literal| literal.text.len() < WINDOW);
        Self {
            literals: literals.into(),
            windows: windows.into(),
            masks,
            slots: slots.into(),
            chain: chain.into(),
            short,
            runs: runs.into(),
        }
    }

    /// Calls `each` with the literal and the start of each literal whose window stands at `at`.
    #[inline]
    pub(super) fn verify(&self, bytes: &[u8], at: usize, mut each: impl FnMut(&Literal, usize)) {
        let mut word = [0; WINDOW];
        let here = &bytes[at..bytes.len().min(at + WINDOW)];
        word[..here.len()].copy_from_slice(here);
        let word = u32::from_le_bytes(word) | 0x2020_2020;
        if here.len() == WINDOW {
            self.walk(bytes, at, self.slots[hash4(word)], &mut each);
        }
        if self.short && here.len() >= MIN_LITERAL {
            self.walk(bytes, at, self.slots[hash3(word)], &mut each);
        }
    }

    #[inline]
    fn walk(
        &self,
        bytes: &[u8],
        at: usize,
        mut entry: u16,
        each: &mut impl FnMut(&Literal, usize),
    ) {
        while entry != 0 {
            let (literal, next) = self.chain[usize::from(entry)];
            entry = next;
            let (literal, window) = (
                &self.literals[usize::from(literal)],
                usize::from(self.windows[usize::from(literal)]),
            );
            let Some(start) = at.checked_sub(window) else {
                continue;
            };
            let Some(here) = bytes.get(start..start + literal.text.len()) else {
                continue;
            };
            let text = literal.text.as_bytes();
            if here == text || literal.fold && here.eq_ignore_ascii_case(text) {
                each(literal, start);
            }
        }
    }
}

fn window(literal: &Literal, from: u8) -> &[u8] {
    let from = usize::from(from);
    &literal.text.as_bytes()[from..literal.text.len().min(from + WINDOW)]
}

fn load(text: &[u8]) -> u32 {
    let mut word = [0; WINDOW];
    word[..text.len()].copy_from_slice(text);
    u32::from_le_bytes(word) | 0x2020_2020
}

/// Returns the slot of a window of four bytes, each with bit 0x20 set.
#[inline]
fn hash4(word: u32) -> usize {
    (word.wrapping_mul(0x9e37_79b1) >> 20) as usize & (SLOTS - 1)
}

/// Returns the slot of the first three bytes of `word`.
#[inline]
fn hash3(word: u32) -> usize {
    hash4((word & 0x00ff_ffff) ^ 0xa500_0000)
}

/// Returns where the rarest window of the literal begins.
fn best_window(literal: &Literal) -> u8 {
    let text = literal.text.as_bytes();
    let last = text.len().saturating_sub(WINDOW);
    let rarity = |at: &usize| {
        text[*at..text.len().min(at + WINDOW)]
            .iter()
            .map(|b| commonness(*b, literal.fold))
            .sum::<u32>()
    };
    let best = (0..=last.min(200)).min_by_key(rarity).unwrap_or(0);
    u8::try_from(best).unwrap_or(0)
}

/// Returns how common a byte is in source text: a rough rank, 0 rare to 9 common. Only speed depends on it.
fn commonness(byte: u8, fold: bool) -> u32 {
    match byte {
        b'e' | b't' | b'a' | b'i' | b'n' | b'o' | b'r' | b's' | b' ' => 9,
        b'l' | b'd' | b'c' | b'u' | b'p' | b'm' | b'f' => 7,
        b'h' | b'g' | b'b' | b'y' | b'_' | b'-' | b'/' | b'=' => 5,
        b'v' | b'w' | b'k' | b'x' | b'.' | b'0'..=b'9' => 4,
        b'q' | b'j' | b'z' => 2,
        b'A'..=b'Z' => 2 + u32::from(fold),
        _ => 3,
    }
}

/// For each byte of the window the low and high halves that some literal of the bucket has there.
#[derive(Debug, Clone, Copy, Default)]
struct Bucket([[u16; 2]; WINDOW]);

impl Bucket {
    fn with(mut self, text: &[u8], fold: bool) -> Self {
        for (at, sets) in self.0.iter_mut().enumerate() {
            match text.get(at) {
                Some(&byte) => {
                    for b in [
                        byte,
                        if fold {
                            byte.to_ascii_uppercase()
                        } else {
                            byte
                        },
                    ] {
                        sets[0] |= 1 << (b & 15);
                        sets[1] |= 1 << (b >> 4);
                    }
                }
                // A window of three bytes allows anything in the fourth place.
                None => *sets = [u16::MAX; 2],
            }
        }
        self
    }

    /// How many of the 2^32 windows the bucket lets pass, in sixteenths of a power: a product of set sizes.
    fn cost(&self) -> u64 {
        self.0
            .iter()
            .map(|sets| u64::from(sets[0].count_ones()) * u64::from(sets[1].count_ones()))
            .product()
    }
}
