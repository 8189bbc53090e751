//! Allow entries: the secrets a team has looked at and accepted.
//!
//! They stand in the file `.keyfence/allow` at the root of the repository, one sorted line each, so that two branches that add
//! entries merge without thought:
//!
//! ```text
//! 0123456789abcdef0123456789abcdef rule=generic-password owner=ann expires=2027-01-31 reason=login of the demo database
//! ```
//!
//! An entry hides exactly one secret, wherever it stands. The rule and the owner are there for the reader. No secret is stored:
//! the fingerprint is a keyed hash.

use std::fmt;

use crate::{finding::Acceptance, secret::Fingerprint};

/// Where allow entries stand, from the root of the repository.
pub const PATH: &str = ".keyfence/allow";

/// What the file starts with.
const HEADER: &str = "# Secrets that were looked at and accepted; written by `keyfence allow`. One line each, sorted.\n";

/// One accepted secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Which secret.
    pub fingerprint: Fingerprint,
    /// The rule that found it when it was accepted.
    pub rule: String,
    /// Who answers for it.
    pub owner: Option<String>,
    /// The last day on which the entry holds, `YYYY-MM-DD`.
    pub expires: Option<String>,
    /// Why it is accepted.
    pub reason: String,
}

/// A mistake in a file of allow entries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AllowError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong and what to do.
    pub message: String,
}

impl fmt::Display for AllowError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.message)
    }
}

impl std::error::Error for AllowError {}

/// Returns the entries of a file.
///
/// # Errors
///
/// The first line that is no entry.
pub fn parse(text: &str) -> Result<Vec<Entry>, AllowError> {
    let lines = text
        .lines()
        .enumerate()
        .map(|(at, line)| (at + 1, line.trim()));
    lines
        .filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
        .map(|(number, line)| {
            entry(line).map_err(|message| AllowError {
                line: number,
                message,
            })
        })
        .collect()
}

fn entry(line: &str) -> Result<Entry, String> {
    let (fingerprint, mut rest) = line
        .split_once(' ')
        .ok_or("an entry is `FINGERPRINT rule=… reason=…`")?;
    let fingerprint = fingerprint
        .parse()
        .map_err(|error| format!("{fingerprint:?}: {error}"))?;
    let mut out = Entry {
        fingerprint,
        rule: String::new(),
        owner: None,
        expires: None,
        reason: String::new(),
    };
    loop {
        rest = rest.trim_start();
        // The reason is the rest of the line, blanks and all.
        if let Some(reason) = rest.strip_prefix("reason=") {
            reason.trim().clone_into(&mut out.reason);
            break;
        }
        let (word, after) = rest.split_once(' ').unwrap_or((rest, ""));
        match word.split_once('=') {
            Some(("rule", value)) => value.clone_into(&mut out.rule),
            Some(("owner", value)) => out.owner = Some(value.to_owned()),
            Some(("expires", value)) if is_date(value) => out.expires = Some(value.to_owned()),
            Some(("expires", value)) => {
                return Err(format!("{value:?} is not a date; write YYYY-MM-DD"));
            }
            _ if word.is_empty() => break,
            _ => {
                return Err(format!(
                    "{word:?} is none of rule=, owner=, expires=, reason="
                ));
            }
        }
        rest = after;
    }
    if out.reason.is_empty() {
        return Err("no reason; write reason=… at the end of the line".to_owned());
    }
    Ok(out)
}

/// Returns true for a day as `YYYY-MM-DD`.
pub fn is_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    let number = |range: std::ops::Range<usize>| {
        text.get(range)
            .and_then(|digits| digits.parse::<u32>().ok())
    };
    bytes.len() == 10
        && bytes[4] == b'-'
        && bytes[7] == b'-'
        && bytes
            .iter()
            .enumerate()
            .all(|(at, b)| at == 4 || at == 7 || b.is_ascii_digit())
        && number(5..7).is_some_and(|month| (1..=12).contains(&month))
        && number(8..10).is_some_and(|day| (1..=31).contains(&day))
}

/// Returns true when an entry whose last day is `expires` still holds on the day `today`.
pub(super) fn holds_on(expires: Option<&str>, today: &str) -> bool {
    expires.is_none_or(|last| today <= last)
}

impl Entry {
    /// Returns how it accepts its secret.
    pub fn acceptance(&self) -> Acceptance {
        Acceptance::by_entry(&self.reason, self.owner.as_deref(), self.expires.as_deref())
    }

    /// Returns true when the entry still holds on the day `today` (`YYYY-MM-DD`).
    pub fn holds_on(&self, today: &str) -> bool {
        holds_on(self.expires.as_deref(), today)
    }
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} rule={}", self.fingerprint, self.rule)?;
        if let Some(owner) = &self.owner {
            write!(f, " owner={owner}")?;
        }
        if let Some(expires) = &self.expires {
            write!(f, " expires={expires}")?;
        }
        write!(f, " reason={}", self.reason)
    }
}

/// Returns the text of a file with `entries`; of two with the same fingerprint the later one stays.
pub fn text(entries: &[Entry]) -> String {
    let mut kept: Vec<&Entry> = Vec::new();
    for entry in entries.iter().rev() {
        if !kept
            .iter()
            .any(|other| other.fingerprint == entry.fingerprint)
        {
            kept.push(entry);
        }
    }
    kept.sort_by_key(|entry| entry.fingerprint);
    let lines: Vec<String> = kept.iter().map(|entry| format!("{entry}\n")).collect();
    format!("{HEADER}{}", lines.concat())
}

#[cfg(test)]
mod tests {
    use super::{is_date, parse, text};
    use crate::secret::Secret;

    fn line(secret: &str, rest: &str) -> String {
        format!("{} {rest}", Secret::new(secret.as_bytes()).fingerprint(b""))
    }

    #[test]
    fn entries_are_read_back_sorted() {
        let file = format!(
            "# comment\n\n{}\n{}\n",
            line("b", "rule=x reason=because of it"),
            line("a", "rule=y owner=ann expires=2027-01-31 reason=r")
        );
        let entries = parse(&file).unwrap();
        assert_eq!(entries.len(), 2);
        assert_eq!(entries[0].reason, "because of it");
        let written = text(&entries);
        let again = parse(&written).unwrap();
        assert_eq!(text(&again), written);
        assert!(again[0].fingerprint < again[1].fingerprint);
    }

    #[test]
    fn the_later_entry_stays() {
        let file = format!(
            "{}\n{}\n",
            line("a", "rule=x reason=old"),
            line("a", "rule=x reason=new")
        );
        let written = text(&parse(&file).unwrap());
        assert!(written.contains("reason=new") && !written.contains("reason=old"));
    }

    #[test]
    fn expiry() {
        let entry = &parse(&line("a", "rule=x expires=2027-01-31 reason=r")).unwrap()[0];
        assert!(entry.holds_on("2027-01-31"));
        assert!(!entry.holds_on("2027-02-01"));
    }

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let error = parse(text).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }

    #[test]
    fn mistakes_name_the_line() {
        check("\nxyz reason=r", "line 2: \"xyz\": a fingerprint is 32");
        check(&line("a", "rule=x"), "line 1: no reason");
        check(&line("a", "rul=x reason=r"), "none of rule=");
        check(&line("a", "expires=tomorrow reason=r"), "is not a date");
        check("onlyaword", "an entry is");
    }

    #[test]
    fn dates() {
        for (text, expected) in [
            ("2027-01-31", true),
            ("2027-13-01", false),
            ("2027-1-31", false),
            ("20270131", false),
            ("2027-01-00", false),
        ] {
            assert_eq!(is_date(text), expected, "{text}");
        }
    }
}
