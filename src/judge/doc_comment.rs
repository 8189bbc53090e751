//! `doc-comment`: an example in the documentation that stands in a source file.

use super::{Judge, Opinion, Scene, view};
use crate::rule::SecretKind;

/// The judge.
pub(super) const JUDGE: Judge = Judge {
    name: "doc-comment",
    says: "stands in an example of a documentation comment",
    kinds: &[SecretKind::Opaque, SecretKind::Password],
    opinion,
};

/// What begins a line of documentation: Rust, Java and JavaScript, Python's doctest, Ruby's indented code in a comment.
const STARTS: &[&[u8]] = &[
    b"///", b"//!", b"* ", b"/**", b">>> ", b"#   ", b"#  ", b"# =>",
];

fn opinion(scene: &Scene<'_>) -> Option<Opinion> {
    let line = scene.bytes[scene.line.clone()].trim_ascii_start();
    let found = view::language(scene.path()) == view::Language::Source
        && STARTS.iter().any(|start| line.starts_with(start));
    found.then_some(Opinion::Lower)
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
        assert_eq!(said == Some(Opinion::Lower), expected, "{text}");
    }

    #[test]
    fn comments() {
        check("a.rb", "  #   user.password = '‹hunter2x›'", true);
        check("a.rs", "    /// password = \"‹hunter2x›\"", true);
        check("a.rb", "# password = '‹hunter2x›'", false);
        check("a.yml", "#   password: ‹hunter2x›", false);
        check("a.rb", "password = '‹hunter2x›'", false);
    }
}
