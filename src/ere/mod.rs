//! POSIX extended regular expressions with GNU's extensions, in the C locale: the patterns of `git secrets`.
//!
//! A pattern means what `LC_ALL=C grep -E` of GNU grep says it means, byte for byte; `tests/it/ere.rs` asks grep. [`Ere::parse`] reads
//! one; [`PatternSet`] finds the lines of a text that any of many matches. What POSIX does not have (groups of Perl) is refused with
//! what to write instead, and what works but means something else than elsewhere (`\d` is the letter d) comes with a [`Warning`].
//! A [`LineRegex`], in the syntax of the `regex` crate, may stand in the same set.
//!
//! ```
//! use keyfence::ere::{Ere, PatternSet, WordMatch};
//!
//! let pattern = Ere::parse(br"token[[:blank:]]*=[[:blank:]]*[0-9a-f]{8,}")?;
//! let set = PatternSet::new(&[pattern], WordMatch::Yes)?;
//! let mut found = Vec::new();
//! let given_up = set.matching_lines(b"nothing\ntoken = 0123abcd\n", |line| found.push(line.number));
//! assert_eq!(found, [2]);
//! assert!(given_up.is_empty());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod ast;
mod backtrack;
mod bytes;
mod error;
mod lint;

mod nonempty;
mod parse;
mod quote;
mod set;
mod shapes;
mod translate;
mod warning;
mod within;

use std::fmt;

pub use error::{Error, ErrorKind, PerlGroup};
pub use quote::quote;
pub use set::{Found, GaveUp, Limits, LineMatch, Pattern, PatternSet, SetError, WordMatch};
pub use warning::{Warning, WarningKind};
pub use within::{LineRegex, LineRegexError};

/// The most bytes a pattern may have.
pub const MAX_LEN: usize = 1 << 16;

/// How deep groups and repetitions may be nested.
pub const MAX_DEPTH: usize = 100;

/// How many parts (bytes, ranges of classes) a pattern may have with its repetitions written out.
pub const MAX_SIZE: u64 = 100_000;

/// The largest count in a repetition: `RE_DUP_MAX` of the GNU C library.
pub const MAX_COUNT: u32 = 32_767;

/// An extended regular expression.
#[derive(Clone, PartialEq, Eq)]
pub struct Ere {
    source: Vec<u8>,
    node: ast::Node,
    warnings: Vec<Warning>,
}

impl Ere {
    /// Reads a pattern: one line, without its end.
    ///
    /// # Errors
    ///
    /// When it is no extended regular expression, or passes one of the limits of this module.
    pub fn parse(source: &[u8]) -> Result<Self, Error> {
        let (node, mut warnings) = parse::parse(source)?;
        lint::check(source, &node, &mut warnings);
        Ok(Self {
            source: source.to_vec(),
            node,
            warnings,
        })
    }

    /// Returns the pattern as it was written.
    pub fn source(&self) -> &[u8] {
        &self.source
    }

    /// Returns what in the pattern was hardly meant as it is, in its order.
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// Returns true when the empty text may match: as an allowed pattern it may allow every line.
    pub fn matches_empty(&self) -> bool {
        self.node.matches_empty()
    }

    /// Returns true when the pattern has a back-reference, which makes it slow to search for.
    pub fn has_backref(&self) -> bool {
        self.node.has_backref()
    }
}

impl fmt::Debug for Ere {
    /// Shows the length alone: providers give secrets as patterns.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Ere({} bytes)", self.source.len())
    }
}

/// Returns the patterns of a value of `secrets.patterns` or `secrets.allowed`: its lines, without the empty ones.
pub fn lines_of(value: &[u8]) -> impl Iterator<Item = &[u8]> {
    value
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
}

#[cfg(test)]
mod tests;
