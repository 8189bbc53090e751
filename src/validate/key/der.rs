//! A reader of DER (ITU-T X.690), as much as key files need: definite lengths, low tag numbers.

/// The universal tag INTEGER.
pub(super) const INTEGER: u8 = 0x02;
/// The universal tag BIT STRING.
pub(super) const BIT_STRING: u8 = 0x03;
/// The universal tag OCTET STRING.
pub(super) const OCTET_STRING: u8 = 0x04;
/// The universal tag OBJECT IDENTIFIER.
pub(super) const OID: u8 = 0x06;
/// The universal tag SEQUENCE, constructed.
pub(super) const SEQUENCE: u8 = 0x30;

/// Reads one value after the other.
#[derive(Debug, Clone, Copy)]
pub(super) struct Der<'a>(&'a [u8]);

impl<'a> Der<'a> {
    /// Returns a reader of the values in `bytes`.
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// Returns true when all was read.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the tag of the next value.
    pub(super) fn peek(&self) -> Option<u8> {
        self.0.first().copied()
    }

    /// Returns the contents of the next value when it has this tag and is all there.
    pub(super) fn take(&mut self, tag: u8) -> Option<&'a [u8]> {
        let head = head(self.0).filter(|head| head.tag == tag)?;
        let contents = self.0.get(head.len..head.len.checked_add(head.contents)?)?;
        self.0 = &self.0[head.len + head.contents..];
        Some(contents)
    }

    /// Returns a reader of the contents of the next value, as [`Self::take`].
    pub(super) fn enter(&mut self, tag: u8) -> Option<Self> {
        self.take(tag).map(Self)
    }

    /// Returns a reader of what is there of the next value's contents, and how many bytes the whole value takes.
    pub(super) fn enter_cut(self, tag: u8) -> Option<(Self, usize)> {
        let head = head(self.0).filter(|head| head.tag == tag)?;
        let whole = head.len.checked_add(head.contents)?;
        Some((Self(self.0.get(head.len..whole.min(self.0.len()))?), whole))
    }

    /// Returns the next value, which is a small non-negative number.
    pub(super) fn small(&mut self) -> Option<u8> {
        match self.take(INTEGER)? {
            [value] if *value < 0x80 => Some(*value),
            _ => None,
        }
    }

    /// Returns the length in bits of the next value, which is a positive number.
    pub(super) fn bits(&mut self) -> Option<usize> {
        let number = self.take(INTEGER)?;
        let first = *number.first().filter(|first| **first < 0x80)?;
        let number = if first == 0 { &number[1..] } else { number };
        let top = number.first().filter(|top| **top != 0)?;
        Some(number.len() * 8 - top.leading_zeros() as usize)
    }
}

struct Head {
    tag: u8,
    /// The length of tag and length.
    len: usize,
    /// The length of the contents.
    contents: usize,
}

fn head(bytes: &[u8]) -> Option<Head> {
    let (tag, first) = (*bytes.first()?, *bytes.get(1)?);
    if first < 0x80 {
        return Some(Head {
            tag,
            len: 2,
            contents: first.into(),
        });
    }
    // Four length bytes are 4 GiB: no key is longer.
    let count = usize::from(first & 0x7f);
    let digits = bytes
        .get(2..2 + count)
        .filter(|_| (1..=4).contains(&count))?;
    let contents = digits
        .iter()
        .try_fold(0_usize, |n, d| n.checked_mul(256)?.checked_add((*d).into()))?;
    Some(Head {
        tag,
        len: 2 + count,
        contents,
    })
}

#[cfg(test)]
mod tests {
    use super::{Der, INTEGER, SEQUENCE};

    #[track_caller]
    fn check(bytes: &[u8], expected: Option<&[u8]>) {
        assert_eq!(Der::new(bytes).take(INTEGER), expected, "{bytes:x?}");
    }

    #[test]
    fn values() {
        check(&[2, 1, 5], Some(&[5]));
        check(&[2, 0x81, 1, 5, 9], Some(&[5]));
        check(&[2, 0x82, 0, 1, 5], Some(&[5]));
        check(&[3, 1, 5], None);
        check(&[2, 2, 5], None);
        check(&[2, 0x80, 5], None);
        check(&[2, 0x85, 0, 0, 0, 0, 1, 5], None);
        check(&[2, 0x84, 0xff, 0xff, 0xff, 0xff, 5], None);
        check(&[2], None);
        check(&[], None);
    }

    #[test]
    fn numbers() {
        assert_eq!(Der::new(&[2, 2, 0, 0x80]).bits(), Some(8));
        assert_eq!(Der::new(&[2, 1, 1]).bits(), Some(1));
        assert_eq!(Der::new(&[2, 1, 0x80]).bits(), None);
        assert_eq!(Der::new(&[2, 1, 0]).bits(), None);
        assert_eq!(Der::new(&[2, 1, 3]).small(), Some(3));
    }

    #[test]
    fn cut_values_tell_their_length() {
        let (mut inner, whole) = Der::new(&[0x30, 0x20, 2, 1, 0])
            .enter_cut(SEQUENCE)
            .unwrap();
        assert_eq!((inner.small(), whole), (Some(0), 34));
    }
}
