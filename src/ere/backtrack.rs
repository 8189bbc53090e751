//! Patterns with back-references.
//!
//! What `\1` matches is no regular language, so such a pattern is tried at each place of a line by going back and trying again. That
//! may take time exponential in the line, hence [`Limits`]. Other patterns never come here.

use std::ops::Range;

use super::{
    ast::{Look, Node, is_word},
    bytes::ByteSet,
    set::{Limits, WordMatch},
};

/// A pattern as instructions.
pub(super) struct Program {
    code: Vec<Instruction>,
    /// How many places are remembered: two a group, one a loop.
    slots: usize,
    word_match: WordMatch,
}

enum Instruction {
    Byte(u8),
    Class(ByteSet),
    Look(Look),
    /// Goes on at the first, and should that fail, at the second.
    Split(usize, usize),
    Jump(usize),
    /// Remembers the place in a slot.
    Save(usize),
    /// Goes back to `start` when there was progress since the place in `slot`. A round without text is the last.
    Loop {
        slot: usize,
        start: usize,
    },
    /// The text between a slot and the next.
    Again(usize),
    Match,
}

/// How many steps are left.
pub(super) struct Steps {
    limits: Limits,
    text: u64,
    line: u64,
}

/// There are no steps left.
#[derive(Debug)]
pub(super) struct OutOfSteps;

impl Steps {
    pub(super) fn new(limits: Limits) -> Self {
        Self {
            limits,
            text: limits.steps_per_text,
            line: 0,
        }
    }

    fn next_line(&mut self) {
        self.line = self.limits.steps_per_line;
    }

    fn take(&mut self, steps: u64) -> Result<(), OutOfSteps> {
        self.line = self.line.checked_sub(steps).ok_or(OutOfSteps)?;
        self.text = self.text.checked_sub(steps).ok_or(OutOfSteps)?;
        Ok(())
    }
}

/// What is undone when a way leads nowhere.
enum Undo {
    /// Go on there instead.
    Try { pc: usize, at: usize },
    /// Remember this again.
    Restore { slot: usize, place: Option<usize> },
}

impl Program {
    /// Compiles `node`.
    pub(super) fn new(node: &Node, word_match: WordMatch) -> Self {
        let mut program = Self {
            code: Vec::new(),
            // Those of the groups 1 to 9 first.
            slots: 20,
            word_match,
        };
        program.compile(node);
        program.code.push(Instruction::Match);
        program
    }

    fn compile(&mut self, node: &Node) {
        match node {
            Node::Empty => {}
            Node::Byte(byte) => self.code.push(Instruction::Byte(*byte)),
            Node::Class(set) => self.code.push(Instruction::Class(*set)),
            Node::Look(look, _) => self.code.push(Instruction::Look(*look)),
            Node::Group(number @ 1..=9, node) => {
                let slot = 2 * *number as usize;
                self.code.push(Instruction::Save(slot));
                self.compile(node);
                self.code.push(Instruction::Save(slot + 1));
            }
            Node::Group(_, node) => self.compile(node),
            Node::Backref(number) => self.code.push(Instruction::Again(2 * usize::from(*number))),
            Node::Repeat { node, min, max } => self.compile_repeat(node, *min, *max),
            Node::Concat(nodes) => nodes.iter().for_each(|node| self.compile(node)),
            Node::Alternate(nodes) => self.compile_alternatives(nodes),
        }
    }

    fn compile_alternatives(&mut self, nodes: &[Node]) {
        let mut ends = Vec::new();
        for (n, node) in nodes.iter().enumerate() {
            if n + 1 == nodes.len() {
                self.compile(node);
                break;
            }
            let split = self.later();
            self.compile(node);
            ends.push(self.later());
            self.code[split] = Instruction::Split(split + 1, self.code.len());
        }
        for end in ends {
            self.code[end] = Instruction::Jump(self.code.len());
        }
    }

    fn compile_repeat(&mut self, node: &Node, min: u32, max: Option<u32>) {
        for _ in 0..min {
            self.compile(node);
        }
        let Some(max) = max else {
            let (slot, start) = (self.slots, self.later());
            self.slots += 1;
            self.code.push(Instruction::Save(slot));
            self.compile(node);
            self.code.push(Instruction::Loop { slot, start });
            self.code[start] = Instruction::Split(start + 1, self.code.len());
            return;
        };
        let mut splits = Vec::new();
        for _ in min..max {
            splits.push(self.later());
            self.compile(node);
        }
        for split in splits {
            self.code[split] = Instruction::Split(split + 1, self.code.len());
        }
    }

    /// Leaves room for an instruction and returns its place.
    fn later(&mut self) -> usize {
        self.code.push(Instruction::Match);
        self.code.len() - 1
    }

    /// Returns a match on `line`, one that starts leftmost of those that start at `from` or behind it.
    pub(super) fn find(
        &self,
        line: &[u8],
        from: usize,
        steps: &mut Steps,
    ) -> Result<Option<Range<usize>>, OutOfSteps> {
        steps.next_line();
        steps.take(self.slots as u64 / 16)?;
        let mut slots = vec![None; self.slots];
        let mut undo = Vec::new();
        for start in from..=line.len() {
            if let Some(end) = self.find_at(line, start, steps, &mut slots, &mut undo)? {
                return Ok(Some(start..end));
            }
        }
        Ok(None)
    }

    /// Returns where a match that starts at `start` ends.
    fn find_at(
        &self,
        line: &[u8],
        start: usize,
        steps: &mut Steps,
        slots: &mut [Option<usize>],
        undo: &mut Vec<Undo>,
    ) -> Result<Option<usize>, OutOfSteps> {
        steps.take(1)?;
        if self.word_match == WordMatch::Yes && start > 0 && is_word(line[start - 1]) {
            return Ok(None);
        }
        // Whatever was remembered on the ways from an earlier start is undone.
        undo.push(Undo::Try { pc: 0, at: start });
        while let Some(last) = undo.pop() {
            match last {
                Undo::Restore { slot, place } => slots[slot] = place,
                Undo::Try { pc, at } => {
                    let end = self.run(line, pc, at, steps, slots, undo)?;
                    if let Some(end) = end.filter(|end| self.counts(line, start, *end)) {
                        return Ok(Some(end));
                    }
                }
            }
        }
        Ok(None)
    }

    /// Returns true when what lies between `start` and `end` is a match that counts.
    fn counts(&self, line: &[u8], start: usize, end: usize) -> bool {
        let after = line.get(end).is_some_and(|byte| is_word(*byte));
        self.word_match == WordMatch::No || start < end && !after
    }

    /// Goes on from `pc` at `at` until there is a match, which ends where is returned, or it fails.
    fn run(
        &self,
        line: &[u8],
        mut pc: usize,
        mut at: usize,
        steps: &mut Steps,
        slots: &mut [Option<usize>],
        undo: &mut Vec<Undo>,
    ) -> Result<Option<usize>, OutOfSteps> {
        loop {
            steps.take(1)?;
            let fits = match &self.code[pc] {
                Instruction::Match => return Ok(Some(at)),
                Instruction::Byte(byte) => line.get(at) == Some(byte),
                Instruction::Class(set) => line.get(at).is_some_and(|byte| set.has(*byte)),
                Instruction::Look(look) => {
                    if !look.holds(line, at) {
                        return Ok(None);
                    }
                    pc += 1;
                    continue;
                }
                Instruction::Split(first, second) => {
                    undo.push(Undo::Try { pc: *second, at });
                    pc = *first;
                    continue;
                }
                Instruction::Jump(to) => {
                    pc = *to;
                    continue;
                }
                Instruction::Save(slot) => {
                    let place = slots[*slot].replace(at);
                    undo.push(Undo::Restore { slot: *slot, place });
                    pc += 1;
                    continue;
                }
                Instruction::Loop { slot, start } => {
                    pc = if slots[*slot] == Some(at) {
                        pc + 1
                    } else {
                        *start
                    };
                    continue;
                }
                Instruction::Again(slot) => {
                    let (Some(from), Some(to)) = (slots[*slot], slots[*slot + 1]) else {
                        return Ok(None);
                    };
                    let text = &line[from.min(to)..to];
                    steps.take(text.len() as u64 / 16)?;
                    if !line[at..].starts_with(text) {
                        return Ok(None);
                    }
                    at += text.len();
                    pc += 1;
                    continue;
                }
            };
            if !fits {
                return Ok(None);
            }
            at += 1;
            pc += 1;
        }
    }
}

#[cfg(test)]
mod tests;
