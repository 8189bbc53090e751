//! What pairing gives on: one credential, of one part or several.

use std::borrow::Cow;

use super::score;
use crate::{
    detection::Detection,
    rule::{Confidence, PairIndex, RuleIndex, RuleSet, SecretKind, Severity},
    validate::{Fact, aws, key},
};

/// What a group is reported under.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// The rule of its only part.
    Rule(RuleIndex),
    /// A rule that joins parts.
    Pair(PairIndex),
}

/// One part of a group.
#[derive(Debug, Clone)]
pub struct Member {
    /// Which part it is: `access_key_id`; empty in a group of one part.
    pub name: Cow<'static, str>,
    /// The part.
    pub detection: Detection,
}

/// Detections that are one credential.
#[derive(Debug, Clone)]
pub struct Group {
    /// What it is reported under.
    pub origin: Origin,
    /// The id of the rule, or of the pair rule.
    pub rule_id: String,
    /// The name for people.
    pub name: String,
    /// Whose credential it is.
    pub provider: String,
    /// How bad it is.
    pub severity: Severity,
    /// How sure it is.
    pub confidence: Confidence,
    /// What to do about it.
    pub remediation: Vec<String>,
    /// The parts, in the order they stand.
    pub parts: Vec<Member>,
    /// The index in `parts` of the one that stands for all: the secret.
    pub secret_at: usize,
    /// The facts of all parts, each once.
    pub facts: Vec<Fact>,
    /// Why it is thought a credential.
    pub reasons: Vec<&'static str>,
}

impl Group {
    /// Returns the part that stands for all.
    pub fn secret(&self) -> &Detection {
        &self.parts[self.secret_at].detection
    }

    /// Returns the bytes to take the fingerprint of: those of [`Group::identity`], and of a private key its content, so that it is the same
    /// one with other line breaks, indented or in a string.
    pub fn known_by(&self, rules: &RuleSet) -> Cow<'_, [u8]> {
        let secret = self.secret();
        match rules.rule(secret.rule).kind {
            SecretKind::Block => Cow::Owned(key::content(secret.secret.expose())),
            _ => self.identity(rules),
        }
    }

    /// Returns the secret as its owner knows it, without percent-encoding, escapes or breaks
    /// between string literals, where the rule is for a value that has none of its own.
    pub fn identity(&self, rules: &RuleSet) -> Cow<'_, [u8]> {
        let secret = self.secret();
        match rules.rule(secret.rule).part.as_deref() {
            Some(
                "aws/secret-access-key"
                | "aws/access-key-id"
                | "aws/session-token"
                | "aws/service-password",
            ) => aws::plain(secret.secret.expose()),
            _ => Cow::Borrowed(secret.secret.expose()),
        }
    }

    pub(super) fn single(rules: &RuleSet, detection: Detection) -> Self {
        let rule = rules.rule(detection.rule);
        Self {
            origin: Origin::Rule(detection.rule),
            rule_id: rule.id.to_string(),
            name: rule.name.to_string(),
            provider: rule.provider.to_string(),
            severity: detection.severity,
            confidence: detection.confidence,
            remediation: rule.remediation.iter().map(ToString::to_string).collect(),
            secret_at: 0,
            facts: detection.facts.clone(),
            reasons: detection.reasons.clone(),
            parts: vec![Member {
                name: Cow::Borrowed(""),
                detection,
            }],
        }
    }

    pub(super) fn joined(
        rules: &RuleSet,
        pair: PairIndex,
        mut parts: Vec<Member>,
        points: i32,
    ) -> Self {
        let rule = rules.pair(pair);
        parts.sort_by(|a, b| {
            let start = |m: &Member| m.detection.secret_span.start;
            (start(a), &a.name).cmp(&(start(b), &b.name))
        });
        let secret_at = parts
            .iter()
            .position(|m| m.name == rule.secret.name)
            .unwrap_or_default();
        let mut facts: Vec<Fact> = Vec::new();
        let mut reasons = vec!["its parts stand together"];
        for member in &parts {
            for fact in &member.detection.facts {
                if !facts.iter().any(|(name, _)| *name == fact.0) {
                    facts.push(fact.clone());
                }
            }
            for reason in &member.detection.reasons {
                if !reasons.contains(reason) {
                    reasons.push(reason);
                }
            }
        }
        let bait = facts.iter().any(|(name, _)| *name == "canary");
        let named = parts[secret_at].detection.confidence >= Confidence::Medium;
        Self {
            origin: Origin::Pair(pair),
            rule_id: rule.id.to_string(),
            name: rule.name.to_string(),
            provider: rule.provider.to_string(),
            severity: if bait { Severity::Low } else { rule.severity },
            confidence: if named || points >= score::SURE {
                Confidence::High
            } else {
                Confidence::Medium
            },
            remediation: rule.remediation.iter().map(ToString::to_string).collect(),
            parts,
            secret_at,
            facts,
            reasons,
        }
    }
}
