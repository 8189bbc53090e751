#!/usr/bin/env bash
# Times a scan with 0, 1, 20 and 300 guarded secrets, in turns: benches/guard.sh TREE [REPOSITORY] [PROGRAM]
#
# TREE is a folder of source, REPOSITORY one whose whole history is scanned, without a cache. Needs valgrind to count instructions.
set -euo pipefail

tree=$(realpath "${1:?a folder, please: benches/guard.sh TREE [REPOSITORY] [PROGRAM]}")
repository=${2:+$(realpath "$2")}
program=$(realpath "${3:-target/release/keyfence}")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

for count in 0 1 20 300; do
    mkdir -p "$folder/$count"
    ((count == 0)) && continue
    # Random keys of 40 bytes, made and forgotten.
    head -c $((count * 30)) /dev/urandom | base64 -w 40 |
        XDG_CONFIG_HOME="$folder/$count" "$program" guard add - --name key >/dev/null
done

# Runs a scan in turns for each number of secrets, and prints the median and the fastest of the processor's time (user), in milliseconds.
TIMEFORMAT=%3U
compare() {
    local what=$1 run count runs=${RUNS:-15}
    shift
    echo "# $what"
    for ((run = 0; run <= runs; run++)); do
        for count in 0 1 20 300; do
            { time XDG_CONFIG_HOME=$folder/$count "$program" "$@" >/dev/null 2>&1 || true; } 2>"$folder/time"
            # The first run fills the caches of the system.
            ((run == 0)) || cat "$folder/time" >>"$folder/times-$count"
        done
    done
    for count in 0 1 20 300; do
        sort -n "$folder/times-$count" | awk -v count="$count" '{ t[NR] = $1 * 1000 }
            END { printf "%4d secrets: median %.1f ms, fastest %.1f ms\n", count, t[int((NR + 1) / 2)], t[1] }'
        rm "$folder/times-$count"
    done
}

compare "one thread, $tree" scan --no-git --threads 1 "$tree"
if [[ -n $repository ]]; then
    cd "$repository"
    RUNS=3 compare "history of $repository" scan --history --no-cache
fi
find "$tree" -type f -name '*.md' -size -64k -print0 | sort -z | head -z -n 20 | xargs -0 cat >"$folder/text"
echo "# instructions without a store, and with --no-guard"
for option in "" --no-guard; do
    # shellcheck disable=SC2086 # an empty option is none
    XDG_CONFIG_HOME=$folder/0 valgrind --tool=callgrind --callgrind-out-file=/dev/null \
        "$program" scan --no-git --threads 1 $option "$folder/text" 2>&1 >/dev/null | grep 'Collected'
done
