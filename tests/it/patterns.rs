//! The rule files of the tree, read once for the tests that need samples.

use std::{fs, path::PathBuf};

use keyfence::rule::{Rule, parse};

/// Returns the paths of the files in `patterns/`, sorted.
fn paths() -> Vec<PathBuf> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("patterns");
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|p| p.extension().is_some_and(|e| e == "toml"))
        .collect();
    files.sort();
    files
}

/// Returns the names of the files in `patterns/`, sorted.
pub(crate) fn names() -> Vec<String> {
    let name = |path: PathBuf| path.file_name().unwrap().to_str().unwrap().to_owned();
    paths().into_iter().map(name).collect()
}

/// Returns the rules of all files in `patterns/`, in the order of their ids.
pub(crate) fn all() -> Vec<Rule> {
    let mut rules = Vec::new();
    for file in paths() {
        let text = fs::read_to_string(&file).unwrap();
        match parse::parse(&file, &text) {
            Ok(more) => rules.extend(more),
            Err(errors) => panic!(
                "{}",
                errors
                    .iter()
                    .map(ToString::to_string)
                    .collect::<Vec<_>>()
                    .join("\n")
            ),
        }
    }
    rules.sort_by(|a, b| a.id.cmp(&b.id));
    rules
}
