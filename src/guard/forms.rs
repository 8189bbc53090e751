//! The forms in which a secret is found, each read from a position on: a pure function of the bytes from there.

use super::units::Escape;
use crate::rule::MAX_MATCH_BYTES;

/// How a secret is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Form {
    /// As it is.
    Plain,
    /// With some of its bytes as escapes.
    Escaped(Escape),
    /// As hexadecimal digits of either case.
    Hex,
    /// In base64 of either alphabet (RFC 4648 sections 4 and 5), its first bit being this one of a digit: 0, 2 or 4, as something stands before
    /// it.
    Base64(u8),
    /// In UTF-16, little endian when true.
    Utf16(bool),
    /// In UTF-16, little endian, and that in base64: what PowerShell takes as `-EncodedCommand`.
    Base64Utf16(u8),
}

/// The most bytes of a text that hold one secret.
pub(super) const MAX_SPAN: usize = MAX_MATCH_BYTES as usize;

/// The value of a digit of base64 in either alphabet; 64 for what is none.
pub(super) static DIGIT: [u8; 256] = digits();

const fn digits() -> [u8; 256] {
    let mut out = [64; 256];
    let all = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut at = 0;
    while at < 64 {
        #[expect(clippy::cast_possible_truncation, reason = "at is below 64")]
        let value = at as u8;
        out[all[at] as usize] = value;
        at += 1;
    }
    out[b'-' as usize] = 62;
    out[b'_' as usize] = 63;
    out
}

impl Form {
    /// All of them; of those that match at one place with the same length the first speaks.
    pub(super) const ALL: [Self; 13] = [
        Self::Plain,
        Self::Escaped(Escape::Percent),
        Self::Escaped(Escape::Backslash),
        Self::Escaped(Escape::Entity),
        Self::Hex,
        Self::Base64(0),
        Self::Base64(2),
        Self::Base64(4),
        Self::Utf16(true),
        Self::Utf16(false),
        Self::Base64Utf16(0),
        Self::Base64Utf16(2),
        Self::Base64Utf16(4),
    ];

    /// Returns the names of the encodings, outermost first, as reports use them.
    pub(super) fn names(self) -> &'static [&'static str] {
        match self {
            Self::Plain => &[],
            Self::Escaped(Escape::Percent) => &["percent encoding"],
            Self::Escaped(Escape::Backslash) => &["escapes"],
            Self::Escaped(Escape::Entity) => &["HTML entities"],
            Self::Hex => &["hex"],
            Self::Base64(_) => &["base64"],
            Self::Utf16(_) => &["UTF-16"],
            Self::Base64Utf16(_) => &["base64", "UTF-16"],
        }
    }

    /// Replaces `out` by the `count` bytes that are written from `start` on, and returns where they end; none where something else stands
    /// there, or they are written in another form.
    pub(super) fn read(
        self,
        bytes: &[u8],
        start: usize,
        count: usize,
        out: &mut Vec<u8>,
    ) -> Option<usize> {
        out.clear();
        let end = match self {
            Self::Plain => {
                out.extend_from_slice(bytes.get(start..start + count)?);
                start + count
            }
            Self::Escaped(escape) => escaped(escape, bytes, start, count, out)?,
            Self::Hex => {
                let digits = bytes.get(start..start + 2 * count)?;
                for pair in digits.as_chunks::<2>().0 {
                    out.push(hex(pair[0])? * 16 + hex(pair[1])?);
                }
                start + 2 * count
            }
            Self::Base64(first) => base64(bytes, start, first, count, out)?,
            Self::Utf16(little) => {
                let units = bytes.get(start..start + 2 * count)?;
                for unit in units.as_chunks::<2>().0 {
                    out.push(narrow(*unit, little)?);
                }
                start + 2 * count
            }
            Self::Base64Utf16(first) => {
                let end = base64(bytes, start, first, 2 * count, out)?;
                for at in 0..count {
                    out[at] = narrow([out[2 * at], out[2 * at + 1]], true)?;
                }
                out.truncate(count);
                end
            }
        };
        (end - start <= MAX_SPAN).then_some(end)
    }

    /// Returns the byte that is written right before `start` in this form, where one is.
    pub(super) fn before(self, bytes: &[u8], start: usize) -> Option<u8> {
        let one = |form: Self, back: usize| {
            let mut out = Vec::new();
            form.read(bytes, start.checked_sub(back)?, 1, &mut out)?;
            out.first().copied()
        };
        match self {
            Self::Plain | Self::Escaped(_) => {
                let at = start.checked_sub(1)?;
                let is_escape = at > 0 && bytes[at - 1] == b'\\' && b"nrt".contains(&bytes[at]);
                Some(if is_escape { b'\n' } else { bytes[at] })
            }
            Self::Hex => one(Self::Hex, 2),
            Self::Utf16(_) => one(self, 2),
            Self::Base64(0) => one(Self::Base64(4), 2),
            Self::Base64(first) => one(Self::Base64(first - 2), 1),
            // The zero byte of a unit before may belong to anything: a unit is 16 bits, of which the digits at hand hold `first`.
            Self::Base64Utf16(0) => one(Self::Base64Utf16(2), 3),
            Self::Base64Utf16(2) => one(Self::Base64Utf16(4), 3),
            Self::Base64Utf16(_) => one(Self::Base64Utf16(0), 2),
        }
    }

    /// Returns the byte that is written from `end` on, where one is; what was read before began at `start` and has `count` bytes.
    pub(super) fn after(
        self,
        bytes: &[u8],
        (start, end): (usize, usize),
        count: usize,
    ) -> Option<u8> {
        match self {
            Self::Plain | Self::Escaped(_) => bytes.get(end).copied(),
            _ => {
                let mut out = Vec::new();
                self.read(bytes, start, count + 1, &mut out)?;
                out.last().copied()
            }
        }
    }
}

/// Reads escapes and what stands between them. What has none is plain, and no business of this form.
fn escaped(
    escape: Escape,
    bytes: &[u8],
    start: usize,
    count: usize,
    out: &mut Vec<u8>,
) -> Option<usize> {
    let mut at = start;
    while out.len() < count {
        if let Some(unit) = escape.unit(bytes, at) {
            out.extend_from_slice(unit.bytes());
            at += unit.width;
        } else {
            out.push(*bytes.get(at)?);
            at += 1;
        }
        if at - start > MAX_SPAN {
            return None;
        }
    }
    (out.len() == count && at - start > count).then_some(at)
}

fn base64(bytes: &[u8], start: usize, first: u8, count: usize, out: &mut Vec<u8>) -> Option<usize> {
    let first = usize::from(first);
    let width = (first + 8 * count).div_ceil(6);
    let digits = bytes.get(start..start + width)?;
    let (mut bits, mut len) = (0_u32, 0);
    for (at, digit) in digits.iter().enumerate() {
        let value = u32::from(DIGIT[usize::from(*digit)]);
        if value == 64 {
            return None;
        }
        bits = (bits << 6 | value) & 0xffff;
        len += if at == 0 { 6 - first } else { 6 };
        if len >= 8 && out.len() < count {
            len -= 8;
            out.push(u8::try_from((bits >> len) & 0xff).unwrap_or_default());
        }
    }
    Some(start + width)
}

/// Returns the byte of a unit of UTF-16 that has one.
fn narrow(unit: [u8; 2], little: bool) -> Option<u8> {
    let unit = if little {
        u16::from_le_bytes(unit)
    } else {
        u16::from_be_bytes(unit)
    };
    u8::try_from(unit).ok().filter(u8::is_ascii)
}

/// Returns the value of a hexadecimal digit.
fn hex(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}
