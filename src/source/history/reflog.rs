//! The ids that git keeps beside its refs: what refs named before, and what a command in progress has noted.

use std::path::Path;

use bstr::{BStr, ByteSlice as _};
use gix::{ObjectId, hash::Kind};

use super::{
    folder::{self, Entry, Lines, Links, Opened, Skip, name_skip},
    ids::{Ids, leading},
    worktrees::GitDir,
};

/// The files that hold ids of a command in progress, in folders of git's. Git keeps the objects that `autostash` and
/// `orig-head` name (`add_rebase_files` in its `reachable.c`).
const STATES: [(&str, &[&str]); 3] = [
    (
        "rebase-merge",
        &[
            "amend",
            "autostash",
            "onto",
            "orig-head",
            "squash-onto",
            "stopped-sha",
        ],
    ),
    (
        "rebase-apply",
        &[
            "abort-safety",
            "autostash",
            "onto",
            "orig-head",
            "original-commit",
        ],
    ),
    ("sequencer", &["abort-safety", "head"]),
];

/// The pseudo refs whose name does not end with `_HEAD` (git's `is_root_ref`).
const IRREGULAR: [&[u8]; 4] = [
    b"AUTO_MERGE",
    b"BISECT_EXPECTED_REV",
    b"MERGE_AUTOSTASH",
    b"NOTES_MERGE_PARTIAL",
];

/// Returns the reflogs of all worktrees: for HEAD, for each ref, and what is left of those of deleted refs.
///
/// The entries of `refs/stash` behind the newest stand in its reflog alone.
pub(super) fn files(dirs: &[GitDir], skip: &mut Skip<'_>) -> Vec<Entry> {
    let logs = dirs.iter().flat_map(|dir| {
        let shown = [&dir.shown[..], b"logs"].concat();
        folder::walk(&dir.path.join("logs"), shown.as_bstr(), Links::Named, skip)
    });
    logs.collect()
}

/// Adds the ids of all reflog entries, old and new ones.
pub(super) fn ids(dirs: &[GitDir], hash: Kind, ids: &mut Ids, skip: &mut Skip<'_>) {
    for entry in files(dirs, skip) {
        let shown: &BStr = entry.shown.as_ref();
        let Opened::File(file) = folder::open(&entry.path, shown, Links::Named, skip) else {
            continue;
        };
        let mut bad = 0_u64;
        Lines::new(file).each(shown, skip, |line| match pair(line, hash) {
            Some(pair) => pair.into_iter().for_each(|id| ids.add(id)),
            None => bad += 1,
        });
        if bad > 0 {
            let reason = format!("lines that are no reflog entries: {bad}");
            name_skip(skip, shown, reason, false);
        }
    }
}

/// Reads `OLD NEW WHO WHEN<TAB>WHY`.
fn pair(line: &[u8], hash: Kind) -> Option<[ObjectId; 2]> {
    let (old, rest) = leading(line, hash)?;
    let (new, _) = leading(rest.strip_prefix(b" ")?, hash)?;
    Some([old, new])
}

/// Adds the ids that lines of pseudo refs and of state files start with.
///
/// `FETCH_HEAD` and `MERGE_HEAD` have several. What is no id there is no trouble: these files are scanned as text anyway.
pub(super) fn noted(dirs: &[GitDir], hash: Kind, ids: &mut Ids, skip: &mut Skip<'_>) {
    for dir in dirs {
        let mut add = |path: &Path, shown: &BStr, skip: &mut Skip<'_>| {
            if let Opened::File(file) = folder::open(path, shown, Links::Named, skip) {
                Lines::new(file).each(shown, skip, |line| {
                    if let Some((id, _)) = leading(line, hash) {
                        ids.add(id);
                    }
                });
            }
        };
        for entry in dir.children(skip) {
            let name = entry.path.file_name().unwrap_or_default();
            if is_pseudo_ref(name.as_encoded_bytes()) {
                add(&entry.path, entry.shown.as_ref(), skip);
            }
        }
        for (folder, names) in STATES {
            // A folder that is a link is named where the files are scanned.
            let path = dir.path.join(folder);
            if path.symlink_metadata().is_ok_and(|meta| meta.is_dir()) {
                for name in names {
                    let shown = [&dir.shown[..], folder.as_bytes(), b"/", name.as_bytes()];
                    add(&path.join(name), shown.concat().as_bstr(), skip);
                }
            }
        }
    }
}

fn is_pseudo_ref(name: &[u8]) -> bool {
    let upper = |byte: &u8| byte.is_ascii_uppercase() || *byte == b'_';
    (name.ends_with(b"_HEAD") && name.iter().all(upper)) || IRREGULAR.contains(&name)
}
