//! Names of entries as numbers, each name once in a tree.
//!
//! Git writes no tree that has a name twice, and of one that has, it checks out one entry. All the others may hold secrets, too: they are told
//! with a number behind their name.

use std::collections::{BTreeSet, HashMap, HashSet};

use bstr::BString;

use crate::source::history::graph::{Child, NameIndex, Tree};

/// Entries of a tree: the place of the name, and what it leads to.
type Entries = Vec<(u32, Child)>;

/// Returns the names that are used, sorted, and the trees. `names` are the names that `trees` go by.
pub(super) fn name(names: &[BString], mut trees: Vec<Entries>) -> (Vec<BString>, Vec<Tree>) {
    let mut more: HashMap<usize, Vec<BString>> = HashMap::new();
    for (at, entries) in trees.iter_mut().enumerate() {
        entries.sort_unstable();
        entries.dedup();
        if entries.windows(2).any(|pair| pair[0].0 == pair[1].0) {
            more.insert(at, spelled(names, entries));
        }
    }
    let mut is_used = vec![false; names.len()];
    for (name, _) in trees.iter().flatten() {
        is_used[*name as usize] = true;
    }
    let plain = names.iter().zip(is_used).filter(|(_, is_used)| *is_used);
    let used: BTreeSet<&BString> = (plain.map(|(name, _)| name))
        .chain(more.values().flatten())
        .collect();
    let used: Vec<BString> = used.into_iter().cloned().collect();
    let number = |name: &BString| {
        let at = used.binary_search(name).unwrap_or_default();
        NameIndex(u32::try_from(at).unwrap_or(u32::MAX))
    };
    let mut numbers: HashMap<u32, NameIndex> = HashMap::new();
    let make = |(at, entries): (usize, Entries)| {
        let mut entries: Vec<(NameIndex, Child)> = match more.get(&at) {
            None => (entries.into_iter())
                .map(|(name, child)| {
                    let number = || number(&names[name as usize]);
                    (*numbers.entry(name).or_insert_with(number), child)
                })
                .collect(),
            Some(spelled) => {
                let names = spelled.iter().map(number);
                names.zip(entries.iter().map(|(_, child)| *child)).collect()
            }
        };
        entries.sort_unstable();
        Tree {
            entries: entries.into(),
        }
    };
    let trees = trees.into_iter().enumerate().map(make).collect();
    (used, trees)
}

/// Returns a name for each of `entries`, which are sorted, all different.
fn spelled(names: &[BString], entries: &Entries) -> Vec<BString> {
    let mut taken: HashSet<BString> = (entries.iter())
        .map(|(name, _)| names[*name as usize].clone())
        .collect();
    let (mut out, mut before, mut number) = (Vec::with_capacity(entries.len()), None, 1_u64);
    for (name, _) in entries {
        let plain = &names[*name as usize];
        if before != Some(name) {
            (before, number) = (Some(name), 1);
            out.push(plain.clone());
            continue;
        }
        loop {
            number += 1;
            let other = BString::from([plain, format!(" ({number})").as_bytes()].concat());
            if taken.insert(other.clone()) {
                out.push(other);
                break;
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use bstr::BString;

    use super::name;
    use crate::source::history::graph::{BlobIndex, Child};

    /// Names the entries of one tree, told by the places of their names in `names` and their blobs.
    #[track_caller]
    fn check(names: &[&str], entries: &[(u32, u32)], expected: &[(&str, u32)]) {
        let names: Vec<BString> = names.iter().map(|name| (*name).into()).collect();
        let entries = entries.iter();
        let entries = entries.map(|(name, blob)| (*name, Child::Blob(BlobIndex(*blob))));
        let (names, trees) = name(&names, vec![entries.collect()]);
        assert!(names.is_sorted() && trees[0].entries.is_sorted());
        let told: Vec<(&str, u32)> = (trees[0].entries.iter())
            .map(|(name, child)| {
                let Child::Blob(blob) = child else {
                    panic!("a tree")
                };
                (str::from_utf8(&names[name.0 as usize]).unwrap(), blob.0)
            })
            .collect();
        assert_eq!(told, expected);
    }

    #[test]
    fn every_name_is_there_once() {
        check(&[], &[], &[]);
        check(
            &["b", "unused", "a"],
            &[(0, 1), (2, 2)],
            &[("a", 2), ("b", 1)],
        );
        check(&["a"], &[(0, 1), (0, 1)], &[("a", 1)]);
        check(
            &["a"],
            &[(0, 3), (0, 1), (0, 2)],
            &[("a", 1), ("a (2)", 2), ("a (3)", 3)],
        );
        // One is called so already.
        check(
            &["a (2)", "a"],
            &[(1, 1), (1, 2), (0, 3)],
            &[("a", 1), ("a (2)", 3), ("a (3)", 2)],
        );
        check(&[""], &[(0, 1), (0, 2)], &[("", 1), (" (2)", 2)]);
    }
}
