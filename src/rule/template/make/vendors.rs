//! Keys of wallets and passwords of network devices, each with the checksum or encoding that `validate/` reads.

use super::Random;
use crate::validate::{
    base58::{self, BITCOIN, RIPPLE},
    cisco, stellar,
};

/// Returns the key that the maker called `name` makes.
pub(super) fn by_name(name: &str, random: &mut Random) -> Option<String> {
    let mut payload = |head: &[u8], len, tail: &[u8]| [head, &random.bytes(len), tail].concat();
    Some(match name {
        "bitcoin-wif" => base58::encode(&payload(&[0x80], 32, &[1]), BITCOIN),
        "bitcoin-wif-uncompressed" => base58::encode(&payload(&[0x80], 32, &[]), BITCOIN),
        "bitcoin-wif-testnet" => base58::encode(&payload(&[0xef], 32, &[1]), BITCOIN),
        "bitcoin-xprv" => extended([0x04, 0x88, 0xad, 0xe4], random),
        "bitcoin-yprv" => extended([0x04, 0x9d, 0x78, 0x78], random),
        "bitcoin-zprv" => extended([0x04, 0xb2, 0x43, 0x0c], random),
        "bitcoin-tprv" => extended([0x04, 0x35, 0x83, 0x94], random),
        "ripple-seed" => base58::encode(&payload(&[0x21], 16, &[]), RIPPLE),
        "ripple-seed-ed25519" => base58::encode(&payload(&[0x01, 0xe1, 0x4b], 16, &[]), RIPPLE),
        "stellar-seed" => stellar::encode(&random.bytes(32)),
        "cisco-type7" => cisco::encode(random.below(16), random.text(LETTERS, 10).as_bytes()),
        _ => return None,
    })
}

/// What the passwords of network devices are made of.
const LETTERS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!$%+-_";

fn extended(version: [u8; 4], random: &mut Random) -> String {
    let head = [&version[..], &random.bytes(41), &[0]].concat();
    base58::encode(&[&head[..], &random.bytes(32)].concat(), BITCOIN)
}
