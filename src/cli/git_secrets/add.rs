//! `--add` and `--add-provider`.

use std::ffi::{OsStr, OsString};

use bstr::{BStr, ByteSlice as _};

use super::{
    CLEAN, REFUSED, Stop,
    command::Add,
    config::{self, Added, Key},
    say,
};
use crate::ere::{self, Ere, WarningKind};

/// Adds a pattern, and returns the exit code.
pub(super) fn pattern(add: &Add) -> Result<u8, Stop> {
    let Some((pattern, ignored)) = add.patterns.split_first() else {
        return Err(empty("--add needs a pattern"));
    };
    let pattern = BStr::new(pattern.as_encoded_bytes());
    if pattern.lines().all(<[u8]>::is_empty) {
        return Err(empty("an empty pattern would match everything"));
    }
    for ignored in ignored {
        let ignored = BStr::new(ignored.as_encoded_bytes());
        say(&format!(
            "git-secrets: one pattern is added at a time: {ignored:?} is left out"
        ));
    }
    let value = if add.literal {
        ere::quote(pattern).into()
    } else {
        pattern.to_owned()
    };
    let key = if add.allowed {
        Key::Allowed
    } else {
        Key::Patterns
    };
    let code = store(key, value.as_bstr(), add.global)?;
    if code == CLEAN && !add.literal {
        for hint in hints(value.as_bstr()) {
            say(&format!("git-secrets: {hint}"));
        }
    }
    Ok(code)
}

/// Adds a provider: its words, joined by blanks. Returns the exit code.
pub(super) fn provider(words: &[OsString], global: bool) -> Result<u8, Stop> {
    let line = bstr::join(" ", words.iter().map(|word| OsStr::as_encoded_bytes(word)));
    if line.trim_ascii().is_empty() {
        return Err(empty("--add-provider needs a command"));
    }
    store(Key::Providers, line.as_bstr(), global)
}

fn empty(why: &str) -> Stop {
    Stop::said(format!("git-secrets: {why}; nothing was added"), REFUSED)
}

fn store(key: Key, value: &BStr, global: bool) -> Result<u8, Stop> {
    Ok(match config::add(key, value, global)? {
        Added::New => CLEAN,
        // Without a word, as scripts that register the same things again expect it.
        Added::Duplicate => REFUSED,
    })
}

/// Returns what is wrong or surprising about a pattern, one sentence each. That it matches the empty text, too, is neither: a scan looks for
/// other matches only.
fn hints(pattern: &BStr) -> Vec<String> {
    let mut out = Vec::new();
    for line in ere::lines_of(pattern) {
        match Ere::parse(line) {
            Ok(pattern) => out.extend(
                (pattern.warnings().iter())
                    .filter(|warning| warning.kind() != WarningKind::MatchesEmpty)
                    .map(ToString::to_string),
            ),
            Err(error) => out.push(format!("the pattern is invalid: {error}")),
        }
    }
    out
}
