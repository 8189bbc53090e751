//! Literals of which each match has one.
//!
//! A text is searched for these first, at ten times the speed of an automaton; only lines that have one are looked at.

use regex_syntax::hir::{Class, Hir, HirKind, Repetition};

/// The most literals a pattern is looked for by.
const MAX_NEEDLES: usize = 32;

/// The most bytes of a literal that are looked for.
const MAX_LEN: usize = 16;

/// How often, in the bytes of a text, the literals of a pattern may be expected; more are no help.
const MAX_FREQUENCY: f64 = 1.0 / 500.0;

/// What a further literal costs, as if it were found that often.
const COST_OF_ONE: f64 = 1.0 / 16384.0;

/// A set of texts.
type Texts = Vec<Vec<u8>>;

/// What is known of the matches of a part of a pattern.
struct Known {
    /// All there are, where they are few and short.
    all: Option<Texts>,
    /// Texts of which each match has at least one.
    one_of: Option<Texts>,
}

/// Returns literals of at least two bytes, of which each match of `hir` has one, or nothing where none are rare enough.
pub(super) fn needles(hir: &Hir) -> Option<Texts> {
    let needles = known(hir).best()?;
    let rare = needles.iter().all(|needle| needle.len() > 1);
    (rare && frequency(&needles) <= MAX_FREQUENCY).then_some(needles)
}

impl Known {
    fn nothing() -> Self {
        Self {
            all: None,
            one_of: None,
        }
    }

    fn all(texts: Texts) -> Self {
        let one_of = texts.iter().all(|text| !text.is_empty());
        Self {
            one_of: one_of.then(|| texts.clone()),
            all: Some(texts),
        }
    }

    /// Returns the texts that are best looked for.
    fn best(self) -> Option<Texts> {
        self.one_of
    }
}

fn known(hir: &Hir) -> Known {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => Known::all(vec![Vec::new()]),
        HirKind::Literal(literal) => literal_of(&literal.0),
        HirKind::Class(class) => members(class).map_or_else(Known::nothing, Known::all),
        HirKind::Capture(capture) => known(&capture.sub),
        HirKind::Repetition(repetition) => repetition_of(repetition),
        HirKind::Concat(parts) => sequence(parts),
        HirKind::Alternation(parts) => alternatives(parts),
    }
}

fn literal_of(bytes: &[u8]) -> Known {
    if bytes.len() <= MAX_LEN {
        return Known::all(vec![bytes.to_vec()]);
    }
    let rarest = bytes
        .windows(MAX_LEN)
        .min_by(|a, b| frequency_of(a).total_cmp(&frequency_of(b)));
    Known {
        all: None,
        one_of: rarest.map(|window| vec![window.to_vec()]),
    }
}

/// Returns the members of a class, where they are few.
fn members(class: &Class) -> Option<Texts> {
    let mut texts = Texts::new();
    let mut add = |text: &[u8]| {
        texts.push(text.to_vec());
        texts.len() <= MAX_NEEDLES
    };
    let few = match class {
        Class::Bytes(class) => class
            .iter()
            .all(|range| (range.start()..=range.end()).all(|byte| add(&[byte]))),
        Class::Unicode(class) => class.iter().all(|range| {
            (range.start()..=range.end()).all(|c| add(c.encode_utf8(&mut [0; 4]).as_bytes()))
        }),
    };
    few.then_some(texts)
}

fn repetition_of(repetition: &Repetition) -> Known {
    let Repetition { min, max, sub, .. } = repetition;
    let once = known(sub);
    if *min == 0 {
        // At most once, or nothing is known.
        let all = once.all.filter(|_| *max == Some(1)).map(|mut texts| {
            texts.push(Vec::new());
            texts
        });
        return all.map_or_else(Known::nothing, Known::all);
    }
    // As many as are certain, as far as they are few.
    let mut texts = once.all.clone();
    let mut rounds = 1;
    while rounds < *min {
        match texts
            .as_deref()
            .and_then(|texts| product(texts, once.all.as_ref()?))
        {
            Some(longer) if longer.iter().any(|text| text.len() > 1) => texts = Some(longer),
            _ => break,
        }
        rounds += 1;
    }
    let whole = rounds == *min && *max == Some(*min);
    let certain = texts.clone().map(Known::all).and_then(Known::best);
    Known {
        all: texts.filter(|_| whole),
        one_of: better(once.one_of, certain),
    }
}

/// Looks for the part of a sequence whose texts are best looked for.
fn sequence(parts: &[Hir]) -> Known {
    let mut best = None;
    // The texts of the last parts, and whether these are all parts so far.
    let mut last: Texts = vec![Vec::new()];
    let mut all = true;
    for part in parts {
        let part = known(part);
        best = better(best, part.one_of);
        let joined = part.all.as_ref().and_then(|texts| product(&last, texts));
        if joined.is_none() {
            all = false;
        }
        last = joined.or(part.all).unwrap_or_else(|| vec![Vec::new()]);
        best = better(best, Known::all(last.clone()).one_of);
    }
    Known {
        all: all.then_some(last),
        one_of: best,
    }
}

fn alternatives(parts: &[Hir]) -> Known {
    let (mut all, mut one_of) = (Some(Texts::new()), Some(Texts::new()));
    for part in parts {
        let part = known(part);
        all = union(all, part.all);
        one_of = union(one_of, part.one_of);
    }
    Known { all, one_of }
}

fn union(a: Option<Texts>, b: Option<Texts>) -> Option<Texts> {
    let (mut a, b) = (a?, b?);
    a.extend(b);
    a.sort();
    a.dedup();
    (a.len() <= MAX_NEEDLES).then_some(a)
}

/// Returns each text of `a` with each of `b` behind it, where that is not too much.
fn product(a: &[Vec<u8>], b: &[Vec<u8>]) -> Option<Texts> {
    let mut texts = Texts::new();
    for start in a {
        for end in b {
            if texts.len() == MAX_NEEDLES || start.len() + end.len() > MAX_LEN {
                return None;
            }
            texts.push([&start[..], end].concat());
        }
    }
    texts.sort();
    texts.dedup();
    Some(texts)
}

/// Returns what is cheaper to look for.
fn better(a: Option<Texts>, b: Option<Texts>) -> Option<Texts> {
    match (a, b) {
        (Some(a), Some(b)) if cost(&a) <= cost(&b) => Some(a),
        (a, None) => a,
        (_, b) => b,
    }
}

fn cost(texts: &[Vec<u8>]) -> f64 {
    texts.iter().map(|_| COST_OF_ONE).sum::<f64>() + frequency(texts)
}

/// Returns how often, in the bytes of a text, one of `texts` is expected: a guess.
fn frequency(texts: &[Vec<u8>]) -> f64 {
    texts.iter().map(|text| frequency_of(text)).sum()
}

fn frequency_of(text: &[u8]) -> f64 {
    // Bytes of words come in each other's company: what is known of one says a quarter of the next.
    let bits: f64 = text.iter().map(|byte| 0.75 * bits_of(*byte)).sum();
    (-bits).exp2()
}

/// Returns how rare a byte is in source text, in bits: a guess.
fn bits_of(byte: u8) -> f64 {
    f64::from(match byte {
        b' ' => 3,
        b'e' | b't' => 4,
        b'a' | b'i' | b'n' | b'o' | b'r' | b's' => 5,
        _ if b"cdfghlmpu(),.-=;:\"'/*".contains(&byte) => 6,
        b'a'..=b'z' | b'_' | b'0'..=b'9' | b'\t' => 7,
        _ => 8,
    })
}

#[cfg(test)]
mod tests {
    use super::needles;
    use crate::ere::{Ere, WordMatch, translate::translate};

    fn of(pattern: &str) -> Option<Vec<String>> {
        let ere = Ere::parse(pattern.as_bytes()).unwrap();
        let texts = needles(&translate(&ere.node, WordMatch::Yes))?;
        Some(
            texts
                .into_iter()
                .map(|text| String::from_utf8(text).unwrap())
                .collect(),
        )
    }

    #[track_caller]
    fn check(pattern: &str, expected: &[&str]) {
        assert_eq!(of(pattern).unwrap_or_default(), expected, "{pattern}");
    }

    #[test]
    fn what_each_match_has() {
        check("hunter2", &["hunter2"]);
        check("(hunter|token)2?", &["hunter", "token"]);
        check("[0-9]+-KEY-[a-z]*", &["-KEY-"]);
        check("x*(KEY|key|Key)[a-z]{40}", &["KEY", "Key", "key"]);
        check("[Kk][Ee]Y", &["KEY", "KeY", "kEY", "keY"]);
        check("(AB)?(CD){2}", &["CDCD"]);
        check("(XY){2,}", &["XYXY"]);
        check(r"^.*\<DO NOT COMMIT\>.*$", &["DO NOT COMMIT"]);
        check("x{3}-{5}BEGIN", &["xxx-----BEGIN"]);
        check("bedrock-api-key-YmVkcm9j", &["api-key-YmVkcm9j"]);
        check(r#"(['"])token\1"#, &["token"]);
        check(
            "(A3T[A-Z0-9]|AKIA|ASIA)[A-Z0-9]{16}",
            &["A3T", "AKIA", "ASIA"],
        );
        check("(token)?secret", &["secret"]);
        // With word match the empty text is no match.
        check("(token)?", &["token"]);
    }

    #[test]
    fn nothing_is_rare_enough() {
        for pattern in [
            "[0-9a-f]{40}",
            "ab|.",
            "(token)*x",
            "e t",
            "Q",
            "a.*b",
            "(token|[a-z])=",
            "in",
        ] {
            assert_eq!(of(pattern), None, "{pattern}");
        }
        let many: Vec<String> = (100..200).map(|n| format!("KEY{n}")).collect();
        assert_eq!(of(&many.join("|")), None);
    }
}
