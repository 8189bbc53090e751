//! Baselines: the secrets that were there when a team began to look, to be dealt with later.
//!
//! A file has one sorted line each, the fingerprint of the secret and the rule that found it, for the reader:
//!
//! ```text
//! 0123456789abcdef0123456789abcdef rule=generic-password
//! ```
//!
//! No path and no line stand there: secrets that move, files that are renamed or written anew change nothing, and two branches that
//! take out different lines merge without thought. No secret is stored: the fingerprint is a keyed hash.

use std::collections::BTreeMap;

use super::allow::AllowError;
use crate::secret::Fingerprint;

/// Where a baseline stands when nothing else is said, from the root of the repository.
pub const PATH: &str = ".keyfence/baseline";

/// What the file starts with.
const HEADER: &str =
    "# Secrets that were there before; written by `keyfence baseline`. One line each, sorted.\n";

/// The secrets of a baseline with the rules that found them.
pub type Baseline = BTreeMap<Fingerprint, String>;

/// Returns the baseline that a file holds.
///
/// # Errors
///
/// The first line that is none.
pub fn parse(text: &str) -> Result<Baseline, AllowError> {
    let mut out = Baseline::new();
    for (at, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let fail = |message: String| AllowError {
            line: at + 1,
            message,
        };
        let (fingerprint, rest) = line.split_once(' ').unwrap_or((line, ""));
        let fingerprint =
            (fingerprint.parse()).map_err(|error| fail(format!("{fingerprint:?}: {error}")))?;
        let rule = match rest.trim() {
            "" => "",
            rest => rest.strip_prefix("rule=").ok_or_else(|| {
                fail(format!(
                    "{rest:?} is not rule=…; entries with a reason stand in {}",
                    super::allow::PATH
                ))
            })?,
        };
        out.insert(fingerprint, rule.to_owned());
    }
    Ok(out)
}

/// Returns the text of a file with `baseline`.
pub fn text(baseline: &Baseline) -> String {
    let lines: Vec<String> = baseline
        .iter()
        .map(|(fingerprint, rule)| format!("{fingerprint} rule={rule}\n"))
        .collect();
    format!("{HEADER}{}", lines.concat())
}

#[cfg(test)]
mod tests {
    use super::{parse, text};
    use crate::secret::Secret;

    fn line(secret: &str, rest: &str) -> String {
        format!(
            "{}{rest}\n",
            Secret::new(secret.as_bytes()).fingerprint(b"")
        )
    }

    #[test]
    fn baselines_come_back_sorted() {
        let file = format!(
            "# comment\n\n{}{}{}",
            line("b", " rule=x"),
            line("a", " rule=y"),
            line("c", "")
        );
        let baseline = parse(&file).unwrap();
        assert_eq!(baseline.len(), 3);
        let written = text(&baseline);
        assert_eq!(parse(&written).unwrap(), baseline);
        let lines: Vec<&str> = written.lines().skip(1).collect();
        assert!(lines.is_sorted());
    }

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let error = parse(text).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }

    #[test]
    fn mistakes_name_the_line() {
        check("\nxyz rule=a", "line 2: \"xyz\": a fingerprint is 32");
        check(
            &line("a", " reason=b"),
            "line 1: \"reason=b\" is not rule=…",
        );
    }
}
