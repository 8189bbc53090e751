#!/usr/bin/env python3
"""Prints src/validate/key/known_keys.rs: key pairs whose private half is published on purpose.

Usage: make.py FILE.pub... > src/validate/key/known_keys.rs

Each file has public keys in OpenSSH's form, one a line. Used: keys/*.pub* of https://github.com/hashicorp/vagrant and
image/services/sshd/keys/insecure_key.pub of https://github.com/phusion/baseimage-docker. Only hashes of public keys reach the
tree.
"""

import base64
import hashlib
import sys


def main():
    hashes = set()
    for path in sys.argv[1:]:
        with open(path, encoding="utf-8") as file:
            for line in file:
                if line.strip():
                    wire = base64.b64decode(line.split()[1])
                    hashes.add(int.from_bytes(hashlib.sha256(wire).digest()[:8], "big"))
    print("//! Made by `patterns/known_keys/make.py`; do not edit.")
    print()
    print("/// The first eight bytes, big-endian, of the SHA-256 of the wire form of each public key, in order.")
    print("#[rustfmt::skip]")
    print("pub(super) static KNOWN: &[u64] = &[")
    for value in sorted(hashes):
        digits = f"{value:016x}"
        print("    0x" + "_".join(digits[at : at + 4] for at in range(0, 16, 4)) + ",")
    print("];")


if __name__ == "__main__":
    main()
