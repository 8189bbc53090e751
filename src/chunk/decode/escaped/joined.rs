//! Literals in quotes that stand for one: joined by an operator on one line, or one below the other.

use super::{BEFORE, Encoded, Encoding, GAP, Kind, MAX_BYTES, Output, Stretch};

/// What a join begins with.
pub(super) const LITERALS: &[&str] = &[
    "\" + \"", "' + '", "\"+\"", "'+'", "\" . \"", "' . '", "\" +\n", "' +\n", "\" +\r", "' +\r",
    "\"+\n", "'+\n", "\" .\n", "' .\n", "\" \\\n", "' \\\n", "\"\n ", "'\n ", "\"\n\t", "'\n\t",
    "\"\r\n", "'\r\n",
];

/// The longest join, in bytes: what a line is indented by.
pub(super) const MAX_JOIN: usize = 128;

/// Returns how long the join is that begins here, with both quotes.
pub(super) fn join(rest: &[u8]) -> Option<usize> {
    if !LITERALS
        .iter()
        .any(|text| rest.starts_with(text.as_bytes()))
    {
        return None;
    }
    let quote = rest[0];
    let limit = rest.len().min(MAX_JOIN);
    let mut operators = 0;
    for at in 1..limit {
        match rest[at] {
            b' ' | b'\t' | b'\r' | b'\n' => {}
            b'+' | b'.' if operators == 0 => operators += 1,
            b'\\' if matches!(rest.get(at + 1), Some(b'\n' | b'\r')) => {}
            // A prefix of Python or Rust.
            b'b' | b'f' | b'r' | b'u' if rest.get(at + 1) == Some(&quote) => {}
            other => return (other == quote).then_some(at + 1),
        }
    }
    None
}

/// Returns the stretch of literals that are joined with the one that ends at `at`.
pub(super) fn stretch(bytes: &[u8], at: usize) -> Stretch {
    let quote = bytes[at];
    let low = at.saturating_sub(GAP);
    // The literal's own first quote, and the last one of the literal before it.
    let mut quotes = memchr::memrchr_iter(quote, &bytes[low..at]).map(|back| low + back);
    let (opening, before) = (quotes.next(), quotes.next());
    let is_joined = opening.zip(before).is_some_and(|(opening, before)| {
        join(&bytes[before..]).is_some_and(|len| before + len == opening + 1)
    });
    if is_joined {
        return Stretch {
            encoded: None,
            back: at - low + 1,
            reach: at + MAX_JOIN,
        };
    }
    let start = at.saturating_sub(BEFORE);
    let start = memchr::memrchr(b'\n', &bytes[start..at]).map_or(start, |feed| start + feed + 1);
    let limit = bytes.len().min(at + MAX_BYTES);
    let mut last = at;
    let mut end = at;
    while let Some(len) = join(&bytes[last..limit]) {
        let from = last + len;
        let Some(closing) = memchr::memchr2(quote, b'\n', &bytes[from..limit.min(from + GAP)])
        else {
            end = limit.min(from + GAP);
            break;
        };
        last = from + closing;
        end = last;
        if bytes[last] != quote {
            break;
        }
    }
    // The rest of the line may say what it is.
    let rest = limit.min(end + BEFORE);
    let end = memchr::memchr(b'\n', &bytes[end..rest]).map_or(rest, |feed| end + feed);
    Stretch {
        encoded: Some(Encoded {
            range: start..end,
            encoding: Encoding::Escaped(Kind::Joined),
        }),
        back: at - low + 1,
        reach: (end + MAX_JOIN).max(end + 1),
    }
}

pub(super) fn one(rest: &[u8], _out: &mut Output, _at: usize) -> usize {
    join(rest).unwrap_or(0)
}
