//! A value of YAML on the one line below its key (YAML 1.2.2 section 8.1).

use super::{Encoded, Encoding, Kind, Output, Stretch};

pub(super) const LITERALS: &[&str] = &[": |", ": >"];

/// How many bytes after the colon are looked at, in which the header, the indentation and the value have to be.
pub(super) const MAX_HEADER: usize = 1 << 10;

/// How many bytes before the colon are looked at for the key.
const MAX_KEY: usize = 256;

/// Returns true when only a header of a block follows on the line.
pub(super) fn is_escape(rest: &[u8]) -> bool {
    header(rest).is_some()
}

/// Returns where the line of the header ends.
fn header(rest: &[u8]) -> Option<usize> {
    let rest = &rest[..rest.len().min(MAX_HEADER)];
    if !LITERALS
        .iter()
        .any(|text| rest.starts_with(text.as_bytes()))
    {
        return None;
    }
    let end = memchr::memchr(b'\n', rest)?;
    let indicators = rest[3..end].trim_ascii_end();
    let is_indicator = |byte: &u8| matches!(byte, b'+' | b'-' | b'1'..=b'9');
    indicators.iter().all(is_indicator).then_some(end)
}

/// Returns how far a line is indented.
fn indent(line: &[u8]) -> usize {
    line.iter().take_while(|byte| **byte == b' ').count()
}

/// Returns the stretch from the key to its value, when that has one line.
pub(super) fn stretch(bytes: &[u8], at: usize) -> Stretch {
    let low = at.saturating_sub(MAX_KEY);
    let limit = bytes.len().min(at + MAX_HEADER);
    let nothing = Stretch {
        encoded: None,
        back: at - low + 1,
        reach: limit + 1,
    };
    let line = match memchr::memrchr(b'\n', &bytes[low..at]) {
        Some(feed) => low + feed + 1,
        None if low == 0 => 0,
        None => return nothing,
    };
    let Some(header) = header(&bytes[at..limit]).map(|end| at + end) else {
        return nothing;
    };
    // A list may have the key behind its dash.
    let key = indent(&bytes[line..at]);
    let mut lines = bytes[header + 1..limit].split(|byte| *byte == b'\n');
    let Some(value) = lines.next().filter(|value| indent(value) > key) else {
        return nothing;
    };
    let end = header + 1 + value.len();
    let next = lines.find(|line| !line.trim_ascii().is_empty());
    let is_alone = next.map_or(limit == bytes.len(), |line| indent(line) <= key);
    if value.trim_ascii().is_empty() || !is_alone || end >= limit && limit < bytes.len() {
        return nothing;
    }
    Stretch {
        encoded: Some(Encoded {
            range: line..end,
            encoding: Encoding::Escaped(Kind::Block),
        }),
        ..nothing
    }
}

/// Takes the header and the indentation out: `key: value`.
pub(super) fn one(rest: &[u8], out: &mut Output, at: usize) -> usize {
    match header(rest) {
        Some(end) => {
            out.push(b':', at);
            out.push(b' ', at + 1);
            let after = &rest[end + 1..];
            end + 1 + indent(after)
        }
        None => 0,
    }
}
