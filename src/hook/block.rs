//! A block of ours within a hook of somebody else.
//!
//! It stands right behind the first line (`#!…`), so that the hook goes on as it did, in its own place, with its own arguments and
//! input, whatever its last line does.

use std::{fs, ops::Range, path::Path};

use bstr::ByteSlice as _;

use super::{Action, error::Error, script, write};

/// What the first and the last line of the block start with.
const BEGIN: &[u8] = b"# keyfence block, ";
const END: &[u8] = b"# keyfence block ends";

/// What the first line ends with when there was no file before.
const MADE: &[u8] = b"removes it, and the file when nothing else is in it\n";

/// Returns where the block stands in `bytes`, with its line ends.
pub(super) fn find(bytes: &[u8]) -> Option<Range<usize>> {
    let start = at_line(bytes, BEGIN)?;
    let end = start + at_line(&bytes[start..], END)?;
    let rest = bytes[end..]
        .find_byte(b'\n')
        .map_or(bytes.len(), |at| end + at + 1);
    Some(start..rest)
}

fn at_line(bytes: &[u8], text: &[u8]) -> Option<usize> {
    let is_start = |at: &usize| *at == 0 || bytes[at - 1] == b'\n';
    bytes.find_iter(text).find(is_start)
}

/// Returns the hook `bytes` with the block `text`, in place of one that is there.
pub(super) fn put(bytes: &[u8], text: &[u8]) -> Vec<u8> {
    let there = find(bytes).unwrap_or_else(|| {
        let is_shebang = bytes.starts_with(b"#!");
        let line = bytes.find_byte(b'\n').filter(|_| is_shebang);
        let at = line.map_or(0, |at| at + 1);
        at..at
    });
    [&bytes[..there.start], text, &bytes[there.end..]].concat()
}

/// Returns the hook without the block.
pub(super) fn remove(bytes: &[u8]) -> Vec<u8> {
    let there = find(bytes).unwrap_or(0..0);
    [&bytes[..there.start], &bytes[there.end..]].concat()
}

/// Returns true when there was no file before the block.
pub(super) fn made_the_file(bytes: &[u8]) -> bool {
    find(bytes).is_some_and(|there| {
        bytes[there]
            .lines_with_terminator()
            .next()
            .is_some_and(|line| line.ends_with(MADE))
    })
}

/// Takes the block out of the file at `path`, and the file away when that was made for it. Returns what was done, if anything.
pub(super) fn take_out(path: &Path) -> Result<Option<Action>, Error> {
    let Ok(bytes) = fs::read(path) else {
        return Ok(None);
    };
    if find(&bytes).is_none() {
        return Ok(None);
    }
    let rest = remove(&bytes);
    if rest.is_empty() && made_the_file(&bytes) {
        write::remove(path)?;
        return Ok(Some(Action::Removed));
    }
    write::change(path, &rest)?;
    Ok(Some(Action::Restored))
}

/// Returns true when a POSIX shell, or one that understands its language, runs the script, and no other program reads the same file.
pub(super) fn is_shell(bytes: &[u8]) -> bool {
    let Some((line, _)) = bytes.split_once_str("\n") else {
        return false;
    };
    let Some(command) = line.strip_prefix(b"#!") else {
        return false;
    };
    let hands_itself_on = |line: &[u8]| line.contains_str("exec") && line.contains_str("$0");
    if bytes.contains(&0)
        || command.fields().any(|word| word == b"-c")
        || bytes.lines().any(hands_itself_on)
    {
        return false;
    }
    let mut words = command.fields();
    let name = |word: &[u8]| {
        word.rsplit(|byte| *byte == b'/')
            .next()
            .unwrap_or_default()
            .to_vec()
    };
    let Some(mut program) = words.next().map(name) else {
        return false;
    };
    if program == b"env" {
        let is_option = |word: &&[u8]| word.starts_with(b"-") || word.contains(&b'=');
        let Some(word) = words.find(|word| !is_option(word)) else {
            return false;
        };
        program = name(word);
    }
    let shells: [&[u8]; 6] = [b"sh", b"bash", b"dash", b"ksh", b"zsh", b"ash"];
    shells.contains(&&program[..])
}

/// Returns the block of the hook `name`, which runs the program that `search` finds. When `made` is true there was no file before.
pub(super) fn text(name: &str, version: &str, made: bool, search: &[u8]) -> Vec<u8> {
    let run = if script::WITH_INPUT.contains(&name) {
        WITH_INPUT_RUN
    } else {
        PLAIN_RUN
    };
    let lines = [search, run.replace("@NAME@", name).as_bytes()].concat();
    around(name, version, made, &lines)
}

/// Returns `lines` as a block.
pub(super) fn around(name: &str, version: &str, made: bool, lines: &[u8]) -> Vec<u8> {
    let begin = format!("{name}, version {version}; `keyfence uninstall` ");
    let removes: &[u8] = if made { MADE } else { b"removes it\n" };
    [BEGIN, begin.as_bytes(), removes, lines, END, b"\n"].concat()
}

const PLAIN_RUN: &str = r#""$keyfence" hook @NAME@ "$@" || exit $?
"#;

// What a here-document takes from a variable is not looked at again, and it ends with the line feed that `$(…)` drops.
const WITH_INPUT_RUN: &str = r#"keyfence_input=$(cat) || exit 2
if [ -n "$keyfence_input" ]; then
    "$keyfence" hook @NAME@ "$@" <<keyfence_end || exit $?
$keyfence_input
keyfence_end
    exec <<keyfence_end
$keyfence_input
keyfence_end
else
    "$keyfence" hook @NAME@ "$@" </dev/null || exit $?
    exec </dev/null
fi
unset keyfence_input
"#;

#[cfg(test)]
mod tests {
    use super::{find, is_shell, made_the_file, put, remove, text};

    #[test]
    fn shells() {
        for (line, expected) in [
            ("#!/bin/sh\n", true),
            ("#!/usr/bin/env bash\n", true),
            ("#!/usr/bin/env -S bash -eu\n", true),
            ("#! /usr/local/bin/zsh -f\n", true),
            ("#!/bin/sh", false),
            ("#!/bin/sh -c\n", false),
            ("#!/bin/sh\n'''exec' python3 \"$0\" \"$@\"\n", false),
            ("#!/bin/sh\nx\0\n", false),
            ("#!/usr/bin/env python3\n", false),
            ("#!/usr/bin/perl\n", false),
            ("echo\n", false),
            ("#!\n", false),
            ("", false),
        ] {
            assert_eq!(is_shell(line.as_bytes()), expected, "{line:?}");
        }
    }

    #[test]
    fn a_block_comes_and_goes() {
        for hook in [
            "#!/bin/sh\nexit 0\n",
            "echo\n",
            "",
            "#!/bin/sh\r\nx",
            "#!/bin/sh\n",
        ] {
            let old = text("pre-push", "1", false, b"x\n");
            let new = text("pre-push", "2", false, b"y\n");
            let with = put(hook.as_bytes(), &old);
            assert!(find(&with).is_some());
            assert_eq!(remove(&with), hook.as_bytes());
            let again = put(&with, &new);
            assert_eq!(remove(&again), hook.as_bytes());
            assert_eq!(put(&again, &new), again);
        }
    }

    #[test]
    fn half_a_block_is_none() {
        let with = put(b"#!/bin/sh\n", &text("pre-commit", "1", false, b""));
        assert_eq!(find(&with[..with.len() - 10]), None);
    }

    #[test]
    fn a_block_knows_whether_there_was_a_file() {
        for made in [false, true] {
            let block = text("pre-commit", "1", made, b"x\n");
            assert_eq!(made_the_file(&block), made);
            assert_eq!(made_the_file(&put(b"#!/bin/sh\n", &block)), made);
        }
    }
}
