//! All engines find what the tree of a pattern says.

use std::ops::Range;

use proptest::{collection::vec, prelude::*, sample::select};

use crate::ere::{
    Ere, Limits, PatternSet, WordMatch,
    ast::{Node, is_word},
    backtrack::{Program, Steps},
};

/// Returns where in `line` the matches of `node` that start at `start` end: what the tree says, word by word.
fn ends(node: &Node, line: &[u8], start: usize) -> Vec<usize> {
    let mut out = match node {
        Node::Empty => vec![start],
        Node::Byte(byte) if line.get(start) == Some(byte) => vec![start + 1],
        Node::Class(set) if line.get(start).is_some_and(|byte| set.has(*byte)) => vec![start + 1],
        Node::Look(look, _) if look.holds(line, start) => vec![start],
        Node::Byte(_) | Node::Class(_) | Node::Look(..) => vec![],
        Node::Group(_, node) => ends(node, line, start),
        Node::Backref(_) => panic!("not for back-references"),
        Node::Concat(nodes) => nodes
            .iter()
            .fold(vec![start], |from, node| all_ends(node, line, &from)),
        Node::Alternate(nodes) => nodes
            .iter()
            .flat_map(|node| ends(node, line, start))
            .collect(),
        Node::Repeat { node, min, max } => {
            let mut now = vec![start];
            for _ in 0..*min {
                now = all_ends(node, line, &now);
            }
            let mut out = now.clone();
            // Further rounds bring nothing new after as many as there are places.
            for _ in *min..max
                .unwrap_or(u32::MAX)
                .min(min + 1 + u32::try_from(line.len()).unwrap())
            {
                now = all_ends(node, line, &now);
                out.extend(&now);
            }
            out
        }
    };
    out.sort_unstable();
    out.dedup();
    out
}

fn all_ends(node: &Node, line: &[u8], from: &[usize]) -> Vec<usize> {
    let mut out: Vec<usize> = from
        .iter()
        .flat_map(|start| ends(node, line, *start))
        .collect();
    out.sort_unstable();
    out.dedup();
    out
}

/// Returns the leftmost match that counts, and of these the longest.
fn reference(node: &Node, line: &[u8], word_match: WordMatch) -> Option<Range<usize>> {
    let counts = |start: usize, end: usize| {
        word_match == WordMatch::No
            || start < end
                && !(start > 0 && is_word(line[start - 1]))
                && !line.get(end).is_some_and(|byte| is_word(*byte))
    };
    (0..=line.len()).find_map(|start| {
        let longest = ends(node, line, start)
            .into_iter()
            .rfind(|end| counts(start, *end));
        longest.map(|end| start..end)
    })
}

fn pattern() -> impl Strategy<Value = String> {
    let atom = select(vec![
        "A", "B", "AB", "ABC", "_", " ", ".", "[AB]", "[^A]", r"\w", r"\W", "^", "$", r"\b", r"\B",
        r"\<", r"\>", "",
    ]);
    let operator = select(vec![
        "", "", "", "*", "+", "?", "{2}", "{,2}", "{1,3}", "{2,}", "{2,5}", "{0}",
    ]);
    let atom = atom.prop_map(str::to_owned);
    atom.prop_recursive(3, 12, 3, move |inner| {
        let piece =
            (inner, operator.clone()).prop_map(|(node, operator)| format!("({node}){operator}"));
        let sequence = vec(piece, 1..4).prop_map(|pieces| pieces.concat());
        vec(sequence, 1..3).prop_map(|parts| parts.join("|"))
    })
    .prop_map(|pattern| format!("({pattern})"))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, ..ProptestConfig::default() })]

    /// The automata, the backtracker and the tree agree, for several patterns at once, with and without word match.
    #[test]
    fn engines_agree(
        patterns in vec(pattern(), 1..6),
        lines in vec(vec(select(b"AB_ -C".to_vec()), 0..8), 1..8),
        ends_in_line_feed in any::<bool>(),
    ) {
        let eres: Vec<Ere> = patterns.iter().map(|pattern| Ere::parse(pattern.as_bytes()).unwrap()).collect();
        let mut text = lines.join(&b'\n');
        if ends_in_line_feed || lines.last().is_some_and(Vec::is_empty) {
            text.push(b'\n');
        }
        for word_match in [WordMatch::Yes, WordMatch::No] {
            let set = PatternSet::new(&eres, word_match).unwrap();
            let mut expected = Vec::new();
            for (n, line) in lines.iter().enumerate() {
                let mut spans = Vec::new();
                for (pattern, ere) in eres.iter().enumerate() {
                    let span = reference(&ere.node, line, word_match);
                    let program = Program::new(&ere.node, word_match);
                    let limits = Limits { steps_per_line: 1 << 16, ..Limits::default() };
                    if let Ok(other) = program.find(line, 0, &mut Steps::new(limits)) {
                        let starts = (other.map(|span| span.start), span.clone().map(|span| span.start));
                        prop_assert_eq!(starts.0, starts.1, "backtracking");
                    }
                    spans.extend(span.map(|span| (pattern, span)));
                }
                prop_assert_eq!(set.is_match(line), Ok(!spans.is_empty()));
                if !spans.is_empty() {
                    expected.push((n + 1, spans));
                }
            }
            let mut found = Vec::new();
            let given_up = set.matching_lines(&text, |line| {
                let span = |pattern: usize| {
                    let span = line.span(pattern).unwrap();
                    (pattern, span.start - line.range.start..span.end - line.range.start)
                };
                assert_eq!(&text[line.range.clone()], &lines[line.number - 1][..]);
                found.push((line.number, line.patterns.iter().map(|pattern| span(*pattern)).collect::<Vec<_>>()));
            });
            prop_assert_eq!(given_up, []);
            prop_assert_eq!(found, expected);
        }
    }
}
