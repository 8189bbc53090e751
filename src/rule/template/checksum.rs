//! The checksums that templates compute and `validate/` checks: one definition, used from both sides.

use crate::validate::checksum;

/// Returns the checksum called `name`, over the `last` hole or over `all` text since the mark.
pub(super) fn by_name(name: &str, last: &str, all: &str) -> Option<String> {
    let body = all.trim_end_matches('_');
    Some(match name {
        "crc32-base62-last" => checksum::base62(checksum::crc32(last), 6),
        "crc32-base62-all" => checksum::base62(checksum::crc32(all), 6),
        "crc32-base62-lower-all" => checksum::base62_lower_first(checksum::crc32(all), 6),
        "crc32-hex-last" => format!("{:08x}", checksum::crc32(last)),
        "crc32-hex-upper-all" => format!("{:08X}", checksum::crc32(all)),
        "crc32-hex-le-body" => format!("{:08x}", checksum::crc32(body).swap_bytes()),
        "crc32-base36-all" => checksum::base36(checksum::crc32(all), 7),
        "sha256-base32-all" => checksum::sha256_base32(all, 8),
        _ => return None,
    })
}
