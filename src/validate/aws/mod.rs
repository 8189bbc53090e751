//! What Amazon's credentials look like inside.

pub mod bedrock;
pub mod key_id;
pub mod presigned;
pub mod secret;
pub mod service;
pub mod token;

use std::borrow::Cow;

/// Returns the value that `raw` stands for: a value may be percent-encoded (`%2F`), JSON-escaped (`\/`, `\u002f`), written with
/// character references (`&#x2F;`), split into neighbouring string literals (`"wJal" + "rXUt"`, `` `wJal${"rXUt"}` ``) or wrapped
/// over lines.
///
/// Used for access key ids and secrets, whose alphabet holds none of the bytes removed here, so nothing of a plain value is lost.
pub fn plain(raw: &[u8]) -> Cow<'_, [u8]> {
    if raw
        .iter()
        .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/'))
    {
        return Cow::Borrowed(raw);
    }
    let mut out = Vec::with_capacity(raw.len());
    let mut at = 0;
    let mut between = false;
    while let Some(&byte) = raw.get(at) {
        let rest = &raw[at..];
        if let Some(len) = interpolation(rest).filter(|_| !between) {
            at += len;
        } else if byte == b'"' || byte == b'\'' || byte == b'`' {
            between = !between;
            at += 1;
        } else if between {
            at += 1;
        } else if let Some((value, len)) = escape(rest) {
            out.push(value);
            at += len;
        } else {
            if byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=') {
                out.push(byte);
            }
            at += 1;
        }
    }
    Cow::Owned(out)
}

/// Returns the length of the sign at the start of `text` by which a template literal passes to or from a literal within it: `${"`,
/// `${""}`, `"}`.
fn interpolation(text: &[u8]) -> Option<usize> {
    let is_quote = |at: usize| text.get(at).is_some_and(|b| b"\"'`".contains(b));
    if text.starts_with(b"${") {
        let quotes = (2..4).take_while(|at| is_quote(*at)).count();
        let empty = quotes == 2 && text.get(4) == Some(&b'}');
        return Some(2 + quotes + usize::from(empty));
    }
    (is_quote(0) && text.get(1) == Some(&b'}')).then_some(2)
}

/// Returns the byte that the escape at the start of `text` stands for, and the escape's length.
fn escape(text: &[u8]) -> Option<(u8, usize)> {
    let hex = |digits: &[u8]| {
        let digits = std::str::from_utf8(digits).ok()?;
        u8::from_str_radix(digits, 16).ok()
    };
    if text.first() == Some(&b'%') {
        return Some((hex(text.get(1..3)?)?, 3));
    }
    if let Some(reference) = text.strip_prefix(b"&#") {
        let len = memchr::memchr(b';', reference.get(..4.min(reference.len()))?)?;
        let digits = &reference[..len];
        let value = match digits {
            [b'x' | b'X', digits @ ..] => hex(digits)?,
            _ => std::str::from_utf8(digits).ok()?.parse().ok()?,
        };
        return Some((value, len + 3));
    }
    let slashes = text.iter().take(2).take_while(|b| **b == b'\\').count();
    let after = text.get(slashes..)?;
    if slashes > 0
        && after
            .get(..3)
            .is_some_and(|u| u.eq_ignore_ascii_case(b"u00"))
    {
        return Some((hex(after.get(3..5)?)?, slashes + 5));
    }
    None
}

/// Returns true when `haystack` holds `needle`.
pub(super) fn holds(haystack: &[u8], needle: &[u8]) -> bool {
    memchr::memmem::find(haystack, needle).is_some()
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[track_caller]
    fn check(raw: &str, expected: &str) {
        assert_eq!(plain(raw.as_bytes()), expected.as_bytes(), "{raw}");
    }

    #[test]
    fn encodings_are_undone() {
        check("aB3+/x", "aB3+/x");
        check("aB%2Fc%2bd", "aB/c+d");
        check(r"aB\/c\u002Fd\\/e\\u002be", "aB/c/d/e+e");
        check(r#"aB" + "cd' . 'ef"#, "aBcdef");
        check("aB\\\n  cd", "aBcd");
        check("aB\" & _\n \"cd", "aBcd");
        check("aB&#x2F;c&#43;d", "aB/c+d");
        check("aB\\\" + \\\"cd", "aBcd");
        check("aB${\"cd\"}ef", "aBcdef");
        check("aB${''}cd", "aBcd");
        check("aB\n    cd", "aBcd");
    }
}
