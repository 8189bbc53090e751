//! Joins the parts of one credential: an AWS key id with its secret and session token, a client id with its secret.
//!
//! Works on detections alone: what they are ([`Rule::part`]), where they stand, and what stood around them ([`Context`], read while
//! the bytes were at hand). So the result does not depend on how a blob was cut into chunks. [`PairRule`] says which
//! parts make a credential, `score.rs` how well two parts fit, `assign.rs` who belongs to whom, `overlap.rs` which of several rules
//! speaks for one value.
//!
//! [`PairRule`]: crate::rule::PairRule
//! [`Rule::part`]: crate::rule::Rule::part

mod assign;
mod context;
mod group;
mod guarded;
mod label;
pub mod overlap;
mod parts;
mod prohibited;
mod score;
mod section;
mod stem;

use std::collections::{BTreeMap, BTreeSet};

pub use context::{BACK_BYTES, Context};
pub use group::{Group, Member, Origin};
pub use label::{Label, LabelKind};

use crate::{
    detection::Detection,
    rule::{Confidence, RuleSet, SecretKind},
    validate::aws,
};

/// Joins the detections of one blob. Groups come in the order of their first part's start.
pub fn join(rules: &RuleSet, detections: Vec<Detection>) -> Vec<Group> {
    let (guarded, detections): (Vec<_>, Vec<_>) = detections
        .into_iter()
        .partition(|d| Some(d.rule) == rules.guard());
    let (prohibited, detections): (Vec<_>, Vec<_>) = detections
        .into_iter()
        .partition(|d| rules.rule(d.rule).kind == SecretKind::Prohibited);
    let (parts, others): (Vec<_>, Vec<_>) = detections
        .into_iter()
        .partition(|d| rules.rule(d.rule).part.is_some());
    let mut pool: Vec<Option<Detection>> =
        one_per_part(rules, parts).into_iter().map(Some).collect();
    let mut groups = Vec::new();
    for (pair, _) in rules.pairs() {
        parts::join_rule(rules, pair, &mut pool, &mut groups);
    }
    let paired: BTreeSet<Vec<u8>> = groups
        .iter()
        .flat_map(|group: &Group| &group.parts)
        .map(|m| aws::plain(m.detection.secret.expose()).into_owned())
        .collect();
    let mut taken = overlap::Kept::default();
    for member in groups.iter().flat_map(|group| &group.parts) {
        taken.take_part(&member.detection);
    }
    let lone: Vec<Detection> = pool
        .into_iter()
        .flatten()
        .chain(others)
        .filter_map(|d| alone(rules, d, &paired))
        .collect();
    let free: Vec<Detection> = lone
        .into_iter()
        .filter(|d| taken.allows(rules, d))
        .collect();
    let kept = overlap::without_overlaps(rules, free);
    let kept = overlap::without_ids_of_secrets(rules, kept);
    let texts = Texts::of(rules, &kept);
    groups.extend(
        kept.into_iter()
            .filter(|d| !(is_key_id_or_token(rules, d) && texts.hold(d) || texts.hide(rules, d)))
            .map(|d| Group::single(rules, d)),
    );
    prohibited::add(rules, prohibited, &mut groups);
    guarded::add(rules, guarded, &mut groups);
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
    let mut by_part: BTreeMap<String, Vec<Detection>> = BTreeMap::new();
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

/// Returns what a part that found no partner is alone, or nothing.
fn alone(rules: &RuleSet, mut d: Detection, paired: &BTreeSet<Vec<u8>>) -> Option<Detection> {
    let rule = rules.rule(d.rule);
    // The id of a pair that stands elsewhere too says nothing new.
    if rule.identifier
        || is_key_id(rules, &d) && paired.contains(aws::plain(d.secret.expose()).as_ref())
    {
        return None;
    }
    if rule.is_for_runs() && &*rule.provider == "aws" {
        match d.context.as_ref().map(|context| &context.label) {
            Some(label) if label.kind == LabelKind::Secret && label.aws => {
                d.confidence = Confidence::High;
            }
            Some(label) if label.kind == LabelKind::Secret => d.confidence = Confidence::Medium,
            Some(label) if label.kind == LabelKind::Other => return None,
            // `aws_key`: what is meant is rarely a random value of just this form. An API key is: API Gateway's ids have it.
            Some(label)
                if label.aws && label.kind != LabelKind::Token && !label.stem.ends_with("api") =>
            {
                d.confidence = Confidence::Medium;
            }
            _ => {}
        }
    }
    Some(d)
}

fn is_key_id(rules: &RuleSet, d: &Detection) -> bool {
    rules.rule(d.rule).part.as_deref() == Some("aws/access-key-id")
}

fn is_key_id_or_token(rules: &RuleSet, d: &Detection) -> bool {
    is_key_id(rules, d) || rules.rule(d.rule).part.as_deref() == Some("aws/session-token")
}

/// The whole matches of findings that are no parts: a key id or a session token within one (a pre-signed URL) says nothing new, nor
/// does what a sure token of the same vendor holds when it is decoded.
struct Texts<'a> {
    /// Where the secrets that are sure and machine-made start and end, and whose they are. They do not overlap.
    tokens: Vec<(u64, u64, &'a str)>,
    /// Where they start, in order, and where the farthest of those so far ends.
    spans: Vec<(u64, u64)>,
}

impl<'a> Texts<'a> {
    fn of(rules: &'a RuleSet, kept: &[Detection]) -> Self {
        let mut tokens: Vec<_> = kept
            .iter()
            .filter(|d| d.decoded.is_empty() && d.confidence == Confidence::High)
            .filter(|d| {
                let kind = rules.rule(d.rule).kind;
                !matches!(kind, SecretKind::Password | SecretKind::Prohibited)
            })
            .map(|d| {
                let provider: &str = &rules.rule(d.rule).provider;
                (d.secret_span.start, d.secret_span.end, provider)
            })
            .collect();
        tokens.sort_unstable();
        let mut spans: Vec<(u64, u64)> = kept
            .iter()
            .filter(|d| rules.rule(d.rule).part.is_none() && d.decoded.is_empty())
            .map(|d| (d.span.start, d.span.end))
            .collect();
        spans.sort_unstable();
        let mut farthest = 0;
        for (_, end) in &mut spans {
            farthest = farthest.max(*end);
            *end = farthest;
        }
        Self { tokens, spans }
    }

    fn hide(&self, rules: &RuleSet, d: &Detection) -> bool {
        let count = self
            .tokens
            .partition_point(|(start, ..)| *start <= d.secret_span.start);
        let last = count.checked_sub(1).and_then(|at| self.tokens.get(at));
        let own: &str = &rules.rule(d.rule).provider;
        !d.decoded.is_empty()
            && last.is_some_and(|(_, end, provider)| {
                *end >= d.secret_span.end && [provider, "generic"].contains(&own)
            })
    }

    fn hold(&self, d: &Detection) -> bool {
        let count = self
            .spans
            .partition_point(|(start, _)| *start <= d.secret_span.start);
        let last = count.checked_sub(1).and_then(|at| self.spans.get(at));
        d.decoded.is_empty() && last.is_some_and(|(_, end)| *end >= d.secret_span.end)
    }
}
