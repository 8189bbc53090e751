#!/usr/bin/env python3
"""Prints src/judge/documented_hashes.rs: hashes of values that vendors publish as examples.

Usage: mnemonics.py > keys.toml; make.py TABLE.toml... keys.toml > src/judge/documented_hashes.rs

Each table is TOML with `[[token]]` entries; `documented_examples_known_fake` lists values that documentation shows. Only the
first eight bytes of each value's SHA-256 reach the tree, so that no scanner finds the examples here. A value that a person
could choose is left out: a short one, or a list word, says nothing about who uses it.
"""

import hashlib
import re
import sys
import tomllib

# Hashes of values that no table has.
MORE = [
    # The NT hash of the empty password, in capitals.
    0x5C4364016A3F27D4,
    # The access token in Bitwarden's help (https://bitwarden.com/help/access-tokens/), whole and without its name.
    0xE377DB8EE3A4EA37,
    0xEF2F733B05CB415F,
    # The credentials of RFC 7617 and RFC 6749 in Basic headers, and the tokens of RFC 6749.
    0xCF4D418ED3DE92D7,
    0xCA7459E2B26776DE,
    0x6C96130F130AB0D6,
    0x00CF4C781DC37003,
    # UUIDs that documentation shows: those of RFC 4122 (sections 3 and C) and of articles about UUIDs.
    0x986C0DC956DC822B,
    0x203FA897ACF2B02D,
    0xA3A9E1ED9732CAB2,
    0x30A5154B77AB8B2D,
    0xE5855FF48799C52C,
    0x9BA53BCD10E9193D,
    0xFA7D6C8DDBCC290E,
    0x124AFCEBE52AD4A2,
    # The join tokens and the unlock key in the documentation of Docker's API (https://docs.docker.com/reference/api/engine/).
    0x33A6D3750D9A769B,
    0x441C66009C2AB920,
    0x9EC0BE036C22F06F,
    0xB5B17CA1D65733BB,
    0xE9897976005540A6,
]

# Values shorter than this are words rather than credentials.
LEAST_CHARS = 12


def variants(value):
    """Yields the forms in which a rule may capture a documented value."""
    yield value
    for prefix in ("sig=", "0x", "SharedAccessSignature "):
        if value.startswith(prefix):
            yield value.removeprefix(prefix)
    url = re.fullmatch(r"[a-z+]+://[^:/]*:([^@]+)@.*", value)
    if url:
        yield url[1]
    pair = re.fullmatch(r"[^:/@ ]+:([^:@ ]{12,})", value)
    if pair:
        yield pair[1]
    if re.fullmatch(r"T\w+/B\w+/\w+", value):
        yield "https://hooks.slack.com/services/" + value
        yield value.rsplit("/", 1)[1]


def main():
    hashes = set(MORE)
    for path in sys.argv[1:]:
        with open(path, "rb") as file:
            table = tomllib.load(file)
        for token in table["token"]:
            for value in token.get("documented_examples_known_fake", []):
                if "..." in value or value.isdigit():
                    continue
                for text in variants(value.strip()):
                    if len(text) >= LEAST_CHARS:
                        digest = hashlib.sha256(text.encode()).digest()
                        hashes.add(int.from_bytes(digest[:8], "big"))
    print("//! Made by `patterns/documented/make.py`; do not edit.")
    print()
    print("/// The first eight bytes, big-endian, of the SHA-256 of each documented example, in order.")
    print("#[rustfmt::skip]")
    print("pub(super) static HASHES: &[u64] = &[")
    for value in sorted(hashes):
        digits = f"{value:016x}"
        print("    0x" + "_".join(digits[at : at + 4] for at in range(0, 16, 4)) + ",")
    print("];")


if __name__ == "__main__":
    main()
