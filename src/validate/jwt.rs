//! JSON Web Tokens (RFC 7519, RFC 7515): what they say of themselves.

use data_encoding::BASE64URL_NOPAD;
use serde_json::{Map, Value};

use super::{Proof, Subject, civil};
use crate::rule::{Confidence, Severity};

/// The longest issuer that is shown.
const ISSUER_BYTES: usize = 120;

/// A decoded token.
struct Token<'a> {
    alg: String,
    payload: Map<String, Value>,
    signature: &'a [u8],
}

/// Checks a token that is none of Kubernetes.
pub(super) fn check(subject: Subject<'_>) -> Proof {
    match decode(subject.secret) {
        Some(token) if !is_kubernetes(&token.payload) => {
            let proof = proof(&token);
            graded(proof, &token)
        }
        _ => Proof::refuted(),
    }
}

/// Checks a Kubernetes service account token
/// (<https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/>).
pub(super) fn check_kubernetes(subject: Subject<'_>) -> Proof {
    match decode(subject.secret) {
        Some(token) if is_kubernetes(&token.payload) && is_signed(&token) => proof(&token),
        _ => Proof::refuted(),
    }
}

fn decode(secret: &[u8]) -> Option<Token<'_>> {
    let mut parts = secret.split(|b| *b == b'.');
    let (header, payload, signature) = (parts.next()?, parts.next()?, parts.next()?);
    let header = object(header)?;
    let Value::String(alg) = header.get("alg")? else {
        return None;
    };
    let known = alg.len() <= 16 && alg.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    (known && parts.next().is_none()).then_some(Token {
        alg: alg.clone(),
        payload: object(payload)?,
        signature,
    })
}

fn object(part: &[u8]) -> Option<Map<String, Value>> {
    serde_json::from_slice(&BASE64URL_NOPAD.decode(part).ok()?).ok()
}

/// Legacy tokens name the issuer, bound ones have a claim of their own.
fn is_kubernetes(payload: &Map<String, Value>) -> bool {
    payload.get("iss").and_then(Value::as_str) == Some("kubernetes/serviceaccount")
        || payload.contains_key("kubernetes.io")
}

fn is_signed(token: &Token<'_>) -> bool {
    !token.alg.eq_ignore_ascii_case("none") && token.signature.len() >= 43
}

/// Returns the lengths in characters that a signature of this algorithm has (RFC 7518 section 3.1, RFC 8037).
fn signature_fits(alg: &str, chars: usize) -> bool {
    match alg {
        "HS256" => chars == 43,
        "HS384" => chars == 64,
        "HS512" | "ES256" | "ES256K" => chars == 86,
        "ES384" => chars == 128,
        "ES512" => chars == 176,
        "EdDSA" | "Ed25519" => chars == 86 || chars == 152,
        "RS256" | "RS384" | "RS512" | "PS256" | "PS384" | "PS512" => chars >= 171,
        _ => false,
    }
}

fn proof(token: &Token<'_>) -> Proof {
    let mut proof = if signature_fits(&token.alg, token.signature.len()) {
        Proof::proved("its header and claims are JSON and its signature has the right length")
    } else {
        Proof::plausible()
    };
    proof = proof.with_fact("alg", token.alg.clone());
    if let Some(issuer) = token.payload.get("iss").and_then(Value::as_str) {
        let plain = issuer.chars().all(|c| c.is_ascii_graphic());
        if plain && issuer.len() <= ISSUER_BYTES {
            proof = proof.with_fact("iss", issuer);
        }
    }
    match token.payload.get("exp").and_then(Value::as_i64) {
        Some(seconds) => proof.with_fact("expires", civil::rfc3339(seconds)),
        None => proof,
    }
}

/// Limits how sure and how bad it is: a token may have expired long ago, and some are samples or public by design.
fn graded(mut proof: Proof, token: &Token<'_>) -> Proof {
    let claim = |name: &str| token.payload.get(name).and_then(Value::as_str);
    // The subject of the sample that RFC-style tutorials and jwt.io use.
    let sample = claim("sub") == Some("1234567890");
    let anonymous = claim("role") == Some("anon") && claim("iss") == Some("supabase");
    proof.at_most = Some(if !is_signed(token) || sample || anonymous {
        Confidence::Low
    } else {
        Confidence::Medium
    });
    if anonymous {
        proof = proof.with_severity(Severity::Low);
    }
    if claim("role") == Some("service_role") {
        // Bypasses row level security: https://supabase.com/docs/guides/api/api-keys
        proof = proof
            .with_severity(Severity::Critical)
            .with_fact("role", "service_role");
    }
    if is_of_an_account(&token.payload) {
        proof = proof.with_severity(Severity::High);
    }
    proof
}

/// Returns true for tokens that stand for an account at a service for months: Temporal Cloud names itself as the issuer
/// (<https://docs.temporal.io/cloud/api-keys>), monday.com names user, account and region
/// (<https://developer.monday.com/api-reference/docs/authentication>).
fn is_of_an_account(payload: &Map<String, Value>) -> bool {
    payload.get("iss").and_then(Value::as_str) == Some("temporal.io")
        || ["tid", "uid", "actid", "rgn"]
            .into_iter()
            .all(|claim| payload.contains_key(claim))
}

#[cfg(test)]
mod tests {
    use data_encoding::BASE64URL_NOPAD;

    use crate::{
        rule::{Confidence, Severity},
        validate::{Proof, Subject, Verdict},
    };

    fn proof(header: &str, payload: &str, signature: usize) -> Proof {
        let [header, payload] = [header, payload].map(|p| BASE64URL_NOPAD.encode(p.as_bytes()));
        let text = format!("{header}.{payload}.{}", "x".repeat(signature));
        super::check(Subject {
            before: b"",
            secret: text.as_bytes(),
            matched: text.as_bytes(),
            after: &[],
        })
    }

    #[track_caller]
    fn check(
        header: &str,
        payload: &str,
        signature: usize,
        expected: (Verdict, Option<Confidence>),
    ) {
        let proof = proof(header, payload, signature);
        assert_eq!(
            (proof.verdict, proof.at_most),
            expected,
            "{header}.{payload}"
        );
    }

    #[test]
    fn verdicts() {
        let (hs, rs) = (r#"{"alg":"HS256"}"#, r#"{"alg":"RS256"}"#);
        check(hs, "{}", 43, (Verdict::Proved, Some(Confidence::Medium)));
        check(rs, "{}", 342, (Verdict::Proved, Some(Confidence::Medium)));
        check(hs, "{}", 50, (Verdict::Plausible, Some(Confidence::Medium)));
        check(hs, "{}", 0, (Verdict::Plausible, Some(Confidence::Low)));
        check(
            r#"{"alg":"none"}"#,
            "{}",
            0,
            (Verdict::Plausible, Some(Confidence::Low)),
        );
        check(
            hs,
            r#"{"sub":"1234567890"}"#,
            43,
            (Verdict::Proved, Some(Confidence::Low)),
        );
        check(hs, "[]", 43, (Verdict::Refuted, None));
        check("{}", "{}", 43, (Verdict::Refuted, None));
        check(hs, r#"{"kubernetes.io":{}}"#, 43, (Verdict::Refuted, None));
    }

    #[test]
    fn severity_follows_from_the_claims() {
        for (payload, expected) in [
            ("{}", None),
            (r#"{"role":"service_role"}"#, Some(Severity::Critical)),
            (r#"{"iss":"temporal.io"}"#, Some(Severity::High)),
            (
                r#"{"tid":1,"uid":2,"actid":3,"rgn":"x"}"#,
                Some(Severity::High),
            ),
            (r#"{"tid":1,"uid":2,"actid":3}"#, None),
        ] {
            let proof = proof(r#"{"alg":"HS256"}"#, payload, 43);
            assert_eq!(proof.severity, expected, "{payload}");
        }
    }

    #[test]
    fn facts_leave_the_subject_out() {
        let payload = r#"{"iss":"https://id.test","sub":"jane","exp":1700000000}"#;
        let facts = proof(r#"{"alg":"HS256"}"#, payload, 43).facts;
        let expected = [
            ("alg", "HS256"),
            ("iss", "https://id.test"),
            ("expires", "2023-11-14T22:13:20Z"),
        ];
        assert_eq!(
            facts,
            expected.map(|(name, value)| (name, value.to_owned()))
        );
    }
}
