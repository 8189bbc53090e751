//! A rule's regex as a program for a walk that goes back and tries again: made long before the program runs, so that trying a rule at an
//! anchor costs no more than the few bytes it looks at.
//!
//! Compiling a regex costs as much as reading a megabyte, and a hook that meets twenty keywords in one small file would pay
//! for nothing else. Programs stand in `builtin.rs` as numbers. They find what [`Regex`](super::regex::Regex) finds, which is compiled for the
//! few regexes that have no program, and once a walk has taken too many steps: going back can take time exponential in the text.

mod compile;
mod walk;

use std::borrow::Cow;

pub(super) use compile::compile;
pub(super) use walk::Walked;

use super::bytes::ByteSet;

/// A regex as instructions.
///
/// Every number is 16 bits: an instruction, then its operands. Addresses count from the start of the program, sets by their place in `sets`,
/// which programs share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program {
    pub(super) words: Cow<'static, [u16]>,
    pub(super) sets: Cow<'static, [ByteSet]>,
}

impl Program {
    /// Returns the instructions as they are with the sets of `shared`, to which those are added that it does not have.
    pub(super) fn sharing(&self, shared: &mut Vec<ByteSet>) -> Vec<u16> {
        let mut words = self.words.to_vec();
        let mut pc = 0;
        while let Some(instruction) = self.words.get(pc) {
            let (len, sets) = op::shape(*instruction);
            for at in sets.iter().map(|operand| pc + operand) {
                let set = self.sets[usize::from(words[at])];
                let known = shared.iter().position(|known| *known == set);
                let number = known.unwrap_or_else(|| {
                    shared.push(set);
                    shared.len() - 1
                });
                words[at] = u16::try_from(number).expect("fewer different sets than numbers");
            }
            let bytes = matches!(*instruction, op::LITERAL | op::FOLDED);
            pc += len + if bytes { usize::from(words[pc + 1]) } else { 0 };
        }
        words
    }
}

/// The instructions.
mod op {
    /// The match ends here.
    pub(super) const MATCH: u16 = 0;
    /// `LITERAL n byte…`: these `n` bytes.
    pub(super) const LITERAL: u16 = 1;
    /// `FOLDED n byte…`: these `n` bytes, letters in either ASCII case.
    pub(super) const FOLDED: u16 = 2;
    /// `SET set`: a byte of the set.
    pub(super) const SET: u16 = 3;
    /// `GREEDY set min max next`: bytes of the set, as many as there are. What comes after them starts with a byte of `next`.
    pub(super) const GREEDY: u16 = 4;
    /// `LAZY set min max next`: bytes of the set, as few as will do.
    pub(super) const LAZY: u16 = 5;
    /// `SPLIT other first second`: what follows, which starts with a byte of `first`; and should that fail, what stands at `other`, which starts
    /// with a byte of `second`.
    pub(super) const SPLIT: u16 = 6;
    /// `JUMP to`.
    pub(super) const JUMP: u16 = 7;
    /// `SAVE slot`: the secret starts (slot 0) or ends (slot 1) here.
    pub(super) const SAVE: u16 = 8;
    /// `LOOK look`: what [`regex_syntax::hir::Look`] of that number says.
    pub(super) const LOOK: u16 = 9;
    /// `ZERO counter`: the loop that follows has had no round.
    pub(super) const ZERO: u16 = 10;
    /// `COUNT counter`: a round of the loop begins.
    pub(super) const COUNT: u16 = 11;
    /// `LOOP counter min max exit first second`: another round, which is what follows and starts with a byte of `first`; and should that fail,
    /// what stands at `exit`, which starts with a byte of `second`.
    pub(super) const LOOP: u16 = 12;
    /// `LAZY_LOOP counter min max exit first second`: what stands at `exit`, and should that fail, another round.
    pub(super) const LAZY_LOOP: u16 = 13;

    /// Returns how many numbers an instruction has, the bytes of a literal left out, and which of them are sets.
    pub(super) fn shape(instruction: u16) -> (usize, &'static [usize]) {
        match instruction {
            MATCH => (1, &[]),
            SET => (2, &[1]),
            GREEDY | LAZY => (5, &[1, 4]),
            SPLIT => (4, &[2, 3]),
            LOOP | LAZY_LOOP => (7, &[5, 6]),
            _ => (2, &[]),
        }
    }
}

/// The number of the set that has every byte, and the end of the text.
pub(super) const ANY: u16 = 0;

/// What stands at [`ANY`] in each list of sets.
pub(super) const EVERY: ByteSet = [u64::MAX; 4];

/// The `max` of a repetition that has none.
const NO_MAX: u16 = u16::MAX;

/// How many loops may stand within each other.
const MAX_LOOPS: usize = 6;

#[cfg(test)]
mod tests;
