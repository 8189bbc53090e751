//! `keyfence completions`.

use std::io::{self, Write as _};

use clap::CommandFactory as _;

use super::{CLEAN, Failure, args};

pub(super) fn run(args: &args::Completions) -> Result<u8, Failure> {
    let shell = match args.shell {
        args::Shell::Bash => clap_complete::Shell::Bash,
        args::Shell::Elvish => clap_complete::Shell::Elvish,
        args::Shell::Fish => clap_complete::Shell::Fish,
        args::Shell::Powershell => clap_complete::Shell::PowerShell,
        args::Shell::Zsh => clap_complete::Shell::Zsh,
    };
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut args::Args::command(), "keyfence", &mut text);
    io::stdout()
        .lock()
        .write_all(&text)
        .map_err(|error| Failure::because("cannot write the completions", error))?;
    Ok(CLEAN)
}
