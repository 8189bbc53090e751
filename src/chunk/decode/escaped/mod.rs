//! Stretches of text in which some bytes are written as something else, and text that is written in pieces.
//!
//! The first escape of a stretch is where it is decoded: one with no other of its kind so close before it that both belong together.

mod backslash;
mod block;
mod entity;
mod joined;
pub mod percent;
mod quoted_printable;

use std::borrow::Cow;

use super::{Decoded, Encoded, Encoding, Output, Stretch};

/// How bytes are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `%3D` (RFC 3986 section 2.1).
    Percent,
    /// `\x3d`, `\u003d`, `\75`, `\n`, `\"`, `\/`: as in C, JavaScript, Python and JSON (RFC 8259 section 7).
    Backslash,
    /// `&quot;`, `&#61;`, `&#x3d;` (HTML, section 13.5).
    Entity,
    /// `=3D`, and lines that end with `=` (RFC 2045 section 6.7).
    QuotedPrintable,
    /// Literals that a compiler joins: `"a" + "b"`, or one below the other.
    Joined,
    /// A value on the line below its key: `key: |` (YAML 1.2.2 section 8.1).
    Block,
}

/// Escapes no farther from each other than this, in bytes, are decoded together.
const GAP: usize = 1 << 10;

/// How many bytes before the first escape are decoded with it: the name of what follows.
const BEFORE: usize = 256;

/// How many bytes after the last escape are decoded with it: the rest of a token.
const AFTER: usize = 4 << 10;

/// How many bytes of a stretch are decoded at most, from its first escape on.
const MAX_BYTES: usize = crate::rule::MAX_MATCH_BYTES as usize;

/// Decodes the escape that a text begins with into the output, as standing at a place; returns how long it is, 0 where there is none.
type One = fn(&[u8], &mut Output, usize) -> usize;

/// Returns the literals where an escape may stand, of at least three bytes, with true for those in either case.
pub fn literals() -> Vec<(Cow<'static, str>, bool)> {
    let lists = [
        backslash::LITERALS,
        entity::LITERALS,
        quoted_printable::LITERALS,
        joined::LITERALS,
        block::LITERALS,
    ];
    let fixed = lists.into_iter().flatten();
    let mut out: Vec<_> = fixed.map(|text| (Cow::Borrowed(*text), false)).collect();
    out.extend((0x20..0x80).map(|value| (format!("%{value:02x}").into(), true)));
    let before_slash = (b'+'..=b'z').filter(|byte| super::base64::is_base64(*byte));
    out.extend(before_slash.map(|byte| (format!(r"\/{}", char::from(byte)).into(), false)));
    out.extend((b'A'..=b'Z').map(|byte| (format!(r"\n{}", char::from(byte)).into(), false)));
    out
}

/// Returns the kind of the escape at `at`.
fn kind(bytes: &[u8], at: usize) -> Option<Kind> {
    let rest = &bytes[at..];
    match rest.first()? {
        b'%' => percent::is_escape(rest).then_some(Kind::Percent),
        b'\\' => backslash::is_escape(rest).then_some(Kind::Backslash),
        b'&' => entity::is_escape(rest).then_some(Kind::Entity),
        b'=' => quoted_printable::is_escape(rest).then_some(Kind::QuotedPrintable),
        b'"' | b'\'' => joined::join(rest).is_some().then_some(Kind::Joined),
        b':' => block::is_escape(rest).then_some(Kind::Block),
        _ => None,
    }
}

/// Returns the stretch that begins with the escape at `at`, where one of [`literals`] stands.
pub fn stretch(bytes: &[u8], at: usize) -> Stretch {
    match kind(bytes, at) {
        None => Stretch {
            encoded: None,
            back: 0,
            reach: at + farthest(bytes[at]),
        },
        Some(Kind::Joined) => joined::stretch(bytes, at),
        Some(Kind::Block) => block::stretch(bytes, at),
        Some(kind) => of_escapes(bytes, at, kind),
    }
}

/// Returns how many bytes may be looked at to see that there is no escape.
fn farthest(mark: u8) -> usize {
    match mark {
        b'"' | b'\'' => joined::MAX_JOIN,
        b':' => block::MAX_HEADER,
        _ => 8,
    }
}

/// Returns the stretch of escapes round `at`: on its line, or of a mail, whose lines are not those of its text.
fn of_escapes(bytes: &[u8], at: usize, of: Kind) -> Stretch {
    let mark = bytes[at];
    let low = at.saturating_sub(GAP);
    let goes_over_lines = of == Kind::QuotedPrintable;
    let line = memchr::memrchr(b'\n', &bytes[low..at])
        .filter(|_| !goes_over_lines)
        .map_or(low, |feed| low + feed + 1);
    let before = memchr::memrchr_iter(mark, &bytes[line..at])
        .map(|back| line + back)
        .find(|before| kind(bytes, *before) == Some(of));
    if let Some(before) = before {
        return Stretch {
            encoded: None,
            back: at - before,
            reach: at + farthest(mark),
        };
    }
    let limit = bytes.len().min(at + MAX_BYTES);
    let mut last = at;
    let mut end = memchr::memchr(b'\n', &bytes[at..limit])
        .filter(|_| !goes_over_lines)
        .map_or(limit, |feed| at + feed);
    for next in memchr::memchr_iter(mark, &bytes[at + 1..end]).map(|on| at + 1 + on) {
        if next - last > GAP {
            break;
        }
        if kind(bytes, next) == Some(of) {
            last = next;
        }
    }
    end = end.min(last + AFTER);
    let start = line.max(at.saturating_sub(BEFORE));
    Stretch {
        encoded: Some(Encoded {
            range: start..end,
            encoding: Encoding::Escaped(of),
        }),
        back: at - line + 1,
        reach: end + 1,
    }
}

/// Returns what `bytes` stand for, when that differs from them.
pub(super) fn decode(kind: Kind, bytes: &[u8]) -> Option<Decoded> {
    let (name, one): (_, One) = match kind {
        Kind::Percent => ("percent encoding", percent::one),
        Kind::Backslash => ("escapes", backslash::one),
        Kind::Entity => ("HTML entities", entity::one),
        Kind::QuotedPrintable => ("quoted-printable", quoted_printable::one),
        Kind::Joined => ("joined literals", joined::one),
        Kind::Block => ("YAML block", block::one),
    };
    let mut out = Output::default();
    let mut at = 0;
    while at < bytes.len() {
        // What is no escape stands for itself.
        match one(&bytes[at..], &mut out, at) {
            0 => {
                out.push(bytes[at], at);
                at += 1;
            }
            len => at += len,
        }
    }
    (out.bytes != bytes).then(|| out.finish(name, bytes.len()))
}

/// Returns the character with this number, where text has it: no secret goes over other control characters, and what has them is no text.
fn character(number: u32) -> Option<char> {
    let is_text = |c: &char| !c.is_control() || matches!(c, '\t' | '\n' | '\r');
    char::from_u32(number).filter(is_text)
}

/// Returns the value of a hexadecimal digit.
fn hex(byte: u8) -> Option<u32> {
    char::from(byte).to_digit(16)
}

#[cfg(test)]
mod tests;
