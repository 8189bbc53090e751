//! Escapes one at a time: what one stands for, and how long it is.
//!
//! Unlike the decoders of [`crate::chunk::decode`], which open stretches of text that may hide what a rule looks for, these take every escape
//! that a program writes: `\"` and `&amp;` hide no token, but they do stand in passwords.

/// What begins with a mark and stands for something else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Escape {
    /// `%3D` (RFC 3986 section 2.1).
    Percent,
    /// `\"`, `\n`, `\x3d`, `\075`, `\u003d`, `\u{3d}`, `\U0000003d`: JSON (RFC 8259 section 7), C, shells and their kin.
    Backslash,
    /// `&amp;`, `&#61;`, `&#x3d;`: the five names of XML 1.0 section 4.6, and numbers.
    Entity,
}

/// The most bytes of one escape.
pub(super) const MAX_UNIT: usize = 12;

/// What an escape stands for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Unit {
    bytes: [u8; 4],
    len: u8,
    /// How many bytes the escape has.
    pub(super) width: usize,
}

impl Unit {
    fn byte(byte: u8, width: usize) -> Self {
        Self {
            bytes: [byte, 0, 0, 0],
            len: 1,
            width,
        }
    }

    fn character(number: u32, width: usize) -> Option<Self> {
        let mut bytes = [0; 4];
        let len = char::from_u32(number)?.encode_utf8(&mut bytes).len();
        Some(Self {
            bytes,
            len: u8::try_from(len).ok()?,
            width,
        })
    }

    /// Returns the bytes it stands for.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.len)]
    }
}

impl Escape {
    /// All of them.
    pub(super) const ALL: [Self; 3] = [Self::Percent, Self::Backslash, Self::Entity];

    /// Returns the byte that each of its escapes begins with.
    pub(super) fn mark(self) -> u8 {
        match self {
            Self::Percent => b'%',
            Self::Backslash => b'\\',
            Self::Entity => b'&',
        }
    }

    /// Returns what the escape at `at` stands for, if there is one.
    pub(super) fn unit(self, bytes: &[u8], at: usize) -> Option<Unit> {
        let rest = bytes.get(at..)?;
        if *rest.first()? != self.mark() {
            return None;
        }
        let rest = &rest[..rest.len().min(MAX_UNIT)];
        match self {
            Self::Percent => {
                let number = number(rest.get(1..3)?, 16)?;
                Some(Unit::byte(u8::try_from(number).ok()?, 3))
            }
            Self::Backslash => backslash(rest),
            Self::Entity => entity(rest),
        }
    }
}

fn backslash(rest: &[u8]) -> Option<Unit> {
    let simple = match *rest.get(1)? {
        b'n' => b'\n',
        b't' => b'\t',
        b'r' => b'\r',
        letter @ (b'"' | b'\'' | b'\\' | b'/' | b'$' | b'`') => letter,
        b'x' => return Unit::character(number(rest.get(2..4)?, 16)?, 4),
        b'u' if rest.get(2) == Some(&b'{') => {
            let end = rest.iter().position(|b| *b == b'}')?;
            return Unit::character(number(rest.get(3..end)?, 16)?, end + 1);
        }
        b'u' => return Unit::character(number(rest.get(2..6)?, 16)?, 6),
        b'U' => return Unit::character(number(rest.get(2..10)?, 16)?, 10),
        b'0'..=b'1' => return Unit::character(number(rest.get(1..4)?, 8)?, 4),
        _ => return None,
    };
    Some(Unit::byte(simple, 2))
}

fn entity(rest: &[u8]) -> Option<Unit> {
    let end = rest.iter().position(|b| *b == b';')?;
    let number = match &rest[1..end] {
        b"quot" => u32::from(b'"'),
        b"apos" => u32::from(b'\''),
        b"amp" => u32::from(b'&'),
        b"lt" => u32::from(b'<'),
        b"gt" => u32::from(b'>'),
        [b'#', b'x' | b'X', digits @ ..] => number(digits, 16)?,
        [b'#', digits @ ..] => number(digits, 10)?,
        _ => return None,
    };
    Unit::character(number, end + 1)
}

/// Returns the number that `digits` of this base write; none where there are no digits, or one is something else.
fn number(digits: &[u8], base: u32) -> Option<u32> {
    let add = |value: u32, digit: &u8| {
        let digit = char::from(*digit).to_digit(base)?;
        value.checked_mul(base)?.checked_add(digit)
    };
    let value = digits.iter().try_fold(0, add);
    value.filter(|_| !digits.is_empty())
}

#[cfg(test)]
mod tests {
    use super::Escape;

    #[track_caller]
    fn check(escape: Escape, text: &str, expected: Option<(&str, usize)>) {
        let unit = escape.unit(text.as_bytes(), 0);
        let got = unit
            .as_ref()
            .map(|unit| (std::str::from_utf8(unit.bytes()).unwrap(), unit.width));
        assert_eq!(got, expected, "{text}");
    }

    #[test]
    fn escapes() {
        use Escape::{Backslash, Entity, Percent};
        check(Percent, "%3Dx", Some(("=", 3)));
        check(Percent, "%3dx", Some(("=", 3)));
        check(Percent, "%3", None);
        check(Percent, "%zz", None);
        check(Percent, "x", None);
        check(Backslash, r#"\"x"#, Some(("\"", 2)));
        check(Backslash, r"\\", Some(("\\", 2)));
        check(Backslash, r"\x3dx", Some(("=", 4)));
        check(Backslash, r"\u003dx", Some(("=", 6)));
        check(Backslash, r"\u00e9", Some(("\u{e9}", 6)));
        check(Backslash, r"\u{3d}x", Some(("=", 6)));
        check(Backslash, r"\u{}", None);
        check(Backslash, r"\U0000003d", Some(("=", 10)));
        check(Backslash, r"\075", Some(("=", 4)));
        check(Backslash, r"\ud800", None);
        check(Backslash, r"\q", None);
        check(Backslash, r"\", None);
        check(Entity, "&amp;x", Some(("&", 5)));
        check(Entity, "&#61;x", Some(("=", 5)));
        check(Entity, "&#x3D;", Some(("=", 6)));
        check(Entity, "&nbsp;", None);
        check(Entity, "& b;", None);
        check(Entity, "&#;", None);
    }
}
