//! Opens a file without waiting for it and without following a link, and hands its bytes over.

use std::{
    fs::{File, FileType, OpenOptions},
    io::{self, Read as _},
    path::Path,
};

use bstr::BStr;

use super::{Blob, Content, Visitor, WHOLE_BYTES, reason, skip, too_large};
use crate::finding::SourceKind;

/// Reads files one after the other into one buffer; one per thread.
pub(super) struct FileReader {
    buffer: Vec<u8>,
    max_file_bytes: u64,
    kind: SourceKind,
}

impl FileReader {
    pub(super) fn new(max_file_bytes: u64, kind: SourceKind) -> Self {
        Self {
            // One byte more than is handed over whole: when it is filled, the file is a large one. The pages are only
            // touched as far as the largest small file reaches.
            buffer: vec![0; WHOLE_BYTES + 1],
            max_file_bytes,
            kind,
        }
    }

    /// Hands over the file at `path`, or names it as skipped.
    pub(super) fn read(&mut self, path: &Path, shown: &BStr, visitor: &mut dyn Visitor) {
        if let Err(e) = self.try_read(path, shown, visitor) {
            let (why, incomplete) = if is_link_error(&e) {
                (SYMLINK.to_string(), false)
            } else {
                (reason(&e), true)
            };
            skip(visitor, shown, why, incomplete);
        }
    }

    fn try_read(&mut self, path: &Path, shown: &BStr, visitor: &mut dyn Visitor) -> io::Result<()> {
        let mut file = open(path)?;
        let mut blob = |content| {
            visitor.blob(Blob {
                path: shown,
                kind: self.kind,
                content,
            })
        };
        let filled = fill(&mut file, &mut self.buffer)?;
        if filled < self.buffer.len() {
            if filled as u64 > self.max_file_bytes {
                skip(visitor, shown, too_large(self.max_file_bytes), true);
                return Ok(());
            }
            return blob(Content::Bytes(&self.buffer[..filled]));
        }
        let metadata = file.metadata()?;
        if let Some(name) = special(metadata.file_type()) {
            // It was a file when its folder was listed.
            skip(visitor, shown, name, false);
            return Ok(());
        }
        // Files of /proc have no length; those are read up to the limit.
        let len = Some(metadata.len()).filter(|len| *len >= filled as u64);
        if len.is_some_and(|len| len > self.max_file_bytes) || filled as u64 > self.max_file_bytes {
            skip(visitor, shown, too_large(self.max_file_bytes), true);
            return Ok(());
        }
        // A file that grows while it is read is read to the end it had, so that a busy log ends.
        let limit = len.unwrap_or(self.max_file_bytes);
        let mut reader = (&self.buffer[..filled]).chain(file).take(limit);
        blob(Content::Reader {
            reader: &mut reader,
            expected_len: len,
        })?;
        let mut more = [0];
        if len.is_none() && reader.limit() == 0 && reader.into_inner().read(&mut more)? > 0 {
            skip(visitor, shown, too_large(self.max_file_bytes), true);
        }
        Ok(())
    }
}

/// The reason for not reading a symbolic link.
pub(super) const SYMLINK: &str = "symbolic link";

/// Returns what a thing is called that is neither a file nor a folder, and is never opened.
pub(super) fn special(kind: FileType) -> Option<&'static str> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt as _;
        if kind.is_fifo() {
            return Some("fifo");
        }
        if kind.is_socket() {
            return Some("socket");
        }
        if kind.is_char_device() || kind.is_block_device() {
            return Some("device");
        }
    }
    if kind.is_symlink() {
        return Some(SYMLINK);
    }
    (!kind.is_file() && !kind.is_dir()).then_some("special file")
}

/// Opens for reading. A FIFO that took the file's place does not make it wait, and a link is not followed.
#[cfg(unix)]
pub(super) fn open(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt as _;
    OpenOptions::new()
        .read(true)
        .custom_flags(libc::O_NONBLOCK | libc::O_NOFOLLOW | libc::O_NOCTTY)
        .open(path)
}

/// Opens for reading. The link itself is opened, not what it points to (`FILE_FLAG_OPEN_REPARSE_POINT`).
#[cfg(windows)]
pub(super) fn open(path: &Path) -> io::Result<File> {
    use std::os::windows::fs::OpenOptionsExt as _;
    OpenOptions::new()
        .read(true)
        .custom_flags(0x0020_0000)
        .open(path)
}

#[cfg(unix)]
fn is_link_error(error: &io::Error) -> bool {
    // FreeBSD says EMLINK for O_NOFOLLOW on a link.
    matches!(error.raw_os_error(), Some(libc::ELOOP | libc::EMLINK))
}

#[cfg(windows)]
fn is_link_error(_error: &io::Error) -> bool {
    false
}

/// Reads until `buffer` is full or the file ends, and returns how many bytes were read.
fn fill(file: &mut File, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match file.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(n) => filled += n,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
    Ok(filled)
}
