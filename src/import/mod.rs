//! What other tools are configured with, in keyfence's words.
//!
//! Each format has a reader of its own, a pure function from the text of a file to an [`Imported`]: rules, what was accepted, and what could
//! not be carried over and why. Nothing is dropped without a word.

pub mod detect_secrets;
pub mod gitleaks;
pub mod gitleaks_ignore;
pub mod kingfisher;
mod regex;
mod tree;
pub mod trufflehog;
pub mod write;

use std::fmt;

use bstr::BString;

use crate::rule::{Confidence, Severity};

/// The largest file that is read, in bytes.
pub const MAX_BYTES: usize = 16 << 20;

/// What a file says.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Imported {
    /// The rules, in the order of the file.
    pub rules: Vec<Draft>,
    /// The secrets that were accepted.
    pub accepted: Vec<Accepted>,
    /// What could not be carried over.
    pub left_out: Vec<LeftOut>,
}

/// How the regex of a [`Draft`] is to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Syntax {
    /// In the syntax of the `regex` crate with Unicode off; its only group, if it has one, is the secret.
    Regex,
    /// POSIX extended regular expressions, one a line.
    Posix,
}

/// A rule to be written.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    /// The line of the file where it stands, from 1; 0 where it is not known.
    pub line: usize,
    /// What it is called there.
    pub their_id: String,
    /// The name for people.
    pub name: String,
    /// Its regex.
    pub regex: String,
    /// How the regex is to be read.
    pub syntax: Syntax,
    /// How bad it is.
    pub severity: Severity,
    /// How sure it is.
    pub confidence: Confidence,
    /// The least Shannon entropy of the secret, in bits per byte; 0 where none is asked for.
    pub min_entropy: f32,
    /// URL of a document about it; empty where there is none.
    pub source: String,
}

/// A secret that was accepted. What it is is not known: the file names a place or a hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Accepted {
    /// The secret in a file of the work tree whose SHA-1 is this.
    Sha1 {
        /// The line of the imported file, from 1; 0 where it is not known.
        line: usize,
        /// The path of the scanned file.
        path: BString,
        /// The line on which the secret stood there, from 1; 0 where it is not known.
        at: u64,
        /// SHA-1 (RFC 3174) of the secret.
        hash: [u8; 20],
        /// What the other tool calls what it found.
        what: String,
    },
    /// What a rule found on a line.
    Place {
        /// The line of the imported file, from 1.
        line: usize,
        /// The commit whose version of the file is meant; none for the work tree.
        commit: Option<String>,
        /// The path of the scanned file.
        path: BString,
        /// The rule of the other tool.
        rule: String,
        /// The line of the scanned file, from 1.
        at: u64,
    },
    /// A secret that stands in the configuration itself.
    Literal {
        /// The line of the imported file, from 1; 0 where it is not known.
        line: usize,
        /// The secret.
        secret: crate::secret::Secret,
    },
}

/// Something that could not be carried over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// The line of the file, from 1; 0 where it is not known.
    pub line: usize,
    /// What it is: "rule `x`: allowlist.paths". Never a secret.
    pub what: String,
    /// Why, and what to do instead.
    pub why: String,
}

/// Why a file cannot be read at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportError {
    /// The line, from 1; 0 where it is not known.
    pub line: usize,
    /// What is wrong with it.
    pub message: String,
}

impl fmt::Display for ImportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.line > 0 {
            write!(f, "line {}: ", self.line)?;
        }
        f.write_str(&self.message)
    }
}

impl std::error::Error for ImportError {}

/// Returns an entropy that keyfence takes.
fn entropy_of(bits: f64) -> f32 {
    #[expect(clippy::cast_possible_truncation, reason = "from 0 to 8")]
    let bits = bits.clamp(0.0, 8.0) as f32;
    bits
}

/// A format that can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Format {
    /// `.gitleaks.toml`.
    Gitleaks,
    /// `.gitleaksignore`.
    GitleaksIgnore,
    /// `.betterleaks.toml`.
    Betterleaks,
    /// `.secrets.baseline` of detect-secrets.
    DetectSecrets,
    /// Custom detectors of trufflehog.
    Trufflehog,
    /// Rules for kingfisher.
    Kingfisher,
}

impl Format {
    /// All formats.
    pub const ALL: [Self; 6] = [
        Self::Gitleaks,
        Self::GitleaksIgnore,
        Self::Betterleaks,
        Self::DetectSecrets,
        Self::Trufflehog,
        Self::Kingfisher,
    ];

    /// Returns the name that options have for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Gitleaks => "gitleaks",
            Self::GitleaksIgnore => "gitleaks-ignore",
            Self::Betterleaks => "betterleaks",
            Self::DetectSecrets => "detect-secrets",
            Self::Trufflehog => "trufflehog",
            Self::Kingfisher => "kingfisher",
        }
    }

    /// Returns the tool whose format it is.
    pub fn tool(self) -> &'static str {
        match self {
            Self::GitleaksIgnore => "gitleaks",
            other => other.name(),
        }
    }

    /// Returns the names of files that have this format wherever they are.
    pub fn file_names(self) -> &'static [&'static str] {
        match self {
            Self::Gitleaks => &[".gitleaks.toml", "gitleaks.toml"],
            Self::GitleaksIgnore => &[".gitleaksignore"],
            Self::Betterleaks => &[".betterleaks.toml", "betterleaks.toml"],
            Self::DetectSecrets => &[".secrets.baseline"],
            Self::Trufflehog | Self::Kingfisher => &[],
        }
    }

    /// Returns the format of the file called `name` with this `text`, by its name or else by what it has; nothing where neither tells.
    pub fn of(name: &str, text: &str) -> Option<Self> {
        let by_name = (Self::ALL.into_iter()).find(|format| format.file_names().contains(&name));
        by_name.or_else(|| Self::by_content(name, text))
    }

    fn by_content(name: &str, text: &str) -> Option<Self> {
        let has = |fields: &tree::Fields<'_>, name: &str| fields.node(name).is_some();
        if text.trim_start().starts_with('{') {
            let root = tree::json(text).ok()?;
            let fields = tree::Fields::of(&root, "").ok()?;
            return has(&fields, "results").then_some(Self::DetectSecrets);
        }
        if let Ok(root) = tree::toml(text) {
            let fields = tree::Fields::of(&root, "").ok()?;
            let theirs = ["rules", "allowlist", "allowlists", "extend"];
            let is_theirs = theirs.iter().any(|name| has(&fields, name));
            return is_theirs.then_some(if name.contains("betterleaks") {
                Self::Betterleaks
            } else {
                Self::Gitleaks
            });
        }
        let root = tree::yaml(text).ok()?;
        let fields = tree::Fields::of(&root, "").ok()?;
        if has(&fields, "detectors") {
            return Some(Self::Trufflehog);
        }
        has(&fields, "rules").then_some(Self::Kingfisher)
    }

    /// Reads the `text` of a file.
    ///
    /// # Errors
    ///
    /// When it is malformed.
    pub fn read(self, text: &str) -> Result<Imported, ImportError> {
        match self {
            Self::Gitleaks | Self::Betterleaks => gitleaks::read(text),
            Self::GitleaksIgnore => gitleaks_ignore::read(text),
            Self::DetectSecrets => detect_secrets::read(text),
            Self::Trufflehog => trufflehog::read(text),
            Self::Kingfisher => kingfisher::read(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Format;

    #[test]
    fn formats_are_told() {
        for (name, text, expected) in [
            (".gitleaks.toml", "", Some(Format::Gitleaks)),
            (".gitleaksignore", "", Some(Format::GitleaksIgnore)),
            ("x.toml", "[[rules]]\nid = 'a'", Some(Format::Gitleaks)),
            (
                "my.betterleaks.toml",
                "[extend]\na = 1",
                Some(Format::Betterleaks),
            ),
            ("x.json", "{\"results\": {}}", Some(Format::DetectSecrets)),
            ("x.yml", "detectors: []", Some(Format::Trufflehog)),
            ("x.yml", "rules: []", Some(Format::Kingfisher)),
            ("x.toml", "[package]\nname = 'a'", None),
            ("x", "some text", None),
            ("x", "", None),
        ] {
            assert_eq!(Format::of(name, text), expected, "{name} {text:?}");
        }
    }

    const PIECES: &[&str] = &[
        "rules:\n- name: a\n  pattern: 'b(c)'\n",
        "detectors:\n- name: a\n  regex: {k: 'x[0-9]{4}'}\n",
        "[[rules]]\nid = 'a'\nregex = '''b(c)'''\n",
        "[allowlist]\npaths = ['x']\n",
        "{\"results\": {\"a\": [{\"type\": \"b\", \"hashed_secret\": \"00\"}]}}",
        "file:rule:1\n",
        "secretGroup = 99\n",
        "entropy = -1e300\n",
        "  ",
        ": ",
        "- ",
        "\u{0}",
        "\u{feff}",
        "(?P<TOKEN>",
        "[",
        "}",
    ];

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn anything_is_read_or_refused(pieces in proptest::collection::vec((0..PIECES.len(), any::<prop::sample::Index>()), 0..8)) {
            let mut text = String::new();
            for (piece, cut) in pieces {
                let piece: Vec<char> = PIECES[piece].chars().collect();
                text.extend(&piece[..=cut.index(piece.len())]);
            }
            for format in Format::ALL {
                if let Ok(read) = format.read(&text) {
                    prop_assert!(read.left_out.iter().all(|one| !one.why.is_empty()));
                }
            }
            let _ = Format::of("x", &text);
        }
    }
}
