//! The options there are.

/// What an option means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::cli::git_secrets) enum Name {
    Scan,
    ScanHistory,
    Install,
    List,
    Add,
    AddProvider,
    RegisterAws,
    AwsProvider,
    CommitMsgHook,
    PreCommitHook,
    PrepareCommitMsgHook,
    Force,
    Keep,
    Recursive,
    Cached,
    NoIndex,
    Untracked,
    Allowed,
    Literal,
    Global,
    NoKeyIds,
}

/// An option that can be typed.
#[derive(Debug, Clone, Copy)]
pub(in crate::cli::git_secrets) struct Known {
    pub(in crate::cli::git_secrets) name: Name,
    pub(in crate::cli::git_secrets) short: Option<char>,
    pub(in crate::cli::git_secrets) long: &'static str,
    /// What the usage text says; none for what is not shown there.
    pub(in crate::cli::git_secrets) help: Option<&'static str>,
}

const fn known(name: Name, short: Option<char>, long: &'static str, help: &'static str) -> Known {
    Known {
        name,
        short,
        long,
        help: Some(help),
    }
}

const fn hidden(name: Name, long: &'static str) -> Known {
    Known {
        name,
        short: None,
        long,
        help: None,
    }
}

/// All options, in the order of the usage text.
pub(in crate::cli::git_secrets) const KNOWN: &[Known] = &[
    known(
        Name::Scan,
        None,
        "scan",
        "Scan files for prohibited patterns",
    ),
    known(
        Name::ScanHistory,
        None,
        "scan-history",
        "Scan all revisions for prohibited patterns",
    ),
    known(
        Name::Install,
        None,
        "install",
        "Install the hooks of a repository or of a template folder",
    ),
    known(Name::List, None, "list", "List the configuration"),
    known(
        Name::Add,
        None,
        "add",
        "Add a prohibited or an allowed pattern",
    ),
    known(
        Name::AddProvider,
        None,
        "add-provider",
        "Add a command that prints prohibited patterns",
    ),
    known(
        Name::RegisterAws,
        None,
        "register-aws",
        "Add the patterns for AWS credentials",
    ),
    known(
        Name::AwsProvider,
        None,
        "aws-provider",
        "Print the credentials of an AWS credentials file as patterns",
    ),
    known(
        Name::Force,
        Some('f'),
        "force",
        "--install: overwrite hooks that are there",
    ),
    known(
        Name::Keep,
        None,
        "keep",
        "--install: keep hooks that are there and run them, too",
    ),
    known(
        Name::Recursive,
        Some('r'),
        "recursive",
        "--scan: read the files below folders",
    ),
    known(
        Name::Cached,
        None,
        "cached",
        "--scan: read what is in the index",
    ),
    known(
        Name::NoIndex,
        None,
        "no-index",
        "--scan: read all files, tracked or not",
    ),
    known(
        Name::Untracked,
        None,
        "untracked",
        "--scan: also read untracked files",
    ),
    known(
        Name::Allowed,
        Some('a'),
        "allowed",
        "--add: the pattern excuses findings",
    ),
    known(
        Name::Literal,
        Some('l'),
        "literal",
        "--add: the pattern is plain text",
    ),
    known(
        Name::Global,
        None,
        "global",
        "Use the global configuration file",
    ),
    known(
        Name::NoKeyIds,
        None,
        "no-key-ids",
        "--aws-provider: leave out access key ids",
    ),
    hidden(Name::CommitMsgHook, "commit_msg_hook"),
    hidden(Name::PreCommitHook, "pre_commit_hook"),
    hidden(Name::PrepareCommitMsgHook, "prepare_commit_msg_hook"),
];
