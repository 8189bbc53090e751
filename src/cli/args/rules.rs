//! What can be typed behind `keyfence rules`.

use std::{ffi::OsString, path::PathBuf};

use clap::{Args as ClapArgs, Subcommand, ValueEnum};

use super::{Import, RuleOptions, SeverityLevel, When};

#[derive(Debug, ClapArgs)]
pub(in crate::cli) struct Rules {
    #[command(subcommand)]
    pub(in crate::cli) command: RulesCommand,
}

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum RulesCommand {
    /// List the rules
    List(List),
    /// Show one rule: what it finds and what not, who judges it, what to do
    Show(Show),
    /// Check rule files: each rule finds its samples, none finds its near misses
    Check(Check),
    /// Try rules over the history of this repository: hits, what looks like noise, and what they cost
    Try(Trial),
    /// Write a page for each provider of rules, and one that lists them all
    Pages(Pages),
    /// Carry over what other tools are configured with: rules to a file, accepted secrets to allow entries
    Import(Import),
}

#[derive(Debug, ClapArgs)]
pub(in crate::cli) struct List {
    /// Only rules of this provider (can be repeated)
    #[arg(long, value_name = "NAME")]
    pub(in crate::cli) provider: Vec<String>,
    /// Only rules of this severity (can be repeated)
    #[arg(long, value_enum, value_name = "LEVEL")]
    pub(in crate::cli) severity: Vec<SeverityLevel>,
    #[command(flatten)]
    pub(in crate::cli) rules: RuleOptions,
    /// Print one JSON object a line
    #[arg(long)]
    pub(in crate::cli) json: bool,
}

#[derive(Debug, ClapArgs)]
pub(in crate::cli) struct Show {
    /// The rule's id
    pub(in crate::cli) id: String,
    #[command(flatten)]
    pub(in crate::cli) rules: RuleOptions,
}

#[derive(Debug, ClapArgs)]
#[command(
    after_help = "Exit codes: 0 no problem, 1 problems, 2 a file cannot be read or is no rule file"
)]
pub(in crate::cli) struct Check {
    /// Rule files or folders of rule files [default: the built-in rules]
    pub(in crate::cli) files: Vec<PathBuf>,
    /// Take warnings for problems
    #[arg(long)]
    pub(in crate::cli) strict: bool,
}

#[derive(Debug, ClapArgs)]
#[command(
    after_help = "Exit codes: 0 no hits, 1 hits, 2 bad usage, trouble or something could not be read"
)]
pub(in crate::cli) struct Trial {
    /// Which rules to try: ids of built-in rules and rule files (all their rules), or one folder of rule files. Behind them, which
    /// paths of the repository to look at
    #[arg(required = true, value_name = "ID|FILE|PATH")]
    pub(in crate::cli) what: Vec<OsString>,
    /// Look at what is on disk only
    #[arg(long, conflicts_with = "since", help_heading = "Input")]
    pub(in crate::cli) worktree: bool,
    /// Hide hits that were introduced before a revision or a date
    #[arg(long, value_name = "REV|DATE", help_heading = "Input")]
    pub(in crate::cli) since: Option<String>,
    /// How many hits and groups to print of each rule; 0 for all
    #[arg(long, value_name = "N", default_value_t = 30, help_heading = "Output")]
    pub(in crate::cli) limit: usize,
    /// Format of what is printed
    #[arg(
        long,
        value_enum,
        value_name = "FORMAT",
        default_value = "human",
        help_heading = "Output"
    )]
    pub(in crate::cli) format: TextOrJson,
    /// Print secrets in clear
    #[arg(long, help_heading = "Output")]
    pub(in crate::cli) show_secrets: bool,
    /// When to show progress on standard error
    #[arg(
        long,
        value_enum,
        value_name = "WHEN",
        default_value = "auto",
        help_heading = "Output"
    )]
    pub(in crate::cli) progress: When,
    /// Number of threads [default: one per processor]; what a rule costs is measured on one
    #[arg(long, value_name = "N", help_heading = "Performance")]
    pub(in crate::cli) threads: Option<usize>,
}

#[derive(Debug, ClapArgs)]
pub(in crate::cli) struct Pages {
    /// The folder to write to; it is made if need be
    #[arg(value_name = "DIR")]
    pub(in crate::cli) folder: PathBuf,
    /// Rule files or folders of rule files [default: the built-in rules]
    pub(in crate::cli) files: Vec<PathBuf>,
}

/// A format for people, or one for programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum TextOrJson {
    Human,
    Json,
}
