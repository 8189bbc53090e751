//! Quoted-printable text of mail (RFC 2045 section 6.7).

use super::{Output, hex};

/// An equals sign that is encoded: hardly a mail goes without. A line that ends with one is found in other text, too.
pub(super) const LITERALS: &[&str] = &["=3D"];

pub(super) fn is_escape(rest: &[u8]) -> bool {
    rest.starts_with(b"=3D")
}

pub(super) fn one(rest: &[u8], out: &mut Output, at: usize) -> usize {
    match *rest {
        [b'=', b'\r', b'\n', ..] => 3,
        [b'=', b'\n', ..] => 2,
        [b'=', high, low, ..] => match (hex(high), hex(low)) {
            (Some(high), Some(low)) => {
                out.push(u8::try_from(high * 16 + low).unwrap_or_default(), at);
                3
            }
            _ => 0,
        },
        _ => 0,
    }
}
