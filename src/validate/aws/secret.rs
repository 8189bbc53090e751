//! Secret access keys: 40 characters of base64 that stand for 30 random bytes, without prefix or checksum.
//!
//! Only the shape can tell a random key from a path, an identifier or a digest. The limits here are set so that a real key is
//! practically never lost; the shares of random keys that each limit drops were counted over 1.2 million draws:
//!
//! | limit | random keys dropped |
//! |---|---|
//! | lower and upper case both occur | below 1e-8 |
//! | 21 or more different characters | 3e-6 |
//! | 12 or more changes of class (lower, upper, digit, sign) along the 39 neighbours | 1.6e-5 |
//! | 15 or more changes where no digit occurs (0.1 % of keys have none) | 2e-5 |
//! | at most 6 slashes | 3e-6 |
//! | fewer than 30 letters in word-like runs (3 letters or more with a vowel) | 4e-5 |
//!
//! Together: one real key in about 12,000 is not seen *without* a name beside it. Beside a name that says it is a secret only
//! the first limit and a looser second one hold, which lose less than one in 10 million.

use crate::rule::Confidence;

use super::{super::Proof, super::Subject, holds, plain};

/// The length of a secret access key, in characters.
pub const LEN: usize = 40;

/// Checks the value of something that is called a secret access key.
pub(crate) fn check_named(subject: Subject<'_>) -> Proof {
    let value = plain(subject.secret);
    let shape = Shape::of(&value);
    // Two names on neighbouring lines may add up to 40 characters, so that pieces have to look random.
    let fits = if is_split(subject.secret) {
        shape.is_random()
    } else {
        shape.is_machine_made()
    };
    if !is_whole(&value, subject.after) || !fits {
        return Proof::refuted();
    }
    outcome(subject.secret)
}

/// Checks 40 characters of base64 that nothing near them names, or that only a vague word names.
pub(crate) fn check_bare(subject: Subject<'_>) -> Proof {
    let value = plain(subject.secret);
    if !is_whole(&value, subject.after) || !Shape::of(&value).is_random() {
        return Proof::refuted();
    }
    Proof {
        at_most: is_split(subject.secret).then_some(Confidence::Medium),
        ..outcome(subject.secret)
    }
}

/// Returns what is said of a value that passed: one in several literals or lines is proved, because pieces of code do not add up to 40
/// random characters by chance, and judges who read the raw text would take the quotes and signs in it for code.
fn outcome(raw: &[u8]) -> Proof {
    if is_split(raw) {
        Proof::proved("its pieces add up to a secret access key")
    } else {
        Proof::plausible()
    }
}

fn is_split(raw: &[u8]) -> bool {
    raw.iter().any(|b| b"\"'`\n".contains(b))
}

/// Returns true when `value` has the alphabet and length of a secret and what follows does not continue it.
fn is_whole(value: &[u8], after: &[u8]) -> bool {
    let alphabet = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/');
    let goes_on = match after {
        [b'=' | b'-' | b'_' | b'+' | b'/', ..]
        | [b'%', b'2', b'B' | b'b' | b'F' | b'f', ..]
        | [b'%', b'3', b'D' | b'd', ..]
        | [b'\\', b'/', ..] => true,
        [b'.', next, ..] | [next, ..] => next.is_ascii_alphanumeric(),
        [] => false,
    };
    value.len() == LEN && value.iter().all(alphabet) && !goes_on && !holds(value, b"EXAMPLE")
}

/// The counts that tell random text from text that means something.
#[derive(Debug, Clone, Copy)]
struct Shape {
    lower: usize,
    upper: usize,
    digits: usize,
    slashes: usize,
    distinct: usize,
    changes: usize,
    word_letters: usize,
}

impl Shape {
    fn of(value: &[u8]) -> Self {
        let count = |f: fn(&u8) -> bool| value.iter().filter(|b| f(b)).count();
        let mut sorted = value.to_vec();
        sorted.sort_unstable();
        sorted.dedup();
        Self {
            lower: count(u8::is_ascii_lowercase),
            upper: count(u8::is_ascii_uppercase),
            digits: count(u8::is_ascii_digit),
            slashes: count(|b| *b == b'/'),
            distinct: sorted.len(),
            changes: value
                .windows(2)
                .filter(|w| class(w[0]) != class(w[1]))
                .count(),
            word_letters: word_letters(value),
        }
    }

    /// Not hex, not one word, not a row of dots or letters: enough where a name vouches for it.
    fn is_machine_made(&self) -> bool {
        self.lower > 0 && self.upper > 0 && self.distinct >= 16 && self.word_letters < 36
    }

    /// As random text is.
    fn is_random(&self) -> bool {
        let changes = if self.digits == 0 { 15 } else { 12 };
        self.lower > 0
            && self.upper > 0
            && self.distinct >= 21
            && self.changes >= changes
            && self.slashes <= 6
            && self.word_letters < 30
    }
}

fn class(byte: u8) -> u8 {
    match byte {
        b'a'..=b'z' => 0,
        b'A'..=b'Z' => 1,
        b'0'..=b'9' => 2,
        _ => 3,
    }
}

/// Counts the letters that stand in runs which read like words: one capital or none and three or more small letters, or four
/// or more capitals, with a vowel among them.
fn word_letters(value: &[u8]) -> usize {
    let mut total = 0;
    let mut at = 0;
    while at < value.len() {
        let run =
            |from: usize, f: fn(&u8) -> bool| value[from..].iter().take_while(|b| f(b)).count();
        let capitals = run(at, u8::is_ascii_uppercase);
        let smalls = run(at + capitals, u8::is_ascii_lowercase);
        let (from, len) = if smalls >= 3 {
            let lead = capitals.min(1);
            (at + capitals - lead, smalls + lead)
        } else if capitals >= 4 {
            (at, capitals)
        } else {
            (at, 0)
        };
        if value[from..from + len]
            .iter()
            .any(|b| b"aeiouyAEIOUY".contains(b))
        {
            total += len;
        }
        at += (capitals + smalls).max(1);
    }
    total
}

#[cfg(test)]
mod tests {
    use super::{check_bare, check_named};
    use crate::{
        rule::template::{Random, fill},
        validate::{Check, Subject, Verdict},
    };

    #[track_caller]
    fn check(by: Check, value: &str, after: &str, kept: bool) {
        let subject = Subject {
            before: b"",
            secret: value.as_bytes(),
            matched: value.as_bytes(),
            after: after.as_bytes(),
        };
        assert_eq!(
            by(subject).verdict != Verdict::Refuted,
            kept,
            "{value}{after}"
        );
    }

    #[test]
    fn random_keys_are_kept() {
        let lost = (0..20_000)
            .filter(|seed| {
                let value = fill("{base64:40}", &mut Random::new(*seed)).unwrap();
                let subject = Subject {
                    before: b"",
                    secret: value.as_bytes(),
                    matched: value.as_bytes(),
                    after: b"\n",
                };
                check_bare(subject).verdict == Verdict::Refuted
            })
            .count();
        // 1.7 are expected; more than 8 would be a change of the limits.
        assert!(lost <= 8, "{lost} of 20,000 lost");
    }

    #[test]
    fn what_is_not_random() {
        for value in [
            "0123456789abcdef0123456789abcdef01234567",
            "src/main/java/com/example/ServiceFactory",
            "AuthenticationManagerBeanDefinitionParser",
            "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMN",
            "vendor/github/Microsoft/hcsshim/Internal",
            "AKIAAKIAAKIAAKIAakiaakiaakiaakia00000000",
        ] {
            check(check_bare, value, "\n", false);
        }
    }

    #[test]
    fn what_follows_decides() {
        let value = fill("{base64:40}", &mut Random::new(3)).unwrap();
        check(check_named, &value, "\"", true);
        check(check_named, &value, ". Then", true);
        check(check_named, &format!("{value}a"), "\"", false);
        check(check_named, value.get(1..).unwrap(), "\"", false);
        check(
            check_named,
            &fill("{hex:40}", &mut Random::new(3)).unwrap(),
            "\"",
            false,
        );
        for after in ["=", "-x", "_x", "/x", "%2Fx", "\\/x", ".eyJ"] {
            check(check_named, &value, after, false);
            check(check_bare, &value, after, false);
        }
    }

    #[test]
    fn encoded_values_are_checked_as_decoded() {
        let value = fill("{base64:19}/{base64:20}", &mut Random::new(3)).unwrap();
        check(check_named, &value.replace('/', "%2F"), "\"", true);
        check(check_named, &value.replace('/', "\\/"), "\"", true);
        check(check_named, &value.replacen('/', "\" + \"/", 1), "\"", true);
    }
}
