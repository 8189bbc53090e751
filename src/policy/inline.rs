//! Inline markers: `keyfence:allow RULE|all REASON` in a comment on the line of a secret.
//!
//! Markers of other tools are understood as "all", so that a team that switches keeps what it decided.

/// The markers of other tools. A line that contains one excuses every rule.
const FOREIGN: &[&[u8]] = &[
    b"gitleaks:allow",
    b"betterleaks:allow",
    b"trufflehog:ignore",
    b"kingfisher:ignore",
    b"kingfisher:allow",
    b"pragma: allowlist secret",
    b"pragma: whitelist secret",
];

const OURS: &[u8] = b"keyfence:allow";

/// Returns true when a marker on `line` excuses the rule `id`.
///
/// A wrong rule id does not excuse, and neither does a marker without a reason.
pub fn excuses(line: &[u8], id: &str) -> bool {
    ours(line).any(|(rule, reason)| (rule == b"all" || rule == id.as_bytes()) && !reason.is_empty())
        || FOREIGN
            .iter()
            .any(|marker| memchr::memmem::find(line, marker).is_some())
}

/// Returns the rule and the reason of each marker of ours on `line`.
fn ours(line: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    memchr::memmem::find_iter(line, OURS).filter_map(|at| {
        let rest = line[at + OURS.len()..].strip_prefix(b" ")?;
        let rule = rest.split(u8::is_ascii_whitespace).next()?;
        Some((rule, strip_comment_end(rest[rule.len()..].trim_ascii())))
    })
}

/// Returns the reason without what closes a comment.
fn strip_comment_end(reason: &[u8]) -> &[u8] {
    [b"*/".as_slice(), b"-->", b"%>", b"#}"]
        .iter()
        .find_map(|end| reason.strip_suffix(*end))
        .unwrap_or(reason)
        .trim_ascii()
}

#[cfg(test)]
mod tests {
    use super::excuses;

    #[track_caller]
    fn check(line: &str, expected: bool) {
        assert_eq!(
            excuses(line.as_bytes(), "aws-access-key-pair"),
            expected,
            "{line}"
        );
    }

    #[test]
    fn markers() {
        check(
            "x # keyfence:allow aws-access-key-pair rotated in May",
            true,
        );
        check("x # keyfence:allow all documentation", true);
        check("x # keyfence:allow github-pat rotated", false);
        check("x # keyfence:allow aws-access-key-pair", false);
        check("x /* keyfence:allow aws-access-key-pair */", false);
        check("x <!-- keyfence:allow all docs -->", true);
        check("x # keyfence:allow", false);
        check("x # gitleaks:allow", true);
        check("x  # pragma: allowlist secret", true);
        check("plain", false);
    }
}
