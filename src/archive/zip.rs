//! zip.

use std::io::Cursor;

use ::zip::ZipArchive;

use super::{Stop, Unpack};

pub(super) fn read(bytes: &[u8], unpack: &mut Unpack<'_>) -> Result<(), Stop> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(Stop::broken)?;
    for index in 0..archive.len() {
        // What is known without unpacking says whether it can be.
        let raw = archive.by_index_raw(index).map_err(Stop::broken)?;
        let (name, is_encrypted) = (raw.name_raw().to_vec(), raw.encrypted());
        if raw.is_dir() {
            continue;
        }
        drop(raw);
        if is_encrypted {
            unpack.skip(&name, "encrypted", false);
            continue;
        }
        match archive.by_index(index) {
            Ok(mut member) => unpack.member(&name, &mut member)?,
            Err(error) => unpack.skip(&name, &format!("cannot be unpacked: {error}"), true),
        }
    }
    Ok(())
}
