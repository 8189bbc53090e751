//! Trees that hold themselves, which takes an object that is not what its name says: followed down, they have no end.

use crate::source::history::graph::{Child, Tree, TreeIndex};

#[derive(Clone, Copy, PartialEq)]
enum State {
    New,
    Open,
    Done,
}

/// Takes the entries that lead back to a tree they stand in out of `trees`, and returns those that had some.
pub(super) fn cut(trees: &mut [Tree]) -> Vec<TreeIndex> {
    let mut states = vec![State::New; trees.len()];
    let mut back: Vec<(usize, usize)> = Vec::new();
    // Not by recursion: trees may be nested deep.
    let mut stack: Vec<(usize, usize)> = Vec::new();
    for start in 0..trees.len() {
        if states[start] != State::New {
            continue;
        }
        states[start] = State::Open;
        stack.push((start, 0));
        while let Some((tree, next)) = stack.last_mut() {
            let (tree, entry) = (*tree, *next);
            *next += 1;
            match trees[tree].entries.get(entry) {
                None => {
                    states[tree] = State::Done;
                    stack.pop();
                }
                Some((_, Child::Tree(child))) => {
                    let child = child.0 as usize;
                    match states[child] {
                        State::New => {
                            states[child] = State::Open;
                            stack.push((child, 0));
                        }
                        State::Open => back.push((tree, entry)),
                        State::Done => {}
                    }
                }
                Some((_, Child::Blob(_))) => {}
            }
        }
    }
    back.sort_unstable();
    let mut out = Vec::new();
    for entries in back.chunk_by(|one, other| one.0 == other.0) {
        let tree = entries[0].0;
        let kept = trees[tree].entries.iter().enumerate().filter(|(at, _)| {
            let place = (tree, *at);
            entries.binary_search(&place).is_err()
        });
        trees[tree].entries = kept.map(|(_, entry)| *entry).collect();
        out.push(TreeIndex(u32::try_from(tree).unwrap_or(u32::MAX)));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::cut;
    use crate::source::history::graph::{Child, NameIndex, Tree, TreeIndex};

    /// Cuts trees that are told by the trees they hold.
    #[track_caller]
    fn check(trees: &[&[u32]], expected: &[&[u32]], cut_ones: &[u32]) {
        let of = |trees: &[&[u32]]| -> Vec<Tree> {
            let tree = |held: &&[u32]| Tree {
                entries: (0..)
                    .zip(*held)
                    .map(|(name, tree)| (NameIndex(name), Child::Tree(TreeIndex(*tree))))
                    .collect(),
            };
            trees.iter().map(tree).collect()
        };
        let held = |trees: &[Tree]| -> Vec<Vec<Child>> {
            let children = |tree: &Tree| tree.entries.iter().map(|(_, child)| *child).collect();
            trees.iter().map(children).collect()
        };
        let mut trees = of(trees);
        let out: Vec<u32> = cut(&mut trees).iter().map(|tree| tree.0).collect();
        assert_eq!(out, cut_ones);
        assert_eq!(held(&trees), held(&of(expected)));
    }

    #[test]
    fn only_what_leads_back_is_cut() {
        check(&[], &[], &[]);
        check(&[&[1, 2], &[2], &[]], &[&[1, 2], &[2], &[]], &[]);
        check(&[&[0]], &[&[]], &[0]);
        check(&[&[1], &[2], &[0, 1]], &[&[1], &[2], &[]], &[2]);
        check(&[&[1, 1], &[0, 2], &[]], &[&[1, 1], &[2], &[]], &[1]);
        check(&[&[], &[1, 2], &[1, 0]], &[&[], &[2], &[0]], &[1, 2]);
    }
}
