//! Rule files with their text: where each rule and each of its fields stands.

use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
};

use toml::de::DeTable;

use super::{Failure, settings};
use crate::rule::{FILES, PairRule, Rule, parse};

/// A rule file.
pub(super) struct Source {
    pub(super) file: PathBuf,
    pub(super) rules: Vec<Rule>,
    pub(super) pairs: Vec<PairRule>,
    /// Line numbers, from 1: by id and field, and by which element of a list.
    lines: HashMap<(String, String, usize), usize>,
}

impl Source {
    fn new(file: &Path, text: &str) -> Result<Self, Failure> {
        let read = parse::read(file, text).map_err(|errors| settings::mistakes(&errors))?;
        Ok(Self {
            file: file.to_owned(),
            rules: read.rules,
            pairs: read.pairs,
            lines: lines(text).unwrap_or_default(),
        })
    }

    /// Returns the line of the field `field` of the rule `id`, of its element `at` where it is a list; of the rule where it has none.
    pub(super) fn line(&self, id: &str, field: &str, at: usize) -> usize {
        let line = |field: &str, at| {
            let key = (id.to_owned(), field.to_owned(), at);
            self.lines.get(&key).copied()
        };
        line(field, at)
            .or_else(|| line(field, 0))
            .or_else(|| line("", 0))
            .unwrap_or(1)
    }
}

/// Returns the files in `paths`, which may be folders.
pub(super) fn read(paths: &[PathBuf]) -> Result<Vec<Source>, Failure> {
    let mut out = Vec::new();
    for path in paths {
        for file in settings::files_of_rules(path)? {
            let text = fs::read_to_string(&file).map_err(|error| {
                Failure::because(format!("cannot read rules from {}", file.display()), error)
            })?;
            out.push(Source::new(&file, &text)?);
        }
    }
    Ok(out)
}

/// Returns the files of the built-in rules.
pub(super) fn builtin() -> Result<Vec<Source>, Failure> {
    FILES
        .iter()
        .map(|(path, text)| Source::new(Path::new(path), text))
        .collect()
}

/// Returns the files in `paths`, or those of the built-in rules when there are none.
pub(super) fn read_or_builtin(paths: &[PathBuf]) -> Result<Vec<Source>, Failure> {
    if paths.is_empty() {
        builtin()
    } else {
        read(paths)
    }
}

/// Returns the built-in rule `id` with its samples and near misses, which the table in the program lacks.
pub(super) fn builtin_rule(id: &str) -> Option<Rule> {
    FILES
        .iter()
        // Only the file that names it is read.
        .filter(|(_, text)| text.contains(&format!("\"{id}\"")))
        .filter_map(|(path, text)| parse::parse(Path::new(path), text).ok())
        .flatten()
        .find(|rule| rule.id == id)
}

fn lines(text: &str) -> Option<HashMap<(String, String, usize), usize>> {
    let mut out = HashMap::new();
    let line = |at: usize| {
        let before = text.get(..at).unwrap_or(text);
        before.matches('\n').count() + 1
    };
    let table = DeTable::parse(text).ok()?;
    let tables = ["rule", "pair"].into_iter().filter_map(|kind| {
        let tables = table.get_ref().get(kind)?.get_ref();
        tables.as_array()
    });
    for item in tables.flatten() {
        let Some(fields) = item.get_ref().as_table() else {
            continue;
        };
        let id = fields.get("id").and_then(|id| id.get_ref().as_str());
        let id = id.unwrap_or_default();
        let key = |field: &str, at| (id.to_owned(), field.to_owned(), at);
        out.insert(key("", 0), line(item.span().start));
        for (name, value) in fields {
            let name = name.get_ref();
            out.insert(key(name, 0), line(value.span().start));
            let elements = value.get_ref().as_array().into_iter().flatten();
            for (at, element) in elements.enumerate() {
                out.insert(key(name, at), line(element.span().start));
            }
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::Source;

    #[test]
    fn places_are_those_of_the_text() {
        let text = "# rules\n[[rule]]\nid = \"own\"\nprefixes = [\"own_\"]\nregex = 'own_[a-z]{9}'\nsamples = [\n  \"own_{lower:9}\",\n  \"x own_{lower:9}\",\n]\n";
        let source = Source::new(Path::new("own.toml"), text).unwrap();
        assert_eq!(source.line("own", "", 0), 2);
        assert_eq!(source.line("own", "id", 0), 3);
        assert_eq!(source.line("own", "samples", 0), 7);
        assert_eq!(source.line("own", "samples", 1), 8);
        assert_eq!(source.line("own", "near_misses", 0), 2);
        assert_eq!(source.line("other", "id", 0), 1);
    }
}
