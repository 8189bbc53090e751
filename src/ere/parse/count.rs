//! Counts: `{n}`, `{n,}`, `{n,m}`, `{,m}` and `{,}`.

use super::{Error, ErrorKind, Parser};
use crate::ere::MAX_COUNT;

/// One of the numbers of a count, and what ends it.
enum Number {
    /// There is none.
    Missing,
    /// What it is, or something above the largest.
    Is(u32),
}

impl Parser<'_> {
    /// Reads the count at the `{` here. Without a count the `{` is a character; nothing is read then. So it is with a bad count where
    /// none is `due`: at a start or after an anchor.
    pub(super) fn count(&mut self, due: bool) -> Result<Option<(u32, Option<u32>)>, Error> {
        let start = self.at;
        let rest = &self.pattern[start + 1..];
        // Up to the brace that ends it, or the second comma, which no count has.
        let Some((low, end)) = number(rest) else {
            return Ok(None);
        };
        let (low, high, len) = if rest[end] == b'}' {
            (low, None, end + 1)
        } else {
            let Some((high, more)) = number(&rest[end + 1..]) else {
                return Ok(None);
            };
            (low, Some(high), end + 1 + more + 1)
        };
        let malformed = matches!((&low, &high), (Number::Missing, None));
        if malformed || rest[len - 1] != b'}' {
            if !due {
                return Ok(None);
            }
            return Self::fail(start, ErrorKind::MalformedCount);
        }
        let min = match low {
            Number::Missing => 0,
            Number::Is(min) => min,
        };
        let max = match high {
            None => Some(min),
            Some(Number::Missing) => None,
            Some(Number::Is(max)) => Some(max),
        };
        if min > MAX_COUNT || max.is_some_and(|max| max > MAX_COUNT) {
            return Self::fail(start, ErrorKind::CountTooLarge);
        }
        if let Some(max) = max.filter(|max| *max < min) {
            if !due {
                return Ok(None);
            }
            return Self::fail(start, ErrorKind::ReversedCount { min, max });
        }
        self.at = start + 1 + len;
        Ok(Some((min, max)))
    }
}

/// Reads digits up to a comma or a closing brace. Returns them, and where that is; nothing when anything else is met.
fn number(text: &[u8]) -> Option<(Number, usize)> {
    let end = text.iter().position(|byte| !byte.is_ascii_digit())?;
    if !matches!(text[end], b',' | b'}') {
        return None;
    }
    if end == 0 {
        return Some((Number::Missing, 0));
    }
    let value = text[..end].iter().fold(0, |value: u32, digit| {
        (value * 10 + u32::from(digit - b'0')).min(MAX_COUNT + 1)
    });
    Some((Number::Is(value), end))
}
