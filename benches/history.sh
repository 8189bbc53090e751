#!/bin/sh
# Times a scan of a whole history against programs that read it, in turns, so that the ratio holds on a noisy machine:
#
#     benches/history.sh REPOSITORY [KEYFENCE]
#
# Prints for each program the wall times of all rounds in seconds, sorted, and the most memory it had. Needs git and GNU time. KEYFENCE is
# the program to measure, target/release/keyfence when not given; RUNS is how many rounds there are, 5 when not set. With KINGFISHER set,
# to the program of `pip install kingfisher-bin`, that is measured too, in one round of its own: it takes long.

set -eu

# once NAME PROGRAM...: adds a line with the time and the memory of one run to the file NAME. What it prints is of no interest, nor whether
# it found something.
once() {
    name=$1
    shift
    /usr/bin/time -o "$scratch/one" -f '%e %M' "$@" >/dev/null 2>&1 || true
    tail -n 1 "$scratch/one" >>"$scratch/$name"
}

round() {
    once 'git rev-list' git rev-list --objects --all --missing=allow-any
    once 'keyfence' "$keyfence" scan --history --no-cache
    once 'keyfence, one thread' "$keyfence" scan --history --no-cache --threads 1
    once 'keyfence, cached' "$keyfence" scan --history --cache "$scratch/cache"
    once 'git cat-file' git cat-file --batch-all-objects --batch --unordered --buffer
}

main() {
    root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
    repository=${1:?a repository, please: benches/history.sh REPOSITORY}
    keyfence=${2:-$root/target/release/keyfence}
    scratch=$(mktemp -d)
    trap 'rm -rf "$scratch"' EXIT
    cd "$repository"
    # Once for the page cache, and for keyfence's own.
    git cat-file --batch-all-objects --batch-check >/dev/null
    "$keyfence" scan --history --cache "$scratch/cache" >/dev/null 2>&1 || true
    runs=${RUNS:-5}
    while [ "$runs" -gt 0 ]; do
        round
        runs=$((runs - 1))
    done
    if [ -n "${KINGFISHER:-}" ]; then
        once kingfisher "$KINGFISHER" scan . --no-validate --no-update-check
        once 'keyfence' "$keyfence" scan --history --no-cache
    fi
    for name in 'git rev-list' 'git cat-file' keyfence 'keyfence, one thread' 'keyfence, cached' kingfisher; do
        [ -f "$scratch/$name" ] || continue
        sort -n "$scratch/$name" | awk -v name="$name" '
            { times = times " " $1; if ($2 > peak) peak = $2 }
            END { printf "%-22s%s s, %d MiB\n", name, times, peak / 1024 }'
    done
}

main "$@"
