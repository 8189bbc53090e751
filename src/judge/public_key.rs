//! `public-key`: what is meant to be public: public keys, certificates, site keys.

use super::{Judge, Opinion, Scene, view};
use crate::rule::SecretKind;

/// The judge.
pub(super) const JUDGE: Judge = Judge {
    name: "public-key",
    says: "is public by design",
    kinds: &[SecretKind::Opaque],
    opinion,
};

/// Words of names that are public by design.
const WORDS: &[&str] = &[
    "public",
    "pub",
    "pubkey",
    "publishable",
    "cert",
    "certificate",
    "certificates",
    "sitekey",
    "recaptcha",
    "rsa",
    "ed25519",
    "ecdsa",
    "anon",
];

fn opinion(scene: &Scene<'_>) -> Option<Opinion> {
    let named = view::words(view::name(scene))
        .iter()
        .any(|w| view::is_one_of(w, WORDS));
    let value = scene.secret();
    let key = [&b"MII"[..], b"AAAAB3NzaC1", b"AAAAC3NzaC1", b"AAAAE2VjZHNh"]
        .iter()
        .any(|s| value.starts_with(s));
    let ssh = view::contains(scene.before(), "ssh-rsa ")
        || view::contains(scene.before(), "begin certificate");
    (named || ssh || (key && !view::contains(view::name(scene), "private")))
        .then_some(Opinion::Drop)
}

#[cfg(test)]
mod tests {
    use super::JUDGE;
    use crate::{
        judge::{Opinion, testing},
        rule::SecretKind,
    };

    #[track_caller]
    fn check(text: &str, expected: bool) {
        let said = testing::opinion(&JUDGE, SecretKind::Opaque, "a.yml", text, false);
        assert_eq!(said == Some(Opinion::Drop), expected, "{text}");
    }

    #[test]
    fn public() {
        check("public_api_¦key: ‹x7f›", true);
        check("¦access_key_cert: ‹MIIBIjANBg›", true);
        check("¦access_key: ‹x7f›", false);
        check("republic_api_¦key: ‹x7f›", false);
    }
}
