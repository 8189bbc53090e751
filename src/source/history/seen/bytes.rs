//! Numbers as bytes (LEB128, <https://dwarfstd.org/doc/DWARF5.pdf>, 7.6), read without trust.

use std::fmt;

use gix::{ObjectId, oid};

/// The bytes are not what they should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bad;

impl fmt::Display for Bad {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("it does not hold what it should")
    }
}

impl std::error::Error for Bad {}

/// Writes a number.
pub(super) fn put(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(number.to_le_bytes()[0] | 0x80);
        number >>= 7;
    }
    out.push(number.to_le_bytes()[0]);
}

/// Writes a number that may be negative: small ones of either sign are short.
pub(super) fn put_signed(out: &mut Vec<u8>, number: i64) {
    put(out, ((number << 1) ^ (number >> 63)).cast_unsigned());
}

/// What is left to be read.
pub(super) struct Bytes<'a>(pub(super) &'a [u8]);

impl<'a> Bytes<'a> {
    pub(super) fn take(&mut self, len: usize) -> Result<&'a [u8], Bad> {
        let (front, rest) = self.0.split_at_checked(len).ok_or(Bad)?;
        self.0 = rest;
        Ok(front)
    }

    pub(super) fn number(&mut self) -> Result<u64, Bad> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let [byte] = *self.take(1)? else {
                return Err(Bad);
            };
            let part = u64::from(byte & 0x7f);
            if part << shift >> shift != part {
                return Err(Bad);
            }
            number |= part << shift;
            if byte < 0x80 {
                return Ok(number);
            }
        }
        Err(Bad)
    }

    pub(super) fn signed(&mut self) -> Result<i64, Bad> {
        let number = self.number()?;
        Ok((number >> 1).cast_signed() ^ -(number & 1).cast_signed())
    }

    /// Reads a number that is less than `end`.
    pub(super) fn below(&mut self, end: usize) -> Result<u32, Bad> {
        let number = u32::try_from(self.number()?).map_err(|_| Bad)?;
        ((number as usize) < end).then_some(number).ok_or(Bad)
    }

    /// Reads how many things follow that have at least `least` bytes each, so that no more memory is asked for than there are bytes.
    pub(super) fn count(&mut self, least: usize) -> Result<usize, Bad> {
        let count = usize::try_from(self.number()?).map_err(|_| Bad)?;
        let fits = count.checked_mul(least.max(1)).ok_or(Bad)? <= self.0.len();
        (fits && u32::try_from(count).is_ok())
            .then_some(count)
            .ok_or(Bad)
    }

    pub(super) fn id(&mut self, width: usize) -> Result<ObjectId, Bad> {
        let id = oid::try_from_bytes(self.take(width)?).map_err(|_| Bad)?;
        Ok(id.to_owned())
    }

    pub(super) fn end(&self) -> Result<(), Bad> {
        self.0.is_empty().then_some(()).ok_or(Bad)
    }
}

#[cfg(test)]
mod tests {
    use super::{Bad, Bytes, put, put_signed};

    #[test]
    fn numbers_come_back() {
        for number in [0, 1, 127, 128, 300, u64::from(u32::MAX), u64::MAX] {
            let mut out = Vec::new();
            put(&mut out, number);
            let mut bytes = Bytes(&out);
            assert_eq!(bytes.number(), Ok(number));
            assert_eq!(bytes.end(), Ok(()));
            for cut in 0..out.len() {
                assert_eq!(Bytes(&out[..cut]).number(), Err(Bad), "{number}");
            }
        }
        for number in [0, 1, -1, 64, -65, i64::MAX, i64::MIN] {
            let mut out = Vec::new();
            put_signed(&mut out, number);
            assert_eq!(Bytes(&out).signed(), Ok(number));
        }
    }

    #[test]
    fn what_is_too_large_is_refused() {
        assert_eq!(Bytes(&[0xff; 20]).number(), Err(Bad));
        assert_eq!(
            Bytes(&[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2]).number(),
            Err(Bad)
        );
        assert_eq!(Bytes(&[3, 0, 0]).count(1), Err(Bad));
        assert_eq!(Bytes(&[3, 0, 0, 0]).count(1), Ok(3));
        assert_eq!(Bytes(&[3, 0, 0, 0]).count(2), Err(Bad));
        assert_eq!(Bytes(&[3]).below(3), Err(Bad));
        assert_eq!(Bytes(&[2]).below(3), Ok(2));
    }
}
