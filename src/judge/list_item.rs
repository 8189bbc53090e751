//! `list-item`: the word before the value is an item of a list, not its name.

use super::{Judge, Opinion, Scene, view};
use crate::rule::SecretKind;

/// The judge.
pub(super) const JUDGE: Judge = Judge {
    name: "list-item",
    says: "is the next item of a list, not the value of a name",
    kinds: &[SecretKind::Opaque, SecretKind::Password],
    opinion,
};

fn opinion(scene: &Scene<'_>) -> Option<Opinion> {
    if !view::is_listed(scene) {
        return None;
    }
    // `define('PASSWORD', '…')` and `put("password", "…")` name their second argument with the first one; `["a", "password", "b"]`
    // only lists words.
    let name = view::name(scene).len();
    let separator = view::separator(scene).len();
    let start = scene.secret_span.start.checked_sub(name + separator)?;
    let head = scene
        .bytes
        .get(scene.line.start.min(start)..start)?
        .trim_ascii_end();

    // The name is the whole of its string, and an argument; Ruby and Perl leave the brackets out.
    let outside = match head.split_last() {
        Some((b'"' | b'\'' | b'`', rest)) => rest.strip_suffix(b"\\").unwrap_or(rest),
        _ => return Some(Opinion::Drop),
    };
    let argument = outside
        .trim_ascii_end()
        .last()
        .is_some_and(|b| *b == b'(' || b.is_ascii_alphanumeric() || *b == b'_');
    // `buildConfigField "String", "API_KEY", "…"` names its third argument with the second one.
    let line = outside.trim_ascii_start();
    let argument =
        argument || line.starts_with(b"buildConfigField") || line.starts_with(b"resValue");
    let argument = argument || is_row(scene, outside);
    (!argument || view::is_words(scene.secret())).then_some(Opinion::Drop)
}

/// Returns true in a row of SQL whose first column is a number, as tables of settings have them: `(7, 'api_key', '…')`.
fn is_row(scene: &Scene<'_>, head: &[u8]) -> bool {
    let Some(open) = memchr::memrchr(b'(', head) else {
        return false;
    };
    let number = head[open + 1..].trim_ascii_end().strip_suffix(b",");
    number.is_some_and(|text| !text.is_empty() && text.iter().all(u8::is_ascii_digit))
        && scene
            .after()
            .get(1)
            .is_some_and(|b| matches!(b, b',' | b')'))
        && (scene.path().ends_with(b".sql")
            || view::contains(&scene.bytes[scene.line.clone()], "values"))
}

#[cfg(test)]
mod tests {
    use super::JUDGE;
    use crate::{
        judge::{Opinion, testing},
        rule::SecretKind,
    };

    #[track_caller]
    fn check(text: &str, expected: bool) {
        let said = testing::opinion(&JUDGE, SecretKind::Password, "a.php", text, false);
        assert_eq!(said == Some(Opinion::Drop), expected, "{text}");
    }

    #[test]
    fn lists() {
        check("define('DB_¦PASSWORD', '‹hunter2x›');", false);
        check("map.put(\"¦password\", \"‹hunter2x›\")", false);
        check("Moved(\"HTTP¦Password\", \"‹urllib2›\")", true);
        check("[\"md5\", \"¦password\", \"‹scram-sha-256›\"]", true);
        check("has_member('struct ¦passwd', '‹pw_gecos›')", true);
        check("define(\\\"¦password\\\", \\\"‹hunter2x›\\\")", false);
        check("hidden_field '¦password', '‹hunter2x›'", false);
        check("password = \"‹hunter2x›\"", false);
        check(
            "INSERT INTO a VALUES (7, '¦password', '‹hunter2x›');",
            false,
        );
        check("INSERT INTO a VALUES (7, '¦password', '‹strength›');", true);
        check("f(7, '¦password', '‹hunter2x›')", true);
        check(
            "resValue \"string\", \"db_¦password\", \"‹hunter2x›\"",
            false,
        );
        check("{\"key\": \"¦password\", \"value\": \"‹hunter2x›\"}", false);
    }
}
