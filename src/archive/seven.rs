//! 7z.

use std::io::Cursor;

use sevenz_rust2::{ArchiveReader, Password};

use super::{Stop, Unpack};

pub(super) fn read(bytes: &[u8], unpack: &mut Unpack<'_>) -> Result<(), Stop> {
    let reader = ArchiveReader::new(Cursor::new(bytes), Password::empty());
    let mut reader = reader.map_err(Stop::broken)?;
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
        None => done.map_err(Stop::broken),
    }
}
