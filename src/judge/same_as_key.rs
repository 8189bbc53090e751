//! `same-as-key`: the value repeats its own name, a neighbour's, or names a field.

use super::{Judge, Opinion, Scene, randomness, view};
use crate::rule::SecretKind;

/// The judge.
pub(super) const JUDGE: Judge = Judge {
    name: "same-as-key",
    says: "repeats its own name",
    kinds: &[SecretKind::Opaque, SecretKind::Password],
    opinion,
};

/// A value that holds one of these and is made of words names a field, a setting, a header.
#[rustfmt::skip]
const FIELD_WORDS: &[&str] = &[
    "password", "passwords", "passwd", "passphrase", "pwd", "secret", "secrets", "token", "tokens", "key",
    "keys", "credential", "credentials", "auth", "authorization", "username", "login", "user", "email",
];

fn opinion(scene: &Scene<'_>) -> Option<Opinion> {
    let value = scene.secret();
    if randomness::looks_random(value) {
        return names_a_type(scene).then_some(Opinion::Drop);
    }
    let name = view::name(scene);
    let same = value.eq_ignore_ascii_case(name)
        || squeezed(value) == squeezed(name)
        || (view::is_words(value)
            && view::words(value)
                .iter()
                .any(|w| view::is_one_of(w, FIELD_WORDS)));
    same.then_some(Opinion::Drop)
}

/// Returns true when what looks random holds such a word in camel case, as `OAuth2Credentials` and `RSAPrivateKey` do.
///
/// In random base62 of 40 characters a given word of five letters or more begins and ends so with a chance below 1e-7; `Key` needs a
/// bare value, which cannot be a literal in most languages.
fn names_a_type(scene: &Scene<'_>) -> bool {
    let bare = !view::is_in_string(scene);
    view::words(scene.secret()).iter().any(|word| {
        (word.len() >= 5 || (bare && word.len() >= 3)) && view::is_one_of(word, FIELD_WORDS)
    })
}

/// Returns the letters and digits of `text` in lower case.
fn squeezed(text: &[u8]) -> Vec<u8> {
    text.iter()
        .filter(|b| b.is_ascii_alphanumeric())
        .map(u8::to_ascii_lowercase)
        .collect()
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
        let said = testing::opinion(&JUDGE, SecretKind::Password, "a.yml", text, false);
        assert_eq!(said == Some(Opinion::Drop), expected, "{text}");
    }

    #[test]
    fn names() {
        check("db_¦password = \"‹DbPassword›\"", true);
        check("¦password = \"‹user_password›\"", true);
        check("¦password = \"‹LOGIN_SECRET_NAME›\"", true);
        check("access_¦token: ‹OAuth2Credentials›", true);
        check("¦password = \"‹hunter2x›\"", false);
        check("¦password = \"‹Secret!9x7Q›\"", false);
    }
}
