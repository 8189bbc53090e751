//! Files that are held in memory, and no larger than makes sense.

use std::{
    fs::{self, File},
    io::{self, Read},
    path::Path,
};

/// Returns the bytes of the file at `path`. What is no file is not opened: a FIFO would keep the program waiting.
///
/// # Errors
///
/// When it cannot be read, is no file, or has more than `most` bytes.
pub(super) fn read(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::other("it is no file"));
    }
    limited(&mut File::open(path)?, most)
}

/// Returns all that `reader` gives.
///
/// # Errors
///
/// When it cannot be read, or gives more than `most` bytes.
pub(super) fn limited(reader: &mut dyn Read, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    reader.take(most + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most {
        let text = format!("it has more than {} MiB", most >> 20);
        return Err(io::Error::other(text));
    }
    Ok(bytes)
}
