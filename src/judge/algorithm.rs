//! `algorithm`: the name of a cipher, a hash or a way to sign.

use super::{Judge, Opinion, Scene, view};
use crate::rule::SecretKind;

/// The judge.
pub(super) const JUDGE: Judge = Judge {
    name: "algorithm",
    says: "is the name of an algorithm",
    kinds: &[SecretKind::Opaque, SecretKind::Password],
    opinion,
};

/// The words of such names, without the numbers they end in.
#[rustfmt::skip]
const WORDS: &[&str] = &[
    "hmac", "sha", "shake", "md", "rsa", "aes", "des", "tripledes", "ec", "ecdsa", "ecdh", "eddsa", "ed", "dsa", "gcm", "siv", "cbc",
    "ctr", "ecb", "chacha", "poly", "blowfish", "bcrypt", "scrypt", "argon", "id", "pbkdf", "hkdf", "scram", "plus", "oaep",
    "pss", "pkcs", "mgf", "padding", "nopadding", "with", "and", "encryption", "signature", "hs", "rs", "es", "ps", "crypt",
];

fn opinion(scene: &Scene<'_>) -> Option<Opinion> {
    let words = view::words(scene.secret());
    let is_known = |word: &&[u8]| {
        let stem = word.iter().take_while(|b| b.is_ascii_alphabetic()).count();
        let (stem, number) = word.split_at(stem);
        number.iter().all(u8::is_ascii_digit) && (stem.is_empty() || view::is_one_of(stem, WORDS))
    };
    let lettered = words.iter().any(|word| word[0].is_ascii_alphabetic());
    (lettered && words.iter().all(is_known)).then_some(Opinion::Drop)
}

#[cfg(test)]
mod tests {
    use super::JUDGE;
    use crate::{
        judge::{Opinion, testing},
        rule::SecretKind,
    };

    #[test]
    fn algorithms() {
        for (value, expected) in [
            ("HmacSHA256WithRSAEncryption", true),
            ("scram-sha-256", true),
            ("sha256", true),
            ("AES-256-GCM", true),
            ("PBKDF2WithHmacSHA512", true),
            ("argon2id", false),
            ("sha256x9Qw", false),
            ("12345678", false),
            ("Summer2024!", false),
        ] {
            let text = format!("password = \"‹{value}›\"");
            let said = testing::opinion(&JUDGE, SecretKind::Password, "a.yml", &text, false);
            assert_eq!(said == Some(Opinion::Drop), expected, "{value}");
        }
    }
}
