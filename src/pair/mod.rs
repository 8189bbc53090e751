//! Joins the parts of one credential: an AWS key id with its secret and session token.

use std::ops::Range;

use crate::{
    detection::Detection,
    matcher::Candidate,
    rule::{Confidence, RuleSet, Severity},
    validate::Fact,
};

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

/// One part of a group.
#[derive(Debug, Clone)]
pub struct GroupPart {
    /// Which part: `access_key_id`, …; empty in a group of one.
    pub name: &'static str,
    /// The part.
    pub detection: Detection,
}

/// Detections that are one credential, in the order they stand.
#[derive(Debug, Clone)]
pub struct Group {
    /// The id of the rule it is reported under.
    pub id: String,
    /// The name for people.
    pub name: String,
    /// Whose credential it is.
    pub provider: String,
    /// How bad it is.
    pub severity: Severity,
    /// How sure it is.
    pub confidence: Confidence,
    /// What to do.
    pub remediation: Vec<String>,
    /// The facts of all parts.
    pub facts: Vec<Fact>,
    /// Why it is thought a secret.
    pub reasons: Vec<String>,
    /// The parts.
    pub parts: Vec<GroupPart>,
    /// Which part is the secret that stands for all.
    pub main: usize,
}

impl Group {
    /// Returns the part that stands for all: its value is what the fingerprint is made of.
    pub fn secret(&self) -> &Detection {
        &self.parts[self.main].detection
    }
}

/// Joins the detections of one blob, which come in the order of their start.
pub fn join(rules: &RuleSet, detections: Vec<Detection>) -> Vec<Group> {
    detections
        .into_iter()
        .map(|d| {
            let rule = rules.rule(d.rule);
            Group {
                id: rule.id.to_string(),
                name: rule.name.to_string(),
                provider: rule.provider.to_string(),
                severity: d.severity,
                confidence: d.confidence,
                remediation: rule.remediation.iter().map(ToString::to_string).collect(),
                facts: d.facts.clone(),
                reasons: d.reasons.iter().map(ToString::to_string).collect(),
                parts: vec![GroupPart {
                    name: "",
                    detection: d,
                }],
                main: 0,
            }
        })
        .collect()
}
