//! Puts hooks into a repository and takes them out again.
//!
//! A hook of ours is a small shell script that runs the check and then the hook that stood there before. Whatever was
//! there before is kept byte for byte, and `uninstall` puts it back.

pub mod config;
pub mod drop_in;
pub mod error;
pub mod everywhere;
pub mod install;
pub mod site;
pub mod uninstall;

mod block;
mod lefthook;
mod place;
mod script;
mod write;

use std::path::{Path, PathBuf};

use error::Error;

/// The hooks that can be installed. All but the server's run on the developer's machine.
pub const NAMES: &[&str] = &[
    "pre-commit",
    "pre-merge-commit",
    "prepare-commit-msg",
    "commit-msg",
    "applypatch-msg",
    "pre-applypatch",
    "pre-push",
    "pre-receive",
    "update",
    "reference-transaction",
];

/// The hooks that are installed when nothing is said: those before something is committed or pushed.
pub const DEFAULT: &[&str] = &[
    "pre-commit",
    "pre-merge-commit",
    "prepare-commit-msg",
    "commit-msg",
    "applypatch-msg",
    "pre-applypatch",
    "pre-push",
];

/// The same for a repository without a work tree, which others push to.
pub const DEFAULT_BARE: &[&str] = &["pre-receive"];

/// What was done to one hook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The hook's name.
    pub name: String,
    /// The file that has it; for git's configuration the name of the section.
    pub path: PathBuf,
    /// What was done.
    pub action: Action,
}

/// What was done.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Action {
    /// Ours was written where nothing was.
    Written,
    /// Ours was put into the hook that is there, before what it does.
    Inserted,
    /// The user's own configuration of lefthook, at this path, has lefthook run our hooks.
    Announced,
    /// Ours is in git's configuration; git runs it beside the hook that is there.
    Configured,
    /// Ours was written, and the hook that was there is kept in this file and runs after ours.
    Composed {
        /// Where the old hook is now.
        saved: PathBuf,
    },
    /// Ours was there, in another version or damaged, and was written anew.
    Repaired,
    /// Ours was there already, and nothing was changed.
    Unchanged,
    /// Ours was removed.
    Removed,
    /// Ours was removed, and the hook that was there before is back.
    Restored,
    /// A hook of somebody else stands there, and nothing was changed.
    Foreign,
    /// There was nothing to remove.
    Absent,
}

/// Returns the file that keeps the hook that was there before.
fn saved_path(hook: &Path) -> PathBuf {
    let mut name = hook.file_name().unwrap_or_default().to_os_string();
    name.push(script::SAVED);
    hook.with_file_name(name)
}

/// What stands at a hook's place.
enum Found {
    Nothing,
    Ours(Vec<u8>),
    /// A hook of somebody else, with a block of ours.
    Block,
    /// A hook of the drop-in for `git secrets`.
    DropIn,
    Foreign,
}

fn look(path: &Path) -> Result<Found, Error> {
    let fail = |source| Error::Read {
        path: path.into(),
        source,
    };
    let metadata = match path.symlink_metadata() {
        Ok(metadata) => metadata,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Found::Nothing),
        Err(e) => return Err(fail(e)),
    };
    if metadata.is_symlink() {
        return Ok(Found::Foreign);
    }
    if !metadata.is_file() {
        return Err(Error::NotAFile { path: path.into() });
    }
    let bytes = std::fs::read(path).map_err(fail)?;
    Ok(if script::is_ours(&bytes) {
        Found::Ours(bytes)
    } else if script::is_drop_in(&bytes) {
        Found::DropIn
    } else if block::find(&bytes).is_some() {
        Found::Block
    } else {
        Found::Foreign
    })
}

/// Checks that `names` are hooks, so that nothing is done by halves.
fn check_names<'a>(names: &[&'a str]) -> Result<Vec<&'a str>, Error> {
    let mut checked = Vec::new();
    for name in names {
        if !NAMES.contains(name) {
            return Err(Error::UnknownHook {
                name: (*name).into(),
            });
        }
        if !checked.contains(name) {
            checked.push(*name);
        }
    }
    Ok(checked)
}
