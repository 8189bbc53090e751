//! From what is configured to what is looked for. A pattern that cannot be read is trouble, and never passed over in silence.

use std::fs;

use bstr::{BStr, ByteSlice as _};

use super::{
    super::{config::Entry, register},
    repository,
};
use crate::{
    ere::{self, Ere, PatternSet, WordMatch},
    policy::allowed_lines::AllowedLines,
    prohibited::Search,
};

/// How the origin of what a provider has printed begins. It may be a secret, and is not shown.
const PROVIDER: &[u8] = b"the provider ";

/// The file in the top folder of a work tree that has allowed patterns, one a line.
const GIT_ALLOWED: &str = ".gitallowed";

/// Returns a search for the patterns that can be read; what is wrong with the others is added to `trouble`.
///
/// # Errors
///
/// When nothing can be looked for: the patterns are too large together.
pub(super) fn search(entries: &[Entry], trouble: &mut Vec<String>) -> Result<Search, String> {
    let (mut patterns, mut aws) = (Vec::new(), false);
    for entry in entries {
        for line in ere::lines_of(&entry.value) {
            aws |= register::is_register_aws(line.as_bstr()).is_some();
            match Ere::parse(line) {
                Ok(pattern) => patterns.push(pattern),
                Err(error) => trouble.push(invalid("prohibited", line.as_bstr(), entry, &error)),
            }
        }
    }
    let patterns = PatternSet::new(&patterns, WordMatch::Yes).map_err(|error| error.to_string())?;
    Search::new(patterns, aws).map_err(|error| error.to_string())
}

fn invalid(kind: &str, line: &BStr, entry: &Entry, error: &ere::Error) -> String {
    let origin = &entry.origin;
    if origin.starts_with(PROVIDER) {
        format!("{origin} gave a pattern that is invalid: {error}")
    } else {
        format!("the {kind} pattern {line:?}, configured in {origin}, is invalid: {error}")
    }
}

/// Returns the allowed patterns that can be read, those of `.gitallowed` behind the configured ones.
pub(super) fn allowed(entries: &[Entry], trouble: &mut Vec<String>) -> AllowedLines {
    let mut patterns = Vec::new();
    let mut add = |line: &[u8], entry: &Entry, trouble: &mut Vec<String>| match Ere::parse(line) {
        Ok(pattern) => {
            let source = format!("{:?}, configured in {},", line.as_bstr(), entry.origin);
            patterns.push((pattern, source));
        }
        Err(error) => trouble.push(invalid("allowed", line.as_bstr(), entry, &error)),
    };
    for entry in entries {
        if entry.value.is_empty() {
            trouble.push(format!(
                "secrets.allowed is empty in {}: that would allow everything, and is not used (remove it there)",
                entry.origin
            ));
        }
        for line in ere::lines_of(&entry.value) {
            add(line, entry, trouble);
        }
    }
    for entry in git_allowed(trouble) {
        add(&entry.value, &entry, trouble);
    }
    AllowedLines::new(patterns).unwrap_or_else(|error| {
        trouble.push(format!("the allowed patterns are not used: {error}"));
        AllowedLines::new(Vec::new()).expect("nothing is not too large")
    })
}

/// Returns the lines of `.gitallowed` as it lies in the top folder of the work tree.
fn git_allowed(trouble: &mut Vec<String>) -> Vec<Entry> {
    // Outside a repository there is none.
    let top = repository("look for .gitallowed").ok();
    let Some(top) = top.and_then(|repository| repository.work_tree) else {
        return Vec::new();
    };
    let text = match fs::read(top.join(GIT_ALLOWED)) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Vec::new(),
        Err(error) => {
            trouble.push(format!(
                "{GIT_ALLOWED} cannot be read: {error} (what it allows is reported)"
            ));
            return Vec::new();
        }
    };
    let is_pattern = |line: &&[u8]| {
        let line = line.trim_ascii_start();
        !line.is_empty() && !line.starts_with(b"#")
    };
    (1..)
        .zip(text.split(|byte| *byte == b'\n'))
        .filter(|(_, line)| is_pattern(line))
        .map(|(number, line)| Entry {
            value: line.into(),
            origin: format!("{GIT_ALLOWED}:{number}").into(),
        })
        .collect()
}
