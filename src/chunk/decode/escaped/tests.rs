use proptest::prelude::*;

use super::{Encoding, Kind, decode, kind, literals, stretch};
use crate::chunk::decode::testing::twice;

/// Returns what the stretches of `text` stand for.
fn decoded(text: &str) -> Vec<String> {
    let bytes = text.as_bytes();
    let mut out = Vec::new();
    for at in 0..bytes.len() {
        let Some(encoded) = is_literal(bytes, at)
            .then(|| stretch(bytes, at).encoded)
            .flatten()
        else {
            continue;
        };
        let Encoding::Escaped(kind) = encoded.encoding else {
            unreachable!("of a stretch");
        };
        if let Some(decoded) = decode(kind, &bytes[encoded.range]) {
            out.push(String::from_utf8(decoded.bytes).unwrap());
        }
    }
    out
}

fn is_literal(bytes: &[u8], at: usize) -> bool {
    literals().iter().any(|(text, fold)| {
        bytes.get(at..at + text.len()).is_some_and(|here| {
            here == text.as_bytes() || *fold && here.eq_ignore_ascii_case(text.as_bytes())
        })
    })
}

#[test]
fn what_is_written_as_something_else() {
    for (text, expected) in [
        ("token%3Dab%2Fc&x=1%0A", "token=ab/c&x=1\n"),
        ("100%25%3a%", "100%:%"),
        (r#"k = "\x41\x4b\x49A""#, r#"k = "AKIA""#),
        (r#"{"k\u003d": "a\/b\u{2B}c"}"#, r#"{"k=": "a/b+c"}"#),
        (r"\101\113\111\101\0\u0002", r"AKIA\0\u0002"),
        (r#"{\"a\": \"{\\\"b\\\": 1}\"}"#, r#"{"a": "{\"b\": 1}"}"#),
        (r"A=1\nB=2\tx\q", "A=1\nB=2\tx\\q"),
        (
            r"\U0001F600 \u00e9 \ud83d \u{110000}",
            "\u{1f600} \u{e9} \\ud83d \\u{110000}",
        ),
        (
            "{&quot;k&quot;:&#34;v&#x22;&amp;&#0;}",
            "{\"k\":\"v\"&&#0;}",
        ),
        ("AWS=3Dabc=\ndef=\r\nghi\nnext", "AWS=abcdefghi\nnext"),
        ("k = \"ab\" + \"cd\" + \"ef\"; x", "k = \"abcdef\"; x"),
        ("k = ('ab'\n     'cd')\n", "k = ('abcd')"),
        ("k = \"ab\" +\r\n\t\"cd\"", "k = \"abcd\""),
        ("k = \"ab\"\n  + \"cd\"", "k = \"abcd\""),
        ("$k = 'ab' . 'cd';", "$k = 'abcd';"),
        (
            "  password: |-\n    Winter is here\n\n  b: 1\n",
            "  password: Winter is here",
        ),
        ("password: >2\n  Winter", "password: Winter"),
    ] {
        assert_eq!(decoded(text), [expected], "{text:?}");
    }
}

#[test]
fn what_stands_for_itself() {
    for text in [
        "50% of 100%, %zz %1b",
        r"C:\users\name \d+ \e[0m \/ \n",
        "a && b &amp; &nbsp; &#;",
        "x = 3D",
        "\"a\" + b + \"c\"",
        "[\"a\",\n  \"b\"]",
        "\"a\"\n  \n  b",
        "key: |\n  two\n  lines\n",
        "key: |\nnone\n",
        "key: | x\n  one\n",
        "key: a\n",
    ] {
        assert_eq!(decoded(text), [""; 0], "{text:?}");
    }
}

#[test]
fn one_stretch_for_escapes_that_are_near() {
    let near = format!("%41{}%42", "x".repeat(1000));
    assert_eq!(decoded(&near).len(), 1);
    let far = format!("%41{}%42", "x".repeat(3000));
    assert_eq!(decoded(&far).len(), 2);
    assert_eq!(decoded("%41\n%42"), ["A", "B"]);
}

#[test]
fn places() {
    let text = b"a%3Db \\u00e9c";
    let out = decode(Kind::Percent, text).unwrap();
    assert_eq!(out.bytes, b"a=b \\u00e9c");
    assert_eq!(out.source(100, &(1..2)), 101..104);
    assert_eq!(out.source(100, &(0..11)), 100..113);
    assert!(out.is_plain(&(5..8)) && !out.is_plain(&(2..3)) && !out.is_plain(&(9..11)));
    let out = decode(Kind::Backslash, text).unwrap();
    assert_eq!(out.bytes, "a%3Db \u{e9}c".as_bytes());
    assert_eq!(out.source(0, &(6..8)), 6..12);
}

#[test]
fn each_literal_may_be_an_escape() {
    for (text, fold) in literals() {
        let ends = [
            "\"",
            "'",
            "x\"",
            "\n  'y'",
            "\n  \"y\"",
            " 'y'",
            " \"y\"",
            "\n  x",
            "0",
        ];
        let cases = [text.to_string(), text.to_ascii_uppercase()];
        for text in &cases[..=usize::from(fold)] {
            let is_one = |end: &&str| kind(format!("{text}{end}").as_bytes(), 0).is_some();
            assert!(ends.iter().any(is_one), "{text:?}");
            assert!(text.len() >= 3, "{text:?}");
        }
    }
}

fn piece() -> impl Strategy<Value = String> {
    let all: Vec<String> = literals()
        .iter()
        .map(|(text, _)| text.to_string())
        .collect();
    prop_oneof![
        4 => prop::sample::select(all),
        2 => "[ -~]{0,20}",
        2 => prop::sample::select(vec!["\"", "'", "\n", "\n    ", "  ", "key: |\n   v\n", "\\", "%", "&", "=\n", "=3D", "\r\n"]).prop_map(str::to_owned),
        1 => (200..1300_usize).prop_map(|len| "x".repeat(len)),
        1 => (100..140_usize).prop_map(|len| " ".repeat(len)),
    ]
}

proptest! {
    /// No escape is missed by the literals.
    #[test]
    fn a_literal_stands_at_each_escape(text in prop::collection::vec(piece(), 0..12)) {
        let text = text.concat();
        for at in 0..text.len() {
            if kind(text.as_bytes(), at).is_some() {
                prop_assert!(is_literal(text.as_bytes(), at), "{at} of {text:?}");
            }
        }
    }

    /// What a stretch says it depends on is all that it depends on.
    #[test]
    fn nothing_else_decides(
        text in prop::collection::vec(piece(), 0..14),
        front in prop::collection::vec(piece(), 0..6),
        back in prop::collection::vec(piece(), 0..6),
    ) {
        let (text, front, back) = (text.concat(), front.concat(), back.concat());
        let bytes = text.as_bytes();
        for at in 0..bytes.len() {
            if !is_literal(bytes, at) {
                continue;
            }
            let (one, two, other) = twice(stretch, bytes, at, front.as_bytes(), back.as_bytes());
            prop_assert_eq!(
                one, two, "{} of {:?} in {:?}", at, text, String::from_utf8_lossy(&other)
            );
        }
    }
}
