//! Text from hostile places made fit for a terminal, and numbers made fit for people.

use std::{borrow::Cow, fmt::Write as _};

use unicode_width::UnicodeWidthChar as _;

/// Returns true for characters that a terminal acts on or that hide or reorder other text: control characters, line and
/// paragraph separators, bidirectional controls (Unicode Standard Annex 9), zero-width and tag characters.
///
/// Variation selectors and combining marks stay: they are part of how people write.
fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// Returns the escape for `c` where it must not be printed as it is: `\n`, `\u{1b}`.
pub(super) fn escape_char(c: char) -> Option<String> {
    is_unsafe(c).then(|| match c {
        '\n' | '\r' | '\t' => c.escape_default().to_string(),
        _ => c.escape_unicode().to_string(),
    })
}

/// Returns `text` with control and bidi characters escaped.
pub(crate) fn escape(text: &str) -> Cow<'_, str> {
    if !text.contains(is_unsafe) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match escape_char(c) {
            Some(escaped) => out.push_str(&escaped),
            None => out.push(c),
        }
    }
    Cow::Owned(out)
}

/// Returns `bytes` as text with control and bidi characters escaped, and bytes that are not UTF-8 as `\xff`.
pub(crate) fn escape_bytes(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        out.push_str(&escape(chunk.valid()));
        for byte in chunk.invalid() {
            // Writing to a string cannot fail.
            let _ = write!(out, "\\x{byte:02x}");
        }
    }
    out
}

/// Returns how many columns of a terminal `text` takes.
pub(super) fn width(text: &str) -> usize {
    unicode_width::UnicodeWidthStr::width(text)
}

/// Returns `text`, or as much of it as fits into `columns`, with `…` for the rest.
pub(super) fn clip(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let mut out = String::new();
    let mut left = columns.saturating_sub(1);
    for c in text.chars() {
        let Some(rest) = left.checked_sub(c.width().unwrap_or(0)) else {
            break;
        };
        left = rest;
        out.push(c);
    }
    out.push('…');
    out
}

/// Returns a count with its noun: `1 file`, `2 files`.
pub(super) fn count(n: u64, noun: &str) -> String {
    format!("{n} {noun}{}", if n == 1 { "" } else { "s" })
}

/// Returns a number of bytes in binary units (IEC 80000-13): `999 B`, `1.2 KiB`.
pub(super) fn bytes(n: u64) -> String {
    const UNITS: [&str; 6] = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
    if n < 1024 {
        return format!("{n} B");
    }
    // Tenths, rounded half up, in whole numbers.
    let mut unit = 0;
    let mut scale = 1024_u128;
    let tenths = |scale: u128| (u128::from(n) * 10 + scale / 2) / scale;
    while tenths(scale) >= 10_240 && unit + 1 < UNITS.len() {
        scale *= 1024;
        unit += 1;
    }
    let tenths = tenths(scale);
    format!("{}.{} {}", tenths / 10, tenths % 10, UNITS[unit])
}

/// Returns a duration in milliseconds for people: `12 ms`, `1.2 s`, `2 min 5 s`.
pub(super) fn duration(ms: u64) -> String {
    match ms {
        0..1000 => format!("{ms} ms"),
        1000..60_000 => format!("{}.{} s", ms / 1000, ms % 1000 / 100),
        _ => format!("{} min {} s", ms / 60_000, ms % 60_000 / 1000),
    }
}

#[cfg(test)]
mod tests {
    use super::{bytes, clip, count, duration, escape_bytes};

    #[track_caller]
    fn check(input: &[u8], expected: &str) {
        assert_eq!(escape_bytes(input), expected);
    }

    #[test]
    fn nothing_reaches_the_terminal_but_text() {
        check(b"src/main.rs", "src/main.rs");
        check("Grüße/日本.env".as_bytes(), "Grüße/日本.env");
        check(b"a\nb\x1b[31m\x7f\x00", "a\\nb\\u{1b}[31m\\u{7f}\\u{0}");
        check(
            "a\u{202e}b\u{2066}\u{feff}".as_bytes(),
            "a\\u{202e}b\\u{2066}\\u{feff}",
        );
        check("\u{9b}31m".as_bytes(), "\\u{9b}31m");
        check(b"caf\xe9/x\xff", "caf\\xe9/x\\xff");
    }

    #[test]
    fn long_texts_are_cut_to_columns() {
        for (text, columns, expected) in [
            ("abc", 3, "abc"),
            ("abcd", 3, "ab…"),
            ("日本語", 5, "日本…"),
            ("日本語", 4, "日…"),
            ("e\u{301}e\u{301}", 1, "…"),
            ("", 0, ""),
        ] {
            assert_eq!(clip(text, columns), expected);
        }
    }

    #[test]
    fn numbers_for_people() {
        assert_eq!(count(1, "file"), "1 file");
        assert_eq!(count(0, "file"), "0 files");
        for (n, expected) in [
            (0, "0 B"),
            (1023, "1023 B"),
            (1024, "1.0 KiB"),
            (1536, "1.5 KiB"),
            (1024 * 1024 - 1, "1.0 MiB"),
            (u64::MAX, "16.0 EiB"),
        ] {
            assert_eq!(bytes(n), expected);
        }
        for (ms, expected) in [
            (0, "0 ms"),
            (999, "999 ms"),
            (1250, "1.2 s"),
            (125_000, "2 min 5 s"),
        ] {
            assert_eq!(duration(ms), expected);
        }
    }
}
