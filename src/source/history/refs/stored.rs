//! Refs as they lie on disk: one file each, or lines of `packed-refs`
//! (<https://git-scm.com/docs/gitrepository-layout>, "refs"; the header of git's `refs/packed-backend.c`).

use std::path::Path;

use bstr::{BStr, BString, ByteSlice as _};
use gix::{ObjectId, hash::Kind, refs::FullNameRef};

use super::super::{
    super::reason,
    folder::{self, Entry, Lines, Links, Opened, Skip, name_skip},
    ids::leading,
};

/// The most bytes of a loose ref. Git writes an id or a name.
const MAX_REF_BYTES: u64 = 64 << 10;

/// The most refs of a repository.
const MAX_REFS: usize = 4 << 20;

/// What a ref holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Stored {
    Id(ObjectId),
    /// Another ref's name.
    Symbolic(BString),
    /// Nothing that can be used; that was named.
    Broken,
}

/// Refs by name.
#[derive(Debug, Default)]
pub(super) struct Table {
    /// Sorted, each name once.
    refs: Vec<(BString, Stored)>,
}

impl Table {
    /// Keeps the first of those with the same name.
    fn new(mut refs: Vec<(BString, Stored)>) -> Self {
        refs.sort_by(|a, b| a.0.cmp(&b.0));
        refs.dedup_by(|later, first| later.0 == first.0);
        Self { refs }
    }

    pub(super) fn get(&self, name: &[u8]) -> Option<&Stored> {
        let at = self.refs.binary_search_by(|(own, _)| own[..].cmp(name));
        at.ok().map(|at| &self.refs[at].1)
    }

    pub(super) fn insert(&mut self, name: BString, stored: Stored) {
        match self.refs.binary_search_by(|(own, _)| own.cmp(&name)) {
            Ok(at) => self.refs[at].1 = stored,
            Err(at) => self.refs.insert(at, (name, stored)),
        }
    }

    /// Returns all but HEAD.
    pub(super) fn refs(&self) -> impl Iterator<Item = (&BStr, &Stored)> {
        let all = self
            .refs
            .iter()
            .map(|(name, stored)| (name.as_ref(), stored));
        all.filter(|(name, _): &(&BStr, _)| name.starts_with(b"refs/"))
    }

    /// Returns those whose name is `wanted`, and the others.
    pub(super) fn split(self, wanted: impl Fn(&BStr) -> bool) -> (Self, Self) {
        let (yes, no) = self
            .refs
            .into_iter()
            .partition(|(name, _)| wanted(name.as_ref()));
        (Self { refs: yes }, Self { refs: no })
    }
}

/// Reads refs and names what is broken.
pub(super) struct Reader<'a, 's> {
    hash: Kind,
    refs: Vec<(BString, Stored)>,
    /// Loose refs that were gone when they were to be read.
    vanished: Vec<BString>,
    /// The names of files that are no refs.
    broken: &'a mut Vec<BString>,
    skip: &'a mut Skip<'s>,
}

impl<'a, 's> Reader<'a, 's> {
    pub(super) fn new(hash: Kind, broken: &'a mut Vec<BString>, skip: &'a mut Skip<'s>) -> Self {
        Self {
            hash,
            refs: Vec::new(),
            vanished: Vec::new(),
            broken,
            skip,
        }
    }

    /// Returns what was read since the last call. Of two refs with one name the one read first counts.
    pub(super) fn take(&mut self) -> Table {
        let table = Table::new(std::mem::take(&mut self.refs));
        for name in std::mem::take(&mut self.vanished) {
            if table.get(&name).is_none() {
                name_skip(self.skip, &name, "vanished", true);
            }
        }
        table
    }

    /// Reads the refs below `dir`. The part of `shown` after `lead` is the name of the folder in refs.
    pub(super) fn loose(&mut self, dir: &Path, shown: &BStr, lead: &[u8]) {
        for entry in folder::walk(dir, shown, Links::Matter, self.skip) {
            let name = entry.shown.get(lead.len()..).unwrap_or_default();
            let name = BString::from(name);
            if !is_name(name.as_ref()) {
                name_skip(
                    self.skip,
                    &entry.shown,
                    "not a name that a ref can have",
                    false,
                );
                self.broken.push(entry.shown);
                continue;
            }
            if entry.kind.is_symlink() {
                let stored = self.link(&entry);
                self.refs.push((name, stored));
            } else if let Some(stored) = self.file(&entry.path, entry.shown.as_ref()) {
                self.refs.push((name, stored));
            } else {
                self.vanished.push(name);
            }
        }
    }

    /// Reads the lines of `packed-refs`.
    pub(super) fn packed(&mut self, path: &Path, shown: &BStr) {
        let Opened::File(file) = folder::open(path, shown, Links::Matter, self.skip) else {
            return;
        };
        let (mut lines, mut number) = (Lines::new(file), 0_u64);
        let (mut bad, mut first_bad) = (0_u64, 0);
        loop {
            let (line, cut) = match lines.next() {
                Ok(Some(line)) => line,
                Ok(None) => break,
                Err(e) => {
                    name_skip(self.skip, shown, reason(&e), true);
                    break;
                }
            };
            number += 1;
            // The header, and what the tag of the line above leads to.
            if line.starts_with(b"#") || line.starts_with(b"^") {
                continue;
            }
            if self.refs.len() >= MAX_REFS {
                let reason = format!("more than {MAX_REFS} refs; the rest was not read");
                name_skip(self.skip, shown, reason, true);
                break;
            }
            let named = leading(line, self.hash)
                .and_then(|(id, rest)| Some((id, rest.strip_prefix(b" ")?.as_bstr())))
                .filter(|(id, name)| !cut && !id.is_null() && is_name(name));
            if let Some((id, name)) = named {
                self.refs.push((name.into(), Stored::Id(id)));
            } else {
                first_bad = if bad == 0 { number } else { first_bad };
                bad += 1;
            }
        }
        if bad > 0 {
            let reason = format!("lines that are no refs: {bad}, the first is line {first_bad}");
            name_skip(self.skip, shown, reason, false);
        }
    }

    /// Reads a ref that stands for itself: HEAD.
    pub(super) fn one(&mut self, path: &Path, shown: &BStr) -> Option<Stored> {
        let kind = match std::fs::symlink_metadata(path) {
            Ok(meta) => meta.file_type(),
            Err(e) => {
                // Without a HEAD a worktree is none to git either.
                let absent = folder::is_absent(&e);
                name_skip(self.skip, shown, reason(&e), !absent);
                return None;
            }
        };
        if !kind.is_symlink() {
            return self.file(path, shown);
        }
        let (path, shown) = (path.to_path_buf(), shown.to_owned());
        Some(self.link(&Entry { path, shown, kind }))
    }

    /// Reads a file; gives none when it is gone.
    fn file(&mut self, path: &Path, shown: &BStr) -> Option<Stored> {
        let file = match folder::open(path, shown, Links::Matter, self.skip) {
            Opened::File(file) => file,
            Opened::Absent => return None,
            Opened::Named => return Some(Stored::Broken),
        };
        let stored = folder::read(file, MAX_REF_BYTES)
            .map_err(|e| (reason(&e), true))
            .and_then(|content| {
                parse(&content, self.hash).map_err(|reason| (reason.to_string(), false))
            });
        Some(stored.unwrap_or_else(|(reason, incomplete)| {
            name_skip(self.skip, shown, reason, incomplete);
            Stored::Broken
        }))
    }

    /// Reads a link, once git's way to store a symbolic ref.
    fn link(&mut self, entry: &Entry) -> Stored {
        let target = std::fs::read_link(&entry.path).unwrap_or_default();
        let target = BStr::new(target.as_os_str().as_encoded_bytes());
        if is_name(target) {
            return Stored::Symbolic(target.to_owned());
        }
        let reason = "symbolic link to what is no ref";
        name_skip(self.skip, &entry.shown, reason, true);
        Stored::Broken
    }
}

/// Reads what a loose ref holds, or tells why it is broken.
fn parse(content: &[u8], hash: Kind) -> Result<Stored, &'static str> {
    if let Some(target) = content.strip_prefix(b"ref:") {
        let target = target.trim().as_bstr();
        let valid = <&FullNameRef>::try_from(target).is_ok();
        return if valid {
            Ok(Stored::Symbolic(target.into()))
        } else {
            Err("broken ref: leads to what is no ref")
        };
    }
    match leading(content, hash) {
        Some((id, _)) if id.is_null() => Err("broken ref: the null id"),
        Some((id, rest)) if rest.first().is_none_or(u8::is_ascii_whitespace) => Ok(Stored::Id(id)),
        _ if content.is_empty() => Err("broken ref: the file is empty"),
        _ => Err("broken ref: neither an object id nor the name of another ref"),
    }
}

/// Returns true when a ref below `refs/` can have this name.
fn is_name(name: &BStr) -> bool {
    name.starts_with(b"refs/") && <&FullNameRef>::try_from(name).is_ok()
}

#[cfg(test)]
mod tests {
    use bstr::{BStr, BString};
    use gix::{ObjectId, hash::Kind};

    use super::{Reader, Stored, parse};

    /// `Ok` holds `1` for an id or a ref's name, `Err` a word of the reason.
    #[track_caller]
    fn check(content: &str, expected: Result<&str, &str>) {
        let content = content
            .replace("ID", &"1".repeat(40))
            .replace("NULL", &"0".repeat(40));
        let read = match parse(content.as_bytes(), Kind::Sha1) {
            Ok(Stored::Id(_)) => Ok("1".to_string()),
            Ok(Stored::Symbolic(name)) => Ok(name.to_string()),
            Ok(Stored::Broken) => panic!("only a reader says so"),
            Err(reason) => Err(reason),
        };
        match (&read, expected) {
            (Ok(read), Ok(expected)) => assert_eq!(read, expected, "{content:?}"),
            (Err(reason), Err(word)) => assert!(reason.contains(word), "{content:?}: {reason}"),
            _ => panic!("{content:?}: {read:?}"),
        }
    }

    /// As git's `parse_loose_ref_contents` has it.
    #[test]
    fn contents_of_loose_refs() {
        check("ID", Ok("1"));
        check("ID\n", Ok("1"));
        check("ID\r\n", Ok("1"));
        check("ID what follows", Ok("1"));
        check("IDz", Err("neither"));
        check("ID-", Err("neither"));
        check(" ID", Err("neither"));
        check("NULL\n", Err("null"));
        check("", Err("empty"));
        check("\n", Err("neither"));
        check("ref: refs/heads/main\n", Ok("refs/heads/main"));
        check("ref:refs/heads/main", Ok("refs/heads/main"));
        check("ref: \t refs/heads/main \r\n", Ok("refs/heads/main"));
        check("ref: HEAD", Ok("HEAD"));
        check("ref: main", Err("no ref"));
        check("ref: refs/../HEAD", Err("no ref"));
        check("ref: refs/heads/a\nb", Err("no ref"));
        check("ref:", Err("no ref"));
        check("REF: refs/heads/main", Err("neither"));
    }

    /// `git pack-refs` may run meanwhile.
    #[test]
    fn a_loose_ref_that_is_gone_may_be_packed() {
        let (mut broken, mut skipped) = (Vec::new(), Vec::new());
        let mut skip = |skip| skipped.push(skip);
        let mut reader = Reader::new(Kind::Sha1, &mut broken, &mut skip);
        reader.vanished = ["refs/heads/packed", "refs/heads/deleted"]
            .map(BString::from)
            .into();
        let id = ObjectId::null(Kind::Sha1);
        reader.refs = vec![("refs/heads/packed".into(), Stored::Id(id))];
        assert_eq!(reader.take().refs().count(), 1);
        let names: Vec<&BStr> = skipped.iter().map(|skip| skip.path.as_ref()).collect();
        assert_eq!(names, ["refs/heads/deleted"]);
    }
}
