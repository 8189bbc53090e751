//! Who descends from whom, for all introducing commits and all tips at once.

use super::{Limit, ancestry::Ancestry, holders::Tip, items::View, sets::ones};
use crate::source::history::graph::CommitIndex;

/// Which tips descend from which introducing commits, found from the side of which there are fewer: in one pass for 64 of them.
pub(super) struct Descent<'h> {
    history: &'h Ancestry,
    commits: &'h [CommitIndex],
    /// A word for each commit of the history.
    words: Vec<u64>,
    /// The words of all blocks of tips, block by block, where they are found from the commits; else empty.
    table: Vec<u64>,
    /// The answer: for each of `commits` the tips of a block.
    block: Vec<u64>,
}

/// The largest table that is worth its memory, in words: 16 MiB.
const LARGEST_TABLE_WORDS: usize = 1 << 21;

impl<'h> Descent<'h> {
    pub(super) fn new(
        history: &'h Ancestry,
        commits: &'h [CommitIndex],
        tips: &[Tip],
        view: &mut View<'_, '_>,
    ) -> Result<Self, Limit> {
        let blocks = tips.len().div_ceil(64);
        let words = blocks.saturating_mul(commits.len());
        let mut out = Self {
            history,
            commits,
            words: vec![0; history.len()],
            table: Vec::new(),
            block: vec![0; commits.len()],
        };
        if commits.len().div_ceil(64) < blocks && words <= LARGEST_TABLE_WORDS {
            out.table = vec![0; words];
            for first in (0..commits.len()).step_by(64) {
                out.down(first, tips, view)?;
            }
        }
        Ok(out)
    }

    /// Fills the table for the 64 commits from the place `first` on.
    fn down(&mut self, first: usize, tips: &[Tip], view: &mut View<'_, '_>) -> Result<(), Limit> {
        let mut coming = (0..64).zip(&self.commits[first..]).peekable();
        let mut tips = tips.iter().enumerate().peekable();
        let start = self.commits[first].0 as usize;
        for commit in start..self.history.len() {
            let parents = self.history.parents(commit);
            view.spend(1 + parents.len() as u64)?;
            let mut word = Ancestry::inherited(parents, &self.words, start);
            if let Some((bit, _)) = coming.next_if(|(_, c)| c.0 as usize == commit) {
                word |= 1 << bit;
            }
            self.words[commit] = word;
            while tips
                .next_if(|(_, tip)| (tip.commit.0 as usize) < commit)
                .is_some()
            {}
            if let Some((tip, _)) = tips.next_if(|(_, tip)| tip.commit.0 as usize == commit) {
                let row = tip / 64 * self.commits.len() + first;
                for bit in ones(word) {
                    self.table[row + bit] |= 1 << (tip % 64);
                }
            }
            if tips.peek().is_none() {
                break;
            }
        }
        Ok(())
    }

    /// Returns for each of the commits which of `tips`, the 64 of a block, descend from it.
    pub(super) fn block(
        &mut self,
        block: u32,
        tips: &[Tip],
        view: &mut View<'_, '_>,
    ) -> Result<&[u64], Limit> {
        if !self.table.is_empty() {
            let row = block as usize * self.commits.len();
            return Ok(&self.table[row..row + self.commits.len()]);
        }
        let last = tips.iter().map(|tip| tip.commit.0 as usize).max();
        let last = last.unwrap_or(0);
        self.words[..=last].fill(0);
        for (bit, tip) in tips.iter().enumerate() {
            self.words[tip.commit.0 as usize] |= 1 << bit;
        }
        let first = self.commits[0].0 as usize;
        for commit in (first..=last).rev() {
            let parents = self.history.parents(commit);
            view.spend(1 + parents.len() as u64)?;
            for &parent in parents {
                self.words[parent as usize] |= self.words[commit];
            }
        }
        for (word, commit) in self.block.iter_mut().zip(self.commits) {
            let commit = commit.0 as usize;
            *word = if commit <= last {
                self.words[commit]
            } else {
                0
            };
        }
        Ok(&self.block)
    }
}
