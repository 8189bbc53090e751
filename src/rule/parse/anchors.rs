//! What a rule's matches start with, read from its regex.

use regex_syntax::hir::{Hir, HirKind};

use crate::rule::{
    Anchor,
    bytes::{ByteSet, add, has, of_class},
};

/// The start of a match: for each of its first bytes the set of bytes that can stand there.
type Start = Vec<ByteSet>;

/// How many starts are followed before a regex is called too branchy.
const MAX_STARTS: usize = 4096;

/// How many letters a set has that is taken letter by letter: hexadecimal digits.
const MAX_LETTERS: usize = 16;

/// How many bytes of a start are looked at.
const MAX_DEPTH: usize = 24;

/// Returns the anchors that `hir` itself names: the literals its matches start with.
pub(super) fn derive(hir: &Hir) -> Vec<Anchor> {
    let Some(starts) = starts(hir) else {
        return Vec::new();
    };
    let mut out: Vec<Anchor> = Vec::new();
    for start in starts {
        let exact: String = start.iter().map_while(single).map(char::from).collect();
        let folded: String = start.iter().map_while(folded).map(char::from).collect();
        let anchor = if exact.len() >= 3 && exact.len() >= folded.len() {
            Anchor::Prefix(exact.into())
        } else if folded.len() >= 3 {
            Anchor::Keyword(folded.into())
        } else {
            return Vec::new();
        };
        if !out.contains(&anchor) {
            out.push(anchor);
        }
    }
    out
}

/// Returns an example of what a match can start with and no anchor begins.
pub(super) fn uncovered(hir: &Hir, anchors: &[Anchor]) -> Option<String> {
    let Some(starts) = starts(hir) else {
        return Some("too many things".to_owned());
    };
    starts
        .iter()
        .filter(|start| !anchors.iter().any(|anchor| covers(anchor, start)))
        .flat_map(spell_out)
        .find(|start| !anchors.iter().any(|anchor| covers(anchor, start)))
        .map(|start| {
            start
                .iter()
                .take(8)
                .map(|set| (0..=255).find(|b| has(set, *b)).map_or('?', char::from))
                .collect()
        })
}

/// Returns the starts that `start` stands for when its small sets (`[_-]`, `[0-9a-f]`; up to 16 letters regardless of case) are taken
/// letter by letter.
fn spell_out(start: &Start) -> Vec<Start> {
    let mut out = vec![Start::new()];
    for set in start {
        let mut letters: Vec<ByteSet> = Vec::new();
        for byte in (0..=255_u8).filter(|b| has(set, *b)) {
            let fold = byte.to_ascii_lowercase();
            let same = letters
                .iter_mut()
                .find(|s| has(s, fold) || has(s, fold.to_ascii_uppercase()));
            if let Some(letter) = same {
                add(letter, byte);
            } else {
                let mut letter = ByteSet::default();
                add(&mut letter, byte);
                letters.push(letter);
            }
        }
        if letters.len() > MAX_LETTERS || out.len() * letters.len() > MAX_STARTS {
            letters = vec![*set];
        }
        out = letters
            .iter()
            .flat_map(|letter| {
                out.iter().map(|start| {
                    let mut longer = start.clone();
                    longer.push(*letter);
                    longer
                })
            })
            .collect();
    }
    out
}

fn covers(anchor: &Anchor, start: &Start) -> bool {
    match anchor {
        Anchor::Prefix(text) => {
            start.len() >= text.len()
                && text
                    .bytes()
                    .zip(start)
                    .all(|(b, set)| single(set) == Some(b))
        }
        Anchor::Keyword(text) => {
            start.len() >= text.len()
                && text.bytes().zip(start).all(|(b, set)| {
                    single(set).map(|c| c.to_ascii_lowercase()) == Some(b) || folded(set) == Some(b)
                })
        }
        Anchor::Base64Run(_) => true,
    }
}

/// Returns the only byte of `set`.
fn single(set: &ByteSet) -> Option<u8> {
    let mut bytes = (0..=255).filter(|b| has(set, *b));
    bytes.next().filter(|_| bytes.next().is_none())
}

/// Returns the lower-case form of the only byte of `set`, where case does not count.
fn folded(set: &ByteSet) -> Option<u8> {
    let mut bytes = (0..=255)
        .filter(|b| has(set, *b))
        .map(|b: u8| b.to_ascii_lowercase());
    let first = bytes.next()?;
    bytes.all(|b| b == first).then_some(first)
}

/// Returns what matches of `hir` start with, or nothing when that is too much to list.
fn starts(hir: &Hir) -> Option<Vec<Start>> {
    let mut done = Vec::new();
    let mut open = vec![Start::new()];
    walk(hir, &mut open, &mut done)?;
    done.append(&mut open);
    Some(done)
}

/// Extends every start in `open` by what `hir` can begin with; starts that can grow no further move to `done`.
fn walk(hir: &Hir, open: &mut Vec<Start>, done: &mut Vec<Start>) -> Option<()> {
    if open.len() + done.len() > MAX_STARTS {
        return None;
    }
    let (full, rest) = std::mem::take(open)
        .into_iter()
        .partition(|start: &Start| start.len() >= MAX_DEPTH);
    done.extend(full);
    *open = rest;
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => {
            for byte in &literal.0 {
                let mut set = ByteSet::default();
                add(&mut set, *byte);
                push(open, set);
            }
        }
        HirKind::Class(class) => {
            let set = of_class(class);
            push(open, set);
        }
        HirKind::Capture(capture) => walk(&capture.sub, open, done)?,
        HirKind::Concat(parts) => {
            for part in parts {
                walk(part, open, done)?;
            }
        }
        HirKind::Alternation(branches) => {
            let before = std::mem::take(open);
            for branch in branches {
                let mut here = before.clone();
                walk(branch, &mut here, done)?;
                open.append(&mut here);
            }
        }
        HirKind::Repetition(repetition) => {
            for _ in 0..repetition
                .min
                .min(u32::try_from(MAX_DEPTH).unwrap_or(u32::MAX))
            {
                walk(&repetition.sub, open, done)?;
            }
            if repetition.max != Some(repetition.min) {
                // Either the repetition goes on or what follows it begins: a start ends where the two differ, except
                // that an optional part at the very start must be followed both ways.
                if repetition.max == Some(1) && repetition.min == 0 {
                    let mut taken = open.clone();
                    walk(&repetition.sub, &mut taken, done)?;
                    open.append(&mut taken);
                } else {
                    done.append(open);
                }
            }
        }
    }
    Some(())
}

fn push(open: &mut [Start], set: ByteSet) {
    for start in open {
        start.push(set);
    }
}
