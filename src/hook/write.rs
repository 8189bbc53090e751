//! Changes files so that at every moment either the old or the new one is there.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write as _},
    path::Path,
};

use super::error::Error;

/// Writes an executable file in one step.
pub(super) fn replace(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    replace_as(path, bytes, 0o777, None)
}

/// Writes a file in one step, and makes its folder where it is missing.
pub(super) fn replace_file(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    make_folder(path.parent().unwrap_or(path))?;
    replace_as(path, bytes, 0o666, None)
}

/// Makes a folder and those above it.
pub(super) fn make_folder(path: &Path) -> Result<(), Error> {
    fs::create_dir_all(path).map_err(|source| Error::Write {
        path: path.into(),
        source,
    })
}

/// Removes a file.
pub(super) fn remove(path: &Path) -> Result<(), Error> {
    fs::remove_file(path).map_err(|source| Error::Write {
        path: path.into(),
        source,
    })
}

fn replace_as(
    path: &Path,
    bytes: &[u8],
    mode: u32,
    permissions: Option<fs::Permissions>,
) -> Result<(), Error> {
    let fail = |source| Error::Write {
        path: path.into(),
        source,
    };
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(format!(".keyfence-{}", std::process::id()));
    let temporary = path.with_file_name(name);
    let written = create(&temporary, bytes, mode)
        .and_then(|()| permissions.map_or(Ok(()), |p| fs::set_permissions(&temporary, p)))
        .and_then(|()| fs::rename(&temporary, path));
    written.map_err(|e| {
        // The error that is reported is the first one; the leftover may not even exist.
        drop(fs::remove_file(&temporary));
        fail(e)
    })
}

/// Changes what a file consists of, in one step, and keeps its mode.
pub(super) fn change(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let fail = |source| Error::Write {
        path: path.into(),
        source,
    };
    let permissions = fs::metadata(path).map_err(fail)?.permissions();
    replace_as(path, bytes, 0o777, Some(permissions))
}

#[cfg_attr(not(unix), expect(unused_variables, reason = "there are no modes"))]
fn create(path: &Path, bytes: &[u8], mode: u32) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(mode);
    }
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    // After a crash there is the old hook or the whole new one; an empty hook would let everything pass.
    file.sync_all()
}

/// Keeps the file at `from` under the name `to`, which must be free. The file stays at `from` as well where the system can do
/// that, so that no commit slips through before the new hook stands.
pub(super) fn keep(from: &Path, to: &Path) -> Result<(), Error> {
    let fail = |source| Error::Write {
        path: to.into(),
        source,
    };
    let is_link = from.symlink_metadata().is_ok_and(|meta| meta.is_symlink());
    if !is_link {
        match fs::hard_link(from, to) {
            Ok(()) => return Ok(()),
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => return Err(fail(e)),
            // Not every file system has hard links.
            Err(_) => {}
        }
    }
    fs::rename(from, to).map_err(fail)
}

/// Moves `from` to `to`, over what is there.
pub(super) fn rename(from: &Path, to: &Path) -> Result<(), Error> {
    fs::rename(from, to).map_err(|source| Error::Write {
        path: to.into(),
        source,
    })
}

/// Makes sure that the owner's execute bits that reading allows are set, and returns true when they were not.
#[cfg(unix)]
pub(super) fn make_executable(path: &Path) -> Result<bool, Error> {
    use std::os::unix::fs::PermissionsExt as _;
    let fail = |source| Error::Write {
        path: path.into(),
        source,
    };
    let mode = fs::metadata(path).map_err(fail)?.permissions().mode();
    let wanted = mode | ((mode & 0o444) >> 2);
    if mode == wanted {
        return Ok(false);
    }
    fs::set_permissions(path, fs::Permissions::from_mode(wanted)).map_err(fail)?;
    Ok(true)
}

/// Does nothing: there are no execute bits here.
#[cfg(not(unix))]
pub(super) fn make_executable(_path: &Path) -> Result<bool, Error> {
    Ok(false)
}

/// Takes [`keep`] back.
pub(super) fn undo_keep(from: &Path, to: &Path) -> io::Result<()> {
    if from.symlink_metadata().is_ok() {
        fs::remove_file(to)
    } else {
        fs::rename(to, from)
    }
}
