//! A stream in pieces of whole lines, so that memory does not grow with it.

use std::io::{self, Read};

/// How much is read at once, in bytes.
pub(super) const BLOCK_BYTES: usize = 4 << 20;

/// The longest line, in bytes; a longer one is cut there, and that is told.
pub(super) const MAX_LINE_BYTES: usize = 64 << 20;

/// How a stream was read.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Told {
    /// How many bytes there were.
    pub(super) bytes: u64,
    /// The first line, from 1, that was cut because it is too long.
    pub(super) cut: Option<u64>,
}

/// Calls `each` with pieces of `reader` that end where a line does, and with the number of the first line of each, from 1. It ends early when
/// `each` returns false.
///
/// # Errors
///
/// The reader's, after what was read before it was handed over.
pub(super) fn read(
    reader: &mut dyn Read,
    (block, longest): (usize, usize),
    mut each: impl FnMut(&[u8], u64) -> bool,
) -> Result<Told, io::Error> {
    let mut buffer = Vec::new();
    let (mut told, mut number) = (Told::default(), 1);
    loop {
        let before = buffer.len();
        let read = Read::take(&mut *reader, block as u64).read_to_end(&mut buffer);
        told.bytes += (buffer.len() - before) as u64;
        let is_end = read.is_err() || buffer.len() - before < block;
        let end = if is_end {
            buffer.len()
        } else {
            match memchr::memrchr(b'\n', &buffer) {
                Some(feed) => feed + 1,
                None if buffer.len() < longest => continue,
                None => {
                    told.cut.get_or_insert(number);
                    buffer.len()
                }
            }
        };
        if end > 0 && !each(&buffer[..end], number) {
            return Ok(told);
        }
        number += memchr::memchr_iter(b'\n', &buffer[..end]).count() as u64;
        buffer.drain(..end);
        if is_end {
            return read.map(|_| told);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Told, read};

    #[track_caller]
    fn check(text: &str, expected: &[(&str, u64)], cut: Option<u64>) {
        let mut seen = Vec::new();
        let told = read(&mut text.as_bytes(), (4, 8), |piece, number| {
            seen.push((String::from_utf8(piece.to_vec()).unwrap(), number));
            true
        });
        let expected: Vec<(String, u64)> = expected
            .iter()
            .map(|(piece, number)| ((*piece).to_owned(), *number))
            .collect();
        assert_eq!(seen, expected, "{text:?}");
        let bytes = text.len() as u64;
        assert_eq!(told.unwrap(), Told { bytes, cut }, "{text:?}");
    }

    #[test]
    fn pieces_end_where_lines_do() {
        check("", &[], None);
        check("a", &[("a", 1)], None);
        check("a\n", &[("a\n", 1)], None);
        check("a\nb\nc\nd", &[("a\nb\n", 1), ("c\nd", 3)], None);
        check("abc\n", &[("abc\n", 1)], None);
        check("abcdef\ng", &[("abcdef\n", 1), ("g", 2)], None);
        check("abcdefg\nh", &[("abcdefg\n", 1), ("h", 2)], None);
        check(
            "abcdefghij\nk",
            &[("abcdefgh", 1), ("ij\n", 1), ("k", 2)],
            Some(1),
        );
    }

    #[test]
    fn it_ends_when_nobody_wants_more() {
        let mut count = 0;
        let told = read(&mut "a\nb\nc\nd\ne\nf\n".as_bytes(), (4, 8), |_, _| {
            count += 1;
            false
        });
        assert_eq!((count, told.unwrap().bytes), (1, 4));
    }
}
