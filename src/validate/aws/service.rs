//! Credentials of single services.

use super::super::{Proof, Subject};

/// Checks an SES SMTP password: base64 of a version byte (2 or 4) and an HMAC-SHA-256.
///
/// <https://docs.aws.amazon.com/ses/latest/dg/smtp-credentials.html#smtp-credentials-convert>
pub(crate) fn check_ses_smtp(subject: Subject<'_>) -> Proof {
    let mixed = subject.secret.iter().any(u8::is_ascii_lowercase)
        && subject.secret.iter().any(u8::is_ascii_digit);
    match data_encoding::BASE64.decode(subject.secret) {
        Ok(bytes) if bytes.len() == 33 && matches!(bytes[0], 2 | 4) && mixed => {
            Proof::plausible().with_fact("version", bytes[0].to_string())
        }
        _ => Proof::refuted(),
    }
}

/// Checks a value of small letters and digits: both occur, and no few of them make it up.
pub(crate) fn check_base36(subject: Subject<'_>) -> Proof {
    let mut distinct = subject.secret.to_vec();
    distinct.sort_unstable();
    distinct.dedup();
    let letters = subject
        .secret
        .iter()
        .filter(|b| (b'g'..=b'z').contains(*b))
        .count();
    let digits = subject.secret.iter().filter(|b| b.is_ascii_digit()).count();
    if distinct.len() < 9 || letters == 0 || digits == 0 {
        return Proof::refuted();
    }
    Proof::plausible()
}

/// Checks an API Gateway key: letters of both cases and digits.
pub(crate) fn check_api_gateway(subject: Subject<'_>) -> Proof {
    let has = |f: fn(&u8) -> bool| subject.secret.iter().any(f);
    if has(u8::is_ascii_lowercase) && has(u8::is_ascii_uppercase) && has(u8::is_ascii_digit) {
        Proof::plausible()
    } else {
        Proof::refuted()
    }
}

#[cfg(test)]
mod tests {
    use super::{check_api_gateway, check_base36, check_ses_smtp};
    use crate::{
        rule::template::{Random, fill},
        validate::{Check, Subject, Verdict},
    };

    #[track_caller]
    fn check(by: Check, template: &str, kept: bool) {
        let value = fill(template, &mut Random::new(6)).unwrap();
        let subject = Subject {
            before: b"",
            secret: value.as_bytes(),
            matched: value.as_bytes(),
            after: b"",
        };
        assert_eq!(by(subject).verdict == Verdict::Plausible, kept, "{value}");
    }

    #[test]
    fn forms() {
        check(check_ses_smtp, "B{one:A|P}{base64:42}", true);
        check(check_ses_smtp, "A{one:g|v}{base64:42}", true);
        check(check_ses_smtp, "B{one:Q|z}{base64:42}", false);
        check(check_base36, "{base36:52}", true);
        check(check_base36, "{hex:52}", false);
        check(check_base36, "{lower:52}", false);
        check(check_api_gateway, "{base62:40}", true);
        check(check_api_gateway, "{hex:40}", false);
    }
}
