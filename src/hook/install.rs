//! Puts hooks into the folder whose hooks git runs.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::{Action, Change, Found, check_names, error::Error, look, saved_path, script, write};

/// Puts the hooks `names` into the folder `hooks_dir`
/// ([`Repository::hooks_dir`](crate::source::repository::Repository::hooks_dir)), making it when it is missing. They run
/// `program`, an absolute path. A hook that is there is kept and runs after ours. Doing it twice changes nothing.
///
/// # Errors
///
/// When a name is unknown, before anything is done; when a hook cannot be written, with the ones before it in place.
pub fn install(
    hooks_dir: &Path,
    names: &[&str],
    program: &Path,
    version: &str,
) -> Result<Vec<Change>, Error> {
    let names = check_names(names)?;
    let bytes = program.as_os_str().as_encoded_bytes();
    if !program.is_absolute() || bytes.contains(&b'\n') {
        return Err(Error::Program {
            path: program.into(),
        });
    }
    fs::create_dir_all(hooks_dir).map_err(|source| Error::Write {
        path: hooks_dir.into(),
        source,
    })?;
    names
        .into_iter()
        .map(|name| {
            let path = hooks_dir.join(name);
            let action = one(&path, &script::text(name, program, version))?;
            Ok(Change {
                name: name.into(),
                path,
                action,
            })
        })
        .collect()
}

fn one(path: &Path, text: &[u8]) -> Result<Action, Error> {
    match look(path)? {
        Found::Nothing => {
            write::replace(path, text)?;
            Ok(Action::Written)
        }
        Found::Ours(bytes) if bytes == text => Ok(if write::make_executable(path)? {
            Action::Repaired
        } else {
            Action::Unchanged
        }),
        Found::Ours(_) => {
            write::replace(path, text)?;
            Ok(Action::Repaired)
        }
        Found::DropIn | Found::Foreign => Ok(Action::Composed {
            saved: compose(path, text)?,
        }),
    }
}

/// Puts a hook at `path` and keeps the one that is there. Returns where that is now.
pub(super) fn compose(path: &Path, text: &[u8]) -> Result<PathBuf, Error> {
    let saved = saved_path(path);
    if saved.symlink_metadata().is_ok() {
        return Err(Error::TwoForeign {
            path: path.into(),
            saved,
        });
    }
    write::keep(path, &saved)?;
    if let Err(e) = write::replace(path, text) {
        // Back to how it was; the reason why is worth more than a second error.
        drop(write::undo_keep(path, &saved));
        return Err(e);
    }
    Ok(saved)
}
