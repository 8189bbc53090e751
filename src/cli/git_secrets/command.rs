//! What a call asks for: which command, and whether its options may stand there.

use std::ffi::{OsStr, OsString};

use super::{
    Stop,
    options::{self, Name, Ordered, Refused, Typed},
    usage,
};

#[cfg(test)]
mod tests;

/// A command with what it was given.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Command {
    /// `--scan`
    Scan(Scan),
    /// `--scan-history`
    ScanHistory,
    /// `--pre_commit_hook`: git gives this hook no arguments.
    PreCommitHook,
    /// `--commit_msg_hook`
    CommitMsgHook { args: Vec<OsString> },
    /// `--prepare_commit_msg_hook`
    PrepareCommitMsgHook { args: Vec<OsString> },
    /// `--install`
    Install {
        force: bool,
        keep: bool,
        folder: Option<OsString>,
    },
    /// `--list`
    List { global: bool },
    /// `--add`
    Add(Add),
    /// `--add-provider`
    AddProvider { global: bool, words: Vec<OsString> },
    /// `--register-aws`
    RegisterAws { global: bool },
    /// `--aws-provider`
    AwsProvider {
        file: Option<OsString>,
        key_ids: bool,
    },
}

/// What `--scan` reads. At most one of `cached`, `no_index` and `untracked` is true, and none with `recursive`.
#[derive(Debug, Default, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of its own that can be typed"
)]
pub(super) struct Scan {
    pub(super) recursive: bool,
    pub(super) cached: bool,
    pub(super) no_index: bool,
    pub(super) untracked: bool,
    pub(super) files: Vec<OsString>,
}

/// What `--add` adds.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Add {
    pub(super) allowed: bool,
    pub(super) literal: bool,
    pub(super) global: bool,
    /// The pattern; what is typed after it is left alone.
    pub(super) patterns: Vec<OsString>,
}

/// Which options belong to one command alone, and to which.
const OWNERS: &[(Name, Name)] = &[
    (Name::Force, Name::Install),
    (Name::Keep, Name::Install),
    (Name::Recursive, Name::Scan),
    (Name::Cached, Name::Scan),
    (Name::NoIndex, Name::Scan),
    (Name::Untracked, Name::Scan),
    (Name::Allowed, Name::Add),
    (Name::Literal, Name::Add),
    (Name::NoKeyIds, Name::AwsProvider),
];

/// Reads a call's arguments, which come without the program's name.
///
/// # Errors
///
/// When they are no call; what is printed then is git's and `git secrets`' own, and so is the exit code.
pub(super) fn parse(
    arguments: impl IntoIterator<Item = impl AsRef<OsStr>>,
) -> Result<Command, Stop> {
    let Ordered { options, arguments } = options::order(arguments).map_err(refuse)?;
    let Some((command, options)) = options.split_first() else {
        return Err(Stop::told(usage::text(), 0));
    };
    if command.negated || !is_command(command.option.name) {
        let told = format!("Unknown option: {}\n{}", command.spelling(), usage::text());
        return Err(Stop::told(told, 129));
    }
    let command = command.option.name;
    // A `--no-` form means nothing, and neither does a second command.
    let on: Vec<Name> = options
        .iter()
        .filter(|option| !option.negated)
        .map(|option| option.option.name)
        .collect();
    check_owners(command, &on)?;
    let has = |name| on.contains(&name);
    let global = has(Name::Global);
    let first = || arguments.first().cloned();
    Ok(match command {
        Name::Scan => Command::Scan(scan(&on, arguments)?),
        Name::ScanHistory => Command::ScanHistory,
        Name::PreCommitHook => Command::PreCommitHook,
        Name::CommitMsgHook => Command::CommitMsgHook { args: arguments },
        Name::PrepareCommitMsgHook => Command::PrepareCommitMsgHook { args: arguments },
        Name::Install => Command::Install {
            force: has(Name::Force),
            keep: has(Name::Keep),
            folder: first(),
        },
        Name::Add => Command::Add(Add {
            allowed: has(Name::Allowed),
            literal: has(Name::Literal),
            global,
            patterns: arguments,
        }),
        Name::AddProvider => Command::AddProvider {
            global,
            words: arguments,
        },
        Name::RegisterAws => Command::RegisterAws { global },
        Name::AwsProvider => Command::AwsProvider {
            file: first(),
            key_ids: !has(Name::NoKeyIds),
        },
        _ => Command::List { global },
    })
}

fn refuse(refused: Refused) -> Stop {
    match refused {
        Refused::Help => Stop::told(usage::text(), 129),
        Refused::Message(message) => Stop::said(message, 129),
        Refused::Unknown(message) => Stop::said(format!("{message}\n{}", usage::text()), 129),
        Refused::Ambiguous(message) => Stop {
            out: usage::text(),
            ..Stop::said(message, 129)
        },
    }
}

fn is_command(name: Name) -> bool {
    match name {
        Name::Scan
        | Name::ScanHistory
        | Name::Install
        | Name::List
        | Name::Add
        | Name::AddProvider
        | Name::RegisterAws
        | Name::AwsProvider
        | Name::CommitMsgHook
        | Name::PreCommitHook
        | Name::PrepareCommitMsgHook => true,
        Name::Force
        | Name::Keep
        | Name::Recursive
        | Name::Cached
        | Name::NoIndex
        | Name::Untracked
        | Name::Allowed
        | Name::Literal
        | Name::Global
        | Name::NoKeyIds => false,
    }
}

/// Refuses options that belong to another command.
fn check_owners(command: Name, on: &[Name]) -> Result<(), Stop> {
    for name in on {
        let Some((_, owner)) = OWNERS.iter().find(|(option, _)| option == name) else {
            continue;
        };
        if *owner != command {
            return Err(Stop::said(
                format!(
                    "{} can only be supplied with the {} subcommand",
                    both(*name),
                    both(*owner)
                ),
                1,
            ));
        }
    }
    Ok(())
}

/// Returns both spellings of an option: `-f|--force`.
fn both(name: Name) -> String {
    options::KNOWN
        .iter()
        .find(|known| known.name == name)
        .map_or_else(String::new, |option| {
            let long = Typed {
                option,
                negated: false,
            }
            .spelling();
            option
                .short
                .map_or(long, |short| format!("-{short}|--{}", option.long))
        })
}

fn scan(on: &[Name], files: Vec<OsString>) -> Result<Scan, Stop> {
    let mut scan = Scan {
        files,
        ..Scan::default()
    };
    for name in on {
        match name {
            Name::Recursive => scan.recursive = true,
            Name::Cached => scan.cached = true,
            Name::NoIndex => scan.no_index = true,
            Name::Untracked => scan.untracked = true,
            _ => {}
        }
    }
    let flags = [scan.cached, scan.no_index, scan.untracked];
    match flags.into_iter().filter(|flag| *flag).count() {
        0 => Ok(scan),
        1 if !scan.recursive => Ok(scan),
        1 => Err(Stop::said(
            "-r|--recursive cannot be supplied with --cached, --no-index, or --untracked",
            1,
        )),
        _ => Err(Stop::said(
            "--cached, --no-index, and --untracked cannot be supplied together",
            1,
        )),
    }
}
