//! One value, one finding: when several rules see the same bytes, the one that knows most about them speaks.
//!
//! Compared in this order: a rule for one vendor beats a generic rule, which beats one that knows only the shape of a run; more
//! confidence beats less; a longer secret, then a longer match, beats a shorter one; then the place and the order of the rules decide, so
//! that the result is always the same.

use std::cmp::Reverse;

use crate::{
    detection::Detection,
    rule::{Anchor, Rule, RuleSet},
};

/// How much a rule knows about what it finds.
fn specificity(rule: &Rule) -> u8 {
    let only_shape = rule
        .anchors
        .iter()
        .all(|anchor| matches!(anchor, Anchor::Base64Run(_)));
    match (only_shape, &*rule.provider) {
        (true, _) => 0,
        (false, "generic") => 1,
        (false, _) => 2,
    }
}

/// The order in which detections are preferred, best first.
fn preference(rules: &RuleSet, d: &Detection) -> impl Ord + use<> {
    (
        Reverse(specificity(rules.rule(d.rule))),
        Reverse(d.confidence),
        Reverse(d.secret_span.end - d.secret_span.start),
        Reverse(d.span.end - d.span.start),
        d.secret_span.start,
        d.rule,
    )
}

/// Keeps, of detections whose secrets overlap, the preferred one; the rest come back in the order of their start.
///
/// Values found by decoding may be mapped to the same place and are different secrets; they overlap only when they are equal.
pub fn without_overlaps(rules: &RuleSet, mut detections: Vec<Detection>) -> Vec<Detection> {
    detections.sort_by_cached_key(|d| preference(rules, d));
    let mut kept = Kept::default();
    detections.retain(|d| kept.insert(d));
    detections.sort_by_key(|d| (d.secret_span.start, d.secret_span.end, d.rule));
    detections
}

/// Spans that are taken.
#[derive(Debug, Default)]
pub(super) struct Kept {
    /// Spans that do not overlap, by their start.
    plain: std::collections::BTreeMap<u64, u64>,
    /// What decoding found: span and value.
    decoded: std::collections::BTreeSet<(u64, u64, Box<[u8]>)>,
}

impl Kept {
    /// Takes the span of `d`; returns false when it is taken already.
    pub(super) fn insert(&mut self, d: &Detection) -> bool {
        let allowed = self.allows(d);
        let span = &d.secret_span;
        if allowed && d.decoded.is_empty() {
            self.plain.insert(span.start, span.end);
        } else if allowed {
            self.decoded
                .insert((span.start, span.end, d.secret.expose().into()));
        }
        allowed
    }

    /// Returns true when the span of `d` is free.
    pub(super) fn allows(&self, d: &Detection) -> bool {
        let span = &d.secret_span;
        if d.decoded.is_empty() {
            let before = self.plain.range(..span.end).next_back();
            before.is_none_or(|(_, end)| *end <= span.start)
        } else {
            !self
                .decoded
                .contains(&(span.start, span.end, d.secret.expose().into()))
        }
    }
}
