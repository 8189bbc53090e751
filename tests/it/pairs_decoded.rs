//! Pairs through the whole engine: encoded values, places, and what else is said about the same bytes.

use std::sync::OnceLock;

use data_encoding::BASE64;
use keyfence::{
    Finding, Options, RuleSet, Scanner, SourceKind,
    rule::{
        Confidence,
        template::{Random, fill},
    },
};

/// How many keys are drawn for each text.
const SEEDS: u64 = 20;

fn scanner() -> &'static Scanner {
    static SCANNER: OnceLock<Scanner> = OnceLock::new();
    SCANNER.get_or_init(|| Scanner::new(RuleSet::builtin(), Options::default()))
}

/// Returns the line and column of `needle`, which stands once in `text`.
fn place(text: &str, needle: &str) -> (u64, u64) {
    let (before, _) = text.split_once(needle).expect("the value stands there");
    let column = before.len() - before.rfind('\n').map_or(0, |at| at + 1) + 1;
    (
        before.matches('\n').count() as u64 + 1,
        u64::try_from(column).expect("a small number"),
    )
}

/// Fills `@I`, `@S` and `@T` with id, secret and session token, `@BI`, `@BS` and `@BT` with their base64, `@NI` and `@NS` with that of
/// the values and a line break; the whole text is one finding with these parts at these places, and nothing else is found.
#[track_caller]
fn one_pair(template: &str) {
    for seed in 0..SEEDS {
        let mut random = Random::new(seed);
        let mut draw = |template| fill(template, &mut random).expect("a template");
        let (id, secret, token) = (
            draw("AKIA{base32:16}"),
            draw("{base64:40}"),
            draw("IQoJb3JpZ2luX2Vj{base64:344}"),
        );
        let line = |value: &str| BASE64.encode(format!("{value}\n").as_bytes());
        let forms = [
            ("@BI", BASE64.encode(id.as_bytes())),
            ("@BS", BASE64.encode(secret.as_bytes())),
            ("@BT", BASE64.encode(token.as_bytes())),
            ("@NI", line(&id)),
            ("@NS", line(&secret)),
            ("@I", id.clone()),
            ("@S", secret.clone()),
            ("@T", token.clone()),
        ];
        let mut text = template.to_owned();
        let mut expected = Vec::new();
        for (mark, form) in forms {
            if text.contains(mark) {
                text = text.replace(mark, &form);
                let (name, value) = match mark.chars().last() {
                    Some('I') => ("access_key_id", &id),
                    Some('S') => ("secret_access_key", &secret),
                    _ => ("session_token", &token),
                };
                expected.push((form, name, value));
            }
        }
        let mut expected: Vec<_> = expected
            .into_iter()
            .map(|(form, name, value)| (place(&text, &form), name, value.as_bytes()))
            .collect();
        expected.sort_unstable();
        let findings = scan(&text);
        assert_eq!(
            rules(&findings),
            [("aws-access-key-pair", Confidence::High)],
            "{text}"
        );
        let parts: Vec<_> = findings[0]
            .parts
            .iter()
            .map(|part| {
                (
                    (part.start.line, part.start.column),
                    part.part.as_str(),
                    part.secret.expose(),
                )
            })
            .collect();
        assert_eq!(parts, expected, "{text}");
    }
}

fn scan(text: &str) -> Vec<Finding> {
    scanner().scan_bytes("config/app.txt", SourceKind::Worktree, text.as_bytes())
}

fn rules(findings: &[Finding]) -> Vec<(&str, Confidence)> {
    findings
        .iter()
        .map(|finding| (finding.rule.as_str(), finding.confidence))
        .collect()
}

/// `data` of a Kubernetes Secret: both values are base64, often with the line break of `echo` in them.
#[test]
fn secrets_of_kubernetes() {
    one_pair("kind: Secret\ndata:\n  AWS_ACCESS_KEY_ID: @BI\n  AWS_SECRET_ACCESS_KEY: @BS\n");
    one_pair("kind: Secret\r\ndata:\r\n  id: \"@BI\"\r\n  secret: '@BS'\r\n");
    one_pair("kind: Secret\ndata:\n  secret-key: @NS\n  access-key: @NI\n");
    one_pair(
        "kind: Secret\ndata:\n  AWS_ACCESS_KEY_ID: >-\n    @BI\n  AWS_SECRET_ACCESS_KEY: >-\n    @BS\n",
    );
    one_pair("{\"kind\":\"Secret\",\"data\":{\"secretkey\":\"@BS\",\"accesskey\":\"@BI\"}}");
    one_pair(
        "data:\n  AWS_ACCESS_KEY_ID: @BI\n  AWS_SECRET_ACCESS_KEY: @BS\n  AWS_SESSION_TOKEN: @BT\n",
    );
    one_pair(
        "stringData:\n  credentials: |\n    [default]\n    aws_access_key_id = @I\n    aws_secret_access_key = @S\n",
    );
}

/// Plain values: the generic rules say nothing more, and the places are right.
#[test]
fn plain_values() {
    one_pair("\u{feff}AWS_ACCESS_KEY_ID=@I\r\nAWS_SECRET_ACCESS_KEY=@S\r\n");
    one_pair("access_key = \"@I\"\nsecret_key = \"@S\"\n");
    one_pair("{\"secret\": \"@S\", \"password\": \"\", \"key\": \"@I\"}");
    one_pair("アクセスキー：@I\nシークレットアクセスキー：@S\n");
}

/// A file that is base64 as a whole.
#[test]
fn a_file_within_base64() {
    for seed in 0..SEEDS {
        let text = fill(
            "[default]\naws_access_key_id = AKIA{base32:16}\naws_secret_access_key = {base64:40}\n",
            &mut Random::new(seed),
        )
        .expect("a template");
        let findings = scan(&BASE64.encode(text.as_bytes()));
        assert_eq!(
            rules(&findings),
            [("aws-access-key-pair", Confidence::High)],
            "{text}"
        );
        assert_eq!(findings[0].decoded, ["base64"]);
        assert!(findings[0].parts.iter().all(|part| {
            text.as_bytes()
                .windows(part.secret.expose().len())
                .any(|w| w == part.secret.expose())
        }));
    }
}

/// A secret alone under its name: one finding, by what is encoded, not by the looks of the base64.
#[test]
fn a_secret_alone_is_one_finding() {
    for seed in 0..SEEDS {
        let secret = fill("{base64:40}", &mut Random::new(seed)).expect("a template");
        let text = format!(
            "data:\n  AWS_SECRET_ACCESS_KEY: {}\n",
            BASE64.encode(secret.as_bytes())
        );
        let findings = scan(&text);
        assert_eq!(
            rules(&findings),
            [("aws-secret-access-key-bare", Confidence::High)],
            "{text}"
        );
        assert_eq!(findings[0].secret.expose(), secret.as_bytes());
    }
}

/// What a token holds that is found itself is no finding of its own, however much there is in it.
#[test]
fn what_a_token_holds_is_no_second_finding() {
    for (template, rule) in [
        (
            "bedrock-api-key-{b64:bedrock.amazonaws.com/?Action=CallWithBearerToken&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=ASIA{base32:16}%2F20260102%2Fus-east-1%2Fbedrock%2Faws4_request&X-Amz-Date=20260102T030405Z&X-Amz-Expires=43200&X-Amz-Security-Token=IQoJb3JpZ2luX2Vj{base62:300}&X-Amz-SignedHeaders=host&X-Amz-Signature={hex:64}&Version=1}",
            "aws-bedrock-short-term-api-key",
        ),
        (
            "{b64:AWS:{b64:{\"payload\":\"{base64:300}\",\"datakey\":\"{base64:200}\",\"version\":\"2\",\"type\":\"DATA_KEY\",\"expiration\":1767330000}}}",
            "aws-ecr-authorization-token",
        ),
    ] {
        let text = fill(template, &mut Random::new(1)).expect("a template");
        assert_eq!(rules(&scan(&text)), [(rule, Confidence::High)], "{text}");
    }
}
