//! What git stores outside of the object database.

mod alternates;
mod broken_refs;
mod damage;
mod includes;
mod partial;
mod refs;
mod submodules;
mod text;

use std::path::Path;

use keyfence::{
    finding::Skipped,
    source::repository::{OuterConfig, Override, Repository, discover},
};

use crate::git::{git, run};

type Skip = (String, String, bool);

/// Returns what `read` gives, and what it names, sorted.
fn with_skips<T>(read: impl FnOnce(&mut dyn FnMut(Skipped)) -> T) -> (T, Vec<Skip>) {
    let mut skipped = Vec::new();
    let result = read(&mut |skip: Skipped| skipped.push(skip));
    skipped.sort();
    let skips = skipped
        .into_iter()
        .map(|skip| (skip.path.to_string(), skip.reason, skip.incomplete));
    (result, skips.collect())
}

fn find(folder: &Path) -> Repository {
    discover(folder, &Override::default(), &OuterConfig::default()).unwrap()
}

fn lines(folder: &Path, args: &[&str]) -> Vec<String> {
    let out = String::from_utf8(run(git(folder, args))).unwrap();
    out.lines().map(str::to_owned).collect()
}

fn id(folder: &Path, name: &str) -> String {
    lines(folder, &["rev-parse", name]).remove(0)
}
