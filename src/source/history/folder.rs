//! Git's own folders, read without following a link, without waiting for a pipe, and within limits.

use std::{
    fs::{self, File, FileType},
    io::{self, BufRead as _, BufReader, Read as _},
    path::{Path, PathBuf},
};

use bstr::{BStr, BString};

use super::super::{
    open::{SYMLINK, open as open_no_follow, special},
    reason, too_large,
};
use crate::finding::Skipped;

/// The most things one [`walk`] lists. The largest public repositories have some two million refs.
const MAX_ENTRIES: usize = 4 << 20;

/// The most bytes of a line; what is longer is cut there. Ids and names, which lines are read for, stand at the start.
const MAX_LINE_BYTES: u64 = 64 << 10;

/// Takes note of what was not read.
pub(super) type Skip<'a> = dyn FnMut(Skipped) + 'a;

/// Names `path` as not read.
pub(super) fn name_skip(
    skip: &mut Skip<'_>,
    path: &[u8],
    reason: impl Into<String>,
    incomplete: bool,
) {
    skip(Skipped {
        path: path.into(),
        reason: reason.into(),
        incomplete,
    });
}

/// What a link means for who asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Links {
    /// Git would read what is behind it, and the answer is wrong without that: the scan is incomplete.
    Matter,
    /// It is named, as links in a work tree are.
    Named,
}

/// Something in a folder.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) path: PathBuf,
    /// The path as it is shown.
    pub(super) shown: BString,
    pub(super) kind: FileType,
}

/// Returns true when nothing is there.
pub(super) fn is_absent(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
    )
}

/// Returns all that is no folder at any depth below `dir`, sorted by path. `shown` is what `dir` is called.
///
/// Nothing is returned when `dir` is not there; a `dir` that is a link is named.
pub(super) fn walk(dir: &Path, shown: &BStr, links: Links, skip: &mut Skip<'_>) -> Vec<Entry> {
    let mut out = Vec::new();
    if !is_folder(dir, shown, links, skip) {
        return out;
    }
    // No recursion: how deep folders are nested is not ours to say.
    let mut folders = vec![(dir.to_path_buf(), shown.to_owned())];
    while let Some((folder, shown_folder)) = folders.pop() {
        let complete = list(&folder, shown_folder.as_ref(), skip, |path, shown, kind| {
            if kind.is_dir() {
                folders.push((path, shown));
            } else {
                out.push(Entry { path, shown, kind });
            }
            out.len() + folders.len() < MAX_ENTRIES
        });
        if !complete {
            name_skip(skip, shown, too_many(), true);
            break;
        }
    }
    out.sort_by(|a, b| a.shown.cmp(&b.shown));
    out
}

/// Returns what stands right below `dir`, folders and all, sorted.
pub(super) fn children(dir: &Path, shown: &BStr, links: Links, skip: &mut Skip<'_>) -> Vec<Entry> {
    let mut out = Vec::new();
    if !is_folder(dir, shown, links, skip) {
        return out;
    }
    let complete = list(dir, shown, skip, |path, shown, kind| {
        out.push(Entry { path, shown, kind });
        out.len() < MAX_ENTRIES
    });
    if !complete {
        name_skip(skip, shown, too_many(), true);
    }
    out.sort_by(|a, b| a.shown.cmp(&b.shown));
    out
}

/// Returns the folders right below `dir`, sorted. Links are named.
pub(super) fn folders(dir: &Path, shown: &BStr, links: Links, skip: &mut Skip<'_>) -> Vec<Entry> {
    let mut out = children(dir, shown, links, skip);
    out.retain(|entry| {
        if entry.kind.is_symlink() {
            name_skip(skip, &entry.shown, SYMLINK, links == Links::Matter);
        }
        entry.kind.is_dir()
    });
    out
}

/// What came of opening a file.
pub(super) enum Opened {
    File(File),
    /// It is not there.
    Absent,
    /// It was named as not read.
    Named,
}

/// Opens the file at `path`.
pub(super) fn open(path: &Path, shown: &BStr, links: Links, skip: &mut Skip<'_>) -> Opened {
    let opened = fs::symlink_metadata(path).and_then(|meta| {
        if let Some(name) = special(meta.file_type()) {
            let matters = meta.is_symlink() && links == Links::Matter;
            name_skip(skip, shown, name, matters);
            return Ok(Opened::Named);
        }
        open_no_follow(path).map(Opened::File)
    });
    opened.unwrap_or_else(|e| {
        if is_absent(&e) {
            return Opened::Absent;
        }
        name_skip(skip, shown, reason(&e), true);
        Opened::Named
    })
}

/// Opens a file of an object database. What is there and no file is an error that says so.
pub(super) fn open_object(path: &Path) -> io::Result<File> {
    let kind = fs::symlink_metadata(path)?.file_type();
    if let Some(name) = special(kind) {
        return Err(io::Error::other(name));
    }
    if kind.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    open_no_follow(path)
}

/// Reads a file that should be small: more than `limit` bytes are an error.
pub(super) fn read(file: File, limit: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.take(limit + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        return Err(io::Error::other(too_large(limit)));
    }
    Ok(bytes)
}

/// The lines of a file of any size.
pub(super) struct Lines {
    reader: BufReader<File>,
    line: Vec<u8>,
}

impl Lines {
    pub(super) fn new(file: File) -> Self {
        Self {
            reader: BufReader::new(file),
            line: Vec::new(),
        }
    }

    /// Returns the next line without its end and whether it was cut at [`MAX_LINE_BYTES`], or none at the end of the file.
    pub(super) fn next(&mut self) -> io::Result<Option<(&[u8], bool)>> {
        self.line.clear();
        let mut start = self.reader.by_ref().take(MAX_LINE_BYTES);
        if start.read_until(b'\n', &mut self.line)? == 0 {
            return Ok(None);
        }
        let cut = start.limit() == 0 && self.line.last() != Some(&b'\n');
        if cut {
            self.reader.skip_until(b'\n')?;
        } else if self.line.last() == Some(&b'\n') {
            self.line.pop();
        }
        Ok(Some((&self.line, cut)))
    }

    /// Calls `each` with every line; names the file when it cannot be read to its end.
    pub(super) fn each(mut self, shown: &BStr, skip: &mut Skip<'_>, mut each: impl FnMut(&[u8])) {
        loop {
            match self.next() {
                Ok(Some((line, _))) => each(line),
                Ok(None) => return,
                Err(e) => return name_skip(skip, shown, reason(&e), true),
            }
        }
    }
}

fn too_many() -> String {
    format!("more than {MAX_ENTRIES} files; the rest was not read")
}

/// Returns true when `dir` is a folder, and names it when it is something else.
fn is_folder(dir: &Path, shown: &BStr, links: Links, skip: &mut Skip<'_>) -> bool {
    match fs::symlink_metadata(dir) {
        Ok(meta) if meta.is_dir() => return true,
        Ok(meta) => {
            let matters = meta.is_symlink() && links == Links::Matter;
            let name = special(meta.file_type()).unwrap_or("not a folder");
            name_skip(skip, shown, name, matters);
        }
        Err(e) if is_absent(&e) => {}
        Err(e) => name_skip(skip, shown, reason(&e), true),
    }
    false
}

/// Calls `each` with what stands in `folder` until it returns false, and returns whether all was seen.
fn list(
    folder: &Path,
    shown: &BStr,
    skip: &mut Skip<'_>,
    mut each: impl FnMut(PathBuf, BString, FileType) -> bool,
) -> bool {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(e) => {
            name_skip(skip, shown, reason(&e), true);
            return true;
        }
    };
    for entry in entries {
        let read = entry.and_then(|entry| Ok((entry.file_type()?, entry)));
        let (kind, entry) = match read {
            Ok(read) => read,
            Err(e) => {
                name_skip(skip, shown, reason(&e), true);
                return true;
            }
        };
        let mut below = shown.to_owned();
        if !below.is_empty() {
            below.push(b'/');
        }
        below.extend_from_slice(entry.file_name().as_encoded_bytes());
        if !each(entry.path(), below, kind) {
            return false;
        }
    }
    true
}
