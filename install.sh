#!/bin/sh
# Builds keyfence from this source tree and installs it. Needs no root.

set -eu

# The oldest Rust that builds it: `rust-version` in Cargo.toml.
rust_major=1
rust_minor=89

usage() {
    cat <<'USAGE'
Builds keyfence from this source tree and installs it.

Usage: sh install.sh [--prefix DIR] [--git-secrets]

Options:
  --prefix DIR   install DIR/bin/keyfence [default: ~/.local]
  --git-secrets  also link it as DIR/bin/git-secrets, so that it answers to `git secrets`
  -h, --help     print this help

Needs git, cargo and rustc 1.89 or newer. Needs no root.
USAGE
}

say() {
    printf '%s\n' "$*"
}

die() {
    printf 'install.sh: %s\n' "$*" >&2
    exit 1
}

bad_usage() {
    printf 'install.sh: %s\n' "$*" >&2
    usage >&2
    exit 2
}

# Says what is missing and how to get it, everything at once.
check_tools() {
    missing=0
    if ! command -v git >/dev/null 2>&1; then
        say 'install.sh: git is missing. Get it with your package manager, or from https://git-scm.com/downloads' >&2
        missing=1
    fi
    if ! command -v cargo >/dev/null 2>&1 || ! command -v rustc >/dev/null 2>&1; then
        say 'install.sh: Rust (cargo and rustc) is missing. Get it from https://rustup.rs' >&2
        missing=1
    else
        check_rust || missing=1
    fi
    [ "$missing" -eq 0 ] || die 'nothing was installed'
}

# Fails when rustc is older than what the source needs.
check_rust() {
    found=$(cd "$source" && rustc --version 2>/dev/null) || found='a rustc that does not run'
    version=${found#rustc }
    version=${version%% *}
    major=${version%%.*}
    rest=${version#*.}
    minor=${rest%%.*}
    case $major.$minor in
        *[!0-9.]* | .* | *.)
            say "install.sh: cannot tell the version of rustc: $found" >&2
            return 1
            ;;
    esac
    if [ "$major" -gt "$rust_major" ] || { [ "$major" -eq "$rust_major" ] && [ "$minor" -ge "$rust_minor" ]; }; then
        return 0
    fi
    say "install.sh: rustc is $version, but $rust_major.$rust_minor or newer is needed. Run \`rustup update\`, or get Rust from https://rustup.rs" >&2
    return 1
}

# Builds the program and prints where cargo put it, which its settings may have moved.
build() {
    messages=$(cargo build --release --locked --bin keyfence --message-format=json-render-diagnostics) ||
        die 'the build failed; nothing was installed'
    built=$(printf '%s\n' "$messages" | sed -n 's/.*"executable":"\([^"]*\)".*/\1/p' | tail -n 1)
    [ -x "$built" ] || die 'cargo does not say where it put the program'
    printf '%s\n' "$built"
}

# Puts the program $1 at $2 in one step: whoever runs keyfence sees the old one or the new one.
install_program() {
    mkdir -p "$(dirname "$2")" || die "cannot make $(dirname "$2")"
    temporary=$2.new.$$
    trap 'rm -f "$temporary"' EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
    cp "$1" "$temporary" || die "cannot write to $(dirname "$2")"
    chmod 755 "$temporary"
    mv -f "$temporary" "$2" || die "cannot write $2"
}

# Fails when the link cannot be made because something else is there.
check_link() {
    if [ -L "$link" ]; then
        [ "$(readlink "$link")" != keyfence ] || return 0
    elif [ ! -e "$link" ]; then
        return 0
    fi
    die "$link is there already, and is not ours: move it away, or leave out --git-secrets. Nothing was installed"
}

# Lets the program answer to `git secrets`.
install_link() {
    [ -L "$link" ] || ln -s keyfence "$link" || die "cannot link $link; $program is installed"
    say "linked it as $link: \`git secrets\` is keyfence now"
    found=$(command -v git-secrets) || return 0
    [ "$found" = "$link" ] || say "but $found comes first on your PATH: remove it, or put $prefix/bin before it"
}

say_where() {
    say "installed $("$program" --version 2>/dev/null || echo keyfence) as $program"
    case :${PATH:-}: in
        *:"$prefix/bin":*) ;;
        *)
            say "$prefix/bin is not on your PATH. To call it \`keyfence\`, add this line to your shell's start-up file:"
            say "    export PATH=\"$prefix/bin:\$PATH\""
            ;;
    esac
}

main() {
    prefix=${HOME:-}/.local
    git_secrets=0
    while [ $# -gt 0 ]; do
        case $1 in
            --prefix)
                [ $# -ge 2 ] || bad_usage '--prefix needs a folder'
                prefix=$2
                shift
                ;;
            --git-secrets) git_secrets=1 ;;
            --prefix=*) prefix=${1#--prefix=} ;;
            -h | --help)
                usage
                exit 0
                ;;
            *) bad_usage "unknown argument: $1" ;;
        esac
        shift
    done
    case $prefix in
        /.local) [ -n "${HOME:-}" ] || bad_usage 'HOME is not set: say where with --prefix DIR' ;;
        /*) ;;
        '') bad_usage '--prefix needs a folder' ;;
        *) prefix=$PWD/$prefix ;;
    esac
    prefix=${prefix%/}

    source=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
    [ -f "$source/Cargo.toml" ] || die "run it from keyfence's source tree: there is no $source/Cargo.toml"

    link=$prefix/bin/git-secrets
    [ "$git_secrets" -eq 0 ] || check_link
    check_tools
    # A toolchain file or a cargo configuration of the folder it is called from is none of ours.
    cd "$source"
    built=$(build) || exit 1
    program=$prefix/bin/keyfence
    install_program "$built" "$program"
    say_where
    [ "$git_secrets" -eq 0 ] || install_link
}

main "$@"
