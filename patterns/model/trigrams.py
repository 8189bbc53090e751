#!/usr/bin/env python3
"""Counts which three bytes in a row are frequent in source trees.

    python3 patterns/model/trigrams.py TREE... > patterns/model/trigrams.tsv

The file decides which window of a literal the prefilter looks for (src/prefilter/tables.rs); only speed depends on it. It was made
from checkouts of the public repositories git/git, rails/rails and aws/aws-cli.

A line: the three bytes in hexadecimal, and how often they stand in a million positions. Rarer ones than MIN are left out.
"""

import os
import sys
from collections import Counter

MIN = 15


def main(trees):
    counts, total = Counter(), 0
    for tree in trees:
        for folder, folders, files in os.walk(tree):
            folders[:] = sorted(f for f in folders if f != ".git")
            for name in sorted(files):
                path = os.path.join(folder, name)
                if os.path.islink(path):
                    continue
                with open(path, "rb") as file:
                    text = file.read()
                total += len(text)
                counts.update(text[i : i + 3] for i in range(len(text) - 2))
    for window, count in sorted(counts.items()):
        per_million = count * 1_000_000 // total
        if per_million >= MIN:
            print(f"{window.hex()}\t{per_million}")


if __name__ == "__main__":
    main(sys.argv[1:])
