//! Writes DER (ITU-T X.690).

use super::Random;

/// Returns a value with this tag.
pub(super) fn value(tag: u8, contents: &[u8]) -> Vec<u8> {
    let mut out = vec![tag];
    match u8::try_from(contents.len()) {
        Ok(len) if len < 0x80 => out.push(len),
        _ => {
            let len = u16::try_from(contents.len()).unwrap_or(u16::MAX);
            out.push(0x82);
            out.extend(len.to_be_bytes());
        }
    }
    out.extend(contents);
    out
}

/// Returns a SEQUENCE of values.
pub(super) fn sequence(values: &[Vec<u8>]) -> Vec<u8> {
    value(0x30, &values.concat())
}

/// Returns a small INTEGER.
pub(super) fn small(number: u8) -> Vec<u8> {
    value(2, &[number])
}

/// Returns an OBJECT IDENTIFIER with these contents.
pub(super) fn oid(contents: &[u8]) -> Vec<u8> {
    value(6, contents)
}

/// Returns a random odd INTEGER of `bits` bits, a multiple of 8.
pub(super) fn integer(random: &mut Random, bits: usize) -> Vec<u8> {
    let mut number = vec![0];
    number.extend(random.bytes(bits / 8));
    if let [_, first, .., last] = &mut number[..] {
        *first |= 0x80;
        *last |= 1;
    }
    value(2, &number)
}
