//! Which run of bytes every match of a regex has, read from the regex.

use regex_syntax::hir::{Hir, HirKind};

use crate::rule::{
    Run,
    bytes::{ByteSet, add, has, of_class},
};

/// The shortest run worth a look: names are as long as that everywhere.
const MIN_LEN: u32 = 12;

/// How much a run has to say, in nats: as much as a run of 16 letters and digits.
const MIN_WORTH: f64 = 3.5;

/// Returns the run of every match of `hir` that says most, where one says enough.
pub(super) fn derive(hir: &Hir) -> Option<Run> {
    best(hir).filter(|run| worth(run) >= MIN_WORTH)
}

/// Returns how unlikely a run is in source text, in nats, were its bytes drawn one by one.
fn worth(run: &Run) -> f64 {
    let share: f64 = (0..=255)
        .filter(|byte| has(&run.set, *byte))
        .map(common)
        .sum();
    -share.min(1.0).ln() * f64::from(run.len)
}

/// Returns the share of a byte in source text: round figures, for which sums of groups matter and not single bytes.
fn common(byte: u8) -> f64 {
    match byte {
        b'a'..=b'f' | b'\n' => 0.03,
        b'g'..=b'z' => 0.0225,
        b' ' => 0.15,
        b'_' | b'-' | b'.' | b'/' => 0.015,
        0x21..=0x7e => 0.004,
        _ => 0.0001,
    }
}

/// Returns the run of every match that says most, were it too little.
fn best(hir: &Hir) -> Option<Run> {
    let better = |a: Option<Run>, b: Option<Run>| match (a, b) {
        (Some(a), Some(b)) => Some(if worth(&b) > worth(&a) { b } else { a }),
        (a, b) => a.or(b),
    };
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) | HirKind::Literal(_) | HirKind::Class(_) => None,
        HirKind::Capture(capture) => best(&capture.sub),
        HirKind::Concat(parts) => parts.iter().map(best).fold(None, better),
        HirKind::Repetition(repetition) if repetition.min == 0 => None,
        HirKind::Repetition(repetition) => {
            let own = pure(hir).filter(|run| run.len >= MIN_LEN);
            better(own, best(&repetition.sub))
        }
        HirKind::Alternation(branches) => {
            let runs: Option<Vec<Run>> = branches.iter().map(best).collect();
            runs?.into_iter().reduce(|a, b| Run {
                set: union(&a.set, &b.set),
                len: a.len.min(b.len),
            })
        }
    }
}

/// Returns of which bytes matches of `hir` are, and how many they have at least, where these bytes are a repetition and no words.
fn pure(hir: &Hir) -> Option<Run> {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => None,
        HirKind::Literal(literal) => {
            let mut set = ByteSet::default();
            literal.0.iter().for_each(|byte| add(&mut set, *byte));
            let len = u32::try_from(literal.0.len()).ok()?;
            Some(Run { set, len })
        }
        HirKind::Class(class) => Some(Run {
            set: of_class(class),
            len: 1,
        }),
        HirKind::Capture(capture) => pure(&capture.sub),
        HirKind::Repetition(repetition) => pure(&repetition.sub).map(|run| Run {
            len: run.len.saturating_mul(repetition.min),
            ..run
        }),
        HirKind::Concat(parts) => {
            let runs: Option<Vec<Run>> = parts.iter().map(pure).collect();
            runs?.into_iter().reduce(|a, b| Run {
                set: union(&a.set, &b.set),
                len: a.len.saturating_add(b.len),
            })
        }
        HirKind::Alternation(branches) => {
            let runs: Option<Vec<Run>> = branches.iter().map(pure).collect();
            runs?.into_iter().reduce(|a, b| Run {
                set: union(&a.set, &b.set),
                len: a.len.min(b.len),
            })
        }
    }
}

fn union(a: &ByteSet, b: &ByteSet) -> ByteSet {
    std::array::from_fn(|n| a[n] | b[n])
}

#[cfg(test)]
mod tests {
    use super::derive;
    use crate::rule::{bytes::has, regex};

    #[track_caller]
    fn check(pattern: &str, expected: Option<(&str, u32)>) {
        let run = derive(&regex::parse(pattern).unwrap());
        let found = run.map(|run| {
            let bytes = (0..=255_u8).filter(|byte| has(&run.set, *byte));
            (bytes.map(char::from).collect::<String>(), run.len)
        });
        let expected = expected.map(|(set, len)| (set.to_owned(), len));
        assert_eq!(found, expected, "{pattern}");
    }

    #[test]
    fn runs() {
        let hex = "0123456789abcdef";
        check("(?i:acme)[=:]([0-9a-f]{32})", Some((hex, 32)));
        check("acme=[0-9a-f]{20,40}", Some((hex, 20)));
        check("(?:[0-9a-f]{4}){5}", Some((hex, 20)));
        check("acme=(?:[0-9a-f]{32}|[0-9]{16})", Some((hex, 16)));
        check("acme=[0-9a-f]{32}(?:[g-z]{90})?", Some((hex, 32)));
        // What only some matches have, what is a word, what is too short, and what every text has, says nothing.
        check("acme=(?:[0-9a-f]{32}|x)", None);
        check("acme=([0-9a-f]{32})?", None);
        check("averylongwordofletters", None);
        check("(?i:averylongwordofletters)", None);
        check("[0-9a-f]{8}-[0-9a-f]{4}", None);
        check("password=[^\"]{20}", None);
    }
}
