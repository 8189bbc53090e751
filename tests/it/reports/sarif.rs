//! SARIF, against the standard's own schema.

use serde_json::{Value, json};

use super::{
    HIDDEN, SHOWN, assert_valid, everything, finding, gated, history, json, key_pair, nothing,
    outcomes,
};

fn validator() -> jsonschema::Validator {
    let schema = include_str!("schemas/sarif-2.1.0.json");
    let mut schema: Value = serde_json::from_str(schema).unwrap();
    // The pattern for languages, which reports do not tell, is no regex: a bracket too many.
    for who in ["run", "toolComponent"] {
        let language = &mut schema["definitions"][who]["properties"]["language"];
        language.as_object_mut().unwrap().remove("pattern").unwrap();
    }
    jsonschema::options()
        .should_validate_formats(true)
        .build(&schema)
        .unwrap()
}

fn run(outcome: &keyfence::finding::Outcome) -> Value {
    json("sarif", outcome, HIDDEN)["runs"][0].clone()
}

#[test]
fn keeps_the_schema() {
    let validator = validator();
    for (name, outcome) in outcomes() {
        println!("{name}");
        for options in [HIDDEN, SHOWN] {
            assert_valid(&validator, &json("sarif", &outcome, options));
        }
    }
}

#[test]
fn the_schema_refuses_what_is_not_in_it() {
    let mut log = json("sarif", &everything(), HIDDEN);
    log["runs"][0]["results"][0]["level"] = "awful".into();
    assert!(!validator().is_valid(&log));
}

#[test]
fn a_pair_looks_like_this() {
    let outcome = keyfence::finding::Outcome {
        findings: vec![key_pair()],
        ..nothing()
    };
    let run = run(&outcome);
    let result = &run["results"][0];
    assert_eq!(result["ruleId"], "aws-access-key-pair");
    assert_eq!(result["ruleIndex"], 0);
    assert_eq!(result["level"], "error");
    assert_eq!(
        result["locations"][0]["physicalLocation"],
        json!({
            "artifactLocation": { "uri": "deploy/app.env", "uriBaseId": "%SRCROOT%" },
            "region": { "startLine": 3, "startColumn": 19, "endLine": 4, "endColumn": 63 },
        })
    );
    let fingerprint = outcome.findings[0].fingerprint.to_string();
    assert_eq!(
        result["partialFingerprints"],
        json!({
            "primaryLocationLineHash": format!("{fingerprint}:1"),
            "secretFingerprint/v1": fingerprint,
        })
    );
    let parts = result["relatedLocations"].as_array().unwrap();
    assert_eq!(parts.len(), 2);
    assert_eq!(parts[1]["id"], 2);
    assert_eq!(parts[1]["physicalLocation"]["region"]["startLine"], 4);
    assert_eq!(result["properties"]["facts"]["account_id"], "123456789012");

    let rule = &run["tool"]["driver"]["rules"][0];
    assert_eq!(rule["defaultConfiguration"]["level"], "error");
    assert_eq!(rule["properties"]["security-severity"], "9.5");
    assert_eq!(rule["properties"]["precision"], "high");
    let help = "1. Make the key inactive in the IAM console, then delete it\n2. Look in CloudTrail for what it was used for";
    assert_eq!(rule["help"]["markdown"], help);
}

#[test]
fn a_rule_stands_once_with_its_worst_severity() {
    let run = run(&everything());
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    let ids: Vec<&str> = rules
        .iter()
        .map(|rule| rule["id"].as_str().unwrap())
        .collect();
    assert_eq!(ids, ["aws-access-key-pair", "example-token"]);
    assert_eq!(rules[1]["properties"]["security-severity"], "8.0");
    assert_eq!(rules[1]["helpUri"], "https://example.com/tokens");
    let levels: Vec<&Value> = run["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|r| &r["level"])
        .collect();
    assert_eq!(levels, ["error", "note", "error"]);
}

#[test]
fn the_commit_of_a_gate_is_told_where_its_repository_is_known() {
    let mut outcome = gated();
    assert_eq!(
        run(&outcome)["versionControlProvenance"],
        json!([{
            "repositoryUri": "https://gitlab.example.com/group/app",
            "revisionId": "2".repeat(40),
            "mappedTo": { "uriBaseId": "%SRCROOT%" },
        }])
    );
    outcome.receipt.range.as_mut().unwrap().repository = None;
    assert!(run(&outcome).get("versionControlProvenance").is_none());
    assert!(run(&everything()).get("versionControlProvenance").is_none());
}

#[test]
fn tells_what_was_not_read_and_what_needs_review() {
    let run = run(&gated());
    let invocation = &run["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false);
    assert_eq!(invocation["endTimeUtc"], "2026-01-31T08:00:00Z");
    let notes = invocation["toolExecutionNotifications"].as_array().unwrap();
    assert_eq!(notes.len(), 2, "a pipe holds nothing to read");
    assert_eq!(notes[0]["level"], "error");
    assert_eq!(
        notes[0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"],
        "secret%FF.env"
    );
    assert_eq!(
        notes[1]["message"]["text"],
        "policy change: needs review: .keyfence/allow:3: accepts one more secret"
    );
    let properties = &run["properties"];
    assert_eq!(properties["complete"], false);
    assert_eq!(
        properties["skipped"],
        json!({ "fifo": 1, "permission denied": 1 })
    );
    assert_eq!(properties["rule_set"], "0f".repeat(16));
    assert_eq!(properties["policy_source"], "base");
    assert_eq!(properties["range"]["head"], "2".repeat(40));
}

#[test]
fn a_scan_that_found_nothing_has_results_and_says_it_is_complete() {
    let run = run(&nothing());
    assert_eq!(run["results"], json!([]));
    assert_eq!(run["invocations"][0]["executionSuccessful"], true);
    assert_eq!(
        run["invocations"][0]["toolExecutionNotifications"],
        json!([])
    );
}

#[test]
fn occurrences_in_history_are_related_locations() {
    let outcome = history::all_kinds();
    let run = run(&outcome);
    for (result, finding) in run["results"]
        .as_array()
        .unwrap()
        .iter()
        .zip(&outcome.findings)
    {
        let related = result["relatedLocations"].as_array().map_or(0, Vec::len);
        assert_eq!(related, finding.parts.len() + finding.occurrences.len());
        assert_eq!(
            result["properties"].get("commit").is_some(),
            finding.commit.is_some()
        );
    }
}

/// Every URI is one as RFC 3986 has it, and none that is relative has a scheme.
#[test]
fn uris_are_valid() {
    fn uris(value: &Value, out: &mut Vec<String>) {
        match value {
            Value::Array(values) => values.iter().for_each(|value| uris(value, out)),
            Value::Object(fields) => {
                if let (Some(uri), Some(_)) = (fields.get("uri"), fields.get("uriBaseId")) {
                    out.push(uri.as_str().unwrap().to_owned());
                }
                fields.values().for_each(|value| uris(value, out));
            }
            _ => {}
        }
    }
    let mut all = Vec::new();
    for (_, mut outcome) in outcomes() {
        for path in [
            "<commit 3f2a>",
            "<stdin>",
            "a.zip!/b:c",
            "c:\\x",
            "%41",
            "a?b#c",
        ] {
            outcome
                .findings
                .push(finding(path.as_bytes(), super::drawn("tok_{base62:30}")));
        }
        uris(&json("sarif", &outcome, HIDDEN), &mut all);
    }
    assert!(all.len() > 50);
    for uri in all {
        assert!(
            uri.is_ascii() && !uri.contains(':') && !uri.starts_with('/'),
            "{uri}"
        );
        for part in uri.split('%').skip(1) {
            let hex = part.get(..2).unwrap();
            assert!(hex.bytes().all(|b| b.is_ascii_hexdigit()), "{uri}");
        }
    }
}
