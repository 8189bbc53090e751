//! ar.

use super::{Stop, Unpack};

pub(super) fn read(bytes: &[u8], unpack: &mut Unpack<'_>) -> Result<(), Stop> {
    let mut archive = ::ar::Archive::new(bytes);
    while let Some(entry) = archive.next_entry() {
        let mut entry = entry.map_err(Stop::broken)?;
        let name = entry.header().identifier().to_vec();
        unpack.member(&name, &mut entry)?;
    }
    Ok(())
}
