//! `translation`: the file holds texts of a user interface in some language.

use super::{Judge, Opinion, Scene, view};
use crate::rule::SecretKind;

/// The judge.
pub(super) const JUDGE: Judge = Judge {
    name: "translation",
    says: "stands among texts of a user interface",
    kinds: &[SecretKind::Opaque, SecretKind::Password],
    opinion,
};

/// Folders and words of names of files with translations.
#[rustfmt::skip]
const WORDS: &[&str] = &[
    "locale", "locales", "i18n", "l10n", "lang", "langs", "language", "languages", "translation",
    "translations", "messages", "lproj", "intl", "nls",
];

/// How their names end.
const ENDS: &[&str] = &[
    ".po",
    ".pot",
    ".strings",
    ".xlf",
    ".xliff",
    ".resx",
    ".arb",
    ".ftl",
    ".stringsdict",
];

fn opinion(scene: &Scene<'_>) -> Option<Opinion> {
    let words = view::words(scene.path());
    let found = ENDS.iter().any(|e| scene.path().ends_with(e.as_bytes()))
        || words.iter().any(|w| view::is_one_of(w, WORDS))
        || scene
            .path()
            .split(|b| *b == b'/')
            .any(|part| view::is_one_of(part, WORDS));
    if !found {
        return None;
    }
    let value = scene.secret();
    let typed = value.iter().any(u8::is_ascii_digit) && !value.contains(&b' ');
    Some(if typed { Opinion::Lower } else { Opinion::Drop })
}

#[cfg(test)]
mod tests {
    use super::JUDGE;
    use crate::{
        judge::{Opinion, testing},
        rule::SecretKind,
    };

    #[track_caller]
    fn check(path: &str, value: &str, expected: Option<Opinion>) {
        let text = format!("password: \"‹{value}›\"");
        assert_eq!(
            testing::opinion(&JUDGE, SecretKind::Password, path, &text, false),
            expected,
            "{path}: {value}"
        );
    }

    #[test]
    fn translations() {
        check("config/locales/de.yml", "Kennwort", Some(Opinion::Drop));
        check("po/de.po", "Kennwort", Some(Opinion::Drop));
        check("config/locales/de.yml", "Qx7f9k2!", Some(Opinion::Lower));
        check("config/app.yml", "Kennwort", None);
    }
}
