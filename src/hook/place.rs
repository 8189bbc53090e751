//! Where ours goes among what is there.

use std::{
    fs,
    path::{Path, PathBuf},
};

use bstr::ByteSlice as _;

use super::{block, site::runs_legacy};

/// How ours comes to be run at one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    /// By git, as the hook itself; what stands there is kept and runs after it.
    Hook(PathBuf),
    /// Within the script of somebody else.
    Within(PathBuf),
    /// By lefthook alone.
    Lefthook,
}

/// Returns where ours goes for a hook of somebody else at `hook` that consists of `bytes`.
pub(super) fn beside(hook: &Path, bytes: &[u8]) -> Place {
    if runs_legacy(bytes).is_some() {
        // Both run this file before their own hooks, with the same input, and keep it when they write theirs anew.
        return Place::Hook(with_suffix(hook, ".legacy"));
    }
    if is_lefthooks(bytes) {
        return Place::Lefthook;
    }
    let folder = with_suffix(hook, ".d");
    if folder.is_dir() && bytes.contains_str(".d") {
        return Place::Hook(folder.join("keyfence"));
    }
    if is_executable(hook) && block::is_shell(bytes) {
        return Place::Within(hook.into());
    }
    Place::Hook(hook.into())
}

/// The hooks of ours that husky does not run. Git runs them from its folder, which is not shared.
const NOT_HUSKYS: [&str; 3] = ["pre-receive", "update", "reference-transaction"];

/// Returns husky's own file for the hook `name`, where `hooks_dir` is a folder that husky writes (<https://typicode.github.io/husky/>).
/// None for a hook that husky does not run.
pub(super) fn husky(hooks_dir: &Path, name: &str) -> Option<PathBuf> {
    let parent = hooks_dir.parent()?;
    let is_husky = is_huskys(hooks_dir) && !NOT_HUSKYS.contains(&name);
    is_husky.then(|| parent.join(name))
}

/// Returns true for a folder that husky writes.
pub(super) fn is_huskys(hooks_dir: &Path) -> bool {
    let parent = hooks_dir.parent().and_then(Path::file_name);
    hooks_dir.file_name().is_some_and(|name| name == "_") && parent.is_some_and(|p| p == ".husky")
}

/// Returns true when `place`, for a folder in a work tree, is a file that others check out, too. Those of husky's own are not.
pub(super) fn is_among_files(hooks_dir: &Path, place: &Place) -> bool {
    match place {
        Place::Hook(path) | Place::Within(path) => {
            !is_huskys(hooks_dir) || !path.starts_with(hooks_dir)
        }
        Place::Lefthook => false,
    }
}

/// Returns all files where a hook of ours may be for the hook `name`; the one that git runs is the first.
pub(super) fn all(hooks_dir: &Path, name: &str) -> Vec<PathBuf> {
    let hook = hooks_dir.join(name);
    let mut out = vec![
        with_suffix(&hook, ".legacy"),
        // lefthook keeps there what it finds.
        with_suffix(&hook, ".old"),
        with_suffix(&hook, ".d").join("keyfence"),
    ];
    out.extend(husky(hooks_dir, name));
    out.insert(0, hook);
    out
}

/// Returns true for a hook that lefthook has written: all of them define this function. A script that only speaks of lefthook is
/// somebody's own, which lefthook does not write anew.
pub(super) fn is_lefthooks(bytes: &[u8]) -> bool {
    bytes.contains_str("call_lefthook()")
}

fn with_suffix(hook: &Path, suffix: &str) -> PathBuf {
    let mut name = hook.file_name().unwrap_or_default().to_os_string();
    name.push(suffix);
    hook.with_file_name(name)
}

#[cfg(unix)]
fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    fs::symlink_metadata(path)
        .is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o100 != 0)
}

#[cfg(not(unix))]
fn is_executable(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|meta| meta.is_file())
}
