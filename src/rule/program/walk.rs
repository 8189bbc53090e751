//! The walk of a program over a text.

use std::{cell::Cell, ops::Range};

use regex_automata::util::look::{Look, LookMatcher};

use super::{ANY, MAX_LOOPS, NO_MAX, Program, op};
use crate::rule::bytes::{ByteSet, has};

/// How many steps a walk may take. Those of rules over source text take a few dozen.
const MAX_STEPS: u32 = 20_000;

/// What a walk found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::rule) struct Walked {
    /// The match and the secret within it, if there is a match.
    pub(in crate::rule) found: Option<(Range<usize>, Range<usize>)>,
    /// Where the bytes end that the answer depends on: one more than there are where it depends on the text ending there.
    pub(in crate::rule) reach: usize,
}

/// The walk was given up.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::rule) struct TooManySteps;

/// What to try when all that follows has failed, or what to put back then.
#[derive(Clone, Copy)]
enum Frame {
    /// What stands at `pc`, from `at` on.
    Try { pc: usize, at: usize },
    /// What stands at `pc` and starts with a byte of `next`, from `at` or a place before it down to `low` on.
    Back {
        pc: usize,
        next: u16,
        low: usize,
        at: usize,
    },
    /// What stands at `pc` and starts with a byte of `next`, after another byte of `set` or as many as `left`.
    More {
        pc: usize,
        set: u16,
        next: u16,
        at: usize,
        left: u16,
    },
    /// The slot was this.
    Slot { slot: u16, was: usize },
    /// The counter was this.
    Counter { counter: u16, was: u16 },
}

thread_local! {
    /// The frames of the last walk, for their memory.
    static FRAMES: Cell<Vec<Frame>> = const { Cell::new(Vec::new()) };
}

/// A slot that holds nothing.
const UNSET: usize = usize::MAX;

impl Program {
    /// Looks for the match that starts at `start` and ends at `limit` or before; assertions see the bytes around these, too.
    ///
    /// # Errors
    ///
    /// When that takes too many steps.
    pub(in crate::rule) fn match_at(
        &self,
        bytes: &[u8],
        start: usize,
        limit: usize,
    ) -> Result<Walked, TooManySteps> {
        let mut walk = Walk {
            words: &self.words,
            sets: &self.sets,
            bytes,
            limit,
            frames: FRAMES.take(),
            slots: [UNSET; 2],
            counters: [0; MAX_LOOPS],
            reach: start,
            steps: 0,
        };
        walk.frames.clear();
        let end = walk.run(start);
        let [from, to] = walk.slots;
        let reach = walk.reach;
        FRAMES.set(walk.frames);
        let found = end?.map(|end| {
            let is_set = from != UNSET && to != UNSET;
            (start..end, if is_set { from..to } else { start..end })
        });
        Ok(Walked { found, reach })
    }
}

struct Walk<'a> {
    words: &'a [u16],
    sets: &'a [ByteSet],
    bytes: &'a [u8],
    limit: usize,
    frames: Vec<Frame>,
    slots: [usize; 2],
    counters: [u16; MAX_LOOPS],
    reach: usize,
    steps: u32,
}

impl Walk<'_> {
    /// Returns where the match ends.
    fn run(&mut self, start: usize) -> Result<Option<usize>, TooManySteps> {
        let mut place = Some((0, start));
        while let Some((pc, at)) = place {
            if self.words[pc] == op::MATCH {
                return Ok(Some(at));
            }
            self.steps += 1;
            if self.steps > MAX_STEPS {
                return Err(TooManySteps);
            }
            place = match self.step(pc, at) {
                None => self.go_back(),
                next => next,
            };
        }
        Ok(None)
    }

    /// Carries out the instruction at `pc`, and returns where to go on; none when it fails.
    #[inline]
    fn step(&mut self, pc: usize, at: usize) -> Option<(usize, usize)> {
        match self.words[pc] {
            op::LITERAL => self.literal(pc, at, |byte| byte),
            op::FOLDED => self.literal(pc, at, |byte| byte.to_ascii_lowercase()),
            op::SET => {
                let set = self.words[pc + 1];
                let byte = self.byte(at)?;
                has(&self.sets[usize::from(set)], byte).then_some((pc + 2, at + 1))
            }
            op::GREEDY => self.greedy(pc, at),
            op::LAZY => self.lazy(pc, at),
            op::SPLIT => {
                let [_, other, first, second] = self.operands(pc);
                self.choose((pc + 4, first), (usize::from(other), second), at)
            }
            op::JUMP => Some((usize::from(self.words[pc + 1]), at)),
            op::SAVE => {
                let slot = self.words[pc + 1];
                let place = &mut self.slots[usize::from(slot)];
                let was = std::mem::replace(place, at);
                if !self.frames.is_empty() {
                    self.frames.push(Frame::Slot { slot, was });
                }
                Some((pc + 2, at))
            }
            op::LOOK => {
                self.reach = self.reach.max(at + 1);
                let look = Look::from_repr(u32::from(self.words[pc + 1]))?;
                let holds = LookMatcher::new().matches(look, self.bytes, at);
                holds.then_some((pc + 2, at))
            }
            op::ZERO => {
                self.set_counter(pc, |_| 0);
                Some((pc + 2, at))
            }
            op::COUNT => {
                self.set_counter(pc, |rounds| rounds.saturating_add(1));
                Some((pc + 2, at))
            }
            _ => self.round(pc, at),
        }
    }

    /// Returns the instruction at `pc` and its operands.
    #[inline]
    fn operands<const N: usize>(&self, pc: usize) -> [u16; N] {
        let words = self.words[pc..pc + N].first_chunk();
        *words.expect("a program ends with whole instructions")
    }

    fn literal(&mut self, pc: usize, at: usize, fold: impl Fn(u8) -> u8) -> Option<(usize, usize)> {
        let len = usize::from(self.words[pc + 1]);
        let words = self.words;
        let expected = &words[pc + 2..pc + 2 + len];
        let text = self.bytes.get(at..self.limit).unwrap_or_default();
        let same = (expected.iter().zip(text))
            .take_while(|(expected, byte)| **expected == u16::from(fold(**byte)));
        let same = same.count();
        if same == len {
            self.reach = self.reach.max(at + len);
            Some((pc + 2 + len, at + len))
        } else {
            self.reach = self.reach.max(at + same + 1);
            None
        }
    }

    fn greedy(&mut self, pc: usize, at: usize) -> Option<(usize, usize)> {
        let [_, set, min, max, next] = self.operands(pc);
        let run = self.run_of(set, at, max);
        let low = at + usize::from(min);
        if at + run < low {
            return None;
        }
        self.fewer(pc + 5, next, low, at + run)
    }

    /// Goes on at `pc` from the last place from `from` down to `low` where what stands there can start; those before it come later.
    fn fewer(&mut self, pc: usize, next: u16, low: usize, from: usize) -> Option<(usize, usize)> {
        let at = (low..=from).rev().find(|at| self.can_start(next, *at));
        self.steps += steps_of(from - at.unwrap_or(low));
        let at = at?;
        if low < at {
            let at = at - 1;
            self.frames.push(Frame::Back { pc, next, low, at });
        }
        Some((pc, at))
    }

    fn lazy(&mut self, pc: usize, at: usize) -> Option<(usize, usize)> {
        let [_, set, min, max, next] = self.operands(pc);
        if self.run_of(set, at, min) < usize::from(min) {
            return None;
        }
        let left = if max == NO_MAX { NO_MAX } else { max - min };
        self.more(pc + 5, [set, next], at + usize::from(min), left)
    }

    /// Goes on at `pc` from the first place from `from` on where what stands there can start, over no more than `left` bytes of the set; those
    /// after it come later.
    fn more(
        &mut self,
        pc: usize,
        [set, next]: [u16; 2],
        from: usize,
        mut left: u16,
    ) -> Option<(usize, usize)> {
        let mut at = from;
        while !self.can_start(next, at) {
            at = self.one_more(set, at, &mut left)?;
        }
        self.steps += steps_of(at - from);
        if left > 0 {
            self.frames.push(Frame::More {
                pc,
                set,
                next,
                at,
                left,
            });
        }
        Some((pc, at))
    }

    /// Returns the place after another byte of the set.
    fn one_more(&mut self, set: u16, at: usize, left: &mut u16) -> Option<usize> {
        let is_one = *left > 0
            && self
                .byte(at)
                .is_some_and(|byte| has(&self.sets[usize::from(set)], byte));
        *left -= u16::from(is_one && *left != NO_MAX);
        is_one.then_some(at + 1)
    }

    /// Returns how many bytes of the set stand from `at` on, up to `max`.
    fn run_of(&mut self, set: u16, at: usize, max: u16) -> usize {
        let most = if max == NO_MAX {
            usize::MAX
        } else {
            usize::from(max)
        };
        let end = self.limit.min(at.saturating_add(most));
        let text = self.bytes.get(at..end).unwrap_or_default();
        let set = &self.sets[usize::from(set)];
        let run = text.iter().position(|byte| !has(set, *byte));
        let run = run.unwrap_or(text.len());
        self.steps += steps_of(run);
        // The byte after the run was looked at, unless there are as many as there may be.
        self.reach = self.reach.max(at + run + usize::from(run < most));
        run
    }

    /// Starts another round of a loop, or leaves it.
    fn round(&mut self, pc: usize, at: usize) -> Option<(usize, usize)> {
        let [instruction, counter, min, max, exit, first, second] = self.operands(pc);
        let rounds = self.counters[usize::from(counter)];
        let (body, exit) = ((pc + 7, first), (usize::from(exit), second));
        if rounds < min {
            Some((body.0, at))
        } else if max != NO_MAX && rounds == max {
            Some((exit.0, at))
        } else if instruction == op::LOOP {
            self.choose(body, exit, at)
        } else {
            self.choose(exit, body, at)
        }
    }

    /// Goes on at the first of two places, and later at the second, as far as what stands there can start; each has the bytes that start it.
    #[inline]
    fn choose(
        &mut self,
        first: (usize, u16),
        second: (usize, u16),
        at: usize,
    ) -> Option<(usize, usize)> {
        if !self.can_start(first.1, at) {
            return self.can_start(second.1, at).then_some((second.0, at));
        }
        if self.can_start(second.1, at) {
            self.frames.push(Frame::Try { pc: second.0, at });
        }
        Some((first.0, at))
    }

    /// Returns where to go on after something failed; none when all has been tried.
    fn go_back(&mut self) -> Option<(usize, usize)> {
        loop {
            let place = match self.frames.pop()? {
                Frame::Try { pc, at } => Some((pc, at)),
                Frame::Back { pc, next, low, at } => self.fewer(pc, next, low, at),
                Frame::More {
                    pc,
                    set,
                    next,
                    at,
                    mut left,
                } => self
                    .one_more(set, at, &mut left)
                    .and_then(|at| self.more(pc, [set, next], at, left)),
                Frame::Slot { slot, was } => {
                    self.slots[usize::from(slot)] = was;
                    None
                }
                Frame::Counter { counter, was } => {
                    self.counters[usize::from(counter)] = was;
                    None
                }
            };
            if place.is_some() {
                return place;
            }
        }
    }

    /// Returns false when nothing that starts with a byte of the set stands at `at`.
    #[inline]
    fn can_start(&mut self, set: u16, at: usize) -> bool {
        set == ANY
            || self
                .byte(at)
                .is_some_and(|byte| has(&self.sets[usize::from(set)], byte))
    }

    /// Returns the byte at `at`, unless the text ends there.
    #[inline]
    fn byte(&mut self, at: usize) -> Option<u8> {
        self.reach = self.reach.max(at + 1);
        (at < self.limit).then(|| self.bytes[at])
    }

    fn set_counter(&mut self, pc: usize, change: impl Fn(u16) -> u16) {
        let counter = self.words[pc + 1];
        let place = &mut self.counters[usize::from(counter)];
        let was = *place;
        *place = change(was);
        if !self.frames.is_empty() {
            self.frames.push(Frame::Counter { counter, was });
        }
    }
}

/// Returns how many steps it counts as to look at `bytes` bytes in a row.
fn steps_of(bytes: usize) -> u32 {
    u32::try_from(bytes / 16).unwrap_or(u32::MAX)
}
