//! What can go wrong before anything is read.

use std::{error::Error as StdError, fmt, io, path::PathBuf};

/// The cause, as the git library gives it.
pub type Cause = Box<dyn StdError + Send + Sync + 'static>;

/// Trouble that keeps a source from starting. What goes wrong with one file is a named skip instead.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// There is no repository at or above this folder.
    NoRepository {
        /// Where the search started.
        start: PathBuf,
    },
    /// The repository has no work tree, and one is needed.
    NoWorkTree {
        /// The repository.
        git_dir: PathBuf,
    },
    /// A file of the repository cannot be read.
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The configuration cannot be understood.
    Config {
        /// The repository.
        git_dir: PathBuf,
        /// Why.
        source: Cause,
    },
    /// The repository uses a format this program cannot read.
    Unsupported {
        /// The repository.
        git_dir: PathBuf,
        /// Which: `reference storage "reftable"`.
        what: String,
    },
    /// The index cannot be read.
    Index {
        /// The index file.
        path: PathBuf,
        /// Why.
        source: Cause,
    },
    /// The commit that HEAD names cannot be read.
    Head {
        /// The repository.
        git_dir: PathBuf,
        /// Why.
        source: Cause,
    },
    /// A file of a commit cannot be read.
    File {
        /// The file, from the top of the repository.
        path: bstr::BString,
        /// The commit.
        commit: gix::ObjectId,
        /// Why.
        source: Cause,
    },
    /// The object database cannot be opened.
    Objects {
        /// Its folder.
        path: PathBuf,
        /// Why.
        source: Cause,
    },
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoRepository { start } => write!(
                f,
                "find a git repository at or above {} (use --no-git for plain files)",
                start.display()
            ),
            Self::NoWorkTree { git_dir } => write!(
                f,
                "find the work tree of {} (it is a bare repository: use --history, or name a PATH)",
                git_dir.display()
            ),
            Self::Read { path, .. } => write!(f, "read {}", path.display()),
            Self::Config { git_dir, .. } => {
                write!(f, "read the git configuration of {}", git_dir.display())
            }
            Self::Unsupported { git_dir, what } => {
                write!(f, "read {}: {what} is not supported", git_dir.display())
            }
            Self::Index { path, .. } => write!(f, "read the index {}", path.display()),
            Self::Head { git_dir, .. } => {
                write!(
                    f,
                    "read the commit that HEAD of {} names",
                    git_dir.display()
                )
            }
            Self::File { path, commit, .. } => write!(f, "read {path} in commit {commit}"),
            Self::Objects { path, .. } => {
                write!(f, "open the object database {}", path.display())
            }
        }
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::Read { source, .. } => Some(source),
            Self::Config { source, .. }
            | Self::Index { source, .. }
            | Self::Head { source, .. }
            | Self::File { source, .. }
            | Self::Objects { source, .. } => Some(&**source),
            Self::NoRepository { .. } | Self::NoWorkTree { .. } | Self::Unsupported { .. } => None,
        }
    }
}
