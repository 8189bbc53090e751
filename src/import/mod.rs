//! What other tools are configured with, in keyfence's words.
//!
//! Each format has a reader of its own, a pure function from the text of a file to an [`Imported`]: rules, what was accepted, and what could
//! not be carried over and why. Nothing is dropped without a word.

use std::fmt;

use bstr::BString;

use crate::rule::{Confidence, SecretKind, Severity};

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
    /// Which judges look at what it finds.
    pub kind: SecretKind,
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
