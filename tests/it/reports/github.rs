//! The `github` format.

use keyfence::finding::{Finding, Outcome};

use super::{HIDDEN, bytes, drawn, everything, finding, gated, key_pair, nothing, report, skipped};

#[test]
fn it_looks_like_this() {
    insta::assert_snapshot!(report("github", &gated(), HIDDEN), @r#"
    ::warning title=INCOMPLETE scan::1 path not read, permission denied: secret�.env%0AWhat was not read may hold secrets. Make it readable, raise the limit that is named, or leave it out of what is scanned; then scan again.
    ::warning file=.keyfence/allow,line=3,title=policy change%3A needs review::accepts one more secret
    ::error file=deploy/app.env,line=3,endLine=4,title=AWS access key pair (critical)::aws-access-key-pair: AK****************BY (high confidence)%0Aaccess_key_id in line 3: AK****************BY%0Asecret_access_key in line 4: dhtw****************v6TE%0AMake the key inactive in the IAM console, then delete it%0ALook in CloudTrail for what it was used for%0Afingerprint @@FINGERPRINT@@
    ::error file=src/caf�.yml,line=120,endLine=120,col=10,endColumn=45,title=Example token (high)::example-token: tok****************9m4 (medium confidence)%0ADelete it at https://example.com/tokens%0Afingerprint @@FINGERPRINT@@
    ::notice file=src/caf�.yml,line=7,endLine=7,col=10,endColumn=44,title=Example token (low)::example-token: tok****************K9m (medium confidence)%0ADelete it at https://example.com/tokens%0Afingerprint @@FINGERPRINT@@
    keyfence: 3 findings: 1 critical, 1 high, 1 low; complete: NO; scanned: 0 commits, 45 blobs, 45 files, 1.2 MiB (1234567 bytes) in 12 ms; rules: 412, rule set 0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f; range: 111111111111..222222222222, merge base 333333333333, named by GitLab CI; policy: base, commit 333333333333; 1 change, 1 inline marker honoured; skipped: 2 paths, 1 of them unread (GitHub shows the first 10 errors, warnings and notices of a step; all are in its log)
    "#);
}

#[test]
fn nothing_found_is_one_line() {
    insta::assert_snapshot!(report("github", &nothing(), HIDDEN), @"keyfence: no secrets found; complete: yes; scanned: 0 commits, 45 blobs, 45 files, 1.2 MiB (1234567 bytes) in 12 ms; rules: 412; skipped: nothing (GitHub shows the first 10 errors, warnings and notices of a step; all are in its log)");
}

/// Returns what the runner makes of a line: name, properties, message
/// (<https://github.com/actions/runner/blob/main/src/Runner.Common/ActionCommand.cs>).
fn parsed(line: &str) -> (String, Vec<(String, String)>, String) {
    let (command, message) = line.strip_prefix("::").unwrap().split_once("::").unwrap();
    let (name, properties) = command.split_once(' ').unwrap();
    let plain = |text: &str| {
        let mut text = text.to_owned();
        for (escape, c) in [
            ("%0D", "\r"),
            ("%0A", "\n"),
            ("%3A", ":"),
            ("%2C", ","),
            ("%25", "%"),
        ] {
            text = text.replace(escape, c);
        }
        text
    };
    let properties = properties.split(',').map(|property| {
        let (key, value) = property.split_once('=').unwrap();
        (key.to_owned(), plain(value))
    });
    (name.to_owned(), properties.collect(), plain(message))
}

#[test]
fn hostile_texts_stay_in_their_place() {
    let mut hostile = finding(
        b"a,line=1::b\n::stop-commands::x%0A\x1b[31m",
        drawn("tok_{base62:30}"),
    );
    hostile.name = "x\n::error::y".to_owned();
    let outcome = Outcome {
        findings: vec![hostile],
        skipped: vec![skipped(b"\n::error::z", "##[error]\n::error::z", true)],
        ..nothing()
    };
    let text = report("github", &outcome, HIDDEN);
    assert_eq!(text.lines().count(), 3);
    let commands: Vec<_> = text.lines().take(2).map(parsed).collect();
    assert_eq!(commands[0].0, "warning");
    let (name, properties, message) = &commands[1];
    assert_eq!(name, "error");
    assert_eq!(
        properties[0],
        (
            "file".to_owned(),
            "a,line=1::b\\n::stop-commands::x%0A\\u{1b}[31m".to_owned()
        )
    );
    assert_eq!(properties[1], ("line".to_owned(), "7".to_owned()));
    assert!(message.starts_with("example-token: "));
    assert!(
        text.lines()
            .last()
            .unwrap()
            .starts_with("keyfence: 1 finding: 1 high; ")
    );
}

#[test]
fn the_worst_come_first_and_all_are_counted() {
    let findings: Vec<Finding> = (0..30).flat_map(|_| everything().findings).collect();
    let outcome = Outcome {
        findings,
        ..gated()
    };
    let text = String::from_utf8(bytes("github", &outcome, HIDDEN)).unwrap();
    let titles: Vec<&str> = text
        .lines()
        .filter(|line| line.contains(" file="))
        .collect();
    assert_eq!(titles.len(), 91);
    assert!(titles[1..31].iter().all(|line| line.contains("(critical)")));
    assert!(titles[31..61].iter().all(|line| line.contains("(high)")));
    assert!(
        titles[61..]
            .iter()
            .all(|line| line.starts_with("::notice "))
    );
    let last = text.lines().last().unwrap();
    assert!(
        last.contains("90 findings: 30 critical, 30 high, 30 low"),
        "{last}"
    );
}

/// The runner refuses columns of more than one line.
#[test]
fn columns_are_of_one_line() {
    let outcome = Outcome {
        findings: vec![key_pair()],
        ..nothing()
    };
    let text = report("github", &outcome, HIDDEN);
    assert!(text.contains("line=3,endLine=4,title="), "{text}");
}
