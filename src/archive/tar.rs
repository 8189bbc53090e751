//! tar.

use ::tar::Archive;

use super::{Stop, Unpack};

pub(super) fn read(bytes: &[u8], unpack: &mut Unpack<'_>) -> Result<(), Stop> {
    let mut archive = Archive::new(bytes);
    for entry in archive.entries().map_err(Stop::broken)? {
        let mut entry = entry.map_err(Stop::broken)?;
        if !entry.header().entry_type().is_file() {
            continue;
        }
        let name = entry.path_bytes().into_owned();
        unpack.member(&name, &mut entry)?;
    }
    Ok(())
}
