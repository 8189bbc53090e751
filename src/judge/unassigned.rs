//! `unassigned`: nothing but a blank stands between the name and the value, and no directive that takes them so.

use super::{Judge, Opinion, Scene, view};
use crate::rule::SecretKind;

/// The judge.
pub(super) const JUDGE: Judge = Judge {
    name: "unassigned",
    says: "is not assigned to the name before it",
    kinds: &[SecretKind::Opaque, SecretKind::Password],
    opinion,
};

/// What is followed by a name, a blank and a value: in C, Apache's and nginx's configuration, fish, csh, Lisp and Dockerfiles.
#[rustfmt::skip]
const DIRECTIVES: &[&str] = &["#define", "setenv", "set", "-gx", "-x", "-xg", "-ux", "(setq", "setq", "env"];

fn opinion(scene: &Scene<'_>) -> Option<Opinion> {
    // `-password` is an option, or the end of one.
    if scene.rule.id == "cli-password" && scene.bytes[scene.span.start..].starts_with(b"-") {
        return (!view::name(scene).starts_with(b"-")).then_some(Opinion::Drop);
    }
    // Other rules take a blank where their syntax has one: `PASSWORD '…'` of SQL.
    if !scene.rule.id.starts_with("generic-") {
        return None;
    }
    let separator = view::separator(scene);
    let blank = |b: &u8| matches!(b, b' ' | b'\t');
    let only_blank = separator.first().is_some_and(blank)
        && (separator.iter()).all(|b| blank(b) || matches!(b, b'"' | b'\'' | b'`' | b'\\'));
    if !only_blank || separator.ends_with(b" ") {
        return None;
    }
    let start = (scene.secret_span.start).checked_sub(view::name(scene).len() + separator.len())?;
    let head = scene.bytes.get(scene.line.start.min(start)..start)?;
    let head = head.trim_ascii();
    let head = head.strip_suffix(b"$").unwrap_or(head).trim_ascii_end();
    let last = head.rsplit(blank).next().unwrap_or_default();
    // In a script of Gradle a line may begin with the name of a property.
    let property = head.is_empty() && scene.path().ends_with(b".gradle");
    (!property && !view::is_one_of(last, DIRECTIVES)).then_some(Opinion::Drop)
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
        assert_eq!(said == Some(Opinion::Drop), expected, "{text}");
    }

    #[test]
    fn directives() {
        check("a.h", "#define WIFI_¦PASSWORD \"‹hunter2x›\"", false);
        check("a.conf", "  SetEnv DB_¦PASSWORD \"‹hunter2x›\"", false);
        check("a.conf", "set $¦password \"‹hunter2x›\";", false);
        check("a.fish", "set -gx DB_¦PASSWORD '‹hunter2x›'", false);
        check("a.el", "(setq mail-¦password \"‹hunter2x›\")", false);
        check("app/build.gradle", "  key¦Password '‹hunter2x›'", false);
        check("a.md", "The ¦password \"‹hunter2x›\" is weak", true);
        check("a.feature", "  When ¦password \"‹hunter2x›\"", true);
        check("a.yml", "¦password: \"‹hunter2x›\"", false);
        check("a.yml", "¦password = ‹hunter2x›", false);
    }
}
