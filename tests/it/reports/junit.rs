//! JUnit XML, read back by an XML parser.

use keyfence::finding::{Finding, Outcome};

use super::{HIDDEN, SHOWN, bytes, drawn, everything, finding, gated, nothing, outcomes};

/// Returns every text and attribute of a report.
pub(super) fn texts(report: &[u8]) -> Vec<String> {
    let text = std::str::from_utf8(report).unwrap();
    let xml = roxmltree::Document::parse(text).unwrap();
    let mut out = Vec::new();
    for node in xml.descendants() {
        out.extend(
            node.attributes()
                .map(|attribute| attribute.value().to_owned()),
        );
        out.extend(node.text().map(str::to_owned));
    }
    out
}

fn xml(outcome: &Outcome) -> String {
    String::from_utf8(bytes("junit", outcome, HIDDEN)).unwrap()
}

/// Returns what a consumer counts: tests, failures and errors that are there, and those that the suite says.
fn counts(text: &str) -> ([usize; 3], [usize; 3]) {
    let xml = roxmltree::Document::parse(text).unwrap();
    let there = ["testcase", "failure", "error"].map(|name| {
        xml.descendants()
            .filter(|node| node.has_tag_name(name))
            .count()
    });
    let suite = xml
        .descendants()
        .find(|node| node.has_tag_name("testsuite"))
        .unwrap();
    let said =
        ["tests", "failures", "errors"].map(|name| suite.attribute(name).unwrap().parse().unwrap());
    (there, said)
}

#[test]
fn every_outcome_is_well_formed_and_counts_what_it_has() {
    for (name, outcome) in outcomes() {
        println!("{name}");
        let errors = usize::from(!outcome.is_complete());
        let failures = outcome.findings.len();
        for options in [HIDDEN, SHOWN] {
            let text = String::from_utf8(bytes("junit", &outcome, options)).unwrap();
            let (there, said) = counts(&text);
            assert_eq!(there, said);
            assert_eq!(there, [(failures + errors).max(1), failures, errors]);
        }
    }
}

#[test]
fn looks_like_this_when_nothing_was_found() {
    insta::assert_snapshot!(xml(&nothing()), @r#"
    <?xml version="1.0" encoding="UTF-8"?>
    <testsuites name="keyfence" tests="1" failures="0" errors="0" time="0.012">
      <testsuite name="keyfence" tests="1" failures="0" errors="0" time="0.012" timestamp="2026-01-31T07:59:59">
        <properties>
          <property name="complete" value="true"/>
          <property name="rules" value="412"/>
          <property name="commits" value="0"/>
          <property name="files" value="45"/>
          <property name="blobs" value="45"/>
          <property name="bytes" value="1234567"/>
        </properties>
        <testcase classname="keyfence" name="no secrets found" time="0"/>
      </testsuite>
    </testsuites>
    "#);
}

#[test]
fn a_finding_is_a_failure() {
    let text = xml(&everything());
    let xml = roxmltree::Document::parse(&text).unwrap();
    let test = xml
        .descendants()
        .find(|node| node.has_tag_name("testcase"))
        .unwrap();
    assert_eq!(
        test.attribute("classname"),
        Some("keyfence.aws-access-key-pair")
    );
    assert_eq!(test.attribute("name"), Some("deploy/app.env:3:19"));
    let failure = test
        .descendants()
        .find(|node| node.has_tag_name("failure"))
        .unwrap();
    assert_eq!(failure.attribute("type"), Some("aws-access-key-pair"));
    let body = failure.text().unwrap();
    assert!(body.contains("\naccount_id: 123456789012\n"), "{body}");
    assert!(body.contains("\nfix: Look in CloudTrail"), "{body}");
}

#[test]
fn an_incomplete_scan_is_an_error_and_policy_changes_are_told() {
    let text = xml(&gated());
    let xml = roxmltree::Document::parse(&text).unwrap();
    let text_of = |name| {
        xml.descendants()
            .find(|node| node.has_tag_name(name))
            .unwrap()
            .text()
    };
    assert_eq!(
        text_of("error"),
        Some("not read: secret\\xff.env: permission denied\n")
    );
    assert_eq!(
        text_of("system-out"),
        Some("policy change: needs review: .keyfence/allow:3: accepts one more secret\n")
    );
}

/// XML 1.0 has no place for most control characters, not even escaped.
#[test]
fn no_character_breaks_it() {
    let all: String = (0..=0x2100)
        .chain(0xfff0..=0xffff)
        .filter_map(char::from_u32)
        .collect();
    for path in [all.as_bytes(), b"]]>", b"\xff\xfe\x00", b"<!--&#0;"] {
        let one = Finding {
            provider: all.clone(),
            redacted: String::from_utf8_lossy(path).into_owned(),
            ..finding(path, drawn("tok_{base62:30}"))
        };
        let outcome = Outcome {
            findings: vec![one],
            skipped: vec![super::skipped(path, &all, true)],
            ..nothing()
        };
        let text = xml(&outcome);
        assert_eq!(counts(&text).0, [2, 1, 1]);
    }
}
