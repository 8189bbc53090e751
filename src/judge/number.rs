//! `number`: a number, a version, a date, an address.

use super::{Judge, Opinion, Scene, view};
use crate::rule::SecretKind;

/// The judge.
pub(super) const JUDGE: Judge = Judge {
    name: "number",
    says: "is a number, a version or a date",
    kinds: &[SecretKind::Opaque, SecretKind::Password],
    opinion,
};

fn opinion(scene: &Scene<'_>) -> Option<Opinion> {
    let value = scene.secret();
    if !is_number(value) {
        return None;
    }
    // Somebody may have typed digits between quotes, where a password is asked for.
    let typed = scene.rule.kind == SecretKind::Password
        && view::is_quoted(scene)
        && value.iter().all(u8::is_ascii_digit);
    Some(if typed { Opinion::Lower } else { Opinion::Drop })
}

fn is_number(value: &[u8]) -> bool {
    let rest = match value {
        [b'0', b'x' | b'X', hex @ ..] if hex.len() <= 16 => {
            return hex.iter().all(u8::is_ascii_hexdigit);
        }
        // A version, or a range of versions (https://semver.org, npm's `^` and `~`).
        [b'v' | b'V' | b'^' | b'~', rest @ ..] => rest,
        _ => value,
    };
    rest.first()
        .is_some_and(|b| b.is_ascii_digit() || b"+-.".contains(b))
        && rest
            .iter()
            .all(|b| b.is_ascii_digit() || b".-_:/+, TZ%eE".contains(b))
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
            testing::opinion(&JUDGE, SecretKind::Password, "a.yml", text, false),
            expected,
            "{text}"
        );
    }

    #[test]
    fn numbers() {
        check("password: ‹84720193›", Some(Opinion::Drop));
        check("password: \"‹84720193›\"", Some(Opinion::Lower));
        check("password: ‹2024-05-06›", Some(Opinion::Drop));
        check("password: ‹v1.22.3›", Some(Opinion::Drop));
        check("password: \"‹^7.1.3›\"", Some(Opinion::Drop));
        check("password: ‹0x1f4aa0›", Some(Opinion::Drop));
        check("password: ‹hunter2›", None);
    }
}
