//! Configuration that the repository's configuration includes, as far as it lies in git's own folder.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use bstr::{BStr, BString};
use gix::config::{File, file};

use super::{
    super::{
        super::{files::slashed, open::open, reason},
        folder,
        worktrees::GitDir,
    },
    Texts,
};

/// The most bytes of a configuration file that is looked through for what it includes.
const MAX_CONFIG_BYTES: u64 = 4 << 20;

/// The most files of configuration.
const MAX_FILES: usize = 1000;

/// Hands over what `config` and `config.worktree` in `dirs` include, at any depth.
pub(super) fn read(dirs: &[GitDir], texts: &mut Texts<'_>) {
    let mut files: Vec<(PathBuf, BString)> = Vec::new();
    for dir in dirs {
        for name in ["config", "config.worktree"] {
            let shown = [&dir.shown[..], name.as_bytes()].concat();
            files.push((dir.path.join(name), shown.into()));
        }
    }
    let mut next = 0;
    while let Some((path, shown)) = files.get(next).cloned() {
        next += 1;
        let included = match included(&path) {
            Ok(included) => included,
            Err(reason) => {
                texts.skip(&shown, &reason, true);
                continue;
            }
        };
        for target in included {
            // As git does: a file that is not there is no trouble.
            let target = match real(&path, target.as_ref()) {
                Ok(target) => target,
                Err(e) if folder::is_absent(&e) => continue,
                Err(e) => {
                    let reason = format!("an included file: {}", reason(&e));
                    texts.skip(&shown, &reason, false);
                    continue;
                }
            };
            let inside = target
                .as_ref()
                .zip(target.as_ref().and_then(|t| below(dirs, t)));
            let Some((target, below)) = inside else {
                let reason = "includes configuration from outside of the repository";
                texts.skip(&shown, reason, false);
                continue;
            };
            if files.len() >= MAX_FILES {
                let reason = format!("more than {MAX_FILES} files of configuration");
                return texts.skip(&shown, &reason, true);
            }
            if files.iter().all(|(path, _)| path != target) {
                texts.file(target.clone(), below.as_ref());
                files.push((target.clone(), below));
            }
        }
    }
}

/// Returns the paths that a configuration file includes, as written; or tells why it cannot be looked through, unless that was
/// named when the file was scanned.
fn included(path: &Path) -> Result<Vec<BString>, String> {
    let regular = path.symlink_metadata().is_ok_and(|meta| meta.is_file());
    if !regular {
        return Ok(Vec::new());
    }
    let Ok(file) = open(path) else {
        return Ok(Vec::new());
    };
    let bytes = folder::read(file, MAX_CONFIG_BYTES)
        .map_err(|e| format!("not looked through for what it includes: {e}"))?;
    let options = file::init::Options {
        lossy: true,
        ..file::init::Options::default()
    };
    // Git would refuse what cannot be parsed; as text it was scanned.
    let Ok(config) = File::from_bytes_no_includes(&bytes, file::Metadata::api(), options) else {
        return Ok(Vec::new());
    };
    let sections = config.sections().filter(|section| {
        let header = section.header();
        let conditional = header.name().eq_ignore_ascii_case(b"includeIf");
        conditional || header.name().eq_ignore_ascii_case(b"include")
    });
    Ok(sections
        .flat_map(|section| section.body().values("path"))
        .filter(|path| !path.is_empty())
        .collect())
}

/// Returns where `target`, as written in the file `config`, really lies; none where that is never in git's folder.
fn real(config: &Path, target: &BStr) -> io::Result<Option<PathBuf>> {
    if target.starts_with(b"~") || target.starts_with(b"%(prefix)") {
        return Ok(None);
    }
    let target = gix::path::from_bstr(target).map_err(io::Error::other)?;
    let folder = config.parent().unwrap_or(Path::new(""));
    fs::canonicalize(folder.join(target)).map(Some)
}

/// Returns how the file `path` is shown; none when it lies in none of the folders.
fn below(dirs: &[GitDir], path: &Path) -> Option<BString> {
    dirs.iter().find_map(|dir| {
        let below = slashed(path.strip_prefix(&dir.path).ok()?);
        Some([&dir.shown[..], &below[..]].concat().into())
    })
}
