//! `PyPI`'s tokens: `pypi-` and a macaroon in base64url.
//!
//! A macaroon of version 2 is a version byte, a location, an identifier, caveats and a 32-byte signature, each field a tag,
//! a length and its data (<https://github.com/rescrv/libmacaroons/blob/master/doc/format.txt>).

use super::{Proof, Subject, structure};
use crate::rule::Confidence;

/// The version byte, the tags of fields, and the tag that ends a section.
const VERSION: u8 = 2;
const END: u64 = 0;
const LOCATION: u64 = 1;
const IDENTIFIER: u64 = 2;
const VERIFICATION: u64 = 4;
const SIGNATURE: u64 = 6;

/// How many bytes a signature has.
const SIGNATURE_BYTES: usize = 32;

/// The longest field that is believed, in bytes; `PyPI`'s are JSON texts of a few dozen bytes.
const FIELD_BYTES: u64 = 4096;

/// Proves a token that is a whole macaroon, trusts one that ends early less, and refutes all others.
pub(super) fn macaroon(subject: Subject<'_>) -> Proof {
    let body = subject.secret.strip_prefix(b"pypi-").unwrap_or_default();
    let Some(bytes) = structure::decode_base64(body) else {
        return Proof::plausible().at_most(Confidence::Medium);
    };
    match read(&mut Reader(&bytes)) {
        Ok(()) => Proof::proved("it is a whole macaroon"),
        Err(Stop::EndsEarly) => Proof::plausible().at_most(Confidence::Medium),
        Err(Stop::Wrong) => Proof::refuted(),
    }
}

/// Why bytes are not a whole macaroon.
enum Stop {
    EndsEarly,
    Wrong,
}

fn read(reader: &mut Reader<'_>) -> Result<(), Stop> {
    if reader.byte()? != VERSION {
        return Err(Stop::Wrong);
    }
    reader.field(LOCATION)?;
    reader.field(IDENTIFIER)?;
    reader.tag(END)?;
    loop {
        match reader.number()? {
            END => break,
            LOCATION => {
                reader.data()?;
                reader.field(IDENTIFIER)?;
            }
            IDENTIFIER => {
                reader.data()?;
            }
            _ => return Err(Stop::Wrong),
        }
        match reader.number()? {
            END => {}
            VERIFICATION => {
                reader.data()?;
                reader.tag(END)?;
            }
            _ => return Err(Stop::Wrong),
        }
    }
    if reader.field(SIGNATURE)? == SIGNATURE_BYTES && reader.0.is_empty() {
        Ok(())
    } else {
        Err(Stop::Wrong)
    }
}

/// Reads from the front of bytes.
struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn byte(&mut self) -> Result<u8, Stop> {
        let (first, rest) = self.0.split_first().ok_or(Stop::EndsEarly)?;
        self.0 = rest;
        Ok(*first)
    }

    /// Reads a number in groups of seven bits, the lowest first.
    fn number(&mut self) -> Result<u64, Stop> {
        let mut value = 0_u64;
        for shift in [0, 7, 14] {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(Stop::Wrong)
    }

    fn tag(&mut self, expected: u64) -> Result<(), Stop> {
        if self.number()? == expected {
            Ok(())
        } else {
            Err(Stop::Wrong)
        }
    }

    /// Reads the length and the data of a field and returns the length, which is not 0.
    fn data(&mut self) -> Result<usize, Stop> {
        let len = self.number()?;
        if len == 0 || len > FIELD_BYTES {
            return Err(Stop::Wrong);
        }
        let len = usize::try_from(len).map_err(|_| Stop::Wrong)?;
        self.0 = self.0.get(len..).ok_or(Stop::EndsEarly)?;
        Ok(len)
    }

    fn field(&mut self, expected: u64) -> Result<usize, Stop> {
        self.tag(expected)?;
        self.data()
    }
}

#[cfg(test)]
mod tests {
    use super::macaroon;
    use crate::validate::{Verdict, test_support::verdict};

    #[track_caller]
    fn check(bytes: &[u8], expected: Verdict) {
        let token = format!("pypi-{}", data_encoding::BASE64URL_NOPAD.encode(bytes));
        assert_eq!(verdict(macaroon, &token), expected, "{bytes:?}");
    }

    #[test]
    fn whole_cut_and_broken() {
        let mut whole = b"\x02\x01\x08pypi.org\x02\x03abc\0\x02\x04\"ab\"\0\0\x06\x20".to_vec();
        whole.extend([7; 32]);
        check(&whole, Verdict::Proved);
        check(&whole[..whole.len() - 3], Verdict::Plausible);
        check(&whole[..14], Verdict::Plausible);
        let mut longer = whole.clone();
        longer.push(1);
        check(&longer, Verdict::Refuted);
        let mut version = whole.clone();
        version[0] = 1;
        check(&version, Verdict::Refuted);
        check(b"\x02\x01\x08pypi.org\x02\x00aaaa", Verdict::Refuted);
        check(
            b"\x02\x01\x08pypi.org\x02\xff\xff\xff\xff",
            Verdict::Refuted,
        );
    }

    #[test]
    fn caveats_of_third_parties() {
        let mut bytes = b"\x02\x01\x01h\x02\x01i\0\x01\x01l\x02\x01c\x04\x01v\0\0\x06\x20".to_vec();
        bytes.extend([7; 32]);
        check(&bytes, Verdict::Proved);
    }
}
