//! The rule files of the tree, read once for the tests that need samples.

use std::{fs, path::PathBuf};

use keyfence::rule::{PairRule, Rule, parse};

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
    let mut rules = read().rules;
    rules.sort_by(|a, b| a.id.cmp(&b.id));
    rules
}

/// Returns the pairs of all files in `patterns/`, in the order of their ids.
pub(crate) fn pairs() -> Vec<PairRule> {
    let mut pairs = read().pairs;
    pairs.sort_by(|a, b| a.id.cmp(&b.id));
    pairs
}

fn read() -> parse::RuleFile {
    let mut out = parse::RuleFile::default();
    for file in paths() {
        let text = fs::read_to_string(&file).unwrap();
        match parse::read(&file, &text) {
            Ok(more) => {
                out.rules.extend(more.rules);
                out.pairs.extend(more.pairs);
            }
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
    out
}
