//! Secrets that the guard knows: each is told, by itself or through the credential that it is part of.

use std::cmp::Reverse;

use super::Group;
use crate::{
    detection::Detection,
    rule::{Confidence, RuleSet, SecretKind, Severity, guard},
    validate::Fact,
};

/// Adds the `guarded` detections to `groups`. Where a group has some of the same bytes, its rule tells more: it stays, with what the guard
/// knows, and is as sure and as bad as can be. A prohibited pattern tells less, and gives way.
pub(super) fn add(rules: &RuleSet, mut guarded: Vec<Detection>, groups: &mut Vec<Group>) {
    if guarded.is_empty() {
        return;
    }
    let len = |d: &Detection| d.secret_span.end - d.secret_span.start;
    // The longest first; of equal ones that with the fewest encodings, which are what it was found under.
    guarded.sort_by_key(|d| {
        let known = Reverse(d.secret.len());
        let span = (Reverse(len(d)), d.secret_span.start);
        (known, d.decoded.len(), span, d.decoded.clone())
    });
    let is_same = |a: &Detection, b: &Detection| {
        a.secret_span.start < b.secret_span.end && b.secret_span.start < a.secret_span.end
    };
    let mut own: Vec<Group> = Vec::new();
    for one in guarded {
        let overlaps = |group: &&mut Group| group.parts.iter().any(|p| is_same(&p.detection, &one));
        if own.iter().any(|group| is_same(group.secret(), &one)) {
            continue;
        }
        let is_pattern =
            |group: &Group| rules.rule(group.secret().rule).kind == SecretKind::Prohibited;
        let mut told = false;
        for group in groups.iter_mut().filter(overlaps) {
            if !is_pattern(group) {
                tell(group, &one.facts);
                told = true;
            }
        }
        if !told {
            groups.retain(|group| !(is_pattern(group) && is_same(group.secret(), &one)));
            let facts = one.facts.clone();
            let mut group = Group::single(rules, one);
            group.facts.clear();
            group.reasons.clear();
            tell(&mut group, &facts);
            own.push(group);
        }
    }
    groups.append(&mut own);
}

/// Adds to `group` what the guard knows.
fn tell(group: &mut Group, facts: &[Fact]) {
    group.severity = Severity::Critical;
    group.confidence = Confidence::High;
    if group.facts.iter().any(|(name, _)| *name == guard::FACT) {
        return;
    }
    let value = |wanted: &str| {
        let fact = facts.iter().find(|(name, _)| *name == wanted);
        fact.map_or("", |(_, value)| value)
    };
    let advice = format!(
        "It is your own `{}`, from {}: replace it where it is issued, then run `keyfence guard refresh`.",
        value(guard::FACT),
        value(guard::FROM)
    );
    group.remediation.insert(0, advice);
    group.facts.extend(facts.iter().cloned());
    group.reasons.push("it is a secret that the guard knows");
}
