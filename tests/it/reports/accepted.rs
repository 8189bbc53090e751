//! What is accepted, in every format: told for what it is, or left out.

use keyfence::finding::{Acceptance, AcceptedBy, Finding, Outcome};
use serde_json::{Value, json};

use super::{
    HIDDEN, ReportOptions, assert_valid, bytes, drawn, everything, finding, json, key_pair,
    nothing, report, validator,
};

/// Returns three findings that are accepted, one in each way.
fn findings() -> Vec<Finding> {
    let entry = Acceptance {
        by: AcceptedBy::AllowEntry,
        reason: Some("a login of the demo [a](b)".to_owned()),
        owner: Some("ann".to_owned()),
        expires: Some("2027-01-31".to_owned()),
    };
    let accepted = |path: &str, template: &str, how: Acceptance| Finding {
        rule: "accepted-token".to_owned(),
        name: "Accepted token".to_owned(),
        accepted: Some(how),
        ..finding(path.as_bytes(), drawn(template))
    };
    let mut marked = accepted("c.env", "acc_{base62:33}", AcceptedBy::InlineMarker.into());
    marked.marker = Some("keyfence:allow all a test".into());
    vec![
        accepted("a.env", "acc_{base62:31}", entry),
        accepted("b.env", "acc_{base62:32}", AcceptedBy::Baseline.into()),
        marked,
    ]
}

/// Returns an outcome that has findings, and others that are accepted.
pub(super) fn outcome() -> Outcome {
    Outcome {
        accepted: findings(),
        ..everything()
    }
}

/// Returns an outcome with nothing but accepted secrets, each of which stands in every text that reports tell.
pub(super) fn hostile(secrets: &[Vec<u8>]) -> Outcome {
    let mut outcome = super::hostile(secrets);
    outcome.accepted = std::mem::take(&mut outcome.findings);
    for (nth, finding) in outcome.accepted.iter_mut().enumerate() {
        let lossy = String::from_utf8_lossy(finding.secret.expose()).into_owned();
        finding.marker = Some(format!("keyfence:allow all {lossy}").into());
        finding.accepted = Some(Acceptance {
            by: if nth % 2 == 0 {
                AcceptedBy::InlineMarker
            } else {
                AcceptedBy::AllowEntry
            },
            reason: (nth % 2 == 1).then(|| format!("like {lossy}")),
            owner: Some(lossy),
            expires: Some("2027-01-31".to_owned()),
        });
        // Fewer than two parts are none.
        finding.parts.extend(finding.parts.clone());
    }
    outcome
}

/// The same outcome without what is accepted, but for their number.
fn without() -> Outcome {
    everything()
}

#[test]
fn sarif_has_suppressions() {
    let run = &json("sarif", &outcome(), HIDDEN)["runs"][0];
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), 6);
    // Where one result says it, all do (section 3.27.23).
    for open in &results[..3] {
        assert_eq!(open["suppressions"], json!([]));
    }
    let entry = &results[3]["suppressions"][0];
    assert_eq!(entry["kind"], "external");
    assert_eq!(entry["status"], "accepted");
    assert_eq!(entry["justification"], "a login of the demo [a](b)");
    assert_eq!(entry["properties"]["owner"], "ann");
    assert_eq!(entry["properties"]["expires"], "2027-01-31");
    let baseline = &results[4]["suppressions"][0];
    assert_eq!(baseline["kind"], "external");
    assert!(baseline.get("justification").is_none());
    let marker = &results[5]["suppressions"][0];
    assert_eq!(marker["kind"], "inSource");
    assert_eq!(marker["justification"], "keyfence:allow all a test");
    // Each has its rule.
    let rules = &run["tool"]["driver"]["rules"];
    assert_eq!(rules[2]["id"], "accepted-token");
    assert_eq!(results[5]["ruleIndex"], 2);
    assert_eq!(run["properties"]["accepted"], 3);
    // Nobody who does not ask has them.
    let run = &json("sarif", &outcome(), quiet())["runs"][0];
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), 3);
    assert!(results.iter().all(|one| one.get("suppressions").is_none()));
    assert_eq!(run["properties"]["accepted"], 3);
}

/// What is accepted makes a rule no worse than its findings make it.
#[test]
fn sarif_takes_the_severity_of_a_rule_from_what_counts() {
    let mut accepted = key_pair();
    accepted.accepted = Some(AcceptedBy::Baseline.into());
    accepted.rule = "example-token".to_owned();
    let outcome = Outcome {
        findings: vec![finding(b"a", drawn("tok_{base62:30}"))],
        accepted: vec![accepted],
        ..nothing()
    };
    let run = &json("sarif", &outcome, HIDDEN)["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    assert_eq!(rules.len(), 1);
    assert_eq!(rules[0]["properties"]["security-severity"], "8.0");
}

fn quiet() -> ReportOptions {
    ReportOptions {
        show_accepted: false,
        ..HIDDEN
    }
}

#[test]
fn formats_that_cannot_tell_it_leave_it_out() {
    for format in ["asff", "codequality", "csv", "github", "gitlab", "junit"] {
        let shown = bytes(format, &outcome(), HIDDEN);
        let quiet = bytes(format, &outcome(), quiet());
        assert_eq!(shown, quiet, "{format}");
        let text = String::from_utf8_lossy(&shown).into_owned();
        for finding in findings() {
            let path = finding.path.to_string();
            let of_finding = [path, finding.fingerprint.to_string(), finding.rule];
            assert!(!of_finding.iter().any(|one| text.contains(one)), "{format}");
        }
    }
}

#[test]
fn formats_that_tell_it_do_so_when_asked() {
    for format in ["html", "human", "json", "jsonl", "markdown", "sarif"] {
        let told = |options| String::from_utf8(bytes(format, &outcome(), options)).unwrap();
        for (text, expected) in [(told(HIDDEN), true), (told(quiet()), false)] {
            for path in ["a.env", "b.env", "c.env"] {
                assert_eq!(text.contains(path), expected, "{format}: {path}");
            }
        }
    }
}

#[test]
fn it_is_counted_as_such_alone() {
    let (with, without) = (outcome(), without());
    for options in [HIDDEN, quiet()] {
        let mut summary = json("json", &with, options)["summary"].clone();
        let accepted = summary.as_object_mut().unwrap().remove("accepted");
        assert_eq!(accepted, Some(json!(3)));
        assert_eq!(summary, json("json", &without, options)["summary"]);
    }
}

/// Returns a report in which hidden secrets are replaced: they say nothing to a reader of a snapshot.
fn told(format: &str, outcome: &Outcome, options: ReportOptions) -> String {
    let mut text = report(format, outcome, options);
    for finding in &outcome.accepted {
        text = text.replace(&finding.redacted, "@@REDACTED@@");
    }
    text
}

#[test]
fn human_lists_them_after_the_findings() {
    let outcome = Outcome {
        accepted: findings(),
        ..nothing()
    };
    insta::assert_snapshot!(told("human", &outcome, HIDDEN), @r"
    no secrets found; scanned 45 files, 1.2 MiB in 12 ms
    accepted: 3 findings, not counted
      a.env:7:10: accepted-token @@REDACTED@@: allow entry, owner ann, until 2027-01-31: a login of the demo [a](b)
      b.env:7:10: accepted-token @@REDACTED@@: baseline
      c.env:7:10: accepted-token @@REDACTED@@: inline marker: keyfence:allow all a test
    ");
    insta::assert_snapshot!(told("human", &outcome, quiet()), @r"
    no secrets found; scanned 45 files, 1.2 MiB in 12 ms
    accepted: 3 findings, not counted (--show-accepted lists them)
    ");
}

#[test]
fn markdown_folds_them() {
    let outcome = Outcome {
        accepted: findings(),
        ..nothing()
    };
    let text = told("markdown", &outcome, HIDDEN);
    let (_, folded) = text.split_once("<details>").unwrap();
    let (folded, _) = folded.split_once("</details>").unwrap();
    insta::assert_snapshot!(folded, @r"
    <summary>Accepted: 3 findings, not counted</summary>

    - `a.env:7` `accepted-token` `@@REDACTED@@` allow entry, owner ann, until 2027-01-31:&#8203; a login of the demo \[a\]\(b\)
    - `b.env:7` `accepted-token` `@@REDACTED@@` baseline
    - `c.env:7` `accepted-token` `@@REDACTED@@` inline marker:&#8203; keyfence:&#8203;allow all a test
    ");
}

#[test]
fn the_schema_tells_both_kinds_apart() {
    let schema = validator(Some("line"));
    let line = |kind: &str| -> Value {
        let text = bytes("jsonl", &outcome(), HIDDEN);
        let mut lines = text.split(|byte| *byte == b'\n');
        let found =
            lines.find(|line| line.starts_with(format!("{{\"kind\":\"{kind}\"").as_bytes()));
        serde_json::from_slice(found.unwrap()).unwrap()
    };
    assert_valid(&schema, &line("accepted"));
    let mut unsaid = line("accepted");
    unsaid.as_object_mut().unwrap().remove("accepted").unwrap();
    assert!(!schema.is_valid(&unsaid));
    let mut open = line("finding");
    open["accepted"] = json!({"by": "baseline"});
    assert!(!schema.is_valid(&open));
    let mut other = line("accepted");
    other["accepted"]["by"] = "luck".into();
    assert!(!schema.is_valid(&other));
    let mut document = json("json", &outcome(), HIDDEN);
    assert_valid(&validator(None), &document);
    document["findings"] = document["accepted"].clone();
    assert!(!validator(None).is_valid(&document));
}
