//! What is said of prohibited lines, on standard error.

use std::io::{self, Write as _};

use bstr::BString;

/// What follows the lines: an empty line, the verdict, and the ways on but for the last.
const VERDICT: &str = "
[ERROR] Matched one or more prohibited patterns

Possible mitigations:
- No secret? Allow what matches the line: git config --add secrets.allowed PATTERN
- For everybody who works here: write the pattern to .gitallowed in the repository's root folder
- See what is prohibited: git config --get-all secrets.patterns
- See what is allowed: git config --get-all secrets.allowed
- See what the repository allows: cat .gitallowed, in its root folder
";

/// How to get past the check once, for all but merges.
const ONCE: &str = "- Go on just this once: --no-verify\n";

/// How to get past it in a merge: git runs prepare-commit-msg whatever `--no-verify` says.
const ONCE_IN_MERGE: &str = "- Go on just this once: git -c core.hooksPath=/dev/null merge\n";

/// Prints the report.
pub(super) fn print(lines: &[BString], in_merge: bool) {
    let mut out = Vec::new();
    for line in lines {
        out.extend_from_slice(line);
        out.push(b'\n');
    }
    out.extend_from_slice(VERDICT.as_bytes());
    let once = if in_merge { ONCE_IN_MERGE } else { ONCE };
    out.extend_from_slice(once.as_bytes());
    // Nothing can be done when standard error is closed; the exit code says it, too.
    drop(io::stderr().lock().write_all(&out));
}
