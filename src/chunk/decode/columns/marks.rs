//! Names of columns that may hold a credential.

use std::{borrow::Cow, sync::LazyLock};

/// Words that names of credentials are made of, in any case: those that the rules for names look for, too, so that the prefilter has no more
/// to do.
const WORDS: &[&str] = &[
    "pass",
    "pwd",
    "senha",
    "wachtwoord",
    "contrasena",
    "secret",
    "token",
    "credential",
];

/// The same in other scripts, as they stand.
const OTHER_SCRIPTS: &[&str] = &[
    "contraseña",
    "Contraseña",
    "密码",
    "密碼",
    "パスワード",
    "пароль",
    "Пароль",
    "비밀번호",
];

/// What stands before `key` in the name of one.
const KEYS: &[&str] = &[
    "access",
    "account",
    "api",
    "auth",
    "encryption",
    "license",
    "master",
    "private",
    "shared",
    "signing",
];

/// What joins them.
const JOINTS: &[&str] = &["_", "-", " ", ""];

/// The longest mark, in bytes: `비밀번호`, `encryption_key` and `パスワード` have fewer.
pub(super) const MAX_BYTES: usize = 16;

/// Returns the literals where a mark may stand, with true for those in either case.
pub fn literals() -> Vec<(Cow<'static, str>, bool)> {
    let words = WORDS.iter().map(|text| (Cow::Borrowed(*text), true));
    let others = OTHER_SCRIPTS
        .iter()
        .map(|text| (Cow::Borrowed(*text), false));
    let keys = KEYS.iter().flat_map(|first| {
        let key = move |joint: &&str| (Cow::Owned(format!("{first}{joint}key")), true);
        JOINTS.iter().map(key)
    });
    words.chain(others).chain(keys).collect()
}

/// A mark, and true where case does not count.
type Mark = (Vec<u8>, bool);

/// Marks by their first byte, in lower case.
static BY_FIRST: LazyLock<Vec<Vec<Mark>>> = LazyLock::new(|| {
    let mut out = vec![Vec::new(); 256];
    for (text, fold) in literals() {
        let text = text.into_owned().into_bytes();
        out[usize::from(text[0])].push((text, fold));
    }
    out
});

/// Returns how long the mark is that stands at `at`.
pub(super) fn len_at(bytes: &[u8], at: usize) -> Option<usize> {
    let [first, second, ..] = *bytes.get(at..)? else {
        return None;
    };
    let second = second.to_ascii_lowercase();
    let is_here = |(text, fold): &&Mark| {
        // Most places are told by the second byte, at less cost than a comparison.
        text[1] == second
            && bytes
                .get(at..at + text.len())
                .is_some_and(|here| here == &text[..] || *fold && here.eq_ignore_ascii_case(text))
    };
    let marks = &BY_FIRST[usize::from(first.to_ascii_lowercase())];
    marks.iter().find(is_here).map(|(text, _)| text.len())
}

#[cfg(test)]
mod tests {
    use super::{MAX_BYTES, len_at, literals};

    #[test]
    fn marks_are_found_in_their_case() {
        for (text, at, len) in [
            ("db_PassWord", 3, Some(4)),
            ("API Key", 0, Some(7)),
            ("accesskey", 0, Some(9)),
            ("access", 0, None),
            ("Пароль", 0, Some(12)),
            ("compute", 0, None),
            ("", 0, None),
        ] {
            assert_eq!(len_at(text.as_bytes(), at), len, "{text}");
        }
        assert!(literals().iter().all(|(text, _)| text.len() <= MAX_BYTES));
    }
}
