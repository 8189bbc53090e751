//! The folders that objects of a repository lie in: its own, and those it borrows from
//! (<https://git-scm.com/docs/gitrepository-layout>, "objects/info/alternates").
//!
//! gix's own list is not used: it fails as a whole for one cycle, and it takes relative paths to start at the first
//! folder, where git starts at the one whose file names them.

use std::{
    collections::{HashSet, VecDeque},
    ffi::OsStr,
    fs, io,
    path::{Path, PathBuf},
};

use bstr::{BString, ByteSlice as _};

use super::{
    super::{files::slashed, reason, repository::Repository},
    folder::{self, Links, Opened, Skip, name_skip},
};
use crate::finding::Skipped;

/// How many folders may borrow from each other in a row, after the repository's own; git's limit
/// (`link_alt_odb_entries` in its `odb.c`).
const MAX_DEPTH: usize = 6;

/// The most folders that are looked at.
const MAX_FOLDERS: usize = 10_000;

/// The most bytes of a file that names folders.
const MAX_FILE_BYTES: u64 = 1 << 20;

/// The most bytes of a quoted path: each may stand as four, and no system takes paths of more than 4096.
const MAX_QUOTED_BYTES: usize = 4 * 4096 + 2;

/// Returns the folders with objects, the repository's own first, each once. All but the own were there when they were
/// looked at.
///
/// What is missing, nested too deep or cannot be read is named, and the objects there are missing then.
pub fn directories(repository: &Repository, skip: &mut dyn FnMut(Skipped)) -> Vec<PathBuf> {
    let mut search = Search {
        found: vec![],
        seen: HashSet::new(),
        queue: VecDeque::new(),
        looked_at: 0,
    };
    let own = &repository.objects_dir;
    let real = fs::canonicalize(own).unwrap_or_else(|_| own.clone());
    search.seen.insert(real.clone());
    search.found.push(real.clone());
    for dir in &repository.alternate_objects_dirs {
        search.meet(dir, 1, skip);
    }
    search.queue.push_front((real, 0));
    // Level by level, so that a folder is met at its least depth.
    while let Some((dir, depth)) = search.queue.pop_front() {
        search.borrowed(&dir, depth, skip);
    }
    search.found
}

struct Search {
    found: Vec<PathBuf>,
    seen: HashSet<PathBuf>,
    /// Folders whose own list is to be read, with their depth.
    queue: VecDeque<(PathBuf, usize)>,
    looked_at: usize,
}

impl Search {
    /// Takes the folders that `dir` borrows from.
    fn borrowed(&mut self, dir: &Path, depth: usize, skip: &mut Skip<'_>) {
        let file = dir.join("info/alternates");
        let shown = slashed(&file);
        let Opened::File(file) = folder::open(&file, shown.as_ref(), Links::Matter, skip) else {
            return;
        };
        let content = match folder::read(file, MAX_FILE_BYTES) {
            Ok(content) => content,
            Err(e) => return name_skip(skip, &shown, reason(&e), true),
        };
        let paths = split(&content, b'\n');
        if depth >= MAX_DEPTH && !paths.is_empty() {
            let reason = format!("alternates of more than {MAX_DEPTH} repositories in a row");
            return name_skip(skip, &shown, reason, true);
        }
        for path in paths {
            let Ok(path) = gix::path::from_bstr(path.as_bstr()) else {
                name_skip(skip, &path, "no folder can have this name here", true);
                continue;
            };
            self.meet(&dir.join(path), depth + 1, skip);
        }
    }

    fn meet(&mut self, dir: &Path, depth: usize, skip: &mut Skip<'_>) {
        self.looked_at += 1;
        if self.looked_at > MAX_FOLDERS {
            if self.looked_at == MAX_FOLDERS + 1 {
                let reason = format!("more than {MAX_FOLDERS} alternates; the rest was not read");
                name_skip(skip, &slashed(dir), reason, true);
            }
            return;
        }
        let real = fs::canonicalize(dir).and_then(|real| {
            if real.is_dir() {
                Ok(real)
            } else {
                Err(io::ErrorKind::NotADirectory.into())
            }
        });
        match real {
            Ok(real) => {
                if self.seen.insert(real.clone()) {
                    self.found.push(real.clone());
                    self.queue.push_back((real, depth));
                }
            }
            Err(e) if folder::is_absent(&e) => {
                let reason = "an alternate object database that is not there";
                name_skip(skip, &slashed(dir), reason, true);
            }
            Err(e) => name_skip(skip, &slashed(dir), reason(&e), true),
        }
    }
}

/// Returns the folders that `GIT_ALTERNATE_OBJECT_DIRECTORIES` lists.
pub fn from_variable(list: &OsStr) -> Vec<PathBuf> {
    let separator = if cfg!(windows) { b';' } else { b':' };
    split(list.as_encoded_bytes(), separator)
        .into_iter()
        .filter_map(|path| gix::path::from_bstring(path).ok())
        .collect()
}

/// Returns the paths of a list, without comments and empty ones, as git reads it: an entry that starts with a quote ends
/// with one, unless the quoting is wrong; then it is taken as it stands.
fn split(mut list: &[u8], separator: u8) -> Vec<BString> {
    let mut out = Vec::new();
    while !list.is_empty() {
        let plain = list.find_byte(separator).unwrap_or(list.len());
        let mut consumed = plain;
        if list.starts_with(b"\"") {
            let start = &list[..list.len().min(MAX_QUOTED_BYTES)];
            match gix::quote::ansi_c::undo(start.as_bstr()) {
                Ok((path, len)) => {
                    consumed = len;
                    out.push(path.into_owned());
                }
                Err(_) => out.push(list[..plain].into()),
            }
        } else if !list.starts_with(b"#") {
            out.push(list[..plain].into());
        }
        list = list.get(consumed + 1..).unwrap_or_default();
    }
    out.retain(|path| !path.is_empty());
    out
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn lists_are_read_as_git_does() {
        #[track_caller]
        fn check(list: &[u8], separator: u8, paths: &[&str]) {
            assert_eq!(split(list, separator), paths);
        }
        check(b"", b'\n', &[]);
        check(b"\n\n", b'\n', &[]);
        check(b"/a\n../b\n", b'\n', &["/a", "../b"]);
        check(b"# /a\n/b", b'\n', &["/b"]);
        check(b"/a:/b::c", b':', &["/a", "/b", "c"]);
        check(b"\"/a:b\":/c", b':', &["/a:b", "/c"]);
        check(
            br#""/t\tn\nq\"\\o\303\251""#,
            b'\n',
            &["/t\tn\nq\"\\o\u{e9}"],
        );
        check(b"\"/two\nlines\"\n/c", b'\n', &["/two\nlines", "/c"]);
        check(b"\"/open\n/c\n", b'\n', &["\"/open", "/c"]);
        check(b"\"\\q\"\n/c", b'\n', &["\"\\q\"", "/c"]);
        check(b"\"\\9", b'\n', &["\"\\9"]);
        check(b"\"\\1", b'\n', &["\"\\1"]);
        check(b"\"", b'\n', &["\""]);
        check(b"\"\"\n/c", b'\n', &["/c"]);
    }
}
