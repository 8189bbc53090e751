//! The configuration of `git secrets`: read and written by git, so that includes, conditions, `-c`, file locks and error messages
//! are git's.

use std::{
    ffi::OsStr,
    process::{Command, ExitStatus, Stdio},
};

use bstr::{BStr, BString, ByteSlice as _};

use super::{CLEAN, GIT_TROUBLE, Stop};

/// A key of the section `secrets` that may have many values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::cli) enum Key {
    /// A prohibited pattern.
    Patterns,
    /// A pattern that excuses a finding.
    Allowed,
    /// A command line that prints prohibited patterns.
    Providers,
}

impl Key {
    /// Returns the key as git spells it.
    pub(in crate::cli) fn name(self) -> &'static str {
        match self {
            Self::Patterns => "secrets.patterns",
            Self::Allowed => "secrets.allowed",
            Self::Providers => "secrets.providers",
        }
    }
}

/// How many seconds a provider may take.
pub(in crate::cli) const TIMEOUT: &str = "secrets.providertimeout";

/// Whether the messages of commits and tags are part of a history.
const MESSAGES: &str = "secrets.scanmessages";

/// A value with where it is configured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::cli) struct Entry {
    /// The value as it stands there; it may be empty, and have more than one line.
    pub(in crate::cli) value: BString,
    /// For messages: `.git/config (local)`.
    pub(in crate::cli) origin: BString,
}

/// What the section `secrets` says, each key in git's order: system, global, local, worktree, `-c`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::cli) struct Settings {
    pub(in crate::cli) patterns: Vec<Entry>,
    pub(in crate::cli) allowed: Vec<Entry>,
    pub(in crate::cli) providers: Vec<Entry>,
    /// The value of `secrets.providerTimeout` that wins, as it stands there.
    pub(in crate::cli) provider_timeout: Option<Entry>,
    /// The value of `secrets.scanMessages` that wins, as it stands there.
    pub(in crate::cli) scan_messages: Option<Entry>,
}

impl Settings {
    /// Reads all that git sees in the current folder; outside a repository that is the configuration of system and user.
    ///
    /// # Errors
    ///
    /// When git cannot read its configuration; git has said why.
    pub(super) fn read() -> Result<Self, Stop> {
        Self::read_from(false)
    }

    /// Reads the global file alone when `global`, otherwise all that git sees.
    ///
    /// # Errors
    ///
    /// As [`read`](Self::read).
    pub(super) fn read_from(global: bool) -> Result<Self, Stop> {
        let expression = r"^secrets\.(patterns|allowed|providers|providertimeout|scanmessages)$";
        let mut command = git(global);
        command
            .args(["-z", "--show-scope", "--show-origin", "--get-regexp"])
            .arg(expression)
            .stderr(Stdio::inherit());
        let output = command
            .output()
            .map_err(|error| not_run("config", &error))?;
        match output.status.code() {
            Some(0) => Ok(parse(&output.stdout)),
            // There is none.
            Some(1) => Ok(Self::default()),
            _ => Err(Stop::said("", exit_code(output.status))),
        }
    }

    /// Returns the values of a key.
    pub(super) fn of(&self, key: Key) -> &[Entry] {
        match key {
            Key::Patterns => &self.patterns,
            Key::Allowed => &self.allowed,
            Key::Providers => &self.providers,
        }
    }
}

/// Reads what `git config -z --show-scope --show-origin` prints: scope, origin and `key LF value`, each with a NUL after it. A key
/// that stands without a `=` has no line feed.
fn parse(printed: &[u8]) -> Settings {
    let mut settings = Settings::default();
    let mut fields = printed.split(|byte| *byte == 0);
    while let (Some(scope), Some(origin), Some(setting)) =
        (fields.next(), fields.next(), fields.next())
    {
        let (key, value) = setting.split_once_str("\n").unwrap_or((setting, b""));
        let entry = Entry {
            value: value.into(),
            origin: place(scope.into(), origin.into()),
        };
        if key == Key::Patterns.name().as_bytes() {
            settings.patterns.push(entry);
        } else if key == Key::Allowed.name().as_bytes() {
            settings.allowed.push(entry);
        } else if key == Key::Providers.name().as_bytes() {
            settings.providers.push(entry);
        } else if key == TIMEOUT.as_bytes() {
            settings.provider_timeout = Some(entry);
        } else if key == MESSAGES.as_bytes() {
            settings.scan_messages = Some(entry);
        }
    }
    settings
}

/// Returns where a value is configured, for messages.
fn place(scope: &BStr, origin: &BStr) -> BString {
    match origin.strip_prefix(b"file:") {
        Some(file) => [file, b" (", scope, b")"].concat().into(),
        None => origin.trim_end_with(|c| c == ':').into(),
    }
}

/// What became of a value that was to be added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Added {
    New,
    /// The same value is there already, and nothing was written.
    Duplicate,
}

/// Adds a value to the repository's configuration, or to the user's when `global`, unless the same value is there: in what git sees
/// altogether, or in the user's file alone when `global`.
///
/// # Errors
///
/// When git cannot read or write it; git has said why, and the exit code is git's.
pub(super) fn add(key: Key, value: &BStr, global: bool) -> Result<Added, Stop> {
    let there = Settings::read_from(global)?;
    if there.of(key).iter().any(|entry| entry.value == value) {
        return Ok(Added::Duplicate);
    }
    let mut command = git(global);
    command
        .args(["--add", key.name()])
        .arg(&*value.to_os_str_lossy());
    match run(command)? {
        CLEAN => Ok(Added::New),
        code => Err(Stop::said("", code)),
    }
}

/// Prints all keys with `secrets` in their name as `key value`, and returns git's exit code: 1 when there is none.
pub(super) fn list(global: bool) -> Result<u8, Stop> {
    let mut command = git(global);
    command.args(["--get-regexp", "secrets"]);
    run(command)
}

/// Runs git, which prints for itself, and returns its exit code.
fn run(mut command: Command) -> Result<u8, Stop> {
    let status = command
        .status()
        .map_err(|error| not_run("config", &error))?;
    Ok(exit_code(status))
}

fn git(global: bool) -> Command {
    let mut command = Command::new("git");
    command.stdin(Stdio::null()).arg("config");
    if global {
        command.arg(OsStr::new("--global"));
    }
    command
}

/// Returns the exit code of git; one that was killed could not do its work.
pub(super) fn exit_code(status: ExitStatus) -> u8 {
    status
        .code()
        .and_then(|code| u8::try_from(code).ok())
        .unwrap_or(GIT_TROUBLE)
}

/// Says that git's `command` cannot be run.
pub(super) fn not_run(command: &str, error: &std::io::Error) -> Stop {
    Stop::said(
        format!(
            "git-secrets: cannot run `git {command}`: {error}; install git, or put it on your PATH"
        ),
        GIT_TROUBLE,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(value: &str, origin: &str) -> Entry {
        Entry {
            value: value.into(),
            origin: origin.into(),
        }
    }

    #[test]
    fn entries_are_read_as_git_prints_them() {
        let printed = b"system\0file:/etc/gitconfig\0secrets.providers\ncmd -x\0\
                        local\0file:.git/config\0secrets.patterns\n-a\nb=c\0\
                        local\0file:.git/config\0secrets.allowed\0\
                        local\0file:.git/config\0secrets.patterns\n\0\
                        local\0file:.git/config\0secrets.providertimeout\n3\0\
                        command\0command line:\0secrets.providertimeout\n4\0\
                        command\0command line:\0secrets.scanmessages\ntrue\0\
                        command\0command line:\0secrets.patterns\n\xff\0";
        let settings = parse(printed);
        let mut last = entry("", "command line");
        last.value = BString::from(&b"\xff"[..]);
        assert_eq!(
            settings,
            Settings {
                patterns: vec![
                    entry("-a\nb=c", ".git/config (local)"),
                    entry("", ".git/config (local)"),
                    last,
                ],
                allowed: vec![entry("", ".git/config (local)")],
                providers: vec![entry("cmd -x", "/etc/gitconfig (system)")],
                provider_timeout: Some(entry("4", "command line")),
                scan_messages: Some(entry("true", "command line")),
            }
        );
        assert_eq!(parse(b""), Settings::default());
    }
}
