#!/bin/sh
# Times a scan of a whole history against programs that read it, in turns, so that the ratio holds on a noisy machine:
#
#     benches/history.sh REPOSITORY [KEYFENCE]
#
# Needs hyperfine and git; kingfisher (`pip install kingfisher-bin`) is measured where it is on the PATH. KEYFENCE is the program to
# measure, target/release/keyfence when not given. RUNS is how often each is run, 5 when not set.

set -eu

peak() {
    # The most memory a program had, in MiB. What it prints is of no interest, nor whether it found something.
    { /usr/bin/time -f 'peak %M KiB' "$@" >/dev/null || true; } 2>&1 | sed -n 's/^peak //p'
}

main() {
    root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
    repository=${1:?a repository, please: benches/history.sh REPOSITORY}
    keyfence=${2:-$root/target/release/keyfence}
    runs=${RUNS:-5}
    for program in hyperfine git; do
        command -v "$program" >/dev/null || { echo "benches/history.sh: $program is missing" >&2; exit 2; }
    done
    cd "$repository"
    set -- 'git rev-list --objects --all --missing=allow-any' \
        'git cat-file --batch-all-objects --batch --unordered --buffer' \
        "$keyfence scan --history --no-cache" \
        "$keyfence scan --history --no-cache --threads 1"
    echo "# time"
    hyperfine -N -i -w 1 -r "$runs" --output null "$@"
    echo "# memory"
    echo "keyfence: $(peak "$keyfence" scan --history --no-cache)"
    echo "git rev-list: $(peak git rev-list --objects --all --missing=allow-any)"
    if command -v kingfisher >/dev/null; then
        echo "# kingfisher, once: it takes long"
        hyperfine -N -i -r 1 --output null 'kingfisher scan . --no-validate --no-update-check' \
            "$keyfence scan --history --no-cache"
        echo "kingfisher: $(peak kingfisher scan . --no-validate --no-update-check)"
    fi
}

main "$@"
