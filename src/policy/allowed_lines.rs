//! Patterns that excuse whatever stands on a line they match: `secrets.allowed` and `.gitallowed` of `git secrets`.
//!
//! A pattern is held against the line as `git secrets` prints it, `path:line:content`, and need not match all of it. So `^docs/` excuses a folder.

use bstr::BStr;

use crate::ere::{Ere, PatternSet, SetError, WordMatch};

/// What stands for the id of a commit where it is not known.
const NO_COMMIT: &[u8] = b"0000000000000000000000000000000000000000:";

/// Patterns that excuse lines.
#[derive(Debug)]
pub struct AllowedLines {
    set: PatternSet,
    /// For messages: each pattern, and where it is configured.
    sources: Vec<String>,
}

/// Why it is not known whether a line is excused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TooSlow {
    /// The pattern, and where it is configured.
    pub source: String,
}

impl std::fmt::Display for TooSlow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "the allowed pattern {} takes too long: it has a back-reference; write it without",
            self.source
        )
    }
}

impl std::error::Error for TooSlow {}

impl AllowedLines {
    /// Returns what excuses the lines that one of `patterns` matches; with each comes what messages say of it.
    ///
    /// # Errors
    ///
    /// When the patterns are too large together.
    pub fn new(patterns: Vec<(Ere, String)>) -> Result<Self, SetError> {
        let (patterns, sources): (Vec<Ere>, Vec<String>) = patterns.into_iter().unzip();
        let set = PatternSet::new(&patterns, WordMatch::No)?;
        Ok(Self { set, sources })
    }

    /// Returns true when there are no patterns.
    pub fn is_empty(&self) -> bool {
        self.set.is_empty()
    }

    /// Returns true when some pattern matches `line`, the whole line as it is printed.
    ///
    /// # Errors
    ///
    /// When none matches, and one could not be tried to the end.
    pub fn excuses(&self, line: &BStr) -> Result<bool, TooSlow> {
        self.set.is_match(line).map_err(|gave_up| TooSlow {
            source: self.sources[gave_up.pattern].clone(),
        })
    }

    /// Returns true when some pattern matches the line `number` of the file `path`. `in_history` says that patterns may begin with the id of
    /// a commit, which is not known.
    ///
    /// # Errors
    ///
    /// As [`excuses`](Self::excuses).
    pub fn excuses_line(
        &self,
        path: &BStr,
        number: u64,
        content: &[u8],
        in_history: bool,
    ) -> Result<bool, TooSlow> {
        let number = format!(":{number}:");
        let whole = [NO_COMMIT, path, number.as_bytes(), content].concat();
        let rest = &whole[NO_COMMIT.len()..];
        Ok(self.excuses(rest.into())? || in_history && self.excuses(BStr::new(&whole))?)
    }
}

#[cfg(test)]
mod tests {
    use super::AllowedLines;
    use crate::ere::Ere;

    fn allowed(patterns: &[&str]) -> AllowedLines {
        let pattern = |text: &&str| (Ere::parse(text.as_bytes()).unwrap(), format!("{text:?}"));
        AllowedLines::new(patterns.iter().map(pattern).collect()).unwrap()
    }

    #[track_caller]
    fn check(pattern: &str, in_history: bool, expected: bool) {
        let told =
            allowed(&[pattern]).excuses_line("docs/a.txt".into(), 12, b"key = x", in_history);
        assert_eq!(told, Ok(expected), "{pattern}");
    }

    #[test]
    fn the_whole_printed_line_is_looked_at() {
        for in_history in [false, true] {
            check("^docs/", in_history, true);
            check("^docs/a\\.txt:12:", in_history, true);
            check(":1:", in_history, false);
            check("key = x$", in_history, true);
            check("^key", in_history, false);
            check("nothing", in_history, false);
        }
        check("^[0-9a-f]{40}:docs/", true, true);
        check("^[0-9a-f]{40}:docs/", false, false);
    }

    #[test]
    fn nothing_excuses_nothing() {
        assert!(allowed(&[]).is_empty());
        assert_eq!(allowed(&[]).excuses("a:1:".into()), Ok(false));
    }

    #[test]
    fn what_takes_too_long_is_told() {
        let slow = allowed(&[r"(a|aa)+(a|aa)+(a|aa)+b\1x", "z$"]);
        let line = "a".repeat(400);
        let error = slow
            .excuses(format!("{line}bx").as_str().into())
            .unwrap_err();
        assert!(error.to_string().contains("takes too long"), "{error}");
        assert_eq!(slow.excuses(format!("{line}bxz").as_str().into()), Ok(true));
    }
}
