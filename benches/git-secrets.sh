#!/bin/sh
# Times keyfence as `git secrets` against the original on a checkout, in turns, with the patterns of --register-aws and 20 more:
#
#     benches/git-secrets.sh CHECKOUT ORIGINAL [KEYFENCE]
#
# Needs hyperfine. ORIGINAL is the script of git-secrets, KEYFENCE the program to measure, target/release/keyfence when not given. The checkout's
# own configuration should have no patterns; it is not changed. The patterns have no blanks: the original would split them.

set -eu

patterns() {
    cat <<'PATTERNS'
[Pp][Aa][Ss][Ss][Ww][Oo][Rr][Dd]\s*[=:]\s*['"][^'"]{6,}
[Aa][Pp][Ii]_?[Kk][Ee][Yy].{0,20}[0-9a-f]{32}
-----BEGIN\s(RSA|DSA|EC|OPENSSH)\sPRIVATE\sKEY-----
ghp_[A-Za-z0-9]{36}
xox[baprs]-[0-9A-Za-z-]{10,48}
AIza[0-9A-Za-z_-]{35}
sk_live_[0-9a-zA-Z]{24}
[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}
eyJ[A-Za-z0-9_-]+\.eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+
mongodb(\+srv)?://[^:]+:[^@]+@
postgres(ql)?://[^:]+:[^@]+@
PROJECT-(BLUE|RED)[0-9]*
client_secret.*=.*['"].+['"]
hunter2
correct\shorse\sbattery\sstaple
SG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}
key-[0-9a-z]{32}
internal\.corp\.example\.com
10\.20\.[0-9]{1,3}\.[0-9]{1,3}
^.*DO\sNOT\sCOMMIT.*$
PATTERNS
}

# All of them tell git grep, whose engine looks for literals first, where to look.
literal_patterns() {
    cat <<'PATTERNS'
corp-[a-z]+-internal
acme_(live|test)_[0-9A-Za-z]{24}
password\s*=\s*['"][^'"]+['"]
[Ss]ecret[_-]?[Tt]oken
xox[baprs]-[0-9A-Za-z-]+
BEGIN\s(RSA|DSA|EC)\sPRIVATE\sKEY
ghp_[A-Za-z0-9]{36}
sk_live_[0-9a-zA-Z]{24}
AIza[0-9A-Za-z_-]{35}
hooks\.slack\.com/services/
[0-9]{3}-[0-9]{2}-[0-9]{4}
DO[_-]NOT[_-]COMMIT
jdbc:[a-z]+://\S+password
mongodb(\+srv)?://\S+:\S+@
Authorization:\sBearer\s[A-Za-z0-9._-]+
SG\.[A-Za-z0-9_-]{22}\.
db[_-]?pass(word)?\s*[:=]
intranet\.acme\.(com|net|org)
client_secret\s*[:=]
[a-f0-9]{40}:[a-f0-9]{40}
PATTERNS
}

measure() {
    rm -f "$GIT_CONFIG_GLOBAL"
    "$original" --register-aws --global >/dev/null
    git config --global --unset-all secrets.providers
    while IFS= read -r pattern; do
        git config --global --add secrets.patterns "$pattern"
    done
    echo "# $1: --scan"
    hyperfine -N -i -w 2 -r 15 "$original --scan" "$scratch/git-secrets --scan"
    echo "# $1: --pre_commit_hook with one small staged file"
    (
        cd "$scratch/clone"
        hyperfine -N -i -w 5 -r 40 "$original --pre_commit_hook" "$scratch/git-secrets --pre_commit_hook"
    )
}

main() {
    root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
    tree=${1:?a checkout, please: benches/git-secrets.sh CHECKOUT ORIGINAL}
    original=$(realpath "${2:?the original, please: benches/git-secrets.sh CHECKOUT ORIGINAL}")
    keyfence=$(realpath "${3:-$root/target/release/keyfence}")
    for program in hyperfine git realpath; do
        command -v "$program" >/dev/null || { echo "benches/git-secrets.sh: $program is missing" >&2; exit 2; }
    done
    cd "$tree"
    scratch=$(mktemp -d)
    trap 'rm -rf "$scratch"' EXIT
    ln -s "$keyfence" "$scratch/git-secrets"
    git clone -q --shared . "$scratch/clone"
    echo 'int nothing;' >"$scratch/clone/one.c"
    git -C "$scratch/clone" add one.c
    GIT_CONFIG_GLOBAL=$scratch/config GIT_CONFIG_NOSYSTEM=1
    export GIT_CONFIG_GLOBAL GIT_CONFIG_NOSYSTEM
    patterns | measure 'patterns of the benchmark ere'
    literal_patterns | measure 'patterns with literals'
}

main "$@"
