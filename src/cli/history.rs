//! `keyfence scan --history`: what was typed becomes a request, the request a call of the library.

use std::{
    ffi::OsString,
    path::{Component, Path, PathBuf},
};

use bstr::{BStr, BString, ByteSlice as _};
use globset::{Glob, GlobSet, GlobSetBuilder};

use super::{
    Failure, args, cache::Cache, environment, progress, settings::Limits, signals::Signals,
    since::SinceArgument,
};
use crate::{
    finding::{Outcome, Skipped},
    scan::{
        Scanner, Watch,
        history::{HistoryOptions, Since},
    },
    source::{
        history::{refs, revision::Revisions, submodules},
        repository::{self, Override, Repository},
    },
};

/// Which history to scan, and how.
#[derive(Debug)]
struct Request {
    /// Only what a ref or HEAD reaches.
    reachable: bool,
    /// Hide what was introduced before.
    since: Option<SinceArgument>,
    /// Only the history of these branches; all when empty.
    branches: Vec<OsString>,
    /// Only what stands at or below these paths, as typed: relative to the current folder. All when empty.
    paths: Vec<PathBuf>,
    recurse_submodules: bool,
    cache: Cache,
    limits: Limits,
}

impl Request {
    fn new(args: &args::Scan, limits: Limits) -> Result<Self, Failure> {
        if args.paths.iter().any(|path| path == "-") {
            return Err(Failure::new(
                "`-` (standard input) has no history; leave out `-` or --history (a file of that name is ./-)",
            ));
        }
        let history = &args.history;
        Ok(Self {
            reachable: history.reachable,
            since: history
                .since
                .as_deref()
                .map(|text| SinceArgument::new(text, environment::now_seconds())),
            branches: history.branch.clone(),
            paths: args.paths.iter().map(PathBuf::from).collect(),
            recurse_submodules: history.recurse_submodules,
            cache: Cache::new(history, args.common.include_invalid)?,
            limits,
        })
    }
}

/// Scans the history that `args` ask for.
pub(super) fn run(
    args: &args::Scan,
    scanner: &Scanner,
    limits: Limits,
) -> Result<Outcome, Failure> {
    let request = Request::new(args, limits)?;
    let signals = Signals::catch()?;
    progress::watch(environment::progress(args.common.progress), |progress| {
        let watch = Watch {
            progress,
            interrupt: Some(signals.interrupt()),
        };
        scan(scanner, &request, watch)
    })
}

/// Scans with `scanner` the history of the repository that `paths` mean, as `since` says, and keeps nothing for the next time.
pub(super) fn of(
    scanner: &Scanner,
    paths: &[PathBuf],
    since: Option<&str>,
    limits: Limits,
    watch: Watch<'_>,
) -> Result<Outcome, Failure> {
    let request = Request {
        reachable: false,
        since: since.map(|text| SinceArgument::new(text, environment::now_seconds())),
        branches: Vec::new(),
        paths: paths.to_owned(),
        recurse_submodules: false,
        cache: Cache::Off,
        limits,
    };
    scan(scanner, &request, watch)
}

/// Returns the repository that `paths` mean.
pub(super) fn repository_of(paths: &[PathBuf]) -> Result<Repository, Failure> {
    Place::find(paths).map(|place| place.repository)
}

/// Calls the library.
fn scan(scanner: &Scanner, request: &Request, watch: Watch<'_>) -> Result<Outcome, Failure> {
    let place = Place::find(&request.paths)?;
    let repository = &place.repository;
    let filter = Filter::new(&place)?;
    let paths = |path: &BStr| filter.matches(path);
    let cache = request.cache.file(repository, None);
    let options = HistoryOptions {
        threads: request.limits.threads,
        memory_bytes: usize::try_from(request.limits.max_memory_bytes).unwrap_or(usize::MAX),
        max_blob_bytes: request.limits.max_file_bytes,
        cache: cache.as_deref(),
        reachable: request.reachable,
        since: request
            .since
            .as_ref()
            .map(|since| resolve(repository, since))
            .transpose()?,
        branches: branches(repository, &request.branches)?,
        paths: (!filter.is_empty()).then_some(&paths),
        ..HistoryOptions::default()
    };
    let mut outcome = scanner.history(repository, &options, watch);
    if request.recurse_submodules {
        let mut skipped = Vec::new();
        for submodule in submodules::find(repository, &mut |one| skipped.push(one)) {
            let inner = match submodule.open(repository) {
                Ok(inner) => inner,
                Err(error) => {
                    let what = "the repository of this submodule cannot be opened";
                    skipped.push(Skipped {
                        path: submodule.name,
                        reason: Failure::because(what, error).to_string(),
                        incomplete: true,
                    });
                    continue;
                }
            };
            let cache = request.cache.file(&inner, Some(&submodule.name));
            // Paths are those of the outer repository, and who asks for the folder of a submodule asks for all of it; revisions and branches
            // of one repository say nothing about another.
            let lead = [&submodule.name[..], b"/"].concat();
            let paths = |path: &BStr| filter.matches([&lead[..], path].concat().as_bstr());
            let options = HistoryOptions {
                since: options.since.filter(|s| matches!(s, Since::Seconds(_))),
                branches: Vec::new(),
                paths: (!filter.is_empty() && !filter.matches(submodule.name.as_ref()))
                    .then_some(&paths),
                cache: cache.as_deref(),
                ..options.clone()
            };
            let found = scanner.history(&inner, &options, watch);
            outcome.append(found, submodule.name.as_ref());
        }
        outcome.skipped.append(&mut skipped);
        outcome.skipped.sort();
    }
    Ok(outcome)
}

/// What `--since` means in `repository`: a commit where it names one, else a date.
fn resolve(repository: &Repository, since: &SinceArgument) -> Result<Since, Failure> {
    let revisions = Revisions::open(&repository.git_dir)
        .map_err(|error| Failure::because("cannot look up --since", error))?;
    match revisions.commit(&since.text) {
        Some(id) => Ok(Since::Commit(id)),
        None => since.date().map(Since::Seconds),
    }
}

/// Returns the full names of the branches that are called `names`.
fn branches(repository: &Repository, names: &[OsString]) -> Result<Vec<BString>, Failure> {
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let refs = refs::read(repository, &mut |_| {});
    let find = |name: &OsString| {
        let name = name.as_encoded_bytes();
        let prefixes: [&[u8]; 4] = [b"", b"refs/heads/", b"refs/remotes/", b"refs/tags/"];
        let full = prefixes.map(|prefix| BString::from([prefix, name].concat()));
        let mut found = full.into_iter();
        let found = found.find(|full| refs.all.iter().any(|tip| tip.name == *full));
        found.ok_or_else(|| {
            Failure::new(format!(
                "--branch {}: there is no such branch; `git branch -a` lists them",
                BStr::new(name)
            ))
        })
    };
    names.iter().map(find).collect()
}

/// The repository that is meant, and the paths in it, relative to its top.
struct Place {
    repository: Repository,
    paths: Vec<Wanted>,
}

/// A path that is wanted.
struct Wanted {
    path: BString,
    /// What was typed as a pattern: what stands before it is none, whatever it is called.
    pattern: Option<String>,
}

impl Place {
    /// Finds what `paths` mean: the top of another repository is that repository, everything else a path of the one around here.
    fn find(paths: &[PathBuf]) -> Result<Self, Failure> {
        let cannot = |error| Failure::because("cannot scan the history", error);
        let base = environment::current_dir()?;
        let (over, outer) = (environment::git_override(), environment::outer_config());
        let here = repository::discover(&base, &over, &outer);
        if let [path] = paths
            && let Ok(there) = repository::discover(&base.join(path), &Override::default(), &outer)
            && is_top(&there, &base.join(path))
            && here
                .as_ref()
                .ok()
                .is_none_or(|here| here.git_dir != there.git_dir)
        {
            return Ok(Self {
                repository: there,
                paths: Vec::new(),
            });
        }
        let repository = here.map_err(cannot)?;
        let top = repository.work_tree.clone();
        let paths = paths
            .iter()
            .map(|path| within(&base, top.as_deref(), path))
            .collect::<Result<_, _>>()?;
        Ok(Self { repository, paths })
    }
}

/// Returns true when `path` is the top folder of `repository`.
fn is_top(repository: &Repository, path: &Path) -> bool {
    let path = path.canonicalize().ok();
    path.is_some() && (path == repository.work_tree || path.as_ref() == Some(&repository.git_dir))
}

/// Returns `path`, which need not be there any more, as seen from the top folder.
fn within(base: &Path, top: Option<&Path>, path: &Path) -> Result<Wanted, Failure> {
    let start = if top.is_some() { base } else { Path::new("") };
    let (mut whole, mut typed_from) = (PathBuf::new(), 0);
    for part in start.components() {
        whole.push(part);
        typed_from += 1;
    }
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => drop(whole.pop()),
            _ => whole.push(part),
        }
        typed_from = typed_from.min(whole.components().count());
    }
    let inside = match top {
        Some(top) => inside_of(top, &mut whole).ok_or_else(|| {
            Failure::new(format!(
                "{} lies outside of the repository {}",
                path.display(),
                top.display()
            ))
        })?,
        None => &whole,
    };
    let before = typed_from.saturating_sub(top.map_or(0, |top| top.components().count()));
    let parts = inside.components().enumerate().map(|(at, part)| {
        let part = part.as_os_str().to_string_lossy();
        if at < before {
            globset::escape(&part)
        } else {
            part.into_owned()
        }
    });
    let is_pattern = path.as_os_str().as_encoded_bytes().find_byteset(b"*?[");
    let bytes = inside.as_os_str().as_encoded_bytes();
    Ok(Wanted {
        pattern: is_pattern.map(|_| parts.collect::<Vec<_>>().join("/")),
        path: BString::from(bytes.replace(std::path::MAIN_SEPARATOR_STR, b"/")),
    })
}

/// Returns `path` as seen from `top`; where links lead there, they are followed.
fn inside_of<'p>(top: &Path, path: &'p mut PathBuf) -> Option<&'p Path> {
    if !path.starts_with(top) {
        // What is gone has no way of its own.
        let there = path.ancestors().find_map(|folder| {
            let rest = path.strip_prefix(folder).ok()?;
            Some(folder.canonicalize().ok()?.join(rest))
        });
        *path = there?;
    }
    path.strip_prefix(top).ok()
}

/// Which paths are wanted.
struct Filter {
    /// Files or folders.
    plain: Vec<BString>,
    globs: GlobSet,
}

impl Filter {
    fn new(place: &Place) -> Result<Self, Failure> {
        let (mut plain, mut globs) = (Vec::new(), GlobSetBuilder::new());
        for wanted in &place.paths {
            // A name that looks like a pattern is a name, too, as it is for git; and where it is no pattern, it is only that.
            plain.push(wanted.path.clone());
            if let Some(glob) = wanted
                .pattern
                .as_ref()
                .and_then(|text| Glob::new(text).ok())
            {
                globs.add(glob);
            }
        }
        let globs = globs
            .build()
            .map_err(|error| Failure::because("cannot use these patterns of paths", error))?;
        Ok(Self { plain, globs })
    }

    fn is_empty(&self) -> bool {
        self.globs.is_empty() && self.plain.iter().all(|path| path.is_empty())
    }

    fn matches(&self, path: &BStr) -> bool {
        let below = |folder: &BString| {
            path.strip_prefix(&***folder)
                .is_some_and(|rest| folder.is_empty() || rest.is_empty() || rest[0] == b'/')
        };
        self.plain.iter().any(below) || self.globs.is_match(&*path.to_str_lossy())
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::within;

    #[track_caller]
    fn check(base: &str, path: &str, expected: Option<&str>) {
        let found = within(Path::new(base), Some(Path::new("/r")), Path::new(path)).ok();
        let found = found.map(|wanted| wanted.pattern.unwrap_or(wanted.path.to_string()));
        assert_eq!(found.as_deref(), expected, "{path}");
    }

    #[test]
    fn only_what_was_typed_is_a_pattern() {
        check("/r/[a]/b", "*.c", Some("[[]a[]]/b/*.c"));
        check("/r/[a]/b", "../*.c", Some("[[]a[]]/*.c"));
        check("/r/[a]/b", "../../[x]/*.c", Some("[x]/*.c"));
        check("/r/[a]", "/r/[x]/*.c", Some("[x]/*.c"));
        check("/r/[a]", "b", Some("[a]/b"));
    }

    #[test]
    fn paths_are_seen_from_the_top() {
        check("/r", "a/b", Some("a/b"));
        check("/r/sub", "a", Some("sub/a"));
        check("/r/sub", "../a/./b", Some("a/b"));
        check("/r/sub", "/r/x", Some("x"));
        check("/r/sub", "..", Some(""));
        check("/r/sub", "../..", None);
        check("/r", "/elsewhere", None);
    }
}
