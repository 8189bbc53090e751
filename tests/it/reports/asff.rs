//! The AWS Security Finding Format, against the API's own model.

use std::collections::HashSet;

use keyfence::{
    finding::Outcome,
    report::{DOCUMENT_FORMATS, Document, ReportOptions, by_name},
};
use serde_json::{Value, json};

use super::{
    HIDDEN, SHOWN, assert_valid, complete, drawn, everything, finding, gated, history, json,
    nothing, outcomes,
};

fn validator() -> jsonschema::Validator {
    let schema = include_str!("schemas/asff.json");
    jsonschema::options()
        .should_validate_formats(true)
        .build(&serde_json::from_str(schema).unwrap())
        .unwrap()
}

#[test]
fn keeps_the_limits_of_the_api() {
    let validator = validator();
    for (name, outcome) in outcomes() {
        println!("{name}");
        for options in [HIDDEN, SHOWN] {
            let report = json("asff", &outcome, options);
            assert_valid(&validator, &report);
            let all = report.as_array().unwrap();
            let ids: HashSet<&str> = all.iter().map(|one| one["Id"].as_str().unwrap()).collect();
            assert_eq!(ids.len(), all.len());
            for one in all {
                // "An error is returned for any finding larger than 240 Kb."
                assert!(one.to_string().len() < 240 << 10);
            }
        }
    }
}

#[test]
fn long_texts_are_cut() {
    let long = "ä/".repeat(5000);
    let mut one = finding(long.as_bytes(), drawn("tok_{base62:30}"));
    one.name.clone_from(&long);
    one.remediation = vec![long.clone(); 3];
    one.facts = (0..80)
        .map(|n| {
            (
                if n % 2 == 0 { "user" } else { "host" },
                format!("{n}{long}"),
            )
        })
        .collect();
    one.facts.push(("account_id", "123456789012".to_owned()));
    let outcome = Outcome {
        findings: vec![one],
        ..nothing()
    };
    assert_valid(&validator(), &json("asff", &outcome, HIDDEN));
}

#[test]
fn a_pair_looks_like_this() {
    let report = json("asff", &everything(), HIDDEN);
    let pair = &report[0];
    for (field, expected) in [
        ("SchemaVersion", json!("2018-10-08")),
        ("AwsAccountId", json!("123456789012")),
        (
            "ProductArn",
            json!("arn:aws:securityhub:eu-west-1:123456789012:product/123456789012/default"),
        ),
        ("GeneratorId", json!("aws-access-key-pair")),
        (
            "Types",
            json!(["Sensitive Data Identifications/Passwords/aws-access-key-pair"]),
        ),
        ("Severity", json!({ "Label": "CRITICAL" })),
        ("CreatedAt", json!("2026-01-31T08:00:00Z")),
        ("Title", json!("AWS access key pair in deploy/app.env")),
    ] {
        assert_eq!(pair[field], expected, "{field}");
    }
    let resources = pair["Resources"].as_array().unwrap();
    assert_eq!(
        resources[0],
        json!({ "Type": "AwsAccount", "Id": "AWS::::Account:123456789012" })
    );
    assert_eq!(resources[1]["Details"]["Other"]["line"], "3");
    assert_eq!(resources.len(), 4, "the account, the file, two parts");
    assert_eq!(pair["ProductFields"]["keyfence/complete"], "false");
}

#[test]
fn what_was_not_read_and_what_needs_review_are_findings() {
    let report = json("asff", &gated(), HIDDEN);
    assert_eq!(report[3]["GeneratorId"], "keyfence-incomplete");
    assert_eq!(report[4]["Title"], "policy change: needs review");
    assert_eq!(json("asff", &nothing(), HIDDEN), json!([]));
}

#[test]
fn there_are_at_most_32_resources() {
    let mut one = history::all_kinds();
    let many = &mut one.findings[0].occurrences;
    *many = vec![many[0].clone(); 100];
    let report = json("asff", &one, HIDDEN);
    assert_eq!(report[0]["Resources"].as_array().unwrap().len(), 32);
}

/// Nothing is made up where the account or the time is not known.
#[test]
fn refuses_what_it_would_have_to_invent() {
    let error = by_name("asff")
        .unwrap()
        .write(&everything(), HIDDEN, &mut Vec::new())
        .unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::InvalidInput);

    let timeless: Value = json("json", &everything(), HIDDEN);
    let mut document: Document = serde_json::from_value(timeless).unwrap();
    document.summary.finished = None;
    for (name, format) in DOCUMENT_FORMATS {
        let options: ReportOptions = complete(HIDDEN);
        let written = format.write_document(&document, options, &mut Vec::new());
        assert_eq!(
            written.is_err(),
            ["gitlab", "asff"].contains(name),
            "{name}"
        );
    }
}
