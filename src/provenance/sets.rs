//! Sets of numbers that many share.
//!
//! In a history with thousands of tags most commits are held by the same few sets of tags. So each set is stored once: as the
//! word of its highest 64 numbers, and the set of those below.

use std::collections::HashMap;

/// A set's place in [`Sets`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct SetId(u32);

impl SetId {
    /// The set with nothing in it.
    pub(super) const EMPTY: Self = Self(0);
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Node {
    below: SetId,
    /// Which 64 numbers `word` is about: bit `i` stands for `64 * block + i`.
    block: u32,
    word: u64,
}

/// All sets.
pub(super) struct Sets {
    nodes: Vec<Node>,
    ids: HashMap<Node, SetId>,
    max: usize,
    full: bool,
}

impl Sets {
    /// Returns a store for `max` sets.
    pub(super) fn new(max: usize) -> Self {
        let empty = Node {
            below: SetId::EMPTY,
            block: 0,
            word: 0,
        };
        Self {
            nodes: vec![empty],
            ids: HashMap::new(),
            max,
            full: false,
        }
    }

    /// Returns the set of `below`, whose numbers are all in earlier blocks, and those of `word` in `block`. In a full store that
    /// is `below`.
    pub(super) fn with(&mut self, below: SetId, block: u32, word: u64) -> SetId {
        if word == 0 {
            return below;
        }
        let node = Node { below, block, word };
        if let Some(id) = self.ids.get(&node) {
            return *id;
        }
        match u32::try_from(self.nodes.len()) {
            Ok(id) if self.nodes.len() <= self.max => {
                self.nodes.push(node);
                self.ids.insert(node, SetId(id));
                SetId(id)
            }
            _ => {
                self.full = true;
                below
            }
        }
    }

    /// Returns true when a set was not stored.
    pub(super) fn is_full(&self) -> bool {
        self.full
    }

    /// Returns the numbers of a set.
    pub(super) fn numbers(&self, set: SetId) -> Vec<usize> {
        let mut out = Vec::new();
        let mut at = set;
        while at != SetId::EMPTY {
            let node = self.nodes[at.0 as usize];
            out.extend(ones(node.word).map(|bit| node.block as usize * 64 + bit));
            at = node.below;
        }
        out
    }
}

/// Returns the places of the bits that are set.
pub(super) fn ones(mut word: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let bit = word.trailing_zeros();
        word &= word.wrapping_sub(1);
        (bit < 64).then_some(bit as usize)
    })
}

#[cfg(test)]
mod tests {
    use super::{SetId, Sets};

    #[test]
    fn equal_sets_are_one() {
        let mut sets = Sets::new(10);
        let low = sets.with(SetId::EMPTY, 0, 0b101);
        let both = sets.with(low, 2, 1 << 63);
        let mut numbers = sets.numbers(both);
        numbers.sort_unstable();
        assert_eq!(numbers, [0, 2, 191]);
        let again = sets.with(SetId::EMPTY, 0, 0b101);
        assert_eq!(sets.with(again, 2, 1 << 63), both);
        assert_eq!(sets.with(low, 1, 0), low);
        assert!(!sets.is_full());
    }

    #[test]
    fn a_full_store_says_so() {
        let mut sets = Sets::new(1);
        let one = sets.with(SetId::EMPTY, 0, 1);
        assert_eq!(sets.with(one, 1, 1), one);
        assert!(sets.is_full());
        assert_eq!(sets.with(SetId::EMPTY, 0, 1), one);
    }
}
