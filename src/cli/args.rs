//! What can be typed. Nothing is looked up or resolved here: that is `settings.rs`.

mod config;
mod rules;

use std::{ffi::OsString, path::PathBuf};

use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};
pub(super) use config::{Config, ConfigCheck, ConfigCommand, ConfigShow};
pub(super) use rules::{Check, List, Pages, Rules, RulesCommand, Show, TextOrJson, Trial};

/// Keeps credentials, AWS access key pairs first, out of git
#[derive(Debug, Parser)]
#[command(
    name = "keyfence",
    version,
    arg_required_else_help = true,
    after_help = "Exit codes: 0 nothing found, 1 findings, 2 bad usage, trouble or an incomplete scan"
)]
pub(super) struct Args {
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Scan files, what is staged, everything git stores, a commit message or standard input
    Scan(Scan),
    /// Check a merge request in CI: its commits, by the policy of what it is to be merged into
    Gate(Gate),
    /// Run a git hook (what an installed hook calls)
    Hook(Hook),
    /// Accept secrets that were looked at, by their fingerprints
    Allow(Allow),
    /// Write down the secrets that are there, so that scans tell only of new ones
    Baseline(Baseline),
    /// Show what the configuration says, and check what it accepts
    Config(Config),
    /// Install the hooks of this repository
    Install(Install),
    /// Remove what install has written and restore what was there
    Uninstall(Uninstall),
    /// Prove that the hooks stop a secret here, and say what is wrong where they do not
    Doctor(Doctor),
    /// Guard secrets of your own: a leak of exactly these is found, whatever form they are written in
    Guard(Guard),
    /// List, show, check and try rules
    Rules(Rules),
    /// Explain what each stage makes of a text or of a place in a file
    Why(Why),
    /// Look at AWS credentials, offline
    Aws(Aws),
    /// Tell a report in JSON Lines in another format, without scanning again
    Report(Report),
    /// Stand in for `git secrets`: takes its options (`keyfence git-secrets -h` lists them)
    #[command(name = "git-secrets", disable_help_flag = true)]
    GitSecrets(GitSecrets),
    /// Print shell completions
    Completions(Completions),
}

#[derive(Debug, ClapArgs)]
pub(super) struct Scan {
    /// Files or folders to scan; `-` for standard input; the repository's work tree when none is given. With --history, which
    /// paths of the repository to look at
    #[arg(value_name = "PATH", help_heading = "Input")]
    pub(super) paths: Vec<OsString>,
    /// Scan what the next commit adds (index against HEAD)
    #[arg(long, conflicts_with_all = ["paths", "message"], help_heading = "Input")]
    pub(super) staged: bool,
    /// Scan a commit message file, as git will store it
    #[arg(
        long,
        value_name = "FILE",
        conflicts_with = "paths",
        help_heading = "Input"
    )]
    pub(super) message: Option<PathBuf>,
    /// Scan the commits of a range: what each changes against its parents, and what people wrote into it (A...B: from where both part)
    #[arg(long, value_name = "A..B", conflicts_with_all = ["paths", "message", "staged", "no_git", "no_ignore", "untracked"], help_heading = "Input")]
    pub(super) range: Option<String>,
    /// Treat paths as plain files: look up no repository
    #[arg(long, conflicts_with_all = ["staged", "untracked"], help_heading = "Input")]
    pub(super) no_git: bool,
    /// Also scan what .gitignore names
    #[arg(long, help_heading = "Input")]
    pub(super) no_ignore: bool,
    /// Which untracked files to scan
    #[arg(long, value_enum, default_value = "normal", help_heading = "Input")]
    pub(super) untracked: Untracked,
    #[command(flatten)]
    pub(super) history: History,
    #[command(flatten)]
    pub(super) common: Common,
    /// How much of what git stores may be held unpacked at a time, with --history [default: 256M]
    #[arg(long, value_name = "SIZE", help_heading = "Performance")]
    pub(super) max_memory: Option<String>,
}

/// What is no history. The options of the history name it too, because clap forgives the lack of `--history` beside something
/// that `--history` cannot be used with.
const ELSEWHERE: [&str; 5] = ["staged", "message", "no_git", "untracked", "range"];

/// What of a repository's history is scanned.
#[derive(Debug, ClapArgs)]
#[command(next_help_heading = "History")]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of its own that can be typed"
)]
pub(super) struct History {
    /// Scan everything git stores: all commits, messages, notes and tags, and what no branch leads to any more
    #[arg(long = "history", conflicts_with_all = ELSEWHERE)]
    pub(super) all: bool,
    /// Only what a ref or HEAD reaches
    #[arg(long, requires = "all", conflicts_with_all = ELSEWHERE)]
    pub(super) reachable: bool,
    /// Hide what was introduced before a revision or a date: v1.0, 2024-01-31, "2 weeks ago"
    #[arg(long, requires = "all", conflicts_with_all = ELSEWHERE, value_name = "REV|DATE")]
    pub(super) since: Option<String>,
    /// Only the history of this branch (can be repeated)
    #[arg(long, requires = "all", conflicts_with_all = ELSEWHERE, value_name = "NAME")]
    pub(super) branch: Vec<OsString>,
    /// Also the history of each submodule
    #[arg(long, requires = "all", conflicts_with_all = ELSEWHERE)]
    pub(super) recurse_submodules: bool,
    /// Keep there what the next scan need not do again: a folder, or a file that CI can carry from job to job. Whoever can write
    /// it can hide findings [default: in the user's cache folder]
    #[arg(long, requires = "all", conflicts_with_all = ELSEWHERE, value_name = "PATH")]
    pub(super) cache: Option<PathBuf>,
    /// Neither use nor write a cache
    #[arg(long, requires = "all", conflicts_with_all = ELSEWHERE, conflicts_with = "cache")]
    pub(super) no_cache: bool,
}

impl Scan {
    /// Returns the scan of the work tree.
    pub(super) fn of_work_tree(common: Common) -> Self {
        Self {
            paths: Vec::new(),
            staged: false,
            message: None,
            range: None,
            no_git: false,
            no_ignore: false,
            untracked: Untracked::Normal,
            history: History::none(),
            common,
            max_memory: None,
        }
    }
}

impl History {
    /// Returns the options of a scan that looks at no history.
    pub(super) fn none() -> Self {
        Self {
            all: false,
            reachable: false,
            since: None,
            branch: Vec::new(),
            recurse_submodules: false,
            cache: None,
            no_cache: false,
        }
    }
}

impl Common {
    /// Returns what counts when nothing is typed.
    pub(super) fn usual() -> Self {
        Self {
            format: None,
            report: Vec::new(),
            min_confidence: None,
            min_severity: None,
            show_secrets: false,
            show_accepted: false,
            color: When::Auto,
            progress: When::Auto,
            rules: RuleOptions::default(),
            baseline: None,
            no_allow: false,
            include_invalid: false,
            run_providers: false,
            no_guard: false,
            threads: None,
            max_archive_depth: None,
            max_file_size: None,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Untracked {
    No,
    Normal,
    All,
}

/// Options of scan, gate and hook alike.
#[derive(Debug, Clone, ClapArgs)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of its own that can be typed"
)]
pub(super) struct Common {
    /// Format of the report on standard output [default: human]
    #[arg(long, value_enum, help_heading = "Output")]
    pub(super) format: Option<Format>,
    /// Also write a report to a file (can be repeated)
    #[arg(long, value_name = "FORMAT=FILE", help_heading = "Output")]
    pub(super) report: Vec<String>,
    /// Least confidence to report [default: medium for hooks and gate, low otherwise]
    #[arg(long, value_enum, value_name = "LEVEL", help_heading = "Output")]
    pub(super) min_confidence: Option<ConfidenceLevel>,
    /// Least severity to report [default: low]
    #[arg(long, value_enum, value_name = "LEVEL", help_heading = "Output")]
    pub(super) min_severity: Option<SeverityLevel>,
    /// Print secrets in clear
    #[arg(long, help_heading = "Output")]
    pub(super) show_secrets: bool,
    /// Also tell what inline markers, allow entries, allowed patterns and the baseline accept: marked as such, and not counted
    #[arg(long, help_heading = "Output", conflicts_with = "no_allow")]
    pub(super) show_accepted: bool,
    /// When to use colour
    #[arg(
        long,
        value_enum,
        value_name = "WHEN",
        default_value = "auto",
        help_heading = "Output"
    )]
    pub(super) color: When,
    /// When to show progress on standard error
    #[arg(
        long,
        value_enum,
        value_name = "WHEN",
        default_value = "auto",
        help_heading = "Output"
    )]
    pub(super) progress: When,
    #[command(flatten)]
    pub(super) rules: RuleOptions,
    /// Leave out the secrets of a baseline, which `keyfence baseline write` makes
    #[arg(long, value_name = "FILE", help_heading = "Rules")]
    pub(super) baseline: Option<PathBuf>,
    /// Ignore inline markers, allow entries, allowed patterns and the baseline
    #[arg(long, help_heading = "Rules")]
    pub(super) no_allow: bool,
    /// Also tell what is no credential that works: published examples, and tokens whose checksum or structure is wrong
    #[arg(long, help_heading = "Rules")]
    pub(super) include_invalid: bool,
    /// Also run the providers of git-secrets that this repository's own configuration names
    #[arg(long, help_heading = "Rules")]
    pub(super) run_providers: bool,
    /// Do not look for the secrets that `keyfence guard` knows
    #[arg(long, help_heading = "Rules")]
    pub(super) no_guard: bool,
    /// Number of threads [default: one per processor]
    #[arg(long, value_name = "N", help_heading = "Performance")]
    pub(super) threads: Option<usize>,
    /// How deep archives in archives are looked into; 0 for no archives [default: 5]
    #[arg(long, value_name = "N", help_heading = "Performance")]
    pub(super) max_archive_depth: Option<usize>,
    /// Skip files that are larger, and say so (exit code 2): 500k, 20M, 1G
    #[arg(long, value_name = "SIZE", help_heading = "Performance")]
    pub(super) max_file_size: Option<String>,
}

#[derive(Debug, Default, Clone, ClapArgs)]
pub(super) struct RuleOptions {
    /// Also use the rules of a file, or of each *.toml in a folder (can be repeated)
    #[arg(long, value_name = "FILE|DIR", help_heading = "Rules")]
    pub(super) rules: Vec<PathBuf>,
    /// Use only these rules (can be repeated)
    #[arg(long, value_name = "ID", value_delimiter = ',', help_heading = "Rules")]
    pub(super) enable: Vec<String>,
    /// Do not use these rules (can be repeated)
    #[arg(long, value_name = "ID", value_delimiter = ',', help_heading = "Rules")]
    pub(super) disable: Vec<String>,
    /// Leave out the built-in rules
    #[arg(long, help_heading = "Rules")]
    pub(super) no_builtin: bool,
    /// A configuration file instead of the repository's .keyfence.toml
    #[arg(
        long,
        value_name = "FILE",
        conflicts_with = "no_config",
        help_heading = "Rules"
    )]
    pub(super) config: Option<PathBuf>,
    /// Leave out what is configured: .keyfence.toml, the user's and the system's configuration, the patterns for git-secrets in git's
    /// configuration, and .gitallowed
    #[arg(long, help_heading = "Rules")]
    pub(super) no_config: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    Github,
    Html,
    Human,
    Json,
    Jsonl,
    Sarif,
    Gitlab,
    Codequality,
    Junit,
    Csv,
    Asff,
    Markdown,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ConfidenceLevel {
    Low,
    Medium,
    High,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum SeverityLevel {
    Low,
    Medium,
    High,
    Critical,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum When {
    Auto,
    Always,
    Never,
}

#[derive(Debug, ClapArgs)]
#[command(
    after_help = "Base and head are found in the variables of GitLab, GitHub, Gitea, Forgejo, Bitbucket, Azure, Jenkins, CircleCI, Woodpecker, \
                  Buildkite and Travis.\nExit codes: 0 nothing found, 1 findings, 2 bad usage, trouble or an incomplete scan"
)]
pub(super) struct Gate {
    /// What the commits are to be merged into [default: what the CI system says]
    #[arg(long, value_name = "REV", help_heading = "Input")]
    pub(super) base: Option<String>,
    /// The last of the commits [default: what the CI system says, or HEAD]
    #[arg(long, value_name = "REV", help_heading = "Input")]
    pub(super) head: Option<String>,
    /// Whose configuration, rule files, allow entries, allowed patterns and inline markers count. With `head` a merge request can accept its own secrets
    #[arg(
        long,
        value_enum,
        value_name = "COMMIT",
        default_value = "base",
        help_heading = "Rules"
    )]
    pub(super) policy: PolicyFrom,
    #[command(flatten)]
    pub(super) common: Common,
}

/// Whose policy counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum PolicyFrom {
    /// That of the commit where both part
    Base,
    /// That of the last commit
    Head,
}

#[derive(Debug, ClapArgs)]
pub(super) struct Hook {
    /// Which hook: pre-commit, commit-msg, pre-push, …
    #[arg(value_name = "NAME")]
    pub(super) name: String,
    /// The hook's own arguments
    #[arg(value_name = "ARG")]
    pub(super) arguments: Vec<OsString>,
    #[command(flatten)]
    pub(super) common: Common,
}

#[derive(Debug, ClapArgs)]
pub(super) struct Allow {
    /// The fingerprints, as a report shows them
    #[arg(required = true, value_name = "FINGERPRINT")]
    pub(super) fingerprints: Vec<String>,
    /// Why they are accepted
    #[arg(long, value_name = "TEXT")]
    pub(super) reason: String,
    /// Who answers for it
    #[arg(long, value_name = "WHO")]
    pub(super) owner: Option<String>,
    /// The last day on which the entry holds
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(super) expires: Option<String>,
}

#[derive(Debug, ClapArgs)]
pub(super) struct Baseline {
    #[command(subcommand)]
    pub(super) command: BaselineCommand,
}

#[derive(Debug, Subcommand)]
pub(super) enum BaselineCommand {
    /// Write a baseline with all secrets that are found
    Write(BaselineOptions),
    /// Take out of a baseline what is found no more
    Update(BaselineOptions),
    /// Tell what is found and not in a baseline (exit code 1), and what is in it and found no more
    Check(BaselineOptions),
}

#[derive(Debug, ClapArgs)]
pub(super) struct BaselineOptions {
    /// The file [default: .keyfence/baseline at the root of the repository]
    #[arg(value_name = "FILE", help_heading = "Input")]
    pub(super) file: Option<PathBuf>,
    /// Look at everything git stores instead of the work tree
    #[arg(long, help_heading = "Input")]
    pub(super) history: bool,
    #[command(flatten)]
    pub(super) common: Common,
}

impl BaselineOptions {
    /// Returns the scan that it is made of.
    pub(super) fn scan(&self) -> Scan {
        Scan {
            history: History {
                all: self.history,
                ..History::none()
            },
            ..Scan::of_work_tree(self.common.clone())
        }
    }
}

#[derive(Debug, ClapArgs)]
pub(super) struct Install {
    /// For all repositories of this user
    #[arg(long, conflicts_with = "template")]
    pub(super) global: bool,
    /// Into a folder that git copies into new repositories (init.templateDir)
    #[arg(long, value_name = "DIR")]
    pub(super) template: Option<PathBuf>,
    /// Which hooks to install [default: pre-commit, pre-merge-commit, prepare-commit-msg, commit-msg, applypatch-msg, pre-applypatch,
    /// pre-push; in a bare repository pre-receive]
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    pub(super) hooks: Vec<String>,
}

#[derive(Debug, ClapArgs)]
#[command(
    after_help = "Exit codes: 0 everything that was tried was stopped, 1 something was not, 2 trouble"
)]
pub(super) struct Doctor {
    /// Print JSON
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, ClapArgs)]
pub(super) struct Uninstall {
    /// From all repositories of this user
    #[arg(long, conflicts_with = "template")]
    pub(super) global: bool,
    /// From a folder that git copies into new repositories
    #[arg(long, value_name = "DIR")]
    pub(super) template: Option<PathBuf>,
    /// Which hooks to remove [default: all that install has written]
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    pub(super) hooks: Vec<String>,
}

#[derive(Debug, ClapArgs)]
pub(super) struct Guard {
    #[command(subcommand)]
    pub(super) command: GuardCommand,
}

#[derive(Debug, Subcommand)]
pub(super) enum GuardCommand {
    /// Add secrets. Only their length, a few bits of a hash and a slow, salted hash are kept
    Add(GuardAdd),
    /// List what is guarded, without the secrets
    List {
        /// Print one JSON array
        #[arg(long)]
        json: bool,
    },
    /// Read again the files and variables that secrets came from, and add what is new there
    Refresh,
    /// Guard secrets no longer
    Remove {
        /// Their names, as `keyfence guard list` shows them
        #[arg(value_name = "NAME", required_unless_present_any = ["all", "old"])]
        names: Vec<String>,
        /// All of them
        #[arg(long, conflicts_with = "names")]
        all: bool,
        /// Only what was rotated: a newer secret came from the same place
        #[arg(long)]
        old: bool,
    },
}

#[derive(Debug, ClapArgs)]
pub(super) struct GuardAdd {
    /// The secrets of the AWS command line: ~/.aws/credentials, or where `AWS_SHARED_CREDENTIALS_FILE` says
    #[arg(long)]
    pub(super) aws: bool,
    /// Only this profile of that file (can be repeated)
    #[arg(long, value_name = "NAME", requires = "aws")]
    pub(super) profile: Vec<String>,
    /// The secrets in .env files: what has a name like PASSWORD or TOKEN, or looks machine-made
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub(super) env_file: Vec<PathBuf>,
    /// The same of each .env file of this work tree that git ignores
    #[arg(long)]
    pub(super) ignored: bool,
    /// The values of environment variables
    #[arg(long, value_name = "VARIABLE", num_args = 1..)]
    pub(super) env: Vec<String>,
    /// The lines of a file, each a secret (can be repeated)
    #[arg(long, value_name = "FILE")]
    pub(super) list: Vec<PathBuf>,
    /// What to call them in reports [default: the name of the setting, or file and line]
    #[arg(long)]
    pub(super) name: Option<String>,
    /// All values of .env files, whatever their names
    #[arg(long)]
    pub(super) all: bool,
    /// `-`: the lines of standard input, each a secret
    #[arg(value_name = "-")]
    pub(super) rest: Vec<OsString>,
}

#[derive(Debug, ClapArgs)]
pub(super) struct Import {
    /// Files of other tools; when none is given, git's configuration for git-secrets and the files at the top of the repository that
    /// these tools look for
    #[arg(value_name = "PATH")]
    pub(super) paths: Vec<PathBuf>,
    /// Whose file it is, where neither its name nor what it has tells
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub(super) from: Option<ImportFormat>,
    /// Where the rules go [default: .keyfence/imported.toml at the top of the repository]; `-` for standard output
    #[arg(long, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
    /// Write nothing, and say what would be written
    #[arg(long)]
    pub(super) dry_run: bool,
    /// Write over a file that is there
    #[arg(long)]
    pub(super) force: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ImportFormat {
    GitSecrets,
    Gitleaks,
    GitleaksIgnore,
    Betterleaks,
    DetectSecrets,
    Trufflehog,
    Kingfisher,
}

#[derive(Debug, ClapArgs)]
pub(super) struct Why {
    /// A text, PATH:LINE, the fingerprint of a finding in the work tree, or `-` to read the text from standard input
    #[arg(value_name = "TEXT|PATH:LINE|FINGERPRINT")]
    pub(super) what: OsString,
    #[command(flatten)]
    pub(super) rules: RuleOptions,
}

#[derive(Debug, ClapArgs)]
pub(super) struct Aws {
    #[command(subcommand)]
    pub(super) command: AwsCommand,
}

#[derive(Debug, Subcommand)]
pub(super) enum AwsCommand {
    /// Tell the kind and the account of a key id, offline
    Decode {
        /// The key id; `-` to read ids from standard input, one a line
        id: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, ClapArgs)]
#[command(after_help = "Exit codes: 0 converted, 2 trouble")]
pub(super) struct Report {
    /// The report, as `keyfence scan --format jsonl` wrote it; `-` for standard input
    #[arg(value_name = "FILE.jsonl")]
    pub(super) file: PathBuf,
    /// The format: json, jsonl, sarif, gitlab, codequality, github, junit, csv, html, asff, markdown
    #[arg(long, value_name = "FORMAT")]
    pub(super) to: String,
    /// Where it goes [default: standard output]
    #[arg(long, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
}

/// The arguments are read by the drop-in itself, as git reads those of `git secrets`.
#[derive(Debug, ClapArgs)]
pub(super) struct GitSecrets {
    /// A command of git-secrets and what belongs to it
    #[arg(
        value_name = "ARG",
        trailing_var_arg = true,
        allow_hyphen_values = true
    )]
    pub(super) arguments: Vec<OsString>,
}

#[derive(Debug, ClapArgs)]
pub(super) struct Completions {
    /// The shell
    #[arg(value_enum)]
    pub(super) shell: Shell,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Shell {
    Bash,
    Elvish,
    Fish,
    Powershell,
    Zsh,
}
