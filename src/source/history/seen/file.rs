//! Files that are whole or not there: written beside, brought to disk and renamed; read only where their checksum says that they are whole.
//!
//! Who is killed while writing leaves behind what was written beside. Nobody locks anything: what is a day old is nobody's any more, and who
//! writes next removes it.

use std::{
    collections::hash_map::RandomState,
    fs::{self, File, OpenOptions},
    hash::BuildHasher as _,
    io::{self, Read as _, Write as _},
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use sha2::{Digest as _, Sha256};

use crate::source::open;

/// The most bytes of a file that is read: forty million objects.
const MAX_BYTES: u64 = 1 << 30;

/// How many bytes the checksum has.
const SUM_BYTES: usize = 32;

/// What the names of unfinished files have between that of the file and 16 hexadecimal digits, and what they have behind those.
const UNFINISHED: (&str, &str) = (".keyfence-", ".tmp");

/// How long nobody has written to an unfinished file that nobody will finish. Writing takes seconds; a machine that was asleep meanwhile
/// writes its file anew the next time.
const ABANDONED: Duration = Duration::from_secs(24 * 60 * 60);

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

/// Writes `bytes` and their checksum to the file at `path`, making its folder, both for the user alone. Removes from the folder what others
/// who were killed left unfinished.
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
    let mut file = create(&temporary)?;
    // The file system's own time, which is that of the other files. Before anything is written: what goes may be the room that is needed.
    if let Ok(now) = file.metadata().and_then(|meta| meta.modified()) {
        sweep(folder, now);
    }
    let result = fill(&mut file, bytes).and_then(|()| fs::rename(&temporary, path));
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

fn create(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn fill(file: &mut File, bytes: &[u8]) -> io::Result<()> {
    file.write_all(bytes)?;
    file.write_all(&Sha256::digest(bytes))?;
    file.sync_all()
}

/// Removes the unfinished files in `folder` that nobody has written to for long before `now`. What cannot be removed stays.
fn sweep(folder: &Path, now: SystemTime) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if !is_unfinished(entry.file_name().as_encoded_bytes()) {
            continue;
        }
        // Of a link this is the link's own.
        let Ok(meta) = entry.metadata() else { continue };
        let age = meta
            .modified()
            .ok()
            .and_then(|at| now.duration_since(at).ok());
        if meta.is_file() && age.is_some_and(|age| age > ABANDONED) {
            drop(fs::remove_file(entry.path()));
        }
    }
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
    let (before, behind) = UNFINISHED;
    let mut name = path.file_name().unwrap_or_default().to_owned();
    let number = RandomState::new().hash_one(path);
    name.push(format!("{before}{number:016x}{behind}"));
    path.with_file_name(name)
}

/// Returns true for the names that [`beside`] makes.
fn is_unfinished(name: &[u8]) -> bool {
    let (before, behind) = UNFINISHED;
    let name = name.strip_suffix(behind.as_bytes());
    let digits = name.and_then(|name| name.split_last_chunk::<16>());
    digits.is_some_and(|(rest, digits)| {
        rest.len() > before.len()
            && rest.ends_with(before.as_bytes())
            && digits
                .iter()
                .all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
    })
}

#[cfg(test)]
mod tests {
    use std::{
        fs::{self, File},
        path::Path,
        thread,
        time::Duration,
    };

    use super::{ABANDONED, beside, create, read, write};

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

    /// Lets a file be `age` older than it is.
    fn age(path: &Path, age: Duration) {
        let file = File::options().write(true).open(path).unwrap();
        let written = file.metadata().unwrap().modified().unwrap();
        file.set_modified(written.checked_sub(age).unwrap())
            .unwrap();
    }

    /// Puts a file called `name` in a folder, `old` before a file is written there, and asserts whether it stays.
    #[track_caller]
    fn check(name: &str, old: Duration, stays: bool) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        fs::write(&path, "text").unwrap();
        age(&path, old);
        write(&folder.path().join("cache"), b"bytes").unwrap();
        assert_eq!(path.exists(), stays, "{name} {old:?}");
    }

    #[test]
    fn what_was_left_unfinished_goes() {
        let (day, minute) = (ABANDONED, Duration::from_secs(60));
        let path = beside(Path::new("cache"));
        let own = path.to_str().unwrap();
        check(own, day + minute, false);
        // Others may be at it.
        check(own, Duration::from_secs(23 * 60 * 60), true);
        check(own, Duration::ZERO, true);
        // That of another cache.
        check("other.keyfence-0123456789abcdef.tmp", day + minute, false);
        for name in [
            "cache.0123456789abcdef.tmp",
            "cache.keyfence-0123456789abcde.tmp",
            "cache.keyfence-0123456789ABCDEF.tmp",
            "cache.keyfence-0123456789abcdef.tmp.txt",
            ".keyfence-0123456789abcdef.tmp",
            "history-0123456789abcdef",
        ] {
            check(name, day + minute, true);
        }
    }

    #[test]
    fn only_files_go() {
        let folder = tempfile::tempdir().unwrap();
        let (cache, path) = (
            folder.path().join("cache"),
            beside(&folder.path().join("x")),
        );
        fs::create_dir(&path).unwrap();
        #[cfg(unix)]
        {
            let (old, link) = (folder.path().join("old"), beside(&folder.path().join("y")));
            fs::write(&old, "text").unwrap();
            age(&old, 2 * ABANDONED);
            std::os::unix::fs::symlink(&old, &link).unwrap();
            write(&cache, b"bytes").unwrap();
            assert!(old.exists() && link.exists());
        }
        write(&cache, b"bytes").unwrap();
        assert!(path.is_dir());
    }

    #[test]
    fn who_writes_at_once_loses_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let slow = beside(&folder.path().join("slow"));
        drop(create(&slow).unwrap());
        let (left, cache) = (beside(&slow), folder.path().join("cache"));
        thread::scope(|scope| {
            for number in 0..8_u8 {
                let (left, cache) = (&left, &cache);
                scope.spawn(move || {
                    for _ in 0..20 {
                        // Others may sweep it first.
                        if fs::write(left, "text").is_ok() && left.exists() {
                            drop(File::options().write(true).open(left).map(|file| {
                                let written = file.metadata().unwrap().modified().unwrap();
                                file.set_modified(written - 2 * ABANDONED)
                            }));
                        }
                        write(cache, &[number; 1000]).unwrap();
                        let read = read(cache).unwrap().unwrap();
                        assert_eq!(read, [read[0]; 1000]);
                    }
                });
            }
        });
        assert!(slow.exists(), "what is just being written stays");
        drop(fs::remove_file(&left));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
    }
}
