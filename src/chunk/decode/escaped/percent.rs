//! `%3D` (RFC 3986 section 2.1). Only what stands for ASCII text is decoded.

use super::{Output, character, hex};

/// Returns the byte that the escape stands for with which `rest` begins.
pub fn value(rest: &[u8]) -> Option<u8> {
    let digits = rest.strip_prefix(b"%")?.get(..2)?;
    let value = hex(digits[0])? * 16 + hex(digits[1])?;
    u8::try_from(value).ok()
}

pub(super) fn is_escape(rest: &[u8]) -> bool {
    value(rest).is_some_and(|value| (0x20..0x80).contains(&value))
}

pub(super) fn one(rest: &[u8], out: &mut Output, at: usize) -> usize {
    match value(rest).filter(|value| *value >= 0x80 || character((*value).into()).is_some()) {
        Some(value) => {
            out.push(value, at);
            3
        }
        None => 0,
    }
}
