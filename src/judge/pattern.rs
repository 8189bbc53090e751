//! `pattern`: a regular expression, markup, a query.

use super::{Judge, Opinion, Scene};
use crate::rule::SecretKind;

/// The judge.
pub(super) const JUDGE: Judge = Judge {
    name: "pattern",
    says: "is a pattern or markup",
    kinds: &[SecretKind::Opaque, SecretKind::Password],
    opinion,
};

/// What passwords hardly hold and patterns, markup and code do.
#[rustfmt::skip]
const PARTS: &[&str] = &[
    "[^", "\\d", "\\w", "\\s", "\\b", "(?:", "(?=", "(?!", ".*", ".+", "[a-z", "[A-Z", "[0-9", "</", "/>",
    "=\\\"", "=>", " = ", "();", "&&", "||", "){", "[]", "\\n", "\\t", "\\e[",
];

fn opinion(scene: &Scene<'_>) -> Option<Opinion> {
    let value = scene.secret();
    let part = PARTS
        .iter()
        .any(|part| value.windows(part.len()).any(|w| w == part.as_bytes()));
    let anchored = value.first() == Some(&b'^') && value.last() == Some(&b'$');
    // A string that begins with what ends code: the quote before it closed one, and did not open one.
    let between = value.starts_with(b" ")
        || value.starts_with(b"+ ")
        || (matches!(value.first(), Some(b',' | b')' | b']' | b'}' | b';'))
            && value.contains(&b' '));
    (part || anchored || between).then_some(Opinion::Drop)
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
    fn patterns() {
        for value in [
            "^[a-z0-9]+$",
            "(?:a|b)",
            "\\d{4,8}",
            "<b>x</b>",
            ", other: ",
        ] {
            check(value, true);
        }
        for value in ["Summer2024!", "^caret9x", "a[1]b{2}!", "]35d/{pB9"] {
            check(value, false);
        }
    }
}
