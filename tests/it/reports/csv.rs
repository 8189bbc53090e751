//! CSV, read back by a CSV parser.

use super::{HIDDEN, SHOWN, bytes, everything, finding, gated, history, nothing, outcomes};

/// Returns the cells of a report, row by row.
pub(super) fn rows(report: &[u8]) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(report);
    let records = reader.records().map(Result::unwrap);
    records
        .map(|record| record.iter().map(str::to_owned).collect())
        .collect()
}

#[test]
fn looks_like_this() {
    let outcome = everything();
    let report = super::report("csv", &outcome, HIDDEN);
    insta::assert_snapshot!(report, @r"
    rule,path,line,column,fingerprint,severity,confidence,provider,commit,author,date,state,redacted,note
    aws-access-key-pair,deploy/app.env,3,19,@@FINGERPRINT@@,critical,high,aws,,,,,AK****************BY,
    example-token,src/caf\xe9.yml,7,10,@@FINGERPRINT@@,low,medium,example,,,,,tok****************K9m,
    example-token,src/caf\xe9.yml,120,10,@@FINGERPRINT@@,high,medium,example,,,,,tok****************9m4,
    keyfence-incomplete,secret\xff.env,,,,,,,,,,,,not read: secret\xff.env: permission denied
    ");
}

#[test]
fn each_row_has_the_cells_of_the_header() {
    for (name, outcome) in outcomes() {
        println!("{name}");
        for options in [HIDDEN, SHOWN] {
            let rows = rows(&bytes("csv", &outcome, options));
            assert!(rows.len() > outcome.findings.len());
            for row in &rows {
                assert_eq!(row.len(), rows[0].len());
            }
        }
    }
    assert_eq!(rows(&bytes("csv", &nothing(), HIDDEN)).len(), 1);
}

#[test]
fn tells_commits_and_policy_changes() {
    let rows_of_history = rows(&bytes("csv", &history::all_kinds(), HIDDEN));
    let first = &rows_of_history[1];
    let cells: Vec<&str> = first[8..12].iter().map(String::as_str).collect();
    let id = format!("{:0<40}", "3f2a91c07d1e");
    let who = "Jane Roe <jane@example.com>";
    assert_eq!(cells, [&*id, who, "2024-03-01T13:00:00+01:00", "head"]);

    let rows_of_gate = rows(&bytes("csv", &gated(), HIDDEN));
    let last = rows_of_gate.last().unwrap();
    assert_eq!(last[0], "keyfence-policy-change");
    assert!(last[13].starts_with("policy change: needs review: "));
}

#[test]
fn no_cell_starts_a_formula() {
    for start in ["=", "+", "-", "@", "\t", "\r", "\n", "\u{ff1d}"] {
        let secret = format!("{start}1+cmd|' /C calc'!A0");
        let mut one = finding(
            secret.as_bytes(),
            keyfence::secret::Secret::new(b"another one"),
        );
        one.provider.clone_from(&secret);
        one.redacted.clone_from(&secret);
        let outcome = keyfence::finding::Outcome {
            findings: vec![one],
            ..nothing()
        };
        for cell in rows(&bytes("csv", &outcome, HIDDEN)).iter().flatten() {
            let bad = cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '\u{ff1d}']);
            assert!(!bad, "{cell:?}");
        }
    }
}
