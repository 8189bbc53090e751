//! `identifier`: words without a digit or a mark, as names are made.

use super::{Judge, Opinion, Scene, view, vocabulary, walks};
use crate::rule::SecretKind;

/// The judge.
pub(super) const JUDGE: Judge = Judge {
    name: "identifier",
    says: "is made of words, as names are",
    kinds: &[SecretKind::Password],
    opinion,
};

fn opinion(scene: &Scene<'_>) -> Option<Opinion> {
    let value = scene.secret();
    if value.strip_suffix(b"=").is_some_and(view::is_words) {
        // An empty assignment before another one: `password= user=`.
        return Some(Opinion::Drop);
    }
    if !view::is_words(value) || value.contains(&b' ') {
        return None;
    }
    if value.iter().any(u8::is_ascii_digit) {
        // `minimum-8`, `sha-256`: digits count what the words name.
        let words = view::words(value);
        let counted = words.len() > 1 && words.iter().all(|word| vocabulary::is_technical(word));
        return counted.then_some(Opinion::Lower);
    }
    // "The password is `incorrect`" speaks of words.
    if scene.rule.id.starts_with("prose-") && !vocabulary::is_phrase(value) {
        return Some(Opinion::Drop);
    }
    // `f("password", "email_address")` lists names.
    let listed = view::is_listed(scene);
    if !listed && vocabulary::is_phrase(value) {
        return None;
    }
    let camel = view::words(value).len() > 1 && !value.iter().any(|b| b"-./:".contains(b));
    let foreign = vocabulary::is_foreign(value) && walks::covered(value) == 0;
    Some(if listed || (camel && !foreign) {
        Opinion::Drop
    } else {
        Opinion::Lower
    })
}

#[cfg(test)]
mod tests {
    use super::JUDGE;
    use crate::{
        judge::{Opinion, testing},
        rule::SecretKind,
    };

    #[track_caller]
    fn check(text: &str, expected: Option<Opinion>) {
        assert_eq!(
            testing::opinion(&JUDGE, SecretKind::Password, "a.yml", text, false),
            expected,
            "{text}"
        );
    }

    #[test]
    fn names() {
        check("¦password: \"‹loginForm›\"", Some(Opinion::Drop));
        check("¦password: \"‹account_name›\"", Some(Opinion::Drop));
        check("¦password: \"‹swordfisch›\"", Some(Opinion::Lower));
        check("¦password: \"‹Needle_Marble›\"", Some(Opinion::Lower));
        check("¦password: \"‹lemon-tiger-castle›\"", None);
        check("¦password: \"‹user-profile-image›\"", Some(Opinion::Lower));
        check("¦password\", \"‹lemon-tiger-castle›\"", Some(Opinion::Drop));
        check("¦password\", \"‹telephone›\"", Some(Opinion::Drop));
        check("¦password: \"‹maple7orbit›\"", None);
        check("¦password: \"‹minimum-8›\"", Some(Opinion::Lower));
        check("¦password: \"‹maple-8›\"", None);
        check("¦password= ‹user=›", Some(Opinion::Drop));
    }
}
