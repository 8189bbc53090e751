//! Text with two or four bytes a character: UTF-16 and UTF-32 (The Unicode Standard, section 3.10), as `PowerShell` and the registry
//! editor write it. It is scanned as UTF-8, and places are those in that.

use std::{
    borrow::Cow,
    io::{self, Read},
};

use super::SNIFF;

/// How the characters of a text are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wide {
    /// Bytes a unit: 2 or 4.
    width: usize,
    big_endian: bool,
}

/// How many units without a mark in front have to be ASCII text, of all at the start of a text.
const MOST: (usize, usize) = (9, 10);

/// How many units a text without a mark has at the least.
const LEAST: usize = 8;

impl Wide {
    /// Returns how a text is written that begins with `head`, its first 8,000 bytes or all of it; None for bytes of any other kind.
    pub fn of(head: &[u8]) -> Option<Self> {
        let form = |width, big_endian| Self { width, big_endian };
        match *head {
            // Before the mark of UTF-16, which it begins with.
            [0xff, 0xfe, 0, 0, ..] => return Some(form(4, false)),
            [0, 0, 0xfe, 0xff, ..] => return Some(form(4, true)),
            [0xff, 0xfe, ..] => return Some(form(2, false)),
            [0xfe, 0xff, ..] => return Some(form(2, true)),
            // Any other text has no NUL.
            [0, _, ..] | [_, 0, ..] => {}
            _ => return None,
        }
        let head = &head[..head.len().min(SNIFF)];
        [form(4, false), form(4, true), form(2, false), form(2, true)]
            .into_iter()
            .find(|form| form.is_likely(head))
    }

    /// Returns true when nearly all units are ASCII text.
    fn is_likely(self, head: &[u8]) -> bool {
        let units = head.chunks_exact(self.width);
        let all = units.len();
        let is_text = |unit: u32| matches!(unit, 0x20..=0x7e | 0x09 | 0x0a | 0x0d);
        let text = units.filter(|unit| is_text(self.unit(unit))).count();
        all >= LEAST && text * MOST.1 >= all * MOST.0
    }

    fn unit(self, bytes: &[u8]) -> u32 {
        let add = |value: u32, byte: &u8| value << 8 | u32::from(*byte);
        if self.big_endian {
            bytes.iter().fold(0, add)
        } else {
            bytes.iter().rev().fold(0, add)
        }
    }

    /// Adds `bytes` as UTF-8 to `out`, as far as they are whole characters or the text ends with them. Returns how many bytes that were.
    fn add(self, bytes: &[u8], is_end: bool, out: &mut Vec<u8>) -> usize {
        let mut taken = 0;
        while let Some(unit) = bytes.get(taken..taken + self.width) {
            let mut value = self.unit(unit);
            let mut len = self.width;
            if self.width == 2 && (0xd800..0xdc00).contains(&value) {
                match bytes.get(taken + 2..taken + 4).map(|low| self.unit(low)) {
                    None if !is_end => break,
                    Some(low @ 0xdc00..0xe000) => {
                        value = 0x10000 + ((value - 0xd800) << 10) + (low - 0xdc00);
                        len = 4;
                    }
                    _ => {}
                }
            }
            // A mark in front is none of the text.
            if value != 0xfeff {
                let c = char::from_u32(value).unwrap_or(char::REPLACEMENT_CHARACTER);
                out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
            }
            taken += len;
        }
        if is_end { bytes.len() } else { taken }
    }

    /// Returns a reader of the same text as UTF-8.
    pub(super) fn reader<R: Read>(self, inner: R) -> Utf8<R> {
        Utf8 {
            inner,
            form: self,
            read: 0,
            raw: Vec::new(),
            text: Vec::new(),
            given: 0,
            is_end: false,
        }
    }
}

/// Returns a text as UTF-8 where it has two or four bytes a character, and other bytes as they are.
pub fn as_utf8(bytes: &[u8]) -> Cow<'_, [u8]> {
    match Wide::of(bytes) {
        None => Cow::Borrowed(bytes),
        Some(form) => {
            let mut out = Vec::with_capacity(bytes.len() / form.width + 16);
            form.add(bytes, true, &mut out);
            Cow::Owned(out)
        }
    }
}

/// Reads wide text as UTF-8.
#[derive(Debug)]
pub(super) struct Utf8<R> {
    inner: R,
    form: Wide,
    /// How many bytes were read.
    pub(super) read: u64,
    raw: Vec<u8>,
    text: Vec<u8>,
    given: usize,
    is_end: bool,
}

/// How many bytes are read at once.
const BLOCK: usize = 64 << 10;

impl<R: Read> Read for Utf8<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.given == self.text.len() && !self.is_end {
            let kept = self.raw.len();
            self.raw.resize(kept + BLOCK, 0);
            let read = self.inner.read(&mut self.raw[kept..]);
            self.raw.truncate(kept + *read.as_ref().unwrap_or(&0));
            self.read += read? as u64;
            self.is_end = self.raw.len() == kept;
            self.text.clear();
            self.given = 0;
            let taken = self.form.add(&self.raw, self.is_end, &mut self.text);
            self.raw.drain(..taken);
        }
        let rest = &self.text[self.given..];
        let len = rest.len().min(buffer.len());
        buffer[..len].copy_from_slice(&rest[..len]);
        self.given += len;
        Ok(len)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use proptest::prelude::*;

    use super::{Wide, as_utf8};

    /// Returns `text` in each form, with a mark in front and without.
    fn forms(text: &str) -> Vec<(Vec<u8>, bool)> {
        let mut out = Vec::new();
        for mark in ["\u{feff}", ""] {
            let text = format!("{mark}{text}");
            let narrow = || text.encode_utf16();
            let wide = || text.chars().map(u32::from);
            out.push((
                narrow().flat_map(u16::to_le_bytes).collect(),
                !mark.is_empty(),
            ));
            out.push((
                narrow().flat_map(u16::to_be_bytes).collect(),
                !mark.is_empty(),
            ));
            out.push((
                wide().flat_map(u32::to_le_bytes).collect(),
                !mark.is_empty(),
            ));
            out.push((
                wide().flat_map(u32::to_be_bytes).collect(),
                !mark.is_empty(),
            ));
        }
        out
    }

    /// Gives few bytes at a time.
    struct Slow<'a>(&'a [u8], usize);

    impl Read for Slow<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            let len = self.1.min(buffer.len()).min(self.0.len());
            buffer[..len].copy_from_slice(&self.0[..len]);
            self.0 = &self.0[len..];
            Ok(len)
        }
    }

    #[test]
    fn a_text_in_each_form() {
        let text = "password = \u{e4}\u{1f600} and more of it\r\n";
        for (bytes, _) in forms(text) {
            assert_eq!(as_utf8(&bytes), text.as_bytes(), "{bytes:?}");
        }
    }

    #[test]
    fn other_bytes() {
        let plain: [&[u8]; 7] = [
            b"",
            b"a text",
            b"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
            b"\x7fELF\0\0\0\0\x01\0\0\0",
            b"a\0b\0c\0",
            b"\0\x01\0\x02\0\x03\0\x04\0\x05\0\x06\0\x07\0\x08\0\x09",
            "\u{feff}with a mark".as_bytes(),
        ];
        for bytes in plain {
            assert_eq!(Wide::of(bytes), None, "{bytes:?}");
        }
        // Half a character at the end, and half a pair, are no more.
        assert_eq!(as_utf8(b"\xff\xfea\0b"), b"a".as_slice());
        assert_eq!(as_utf8(b"\xff\xfe\x3d\xd8a\0"), "\u{fffd}a".as_bytes());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn read_in_pieces_it_is_the_same(text in "[a-z\u{e4}\u{4e2d}\u{1f600}\n]{0,40}", step in 1..9_usize) {
            for (bytes, marked) in forms(&text) {
                if !marked {
                    continue;
                }
                let form = Wide::of(&bytes).unwrap();
                let mut reader = form.reader(Slow(&bytes, step));
                let mut read = String::new();
                reader.read_to_string(&mut read).unwrap();
                prop_assert_eq!(&read, &text);
                prop_assert_eq!(reader.read, bytes.len() as u64);
            }
        }
    }
}
