#!/usr/bin/env bash
# Times hooks against what git itself does, in a clone of a large repository: benches/hooks.sh REPOSITORY PROGRAM
# Needs git and hyperfine. REPOSITORY is not changed.
set -euo pipefail

if (($# != 2)); then
    echo "usage: $0 REPOSITORY PROGRAM" >&2
    exit 2
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
program=$(realpath "$2")
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1
export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@example.com GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@example.com
git clone -q --shared "$(realpath "$1")" "$folder/clone"
cd "$folder/clone"
compare() {
    printf '\n== %s\n' "$1"
    shift
    hyperfine --style basic --warmup 5 --runs 40 "$@" 2>/dev/null | grep -E '^Benchmark|Time|±.*times'
}

echo 'x = 1' >small.txt
git add small.txt
compare 'pre-commit, one small file' -N 'git diff --cached --quiet' "$program hook pre-commit" --ignore-failure
git write-tree >/dev/null
"$program" hook pre-commit
echo message >"$folder/message"
compare 'prepare-commit-msg, with a receipt' -N 'git diff --cached --quiet' "$program hook prepare-commit-msg $folder/message message" --ignore-failure

mkdir many
for n in $(seq 2000); do
    mkdir -p "many/$((n % 40))"
    { head -c 2000 "$(git ls-files '*.c' | head -1)" && echo "$n"; } >"many/$((n % 40))/$n.c"
done
git add many
compare 'pre-commit, 2,000 files' 'git diff --cached --stat' "$program hook pre-commit"

git reset -q --hard
base=$(git rev-parse HEAD)
git remote remove origin
git remote add origin "$folder/nowhere"
git update-ref refs/remotes/origin/main "$base"
echo 'x = 2' >small.txt
git add small.txt
git commit -q -m small
push() {
    echo "refs/heads/x $(git rev-parse HEAD) refs/heads/x $(printf '0%.0s' {1..40})" >"$folder/line"
    compare "$1" 'git rev-list HEAD --not --remotes' "$program hook pre-push origin url <$folder/line"
}
push "pre-push, one commit on $(git rev-list --count HEAD)"
git checkout -q --detach "$base~2000"
echo 'x = 2' >small.txt
git add small.txt
git commit -q -m small
push 'pre-push, one commit on an old one'
