//! Takes our hooks out, those of the drop-in for `git secrets` too, and puts back what was there before.

use std::path::{Path, PathBuf};

use super::{
    Action, Change, Found, block, check_names, drop_in, error::Error, look, place, saved_path,
    site::Site, write,
};

/// Takes the hooks `names` out of where [`install`](super::install::install) puts them. Only ours are touched; a hook that was kept is
/// back afterwards, with the bytes and the mode it had.
///
/// # Errors
///
/// When a name is unknown, before anything is done; when a hook cannot be changed, with the ones before it done.
pub fn uninstall(site: &Site, names: &[&str]) -> Result<Vec<Change>, Error> {
    let lefthook = site.lefthook();
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
        change(site.hook(name))?;
        // What stands elsewhere is somebody else's: nothing is said of it unless it is ours.
        let mut elsewhere = place::all(&site.hooks_dir, name).split_off(1);
        elsewhere.push(drop_in::within(&site.hooks_dir, name));
        elsewhere.extend(lefthook.as_ref().map(|lefthook| lefthook.hook(name)));
        for path in elsewhere {
            if let Ok(Found::DropIn | Found::Ours(_) | Found::Block) = look(&path) {
                change(path)?;
            }
        }
    }
    if let Some(lefthook) = &lefthook {
        changes.extend(lefthook.announce_rest()?);
    }
    Ok(changes)
}

fn one(path: &Path) -> Result<Action, Error> {
    let saved = saved_path(path);
    let kept = saved.symlink_metadata().is_ok();
    match look(path)? {
        Found::Foreign => Ok(Action::Foreign),
        Found::Block => Ok(block::take_out(path)?.unwrap_or(Action::Absent)),
        Found::Nothing if !kept => Ok(Action::Absent),
        Found::Nothing | Found::Ours(_) | Found::DropIn if kept => {
            write::rename(&saved, path)?;
            Ok(Action::Restored)
        }
        Found::Nothing | Found::Ours(_) | Found::DropIn => {
            write::remove(path)?;
            Ok(Action::Removed)
        }
    }
}
