//! `code-reference`: an expression of the program, not a literal.

use bstr::ByteSlice as _;

use super::{Judge, Opinion, Scene, randomness, view, vocabulary};
use crate::rule::SecretKind;

/// The judge.
pub(super) const JUDGE: Judge = Judge {
    name: "code-reference",
    says: "is an expression, not a literal",
    kinds: &[SecretKind::Opaque, SecretKind::Password],
    opinion,
};

/// What begins an expression.
#[rustfmt::skip]
const STARTS: &[&str] = &[
    "self.", "this.", "await", "new ", "&self", "cls.", "super.", "function", "lambda", "@", "->", "::",
    "params[", "request.", "req.", "ctx.", "args.", "opts.", "options.",
];

fn opinion(scene: &Scene<'_>) -> Option<Opinion> {
    let value = scene.secret();
    if view::is_in_string(scene) {
        return (is_dotted(value) || is_call(value) || is_cut_subscript(scene))
            .then_some(Opinion::Drop);
    }
    let random = randomness::looks_random(value) || randomness::is_uuid(value);
    // A comment of a source file may hold a command or a URL, in which nothing is quoted.
    let text = view::is_in_comment(scene) && has_syntax_of_its_own(scene) && !view::is_words(value);
    let in_source = !text && view::language(scene.path()) == view::Language::Source;
    // An expression of a source file could be a random literal only inside a comment or a here-document: then it looks so.
    let found = (in_source && (!random || is_member(value)))
        || is_dotted(value)
        || is_call(value)
        || continues(scene)
        || is_cut_subscript(scene)
        || (!random && STARTS.iter().any(|s| value.starts_with(s.as_bytes())))
        || view::contains(value, "::")
        || view::contains(value, "->");
    if found {
        // `# password: Winter2024!`: no name has such marks, and no number such letters.
        let typed = view::is_in_comment(scene) && is_typed(value) && !continues(scene);
        return Some(if typed { Opinion::Lower } else { Opinion::Drop });
    }
    (in_source && random && !view::is_in_comment(scene)).then_some(Opinion::Lower)
}

/// Returns true for rules that know commands, URLs or connection strings, and no assignments.
fn has_syntax_of_its_own(scene: &Scene<'_>) -> bool {
    let assigned = ["config-password", "xml-password"];
    !scene.rule.id.starts_with("generic-") && !assigned.contains(&scene.rule.id.as_ref())
}

/// Returns true for a capital letter, a small one and a digit, with a mark at the end.
fn is_typed(value: &[u8]) -> bool {
    let has = |test: fn(&u8) -> bool| value.iter().any(test);
    has(u8::is_ascii_uppercase)
        && has(u8::is_ascii_lowercase)
        && has(u8::is_ascii_digit)
        && value.last().is_some_and(|b| b"!#$%*?+@".contains(b))
}

/// Returns true for two or more identifiers joined by dots: `user.password`, `settings.DB_PASSWORD`.
///
/// A word that people use and programs do not is no identifier: `yellow.lemon7`.
fn is_dotted(value: &[u8]) -> bool {
    let mut parts = value.split(|b| *b == b'.').peekable();
    value.contains(&b'.')
        && !randomness::looks_random(value)
        && !vocabulary::is_foreign(value)
        && parts.all(|part| {
            let digits = part.iter().filter(|b| b.is_ascii_digit()).count();
            part.first()
                .is_some_and(|b| b.is_ascii_alphabetic() || *b == b'_' || *b == b'$')
                && part[1..]
                    .iter()
                    .all(|b| b.is_ascii_alphanumeric() || b"_-?!".contains(b))
                && digits * 4 <= part.len()
        })
}

/// Returns true for identifiers without digits that are joined by dots, however rare their letters: `ASLParser.LBRACK`.
fn is_member(value: &[u8]) -> bool {
    value.contains(&b'.')
        && value.split(|b| *b == b'.').all(|part| {
            !part.is_empty() && part.iter().all(|b| b.is_ascii_alphabetic() || *b == b'_')
        })
}

/// Returns true for an identifier with brackets behind it: `getPassword()`, `args[0]`, `ini_get(` before a quote.
fn is_call(value: &[u8]) -> bool {
    let name = value
        .iter()
        .take_while(|b| b.is_ascii_alphanumeric() || b"_.$".contains(b))
        .count();
    let (open, last) = (value.get(name), value.last());
    let closed = matches!(
        (open, last),
        (Some(b'('), Some(b'(' | b')')) | (Some(b'['), Some(b']'))
    );
    name > 2 && closed
}

/// Returns true for an identifier and an open `[`, where a quote ends the match: `config['github']`, `input[name="password"]`.
fn is_cut_subscript(scene: &Scene<'_>) -> bool {
    let value = scene.secret();
    let Some(open) = memchr::memchr(b'[', value) else {
        return false;
    };
    let is_name = |text: &[u8]| {
        text.first().is_some_and(u8::is_ascii_alphabetic)
            && text
                .iter()
                .all(|b| b.is_ascii_alphanumeric() || b"_.-".contains(b))
            && !randomness::looks_random(text)
    };
    let is_word =
        |text: &[u8]| !text.is_empty() && text.iter().all(|b| b.is_ascii_lowercase() || *b == b'-');
    let (name, inner) = (&value[..open], &value[open + 1..]);
    let quote = scene
        .after()
        .first()
        .is_some_and(|b| matches!(b, b'"' | b'\'' | b'`' | b'\\'));
    let attribute = inner
        .strip_suffix(b"=")
        .is_some_and(|attribute| is_word(attribute.trim_end_with(|c| "~^$*|".contains(c))));
    let index = inner.is_empty() && !view::is_quoted(scene);
    quote && is_name(name) && (index || attribute)
}

/// Returns true when the expression goes on after the value: a call, an index, an operator.
fn continues(scene: &Scene<'_>) -> bool {
    let after = scene.after();
    after.starts_with(b"(")
        || after.starts_with(b"[")
        || after.starts_with(b" ? ")
        || after.starts_with(b" || ")
        || after.starts_with(b" + ")
}

#[cfg(test)]
mod tests {
    use super::JUDGE;
    use crate::{
        judge::{Opinion, testing},
        rule::SecretKind,
    };

    #[track_caller]
    fn check(path: &str, text: &str, expected: bool) {
        let said = testing::opinion(&JUDGE, SecretKind::Password, path, text, false);
        assert_eq!(said == Some(Opinion::Drop), expected, "{path}: {text}");
    }

    #[test]
    fn what_looks_random_is_less_sure_outside_of_comments() {
        let said = |text: &str| testing::opinion(&JUDGE, SecretKind::Opaque, "a.c", text, false);
        let value = "kQxWvZpT7Rb4Zr9XqLw2mN8s";
        assert_eq!(said(&format!("token = ‹{value}›")), Some(Opinion::Lower));
        assert_eq!(said(&format!("  // token: ‹{value}›")), None);
        assert_eq!(
            said(&format!("#define token ‹{value}›")),
            Some(Opinion::Lower)
        );
    }

    #[test]
    fn expressions() {
        check("a.py", "password = ‹get_password›(user)", true);
        check("a.py", "password = ‹hunter2x›", true);
        check("a.yml", "password: ‹hunter2x›", false);
        check("a.yml", "password: ‹user.password›", true);
        check("a.yml", "password: ‹yellow.lemon7›", false);
        check("a.py", "password = ‹yellow.lemon7›", true);
        check("a.py", "# password = ‹get_secret.now›", true);
        check("a.py", "# password = ‹Winter2024!›", false);
        check("a.js", "password: \"‹form.password.label›\"", true);
        check("a.js", "password: \"‹Qx7.9fk2a!›\"", false);
        check("a.sh", "PASSWORD=‹args[1]›", true);
        check(
            "a.java",
            "String url = \"jdbc:x;password=‹Qx79fk2›;\"",
            false,
        );
        check("a.py", "getToken(‹ASLParser.LBRACK›, 0)", true);
        check("a.py", "getToken(‹kQxWvZpT7Rb.Zr9XqLw›, 0)", false);
        check("hook", "password = ‹config[›'github']['password']", true);
        check(
            "a.yml",
            "PASSWORD_BOX: '‹input[name=›\"login_password\"]'",
            true,
        );
        check("a.yml", "password: '‹shelter[›'", false);
        check("a.yml", "password: '‹Kq7[x9=›'", false);
        check("a.cc", "password = ‹ns::value›;", true);
        check("a.c", "// password = ‹get_password›(user)", true);
        check("a.yml", "password: ‹hunter2-x_y›", false);
    }
}
