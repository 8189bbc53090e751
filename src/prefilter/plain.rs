//! The portable engine: one bit for the window at each position.

use std::ops::Range;

use super::{
    Hit, Tables, offset,
    tables::{WINDOW, may_start},
};

/// Adds the hits of `bytes` whose windows begin in `range`.
pub(super) fn find(tables: &Tables, bytes: &[u8], range: Range<usize>, hits: &mut Vec<Hit>) {
    let bits = tables.bits();
    let end = bytes.len().min(range.end + WINDOW - 1);
    let Some(text) = bytes.get(range.start..end) else {
        return;
    };
    for (at, window) in (range.start..).zip(text.windows(WINDOW)) {
        let word = u32::from_le_bytes([window[0], window[1], window[2], 0]);
        if may_start(bits, word) {
            tables.verify(bytes, at, |literal, start| {
                hits.extend(literal.rules.iter().map(|rule| Hit {
                    start: offset(start),
                    rule: *rule,
                }));
            });
        }
    }
}
