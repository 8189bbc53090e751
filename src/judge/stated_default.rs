//! `stated-default`: a sentence says that the password is a default, an example or a new one for a while.

use super::{Judge, Opinion, Scene, view};
use crate::rule::SecretKind;

/// The judge.
pub(super) const JUDGE: Judge = Judge {
    name: "stated-default",
    says: "is said to be a default or an example",
    kinds: &[SecretKind::Opaque, SecretKind::Password],
    opinion,
};

/// What a sentence calls a password that opens nothing of anybody.
const WORDS: &[&str] = &[
    "default",
    "initial",
    "example",
    "sample",
    "dummy",
    "demo",
    "test",
    "testing",
    "temporary",
    "fake",
    "weak",
    "bad",
    "common",
    "such",
    "say",
    "suppose",
    "if",
    "when",
];

/// How many words before the name are looked at.
const NEAR_WORDS: usize = 8;

fn opinion(scene: &Scene<'_>) -> Option<Opinion> {
    if !scene.rule.id.starts_with("prose-") {
        return None;
    }
    let said = |text: &[u8]| {
        let words = view::words(text).into_iter().rev().take(NEAR_WORDS);
        words.into_iter().any(|word| view::is_one_of(word, WORDS))
    };
    let before = &scene.bytes[scene.line.start.min(scene.span.start)..scene.span.start];
    let within = &scene.bytes[scene.span.start..scene.secret_span.start];
    (said(before) || said(within)).then_some(Opinion::Lower)
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::opinion;
    use crate::{
        judge::{Opinion, PathView, Scene, testing},
        rule::SecretKind,
    };

    #[track_caller]
    fn check(id: &'static str, text: &str, expected: Option<Opinion>) {
        let text = text.replace("PASSWORD", "`hunter2x`");
        let mut rule = testing::rule(SecretKind::Password);
        rule.id = Cow::Borrowed(id);
        let start = text.find("password").unwrap();
        let value = text.find('`').unwrap() + 1;
        let end = text.rfind('`').unwrap();
        let scene = Scene {
            rule: &rule,
            bytes: text.as_bytes(),
            span: start..end + 1,
            secret_span: value..end,
            line: 0..text.len(),
            path: PathView::Known(b"README.md"),
            proved: false,
        };
        assert_eq!(opinion(&scene), expected, "{text}");
    }

    #[test]
    fn sentences() {
        let lower = Some(Opinion::Lower);
        check(
            "prose-password",
            "The default admin password is PASSWORD.",
            lower,
        );
        check(
            "prose-password",
            "The password of the test user is PASSWORD.",
            lower,
        );
        check(
            "prose-password",
            "If the password is PASSWORD, it fails.",
            lower,
        );
        check(
            "prose-password",
            "The root password of db1 is PASSWORD.",
            None,
        );
        check(
            "generic-password",
            "The default password is PASSWORD.",
            None,
        );
    }
}
