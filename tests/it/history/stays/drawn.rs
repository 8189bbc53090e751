//! Histories with branches, merges, merges that bring things of their own, renames, deletions and returns, by chance.

use std::collections::{BTreeMap, BTreeSet};

use keyfence::rule::template::Random;

use crate::{
    git::Repo,
    history::{
        import::{Commit, Import},
        token,
    },
};

/// How many tokens there are.
pub(super) const TOKENS: u64 = 5;

const PATHS: &[&str] = &[
    "a.txt",
    "b.txt",
    "dir/a.txt",
    "dir/deep/c.txt",
    "other/d.txt",
    "other/e.txt",
];

/// The tokens of a file, and a number that makes it differ from others with the same ones.
type File = (BTreeSet<u64>, u64);
type Tree = BTreeMap<&'static str, File>;

fn text(file: &File) -> Vec<u8> {
    let mut out = format!("version {}\n", file.1);
    for number in &file.0 {
        out += &"a line\n".repeat(usize::try_from(file.1 % 3).unwrap());
        out.extend(["token = ", &token(*number), "\n"]);
    }
    out.into_bytes()
}

/// Changes a tree as a commit does.
fn change(tree: &mut Tree, random: &mut Random) {
    for _ in 0..=random.below(4) {
        let path = PATHS[random.below(PATHS.len())];
        let number = random.below(8) as u64;
        match random.below(8) {
            0 => drop(tree.remove(path)),
            1 => {
                if let Some(file) = tree.remove(path) {
                    tree.insert(PATHS[random.below(PATHS.len())], file);
                }
            }
            2 => tree.retain(|path, _| !path.starts_with("dir/")),
            3 | 4 => {
                let (tokens, version) = tree.entry(path).or_default();
                tokens.remove(&((number + 1) % TOKENS));
                *version = number;
            }
            _ => {
                let (tokens, version) = tree.entry(path).or_default();
                tokens.insert(number % TOKENS);
                *version = number;
            }
        }
    }
}

/// Takes each file from one parent or another.
fn merge(parents: &[&Tree], random: &mut Random) -> Tree {
    let mut out = Tree::new();
    for path in PATHS {
        if let Some(file) = parents[random.below(parents.len())].get(path) {
            out.insert(path, file.clone());
        }
    }
    out
}

/// Returns a repository that depends on `seed` alone.
pub(super) fn repository(seed: u64) -> Repo {
    let mut random = Random::new(seed);
    let mut import = Import::default();
    let mut commits: Vec<(Commit, Tree)> = Vec::new();
    for at in 0..50 {
        // Mostly the newest commits go on.
        let pick = |random: &mut Random| {
            let last = commits.len() - 1;
            last - random
                .below(last + 1)
                .min(random.below(last + 1))
                .min(random.below(last + 1))
        };
        let mut parents = Vec::new();
        if !commits.is_empty() && random.below(20) != 0 {
            parents.push(pick(&mut random));
            while random.below(4) == 0 && parents.len() < 4 {
                parents.push(pick(&mut random));
            }
            let mut seen = BTreeSet::new();
            parents.retain(|parent| seen.insert(*parent));
        }
        let trees: Vec<&Tree> = parents.iter().map(|at| &commits[*at].1).collect();
        let first = trees.first().map_or_else(Tree::new, |tree| (*tree).clone());
        let mut tree = if trees.len() > 1 {
            merge(&trees, &mut random)
        } else {
            first.clone()
        };
        if trees.len() < 2 || random.below(2) == 0 {
            change(&mut tree, &mut random);
        }
        let texts: Vec<(&str, Option<Vec<u8>>)> = PATHS
            .iter()
            .filter(|path| tree.get(*path) != first.get(*path))
            .map(|path| (*path, tree.get(path).map(text)))
            .collect();
        let changes: Vec<_> = texts
            .iter()
            .map(|(path, text)| (*path, text.as_deref()))
            .collect();
        let ids: Vec<Commit> = parents.iter().map(|at| commits[*at].0).collect();
        let commit = import.commit(&ids, &format!("commit {at}"), &changes);
        commits.push((commit, tree));
    }
    let repo = Repo::new();
    let ids = import.run(&repo);
    let mut any =
        || ids[ids.len() - 1 - random.below(ids.len()).min(random.below(ids.len()))].clone();
    for name in [
        "heads/main",
        "heads/next/a",
        "remotes/origin/main",
        "tags/light",
        "custom/x",
    ] {
        repo.git(["update-ref", &format!("refs/{name}"), &any()]);
    }
    for name in ["v1", "v2"] {
        repo.git(["tag", "-a", "-m", "a release", name, &any()]);
    }
    // What only the reflog remembers; and a branch that is gone.
    for _ in 0..5 {
        repo.git(["update-ref", "--create-reflog", "refs/heads/moved", &any()]);
    }
    match seed % 4 {
        0 => drop(repo.git(["update-ref", "--no-deref", "HEAD", &any()])),
        1 => drop(repo.git(["symbolic-ref", "HEAD", "refs/heads/unborn"])),
        _ => {}
    }
    repo
}
