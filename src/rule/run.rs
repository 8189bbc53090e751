//! What every match of a rule has in it: so many bytes of one set in a row.
//!
//! Names such as `datadog` stand in many files that have no key of Datadog's. Whether forty hexadecimal digits in a row follow is seen
//! in a few steps, where the regex would have to be compiled first, and walked over the line then.

use super::bytes::{ByteSet, has};

/// Bytes of one set in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Run {
    /// Which bytes, a bit each.
    pub set: ByteSet,
    /// How many of them, at least one.
    pub len: u32,
}

impl Run {
    /// Returns true when there is such a run in `bytes`.
    pub fn is_in(&self, bytes: &[u8]) -> bool {
        let len = self.len as usize;
        // A run covers one of the last bytes of windows that long. From there it is followed back, as far as is not known already.
        let (mut known, mut at) = (0, len - 1);
        while let Some(window) = bytes.get(known..=at) {
            let back = window.iter().rev().take_while(|b| has(&self.set, **b));
            match back.count() {
                all if all == window.len() && at + 1 - known >= len => return true,
                0 => {
                    known = at + 1;
                    at += len;
                }
                run => {
                    // Another `len - run` bytes decide.
                    let start = at + 1 - run;
                    known = start;
                    at = start + len - 1;
                }
            }
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Run;
    use crate::rule::bytes::{add, has};

    proptest! {
        #[test]
        fn finds_what_a_plain_search_finds(
            bytes in proptest::collection::vec(prop_oneof![8 => Just(b'a'), 1 => Just(b'b'), 1 => Just(b' ')], 0..200),
            len in 1_u32..24,
        ) {
            let mut set = [0; 4];
            add(&mut set, b'a');
            add(&mut set, b'b');
            let plain = bytes
                .windows(len as usize)
                .any(|window| window.iter().all(|b| has(&set, *b)));
            let run = Run { set, len };
            prop_assert_eq!(run.is_in(&bytes), plain);
        }
    }
}
