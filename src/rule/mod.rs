//! Rules: what a credential looks like, as data.
//!
//! A [`Rule`] is read from TOML ([`parse`]) either long before the program runs (the files in `patterns/`, kept as the table
//! in `builtin.rs`) or at run time (a user's own files); both end in the same type. Nothing is compiled here:
//! a rule's regex is compiled by its [`RuleSet`] when its anchor is first seen.

pub mod boundary;
mod builtin;
mod bytes;
pub mod codegen;
mod files;
pub mod guard;
mod lines;
mod pair;
pub mod parse;
mod program;
mod regex;
mod run;
mod set;
pub mod template;

use std::borrow::Cow;

pub use boundary::Boundary;
pub use files::FILES;
pub use lines::{LineMatch, LineRules, TooSlow};
pub use pair::{PairRule, PartSpec};
pub use program::Program;
pub use run::Run;
pub use set::{PairIndex, RuleIndex, RuleSet, RuleSetError};

/// How bad it is when the credential is real: what its holder can do.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Little harm, or short-lived, or public by design.
    Low,
    /// Access to one narrow thing, or protected by a further secret.
    Medium,
    /// Access to one service.
    High,
    /// Control over an account, its data or its money.
    Critical,
}

/// How sure it is that this is a real credential and not something that looks like one.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// Worth a look in an audit; too noisy to block a commit.
    Low,
    /// More likely a credential than not; blocks a commit.
    Medium,
    /// Proven by its form, its checksum or its partner.
    High,
}

impl Severity {
    /// All severities, from the least to the worst.
    pub const ALL: [Self; 4] = [Self::Low, Self::Medium, Self::High, Self::Critical];

    /// Returns the word used in rule files, options and reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }

    /// Returns the severity called `name`.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.name() == name)
    }
}

impl Confidence {
    /// All confidences, from the least to the most sure.
    pub const ALL: [Self; 3] = [Self::Low, Self::Medium, Self::High];

    /// Returns the word used in rule files, options and reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }

    /// Returns the confidence called `name`.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|c| c.name() == name)
    }

    /// Returns the next lower confidence, or the lowest.
    #[must_use]
    pub fn lowered(self) -> Self {
        match self {
            Self::High => Self::Medium,
            _ => Self::Low,
        }
    }

    /// Returns the next higher confidence, or the highest.
    #[must_use]
    pub fn raised(self) -> Self {
        match self {
            Self::Low => Self::Medium,
            _ => Self::High,
        }
    }
}

/// What kind of value a rule finds; decides which judges look at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SecretKind {
    /// A machine-made token whose own form tells what it is (`ghp_…`).
    Token,
    /// A machine-made value that only its surroundings give away (32 hex digits after `twilio`).
    Opaque,
    /// A value that a person may have chosen.
    Password,
    /// Several lines of key material (PEM, `OpenPGP`, `PuTTY`).
    Block,
    /// A text that somebody has forbidden, whatever it is: no judge has a say.
    Prohibited,
}

impl SecretKind {
    /// All kinds.
    pub const ALL: [Self; 5] = [
        Self::Token,
        Self::Opaque,
        Self::Password,
        Self::Block,
        Self::Prohibited,
    ];

    /// Returns the word used in rule files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Token => "token",
            Self::Opaque => "opaque",
            Self::Password => "password",
            Self::Block => "block",
            Self::Prohibited => "prohibited",
        }
    }

    /// Returns the kind called `name`.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|k| k.name() == name)
    }
}

/// Where a rule's regex is tried.
///
/// Every match of a rule starts at one of its anchors. That makes a match a function of the bytes from its start
/// onwards (and a few before it), whatever else stands in the file: chunks, threads and deltas cannot change it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Anchor {
    /// A literal, compared byte by byte.
    Prefix(Cow<'static, str>),
    /// An ASCII literal in lower case, compared without regard to ASCII case.
    Keyword(Cow<'static, str>),
    /// The start of a maximal run of base64 bytes (`A-Za-z0-9+/`) of exactly this many bytes.
    Base64Run(u16),
}

/// How the regex of a rule for lines is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Syntax {
    /// In the syntax of the `regex` crate, with Unicode off; `^` and `$` are the ends of a line.
    Regex,
    /// POSIX extended regular expressions, one a line, each matched as a word: as `git secrets` does it ([`crate::ere`]).
    Posix,
}

/// One rule.
///
/// Fields that hold text or lists borrow from the program for built-in rules and own their contents for rules read at
/// run time.
#[derive(Debug, Clone)]
pub struct Rule {
    /// The identifier people write in allow entries: kebab-case, never renamed.
    pub id: Cow<'static, str>,
    /// The name for people: "GitHub personal access token".
    pub name: Cow<'static, str>,
    /// Whose credential it is: `aws`, `github`; `generic` for none in particular.
    pub provider: Cow<'static, str>,
    /// URL of the document that says the form is this.
    pub source: Cow<'static, str>,
    /// How bad a real one is.
    pub severity: Severity,
    /// How sure a match is before checks and judges have spoken.
    pub confidence: Confidence,
    /// Which judges look at it.
    pub kind: SecretKind,
    /// Where the regex is tried; none for a rule for lines.
    pub anchors: Cow<'static, [Anchor]>,
    /// Set for a rule for lines: its regex is looked for everywhere on each line of a text, and a match is a function of its line.
    pub lines: Option<Syntax>,
    /// The regex, in the syntax of the `regex` crate with Unicode off; matched from the anchor on. Group 1, or the
    /// whole match where there is none, is the secret.
    pub regex: Cow<'static, str>,
    /// The same regex as a program; none for a rule for lines, and where a regex needs what programs do not have.
    pub program: Option<Program>,
    /// What every match has in it, where that is telling.
    pub run: Option<Run>,
    /// What may not stand beside the match (before its start) and the secret (after its end).
    pub boundary: Boundary,
    /// How many bytes from the anchor a match may span.
    pub max_len: u32,
    /// The least Shannon entropy of the secret, in bits per byte; 0 where it does not matter.
    pub min_entropy: f32,
    /// The named checks of `validate/`, in order.
    pub checks: Cow<'static, [Cow<'static, str>]>,
    /// The part this rule contributes to a credential of several parts ([`PairRule`]), e.g. `aws/secret-access-key`.
    pub part: Option<Cow<'static, str>>,
    /// True for a rule that exists only to give a partner to others: never reported alone.
    pub identifier: bool,
    /// What to do about a real one: how to revoke it and where.
    pub remediation: Cow<'static, [Cow<'static, str>]>,
    /// Templates of credentials this rule finds ([`template`]); empty in the built-in table, where only tests need them.
    pub samples: Cow<'static, [Cow<'static, str>]>,
    /// Templates that no rule finds.
    pub near_misses: Cow<'static, [Cow<'static, str>]>,
}

impl Rule {
    /// Returns true when what it matches has the form of a credential even where a check says that it is none: a token's prefix, length
    /// and alphabet, or the frame of a key.
    pub fn has_form(&self) -> bool {
        let is_prefix = |anchor: &Anchor| matches!(anchor, Anchor::Prefix(_));
        matches!(self.kind, SecretKind::Token | SecretKind::Block)
            && self.anchors.iter().all(is_prefix)
    }

    /// Returns true for a rule that knows no vendor: a name or a header gives its values away.
    pub fn is_generic(&self) -> bool {
        matches!(&*self.provider, "generic" | "http" | "netrc")
    }

    /// Returns true when the rule is tried at runs of base64 and nowhere else.
    pub fn is_for_runs(&self) -> bool {
        !self.anchors.is_empty()
            && (self.anchors.iter()).all(|anchor| matches!(anchor, Anchor::Base64Run(_)))
    }
}

/// The limit on [`Rule::max_len`], and so on how far from its start a match can reach, in bytes.
pub const MAX_MATCH_BYTES: u32 = 16 * 1024;
