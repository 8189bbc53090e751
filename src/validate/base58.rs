//! `Base58Check`: keys of wallets that end in the first four bytes of a double SHA-256 of all before them.
//!
//! Sources: <https://en.bitcoin.it/wiki/Base58Check_encoding>, <https://github.com/bitcoin/bips/blob/master/bip-0032.mediawiki>,
//! <https://xrpl.org/docs/references/protocol/data-types/base58-encodings>.

use sha2::{Digest as _, Sha256};

use super::{Proof, Subject};
use crate::rule::Severity;

/// The alphabet of Bitcoin.
pub(crate) const BITCOIN: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

/// The alphabet of the XRP Ledger.
pub(crate) const RIPPLE: &[u8; 58] = b"rpshnaf39wBUDNEGHJKLM4PQRST7VWXYZ2bcdeCg65jkm8oFqi1tuvAxyz";

/// The longest text that is decoded; the longest key has 111 characters.
const MAX_CHARS: usize = 128;

/// How many bytes at the end are the checksum.
const CHECKSUM_BYTES: usize = 4;

/// Why a key with the right checksum is believed.
const RIGHT: &str = "its Base58Check checksum is right";

/// Checks a Bitcoin private key in the wallet import format (<https://en.bitcoin.it/wiki/Wallet_import_format>).
pub(super) fn bitcoin_wif(subject: Subject<'_>) -> Proof {
    let payload = decode(subject.secret, BITCOIN);
    match payload.as_deref() {
        Some([0x80, key @ ..]) if is_wif_key(key) => Proof::proved(RIGHT),
        // Coins of the test network are worth nothing.
        Some([0xef, key @ ..]) if is_wif_key(key) => {
            Proof::proved(RIGHT).with_severity(Severity::Low)
        }
        _ => Proof::refuted(),
    }
}

fn is_wif_key(key: &[u8]) -> bool {
    key.len() == 32 || (key.len() == 33 && key.last() == Some(&1))
}

/// Checks an extended private key (BIP 32): four bytes of version, the place in the tree, a chain code, 0 and the key.
pub(super) fn bitcoin_extended(subject: Subject<'_>) -> Proof {
    let payload = decode(subject.secret, BITCOIN).unwrap_or_default();
    if payload.len() != 78 || payload[45] != 0 {
        return Proof::refuted();
    }
    let proof = Proof::proved(RIGHT);
    if subject.secret.starts_with(b"tprv") {
        proof.with_severity(Severity::Low)
    } else {
        proof
    }
}

/// Checks a seed of the XRP Ledger, for either kind of key.
pub(super) fn ripple_seed(subject: Subject<'_>) -> Proof {
    let payload = decode(subject.secret, RIPPLE).unwrap_or_default();
    let seed = payload
        .strip_prefix(&[0x21])
        .or_else(|| payload.strip_prefix(&[0x01, 0xe1, 0x4b]));
    if seed.is_some_and(|seed| seed.len() == 16) {
        Proof::proved(RIGHT)
    } else {
        Proof::refuted()
    }
}

/// Returns what `text` stands for without its checksum, where that is right.
fn decode(text: &[u8], alphabet: &[u8; 58]) -> Option<Vec<u8>> {
    if text.len() > MAX_CHARS {
        return None;
    }
    // The number, least significant byte first.
    let mut number: Vec<u8> = Vec::with_capacity(text.len());
    for byte in text {
        let mut carry = alphabet.iter().position(|letter| letter == byte)?;
        for digit in &mut number {
            carry += usize::from(*digit) * 58;
            *digit = carry.to_le_bytes()[0];
            carry >>= 8;
        }
        if carry > 0 {
            number.push(carry.to_le_bytes()[0]);
        }
    }
    let zeros = text.iter().take_while(|b| **b == alphabet[0]).count();
    number.resize(number.len() + zeros, 0);
    number.reverse();
    let (payload, sum) = number.split_at(number.len().checked_sub(CHECKSUM_BYTES)?);
    (checksum(payload) == sum).then(|| payload.to_vec())
}

/// Returns `payload` with its checksum in Base58.
pub(crate) fn encode(payload: &[u8], alphabet: &[u8; 58]) -> String {
    let bytes = [payload, &checksum(payload)].concat();
    let mut digits: Vec<u8> = Vec::new();
    for byte in &bytes {
        let mut carry = usize::from(*byte);
        for digit in &mut digits {
            carry += usize::from(*digit) << 8;
            *digit = (carry % 58).to_le_bytes()[0];
            carry /= 58;
        }
        while carry > 0 {
            digits.push((carry % 58).to_le_bytes()[0]);
            carry /= 58;
        }
    }
    let zeros = bytes.iter().take_while(|b| **b == 0).count();
    digits.resize(digits.len() + zeros, 0);
    let letter = |digit: &u8| char::from(alphabet[usize::from(*digit)]);
    digits.iter().rev().map(letter).collect()
}

fn checksum(payload: &[u8]) -> [u8; CHECKSUM_BYTES] {
    let digest = Sha256::digest(Sha256::digest(payload));
    std::array::from_fn(|at| digest[at])
}

#[cfg(test)]
mod tests {
    use super::{BITCOIN, RIPPLE, bitcoin_extended, bitcoin_wif, decode, encode, ripple_seed};
    use crate::{
        rule::Severity,
        validate::{Check, Verdict, test_support::proof},
    };

    #[track_caller]
    fn check(check: Check, token: &str, expected: (Verdict, Option<Severity>)) {
        let proof = proof(check, token);
        assert_eq!((proof.verdict, proof.severity), expected, "{token}");
    }

    #[test]
    fn keys_and_seeds() {
        let (right, refuted) = ((Verdict::Proved, None), (Verdict::Refuted, None));
        let test = (Verdict::Proved, Some(Severity::Low));
        let wif =
            |version: u8, tail: &[u8]| encode(&[&[version], &[7; 32][..], tail].concat(), BITCOIN);
        check(bitcoin_wif, &wif(0x80, &[]), right);
        check(bitcoin_wif, &wif(0x80, &[1]), right);
        check(bitcoin_wif, &wif(0xef, &[1]), test);
        check(bitcoin_wif, &wif(0x80, &[2]), refuted);
        check(bitcoin_wif, &wif(0x00, &[]), refuted);
        check(bitcoin_wif, &wif(0x80, &[]).replace('7', "8"), refuted);
        let extended = |version: [u8; 4], mark: u8| {
            let head = [&version, &[9; 41][..], &[mark]].concat();
            encode(&[&head, &[7; 32][..]].concat(), BITCOIN)
        };
        let xprv = extended([0x04, 0x88, 0xad, 0xe4], 0);
        assert!(xprv.starts_with("xprv") && xprv.len() == 111, "{xprv}");
        check(bitcoin_extended, &xprv, right);
        check(
            bitcoin_extended,
            &extended([4, 0x88, 0xad, 0xe4], 3),
            refuted,
        );
        check(bitcoin_extended, &extended([4, 0x35, 0x83, 0x94], 0), test);
        let seed = |version: &[u8]| encode(&[version, &[7; 16]].concat(), RIPPLE);
        check(ripple_seed, &seed(&[0x21]), right);
        check(ripple_seed, &seed(&[0x01, 0xe1, 0x4b]), right);
        check(ripple_seed, &seed(&[0x22]), refuted);
        check(ripple_seed, "", refuted);
    }

    #[test]
    fn leading_zeros_are_letters() {
        // The address of twenty zero bytes.
        let address = encode(&[0; 21], BITCOIN);
        assert_eq!(address, "1111111111111111111114oLvT2");
        assert_eq!(decode(address.as_bytes(), BITCOIN), Some(vec![0; 21]));
        assert_eq!(decode(b"0OIl", BITCOIN), None);
        assert_eq!(decode(&[b'z'; 200], BITCOIN), None);
    }
}
