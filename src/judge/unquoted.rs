//! `unquoted`: a bare value where a person would have to guess whether it is a literal.

use super::{Judge, Opinion, Scene, randomness, view};
use crate::rule::SecretKind;

/// The judge.
pub(super) const JUDGE: Judge = Judge {
    name: "unquoted",
    says: "is a bare word outside of settings",
    kinds: &[SecretKind::Password],
    opinion,
};

fn opinion(scene: &Scene<'_>) -> Option<Opinion> {
    if view::is_in_string(scene) || randomness::looks_random(scene.secret()) {
        return None;
    }
    // A setting begins its line with its name; in the middle of one stands text, a log or a command.
    let gap = scene.span.start.saturating_sub(scene.line.start);
    let head = &scene.bytes
        [scene.line.start.min(scene.span.start)..scene.line.start.min(scene.span.start) + gap];
    let inner = head
        .trim_ascii()
        .iter()
        .filter(|b| b.is_ascii_whitespace())
        .count();
    (inner >= 4).then_some(Opinion::Lower)
}

#[cfg(test)]
mod tests {
    use super::JUDGE;
    use crate::{
        judge::{Opinion, testing},
        rule::SecretKind,
    };

    #[track_caller]
    fn check(text: &str, expected: Option<Opinion>) {
        assert_eq!(
            testing::opinion(&JUDGE, SecretKind::Password, "notes.txt", text, false),
            expected,
            "{text}"
        );
    }

    #[test]
    fn bare_words() {
        check("export DB_¦PASSWORD=‹hunter2x›", None);
        check(
            "you can log in there with ¦password: ‹hunter2x›",
            Some(Opinion::Lower),
        );
        check("you can log in there with ¦password: \"‹hunter2x›\"", None);
    }
}
