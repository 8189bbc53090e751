//! The portable engine: the hash of the window at every position.

use std::ops::Range;

use super::{Hit, Tables, offset};

/// Adds the hits whose windows begin in `range`.
pub(super) fn find(tables: &Tables, bytes: &[u8], range: Range<usize>, hits: &mut Vec<Hit>) {
    for at in range {
        tables.verify(bytes, at, |literal, start| {
            hits.extend(literal.rules.iter().map(|rule| Hit {
                start: offset(start),
                rule: *rule,
            }));
        });
    }
}
