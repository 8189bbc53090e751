//! From what is configured to what is looked for. A pattern that cannot be read is trouble, and never passed over in silence.

use std::{fs, path::Path};

use bstr::{BStr, ByteSlice as _};

use super::{config::Entry, register};
use crate::{
    ere::{self, Ere, PatternSet, WordMatch},
    policy::allowed_lines::AllowedLines,
    prohibited::Search,
};

/// How the origin of what a provider has printed begins. It may be a secret, and is not shown.
const PROVIDER: &[u8] = b"the provider ";

/// The file in the top folder of a work tree that has allowed patterns, one a line.
pub(in crate::cli) const GIT_ALLOWED: &str = ".gitallowed";

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
            match prohibited(line.as_bstr(), entry) {
                Ok(pattern) => patterns.push(pattern),
                Err(message) => trouble.push(message),
            }
        }
    }
    let patterns = PatternSet::new(&patterns, WordMatch::Yes).map_err(|error| error.to_string())?;
    Search::new(patterns, aws).map_err(|error| error.to_string())
}

/// Returns a prohibited pattern, which is a line of `entry`.
///
/// # Errors
///
/// What is wrong with it, and where it is configured.
pub(in crate::cli) fn prohibited(line: &BStr, entry: &Entry) -> Result<Ere, String> {
    Ere::parse(line)
        .map_err(|error| format!("{} is invalid: {error}", called("prohibited", line, entry)))
}

/// Returns true when a provider has printed the pattern.
pub(in crate::cli) fn is_of_provider(entry: &Entry) -> bool {
    entry.origin.starts_with(PROVIDER)
}

/// Returns what messages call a pattern.
pub(in crate::cli) fn called(kind: &str, line: &BStr, entry: &Entry) -> String {
    let origin = &entry.origin;
    if is_of_provider(entry) {
        format!("a pattern of {origin}")
    } else {
        format!("the {kind} pattern {line:?}, configured in {origin},")
    }
}

/// Returns the allowed patterns that can be read, `more` of them (of `.gitallowed`) behind the configured ones.
pub(in crate::cli) fn allowed(
    entries: &[Entry],
    more: Vec<Entry>,
    trouble: &mut Vec<String>,
) -> AllowedLines {
    let mut patterns = Vec::new();
    let mut add = |line: &[u8], entry: &Entry, trouble: &mut Vec<String>| match Ere::parse(line) {
        Ok(pattern) => {
            let source = format!("{:?}, configured in {},", line.as_bstr(), entry.origin);
            patterns.push((pattern, source));
        }
        Err(error) => {
            let what = called("allowed", line.as_bstr(), entry);
            trouble.push(format!("{what} is invalid: {error}"));
        }
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
    for entry in more {
        add(&entry.value, &entry, trouble);
    }
    AllowedLines::new(patterns).unwrap_or_else(|error| {
        trouble.push(format!("the allowed patterns are not used: {error}"));
        AllowedLines::new(Vec::new()).expect("nothing is not too large")
    })
}

/// Returns the lines of `.gitallowed` as it lies in the top folder of the work tree.
pub(in crate::cli) fn git_allowed(top: &Path, trouble: &mut Vec<String>) -> Vec<Entry> {
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
    git_allowed_of(&text)
}

/// Returns the lines of a `.gitallowed` that holds `text`.
pub(in crate::cli) fn git_allowed_of(text: &[u8]) -> Vec<Entry> {
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
