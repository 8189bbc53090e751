#!/usr/bin/env python3
"""Trains the character model of src/judge/randomness/ and measures it.

The text is that of public repositories, cloned beforehand (any commit will do; the figures in the module docs are from
git/git, rails/rails and aws/aws-cli):

    git clone --depth 1 https://github.com/git/git
    git clone --depth 1 https://github.com/rails/rails
    git clone --depth 1 https://github.com/aws/aws-cli
    python3 patterns/model/train.py --write src/judge/randomness/model.rs git rails aws-cli
    python3 patterns/model/train.py --measure git rails aws-cli

What is learned are words as they stand in source text: identifiers, words joined by `_ - . /`, paths. One word in ten is held
out (chosen by a hash of the word): the table never sees it, `--measure` sees nothing else. Python 3.9 or later, nothing else.

The model: the cost of a character in bits is the cost of its kind (lower, upper, digit, other) given the three kinds before it,
plus the cost of the letter, case folded, given the two symbols before it, or a constant for digits and others.
"""

import argparse
import collections
import hashlib
import math
import os
import random
import re
import sys

WORD = re.compile(rb"[A-Za-z0-9_][A-Za-z0-9_./+-]{2,79}")
HEX = re.compile(rb"[0-9a-fA-F]{12,}")
# The digits of the printed tables: value = index * STEP bits.
DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_"
STEP = 0.2
DIGIT_BITS = math.log2(10)
OTHER_BITS = 2.0
LETTERS, DIGIT, OTHER, SYMBOLS = 26, 26, 27, 28


def words(folders):
    """Returns how often each word stands in the text files under the folders."""
    counts = collections.Counter()
    for folder in folders:
        for base, dirs, names in os.walk(folder):
            dirs[:] = sorted(d for d in dirs if d != ".git")
            for name in sorted(names):
                path = os.path.join(base, name)
                if os.path.islink(path) or os.path.getsize(path) > 1 << 20 or name.endswith((".lock", ".svg", ".map")):
                    continue
                data = open(path, "rb").read()
                if b"\0" not in data:
                    counts.update(WORD.findall(data))
    return {w: n for w, n in counts.items() if not machine_made(w)}


def machine_made(word):
    """Returns true for what the model must not learn as words: hashes, keys, base64."""
    if HEX.search(word) and re.search(rb"[0-9]", word):
        return True
    flips = sum(1 for a, b in zip(word, word[1:]) if chr(a).isdigit() != chr(b).isdigit())
    return len(word) >= 16 and flips * 4 > len(word)


def held_out(word):
    return hashlib.sha256(word).digest()[0] % 10 == 0


def kind(b):
    return 0 if 97 <= b <= 122 else 1 if 65 <= b <= 90 else 2 if 48 <= b <= 57 else 3


def symbol(b):
    k = kind(b)
    return b - 97 if k == 0 else b - 65 if k == 1 else DIGIT if k == 2 else OTHER


def train(counts):
    """Returns the two tables: bits of a kind after three kinds, bits of a letter after two symbols."""
    kinds = [[1.0] * 4 for _ in range(64)]
    tri = [[0.0] * LETTERS for _ in range(SYMBOLS * SYMBOLS)]
    bi = [[0.0] * LETTERS for _ in range(SYMBOLS)]
    uni = [1.0] * LETTERS
    for word, n in counts.items():
        if held_out(word):
            continue
        weight = 1 + math.log2(n)
        before, two, one = 63, OTHER, OTHER
        for b in word:
            k, s = kind(b), symbol(b)
            kinds[before][k] += weight
            if s < LETTERS:
                tri[two * SYMBOLS + one][s] += weight
                bi[one][s] += weight
                uni[s] += weight
            before, two, one = (before * 4 + k) % 64, one, s
    total = sum(uni)
    kind_bits = [[-math.log2(n / sum(row)) for n in row] for row in kinds]
    letter_bits = []
    for two in range(SYMBOLS):
        for one in range(SYMBOLS):
            row, back = tri[two * SYMBOLS + one], bi[one]
            bits = []
            for s in range(LETTERS):
                low = (back[s] + 20 * uni[s] / total) / (sum(back) + 20)
                bits.append(-math.log2((row[s] + 20 * low) / (sum(row) + 20)))
            letter_bits.append(bits)
    return kind_bits, letter_bits


def quantise(bits):
    return max(0, min(63, round(bits / STEP)))


def write(path, kind_bits, letter_bits):
    def text(rows, width):
        flat = "".join(DIGITS[quantise(b)] for row in rows for b in row)
        return "\\\n".join(flat[i : i + width] for i in range(0, len(flat), width))

    with open(path, "w") as out:
        out.write(
            "//! The tables of the character model. Made by `patterns/model/train.py`; do not edit.\n"
            "//!\n"
            "//! Each byte is a digit of `0-9A-Za-z-_`, worth 0 to 63 steps of a fifth of a bit.\n\n"
            "#![cfg_attr(rustfmt, rustfmt_skip)]\n\n"
            "/// The cost of a kind (lower, upper, digit, other): row `16a + 4b + c` for the kinds `a`, `b`, `c` before it.\n"
            'pub(super) static KINDS: &[u8; 256] = b"\\\n' + text(kind_bits, 112) + '";\n\n'
            "/// The cost of a letter: row `28a + b` for the symbols `a`, `b` before it (0-25 letters, 26 a digit, 27 other).\n"
            'pub(super) static LETTERS: &[u8; 20384] = b"\\\n' + text(letter_bits, 112) + '";\n'
        )


def score(text, kind_bits, letter_bits):
    """Returns the bits per character of `text`, as the program computes them."""
    bits, before, two, one = 0.0, 63, OTHER, OTHER
    for b in text:
        k, s = kind(b), symbol(b)
        bits += quantise(kind_bits[before][k]) * STEP
        bits += quantise(letter_bits[two * SYMBOLS + one][s]) * STEP if s < LETTERS else DIGIT_BITS if k == 2 else OTHER_BITS
        before, two, one = (before * 4 + k) % 64, one, s
    return bits / len(text)


ALPHABETS = {
    "hex": "0123456789abcdef",
    "base32": "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567",
    "base36": "abcdefghijklmnopqrstuvwxyz0123456789",
    "letters": "abcdefghijklmnopqrstuvwxyz",
    "base62": "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
    "base64": "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz+/",
}


def measure(counts, tables):
    """Prints the scores of held-out words and of random text."""
    rng = random.Random(1)
    def row(label, scores):
        scores.sort()
        at = lambda q: scores[min(len(scores) - 1, int(q * len(scores)))]
        print(f"{label:18} n={len(scores):6}  " + "  ".join(f"{q:g}:{at(q):.2f}" for q in (0.0001, 0.001, 0.01, 0.5, 0.99, 0.999)))

    for low, high in ((16, 19), (20, 31), (32, 79)):
        held = [w for w in counts if held_out(w) and low <= len(w) <= high]
        row(f"words {low}-{high}", [score(w, *tables) for w in held])
    for name, alphabet in ALPHABETS.items():
        for length in (16, 20, 32, 40):
            made = ("".join(rng.choice(alphabet) for _ in range(length)).encode() for _ in range(20000))
            row(f"{name} {length}", [score(t, *tables) for t in made])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folders", nargs="+", help="clones to learn from")
    parser.add_argument("--write", metavar="FILE", help="write the tables as Rust source")
    parser.add_argument("--measure", action="store_true", help="print the scores of held-out words and of random text")
    parser.add_argument("--dump", metavar="FILE", help="write the held-out words, one a line")
    args = parser.parse_args()
    counts = words(args.folders)
    tables = train(counts)
    print(f"{len(counts)} words", file=sys.stderr)
    if args.write:
        write(args.write, *tables)
    if args.dump:
        with open(args.dump, "wb") as out:
            out.writelines(w + b"\n" for w in sorted(counts) if held_out(w))
    if args.measure:
        measure(counts, tables)


if __name__ == "__main__":
    main()
