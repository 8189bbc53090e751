//! Reports that are read back.

use keyfence::report::{
    DOCUMENT_FORMATS, Document, DocumentReport,
    read::{Report, read},
};

use super::{HIDDEN, SHOWN, bytes, complete, everything, nothing, outcomes};

fn back(text: &[u8]) -> Report {
    read(&mut &*text).unwrap()
}

#[test]
fn every_format_is_the_same_after_json_lines() {
    for (outcome_name, outcome) in outcomes() {
        for options in [HIDDEN, SHOWN] {
            for from in ["jsonl", "json"] {
                let report = back(&bytes(from, &outcome, options));
                assert!(report.warnings.is_empty(), "{:?}", report.warnings);
                for (name, format) in DOCUMENT_FORMATS {
                    let mut again = Vec::new();
                    format
                        .write_document(&report.document, complete(options), &mut again)
                        .unwrap();
                    let first = bytes(name, &outcome, options);
                    assert!(again == first, "{outcome_name} as {name} from {from}");
                }
            }
        }
    }
}

#[test]
fn a_run_that_was_stopped_is_incomplete() {
    let text = bytes("jsonl", &everything(), HIDDEN);
    let text = String::from_utf8(text).unwrap();
    let findings: Vec<&str> = text.lines().take(3).collect();
    let report = back(findings.join("\n").as_bytes());
    assert_eq!(report.document.findings.len(), 3);
    assert!(!report.document.summary.complete);
    assert_eq!(report.document.summary.skipped.len(), 1);
    assert!(report.warnings[0].contains("the run was stopped"));
}

#[test]
fn lines_that_were_taken_out_are_told() {
    let text = bytes("jsonl", &everything(), HIDDEN);
    let text = String::from_utf8(text).unwrap();
    let lines: Vec<&str> = text.lines().skip(2).collect();
    let report = back(lines.join("\r\n\n").as_bytes());
    assert_eq!(
        report.warnings,
        ["the summary counts 3 findings, and 1 is left: lines were taken out since the scan"]
    );
    assert_eq!(report.document.summary.findings, 1);
}

#[track_caller]
fn refuses(text: &str, parts: &[&str]) {
    let error = read(&mut text.as_bytes()).unwrap_err().to_string();
    for part in parts {
        assert!(error.contains(part), "{part:?} is not in {error}");
    }
}

#[test]
fn errors_name_the_line_and_what_to_do() {
    let text = String::from_utf8(bytes("jsonl", &everything(), HIDDEN)).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let first = lines[0];
    let half = first.get(..40).unwrap();
    refuses("", &["nothing in it", "keyfence scan --format jsonl"]);
    refuses(
        &format!("{first}\n{half}"),
        &["line 2 is cut off", "scan again"],
    );
    refuses(&format!("{first}\nhello\n"), &["line 2 is no JSON"]);
    refuses(&format!("{first}\n{{\"a\":1}}\n"), &["line 2 is neither"]);
    refuses(
        "{\"kind\":\"finding\"}",
        &["line 1 is no finding", "scan again"],
    );
    refuses("{\"kind\":\"summary\"}", &["line 1 is no summary"]);
    refuses("[1]", &["line 1 is neither"]);
    refuses(
        &format!("{text}{text}"),
        &["line 5 comes after the summary", "split"],
    );
}

/// A summary that is incomplete and does not name what was not read: each format says at least that.
#[test]
fn incomplete_is_told_by_every_format() {
    let mut document = back(&bytes("jsonl", &nothing(), HIDDEN)).document;
    let told = |document: &Document| -> Vec<Vec<u8>> {
        let write = |(_, format): &(_, &(dyn DocumentReport + Sync))| {
            let mut out = Vec::new();
            format
                .write_document(document, complete(HIDDEN), &mut out)
                .unwrap();
            out
        };
        DOCUMENT_FORMATS.iter().map(write).collect()
    };
    let whole = told(&document);
    document.summary.complete = false;
    for (((name, _), before), after) in DOCUMENT_FORMATS.iter().zip(whole).zip(told(&document)) {
        assert_ne!(before, after, "{name}");
        let text = String::from_utf8(after).unwrap();
        let says = [
            "not everything that was to be read was read",
            "\"complete\":false",
        ];
        assert!(
            says.iter().any(|words| text.contains(words)),
            "{name}: {text}"
        );
    }
}

#[test]
fn what_says_that_it_is_accepted_must_say_how() {
    let text = bytes("jsonl", &super::accepted::outcome(), HIDDEN);
    let text = String::from_utf8(text).unwrap();
    let report = back(text.as_bytes());
    assert_eq!(report.document.findings.len(), 3);
    assert_eq!(report.document.accepted.len(), 3);
    assert_eq!(report.document.summary.accepted, 3);
    // Neither may be taken for the other.
    let accepted = text.replacen("\"kind\":\"finding\"", "\"kind\":\"accepted\"", 1);
    refuses(&accepted, &["line 1 is no accepted"]);
    let open = text.replacen("\"kind\":\"accepted\"", "\"kind\":\"finding\"", 1);
    refuses(&open, &["line 4 is no finding"]);
}
