//! `--scan`, `--scan-history` and the hooks: which lines are looked at, and what is said of those that are prohibited.

mod files;
mod history;
mod hooks;
mod index;
mod messages;
mod quote;
mod report;

use std::path::PathBuf;

use bstr::{BStr, BString, ByteSlice as _};

use super::{
    CLEAN, REFUSED, Stop, TROUBLE, command::Command, compile, config::Settings, providers, say,
};
use crate::{
    cli::{environment, settings::Limits},
    finding::Skipped,
    policy::allowed_lines::AllowedLines,
    prohibited::{Outcome, Search},
    source::{
        self, MakeVisitor,
        repository::{self, Repository},
    },
};

/// A line as it is printed.
struct Shown {
    /// `commit:` in a history; otherwise nothing.
    commit: BString,
    /// `path:line:content`.
    rest: BString,
}

/// What a scan has seen.
#[derive(Default)]
struct Seen {
    lines: Vec<Shown>,
    skipped: Vec<Skipped>,
}

impl Seen {
    /// Shows the lines of `outcome` in their order; paths are those that git would quote when `quoted`.
    fn of(outcome: Outcome, quoted: bool) -> Self {
        let lines = outcome.lines.iter().map(|line| Shown {
            commit: BString::default(),
            rest: shown(line.path.as_ref(), line.number, line.text.as_ref(), quoted),
        });
        Self {
            lines: lines.collect(),
            skipped: outcome.skipped,
        }
    }
}

/// Returns `path:line:content`.
fn shown(path: &BStr, number: u64, text: &BStr, quoted: bool) -> BString {
    let path = if quoted {
        quote::path(path)
    } else {
        path.to_owned()
    };
    let mut out = path;
    out.extend_from_slice(format!(":{number}:").as_bytes());
    out.extend_from_slice(text);
    out
}

/// Runs a command that scans, and returns the exit code.
pub(super) fn run(command: &Command) -> Result<u8, Stop> {
    let settings = Settings::read()?;
    let prohibited = providers::prohibited(&settings);
    let mut trouble: Vec<String> = prohibited.trouble.iter().map(ToString::to_string).collect();
    let search = compile::search(&prohibited.patterns, &mut trouble)
        .map_err(|message| Stop::said(format!("git-secrets: {message}"), TROUBLE))?;
    if search.is_empty() && trouble.is_empty() {
        say(
            "git-secrets: no prohibited patterns are configured, so nothing was checked (git secrets --register-aws adds those for AWS, \
             git secrets --add your own)",
        );
        return Ok(CLEAN);
    }
    let limits = Limits::usual();
    let with_messages = scan_messages(&settings, &mut trouble);
    let seen =
        look(command, &search, limits, with_messages).inspect_err(|_| tell_trouble(&trouble))?;
    // Outside a repository there is no .gitallowed.
    let top = repository("look for .gitallowed").ok();
    let top = top.and_then(|repository| repository.work_tree);
    let more = top.map_or_else(Vec::new, |top| compile::git_allowed(&top, &mut trouble));
    let allowed = compile::allowed(&settings.allowed, more, &mut trouble);
    let lines = not_allowed(seen.lines, &allowed, &mut trouble);
    trouble.extend(seen.skipped.iter().filter(|one| one.incomplete).map(|one| {
        let path = one.path.to_str_lossy();
        format!("{path}: {}", one.reason)
    }));
    if !lines.is_empty() {
        let in_merge = matches!(command, Command::PrepareCommitMsgHook { .. });
        report::print(&lines, in_merge);
    }
    tell_trouble(&trouble);
    Ok(match (trouble.is_empty(), lines.is_empty()) {
        (false, _) => TROUBLE,
        (true, false) => REFUSED,
        (true, true) => CLEAN,
    })
}

fn tell_trouble(trouble: &[String]) {
    for message in trouble {
        say(&format!("git-secrets: {message}"));
    }
}

/// Returns true when `secrets.scanMessages` says that a history has messages, too.
fn scan_messages(settings: &Settings, trouble: &mut Vec<String>) -> bool {
    let Some(entry) = &settings.scan_messages else {
        return false;
    };
    let value = entry.value.to_ascii_lowercase();
    match &value[..] {
        b"true" | b"yes" | b"on" | b"1" => true,
        b"false" | b"no" | b"off" | b"0" => false,
        _ => {
            trouble.push(format!(
                "secrets.scanMessages is {:?} in {}: give true or false",
                entry.value, entry.origin
            ));
            true
        }
    }
}

fn look(
    command: &Command,
    search: &Search,
    limits: Limits,
    with_messages: bool,
) -> Result<Seen, Stop> {
    match command {
        Command::Scan(scan) => {
            let by_git = scan.cached || scan.no_index || scan.untracked || scan.files.is_empty();
            if by_git {
                index::scan(scan, search, limits)
            } else {
                files::scan(scan, search, limits)
            }
        }
        Command::ScanHistory => history::scan(search, limits, with_messages),
        Command::PreCommitHook => hooks::pre_commit(search, limits),
        Command::CommitMsgHook { args } => hooks::commit_msg(args, search),
        Command::PrepareCommitMsgHook { args } => hooks::prepare_commit_msg(args, search, limits),
        _ => Ok(Seen::default()),
    }
}

/// Returns the lines that no allowed pattern matches.
fn not_allowed(
    lines: Vec<Shown>,
    allowed: &AllowedLines,
    trouble: &mut Vec<String>,
) -> Vec<BString> {
    let mut excuses = |line: &BString| match allowed.excuses(line.as_ref()) {
        Ok(excused) => excused,
        Err(error) => {
            let message = error.to_string();
            if !trouble.contains(&message) {
                trouble.push(message);
            }
            false
        }
    };
    let mut out = Vec::new();
    for line in lines {
        let whole: BString = [&line.commit[..], &line.rest[..]].concat().into();
        // Entries that begin with a path would never match with a commit in front.
        let is_allowed = excuses(&whole) || !line.commit.is_empty() && excuses(&line.rest);
        if !is_allowed {
            out.push(whole);
        }
    }
    out
}

/// Returns the folder the program was started in.
fn here() -> Result<PathBuf, Stop> {
    environment::current_dir().map_err(|failure| Stop::failed(&failure, TROUBLE))
}

/// Returns the repository round the current folder; `cannot` says what cannot be done without it.
fn repository(cannot: &str) -> Result<Repository, Stop> {
    let (over, outer) = (environment::git_override(), environment::outer_config());
    repository::discover(&here()?, &over, &outer).map_err(|error| failed(cannot, &error))
}

/// Ends with what cannot be done, and why.
fn failed(cannot: &str, error: &dyn std::fmt::Display) -> Stop {
    Stop::said(format!("git-secrets: cannot {cannot}: {error}"), TROUBLE)
}

/// Searches blobs that `source` reads from `repository`.
fn in_blobs(
    search: &Search,
    limits: Limits,
    cannot: &str,
    source: impl FnOnce(source::index::Options, &MakeVisitor<'_>) -> Result<(), source::error::Error>,
) -> Result<Outcome, Stop> {
    let options = source::index::Options {
        max_blob_bytes: limits.max_file_bytes,
        threads: limits.threads,
    };
    let mut result = Ok(());
    let outcome = search.run(|make| result = source(options, make));
    result.map_err(|error| failed(cannot, &error))?;
    Ok(outcome)
}

/// Returns a call of git, which reads objects as they are: what `refs/replace` puts in their place has refs of its own.
fn git() -> std::process::Command {
    let mut command = std::process::Command::new("git");
    command.env("GIT_NO_REPLACE_OBJECTS", "1");
    command
}
