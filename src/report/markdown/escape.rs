//! Texts from hostile places made fit for Markdown.

use crate::report::text;

/// The most characters of one text.
const CHARACTERS: usize = 200;

/// Returns `value` as a code span, in which there are no links, images, mentions, references or HTML
/// (<https://github.github.com/gfm/#code-spans>). What ends a code span or a cell of a table is written as an escape, as control
/// characters are: there is no other way to have both in one that all readers of Markdown agree on.
pub(super) fn code(value: &str) -> String {
    whole_code(&clipped(value))
}

/// Returns `value` as a code span, however long it is: who asks for secrets in clear needs all of them.
pub(super) fn whole_code(value: &str) -> String {
    let escaped = text::escape(value)
        .replace('`', "\\u{60}")
        .replace('|', "\\u{7c}");
    match escaped.trim() {
        "" if escaped.is_empty() => String::new(),
        // Spaces at both ends are taken off, and a span of spaces alone is none.
        trimmed if trimmed.len() < escaped.len() => {
            format!("`{}`", escaped.replace(' ', "\\u{20}"))
        }
        _ => format!("`{escaped}`"),
    }
}

/// Returns `value` as text of a paragraph or cell. Only plain addresses become links.
pub(super) fn prose(value: &str) -> String {
    let value = clipped(value);
    let escaped = text::escape(&value);
    let words: Vec<String> = escaped.split(' ').map(word).collect();
    words.join(" ")
}

fn word(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-._/:?=%+,".contains(c);
    if word.starts_with("https://") && word.chars().all(is_plain) {
        return word.to_owned();
    }
    let mut out = String::with_capacity(word.len());
    for c in word.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            // A backslash does not keep GitHub from mentioning somebody; a zero-width space does.
            '@' => out.push_str("@&#8203;"),
            ':' => out.push_str(":&#8203;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '(' | ')' | '|' | '#' | '~' | '$' | '!' => {
                out.push('\\');
                out.push(c);
            }
            _ => out.push(c),
        }
    }
    // `www.` alone is a link, too.
    out.replace("www.", "www&#8203;.")
}

/// Returns `value`, or as much of it as a report has room for.
fn clipped(value: &str) -> String {
    match value.char_indices().nth(CHARACTERS) {
        None => value.to_owned(),
        Some((end, _)) => {
            let mut out = value.get(..end).unwrap_or_default().to_owned();
            out.push('…');
            out
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{code, prose};

    #[test]
    fn nothing_ends_a_code_span() {
        for (text, expected) in [
            ("src/a b.rs", "`src/a b.rs`"),
            ("a`|`b", "`a\\u{60}\\u{7c}\\u{60}b`"),
            ("<img src=x> @all", "`<img src=x> @all`"),
            ("a\nb\u{202e}", "`a\\nb\\u{202e}`"),
            (" x ", "`\\u{20}x\\u{20}`"),
            ("", ""),
        ] {
            assert_eq!(code(text), expected);
        }
    }

    #[test]
    fn prose_has_no_markup() {
        for (text, expected) in [
            ("Delete it", "Delete it"),
            (
                "at https://example.com/a_b?c=1",
                "at https://example.com/a_b?c=1",
            ),
            ("@all", "@&#8203;all"),
            ("[x](http://e.x)", "\\[x\\]\\(http:&#8203;//e.x\\)"),
            ("<b> **b** | `c`", "&lt;b&gt; \\*\\*b\\*\\* \\| \\`c\\`"),
            ("https://e.x/<b>", "https:&#8203;//e.x/&lt;b&gt;"),
            ("www.example.com", "www&#8203;.example.com"),
        ] {
            assert_eq!(prose(text), expected);
        }
    }

    #[test]
    fn long_texts_are_cut() {
        assert_eq!(code(&"é".repeat(300)).chars().count(), 203);
    }
}
