//! Decoders with a source map: what is encoded in a blob is scanned as if it stood there plainly, and a finding points at the
//! encoded bytes.
//!
//! Where something is encoded the prefilter says: at a base64 run, or at a mark: one of [`escaped::literals`] or [`columns::literals`]. What is decoded is a function of the
//! bytes round that place, a thousand or so before it and no more than [`crate::rule::MAX_MATCH_BYTES`] after it, as a match of a rule is.

pub mod base64;
pub mod columns;
pub mod escaped;
pub mod gzip;
pub mod hex;

use std::ops::Range;

use self::{columns::Form, escaped::Kind};

/// Something encoded in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Encoded {
    /// Where it stands.
    pub range: Range<usize>,
    /// How it is encoded.
    pub encoding: Encoding,
}

/// How something is encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// A run of base64 bytes, or of those of its alphabet for URLs: maybe base64, maybe hexadecimal.
    Run,
    /// A stretch of text with escapes.
    Escaped(Kind),
    /// A table, whose cells have their names at its head.
    Columns(Form),
}

/// Where a stretch of text stands that is to be decoded, and which bytes that depends on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stretch {
    /// The stretch, where it is that of the mark that was asked for.
    pub encoded: Option<Encoded>,
    /// How many bytes before the mark decide.
    pub back: usize,
    /// Where the bytes end that decide: one more than there are where the end of the text does.
    pub reach: usize,
}

/// Returns the stretch of the mark at `at`, where one of [`escaped::literals`] or [`columns::literals`] stands.
pub fn stretch(bytes: &[u8], at: usize) -> Stretch {
    // Escapes begin with punctuation, names do not.
    if bytes[at].is_ascii_alphabetic() || bytes[at] >= 0x80 {
        columns::stretch(bytes, at)
    } else {
        escaped::stretch(bytes, at)
    }
}

/// What something encoded stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded {
    /// The name of the encoding, for reports.
    pub encoding: &'static str,
    /// The decoded bytes.
    pub bytes: Vec<u8>,
    map: Map,
}

/// Where decoded bytes come from.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Map {
    /// Four bytes for three.
    Base64,
    /// Two bytes for one.
    Hex,
    /// From somewhere in so many bytes.
    Whole(usize),
    /// By decoded byte, and at last for the end: where what stands for it begins.
    Places(Vec<u32>),
}

/// How deep encodings may be nested.
pub const MAX_DEPTH: usize = 3;

/// Returns what stands in `text` at `encoded`, when that makes sense.
pub fn decode(text: &[u8], encoded: &Encoded) -> Option<Decoded> {
    let bytes = &text[encoded.range.clone()];
    match encoded.encoding {
        Encoding::Run => hex::decode(bytes)
            .or_else(|| base64::decode(bytes))
            .or_else(|| gzip::decode(bytes)),
        Encoding::Escaped(kind) => escaped::decode(kind, bytes),
        Encoding::Columns(form) => columns::decode(form, bytes),
    }
}

/// Returns true for the name of an encoding whose decoded bytes each have a place of their own.
pub fn is_exact(name: &str) -> bool {
    !matches!(name, base64::NAME | hex::NAME | gzip::NAME)
}

impl Decoded {
    /// Returns where the decoded bytes `range` stand, for something encoded that begins at `start`.
    pub fn source(&self, start: usize, range: &Range<usize>) -> Range<usize> {
        match &self.map {
            Map::Base64 => base64::source(start, range),
            Map::Hex => start + 2 * range.start..start + 2 * range.end,
            Map::Whole(len) => start..start + len,
            Map::Places(places) => {
                let place = |at: usize| start + places[at.min(places.len() - 1)] as usize;
                place(range.start)..place(range.end)
            }
        }
    }

    /// Returns true when the decoded bytes `range`, and those beside them, stand in the text as they are: what is found there is found in the
    /// text itself.
    pub fn is_plain(&self, range: &Range<usize>) -> bool {
        let Map::Places(places) = &self.map else {
            return false;
        };
        let (start, end) = (range.start.saturating_sub(1), range.end + 1);
        match (places.get(start), places.get(end)) {
            (Some(from), Some(to)) => (to - from) as usize == end - start,
            _ => false,
        }
    }
}

/// Decoded bytes in the making.
#[derive(Debug, Default)]
struct Output {
    bytes: Vec<u8>,
    places: Vec<u32>,
}

impl Output {
    fn push(&mut self, byte: u8, at: usize) {
        self.bytes.push(byte);
        self.places.push(u32::try_from(at).unwrap_or(u32::MAX));
    }

    fn push_char(&mut self, c: char, at: usize) {
        for byte in c.encode_utf8(&mut [0; 4]).bytes() {
            self.push(byte, at);
        }
    }

    /// Returns what was decoded from `len` bytes under the name `encoding`.
    fn finish(mut self, encoding: &'static str, len: usize) -> Decoded {
        self.places.push(u32::try_from(len).unwrap_or(u32::MAX));
        Decoded {
            encoding,
            bytes: self.bytes,
            map: Map::Places(self.places),
        }
    }
}

/// Returns true for bytes that are text in ASCII. Only text is worth scanning; 18 random bytes are text with a chance of (98/256)^18, about
/// 3 in 10^8.
fn is_ascii_text(bytes: &[u8]) -> bool {
    bytes
        .iter()
        .all(|b| matches!(b, b' '..=b'~' | b'\n' | b'\r' | b'\t'))
}

#[cfg(test)]
mod testing {
    use super::{Encoding, Stretch};

    /// Where a stretch begins, from its mark on, how long it is, and what.
    type Found = Option<(isize, usize, Encoding)>;

    /// Returns what stands at the mark at `at`, there and in another text, in which `front` and `back` stand for all bytes that decide nothing.
    pub(super) fn twice(
        stretch: fn(&[u8], usize) -> Stretch,
        bytes: &[u8],
        at: usize,
        front: &[u8],
        back: &[u8],
    ) -> (Found, Found, Vec<u8>) {
        let found = |one: Stretch, at: usize| {
            one.encoded.map(|e| {
                (
                    e.range.start.cast_signed() - at.cast_signed(),
                    e.range.len(),
                    e.encoding,
                )
            })
        };
        let one = stretch(bytes, at);
        // Where more is asked for than there is, the end of the text decides.
        let keep_front = at.checked_sub(one.back);
        let start = keep_front.unwrap_or(0);
        let front = if keep_front.is_some() { front } else { b"" };
        let back = if one.reach <= bytes.len() { back } else { b"" };
        let other = [front, &bytes[start..bytes.len().min(one.reach)], back].concat();
        let moved = front.len() + at - start;
        let two = stretch(&other, moved);
        (found(one, at), found(two, moved), other)
    }
}
