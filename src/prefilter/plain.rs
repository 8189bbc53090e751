//! The portable engine: one bit for the window at each position.

use super::{
    Hit, Tables, offset,
    tables::{WINDOW, may_start},
};

/// Adds the hits whose windows begin at `from` or later.
pub(super) fn find(tables: &Tables, bytes: &[u8], from: usize, hits: &mut Vec<Hit>) {
    let bits = tables.bits();
    for (at, window) in bytes.windows(WINDOW).enumerate().skip(from) {
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
