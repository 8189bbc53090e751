//! The hooks of the drop-in for `git secrets`. They are its own: in number, in place and in what they call.

use std::{
    fs,
    path::{Path, PathBuf},
};

use bstr::ByteSlice as _;

use super::{Found, error::Error, install, look, saved_path, script, write};

/// The hooks, in the order they are installed.
pub const NAMES: &[&str] = &["commit-msg", "pre-commit", "prepare-commit-msg"];

/// The hook's file in a folder of hooks.
pub(super) const FILE: &str = "git-secrets";

/// What to do with a hook that is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Existing {
    /// Leave it alone and install nothing.
    Refuse,
    /// Overwrite it.
    Overwrite,
    /// Keep it and run it after ours, as [`install`](super::install::install) does.
    Keep,
}

/// What was done for one hook.
#[derive(Debug, PartialEq, Eq)]
pub enum Done {
    /// It is installed.
    Installed(Installed),
    /// A hook is there already, at this path, and nothing was done.
    Exists(PathBuf),
}

/// A hook that was installed.
#[derive(Debug, PartialEq, Eq)]
pub struct Installed {
    /// The hook's file.
    pub path: PathBuf,
    /// Where the hook is that was there before.
    pub kept: Option<PathBuf>,
    /// How the file comes to be run.
    pub runner: Runner,
}

/// Who runs the file of a hook.
#[derive(Debug, PartialEq, Eq)]
pub enum Runner {
    /// Git.
    Git,
    /// A hook, written by us, that runs its whole folder.
    Ours(PathBuf),
    /// A hook of somebody else, which speaks of folders.
    Foreign(PathBuf),
    /// Nobody as far as can be seen: this hook does not speak of folders.
    Nobody(PathBuf),
}

/// Returns where the hook `name` stands when its folder `<name>.d` exists.
pub(super) fn within(hooks_dir: &Path, name: &str) -> PathBuf {
    hooks_dir.join(format!("{name}.d")).join(FILE)
}

/// Puts the hook `name` into `hooks_dir`, which exists: into the folder `<name>.d` if there is one, as Debian's packages lay hooks
/// out. It runs `git secrets`, or `program` where that is not to be found.
///
/// # Errors
///
/// When a hook cannot be read or written.
pub fn install(
    hooks_dir: &Path,
    name: &str,
    existing: Existing,
    program: &Path,
    version: &str,
) -> Result<Done, Error> {
    let hook = hooks_dir.join(name);
    let within = within(hooks_dir, name);
    let in_folder = within.parent().is_some_and(Path::is_dir);
    let path = if in_folder { within } else { hook.clone() };
    let found = look(&path)?;
    let there = !matches!(found, Found::Nothing);
    // A file beside the others of a folder would be run as one of them.
    let can_keep = existing == Existing::Keep && (!in_folder || is_ours(&path, &found)?);
    if there && existing != Existing::Overwrite && !can_keep {
        return Ok(Done::Exists(path));
    }
    let kept = put(&path, name, existing, &found, program, version)?;
    let runner = if in_folder {
        run_folder(hook, name, version)?
    } else {
        Runner::Git
    };
    Ok(Done::Installed(Installed { path, kept, runner }))
}

/// Returns true for a hook of the drop-in or of `git secrets` itself, which ours replaces.
fn is_ours(path: &Path, found: &Found) -> Result<bool, Error> {
    Ok(match found {
        Found::DropIn => true,
        Found::Foreign => script::is_git_secrets(&read(path)?),
        Found::Nothing | Found::Ours(_) | Found::Block => false,
    })
}

fn put(
    path: &Path,
    name: &str,
    existing: Existing,
    found: &Found,
    program: &Path,
    version: &str,
) -> Result<Option<PathBuf>, Error> {
    let text = |keeps| script::drop_in(name, program, version, keeps);
    let ours = is_ours(path, found)?;
    let keeps = existing == Existing::Keep && !matches!(found, Found::Nothing) && !ours;
    if keeps {
        return install::compose(path, &text(true)).map(Some);
    }
    // What the present hook keeps is kept on.
    let saved = saved_path(path);
    let keeps_on = matches!(found, Found::DropIn) && saved.symlink_metadata().is_ok();
    write::replace(path, &text(keeps_on))?;
    Ok(keeps_on.then_some(saved))
}

/// Sees to it that the folder of the hook at `hook` is run.
fn run_folder(hook: PathBuf, name: &str, version: &str) -> Result<Runner, Error> {
    match look(&hook)? {
        Found::Nothing => {}
        Found::DropIn if saved_path(&hook).symlink_metadata().is_err() => {}
        Found::DropIn | Found::Ours(_) | Found::Block | Found::Foreign => {
            let speaks_of_it = read(&hook)?.contains_str(".d");
            return Ok(if speaks_of_it {
                Runner::Foreign(hook)
            } else {
                Runner::Nobody(hook)
            });
        }
    }
    write::replace(&hook, &script::folder(name, version))?;
    Ok(Runner::Ours(hook))
}

/// Returns what a hook consists of; nothing for a link that leads nowhere.
fn read(path: &Path) -> Result<Vec<u8>, Error> {
    match fs::read(path) {
        Ok(bytes) => Ok(bytes),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(source) => Err(Error::Read {
            path: path.into(),
            source,
        }),
    }
}
