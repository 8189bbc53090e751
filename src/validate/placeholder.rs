//! Passwords that are plainly none: variables, format directives, masks, and the words that stand for a password.

/// Words that stand for a password in examples.
const WORDS: &[&str] = &[
    "password",
    "passwd",
    "pass",
    "pwd",
    "pw",
    "secret",
    "changeme",
    "yourpassword",
    "your_password",
    "your-password",
    "mypassword",
    "dbpassword",
    "db_password",
    "token",
    "example",
    "credentials",
    "redacted",
    // What stands in the place of the password where the user is a token.
    "x-oauth-basic",
    "x-oauth",
    "x",
    "api_token",
    "change_me",
    "change-me",
    "passwort",
    "wachtwoord",
    "senha",
];

/// Passwords that are well known as defaults or for tests; worth nothing on the machine they were typed on.
const TRIVIAL: &[&str] = &[
    "admin",
    "root",
    "test",
    "testing",
    "guest",
    "user",
    "postgres",
    "mysql",
    "mongo",
    "redis",
    "rabbitmq",
    "sa",
    "1234",
    "12345",
    "123456",
    "12345678",
    "123456789",
    "qwerty",
    "letmein",
    "toor",
    "dev",
    "local",
    "foobar",
    "foo",
    "bar",
    "abc123",
];

/// Returns true when `text` is a variable, a format directive, a mask or a word for a password.
pub(super) fn is_placeholder(text: &[u8]) -> bool {
    is_variable(text)
        || is_mask(text)
        || is_label(text)
        || is_constant(text)
        || WORDS
            .iter()
            .any(|w| text.eq_ignore_ascii_case(w.as_bytes()))
}

/// Returns true when `text` is a password that everybody knows.
pub(super) fn is_trivial(text: &[u8]) -> bool {
    TRIVIAL
        .iter()
        .any(|w| text.eq_ignore_ascii_case(w.as_bytes()))
}

/// Words in passwords that were made up for a test or a manual.
const TELLTALES: &[&str] = &[
    "pass", "pwd", "secret", "token", "user", "admin", "test", "custom", "example", "sample",
    "demo",
];

/// Returns true for letters, with digits at the end, that hold a word of tests and manuals, and for small letters
/// alone.
///
/// It may be somebody's password all the same: that it decodes from something proves little.
pub(super) fn is_wordy(text: &[u8]) -> bool {
    let digits = text.iter().rev().take_while(|b| b.is_ascii_digit()).count();
    let word = text[..text.len() - digits].to_ascii_lowercase();
    let letters = word
        .iter()
        .all(|b| b.is_ascii_lowercase() || matches!(b, b'-' | b'_'));
    let holds_word = TELLTALES
        .iter()
        .any(|part| memchr::memmem::find(&word, part.as_bytes()).is_some());
    letters && (holds_word || word == text)
}

/// Returns true for what a shell, a template engine or a formatter fills in.
fn is_variable(text: &[u8]) -> bool {
    let name = |text: &[u8]| {
        !text.is_empty()
            && text
                .iter()
                .all(|b| b.is_ascii_alphanumeric() || b"_-.:".contains(b))
    };
    let within = |open: &[u8], close: &[u8]| {
        text.strip_prefix(open)
            .is_some_and(|rest| rest.ends_with(close))
    };
    let holds = |part: &[u8]| memchr::memmem::find(text, part).is_some();
    holds(b"${")
        || holds(b"{{")
        || holds(b"#{")
        || holds(b"$(")
        || holds(b"%(")
        || within(b"{", b"}")
        || within(b"<", b">")
        || within(b"[", b"]")
        || within(b"%", b"%")
        || matches!(text, [b'%', b's' | b'd' | b'v' | b'q' | b'@'])
        || text.strip_prefix(b"$").is_some_and(name)
        || text.strip_prefix(b"@").is_some_and(name)
}

/// Returns true for the name of a constant or a variable: `ACCESS_KEY`, `API_TOKEN_2`.
fn is_constant(text: &[u8]) -> bool {
    const ENDS: [&[u8]; 8] = [
        b"_KEY",
        b"_TOKEN",
        b"_SECRET",
        b"_PASSWORD",
        b"_PASS",
        b"_PWD",
        b"_PW",
        b"_ID",
    ];
    let digits = text
        .iter()
        .rev()
        .take_while(|b| b.is_ascii_digit() || **b == b'_');
    let text = &text[..text.len() - digits.count()];
    text.iter().all(|b| b.is_ascii_uppercase() || *b == b'_')
        && ENDS.iter().any(|end| text.ends_with(end))
}

/// Returns true for letters of other scripts than Latin alone: what stands for a password there.
fn is_label(text: &[u8]) -> bool {
    let letters = text.iter().filter(|b| **b >= 0x80).count();
    letters > 0
        && text
            .iter()
            .all(|b| *b >= 0x80 || matches!(b, b'_' | b'-' | b' '))
}

/// Returns true for one character over and over, and for an ellipsis.
fn is_mask(text: &[u8]) -> bool {
    let Some(first) = text.first() else {
        return true;
    };
    text.len() >= 2 && text.iter().all(|b| b.eq_ignore_ascii_case(first))
        || text.ends_with(b"...")
        || memchr::memmem::find(text, b"***").is_some()
        || text == "…".as_bytes()
}

#[cfg(test)]
mod tests {
    use super::{is_placeholder, is_wordy};

    #[track_caller]
    fn check(text: &str, expected: bool) {
        assert_eq!(is_placeholder(text.as_bytes()), expected, "{text}");
    }

    #[test]
    fn words_of_tests() {
        for text in [
            "customPass",
            "testpass123",
            "secret-passwd",
            "admin123",
            "opensesame",
        ] {
            assert!(is_wordy(text.as_bytes()), "{text}");
        }
        for text in ["Tr0ub4dor", "hunter2", "pa55-x9Qkass", "kpNofNWNXM"] {
            assert!(!is_wordy(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn placeholders() {
        for text in [
            "${DB_PASS}",
            "$PASS",
            "{{ pw }}",
            "{password}",
            "<pass>",
            "%s",
            "%(pw)s",
            "[PASSWORD]",
            "#{pw}",
            "PASSWORD",
            "ACCESS_KEY",
            "API_TOKEN_2",
            "xxxx",
            "***",
            "ab***",
            "...",
            "%PASS%",
            "$(cat x)",
            "ваш_пароль",
            "パスワード",
        ] {
            check(text, true);
        }
        for text in [
            "Tr0ub4dor",
            "ACCESS_KEX",
            "X7_KEY",
            "пароль7x",
            "pa$$word1",
            "%41bcd",
            "p{x}q",
            "xy",
            "a$b",
        ] {
            check(text, false);
        }
    }
}
