//! A slice of a blob with its offset, and how a blob too large for memory is read in slices.
//!
//! A match is a function of the bytes from [`LEFT`] before its start to [`RIGHT`] after it. A chunk therefore carries that much
//! on both sides of its core, and every match belongs to the one chunk whose core holds its start: where the cuts fall
//! changes nothing (law 2).

pub mod decode;
pub mod wide;

use std::{
    io::{self, Read},
    ops::Range,
};

/// How many bytes before its core a chunk carries: what boundaries, judges and pairing look back at.
pub const LEFT: usize = 8 << 10;

/// How many bytes after its core a chunk carries: the longest match, what a check adds to it, and what pairing looks ahead at.
pub const RIGHT: usize = 40 << 10;

/// The size of a chunk with both margins, in bytes.
pub const SIZE: usize = 1 << 20;

/// How much of a blob decides whether it is text: git's own number (`buffer_is_binary` in git's `xdiff-interface.c`).
const SNIFF: usize = 8000;

/// A slice of a blob.
#[derive(Debug, Clone)]
pub struct Chunk<'a> {
    /// The bytes, margins included.
    pub bytes: &'a [u8],
    /// Where in the blob `bytes` begins.
    pub offset: u64,
    /// Where in `bytes` matches of this chunk start.
    pub core: Range<usize>,
    /// False when the blob is binary: a NUL among its first 8,000 bytes.
    pub text: bool,
}

impl<'a> Chunk<'a> {
    /// Returns a whole blob as one chunk.
    pub fn whole(bytes: &'a [u8]) -> Self {
        Self {
            bytes,
            offset: 0,
            core: 0..bytes.len(),
            text: is_text(bytes),
        }
    }
}

/// Returns false when there is a NUL among the first 8,000 bytes.
pub fn is_text(bytes: &[u8]) -> bool {
    memchr::memchr(0, &bytes[..bytes.len().min(SNIFF)]).is_none()
}

/// Reads `reader` to its end in chunks of `size` bytes, at least three times the margins, and calls `each` with them in order.
///
/// `buffer` is memory to use; it grows to `size` bytes. Returns how many bytes were read. Text in UTF-16 or UTF-32 is handed out as UTF-8.
///
/// # Errors
///
/// The error of the reader, with how many bytes were read and scanned before it.
pub fn read(
    reader: &mut dyn Read,
    size: usize,
    buffer: &mut Vec<u8>,
    mut each: impl FnMut(&Chunk<'_>),
) -> Result<u64, (u64, io::Error)> {
    let size = size.max(3 * (LEFT + RIGHT));
    buffer.resize(size, 0);
    // `buffer[..len]` holds the blob from `offset` on; matches that start before `core` were handed out.
    let (mut len, mut offset, mut core) = (0, 0_u64, 0);
    let mut text = None;
    loop {
        let failed = fill(reader, buffer, &mut len).err();
        if offset == 0
            && text.is_none()
            && let Some(form) = wide::Wide::of(&buffer[..len])
        {
            return read_wide(form, &buffer[..len], (reader, failed), size, &mut each);
        }
        let end = len < size || failed.is_some();
        let text = *text.get_or_insert_with(|| is_text(&buffer[..len]));
        let core_end = if end { len } else { len - RIGHT };
        each(&Chunk {
            bytes: &buffer[..len],
            offset,
            core: core..core_end,
            text,
        });
        let total = offset + len as u64;
        if let Some(error) = failed {
            return Err((total, error));
        }
        if end {
            return Ok(total);
        }
        let keep = core_end - LEFT;
        buffer.copy_within(keep..len, 0);
        len -= keep;
        offset += keep as u64;
        core = LEFT;
    }
}

/// Does the same for text in `form`, of which `head` was read already, maybe up to an error.
fn read_wide(
    form: wide::Wide,
    head: &[u8],
    (reader, failed): (&mut dyn Read, Option<io::Error>),
    size: usize,
    each: &mut dyn FnMut(&Chunk<'_>),
) -> Result<u64, (u64, io::Error)> {
    let mut rest: Box<dyn Read + '_> = match failed {
        Some(error) => Box::new(Failed(Some(error))),
        None => Box::new(reader),
    };
    let mut utf8 = form.reader(head.chain(&mut rest));
    let result = read(&mut utf8, size, &mut Vec::new(), &mut *each);
    let total = utf8.read;
    result.map(|_| total).map_err(|(_, error)| (total, error))
}

/// A reader that has failed.
struct Failed(Option<io::Error>);

impl Read for Failed {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        self.0.take().map_or(Ok(0), Err)
    }
}

/// Reads until `buffer` is full or the reader ends; `len` counts what is there.
fn fill(reader: &mut dyn Read, buffer: &mut [u8], len: &mut usize) -> io::Result<()> {
    while *len < buffer.len() {
        match reader.read(&mut buffer[*len..]) {
            Ok(0) => break,
            Ok(more) => *len += more,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::{self, Read};

    use super::{LEFT, RIGHT, is_text, read};

    #[test]
    fn cores_cover_the_blob_once() {
        let blob: Vec<u8> = (0..1_000_000_u32)
            .map(|i| u8::try_from(i % 251).unwrap() + 1)
            .collect();
        for len in [
            0,
            1,
            RIGHT,
            3 * (LEFT + RIGHT),
            3 * (LEFT + RIGHT) + 1,
            999_999,
        ] {
            let blob = &blob[..len];
            let mut seen = 0_u64;
            let total = read(&mut &blob[..], 0, &mut Vec::new(), |chunk| {
                assert_eq!(chunk.offset + chunk.core.start as u64, seen);
                seen = chunk.offset + chunk.core.end as u64;
                let from = usize::try_from(chunk.offset).unwrap();
                assert_eq!(chunk.bytes, &blob[from..from + chunk.bytes.len()]);
                assert!(chunk.text);
            });
            assert_eq!(total.unwrap(), len as u64);
            assert_eq!(seen, len as u64);
        }
    }

    #[test]
    fn an_error_hands_out_what_was_read() {
        struct Fails;
        impl Read for Fails {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::Error::other("gone"))
            }
        }
        let mut seen = Vec::new();
        let result = read(&mut b"abc".chain(Fails), 0, &mut Vec::new(), |chunk| {
            seen.extend_from_slice(chunk.bytes);
        });
        assert_eq!(result.unwrap_err().0, 3);
        assert_eq!(seen, b"abc");
    }

    #[test]
    fn binary_is_told_by_the_head() {
        assert!(is_text(b"abc"));
        assert!(!is_text(b"a\0c"));
        let mut long = vec![b'x'; 9000];
        long[8500] = 0;
        assert!(is_text(&long));
    }
}
