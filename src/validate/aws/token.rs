//! Temporary credentials whose head decodes to something known.

use data_encoding::{BASE64, BASE64_NOPAD, BASE64URL_NOPAD, Encoding};

use super::super::{Proof, Subject, civil};

/// The first bytes of session tokens: a version byte, then a protobuf field that holds the name of the key they are sealed with.
const SESSION_HEADS: &[&[u8]] = &[
    b"\x17\x0a\x06er/aws",
    b"\x15\x0a\x06er/aws",
    b"\x15\x0a\x03aws",
    b"\x01\x0a\x03aws",
    b"\x21\x0a\x09origin_ec",
];

/// Decodes the longest prefix of `text` that is whole groups of four, so that the end need not be whole.
pub(super) fn decode_head(encoding: &Encoding, text: &[u8]) -> Option<Vec<u8>> {
    let data = text.iter().rposition(|b| *b != b'=')? + 1;
    encoding.decode(&text[..data - data % 4]).ok()
}

/// Checks that a session token decodes to one of the known heads.
pub(crate) fn check_session(subject: Subject<'_>) -> Proof {
    let mut text = super::plain(subject.secret).into_owned();
    text.retain(|b| *b != b'=');
    match decode_head(&BASE64_NOPAD, &text) {
        Some(bytes) if super::holds(&text, b"EXAMPLE") || bytes.len() < 60 => Proof::refuted(),
        Some(bytes) if SESSION_HEADS.iter().any(|head| bytes.starts_with(head)) => {
            Proof::proved("its head decodes to that of an AWS session token")
        }
        _ => Proof::refuted(),
    }
}

/// Checks an ECR authorization token: base64 of `AWS:` and of base64 JSON that says when it expires.
pub(crate) fn check_ecr(subject: Subject<'_>) -> Proof {
    let Some(decoded) = decode_head(&BASE64_NOPAD, subject.secret) else {
        return Proof::refuted();
    };
    let Some(password) = decoded.strip_prefix(b"AWS:") else {
        return Proof::refuted();
    };
    ecr_password(password)
}

/// Checks what `aws ecr get-login-password` prints.
pub(crate) fn check_ecr_password(subject: Subject<'_>) -> Proof {
    ecr_password(subject.secret)
}

fn ecr_password(text: &[u8]) -> Proof {
    let Some(json) = decode_head(&BASE64_NOPAD, text) else {
        return Proof::refuted();
    };
    if !json.starts_with(b"{\"payload\":\"") || !super::holds(&json, b"\"datakey\":") {
        return Proof::refuted();
    }
    let proof = Proof::proved("it decodes to an ECR password");
    match number_after(&json, b"\"expiration\":") {
        Some(seconds) => proof.with_fact("expires", civil::rfc3339(seconds)),
        None => proof,
    }
}

fn number_after(text: &[u8], name: &[u8]) -> Option<i64> {
    let from = memchr::memmem::find(text, name)? + name.len();
    let rest = &text[from..];
    let end = rest.iter().position(|b| !b.is_ascii_digit());
    let digits = &rest[..end.unwrap_or(rest.len())];
    str::from_utf8(digits).ok()?.parse().ok()
}

/// Checks a `CodeArtifact` token: a JWE whose header names issuer, expiry and cipher.
pub(crate) fn check_codeartifact(subject: Subject<'_>) -> Proof {
    let head = subject
        .secret
        .split(|b| *b == b'.')
        .next()
        .unwrap_or_default();
    match BASE64URL_NOPAD.decode(head) {
        Ok(json) if super::holds(&json, b"\"enc\":") && super::holds(&json, b"\"alg\":") => {
            let proof = Proof::proved("its header decodes to that of a CodeArtifact token");
            match number_after(&json, b"\"exp\":") {
                Some(seconds) => proof.with_fact("expires", civil::rfc3339(seconds)),
                None => proof,
            }
        }
        _ => Proof::refuted(),
    }
}

/// Checks an EKS token: the base64url of a pre-signed call of STS
/// (<https://github.com/kubernetes-sigs/aws-iam-authenticator#api-authorization-from-outside-a-cluster>).
pub(crate) fn check_eks(subject: Subject<'_>) -> Proof {
    let Some(body) = subject.secret.strip_prefix(b"k8s-aws-v1.") else {
        return Proof::refuted();
    };
    match decode_head(&BASE64URL_NOPAD, body) {
        Some(url) if url.starts_with(b"https://sts.") => {
            super::presigned::facts(&url, Proof::proved("it decodes to a pre-signed STS call"))
        }
        _ => Proof::refuted(),
    }
}

/// Checks the seed of a virtual MFA device: 64 characters of base32, 40 bytes.
pub(crate) fn check_mfa_seed(subject: Subject<'_>) -> Proof {
    let mut distinct = subject.secret.to_vec();
    distinct.sort_unstable();
    distinct.dedup();
    match data_encoding::BASE32_NOPAD.decode(subject.secret) {
        // 64 random characters of 32 have at least 16 different ones, but for one in 10^10.
        Ok(bytes) if bytes.len() == 40 && distinct.len() >= 16 => Proof::plausible(),
        _ => Proof::refuted(),
    }
}

/// Checks the password of a service-specific credential: 32 random bytes, padded base64.
pub(crate) fn check_service_password(subject: Subject<'_>) -> Proof {
    let mut text = super::plain(subject.secret).into_owned();
    let mixed = text.iter().any(u8::is_ascii_lowercase) && text.iter().any(u8::is_ascii_uppercase);
    if !text.ends_with(b"=") {
        text.push(b'=');
    }
    match BASE64.decode(&text) {
        Ok(bytes)
            if bytes.len() == 32
                && mixed
                && !super::holds(&text, b"EXAMPLE")
                && !has_example_id(subject.after) =>
        {
            account_of_user(subject.matched)
        }
        _ => Proof::refuted(),
    }
}

/// The name of the member that follows the password in what `aws iam create-service-specific-credential` prints.
const CREDENTIAL_ID: &[u8] = b"\"ServiceSpecificCredentialId\"";

/// How much stands between the password and that member's name, in bytes: a quote, a comma, a new line and an indent.
const MAX_INDENT: usize = 64;

/// Returns true when the id beside the password says `EXAMPLE`, as AWS writes in its manuals.
fn has_example_id(after: &[u8]) -> bool {
    let head = &after[..after.len().min(MAX_INDENT + CREDENTIAL_ID.len())];
    let Some(at) = memchr::memmem::find(head, CREDENTIAL_ID) else {
        return false;
    };
    let between = |b: &u8| b.is_ascii_whitespace() || b"\":,\\".contains(b);
    let id = after[at + CREDENTIAL_ID.len()..]
        .iter()
        .copied()
        .skip_while(between)
        .take_while(u8::is_ascii_alphanumeric)
        .take(128)
        .collect::<Vec<_>>();
    head[..at].iter().all(between) && super::holds(&id, b"EXAMPLE")
}

/// Reads the account number from the end of the user name before a password (`name-at-123456789012`).
fn account_of_user(matched: &[u8]) -> Proof {
    let account = matched
        .strip_prefix(b"-at-")
        .and_then(|rest| rest.get(..12))
        .filter(|account| account.iter().all(u8::is_ascii_digit));
    match account {
        Some(account) => Proof::plausible()
            .with_fact("account_id", String::from_utf8_lossy(account).into_owned()),
        None => Proof::plausible(),
    }
}

#[cfg(test)]
mod tests {
    use super::{check_service_password, check_session};
    use crate::{
        rule::template::{Random, fill},
        validate::{Check, Subject, Verdict},
    };

    #[track_caller]
    fn check(by: Check, template: &str, verdict: Verdict) {
        let value = fill(template, &mut Random::new(11)).unwrap();
        let subject = Subject {
            before: b"",
            secret: value.as_bytes(),
            matched: value.as_bytes(),
            after: b"",
        };
        assert_eq!(by(subject).verdict, verdict, "{template}");
    }

    #[test]
    fn heads() {
        check(
            check_session,
            "FwoGZXIvYXdzE{base64:300}==",
            Verdict::Proved,
        );
        check(
            check_session,
            "IQoJb3JpZ2luX2Vj{base64:300}",
            Verdict::Proved,
        );
        check(check_session, "FwoGZXIvYXdzE{base64:20}", Verdict::Refuted);
        check(check_session, "FwoGZXIvYXd0E{base64:300}", Verdict::Refuted);
    }

    #[track_caller]
    fn check_beside(id: &str, verdict: Verdict) {
        let filled = |template: &str| fill(template, &mut Random::new(11)).unwrap();
        let (secret, id) = (filled("{base64:42}A="), filled(id));
        let after = format!("\",\n    \"ServiceSpecificCredentialId\": \"{id}\",\n");
        let subject = Subject {
            before: b"",
            secret: secret.as_bytes(),
            matched: secret.as_bytes(),
            after: after.as_bytes(),
        };
        assert_eq!(check_service_password(subject).verdict, verdict, "{id}");
    }

    #[test]
    fn service_passwords() {
        check(check_service_password, "{base64:42}A=", Verdict::Plausible);
        check(check_service_password, "{hex:42}a=", Verdict::Refuted);
        check_beside("ACCAEXAMPLE123EXAMPLE", Verdict::Refuted);
        check_beside("ACCA{base32:17}", Verdict::Plausible);
    }
}
