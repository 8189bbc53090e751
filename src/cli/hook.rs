//! `keyfence hook`: what an installed hook runs.

use std::{path::PathBuf, time::Instant};

use super::{Failure, args, output::Output, scan, settings};
use crate::{rule::Confidence, scan::Scanner};

/// The hooks that can be run.
const HOOKS: &[&str] = &["pre-commit", "commit-msg"];

pub(super) fn run(args: &args::Hook) -> Result<u8, Failure> {
    let started = Instant::now();
    let common = &args.common;
    let output = Output::new(common)?;
    let scanner = Scanner::new(
        settings::rules(&common.rules)?,
        settings::options(common, Confidence::Medium)?,
    );
    let (threads, limit) = (settings::threads(common)?, settings::max_file_size(common)?);
    let mut outcome = match args.name.as_str() {
        "pre-commit" => {
            let mut result = Ok(());
            let outcome = scanner.run(|make| result = scan::read_staged(threads, limit, make));
            result?;
            outcome
        }
        "commit-msg" => match args.arguments.first() {
            Some(file) => scan::scan_message(&scanner, &PathBuf::from(file))?,
            None => {
                return Err(Failure::new(
                    "hook commit-msg needs the message file that git passes to it",
                ));
            }
        },
        name => return Err(unknown(name)),
    };
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
