//! Finds the lines that have a shape of some pattern.

use std::ops::Range;

use super::{
    group::Group,
    teddy::{MAX_SHAPES, Teddy},
};
use crate::ere::shapes::Shape;

/// The shapes of all groups that have some.
pub(super) struct Gate {
    passes: Vec<Teddy>,
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
        let passes = all.chunks(MAX_SHAPES);
        Some(Self {
            passes: passes.map(|shapes| Teddy::new(shapes.to_vec())).collect(),
        })
    }

    /// Returns a place in `range` of `text` on the first line that has a shape.
    pub(super) fn find(&self, text: &[u8], range: Range<usize>) -> Option<usize> {
        let mut end = range.end;
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
        for pass in &self.passes {
            pass.find(line, 0..line.len(), |_, group| {
                if !out.contains(&group) {
                    out.push(group);
                }
                true
            });
        }
    }
}
