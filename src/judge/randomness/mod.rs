//! `randomness`: a machine-made value must look random, measured with a small character model.
//!
//! Entropy alone takes `MyClassNameFactory` and `correct-horse-battery` for keys: it counts characters and does not see that
//! they follow each other as they do in words. The model (`model.rs`) knows how words of source text are made; a text that it
//! finds expensive is not made of words. It is trained by `patterns/model/train.py`, which also measures it.
//!
//! Bits per character over words that training did not see (`train.py --measure`; 381,014 words of git, rails and aws-cli,
//! one in ten held out) and over 20,000 random texts a row:
//!
//! | text | 0.01% | 1% | median | 99% |
//! |---|---|---|---|---|
//! | words of 16-19 characters | 1.8 | 2.4 | 3.3 | 5.3 |
//! | words of 20-31 characters | 2.1 | 2.5 | 3.3 | 5.0 |
//! | random hex, 16 / 32 | 4.0 / 4.2 | 4.5 / 4.6 | 5.2 / 5.2 | 6.5 / 6.0 |
//! | random lower-case letters, 16 / 32 | 4.7 / 5.5 | 5.6 / 6.0 | 7.0 / 7.0 | 8.3 / 8.0 |
//! | random base32, 16 / 32 | 5.7 / 6.1 | 6.3 / 6.5 | 7.4 / 7.3 | 8.6 / 8.2 |
//! | random base62, 16 / 40 | 6.1 / 6.9 | 6.9 / 7.3 | 8.3 / 8.3 | 9.8 / 9.2 |
//!
//! The thresholds stand in the gaps. [`looks_random`] as a whole, of 10,000 random texts a row (`cargo test --lib false_rejects
//! -- --nocapture`), does not recognise:
//!
//! | hex 16 | hex 32 | base36 16 | base36 32 | lower-case letters 32 | base32 16 | base62 16 | base64 40 |
//! |---|---|---|---|---|---|---|---|
//! | 4 | 0 | 3 | 0 | 3 | 0 | 0 | 0 |
//!
//! and takes for random, of the held-out words (`train.py --dump words.txt`, then
//! `KEYFENCE_WORDS=words.txt cargo test --lib held_out_words -- --ignored --nocapture`): 58 of 4,743 of 16-19 characters (1.2%),
//! 47 of 6,754 of 20-31 (0.7%), 113 of 3,497 of 32 and more (3.2%, nearly all of them base64 that stands in those repositories).

mod model;

use super::{Judge, Opinion, Scene, encoded_text, view};
use crate::rule::SecretKind;

/// The judge.
pub(super) const JUDGE: Judge = Judge {
    name: "randomness",
    says: "does not look machine-made",
    kinds: &[SecretKind::Opaque],
    opinion,
};

fn opinion(scene: &Scene<'_>) -> Option<Opinion> {
    // Of base64 of plain text, `encoded-text` judges what it decodes to.
    let secret = scene.secret();
    // Of a UUID `hash-like` says by its name what it is.
    let random = looks_random(secret) || is_uuid(secret) || encoded_text::decoded(secret).is_some();
    (!scene.proved && !random).then_some(Opinion::Drop)
}

/// The shortest text that [`looks_random`] says anything about, in bytes.
pub const MIN_BYTES: usize = 16;

/// Hexadecimal text needs this many bits per character: words hardly ever are hexadecimal, so that the model needs to say little.
const HEX_BITS: f32 = 3.9;

/// Text of letters and digits needs this many.
const MIXED_BITS: f32 = 5.2;

/// Text of letters of one case alone needs this many: rare words come nearest to it.
const LETTERS_BITS: f32 = 5.5;

/// A step of the tables, in bits.
const STEP_BITS: f32 = 0.2;

/// Returns the cost of `text` under the model of words, in bits per character; 0 for an empty text.
///
/// Words of source text cost about 3.3, random hexadecimal digits 5.2, random base64 8.3.
pub fn bits_per_char(text: &[u8]) -> f32 {
    let (mut bits, mut kinds, mut two, mut one) = (0.0_f32, 63_usize, 27_usize, 27_usize);
    for &byte in text {
        let (kind, symbol) = classify(byte);
        bits += STEP_BITS * f32::from(digit(model::KINDS[kinds * 4 + kind]));
        bits += match symbol {
            0..26 => STEP_BITS * f32::from(digit(model::LETTERS[(two * 28 + one) * 26 + symbol])),
            26 => std::f32::consts::LOG2_10,
            _ if b"_-./+=".contains(&byte) => 2.0,
            _ => 5.0,
        };
        (kinds, two, one) = ((kinds * 4 + kind) % 64, one, symbol);
    }
    #[expect(
        clippy::cast_precision_loss,
        reason = "a token has far fewer than 2^24 bytes"
    )]
    let count = text.len().max(1) as f32;
    bits / count
}

/// Returns the kind of a byte (lower, upper, digit, other) and its symbol in the model.
fn classify(byte: u8) -> (usize, usize) {
    match byte {
        b'a'..=b'z' => (0, usize::from(byte - b'a')),
        b'A'..=b'Z' => (1, usize::from(byte - b'A')),
        b'0'..=b'9' => (2, 26),
        _ => (3, 27),
    }
}

/// Returns the value of a digit of the tables.
fn digit(byte: u8) -> u8 {
    match byte {
        b'0'..=b'9' => byte - b'0',
        b'A'..=b'Z' => byte - b'A' + 10,
        b'a'..=b'z' => byte - b'a' + 36,
        b'-' => 62,
        _ => 63,
    }
}

/// Returns true when `text` looks as if a machine had drawn it: random hex, base32, base36, base62 or base64 of 16 bytes or more.
///
/// Words however joined, paths, sentences, UUIDs, versions, dates, numbers, and sequences do not. The [module](self) says how often it
/// errs.
pub fn looks_random(text: &[u8]) -> bool {
    let padding = text.iter().rev().take_while(|b| **b == b'=').count();
    let core = &text[..text.len() - padding];
    if core.len() < MIN_BYTES || !core.iter().all(u8::is_ascii_graphic) || is_uuid(core) {
        return false;
    }
    let count = |test: fn(&u8) -> bool| core.iter().filter(|b| test(b)).count();
    let digits = count(u8::is_ascii_digit);
    let (lower, upper) = (count(u8::is_ascii_lowercase), count(u8::is_ascii_uppercase));
    if view::distinct(core) < 6 || neighbours(core) * 10 > core.len() * 6 {
        return false;
    }
    let bits = bits_per_char(core);
    if count(u8::is_ascii_hexdigit) == core.len() && (lower == 0 || upper == 0) && digits > 0 {
        return digits < core.len() && bits > HEX_BITS;
    }
    if (core.len() - lower - upper) * 10 > core.len() * 8 {
        return false;
    }
    let one_case = digits == 0 && (lower == core.len() || upper == core.len());
    bits > if one_case { LETTERS_BITS } else { MIXED_BITS }
}

/// Returns how many bytes are equal or next to the one before them, as in `aaaa` and `abcd`.
fn neighbours(text: &[u8]) -> usize {
    text.windows(2)
        .filter(|pair| pair[0].abs_diff(pair[1]) <= 1)
        .count()
}

/// The length of a UUID as text (RFC 9562 section 4).
pub(super) const UUID_BYTES: usize = 36;

/// Returns true for the form of RFC 9562, with or without marks around it: 8-4-4-4-12 hexadecimal digits, whatever their version.
pub fn is_uuid(text: &[u8]) -> bool {
    let marks = |text: &[u8]| {
        text.iter()
            .take_while(|b| !b.is_ascii_alphanumeric())
            .count()
    };
    let text = &text[marks(text)..];
    let after = text
        .iter()
        .rev()
        .take_while(|b| !b.is_ascii_alphanumeric())
        .count();
    let text = &text[..text.len() - after];
    text.len() == UUID_BYTES
        && text.iter().enumerate().all(|(at, byte)| {
            if matches!(at, 8 | 13 | 18 | 23) {
                *byte == b'-'
            } else {
                byte.is_ascii_hexdigit()
            }
        })
}

#[cfg(test)]
mod tests {
    use super::{bits_per_char, looks_random};
    use crate::rule::template::{ALPHABETS, Random, fill};

    #[track_caller]
    fn check(template: &str, expected: bool) {
        for seed in 0..20 {
            let text = fill(template, &mut Random::new(seed)).unwrap();
            assert_eq!(
                looks_random(text.as_bytes()),
                expected,
                "{template}, seed {seed}"
            );
        }
    }

    #[test]
    fn random_and_not() {
        check("{hex:32}", true);
        check("{HEX:40}", true);
        check("{base32:20}", true);
        check("{base62:24}", true);
        check("{base64:40}", true);
        check("{base64:86}==", true);
        check("{base64url:43}", true);
        check("{base62:15}", false);
        check("MyClassNameFactoryBean", false);
        check("correct-horse-battery-staple", false);
        check("ACTIVE_RECORD_CONNECTION_POOL", false);
        check("app/models/concerns/authenticable.rb", false);
        check("the quick brown fox jumps over", false);
        check("{uuid}", false);
        check(
            "v{digits:1}.{digits:2}.{digits:1}-rc.{digits:1}+build",
            false,
        );
        check(
            "2024-{digits:2}-{digits:2}T{digits:2}:{digits:2}:00Z",
            false,
        );
        check("{digits:24}", false);
        check("abcdefghijklmnopqrstuvwxyz012345", false);
        check("0123456789abcdef0123456789abcdef", false);
        check("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", false);
        check("arn:aws:iam::{digits:12}:role/service", false);
        check("getUserAccountTokenById2", false);
        check("internalAuthenticationServiceException", false);
    }

    /// Of `draws` random texts, at most `most` are not recognised.
    #[track_caller]
    fn misses(alphabet: &str, len: usize, most: usize) {
        let letters = ALPHABETS
            .iter()
            .find(|(name, _)| *name == alphabet)
            .unwrap()
            .1;
        let mut random = Random::new(7);
        let missed = (0..10_000)
            .filter(|_| !looks_random(random.text(letters, len).as_bytes()))
            .count();
        println!("{alphabet} {len}: {missed} of 10000 not recognised");
        assert!(
            missed <= most,
            "{alphabet} {len}: {missed} of 10000 not recognised"
        );
    }

    #[test]
    fn false_rejects_are_rare() {
        misses("hex", 16, 15);
        misses("hex", 32, 2);
        misses("hex", 40, 1);
        misses("base36", 16, 12);
        misses("base36", 32, 1);
        misses("base32", 16, 3);
        misses("base32", 32, 1);
        misses("lower", 32, 10);
        misses("base62", 16, 2);
        misses("base62", 20, 1);
        misses("base64", 40, 0);
    }

    #[test]
    fn more_bits_for_less_likely_text() {
        assert!(bits_per_char(b"configuration") < bits_per_char(b"qzvkxjwqhgtfz"));
        assert!(bits_per_char(b"").abs() < f32::EPSILON);
    }

    #[test]
    #[ignore = "needs the words that `train.py --dump` writes"]
    #[expect(
        clippy::disallowed_methods,
        reason = "a measurement is told where its text is"
    )]
    fn held_out_words() {
        let file = std::env::var("KEYFENCE_WORDS").unwrap();
        let text = std::fs::read(file).unwrap();
        for (low, high) in [(16, 19), (20, 31), (32, 79)] {
            let words: Vec<&[u8]> = text
                .split(|b| *b == b'\n')
                .filter(|w| (low..=high).contains(&w.len()))
                .collect();
            let taken = words.iter().filter(|w| looks_random(w)).count();
            println!("{low}-{high}: {taken} of {} words look random", words.len());
            words
                .iter()
                .filter(|w| looks_random(w))
                .take(20)
                .for_each(|w| {
                    println!("  {}", String::from_utf8_lossy(w));
                });
            assert!(taken * 20 < words.len());
        }
    }
}
