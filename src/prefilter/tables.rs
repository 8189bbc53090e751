//! What the engines look for, as plain data: made when the program is built for the built-in rules, at run time when
//! a user adds rules.

use std::{borrow::Cow, collections::BTreeMap, sync::LazyLock};

use crate::{
    chunk::decode::{columns, escaped},
    rule::{Anchor, RuleSet},
};

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

/// How many bytes of a literal are looked for: the rest is the regex's business. Where bytes were changed, literals may reach over the edge,
/// and so many bytes round it are to be searched.
pub(super) const MAX_LITERAL: usize = 14;

/// How many bytes of a literal its window has.
pub(super) const WINDOW: usize = 3;

/// How many bits of the hash name a word of the bitmap.
pub(super) const INDEX_BITS: u32 = 12;

/// How many words of 32 bits the bitmap has: 16 KiB, half of the smallest first-level cache in use.
pub(super) const BITMAP_WORDS: usize = 1 << INDEX_BITS;

/// Where in the hash the numbers of a window's two bits begin, five bits each.
pub(super) const BIT_SHIFTS: [u32; 2] = [15, 10];

/// The odd number near 2^32 divided by the golden ratio (Knuth, "The Art of Computer Programming", section 6.4).
pub(super) const MULTIPLIER: u32 = 0x9e37_79b1;

/// How many slots the table of chains has: one for each word of the bitmap.
const SLOTS: usize = BITMAP_WORDS;

/// A window in the list of its slot, with as much of its literal as fits a word: most windows that pass the bitmap are told from
/// the literal's by that word, without a look at the literal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Link {
    /// The window and the byte after it, where the literal has one, each with bit 0x20 set.
    pub tag: u32,
    /// Which bits of the text must be those of the tag.
    pub mask: u32,
    /// The literal.
    pub literal: u16,
    /// The next entry of the list; 0 for none.
    pub next: u16,
}

/// What the engines look for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tables {
    /// The literals.
    pub literals: Cow<'static, [Literal]>,
    /// Where in its literal each literal's window begins.
    pub windows: Cow<'static, [u8]>,
    /// Two bits of one word for each window (a blocked Bloom filter: Putze, Sanders, Singler, "Cache-, Hash- and Space-Efficient Bloom
    /// Filters", 2009): with both set, some literal has the window, or by chance in one of a thousand positions.
    pub bitmap: Cow<'static, [u32]>,
    /// Hash of a window, without its last bits, to the first entry of `chain`; 0 for none.
    pub slots: Cow<'static, [u16]>,
    /// Lists of windows with the same slot. Entry 0 is unused.
    pub chain: Cow<'static, [Link]>,
    /// Lengths of base64 runs that are anchors, with their rule.
    pub runs: Cow<'static, [(u16, u16)]>,
}

impl Tables {
    /// Returns the tables for the anchors of `rules`, also of rules that are turned off.
    ///
    /// `commonness` says how often three bytes in a row stand in source text, in any unit ([`guess`]); only speed depends on it.
    pub fn of(rules: &RuleSet, commonness: &dyn Fn(&[u8]) -> u64) -> Self {
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
                let rules = literals
                    .entry((head(text, fold, commonness), fold))
                    .or_default();
                if rules.last() != Some(&index.0) {
                    rules.push(index.0);
                }
            }
        }
        for text in super::ANNOUNCEMENTS {
            literals
                .entry((Cow::Borrowed(text), false))
                .or_default()
                .push(super::DECODE);
        }
        // Names of columns are those that rules look for, and are cut as these are.
        let names = columns::literals().into_iter();
        let names = names.map(|(text, fold)| (head(&text, fold, commonness), fold));
        for key in escaped::literals().into_iter().chain(names) {
            let rules = literals.entry(key).or_default();
            if rules.last() != Some(&super::ESCAPE) {
                rules.push(super::ESCAPE);
            }
        }
        let literals = literals.into_iter().map(|((text, fold), rules)| Literal {
            text,
            fold,
            rules: rules.into(),
        });
        Self::build(literals.collect(), runs, commonness)
    }

    /// Returns the tables for `literals` and `runs`.
    ///
    /// # Panics
    ///
    /// When a literal is shorter than three bytes or there are more than 65,532 of them.
    pub fn build(
        literals: Vec<Literal>,
        runs: Vec<(u16, u16)>,
        commonness: &dyn Fn(&[u8]) -> u64,
    ) -> Self {
        let windows: Vec<u8> = literals
            .iter()
            .map(|literal| {
                let at = window_of(literal.text.as_bytes(), literal.fold, commonness);
                u8::try_from(at).expect("a literal is short")
            })
            .collect();
        let mut bitmap = vec![0_u32; BITMAP_WORDS];
        let mut slots = vec![0_u16; SLOTS];
        let mut chain = vec![Link::default()];
        for (at, literal) in literals.iter().enumerate() {
            assert!(
                literal.text.len() >= MIN_LITERAL,
                "a literal has at least {MIN_LITERAL} bytes"
            );
            let from = usize::from(windows[at]);
            let tag = &literal.text.as_bytes()[from..literal.text.len().min(from + WINDOW + 1)];
            let mask = if tag.len() > WINDOW {
                u32::MAX
            } else {
                0x00ff_ffff
            };
            let mut used = Vec::new();
            for text in cases(&tag[..WINDOW], literal.fold) {
                let hash = hash(load(&text));
                bitmap[index(hash)] |= BIT_SHIFTS
                    .iter()
                    .fold(0, |word, shift| word | 1 << (hash >> shift & 31));
                let slot = index(hash);
                if !used.contains(&slot) {
                    used.push(slot);
                    let entry = u16::try_from(chain.len()).expect("fewer than 65,535 windows");
                    let literal = u16::try_from(at).expect("fewer than 65,535 literals");
                    chain.push(Link {
                        tag: (load(tag) | FOLD) & mask,
                        mask,
                        literal,
                        next: slots[slot],
                    });
                    slots[slot] = entry;
                }
            }
        }
        Self {
            literals: literals.into(),
            windows: windows.into(),
            bitmap: bitmap.into(),
            slots: slots.into(),
            chain: chain.into(),
            runs: runs.into(),
        }
    }

    /// Returns the bitmap with the length that `may_start` relies on.
    pub(super) fn bits(&self) -> &[u32; BITMAP_WORDS] {
        (&*self.bitmap)
            .try_into()
            .expect("the bitmap is made with this length")
    }

    /// Returns where in literals their windows begin, at the least and at the most.
    pub fn window_offsets(&self) -> (usize, usize) {
        let offsets = self.windows.iter().map(|offset| usize::from(*offset));
        (
            offsets.clone().min().unwrap_or(0),
            offsets.max().unwrap_or(0),
        )
    }

    /// Calls `each` with the literal and the start of each literal whose window stands at `at`, where the bitmap has it.
    #[inline]
    pub(super) fn verify(&self, bytes: &[u8], at: usize, mut each: impl FnMut(&Literal, usize)) {
        let mut word = [0; WINDOW + 1];
        let here = &bytes[at..bytes.len().min(at + WINDOW + 1)];
        word[..here.len()].copy_from_slice(here);
        let word = u32::from_le_bytes(word);
        let mut entry = self.slots[index(hash(word))];
        while entry != 0 {
            let link = self.chain[usize::from(entry)];
            entry = link.next;
            if (word | FOLD) & link.mask != link.tag {
                continue;
            }
            let literal = &self.literals[usize::from(link.literal)];
            let window = usize::from(self.windows[usize::from(link.literal)]);
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

/// Returns as much of a literal as is looked for: of its first [`MAX_LITERAL`] bytes its window, what stands before it, and the byte after
/// it; one to three more where a letter would be cut.
#[expect(clippy::ptr_arg, reason = "what is borrowed for good stays borrowed")]
fn head(
    text: &Cow<'static, str>,
    fold: bool,
    commonness: &dyn Fn(&[u8]) -> u64,
) -> Cow<'static, str> {
    let mut end = text.len().min(MAX_LITERAL);
    end = text
        .len()
        .min(window_of(&text.as_bytes()[..end], fold, commonness) + WINDOW + 1);
    while !text.is_char_boundary(end) {
        end += 1;
    }
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.get(..end).unwrap_or(text)),
        Cow::Owned(text) => Cow::Owned(text.get(..end).unwrap_or(text).to_owned()),
    }
}

/// The bit that tells the cases of ASCII letters apart, in each byte.
const FOLD: u32 = 0x2020_2020;

/// Returns true when some literal's window may be the three low bytes of `word`.
#[inline]
pub(super) fn may_start(bits: &[u32; BITMAP_WORDS], word: u32) -> bool {
    let hash = hash(word);
    let word = bits[index(hash)];
    BIT_SHIFTS
        .iter()
        .all(|shift| word >> (hash >> shift & 31) & 1 == 1)
}

/// Returns the forms of a window that differ in case only, where case does not count.
fn cases(window: &[u8], fold: bool) -> Vec<Vec<u8>> {
    let mut out = vec![Vec::new()];
    for byte in window {
        let upper = byte.to_ascii_uppercase();
        let mut more = Vec::new();
        for form in &mut out {
            if fold && upper != *byte {
                let mut other = form.clone();
                other.push(upper);
                more.push(other);
            }
            form.push(*byte);
        }
        out.append(&mut more);
    }
    out
}

fn load(text: &[u8]) -> u32 {
    let mut word = [0; 4];
    word[..text.len()].copy_from_slice(text);
    u32::from_le_bytes(word)
}

/// Returns the hash of the three low bytes of `word`.
#[inline]
fn hash(word: u32) -> u32 {
    (word << 8).wrapping_mul(MULTIPLIER)
}

/// Returns the word of the bitmap, and the slot, for a hash.
#[inline]
fn index(hash: u32) -> usize {
    (hash >> (32 - INDEX_BITS)) as usize
}

/// Returns where the rarest window of a literal begins, as `commonness` has it: how common three bytes in a row are.
fn window_of(text: &[u8], fold: bool, commonness: &dyn Fn(&[u8]) -> u64) -> usize {
    let cost = |at: &usize| {
        let here = cases(&text[*at..*at + WINDOW], fold)
            .iter()
            .map(|form| commonness(form))
            .sum::<u64>();
        // Of equals one with a byte after it, which tells more windows apart.
        (here, *at + WINDOW == text.len())
    };
    let last = text.len().saturating_sub(WINDOW);
    (0..=last).min_by_key(cost).unwrap_or(0)
}

/// Returns roughly how common three bytes in a row are in source text, for rules that come at run time.
pub fn guess(window: &[u8]) -> u64 {
    // A bit for each pair of bytes: tables of a user's rules are made at each start.
    static COMMON: LazyLock<Box<[u64]>> = LazyLock::new(|| {
        let mut bits = vec![0; 1 << 10];
        for pair in COMMON_PAIRS {
            let pair = usize::from(pair[0]) << 8 | usize::from(pair[1]);
            bits[pair >> 6] |= 1 << (pair & 63);
        }
        bits.into()
    });
    let is_common = |pair: &&[u8]| {
        let pair = usize::from(pair[0]) << 8 | usize::from(pair[1]);
        COMMON[pair >> 6] >> (pair & 63) & 1 == 1
    };
    let pairs = window.windows(2).filter(is_common).count();
    window.iter().map(|b| letter(*b)).sum::<u64>() + 5 * pairs as u64
}

/// The most frequent pairs of letters in English text and in source code. Only speed depends on them.
const COMMON_PAIRS: &[&[u8]] = &[
    b"th", b"he", b"in", b"er", b"an", b"re", b"on", b"at", b"en", b"nd", b"ti", b"es", b"or",
    b"te", b"of", b"ed", b"is", b"it", b"al", b"ar", b"st", b"to", b"nt", b"ng", b"se", b"ha",
    b"as", b"ou", b"io", b"le", b"ve", b"co", b"me", b"de", b"hi", b"ri", b"ro", b"ic", b"ne",
    b"ea", b"ra", b"ce", b"li", b"ch", b"ll", b"be", b"ma", b"si", b"om", b"ur", b"pa", b"us",
    b"ac", b"iv", b"cr", b"id", b"ef", b"un", b"fu", b"ct", b"ut", b"ke", b"ey", b"h_", b"t_",
    b"_p", b"d_", b"s_", b"e_", b"ck", b"--", b"==", b"  ", b"//",
];

/// Returns how common a byte is in source text: a rough rank, 0 rare to 9 common.
fn letter(byte: u8) -> u64 {
    match byte {
        b'e' | b't' | b'a' | b'i' | b'n' | b'o' | b'r' | b's' | b' ' => 9,
        b'l' | b'd' | b'c' | b'u' | b'p' | b'm' | b'f' => 7,
        b'h' | b'g' | b'b' | b'y' | b'_' | b'-' | b'/' | b'=' => 5,
        b'v' | b'w' | b'k' | b'x' | b'.' | b'0'..=b'9' => 4,
        b'q' | b'j' | b'z' | b'A'..=b'Z' => 2,
        _ => 3,
    }
}
