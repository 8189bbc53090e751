//! What can be typed behind `keyfence config`.

use clap::{Args as ClapArgs, Subcommand};

use super::RuleOptions;

#[derive(Debug, ClapArgs)]
pub(in crate::cli) struct Config {
    #[command(subcommand)]
    pub(in crate::cli) command: ConfigCommand,
}

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum ConfigCommand {
    /// Show what counts here, and which file says so
    Show(ConfigShow),
    /// Check what is accepted: what has ended, stands twice, accepts nothing that is there, or too much
    Check(ConfigCheck),
    /// Print the JSON Schema of configuration files, for editors
    Schema,
}

#[derive(Debug, ClapArgs)]
pub(in crate::cli) struct ConfigShow {
    /// Print JSON
    #[arg(long)]
    pub(in crate::cli) json: bool,
    #[command(flatten)]
    pub(in crate::cli) rules: RuleOptions,
}

#[derive(Debug, ClapArgs)]
#[command(
    after_help = "Exit codes: 0 no problem, 1 problems, 2 trouble or something could not be read"
)]
pub(in crate::cli) struct ConfigCheck {
    /// Also look at everything git stores
    #[arg(long)]
    pub(in crate::cli) history: bool,
    /// Print JSON
    #[arg(long)]
    pub(in crate::cli) json: bool,
    #[command(flatten)]
    pub(in crate::cli) rules: RuleOptions,
}
