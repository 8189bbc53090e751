#!/usr/bin/env python3
"""Prints a table for make.py: the private keys that Ethereum test chains make from published mnemonics.

Usage: mnemonics.py > keys.toml; make.py TABLE.toml keys.toml > src/judge/documented_hashes.rs

Hardhat and Anvil (https://hardhat.org/hardhat-network/docs/reference#accounts) and Ganache in its deterministic mode fund the same
accounts on every machine. The keys are derived as wallets do it (BIP 39, BIP 32, path m/44'/60'/0'/0/n), so none stands here.
"""

import hashlib
import hmac

MNEMONICS = [
    ("test " * 11 + "junk", 20),
    ("myth like bonus scare over problem client lizard pioneer submit female collect", 10),
]

# secp256k1 (SEC 2, section 2.4.1).
P = 2**256 - 2**32 - 977
ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
BASE = (
    0x79BE667EF9DCBBAC55A06295CE870B07029BFCDB2DCE28D959F2815B16F81798,
    0x483ADA7726A3C4655DA4FBFC0E1108A8FD17B448A68554199C47D08FFB10D4B8,
)
HARDENED = 2**31


def add(a, b):
    """Adds two points; None is the point at infinity."""
    if a is None or b is None:
        return a or b
    if a[0] == b[0]:
        if (a[1] + b[1]) % P == 0:
            return None
        slope = 3 * a[0] * a[0] * pow(2 * a[1], -1, P)
    else:
        slope = (b[1] - a[1]) * pow(b[0] - a[0], -1, P)
    x = (slope * slope - a[0] - b[0]) % P
    return x, (slope * (a[0] - x) - a[1]) % P


def public(key):
    """Returns the compressed public key."""
    point, step = None, BASE
    while key:
        if key & 1:
            point = add(point, step)
        step = add(step, step)
        key >>= 1
    return bytes([2 + (point[1] & 1)]) + point[0].to_bytes(32, "big")


def child(key, chain, index):
    """Returns the private child key and its chain code (BIP 32)."""
    data = b"\0" + key.to_bytes(32, "big") if index >= HARDENED else public(key)
    digest = hmac.new(chain, data + index.to_bytes(4, "big"), hashlib.sha512).digest()
    return (int.from_bytes(digest[:32], "big") + key) % ORDER, digest[32:]


def keys(mnemonic, count):
    """Yields the first keys that a mnemonic gives."""
    seed = hashlib.pbkdf2_hmac("sha512", mnemonic.encode(), b"mnemonic", 2048)
    digest = hmac.new(b"Bitcoin seed", seed, hashlib.sha512).digest()
    key, chain = int.from_bytes(digest[:32], "big"), digest[32:]
    for index in (44 + HARDENED, 60 + HARDENED, HARDENED, 0):
        key, chain = child(key, chain, index)
    for index in range(count):
        yield f"0x{child(key, chain, index)[0]:064x}"


def main():
    values = [key for mnemonic, count in MNEMONICS for key in keys(mnemonic, count)]
    print('[[token]]\nid = "ethereum-private-key"\ndocumented_examples_known_fake = [')
    for value in values:
        print(f'    "{value}",')
    print("]")


if __name__ == "__main__":
    main()
