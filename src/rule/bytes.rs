//! Sets of bytes.

use regex_syntax::hir::Class;

/// A set of bytes: one bit a byte.
pub(super) type ByteSet = [u64; 4];

pub(super) fn has(set: &ByteSet, byte: u8) -> bool {
    set[usize::from(byte >> 6)] >> (byte & 63) & 1 == 1
}

pub(super) fn add(set: &mut ByteSet, byte: u8) {
    set[usize::from(byte >> 6)] |= 1 << (byte & 63);
}

/// Returns the bytes of a class.
pub(super) fn of_class(class: &Class) -> ByteSet {
    let mut set = ByteSet::default();
    match class {
        Class::Bytes(class) => class
            .iter()
            .for_each(|range| (range.start()..=range.end()).for_each(|b| add(&mut set, b))),
        Class::Unicode(class) => class.iter().for_each(|range| {
            (0..=255_u8)
                .filter(|b| (range.start()..=range.end()).contains(&char::from(*b)))
                .for_each(|b| add(&mut set, b));
        }),
    }
    set
}
