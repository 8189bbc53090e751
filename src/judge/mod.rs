//! Reasons to drop a candidate or to trust it less, one a file, each with a name that `keyfence why` prints.
//!
//! A judge looks at a [`Scene`] and says nothing, "lower" or "drop". Judges are pure and independent: the order in which they
//! speak changes nothing. Which judges look at a rule's candidates follows from the rule's [`SecretKind`].

mod algorithm;
mod base64_text;
mod code_reference;
mod doc_comment;
mod documented;
mod documented_hashes;
mod encoded_text;
mod example_host;
mod file_kind;
mod generated;
mod hash_like;
mod identifier;
mod inside_base64;
mod key_name;
mod keyboard_mash;
mod list_item;
mod natural_language;
mod number;
mod path_like;
mod pattern;
mod placeholder;
mod public_key;
pub mod randomness;
mod repeated;
mod same_as_key;
mod stated_default;
mod template_variable;
mod test_word;
mod translation;
mod unassigned;
mod unquoted;
mod verdict;
mod view;
mod vocabulary;
mod vocabulary_words;
mod walks;

use std::{cell::Cell, ops::Range};

pub use documented::NAME as DOCUMENTED;

use crate::{
    matcher::{Candidate, lines},
    rule::{Rule, SecretKind},
};

/// What a judge sees.
#[derive(Debug, Clone)]
pub struct Scene<'a> {
    /// The rule that matched.
    pub rule: &'a Rule,
    /// The chunk.
    pub bytes: &'a [u8],
    /// The whole match, in the chunk.
    pub span: Range<usize>,
    /// The secret, in the chunk.
    pub secret_span: Range<usize>,
    /// The line of the secret's start, cut at [`LINE_BYTES`] on both sides.
    pub line: Range<usize>,
    /// The path of the blob; judges ask for it by [`Scene::path`].
    pub path: PathView<'a>,
    /// True when a check proved the form (a checksum is right): only judges that know the very value may drop it.
    pub proved: bool,
}

/// The path of a blob, or the place of one that is not known yet, which remembers whether a judge asked for it.
#[derive(Debug, Clone, Copy)]
pub enum PathView<'a> {
    /// The path; `/` between folders.
    Known(&'a [u8]),
    /// A blob of a repository's history is judged before its paths are found. Set when a judge asked: what it said then is worth nothing.
    Unknown(&'a Cell<bool>),
}

impl<'a> PathView<'a> {
    fn read(self) -> &'a [u8] {
        match self {
            Self::Known(path) => path,
            Self::Unknown(asked) => {
                asked.set(true);
                b""
            }
        }
    }
}

/// How far a judge sees on a line, in bytes before and after the match.
pub const LINE_BYTES: usize = 512;

impl<'a> Scene<'a> {
    /// Returns the scene of `candidate`.
    pub fn new(
        rule: &'a Rule,
        candidate: &Candidate<'a>,
        path: PathView<'a>,
        proved: bool,
    ) -> Self {
        Self {
            rule,
            bytes: candidate.bytes,
            span: candidate.span.clone(),
            secret_span: candidate.secret.clone(),
            line: lines::line_around(candidate.bytes, candidate.secret.clone(), LINE_BYTES),
            path,
            proved,
        }
    }

    /// Returns the secret.
    pub fn secret(&self) -> &'a [u8] {
        &self.bytes[self.secret_span.clone()]
    }

    /// Returns the path of the blob, as far as it is known; `/` between folders.
    pub fn path(&self) -> &'a [u8] {
        self.path.read()
    }

    /// Returns what stands on the line before the secret.
    pub fn before(&self) -> &'a [u8] {
        &self.bytes[self.line.start.min(self.secret_span.start)..self.secret_span.start]
    }

    /// Returns what stands on the line after the secret.
    pub fn after(&self) -> &'a [u8] {
        &self.bytes[self.secret_span.end..self.line.end.max(self.secret_span.end)]
    }
}

/// What a judge says against a candidate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opinion {
    /// It is not a secret.
    Drop,
    /// It is less sure: one step of confidence.
    Lower,
}

/// A judge.
#[derive(Debug, Clone, Copy)]
pub struct Judge {
    /// Its name, kebab-case.
    pub name: &'static str,
    /// What it says, for people: "is a placeholder".
    pub says: &'static str,
    /// The kinds of rule it looks at.
    pub kinds: &'static [SecretKind],
    /// Its opinion of a scene.
    pub opinion: fn(&Scene<'_>) -> Option<Opinion>,
}

/// All judges.
pub static JUDGES: &[Judge] = &[
    algorithm::JUDGE,
    base64_text::JUDGE,
    code_reference::JUDGE,
    doc_comment::JUDGE,
    documented::JUDGE,
    encoded_text::JUDGE,
    example_host::JUDGE,
    file_kind::JUDGE,
    generated::JUDGE,
    hash_like::JUDGE,
    identifier::JUDGE,
    inside_base64::JUDGE,
    key_name::JUDGE,
    keyboard_mash::JUDGE,
    list_item::JUDGE,
    natural_language::JUDGE,
    number::JUDGE,
    path_like::JUDGE,
    pattern::JUDGE,
    placeholder::JUDGE,
    public_key::JUDGE,
    randomness::JUDGE,
    repeated::JUDGE,
    same_as_key::JUDGE,
    stated_default::JUDGE,
    template_variable::JUDGE,
    test_word::JUDGE,
    translation::JUDGE,
    unassigned::JUDGE,
    unquoted::JUDGE,
    verdict::JUDGE,
];

/// Returns the judges that have something against the scene, with what they say.
///
/// Against a candidate whose form is proved only those judges speak that look at tokens, too: they answer for never being wrong by
/// chance. What its name or its file suggests counts for nothing then.
pub fn opinions<'a>(scene: &'a Scene<'_>) -> impl Iterator<Item = (&'static Judge, Opinion)> + 'a {
    speakers(scene).filter_map(|judge| Some((judge, (judge.opinion)(scene)?)))
}

/// Returns the judges that may speak about the scene.
pub fn speakers<'a>(scene: &'a Scene<'_>) -> impl Iterator<Item = &'static Judge> + 'a {
    JUDGES
        .iter()
        .filter(|judge| judge.kinds.contains(&scene.rule.kind))
        .filter(|judge| !scene.proved || judge.kinds.contains(&SecretKind::Token))
}

#[cfg(test)]
mod testing {
    //! Scenes for the tables of the judges.

    use std::borrow::Cow;

    use super::{Judge, Opinion, Scene};
    use crate::{
        matcher::lines,
        rule::{Anchor, Boundary, Confidence, Rule, SecretKind, Severity},
    };

    /// Returns a rule of `kind` with the prefix `tok_`.
    pub(super) fn rule(kind: SecretKind) -> Rule {
        Rule {
            id: Cow::Borrowed("generic-test"),
            name: Cow::Borrowed("test"),
            provider: Cow::Borrowed("test"),
            source: Cow::Borrowed(""),
            severity: Severity::High,
            confidence: Confidence::Medium,
            kind,
            anchors: Cow::Borrowed(&[Anchor::Prefix(Cow::Borrowed("tok_"))]),
            lines: None,
            regex: Cow::Borrowed(""),
            program: None,
            run: None,
            boundary: Boundary::None,
            max_len: 400,
            min_entropy: 0.0,
            checks: Cow::Borrowed(&[]),
            part: None,
            identifier: false,
            remediation: Cow::Borrowed(&[]),
            samples: Cow::Borrowed(&[]),
            near_misses: Cow::Borrowed(&[]),
        }
    }

    /// Returns what `judge` says of `text` in the file `path`.
    ///
    /// The secret stands between `‹` and `›`; the match begins at the first `¦`, or else at the secret.
    pub(super) fn opinion(
        judge: &Judge,
        kind: SecretKind,
        path: &str,
        text: &str,
        proved: bool,
    ) -> Option<Opinion> {
        let start = text.replace(['‹', '›'], "").find('¦');
        let text = text.replacen('¦', "", 1);
        let (before, rest) = text.split_once('‹').unwrap();
        let (secret, after) = rest.split_once('›').unwrap();
        let plain = format!("{before}{secret}{after}");
        let secret_span = before.len()..before.len() + secret.len();
        let rule = rule(kind);
        let scene = Scene {
            rule: &rule,
            bytes: plain.as_bytes(),
            span: start.unwrap_or(secret_span.start)..secret_span.end,
            secret_span: secret_span.clone(),
            line: lines::line_around(plain.as_bytes(), secret_span, super::LINE_BYTES),
            path: super::PathView::Known(path.as_bytes()),
            proved,
        };
        judge
            .kinds
            .contains(&kind)
            .then(|| (judge.opinion)(&scene))
            .flatten()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{JUDGES, Scene, opinions, testing};
    use crate::{matcher::lines, rule::SecretKind};

    #[test]
    fn names_are_unique_and_sorted() {
        assert!(JUDGES.windows(2).all(|pair| pair[0].name < pair[1].name));
    }

    #[test]
    fn a_proof_silences_all_but_the_certain() {
        let rule = testing::rule(SecretKind::Opaque);
        let bytes = b"secret_name = my_configuration_file.txt";
        let speaking = |proved| {
            let scene = Scene {
                rule: &rule,
                bytes,
                span: 0..bytes.len(),
                secret_span: 14..bytes.len(),
                line: 0..bytes.len(),
                path: super::PathView::Known(b"test/a.py"),
                proved,
            };
            opinions(&scene).count()
        };
        assert!(speaking(false) > 3);
        assert_eq!(speaking(true), 0);
    }

    proptest! {
        #[test]
        fn any_bytes_are_judged(
            before in proptest::collection::vec(any::<u8>(), 0..80),
            name in "(password|token|x)[ :=,('\"\\\\]{0,4}",
            secret in prop_oneof![proptest::collection::vec(any::<u8>(), 1..60), "[a-zA-Z0-9$%{}<>()._/-]{1,40}".prop_map(String::into_bytes)],
            after in proptest::collection::vec(any::<u8>(), 0..80),
            path in "[a-z./_]{0,20}",
        ) {
            let start = before.len();
            let secret_span = start + name.len()..start + name.len() + secret.len();
            let bytes = [before, name.into_bytes(), secret, after].concat();
            for kind in SecretKind::ALL {
                let rule = testing::rule(kind);
                let scene = Scene {
                    rule: &rule,
                    bytes: &bytes,
                    span: start..secret_span.end,
                    secret_span: secret_span.clone(),
                    line: lines::line_around(&bytes, secret_span.clone(), super::LINE_BYTES),
                    path: super::PathView::Known(path.as_bytes()),
                    proved: false,
                };
                prop_assert!(opinions(&scene).count() <= JUDGES.len());
            }
        }
    }
}
