//! Who gives bytes: files, standard input, the index, a commit message.
//!
//! A source hands every blob to a [`Visitor`] and names everything it could not read. It knows nothing of rules. Sources
//! that read with several threads make one visitor per thread, so that a visitor needs no lock; the order of blobs is
//! free, because results are sorted later.

use std::io::{self, Read};

use bstr::BStr;

use crate::finding::{Skipped, SourceKind};

/// What has at most this many bytes is handed over whole; larger files as a reader. Counted in bytes.
pub const WHOLE_BYTES: usize = 1 << 20;

/// One thing to scan.
pub struct Blob<'a> {
    /// The path, relative to where the scan was asked; `<stdin>` for standard input. Not always UTF-8.
    pub path: &'a BStr,
    /// Where the bytes come from.
    pub kind: SourceKind,
    /// The bytes.
    pub content: Content<'a>,
}

/// The bytes of a blob.
pub enum Content<'a> {
    /// All of them.
    Bytes(&'a [u8]),
    /// A stream, so that memory does not grow with the file.
    Reader {
        /// Gives the bytes. Never gives more than the source's limit.
        reader: &'a mut dyn Read,
        /// How many bytes are there, where the source knows. A reader that ends before that was truncated while it was
        /// read, which makes the scan incomplete: the visitor says so.
        expected_len: Option<u64>,
    },
}

/// Takes what a source gives. One visitor serves one thread.
pub trait Visitor: Send {
    /// Scans a blob.
    ///
    /// # Errors
    ///
    /// The reader's error, unchanged; the source then names the blob as skipped.
    fn blob(&mut self, blob: Blob<'_>) -> io::Result<()>;

    /// Takes note of something that was not read.
    fn skip(&mut self, skipped: Skipped);
}

/// Makes the visitor of a thread.
pub type MakeVisitor<'a> = dyn Fn() -> Box<dyn Visitor + 'a> + Sync + 'a;
