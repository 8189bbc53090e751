//! Writes the wire format of SSH (RFC 4251 section 5).

/// Returns a `string`.
pub(super) fn string(contents: &[u8]) -> Vec<u8> {
    let mut out = u32::try_from(contents.len())
        .unwrap_or(u32::MAX)
        .to_be_bytes()
        .to_vec();
    out.extend(contents);
    out
}
