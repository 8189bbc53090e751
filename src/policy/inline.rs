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

/// Returns the marker on `line` that excuses the rule `id`, with the reason that it gives.
///
/// A wrong rule id does not excuse, and neither does a marker of ours without a reason.
pub fn marker<'a>(line: &'a [u8], id: &str) -> Option<&'a [u8]> {
    let mut ours = ours(line)
        .filter(|one| (one.rule == b"all" || one.rule == id.as_bytes()) && !one.reason.is_empty());
    ours.next().map(|one| one.text).or_else(|| {
        FOREIGN.iter().find_map(|marker| {
            let at = memchr::memmem::find(line, marker)?;
            line.get(at..at + marker.len())
        })
    })
}

/// A marker of ours.
struct Ours<'a> {
    /// All of it, without what closes the comment.
    text: &'a [u8],
    rule: &'a [u8],
    reason: &'a [u8],
}

/// Returns the markers of ours on `line`.
fn ours(line: &[u8]) -> impl Iterator<Item = Ours<'_>> {
    memchr::memmem::find_iter(line, OURS).filter_map(|at| {
        let text = strip_comment_end(line[at..].trim_ascii());
        let rest = text.get(OURS.len()..)?.strip_prefix(b" ")?;
        let rule = rest.split(u8::is_ascii_whitespace).next()?;
        let reason = rest[rule.len()..].trim_ascii();
        Some(Ours { text, rule, reason })
    })
}

/// Returns a text without what closes a comment.
fn strip_comment_end(text: &[u8]) -> &[u8] {
    [b"*/".as_slice(), b"-->", b"%>", b"#}"]
        .iter()
        .find_map(|end| text.strip_suffix(*end))
        .unwrap_or(text)
        .trim_ascii()
}

#[cfg(test)]
mod tests {
    use super::marker;

    #[track_caller]
    fn check(line: &str, expected: bool) {
        assert_eq!(
            marker(line.as_bytes(), "aws-access-key-pair").is_some(),
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

    #[test]
    fn the_marker_is_told_with_its_reason() {
        for (line, expected) in [
            (
                "x /* keyfence:allow all a test */",
                "keyfence:allow all a test",
            ),
            (
                "x # keyfence:allow all  rotated in May \t",
                "keyfence:allow all  rotated in May",
            ),
            ("x # gitleaks:allow because", "gitleaks:allow"),
        ] {
            assert_eq!(marker(line.as_bytes(), "x"), Some(expected.as_bytes()));
        }
    }
}
