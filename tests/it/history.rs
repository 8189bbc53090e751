//! `scan --history` against git: what is read, what is found there, and where it stood.

#[cfg(unix)]
mod command;
mod import;
mod objects;
mod stays;
mod storage;
mod texts;

use std::{fs, io, path::Path, sync::OnceLock};

use keyfence::{
    Options, Outcome, RuleSet, Scanner,
    rule::template::{Random, fill},
    scan::{Watch, history::HistoryOptions},
    source::repository::{OuterConfig, Override, Repository, discover},
};

use crate::git::{Repo, git, run, run_with};

/// Returns a token that is drawn when the test runs, another one for each number.
fn token(number: u64) -> String {
    let template = "ghp_{base62:30}{sum:crc32-base62-last}";
    fill(template, &mut Random::new(number)).unwrap()
}

fn scanner() -> &'static Scanner {
    static SCANNER: OnceLock<Scanner> = OnceLock::new();
    SCANNER.get_or_init(|| Scanner::new(RuleSet::builtin(), Options::default()))
}

/// Finds the repository round `folder` as the library sees it.
fn find(folder: &Path) -> Repository {
    discover(folder, &Override::default(), &OuterConfig::default()).unwrap()
}

/// Scans the history of the repository round `folder`.
fn scan(folder: &Path, options: &HistoryOptions<'_>) -> Outcome {
    scanner().history(&find(folder), options, Watch::default())
}

/// Runs git, which must succeed, and returns the lines it printed.
fn lines(folder: &Path, args: &[&str]) -> Vec<String> {
    let out = run(git(folder, args));
    let out = String::from_utf8_lossy(&out);
    out.lines().map(str::to_owned).collect()
}

/// Returns the one line that git prints.
fn line(folder: &Path, args: &[&str]) -> String {
    lines(folder, args).remove(0)
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// Takes all objects out of their packs.
fn loosen(repo: &Repo) {
    let beside = repo.beside("taken-out");
    let names = names_in_packs(repo);
    fs::rename(repo.root.join(".git/objects/pack"), &beside).unwrap();
    for path in names.iter().map(|name| beside.join(name)) {
        if path.extension().is_none_or(|extension| extension != "pack") {
            continue;
        }
        let pack = fs::read(path).unwrap();
        run_with(repo.command(["unpack-objects", "-q"]), &pack);
    }
    fs::remove_dir_all(beside).unwrap();
}

/// Returns the names of the files in the folder of packs.
fn names_in_packs(repo: &Repo) -> Vec<String> {
    let folder = repo.root.join(".git/objects/pack");
    let entries = fs::read_dir(folder).unwrap();
    let name = |entry: io::Result<fs::DirEntry>| entry.unwrap().file_name();
    entries
        .map(|entry| name(entry).into_string().unwrap())
        .collect()
}
