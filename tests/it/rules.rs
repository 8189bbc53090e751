//! Each rule finds its samples, and nothing finds its near misses.

use keyfence::{
    detection::{Judged, judge},
    matcher::reference,
    rule::{
        Anchor, Rule, RuleSet,
        template::{Random, fill},
    },
};

/// How many instances are drawn of each template.
const INSTANCES: u64 = 25;

/// Returns true when an anchor of `rule` occurs in `text`, whose lower-case form is `lower`.
///
/// Every match starts at an anchor, so no other rule can match; the reader of rules checks it. Without this the reference
/// engine takes minutes.
fn may_match(rule: &Rule, text: &str, lower: &str) -> bool {
    rule.anchors.iter().any(|anchor| match anchor {
        Anchor::Prefix(prefix) => text.contains(&**prefix),
        Anchor::Keyword(keyword) => lower.contains(&**keyword),
        Anchor::Base64Run(_) => true,
    })
}

/// Returns the ids of the rules that find something in `text`.
fn found(rules: &mut RuleSet, text: &str) -> Vec<String> {
    let lower = text.to_ascii_lowercase();
    let relevant: Vec<String> = rules
        .iter()
        .filter(|(_, rule)| may_match(rule, text, &lower))
        .map(|(_, rule)| rule.id.to_string())
        .collect();
    rules
        .enable_only(&relevant)
        .expect("the ids are those of the set");
    let rules = &*rules;
    let mut ids: Vec<String> = reference(rules, text.as_bytes())
        .iter()
        .filter(|candidate| {
            matches!(
                judge(rules, candidate, b"config/settings.txt"),
                Judged::Kept { .. }
            )
        })
        .map(|candidate| rules.rule(candidate.rule).id.to_string())
        .collect();
    ids.dedup();
    ids
}

fn instances(template: &str, rule: &Rule) -> Vec<String> {
    (0..INSTANCES)
        .map(|seed| {
            fill(template, &mut Random::new(seed))
                .unwrap_or_else(|e| panic!("rule {}: {e}", rule.id))
        })
        .collect()
}

#[test]
fn every_sample_is_found_by_its_own_rule() {
    let all = crate::patterns::all();
    let mut rules = RuleSet::new(false, all.clone()).unwrap();
    let mut wrong = Vec::new();
    for rule in &all {
        assert!(!rule.samples.is_empty(), "rule {} has no samples", rule.id);
        for template in rule.samples.iter() {
            let missed: Vec<String> = instances(template, rule)
                .into_iter()
                .filter(|text| !found(&mut rules, text).contains(&rule.id.to_string()))
                .collect();
            if let Some(text) = missed.first() {
                wrong.push(format!(
                    "{}: {template:?}: {} of {INSTANCES} missed, e.g. {text:?}",
                    rule.id,
                    missed.len()
                ));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "samples their own rule does not find:\n{}",
        wrong.join("\n")
    );
}

#[test]
fn no_near_miss_is_found() {
    let all = crate::patterns::all();
    let mut rules = RuleSet::new(false, all.clone()).unwrap();
    let mut wrong = Vec::new();
    for rule in &all {
        assert!(
            !rule.near_misses.is_empty(),
            "rule {} has no near misses",
            rule.id
        );
        for template in rule.near_misses.iter() {
            for text in instances(template, rule) {
                let ids = found(&mut rules, &text);
                if !ids.is_empty() {
                    wrong.push(format!(
                        "{}: {template:?} is found by {ids:?}, e.g. {text:?}",
                        rule.id
                    ));
                    break;
                }
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "near misses that are found:\n{}",
        wrong.join("\n")
    );
}
