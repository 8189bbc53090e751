//! Allow entries for files: what some rules find there is accepted, as test data that was looked at.
//!
//! Patterns are those of `.gitignore` (<https://git-scm.com/docs/gitignore#_pattern_format>), without `!`.

use std::{
    fmt,
    path::{Component, Path, PathBuf},
};

use bstr::{BStr, BString, ByteSlice as _};
use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::allow;
use crate::finding::{self, Acceptance};

/// An entry that accepts what rules find in certain files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathEntry {
    /// Which files, as patterns of `.gitignore`, from the top of the repository.
    pub paths: Vec<String>,
    /// What is accepted there: ids of rules and pairs; all where there is none.
    pub rules: Vec<String>,
    /// Why it is accepted.
    pub reason: String,
    /// Who answers for it.
    pub owner: Option<String>,
    /// The last day on which the entry holds, `YYYY-MM-DD`.
    pub expires: Option<String>,
}

/// Paths as nobody would write an entry for all of them.
const ANYWHERE: [&str; 4] = ["a", "src/main.rs", ".env", "one/two/three/four/five.six"];

impl PathEntry {
    /// Returns how it accepts what it accepts.
    fn acceptance(&self) -> Acceptance {
        Acceptance::by_entry(&self.reason, self.owner.as_deref(), self.expires.as_deref())
    }

    /// Returns true when the entry still holds on the day `today` (`YYYY-MM-DD`).
    pub fn holds_on(&self, today: &str) -> bool {
        allow::holds_on(self.expires.as_deref(), today)
    }

    /// Returns true when its patterns leave out no file at all.
    pub fn is_everywhere(&self) -> bool {
        let matcher = matcher(&self.paths);
        ANYWHERE
            .iter()
            .all(|path| is_match(&matcher, (*path).into()))
    }

    /// Returns true when the entry accepts what the rule `rule` finds in the file `path`.
    pub fn accepts(&self, path: &BStr, rule: &str) -> bool {
        accepts(&matcher(&self.paths), &self.rules, path, rule)
    }
}

/// Says what is wrong with a pattern, if anything is.
pub fn mistake(pattern: &str) -> Option<String> {
    if pattern.trim().is_empty() || pattern.starts_with('#') {
        return Some(format!("{pattern:?} names no file"));
    }
    if pattern.starts_with('!') {
        return Some(format!(
            "{pattern:?}: patterns cannot be taken back with `!`; name the files that are meant"
        ));
    }
    let error = GitignoreBuilder::new("").add_line(None, pattern).err()?;
    Some(format!("{pattern:?} is no pattern of .gitignore: {error}"))
}

/// The entries of one scan.
#[derive(Clone)]
pub struct AllowedPaths {
    entries: Vec<(Gitignore, PathEntry)>,
    place: Option<Place>,
}

/// Says what the entries are: a scanner is known by that from run to run.
impl fmt::Debug for AllowedPaths {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let entries: Vec<&PathEntry> = self.entries.iter().map(|(_, entry)| entry).collect();
        write!(f, "AllowedPaths({entries:?}, {:?})", self.place)
    }
}

/// Where the paths of a scan begin.
#[derive(Debug, Clone)]
struct Place {
    top: PathBuf,
    here: PathBuf,
}

impl AllowedPaths {
    /// Returns what `entries` accept; nothing where there are none. Patterns with a [`mistake`] match no file. Paths are those from the top of
    /// the repository.
    pub fn new<'a>(entries: impl IntoIterator<Item = &'a PathEntry>) -> Option<Self> {
        let entries: Vec<_> = entries
            .into_iter()
            .map(|entry| (matcher(&entry.paths), entry.clone()))
            .collect();
        (!entries.is_empty()).then_some(Self {
            entries,
            place: None,
        })
    }

    /// Returns the same for a scan that tells paths from the folder `here` of the repository at `top`, or from the root.
    #[must_use]
    pub fn told_from(self, top: PathBuf, here: PathBuf) -> Self {
        Self {
            place: Some(Place { top, here }),
            ..self
        }
    }

    /// Returns how an entry accepts what the rule `rule` finds in the file `path`, if one does.
    pub fn accept(&self, path: &BStr, rule: &str) -> Option<Acceptance> {
        let inner;
        let path = match &self.place {
            None => path,
            Some(place) => match place.below_top(path) {
                Some(path) => {
                    inner = path;
                    inner.as_ref()
                }
                None => return None,
            },
        };
        let mut entries = self.entries.iter();
        entries
            .find(|(matcher, entry)| accepts(matcher, &entry.rules, path, rule))
            .map(|(_, entry)| entry.acceptance())
    }
}

impl Place {
    /// Returns `path` from the top of the repository, where it lies below that.
    fn below_top(&self, path: &BStr) -> Option<BString> {
        let whole = plain(&self.here.join(path.to_path().ok()?));
        let path = whole.strip_prefix(&self.top).ok()?;
        Some(path.as_os_str().as_encoded_bytes().into())
    }
}

/// Returns `path` without `.` and `..`, links not looked at.
pub fn plain(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => drop(out.pop()),
            Component::CurDir => {}
            part => out.push(part),
        }
    }
    out
}

fn accepts(matcher: &Gitignore, rules: &[String], path: &BStr, rule: &str) -> bool {
    (rules.is_empty() || rules.iter().any(|one| one == rule)) && is_match(matcher, path)
}

fn matcher(patterns: &[String]) -> Gitignore {
    let mut builder = GitignoreBuilder::new("");
    for pattern in patterns.iter().filter(|pattern| mistake(pattern).is_none()) {
        // It was tried just now.
        drop(builder.add_line(None, pattern));
    }
    builder.build().unwrap_or_else(|_| Gitignore::empty())
}

/// Returns true when a pattern matches `path`, or a folder above it. A member of an archive stands where the archive does.
fn is_match(matcher: &Gitignore, path: &BStr) -> bool {
    let Ok(path) = finding::file(path).to_path() else {
        return false;
    };
    // What has a root has no place in a repository, and the matcher refuses it.
    !path.as_os_str().is_empty()
        && !path.has_root()
        && !path.starts_with("..")
        && matcher.matched_path_or_any_parents(path, false).is_ignore()
}

#[cfg(test)]
mod tests {
    use super::{AllowedPaths, PathEntry, mistake};

    fn entry(paths: &[&str], rules: &[&str]) -> PathEntry {
        let owned = |list: &[&str]| list.iter().map(|&text| text.to_owned()).collect();
        PathEntry {
            paths: owned(paths),
            rules: owned(rules),
            reason: "test data".to_owned(),
            owner: None,
            expires: None,
        }
    }

    #[track_caller]
    fn check(pattern: &str, path: &str, expected: bool) {
        let allowed = AllowedPaths::new(&[entry(&[pattern], &[])]).unwrap();
        assert_eq!(
            allowed.accept(path.into(), "x").is_some(),
            expected,
            "{pattern} {path}"
        );
    }

    #[test]
    fn patterns_are_those_of_gitignore() {
        check("testdata/", "testdata/a.txt", true);
        check("testdata/", "deep/testdata/b/a.txt", true);
        check("/testdata/", "deep/testdata/a.txt", false);
        check("testdata/", "testdata", false);
        check("*.md", "docs/a.md", true);
        check("docs/*.md", "docs/deep/a.md", false);
        check("docs/**/*.md", "docs/deep/a.md", true);
        check("docs/a.md", "docs/a.md.orig", false);
        check("docs", "../docs/a.md", false);
        check("docs", "/docs/a.md", false);
        check("*.md", "", false);
        check("a.zip", "a.zip!/inner.txt", true);
        check("*.txt", "a.zip!/inner.txt", false);
    }

    #[test]
    fn rules_count() {
        let allowed = AllowedPaths::new(&[entry(&["t/"], &["one"])]).unwrap();
        assert_eq!(
            allowed
                .accept("t/a".into(), "one")
                .unwrap()
                .reason
                .as_deref(),
            Some("test data")
        );
        assert_eq!(allowed.accept("t/a".into(), "two"), None);
        assert_eq!(allowed.accept("u/a".into(), "one"), None);
        assert!(AllowedPaths::new(&[]).is_none());
    }

    #[test]
    fn paths_may_begin_in_a_folder() {
        let allowed = AllowedPaths::new(&[entry(&["/sub/t/"], &[])]).unwrap();
        let allowed = allowed.told_from("/r".into(), "/r/sub/deep".into());
        for (path, expected) in [
            ("../t/a", true),
            ("/r/sub/t/a", true),
            ("t/a", false),
            ("../../t/a", false),
            ("../../../sub/t/a", false),
            ("/sub/t/a", false),
        ] {
            assert_eq!(
                allowed.accept(path.into(), "x").is_some(),
                expected,
                "{path}"
            );
        }
    }

    #[test]
    fn what_is_everywhere() {
        for (pattern, expected) in [
            ("*", true),
            ("**", true),
            ("**/*", true),
            ("/**", true),
            ("*.*", false),
            ("src/", false),
        ] {
            assert_eq!(
                entry(&[pattern], &[]).is_everywhere(),
                expected,
                "{pattern}"
            );
        }
    }

    #[test]
    fn mistakes() {
        for pattern in ["", "  ", "!a", "#a", "[z-a]"] {
            assert!(mistake(pattern).is_some(), "{pattern}");
        }
        assert_eq!(mistake("a/**/b*.[ch]"), None);
    }
}
