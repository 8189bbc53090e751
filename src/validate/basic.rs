//! `user:password` in base64 (RFC 7617): Authorization headers, `.npmrc`, `.docker/config.json`; and in the clear after `curl -u`.

use super::{Proof, Subject, Verdict, placeholder};
use crate::rule::Confidence;

/// Checks that the secret is the base64 of `user:password`.
pub(super) fn check(subject: Subject<'_>) -> Proof {
    let text = subject.secret.trim_ascii_end();
    let padding = memchr::memchr(b'=', text).unwrap_or(text.len());
    match data_encoding::BASE64_NOPAD.decode(&text[..padding]) {
        Ok(pair) => judge(&pair),
        Err(_) => Proof::refuted(),
    }
}

/// Checks a password that stands in the clear.
pub(super) fn check_plain(subject: Subject<'_>) -> Proof {
    if placeholder::is_placeholder(subject.secret) || placeholder::is_trivial(subject.secret) {
        Proof::refuted()
    } else {
        Proof::plausible()
    }
}

/// Checks the base64 of a password, as `_password` of `.npmrc` is.
pub(super) fn check_encoded(subject: Subject<'_>) -> Proof {
    let text = subject.secret;
    let padding = memchr::memchr(b'=', text).unwrap_or(text.len());
    match data_encoding::BASE64_NOPAD.decode(&text[..padding]) {
        Ok(password) if is_text(&password) && !placeholder::is_placeholder(&password) => {
            Proof::plausible()
        }
        _ => Proof::refuted(),
    }
}

/// Checks that the secret is the base64 of a `config.json` with credentials of a registry, as in Kubernetes secrets of the type
/// `kubernetes.io/dockerconfigjson`.
pub(super) fn check_docker_config(subject: Subject<'_>) -> Proof {
    let padding = memchr::memchr(b'=', subject.secret).unwrap_or(subject.secret.len());
    let config = data_encoding::BASE64_NOPAD
        .decode(&subject.secret[..padding])
        .ok()
        .and_then(|json| serde_json::from_slice::<serde_json::Value>(&json).ok());
    let Some(registries) = config
        .as_ref()
        .and_then(|config| config.get("auths")?.as_object())
    else {
        return Proof::refuted();
    };
    let real = registries.values().any(|entry| {
        let text = |name: &str| entry.get(name).and_then(serde_json::Value::as_str);
        let pair = text("auth").and_then(|auth| data_encoding::BASE64.decode(auth.as_bytes()).ok());
        pair.is_some_and(|pair| judge(&pair).verdict == Verdict::Proved)
            || ["password", "identitytoken"]
                .into_iter()
                .filter_map(text)
                .any(|secret| secret.len() >= 4 && !placeholder::is_placeholder(secret.as_bytes()))
    });
    if real {
        Proof::proved("it decodes to credentials of a registry")
    } else {
        Proof::refuted()
    }
}

fn judge(pair: &[u8]) -> Proof {
    let Some(colon) = memchr::memchr(b':', pair) else {
        return Proof::refuted();
    };
    let (user, password) = (&pair[..colon], &pair[colon + 1..]);
    // Some services take a token as the user, with an empty password or the word `x`.
    let secret = if password.len() < 4 { user } else { password };
    if !is_text(pair)
        || secret.len() < 4
        || placeholder::is_placeholder(secret)
        || placeholder::is_trivial(secret)
    {
        return Proof::refuted();
    }
    if placeholder::is_wordy(secret) {
        return Proof::plausible().at_most(Confidence::Medium);
    }
    Proof::proved("it decodes to a user name and a password")
}

fn is_text(bytes: &[u8]) -> bool {
    str::from_utf8(bytes).is_ok_and(|text| !text.is_empty() && !text.chars().any(char::is_control))
}

#[cfg(test)]
mod tests {
    use crate::validate::{Subject, Verdict};

    #[track_caller]
    fn check(pair: &[u8], expected: Verdict) {
        let secret = data_encoding::BASE64.encode(pair);
        let proof = super::check(Subject {
            before: b"",
            secret: secret.as_bytes(),
            matched: secret.as_bytes(),
            after: &[],
        });
        assert_eq!(proof.verdict, expected, "{pair:?}");
    }

    #[test]
    fn pairs() {
        check(b"jane:Tr0ub4dor", Verdict::Proved);
        check(b"0123456789abcdef:", Verdict::Proved);
        check(b"customUser:customPass", Verdict::Plausible);
        check(b"user:password", Verdict::Refuted);
        check(b"user:${PW}", Verdict::Refuted);
        check(b"no colon here", Verdict::Refuted);
        check(b"a:\x00\x01\x02\x03\x04", Verdict::Refuted);
        check(b"\xff\xfe:abcdefg", Verdict::Refuted);
        check(b"a:b", Verdict::Refuted);
    }
}
