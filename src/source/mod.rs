//! Who gives bytes: files, standard input, the index, a commit message.
//!
//! A source hands every blob to a [`Visitor`] and names everything it could not read. It knows nothing of rules. Sources
//! that read with several threads make one visitor per thread, so that a visitor needs no lock; the order of blobs is
//! free, because results are sorted later.

pub mod bundle;
mod cache;
pub mod changes;
pub mod config;
pub mod error;
pub mod files;
pub mod head;
pub mod history;
pub mod ignored;
pub mod index;
pub mod interrupt;
pub mod message;
pub mod range;
pub mod repository;
pub mod stdin;

mod blobs;
mod loose;
mod objects;
mod open;
mod share;
mod tracked;

use std::io::{self, Read};

use bstr::{BStr, BString};
pub use interrupt::Interrupt;

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

    /// Is told, by sources that read a list, which of its items what follows belongs to.
    fn item(&mut self, _at: usize) {}

    /// Returns true when the scan is to end early. The source then reads nothing more, and names what that leaves out.
    fn is_interrupted(&self) -> bool {
        false
    }
}

/// Makes the visitor of a thread.
pub type MakeVisitor<'a> = dyn Fn() -> Box<dyn Visitor + 'a> + Sync + 'a;

/// Names `path` as not read.
fn skip(visitor: &mut dyn Visitor, path: &BStr, reason: impl Into<String>, incomplete: bool) {
    visitor.skip(Skipped {
        path: BString::from(path),
        reason: reason.into(),
        incomplete,
    });
}

/// Returns the reason for not having read something, for people and scripts.
fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "vanished".into(),
        io::ErrorKind::PermissionDenied => "permission denied".into(),
        _ => error.to_string(),
    }
}

/// Returns a number of bytes for people: `1 MiB`, `1500 bytes`.
fn size(bytes: u64) -> String {
    const UNITS: [(u64, &str); 3] = [(1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")];
    match UNITS
        .iter()
        .find(|(unit, _)| bytes >= *unit && bytes.is_multiple_of(*unit))
    {
        Some((unit, name)) => format!("{} {name}", bytes / unit),
        None => format!("{bytes} bytes"),
    }
}

/// Returns why something above the limit was not read.
pub(crate) fn too_large(limit: u64) -> String {
    format!("larger than {}", size(limit))
}

#[cfg(test)]
mod tests {
    use super::size;

    #[test]
    fn sizes_are_for_people() {
        for (bytes, text) in [
            (0, "0 bytes"),
            (1500, "1500 bytes"),
            (1024, "1 KiB"),
            (5 << 20, "5 MiB"),
            (1 << 30, "1 GiB"),
        ] {
            assert_eq!(size(bytes), text);
        }
    }
}
