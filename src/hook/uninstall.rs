//! Takes our hooks out, those of the drop-in for `git secrets` too, and puts back what was there before.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::{
    Action, Change, Found, block, check_names, drop_in, error::Error, look, place, saved_path,
    write,
};

/// Takes the hooks `names` out of the folder `hooks_dir`. Only ours are touched; a hook that was kept is back afterwards, with
/// the bytes and the mode it had.
///
/// # Errors
///
/// When a name is unknown, before anything is done; when a hook cannot be changed, with the ones before it done.
pub fn uninstall(hooks_dir: &Path, names: &[&str]) -> Result<Vec<Change>, Error> {
    let mut changes = Vec::new();
    for name in check_names(names)? {
        let mut change = |path: PathBuf| {
            let action = one(&path)?;
            changes.push(Change {
                name: name.into(),
                path,
                action,
            });
            Ok::<(), Error>(())
        };
        change(hooks_dir.join(name))?;
        // What stands elsewhere is somebody else's: nothing is said of it unless it is ours.
        let within = drop_in::within(hooks_dir, name);
        for path in place::all(hooks_dir, name)
            .into_iter()
            .skip(1)
            .chain([within])
        {
            if let Ok(Found::DropIn | Found::Ours(_) | Found::Block(_)) = look(&path) {
                change(path)?;
            }
        }
    }
    Ok(changes)
}

fn one(path: &Path) -> Result<Action, Error> {
    let saved = saved_path(path);
    let kept = saved.symlink_metadata().is_ok();
    match look(path)? {
        Found::Foreign => Ok(Action::Foreign),
        Found::Block(bytes) => {
            let rest = block::remove(&bytes);
            if rest.is_empty() {
                remove(path)?;
                return Ok(Action::Removed);
            }
            write::change(path, &rest)?;
            Ok(Action::Restored)
        }
        Found::Nothing if !kept => Ok(Action::Absent),
        Found::Nothing | Found::Ours(_) | Found::DropIn if kept => {
            write::rename(&saved, path)?;
            Ok(Action::Restored)
        }
        Found::Nothing | Found::Ours(_) | Found::DropIn => {
            remove(path)?;
            Ok(Action::Removed)
        }
    }
}

fn remove(path: &Path) -> Result<(), Error> {
    fs::remove_file(path).map_err(|source| Error::Write {
        path: path.into(),
        source,
    })
}
