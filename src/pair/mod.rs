//! Joins the parts of one credential: an AWS key id with its secret and session token.

use std::ops::Range;

use crate::{detection::Detection, matcher::Candidate, rule::RuleSet};

/// What stands around a part, as far as pairing needs it: read while the chunk is in memory.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Context {}

impl Context {
    /// Returns the context of the secret at `secret` in the chunk of `candidate`.
    pub fn of(candidate: &Candidate<'_>, secret: Range<usize>) -> Self {
        let _ = (candidate, secret);
        Self {}
    }
}

/// Detections that are one credential: the first is the one that stands for all (the secret), the others are its partners.
#[derive(Debug, Clone)]
pub struct Group {
    /// The id of the rule the group is reported under; of the first part's rule when the group has one part.
    pub rule_id: String,
    /// The parts.
    pub parts: Vec<Detection>,
}

/// Joins the detections of one blob, which come in the order of their start.
pub fn join(rules: &RuleSet, detections: Vec<Detection>) -> Vec<Group> {
    detections
        .into_iter()
        .map(|d| Group {
            rule_id: rules.rule(d.rule).id.to_string(),
            parts: vec![d],
        })
        .collect()
}
