//! GitLab's secret detection report.

use std::collections::HashSet;

use serde_json::{Value, json};

use super::{
    HIDDEN, SHOWN, assert_valid, everything, gated, history, json, key_pair, nothing, outcomes,
};

fn validator() -> jsonschema::Validator {
    let schema = include_str!("schemas/gitlab-secret-detection.json");
    jsonschema::validator_for(&serde_json::from_str(schema).unwrap()).unwrap()
}

fn report(outcome: &keyfence::finding::Outcome) -> Value {
    json("gitlab", outcome, HIDDEN)
}

#[test]
fn keeps_the_schema() {
    let validator = validator();
    for (name, outcome) in outcomes() {
        println!("{name}");
        for options in [HIDDEN, SHOWN] {
            assert_valid(&validator, &json("gitlab", &outcome, options));
        }
    }
}

#[test]
fn a_pair_looks_like_this() {
    let outcome = keyfence::finding::Outcome {
        findings: vec![key_pair()],
        ..nothing()
    };
    let report = report(&outcome);
    let one = &report["vulnerabilities"][0];
    assert_eq!(one["severity"], "Critical");
    assert_eq!(one["name"], "AWS access key pair");
    assert_eq!(one["identifiers"][0]["value"], "aws-access-key-pair");
    assert_eq!(
        one["location"],
        json!({
            "file": "deploy/app.env",
            "start_line": 3,
            "end_line": 4,
            "commit": { "sha": "0000000" },
        })
    );
    assert_eq!(
        one["details"]["parts"]["items"].as_array().unwrap().len(),
        2
    );
    assert_eq!(one["details"]["fact_account_id"]["value"], "123456789012");
    assert_eq!(one.get("raw_source_code_extract"), None);
}

#[test]
fn a_range_and_history_name_the_commit() {
    let report_of_range = report(&gated());
    let sha = &report_of_range["vulnerabilities"][0]["location"]["commit"]["sha"];
    assert_eq!(sha, &"2".repeat(40));

    let outcome = history::all_kinds();
    let commit = &report(&outcome)["vulnerabilities"][0]["location"]["commit"];
    assert_eq!(
        commit,
        &json!({
            "sha": format!("{:0<40}", "3f2a91c07d1e"),
            "author": "Jane Roe <jane@example.com>",
            "date": "2024-03-01T13:00:00+01:00",
            "message": "add deploy config",
        })
    );
}

#[test]
fn the_scan_says_when_it_was_and_what_it_did_not_read() {
    let scan = &report(&gated())["scan"];
    // Twelve milliseconds before.
    assert_eq!(scan["start_time"], "2026-01-31T07:59:59");
    assert_eq!(scan["end_time"], "2026-01-31T08:00:00");
    assert_eq!(scan["status"], "failure");
    let messages = scan["messages"].as_array().unwrap();
    let texts: Vec<&str> = messages
        .iter()
        .map(|message| message["value"].as_str().unwrap())
        .collect();
    assert_eq!(texts.len(), 3);
    assert_eq!(
        texts[0],
        "not read: secret\\u{5c}xff.env: permission denied".replace("\\u{5c}", "\\")
    );
    assert_eq!(
        texts[1],
        "policy change: needs review: .keyfence/allow:3: accepts one more secret"
    );
    assert!(
        texts[2].starts_with("coverage: complete: false; rules: 412; "),
        "{}",
        texts[2]
    );
    assert_eq!(report(&nothing())["scan"]["status"], "success");
}

#[test]
fn ids_are_stable_and_each_has_its_own() {
    let outcome = everything();
    let ids = |report: Value| -> Vec<String> {
        let all = report["vulnerabilities"].as_array().unwrap();
        all.iter()
            .map(|one| one["id"].as_str().unwrap().to_owned())
            .collect()
    };
    let first = ids(report(&outcome));
    assert_eq!(first, ids(report(&outcome)));
    assert_eq!(
        first.iter().collect::<HashSet<_>>().len(),
        outcome.findings.len()
    );
}
