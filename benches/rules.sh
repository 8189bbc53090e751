#!/usr/bin/env bash
# What ten times the rules cost: benches/rules.sh CHECKOUT [PROGRAM]
#
# Counts the instructions of a scan of CHECKOUT, and of one small file, with all rules; with a tenth of them, of which the rules for passwords
# and secrets in general are the first; and with every tenth rule. Counted by valgrind, on one thread: the same whatever else the machine does.
set -euo pipefail

tree=$(realpath "${1:?a checkout, please: benches/rules.sh CHECKOUT [PROGRAM]}")
program=$(realpath "${2:-target/release/keyfence}")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
echo 'x = 1' >"$folder/one.py"

mapfile -t rules < <("$program" rules list 2>/dev/null | awk '{ print $1 }')
mapfile -t general < <("$program" rules list --provider generic 2>/dev/null | awk '{ print $1 }')
tenth=$((${#rules[@]} / 10))

# Prints a rule in every `step`, as options.
some() {
    local step=$1 at
    for ((at = 0; at < ${#rules[@]}; at += step)); do
        printf -- '--enable\n%s\n' "${rules[at]}"
    done
}

all=()
mapfile -t every < <(some 10)
mapfile -t others < <(some 11)
first=()
for rule in "${general[@]}"; do
    first+=(--enable "$rule")
done
first+=("${others[@]}")
first=("${first[@]:0:2 * tenth}")

count() {
    valgrind --tool=callgrind --callgrind-out-file=/dev/null "$program" scan --no-git --no-config --no-guard --threads 1 --format json "$@" \
        2>&1 >/dev/null | awk '/Collected/ { print $NF }'
}

printf '%-42s %15s %15s\n' "instructions" "$(basename "$tree")" "one file"
report() {
    local name=$1
    shift
    printf '%-42s %15s %15s\n' "$name" "$(count "$@" "$tree")" "$(count "$@" "$folder/one.py")"
}
report "all ${#rules[@]} rules" "${all[@]}"
report "$((${#first[@]} / 2)) rules, those in general among them" "${first[@]}"
report "$((${#every[@]} / 2)) rules, every tenth" "${every[@]}"
