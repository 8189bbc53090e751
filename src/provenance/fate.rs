//! How each stay ended, or that it stands in HEAD.

use super::{
    Limit,
    ancestry::Ancestry,
    events::{Events, Introduction},
    items::{Version, View},
    sets::ones,
};
use crate::source::history::graph::CommitIndex;

/// What became of a stay.
#[derive(Clone, Copy)]
pub(super) struct Fate {
    pub(super) removed: Option<CommitIndex>,
    /// HEAD's version, where the stay is in HEAD.
    pub(super) at_head: Option<Version>,
}

/// Returns the fate of each introduction of `events`.
pub(super) fn settle(
    view: &mut View<'_, '_>,
    history: &Ancestry,
    by_head: &[bool],
    events: &Events,
) -> Vec<Fate> {
    view.refill();
    let mut last_loss = vec![0; view.len()];
    for loss in &events.losses {
        last_loss[loss.item.0 as usize] = loss.commit.0 as usize;
    }
    let mut pass = Pass {
        history,
        by_head,
        events,
        head: view.graph.head.map(|head| head.0 as usize),
        words: vec![0; history.len()],
        bits: vec![0; view.len()],
        fates: Vec::with_capacity(events.introductions.len()),
        last_loss,
    };
    let mut unsettled = Vec::new();
    for (at, introduction) in events.introductions.iter().enumerate() {
        let commit = introduction.commit.0 as usize;
        let at_head = if by_head[commit] {
            view.at_head(introduction.item)
        } else {
            None
        };
        pass.fates.push(Fate {
            removed: None,
            at_head,
        });
        // What no later commit loses stands wherever its introduction is reached.
        if pass.last_loss[introduction.item.0 as usize] > commit {
            unsettled.push(at);
        }
    }
    let passes = unsettled
        .chunks(64)
        .try_for_each(|batch| pass.run(view, batch));
    view.note(passes);
    pass.fates
}

/// A pass over the commits that follows up to 64 stays: each has a bit in the words of the commits it lasts in.
struct Pass<'e> {
    history: &'e Ancestry,
    by_head: &'e [bool],
    events: &'e Events,
    head: Option<usize>,
    /// The stays that last in each commit.
    words: Vec<u64>,
    /// The bits of the stays of each item; zero between passes.
    bits: Vec<u64>,
    fates: Vec<Fate>,
    /// The last commit that lost each item, 0 for none.
    last_loss: Vec<usize>,
}

impl Pass<'_> {
    /// Settles the introductions at the places `batch`, which are sorted.
    fn run(&mut self, view: &mut View<'_, '_>, batch: &[usize]) -> Result<(), Limit> {
        for (bit, at) in batch.iter().enumerate() {
            let item = self.introduction(*at).item.0 as usize;
            self.bits[item] |= 1 << bit;
        }
        let followed = self.follow(view, batch);
        for at in batch {
            let item = self.introduction(*at).item.0 as usize;
            self.bits[item] = 0;
        }
        let in_head = followed?;
        for (bit, at) in batch.iter().enumerate() {
            let fate = &mut self.fates[*at];
            if in_head >> bit & 1 == 1 && fate.at_head.is_some() {
                fate.removed = None;
            } else {
                fate.at_head = None;
            }
        }
        Ok(())
    }

    /// Goes from the first introduction as far as the stays of `batch` need it and returns which last in HEAD.
    fn follow(&mut self, view: &mut View<'_, '_>, batch: &[usize]) -> Result<u64, Limit> {
        let events = self.events;
        let mut ends: Vec<usize> = batch.iter().map(|at| self.end(*at)).collect();
        let mut end = ends.iter().max().copied().unwrap_or(0);
        let first = self.introduction(batch[0]).commit.0 as usize;
        let mut losses = events
            .losses
            .iter()
            .skip(
                events
                    .losses
                    .partition_point(|loss| (loss.commit.0 as usize) < first),
            )
            .peekable();
        let mut coming = batch.iter().enumerate().peekable();
        let (mut in_head, mut last_heir, mut commit) = (0, first, first);
        while commit <= end && (commit <= last_heir || coming.peek().is_some()) {
            let parents = self.history.parents(commit);
            view.spend(1 + parents.len() as u64)?;
            let mut word = Ancestry::inherited(parents, &self.words, first);
            while let Some((bit, _)) =
                coming.next_if(|(_, at)| self.introduction(**at).commit.0 as usize == commit)
            {
                word |= 1 << bit;
            }
            while let Some(loss) = losses.next_if(|loss| loss.commit.0 as usize == commit) {
                let ended = word & self.bits[loss.item.0 as usize];
                word &= !ended;
                for bit in ones(ended) {
                    if self.remove(batch[bit], loss.commit) {
                        ends[bit] = 0;
                        end = ends.iter().max().copied().unwrap_or(0);
                    }
                }
            }
            self.words[commit] = word;
            if word != 0 {
                last_heir = last_heir.max(self.history.last_child(commit));
            }
            if Some(commit) == self.head {
                in_head = word;
            }
            commit += 1;
        }
        Ok(in_head)
    }

    fn introduction(&self, at: usize) -> &Introduction {
        &self.events.introductions[at]
    }

    /// Returns the last commit that matters to a stay.
    fn end(&self, at: usize) -> usize {
        match self.head.filter(|_| self.fates[at].at_head.is_some()) {
            Some(head) => head,
            None => self.last_loss[self.introduction(at).item.0 as usize],
        }
    }

    /// Notes that `commit` removes the stay, unless a better one did, and returns true when none can be better.
    fn remove(&mut self, at: usize, commit: CommitIndex) -> bool {
        let by_head = |commit: CommitIndex| self.by_head[commit.0 as usize];
        let reachable = by_head(self.introduction(at).commit);
        let fate = &mut self.fates[at];
        let best = match fate.removed {
            Some(before) if by_head(before) || !by_head(commit) => before,
            _ => commit,
        };
        fate.removed = Some(best);
        // Where HEAD does not reach the introduction, it reaches no removal either, and the first one is the nearest.
        fate.at_head.is_none() && (by_head(best) || !reachable)
    }
}
