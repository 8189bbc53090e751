//! API keys for Amazon Bedrock (<https://docs.aws.amazon.com/bedrock/latest/userguide/api-keys.html>).

use data_encoding::BASE64_NOPAD;

use super::super::{Proof, Subject};

/// Checks a long-term key: `ABSK` and the base64 of `<user>-at-<account>:<secret>`.
pub(crate) fn check_long_term(subject: Subject<'_>) -> Proof {
    match decoded(subject.secret, b"ABSK").as_deref().and_then(parts) {
        Some((user, account)) => Proof::proved("it decodes to a user, an account and a secret")
            .with_fact("account_id", account)
            .with_fact("user", user)
            .with_fact("key_type", "long-term"),
        None => Proof::refuted(),
    }
}

fn decoded(secret: &[u8], prefix: &[u8]) -> Option<Vec<u8>> {
    super::token::decode_head(&BASE64_NOPAD, secret.strip_prefix(prefix)?)
}

fn parts(text: &[u8]) -> Option<(String, String)> {
    let at = memchr::memmem::find(text, b"-at-")?;
    let (user, rest) = (&text[..at], &text[at + 4..]);
    let account = rest
        .get(..12)
        .filter(|a| a.iter().all(u8::is_ascii_digit))?;
    (rest.get(12) == Some(&b':') && rest.len() > 20 && user.iter().all(u8::is_ascii_graphic)).then(
        || {
            (
                String::from_utf8_lossy(user).into_owned(),
                String::from_utf8_lossy(account).into_owned(),
            )
        },
    )
}

/// Checks a short-term key: `bedrock-api-key-` and the base64 of a pre-signed call.
pub(crate) fn check_short_term(subject: Subject<'_>) -> Proof {
    match decoded(subject.secret, b"bedrock-api-key-") {
        Some(url)
            if url.starts_with(b"bedrock.amazonaws.com/")
                && super::holds(&url, b"X-Amz-Signature=") =>
        {
            super::presigned::facts(
                &url,
                Proof::proved("it decodes to a pre-signed Bedrock call"),
            )
            .with_fact("key_type", "short-term")
        }
        _ => Proof::refuted(),
    }
}

#[cfg(test)]
mod tests {
    use super::{check_long_term, check_short_term};
    use crate::{
        rule::template::{Random, fill},
        validate::{Check, Proof, Subject, Verdict},
    };

    fn run(by: Check, template: &str) -> Proof {
        let value = fill(template, &mut Random::new(5)).unwrap();
        by(Subject {
            before: b"",
            secret: value.as_bytes(),
            matched: value.as_bytes(),
            after: b"",
        })
    }

    #[test]
    fn long_term() {
        let proof = run(
            check_long_term,
            "ABSK{b64:BedrockAPIKey-ab1c-at-123456789012:{base64:44}}",
        );
        assert_eq!(proof.verdict, Verdict::Proved);
        assert!(
            proof
                .facts
                .contains(&("user", "BedrockAPIKey-ab1c".to_owned()))
        );
        assert!(
            proof
                .facts
                .contains(&("account_id", "123456789012".to_owned()))
        );
        assert_eq!(
            run(check_long_term, "ABSK{base64:120}").verdict,
            Verdict::Refuted
        );
    }

    #[test]
    fn short_term() {
        let template = "bedrock-api-key-{b64:bedrock.amazonaws.com/?Action=CallWithBearerToken&X-Amz-Date=20260102T030405Z&X-Amz-Expires=43200&X-Amz-Signature={hex:64}&Version=1}";
        let proof = run(check_short_term, template);
        assert!(
            proof
                .facts
                .contains(&("expires", "2026-01-02T15:04:05Z".to_owned()))
        );
    }
}
