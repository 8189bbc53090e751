//! age identities: Bech32 (BIP 173, without its length limit) as <https://age-encryption.org/v1> uses it.

use crate::{
    rule::Severity,
    validate::{Proof, Subject, Verdict},
};

/// The Bech32 alphabet, lower case.
const ALPHABET: &[u8; 32] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";

/// Checks the checksum of an age identity.
pub(in crate::validate) fn check(subject: Subject<'_>) -> Proof {
    let proof = check_bech32(subject);
    let plugin = b"age-plugin-";
    let head = subject.secret.get(..plugin.len()).unwrap_or_default();
    if proof.verdict == Verdict::Proved && head.eq_ignore_ascii_case(plugin) {
        // Most plugins keep the key in hardware or ask for more; the identity alone opens little.
        proof.with_severity(Severity::Medium)
    } else {
        proof
    }
}

/// Checks the checksum of any text in Bech32: prefix, `1`, data.
pub(in crate::validate) fn check_bech32(subject: Subject<'_>) -> Proof {
    let secret = subject.secret.to_ascii_lowercase();
    let Some(at) = memchr::memrchr(b'1', &secret) else {
        return Proof::refuted();
    };
    let (prefix, data) = (&secret[..at], &secret[at + 1..]);
    let values: Option<Vec<u8>> = data.iter().map(|b| value(*b)).collect();
    let (Some(values), Some(body)) = (values, data.len().checked_sub(6)) else {
        return Proof::refuted();
    };
    if checksum(prefix, &values[..body]) == values[body..] {
        Proof::proved("its Bech32 checksum is right")
    } else {
        Proof::refuted()
    }
}

fn value(letter: u8) -> Option<u8> {
    let at = ALPHABET.iter().position(|l| *l == letter)?;
    u8::try_from(at).ok()
}

/// Returns the Bech32 checksum of `values` (5 bits each) under a lower-case prefix.
pub(crate) fn checksum(prefix: &[u8], values: &[u8]) -> [u8; 6] {
    let high = prefix.iter().map(|b| b >> 5);
    let low = prefix.iter().map(|b| b & 31);
    let all = high
        .chain([0])
        .chain(low)
        .chain(values.iter().copied())
        .chain([0; 6]);
    let sum = all.fold(1, step) ^ 1;
    std::array::from_fn(|i| u8::try_from((sum >> (25 - 5 * i)) & 31).unwrap_or_default())
}

/// One step of the checksum of BIP 173.
fn step(sum: u32, value: u8) -> u32 {
    const GENERATOR: [u32; 5] = [
        0x3b6a_57b2,
        0x2650_8e6d,
        0x1ea1_19fa,
        0x3d42_33dd,
        0x2a14_62b3,
    ];
    let top = sum >> 25;
    let sum = ((sum & 0x01ff_ffff) << 5) ^ u32::from(value);
    GENERATOR
        .iter()
        .enumerate()
        .filter(|(bit, _)| top >> bit & 1 == 1)
        .fold(sum, |sum, (_, term)| sum ^ term)
}

#[cfg(test)]
mod tests {
    use super::checksum;

    /// Valid strings of BIP 173, by prefix, data values and checksum values.
    #[test]
    fn vectors_of_bip_173() {
        // `A12UEL5L`: no data.
        let letters = checksum(b"a", &[]).map(|v| super::ALPHABET[usize::from(v)]);
        assert_eq!(&letters, b"2uel5l");
        // `abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw`: every value once.
        let all: Vec<u8> = (0..32).collect();
        let letters = checksum(b"abcdef", &all).map(|v| super::ALPHABET[usize::from(v)]);
        assert_eq!(&letters, b"mqqqxw");
    }
}
