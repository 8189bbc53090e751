//! What a pattern matches, without the empty text.

use regex_syntax::hir::{Hir, HirKind, Repetition};

use super::translate::repeated;

/// Returns what matches the texts that `hir` matches at a place, but for the empty one.
///
/// The size of the result is at most a small multiple of the size of `hir`, written out, times the logarithm of its longest sequence.
pub(super) fn nonempty(hir: &Hir) -> Hir {
    if !may_be_empty(hir) {
        return hir.clone();
    }
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => Hir::fail(),
        HirKind::Literal(_) | HirKind::Class(_) => hir.clone(),
        HirKind::Capture(capture) => nonempty(&capture.sub),
        HirKind::Repetition(repetition) => nonempty_repetition(repetition),
        HirKind::Concat(parts) => nonempty_sequence(parts),
        HirKind::Alternation(parts) => Hir::alternation(parts.iter().map(nonempty).collect()),
    }
}

/// The first half has text and the second is as it is, or the first half is empty and the second has text.
fn nonempty_sequence(parts: &[Hir]) -> Hir {
    match parts {
        [] => Hir::fail(),
        [part] => nonempty(part),
        _ => {
            let (left, right) = parts.split_at(parts.len() / 2);
            let whole = |parts: &[Hir]| Hir::concat(parts.to_vec());
            let text_first = Hir::concat(vec![nonempty_sequence(left), whole(right)]);
            let text_last = Hir::concat(vec![empty(&whole(left)), nonempty_sequence(right)]);
            Hir::alternation(vec![text_first, text_last])
        }
    }
}

fn nonempty_repetition(repetition: &Repetition) -> Hir {
    let Repetition { min, max, sub, .. } = repetition;
    if *max == Some(0) {
        return Hir::fail();
    }
    let text = nonempty(sub);
    // Rounds without text can be left out where so few are asked for, or where they ask for nothing.
    let without = empty(sub);
    if *min <= 1 || matches!(without.kind(), HirKind::Empty) {
        return repeated(text, 1, *max);
    }
    let rounds = |min: u32, fewer: u32| {
        let max = max.map(|max| max.saturating_sub(fewer));
        repeated(sub.as_ref().clone(), min, max)
    };
    // The first round has text, or it comes after one without. More than one without says nothing more than one does, and leaves
    // any smaller number of rounds to come.
    Hir::alternation(vec![
        Hir::concat(vec![text.clone(), rounds(min - 1, 1)]),
        Hir::concat(vec![without, text, rounds(0, 2)]),
    ])
}

/// Returns what matches the empty text where `hir` does.
fn empty(hir: &Hir) -> Hir {
    if !may_be_empty(hir) {
        return Hir::fail();
    }
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => hir.clone(),
        HirKind::Literal(_) | HirKind::Class(_) => Hir::fail(),
        HirKind::Capture(capture) => empty(&capture.sub),
        HirKind::Repetition(Repetition { min: 0, .. }) => Hir::empty(),
        HirKind::Repetition(repetition) => empty(&repetition.sub),
        HirKind::Concat(parts) => Hir::concat(parts.iter().map(empty).collect()),
        HirKind::Alternation(parts) => {
            let parts: Vec<Hir> = parts.iter().map(empty).collect();
            if parts
                .iter()
                .any(|part| matches!(part.kind(), HirKind::Empty))
            {
                return Hir::empty();
            }
            Hir::alternation(parts)
        }
    }
}

/// Returns true when the empty text may match, were all conditions to hold.
///
/// The smallest length that `regex-syntax` knows does not tell: it is unknown as soon as one alternative can never match.
pub(super) fn may_be_empty(hir: &Hir) -> bool {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => true,
        HirKind::Literal(_) | HirKind::Class(_) => false,
        HirKind::Capture(capture) => may_be_empty(&capture.sub),
        HirKind::Repetition(repetition) => repetition.min == 0 || may_be_empty(&repetition.sub),
        HirKind::Concat(parts) => parts.iter().all(may_be_empty),
        HirKind::Alternation(parts) => parts.iter().any(may_be_empty),
    }
}
