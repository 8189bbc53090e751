//! Secret seeds of Stellar: a version byte, 32 bytes and a CRC-16 in base32.
//!
//! Source: <https://github.com/stellar/stellar-protocol/blob/master/ecosystem/sep-0023.md>.

use data_encoding::BASE32_NOPAD;

use super::{Proof, Subject};

/// The version byte of a seed: `S` in base32.
const SEED: u8 = 18 << 3;

/// Checks the version and the checksum of a seed.
pub(super) fn seed(subject: Subject<'_>) -> Proof {
    let bytes = BASE32_NOPAD.decode(subject.secret).unwrap_or_default();
    match bytes.split_last_chunk() {
        Some(([SEED, key @ ..], sum)) if key.len() == 32 && checksum(&bytes[..33]) == *sum => {
            Proof::proved("its checksum is right")
        }
        _ => Proof::refuted(),
    }
}

/// Returns the seed whose 32 bytes are `key`.
pub(crate) fn encode(key: &[u8]) -> String {
    let body = [&[SEED], key].concat();
    BASE32_NOPAD.encode(&[&body[..], &checksum(&body)].concat())
}

/// Returns the CRC-16 with the polynomial 0x1021 and the start 0 (XMODEM), least significant byte first.
fn checksum(bytes: &[u8]) -> [u8; 2] {
    let step = |sum: u16, bit: u16| {
        let shifted = sum << 1;
        if (sum >> 15) ^ bit == 1 {
            shifted ^ 0x1021
        } else {
            shifted
        }
    };
    bytes
        .iter()
        .flat_map(|byte| (0..8).rev().map(move |at| u16::from(byte >> at & 1)))
        .fold(0, step)
        .to_le_bytes()
}

#[cfg(test)]
mod tests {
    use super::{checksum, encode, seed};
    use crate::validate::{Verdict, test_support::verdict};

    #[test]
    fn seeds() {
        // The check value of CRC-16/XMODEM.
        assert_eq!(checksum(b"123456789"), 0x31c3_u16.to_le_bytes());
        let good = encode(&[7; 32]);
        assert!(good.starts_with('S') && good.len() == 56, "{good}");
        assert_eq!(verdict(seed, &good), Verdict::Proved);
        let other = good.replacen('A', "B", 1);
        assert_ne!(good, other);
        assert_eq!(verdict(seed, &other), Verdict::Refuted);
        assert_eq!(verdict(seed, &encode(&[7; 31])), Verdict::Refuted);
        assert_eq!(verdict(seed, ""), Verdict::Refuted);
    }
}
