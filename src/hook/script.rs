//! The text of a hook.

use std::path::Path;

use bstr::ByteSlice as _;

/// What the name of a kept hook ends with.
pub(super) const SAVED: &str = ".keyfence-saved";

/// The start of the line by which a hook is known as ours.
const MARK: &str = "# keyfence hook, ";

/// The same for hooks of the drop-in for `git secrets`.
const DROP_IN_MARK: &str = "# keyfence hook for git-secrets, ";

/// The hooks that get something on standard input, which both our check and the kept hook have to see
/// (<https://git-scm.com/docs/githooks>).
pub(super) const WITH_INPUT: &[&str] = &["pre-push", "pre-receive", "reference-transaction"];

/// Returns true when `bytes` are a hook of ours, in whatever version.
pub(super) fn is_ours(bytes: &[u8]) -> bool {
    is_marked(bytes, MARK)
}

/// Returns true when `bytes` hold a script that looks for the program in PATH alone.
pub(super) fn looks_in_path(bytes: &[u8]) -> bool {
    bytes.contains_str("needs keyfence, and none is in PATH.")
}

/// Returns true when `bytes` are a hook of the drop-in, in whatever version.
pub(super) fn is_drop_in(bytes: &[u8]) -> bool {
    is_marked(bytes, DROP_IN_MARK)
}

/// Returns true when `bytes` are the hook of `git secrets` itself: it runs that and nothing else.
pub(super) fn is_git_secrets(bytes: &[u8]) -> bool {
    let mut commands = bytes
        .lines()
        .map(<[u8]>::trim_ascii)
        .filter(|line| !line.is_empty() && !line.starts_with(b"#"));
    let first = commands.next().unwrap_or_default();
    first.starts_with(b"git secrets --") && commands.next().is_none()
}

fn is_marked(bytes: &[u8], mark: &str) -> bool {
    bytes
        .lines()
        .take(3)
        .any(|line| line.starts_with(mark.as_bytes()))
}

/// Returns the hook `name` that runs `program`, an absolute path without line breaks, or the one in PATH of whoever runs it. It is for
/// a file called `file`.
pub(super) fn text(name: &str, file: &str, program: Option<&Path>, version: &str) -> Vec<u8> {
    let run = if WITH_INPUT.contains(&name) {
        WITH_INPUT_RUN
    } else {
        PLAIN_RUN
    };
    let find = if program.is_some() { FIND } else { FIND_SHARED };
    let script = [HEAD, find, SAVED_PATH, run].concat();
    let script = script
        .replace("@MARK@", MARK)
        .replace("@VERSION@", version)
        .replace("@NAME@", name)
        .replace("@FILE@", file)
        .replace("@SAVED@", SAVED);
    let program = program.map(quoted).unwrap_or_default();
    script.into_bytes().replace("@PROGRAM@", program)
}

/// Quotes for a POSIX shell.
pub(super) fn quoted(program: &Path) -> Vec<u8> {
    let mut bytes = program.as_os_str().as_encoded_bytes().to_vec();
    if cfg!(windows) {
        // Git for Windows runs hooks with its own shell.
        bytes = bytes.replace("\\", "/");
    }
    [b"'", &bytes.replace("'", r"'\''")[..], b"'"].concat()
}

const HEAD: &str = r"#!/bin/sh
@MARK@@NAME@, version @VERSION@
# `keyfence uninstall` removes it. Do not edit: your own commands go into @FILE@@SAVED@, which runs after it.
";

const FIND: &str = r#"keyfence=@PROGRAM@
if ! [ -f "$keyfence" ] || ! [ -x "$keyfence" ]; then
    keyfence=$(PATH=$PATH:${HOME-}/.local/bin:${HOME-}/.cargo/bin command -v keyfence) || {
        echo 'keyfence: the @NAME@ hook cannot find the program:' @PROGRAM@ 'is gone, and none is in PATH.' >&2
        echo 'keyfence: nothing was checked, so git was stopped. Install keyfence and run `keyfence install`,' >&2
        echo "keyfence: or remove the hook: $0" >&2
        exit 2
    }
fi
"#;

// A kept hook runs under its own name plus a suffix, in the same folder, so that what it finds by `dirname "$0"` is there. pre-commit may
// give this file another name, and not that one.
const SAVED_PATH: &str = r"case $0 in
*/*) saved=${0%/*}/@FILE@@SAVED@ ;;
*) saved=./@FILE@@SAVED@ ;;
esac
";

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

/// Returns the block of the hook `name`, for a file that was `made` for it or was there. Without a program it looks for one in PATH of
/// whoever runs it.
pub(super) fn block(name: &str, program: Option<&Path>, version: &str, made: bool) -> Vec<u8> {
    let find = match program {
        Some(program) => FIND
            .replace("@NAME@", name)
            .into_bytes()
            .replace("@PROGRAM@", quoted(program)),
        None => FIND_SHARED.replace("@NAME@", name).into_bytes(),
    };
    super::block::text(name, version, made, &find)
}

/// Returns the hook `name` for a folder that stands in for those of all repositories. It runs `program`, where that is asked for, and then
/// the repository's own hook.
pub(super) fn dispatcher(name: &str, program: Option<&Path>, version: &str) -> Vec<u8> {
    let find = program.map_or("", |_| FIND);
    let run = match (program.is_some(), WITH_INPUT.contains(&name)) {
        (false, _) => "",
        (true, false) => PLAIN_CHECK,
        (true, true) => WITH_INPUT_CHECK,
    };
    let own = if program.is_some() && WITH_INPUT.contains(&name) {
        WITH_INPUT_OWN
    } else {
        PLAIN_OWN
    };
    let script = [DISPATCHER_HEAD, find, run, OWN_PATH, own].concat();
    let script = script
        .replace("@MARK@", MARK)
        .replace("@VERSION@", version)
        .replace("@NAME@", name)
        .into_bytes();
    program.map_or(script.clone(), |program| {
        script.replace("@PROGRAM@", quoted(program))
    })
}

const DISPATCHER_HEAD: &str = r"#!/bin/sh
@MARK@@NAME@, version @VERSION@
# For all repositories: `keyfence uninstall --global` removes it. A repository's own hook runs, too.
";

const PLAIN_CHECK: &str = r#""$keyfence" hook @NAME@ "$@" || exit
"#;

const WITH_INPUT_CHECK: &str = r#"input=$(cat && echo .) || exit 2
input=${input%.}
printf %s "$input" | "$keyfence" hook @NAME@ "$@" || exit
"#;

// `--git-path hooks` would lead back here. While `git init` runs its first transaction, there is no repository yet.
const OWN_PATH: &str = r"own=$(git rev-parse --git-common-dir 2>/dev/null)/hooks/@NAME@ || exit 0
";

const PLAIN_OWN: &str = r#"if [ -f "$own" ] && [ -x "$own" ]; then
    exec "$own" "$@"
fi
"#;

const WITH_INPUT_OWN: &str = r#"if [ -f "$own" ] && [ -x "$own" ]; then
    printf %s "$input" | "$own" "$@"
fi
"#;

/// Returns the command of the hook `name` for git's configuration: one line, which git runs in a shell and appends the arguments to.
pub(super) fn command(name: &str, program: &Path, version: &str) -> Vec<u8> {
    COMMAND
        .replace("@VERSION@", version)
        .replace("@NAME@", name)
        .into_bytes()
        .replace("@PROGRAM@", quoted(program))
}

const COMMAND: &str = r#": keyfence @VERSION@; k=@PROGRAM@; [ -x "$k" ] || k=$(PATH=$PATH:${HOME-}/.local/bin:${HOME-}/.cargo/bin command -v keyfence) || { echo "keyfence: the @NAME@ hook cannot find the program, so git was stopped. Install keyfence and run \`keyfence install\`, or run \`git config --remove-section hook.keyfence-@NAME@\`" >&2; exit 2; }; "$k" hook @NAME@"#;

const FIND_SHARED: &str = r"keyfence=$(PATH=$PATH:${HOME-}/.local/bin:${HOME-}/.cargo/bin command -v keyfence) || {
    echo 'keyfence: the @NAME@ hook of this repository needs keyfence, and none is in PATH.' >&2
    echo 'keyfence: nothing was checked, so git was stopped. Install keyfence, and try again.' >&2
    exit 2
}
";

/// Returns the drop-in's hook `name`. It runs `git secrets`, or `program` where that is not to be found; then, if it has one, the
/// hook that was there before.
pub(super) fn drop_in(name: &str, program: &Path, version: &str, keeps: bool) -> Vec<u8> {
    let after = if keeps { DROP_IN_KEPT } else { "" };
    let script = [DROP_IN_HEAD, DROP_IN_RUN, after].concat();
    // Called by this name, the program is the drop-in without being told.
    let called = program
        .file_stem()
        .is_some_and(|stem| stem == "git-secrets");
    let script = script
        .replace("@MARK@", DROP_IN_MARK)
        .replace("@VERSION@", version)
        .replace("@COMMAND@", &name.replace('-', "_"))
        .replace("@NAME@", name)
        .replace("@SAVED@", SAVED)
        .replace("@AS@", if called { "" } else { " git-secrets" });
    script.into_bytes().replace("@PROGRAM@", quoted(program))
}

/// Returns a hook `name` that runs all that is in the folder of the same name with `.d` after it.
pub(super) fn folder(name: &str, version: &str) -> Vec<u8> {
    [DROP_IN_HEAD, FOLDER_RUN]
        .concat()
        .replace("@MARK@", DROP_IN_MARK)
        .replace("@VERSION@", version)
        .replace("@NAME@", name)
        .into_bytes()
}

const DROP_IN_HEAD: &str = r"#!/bin/sh
@MARK@@NAME@, version @VERSION@
# `keyfence uninstall` removes it.
";

// Git puts the folder of its own programs into PATH for hooks, so that this finds `git-secrets` wherever git does.
const DROP_IN_RUN: &str = r#"if command -v git-secrets >/dev/null 2>&1 || git config alias.secrets >/dev/null 2>&1; then
    git secrets --@COMMAND@_hook -- "$@" || exit
elif [ -f @PROGRAM@ ] && [ -x @PROGRAM@ ]; then
    @PROGRAM@@AS@ --@COMMAND@_hook -- "$@" || exit
elif command -v keyfence >/dev/null 2>&1; then
    keyfence git-secrets --@COMMAND@_hook -- "$@" || exit
else
    echo 'git-secrets: the @NAME@ hook finds neither `git secrets` nor keyfence in PATH, and' @PROGRAM@ 'is gone.' >&2
    echo 'git-secrets: nothing was checked, so git was stopped. Install keyfence again,' >&2
    echo "git-secrets: or remove the hook: $0" >&2
    exit 2
fi
"#;

const DROP_IN_KEPT: &str = r#"case $0 in
*/*) saved=${0%/*}/@NAME@@SAVED@ ;;
*) saved=./@NAME@@SAVED@ ;;
esac
if [ -f "$saved" ] && [ -x "$saved" ]; then
    exec "$saved" "$@"
fi
"#;

const FOLDER_RUN: &str = r#"case $0 in
*/*) folder=${0%/*}/@NAME@.d ;;
*) folder=./@NAME@.d ;;
esac
for file in "$folder"/*; do
    if [ -f "$file" ] && [ -x "$file" ]; then
        "$file" "$@" || exit
    fi
done
"#;
