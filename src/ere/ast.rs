//! What a pattern says: its syntax tree.

use super::bytes::ByteSet;

/// A pattern, or a part of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Node {
    /// The empty text.
    Empty,
    /// One byte.
    Byte(u8),
    /// One byte of a set. No set has a line feed.
    Class(ByteSet),
    /// A condition on the place, and where in the pattern it is written.
    Look(Look, usize),
    /// A group in parentheses, with its number from 1.
    Group(u32, Box<Node>),
    /// What a group has matched.
    Backref(u8),
    /// `min` to `max` times the same, without end where there is no `max`.
    Repeat {
        /// What is repeated.
        node: Box<Node>,
        /// How often at least.
        min: u32,
        /// How often at most.
        max: Option<u32>,
    },
    /// One after the other; at least two.
    Concat(Vec<Node>),
    /// One of several; at least two.
    Alternate(Vec<Node>),
}

/// A condition on a place in a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    /// `^` and `` \` ``
    Start,
    /// `$` and `\'`
    End,
    /// `\<`
    WordStart,
    /// `\>`
    WordEnd,
    /// `\b`
    Boundary,
    /// `\B`
    NoBoundary,
}

impl Look {
    /// Returns true when the condition holds at `at` in `line`.
    pub(super) fn holds(self, line: &[u8], at: usize) -> bool {
        let before = at > 0 && is_word(line[at - 1]);
        let after = line.get(at).is_some_and(|byte| is_word(*byte));
        match self {
            Self::Start => at == 0,
            Self::End => at == line.len(),
            Self::WordStart => !before && after,
            Self::WordEnd => before && !after,
            Self::Boundary => before != after,
            Self::NoBoundary => before == after,
        }
    }
}

/// Returns true for the bytes words are made of.
pub(super) fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

impl Node {
    /// Returns how many parts the tree has with its repetitions written out.
    pub(super) fn size(&self) -> u64 {
        match self {
            Self::Empty | Self::Byte(_) | Self::Look(..) => 1,
            Self::Class(set) => u64::from(set.range_count().max(1)),
            // Without a bound on what is repeated, it stands for any text.
            Self::Backref(_) => 2,
            Self::Group(_, node) => node.size(),
            Self::Repeat { node, min, max } => {
                let times = max.unwrap_or_else(|| min.saturating_add(1)).max(1);
                node.size()
                    .saturating_mul(u64::from(times))
                    .saturating_add(1)
            }
            Self::Concat(nodes) | Self::Alternate(nodes) => nodes
                .iter()
                .fold(0, |sum: u64, node| sum.saturating_add(node.size())),
        }
    }

    /// Returns true when the empty text may match, were all conditions to hold.
    pub(super) fn matches_empty(&self) -> bool {
        match self {
            Self::Empty | Self::Look(..) | Self::Backref(_) => true,
            Self::Byte(_) | Self::Class(_) => false,
            Self::Group(_, node) => node.matches_empty(),
            Self::Repeat { node, min, .. } => *min == 0 || node.matches_empty(),
            Self::Concat(nodes) => nodes.iter().all(Self::matches_empty),
            Self::Alternate(nodes) => nodes.iter().any(Self::matches_empty),
        }
    }

    /// Returns true when no text but the empty one can match.
    pub(super) fn matches_only_empty(&self) -> bool {
        match self {
            Self::Empty | Self::Look(..) => true,
            Self::Byte(_) | Self::Class(_) | Self::Backref(_) => false,
            Self::Group(_, node) => node.matches_only_empty(),
            Self::Repeat { node, max, .. } => *max == Some(0) || node.matches_only_empty(),
            Self::Concat(nodes) | Self::Alternate(nodes) => {
                nodes.iter().all(Self::matches_only_empty)
            }
        }
    }

    /// Returns true when the tree has a back-reference.
    pub(super) fn has_backref(&self) -> bool {
        match self {
            Self::Backref(_) => true,
            Self::Empty | Self::Byte(_) | Self::Class(_) | Self::Look(..) => false,
            Self::Group(_, node) | Self::Repeat { node, .. } => node.has_backref(),
            Self::Concat(nodes) | Self::Alternate(nodes) => nodes.iter().any(Self::has_backref),
        }
    }
}
