//! What may stand beside a token.
//!
//! `\b` is the wrong tool: tokens end in `-`, `_`, `=` or `~`, and in a string literal a token often follows an
//! escape (`\nAKIA…`, `%3DAKIA…`), where the byte before it is a letter that belongs to the escape. A rule names
//! a class instead: a match is refused when the byte on either side belongs to the class, unless the byte before it ends
//! an escape sequence.

/// The class of bytes that may not stand directly beside a match.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Boundary {
    /// Anything may stand beside the match.
    None,
    /// Letters and digits.
    Alnum,
    /// Letters, digits and `_`.
    Word,
    /// Letters, digits, `_` and `-`: the base64url alphabet.
    Base64Url,
    /// Letters, digits, `+` and `/`: the base64 alphabet of RFC 4648 section 4, without padding.
    Base64,
    /// Hexadecimal digits.
    Hex,
}

impl Boundary {
    /// Returns the boundary that the rule format calls `name`.
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "none" => Self::None,
            "alnum" => Self::Alnum,
            "word" => Self::Word,
            "base64url" => Self::Base64Url,
            "base64" => Self::Base64,
            "hex" => Self::Hex,
            _ => return None,
        })
    }

    /// Returns the name the rule format uses.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Alnum => "alnum",
            Self::Word => "word",
            Self::Base64Url => "base64url",
            Self::Base64 => "base64",
            Self::Hex => "hex",
        }
    }

    /// Returns true when `byte` belongs to the class.
    pub fn contains(self, byte: u8) -> bool {
        match self {
            Self::None => false,
            Self::Alnum => byte.is_ascii_alphanumeric(),
            Self::Word => byte.is_ascii_alphanumeric() || byte == b'_',
            Self::Base64Url => byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-',
            Self::Base64 => byte.is_ascii_alphanumeric() || byte == b'+' || byte == b'/',
            Self::Hex => byte.is_ascii_hexdigit(),
        }
    }

    /// Returns true when a match may start at `start`.
    ///
    /// Looks at no more than [`LOOK_BEHIND_BYTES`] bytes before `start`.
    pub fn allows_start(self, bytes: &[u8], start: usize) -> bool {
        let Some(&before) = start.checked_sub(1).and_then(|at| bytes.get(at)) else {
            return true;
        };
        !self.contains(before)
            || ends_escape(&bytes[start.saturating_sub(LOOK_BEHIND_BYTES)..start])
    }

    /// Returns how many bytes before `start` the answer of [`Self::allows_start`] depends on; where the text begins before that, it depends
    /// on that, too.
    pub fn look_behind(self, bytes: &[u8], start: usize) -> usize {
        match start.checked_sub(1).and_then(|at| bytes.get(at)) {
            Some(before) if self.contains(*before) => match before {
                b'm' => LOOK_BEHIND_BYTES,
                b if b.is_ascii_hexdigit() => 6,
                b'n' | b'r' | b't' | b'v' => 2,
                _ => 1,
            },
            _ => 1,
        }
    }

    /// Returns true when a match may end at `end`.
    pub fn allows_end(self, bytes: &[u8], end: usize) -> bool {
        bytes.get(end).is_none_or(|&after| !self.contains(after))
    }
}

/// How many bytes before a match decide whether it may start there.
pub const LOOK_BEHIND_BYTES: usize = 12;

/// Returns true when `before` ends in an escape sequence: `\n`, `%3D`, `\x3d`, `\u003d`, or a terminal colour (`ESC [ … m`).
fn ends_escape(before: &[u8]) -> bool {
    let n = before.len();
    let hex = |from: usize| before[from..].iter().all(u8::is_ascii_hexdigit);
    (n >= 2 && before[n - 2] == b'\\' && b"nrtfvb0".contains(&before[n - 1]))
        || (n >= 3 && before[n - 3] == b'%' && hex(n - 2))
        || (n >= 4 && before[n - 4..].starts_with(b"\\x") && hex(n - 2))
        || (n >= 6 && before[n - 6..].starts_with(b"\\u") && hex(n - 4))
        || ends_colour(before)
}

/// Returns true when `before` ends in an ECMA-48 "select graphic rendition" sequence.
fn ends_colour(before: &[u8]) -> bool {
    let Some((b'm', rest)) = before.split_last() else {
        return false;
    };
    let Some(open) = rest.iter().rposition(|&b| b == b'[') else {
        return false;
    };
    open > 0
        && rest[open - 1] == 0x1b
        && rest[open + 1..]
            .iter()
            .all(|b| b.is_ascii_digit() || *b == b';')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Boundary, LOOK_BEHIND_BYTES};

    #[track_caller]
    fn check(boundary: Boundary, before: &str, expected: bool) {
        let text = format!("{before}TOKEN");
        assert_eq!(
            boundary.allows_start(text.as_bytes(), before.len()),
            expected,
            "{before:?}"
        );
    }

    #[test]
    fn start_of_a_match() {
        check(Boundary::Alnum, "", true);
        check(Boundary::Alnum, "a", false);
        check(Boundary::Alnum, "=", true);
        check(Boundary::Alnum, "_", true);
        check(Boundary::Word, "_", false);
        check(Boundary::Alnum, "\\n", true);
        check(Boundary::Alnum, "n", false);
        check(Boundary::Alnum, "%3D", true);
        check(Boundary::Alnum, "%zz", false);
        check(Boundary::Alnum, "\\u003d", true);
        check(Boundary::Alnum, "\\x3d", true);
        check(Boundary::Alnum, "\x1b[1;31m", true);
        check(Boundary::Alnum, "[31m", false);
        check(Boundary::Base64, "/", false);
        check(Boundary::None, "a", true);
    }

    #[test]
    fn end_of_a_match() {
        assert!(Boundary::Base64.allows_end(b"abc", 3));
        assert!(!Boundary::Base64.allows_end(b"abc/", 3));
        assert!(Boundary::Base64.allows_end(b"abc=", 3));
    }

    proptest! {
        #[test]
        fn what_lies_before_what_is_looked_at_changes_nothing(
            before in "([a-z0-9]|\\\\[nx]|\\\\u00|%3|\x1b\\[1;3|m){0,8}", other in "[ -~]{0,14}", at in 0_usize..6,
        ) {
            let boundaries = [
                Boundary::None, Boundary::Alnum, Boundary::Word, Boundary::Base64Url, Boundary::Base64, Boundary::Hex,
            ];
            let (boundary, bytes) = (boundaries[at], before.as_bytes());
            let back = boundary.look_behind(bytes, bytes.len());
            prop_assert!((1..=LOOK_BEHIND_BYTES).contains(&back));
            if back <= bytes.len() {
                let changed = [other.as_bytes(), &bytes[bytes.len() - back..]].concat();
                prop_assert_eq!(
                    boundary.allows_start(bytes, bytes.len()),
                    boundary.allows_start(&changed, changed.len())
                );
            }
        }
    }

    #[test]
    fn names_are_read_back() {
        for name in ["none", "alnum", "word", "base64url", "base64", "hex"] {
            assert_eq!(Boundary::from_name(name).unwrap().name(), name);
        }
        assert_eq!(Boundary::from_name("bytes"), None);
    }
}
