//! `template-variable`: something else puts the value here: a shell, a template engine, a format string, a secret store.

use super::{Judge, Opinion, Scene, randomness, view};
use crate::rule::SecretKind;

/// The judge.
pub(super) const JUDGE: Judge = Judge {
    name: "template-variable",
    says: "is a variable that something else fills in",
    kinds: &[SecretKind::Opaque, SecretKind::Password],
    opinion,
};

/// What opens and closes a variable, somewhere in the value.
const PAIRS: &[(&str, &str)] = &[
    ("${", "}"),
    ("$(", ")"),
    ("{{", "}}"),
    ("#{", "}"),
    ("<%", "%>"),
    ("%(", ")s"),
    ("%{", "}"),
    ("[[", "]]"),
    ("@{", "}"),
    ("{%", "%}"),
    ("\\(", ")"),
    ("<", ">"),
    ("((", "))"),
    ("__", "__"),
];

/// What begins a reference to a place that keeps secrets, or to a variable.
#[rustfmt::skip]
const STARTS: &[&str] = &[
    "env.", "env:", "env(", "env[", "process.env", "os.environ", "os.getenv", "getenv", "import.meta.env",
    "secrets.", "var.", "vars.", "local.", "data.", "module.", "param.", "params.", "parameters.", "vault:",
    "vault.", "op://", "ssm:", "arn:", "aws:", "file:", "secretref:", "secret:", "sm://", "gcp:", "ref+",
    "kms:", "credstash:", "azurekeyvault", "!vault", "ENC[", "lookup(", "config.", "settings.",
    "Rails.application",
];

fn opinion(scene: &Scene<'_>) -> Option<Opinion> {
    let value = scene.secret();
    let pair = PAIRS
        .iter()
        .any(|(open, close)| encloses(value, open, close));
    // `${NAME:?message}`: what a shell says where there is no value.
    let message = value.starts_with(b"?") && view::separator(scene) == b":";
    let found = pair
        || message
        || has_hole(value)
        || is_variable(value)
        || is_format(value)
        || (!randomness::looks_random(value)
            && (STARTS.iter().any(|s| starts(value, s)) || cut_off(scene)));
    let in_name = scene
        .before()
        .rsplit(|b| b" \t\"'".contains(b))
        .next()
        .is_some_and(|word| word.starts_with(b"arn:"));
    (found || in_name).then_some(Opinion::Drop)
}

fn starts(value: &[u8], start: &str) -> bool {
    value
        .get(..start.len())
        .is_some_and(|head| head.eq_ignore_ascii_case(start.as_bytes()))
}

/// Returns true when `open` stands in `value` and `close` after it with something between.
fn encloses(value: &[u8], open: &str, close: &str) -> bool {
    let Some(at) = value.windows(open.len()).position(|w| w == open.as_bytes()) else {
        return false;
    };
    let rest = &value[at + open.len()..];
    rest.windows(close.len())
        .skip(1)
        .any(|w| w == close.as_bytes())
}

/// Returns true when the match ends within a variable: `${` with the rest cut off, or a quote inside `#{…}`.
fn cut_off(scene: &Scene<'_>) -> bool {
    let value = scene.secret();
    ["${", "$(", "{{", "#{", "<%"]
        .iter()
        .any(|open| view::contains(value, open))
        || scene.before().ends_with(b"${")
        || scene.before().ends_with(b"{{ ")
}

/// Returns true for `$NAME`, `$name`, `%NAME%`, `@name@`, `{name}`, `{0}`, `:name`, `~name~` as a whole, or `$NAME` at the start.
fn is_variable(value: &[u8]) -> bool {
    let name = |text: &[u8]| {
        !text.is_empty()
            && text
                .iter()
                .all(|b| b.is_ascii_alphanumeric() || b"_.-:".contains(b))
    };
    let digits = |text: &[u8]| text.iter().filter(|b| b.is_ascii_digit()).count();
    match value {
        [b'$', rest @ ..] => {
            (name(rest) && rest[0].is_ascii_alphabetic() && digits(rest) <= 2) || is_below(rest)
        }
        [b'%', inner @ .., b'%']
        | [b'@', inner @ .., b'@']
        | [b'{', inner @ .., b'}']
        | [b'~', inner @ .., b'~'] => name(inner),
        [b':' | b'&' | b'*' | b'!', rest @ ..] => name(rest) && digits(rest) == 0,
        _ => false,
    }
}

/// Returns true for the name of a shell variable with a path behind it: `HOME/bin/askpass`.
fn is_below(text: &[u8]) -> bool {
    let name = text
        .iter()
        .take_while(|b| b.is_ascii_uppercase() || **b == b'_')
        .count();
    name >= 3 && text.get(name) == Some(&b'/')
}

/// Returns true when a name stands in braces within the value, as in format strings: `{user}`, `{base62:8}`, `{0:x}`.
fn has_hole(value: &[u8]) -> bool {
    let Some(open) = memchr::memchr(b'{', value) else {
        return false;
    };
    let inner = &value[open + 1..];
    let name = inner
        .iter()
        .take_while(|b| b.is_ascii_alphanumeric() || b"_.".contains(b))
        .count();
    let rest = &inner[name..];
    let directive = rest.starts_with(b":") && rest.len() > 1 && rest[1..].contains(&b'}');
    (name >= 2 && rest.starts_with(b"}")) || (name >= 1 && directive)
}

/// Returns true when the value is made of format directives and what joins them: `%s`, `%d`, `{}:{}`.
fn is_format(value: &[u8]) -> bool {
    let directive = value
        .windows(2)
        .any(|w| w[0] == b'%' && b"sdvqxi@u".contains(&w[1]))
        || value.windows(2).any(|w| w == b"{}");
    directive && value.iter().filter(|b| b.is_ascii_digit()).count() <= 2
}

#[cfg(test)]
mod tests {
    use super::JUDGE;
    use crate::{
        judge::{Opinion, testing},
        rule::SecretKind,
    };

    #[track_caller]
    fn check(value: &str, expected: bool) {
        let text = format!("password: \"‹{value}›\"");
        let said = testing::opinion(&JUDGE, SecretKind::Password, "a.yml", &text, false);
        assert_eq!(said == Some(Opinion::Drop), expected, "{value}");
    }

    #[test]
    fn what_a_shell_says_where_there_is_no_value() {
        for (text, expected) in [
            ("${DB_¦PASSWORD:‹?missing›}", true),
            ("${DB_¦PASSWORD:-‹hunter2x›}", false),
        ] {
            let said = testing::opinion(&JUDGE, SecretKind::Password, "a.sh", text, false);
            assert_eq!(said == Some(Opinion::Drop), expected, "{text}");
        }
    }

    #[test]
    fn variables() {
        for value in [
            "$HOME/bin/askpass",
            "${DB_PASSWORD}",
            "$PASSWORD",
            "$(cat /run/pw)",
            "{{ vault_pw }}",
            "%(password)s",
            "prefix-%s",
            "#{password}",
            "<%= pw %>",
            "@db.password@",
            "%DB_PASS%",
            "{password}",
            "q{base62:8}{digits:2}",
            "pre_{user}_x",
            "process.env.PW",
            "ENV.fetch",
            "op://vault/item",
            "!vault",
            "user:${pw}@h",
            "__PASSWORD__",
            "<password>",
            ":password",
        ] {
            check(value, true);
        }
        for value in [
            "pa$$w0rd!",
            "Summer2024!",
            "100%Pure4U",
            "$ecr3t99x",
            "a{b}c9!x",
        ] {
            check(value, false);
        }
    }
}
