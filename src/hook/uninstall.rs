//! Takes our hooks out and puts back what was there before.

use std::{fs, path::Path};

use super::{Action, Change, Found, check_names, error::Error, look, saved_path, write};

/// Takes the hooks `names` out of the folder `hooks_dir`. Only ours are touched; a hook that was kept is back afterwards, with
/// the bytes and the mode it had.
///
/// # Errors
///
/// When a name is unknown, before anything is done; when a hook cannot be changed, with the ones before it done.
pub fn uninstall(hooks_dir: &Path, names: &[&str]) -> Result<Vec<Change>, Error> {
    check_names(names)?
        .into_iter()
        .map(|name| {
            let path = hooks_dir.join(name);
            let action = one(&path)?;
            Ok(Change {
                name: name.into(),
                path,
                action,
            })
        })
        .collect()
}

fn one(path: &Path) -> Result<Action, Error> {
    let saved = saved_path(path);
    let kept = saved.symlink_metadata().is_ok();
    match look(path)? {
        Found::Foreign => Ok(Action::Foreign),
        Found::Nothing if !kept => Ok(Action::Absent),
        Found::Nothing | Found::Ours(_) if kept => {
            write::rename(&saved, path)?;
            Ok(Action::Restored)
        }
        Found::Nothing | Found::Ours(_) => {
            fs::remove_file(path).map_err(|source| Error::Write {
                path: path.into(),
                source,
            })?;
            Ok(Action::Removed)
        }
    }
}
