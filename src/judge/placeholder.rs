//! `placeholder`: the value says itself that the real one goes here.

use super::{Judge, Opinion, Scene, randomness, view};
use crate::rule::SecretKind;

/// The judge.
pub(super) const JUDGE: Judge = Judge {
    name: "placeholder",
    says: "is a placeholder",
    kinds: &[SecretKind::Token, SecretKind::Opaque, SecretKind::Password],
    opinion,
};

/// Texts of seven letters or more that may stand anywhere, within a token, too.
///
/// Seven letters of a given text stand in 40 random base36 characters with a chance of 34 / 36^7 = 4e-10, in 32 base32
/// characters with 8e-10, whatever the case: for the whole list, and for a token of 500 characters, far below one in a million.
#[rustfmt::skip]
const ANYWHERE: &[&str] = &[
    "example", "placeholder", "changeme", "change_me", "change-me", "changeit", "replaceme", "replace_",
    "replace-", "redacted", "removed_", "youraccess", "yourtoken", "your_token", "your-token", "your_api",
    "your-api", "yourapi", "your_key", "your-key", "yoursecret", "your_secret", "your-secret", "yourpassword",
    "your_password", "your-password", "goes_here", "goes-here", "goeshere", "put_your", "insert_your",
    "dummytoken", "faketoken", "testtoken", "notarealtoken", "not-a-real", "not_a_real", "notareal", "fakefake",
    "xxxxxxxx", "invalidtoken", "sampletoken", "sample_", "hier_eintragen",
];

/// Words that make a value a placeholder where they stand as words of their own.
#[rustfmt::skip]
const WORDS: &[&str] = &[
    "your", "yours", "my_password", "todo", "fixme", "tbd", "dummy", "sample", "example", "examples",
    "placeholder", "changeme", "changethis", "change", "replace", "replaceme", "redacted", "masked", "hidden",
    "removed", "foo", "bar", "baz", "foobar", "foobarbaz", "barbaz", "qux", "blah", "insert", "xxx", "xxxx",
    "yyy", "zzz", "fake", "mock", "bogus", "invalid", "notreal", "lorem", "ipsum", "dein", "deine", "ihr",
    "ihre", "eintragen", "hier", "votre", "ton", "tu", "su", "tua", "sua", "seu", "coloque", "inserisci", "uw",
    "twoje", "twoj", "swoj", "tutaj", "khau", "sandi", "anda", "klucz", "lozinka", "adgangskode", "passord", "haslo", "hasło", "zmien", "wstaw", "jouw", "verander", "ditt", "losenord", "lösenord",
    "kodeord", "heslo", "jelszavad", "sifreniz", "cambiami", "cambiame", "altere", "mude", "remplacer", "reemplazar",
    "geheim", "topsecret", "supersecret", "whatever", "something", "anything", "somepassword",
];

/// Words of [`WORDS`] long enough to be told from chance in a token, where nothing but `_` and `-` stand beside them: five
/// letters and two separators stand in a token of 40 base64url characters with a chance of 1e-9.
const MIN_TOKEN_WORD: usize = 5;

/// Values that say there is none, as a whole.
#[rustfmt::skip]
const NOTHING: &[&str] = &[
    "null", "none", "nil", "undefined", "true", "false", "empty", "default", "unset", "unknown", "n/a",
    "optional", "required", "disabled", "enabled", "missing", "nothing", "anonymous", "string", "boolean",
    "integer", "number", "object", "password here", "secret here", "prompt",
];

/// The same in scripts whose words are not split at spaces.
#[rustfmt::skip]
const OTHER_SCRIPTS: &[&str] = &[
    "ここに", "入力", "あなたの", "вставьте", "введите", "ваш", "请填写", "填写", "你的", "您的", "替换", "여기에", "입력", "aquí",
    "contraseña", "mot de passe",
];

/// Marks that people put around what is to be replaced.
const MARKS: &[(&str, &str)] = &[
    ("‹", "›"),
    ("«", "»"),
    ("【", "】"),
    ("〈", "〉"),
    ("--", "--"),
];

/// Runs of such bytes hide what stood there.
const MASKS: &[&str] = &[
    "***",
    "...",
    "…",
    "•••",
    "xxxx",
    "____",
    "----",
    "####",
    "????",
];

fn opinion(scene: &Scene<'_>) -> Option<Opinion> {
    let body = view::body(scene);
    let certain = ANYWHERE.iter().any(|text| view::contains(body, text));
    if certain || scene.proved {
        return certain.then_some(Opinion::Drop);
    }
    let found = match scene.rule.kind {
        SecretKind::Token => has_token_word(body),
        // Somebody cut it short: what is left opens nothing.
        SecretKind::Opaque if body.ends_with(b"...") => true,
        // Words of other languages than English may look random.
        _ if randomness::looks_random(body) => has_token_word(body),
        _ => is_placeholder(body),
    };
    found.then_some(Opinion::Drop)
}

fn has_token_word(body: &[u8]) -> bool {
    body.split(|b| matches!(b, b'_' | b'-')).any(|word| {
        word.len() >= MIN_TOKEN_WORD && word.len() < body.len() && view::is_one_of(word, WORDS)
    })
}

fn is_placeholder(value: &[u8]) -> bool {
    let trimmed = value.trim_ascii();
    let bracketed = matches!(
        (trimmed.first(), trimmed.last()),
        (Some(b'<'), Some(b'>')) | (Some(b'['), Some(b']'))
    ) || is_note(trimmed);
    let text = trimmed.trim_ascii_end();
    bracketed
        || MARKS.iter().any(|(open, close)| {
            text.starts_with(open.as_bytes()) && text.ends_with(close.as_bytes())
        })
        || view::is_one_of(text, NOTHING)
        || has_word(text)
        || is_words_ending_in_here(text)
        || MASKS.iter().any(|mask| view::contains(text, mask))
        || OTHER_SCRIPTS
            .iter()
            .any(|part| text.windows(part.len()).any(|w| w == part.as_bytes()))
}

/// Returns true for letters in brackets: `(sensitive)`.
fn is_note(text: &[u8]) -> bool {
    let inner = text.strip_prefix(b"(").and_then(|t| t.strip_suffix(b")"));
    inner.is_some_and(|inner| {
        inner
            .iter()
            .all(|b| b.is_ascii_alphabetic() || b" -_".contains(b))
    })
}

/// Returns true when one of [`WORDS`] stands in `text`: a short one between separators, a longer one also in camel case.
fn has_word(text: &[u8]) -> bool {
    let bare = |word: &[u8]| word.iter().take_while(|b| !b.is_ascii_digit()).count();
    let separated = text
        .split(|b| !b.is_ascii_alphanumeric() && *b < 0x80)
        .any(|word| view::is_one_of(&word[..bare(word)], WORDS));
    separated
        || view::words(text)
            .iter()
            .map(|word| &word[..bare(word)])
            .any(|word| word.len() >= 4 && view::is_one_of(word, WORDS))
}

/// Returns true for `password_here`, `key-goes-here`.
fn is_words_ending_in_here(text: &[u8]) -> bool {
    let words = view::words(text);
    words.len() > 1
        && words
            .last()
            .is_some_and(|w| view::is_one_of(w, &["here", "this", "me"]))
}

#[cfg(test)]
mod tests {
    use super::JUDGE;
    use crate::{
        judge::{Opinion, testing},
        rule::{
            SecretKind,
            template::{ALPHABETS, Random},
        },
    };

    #[track_caller]
    fn check(kind: SecretKind, text: &str, expected: bool) {
        for proved in [false, true] {
            if proved && kind != SecretKind::Token {
                continue;
            }
            let said = testing::opinion(&JUDGE, kind, "a.yml", text, proved);
            assert_eq!(
                said == Some(Opinion::Drop),
                expected,
                "{text} proved={proved}"
            );
        }
    }

    #[test]
    fn cut_short() {
        check(
            SecretKind::Opaque,
            "token: ‹7VwW7k6Ak7zcTwoSoNm7aTtbk1g6...›",
            true,
        );
        check(
            SecretKind::Opaque,
            "token: ‹7VwW7k6Ak7zcTwoSoNm7aTtbk1g6›",
            false,
        );
    }

    #[test]
    fn passwords() {
        for text in [
            "changeme",
            "<your password>",
            "your_password_here",
            "********",
            "TODO",
            "replace-this",
            "ExamplePassword",
            "null",
            "foobar",
            "xxxxxx",
            "hier_eintragen",
            "«secret!»",
            "ここにパスワード",
            "请填写密码",
            "put-password-here",
            "dummy123",
            "[password]",
            "votre_mdp",
            "вставьте пароль",
            "jouw_wachtwoord",
            "zmien_mnie",
            "ditt_lösenord",
            "mat_khau_cua_ban",
            "kata_sandi_anda",
            "(sensitive)",
        ] {
            check(SecretKind::Password, &format!("password: ‹{text}›"), true);
        }
        for text in [
            "Summer2024!",
            "hunter2",
            "Barcel0na#",
            "tr0ub4dor&3",
            "mybarfly9",
        ] {
            check(SecretKind::Password, &format!("password: ‹{text}›"), false);
        }
    }

    #[test]
    fn tokens_that_say_so() {
        check(SecretKind::Token, "‹tok_EXAMPLE0123456789abc›", true);
        check(
            SecretKind::Token,
            &format!("‹tok_{}›", "x".repeat(36)),
            true,
        );
        check(SecretKind::Token, "‹tok_your_token_goes_here›", true);
        check(SecretKind::Token, "‹tok_0foo1bar2baz3TODO4test5›", false);
    }

    #[test]
    fn random_tokens_are_never_dropped() {
        let mut random = Random::new(3);
        for (name, letters) in ALPHABETS {
            for draw in 0..600 {
                let token = random.text(letters, 16 + draw % 64);
                for kind in [SecretKind::Token, SecretKind::Opaque] {
                    let text = format!("‹tok_{token}›");
                    if kind == SecretKind::Opaque && *name == "digits" {
                        continue;
                    }
                    assert_eq!(
                        testing::opinion(&JUDGE, kind, "a", &text, false),
                        None,
                        "{text}"
                    );
                }
            }
        }
    }
}
