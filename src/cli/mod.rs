//! The command line: what was typed becomes settings, settings become a call of the library, its outcome a report and an exit code.
//!
//! The only place that reads the environment and knows the terminal.

mod accepted;
mod allow;
mod args;
mod aws;
mod baseline;
mod cache;
mod completions;
mod config;
mod doctor;
mod environment;
mod gate;
mod git_secrets;
mod guard;
mod halves;
mod history;
mod hook;
mod import;
mod input;
mod install;
mod output;
mod progress;
mod prohibited;
mod range;
mod report;
mod rules;
mod scan;
mod settings;
mod signals;
mod since;
mod small_file;
mod why;

use std::{
    error::Error,
    ffi::OsString,
    fmt,
    io::{self, Write as _},
    path::Path,
};

use clap::Parser as _;

/// Exit code: scanned, nothing found.
pub const CLEAN: u8 = 0;
/// Exit code: findings.
pub const FINDINGS: u8 = 1;
/// Exit code: bad usage, trouble or an incomplete scan.
pub const TROUBLE: u8 = 2;

/// An error that ends the program: what happened, to which thing, and what to do next.
#[derive(Debug)]
pub(crate) struct Failure {
    message: String,
    cause: Option<Box<dyn Error>>,
    /// A line of its own after the rest.
    advice: Option<&'static str>,
}

impl Failure {
    fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            cause: None,
            advice: None,
        }
    }

    fn because(message: impl Into<String>, cause: impl Into<Box<dyn Error>>) -> Self {
        Self {
            message: message.into(),
            cause: Some(cause.into()),
            advice: None,
        }
    }

    /// Adds what to do next.
    fn and_then(mut self, advice: &'static str) -> Self {
        self.advice = Some(advice);
        self
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        let mut cause = self.cause.as_deref();
        while let Some(error) = cause {
            write!(f, ": {error}")?;
            cause = error.source();
        }
        self.advice
            .map_or(Ok(()), |advice| write!(f, "\nkeyfence: {advice}"))
    }
}

impl Error for Failure {}

/// Runs the program with `arguments`, the first being its own name, and returns the exit code.
pub fn main(arguments: Vec<OsString>) -> u8 {
    if let Some(arguments) = for_git_secrets(&arguments) {
        return git_secrets::run(arguments.to_vec());
    }
    let args = match args::Args::try_parse_from(arguments) {
        Ok(args) => args,
        Err(error) => {
            // clap's own messages; help and version are results, the rest are diagnostics.
            let code = if error.use_stderr() { TROUBLE } else { CLEAN };
            return match error.print() {
                Err(error) if error.kind() != io::ErrorKind::BrokenPipe => TROUBLE,
                _ => code,
            };
        }
    };
    match run(args) {
        Ok(code) => code,
        Err(failure) => {
            if is_broken_pipe(&failure) {
                // Only lists and texts come here, no results of scans.
                return CLEAN;
            }
            // Nothing can be done when standard error is closed, too.
            drop(writeln!(io::stderr(), "keyfence: {failure}"));
            TROUBLE
        }
    }
}

/// Returns the arguments of the drop-in for `git secrets`, when the program is called by its name or with its command. They are taken as
/// they are: clap would drop a `--`.
fn for_git_secrets(arguments: &[OsString]) -> Option<&[OsString]> {
    let name = "git-secrets";
    let (program, rest) = arguments.split_first()?;
    let program = Path::new(program);
    let called = program.file_name().is_some_and(|called| called == name)
        || cfg!(windows) && program.file_stem().is_some_and(|stem| stem == name);
    match rest {
        _ if called => Some(rest),
        [command, rest @ ..] if command == name => Some(rest),
        _ => None,
    }
}

fn is_broken_pipe(failure: &Failure) -> bool {
    let mut cause = failure
        .cause
        .as_deref()
        .map(|cause| cause as &(dyn Error + 'static));
    while let Some(error) = cause {
        if error
            .downcast_ref::<io::Error>()
            .is_some_and(|e| e.kind() == io::ErrorKind::BrokenPipe)
        {
            return true;
        }
        cause = error.source();
    }
    false
}

fn run(args: args::Args) -> Result<u8, Failure> {
    match args.command {
        args::Command::Scan(scan) => scan::run(&scan),
        args::Command::Gate(gate) => gate::run(&gate),
        args::Command::Hook(hook) => hook::run(&hook),
        args::Command::Allow(allow) => allow::run(&allow),
        args::Command::Baseline(baseline) => baseline::run(&baseline),
        args::Command::Config(config) => config::run(&config),
        args::Command::Install(install) => install::install(&install),
        args::Command::Uninstall(uninstall) => install::uninstall(&uninstall),
        args::Command::Doctor(doctor) => doctor::run(&doctor),
        args::Command::Guard(guard) => guard::run(&guard),
        args::Command::Rules(rules) => rules::run(&rules),
        args::Command::Why(why) => why::run(&why),
        args::Command::Aws(aws) => aws::run(&aws),
        args::Command::Report(report) => report::run(&report),
        args::Command::GitSecrets(drop_in) => Ok(git_secrets::run(drop_in.arguments)),
        args::Command::Completions(shell) => completions::run(&shell),
    }
}
