//! zip.

use std::io::{Cursor, Read};

use ::zip::{CompressionMethod, ZipArchive, read::ZipFile};
use ruzstd::decoding::StreamingDecoder;

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
        if is_encrypted {
            unpack.skip(&name, "encrypted", false);
            continue;
        }
        if is_zstd(&raw) {
            // Its own reader of Zstandard needs a C compiler.
            match StreamingDecoder::new(raw) {
                Ok(mut member) => unpack.member(&name, &mut member)?,
                Err(error) => unpack.skip(&name, &format!("cannot be unpacked: {error}"), true),
            }
            continue;
        }
        drop(raw);
        match archive.by_index(index) {
            Ok(mut member) => unpack.member(&name, &mut member)?,
            Err(error) => unpack.skip(&name, &format!("cannot be unpacked: {error}"), true),
        }
    }
    Ok(())
}

/// Returns true for a member that Zstandard has packed (APPNOTE.TXT 4.4.5: 93, and 20 before).
fn is_zstd<R: Read>(member: &ZipFile<'_, R>) -> bool {
    [CompressionMethod::ZSTD, CompressionMethod::ZSTD_DEPRECATED].contains(&member.compression())
}
