//! The portable engine: one bit for the window at each position.

use super::tables::{Tables, WINDOW, may_start};

/// Calls `each` with the places in `text`, from `first` on, where a window begins that the bitmap has.
pub(super) fn find(tables: &Tables, text: &[u8], first: usize, mut each: impl FnMut(usize)) {
    let bits = tables.bits();
    let Some(rest) = text.get(first..) else {
        return;
    };
    for (at, window) in (first..).zip(rest.windows(WINDOW)) {
        let word = u32::from_le_bytes([window[0], window[1], window[2], 0]);
        if may_start(bits, word) {
            each(at);
        }
    }
}
