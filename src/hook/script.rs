//! The text of a hook.

use std::path::Path;

use bstr::ByteSlice as _;

/// What the name of a kept hook ends with.
pub(super) const SAVED: &str = ".keyfence-saved";

/// The start of the line by which a hook is known as ours.
const MARK: &str = "# keyfence hook, ";

/// The hooks that get something on standard input, which both our check and the kept hook have to see
/// (<https://git-scm.com/docs/githooks>).
const WITH_INPUT: &[&str] = &["pre-push", "pre-receive", "reference-transaction"];

/// Returns true when `bytes` are a hook of ours, in whatever version.
pub(super) fn is_ours(bytes: &[u8]) -> bool {
    bytes
        .lines()
        .take(3)
        .any(|line| line.starts_with(MARK.as_bytes()))
}

/// Returns the hook `name` that runs `program`, an absolute path without line breaks.
pub(super) fn text(name: &str, program: &Path, version: &str) -> Vec<u8> {
    let run = if WITH_INPUT.contains(&name) {
        WITH_INPUT_RUN
    } else {
        PLAIN_RUN
    };
    let script = [HEAD, run].concat();
    let script = script
        .replace("@MARK@", MARK)
        .replace("@VERSION@", version)
        .replace("@NAME@", name)
        .replace("@SAVED@", SAVED);
    script.into_bytes().replace("@PROGRAM@", quoted(program))
}

/// Quotes for a POSIX shell.
fn quoted(program: &Path) -> Vec<u8> {
    let mut bytes = program.as_os_str().as_encoded_bytes().to_vec();
    if cfg!(windows) {
        // Git for Windows runs hooks with its own shell.
        bytes = bytes.replace("\\", "/");
    }
    [b"'", &bytes.replace("'", r"'\''")[..], b"'"].concat()
}

// A kept hook runs under its own name plus a suffix, in the same folder, so that what it finds by `dirname "$0"` is there.
const HEAD: &str = r#"#!/bin/sh
@MARK@@NAME@, version @VERSION@
# `keyfence uninstall` removes it. Do not edit: your own commands go into @NAME@@SAVED@, which runs after it.
keyfence=@PROGRAM@
if ! [ -f "$keyfence" ] || ! [ -x "$keyfence" ]; then
    keyfence=$(command -v keyfence) || {
        echo 'keyfence: the @NAME@ hook cannot find the program:' @PROGRAM@ 'is gone, and none is in PATH.' >&2
        echo 'keyfence: nothing was checked, so git was stopped. Install keyfence and run `keyfence install`,' >&2
        echo "keyfence: or remove the hook: $0" >&2
        exit 2
    }
fi
case $0 in
*/*) saved=${0%/*}/@NAME@@SAVED@ ;;
*) saved=./@NAME@@SAVED@ ;;
esac
"#;

const PLAIN_RUN: &str = r#""$keyfence" hook @NAME@ "$@" || exit
if [ -f "$saved" ] && [ -x "$saved" ]; then
    exec "$saved" "$@"
fi
"#;

// The dot keeps line feeds at the end, which a command substitution would drop.
const WITH_INPUT_RUN: &str = r#"input=$(cat && echo .) || exit 2
input=${input%.}
printf %s "$input" | "$keyfence" hook @NAME@ "$@" || exit
if [ -f "$saved" ] && [ -x "$saved" ]; then
    printf %s "$input" | "$saved" "$@"
fi
"#;
