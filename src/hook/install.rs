//! Puts hooks where git runs them.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::{
    Action, Change, Found, block, check_names,
    error::Error,
    look,
    place::{self, Place},
    saved_path, script,
    site::Site,
    write,
};

/// Puts the hooks `names` where git, or whoever git runs, looks for them, making the folder when it is missing. They run
/// `program`, an absolute path; those that others check out too run the one in PATH. A hook that is there runs as before, after
/// ours. Doing it twice changes nothing.
///
/// # Errors
///
/// When a name is unknown, before anything is done; when a hook cannot be written, with the ones before it in place.
pub fn install(
    site: &Site,
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
    write::make_folder(&site.hooks_dir)?;
    // All places first, so that nothing is done by halves where one has none.
    let mut places = Vec::new();
    for name in names {
        places.push((name, place_of(site, name)?));
    }
    let is_lefthooks = places.iter().any(|(_, place)| *place == Place::Lefthook);
    let lefthook = site
        .lefthook()
        .filter(|lefthook| is_lefthooks || lefthook.is_used());
    match &lefthook {
        Some(lefthook) => lefthook.check()?,
        None if is_lefthooks => {
            return Err(Error::LefthookWithoutFiles {
                hooks_dir: site.hooks_dir.clone(),
            });
        }
        None => {}
    }
    let run = Run { program, version };
    let mut changes = Vec::new();
    for (name, place) in places {
        let is_shared = site.is_shared() && place::is_among_files(&site.hooks_dir, &place);
        changes.extend(run.install(name, place, is_shared)?);
        if let Some(lefthook) = &lefthook {
            // Those of its own that are missing now lefthook writes later, and puts aside what is there.
            let path = lefthook.hook(name);
            write::make_folder(path.parent().unwrap_or(&path))?;
            changes.extend(run.install(name, Place::Hook(path), false)?);
        }
    }
    if let Some(lefthook) = &lefthook {
        changes.extend(lefthook.announce(version)?);
    }
    Ok(changes)
}

/// What the hooks run.
struct Run<'a> {
    program: &'a Path,
    version: &'a str,
}

impl Run<'_> {
    fn install(&self, name: &str, place: Place, is_shared: bool) -> Result<Option<Change>, Error> {
        let program = (!is_shared).then_some(self.program);
        let (path, action) = match place {
            Place::Hook(path) => {
                let file = path.file_name().unwrap_or_default().to_string_lossy();
                let text = script::text(name, &file, program, self.version);
                (path.clone(), one(&path, &text)?)
            }
            Place::Within(path) => {
                let block = |made| script::block(name, program, self.version, made);
                (path.clone(), insert(&path, &block)?)
            }
            Place::Lefthook => return Ok(None),
        };
        Ok(Some(Change {
            name: name.into(),
            path,
            action,
        }))
    }
}

/// Returns where the hook `name` goes.
fn place_of(site: &Site, name: &str) -> Result<Place, Error> {
    let hook = site.hook(name);
    Ok(match (place::husky(&site.hooks_dir, name), look(&hook)?) {
        (Some(path), _) => Place::Within(path),
        (None, Found::Foreign) if !is_link(&hook) => place::beside(&hook, &read(&hook)?),
        (None, Found::Block) => Place::Within(hook),
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

/// Puts a block into the script at `path`, making it when it is missing. `block` is told whether the file was made for it.
fn insert(path: &Path, block: &dyn Fn(bool) -> Vec<u8>) -> Result<Action, Error> {
    if path.symlink_metadata().is_err() {
        write::replace(path, &block(true))?;
        return Ok(Action::Written);
    }
    let bytes = read(path)?;
    let with = block::put(&bytes, &block(block::made_the_file(&bytes)));
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
        Found::DropIn | Found::Foreign | Found::Block => Ok(Action::Composed {
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
