//! Templates on a page: without anything that looks like a value.

use std::sync::LazyLock;

use crate::{
    finding::SourceKind,
    rule::RuleSet,
    scan::{Options, Scanner},
};

/// What the holes in templates mean.
pub(super) const LEGEND: &str = "\
A rule has no samples but templates, so that nothing here looks like a credential. What stands in braces is drawn:\n\n\
- `{base62:36}`, `{hex:8-12}`: so many characters of the alphabet\n\
- `{uuid}`: a random UUID\n\
- `{one:a|b}`: one of these\n\
- `{b64:…}`, `{b64url:…}`, `{pct:…}`: what stands within, encoded\n\
- `{sum:…}`: a checksum; `{make:…}`: a whole structure, such as a key\n\n\
`…` stands for what was left out of a long text.\n";

/// Returns true when a built-in rule finds something in a line of a page.
pub(super) fn is_found(line: &str) -> bool {
    static SCANNER: LazyLock<Scanner> = LazyLock::new(|| {
        let options = Options {
            inline_markers: false,
            ..Options::default()
        };
        Scanner::new(RuleSet::builtin(), options)
    });
    let found = SCANNER.scan_bytes("page.md", SourceKind::Worktree, line.as_bytes());
    !found.is_empty()
}

/// From how many bytes on a word may look like a value.
const LONG: usize = 16;

/// How many bytes of it are shown.
const SHOWN: usize = 8;

/// How long a template may be, in characters.
const MOST: usize = 160;

/// Returns `template` with long words that may look like values cut, and cut itself where it is long.
pub(super) fn shown(template: &str) -> String {
    let mut out = String::new();
    // It stands for nothing: a checksum begins to count there.
    let template = template.replace("{@}", "");
    let mut rest = &*template;
    while !rest.is_empty() {
        let len = rest.find(|c: char| !is_token(c)).unwrap_or(rest.len());
        if len == 0 {
            let mut chars = rest.chars();
            out.extend(chars.next());
            rest = chars.as_str();
            continue;
        }
        let (word, behind) = rest.split_at(len);
        // The names of checksums and of makers are long words, too.
        let is_name = out.ends_with("{sum:") || out.ends_with("{make:");
        if len >= LONG && !is_name && looks_like_value(word) {
            out.extend(word.chars().take(SHOWN));
            out.push('…');
        } else {
            out.push_str(word);
        }
        rest = behind;
    }
    if out.chars().count() > MOST {
        out = out.chars().take(MOST).collect();
        out.push('…');
    }
    out
}

fn is_token(c: char) -> bool {
    c.is_ascii_alphanumeric() || "+/_-".contains(c)
}

/// Returns true for a word with digits, and for one with several letters of either case.
fn looks_like_value(word: &str) -> bool {
    let count = |test: fn(&u8) -> bool| word.bytes().filter(test).count();
    let cases = [count(u8::is_ascii_uppercase), count(u8::is_ascii_lowercase)];
    count(u8::is_ascii_digit) > 0 || cases.iter().all(|n| *n > 1)
}

#[cfg(test)]
mod tests {
    use super::shown;

    #[test]
    fn templates_keep_their_holes() {
        for text in [
            "ghp_{base62:30}{sum:crc32-base62-last}",
            "{make:pem-rsa/escaped}",
            "GITHUB_TOKEN=gho_{base62:36}",
            "password = {one:your-password-goes-here|changeme}",
        ] {
            assert_eq!(shown(text), text);
        }
    }

    #[test]
    fn long_words_are_cut() {
        assert_eq!(shown("{one:abcdef0123456789abcdef}"), "{one:abcdef01…}");
        assert_eq!(shown("0123456789012345 x"), "01234567… x");
        assert_eq!(shown(&"ab, ".repeat(60)).chars().count(), 161);
    }
}
