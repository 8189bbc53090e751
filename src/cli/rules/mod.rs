//! `keyfence rules`.

mod check;
mod list;
mod pages;
mod show;
mod sources;
mod trial;

use std::io::{self, Write as _};

use super::{
    CLEAN, Failure,
    args::{self, RulesCommand},
    import, settings,
};

pub(super) fn run(args: &args::Rules) -> Result<u8, Failure> {
    let (mut out, mut note) = (String::new(), String::new());
    let code = match &args.command {
        RulesCommand::List(args) => list::run(args, &mut out, &mut note)?,
        RulesCommand::Show(args) => show::run(args, &mut out)?,
        RulesCommand::Check(args) => check::run(args, &mut out)?,
        RulesCommand::Try(args) => trial::run(args, &mut out)?,
        RulesCommand::Pages(args) => pages::run(args, &mut out)?,
        RulesCommand::Import(args) => return import::run(args),
    };
    match io::stdout().lock().write_all(out.as_bytes()) {
        // Whoever reads it has seen enough; what was found counts all the same.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe && code != CLEAN => Ok(code),
        Err(error) => Err(Failure::because("cannot write to standard output", error)),
        Ok(()) => {
            // No result; nothing can be done when standard error is closed.
            drop(io::stderr().lock().write_all(note.as_bytes()));
            Ok(code)
        }
    }
}

/// Returns a count with its noun: `1 rule`, `2 rules`.
fn count(n: u64, noun: &str) -> String {
    format!("{n} {noun}{}", if n == 1 { "" } else { "s" })
}
