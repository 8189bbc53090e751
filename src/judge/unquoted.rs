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
    if is_option(scene, head) || is_pair_of_many(scene, head) {
        return None;
    }
    let inner = head
        .trim_ascii()
        .iter()
        .filter(|b| b.is_ascii_whitespace())
        .count();
    (inner >= 4).then_some(Opinion::Lower)
}

/// Returns true for an option of a command with its argument: `--password x`, `-Dname=x`; or `NAME=x` behind one: `-e`, `--set`.
fn is_option(scene: &Scene<'_>, head: &[u8]) -> bool {
    let separator = view::separator(scene);
    if separator != b"=" && !separator.iter().all(u8::is_ascii_whitespace) {
        return false;
    }
    let mut words = head.rsplit(u8::is_ascii_whitespace);
    let before = words.nth(1).unwrap_or_default();
    view::name(scene).starts_with(b"-") || (separator == b"=" && before.starts_with(b"-"))
}

/// Returns true for one of several `name=value` beside each other, as logs and commands have them: `host=db1 password=x retries=3`.
fn is_pair_of_many(scene: &Scene<'_>, head: &[u8]) -> bool {
    let is_pair = |word: &[u8]| {
        memchr::memchr(b'=', word).is_some_and(|at| {
            at > 0
                && at + 1 < word.len()
                && word[..at]
                    .iter()
                    .all(|b| b.is_ascii_alphanumeric() || b"_.-".contains(b))
        })
    };
    let before = head.trim_ascii_end().rsplit(u8::is_ascii_whitespace);
    // Where the match begins within the name, the first word is the rest of it.
    let before = before.take(2).any(is_pair);
    let after = scene.after().trim_ascii_start();
    let next = after.split(u8::is_ascii_whitespace).next();
    view::separator(scene) == b"=" && (before || next.is_some_and(is_pair))
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
        check("docker run -d -p 80:80 -e DB_¦PASSWORD=‹hunter2x›", None);
        check("tool --user a --host b --db-¦password ‹hunter2x›", None);
        check("tool --user a --host b ¦--password ‹hunter2x›", None);
        check("java -a -b -c -d -Ddb.¦password=‹hunter2x›", None);
        check(
            "12:00 INFO worker started with ¦password=‹hunter2x›",
            Some(Opinion::Lower),
        );
        check(
            "12:00 INFO worker connects host=db1 db_¦password=‹hunter2x› retries=3",
            None,
        );
        check(
            "you can log in there with ¦password: ‹hunter2x›",
            Some(Opinion::Lower),
        );
        check("you can log in there with ¦password: \"‹hunter2x›\"", None);
    }
}
