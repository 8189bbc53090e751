//! `--scan FILE...`: what is named, from disk, whether git knows it or not.

use std::{
    collections::HashMap,
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
};

use bstr::{BStr, BString};
use ignore::WalkBuilder;

use super::{
    super::{Stop, TROUBLE, command},
    Seen, Shown, failed, here, shown,
};
use crate::{
    cli::{environment, input::Input, settings::Limits},
    finding::Skipped,
    prohibited::{Line, Outcome, Search},
    source::{Interrupt, MakeVisitor, error::Error, files, stdin},
};

/// How standard input is called.
const STANDARD_INPUT: &str = "(standard input)";

/// Scans files, folders when `-r` was given, and standard input for `-`, in the order of the arguments.
pub(super) fn scan(scan: &command::Scan, search: &Search, limits: Limits) -> Result<Seen, Stop> {
    let mut list = List::default();
    for name in &scan.files {
        list.add(name, scan.recursive);
    }
    let Outcome { lines, skipped } = read(&list.paths(), search, limits)?;
    let mut by_path: HashMap<BString, Vec<Line>> = HashMap::new();
    for line in lines {
        by_path.entry(line.path.clone()).or_default().push(line);
    }
    let mut seen = Seen {
        skipped: [list.missing, skipped].concat(),
        ..Seen::default()
    };
    for name in &list.names {
        if name == "-" {
            let mut input = standard_input(search)?;
            seen.skipped.append(&mut input.skipped);
            seen.add(BStr::new(STANDARD_INPUT), &input.lines);
        } else if let Some(lines) = by_path.get(&files::shown(Path::new(name))) {
            seen.add(bytes(Path::new(name)).as_ref(), lines);
        }
    }
    Ok(seen)
}

impl Seen {
    /// Shows lines of the file that is called `called`.
    fn add(&mut self, called: &BStr, lines: &[Line]) {
        self.lines.extend(lines.iter().map(|line| Shown {
            commit: BString::default(),
            rest: shown(called, line.number, line.text.as_ref(), false),
        }));
    }
}

/// Searches the files `paths`.
fn read(paths: &[PathBuf], search: &Search, limits: Limits) -> Result<Outcome, Stop> {
    if paths.is_empty() {
        return Ok(Outcome::default());
    }
    in_place(search, limits, |place, options, make| {
        files::scan(paths, place, options, make)
    })
}

/// Searches files that git has listed; those that are gone from disk are passed over.
pub(super) fn read_listed(
    paths: &[BString],
    search: &Search,
    limits: Limits,
) -> Result<Outcome, Stop> {
    in_place(search, limits, |place, options, make| {
        files::scan_listed(paths, place, options, make);
        Ok(())
    })
}

/// Searches what `source` reads from the current folder.
fn in_place(
    search: &Search,
    limits: Limits,
    source: impl FnOnce(files::Place<'_>, files::Options, &MakeVisitor<'_>) -> Result<(), Error>,
) -> Result<Outcome, Stop> {
    let base = here()?;
    let (over, outer) = (environment::git_override(), environment::outer_config());
    let place = files::Place {
        base: &base,
        over: &over,
        outer: &outer,
    };
    let options = files::Options {
        git: false,
        ignore: false,
        untracked: files::Untracked::Normal,
        max_file_bytes: limits.max_file_bytes,
        threads: limits.threads,
    };
    let mut result = Ok(());
    let outcome = search.run(|make| result = source(place, options, make));
    result.map_err(|error| failed("scan", &error))?;
    Ok(outcome)
}

fn standard_input(search: &Search) -> Result<Outcome, Stop> {
    let interrupt = Interrupt::default();
    let mut input = Input::open(&interrupt).map_err(|failure| Stop::failed(&failure, TROUBLE))?;
    Ok(search.run(|make| stdin::scan(&mut input, &mut *make())))
}

/// What is to be read, in the order of the arguments.
#[derive(Default)]
struct List {
    /// The files as they are called, and `-`.
    names: Vec<OsString>,
    missing: Vec<Skipped>,
}

impl List {
    fn add(&mut self, name: &OsString, recursive: bool) {
        if name == "-" {
            self.names.push(name.clone());
            return;
        }
        match fs::metadata(name) {
            Ok(metadata) if metadata.is_dir() => {
                if recursive {
                    self.folder(Path::new(name));
                }
            }
            Ok(_) => self.names.push(name.clone()),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                self.miss(Path::new(name), "No such file or directory");
            }
            Err(error) => self.miss(Path::new(name), &error.to_string()),
        }
    }

    /// Adds the files at any depth of a folder, also ignored ones and those of `.git`; links are not followed.
    fn folder(&mut self, folder: &Path) {
        let mut walk = WalkBuilder::new(folder);
        walk.standard_filters(false);
        walk.sort_by_file_name(Ord::cmp);
        for entry in walk.build() {
            match entry {
                Ok(entry) if entry.file_type().is_some_and(|kind| kind.is_file()) => {
                    self.names.push(entry.path().into());
                }
                Ok(_) => {}
                Err(error) => self.miss(folder, &error.to_string()),
            }
        }
    }

    fn miss(&mut self, path: &Path, reason: &str) {
        self.missing.push(Skipped {
            path: bytes(path),
            reason: reason.to_owned(),
            incomplete: true,
        });
    }

    fn paths(&self) -> Vec<PathBuf> {
        let files = self.names.iter().filter(|name| *name != "-");
        files.map(PathBuf::from).collect()
    }
}

fn bytes(path: &Path) -> BString {
    path.as_os_str().as_encoded_bytes().into()
}
