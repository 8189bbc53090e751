//! The walk over the lines of a text.

use std::ops::Range;

use memchr::{memchr, memrchr};

use super::{PatternSet, gate::Gate};
use crate::ere::backtrack::Steps;

/// What is found on a line.
pub(super) struct Found<'a> {
    /// The patterns that match, in order.
    pub(super) patterns: &'a [usize],
    /// The patterns that were given up.
    pub(super) given_up: &'a [usize],
}

/// What names lines to look at.
enum Source<'s> {
    /// Those with shapes.
    Gate(&'s Gate),
    /// Those that a group without shapes matches.
    Sweep(usize),
}

/// A source and the next line it names.
struct Next<'s> {
    source: Source<'s>,
    line: Range<usize>,
}

impl PatternSet {
    /// Tells `look` of each line of `text` up to `end` that has a match or was given up, in order, until it returns false.
    pub(super) fn search(
        &self,
        text: &[u8],
        end: usize,
        mut look: impl FnMut(Range<usize>, &Found<'_>) -> bool,
    ) {
        let mut steps = Steps::new(self.limits);
        let mut sources = self.sources(text, end);
        let (mut groups, mut patterns, mut given_up) = (Vec::new(), Vec::new(), Vec::new());
        while let Some(start) = sources.iter().map(|next| next.line.start).min() {
            groups.clear();
            patterns.clear();
            given_up.clear();
            let mut line = start..end;
            for next in sources.iter().filter(|next| next.line.start == start) {
                line = next.line.clone();
                match next.source {
                    Source::Gate(gate) => gate.groups(&text[line.clone()], &mut groups),
                    Source::Sweep(group) => groups.push(group),
                }
            }
            for group in &groups {
                self.groups[*group].try_line(&self.members, text, line.clone(), &mut patterns);
            }
            patterns.sort_unstable();
            self.keep_proven(
                &text[line.clone()],
                &mut steps,
                &mut patterns,
                &mut given_up,
            );
            let found = Found {
                patterns: &patterns,
                given_up: &given_up,
            };
            let something = !patterns.is_empty() || !given_up.is_empty();
            if something && !look(line.clone(), &found) {
                return;
            }
            sources.retain_mut(|next| {
                next.line.start != start || next.find(self, text, line.end + 1..end)
            });
        }
    }

    /// Returns what names lines, with the first line of each.
    fn sources(&self, text: &[u8], end: usize) -> Vec<Next<'_>> {
        let gate = self.gate.iter().map(Source::Gate);
        let sweeps = self.sweeps.iter().map(|group| Source::Sweep(*group));
        let first = |source| {
            let mut next = Next { source, line: 0..0 };
            next.find(self, text, 0..end).then_some(next)
        };
        gate.chain(sweeps).filter_map(first).collect()
    }

    /// Removes from `patterns` those with back-references that do not match `line` after all, or were given up.
    fn keep_proven(
        &self,
        line: &[u8],
        steps: &mut Steps,
        patterns: &mut Vec<usize>,
        given_up: &mut Vec<usize>,
    ) {
        patterns.retain(|pattern| {
            let Some(program) = &self.members[*pattern].program else {
                return true;
            };
            let Ok(found) = program.find(line, 0, steps) else {
                given_up.push(*pattern);
                return false;
            };
            found.is_some()
        });
    }
}

impl Next<'_> {
    /// Finds the next line, in `range` of `text`, which starts where a line does. Returns false where there is none.
    fn find(&mut self, set: &PatternSet, text: &[u8], range: Range<usize>) -> bool {
        // The last line has been.
        if range.start > range.end {
            return false;
        }
        let within = match self.source {
            Source::Gate(gate) => gate.find(text, range.clone()),
            Source::Sweep(group) => set.groups[group].find(&set.members, text, range.clone()),
        };
        let Some(within) = within else {
            return false;
        };
        let start = memrchr(b'\n', &text[range.start..within]);
        let end = memchr(b'\n', &text[within..range.end]);
        self.line = start.map_or(range.start, |at| range.start + at + 1)
            ..end.map_or(range.end, |at| within + at);
        true
    }
}
