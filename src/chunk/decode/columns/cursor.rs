//! Reads bytes in order, and knows how far it looked.

use std::ops::Range;

use super::Output;

/// A place in bytes of which those up to a limit are read.
#[derive(Debug)]
pub(super) struct Cursor<'a> {
    pub(super) bytes: &'a [u8],
    /// The next byte.
    pub(super) at: usize,
    limit: usize,
    /// Where the bytes end that were looked at: one more than there are where the end of the text was seen.
    pub(super) far: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(bytes: &'a [u8], limit: usize) -> Self {
        Self {
            bytes,
            at: 0,
            limit,
            far: 0,
        }
    }

    /// Returns the byte after `ahead` more, before the limit.
    pub(super) fn peek_at(&mut self, ahead: usize) -> Option<u8> {
        let at = self.at + ahead;
        self.far = self.far.max(at.min(self.limit) + 1);
        self.bytes[..self.limit].get(at).copied()
    }

    pub(super) fn peek(&mut self) -> Option<u8> {
        self.peek_at(0)
    }

    /// Goes on over `byte`; returns false where another one stands.
    pub(super) fn take(&mut self, byte: u8) -> bool {
        let is_here = self.peek() == Some(byte);
        self.at += usize::from(is_here);
        is_here
    }

    /// Goes on over `word`, in any case, and returns false where another one stands.
    pub(super) fn take_word(&mut self, word: &str) -> bool {
        let mut here = (0..word.len()).map(|ahead| self.peek_at(ahead));
        let is_here = word.bytes().all(|byte| {
            here.next()
                .flatten()
                .is_some_and(|b| b.eq_ignore_ascii_case(&byte))
        });
        self.at += if is_here { word.len() } else { 0 };
        is_here
    }

    /// Goes on while `holds`.
    pub(super) fn skip(&mut self, holds: impl Fn(u8) -> bool) {
        while self.peek().is_some_and(&holds) {
            self.at += 1;
        }
    }

    /// Goes on to the first of two bytes, or to where no more is read.
    pub(super) fn find(&mut self, one: u8, other: u8) {
        let rest = self.bytes[..self.limit].get(self.at..).unwrap_or_default();
        self.at = memchr::memchr2(one, other, rest).map_or(self.limit, |on| self.at + on);
        self.far = self.far.max(self.at + 1);
    }

    /// Returns true at the end of the text, and false where only the reading ends.
    pub(super) fn is_at_end(&mut self) -> bool {
        self.peek().is_none() && self.limit == self.bytes.len()
    }
}

/// How a cell is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Escapes {
    /// As it is.
    None,
    /// In quotes, of which two stand for one (RFC 4180 section 2).
    Doubled(u8),
    /// The same, and a backslash takes the meaning from what follows (`MySQL` 8.4, section 11.1.1).
    Sql(u8),
    /// Backslashes of COPY (`PostgreSQL`, "COPY", text format).
    Copy,
}

/// What stands in a cell, without quotes and the blanks round it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cell {
    pub(super) range: Range<usize>,
    pub(super) escapes: Escapes,
}

impl Cell {
    pub(super) fn raw(range: Range<usize>) -> Self {
        Self {
            range,
            escapes: Escapes::None,
        }
    }

    pub(super) fn text<'a>(&self, bytes: &'a [u8]) -> &'a [u8] {
        &bytes[self.range.clone()]
    }

    /// Returns true when something stands in it that may be a value.
    pub(super) fn is_value(&self, bytes: &[u8]) -> bool {
        let text = self.text(bytes);
        let is_null = || match self.escapes {
            Escapes::None => text.eq_ignore_ascii_case(b"null"),
            Escapes::Copy => text == br"\N",
            Escapes::Sql(_) => is_between_literals(text),
            Escapes::Doubled(_) => false,
        };
        !text.is_empty() && !is_null()
    }

    /// Writes what it stands for.
    pub(super) fn write(&self, bytes: &[u8], out: &mut Output) {
        let mut at = self.range.start;
        while at < self.range.end {
            let next = bytes.get(at + 1).filter(|_| at + 1 < self.range.end);
            let (byte, len) = match (self.escapes, bytes[at], next) {
                (Escapes::Doubled(quote) | Escapes::Sql(quote), here, Some(next))
                    if here == quote && *next == quote =>
                {
                    (quote, 2)
                }
                (Escapes::Sql(_) | Escapes::Copy, b'\\', Some(next)) => (meant(*next), 2),
                (_, here, _) => (here, 1),
            };
            out.push(byte, at);
            at += len;
        }
    }
}

/// Returns true when a string of SQL looks like what stands between two literals of a program, and is none: `'" + name + "'`.
fn is_between_literals(text: &[u8]) -> bool {
    let is_edge = |byte: &u8| byte.is_ascii_whitespace() || b"\"'`".contains(byte);
    text.first().is_some_and(is_edge) && text.last().is_some_and(is_edge)
}

/// Returns what a byte behind a backslash stands for.
fn meant(byte: u8) -> u8 {
    match byte {
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        other => other,
    }
}
