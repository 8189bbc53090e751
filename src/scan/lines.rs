//! Rules for lines, over a blob: whole, or chunk by chunk.
//!
//! What such a rule finds is a function of a line, however long. So where a blob comes in chunks, lines are put together again before they are
//! looked at, with as much round them as checks and judges see.

use std::ops::Range;

use super::detect::{self, Made};
use crate::{
    chunk::{Chunk, LEFT, RIGHT},
    engine::Engine,
    matcher::{self, lines::LineCounter},
    rule::{RuleSet, TooSlow},
};

/// The longest line of a blob that is read in chunks, in bytes; a longer one is looked at in pieces, and that is told.
const MAX_LINE_BYTES: usize = 16 << 20;

/// Hands to `each` what the rules for lines find in `range` of the text `whole`, which begins and ends where a line does.
pub(super) fn find(
    engine: &Engine,
    whole: &Chunk<'_>,
    range: Range<usize>,
    path: Option<&[u8]>,
    each: &mut dyn FnMut(Made),
) -> Vec<TooSlow> {
    matcher::each_in_lines(engine.rules(), whole.bytes, range, |candidate| {
        if let Some(made) = detect::candidate(engine, &candidate, whole, path) {
            each(made);
        }
    })
}

/// The lines of a blob that comes in chunks.
#[derive(Debug, Default)]
pub(super) struct Feed {
    /// What is still needed of the blob.
    pub(super) buffer: Vec<u8>,
    /// Where in the blob the buffer begins.
    pub(super) offset: u64,
    /// Stands where the buffer begins.
    pub(super) counter: LineCounter,
    /// Where in the buffer the lines begin that were not looked at.
    next: usize,
    /// True when a line was cut.
    pub(super) cut: bool,
}

impl Feed {
    /// Adds the next bytes of the blob. Returns which lines of the buffer can be looked at.
    pub(super) fn push(&mut self, bytes: &[u8]) -> Option<Range<usize>> {
        self.buffer.extend_from_slice(bytes);
        // Judges look behind a line, too.
        let seen = self.buffer.len().saturating_sub(RIGHT);
        let fresh = self.buffer.get(self.next..seen)?;
        let end = match memchr::memrchr(b'\n', fresh) {
            Some(feed) => self.next + feed + 1,
            None if fresh.len() < MAX_LINE_BYTES => return None,
            None => {
                self.cut = true;
                seen
            }
        };
        Some(self.next..end)
    }

    /// Returns which lines are left at the end of the blob.
    pub(super) fn rest(&self) -> Range<usize> {
        self.next..self.buffer.len()
    }

    /// Forgets the lines before `end`, but for what judges look back at.
    pub(super) fn done(&mut self, end: usize) {
        let gone = end.saturating_sub(LEFT);
        let offset = self.offset + gone as u64;
        self.counter.advance(&self.buffer, self.offset, offset);
        self.buffer.drain(..gone);
        self.offset = offset;
        self.next = end - gone;
    }
}

/// Says that a rule took too long.
pub(super) fn too_slow(rules: &RuleSet, slow: TooSlow) -> String {
    format!("the rule `{}` {slow}", rules.rule(slow.rule).id)
}

/// Says that a line was cut.
pub(super) fn cut() -> String {
    format!(
        "a line is longer than {} MiB; rules for lines looked at it in pieces",
        MAX_LINE_BYTES >> 20
    )
}
