//! Files that are whole or not there: written beside, brought to disk and renamed; read only where their checksum says that they are whole.

use std::{
    collections::hash_map::RandomState,
    fs::{self, File, OpenOptions},
    hash::BuildHasher as _,
    io::{self, Read as _, Write as _},
    path::{Path, PathBuf},
};

use sha2::{Digest as _, Sha256};

use crate::source::open;

/// The most bytes of a file that is read: forty million objects.
const MAX_BYTES: u64 = 1 << 30;

/// How many bytes the checksum has.
const SUM_BYTES: usize = 32;

/// Returns what the file at `path` holds, or none when there is no file.
///
/// # Errors
///
/// When it cannot be read, or was not written by [`write()`] to its end.
pub fn read(path: &Path) -> io::Result<Option<Vec<u8>>> {
    let file = match open::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let meta = file.metadata()?;
    if !meta.is_file() {
        return Err(io::Error::other("it is no file"));
    }
    if meta.len() > MAX_BYTES {
        return Err(io::Error::other("it is larger than 1 GiB"));
    }
    let mut bytes = Vec::new();
    file.take(MAX_BYTES).read_to_end(&mut bytes)?;
    let body = bytes.len().checked_sub(SUM_BYTES);
    let whole = body.filter(|body| Sha256::digest(&bytes[..*body])[..] == bytes[*body..]);
    let body = whole.ok_or_else(|| io::Error::other("its checksum is wrong"))?;
    bytes.truncate(body);
    Ok(Some(bytes))
}

/// Writes `bytes` and their checksum to the file at `path`, making its folder, both for the user alone.
///
/// Whoever reads meanwhile has the old file or the new one. Of two who write at once the last one wins.
///
/// # Errors
///
/// When that fails; the old file is then as it was.
pub fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    make_folder(folder)?;
    let temporary = beside(path);
    let result = write_new(&temporary, bytes).and_then(|()| fs::rename(&temporary, path));
    if result.is_err() {
        // It may not even be there.
        drop(fs::remove_file(&temporary));
        return result;
    }
    // Without it the new name may be lost with the power, but not the old file.
    #[cfg(unix)]
    drop(File::open(folder).and_then(|folder| folder.sync_all()));
    Ok(())
}

fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file: File = options.open(path)?;
    file.write_all(bytes)?;
    file.write_all(&Sha256::digest(bytes))?;
    file.sync_all()
}

fn make_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Returns a name beside `path` that nobody else uses.
fn beside(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{:016x}.tmp", RandomState::new().hash_one(path)));
    path.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{read, write};

    #[test]
    fn only_whole_files_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a/b");
        assert_eq!(read(&path).unwrap(), None);
        for bytes in [&b""[..], b"one", b"another"] {
            write(&path, bytes).unwrap();
            assert_eq!(read(&path).unwrap().as_deref(), Some(bytes));
        }
        assert_eq!(fs::read_dir(folder.path().join("a")).unwrap().count(), 1);
        let whole = fs::read(&path).unwrap();
        for cut in 0..whole.len() {
            fs::write(&path, &whole[..cut]).unwrap();
            read(&path).unwrap_err();
        }
        for at in 0..whole.len() {
            let mut bytes = whole.clone();
            bytes[at] ^= 1;
            fs::write(&path, bytes).unwrap();
            read(&path).unwrap_err();
        }
        read(folder.path()).unwrap_err();
    }
}
