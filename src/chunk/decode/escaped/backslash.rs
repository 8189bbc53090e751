//! Escapes that begin with a backslash.

use super::{Output, character, hex};
use crate::chunk::decode::base64::is_base64;

/// Where escapes begin that hide what a rule looks for. Others are decoded with them.
pub(super) const LITERALS: &[&str] = &[
    r"\x2", r"\x3", r"\x4", r"\x5", r"\x6", r"\x7", r"\u00", r"\u{", r"\U0000", r"\04", r"\05",
    r"\06", r"\07", r"\10", r"\11", r"\12", r"\13", r"\14", r"\15", r"\16", r"\17", r#"\\""#,
];

pub(super) fn is_escape(rest: &[u8]) -> bool {
    let [_, first, second, ..] = *rest else {
        return false;
    };
    match first {
        b'/' => is_base64(second),
        b'n' => second.is_ascii_uppercase(),
        _ => LITERALS
            .iter()
            .any(|text| rest.starts_with(text.as_bytes())),
    }
}

pub(super) fn one(rest: &[u8], out: &mut Output, at: usize) -> usize {
    let [b'\\', letter, ..] = *rest else {
        return 0;
    };
    let simple = match letter {
        b'n' => b'\n',
        b't' => b'\t',
        b'r' => b'\r',
        b'"' | b'\'' | b'\\' | b'/' => letter,
        b'x' => return number(rest, 2, 2, out, at),
        b'u' if rest.get(2) == Some(&b'{') => return braced(rest, out, at),
        b'u' => return number(rest, 2, 4, out, at),
        b'U' => return number(rest, 2, 8, out, at),
        b'0'..=b'3' => return octal(rest, out, at),
        _ => return 0,
    };
    out.push(simple, at);
    2
}

/// `count` hexadecimal digits from `from` on.
fn number(rest: &[u8], from: usize, count: usize, out: &mut Output, at: usize) -> usize {
    let digits = rest.get(from..from + count).unwrap_or_default();
    let value = digits
        .iter()
        .try_fold(0, |value, digit| Some(value * 16 + hex(*digit)?));
    match value.filter(|_| !digits.is_empty()).and_then(character) {
        Some(c) => {
            out.push_char(c, at);
            from + count
        }
        None => 0,
    }
}

/// `\u{3d}`, as in Rust, JavaScript, Swift and PHP.
fn braced(rest: &[u8], out: &mut Output, at: usize) -> usize {
    let end = rest.iter().take(10).position(|byte| *byte == b'}');
    match end {
        Some(end) if end > 3 && number(rest, 3, end - 3, out, at) > 0 => end + 1,
        _ => 0,
    }
}

fn octal(rest: &[u8], out: &mut Output, at: usize) -> usize {
    let digits = rest[1..]
        .iter()
        .take(3)
        .take_while(|digit| (b'0'..=b'7').contains(digit));
    let (len, value) = digits.fold((1, 0), |(len, value), digit| {
        (len + 1, value * 8 + u32::from(digit - b'0'))
    });
    match character(value) {
        Some(c) => {
            out.push_char(c, at);
            len
        }
        None => 0,
    }
}
