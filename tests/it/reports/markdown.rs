//! The `markdown` format.

use keyfence::{
    finding::{Finding, Outcome, receipt},
    report::markdown::LIMIT_BYTES,
};

use super::{HIDDEN, drawn, everything, finding, gated, nothing, report, skipped};

#[test]
fn it_looks_like_this() {
    insta::assert_snapshot!(report("markdown", &gated(), HIDDEN), @r#"
    ## keyfence: 3 findings: 1 critical, 1 high, 1 low

    > [!CAUTION]
    > **INCOMPLETE: not everything was read.** What was not read may hold secrets. Make it readable, raise the limit that is named, or leave it out of what is scanned; then scan again.
    >
    > - 1 `permission denied`: `secret�.env`

    > [!WARNING]
    > **policy change: needs review** (1 change)
    >
    > - `.keyfence/allow:3` accepts one more secret

    | severity | rule | place | commit | redacted |
    |---|---|---|---|---|
    | critical | `aws-access-key-pair` | `deploy/app.env:3` |  | `AK****************BY` |
    | high | `example-token` | `src/caf�.yml:120` |  | `tok****************9m4` |
    | low | `example-token` | `src/caf�.yml:7` |  | `tok****************K9m` |

    ### What to do

    - **AWS access key pair** (`aws-access-key-pair`)
      1. Make the key inactive in the IAM console, then delete it
      2. Look in CloudTrail for what it was used for
    - **Example token** (`example-token`)
      1. Delete it at https://example.com/tokens

    If it is no secret: `keyfence allow FINGERPRINT --reason "why it is not a secret"`; the fingerprints are in the other formats.

    ### Honoured inline markers

    - `src/�.py:4` `example-token` `keyfence:allow example-token a test`

    ### Coverage

    | | |
    |---|---|
    | complete | NO |
    | scanned | 0 commits, 45 blobs, 45 files, 1.2 MiB \(1234567 bytes\) in 12 ms |
    | rules | 412, rule set 0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f |
    | range | 111111111111..222222222222, merge base 333333333333, named by GitLab CI |
    | policy | base, commit 333333333333; 1 change, 1 inline marker honoured |
    | skipped | 2 paths, 1 of them unread |

    Skipped, as there is nothing to scan:

    - 1 `fifo`: `pipe`
    "#);
}

#[test]
fn nothing_found_is_short() {
    insta::assert_snapshot!(report("markdown", &nothing(), HIDDEN), @r#"
    ## keyfence: no secrets found

    ### Coverage

    | | |
    |---|---|
    | complete | yes |
    | scanned | 0 commits, 45 blobs, 45 files, 1.2 MiB \(1234567 bytes\) in 12 ms |
    | rules | 412 |
    | skipped | nothing |
    "#);
}

/// Returns `line` without its code spans.
fn outside_code(line: &str) -> String {
    let pieces: Vec<&str> = line.split('`').collect();
    assert!(pieces.len() % 2 == 1, "a code span does not end: {line}");
    pieces.into_iter().step_by(2).collect()
}

#[test]
fn hostile_texts_have_no_markup() {
    let evil = "@octocat|`[x](https://e.example)`![y](https://e.example/y.png)\n\n# <img src=x onerror=alert(1)> \u{202e}*b* $x$ www.e.example";
    let mut hostile = finding(evil.as_bytes(), drawn("tok_{base62:30}"));
    hostile.name = evil.to_owned();
    hostile.remediation = vec![evil.to_owned()];
    hostile.rule = evil.to_owned();
    let mut outcome = Outcome {
        findings: vec![hostile],
        skipped: vec![
            skipped(evil.as_bytes(), evil, true),
            skipped(evil.as_bytes(), evil, false),
        ],
        ..gated()
    };
    let policy = outcome.receipt.policy.as_mut().unwrap();
    policy.changes[0].path = evil.into();
    policy.changes[0].what = evil.to_owned();
    policy.markers[0].path = evil.into();
    policy.markers[0].marker = evil.to_owned();
    let text = report("markdown", &outcome, HIDDEN);
    for line in text.lines() {
        // What is escaped in prose.
        let outside = outside_code(&line.replace("\\`", ""));
        for bad in [
            "@octocat", "<img", "[x]", "](", "![", "://", "www.", "*b*", " $x$", "\u{202e}",
        ] {
            assert!(!outside.contains(bad), "{bad} in {line}");
        }
        assert!(!line.starts_with("# "), "{line}");
    }
    let row = text
        .lines()
        .find(|line| line.starts_with("| high |"))
        .unwrap();
    assert_eq!(row.matches('|').count(), 6, "{row}");
}

#[test]
fn it_is_cut_to_what_a_comment_holds() {
    let long = "x".repeat(5000);
    let findings: Vec<Finding> = (0..3000)
        .map(|nth| Finding {
            rule: format!("rule-{nth}"),
            remediation: vec![long.clone(), "Delete it".to_owned()],
            ..finding(format!("{long}/{nth}").as_bytes(), drawn("tok_{base62:30}"))
        })
        .collect();
    let mut outcome = Outcome {
        findings,
        skipped: (0..3000)
            .map(|nth| skipped(long.as_bytes(), &format!("{nth} {long}"), nth % 2 == 0))
            .collect(),
        ..gated()
    };
    let policy = outcome.receipt.policy.as_mut().unwrap();
    policy.changes = (0..3000)
        .map(|nth| receipt::PolicyChange {
            line: Some(nth),
            what: long.clone(),
            ..policy.changes[0].clone()
        })
        .collect();
    policy.markers = vec![policy.markers[0].clone(); 3000];
    let text = report("markdown", &outcome, HIDDEN);
    assert!(text.len() <= LIMIT_BYTES, "{}", text.len());
    assert!(text.len() > LIMIT_BYTES * 9 / 10, "{}", text.len());
    for noun in ["findings", "rules", "changes", "markers", "reasons"] {
        assert!(text.contains(&format!("more {noun} left out")), "{noun}");
    }
    // Whatever is cut, the headline, the warning and the receipt are there.
    for part in [
        "3000 findings: 3000 high",
        "INCOMPLETE",
        "policy change: needs review",
        "### Coverage",
    ] {
        assert!(text.contains(part), "{part}");
    }
    let rows = text
        .lines()
        .filter(|line| line.starts_with("| high |"))
        .count();
    assert!(text.contains(&format!("**{} more findings left out**", 3000 - rows)));
}

#[test]
fn each_rule_says_once_what_to_do() {
    let text = report("markdown", &everything(), HIDDEN);
    assert_eq!(
        text.matches("Delete it at https://example.com/tokens")
            .count(),
        1,
        "{text}"
    );
}
