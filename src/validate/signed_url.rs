//! URLs that open something to whoever holds them, as clouds beside Amazon S3 sign them: when one expires is a fact.

use super::{Proof, Subject, civil, query};

/// How far behind a signature its other parameters are looked for, in bytes.
const AFTER_BYTES: usize = 1024;

/// Checks a URL for Google Cloud Storage, signed with version 4
/// (<https://cloud.google.com/storage/docs/authentication/signatures>); gcloud writes the names in small letters.
pub(super) fn google_v4(subject: Subject<'_>) -> Proof {
    let text = query::around(subject, AFTER_BYTES);
    let field = |name: &str| {
        query::field(&text, name).or_else(|| query::field(&text, &name.to_ascii_lowercase()))
    };
    let start = field("X-Goog-Date");
    let start = start.and_then(|date| civil::seconds(&date.to_ascii_uppercase()));
    let proof = with_end(Proof::plausible(), start, field("X-Goog-Expires"));
    let signer = field("X-Goog-Credential");
    with_signer(
        proof,
        signer.and_then(|c| Some(c.split_once('/')?.0.to_owned())),
    )
}

/// Checks the same signed with version 2 (<https://cloud.google.com/storage/docs/access-control/signed-urls-v2>).
pub(super) fn google_v2(subject: Subject<'_>) -> Proof {
    let text = query::around(subject, AFTER_BYTES);
    let proof = with_end(Proof::plausible(), Some(0), query::field(&text, "Expires"));
    with_signer(proof, query::field(&text, "GoogleAccessId"))
}

/// Checks a URL for Amazon `CloudFront`: beside the signature stand the id of its key and a date or a policy
/// (<https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-signed-urls.html>).
pub(super) fn cloudfront(subject: Subject<'_>) -> Proof {
    let text = query::around(subject, AFTER_BYTES);
    let is_key = |id: &String| {
        id.bytes()
            .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
            && (id.len() == 14 && id.starts_with('K') || id.len() == 20 && id.starts_with("APKA"))
    };
    let is_example = memchr::memmem::find(subject.secret, b"EXAMPLE").is_some();
    let key = query::field(&text, "Key-Pair-Id");
    if is_example || !key.as_ref().is_some_and(is_key) {
        return Proof::refuted();
    }
    let end = query::field(&text, "Expires");
    let end = end.or_else(|| policy_end(&query::field(&text, "Policy")?));
    with_end(Proof::plausible(), Some(0), end)
}

/// Returns until when a policy of `CloudFront` holds: JSON in base64 that has `-_~` for `+=/`.
fn policy_end(policy: &str) -> Option<String> {
    let base64: String = policy
        .trim_end_matches('_')
        .chars()
        .map(|c| match c {
            '-' => '+',
            '~' => '/',
            other => other,
        })
        .collect();
    let json = data_encoding::BASE64_NOPAD.decode(base64.as_bytes()).ok()?;
    let policy: serde_json::Value = serde_json::from_slice(&json).ok()?;
    let end = policy.pointer("/Statement/0/Condition/DateLessThan/AWS:EpochTime")?;
    Some(end.as_i64()?.to_string())
}

/// Checks a URL for Alibaba Cloud OSS, signed with version 1: the signature is 20 bytes
/// (<https://www.alibabacloud.com/help/en/oss/user-guide/upload-files-using-presigned-urls>).
pub(super) fn oss_v1(subject: Subject<'_>) -> Proof {
    let signature = super::url::decoded(subject.secret);
    let whole = data_encoding::BASE64
        .decode(&signature)
        .is_ok_and(|bytes| bytes.len() == 20);
    if !whole {
        return Proof::refuted();
    }
    let text = query::around(subject, AFTER_BYTES);
    with_end(Proof::plausible(), Some(0), query::field(&text, "Expires"))
}

/// Checks the same signed with version 4
/// (<https://www.alibabacloud.com/help/en/oss/developer-reference/add-signatures-to-urls>).
pub(super) fn oss_v4(subject: Subject<'_>) -> Proof {
    let text = query::around(subject, AFTER_BYTES);
    let start = query::field(&text, "x-oss-date").and_then(|date| civil::seconds(&date));
    let end = query::field(&text, "x-oss-expires");
    with_end(Proof::plausible(), start, end)
}

/// Adds when a signature expires: `seconds` after `start`, a Unix time.
pub(super) fn with_end(proof: Proof, start: Option<i64>, seconds: Option<String>) -> Proof {
    let seconds: Option<i64> = seconds.and_then(|text| text.parse().ok());
    match start.zip(seconds) {
        Some((start, seconds)) => {
            proof.with_fact("expires", civil::rfc3339(start.saturating_add(seconds)))
        }
        None => proof,
    }
}

/// Adds which service account has signed.
fn with_signer(proof: Proof, signer: Option<String>) -> Proof {
    match signer.filter(|signer| signer.ends_with(".gserviceaccount.com")) {
        Some(signer) => proof.with_fact("service_account", signer),
        None => proof,
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        rule::template::{Random, fill},
        validate::{Check, Proof, Subject, Verdict},
    };

    /// Runs a check on a text whose match stands between `[` and `]`, its secret behind the last `=`.
    fn run(by: Check, template: &str) -> Proof {
        let text = fill(template, &mut Random::new(9)).unwrap();
        let (before, rest) = text.split_once('[').unwrap();
        let (matched, after) = rest.split_once(']').unwrap();
        let (_, secret) = matched.split_once('=').unwrap();
        by(Subject {
            before: before.as_bytes(),
            secret: secret.as_bytes(),
            matched: matched.as_bytes(),
            after: after.as_bytes(),
        })
    }

    #[track_caller]
    fn expires(by: Check, template: &str, expected: &str) {
        let proof = run(by, template);
        let end = proof.facts.iter().find(|(name, _)| *name == "expires");
        assert_eq!(end.map(|(_, value)| &**value), Some(expected), "{template}");
    }

    #[test]
    fn dates_are_facts() {
        expires(
            super::google_v4,
            "https://x/y?X-Goog-Algorithm=GOOG4-RSA-SHA256&X-Goog-Date=20260102T030405Z&X-Goog-Expires=60&X-Goog-SignedHeaders=host&[X-Goog-Signature={hex:512}]",
            "2026-01-02T03:05:05Z",
        );
        expires(
            super::google_v4,
            "https://x/y?[x-goog-signature={hex:512}]&x-goog-date=20260102T030405Z&x-goog-expires=60",
            "2026-01-02T03:05:05Z",
        );
        expires(
            super::google_v2,
            "https://x/y?GoogleAccessId=a%40b.iam.gserviceaccount.com&Expires=4070908800&[Signature={base64:342}]%3D%3D",
            "2099-01-01T00:00:00Z",
        );
        expires(
            super::cloudfront,
            "https://x/y?Expires=4070908800&[Signature={base64url:342}__]&Key-Pair-Id=K{BASE36:13}",
            "2099-01-01T00:00:00Z",
        );
        expires(
            super::cloudfront,
            "https://x/y?Policy={b64url:{\"Statement\":[{\"Condition\":{\"DateLessThan\":{\"AWS:EpochTime\":4070908800}}}]}}_&[Signature={base64url:342}__]&Key-Pair-Id=APKA{base32:16}",
            "2099-01-01T00:00:00Z",
        );
        expires(
            super::oss_v1,
            "https://x/y?OSSAccessKeyId=LTAI{base62:20}&Expires=4070908800&[Signature={base64:26}A%3D]",
            "2099-01-01T00:00:00Z",
        );
        expires(
            super::oss_v4,
            "https://x/y?x-oss-date=20260102T030405Z&x-oss-expires=60&[x-oss-signature={hex:64}]",
            "2026-01-02T03:05:05Z",
        );
    }

    #[test]
    fn the_signer_is_a_fact() {
        let proof = run(
            super::google_v4,
            "https://x/y?X-Goog-Credential=ci%40app.iam.gserviceaccount.com%2F20260102%2Fauto%2Fstorage%2Fgoog4_request&[X-Goog-Signature={hex:512}]",
        );
        let expected = (
            "service_account",
            "ci@app.iam.gserviceaccount.com".to_owned(),
        );
        assert_eq!(proof.facts, [expected]);
    }

    #[test]
    fn what_is_no_signature() {
        for (by, template) in [
            (
                super::cloudfront as Check,
                "https://x/y?Expires=1&[Signature={base64url:342}__]",
            ),
            (
                super::cloudfront,
                "https://x/y?[Signature={base64url:342}__]&Key-Pair-Id=ID",
            ),
            (super::oss_v1, "https://x/y?[Signature={base64:20}]"),
        ] {
            assert_eq!(run(by, template).verdict, Verdict::Refuted, "{template}");
        }
    }
}
