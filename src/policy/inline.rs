//! Inline markers: `keyfence:allow RULE|all REASON` in a comment on a line of the secret, `keyfence:allow-next-line RULE|all REASON` on the
//! line before.
//!
//! A secret of several lines, a private key, is excused by a marker on any of them. Markers of other tools are understood as "all", as far
//! as their documentation goes, so that a team that switches keeps what it decided:
//!
//! - gitleaks (<https://github.com/gitleaks/gitleaks#gitleaksallow>), betterleaks (<https://github.com/betterleaks/betterleaks>) and trufflehog
//!   (<https://github.com/trufflesecurity/trufflehog>) have one for the line itself;
//! - detect-secrets has one for the next line as well (<https://github.com/Yelp/detect-secrets#inline-allowlisting>);
//! - kingfisher's also counts right before and right after a secret of several lines, outside of its quotes
//!   (<https://github.com/mongodb/kingfisher/blob/main/docs/ADVANCED.md#inline-ignore-directives>).

/// How many lines on each side of those of a secret may have a marker that excuses it: that of the quotes, and the one beyond.
pub const LINES_BESIDE: usize = 2;

/// The markers of other tools for their own line. They excuse every rule.
const FOREIGN: &[&[u8]] = &[
    b"gitleaks:allow",
    b"betterleaks:allow",
    b"trufflehog:ignore",
    KINGFISHER,
    b"kingfisher:allow",
    b"pragma: allowlist secret",
    b"pragma: whitelist secret",
];

/// Those for the next line.
const FOREIGN_NEXT: &[&[u8]] = &[
    b"pragma: allowlist nextline secret",
    b"pragma: whitelist nextline secret",
];

/// The one for a secret of several lines, beside it.
const KINGFISHER: &[u8] = b"kingfisher:ignore";

const OURS: &[u8] = b"keyfence:allow";
const OURS_NEXT: &[u8] = b"keyfence:allow-next-line";

/// What a string of several lines begins and ends with, where that has a line of its own.
const QUOTES: &[&[u8]] = &[b"\"", b"'", b"`"];

/// Returns true when a marker for other lines than its own may stand in `lines`.
pub fn may_excuse_others(lines: &[u8]) -> bool {
    let mut markers = FOREIGN_NEXT.iter().chain([&OURS_NEXT, &KINGFISHER]);
    markers.any(|marker| find(lines, marker).is_some())
}

/// The lines on which a marker for one secret may stand.
#[derive(Debug, Clone, Copy)]
pub struct Lines<'a> {
    /// Up to [`LINES_BESIDE`] before those of the secret.
    pub before: &'a [u8],
    /// Those of the secret, with what else stands on them.
    pub own: &'a [u8],
    /// Up to [`LINES_BESIDE`] after them.
    pub after: &'a [u8],
}

impl<'a> Lines<'a> {
    /// Returns the marker that excuses the rule `id`, with the reason that it gives.
    ///
    /// A wrong rule id does not excuse, and neither does a marker of ours without a reason.
    pub fn marker(&self, id: &str) -> Option<&'a [u8]> {
        let line_before = self.before.rsplit(|byte| *byte == b'\n').next();
        of_lines(self.own)
            .find_map(|line| ours(line, OURS, id).or_else(|| foreign(line, FOREIGN)))
            .or_else(|| {
                let line = line_before?;
                ours(line, OURS_NEXT, id).or_else(|| foreign(line, FOREIGN_NEXT))
            })
            .or_else(|| self.beside())
    }

    /// Returns the marker beside a secret of several lines: next to it, or next to the line of its quotes.
    fn beside(&self) -> Option<&'a [u8]> {
        if !self.own.contains(&b'\n') {
            return None;
        }
        let quotes = |line: &[u8], has: fn(&[u8], &[u8]) -> bool| {
            let line = line.trim_ascii();
            QUOTES.iter().any(|quote| has(line, quote))
        };
        let mut before = self.before.rsplit(|byte| *byte == b'\n');
        let mut after = of_lines(self.after);
        let (near_before, near_after) = (before.next()?, after.next()?);
        let far_before = before
            .next()
            .filter(|_| quotes(near_before, <[u8]>::ends_with));
        let far_after = after
            .next()
            .filter(|_| quotes(near_after, <[u8]>::starts_with));
        [Some(near_before), far_before, Some(near_after), far_after]
            .into_iter()
            .flatten()
            .find_map(|line| foreign(line, &[KINGFISHER]))
    }
}

fn of_lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(|byte| *byte == b'\n')
}

fn find(text: &[u8], what: &[u8]) -> Option<usize> {
    memchr::memmem::find(text, what)
}

/// Returns the first of `markers` that stands on `line`.
fn foreign<'a>(line: &'a [u8], markers: &[&[u8]]) -> Option<&'a [u8]> {
    markers.iter().find_map(|marker| {
        let at = find(line, marker)?;
        line.get(at..at + marker.len())
    })
}

/// Returns the marker of ours called `name` that stands on `line` and excuses the rule `id`: all of it, up to what closes the comment.
fn ours<'a>(line: &'a [u8], name: &[u8], id: &str) -> Option<&'a [u8]> {
    memchr::memmem::find_iter(line, name).find_map(|at| {
        let text = comment(&line[at..]);
        let rest = text
            .get(name.len()..)?
            .strip_prefix(b" ")?
            .trim_ascii_start();
        let rule = rest.split(u8::is_ascii_whitespace).next()?;
        let is_meant = rule == b"all" || rule == id.as_bytes();
        let has_reason = !rest[rule.len()..].trim_ascii().is_empty();
        (is_meant && has_reason).then_some(text)
    })
}

/// Returns what of `text`, which begins in a comment, is in it. Code may follow, and the secret in it.
fn comment(text: &[u8]) -> &[u8] {
    let ends = [b"*/".as_slice(), b"-->", b"%>", b"#}"];
    let end = ends.iter().filter_map(|end| find(text, end)).min();
    text[..end.unwrap_or(text.len())].trim_ascii()
}

#[cfg(test)]
mod tests {
    use super::{Lines, may_excuse_others};

    const RULE: &str = "aws-access-key-pair";

    /// Checks whether the lines excuse a secret that stands on those between `|`.
    #[track_caller]
    fn check(text: &str, expected: bool) {
        let parts: Vec<&[u8]> = text.split('|').map(str::as_bytes).collect();
        let (before, own, after) = match parts[..] {
            [own] => (&b""[..], own, &b""[..]),
            [before, own, after] => (before, own, after),
            _ => panic!("{text}"),
        };
        let lines = Lines { before, own, after };
        assert_eq!(lines.marker(RULE).is_some(), expected, "{text}");
        let on_own = Lines {
            before: b"",
            after: b"",
            ..lines
        };
        // What is not kept for markers must not have one.
        if expected && on_own.marker(RULE).is_none() {
            assert!([before, after].into_iter().any(may_excuse_others), "{text}");
        }
    }

    #[test]
    fn on_the_line() {
        check(
            "x # keyfence:allow aws-access-key-pair rotated in May",
            true,
        );
        check("x # keyfence:allow all documentation", true);
        check("x # keyfence:allow  all  documentation", true);
        check("x # keyfence:allow github-pat rotated", false);
        check(
            "x # keyfence:allow github-pat a; keyfence:allow all b",
            true,
        );
        check("x # keyfence:allow aws-access-key-pair", false);
        check("x /* keyfence:allow aws-access-key-pair */", false);
        check("/* keyfence:allow aws-access-key-pair */ x", false);
        check("/* keyfence:allow all docs */ x", true);
        check("x <!-- keyfence:allow all docs -->", true);
        check("x # keyfence:allow", false);
        check("x # keyfence:allowed all docs", false);
        check("x # gitleaks:allow", true);
        check("x # betterleaks:allow", true);
        check("x # trufflehog:ignore", true);
        check("x # kingfisher:ignore", true);
        check("x  # pragma: allowlist secret", true);
        check("x  # pragma: whitelist secret", true);
        check("plain", false);
    }

    #[test]
    fn for_the_next_line() {
        check("# keyfence:allow-next-line all docs|x|y", true);
        check(
            "# keyfence:allow-next-line aws-access-key-pair docs\r|x|y",
            true,
        );
        check("z\n<!-- keyfence:allow-next-line all docs -->|x|y", true);
        check("# pragma: allowlist nextline secret|x|y", true);
        check("# pragma: whitelist nextline secret|x|y", true);
        // Another line, another rule, no reason.
        check("# keyfence:allow-next-line all docs\nz|x|y", false);
        check("z|x # keyfence:allow-next-line all docs|y", false);
        check("z|x|# keyfence:allow-next-line all docs", false);
        check("# keyfence:allow-next-line github-pat docs|x|y", false);
        check("# keyfence:allow-next-line aws-access-key-pair|x|y", false);
        check("# pragma: allowlist nextline secret\n|x|y", false);
        check("z|x # pragma: allowlist nextline secret|y", false);
        check("z|x|# pragma: allowlist nextline secret", false);
        // These are for their own line.
        check("# keyfence:allow all docs|x|y", false);
        check("# pragma: allowlist secret|x|y", false);
        check("# gitleaks:allow|x|y", false);
        check("# kingfisher:ignore|x|# kingfisher:ignore", false);
    }

    #[test]
    fn for_several_lines() {
        check("z|a # keyfence:allow all docs\nb\nc|y", true);
        check("z|a\nb # keyfence:allow all docs\nc|y", true);
        check(
            "z|a\nb\nc # keyfence:allow aws-access-key-pair docs|y",
            true,
        );
        check("z|a\nb\nc # gitleaks:allow|y", true);
        check("# keyfence:allow-next-line all docs|a\nb|y", true);
        check("z|a # keyfence:allow-next-line all docs\nb|y", false);
        check("z|a\nb # keyfence:allow all\nreason|y", false);
        check("z|a\nb # keyfence:allow github-pat docs\nc|y", false);
        check("z|a\nb|# keyfence:allow all docs", false);
    }

    #[test]
    fn beside_several_lines_for_kingfisher() {
        check("# kingfisher:ignore|a\nb|y", true);
        check("z|a\nb|# kingfisher:ignore", true);
        check("z|a\nb|\"\"\"  # kingfisher:ignore", true);
        check("z|a\nb|\"\"\"\n# kingfisher:ignore", true);
        check("# kingfisher:ignore\nKEY = \"\"\"|a\nb|y", true);
        check("# kingfisher:ignore\nKEY = 1|a\nb|y", false);
        check("z|a\nb|KEY = 1\n# kingfisher:ignore", false);
        check("# gitleaks:allow|a\nb|# trufflehog:ignore", false);
    }

    #[test]
    fn the_marker_is_told_with_its_reason() {
        for (line, expected) in [
            (
                "x /* keyfence:allow all a test */",
                "keyfence:allow all a test",
            ),
            (
                "/* keyfence:allow all a test */ x",
                "keyfence:allow all a test",
            ),
            (
                "x # keyfence:allow all  rotated in May \t",
                "keyfence:allow all  rotated in May",
            ),
            (
                "x # keyfence:allow all rotated\nthe secret goes on",
                "keyfence:allow all rotated",
            ),
            ("x # gitleaks:allow because", "gitleaks:allow"),
        ] {
            let lines = Lines {
                before: b"",
                own: line.as_bytes(),
                after: b"",
            };
            assert_eq!(lines.marker("x"), Some(expected.as_bytes()));
        }
    }
}
