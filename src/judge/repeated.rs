//! `repeated`: one character again and again, a sequence, a walk over the keyboard.

use super::{Judge, Opinion, Scene, view, walks};
use crate::rule::SecretKind;

/// The judge.
pub(super) const JUDGE: Judge = Judge {
    name: "repeated",
    says: "is one pattern again and again",
    kinds: &[SecretKind::Token, SecretKind::Opaque, SecretKind::Password],
    opinion,
};

/// Rows of keyboards, forth; they are tried back, too.
const WALKS: &[&str] = &[
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "qwertzuiop",
    "azertyuiop",
    "1qaz2wsx3edc",
    "!@#$%^&*()",
    "abc123",
];

fn opinion(scene: &Scene<'_>) -> Option<Opinion> {
    let body = view::body(scene);
    if scene.rule.kind == SecretKind::Password {
        return password(body);
    }
    // White space stands only between the literals of a value that goes over several lines: how much says nothing of it.
    let runs = body.split(u8::is_ascii_whitespace).any(|piece| {
        longest_run(piece) >= run_limit(body) || longest_pair_run(piece) >= run_limit(body) + 4
    });
    let runs = runs && !has_run(scene.rule.regex.as_bytes(), run_limit(body));
    (is_patterned(body) || runs || is_typed(scene, body)).then_some(Opinion::Drop)
}

/// Returns true when a rule asks for a run of one character itself: old tokens of Dropbox have ten times `A` within.
fn has_run(regex: &[u8], least: usize) -> bool {
    regex
        .chunk_by(|a, b| a == b)
        .any(|run| run.len() >= least && run[0].is_ascii_alphanumeric())
}

/// Returns true when a value that its name alone gives away is sequences and walks, with a character of five beside them at most.
///
/// Four hexadecimal digits in order stand at a given place with a chance of 5e-4; 16 digits have three such stretches with one of 1e-10.
fn is_typed(scene: &Scene<'_>, body: &[u8]) -> bool {
    scene.rule.kind == SecretKind::Opaque && walks::covered(body) * 5 >= body.len() * 4
}

/// A person may have chosen a sequence; one letter repeated fills a space.
fn password(value: &[u8]) -> Option<Opinion> {
    if view::distinct(value) <= 2 {
        return Some(Opinion::Drop);
    }
    let walk = WALKS
        .iter()
        .map(|row| walked(value, row))
        .max()
        .unwrap_or(0);
    let covered = longest_run(value).max(walk).max(walks::covered(value));
    (covered * 3 >= value.len() * 2).then_some(Opinion::Lower)
}

/// Returns the length of a run that chance makes less than once in ten million tokens.
///
/// A run of n equal or ascending characters starts at a given place with a chance of 3 / k^(n-1) for an alphabet of k: for base36
/// and n = 8 in 40 places 2e-9, for hexadecimal and n = 9 in 128 places 9e-8, for digits and n = 12 in 40 places 1e-9.
fn run_limit(body: &[u8]) -> usize {
    if body.iter().all(u8::is_ascii_digit) {
        12
    } else if body.iter().all(|b| b.is_ascii_hexdigit() || *b == b'-') {
        10
    } else if body.len() > 256 {
        // Structures in base64 have runs of `A`, which are zero bytes.
        usize::MAX - 4
    } else {
        9
    }
}

/// Returns true when the text has almost no different characters for its length, or repeats with a period.
///
/// 16 characters of hexadecimal show three or fewer with a chance of 1e-9. A repeat is counted when ten characters or more follow
/// from those before them: 1e-10 for digits.
fn is_patterned(body: &[u8]) -> bool {
    let few = body.len() >= 16 && view::distinct(body) <= 3;
    let period = (1..=body.len() / 2)
        .any(|p| body.len() - p >= 12 && body.iter().zip(&body[p..]).all(|(a, b)| a == b));
    few || period
}

/// Returns the longest stretch in which each byte is the one before it, or its successor, or its predecessor.
fn longest_run(text: &[u8]) -> usize {
    longest(text, 1)
}

/// Returns the longest stretch of two sequences in turns: `a1b2c3d4`.
fn longest_pair_run(text: &[u8]) -> usize {
    longest(text, 2)
}

fn longest(text: &[u8], distance: usize) -> usize {
    let (mut best, mut here, mut last) = (0, distance, i16::MAX);
    for at in distance..text.len() {
        let step = i16::from(text[at]) - i16::from(text[at - distance]);
        let wraps = text[at - distance] == b'9' && matches!(text[at], b'0' | b'a' | b'A');
        let step = if wraps { 1 } else { step };
        let goes_on = (-1..=1).contains(&step) && (here == distance || step == last);
        here = if goes_on {
            here + 1
        } else if (-1..=1).contains(&step) {
            distance + 1
        } else {
            distance
        };
        last = if here > distance { step } else { i16::MAX };
        best = best.max(here);
    }
    best
}

/// Returns how many bytes of `text` in a row follow the keyboard row `row`, forth or back, counted for the run that holds the middle.
///
/// Only a run of two thirds of the text matters, and that holds the middle: looking elsewhere would cost the length once more.
fn walked(text: &[u8], row: &str) -> usize {
    let (before, after) = text.split_at(text.len() / 2);
    let Some(middle) = after.first() else {
        return 0;
    };
    let row = row.as_bytes();
    let same = |(a, b): &(&u8, &u8)| a.eq_ignore_ascii_case(b);
    let through = |at: usize| {
        let forth = before.iter().rev().zip(row[..at].iter().rev());
        let back = before.iter().rev().zip(&row[at + 1..]);
        let forth =
            forth.take_while(same).count() + after.iter().zip(&row[at..]).take_while(same).count();
        let back = back.take_while(same).count()
            + after
                .iter()
                .zip(row[..=at].iter().rev())
                .take_while(same)
                .count();
        forth.max(back)
    };
    (0..row.len())
        .filter(|at| row[*at].eq_ignore_ascii_case(middle))
        .map(through)
        .max()
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::JUDGE;
    use crate::{
        judge::{Opinion, testing},
        rule::{
            SecretKind,
            template::{ALPHABETS, Random},
        },
    };

    #[track_caller]
    fn check(kind: SecretKind, value: &str, expected: Option<Opinion>) {
        let text = format!("x = \"‹{value}›\"");
        assert_eq!(
            testing::opinion(&JUDGE, kind, "a.yml", &text, false),
            expected,
            "{value}"
        );
    }

    #[test]
    fn patterns() {
        check(
            SecretKind::Token,
            "tok_aaaaaaaaaaaaaaaaaaaaaaaa",
            Some(Opinion::Drop),
        );
        check(
            SecretKind::Token,
            "tok_abcdefghijklmnop123456",
            Some(Opinion::Drop),
        );
        check(
            SecretKind::Token,
            "tok_0123456789abcdef0123456789abcdef",
            Some(Opinion::Drop),
        );
        check(
            SecretKind::Token,
            "tok_a1b2c3d4e5f6g7h8i9j0",
            Some(Opinion::Drop),
        );
        check(
            SecretKind::Opaque,
            "deadbeefdeadbeefdeadbeef",
            Some(Opinion::Drop),
        );
        check(
            SecretKind::Token,
            "kW8sZp3q'\n                    'Rb6vX2",
            None,
        );
        check(SecretKind::Password, "zzzzzzzz", Some(Opinion::Drop));
        check(SecretKind::Password, "12345678", Some(Opinion::Lower));
        check(SecretKind::Password, "qwertyui", Some(Opinion::Lower));
        check(SecretKind::Password, "poiuytre", Some(Opinion::Lower));
        check(SecretKind::Password, "x7QwErTy", Some(Opinion::Lower));
        check(SecretKind::Password, "asdfgh8!", Some(Opinion::Lower));
        check(SecretKind::Password, "asdf8!gh", None);
        check(SecretKind::Password, "Summer1234", None);
        check(SecretKind::Password, "abcd1234", Some(Opinion::Lower));
        check(SecretKind::Password, "1q2w3e4r", Some(Opinion::Lower));
        check(
            SecretKind::Opaque,
            "AbCdEfGhIjKlMnOpQrStUvWxYz",
            Some(Opinion::Drop),
        );
        check(
            SecretKind::Opaque,
            "qwertyuiopasdfghjklzxcvbnm",
            Some(Opinion::Drop),
        );
    }

    #[test]
    fn random_tokens_are_never_dropped() {
        let mut random = Random::new(5);
        for (name, letters) in ALPHABETS {
            for draw in 0..1500 {
                let token = format!("tok_{}", random.text(letters, 16 + draw % 112));
                for proved in [false, true] {
                    let text = format!("‹{token}›");
                    let said = testing::opinion(&JUDGE, SecretKind::Token, "a", &text, proved);
                    assert_eq!(said, None, "{name}: {token}");
                }
            }
        }
    }
}
