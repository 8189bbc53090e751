//! What can go wrong with hooks.

use std::{error::Error as StdError, fmt, io, path::PathBuf};

/// Trouble with a hook. Each says what to do next.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// There is no hook of this name.
    UnknownHook {
        /// What was typed.
        name: String,
    },
    /// A hook cannot be read.
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A hook cannot be written, moved or removed.
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Something that is no file stands at the hook's place.
    NotAFile {
        /// Where.
        path: PathBuf,
    },
    /// A foreign hook is there, and so is one that was kept before.
    TwoForeign {
        /// The hook.
        path: PathBuf,
        /// The one kept before.
        saved: PathBuf,
    },
    /// The user's own configuration of lefthook is written in a way that nothing can be added to.
    Lefthook {
        /// Where it is.
        path: PathBuf,
        /// What belongs under `extends` there.
        configuration: PathBuf,
    },
    /// The hooks are lefthook's, and there is no work tree with its configuration.
    LefthookWithoutFiles {
        /// The folder of the hooks.
        hooks_dir: PathBuf,
    },
    /// Git could not be run, or failed.
    Git {
        /// What it was to do.
        what: String,
        /// What it says.
        message: String,
    },
    /// The program's path cannot be written into a script.
    Program {
        /// The path.
        path: PathBuf,
    },
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownHook { name } => write!(
                f,
                "install the hook `{name}`: there is no such hook{} (hooks: {})",
                crate::fields::nearest(name, super::NAMES.iter().copied())
                    .map_or_else(String::new, |near| format!("; did you mean `{near}`?")),
                super::NAMES.join(", ")
            ),
            Self::Read { path, .. } => write!(
                f,
                "read the hook {} (check its permissions and run the command again)",
                path.display()
            ),
            Self::Write { path, .. } => write!(
                f,
                "write the hook {} (make its folder writable, or let `git config core.hooksPath` \
                 name one that is, and run the command again)",
                path.display()
            ),
            Self::NotAFile { path } => write!(
                f,
                "replace {}: it is not a file (move it away and run the command again)",
                path.display()
            ),
            Self::TwoForeign { path, saved } => write!(
                f,
                "keep the hook {}: {} already keeps an older one (join the two into one of them, \
                 remove the other, and run the command again)",
                path.display(),
                saved.display()
            ),
            Self::Lefthook {
                path,
                configuration,
            } => write!(
                f,
                "add to {}, where lefthook is told what to run: it is not written as lines of YAML that one \
                 can be put between (nothing was installed; put {:?} under `extends` there, and run the command again)",
                path.display(),
                configuration.display().to_string()
            ),
            Self::LefthookWithoutFiles { hooks_dir } => write!(
                f,
                "put hooks beside lefthook's in {}, which lefthook writes anew: no work tree has a configuration that could name them \
                 (nothing was installed; run the command in each repository, or use git 2.54 or newer)",
                hooks_dir.display()
            ),
            Self::Git { what, message } => write!(f, "{what}: git says: {message}"),
            Self::Program { path } => write!(
                f,
                "install hooks that run {}: the path is not absolute or holds a line break (install \
                 keyfence elsewhere and run the command again)",
                path.display()
            ),
        }
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::Read { source, .. } | Self::Write { source, .. } => Some(source),
            Self::UnknownHook { .. }
            | Self::Lefthook { .. }
            | Self::LefthookWithoutFiles { .. }
            | Self::Git { .. }
            | Self::NotAFile { .. }
            | Self::TwoForeign { .. }
            | Self::Program { .. } => None,
        }
    }
}
