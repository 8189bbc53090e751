//! Checksums that vendors put into tokens.
//!
//! CRC-32 is the IEEE 802.3 polynomial (as in zlib). Vendors differ in which characters they cover and how they print it.

use sha2::{Digest as _, Sha256};

/// Returns the IEEE CRC-32 of `text`.
pub fn crc32(text: impl AsRef<[u8]>) -> u32 {
    crc32fast::hash(text.as_ref())
}

/// Returns `value` in base 62, digits in the order `0-9A-Za-z`, padded with `0` to `width` characters.
///
/// GitHub and npm print checksums so (<https://github.blog/2021-04-05-behind-githubs-new-authentication-token-formats/>).
pub fn base62(value: u32, width: usize) -> String {
    digits(
        value,
        width,
        b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
    )
}

/// Returns `value` in base 62 as [`base62`] does, but with the digits in the order `0-9a-zA-Z`, as Apify prints it.
pub fn base62_lower_first(value: u32, width: usize) -> String {
    digits(
        value,
        width,
        b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
    )
}

/// Returns `value` in base 36, lower case, padded with `0` to `width` characters, as GitLab prints it
/// (<https://docs.gitlab.com/security/tokens/>).
pub fn base36(value: u32, width: usize) -> String {
    digits(value, width, b"0123456789abcdefghijklmnopqrstuvwxyz")
}

fn digits(mut value: u32, width: usize, alphabet: &[u8]) -> String {
    let base = u32::try_from(alphabet.len()).expect("an alphabet is short");
    let mut out = Vec::new();
    while value > 0 || out.len() < width {
        out.push(alphabet[(value % base) as usize]);
        value /= base;
    }
    out.iter().rev().map(|&b| char::from(b)).collect()
}

/// Returns the first `len` characters of the base32 (RFC 4648) SHA-256 of `text`.
pub fn sha256_base32(text: impl AsRef<[u8]>, len: usize) -> String {
    let mut out = data_encoding::BASE32_NOPAD.encode(&Sha256::digest(text.as_ref()));
    out.truncate(len);
    out
}

#[cfg(test)]
mod tests {
    use super::{base36, base62, crc32, sha256_base32};

    #[test]
    fn known_values() {
        assert_eq!(base62(crc32("hello"), 6), "0zNvy2");
        assert_eq!(format!("{:08x}", crc32("hello")), "3610a686");
        assert_eq!(base62(crc32("A".repeat(30)), 6), "0uCPlr");
        assert_eq!(base62(crc32("A".repeat(70)), 6), "2pl4EB");
        assert_eq!(
            base36(crc32(format!("glpat-{}.01.0w", "A".repeat(32))), 7),
            "04y2vfi"
        );
        let body = format!("github_pat_1{}_{}", "A".repeat(21), "B".repeat(43));
        assert_eq!(sha256_base32(body, 8), "KLXK7M6D");
    }
}
