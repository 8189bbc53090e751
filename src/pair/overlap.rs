//! One value, one finding: when several rules see the same bytes, the one that knows most about them speaks.
//!
//! Compared in this order: a rule for one vendor beats a generic rule, which beats one that knows only the shape of a run (a rule for runs
//! that is sure by itself knows a mark or a checksum); more confidence beats less; a longer secret beats a shorter one, a rule for runs
//! another one, a longer match a shorter one; then the place and the order of the rules decide, so
//! that the result is always the same.

use std::{cmp::Reverse, collections::BTreeSet};

use crate::{
    chunk::decode,
    detection::Detection,
    rule::{Confidence, RuleSet},
};

/// Returns true when each byte of the secret has a place of its own in the text.
fn is_in_place(d: &Detection) -> bool {
    d.decoded.iter().all(|name| decode::is_exact(name))
}

/// [`specificity`] of a rule for one vendor.
const VENDOR: u8 = 2;

/// How much is known about what was found.
fn specificity(rules: &RuleSet, d: &Detection) -> u8 {
    let rule = rules.rule(d.rule);
    // The names that other rules go by do not stand in what is decoded, but round it: where one made it sure, it counts.
    let named = !d.decoded.is_empty() && d.confidence == Confidence::High;
    match (rule.is_for_runs(), rule.is_generic()) {
        (true, _) if !named && rule.confidence < Confidence::High => 0,
        (false, true) => 1,
        _ => VENDOR,
    }
}

/// The order in which detections are preferred, best first.
fn preference(rules: &RuleSet, d: &Detection) -> impl Ord + use<> {
    (
        Reverse(specificity(rules, d)),
        Reverse(d.confidence),
        Reverse(d.secret_span.end - d.secret_span.start),
        // Of the same value, a mark within says whose it is; the words before it say less.
        Reverse(rules.rule(d.rule).is_for_runs()),
        Reverse(d.span.end - d.span.start),
        d.secret_span.start,
        d.rule,
        // What stands there as it is, before what decoding finds at the same place.
        d.decoded.len(),
        d.decoded.clone(),
    )
}

/// Keeps, of detections whose secrets overlap, the preferred one; the rest come back in the order of their start.
///
/// Values found by decoding may be mapped to the same place and are different secrets; they overlap only when they are equal. The
/// encoded text itself is no other secret: a rule that knows no vendor does not speak for it beside one that knows what it hides.
pub fn without_overlaps(rules: &RuleSet, mut detections: Vec<Detection>) -> Vec<Detection> {
    detections.sort_by_cached_key(|d| preference(rules, d));
    let mut kept = Kept::default();
    detections.retain(|d| kept.insert(rules, d));
    detections.sort_by_cached_key(|d| {
        let span = &d.secret_span;
        (span.start, span.end, d.rule, d.decoded.clone())
    });
    detections
}

/// Drops ids of keys with which the match of a kept secret begins: a rule that finds a secret right behind its id tells of both.
pub(super) fn without_ids_of_secrets(
    rules: &RuleSet,
    mut detections: Vec<Detection>,
) -> Vec<Detection> {
    let provider = |d: &Detection| &*rules.rule(d.rule).provider;
    let behind_id: BTreeSet<(u64, &str)> = detections
        .iter()
        .filter(|d| is_in_place(d) && d.span.start < d.secret_span.start)
        .map(|d| (d.span.start, provider(d)))
        .collect();
    detections.retain(|d| {
        let is_whole = is_in_place(d) && d.span.start == d.secret_span.start;
        !(is_whole && behind_id.contains(&(d.span.start, provider(d))))
    });
    detections
}

/// Spans that are taken.
#[derive(Debug, Default)]
pub(super) struct Kept {
    /// Spans that do not overlap, by their start.
    plain: std::collections::BTreeMap<u64, u64>,
    /// What decoding found: span and value.
    decoded: BTreeSet<(u64, u64, Box<[u8]>)>,
    /// Where what decoding found stands that a rule for a vendor knows, by start; of equal starts the farthest end.
    hidden: std::collections::BTreeMap<u64, u64>,
}

impl Kept {
    /// Takes the span of `d`; returns false when it is taken already.
    fn insert(&mut self, rules: &RuleSet, d: &Detection) -> bool {
        let allowed = self.allows(rules, d);
        if allowed {
            self.take(d, specificity(rules, d) >= VENDOR);
        }
        allowed
    }

    /// Takes the span of `d`, a part of a credential.
    pub(super) fn take_part(&mut self, d: &Detection) {
        self.take(d, true);
    }

    fn take(&mut self, d: &Detection, known: bool) {
        let span = &d.secret_span;
        if is_in_place(d) {
            self.plain.insert(span.start, span.end);
            return;
        }
        if known {
            let end = self.hidden.entry(span.start).or_default();
            *end = span.end.max(*end);
        }
        self.decoded
            .insert((span.start, span.end, d.secret.expose().into()));
    }

    /// Returns true when the span of `d` is free.
    pub(super) fn allows(&self, rules: &RuleSet, d: &Detection) -> bool {
        let span = &d.secret_span;
        if is_in_place(d) {
            let free = |spans: &std::collections::BTreeMap<u64, u64>| {
                let before = spans.range(..span.end).next_back();
                before.is_none_or(|(_, end)| *end <= span.start)
            };
            free(&self.plain) && (specificity(rules, d) >= VENDOR || free(&self.hidden))
        } else {
            !self
                .decoded
                .contains(&(span.start, span.end, d.secret.expose().into()))
        }
    }
}

#[cfg(test)]
mod tests {
    use std::ops::Range;

    use super::{without_ids_of_secrets, without_overlaps};
    use crate::{
        detection::Detection,
        matcher::lines::Place,
        rule::{Confidence, RuleSet, Severity, parse::parse},
        secret::Secret,
    };

    /// Rules by what they know: `v` and `w` of a vendor, `g` generic, `r` only a run, `s` a run with a mark.
    fn rules() -> RuleSet {
        let rule = |id: &str, provider: &str, anchor: &str| {
            format!(
                "[[rule]]\nid = \"{id}\"\nprovider = \"{provider}\"\nseverity = \"low\"\nregex = 'abc[a-z]{{40}}'\n{anchor}\n"
            )
        };
        let text = [
            rule("g", "generic", "prefixes = [\"abc\"]"),
            rule("r", "acme", "base64_run = 40"),
            rule("s", "acme", "confidence = \"high\"\nbase64_run = 40"),
            rule("v", "acme", "prefixes = [\"abc\"]"),
            rule("w", "acme", "prefixes = [\"abc\"]"),
        ]
        .concat();
        RuleSet::new(false, parse("test.toml".as_ref(), &text).unwrap()).unwrap()
    }

    fn detection(
        rules: &RuleSet,
        rule: &str,
        start: u64,
        secret: Range<u64>,
        confidence: Confidence,
    ) -> Detection {
        let place = Place { line: 1, column: 1 };
        Detection {
            rule: rules.find(rule).unwrap(),
            span: start..secret.end,
            secret_span: secret,
            secret: Secret::new(b"x"),
            start: place,
            end: place,
            severity: Severity::Low,
            confidence,
            facts: Vec::new(),
            reasons: Vec::new(),
            decoded: Vec::new(),
            context: None,
            line_offset: 0,
            line: Secret::new(b""),
            beside: None,
            whole_line: None,
        }
    }

    #[track_caller]
    fn check(given: &[(&str, Range<u64>, Confidence)], expected: &[&str]) {
        let rules = rules();
        let mut detections: Vec<Detection> = given
            .iter()
            .map(|(rule, span, confidence)| {
                detection(&rules, rule, span.start, span.clone(), *confidence)
            })
            .collect();
        for _ in 0..2 {
            let kept: Vec<&str> = without_overlaps(&rules, detections.clone())
                .iter()
                .map(|d| &*rules.rule(d.rule).id)
                .map(|id| {
                    ["g", "r", "s", "v", "w"]
                        .into_iter()
                        .find(|known| *known == id)
                        .unwrap()
                })
                .collect();
            assert_eq!(kept, expected);
            detections.reverse();
        }
    }

    #[test]
    fn the_one_that_knows_most_speaks() {
        use Confidence::{High, Low, Medium};
        check(&[("g", 0..40, High), ("v", 0..40, Low)], &["v"]);
        check(&[("g", 0..40, Low), ("r", 0..40, High)], &["g"]);
        check(&[("g", 0..40, High), ("s", 0..40, Medium)], &["s"]);
        check(&[("v", 0..40, Low), ("w", 0..40, Medium)], &["w"]);
        check(&[("v", 0..40, High), ("w", 0..50, High)], &["w"]);
        check(&[("v", 0..40, High), ("w", 0..40, High)], &["v"]);
        check(
            &[("g", 0..20, High), ("v", 10..50, High), ("g", 50..60, Low)],
            &["v", "g"],
        );
        check(
            &[("g", 0..100, High), ("v", 10..20, Low), ("v", 30..40, Low)],
            &["v", "v"],
        );
    }

    #[test]
    fn an_id_is_told_with_its_secret() {
        let rules = rules();
        let of = |rule, start, secret| detection(&rules, rule, start, secret, Confidence::High);
        let left = |given: Vec<Detection>| -> Vec<u64> {
            let left = without_ids_of_secrets(&rules, given);
            left.iter().map(|d| d.secret_span.start).collect()
        };
        assert_eq!(left(vec![of("v", 0, 0..20), of("w", 0, 30..60)]), [30]);
        assert_eq!(left(vec![of("v", 5, 5..20), of("w", 0, 30..60)]), [5, 30]);
        assert_eq!(left(vec![of("g", 0, 0..20), of("w", 0, 30..60)]), [0, 30]);
    }
}
