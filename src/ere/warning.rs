//! What a pattern says that its author probably did not mean.

use std::fmt;

/// Something in a pattern that works, but hardly as it was meant.
///
/// Displayed, it says what the pattern means, at which column (bytes, from 1), and what to write for what was probably meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Warning {
    pub(super) at: usize,
    pub(super) kind: WarningKind,
}

/// What is odd about a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum WarningKind {
    /// `\d`, `\t`: a letter or digit with a backslash that means nothing stands for itself.
    EscapedLetter(u8),
    /// `[\d]`, `[\]]`: a backslash in a class stands for itself.
    BackslashInClass(u8),
    /// `*?`: Perl's lazy repetition.
    Lazy,
    /// `*+`: Perl's possessive repetition.
    Possessive,
    /// `*` at a start, after `(` or `|`: there is nothing to repeat, it is left out.
    NothingToRepeat,
    /// `^*`: what is repeated is the anchor.
    RepeatedAnchor,
    /// `{1`, `{,x}`: looks like a count and is none.
    LiteralBrace,
    /// A `)` that closes nothing.
    LiteralParenthesis,
    /// A `^` after text or a `$` before text never matches.
    AnchorInside(u8),
    /// `[é]`: a class of the bytes of a character.
    SplitInClass,
    /// `é+`: repeats the last byte of a character.
    SplitByRepetition,
    /// The pattern ends in a carriage return.
    CarriageReturn,
    /// Only the empty text matches.
    OnlyEmpty,
    /// The empty text matches, too.
    MatchesEmpty,
}

impl Warning {
    /// Returns where in the pattern it is: bytes from its start.
    pub fn at(&self) -> usize {
        self.at
    }

    /// Returns what is odd.
    pub fn kind(&self) -> WarningKind {
        self.kind
    }
}

/// Returns what to write for what `\letter` means elsewhere.
fn instead_of(letter: u8) -> &'static str {
    match letter {
        b'd' => "write [0-9] for a digit",
        b'D' => "write [^0-9] for anything but a digit",
        b'h' => "write [[:blank:]] for a blank or tab",
        b'H' => "write [^[:blank:]] for anything but a blank or tab",
        b't' => "write [[:blank:]] for a blank or tab, or the tab itself",
        b'n' | b'R' | b'N' => "patterns are matched line by line and never see a line feed",
        b'r' | b'f' | b'v' | b'a' | b'e' | b'c' => {
            "write [[:cntrl:]] for a control character, or the character itself"
        }
        b'x' | b'u' | b'o' | b'0' => "write the character itself",
        b'p' | b'P' => "write a class such as [[:alpha:]]",
        b'A' => "write ^ for the start of the line",
        b'z' | b'Z' => "write $ for the end of the line",
        b'Q' | b'E' => "write a backslash before each special character",
        b'K' => "leave it out",
        _ => "leave out the backslash",
    }
}

/// Returns what to write in a class for what `\letter` means elsewhere.
fn instead_in_class(letter: u8) -> &'static str {
    match letter {
        b'd' => "write 0-9 for a digit",
        b'w' => "write [:alnum:]_ for a word character",
        b's' => "write [:space:] for white space",
        b'D' | b'W' | b'S' => "write [^...] for anything but these",
        b't' | b'h' => "write [:blank:] for a blank or tab",
        b']' => "put a ] first in the class: []...]",
        b'-' => "put a hyphen that stands for itself last in the class",
        _ => "leave out the backslash, or write the character itself",
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let column = self.at + 1;
        match self.kind {
            WarningKind::EscapedLetter(letter) => write!(
                f,
                "\\{0} at column {column} is the character {0}: {1}",
                char::from(letter),
                instead_of(letter)
            ),
            WarningKind::BackslashInClass(next) => write!(
                f,
                "the backslash at column {column} is a member of its class, not an escape: {}",
                instead_in_class(next)
            ),
            WarningKind::Lazy => write!(
                f,
                "the ? at column {column} does not make a repetition lazy but optional: leave it out"
            ),
            WarningKind::Possessive => write!(
                f,
                "the + at column {column} does not make a repetition possessive but repeats it: leave it out"
            ),
            WarningKind::NothingToRepeat => write!(
                f,
                "there is nothing to repeat at column {column}: write a backslash before a character that stands for itself"
            ),
            WarningKind::RepeatedAnchor => write!(
                f,
                "the repetition at column {column} repeats an anchor: write .* for any text"
            ),
            WarningKind::LiteralBrace => write!(
                f,
                "the {{ at column {column} stands for itself: write {{n}}, {{n,}}, {{n,m}} or {{,m}} for a count"
            ),
            WarningKind::LiteralParenthesis => write!(
                f,
                "the ) at column {column} closes nothing and stands for itself: write \\) if it should"
            ),
            WarningKind::AnchorInside(anchor) => write!(
                f,
                "the {0} at column {column} can never match, there is text on its wrong side: write \\{0} for the character",
                char::from(anchor)
            ),
            WarningKind::SplitInClass => write!(
                f,
                "the class at column {column} has the bytes of a character that is not ASCII: write (é|è) instead of [éè]"
            ),
            WarningKind::SplitByRepetition => write!(
                f,
                "the repetition at column {column} repeats only the last byte of the character before it: write (é)+ instead of é+"
            ),
            WarningKind::CarriageReturn => f.write_str(
                "the pattern ends in a carriage return and finds only lines that have one there: save its file with Unix line ends",
            ),
            WarningKind::OnlyEmpty => f.write_str(
                "the pattern matches nothing but the empty text: as a prohibited pattern it finds nothing",
            ),
            WarningKind::MatchesEmpty => f.write_str(
                "the pattern matches the empty text, too: as an allowed pattern it allows every line",
            ),
        }
    }
}
