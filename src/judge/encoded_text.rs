//! `encoded-text`: base64 of what would be no secret, or less of one, in the clear, as in the manifests of Kubernetes; or the same
//! with percent signs, as in URLs.

use std::borrow::Cow;

use super::{Judge, Opinion, Scene, opinions};
use crate::rule::{Rule, SecretKind};

/// The judge.
pub(super) const JUDGE: Judge = Judge {
    name: "encoded-text",
    says: "encodes what would be no secret in the clear",
    kinds: &[SecretKind::Opaque, SecretKind::Password],
    opinion,
};

/// The shortest text that is decoded, in bytes: below, words decode to text by chance.
const MIN_ENCODED: usize = 8;

/// The shortest password that rules for passwords in the clear take, in bytes.
const MIN_PASSWORD: usize = 6;

fn opinion(scene: &Scene<'_>) -> Option<Opinion> {
    if let Some(text) = percent_decoded(scene.secret()) {
        return strongest(scene, &text);
    }
    let text = decoded(scene.secret())?;
    // `user:password`, as in headers: the password is what counts.
    let password = match memchr::memchr(b':', &text) {
        Some(colon) if is_user(&text[..colon]) => &text[colon + 1..],
        _ => &text[..],
    };
    if password.len() < MIN_PASSWORD {
        return Some(Opinion::Drop);
    }
    strongest(scene, password)
}

/// Returns what all judges of passwords would say if `password` stood in the clear where the secret stands.
fn strongest(scene: &Scene<'_>, password: &[u8]) -> Option<Opinion> {
    let rule = Rule {
        kind: SecretKind::Password,
        samples: Cow::Borrowed(&[]),
        near_misses: Cow::Borrowed(&[]),
        ..scene.rule.clone()
    };
    let before = scene.before();
    let bytes = [before, password, scene.after()].concat();
    let secret_span = before.len()..before.len() + password.len();
    let gap = scene.secret_span.start - scene.span.start;
    let plain = Scene {
        rule: &rule,
        bytes: &bytes,
        span: before.len().saturating_sub(gap)..secret_span.end,
        secret_span,
        line: 0..bytes.len(),
        path: scene.path,
        proved: scene.proved,
    };
    // What the place suggests (the file, the name) was said of the base64 already.
    let text_only = |name: &str| !matches!(name, "file-kind" | "key-name" | "doc-comment");
    opinions(&plain)
        .filter(|(judge, _)| text_only(judge.name))
        .map(|(_, opinion)| opinion)
        .max_by_key(|opinion| matches!(opinion, Opinion::Drop))
}

/// Returns the printable ASCII text that `value` is the padded base64 of (RFC 4648 section 4).
pub(super) fn decoded(value: &[u8]) -> Option<Vec<u8>> {
    if value.len() < MIN_ENCODED {
        return None;
    }
    let text = data_encoding::BASE64.decode(value).ok()?;
    text.iter()
        .all(|b| b.is_ascii_graphic() || *b == b' ')
        .then_some(text)
}

/// Returns what `value` escapes with percent signs (RFC 3986 section 2.1), where it escapes something.
fn percent_decoded(value: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(value.len());
    let mut at = 0;
    while let Some(byte) = value.get(at) {
        let escaped = (*byte == b'%')
            .then(|| value.get(at + 1..at + 3))
            .flatten()
            .and_then(|digits| data_encoding::HEXUPPER_PERMISSIVE.decode(digits).ok());
        out.push(escaped.as_ref().map_or(*byte, |bytes| bytes[0]));
        at += if escaped.is_some() { 3 } else { 1 };
    }
    (out.len() < value.len()).then_some(out)
}

fn is_user(text: &[u8]) -> bool {
    !text.is_empty()
        && text
            .iter()
            .all(|b| b.is_ascii_alphanumeric() || b"_-.@+".contains(b))
}

#[cfg(test)]
mod tests {
    use super::JUDGE;
    use crate::{
        judge::{Opinion, testing},
        rule::SecretKind,
    };

    #[track_caller]
    fn check(plain: &str, expected: Option<Opinion>) {
        let value = data_encoding::BASE64.encode(plain.as_bytes());
        let text = format!("data:\n  ¦password: ‹{value}›\n");
        assert_eq!(
            testing::opinion(&JUDGE, SecretKind::Password, "secret.yml", &text, false),
            expected,
            "{plain}"
        );
    }

    #[test]
    fn words_in_base64() {
        check("demos", Some(Opinion::Drop));
        check("password", Some(Opinion::Drop));
        check("${DB_PASSWORD}", Some(Opinion::Drop));
        check("changeme", Some(Opinion::Drop));
        check("user:password", Some(Opinion::Drop));
        check("aladdin:opensesame", Some(Opinion::Lower));
        check("Welcome123!", Some(Opinion::Lower));
    }

    #[test]
    fn escaped_with_percent_signs() {
        let said = |value: &str| {
            let text = format!("a?¦password=‹{value}›&b=1");
            testing::opinion(&JUDGE, SecretKind::Password, "a.har", &text, false)
        };
        assert_eq!(said("%40%40PASSWORD%40%40"), Some(Opinion::Drop));
        assert_eq!(said("%2A%2Amasked%2A%2A"), Some(Opinion::Drop));
        assert_eq!(said("ditt_l%C3%B6senord"), Some(Opinion::Drop));
        assert_eq!(said("Winter2024%21"), None);
        assert_eq!(said("sv3%Qkk9!x"), None);
    }

    #[test]
    fn passwords_in_base64() {
        check("Summer2024!", None);
        check("sv3Qkk9!x", None);
        check("app:sv3Qkk9!x", None);
        check("\u{1}\u{2}\u{3}binary", None);
    }

    #[test]
    fn what_is_no_base64() {
        let said = |text| testing::opinion(&JUDGE, SecretKind::Password, "a.yml", text, false);
        assert_eq!(said("¦password: ‹changeme›"), None);
        assert_eq!(said("¦password: ‹Summer2024!›"), None);
    }
}
