//! Credentials that are no access key, decoded values, what a pair says of itself.

use keyfence::{
    detection::Detection,
    matcher::lines::Place,
    pair::join,
    rule::{
        Confidence, Severity,
        template::{Random, fill},
    },
    secret::Secret,
};

use super::{SEEDS, groups, instance, key, rules, summary};

/// Credentials of two parts that are no access key: rule, parts, a fact.
#[test]
fn other_pairs() {
    for (template, rule, parts, fact) in [
        (
            "SMTP_USER=AKIA{base32:16}\nSMTP_PASSWORD=B{one:A|P}{base64:42}\n",
            "aws-ses-smtp-credential",
            ["access_key_id", "smtp_password"],
            ("key_type", "long-term"),
        ),
        (
            "login AKIA{base32:16} with B{one:A|P}{base64:42}\n",
            "aws-ses-smtp-credential",
            ["access_key_id", "smtp_password"],
            ("version", "4"),
        ),
        (
            "{\"ServicePassword\": \"{base64:42}A=\", \"ServiceUserName\": \"me-at-123456789012\", \"ServiceSpecificCredentialId\": \"ACCA{base32:16}\"}",
            "aws-service-specific-credential",
            ["service_password", "service_credential_id"],
            ("", ""),
        ),
        (
            "AWS_ACCESS_KEY_ID=ASIA{base32:16}\nAWS_SECRET_ACCESS_KEY={base64:40}\n",
            "aws-access-key-pair",
            ["access_key_id", "secret_access_key"],
            ("key_type", "temporary"),
        ),
    ] {
        for seed in 0..SEEDS {
            let text = fill(template, &mut Random::new(seed)).unwrap();
            let found = groups(&text);
            assert_eq!(found.len(), 1, "{text}");
            assert_eq!(found[0].rule_id, rule, "{text}");
            let names: Vec<&str> = found[0].parts.iter().map(|m| &*m.name).collect();
            assert_eq!(names, parts, "{text}");
            let has = found[0]
                .facts
                .iter()
                .any(|(name, value)| (*name, value.as_str()) == fact);
            assert!(has || fact.0.is_empty(), "{text}: {:?}", found[0].facts);
        }
    }
}

#[test]
fn the_fingerprint_is_that_of_the_plain_secret() {
    for form in ["@S1", "@P1", "@J1", "@U1", "@A1\" + \"@B1"] {
        let (text, keys) = instance(&format!("id: \"@I1\", aws_secret_key: \"{form}\""), 3);
        let found = groups(&text);
        assert_eq!(found.len(), 1, "{text}");
        assert_eq!(
            found[0].identity(rules()).as_ref(),
            keys[0].secret.as_bytes(),
            "{text}"
        );
    }
}

/// Values that a decoder found carry places of the encoded text, and no names of their own.
#[test]
fn decoded_values_are_joined() {
    let rules = rules();
    let key = key(7);
    let part = |value: &str, rule: &str, span: std::ops::Range<u64>, line: u64| Detection {
        rule: rules.find(rule).expect("a rule"),
        span: span.clone(),
        secret_span: span,
        secret: Secret::new(value.as_bytes()),
        start: Place { line, column: 8 },
        end: Place { line, column: 64 },
        severity: Severity::Medium,
        confidence: Confidence::Low,
        facts: Vec::new(),
        reasons: Vec::new(),
        decoded: vec!["base64"],
        context: None,
        line_offset: 0,
        whole_line: None,
        line: Secret::new(b""),
        beside: None,
    };
    for (second, line) in [(60..116, 4), (20..48, 3)] {
        let found = join(
            rules,
            vec![
                part(&key.id, "aws-access-key-id", 20..48, 3),
                part(&key.secret, "aws-secret-access-key-bare", second, line),
            ],
        );
        let (pairs, others) = summary(&found);
        assert_eq!(pairs, [[key.id.clone(), key.secret.clone(), String::new()]]);
        assert!(others.is_empty());
    }
}

#[test]
fn bait_is_said_to_be_bait() {
    let bits = [
        &(52_310_077_262_u64 << 7 | 1 << 47).to_be_bytes()[2..],
        &[0x5a, 0x13, 0xc9, 0x77],
    ]
    .concat();
    let id = format!("AKIA{}", data_encoding::BASE32_NOPAD.encode(&bits));
    let found = groups(&format!("{id},{}", key(1).secret));
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].severity, Severity::Low);
    assert!(
        found[0]
            .facts
            .contains(&("canary", "canarytokens.org".to_owned()))
    );
    assert!(
        found[0]
            .facts
            .contains(&("account_id", "052310077262".to_owned()))
    );
}
