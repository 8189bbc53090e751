//! Every report format: what it looks like, that it keeps its schema, and that no secret gets out.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod accepted;
mod asff;
mod codequality;
mod csv;
mod github;
mod gitlab;
mod history;
mod html;
mod junit;
mod markdown;
mod read;
mod sarif;

use std::io::{self, Write};

use bstr::{BString, ByteSlice as _};
use keyfence::{
    finding::{Counts, Excerpt, Finding, Outcome, Part, Receipt, Skipped, SourceKind, receipt},
    matcher::lines::Place,
    report::{Document, FORMATS, JSON_SCHEMA, ReportOptions, asff::Target, by_name},
    rule::{
        Confidence, Severity,
        template::{Random, fill},
    },
    secret::Secret,
};
use proptest::prelude::*;
use serde_json::Value;

const HIDDEN: ReportOptions = ReportOptions {
    show_secrets: false,
    show_accepted: true,
    colour: false,
    accept: true,
    aws: None,
};

const SHOWN: ReportOptions = ReportOptions {
    show_secrets: true,
    ..HIDDEN
};

/// 2026-01-31T08:00:00Z.
const FINISHED: i64 = 1_769_846_400;

fn place(line: u64, column: u64) -> Place {
    Place { line, column }
}

fn drawn(template: &str) -> Secret {
    Secret::new(fill(template, &mut Random::new(11)).unwrap().as_bytes())
}

/// Returns a finding of one part at the start of line 7.
fn finding(path: &[u8], secret: Secret) -> Finding {
    let redacted = secret.redacted();
    let len = u64::try_from(secret.len()).unwrap();
    Finding {
        validity: keyfence::finding::Validity::LiveShaped,
        marker: None,
        accepted: None,
        rule: "example-token".to_owned(),
        name: "Example token".to_owned(),
        provider: "example".to_owned(),
        severity: Severity::High,
        confidence: Confidence::Medium,
        fingerprint: secret.fingerprint(b""),
        path: path.into(),
        start: place(7, 10),
        end: place(7, 10 + len),
        excerpt: Some(Excerpt {
            text: format!("\ttoken: \"{redacted}\""),
            mark: 9..9 + redacted.len(),
        }),
        commit: None,
        occurrences: Vec::new(),
        redacted,
        secret,
        parts: Vec::new(),
        source: SourceKind::Worktree,
        decoded: Vec::new(),
        facts: Vec::new(),
        reasons: vec!["its checksum is right".to_owned()],
        remediation: vec!["Delete it at https://example.com/tokens".to_owned()],
    }
}

fn key_pair() -> Finding {
    let (id, secret) = (drawn("AKIA{base32:16}"), drawn("{base64:40}"));
    let text = format!("AWS_ACCESS_KEY_ID={}", id.redacted());
    Finding {
        rule: "aws-access-key-pair".to_owned(),
        name: "AWS access key pair".to_owned(),
        provider: "aws".to_owned(),
        severity: Severity::Critical,
        confidence: Confidence::High,
        start: place(3, 19),
        end: place(4, 63),
        redacted: id.redacted(),
        excerpt: Some(Excerpt {
            mark: 18..text.len(),
            text,
        }),
        commit: None,
        occurrences: Vec::new(),
        parts: vec![
            Part {
                part: "access_key_id".to_owned(),
                start: place(3, 19),
                end: place(3, 39),
                redacted: id.redacted(),
                secret: id,
            },
            Part {
                part: "secret_access_key".to_owned(),
                start: place(4, 23),
                end: place(4, 63),
                redacted: secret.redacted(),
                secret: secret.clone(),
            },
        ],
        facts: vec![
            ("account_id", "123456789012".to_owned()),
            ("key_type", "long-term".to_owned()),
        ],
        reasons: vec!["an id and a secret stand together".to_owned()],
        remediation: vec![
            "Make the key inactive in the IAM console, then delete it".to_owned(),
            "Look in CloudTrail for what it was used for".to_owned(),
        ],
        ..finding(b"deploy/app.env", secret)
    }
}

fn skipped(path: &[u8], reason: &str, incomplete: bool) -> Skipped {
    Skipped {
        path: path.into(),
        reason: reason.to_owned(),
        incomplete,
    }
}

fn nothing() -> Outcome {
    Outcome {
        findings: Vec::new(),
        accepted: Vec::new(),
        skipped: Vec::new(),
        in_paths: Vec::new(),
        counts: Counts {
            bytes: 1_234_567,
            blobs: 45,
            files: 45,
            commits: 0,
        },
        rules: 412,
        receipt: Receipt::default(),
        elapsed_ms: 12,
        finished_seconds: Some(FINISHED),
    }
}

/// Returns `options` with what `asff` needs.
fn complete(options: ReportOptions) -> ReportOptions {
    ReportOptions {
        aws: Some(Target::new("123456789012", "eu-west-1").unwrap()),
        ..options
    }
}

/// Returns an outcome that has one of everything.
fn everything() -> Outcome {
    let mut decoded = finding(b"src/caf\xe9.yml", drawn("tok_{base62:30}"));
    decoded.decoded = vec!["base64", "gzip"];
    decoded.severity = Severity::Low;
    let second = Finding {
        start: place(120, 10),
        end: place(120, 45),
        ..finding(b"src/caf\xe9.yml", drawn("tok_{base62:31}"))
    };
    Outcome {
        findings: vec![key_pair(), decoded, second],
        skipped: vec![
            skipped(b"pipe", "fifo", false),
            skipped(b"secret\xff.env", "permission denied", true),
        ],
        ..nothing()
    }
}

fn bytes(format: &str, outcome: &Outcome, options: ReportOptions) -> Vec<u8> {
    let mut out = Vec::new();
    by_name(format)
        .unwrap()
        .write(outcome, complete(options), &mut out)
        .unwrap();
    out
}

/// Returns a report in JSON.
fn json(format: &str, outcome: &Outcome, options: ReportOptions) -> Value {
    serde_json::from_slice(&bytes(format, outcome, options)).unwrap()
}

/// Returns outcomes of all kinds, by name.
fn outcomes() -> Vec<(&'static str, Outcome)> {
    let secrets: [&[u8]; 4] = [
        b"=cmd|' /C calc'!A0 and more",
        b"a\x1b[2J\x00\x07\xffb]]><!--&quot;\r\n",
        "\u{fffe}\u{ffff}\u{202e}{0}[a](b) \u{85}".as_bytes(),
        b"+++++++++\t-------",
    ];
    let unread = Outcome {
        skipped: vec![skipped(b"secret\xff\x1b.env", "permission denied", true)],
        ..nothing()
    };
    vec![
        ("nothing", nothing()),
        ("everything", everything()),
        ("accepted", accepted::outcome()),
        ("gated", gated()),
        ("unread", unread),
        ("hostile", hostile(&secrets.map(<[u8]>::to_vec))),
        (
            "hostile and accepted",
            accepted::hostile(&secrets.map(<[u8]>::to_vec)),
        ),
        ("history", history::all_kinds()),
    ]
}

/// Returns a report with the fingerprints replaced, which say nothing to a reader of a snapshot.
fn report(format: &str, outcome: &Outcome, options: ReportOptions) -> String {
    let mut text = String::from_utf8(bytes(format, outcome, options)).unwrap();
    for finding in &outcome.findings {
        text = text.replace(&finding.fingerprint.to_string(), "@@FINGERPRINT@@");
    }
    text
}

#[test]
fn human_looks_like_this() {
    insta::assert_snapshot!(report("human", &everything(), HIDDEN), @r#"
    deploy/app.env

    critical[aws-access-key-pair]: AWS access key pair (high confidence)
     --> deploy/app.env:3:19
      |
    3 | AWS_ACCESS_KEY_ID=AK****************BY
      |                   ^^^^^^^^^^^^^^^^^^^^
      = parts: access_key_id      deploy/app.env:3:19  AK****************BY
               secret_access_key  deploy/app.env:4:23  dhtw****************v6TE
      = why: an id and a secret stand together
      = facts: account_id 123456789012, key_type long-term
      = fix: Make the key inactive in the IAM console, then delete it
             Look in CloudTrail for what it was used for
      = accept: keyfence allow @@FINGERPRINT@@ --reason "why it is not a secret"
                or, in a comment on the line: keyfence:allow aws-access-key-pair why it is not a secret

    src/caf\xe9.yml: 2 findings

    low[example-token]: Example token (medium confidence)
     --> src/caf\xe9.yml:7:10
      |
    7 |     token: "tok****************K9m"
      |             ^^^^^^^^^^^^^^^^^^^^^^
      = why: its checksum is right
      = decoded: base64, then gzip
      = accept: keyfence allow @@FINGERPRINT@@ --reason "why it is not a secret"

    high[example-token]: Example token (medium confidence)
       --> src/caf\xe9.yml:120:10
        |
    120 |     token: "tok****************9m4"
        |             ^^^^^^^^^^^^^^^^^^^^^^
        = why: its checksum is right
        = fix: Delete it at https://example.com/tokens
        = accept: keyfence allow @@FINGERPRINT@@ --reason "why it is not a secret"
                  or, in a comment on the line: keyfence:allow example-token why it is not a secret

    3 findings: 1 critical, 1 high, 1 low; scanned 45 files, 1.2 MiB in 12 ms
    skipped 1 path: nothing to scan there
      1 fifo: pipe
    INCOMPLETE: 1 path could not be read, and may hold secrets
      1 permission denied: secret\xff.env
      Make them readable, raise the limit that is named, or leave them out of what is scanned; then scan again.
    "#);
}

#[test]
fn human_offers_a_marker_where_there_is_room_for_one() {
    let mut key = finding(b"key.pem", drawn("tok_{base62:30}"));
    key.end.line += 20;
    let mut outcome = nothing();
    outcome.findings = vec![key];
    let text = report("human", &outcome, HIDDEN);
    assert!(
        text.contains("or, on the line before: keyfence:allow-next-line example-token why"),
        "{text}"
    );
}

#[test]
fn human_is_short_when_nothing_was_found() {
    insta::assert_snapshot!(report("human", &nothing(), HIDDEN), @"no secrets found; scanned 45 files, 1.2 MiB in 12 ms");
}

#[test]
fn human_says_loudly_what_was_not_read() {
    let outcome = Outcome {
        skipped: vec![
            skipped(b"a.sock", "socket", false),
            skipped(b"b", "permission denied", true),
            skipped(b"c\x1b[2J", "permission denied", true),
            skipped(b"d", "permission denied", true),
            skipped(b"e", "permission denied", true),
            skipped(b"f", "larger than 1 GiB", true),
        ],
        ..nothing()
    };
    insta::assert_snapshot!(report("human", &outcome, HIDDEN), @r#"
    no secrets found in what was read; scanned 45 files, 1.2 MiB in 12 ms
    skipped 1 path: nothing to scan there
      1 socket: a.sock
    INCOMPLETE: 5 paths could not be read, and may hold secrets
      4 permission denied: b, c\u{1b}[2J, d, and 1 more
      1 larger than 1 GiB: f
      Make them readable, raise the limit that is named, or leave them out of what is scanned; then scan again.
    "#);
}

#[test]
fn human_shows_secrets_only_when_asked() {
    let outcome = everything();
    let shown = report("human", &outcome, SHOWN);
    let hidden = report("human", &outcome, HIDDEN);
    for finding in &outcome.findings {
        for secret in finding
            .parts
            .iter()
            .map(|p| &p.secret)
            .chain([&finding.secret])
        {
            let text = std::str::from_utf8(secret.expose()).unwrap();
            assert!(shown.contains(text) && !hidden.contains(text));
        }
    }
}

/// Checks that a report in colour is the plain one with colours.
#[track_caller]
fn assert_colour_adds_nothing(outcome: &Outcome) {
    let plain = report("human", outcome, HIDDEN);
    assert!(!plain.contains('\x1b'));
    let options = ReportOptions {
        colour: true,
        ..HIDDEN
    };
    let colour = report("human", outcome, options);
    let mut stripped = String::new();
    for piece in colour.split('\x1b') {
        stripped.push_str(match piece.split_once('m') {
            Some((code, rest)) if code.starts_with('[') => rest,
            _ => piece,
        });
    }
    assert!(colour.len() > plain.len());
    assert_eq!(stripped, plain);
}

#[test]
fn human_has_colour_only_when_asked() {
    assert_colour_adds_nothing(&everything());
}

#[test]
fn human_does_not_offer_what_is_switched_off() {
    let options = ReportOptions {
        accept: false,
        ..HIDDEN
    };
    assert!(!report("human", &everything(), options).contains("accept"));
}

#[test]
fn human_escapes_hostile_text() {
    let mut hostile = finding(b"a\x1b]0;x\x07\n\xe2\x80\xae.env", drawn("tok_{base62:30}"));
    hostile.facts = vec![("user", "eve\u{202e}\r\u{1b}[A".to_owned())];
    hostile.reasons = vec!["\u{9b}31m".to_owned()];
    hostile.excerpt = Some(Excerpt {
        text: "x\u{2066}\u{1b}[1A = ****\r".to_owned(),
        mark: 12..16,
    });
    let outcome = Outcome {
        findings: vec![hostile],
        skipped: vec![skipped(b"\x1bc", "\x1b[H", true)],
        ..nothing()
    };
    let text = report("human", &outcome, HIDDEN);
    let bad = text
        .chars()
        .find(|c| (c.is_control() && *c != '\n') || matches!(c, '\u{202a}'..='\u{2069}'));
    assert_eq!(bad, None, "{text:?}");
    insta::assert_snapshot!(text, @r#"
    a\u{1b}]0;x\u{7}\n\u{202e}.env

    high[example-token]: Example token (medium confidence)
     --> a\u{1b}]0;x\u{7}\n\u{202e}.env:7:10
      |
    7 | x\u{2066}\u{1b}[1A = ****\r
      |                       ^^^^^
      = why: \u{9b}31m
      = facts: user eve\u{202e}\r\u{1b}[A
      = fix: Delete it at https://example.com/tokens
      = accept: keyfence allow @@FINGERPRINT@@ --reason "why it is not a secret"
                or, in a comment on the line: keyfence:allow example-token why it is not a secret

    1 finding: 1 high; scanned 45 files, 1.2 MiB in 12 ms
    INCOMPLETE: 1 path could not be read, and may hold secrets
      1 \u{1b}[H: \u{1b}c
      Make them readable, raise the limit that is named, or leave them out of what is scanned; then scan again.
    "#);
}

#[test]
fn json_lines_look_like_this() {
    insta::assert_snapshot!(report("jsonl", &everything(), HIDDEN), @r#"
    {"kind":"finding","rule":"aws-access-key-pair","name":"AWS access key pair","provider":"aws","severity":"critical","confidence":"high","validity":"live-shaped","fingerprint":"@@FINGERPRINT@@","path":"deploy/app.env","line":3,"column":19,"end_line":4,"end_column":63,"redacted":"AK****************BY","parts":[{"part":"access_key_id","line":3,"column":19,"redacted":"AK****************BY"},{"part":"secret_access_key","line":4,"column":23,"redacted":"dhtw****************v6TE"}],"source":"worktree","facts":{"account_id":"123456789012","key_type":"long-term"},"remediation":["Make the key inactive in the IAM console, then delete it","Look in CloudTrail for what it was used for"]}
    {"kind":"finding","rule":"example-token","name":"Example token","provider":"example","severity":"low","confidence":"medium","validity":"live-shaped","fingerprint":"@@FINGERPRINT@@","path":"src/caf�.yml","path_bytes":"c3JjL2NhZukueW1s","line":7,"column":10,"end_line":7,"end_column":44,"redacted":"tok****************K9m","source":"worktree","decoded":["base64","gzip"],"remediation":["Delete it at https://example.com/tokens"]}
    {"kind":"finding","rule":"example-token","name":"Example token","provider":"example","severity":"high","confidence":"medium","validity":"live-shaped","fingerprint":"@@FINGERPRINT@@","path":"src/caf�.yml","path_bytes":"c3JjL2NhZukueW1s","line":120,"column":10,"end_line":120,"end_column":45,"redacted":"tok****************9m4","source":"worktree","remediation":["Delete it at https://example.com/tokens"]}
    {"kind":"summary","complete":false,"findings":3,"rules":412,"bytes":1234567,"blobs":45,"files":45,"commits":0,"skipped":[{"path":"pipe","reason":"fifo"},{"path":"secret�.env","path_bytes":"c2VjcmV0/y5lbnY=","reason":"permission denied","incomplete":true}],"elapsed_ms":12,"finished":"2026-01-31T08:00:00Z"}
    "#);
}

#[test]
fn json_looks_like_this() {
    let outcome = Outcome {
        findings: vec![finding(b"a.env", drawn("tok_{base62:30}"))],
        ..nothing()
    };
    insta::assert_snapshot!(report("json", &outcome, HIDDEN), @r#"{"schema":1,"findings":[{"kind":"finding","rule":"example-token","name":"Example token","provider":"example","severity":"high","confidence":"medium","validity":"live-shaped","fingerprint":"@@FINGERPRINT@@","path":"a.env","line":7,"column":10,"end_line":7,"end_column":44,"redacted":"tok****************K9m","source":"worktree","remediation":["Delete it at https://example.com/tokens"]}],"summary":{"kind":"summary","complete":true,"findings":1,"rules":412,"bytes":1234567,"blobs":45,"files":45,"commits":0,"skipped":[],"elapsed_ms":12,"finished":"2026-01-31T08:00:00Z"}}"#);
}

pub(crate) fn validator(definition: Option<&str>) -> jsonschema::Validator {
    let mut schema: Value = serde_json::from_str(JSON_SCHEMA).unwrap();
    jsonschema::meta::validate(&schema).unwrap();
    if let Some(name) = definition {
        schema = serde_json::json!({
            "$schema": schema["$schema"],
            "$ref": format!("#/$defs/{name}"),
            "$defs": schema["$defs"],
        });
    }
    jsonschema::options()
        .should_validate_formats(true)
        .build(&schema)
        .unwrap()
}

#[track_caller]
pub(crate) fn assert_valid(validator: &jsonschema::Validator, value: &Value) {
    let errors: Vec<String> = validator
        .iter_errors(value)
        .map(|e| format!("{}: {e}", e.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{errors:#?}\n{value:#}");
}

/// Checks the machine formats of `outcome` against their schema.
#[track_caller]
fn assert_keeps_schema(outcome: &Outcome) {
    let (document, line) = (validator(None), validator(Some("line")));
    for options in [HIDDEN, SHOWN] {
        let json = bytes("json", outcome, options);
        assert_eq!(json.lines().count(), 1);
        let json: Value = serde_json::from_slice(&json).unwrap();
        assert_valid(&document, &json);

        let lines: Vec<Value> = bytes("jsonl", outcome, options)
            .lines()
            .map(|line| serde_json::from_slice(line).unwrap())
            .collect();
        let told = outcome.findings.len() + outcome.accepted.len();
        assert_eq!(lines.len(), told + 1);
        for value in &lines {
            assert_valid(&line, value);
        }
        assert_eq!(lines.last().unwrap(), &json["summary"]);
    }
}

#[test]
fn machine_formats_keep_their_schema() {
    assert_keeps_schema(&everything());
    assert_keeps_schema(&nothing());
}

/// The fields of the command-line contract, and no others.
#[test]
fn schema_refuses_what_is_not_in_it() {
    let line = validator(Some("line"));
    let text = bytes("jsonl", &everything(), HIDDEN);
    let first = text.split(|b| *b == b'\n').next().unwrap();
    let good: Value = serde_json::from_slice(first).unwrap();
    assert_valid(&line, &good);
    for (pointer, value) in [
        ("surprise", Value::from(1)),
        ("line", Value::from(0)),
        ("severity", Value::from("awful")),
        ("fingerprint", Value::from("xyz")),
        ("secret_bytes", Value::from("AAAA")),
        ("path", Value::Null),
        ("kind", Value::from("summary")),
    ] {
        let mut bad = good.clone();
        bad[pointer] = value;
        assert!(!line.is_valid(&bad), "{pointer}");
    }
    let mut bad = good;
    bad.as_object_mut().unwrap().remove("redacted");
    assert!(!line.is_valid(&bad));
}

#[test]
fn paths_that_are_not_utf8_come_back_whole() {
    let outcome = everything();
    let json: Value = serde_json::from_slice(&bytes("json", &outcome, HIDDEN)).unwrap();
    let decode = |value: &Value| {
        data_encoding::BASE64
            .decode(value["path_bytes"].as_str().unwrap().as_bytes())
            .unwrap()
    };
    assert_eq!(json["findings"][0].get("path_bytes"), None);
    assert_eq!(json["findings"][1]["path"], "src/caf\u{fffd}.yml");
    assert_eq!(decode(&json["findings"][1]), b"src/caf\xe9.yml");
    assert_eq!(decode(&json["summary"]["skipped"][1]), b"secret\xff.env");
}

#[test]
fn secrets_that_are_not_utf8_come_back_whole() {
    let secret = b"\xff\x00pass\xe9word";
    let outcome = Outcome {
        findings: vec![finding(b"a", Secret::new(secret))],
        ..nothing()
    };
    let json: Value = serde_json::from_slice(&bytes("json", &outcome, SHOWN)).unwrap();
    let encoded = json["findings"][0]["secret_bytes"].as_str().unwrap();
    let decoded = data_encoding::BASE64.decode(encoded.as_bytes()).unwrap();
    assert_eq!(decoded, secret);
}

#[test]
fn the_end_is_exclusive() {
    let json: Value = serde_json::from_slice(&bytes("json", &everything(), HIDDEN)).unwrap();
    let pair = &json["findings"][0];
    assert_eq!(pair["parts"][1]["column"], 23);
    assert_eq!(pair["end_column"], 23 + 40);
}

#[test]
fn facts_of_the_same_name_are_joined() {
    let mut one = finding(b"a", drawn("tok_{base62:30}"));
    one.facts = vec![
        ("region", "eu".to_owned()),
        ("region", "eu".to_owned()),
        ("region", "us".to_owned()),
    ];
    let outcome = Outcome {
        findings: vec![one],
        ..nothing()
    };
    let text = report("jsonl", &outcome, HIDDEN);
    assert!(text.contains(r#""facts":{"region":"eu, us"}"#), "{text}");
}

#[test]
fn same_advice_is_given_once() {
    let outcome = everything();
    let text = report("human", &outcome, HIDDEN);
    assert_eq!(text.matches("Delete it at").count(), 1);
    assert!(text.find("Delete it at").unwrap() > text.find(":120:10").unwrap());
}

/// A pipe whose reader has gone after `room` bytes.
struct Closed {
    room: usize,
}

impl Write for Closed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.room == 0 {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        let taken = bytes.len().min(self.room);
        self.room -= taken;
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_broken_pipe_stays_one() {
    let outcome = everything();
    for (name, format) in FORMATS {
        let whole = bytes(name, &outcome, HIDDEN).len();
        for room in [0, 1, whole / 2, whole - 1] {
            let error = format
                .write(&outcome, complete(HIDDEN), &mut Closed { room })
                .unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::BrokenPipe, "{name}");
        }
        format
            .write(&outcome, complete(HIDDEN), &mut Closed { room: whole })
            .unwrap();
    }
}

/// Returns every text in a JSON value, keys too, and what base64 texts decode to.
fn texts(value: &Value, out: &mut Vec<Vec<u8>>) {
    match value {
        Value::String(text) => {
            out.push(text.clone().into_bytes());
            out.extend(data_encoding::BASE64.decode(text.as_bytes()));
        }
        Value::Array(values) => values.iter().for_each(|v| texts(v, out)),
        Value::Object(map) => map.iter().for_each(|(key, v)| {
            out.push(key.clone().into_bytes());
            texts(v, out);
        }),
        _ => {}
    }
}

/// Returns the JSON in a page.
fn html_data(page: &[u8]) -> Value {
    let (_, rest) = page
        .split_once_str("<script type=\"application/json\" id=\"data\">")
        .unwrap();
    let (json, _) = rest.split_once_str("</script>").unwrap();
    serde_json::from_slice(json).unwrap()
}

/// Returns everything a reader of a report gets to see: its bytes, and each text in it as a parser of the format has it.
fn visible(format: &str, outcome: &Outcome, options: ReportOptions) -> Vec<Vec<u8>> {
    let report = bytes(format, outcome, options);
    let mut out = Vec::new();
    match format {
        "github" | "human" | "markdown" => {}
        "html" => texts(&html_data(&report), &mut out),
        "csv" => out.extend(csv::rows(&report).into_iter().flatten().map(Into::into)),
        "junit" => out.extend(junit::texts(&report).into_iter().map(Into::into)),
        _ => {
            for line in report.split(|b| *b == b'\n').filter(|l| !l.is_empty()) {
                texts(&serde_json::from_slice(line).unwrap(), &mut out);
            }
        }
    }
    out.push(report);
    out
}

/// Formats that escape what a terminal would act on.
const ESCAPED: &[&str] = &["csv", "github", "human", "junit", "markdown"];

/// Returns the forms in which `secret` would be a leak: whole, with what is not UTF-8 replaced, with controls escaped
/// as the human format does, and each long line of it.
fn leaks(secret: &[u8]) -> Vec<Vec<u8>> {
    let lossy = String::from_utf8_lossy(secret).into_owned();
    let mut out = vec![
        secret.to_vec(),
        lossy.escape_default().to_string().into_bytes(),
        lossy.clone().into_bytes(),
    ];
    out.extend(
        lossy
            .lines()
            .filter(|line| line.len() >= 20 && !line.starts_with("-----"))
            .map(|line| line.as_bytes().to_vec()),
    );
    out
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|part| part == needle)
}

/// Secrets of every kind: tokens, bytes that are not UTF-8, control characters, blocks of several lines.
fn any_secret() -> impl Strategy<Value = Vec<u8>> {
    let block =
        ("[A-Z ]{3,12}", "[A-Za-z0-9+/]{20,64}", 1..6_usize).prop_map(|(label, line, lines)| {
            let body = format!("{line}\n").repeat(lines);
            let dashes = "-".repeat(5);
            format!("{dashes}BEGIN {label}{dashes}\n{body}{dashes}END {label}{dashes}").into_bytes()
        });
    prop_oneof![
        "[A-Za-z0-9_-]{8,80}".prop_map(String::into_bytes),
        "[a-z]{4}[\\x00-\\x1f\u{7f}\u{202e}\"\\\\é日a-z]{8,20}".prop_map(String::into_bytes),
        proptest::collection::vec(0x80_u8..=0xff, 8..40),
        block,
    ]
}

/// Returns an outcome in which each secret also stands in every text that comes from the scanned bytes.
fn hostile(secrets: &[Vec<u8>]) -> Outcome {
    let mut findings = Vec::new();
    let mut skips = Vec::new();
    for secret in secrets {
        let lossy = String::from_utf8_lossy(secret).into_owned();
        let mut path = b"dir/".to_vec();
        path.extend_from_slice(secret);
        let mut one = finding(&path, Secret::new(secret));
        let text = format!("{lossy} = \"{}\", {lossy}{lossy}", one.redacted);
        one.excerpt = Some(Excerpt {
            mark: lossy.len() + 4..lossy.len() + 4 + one.redacted.len(),
            text,
        });
        one.facts = vec![("user", format!("x{lossy}"))];
        one.reasons.push(lossy.clone());
        one.parts = vec![Part {
            part: "access_key_id".to_owned(),
            start: one.start,
            end: one.end,
            redacted: one.redacted.clone(),
            secret: Secret::new(secret),
        }];
        history::plant_everywhere(&mut one, secret);
        findings.push(one);
        skips.push(Skipped {
            path: BString::from(path),
            reason: format!("cannot read {lossy}"),
            incomplete: true,
        });
    }
    Outcome {
        findings,
        skipped: skips,
        ..nothing()
    }
}

proptest! {
    #[test]
    fn no_report_contains_a_secret(secrets in proptest::collection::vec(any_secret(), 1..4), colour in any::<bool>()) {
        let outcome = hostile(&secrets);
        let options = ReportOptions { colour, ..HIDDEN };
        for (format, _) in FORMATS {
            for text in visible(format, &outcome, options) {
                for leak in secrets.iter().flat_map(|secret| leaks(secret)) {
                    prop_assert!(!contains(&text, &leak), "{format} shows {leak:?}");
                }
            }
        }
    }

    /// The test above can fail: with `--show-secrets` the same search finds them all.
    #[test]
    fn every_report_contains_the_secret_when_asked(secrets in proptest::collection::vec(any_secret(), 1..4)) {
        let outcome = hostile(&secrets);
        for (format, _) in FORMATS {
            let texts = visible(format, &outcome, SHOWN);
            for secret in &secrets {
                let found = leaks(secret).iter().any(|leak| texts.iter().any(|text| contains(text, leak)));
                let escaped = secret.iter().any(|b| !b.is_ascii_graphic());
                prop_assert!(found || (ESCAPED.contains(format) && escaped), "{format} hides {secret:?}");
            }
        }
    }

    #[test]
    fn no_report_contains_a_secret_that_is_accepted(secrets in proptest::collection::vec(any_secret(), 1..4), show_accepted in any::<bool>()) {
        let outcome = accepted::hostile(&secrets);
        let options = ReportOptions { show_accepted, ..HIDDEN };
        for (format, _) in FORMATS {
            for text in visible(format, &outcome, options) {
                for leak in secrets.iter().flat_map(|secret| leaks(secret)) {
                    prop_assert!(!contains(&text, &leak), "{format} shows {leak:?}");
                }
            }
        }
        // The search would find them.
        for format in ["json", "jsonl", "sarif"] {
            let texts = visible(format, &outcome, SHOWN);
            for secret in &secrets {
                let found = leaks(secret).iter().any(|leak| texts.iter().any(|text| contains(text, leak)));
                prop_assert!(found, "{format} hides {secret:?}");
            }
        }
    }

    #[test]
    fn schema_holds_for_hostile_outcomes(secrets in proptest::collection::vec(any_secret(), 1..4), show_secrets in any::<bool>()) {
        let mut outcome = hostile(&secrets);
        for finding in &mut outcome.findings {
            finding.parts.extend(finding.parts.clone());
        }
        let json: Value = serde_json::from_slice(&bytes("json", &outcome, ReportOptions { show_secrets, ..HIDDEN })).unwrap();
        assert_valid(&validator(None), &json);
    }
}

/// Returns an outcome of a merge request that changes the policy.
fn gated() -> Outcome {
    let id = |digit: &str| digit.repeat(40);
    Outcome {
        receipt: Receipt {
            rule_set: "0f".repeat(16),
            range: Some(receipt::Range {
                base: Some(id("1")),
                head: id("2"),
                merge_base: Some(id("3")),
                ci: Some("GitLab CI".to_owned()),
                repository: Some("https://gitlab.example.com/group/app".to_owned()),
            }),
            policy: Some(receipt::Policy {
                source: receipt::PolicySource::Base,
                commit: Some(id("3")),
                changes: vec![receipt::PolicyChange {
                    path: ".keyfence/allow".into(),
                    line: Some(3),
                    what: "accepts one more secret".to_owned(),
                }],
                markers: vec![receipt::Marker {
                    path: b"src/\xff.py".into(),
                    line: 4,
                    rule: "example-token".to_owned(),
                    marker: "keyfence:allow example-token a test".to_owned(),
                }],
            }),
        },
        ..everything()
    }
}

#[test]
fn documents_come_back_whole() {
    for outcome in [everything(), accepted::outcome(), gated(), nothing()] {
        assert_keeps_schema(&outcome);
        for options in [HIDDEN, SHOWN] {
            let text = bytes("json", &outcome, options);
            let document: Document = serde_json::from_slice(&text).unwrap();
            let again = serde_json::to_value(&document).unwrap();
            assert_eq!(again, serde_json::from_slice::<Value>(&text).unwrap());
        }
    }
}
