//! From a regex's syntax tree to a program.

use regex_syntax::hir::{Capture, Hir, HirKind, Repetition};

use super::{ANY, EVERY, MAX_LOOPS, NO_MAX, Program, op};
use crate::rule::bytes::{ByteSet, add, has, of_class};

/// Returns the program of a regex; none for what programs do not know: counts of more than 65,534, loops without a limit around what may be
/// empty, loops in loops in loops, and what needs more than 65,535 numbers.
pub(in crate::rule) fn compile(hir: &Hir) -> Option<Program> {
    let mut compiler = Compiler {
        words: Vec::new(),
        sets: vec![EVERY],
        places: Vec::new(),
    };
    compiler.any(hir, 0)?;
    compiler.words.push(op::MATCH);
    compiler.starts()?;
    Some(Program {
        words: compiler.words.into(),
        sets: compiler.sets.into(),
    })
}

/// The most bytes of a set that is worth a look before what it starts is tried.
const MOST_TELLING: u32 = 160;

struct Compiler {
    words: Vec<u16>,
    /// The different sets of bytes; the first is [`EVERY`].
    sets: Vec<ByteSet>,
    /// Where the number of a set belongs that says what can start at which place.
    places: Vec<(usize, Place)>,
}

/// A place in the program.
#[derive(Clone, Copy)]
enum Place {
    At(usize),
    /// Where the address stands in a hole.
    In(usize),
}

/// A byte of a literal, and whether letters of either case will do.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Letter {
    Exact(u8),
    /// A letter, in lower case.
    Folded(u8),
}

impl Compiler {
    fn any(&mut self, hir: &Hir, depth: usize) -> Option<()> {
        match hir.kind() {
            HirKind::Empty => {}
            HirKind::Look(look) => {
                let number = u16::try_from(look.as_repr()).ok()?;
                self.words.extend([op::LOOK, number]);
            }
            HirKind::Literal(_) | HirKind::Class(_) => {
                self.concat(std::slice::from_ref(hir), depth)?;
            }
            HirKind::Concat(parts) => self.concat(parts, depth)?,
            HirKind::Capture(Capture { index: 1, sub, .. }) => {
                self.words.extend([op::SAVE, 0]);
                self.any(sub, depth)?;
                self.words.extend([op::SAVE, 1]);
            }
            HirKind::Capture(capture) => self.any(&capture.sub, depth)?,
            HirKind::Alternation(branches) => self.alternation(branches, depth)?,
            HirKind::Repetition(repetition) => self.repetition(repetition, depth)?,
        }
        Some(())
    }

    /// Parts in a row; single bytes among them become literals.
    fn concat(&mut self, parts: &[Hir], depth: usize) -> Option<()> {
        let mut letters = Vec::new();
        for part in parts {
            if let Some(more) = letters_of(part) {
                letters.extend(more);
                continue;
            }
            self.literals(&std::mem::take(&mut letters))?;
            match part.kind() {
                HirKind::Class(class) => {
                    self.words.push(op::SET);
                    self.set(of_class(class))?;
                }
                _ => self.any(part, depth)?,
            }
        }
        self.literals(&letters)
    }

    fn literals(&mut self, mut letters: &[Letter]) -> Option<()> {
        // Letters of one case and letters of either do not stand in one instruction; what is no letter goes with both.
        while !letters.is_empty() {
            let is_upper_or_lower = |letter: &Letter| matches!(letter, Letter::Exact(byte) if byte.is_ascii_alphabetic());
            let is_folded = |letter: &Letter| matches!(letter, Letter::Folded(_));
            let folded = letters.iter().position(is_folded).unwrap_or(letters.len());
            let exact = letters
                .iter()
                .position(is_upper_or_lower)
                .unwrap_or(letters.len());
            let (instruction, len) = if folded < exact {
                (op::FOLDED, exact)
            } else {
                (op::LITERAL, folded)
            };
            let (these, rest) = letters.split_at(len);
            self.words.extend([instruction, u16::try_from(len).ok()?]);
            self.words.extend(these.iter().map(|letter| match letter {
                Letter::Exact(byte) | Letter::Folded(byte) => u16::from(*byte),
            }));
            letters = rest;
        }
        Some(())
    }

    fn alternation(&mut self, branches: &[Hir], depth: usize) -> Option<()> {
        let (last, others) = branches.split_last()?;
        let mut jumps = Vec::new();
        for branch in others {
            let split = self.split();
            self.any(branch, depth)?;
            jumps.push(self.hole(op::JUMP));
            self.fill(split)?;
        }
        self.any(last, depth)?;
        jumps.into_iter().try_for_each(|jump| self.fill(jump))
    }

    fn repetition(&mut self, repetition: &Repetition, depth: usize) -> Option<()> {
        let Repetition {
            min,
            max,
            greedy,
            sub,
        } = repetition;
        let count = |count: u32| u16::try_from(count).ok().filter(|n| *n < NO_MAX);
        let (low, high) = (count(*min)?, max.map_or(Some(NO_MAX), count)?);
        if let Some(set) = one_byte(sub) {
            self.words.push(if *greedy { op::GREEDY } else { op::LAZY });
            self.set(set)?;
            self.words.extend([low, high, ANY]);
            let end = self.words.len();
            self.places.push((end - 1, Place::At(end)));
            return Some(());
        }
        match (low, high) {
            (_, 0) => Some(()),
            (1, 1) => self.any(sub, depth),
            (0, 1) if *greedy => {
                let split = self.split();
                self.any(sub, depth)?;
                self.fill(split)
            }
            (0, 1) => {
                let split = self.split();
                let jump = self.hole(op::JUMP);
                self.fill(split)?;
                self.any(sub, depth)?;
                self.fill(jump)
            }
            _ => {
                let may_be_empty = sub.properties().minimum_len().is_none_or(|len| len == 0);
                if depth == MAX_LOOPS || (may_be_empty && high == NO_MAX) {
                    return None;
                }
                let counter = u16::try_from(depth).ok()?;
                self.words.extend([op::ZERO, counter]);
                let head = self.words.len();
                let name = if *greedy { op::LOOP } else { op::LAZY_LOOP };
                self.words.extend([name, counter, low, high]);
                let exit = self.choice();
                self.words.extend([op::COUNT, counter]);
                self.any(sub, depth + 1)?;
                self.words.extend([op::JUMP, u16::try_from(head).ok()?]);
                self.fill(exit)
            }
        }
    }

    /// Writes a split whose address comes later, and returns where the address belongs.
    fn split(&mut self) -> usize {
        self.words.push(op::SPLIT);
        self.choice()
    }

    /// Writes room for the address of another way than what follows, and for the bytes that start either.
    fn choice(&mut self) -> usize {
        let hole = self.words.len();
        self.words.extend([0, ANY, ANY]);
        self.places.push((hole + 1, Place::At(hole + 3)));
        self.places.push((hole + 2, Place::In(hole)));
        hole
    }

    /// Writes which bytes start what stands at the places where that is asked for.
    fn starts(&mut self) -> Option<()> {
        for (at, place) in std::mem::take(&mut self.places) {
            let target = match place {
                Place::At(target) => target,
                Place::In(hole) => usize::from(self.words[hole]),
            };
            let mut start = ByteSet::default();
            let mut seen = Vec::new();
            if self.start(target, &mut seen, &mut start) && len(&start) <= MOST_TELLING {
                self.words[at] = self.number(start)?;
            }
        }
        Some(())
    }

    /// Adds to `start` the bytes with which text begins that matches what stands at `pc`. Returns false when that may be none.
    fn start(&self, mut pc: usize, seen: &mut Vec<usize>, start: &mut ByteSet) -> bool {
        loop {
            if seen.contains(&pc) {
                return true;
            }
            seen.push(pc);
            let word = |n: usize| self.words[pc + n];
            let byte = |n: usize| u8::try_from(word(n)).unwrap_or_default();
            let mut add_set = |number: u16| {
                let set = self.sets[usize::from(number)];
                (0..4).for_each(|n| start[n] |= set[n]);
            };
            match word(0) {
                op::MATCH => return false,
                op::LITERAL => {
                    add(start, byte(2));
                    return true;
                }
                op::FOLDED => {
                    add(start, byte(2));
                    add(start, byte(2).to_ascii_uppercase());
                    return true;
                }
                op::SET => {
                    add_set(word(1));
                    return true;
                }
                op::GREEDY | op::LAZY => {
                    add_set(word(1));
                    if word(2) > 0 {
                        return true;
                    }
                    pc += 5;
                }
                op::SPLIT => {
                    if !self.start(usize::from(word(1)), seen, start) {
                        return false;
                    }
                    pc += 4;
                }
                op::LOOP | op::LAZY_LOOP => {
                    if !self.start(usize::from(word(4)), seen, start) {
                        return false;
                    }
                    pc += 7;
                }
                op::JUMP => pc = usize::from(word(1)),
                _ => pc += 2,
            }
        }
    }

    /// Writes an instruction whose address comes later, and returns where the address belongs.
    fn hole(&mut self, instruction: u16) -> usize {
        self.words.extend([instruction, 0]);
        self.words.len() - 1
    }

    /// Writes the address of what comes next into a hole.
    fn fill(&mut self, hole: usize) -> Option<()> {
        self.words[hole] = u16::try_from(self.words.len()).ok()?;
        Some(())
    }

    fn set(&mut self, set: ByteSet) -> Option<()> {
        let number = self.number(set)?;
        self.words.push(number);
        Some(())
    }

    /// Returns the number of a set.
    fn number(&mut self, set: ByteSet) -> Option<u16> {
        let known = self.sets.iter().position(|known| *known == set);
        let number = known.unwrap_or_else(|| {
            self.sets.push(set);
            self.sets.len() - 1
        });
        u16::try_from(number).ok()
    }
}

fn len(set: &ByteSet) -> u32 {
    set.iter().map(|bits| bits.count_ones()).sum()
}

/// Returns the bytes of a literal, or of a class that is a letter in either case.
fn letters_of(hir: &Hir) -> Option<Vec<Letter>> {
    match hir.kind() {
        HirKind::Literal(literal) => Some(literal.0.iter().map(|b| Letter::Exact(*b)).collect()),
        HirKind::Class(class) => {
            let set = of_class(class);
            let mut folded = ByteSet::default();
            let letter = (b'a'..=b'z').find(|b| has(&set, *b))?;
            add(&mut folded, letter);
            add(&mut folded, letter.to_ascii_uppercase());
            (set == folded).then(|| vec![Letter::Folded(letter)])
        }
        _ => None,
    }
}

/// Returns the bytes of which `hir` matches one.
fn one_byte(hir: &Hir) -> Option<ByteSet> {
    match hir.kind() {
        HirKind::Class(class) => Some(of_class(class)),
        HirKind::Literal(literal) => match *literal.0 {
            [byte] => {
                let mut set = ByteSet::default();
                add(&mut set, byte);
                Some(set)
            }
            _ => None,
        },
        _ => None,
    }
}
