//! Hooks for all repositories of a user, where git cannot have them in its configuration yet: a folder that `core.hooksPath` names.
//!
//! Git looks there and nowhere else. So the folder has a script for every hook there is, which runs the repository's own after ours.

use std::{
    fs,
    path::{Path, PathBuf},
};

use bstr::ByteSlice as _;

use super::{
    Action, Change, check_names, config::Scope, error::Error, install::install, script, site::Site,
    uninstall::uninstall,
};

/// The hooks that git knows besides ours (githooks(5)), but for push-to-checkout: where there is one, git itself updates no files.
const OTHERS: &[&str] = &[
    "post-applypatch",
    "post-checkout",
    "post-commit",
    "post-index-change",
    "post-merge",
    "post-receive",
    "post-rewrite",
    "post-update",
    "pre-auto-gc",
    "pre-rebase",
    "proc-receive",
    "sendemail-validate",
];

const KEY: &str = "core.hooksPath";

/// Puts the hooks `names` into `folder`, with scripts that hand on all others, and has git look there. Where the user has another folder
/// for hooks already, they go there, beside what it has.
///
/// # Errors
///
/// When a name is unknown, before anything is done; when a hook cannot be written, or git fails.
pub fn install_for_user(
    folder: &Path,
    configured: Option<&Path>,
    names: &[&str],
    program: &Path,
    version: &str,
) -> Result<Vec<Change>, Error> {
    let names = check_names(names)?;
    if let Some(other) = configured.filter(|other| *other != folder) {
        return install(&Site::folder(other), &names, program, version);
    }
    let changes = write(folder, &names, program, version)?;
    Scope::User.set(KEY, folder.as_os_str().as_encoded_bytes())?;
    Ok(changes)
}

/// Writes the scripts into `folder`. They run `program` for the hooks `names`.
///
/// # Errors
///
/// When one cannot be written.
pub fn write(
    folder: &Path,
    names: &[&str],
    program: &Path,
    version: &str,
) -> Result<Vec<Change>, Error> {
    fs::create_dir_all(folder).map_err(|source| Error::Write {
        path: folder.into(),
        source,
    })?;
    let mut changes = Vec::new();
    for name in super::NAMES.iter().chain(OTHERS) {
        let is_asked = names.contains(name);
        let text = script::dispatcher(name, is_asked.then_some(program), version);
        let path = folder.join(name);
        let action = match fs::read(&path) {
            Ok(there) if there == text => Action::Unchanged,
            Ok(there) if !script::is_ours(&there) => Action::Foreign,
            Ok(_) => Action::Repaired,
            Err(_) => Action::Written,
        };
        if matches!(action, Action::Repaired | Action::Written) {
            super::write::replace(&path, &text)?;
        }
        if is_asked || action == Action::Foreign {
            changes.push(Change {
                name: (*name).into(),
                path,
                action,
            });
        }
    }
    Ok(changes)
}

/// Takes back what [`install_for_user`] did.
///
/// # Errors
///
/// When a hook cannot be changed, or git fails.
pub fn uninstall_for_user(
    folder: &Path,
    configured: Option<&Path>,
    names: &[&str],
) -> Result<Vec<Change>, Error> {
    if let Some(other) = configured.filter(|other| *other != folder) {
        return uninstall(&Site::folder(other), names);
    }
    let asked = check_names(names)?;
    let runs_ours = |name: &&&str| {
        let there = fs::read(folder.join(name)).unwrap_or_default();
        script::is_ours(&there) && there.contains_str(format!(" hook {name} "))
    };
    let ours: Vec<&str> = super::NAMES.iter().filter(runs_ours).copied().collect();
    if ours.iter().any(|name| !asked.contains(name)) {
        let leave_out = ours.into_iter().filter(|name| asked.contains(name));
        return leave_out.map(|name| hand_on(folder, name)).collect();
    }
    let changes = remove(folder)?;
    if configured.is_some() {
        Scope::User.unset(KEY)?;
    }
    Ok(changes)
}

/// Has the script of the hook `name` run the repository's own alone.
fn hand_on(folder: &Path, name: &str) -> Result<Change, Error> {
    let path = folder.join(name);
    super::write::replace(&path, &script::dispatcher(name, None, ""))?;
    Ok(Change {
        name: name.into(),
        path,
        action: Action::Removed,
    })
}

/// Takes the scripts out of `folder`, and the folder away when nothing else is in it.
///
/// # Errors
///
/// When one cannot be removed.
pub fn remove(folder: &Path) -> Result<Vec<Change>, Error> {
    let mut changes = Vec::new();
    for name in super::NAMES.iter().chain(OTHERS) {
        let path = folder.join(name);
        if !fs::read(&path).is_ok_and(|there| script::is_ours(&there)) {
            continue;
        }
        fs::remove_file(&path).map_err(|source| Error::Write {
            path: path.clone(),
            source,
        })?;
        changes.push(Change {
            name: (*name).into(),
            path,
            action: Action::Removed,
        });
    }
    // They may hold what somebody else put there.
    for folder in [Some(folder), folder.parent()].into_iter().flatten() {
        drop(fs::remove_dir(folder));
    }
    Ok(changes)
}

/// Returns the folder that git copies into new repositories, as it stands in the user's configuration.
///
/// # Errors
///
/// When git fails.
pub fn template() -> Result<Option<PathBuf>, Error> {
    let value = Scope::User.value("init.templateDir")?;
    Ok(value.map(|value| value.to_path_lossy().into_owned()))
}

/// Returns the folder that the user's configuration names for hooks, as it stands there.
///
/// # Errors
///
/// When git fails.
pub fn configured() -> Result<Option<PathBuf>, Error> {
    let value = Scope::User.value(KEY)?;
    Ok(value.map(|value| value.to_path_lossy().into_owned()))
}
