//! Rules for lines: which lines a change touches, and what becomes of a line that has a match.

use std::ops::Range;

use super::{Carrier, Hit, LINE};
use crate::{
    chunk::Chunk,
    detection::{LOOK_BACK, look_ahead},
    rule::{LineRules, TooSlow},
    scan::lines,
};

impl Carrier<'_> {
    /// Puts down the lines that `changed` touches, which come in order, where they have a match of a rule for lines.
    pub(super) fn search_lines_near(
        &mut self,
        lines: &LineRules,
        bytes: &[u8],
        changed: impl Iterator<Item = Range<usize>>,
    ) {
        let mut tries = std::mem::take(&mut self.tries);
        let mut touched: Option<Range<usize>> = None;
        for changed in changed {
            let line = whole_lines(bytes, &changed);
            match &mut touched {
                Some(last) if line.start <= last.end => last.end = last.end.max(line.end),
                _ => {
                    if let Some(last) = touched.replace(line) {
                        self.search_lines(lines, bytes, last, &mut tries);
                    }
                }
            }
        }
        if let Some(last) = touched {
            self.search_lines(lines, bytes, last, &mut tries);
        }
        self.tries = tries;
    }

    /// Adds to `tries` the lines in `range` that have a match of a rule for lines.
    pub(super) fn search_lines(
        &mut self,
        lines: &LineRules,
        bytes: &[u8],
        range: Range<usize>,
        tries: &mut Vec<Hit>,
    ) {
        let slow = lines.starts(&bytes[range.clone()], |start| {
            let start = u32::try_from(range.start + start).unwrap_or(u32::MAX);
            tries.push(Hit { start, rule: LINE });
        });
        self.slow.extend(slow);
    }

    /// Returns the rules that took too long on the last object.
    pub(in crate::scan) fn take_slow(&mut self) -> Vec<TooSlow> {
        std::mem::take(&mut self.slow)
    }

    /// Tries the line that starts at a hit, if there still is one.
    pub(super) fn attempt_line(&mut self, bytes: &[u8], hit: Hit) {
        let rules = self.engine.rules();
        let start = hit.start as usize;
        let Some(line_rules) = rules
            .lines()
            .filter(|_| start == 0 || bytes[start - 1] == b'\n')
        else {
            return;
        };
        let end = memchr::memchr(b'\n', &bytes[start..]).map_or(bytes.len(), |at| start + at);
        let (mut any, mut all, mut reach) = (false, Vec::new(), end + 1);
        let slow = line_rules.find(&bytes[start..end], |found| {
            any = true;
            reach = reach.max(start + found.span.end + look_ahead(rules.rule(found.rule)));
        });
        self.slow.extend(slow);
        if !any {
            // Where the line changes, it is searched anew.
            return;
        }
        let whole = Chunk {
            bytes,
            offset: 0,
            core: 0..bytes.len(),
            text: true,
        };
        // What was slow has been told.
        drop(lines::find(
            self.engine,
            &whole,
            start..end,
            None,
            &mut |made| {
                all.push(made);
            },
        ));
        self.remember(hit, LOOK_BACK, reach, all);
    }
}

/// Returns the lines that `changed` touches, without the last line feed.
fn whole_lines(bytes: &[u8], changed: &Range<usize>) -> Range<usize> {
    let start = memchr::memrchr(b'\n', &bytes[..changed.start]).map_or(0, |at| at + 1);
    let end = memchr::memchr(b'\n', &bytes[changed.end..]);
    start..end.map_or(bytes.len(), |at| changed.end + at)
}
