//! Why a pattern is refused, and what its author may write instead.

use std::fmt;

use super::{MAX_COUNT, MAX_DEPTH, MAX_LEN, MAX_SIZE};

/// Why a pattern is no extended regular expression, or none that can be searched for.
///
/// Displayed, it says what is wrong, at which column (bytes, from 1), and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    pub(super) at: usize,
    pub(super) kind: ErrorKind,
}

/// What is wrong with a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// There is nothing in it.
    Empty,
    /// It has more than [`MAX_LEN`] bytes.
    TooLong,
    /// It has a line feed: these are several patterns.
    LineFeed,
    /// Groups and repetitions are nested deeper than [`MAX_DEPTH`].
    TooDeep,
    /// With its repetitions written out it has more than [`MAX_SIZE`] parts.
    TooLarge,
    /// A `[` without its `]`.
    UnclosedBracket,
    /// A `(` without its `)`.
    UnclosedGroup,
    /// It ends in a backslash.
    TrailingBackslash,
    /// A range whose end comes before its start, `[z-a]`.
    ReversedRange {
        /// The first byte of the range.
        start: u8,
        /// The last byte of the range.
        end: u8,
    },
    /// A hyphen that is neither first nor last nor between two bytes, `[a-c-e]`.
    StrayHyphen,
    /// A class where the end of a range should stand, `[a-[:digit:]]`.
    ClassInRange,
    /// `[[:name:]]` with a name that is none of the twelve.
    UnknownClass(Vec<u8>),
    /// `[:digit:]` without the outer brackets.
    BareClass,
    /// `[[.name.]]` or `[[=name=]]` with a name that is not one byte.
    CollatingName(Vec<u8>),
    /// `{3,2}`.
    ReversedCount {
        /// The number before the comma.
        min: u32,
        /// The number after it.
        max: u32,
    },
    /// A count above [`MAX_COUNT`].
    CountTooLarge,
    /// `{}` or `{1,2,3}`.
    MalformedCount,
    /// `\1` where no first group is complete.
    UnknownGroup(u8),
    /// `(?:`, `(?i)` and the like.
    PerlGroup(PerlGroup),
}

/// The groups of Perl that POSIX does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum PerlGroup {
    /// `(?:`, `(?>` or `(?|`
    Plain,
    /// `(?i)`, `(?i:` and with more letters
    IgnoreCase,
    /// `(?s)`, `(?x)` and others without `i`
    Flags,
    /// `(?=`, `(?!`, `(?<=` or `(?<!`
    LookAround,
    /// `(?P<name>`, `(?<name>` or `(?'name'`
    Named,
    /// `(?#`
    Comment,
    /// Any other `(?`
    Other,
}

impl Error {
    /// Returns where in the pattern it went wrong: bytes from its start.
    pub fn at(&self) -> usize {
        self.at
    }

    /// Returns what went wrong.
    pub fn kind(&self) -> &ErrorKind {
        &self.kind
    }

    /// Returns what to write instead.
    pub fn hint(&self) -> &'static str {
        match &self.kind {
            ErrorKind::Empty => "remove it",
            ErrorKind::TooLong => "split it into several patterns",
            ErrorKind::LineFeed => "give each line as a pattern of its own",
            ErrorKind::TooDeep => "remove groups that change nothing",
            ErrorKind::TooLarge => "use smaller counts, or * and + instead of them",
            ErrorKind::UnclosedBracket => {
                "close it with ], or write \\[ for a bracket; a ] that stands first in a class belongs to it"
            }
            ErrorKind::UnclosedGroup => "close it with ), or write \\( for a parenthesis",
            ErrorKind::TrailingBackslash => "write \\\\ for a backslash",
            ErrorKind::ReversedRange { .. } => {
                "turn the range round, or put the hyphen last in the class"
            }
            ErrorKind::StrayHyphen => "put a hyphen that stands for itself last in the class",
            ErrorKind::ClassInRange => {
                "put the class beside the range, and a hyphen that stands for itself last"
            }
            ErrorKind::UnknownClass(_) => {
                "the classes are alpha, digit, alnum, upper, lower, space, blank, punct, print, graph, cntrl and xdigit"
            }
            ErrorKind::BareClass => "write it in two pairs of brackets: [[:digit:]]",
            ErrorKind::CollatingName(_) => "write the character itself: [[.-.]]",
            ErrorKind::ReversedCount { .. } => "put the smaller number first",
            ErrorKind::CountTooLarge => "the largest count is 32767; {n,} has no upper end",
            ErrorKind::MalformedCount => "write {n}, {n,}, {n,m} or {,m}, or \\{ for a brace",
            ErrorKind::UnknownGroup(_) => {
                "\\1 to \\9 repeat what a group has matched; the group must end before, in the same alternative"
            }
            ErrorKind::PerlGroup(group) => group.hint(),
        }
    }
}

impl PerlGroup {
    fn hint(self) -> &'static str {
        match self {
            Self::Plain => "write ( alone",
            Self::IgnoreCase => "write both cases of each letter: [Kk][Ee][Yy]",
            Self::Flags | Self::Comment => "leave it out",
            Self::LookAround => {
                "say with \\<, \\> or \\b where words begin and end, or put the exception into an allowed pattern"
            }
            Self::Named => "write ( alone, and \\1 for what the first group has matched",
            Self::Other => "write \\? for a question mark",
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let column = self.at + 1;
        match &self.kind {
            ErrorKind::Empty => f.write_str("the pattern is empty"),
            ErrorKind::TooLong => write!(f, "the pattern is longer than {MAX_LEN} bytes"),
            ErrorKind::LineFeed => write!(f, "a line feed at column {column}"),
            ErrorKind::TooDeep => write!(
                f,
                "groups and repetitions are nested more than {MAX_DEPTH} deep at column {column}"
            ),
            ErrorKind::TooLarge => write!(
                f,
                "the pattern has more than {MAX_SIZE} parts when its repetitions are written out"
            ),
            ErrorKind::UnclosedBracket => write!(f, "the [ at column {column} is never closed"),
            ErrorKind::UnclosedGroup => write!(f, "the ( at column {column} is never closed"),
            ErrorKind::TrailingBackslash => f.write_str("the pattern ends in a single backslash"),
            ErrorKind::ReversedRange { start, end } => write!(
                f,
                "the range {}-{} at column {column} ends before it starts",
                start.escape_ascii(),
                end.escape_ascii()
            ),
            ErrorKind::StrayHyphen => write!(
                f,
                "the hyphen at column {column} is neither a character nor part of a range"
            ),
            ErrorKind::ClassInRange => write!(
                f,
                "a class at column {column} where a range should have an end"
            ),
            ErrorKind::UnknownClass(name) => write!(
                f,
                "there is no class [:{}:] (column {column})",
                name.escape_ascii()
            ),
            ErrorKind::BareClass => write!(
                f,
                "the class at column {column} has only one pair of brackets"
            ),
            ErrorKind::CollatingName(name) => write!(
                f,
                "`{}` at column {column} is not one character",
                name.escape_ascii()
            ),
            ErrorKind::ReversedCount { min, max } => write!(
                f,
                "the count {{{min},{max}}} at column {column} ends before it starts"
            ),
            ErrorKind::CountTooLarge => {
                write!(f, "the count at column {column} is above {MAX_COUNT}")
            }
            ErrorKind::MalformedCount => {
                write!(f, "the braces at column {column} hold no count")
            }
            ErrorKind::UnknownGroup(number) => write!(
                f,
                "\\{number} at column {column} repeats a group that is not there"
            ),
            ErrorKind::PerlGroup(_) => write!(
                f,
                "(? at column {column} is Perl's, POSIX patterns do not have it"
            ),
        }?;
        write!(f, ": {}", self.hint())
    }
}

impl std::error::Error for Error {}
