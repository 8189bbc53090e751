//! Made by `patterns/known_keys/make.py`; do not edit.

/// The first eight bytes, big-endian, of the SHA-256 of the wire form of each public key, in order.
#[rustfmt::skip]
pub(super) static KNOWN: &[u64] = &[
    0x5a4b_ea8e_7c8f_01e0,
    0x98dc_fd69_d88d_52df,
    0xd4ce_11ce_1332_5ae1,
];
