//! `OpenPGP` secret keys in ASCII armor (RFC 9580).

use super::{
    armor::{self, Armor},
    is_varied, pem,
};
use crate::{rule::Confidence, validate::Proof};

/// Returns the CRC-24 of RFC 9580 section 6.1.1.
pub(crate) fn crc24(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0x00b7_04ce, |crc, byte| {
        (0..8).fold(crc ^ (u32::from(*byte) << 16), |crc, _| {
            let shifted = crc << 1;
            if shifted & 0x0100_0000 == 0 {
                shifted
            } else {
                shifted ^ 0x0186_4cfb
            }
        }) & 0x00ff_ffff
    })
}

/// Checks the body of an armored `OpenPGP` private key.
pub(super) fn inspect(armor: &Armor) -> Proof {
    let (body, sum) = split(&armor.text);
    let packets = armor::decode(body);
    let proof = match secret_key(&packets) {
        Some(encrypted) if is_varied(&packets) => judge(armor, &packets, sum, encrypted),
        _ => Proof::refuted(),
    };
    Proof {
        extend_bytes: armor.len,
        ..proof
    }
}

fn judge(armor: &Armor, packets: &[u8], sum: Option<&[u8]>, encrypted: bool) -> Proof {
    let proof = if encrypted {
        pem::encrypted()
    } else {
        Proof::proved("its body is an OpenPGP secret key without passphrase")
            .with_fact("encrypted", "false")
    };
    let sum = sum.map(armor::decode);
    let wrong = sum.is_some_and(|sum| sum != crc24(packets).to_be_bytes()[1..]);
    if wrong || !armor.complete {
        return Proof {
            verdict: crate::validate::Verdict::Plausible,
            at_most: Some(if packets.len() >= 200 {
                Confidence::Medium
            } else {
                Confidence::Low
            }),
            reason: Some("its body starts as an OpenPGP secret key does, but is damaged or cut"),
            ..proof
        };
    }
    proof
}

/// Splits the characters of a body into the base64 data and the checksum that a `=` introduces.
fn split(text: &[u8]) -> (&[u8], Option<&[u8]>) {
    let data = memchr::memchr(b'=', text).unwrap_or(text.len());
    let sum = memchr::memrchr(b'=', text)
        .map(|at| &text[at + 1..])
        .filter(|sum| sum.len() == 4);
    (&text[..data], sum)
}

/// Returns whether the secret key packet that starts `packets` is encrypted; nothing when there is no such packet.
fn secret_key(packets: &[u8]) -> Option<bool> {
    let (body, _) = packet(packets)?;
    let (version, rest) = body.split_first()?;
    let rest = rest.get(4..)?;
    let (algorithm, mut rest) = match *version {
        4 => {
            let (algorithm, rest) = rest.split_first()?;
            (*algorithm, rest)
        }
        // Version 6 counts the bytes of the public part.
        5 | 6 => (*rest.first()?, rest.get(5..)?),
        _ => return None,
    };
    match algorithm {
        1..=3 => skip_numbers(&mut rest, 2)?,
        16 => skip_numbers(&mut rest, 3)?,
        17 => skip_numbers(&mut rest, 4)?,
        18 | 19 | 22 => {
            rest = rest.get(1 + usize::from(*rest.first()?)..)?;
            skip_numbers(&mut rest, 1)?;
            if algorithm == 18 {
                rest = rest.get(1 + usize::from(*rest.first()?)..)?;
            }
        }
        25 | 27 => rest = rest.get(32..)?,
        26 => rest = rest.get(56..)?,
        28 => rest = rest.get(57..)?,
        _ => return None,
    }
    Some(*rest.first()? != 0)
}

/// Returns the contents of the secret key packet at the start, as much as is there (RFC 9580 section 4.2), and its whole length.
fn packet(bytes: &[u8]) -> Option<(&[u8], usize)> {
    let (first, rest) = bytes.split_first()?;
    let (len, head) = match first {
        0x94 => (usize::from(*rest.first()?), 1),
        0x95 => (usize::from(u16::from_be_bytes(*rest.first_chunk()?)), 2),
        0xc5 => match *rest.first()? {
            short @ 0..=191 => (usize::from(short), 1),
            long @ 192..=223 => (
                ((usize::from(long) - 192) << 8) + usize::from(*rest.get(1)?) + 192,
                2,
            ),
            _ => return None,
        },
        _ => return None,
    };
    Some((rest.get(head..rest.len().min(head + len))?, len))
}

/// Skips `count` multiprecision integers (RFC 9580 section 3.2).
fn skip_numbers(rest: &mut &[u8], count: usize) -> Option<()> {
    for _ in 0..count {
        let bits = u16::from_be_bytes(*rest.first_chunk()?);
        *rest = rest.get(2 + usize::from(bits).div_ceil(8)..)?;
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::crc24;

    #[test]
    fn crc24_of_known_texts() {
        // The check value of CRC-24/OPENPGP in the catalogue of parametrised CRC algorithms.
        assert_eq!(crc24(b"123456789"), 0x0021_cf02);
        assert_eq!(crc24(b""), 0x00b7_04ce);
    }
}
