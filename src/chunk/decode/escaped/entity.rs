//! Character references of HTML and XML (HTML, section 13.5).

use super::{Output, character, hex};

pub(super) const LITERALS: &[&str] = &[
    "&quot;", "&apos;", "&#x", "&#X", "&#1", "&#3", "&#4", "&#5", "&#6", "&#7", "&#8", "&#9", "&#0",
];

/// Those that text in quotes or in URLs has.
const NAMED: [(&[u8], u8); 5] = [
    (b"&quot;", b'"'),
    (b"&apos;", b'\''),
    (b"&amp;", b'&'),
    (b"&lt;", b'<'),
    (b"&gt;", b'>'),
];

/// The longest number, in digits.
const MAX_DIGITS: usize = 7;

pub(super) fn is_escape(rest: &[u8]) -> bool {
    LITERALS
        .iter()
        .any(|text| rest.starts_with(text.as_bytes()))
}

pub(super) fn one(rest: &[u8], out: &mut Output, at: usize) -> usize {
    if rest[0] != b'&' {
        return 0;
    }
    if let Some((name, byte)) = NAMED.iter().find(|(name, _)| rest.starts_with(name)) {
        out.push(*byte, at);
        return name.len();
    }
    let Some(number) = rest.strip_prefix(b"&#") else {
        return 0;
    };
    let (digits, base) = match number.first() {
        Some(b'x' | b'X') => (&number[1..], 16),
        _ => (number, 10),
    };
    let len = digits
        .iter()
        .take(MAX_DIGITS)
        .take_while(|digit| hex(**digit).is_some_and(|value| value < base))
        .count();
    let value = digits[..len].iter().fold(0, |value, digit| {
        value * base + hex(*digit).unwrap_or_default()
    });
    match character(value) {
        Some(c) if len > 0 => {
            out.push_char(c, at);
            let taken = rest.len() - digits.len() + len;
            taken + usize::from(digits.get(len) == Some(&b';'))
        }
        _ => 0,
    }
}
