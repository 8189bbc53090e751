//! Where the store lies, and how it is read and written: for the user alone, whole or not at all.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use super::super::{Failure, environment, small_file};
use crate::guard::store::Store;

/// The most bytes of a store: ten thousand secrets have about 5 MB.
const MAX_BYTES: u64 = 32 << 20;

/// Returns the store, where there is one.
pub(super) fn read() -> Result<Option<Store>, Failure> {
    let Some(path) = environment::guard_file() else {
        return Ok(None);
    };
    let bytes = match small_file::read(&path, MAX_BYTES) {
        Ok(bytes) => bytes,
        Err(error) if is_absent(&error) => return Ok(None),
        Err(error) => {
            let what = format!(
                "cannot read what is guarded from {} (make it readable, or leave the guard out with --no-guard)",
                path.display()
            );
            return Err(Failure::because(what, error));
        }
    };
    Store::parse(&bytes).map(Some).map_err(|error| {
        let what = format!(
            "cannot use what is guarded in {}; restore the file, or delete it and add your secrets again with `keyfence guard add`; \
             --no-guard leaves the guard out",
            path.display()
        );
        Failure::because(what, error)
    })
}

/// Returns true where there is no file, and nothing that could hold one.
fn is_absent(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
    )
}

/// Returns what to tell when others than the user can read the store.
pub(super) fn is_open_to_others() -> Option<String> {
    #[cfg(unix)]
    {
        let path = environment::guard_file()?;
        let mode =
            std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&path).ok()?.permissions());
        (mode & 0o077 != 0).then(|| {
            format!(
                "others can read {0}; keep them out: chmod 600 {0}",
                path.display()
            )
        })
    }
    #[cfg(not(unix))]
    None
}

/// Returns what to tell when the store lies in the work tree of a repository.
pub(super) fn is_in_repository() -> Option<String> {
    let path = environment::guard_file()?;
    let top = path
        .ancestors()
        .skip(1)
        .find(|folder| folder.join(".git").exists())?;
    Some(format!(
        "{} lies in the work tree of {}: keep it out of commits (add it to .git/info/exclude)",
        path.display(),
        top.display()
    ))
}

/// The right to write the store. Two who add at once must not lose what the other has added.
pub(super) struct Lock {
    path: PathBuf,
    temporary: PathBuf,
    file: File,
}

impl Lock {
    /// Takes it.
    pub(super) fn take() -> Result<Self, Failure> {
        let path = environment::guard_file().ok_or_else(|| {
            Failure::new("there is no folder for what is guarded; set HOME or XDG_CONFIG_HOME to a full path")
        })?;
        // Where it is a link, what it leads to is written.
        let path = path.canonicalize().unwrap_or(path);
        let cannot = |path: &Path, error| {
            Failure::because(format!("cannot write {}", path.display()), error)
        };
        if let Some(folder) = path.parent() {
            make_folder(folder).map_err(|error| cannot(folder, error))?;
        }
        let temporary = path.with_extension("new");
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        match options.open(&temporary) {
            Ok(file) => Ok(Self {
                path,
                temporary,
                file,
            }),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                Err(Failure::new(format!(
                    "another `keyfence guard` is at work; where none is, one was killed: delete {} and try again",
                    temporary.display()
                )))
            }
            Err(error) => Err(cannot(&temporary, error)),
        }
    }

    /// Writes the store.
    pub(super) fn write(mut self, store: &Store) -> Result<(), Failure> {
        let written = (self.file.write_all(store.text().as_bytes()))
            .and_then(|()| self.file.sync_all())
            .and_then(|()| fs::rename(&self.temporary, &self.path));
        written.map_err(|error| {
            Failure::because(format!("cannot write {}", self.path.display()), error)
        })
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // After writing it is there no more.
        drop(fs::remove_file(&self.temporary));
    }
}

fn make_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}
