//! Sequences of byte classes of which each match has one.
//!
//! A text is searched for these first, at ten times the speed of an automaton; only lines that have one are looked at. A literal is such a
//! sequence, and so are `[0-9]{3}-` and a word in either case.

use std::{ops::Range, sync::LazyLock};

use regex_syntax::hir::{Class, Hir, HirKind, Repetition};

use super::bytes::ByteSet;

/// Classes, one a byte.
pub(super) type Shape = Vec<ByteSet>;

/// The most shapes a pattern is looked for by.
const MAX_SHAPES: usize = 32;

/// The most bytes of a shape.
const MAX_LEN: usize = 16;

/// How often, in the bytes of a text, the shapes of a pattern may be expected; more are no help.
const MAX_FREQUENCY: f64 = 1.0 / 500.0;

/// What a further shape costs, as if it were found that often.
const COST_OF_ONE: f64 = 1.0 / 16384.0;

/// What is known of the matches of a part of a pattern.
#[derive(Default)]
struct Known {
    /// All there are, where they are few and short.
    all: Option<Vec<Shape>>,
    /// Shapes of which each match ends with one.
    ends: Option<Vec<Shape>>,
    /// Shapes of which each match has at least one.
    one_of: Option<Vec<Shape>>,
}

/// Returns shapes of at least two bytes, of which each match of `hir` has one, or nothing where none are rare enough.
pub(super) fn shapes(hir: &Hir) -> Option<Vec<Shape>> {
    let shapes = known(hir).one_of?;
    let long = shapes.iter().all(|shape| shape.len() > 1);
    (long && frequency(&shapes) <= MAX_FREQUENCY).then_some(shapes)
}

impl Known {
    fn all(shapes: Vec<Shape>) -> Self {
        let one_of = shapes.iter().all(|shape| !shape.is_empty());
        Self {
            one_of: one_of.then(|| shapes.clone()),
            ends: Some(shapes.clone()),
            all: Some(shapes),
        }
    }
}

fn known(hir: &Hir) -> Known {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => Known::all(vec![Vec::new()]),
        HirKind::Literal(literal) => literal_of(&literal.0),
        HirKind::Class(class) => class_of(class),
        HirKind::Capture(capture) => known(&capture.sub),
        HirKind::Repetition(repetition) => repetition_of(repetition),
        HirKind::Concat(parts) => sequence(parts),
        HirKind::Alternation(parts) => alternatives(parts),
    }
}

fn literal_of(bytes: &[u8]) -> Known {
    let shape: Shape = bytes.iter().map(|byte| one(*byte)).collect();
    if shape.len() <= MAX_LEN {
        return Known::all(vec![shape]);
    }
    let windows = shape.windows(MAX_LEN);
    let rarest = windows.min_by(|a, b| frequency_of(a).total_cmp(&frequency_of(b)));
    Known {
        all: None,
        ends: Some(vec![shape[shape.len() - MAX_LEN..].to_vec()]),
        one_of: rarest.map(|window| vec![window.to_vec()]),
    }
}

fn one(byte: u8) -> ByteSet {
    let mut set = ByteSet::default();
    set.add(byte);
    set
}

fn class_of(class: &Class) -> Known {
    match class {
        Class::Bytes(class) => {
            let mut set = ByteSet::default();
            for range in class.iter() {
                set.add_range(range.start()..=range.end());
            }
            Known::all(vec![vec![set]])
        }
        Class::Unicode(class) => {
            let mut shapes = Vec::new();
            let chars = class.iter().flat_map(|range| range.start()..=range.end());
            for char in chars {
                let mut buffer = [0; 4];
                let bytes = char.encode_utf8(&mut buffer).bytes();
                shapes.push(bytes.map(one).collect());
                if shapes.len() > MAX_SHAPES {
                    return Known::default();
                }
            }
            Known::all(shapes)
        }
    }
}

fn repetition_of(repetition: &Repetition) -> Known {
    let Repetition { min, max, sub, .. } = repetition;
    let once = known(sub);
    if *min == 0 {
        // At most once, or nothing is known.
        let all = once.all.filter(|_| *max == Some(1)).map(|mut shapes| {
            shapes.push(Vec::new());
            shapes
        });
        return all.map_or_else(Known::default, Known::all);
    }
    // As many as are certain, as far as they are few.
    let mut shapes = once.all.clone();
    let mut rounds = 1;
    while rounds < *min {
        let longer = (shapes.as_deref().zip(once.all.as_deref()))
            .and_then(|(shapes, once)| product(shapes, once));
        match longer {
            Some(longer) if longer.iter().any(|shape| shape.len() > 1) => shapes = Some(longer),
            _ => break,
        }
        rounds += 1;
    }
    let whole = rounds == *min && *max == Some(*min);
    let certain = shapes.clone().and_then(|shapes| Known::all(shapes).one_of);
    Known {
        ends: shapes.clone().or(once.ends),
        all: shapes.filter(|_| whole),
        one_of: better(once.one_of, certain),
    }
}

/// Looks for the part of a sequence whose shapes are best looked for.
fn sequence(parts: &[Hir]) -> Known {
    let nothing = || vec![Shape::new()];
    let mut best = None;
    // The shapes that what was seen ends with, and whether they are all of it.
    let mut last = nothing();
    let mut all = true;
    for part in parts {
        let part = known(part);
        best = better(best, part.one_of);
        let joined = part.all.as_ref().and_then(|shapes| {
            product(&last, shapes).or_else(|| {
                all = false;
                product(&shortened(&last, MAX_LEN / 2), shapes)
            })
        });
        if part.all.is_none() {
            all = false;
        }
        all &= joined.is_some();
        last = joined.or(part.all).or(part.ends).unwrap_or_else(nothing);
        best = better(best, Known::all(last.clone()).one_of);
    }
    Known {
        all: all.then(|| last.clone()),
        ends: Some(last),
        one_of: best,
    }
}

/// Returns the ends of `shapes`.
fn shortened(shapes: &[Shape], len: usize) -> Vec<Shape> {
    let end = |shape: &Shape| shape[shape.len().saturating_sub(len)..].to_vec();
    shapes.iter().map(end).collect()
}

fn alternatives(parts: &[Hir]) -> Known {
    let some = || Some(Vec::new());
    let mut known_all = Known {
        all: some(),
        ends: some(),
        one_of: some(),
    };
    for part in parts {
        let part = known(part);
        known_all.all = union(known_all.all, part.all);
        known_all.ends = union(known_all.ends, part.ends);
        known_all.one_of = union(known_all.one_of, part.one_of);
    }
    known_all
}

fn union(a: Option<Vec<Shape>>, b: Option<Vec<Shape>>) -> Option<Vec<Shape>> {
    let (mut a, b) = (a?, b?);
    a.extend(b);
    merge(&mut a);
    (a.len() <= MAX_SHAPES).then_some(a)
}

/// Puts shapes together that are hardly more common as one: a word in its three spellings.
fn merge(shapes: &mut Vec<Shape>) {
    shapes.sort();
    shapes.dedup();
    let mut known: Vec<f64> = shapes.iter().map(|shape| frequency_of(shape)).collect();
    let mut at = 0;
    while at < shapes.len() {
        let joined = (at + 1..shapes.len()).find_map(|other| {
            let (a, b) = (&shapes[at], &shapes[other]);
            if a.is_empty() || a.len() != b.len() {
                return None;
            }
            let joined: Shape = a.iter().zip(b).map(|(a, b)| a.or(*b)).collect();
            let together = frequency_of(&joined);
            (together <= 1.5 * (known[at] + known[other])).then_some((other, joined, together))
        });
        match joined {
            Some((other, joined, together)) => {
                shapes.remove(other);
                known.remove(other);
                (shapes[at], known[at]) = (joined, together);
                at = 0;
            }
            None => at += 1,
        }
    }
}

/// Returns each shape of `a` with each of `b` behind it, where that is not too much.
fn product(a: &[Shape], b: &[Shape]) -> Option<Vec<Shape>> {
    let mut shapes = Vec::new();
    for start in a {
        for end in b {
            if shapes.len() == MAX_SHAPES || start.len() + end.len() > MAX_LEN {
                return None;
            }
            shapes.push([&start[..], end].concat());
        }
    }
    merge(&mut shapes);
    Some(shapes)
}

/// Returns what is cheaper to look for.
fn better(a: Option<Vec<Shape>>, b: Option<Vec<Shape>>) -> Option<Vec<Shape>> {
    match (a, b) {
        (Some(a), Some(b)) if cost(&a) <= cost(&b) => Some(a),
        (a, None) => a,
        (_, b) => b,
    }
}

/// A shape that is there costs a look at its line; one whose window is there, a look at its other bytes.
fn cost(shapes: &[Shape]) -> f64 {
    let window = |shape: &Shape| frequency_of(&shape[rarest_window(shape)]);
    let one = |shape: &Shape| COST_OF_ONE + frequency_of(shape) + window(shape) / 32.0;
    shapes.iter().map(one).sum()
}

/// Returns how often, in the bytes of a text, one of `shapes` is expected: a guess.
fn frequency(shapes: &[Shape]) -> f64 {
    shapes.iter().map(|shape| frequency_of(shape)).sum()
}

/// How many classes of a shape are looked for at once.
pub(super) const WINDOW: usize = 4;

/// Returns the part of `shape` that is expected least often.
pub(super) fn rarest_window(shape: &[ByteSet]) -> Range<usize> {
    let last = shape.len().saturating_sub(WINDOW);
    let window = |at: usize| at..shape.len().min(at + WINDOW);
    let cost = |at: &usize| frequency_of(&shape[window(*at)]);
    let rarest = (0..=last).min_by(|a, b| cost(a).total_cmp(&cost(b)));
    window(rarest.unwrap_or_default())
}

/// Returns how often, in the bytes of a text, `shape` is expected: a guess.
pub(super) fn frequency_of(shape: &[ByteSet]) -> f64 {
    let mut before: Option<(&ByteSet, f64)> = None;
    let mut frequency = 1.0;
    for set in shape {
        let next = match before {
            Some((same, known)) if same == set => {
                // A digit comes with other digits.
                if known > COMPANY {
                    frequency *= known.max(0.6);
                    continue;
                }
                known
            }
            _ => share_in_company(set),
        };
        frequency *= next;
        before = Some((set, next));
    }
    frequency
}

/// From which share of a text's bytes on, as [`share_in_company`] counts it, those of a class come in each other's company.
const COMPANY: f64 = 0.075;

/// Returns which share of a text's bytes are of `set`, a guess, as far as that says something new: bytes of words come in each other's
/// company, so that what is known of one says a quarter of the next.
fn share_in_company(set: &ByteSet) -> f64 {
    /// Of each byte, by itself and in company.
    static SHARES: LazyLock<[(f64, f64); 256]> = LazyLock::new(|| {
        std::array::from_fn(|byte| {
            let share = u8::try_from(byte).map_or(0.0, share_of_byte);
            (share, share.powf(0.75))
        })
    });
    let (mut share, mut in_company) = (0.0, 0.0);
    set.each(|byte| {
        let (of_byte, byte_in_company) = SHARES[usize::from(byte)];
        share += of_byte;
        in_company = byte_in_company;
    });
    if set.len() == 1 {
        in_company
    } else {
        share.min(1.0).powf(0.75)
    }
}

/// Returns how common a byte is in source text: a guess.
fn share_of_byte(byte: u8) -> f64 {
    let bits = match byte {
        b' ' => 3,
        b'e' | b't' => 4,
        b'a' | b'i' | b'n' | b'o' | b'r' | b's' => 5,
        _ if b"cdfghlmpu(),.-=;:\"'/*".contains(&byte) => 6,
        b'a'..=b'z' | b'_' | b'0'..=b'9' | b'\t' => 7,
        b'!'..=b'~' => 8,
        _ => 11,
    };
    f64::from(-bits).exp2()
}

#[cfg(test)]
mod tests {
    use super::{ByteSet, shapes};
    use crate::ere::{Ere, WordMatch, translate::translate};

    fn shown(set: &ByteSet) -> String {
        let ranges: Vec<_> = set.ranges().collect();
        match &ranges[..] {
            [one] if one.start() == one.end() => char::from(*one.start()).to_string(),
            _ => {
                let range = |r: &std::ops::RangeInclusive<u8>| match (*r.start(), *r.end()) {
                    (a, b) if a == b => char::from(a).to_string(),
                    (a, b) => format!("{}-{}", char::from(a), char::from(b)),
                };
                format!("[{}]", ranges.iter().map(range).collect::<String>())
            }
        }
    }

    fn of(pattern: &str) -> Option<Vec<String>> {
        let ere = Ere::parse(pattern.as_bytes()).unwrap();
        let shapes = shapes(&translate(&ere.node, WordMatch::Yes))?;
        let mut shown: Vec<String> = shapes
            .iter()
            .map(|shape| shape.iter().map(shown).collect())
            .collect();
        shown.sort();
        Some(shown)
    }

    #[track_caller]
    fn check(pattern: &str, expected: &[&str]) {
        assert_eq!(of(pattern).unwrap_or_default(), expected, "{pattern}");
    }

    #[test]
    fn what_each_match_has() {
        check("hunter2", &["hunter2"]);
        check("(hunter|token)2?", &["hunter", "token"]);
        check("[0-9]+-KEY-[a-z]*", &["[0-9]-KEY-"]);
        check("[Kk][Ee]Y", &["[Kk][Ee]Y"]);
        check("(AB)?(CD){2}", &["CDCD"]);
        check("(XY){2,}", &["XYXY"]);
        check(r"^.*\<DO NOT COMMIT\>.*$", &["DO NOT COMMIT"]);
        check("x{3}-{5}BEGIN", &["xxx-----BEGIN"]);
        check("bedrock-api-key-YmVkcm9j", &["api-key-YmVkcm9j"]);
        check(r#"(['"])token\1"#, &["[\"']token"]);
        check("(token)?secret", &["secret"]);
        // With word match the empty text is no match.
        check("(token)?", &["token"]);
        check("(KEY|Key|key)=", &["[Kk][Ee][Yy]="]);
        check("(AKIA|ASIA)[A-Z0-9]{2}", &["A[KS]IA[0-9A-Z][0-9A-Z]"]);
        check(
            "[0-9]{3}-[0-9]{2}-[0-9]{4}",
            &["[0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9][0-9][0-9]"],
        );
        check(
            "[a-f]{40}:x",
            &["[a-f][a-f][a-f][a-f][a-f][a-f][a-f][a-f]:x"],
        );
    }

    #[test]
    fn nothing_is_rare_enough() {
        for pattern in [
            "ab|.",
            "(token)*x",
            "e t",
            "Q",
            "a.*b",
            "(token|[a-z])=",
            "in",
            "[a-z]{3}",
            ".{16}",
        ] {
            assert_eq!(of(pattern), None, "{pattern}");
        }
        let many: Vec<String> = (0..200_u64)
            .map(|n| n.wrapping_mul(0x9e37_79b9_7f4a_7c15))
            .map(|n| format!("{n:x}"))
            .collect();
        assert_eq!(of(&many.join("|")), None);
    }
}
