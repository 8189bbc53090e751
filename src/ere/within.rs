//! Regexes in the syntax of the `regex` crate, kept within lines, so that they can stand in a set beside POSIX patterns.

use std::fmt;

use regex_automata::meta;
use regex_syntax::{
    ParserBuilder,
    hir::{
        self, Class, ClassBytes, ClassBytesRange, ClassUnicode, ClassUnicodeRange, Hir, HirKind,
    },
};

use super::{MAX_SIZE, nonempty::may_be_empty, translate::repeated};

/// The most memory the automaton of one regex may take, in bytes.
const MAX_NFA_BYTES: usize = 8 << 20;

/// A regex in the syntax of the `regex` crate, with Unicode off. It never matches a line feed, and `^`, `$`, `\A` and `\z` are the ends of a
/// line.
#[derive(Clone)]
pub struct LineRegex {
    hir: Hir,
    size: u64,
    regex: meta::Regex,
}

/// Why a regex cannot be looked for in lines.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum LineRegexError {
    /// It is not a regex.
    Syntax(Box<regex_syntax::Error>),
    /// Its repetitions, written out, have too many parts.
    TooLarge,
    /// It matches the empty text, and so every line.
    Empty,
}

impl fmt::Display for LineRegexError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Syntax(error) => error.fmt(f),
            Self::TooLarge => write!(
                f,
                "it has more than {MAX_SIZE} parts when its repetitions are written out; use smaller counts"
            ),
            Self::Empty => write!(
                f,
                "it matches the empty text, and so every line; ask for something that has to be there"
            ),
        }
    }
}

impl std::error::Error for LineRegexError {}

impl LineRegex {
    /// Reads and compiles `pattern`.
    ///
    /// # Errors
    ///
    /// When it is no regex, is too large, or matches the empty text.
    pub fn parse(pattern: &str) -> Result<Self, LineRegexError> {
        let parsed = ParserBuilder::new()
            .unicode(false)
            .utf8(false)
            .multi_line(true)
            .build()
            .parse(pattern);
        let parsed = parsed.map_err(|error| LineRegexError::Syntax(Box::new(error)))?;
        let hir = within(&parsed);
        let size = size(&hir);
        if size > MAX_SIZE {
            return Err(LineRegexError::TooLarge);
        }
        if may_be_empty(&hir) {
            return Err(LineRegexError::Empty);
        }
        let config = meta::Config::new()
            .utf8_empty(false)
            .nfa_size_limit(Some(MAX_NFA_BYTES));
        let regex = meta::Builder::new()
            .configure(config)
            .build_from_hir(&hir)
            .map_err(|_| LineRegexError::TooLarge)?;
        Ok(Self { hir, size, regex })
    }

    /// Returns what finds lines: without groups, and with counts written so that an automaton stays small.
    pub(super) fn flat(&self) -> Hir {
        flat(&self.hir)
    }

    /// Returns how many parts it has with its repetitions written out.
    pub(super) fn size(&self) -> u64 {
        self.size
    }

    /// Returns what finds matches and their groups.
    pub(super) fn regex(&self) -> &meta::Regex {
        &self.regex
    }
}

impl fmt::Debug for LineRegex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LineRegex")
            .field("size", &self.size)
            .finish_non_exhaustive()
    }
}

/// Returns `hir` without what leaves a line.
fn within(hir: &Hir) -> Hir {
    match hir.kind() {
        HirKind::Empty => Hir::empty(),
        HirKind::Literal(literal) if literal.0.contains(&b'\n') => Hir::fail(),
        HirKind::Literal(literal) => Hir::literal(literal.0.clone()),
        HirKind::Class(Class::Bytes(class)) => {
            let mut class = class.clone();
            class.difference(&ClassBytes::new([ClassBytesRange::new(b'\n', b'\n')]));
            Hir::class(Class::Bytes(class))
        }
        HirKind::Class(Class::Unicode(class)) => {
            let mut class = class.clone();
            class.difference(&ClassUnicode::new([ClassUnicodeRange::new('\n', '\n')]));
            Hir::class(Class::Unicode(class))
        }
        HirKind::Look(look) => Hir::look(look_within(*look)),
        HirKind::Repetition(repetition) => Hir::repetition(hir::Repetition {
            sub: Box::new(within(&repetition.sub)),
            ..repetition.clone()
        }),
        HirKind::Capture(capture) => Hir::capture(hir::Capture {
            sub: Box::new(within(&capture.sub)),
            ..capture.clone()
        }),
        HirKind::Concat(parts) => Hir::concat(parts.iter().map(within).collect()),
        HirKind::Alternation(parts) => Hir::alternation(parts.iter().map(within).collect()),
    }
}

/// The ends of the text become those of the line, and words are of ASCII.
fn look_within(look: hir::Look) -> hir::Look {
    use hir::Look;
    match look {
        Look::Start | Look::StartLF | Look::StartCRLF => Look::StartLF,
        Look::End | Look::EndLF => Look::EndLF,
        Look::WordUnicode => Look::WordAscii,
        Look::WordUnicodeNegate => Look::WordAsciiNegate,
        Look::WordStartUnicode => Look::WordStartAscii,
        Look::WordEndUnicode => Look::WordEndAscii,
        Look::WordStartHalfUnicode => Look::WordStartHalfAscii,
        Look::WordEndHalfUnicode => Look::WordEndHalfAscii,
        other => other,
    }
}

/// Returns what matches where `hir` does, without groups and without a preference among matches.
fn flat(hir: &Hir) -> Hir {
    match hir.kind() {
        HirKind::Repetition(hir::Repetition { min, max, sub, .. }) => {
            repeated(flat(sub), *min, *max)
        }
        HirKind::Capture(capture) => flat(&capture.sub),
        HirKind::Concat(parts) => Hir::concat(parts.iter().map(flat).collect()),
        HirKind::Alternation(parts) => Hir::alternation(parts.iter().map(flat).collect()),
        _ => hir.clone(),
    }
}

/// Returns how many parts `hir` has with its repetitions written out.
fn size(hir: &Hir) -> u64 {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => 1,
        HirKind::Literal(literal) => literal.0.len() as u64,
        HirKind::Class(Class::Bytes(class)) => class.ranges().len().max(1) as u64,
        // A range of characters may take several ranges of bytes for each of up to four.
        HirKind::Class(Class::Unicode(class)) => 4 * class.ranges().len().max(1) as u64,
        HirKind::Repetition(hir::Repetition { min, max, sub, .. }) => {
            let times = u64::from(max.unwrap_or(min.saturating_add(1)).max(1));
            size(sub).saturating_mul(times)
        }
        HirKind::Capture(capture) => size(&capture.sub).saturating_add(1),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => {
            parts.iter().map(size).fold(1, u64::saturating_add)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{LineRegex, LineRegexError};
    use crate::ere::{Pattern, PatternSet};

    /// Checks which secrets a regex finds in a text, with their lines.
    #[track_caller]
    fn check(pattern: &str, text: &str, expected: &[(usize, &str)]) {
        let set = PatternSet::of(vec![Pattern::Regex(LineRegex::parse(pattern).unwrap())]).unwrap();
        let mut found = Vec::new();
        let given_up = set.matching_lines(text.as_bytes(), |line| {
            line.each_match(0, |one| {
                found.push((line.number, text.get(one.secret).unwrap()));
            });
        });
        assert_eq!(given_up, []);
        assert_eq!(found, expected, "{pattern} in {text:?}");
    }

    #[test]
    fn matches_stay_within_lines() {
        check("a[^x]b", "a\nb\naxb a-b", &[(3, "a-b")]);
        check(r"(?s)a.+b", "a\nb\na--b", &[(3, "a--b")]);
        check(r"a\sb|a\nb", "a\nb\na b", &[(3, "a b")]);
        check("^b.$", "ab\nbc\r\nbd\nxbc", &[(3, "bd")]);
        check(
            r"\Ab|c\z",
            "b\nb c\nc",
            &[(1, "b"), (2, "b"), (2, "c"), (3, "c")],
        );
        check("é", "é", &[(1, "é")]);
        check("(?u:[à-ü])x", "éx\nex", &[(1, "éx")]);
        check(r"(?u:\b)key(?u:\b)", "a key\nkeys", &[(1, "key")]);
    }

    #[test]
    fn the_first_group_is_the_secret() {
        check(
            r#"(?i)key\s*=\s*"(.+?)""#,
            "Key = \"one\" KEY=\"two\"\nkey=\"\"\n",
            &[(1, "one"), (1, "two")],
        );
        check("a(b)?c", "ac abc", &[(1, "ac"), (1, "b")]);
        check("(?:x|y)+?", "xy", &[(1, "x"), (1, "y")]);
    }

    #[test]
    fn what_cannot_be_looked_for_is_refused() {
        for (pattern, expected) in [
            ("(", "unclosed group"),
            ("a*", "matches the empty text"),
            ("(a|)b?", "matches the empty text"),
            ("(?:a{1000}){1000}", "100000 parts"),
            ("(?=a)b", "look-around"),
        ] {
            let error: LineRegexError = LineRegex::parse(pattern).unwrap_err();
            assert!(error.to_string().contains(expected), "{pattern}: {error}");
        }
    }
}
