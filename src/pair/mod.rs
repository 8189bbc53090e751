//! Joins the parts of one credential: an AWS key id with its secret and session token.
//!
//! Works on detections alone: what they are ([`Rule::part`]), where they stand, and what stood around them ([`Context`], read while
//! the bytes were at hand). So the result does not depend on how a blob was cut into chunks. [`pair_rules`] says which
//! parts make a credential, `score.rs` how well two parts fit, `assign.rs` who belongs to whom, `overlap.rs` which of several rules
//! speaks for one value.
//!
//! [`Rule::part`]: crate::rule::Rule::part

mod assign;
mod context;
mod label;
pub mod overlap;
mod rules;
mod score;
mod section;

use std::{borrow::Cow, collections::BTreeSet};

use assign::Edge;
pub use context::{BACK_BYTES, Context};
pub use label::{Label, LabelKind};
pub use rules::{PairRule, PartSpec, pair_rules};

use crate::{
    detection::Detection,
    rule::{Anchor, Confidence, Rule, RuleIndex, RuleSet, Severity},
    validate::{Fact, aws},
};

/// What a group is reported under.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// The rule of its only part.
    Rule(RuleIndex),
    /// A rule that joins parts.
    Pair(&'static PairRule),
}

/// One part of a group.
#[derive(Debug, Clone)]
pub struct Member {
    /// Which part it is: `access_key_id`; empty in a group of one part.
    pub name: &'static str,
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

    /// Returns the bytes to take the fingerprint of: the secret as its owner knows it, without percent-encoding, escapes or breaks
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

    fn single(rules: &RuleSet, detection: Detection) -> Self {
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
                name: "",
                detection,
            }],
        }
    }

    fn joined(rule: &'static PairRule, mut parts: Vec<Member>, points: i32) -> Self {
        parts.sort_by_key(|m| (m.detection.secret_span.start, m.name));
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
            origin: Origin::Pair(rule),
            rule_id: rule.id.to_owned(),
            name: rule.name.to_owned(),
            provider: rule.provider.to_owned(),
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

/// Joins the detections of one blob. Groups come in the order of their first part's start.
pub fn join(rules: &RuleSet, detections: Vec<Detection>) -> Vec<Group> {
    let (parts, others): (Vec<_>, Vec<_>) = detections
        .into_iter()
        .partition(|d| rules.rule(d.rule).part.is_some());
    let mut pool: Vec<Option<Detection>> =
        one_per_part(rules, parts).into_iter().map(Some).collect();
    let mut groups = Vec::new();
    for rule in pair_rules() {
        join_rule(rules, rule, &mut pool, &mut groups);
    }
    let paired: BTreeSet<Vec<u8>> = groups
        .iter()
        .flat_map(|group: &Group| &group.parts)
        .map(|m| aws::plain(m.detection.secret.expose()).into_owned())
        .collect();
    let mut taken = overlap::Kept::default();
    for member in groups.iter().flat_map(|group| &group.parts) {
        taken.insert(&member.detection);
    }
    let lone: Vec<Detection> = pool
        .into_iter()
        .flatten()
        .chain(others)
        .filter_map(|d| alone(rules, d, &paired))
        .collect();
    let free: Vec<Detection> = lone.into_iter().filter(|d| taken.allows(d)).collect();
    let kept = overlap::without_overlaps(rules, free);
    let absorbed: Vec<bool> = kept
        .iter()
        .map(|d| within_another(rules, d, &kept))
        .collect();
    groups.extend(
        kept.into_iter()
            .zip(absorbed)
            .filter(|(_, absorbed)| !absorbed)
            .map(|(d, _)| Group::single(rules, d)),
    );
    groups.sort_by(|a, b| {
        let key = |g: &Group| {
            (
                g.parts[0].detection.secret_span.start,
                g.parts[0].detection.rule,
            )
        };
        key(a).cmp(&key(b))
    });
    groups
}

/// Keeps one detection of each value among those of the same part.
fn one_per_part(rules: &RuleSet, parts: Vec<Detection>) -> Vec<Detection> {
    let mut by_part: std::collections::BTreeMap<String, Vec<Detection>> =
        std::collections::BTreeMap::new();
    for d in parts {
        let part = rules.rule(d.rule).part.as_deref().unwrap_or_default();
        by_part.entry(part.to_owned()).or_default().push(d);
    }
    let mut out: Vec<Detection> = by_part
        .into_values()
        .flat_map(|same| overlap::without_overlaps(rules, same))
        .collect();
    out.sort_by_key(|d| (d.secret_span.start, d.rule));
    out
}

/// Takes the parts of `rule` that belong together out of the pool.
fn join_rule(
    rules: &RuleSet,
    rule: &'static PairRule,
    pool: &mut [Option<Detection>],
    groups: &mut Vec<Group>,
) {
    let of = |part: &str, pool: &[Option<Detection>]| -> Vec<usize> {
        (0..pool.len())
            .filter(|at| {
                pool[*at]
                    .as_ref()
                    .is_some_and(|d| rules.rule(d.rule).part.as_deref() == Some(part))
            })
            .collect()
    };
    let edges = edges(
        &of(rule.required.part, pool),
        &of(rule.secret.part, pool),
        pool,
    );
    let mut made: Vec<(i32, Vec<Member>)> = Vec::new();
    for edge in assign::assign(&edges) {
        let mut parts = Vec::new();
        for (at, spec) in [(edge.id, rule.required), (edge.secret, rule.secret)] {
            parts.extend(pool[at].take().map(|detection| Member {
                name: spec.name,
                detection,
            }));
        }
        made.push((edge.points, parts));
    }
    for spec in rule.optional {
        add_optional(spec, &of(spec.part, pool), pool, &mut made);
    }
    groups.extend(
        made.into_iter()
            .map(|(points, parts)| Group::joined(rule, parts, points)),
    );
}

/// Points for standing at the same place in a run of ids and a run of secrets that are equally long and neighbours.
const SAME_RANK: i32 = 12;

/// Returns the pairs that are good enough.
fn edges(ids: &[usize], secrets: &[usize], pool: &[Option<Detection>]) -> Vec<Edge> {
    let mut all: Vec<(usize, bool)> = ids
        .iter()
        .map(|at| (*at, true))
        .chain(secrets.iter().map(|at| (*at, false)))
        .collect();
    all.sort_unstable();
    let runs = assign::runs(&all.iter().map(|(_, is_id)| *is_id).collect::<Vec<_>>());
    let mut out = Vec::new();
    for (here, &(id, is_id)) in all.iter().enumerate() {
        if !is_id {
            continue;
        }
        let Some(id_part) = &pool[id] else { continue };
        // The pool is in the order of starts, so the search ends where the first part is out of reach.
        let before = (0..here).rev();
        let after = here + 1..all.len();
        let in_reach = |other: &usize| {
            pool[all[*other].0].as_ref().is_some_and(|d| {
                d.secret_span.start.abs_diff(id_part.secret_span.start)
                    <= score::MAX_BYTES + u64::from(crate::rule::MAX_MATCH_BYTES)
            })
        };
        let near = before
            .take_while(in_reach)
            .chain(after.take_while(in_reach));
        for other in near {
            let (secret, other_is_id) = all[other];
            let (Some(secret_part), false) = (&pool[secret], other_is_id) else {
                continue;
            };
            let Some(mut points) = score::score(id_part, secret_part) else {
                continue;
            };
            let (a, b) = (runs[here], runs[other]);
            if a.0 == b.0 && a.2 == b.2 && a.2 > 1 && a.1.abs_diff(b.1) == 1 {
                points += SAME_RANK;
            }
            if points >= score::ACCEPT {
                out.push(Edge { id, secret, points });
            }
        }
    }
    out
}

/// Adds parts of `spec` to the pairs they fit best, one each.
fn add_optional(
    spec: &PartSpec,
    candidates: &[usize],
    pool: &mut [Option<Detection>],
    made: &mut [(i32, Vec<Member>)],
) {
    let mut edges = Vec::new();
    for &at in candidates {
        let Some(extra) = &pool[at] else { continue };
        for (group, (_, parts)) in made.iter().enumerate() {
            let fit = parts
                .iter()
                .filter_map(|m| score::near(&m.detection, extra))
                .max();
            let temporary = parts.iter().any(|m| {
                m.detection
                    .facts
                    .contains(&("key_type", "temporary".to_owned()))
            });
            if let Some(fit) = fit {
                let points = fit + if temporary { 20 } else { 0 };
                if points >= score::ACCEPT {
                    edges.push(Edge {
                        id: group,
                        secret: at,
                        points,
                    });
                }
            }
        }
    }
    for edge in assign::assign(&edges) {
        made[edge.id]
            .1
            .extend(pool[edge.secret].take().map(|detection| Member {
                name: spec.name,
                detection,
            }));
    }
}

/// Returns what a part that found no partner is alone, or nothing.
fn alone(rules: &RuleSet, mut d: Detection, paired: &BTreeSet<Vec<u8>>) -> Option<Detection> {
    let rule = rules.rule(d.rule);
    let is_id = rule.part.as_deref() == Some("aws/access-key-id");
    // The id of a pair that stands elsewhere too says nothing new.
    if rule.identifier || is_id && paired.contains(aws::plain(d.secret.expose()).as_ref()) {
        return None;
    }
    if is_shape_only(rule) {
        match d.context.as_ref().map(|context| &context.label) {
            Some(label) if label.kind == LabelKind::Secret && label.aws => {
                d.confidence = Confidence::High;
            }
            Some(label) if label.kind == LabelKind::Secret => d.confidence = Confidence::Medium,
            Some(label) if label.kind == LabelKind::Other => return None,
            _ => {}
        }
    }
    Some(d)
}

fn is_shape_only(rule: &Rule) -> bool {
    rule.anchors
        .iter()
        .all(|anchor| matches!(anchor, Anchor::Base64Run(_)))
}

/// Returns true for a key id that is part of another finding's text: the id in a pre-signed URL.
fn within_another(rules: &RuleSet, d: &Detection, all: &[Detection]) -> bool {
    rules.rule(d.rule).part.as_deref() == Some("aws/access-key-id")
        && all.iter().any(|other| {
            other.rule != d.rule
                && rules.rule(other.rule).part.is_none()
                && other.decoded == d.decoded
                && other.span.start <= d.secret_span.start
                && d.secret_span.end <= other.span.end
        })
}
