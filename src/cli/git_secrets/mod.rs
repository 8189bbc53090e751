//! `keyfence git-secrets`, or the program when it is called `git-secrets`: stands in for `git secrets`
//! (<https://github.com/awslabs/git-secrets>), with its options, configuration, hooks, output and exit codes.
//!
//! Messages that scripts may look for are worded as there; all others begin with `git-secrets: `.

mod add;
mod aws_provider;
mod command;
pub(super) mod compile;
pub(super) mod config;
mod install;
mod options;
pub(super) mod providers;
pub(super) mod register;
mod scan;
mod usage;

use std::{
    ffi::OsString,
    io::{self, Write as _},
};

use bstr::BString;

use command::Command;

use super::Failure;

/// Exit code: done, or nothing found.
const CLEAN: u8 = 0;
/// Exit code: found, refused, or a value that is there already.
const REFUSED: u8 = 1;
/// Exit code: a scan could not do its work.
const TROUBLE: u8 = 2;
/// Exit code: git could not do its work.
const GIT_TROUBLE: u8 = 128;

/// Why a call ends early: what is printed, and the exit code.
#[derive(Debug)]
struct Stop {
    /// For standard output.
    out: String,
    /// For standard error.
    err: String,
    code: u8,
}

impl Stop {
    /// Says something on standard error. Nothing is printed when that is empty.
    fn said(err: impl Into<String>, code: u8) -> Self {
        Self {
            out: String::new(),
            err: err.into(),
            code,
        }
    }

    /// Tells something on standard output.
    fn told(out: impl Into<String>, code: u8) -> Self {
        Self {
            out: out.into(),
            err: String::new(),
            code,
        }
    }

    /// Ends with what `failure` says.
    fn failed(failure: &Failure, code: u8) -> Self {
        Self::said(format!("git-secrets: {failure}"), code)
    }
}

/// Runs the drop-in with `arguments`, which come without the program's name, and returns the exit code.
pub(super) fn run(arguments: Vec<OsString>) -> u8 {
    let stop = match command::parse(arguments).and_then(|command| dispatch(&command)) {
        Ok(code) => return code,
        Err(stop) => stop,
    };
    if !stop.err.is_empty() {
        say(&stop.err);
    }
    match tell(stop.out.as_bytes()) {
        Ok(()) => stop.code,
        Err(failed) => {
            say(&failed.err);
            failed.code
        }
    }
}

fn dispatch(command: &Command) -> Result<u8, Stop> {
    match command {
        Command::Scan(_)
        | Command::ScanHistory
        | Command::PreCommitHook
        | Command::CommitMsgHook { .. }
        | Command::PrepareCommitMsgHook { .. } => scan::run(command),
        Command::Install {
            force,
            keep,
            folder,
        } => install::run(*force, *keep, folder.as_deref()),
        Command::List { global } => config::list(*global),
        Command::Add(add) => add::pattern(add),
        Command::AddProvider { global, words } => add::provider(words, *global),
        Command::RegisterAws { global } => register::run(*global),
        Command::AwsProvider { file, key_ids } => {
            let mut out = BString::default();
            for pattern in aws_provider::patterns(file.as_deref(), *key_ids)? {
                out.extend_from_slice(&pattern);
                out.push(b'\n');
            }
            tell(&out)?;
            Ok(CLEAN)
        }
    }
}

/// Prints a message on standard error.
fn say(message: &str) {
    let end = if message.ends_with('\n') { "" } else { "\n" };
    // Nothing can be done when standard error is closed; the exit code says it, too.
    drop(write!(io::stderr(), "{message}{end}"));
}

/// Prints on standard output.
fn tell(text: &[u8]) -> Result<(), Stop> {
    let mut out = io::stdout().lock();
    match out.write_all(text).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Stop::said(
            format!("git-secrets: cannot write to standard output: {error}"),
            TROUBLE,
        )),
        _ => Ok(()),
    }
}
