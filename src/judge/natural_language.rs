//! `natural-language`: a sentence or a label for people.

use super::{Judge, Opinion, Scene, view};
use crate::rule::SecretKind;

/// The judge.
pub(super) const JUDGE: Judge = Judge {
    name: "natural-language",
    says: "is text for people",
    kinds: &[SecretKind::Opaque, SecretKind::Password],
    opinion,
};

fn opinion(scene: &Scene<'_>) -> Option<Opinion> {
    let value = scene.secret();
    if view::is_quoted(scene) || value.contains(&b' ') {
        let passphrase = view::contains(view::name(scene), "phrase");
        return is_sentence(value).then_some(if passphrase {
            Opinion::Lower
        } else {
            Opinion::Drop
        });
    }
    (is_label(value) || is_prose(scene)).then_some(Opinion::Drop)
}

/// Returns true for several words of letters, or for words with a mark at the end: `Enter it`, `Password:`.
fn is_sentence(value: &[u8]) -> bool {
    if is_label(value) {
        return true;
    }
    let parts: Vec<&[u8]> = value
        .split(u8::is_ascii_whitespace)
        .filter(|p| !p.is_empty())
        .collect();
    let plain = parts.iter().filter(|part| is_plain(part)).count();
    parts.len() >= 2 && plain * 3 >= parts.len() * 2
}

/// Returns true for a word as it stands in a sentence: letters of any script with a mark beside them.
fn is_plain(part: &[u8]) -> bool {
    let bare: Vec<u8> = part
        .iter()
        .copied()
        .filter(|b| !b"'.,:;!?()-/\"&%".contains(b))
        .collect();
    bare.iter().all(|b| b.is_ascii_alphabetic() || *b >= 0x80)
}

/// Returns true for letters that end in `:`, `?` or `.`, or text of another script without a digit.
fn is_label(value: &[u8]) -> bool {
    let letters = |text: &[u8]| {
        text.iter()
            .all(|b| b.is_ascii_alphabetic() || *b >= 0x80 || b" '-_".contains(b))
    };
    match value {
        [text @ .., b':' | b'?' | b'.' | b','] => letters(text),
        _ => letters(value) && value.iter().any(|b| *b >= 0x80),
    }
}

/// Returns true when an unquoted value is a word of a sentence: more words follow it, or it stands in prose after a colon.
fn is_prose(scene: &Scene<'_>) -> bool {
    let word = scene
        .secret()
        .iter()
        .all(|b| b.is_ascii_alphabetic() || b"-'/.".contains(b));
    let mut following = scene
        .after()
        .split(|b| *b == b' ')
        .skip(1)
        .filter(|p| !p.is_empty());
    let next_is_word = following.next().is_some_and(|p| {
        p.iter()
            .all(|b| b.is_ascii_alphabetic() || b"',.-".contains(b))
            && p.first() != Some(&b'-')
    });
    let by_colon = view::separator(scene).contains(&b':');
    word && ((next_is_word && by_colon) || view::language(scene.path()) == view::Language::Prose)
}

#[cfg(test)]
mod tests {
    use super::JUDGE;
    use crate::{
        judge::{Opinion, testing},
        rule::SecretKind,
    };

    #[track_caller]
    fn check(path: &str, text: &str, expected: Option<Opinion>) {
        assert_eq!(
            testing::opinion(&JUDGE, SecretKind::Password, path, text, false),
            expected,
            "{text}"
        );
    }

    #[test]
    fn sentences() {
        check(
            "a.js",
            "¦password: \"‹Please enter it›\"",
            Some(Opinion::Drop),
        );
        check("a.js", "¦password: \"‹Kennwort:›\"", Some(Opinion::Drop));
        check("a.js", "¦password: \"‹Пароль›\"", Some(Opinion::Drop));
        check(
            "a.js",
            "¦passphrase: \"‹maple orbit candle fox›\"",
            Some(Opinion::Lower),
        );
        check("a.js", "¦password: \"‹k9 Zx! 77q›\"", None);
        check(
            "a.txt",
            "The ¦password: ‹something› that you chose",
            Some(Opinion::Drop),
        );
        check("a.sh", "PG¦PASSWORD=‹hunterx› psql", None);
        check("a.md", "¦password: ‹swordfisch›", Some(Opinion::Drop));
    }
}
