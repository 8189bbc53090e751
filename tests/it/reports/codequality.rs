//! GitLab's Code Quality report.

use std::collections::HashSet;

use serde_json::{Value, json};

use super::{
    HIDDEN, SHOWN, assert_valid, everything, finding, gated, json, nothing, outcomes, place,
};

fn validator() -> jsonschema::Validator {
    let schema = include_str!("schemas/codequality.json");
    jsonschema::validator_for(&serde_json::from_str(schema).unwrap()).unwrap()
}

fn fingerprints(report: &Value) -> Vec<&str> {
    let issues = report.as_array().unwrap();
    issues
        .iter()
        .map(|issue| issue["fingerprint"].as_str().unwrap())
        .collect()
}

#[test]
fn keeps_the_schema_and_fingerprints_are_unique() {
    let validator = validator();
    for (name, outcome) in outcomes() {
        println!("{name}");
        for options in [HIDDEN, SHOWN] {
            let report = json("codequality", &outcome, options);
            assert_valid(&validator, &report);
            let all = fingerprints(&report);
            assert_eq!(all.iter().collect::<HashSet<_>>().len(), all.len());
        }
    }
}

#[test]
fn looks_like_this() {
    let report = json("codequality", &everything(), HIDDEN);
    let issue = &report[0];
    assert_eq!(issue["check_name"], "aws-access-key-pair");
    assert_eq!(issue["severity"], "blocker");
    assert_eq!(
        issue["location"],
        json!({ "path": "deploy/app.env", "lines": { "begin": 3, "end": 4 } })
    );
    let text = issue["description"].as_str().unwrap();
    assert!(text.starts_with("AWS access key pair: AK*"), "{text}");
    assert_eq!(report[1]["severity"], "minor");
    assert_eq!(json("codequality", &nothing(), HIDDEN), json!([]));
}

#[test]
fn what_was_not_read_and_what_needs_review_are_issues() {
    let report = json("codequality", &gated(), HIDDEN);
    assert_eq!(report[3]["check_name"], "keyfence-incomplete");
    assert_eq!(report[3]["severity"], "major");
    assert_eq!(report[4]["check_name"], "keyfence-policy-change");
    assert_eq!(
        report[4]["location"],
        json!({ "path": ".keyfence/allow", "lines": { "begin": 3 } })
    );
    let text = report[4]["description"].as_str().unwrap();
    assert!(text.starts_with("policy change: needs review: "), "{text}");
}

/// GitLab compares the fingerprints of two branches: a line that moves is no new issue.
#[test]
fn fingerprints_stay_when_lines_move() {
    let secret = super::drawn("tok_{base62:30}");
    let at = |lines: &[u64]| {
        let findings = lines.iter().map(|line| keyfence::finding::Finding {
            start: place(*line, 10),
            ..finding(b"a", secret.clone())
        });
        let outcome = keyfence::finding::Outcome {
            findings: findings.collect(),
            ..nothing()
        };
        json("codequality", &outcome, HIDDEN)
    };
    let (before, after) = (at(&[1, 2]), at(&[5, 9]));
    assert_eq!(fingerprints(&before), fingerprints(&after));
}
