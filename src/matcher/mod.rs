//! A rule's regex at an anchor.
//!
//! [`try_at`] is a pure function of the rule and the bytes from a few before the anchor to [`Rule::max_len`] after it.
//! Whatever calls it with the same position gets the same candidate: the fast engine, the reference engine, a scan in
//! chunks, a scan of what a delta inserted.
//!
//! [`Rule::max_len`]: crate::rule::Rule::max_len

pub mod lines;

use std::ops::Range;

use crate::prefilter::runs::is_base64;
use crate::rule::{Anchor, Rule, RuleIndex, RuleSet, TooSlow};

/// A regex match that no check and no judge has looked at yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate<'a> {
    /// The rule that matched.
    pub rule: RuleIndex,
    /// The chunk it was found in.
    pub bytes: &'a [u8],
    /// The whole match, in the chunk.
    pub span: Range<usize>,
    /// The secret, within `span`.
    pub secret: Range<usize>,
}

impl<'a> Candidate<'a> {
    /// Returns the bytes of the secret.
    pub fn secret(&self) -> &'a [u8] {
        &self.bytes[self.secret.clone()]
    }

    /// Returns the bytes of the whole match.
    pub fn matched(&self) -> &'a [u8] {
        &self.bytes[self.span.clone()]
    }
}

/// Returns the match of the rule at `index` that starts at `start`.
pub fn try_at<'a>(
    rules: &RuleSet,
    index: RuleIndex,
    bytes: &'a [u8],
    start: usize,
) -> Option<Candidate<'a>> {
    let rule = rules.rule(index);
    if checks_start(rule) && !rule.boundary.allows_start(bytes, start) {
        return None;
    }
    let limit = bytes.len().min(start + rule.max_len as usize);
    if (rule.run).is_some_and(|run| !run.is_in(&bytes[start..limit])) {
        return None;
    }
    let (span, secret) = rules.match_at(index, bytes, start, limit)?;
    (!secret.is_empty() && rule.boundary.allows_end(bytes, secret.end)).then_some(Candidate {
        rule: index,
        bytes,
        span,
        secret,
    })
}

/// Does the same as [`try_at`], and returns where the bytes end that the answer depends on: one more than there are where it depends
/// on the text ending there. [`look_behind`] says on how many bytes before `start`.
pub fn try_with_reach<'a>(
    rules: &RuleSet,
    index: RuleIndex,
    bytes: &'a [u8],
    start: usize,
) -> (Option<Candidate<'a>>, usize) {
    let rule = rules.rule(index);
    if checks_start(rule) && !rule.boundary.allows_start(bytes, start) {
        return (None, start);
    }
    let limit = bytes.len().min(start + rule.max_len as usize);
    let (found, reach) = rules.match_and_reach_at(index, bytes, start, limit);
    let Some((span, secret)) = found else {
        return (None, reach);
    };
    let reach = reach.max(secret.end + 1);
    let kept = !secret.is_empty() && rule.boundary.allows_end(bytes, secret.end);
    let candidate = kept.then_some(Candidate {
        rule: index,
        bytes,
        span,
        secret,
    });
    (candidate, reach)
}

/// Returns how many bytes before `start` decide what [`try_at`] finds there.
pub fn look_behind(rules: &RuleSet, index: RuleIndex, bytes: &[u8], start: usize) -> usize {
    let rule = rules.rule(index);
    if checks_start(rule) {
        rule.boundary.look_behind(bytes, start)
    } else {
        // A regex may begin with an assertion.
        1
    }
}

/// Returns true when the boundary holds for the start of a match, too: not for keywords, which stand within names
/// (`db_password`).
fn checks_start(rule: &Rule) -> bool {
    !rule
        .anchors
        .iter()
        .any(|anchor| matches!(anchor, Anchor::Keyword(_)))
}

/// The reference engine: every enabled rule with anchors at every position, without prefilter.
///
/// Slow and plain on purpose; the fast engine must return exactly this (law 1). Candidates come in the order of their
/// start, then of their rule.
pub fn reference<'a>(rules: &RuleSet, bytes: &'a [u8]) -> Vec<Candidate<'a>> {
    let mut out = Vec::new();
    let tried =
        |(index, rule): &(RuleIndex, &Rule)| rules.is_enabled(*index) && rule.lines.is_none();
    for (index, _) in rules.iter().filter(tried) {
        out.extend((0..bytes.len()).filter_map(|start| {
            let found = try_at(rules, index, bytes, start)?;
            starts_at_run(rules.rule(index), bytes, start).then_some(found)
        }));
    }
    out.sort_by_key(|candidate| (candidate.span.start, candidate.rule));
    out
}

/// Hands to `each` the matches of the enabled rules for lines in `range` of `bytes`, which begins and ends where a line does. Returns the rules
/// that were too slow.
#[must_use = "lines that were given up may have matches"]
pub fn each_in_lines<'a>(
    rules: &RuleSet,
    bytes: &'a [u8],
    range: Range<usize>,
    mut each: impl FnMut(Candidate<'a>),
) -> Vec<TooSlow> {
    let Some(lines) = rules.lines() else {
        return Vec::new();
    };
    let moved = |part: &Range<usize>| part.start + range.start..part.end + range.start;
    lines.find(&bytes[range.clone()], |found| {
        let candidate = Candidate {
            rule: found.rule,
            bytes,
            span: moved(&found.span),
            secret: moved(&found.secret),
        };
        let boundary = rules.rule(found.rule).boundary;
        if rules.is_enabled(found.rule)
            && !candidate.secret.is_empty()
            && boundary.allows_start(bytes, candidate.span.start)
            && boundary.allows_end(bytes, candidate.secret.end)
        {
            each(candidate);
        }
    })
}

/// Returns false when the rule is anchored at whole runs and `start` is not the start of one of the right length.
fn starts_at_run(rule: &Rule, bytes: &[u8], start: usize) -> bool {
    rule.anchors.iter().all(|anchor| match anchor {
        Anchor::Base64Run(len) => {
            let end = bytes[start..]
                .iter()
                .position(|b| !is_base64(*b))
                .map_or(bytes.len(), |n| start + n);
            end - start == usize::from(*len)
        }
        _ => true,
    })
}
