//! Finds the lines that have a shape of some pattern.

use std::ops::Range;

use aho_corasick::{AhoCorasick, Input, MatchKind};

use super::{
    group::Group,
    teddy::{MAX_SHAPES, Teddy},
};
use crate::ere::shapes::Shape;

/// From how many literals on an automaton is faster than passes of Teddy: its speed does not depend on their number.
const MANY: usize = 4 * MAX_SHAPES;

/// The shapes of all groups that have some.
pub(super) struct Gate {
    passes: Vec<Teddy>,
    many: Option<Many>,
}

/// A great many literals.
struct Many {
    automaton: AhoCorasick,
    /// The group of each.
    groups: Vec<usize>,
}

impl Gate {
    /// Makes the gate for `groups`, given the shapes of each pattern.
    pub(super) fn new(groups: &[Group], shapes: &[Option<Vec<Shape>>]) -> Option<Self> {
        let mut all: Vec<(Shape, usize)> = Vec::new();
        for (number, group) in groups.iter().enumerate() {
            if group.has_shapes {
                let of_group = group.patterns.iter().filter_map(|n| shapes[*n].as_ref());
                all.extend(of_group.flatten().map(|shape| (shape.clone(), number)));
            }
        }
        all.sort_unstable();
        all.dedup();
        if all.is_empty() {
            return None;
        }
        let is_literal = |shape: &Shape| shape.iter().all(|set| set.len() == 1);
        let literals = all.iter().filter(|(shape, _)| is_literal(shape)).count();
        let mut many = None;
        if literals >= MANY {
            let (literals, others) = all.into_iter().partition(|(shape, _)| is_literal(shape));
            many = Some(Many::new(literals));
            all = others;
        }
        let passes = all.chunks(MAX_SHAPES);
        Some(Self {
            passes: passes.map(|shapes| Teddy::new(shapes.to_vec())).collect(),
            many,
        })
    }

    /// Returns a place in `range` of `text` on the first line that has a shape.
    pub(super) fn find(&self, text: &[u8], range: Range<usize>) -> Option<usize> {
        let mut end = range.end;
        if let Some(many) = &self.many {
            let input = Input::new(text).range(range.clone());
            end = many
                .automaton
                .find(input)
                .map_or(end, |found| found.start());
        }
        for pass in &self.passes {
            // What comes later on is of no interest once something was found.
            pass.find(text, range.start..end, |at, _| {
                end = at;
                false
            });
        }
        (end < range.end).then_some(end)
    }

    /// Adds to `out` the groups that have a shape on `line`.
    pub(super) fn groups(&self, line: &[u8], out: &mut Vec<usize>) {
        let mut add = |group: usize| {
            if !out.contains(&group) {
                out.push(group);
            }
        };
        if let Some(many) = &self.many {
            for found in many.automaton.find_overlapping_iter(line) {
                add(many.groups[found.pattern().as_usize()]);
            }
        }
        for pass in &self.passes {
            pass.find(line, 0..line.len(), |_, group| {
                add(group);
                true
            });
        }
    }
}

impl Many {
    fn new(literals: Vec<(Shape, usize)>) -> Self {
        let text = |shape: &Shape| {
            let mut text = Vec::with_capacity(shape.len());
            for set in shape {
                set.each(|byte| text.push(byte));
            }
            text
        };
        let automaton = AhoCorasick::builder()
            .match_kind(MatchKind::Standard)
            .build(literals.iter().map(|(shape, _)| text(shape)))
            .expect("literals are short, and their number has a limit");
        Self {
            automaton,
            groups: literals.into_iter().map(|(_, group)| group).collect(),
        }
    }
}
