//! Pre-signed requests: they work for whoever holds them, until they expire.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html>. There is no clock here: when
//! one expires is a fact.

use super::super::{Proof, Subject, civil, query, signed_url::with_end};

/// Checks the query of a request signed with version 4.
pub(crate) fn check_v4(subject: Subject<'_>) -> Proof {
    let text = query::around(subject, 2048);
    if super::holds(subject.matched, b"EXAMPLE") || query::field(&text, "X-Amz-Expires").is_none() {
        return Proof::refuted();
    }
    facts(&text, Proof::plausible())
}

/// Checks the query of a request signed with version 2: a signature is 20 bytes.
pub(crate) fn check_v2(subject: Subject<'_>) -> Proof {
    let signature = super::plain(subject.secret);
    let whole = data_encoding::BASE64
        .decode(&signature)
        .is_ok_and(|bytes| bytes.len() == 20);
    if !whole || super::holds(subject.matched, b"EXAMPLE") {
        return Proof::refuted();
    }
    let text = query::around(subject, 256);
    let proof = with_end(Proof::plausible(), Some(0), query::field(&text, "Expires"));
    match query::field(&text, "AWSAccessKeyId") {
        Some(id) => with_account(proof, &id),
        None => proof,
    }
}

/// Adds what a signed query tells of its date, its expiry and its account.
pub(super) fn facts(text: &[u8], proof: Proof) -> Proof {
    let start = query::field(text, "X-Amz-Date").and_then(|date| civil::seconds(&date));
    let proof = with_end(proof, start, query::field(text, "X-Amz-Expires"));
    match query::field(text, "X-Amz-Credential") {
        Some(credential) => with_account(proof, &credential),
        None => proof,
    }
}

fn with_account(proof: Proof, id: &str) -> Proof {
    match super::key_id::account(id.as_bytes()) {
        Some(account) => proof.with_fact("account_id", account),
        None => proof,
    }
}

#[cfg(test)]
mod tests {
    use super::{check_v2, check_v4};
    use crate::{
        rule::template::{Random, fill},
        validate::{Check, Proof, Subject, Verdict},
    };

    /// Runs a check on a text whose secret stands between `<` and `>`.
    fn run(by: Check, template: &str) -> Proof {
        let text = fill(template, &mut Random::new(9)).unwrap();
        let (matched, after) = text.split_once('>').unwrap();
        let (_, secret) = matched.split_once('<').unwrap();
        by(Subject {
            before: b"",
            secret: secret.as_bytes(),
            matched: matched.as_bytes(),
            after: after.as_bytes(),
        })
    }

    #[test]
    fn dates_are_facts() {
        let proof = run(
            check_v4,
            "X-Amz-Credential=AKIA{one:QAAAAAAAAAAAAAAA}%2F20260102&X-Amz-Date=20260102T030405Z&X-Amz-Expires=60&X-Amz-Signature=<{hex:64}>",
        );
        let expected = [
            ("expires", "2026-01-02T03:05:05Z".to_owned()),
            ("account_id", "000000000000".to_owned()),
        ];
        assert_eq!(proof.facts, expected);
        let proof = run(check_v2, "Signature=<{base64:26}A%3D>&Expires=4070908800");
        assert_eq!(
            proof.facts,
            [("expires", "2099-01-01T00:00:00Z".to_owned())]
        );
    }

    #[test]
    fn what_is_no_signature() {
        for (by, template) in [
            (check_v4 as Check, "X-Amz-Signature=<{hex:64}>"),
            (check_v2, "Signature=<{base64:20}>"),
        ] {
            assert_eq!(run(by, template).verdict, Verdict::Refuted, "{template}");
        }
    }
}
