//! Which values are not worth guarding: they are no secrets, or stand everywhere.

use super::store::{MAX_BYTES, MIN_BYTES};
use crate::{judge::randomness, validate};

/// Values of settings that are no secrets, in lower case.
const SETTINGS: &[&str] = &[
    "undefined",
    "disabled",
    "enabled",
    "localhost",
    "development",
    "production",
    "staging",
    "required",
    "optional",
    "default",
    "postgresql",
    "127.0.0.1",
    "0.0.0.0",
];

/// Fewer different bytes than this are no secret.
const MIN_DISTINCT: usize = 5;

/// Words of source text cost about 3.3 bits a character; what costs less than this is one.
const WORD_BITS: f32 = 4.6;

/// Letters alone up to this length may be a word.
const WORD_BYTES: usize = 20;

/// Digits alone up to this length are a number, a date or an account.
const NUMBER_BYTES: usize = 15;

/// Returns why `value` is not guarded, as the end of a sentence; none when it is.
pub fn refuse(value: &[u8]) -> Option<&'static str> {
    let lower = value.to_ascii_lowercase();
    if value.len() < MIN_BYTES {
        return Some("it has fewer than 8 bytes, and would be guessed at once");
    }
    if value.len() > MAX_BYTES {
        return Some("it has more than 4096 bytes");
    }
    if validate::is_no_secret(value) || SETTINGS.iter().any(|s| s.as_bytes() == lower) {
        return Some("it stands for a secret and is none, or everybody knows it");
    }
    let mut distinct = lower.clone();
    distinct.sort_unstable();
    distinct.dedup();
    if distinct.len() < MIN_DISTINCT || is_sequence(&lower) {
        return Some("it repeats a few characters, or counts them up");
    }
    if value.iter().all(u8::is_ascii_digit) && value.len() <= NUMBER_BYTES {
        return Some("it is a number");
    }
    if is_words(value) {
        return Some("it is made of words, and would be found all over");
    }
    None
}

/// Returns true where most bytes are the one before them plus or minus one.
fn is_sequence(text: &[u8]) -> bool {
    let near = text
        .windows(2)
        .filter(|pair| pair[0].abs_diff(pair[1]) <= 1);
    near.count() * 4 >= (text.len() - 1) * 3
}

/// Returns true for a word, or for words with something between them.
fn is_words(value: &[u8]) -> bool {
    let is_letter = |b: &u8| b.is_ascii_alphabetic() || b"_-. ".contains(b);
    value.iter().all(is_letter)
        && (value.len() <= WORD_BYTES || value.iter().any(|b| !b.is_ascii_alphabetic()))
        && randomness::bits_per_char(value) < WORD_BITS
}

/// What a setting is called that holds a secret, in upper case.
const SECRET_NAMES: &[&str] = &[
    "SECRET",
    "PASSWORD",
    "PASSWD",
    "PASSPHRASE",
    "PASSWORT",
    "PWD",
    "TOKEN",
    "APIKEY",
    "API_KEY",
    "PRIVATE_KEY",
    "ACCESS_KEY",
    "ENCRYPTION_KEY",
    "SIGNING_KEY",
    "MASTER_KEY",
    "ACCOUNT_KEY",
    "_KEY",
    "CREDENTIAL",
    "_PASS",
    "_AUTH",
    "DSN",
    "CONNECTION_STRING",
    "CONNECTIONSTRING",
    "WEBHOOK",
    "_PAT",
    "_SALT",
    "PEPPER",
];

/// What it is called when it does not, whatever else is in its name.
const OTHER_NAMES: &[&str] = &[
    "_ID",
    "_FILE",
    "_PATH",
    "_DIR",
    "_NAME",
    "_USER",
    "_HOST",
    "_PORT",
    "_REGION",
    "_EXPIRES",
    "_EXPIRY",
    "_TTL",
    "_LENGTH",
    "_ALGORITHM",
    "_ISSUER",
    "_TYPE",
];

/// Returns true when a setting called `name` with this `value` is taken for a secret: its name says so, or it looks machine-made.
pub fn is_secret(name: &str, value: &[u8]) -> bool {
    let name = name.to_ascii_uppercase().replace(['-', '.'], "_");
    let public = name.contains("PUBLIC") || name.contains("PUBLISHABLE");
    if public || OTHER_NAMES.iter().any(|end| name.ends_with(end)) {
        return false;
    }
    SECRET_NAMES.iter().any(|part| name.contains(part))
        || name == "PASS"
        || randomness::looks_random(value)
}

#[cfg(test)]
mod tests {
    use super::{is_secret, refuse};
    use crate::rule::template::{Random, fill};

    #[track_caller]
    fn refused(value: &str, expected: bool) {
        assert_eq!(refuse(value.as_bytes()).is_some(), expected, "{value}");
    }

    #[test]
    fn what_is_no_secret() {
        for value in [
            "",
            "short",
            "1234567",
            "true",
            "localhost",
            "development",
            "12345678",
            "abcdefgh",
            "aaaaaaaaaaaa",
            "changeme",
            "your-password",
            "${DB_PASSWORD}",
            "correct horse battery",
            "administrator",
            "20260131",
        ] {
            refused(value, true);
        }
        refused(&"x".repeat(5000), true);
    }

    #[test]
    fn what_may_be_one() {
        let mut random = Random::new(1);
        for template in [
            "{hex:32}",
            "{base62:12}",
            "{base64:40}",
            "{base32:16}",
            "{base62:8}9!",
        ] {
            for _ in 0..200 {
                refused(&fill(template, &mut random).unwrap(), false);
            }
        }
        // What a person may have chosen is guarded, too, though it is worth less.
        refused(&["Tr0ub4", "dor&3"].concat(), false);
    }

    #[test]
    fn names() {
        #[track_caller]
        fn check(name: &str, value: &str, expected: bool) {
            assert_eq!(is_secret(name, value.as_bytes()), expected, "{name}");
        }
        let random = fill("{base62:24}", &mut Random::new(2)).unwrap();
        check("DB_PASSWORD", "x", true);
        check("db.password", "x", true);
        check("STRIPE_SECRET_KEY", "x", true);
        check("LOG_LEVEL", "verbose", false);
        check("SOMETHING", &random, true);
        check("AWS_ACCESS_KEY_ID", &random, false);
        check("NEXT_PUBLIC_KEY", &random, false);
        check("TOKEN_FILE", "/run/secrets/token", false);
    }
}
