//! Each rule finds its samples, and nothing finds its near misses.

use keyfence::{
    detection::{Judged, judge},
    engine::{Engine, Found, Scratch},
    rule::{
        Rule, RuleSet,
        template::{Random, fill},
    },
};

/// How many instances are drawn of each template.
const INSTANCES: u64 = 25;

/// Returns the ids of the rules that find something in `text`. The fast engine finds what the reference finds (law 1, `laws.rs`).
fn found(engine: &Engine, text: &str) -> Vec<String> {
    let rules = engine.rules();
    let mut ids = Vec::new();
    engine.find(
        text.as_bytes(),
        0..text.len(),
        true,
        &mut Scratch::default(),
        |found| {
            if let Found::Candidate(candidate) = found
                && matches!(
                    judge(rules, &candidate, b"config/settings.txt"),
                    Judged::Kept { .. }
                )
            {
                ids.push(rules.rule(candidate.rule).id.to_string());
            }
        },
    );
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
    let engine = Engine::new(RuleSet::new(false, all.clone()).unwrap());
    let mut wrong = Vec::new();
    for rule in &all {
        assert!(!rule.samples.is_empty(), "rule {} has no samples", rule.id);
        for template in rule.samples.iter() {
            let missed: Vec<String> = instances(template, rule)
                .into_iter()
                .filter(|text| !found(&engine, text).contains(&rule.id.to_string()))
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

/// A near miss of a vendor's rule may still be a secret for all that rules know which look at no vendor: only those may find it. What other
/// rules see as a part that is never told alone is no finding.
#[test]
fn no_near_miss_is_found() {
    let all = crate::patterns::all();
    let engine = Engine::new(RuleSet::new(false, all.clone()).unwrap());
    let generic: Vec<&str> = all
        .iter()
        .filter(|rule| rule.provider == "generic" || rule.id == "aws-secret-access-key-bare")
        .map(|rule| &*rule.id)
        .collect();
    let parts: Vec<&str> = all
        .iter()
        .filter(|rule| rule.identifier)
        .map(|rule| &*rule.id)
        .collect();
    let mut wrong = Vec::new();
    for rule in &all {
        assert!(
            !rule.near_misses.is_empty(),
            "rule {} has no near misses",
            rule.id
        );
        for template in rule.near_misses.iter() {
            for text in instances(template, rule) {
                let mut ids = found(&engine, &text);
                ids.retain(|id| *id == rule.id || !parts.contains(&id.as_str()));
                if !["generic", "aws"].contains(&&*rule.provider) {
                    ids.retain(|id| !generic.contains(&id.as_str()));
                }
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
