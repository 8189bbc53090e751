//! From a byte offset to a line and a column.

use std::ops::Range;

/// A place in a text: line and column count from 1, the column in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The line, from 1.
    pub line: u64,
    /// The column, from 1, in bytes.
    pub column: u64,
}

/// Counts lines while a text is read from front to back, chunk by chunk.
#[derive(Debug, Clone)]
pub struct LineCounter {
    /// How many newlines stand before `at`.
    newlines: u64,
    /// The offset right after the last newline before `at`.
    line_start: u64,
    /// The offset up to which newlines are counted.
    at: u64,
}

impl Default for LineCounter {
    fn default() -> Self {
        Self::new()
    }
}

impl LineCounter {
    /// Returns a counter that stands at the start of a text.
    pub fn new() -> Self {
        Self {
            newlines: 0,
            line_start: 0,
            at: 0,
        }
    }

    /// Moves forward to `offset`, which is not before the last one; `chunk` begins at `chunk_offset` and holds all bytes from
    /// the last offset to `offset`.
    ///
    /// # Panics
    ///
    /// When the chunk does not hold those bytes.
    pub fn advance(&mut self, chunk: &[u8], chunk_offset: u64, offset: u64) {
        let from =
            usize::try_from(self.at - chunk_offset).expect("the counter stands within the chunk");
        let to = usize::try_from(offset - chunk_offset).expect("the offset lies within the chunk");
        let passed = &chunk[from..to];
        self.newlines += memchr::memchr_iter(b'\n', passed).count() as u64;
        if let Some(last) = memchr::memrchr(b'\n', passed) {
            self.line_start = self.at + last as u64 + 1;
        }
        self.at = offset;
    }

    /// Returns the place the counter stands at.
    pub fn place(&self) -> Place {
        Place {
            line: self.newlines + 1,
            column: self.at - self.line_start + 1,
        }
    }
}

/// Returns the line around `span` without its line break, cut to at most `most` bytes before and after the span.
pub fn line_around(bytes: &[u8], span: Range<usize>, most: usize) -> Range<usize> {
    let low = span.start.saturating_sub(most);
    let high = bytes.len().min(span.end + most);
    let start = memchr::memrchr(b'\n', &bytes[low..span.start]).map_or(low, |at| low + at + 1);
    let end = memchr::memchr(b'\n', &bytes[span.end..high]).map_or(high, |at| span.end + at);
    start..if end > span.end && bytes[end - 1] == b'\r' {
        end - 1
    } else {
        end
    }
}

/// Returns the `count` lines before the one that `span` starts on and the `count` after the one that it ends on, as far as they stand within
/// `most` bytes of it: empty ranges where there are none.
pub fn lines_beside(
    bytes: &[u8],
    span: Range<usize>,
    count: usize,
    most: usize,
) -> (Range<usize>, Range<usize>) {
    let low = span.start.saturating_sub(most);
    let high = bytes.len().min(span.end + most);
    let mut feeds = memchr::memrchr_iter(b'\n', &bytes[low..span.start]).map(|at| low + at);
    let before = feeds.next().map_or(low..low, |end| {
        feeds.nth(count - 1).map_or(low, |feed| feed + 1)..end
    });
    let mut feeds = memchr::memchr_iter(b'\n', &bytes[span.end..high]).map(|at| span.end + at);
    let after = feeds.next().map_or(high..high, |feed| {
        feed + 1..feeds.nth(count - 1).unwrap_or(high)
    });
    (before, after)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{LineCounter, Place, line_around, lines_beside};

    #[track_caller]
    fn check(text: &str, offset: usize, line: u64, column: u64) {
        let mut counter = LineCounter::new();
        counter.advance(text.as_bytes(), 0, offset as u64);
        assert_eq!(counter.place(), Place { line, column });
    }

    #[test]
    fn places() {
        check("abc", 0, 1, 1);
        check("abc", 2, 1, 3);
        check("a\nbc", 2, 2, 1);
        check("a\r\nbc", 4, 2, 2);
        check("\n\n\n", 3, 4, 1);
    }

    #[test]
    fn lines() {
        let text = b"one\ntwo three\r\nfour";
        assert_eq!(&text[line_around(text, 8..10, 100)], b"two three");
        assert_eq!(&text[line_around(text, 8..10, 2)], b"o thre");
    }

    #[test]
    fn lines_beside_a_span() {
        let text = b"a\nbb\nccc\nHERE\nTOO\nd\r\nee\nf";
        let span = 9..17;
        assert_eq!(&text[span.clone()], b"HERE\nTOO");
        for (count, most, before, after) in [
            (1, 100, "ccc", "d\r"),
            (2, 100, "bb\nccc", "d\r\nee"),
            (9, 100, "a\nbb\nccc", "d\r\nee\nf"),
            (1, 3, "cc", "d\r"),
            (1, 1, "", ""),
            (1, 0, "", ""),
        ] {
            let (b, a) = lines_beside(text, span.clone(), count, most);
            let told = [&text[b], &text[a]].map(|one| std::str::from_utf8(one).unwrap());
            assert_eq!(told, [before, after], "{count} within {most}");
        }
    }

    proptest! {
        #[test]
        fn agrees_with_counting(text in "[a\n]{0,60}", cuts in proptest::collection::vec(0_usize..60, 0..6)) {
            let mut cuts: Vec<usize> = cuts.into_iter().filter(|c| *c <= text.len()).collect();
            cuts.sort_unstable();
            let mut counter = LineCounter::new();
            for cut in cuts {
                counter.advance(text.as_bytes(), 0, cut as u64);
                let before = &text.as_bytes()[..cut];
                let line = memchr::memchr_iter(b'\n', before).count() as u64 + 1;
                let column = before.iter().rev().take_while(|b| **b != b'\n').count() as u64 + 1;
                prop_assert_eq!(counter.place(), Place { line, column });
            }
        }
    }
}
