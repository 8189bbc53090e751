//! What is on disk: the work tree of a repository, or the files and folders that are named.
//!
//! Inside a repository git's ignore rules hold, but a tracked file is read whatever they say, because git goes on
//! committing it. Links are never followed out of what was named, and nothing that could block is opened.

use std::{
    collections::HashSet,
    fs, io,
    path::{Component, Path, PathBuf},
    sync::atomic::{AtomicBool, Ordering},
};

use bstr::{BStr, BString, ByteSlice as _};
use ignore::{DirEntry, WalkBuilder, WalkState};

use super::{
    MakeVisitor, Visitor,
    error::Error,
    interrupt::THE_REST,
    open::{FileReader, special},
    reason,
    repository::{OuterConfig, Override, Repository, discover},
    share::share,
    skip,
    tracked::Tracked,
};
use crate::finding::SourceKind;

/// Which untracked files of a work tree are read. Ignored files are not among them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Untracked {
    /// Tracked files only.
    No,
    /// All that are not ignored.
    #[default]
    Normal,
    /// The same: what stands in an untracked folder is read file by file either way.
    All,
}

/// What is read.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Look for a repository round what is named.
    pub git: bool,
    /// Leave out what git ignores.
    pub ignore: bool,
    /// Which untracked files.
    pub untracked: Untracked,
    /// The most bytes of one file; larger ones are skipped and named.
    pub max_file_bytes: u64,
    /// The most threads; 0 means 1.
    pub threads: usize,
}

/// Where things are.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// The folder that relative paths start from.
    pub base: &'a Path,
    /// What the caller says about the repository.
    pub over: &'a Override,
    /// Configuration from outside the repository.
    pub outer: &'a OuterConfig,
}

/// Reads `paths`, or the whole work tree of the repository round `place.base` when there are none.
///
/// A named file or folder is read even when it is ignored itself. Findings carry paths as they were named, without `./`; those of a whole
/// work tree start at its root.
///
/// # Errors
///
/// When a repository cannot be read, or none is there and one is needed. A path that is not there is named to a visitor.
pub fn scan(
    paths: &[PathBuf],
    place: Place<'_>,
    options: Options,
    make_visitor: &MakeVisitor<'_>,
) -> Result<(), Error> {
    let job = Job {
        place,
        options,
        make_visitor,
        stopped: AtomicBool::new(false),
    };
    job.paths(paths)?;
    if job.is_stopped() {
        skip(&mut *make_visitor(), BStr::new("."), THE_REST, true);
    }
    Ok(())
}

/// Hands over files that git has listed, by their paths from the folder of `place`. What is no file any more (gone, a link, a folder) is passed
/// over.
pub fn scan_listed(
    paths: &[BString],
    place: Place<'_>,
    options: Options,
    make_visitor: &MakeVisitor<'_>,
) {
    share(
        (paths, "file"),
        options.threads,
        make_visitor,
        || FileReader::new(options.max_file_bytes, SourceKind::Worktree),
        |listed, reader, visitor| {
            let path = place.base.join(listed.to_os_str_lossy());
            let is_file = |metadata: fs::Metadata| metadata.is_file();
            match fs::symlink_metadata(&path).map(is_file) {
                Ok(true) => reader.read(&path, listed.as_ref(), visitor),
                Ok(false) => {}
                Err(e)
                    if matches!(
                        e.kind(),
                        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
                    ) => {}
                Err(e) => skip(visitor, listed.as_ref(), reason(&e), true),
            }
        },
    );
}

/// A folder to walk.
struct Root {
    path: PathBuf,
    /// What stands before the paths below it, with its slash.
    shown: BString,
}

impl Root {
    fn new(path: PathBuf, mut shown: BString) -> Self {
        if !shown.is_empty() && !shown.ends_with(b"/") {
            shown.push(b'/');
        }
        Self { path, shown }
    }

    /// Returns the part of `path` below the folder.
    fn relative(&self, path: &Path) -> BString {
        let below = path.strip_prefix(&self.path).unwrap_or(path);
        slashed(below)
    }

    fn shown(&self, relative: &BString) -> BString {
        [&self.shown[..], relative].concat().into()
    }
}

struct Job<'a, 'v> {
    place: Place<'a>,
    options: Options,
    make_visitor: &'a MakeVisitor<'v>,
    /// The scan was interrupted while a folder was walked: nobody knows what is left.
    stopped: AtomicBool,
}

impl Job<'_, '_> {
    fn paths(&self, paths: &[PathBuf]) -> Result<(), Error> {
        if paths.is_empty() {
            if !self.options.git {
                return self.folder(Root::new(self.place.base.into(), BString::default()), None);
            }
            let repository = discover(self.place.base, self.place.over, self.place.outer)?;
            let root = Root::new(repository.work_tree()?.into(), BString::default());
            return self.folder(root, Some(&repository));
        }
        let mut seen = HashSet::new();
        let mut files = Vec::new();
        for path in paths {
            let shown = shown(path);
            if seen.insert(shown.clone()) {
                self.named(&self.place.base.join(path), shown, &mut files)?;
            }
            if self.is_stopped() {
                return Ok(());
            }
        }
        self.files(&files);
        Ok(())
    }

    /// Reads one named thing; files are put on a list, so that they are read together.
    fn named(
        &self,
        path: &Path,
        shown: BString,
        files: &mut Vec<(PathBuf, BString)>,
    ) -> Result<(), Error> {
        let skip = |reason: &str, incomplete| {
            skip(
                &mut *(self.make_visitor)(),
                shown.as_ref(),
                reason,
                incomplete,
            );
        };
        let metadata = match fs::symlink_metadata(path) {
            Ok(metadata) => metadata,
            Err(e) if e.kind() == io::ErrorKind::NotFound => {
                skip("no such file or folder", true);
                return Ok(());
            }
            Err(e) => {
                skip(&reason(&e), true);
                return Ok(());
            }
        };
        let (path, metadata) = if metadata.is_symlink() {
            // Naming a link asks for what it points to; the links below are not followed.
            let target = fs::canonicalize(path).and_then(|to| Ok((fs::metadata(&to)?, to)));
            match target {
                Ok((metadata, to)) => (to, metadata),
                Err(e) if e.kind() == io::ErrorKind::NotFound => {
                    skip("dangling symbolic link", false);
                    return Ok(());
                }
                Err(e) if e.kind() == io::ErrorKind::PermissionDenied => {
                    skip(&reason(&e), true);
                    return Ok(());
                }
                Err(_) => {
                    skip("looping symbolic link", false);
                    return Ok(());
                }
            }
        } else {
            (path.to_path_buf(), metadata)
        };
        if let Some(name) = special(metadata.file_type()) {
            skip(name, false);
            return Ok(());
        }
        if metadata.is_file() {
            files.push((path, shown));
            return Ok(());
        }
        if path.file_name().is_some_and(|name| name == ".git") {
            skip(
                "git's own folder; --history reads what is stored in it",
                true,
            );
            return Ok(());
        }
        let repository = if self.options.git {
            self.repository_of(&path)?
        } else {
            None
        };
        self.folder(Root::new(path, shown), repository.as_ref())
    }

    /// Returns the repository in whose work tree the folder `path` lies.
    fn repository_of(&self, path: &Path) -> Result<Option<Repository>, Error> {
        let start = if self.place.over.git_dir.is_some() {
            self.place.base
        } else {
            path
        };
        match discover(start, self.place.over, self.place.outer) {
            Ok(repository) => Ok(Some(repository)),
            Err(Error::NoRepository { .. }) => Ok(None),
            Err(e) => Err(e),
        }
    }

    /// Walks a folder.
    fn folder(&self, root: Root, repository: Option<&Repository>) -> Result<(), Error> {
        // Only inside the work tree the repository has a say.
        let inside = repository.and_then(|repository| {
            let real = fs::canonicalize(&root.path).ok()?;
            let tree = repository.work_tree.as_ref()?;
            let below = real.strip_prefix(tree).ok()?.to_path_buf();
            Some((repository, real, below))
        });
        let Some((repository, real, below)) = inside else {
            self.walk(&root, None, None);
            return Ok(());
        };
        let root = Root::new(real, root.shown);
        let mut prefix = slashed(&below);
        if !prefix.is_empty() {
            prefix.push(b'/');
        }
        let tracked = if self.options.ignore || self.options.untracked == Untracked::No {
            Some(Tracked::below(repository, &prefix)?)
        } else {
            None
        };
        if self.options.untracked != Untracked::No {
            self.walk(&root, Some(repository), tracked.as_ref());
        }
        if let Some(tracked) = &tracked
            && !self.is_stopped()
        {
            tracked.rest(
                &root.path,
                &root.shown,
                self.options.max_file_bytes,
                self.options.threads,
                self.make_visitor,
            );
        }
        Ok(())
    }

    fn walk(&self, root: &Root, repository: Option<&Repository>, tracked: Option<&Tracked>) {
        let walker = self.walker(root, repository).build_parallel();
        walker.run(|| {
            let mut visitor = (self.make_visitor)();
            let mut reader = FileReader::new(self.options.max_file_bytes, SourceKind::Worktree);
            Box::new(move |entry| {
                if visitor.is_interrupted() {
                    self.stopped.store(true, Ordering::Relaxed);
                    return WalkState::Quit;
                }
                match entry {
                    Ok(entry) => file(root, &entry, tracked, &mut reader, &mut *visitor),
                    Err(e) => walk_error(root, &e, None, &mut *visitor),
                }
                WalkState::Continue
            })
        });
    }

    fn walker(&self, root: &Root, repository: Option<&Repository>) -> WalkBuilder {
        let mut walker = WalkBuilder::new(&root.path);
        let rules = self.options.ignore && repository.is_some();
        walker
            .standard_filters(false)
            .parents(rules)
            .git_ignore(rules)
            .git_exclude(rules)
            .threads(self.options.threads.max(1))
            .filter_entry(|entry| entry.file_name() != ".git" || entry.depth() == 0);
        if let (true, Some(repository)) = (rules, repository)
            && let Some(tree) = &repository.work_tree
        {
            // With GIT_WORK_TREE no `.git` marks the root; then ignore files count without one.
            walker
                .require_git(tree.join(".git").exists())
                .current_dir(tree);
            walker.ignore_case_insensitive(repository.boolean("core.ignoreCase") == Some(true));
            // Weakest first, as git has it: the user's own file, then the repository's. A pattern that cannot be read
            // leaves more files to scan, never fewer.
            for file in ignore_files(repository, self.place.outer) {
                let _bad_patterns = walker.add_ignore(file);
            }
        }
        walker
    }

    fn files(&self, files: &[(PathBuf, BString)]) {
        share(
            (files, "file"),
            self.options.threads,
            self.make_visitor,
            || FileReader::new(self.options.max_file_bytes, SourceKind::Worktree),
            |(path, shown), reader, visitor| reader.read(path, shown.as_ref(), visitor),
        );
    }

    fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Relaxed)
    }
}

/// Returns git's ignore files outside the tree, weakest first.
pub(super) fn ignore_files(repository: &Repository, outer: &OuterConfig) -> Vec<PathBuf> {
    let configured = repository.path("core.excludesFile").ok().flatten();
    let global = configured
        .map(|path| repository.work_tree.clone().unwrap_or_default().join(path))
        .or_else(|| outer.excludes_file.clone());
    let own = repository.common_dir.join("info/exclude");
    global
        .into_iter()
        .chain([own])
        .filter(|file| file.is_file())
        .collect()
}

fn file(
    root: &Root,
    entry: &DirEntry,
    tracked: Option<&Tracked>,
    reader: &mut FileReader,
    visitor: &mut dyn Visitor,
) {
    let Some(kind) = entry.file_type() else {
        return;
    };
    if kind.is_dir() {
        return;
    }
    let relative = root.relative(entry.path());
    if let Some(tracked) = tracked {
        tracked.meet(&relative);
    }
    let shown = root.shown(&relative);
    match special(kind) {
        Some(name) => skip(visitor, shown.as_ref(), name, false),
        None => reader.read(entry.path(), shown.as_ref(), visitor),
    }
}

/// Names what the walk could not enter. Trouble with an ignore file is no trouble: more is scanned then.
fn walk_error(root: &Root, error: &ignore::Error, path: Option<&Path>, visitor: &mut dyn Visitor) {
    match error {
        ignore::Error::Partial(errors) => {
            for error in errors {
                walk_error(root, error, path, visitor);
            }
        }
        ignore::Error::WithPath { path, err } => walk_error(root, err, Some(path), visitor),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => {
            walk_error(root, err, path, visitor);
        }
        ignore::Error::Io(e) => {
            let shown = match path {
                Some(path) => root.shown(&root.relative(path)),
                None => root.shown.clone(),
            };
            skip(visitor, shown.as_ref(), reason(e), true);
        }
        other => skip(visitor, BStr::new(&root.shown), other.to_string(), true),
    }
}

/// Returns the path as reports show it: as typed, without `.` parts.
pub fn shown(path: &Path) -> BString {
    let clean: PathBuf = path
        .components()
        .filter(|part| !matches!(part, Component::CurDir))
        .collect();
    slashed(&clean)
}

/// Returns the bytes of `path` with git's separator.
pub(super) fn slashed(path: &Path) -> BString {
    let bytes = path.as_os_str().as_encoded_bytes();
    if cfg!(windows) {
        return bytes.replace(b"\\", b"/").into();
    }
    bytes.into()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::shown;

    #[track_caller]
    fn check(path: &str, expected: &str) {
        assert_eq!(shown(Path::new(path)), expected, "{path}");
    }

    #[test]
    fn paths_are_shown_as_typed() {
        check(".", "");
        check("./a", "a");
        check("a/./b/", "a/b");
        check("../a", "../a");
        check("/a//b", "/a/b");
    }
}
