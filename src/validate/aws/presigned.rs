//! Pre-signed requests: they work for whoever holds them, until they expire.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html>. There is no clock here, so the dates are facts
//! for the reader and the confidence stays low.

use super::super::{Proof, Subject};

/// Checks the query of a request signed with version 4.
pub(crate) fn check_v4(subject: Subject<'_>) -> Proof {
    let query = [
        subject.matched,
        &subject.after[..subject.after.len().min(2048)],
    ]
    .concat();
    if super::holds(subject.matched, b"EXAMPLE") || field(&query, "X-Amz-Expires").is_none() {
        return Proof::refuted();
    }
    facts(&query, Proof::plausible())
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
    let query = [
        subject.matched,
        &subject.after[..subject.after.len().min(256)],
    ]
    .concat();
    let mut proof = Proof::plausible();
    if let Some(seconds) = field(&query, "Expires") {
        proof = proof.with_fact("expires_unix", seconds);
    }
    match field(&query, "AWSAccessKeyId") {
        Some(id) => with_account(proof, &id),
        None => proof,
    }
}

/// Adds what a signed query tells of its date, its expiry and its account.
pub(super) fn facts(query: &[u8], mut proof: Proof) -> Proof {
    if let (Some(date), Some(seconds)) = (
        field(query, "X-Amz-Date").as_deref().and_then(date),
        field(query, "X-Amz-Expires"),
    ) {
        proof = proof.with_fact("expires", format!("{seconds} seconds after {date}"));
    }
    match field(query, "X-Amz-Credential") {
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

/// Returns the letters and digits at the start of the parameter `name`.
fn field(query: &[u8], name: &str) -> Option<String> {
    let name = format!("{name}=");
    let at = memchr::memmem::find(query, name.as_bytes())? + name.len();
    let value: String = query[at..]
        .iter()
        .take_while(|b| b.is_ascii_alphanumeric())
        .map(|b| char::from(*b))
        .collect();
    (!value.is_empty()).then_some(value)
}

/// Returns `20260102T030405Z` as `2026-01-02T03:04:05Z`.
fn date(basic: &str) -> Option<String> {
    let part = |range| basic.get(range);
    Some(format!(
        "{}-{}-{}T{}:{}:{}Z",
        part(0..4)?,
        part(4..6)?,
        part(6..8)?,
        part(9..11)?,
        part(11..13)?,
        part(13..15)?
    ))
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
            (
                "expires",
                "60 seconds after 2026-01-02T03:04:05Z".to_owned(),
            ),
            ("account_id", "000000000000".to_owned()),
        ];
        assert_eq!(proof.facts, expected);
        let proof = run(check_v2, "Signature=<{base64:26}A%3D>&Expires=4070908800");
        assert_eq!(proof.facts, [("expires_unix", "4070908800".to_owned())]);
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
