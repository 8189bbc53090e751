#!/bin/sh
# Times whole programs on a checkout, in turns, so that the ratio holds on a noisy machine:
#
#     benches/tree.sh CHECKOUT [KEYFENCE]
#
# Needs hyperfine and rg (ripgrep). KEYFENCE is the program to measure, target/release/keyfence when not given.

set -eu

main() {
    root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
    tree=${1:?a checkout, please: benches/tree.sh CHECKOUT}
    keyfence=${2:-$root/target/release/keyfence}
    for program in hyperfine rg git; do
        command -v "$program" >/dev/null || { echo "benches/tree.sh: $program is missing" >&2; exit 2; }
    done
    cd "$tree"
    echo "# work tree, against rg -c AKIA ."
    hyperfine -N -i -w 3 -r 20 'rg -c AKIA .' "$keyfence scan"

    scratch=$(mktemp -d)
    trap 'rm -rf "$scratch"' EXIT
    git clone -q --shared . "$scratch/clone"
    cd "$scratch/clone"
    # A small file with the words that start most rules, and no secret.
    # shellcheck disable=SC2016 # the text of the file
    printf '%s\n' 'const password = get();' 'let token = next("x");' 'secret: ${SECRET}' \
        'url = https://example.com/' 'api_key = os.environ["X"]' >settings.py
    git add settings.py
    echo "# hook pre-commit with one small staged file, against git diff --cached --quiet"
    hyperfine -N -i -w 5 -r 100 'git diff --cached --quiet' "$keyfence hook pre-commit"
}

main "$@"
