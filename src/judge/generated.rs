//! `generated`: a machine wrote the file: minified code, source maps, style sheets, embedded images.

use super::{Judge, Opinion, Scene, view};
use crate::rule::SecretKind;

/// The judge.
pub(super) const JUDGE: Judge = Judge {
    name: "generated",
    says: "stands in generated text",
    kinds: &[SecretKind::Opaque, SecretKind::Password],
    opinion,
};

/// How files end that machines write or that hold no settings.
#[rustfmt::skip]
const ENDS: &[&str] = &[
    ".min.js", ".min.css", ".map", ".svg", ".css", ".scss", ".less", ".bundle.js", ".snap", ".po", ".pot", ".dump",
];

/// A line this long is not written by hand.
const LONG_LINE_BYTES: usize = 900;

/// How files end that record what was sent, stored or printed: their long lines are as real as their short ones.
const RECORDS: &[&str] = &[
    ".har", ".sql", ".csv", ".tsv", ".log", ".tfstate", ".ndjson", ".jsonl", ".ipynb",
];

fn opinion(scene: &Scene<'_>) -> Option<Opinion> {
    if view::contains(scene.before(), "base64,") && view::contains(scene.before(), "data:") {
        return Some(Opinion::Drop);
    }
    let ends = |list: &[&str]| {
        let path = scene.path();
        list.iter().any(|end| path.ends_with(end.as_bytes()))
    };
    let long = scene.line.len() > LONG_LINE_BYTES && !ends(RECORDS);
    (long || ends(ENDS)).then_some(Opinion::Lower)
}

#[cfg(test)]
mod tests {
    use super::JUDGE;
    use crate::{
        judge::{Opinion, testing},
        rule::SecretKind,
    };

    #[track_caller]
    fn check(path: &str, text: &str, expected: Option<Opinion>) {
        assert_eq!(
            testing::opinion(&JUDGE, SecretKind::Opaque, path, text, false),
            expected,
            "{path}"
        );
    }

    #[test]
    fn generated() {
        check("a.min.js", "token:\"‹x›\"", Some(Opinion::Lower));
        check("a.js", "token:\"‹x›\"", None);
        check(
            "a.js",
            &format!("{}token:\"‹x›\"{}", "a".repeat(600), "b".repeat(600)),
            Some(Opinion::Lower),
        );
        check(
            "capture.har",
            &format!("{}token:\"‹x›\"{}", "a".repeat(600), "b".repeat(600)),
            None,
        );
        check("notebooks/train.ipynb", "token = \\\"‹x›\\\"", None);
        check("fix.patch", "+token: ‹x›", None);
        check(
            "a.js",
            "secret: url(data:image/png;base64,‹iVBORw0KGgo›",
            Some(Opinion::Drop),
        );
    }
}
