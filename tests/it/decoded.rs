//! Secrets in encodings are found where they stand, once, under the name of the encoding.

use keyfence::{
    Finding, Options, RuleSet, Scanner, SourceKind,
    rule::template::{Random, fill},
};

use crate::encodings;

fn scan(text: &str) -> Vec<Finding> {
    let rules = RuleSet::new(true, Vec::new()).unwrap();
    let scanner = Scanner::new(rules, Options::default());
    scanner.scan_bytes("file.txt", SourceKind::Worktree, text.as_bytes())
}

/// Texts with one secret each, and the rule that finds it.
const PLAIN: [(&str, &str); 5] = [
    (
        "token: \"ghp_{base62:30}{sum:crc32-base62-last}\"",
        "github-pat",
    ),
    (
        "{\"aws_access_key_id\": \"AKIA{base32:16}\", \"aws_secret_access_key\": \"{base64:40}\"}",
        "aws-access-key-pair",
    ),
    (
        "slack: \"xoxb-{digits:12}-{digits:12}-{base62:24}\"",
        "slack-bot-token",
    ),
    ("password: \"Tr0ub4dor-{base62:9}?>~?\"", "generic-password"),
    ("stripe: \"sk_live_{base62:99}\"", "stripe-secret-key"),
];

#[test]
fn each_in_each() {
    let mut wrong = Vec::new();
    for seed in 0..12 {
        let mut random = Random::new(seed);
        for (template, rule) in PLAIN {
            let plain = fill(template, &mut random).unwrap();
            let expected = scan(&plain);
            assert_eq!(expected.len(), 1, "{plain}: {expected:?}");
            assert_eq!(expected[0].rule, rule);
            for name in encodings::NAMES {
                let encoded = encodings::write(name, &plain, &mut |below| random.below(below));
                let text = format!("before\nx = \"{encoded}\" after\nnext\n");
                let text = match name {
                    // Without an equals sign that is encoded nothing tells that it is a mail.
                    "quoted-printable" => {
                        encodings::write(name, &format!("x=1\n{plain}\n"), &mut |_| 0)
                    }
                    "YAML block" | "joined literals" => format!("a:\n  {encoded}\n"),
                    _ => text,
                };
                let found = scan(&text);
                let same: Vec<_> = found
                    .iter()
                    .filter(|f| f.fingerprint == expected[0].fingerprint)
                    .collect();
                if same.len() != 1 || found.len() != 1 {
                    wrong.push(format!(
                        "{name}: {} found in {text}: {found:#?}",
                        same.len()
                    ));
                }
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} wrong, the first: {}",
        wrong.len(),
        wrong[0]
    );
}

/// The same text in other widths, as a file of any size and in a history, is told as if it were UTF-8.
#[test]
fn text_with_more_bytes_a_character() {
    let mut random = Random::new(1);
    let plain = fill(PLAIN[1].0, &mut random).unwrap();
    let text = format!("\u{e4}\n\n{plain}\r\n");
    let expected = scan(&text);
    assert_eq!((expected.len(), expected[0].start.line), (1, 3));
    let narrow = || text.encode_utf16();
    let wide = || text.chars().map(u32::from);
    let forms: [Vec<u8>; 4] = [
        narrow().flat_map(u16::to_le_bytes).collect(),
        narrow().flat_map(u16::to_be_bytes).collect(),
        wide().flat_map(u32::to_le_bytes).collect(),
        wide().flat_map(u32::to_be_bytes).collect(),
    ];
    let rules = || RuleSet::new(true, Vec::new()).unwrap();
    for bytes in forms {
        for size in [1 << 20, 0] {
            let mut options = Options::default();
            options.chunk_size = size;
            let found =
                Scanner::new(rules(), options).scan_bytes("file.txt", SourceKind::Worktree, &bytes);
            assert_eq!(found.len(), 1, "{found:?}");
            assert_eq!(found[0].fingerprint, expected[0].fingerprint);
            assert_eq!(found[0].start, expected[0].start);
        }
    }
}

/// A key that is encoded as a whole is told once, and so are credentials in a header.
#[test]
fn what_is_encoded_is_told_once() {
    let scanner = Scanner::new(RuleSet::builtin(), Options::default());
    let encode = |text: &str| data_encoding::BASE64.encode(text.as_bytes());
    let key = fill("{make:pem-pkcs8}\n", &mut Random::new(1)).unwrap();
    let auth = fill("_token:{base62:40}", &mut Random::new(1)).unwrap();
    for (text, rule) in [
        (
            format!("data:\n  tls.key: {}\n", encode(&key)),
            "private-key-base64",
        ),
        (
            format!(
                "{{\"auths\": {{\"r.example.com\": {{\"auth\": \"{}\"}}}}}}",
                encode(&auth)
            ),
            "docker-config-auth",
        ),
    ] {
        let found = scanner.scan_bytes("x.json", SourceKind::Worktree, text.as_bytes());
        let rules: Vec<&str> = found.iter().map(|finding| &*finding.rule).collect();
        assert_eq!(rules, [rule], "{text}");
    }
}
