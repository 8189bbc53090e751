//! Puts hooks into the folder whose hooks git runs.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::{
    Action, Change, Found, block, check_names,
    error::Error,
    look,
    place::{self, Place},
    saved_path, script, write,
};

/// Puts the hooks `names` into the folder `hooks_dir`
/// ([`Repository::hooks_dir`](crate::source::repository::Repository::hooks_dir)), making it when it is missing. They run
/// `program`, an absolute path. A hook that is there runs as before, after ours. Doing it twice changes nothing.
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
    let run = Run { program, version };
    // All places first, so that nothing is done by halves where one has none.
    let places = names
        .iter()
        .map(|name| place_of(hooks_dir, name))
        .collect::<Result<Vec<_>, _>>()?;
    names
        .into_iter()
        .zip(places)
        .map(|(name, place)| run.install(name, place))
        .collect()
}

/// What the hooks run.
struct Run<'a> {
    program: &'a Path,
    version: &'a str,
}

impl Run<'_> {
    fn install(&self, name: &str, place: Place) -> Result<Change, Error> {
        let (path, action) = match place {
            Place::Hook(path) => {
                let file = path.file_name().unwrap_or_default().to_string_lossy();
                let text = script::text(name, &file, self.program, self.version);
                (path.clone(), one(&path, &text)?)
            }
            Place::Within(path) => {
                let block = script::block(name, Some(self.program), self.version);
                (path.clone(), insert(&path, &block)?)
            }
            Place::Shared(path) => {
                let block = script::block(name, None, self.version);
                (path.clone(), insert(&path, &block)?)
            }
        };
        Ok(Change {
            name: name.into(),
            path,
            action,
        })
    }
}

/// Returns where the hook `name` goes.
fn place_of(hooks_dir: &Path, name: &str) -> Result<Place, Error> {
    let hook = hooks_dir.join(name);
    Ok(match (place::husky(hooks_dir, name), look(&hook)?) {
        (Some(path), _) => Place::Shared(path),
        (None, Found::Foreign) if !is_link(&hook) => place::beside(&hook, name, &read(&hook)?)?,
        (None, Found::Block(_)) => Place::Within(hook),
        (None, _) => Place::Hook(hook),
    })
}

fn is_link(path: &Path) -> bool {
    path.symlink_metadata().is_ok_and(|meta| meta.is_symlink())
}

fn read(path: &Path) -> Result<Vec<u8>, Error> {
    fs::read(path).map_err(|source| Error::Read {
        path: path.into(),
        source,
    })
}

/// Puts `block` into the script at `path`, making it when it is missing.
fn insert(path: &Path, block: &[u8]) -> Result<Action, Error> {
    if path.symlink_metadata().is_err() {
        write::replace(path, block)?;
        return Ok(Action::Written);
    }
    let bytes = read(path)?;
    let with = block::put(&bytes, block);
    if with == bytes {
        return Ok(
            if block::is_shell(&bytes) && write::make_executable(path)? {
                Action::Repaired
            } else {
                Action::Unchanged
            },
        );
    }
    write::change(path, &with)?;
    Ok(if block::find(&bytes).is_some() {
        Action::Repaired
    } else {
        Action::Inserted
    })
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
        Found::DropIn | Found::Foreign | Found::Block(_) => Ok(Action::Composed {
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
