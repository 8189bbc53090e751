#!/usr/bin/env python3
"""Prints src/judge/vocabulary_words.rs: the words that names in source text are made of.

    python3 patterns/model/vocabulary.py TREE... > src/judge/vocabulary_words.rs

Counts in how many files a word stands in a name of two words or more (`get_value`, `user-name`, `readFile`). It was made from
the standard library of Python 3.11, the crates that this project depends on, and checkouts of the public repositories
spring-projects/spring-boot and ansible/ansible.
"""

import os
import re
import sys
from collections import Counter

WORDS = 1300
LEAST_LETTERS = 3
MOST_BYTES = 200_000

SOURCES = re.compile(r"\.(py|js|ts|rs|go|rb|java|c|h|sh|pm|pl|php|ya?ml|json|toml|xml|properties|cfg|ini|conf|html)$")
NAME = re.compile(rb"[A-Za-z]+(?:[_-][A-Za-z]+)+|[A-Za-z]?[a-z]+(?:[A-Z][a-z]+)+")
WORD = re.compile(rb"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")

# Words of forms and pages, and those that only join others, whatever their rank.
MORE = """
    about account alert also and any are avatar been being book button card check checkbox com confirm default dialog does email
    empty every fail failed for form forgot from has have hidden hide her his icon its label less link list login logout mail
    mandatory many menu minimum modal must name nor not once only optional other our page placeholder please popup profile prompt
    recovery register reminder remember required reset sent should show sign some submit text than that the their then there these
    they this those toggle too under until uppercase lowercase user users very view was were what when where which who will with
    without wrong yes you your elevated privileges interactive unattended onetime anonymous keychain vault secret secrets token
    tokens password passwords passphrase passwd credential credentials key keys plaintext encrypted hashed bcrypt scram
""".split()

# What people choose as passwords more often than programs as names.
NOT = {"spring", "rabbit", "shadow", "magic", "snake", "hello", "world", "bridge", "black", "red", "phantom", "rust", "office", "soft"}


def main(trees):
    files = Counter()
    for tree in trees:
        for folder, _, names in os.walk(tree):
            for name in names:
                path = os.path.join(folder, name)
                if not SOURCES.search(name) or os.path.islink(path):
                    continue
                with open(path, "rb") as file:
                    text = file.read(MOST_BYTES)
                words = {word.lower() for name in NAME.findall(text) for word in WORD.findall(name)}
                files.update(word.decode() for word in words if len(word) >= LEAST_LETTERS)
    # Ties are broken by the alphabet, so that the same trees give the same list.
    ranked = sorted(files, key=lambda word: (-files[word], word))[:WORDS]
    words = sorted((set(ranked) | {word for word in MORE if len(word) >= LEAST_LETTERS}) - NOT)
    print("//! Made by `patterns/model/vocabulary.py`; do not edit.")
    print()
    print("/// The words, in order.")
    print("#[rustfmt::skip]")
    print("pub(super) static WORDS: &[&str] = &[")
    line = "   "
    for word in words:
        item = f' "{word}",'
        if len(line) + len(item) > 130:
            print(line)
            line = "   "
        line += item
    print(line)
    print("];")


if __name__ == "__main__":
    main(sys.argv[1:])
