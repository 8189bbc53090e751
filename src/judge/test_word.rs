//! `test-word`: a word that stands for a password, or a password that everyone knows.

use super::{Judge, Opinion, Scene, view};
use crate::rule::SecretKind;

/// The judge.
pub(super) const JUDGE: Judge = Judge {
    name: "test-word",
    says: "is a word that tests and manuals use",
    kinds: &[SecretKind::Opaque, SecretKind::Password],
    opinion,
};

/// Words that only name what stands there. A value made of them alone is nobody's password.
#[rustfmt::skip]
const NAMES: &[&str] = &[
    "password", "passwd", "pass", "pwd", "passphrase", "secret", "secrets", "token", "tokens", "key", "keys",
    "api", "apikey", "user", "username", "login", "email", "auth", "access", "client", "my", "the", "a", "an",
    "new", "old", "current", "confirm", "wrong", "correct", "bad", "good", "valid", "some", "any", "other",
    "another", "test", "tests", "testing", "tester", "private", "public", "hash", "id", "value", "val", "str",
    "string", "text", "data", "name", "hash", "field", "db", "database", "is", "not", "no", "very", "super",
    "really", "long", "short", "random", "unsafe", "insecure", "encrypted", "plain", "plaintext", "temp", "tmp",
    "incorrect", "different", "updated", "changed", "credential", "credentials", "session", "refresh", "bearer",
    "basic", "oauth", "passwort", "contrasena", "for", "of", "in", "to", "with", "and", "or", "secure",
];

/// Passwords that people do use, and everyone tries first.
#[rustfmt::skip]
const KNOWN: &[&str] = &[
    "s3cr3t", "admin", "root", "guest", "letmein", "welcome", "monkey", "dragon", "qwerty", "qwertz", "azerty",
    "iloveyou", "master", "default", "postgres", "mysql", "oracle", "sa", "toor", "changeit", "p@ssw0rd",
    "p@ssword", "passw0rd", "pa55word", "pa$$word", "pa$$w0rd", "trustno1", "demo", "manager", "administrator",
    "system", "hello", "world", "local", "development", "dev", "staging", "correcthorsebatterystaple",
    "minioadmin", "rabbitmq", "redis", "elastic", "vagrant", "docker", "opensesame", "sesame", "open",
    "swordfish", "bob", "alice", "john", "jane", "me",
];

/// Words that tests and manuals put in a value to say what it is there: digits behind them make nobody's password of it.
#[rustfmt::skip]
const EXAMPLES: &[&str] = &[
    "test", "tests", "testing", "tester", "demo", "temp", "tmp", "dev", "development", "staging", "local", "default",
    "hello", "world", "user", "username", "login", "email", "client", "value", "val", "str", "string", "text", "data",
    "name", "field", "hash", "id", "key", "keys", "api", "apikey", "token", "tokens", "auth", "new", "old", "current",
    "confirm", "wrong", "incorrect", "correct", "bad", "good", "valid", "different", "updated", "changed", "some", "any",
    "other", "another", "random", "unsafe", "insecure", "encrypted", "plain", "plaintext", "not", "no", "bob", "alice",
    "john", "jane", "me", "changeit", "correcthorsebatterystaple",
];

fn opinion(scene: &Scene<'_>) -> Option<Opinion> {
    let value = scene.secret().trim_ascii();
    let stem = stem(value);
    let names = view::words(stem);
    if !names.is_empty()
        && has_own_digits(&value[stem.len()..])
        && names.len() <= 2
        && !is_example(stem, &names)
    {
        return None;
    }
    let is_name = |word: &[u8]| view::is_one_of(word, NAMES) || word.iter().all(u8::is_ascii_digit);
    if !names.is_empty() && (names.iter().all(|w| is_name(w)) || is_glued(stem)) {
        // `password` and `my_secret` name; `password123` and `Password!` are what somebody typed.
        return Some(
            if stem.len() == value.len() || value.len() - stem.len() == 1 {
                Opinion::Drop
            } else {
                Opinion::Lower
            },
        );
    }
    let holds_name = ["password", "passwd", "passwort", "geheim"]
        .iter()
        .any(|name| view::contains(value, name));
    let known = view::is_one_of(stem, KNOWN)
        || view::is_one_of(value, KNOWN)
        || is_disguised(stem)
        || is_disguised(value)
        || names
            .iter()
            .all(|w| is_name(w) || view::is_one_of(w, KNOWN));
    (known || holds_name).then_some(Opinion::Lower)
}

/// Returns `value` without the digits and marks it ends in.
fn stem(value: &[u8]) -> &[u8] {
    let tail = value
        .iter()
        .rev()
        .take_while(|b| b.is_ascii_digit() || b"!@#$%^&*?.".contains(b))
        .count();
    // Four digits may be a year, and a word with a year is a password.
    &value[..value.len() - tail]
}

/// Returns true when one of [`EXAMPLES`] is among the words of `stem`, or a longer one is written together with others.
fn is_example(stem: &[u8], names: &[&[u8]]) -> bool {
    const LONGER: usize = 4;
    let long = EXAMPLES.iter().filter(|word| word.len() >= LONGER);
    names.iter().any(|word| view::is_one_of(word, EXAMPLES))
        || long.into_iter().any(|word| view::contains(stem, word))
}

/// Returns true when somebody chose the digits of `tail`: two or more, of which not all follow or repeat each other.
///
/// Everyone tries `admin123`, `welcome1` and `P@ssw0rd!` first, and manuals print them; `admin8241` somebody made up, and
/// `Welcome2024!` dates it.
fn has_own_digits(tail: &[u8]) -> bool {
    let digits: Vec<u8> = tail.iter().copied().filter(u8::is_ascii_digit).collect();
    let known = |pair: &[u8]| pair[0].abs_diff(pair[1]) <= 1 || pair == b"90";
    match digits.as_slice() {
        [] | [_] => false,
        [_, _] => ![b"12", b"01", b"00", b"11", b"99"].contains(&&[digits[0], digits[1]]),
        _ => !digits.windows(2).all(known),
    }
}

/// Returns true for a word of the lists whose letters are replaced by what looks like them: `P@55w0rd`.
fn is_disguised(text: &[u8]) -> bool {
    let plain: Vec<u8> = text
        .iter()
        .map(|b| match b {
            b'@' | b'4' => b'a',
            b'0' => b'o',
            b'1' | b'!' => b'i',
            b'3' => b'e',
            b'5' | b'$' => b's',
            b'7' => b't',
            other => *other,
        })
        .collect();
    plain != text && (view::is_one_of(&plain, KNOWN) || view::is_one_of(&plain, NAMES))
}

/// Returns true when `text` is names written as one word: `testpassword`, `mysecret`, `secretkey`.
fn is_glued(text: &[u8]) -> bool {
    const SHORTEST: usize = 2;
    let mut reachable = vec![false; text.len() + 1];
    reachable[0] = true;
    for at in 0..text.len() {
        if reachable[at] {
            for name in NAMES.iter().filter(|n| n.len() >= SHORTEST) {
                let end = at + name.len();
                if text
                    .get(at..end)
                    .is_some_and(|part| part.eq_ignore_ascii_case(name.as_bytes()))
                {
                    reachable[end] = true;
                }
            }
        }
    }
    !text.is_empty() && reachable[text.len()]
}

#[cfg(test)]
mod tests {
    use super::JUDGE;
    use crate::{
        judge::{Opinion, testing},
        rule::SecretKind,
    };

    #[track_caller]
    fn check(value: &str, expected: Option<Opinion>) {
        let text = format!("password: \"‹{value}›\"");
        assert_eq!(
            testing::opinion(&JUDGE, SecretKind::Password, "a.yml", &text, false),
            expected,
            "{value}"
        );
    }

    #[test]
    fn words() {
        check("password", Some(Opinion::Drop));
        check("my_secret_token", Some(Opinion::Drop));
        check("testPassword", Some(Opinion::Drop));
        check("mysecretkey", Some(Opinion::Drop));
        check("password1", Some(Opinion::Drop));
        check("password123", Some(Opinion::Lower));
        check("admin", Some(Opinion::Lower));
        check("Welcome123!", Some(Opinion::Lower));
        check("qwerty1234567890", Some(Opinion::Lower));
        check("P@ssw0rd", Some(Opinion::Lower));
        check("P@55w0rd!", Some(Opinion::Lower));
        check("w3lc0m3", Some(Opinion::Lower));
        check("42password", Some(Opinion::Lower));
        check("test2024", Some(Opinion::Lower));
        check("testpass4711", Some(Opinion::Lower));
        check("demo_user_4711", Some(Opinion::Lower));
        check("admin111", Some(Opinion::Lower));
        check("admin12", Some(Opinion::Lower));
        check("Welcome2024!", None);
        check("admin8241", None);
        check("password741", None);
        check("Dr@g0n67", None);
        check("Monkey@2012", None);
        check("dragon-monkey-98", None);
        check("Summer2024!", None);
        check("tr0ub4dor&3", None);
    }
}
