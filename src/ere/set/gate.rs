//! Finds the lines that have a needle.

use std::ops::Range;

use aho_corasick::{AhoCorasick, Input, MatchKind};

use super::group::Group;

/// The needles of all groups that have some.
pub(super) struct Gate {
    /// Finds whether there is any needle, and the first; with few needles by comparing many bytes at a time.
    first: AhoCorasick,
    /// Finds all needles, where that makes a difference.
    each: Option<AhoCorasick>,
    /// The group of each needle.
    groups: Vec<usize>,
}

impl Gate {
    /// Makes the gate for `groups`, given the needles of each pattern.
    pub(super) fn new(groups: &[Group], needles: &[Option<Vec<Vec<u8>>>]) -> Option<Self> {
        let mut texts: Vec<(&[u8], usize)> = Vec::new();
        for (n, group) in groups
            .iter()
            .enumerate()
            .filter(|(_, group)| group.has_needles)
        {
            let of_group = group
                .patterns
                .iter()
                .filter_map(|pattern| needles[*pattern].as_ref());
            texts.extend(of_group.flatten().map(|needle| (needle.as_slice(), n)));
        }
        texts.sort_unstable();
        texts.dedup();
        if texts.is_empty() {
            return None;
        }
        let build = |kind| {
            AhoCorasick::builder()
                .match_kind(kind)
                .build(texts.iter().map(|(text, _)| text))
                .expect("needles are short, and their number has a limit")
        };
        let several = texts.iter().any(|(_, group)| *group != texts[0].1);
        Some(Self {
            // Only leftmost searches are done by comparing many bytes at a time.
            first: build(MatchKind::LeftmostFirst),
            each: several.then(|| build(MatchKind::Standard)),
            groups: texts.iter().map(|(_, group)| *group).collect(),
        })
    }

    /// Returns where the first needle in `range` of `text` is.
    pub(super) fn find(&self, text: &[u8], range: Range<usize>) -> Option<usize> {
        let input = Input::new(text).range(range);
        self.first.find(input).map(|found| found.start())
    }

    /// Adds to `out` the groups that have a needle on `line`, which has one.
    pub(super) fn groups(&self, line: &[u8], out: &mut Vec<usize>) {
        let Some(each) = &self.each else {
            out.push(self.groups[0]);
            return;
        };
        for found in each.find_overlapping_iter(line) {
            let group = self.groups[found.pattern().as_usize()];
            if !out.contains(&group) {
                out.push(group);
            }
        }
    }
}
