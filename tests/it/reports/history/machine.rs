//! What programs read.

use serde_json::Value;

use super::{
    at_several_places, hostile, in_many_branches, kept_by_nothing, kinds, outcome, removed,
};
use crate::reports::{
    HIDDEN, assert_colour_adds_nothing, assert_keeps_schema, assert_valid, bytes, report, validator,
};

#[test]
fn json_lines_tell_history() {
    let findings = vec![removed(), kept_by_nothing()];
    insta::assert_snapshot!(report("jsonl", &outcome(findings), HIDDEN), @r#"
    {"kind":"finding","rule":"example-token","name":"Example token","provider":"example","severity":"high","confidence":"medium","validity":"live-shaped","fingerprint":"@@FINGERPRINT@@","path":"config/old.yml","line":7,"column":10,"end_line":7,"end_column":44,"redacted":"tok****************K9m","source":"history","commit":{"id":"3f2a91c07d1e0000000000000000000000000000","author":"Jane Roe","email":"jane@example.com","date":"2024-03-01T13:00:00+01:00","summary":"add deploy config"},"state":"history","occurrences":[{"path":"config/old.yml","line":7,"column":19,"blob":"b10b000000000000000000000000000000000000","introduced":"3f2a91c07d1e0000000000000000000000000000","removed":"9be1c4d20a770000000000000000000000000000","in_head":false,"reachable":true,"state":"history","kept_by":"ref","branches":["main"],"tags":[],"tips":[],"introduced_by":{"id":"3f2a91c07d1e0000000000000000000000000000","author":"Jane Roe","email":"jane@example.com","date":"2024-03-01T13:00:00+01:00","summary":"add deploy config"},"removed_by":{"id":"9be1c4d20a770000000000000000000000000000","author":"Joe Doe","email":"joe@example.com","date":"2024-03-02T13:00:00+01:00","summary":"oops"}}],"remediation":["Delete it at https://example.com/tokens"]}
    {"kind":"finding","rule":"example-token","name":"Example token","provider":"example","severity":"high","confidence":"medium","validity":"live-shaped","fingerprint":"@@FINGERPRINT@@","path":"<blob b10b00000000>","line":7,"column":10,"end_line":7,"end_column":44,"redacted":"tok****************K9m","source":"history","state":"unreachable","occurrences":[{"path":"<blob b10b00000000>","line":7,"column":19,"blob":"b10b000000000000000000000000000000000000","introduced":null,"removed":null,"in_head":false,"reachable":false,"state":"unreachable","kept_by":"nothing","branches":[],"tags":[],"tips":[]}],"remediation":["Delete it at https://example.com/tokens"]}
    {"kind":"summary","complete":true,"findings":2,"states":{"head":0,"elsewhere":0,"staged":0,"history":1,"unreachable":1},"rules":412,"bytes":1234567890,"blobs":12345,"files":0,"commits":6789,"skipped":[],"elapsed_ms":4200,"finished":"2026-01-31T08:00:00Z"}
    "#);
}

#[test]
fn every_kind_keeps_the_schema_and_its_text_in_colour() {
    for (name, finding) in kinds() {
        println!("{name}");
        let outcome = outcome(vec![finding]);
        assert_keeps_schema(&outcome);
        assert_colour_adds_nothing(&outcome);
    }
}

#[test]
fn machine_formats_list_everything() {
    let finding = at_several_places();
    let count = finding.occurrences.len();
    let outcome = outcome(vec![finding]);
    let json: Value = serde_json::from_slice(&bytes("json", &outcome, HIDDEN)).unwrap();
    let occurrences = json["findings"][0]["occurrences"].as_array().unwrap();
    assert_eq!(occurrences.len(), count);
    assert_eq!(occurrences[0]["branches"].as_array().unwrap().len(), 14);
    assert_eq!(json["findings"][0]["state"], "head");
}

#[test]
fn long_lists_say_how_many_more_there_are() {
    let outcome = outcome(vec![in_many_branches()]);
    assert_keeps_schema(&outcome);
    let json: Value = serde_json::from_slice(&bytes("json", &outcome, HIDDEN)).unwrap();
    let one = &json["findings"][0]["occurrences"][0];
    for (list, more, listed, rest) in [
        ("branches", "more_branches", 100, Some(19_901)),
        ("tags", "more_tags", 100, None),
        ("tips", "more_tips", 100, Some(1)),
    ] {
        assert_eq!(one[list].as_array().unwrap().len(), listed, "{list}");
        assert_eq!(one.get(more).cloned(), rest.map(Value::from), "{list}");
    }
    let names = one["branches"].as_array().unwrap();
    assert!(names.contains(&"main".into()), "{names:?}");
}

#[test]
fn what_is_no_date_is_absent() {
    let json = bytes("json", &outcome(vec![hostile()]), HIDDEN);
    let json: Value = serde_json::from_slice(&json).unwrap();
    let commit = &json["findings"][0]["commit"];
    assert_eq!(commit["author"], "Eve\u{202e}\u{1b}[2J\r");
    assert_eq!(commit.get("date"), None);
}

#[test]
fn schema_refuses_half_a_history() {
    let line = validator(Some("line"));
    let text = bytes("jsonl", &outcome(vec![removed()]), HIDDEN);
    let first = text.split(|b| *b == b'\n').next().unwrap();
    let good: Value = serde_json::from_slice(first).unwrap();
    assert_valid(&line, &good);
    for (pointer, value) in [
        ("/state", Value::from("gone")),
        ("/commit/date", Value::from("yesterday")),
        ("/commit/id", Value::from("3f2a")),
        ("/occurrences", Value::Array(Vec::new())),
        ("/occurrences/0/introduced", Value::from("")),
        ("/occurrences/0/kept_by", Value::from("hope")),
        ("/occurrences/0/branches", Value::from("main")),
        ("/occurrences/0/branches", Value::from(vec!["a"; 101])),
        ("/occurrences/0/removed_by", Value::Null),
    ] {
        let mut bad = good.clone();
        *bad.pointer_mut(pointer).unwrap() = value;
        assert!(!line.is_valid(&bad), "{pointer}");
    }
}
