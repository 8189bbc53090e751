//! From the tree of a pattern to that of `regex-syntax`, so that nothing is ever read by rules that are not POSIX's.

use regex_syntax::hir::{self, Class, ClassBytes, ClassBytesRange, Hir, Repetition};

use super::{
    ast::{Look, Node},
    bytes::ByteSet,
    nonempty::nonempty,
    set::WordMatch,
};

/// How many optional repetitions are written one after the other.
const MAX_FLAT: u32 = 1000;

/// Returns what `node` matches within the lines of a text.
///
/// With word match it is wrapped in `\b{start-half}` and `\b{end-half}`, "no word byte on the outer side", and what it matches is not
/// empty. A back-reference becomes any text: what is found then has still to be looked at.
pub(super) fn translate(node: &Node, word_match: WordMatch) -> Hir {
    let hir = plain(node);
    if word_match == WordMatch::No {
        return hir;
    }
    Hir::concat(vec![
        Hir::look(hir::Look::WordStartHalfAscii),
        nonempty(&hir),
        Hir::look(hir::Look::WordEndHalfAscii),
    ])
}

fn plain(node: &Node) -> Hir {
    match node {
        Node::Empty => Hir::empty(),
        Node::Byte(byte) => Hir::literal([*byte]),
        Node::Class(set) => class(set),
        Node::Look(look, _) => Hir::look(match look {
            Look::Start => hir::Look::StartLF,
            Look::End => hir::Look::EndLF,
            Look::WordStart => hir::Look::WordStartAscii,
            Look::WordEnd => hir::Look::WordEndAscii,
            Look::Boundary => hir::Look::WordAscii,
            Look::NoBoundary => hir::Look::WordAsciiNegate,
        }),
        Node::Group(_, node) => plain(node),
        Node::Backref(_) => repeated(class(&ByteSet::of(|_| true)), 0, None),
        Node::Repeat { node, min, max } => repeated(plain(node), *min, *max),
        Node::Concat(nodes) => Hir::concat(nodes.iter().map(plain).collect()),
        Node::Alternate(nodes) => Hir::alternation(nodes.iter().map(plain).collect()),
    }
}

fn class(set: &ByteSet) -> Hir {
    let ranges = set
        .ranges()
        .map(|range| ClassBytesRange::new(*range.start(), *range.end()));
    Hir::class(Class::Bytes(ClassBytes::new(ranges)))
}

/// Returns `hir`, `min` to `max` times.
///
/// `a{2,4}` becomes `aaa?a?`. As `aa(a(a)?)?`, which is what the automaton makes of it otherwise, the states after `x.{0,100}` tell how
/// far back each x of the last hundred bytes is, and there is no end of them; this way what is left from an x is part of what is left
/// from a later one.
pub(super) fn repeated(hir: Hir, min: u32, max: Option<u32>) -> Hir {
    let of = |hir: Hir, min, max| {
        Hir::repetition(Repetition {
            min,
            max,
            greedy: true,
            sub: Box::new(hir),
        })
    };
    match max {
        // More would cost too much on each byte.
        Some(max) if (2..=MAX_FLAT).contains(&(max - min)) => {
            let certain = of(hir.clone(), min, Some(min));
            let optional = of(hir, 0, Some(1));
            let times = max - min;
            Hir::concat(vec![certain, of(optional, times, Some(times))])
        }
        _ => of(hir, min, max),
    }
}
