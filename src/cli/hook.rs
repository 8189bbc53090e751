//! `keyfence hook`: what an installed hook runs.

use std::{
    io::{self, Write as _},
    path::PathBuf,
    time::Instant,
};

use super::{
    Failure, args,
    output::Output,
    scan,
    settings::{Limits, Setup},
    signals::Signals,
};
use crate::{rule::Confidence, scan::Watch};

/// The hooks that can be run.
const HOOKS: &[&str] = &["pre-commit", "commit-msg"];

/// Runs a hook. Whatever goes wrong, git is stopped and the person is told how to go on.
pub(super) fn run(args: &args::Hook) -> Result<u8, Failure> {
    match check(args) {
        Ok(super::TROUBLE) => {
            // Nothing can be done when standard error is closed; the exit code blocks all the same.
            drop(writeln!(io::stderr(), "keyfence: {NOT_CHECKED}"));
            Ok(super::TROUBLE)
        }
        Ok(code) => Ok(code),
        Err(failure) => Err(failure.and_then(NOT_CHECKED)),
    }
}

/// What to do when a hook could not do its work.
const NOT_CHECKED: &str = "not everything could be checked, so git was stopped. Mend what is said above and try again; \
                           `git commit --no-verify` goes on without this check";

fn check(args: &args::Hook) -> Result<u8, Failure> {
    let started = Instant::now();
    let common = &args.common;
    let output = Output::new(common)?;
    let setup = Setup::new(common, Confidence::Medium, true)?;
    let scanner = &setup.scanner;
    let limits = Limits::new(common, None)?;
    let mut outcome = match args.name.as_str() {
        "pre-commit" => {
            let mut result = Ok(());
            let signals = Signals::catch()?;
            let watch = Watch {
                interrupt: Some(signals.interrupt()),
                ..Watch::default()
            };
            let outcome =
                scanner.run_watched(watch, |make| result = scan::read_staged(limits, make));
            result?;
            outcome
        }
        "commit-msg" => match args.arguments.first() {
            Some(file) => scan::scan_message(scanner, &PathBuf::from(file))?,
            None => {
                return Err(Failure::new(
                    "hook commit-msg needs the message file that git passes to it",
                ));
            }
        },
        name => return Err(unknown(name)),
    };
    setup.complete(&mut outcome);
    outcome.elapsed_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    if outcome.findings.is_empty() && outcome.is_complete() && common.format.is_none() {
        // A hook that has nothing to say says nothing.
        return Ok(super::CLEAN);
    }
    output.write(&outcome)
}

fn unknown(name: &str) -> Failure {
    let near = crate::rule::parse::nearest(name, HOOKS.iter().copied())
        .map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
    Failure::new(format!(
        "there is no hook `{name}`{near} (hooks: {})",
        HOOKS.join(", ")
    ))
}
