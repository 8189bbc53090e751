//! 7z.

use std::io::Cursor;

use sevenz_rust2::{ArchiveReader, Error, Password};

use super::{Stop, Unpack};

pub(super) fn read(bytes: &[u8], unpack: &mut Unpack<'_>) -> Result<(), Stop> {
    let mut reader = match ArchiveReader::new(Cursor::new(bytes), Password::empty()) {
        Err(error) if is_locked(&error) => {
            unpack.skip(b"", "encrypted", false);
            return Ok(());
        }
        other => other.map_err(Stop::broken)?,
    };
    let mut stop = None;
    let done = reader.for_each_entries(
        &mut |entry: &sevenz_rust2::ArchiveEntry, member: &mut dyn std::io::Read| {
            if entry.is_directory() {
                return Ok(true);
            }
            stop = unpack.member(entry.name().as_bytes(), member).err();
            Ok(stop.is_none())
        },
    );
    match stop {
        Some(stop) => Err(stop),
        None if done.as_ref().err().is_some_and(is_locked) => {
            unpack.skip(b"", "encrypted", false);
            Ok(())
        }
        None => done.map_err(Stop::broken),
    }
}

/// Returns true when it cannot be read without a password. The program cannot decrypt.
fn is_locked(error: &Error) -> bool {
    match error {
        Error::PasswordRequired => true,
        Error::UnsupportedCompressionMethod(method) => method.starts_with("AES"),
        _ => false,
    }
}
