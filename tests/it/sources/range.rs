//! Ranges of commits: which are new, and what each of them brings that no parent has, as git lists it.

use std::{collections::BTreeSet, fmt::Write as _};

use gix::ObjectId;
use keyfence::source::{
    index,
    range::{self, Range},
};
use proptest::prelude::*;

use crate::git::{Repo, run_with};

/// One commit of a drawn history: its parents among the earlier ones, when it says it was made, and what it writes.
#[derive(Debug, Clone)]
struct Drawn {
    parents: Vec<usize>,
    seconds: u64,
    files: Vec<(u8, u8)>,
}

fn drawn() -> impl Strategy<Value = Vec<Drawn>> {
    let commit = (
        prop::collection::vec(any::<prop::sample::Index>(), 0..3),
        0_u64..50,
        prop::collection::vec((0_u8..6, 0_u8..4), 0..4),
    );
    prop::collection::vec(commit, 1..12).prop_map(|commits| {
        let with_parents = commits.into_iter().enumerate();
        with_parents
            .map(|(at, (parents, seconds, files))| {
                let parents = parents.iter().filter(|_| at > 0);
                let parents: BTreeSet<usize> = parents.map(|index| index.index(at)).collect();
                Drawn {
                    parents: parents.into_iter().collect(),
                    // Dates may lie, by more than git's own walk allows for.
                    seconds: 1_700_000_000 + seconds,
                    files,
                }
            })
            .collect()
    })
}

fn add_to(text: &mut String, more: std::fmt::Arguments<'_>) {
    text.write_fmt(more).unwrap();
}

/// Makes the commits, and returns their ids.
fn make(repo: &Repo, commits: &[Drawn]) -> Vec<String> {
    let mut text = String::new();
    for (at, commit) in commits.iter().enumerate() {
        let mark = at + 1;
        add_to(
            &mut text,
            format_args!("commit refs/heads/b{mark}\nmark :{mark}\n"),
        );
        add_to(
            &mut text,
            format_args!(
                "committer C <c@example.com> {} +0000\ndata 1\nx\n",
                commit.seconds
            ),
        );
        for (nth, parent) in commit.parents.iter().enumerate() {
            let word = if nth == 0 { "from" } else { "merge" };
            add_to(&mut text, format_args!("{word} :{}\n", parent + 1));
        }
        for (path, content) in &commit.files {
            let path = ["a", "b", "d/a", "d/b", "d/e/a", "f"][usize::from(*path)];
            match content {
                0 => add_to(&mut text, format_args!("D {path}\n")),
                content => add_to(
                    &mut text,
                    format_args!("M 100644 inline {path}\ndata 2\n{content}\n\n"),
                ),
            }
        }
        text += "\n";
    }
    run_with(repo.command(["fast-import", "--quiet"]), text.as_bytes());
    let ids = (1..=commits.len()).map(|mark| {
        let id = repo.git(["rev-parse", &format!("refs/heads/b{mark}")]);
        String::from_utf8(id).unwrap().trim().to_owned()
    });
    ids.collect()
}

/// Returns `from` and all that they were made from.
fn reached(commits: &[Drawn], ids: &[String], from: &[String]) -> BTreeSet<String> {
    let mut out: BTreeSet<String> = from.iter().cloned().collect();
    for (at, commit) in commits.iter().enumerate().rev() {
        if out.contains(&ids[at]) {
            out.extend(commit.parents.iter().map(|parent| ids[*parent].clone()));
        }
    }
    out
}

fn lines(bytes: &[u8]) -> BTreeSet<String> {
    let text = String::from_utf8_lossy(bytes);
    text.lines().map(ToOwned::to_owned).collect()
}

/// Returns `path id` of each file of a commit that none of its parents has as it is.
fn brought(repo: &Repo, id: &str) -> BTreeSet<String> {
    let files = |revision: &str| -> BTreeSet<String> {
        let listed = repo.git(["ls-tree", "-r", revision]);
        let listed = lines(&listed);
        let parts = listed.iter().map(|line| {
            let (about, path) = line.split_once('\t').unwrap();
            format!("{path} {}", about.rsplit(' ').next().unwrap())
        });
        parts.collect()
    };
    let parents = repo.git(["rev-list", "--parents", "-n1", id]);
    let parents = String::from_utf8(parents).unwrap();
    let mut new = files(id);
    for parent in parents.split_whitespace().skip(1) {
        new = &new - &files(parent);
    }
    new
}

fn id(hex: &str) -> ObjectId {
    ObjectId::from_hex(hex.as_bytes()).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, max_shrink_iters: 200, ..ProptestConfig::default() })]

    #[test]
    fn nothing_new_is_left_out(
        commits in drawn(),
        tips in prop::collection::vec(any::<prop::sample::Index>(), 1..3),
        known in prop::collection::vec(any::<prop::sample::Index>(), 0..3),
    ) {
        let repo = Repo::with(&["--bare"]);
        let ids = make(&repo, &commits);
        let pick = |indices: &[prop::sample::Index]| -> Vec<String> {
            indices.iter().map(|index| ids[index.index(ids.len())].clone()).collect()
        };
        let (tips, known) = (pick(&tips), pick(&known));
        let range = Range {
            tips: tips.iter().map(|hex| id(hex)).collect(),
            known: known.iter().map(|hex| id(hex)).collect(),
        };
        let new = range::new(&repo.discover(), &range, 2, None).unwrap();
        prop_assert!(new.skipped.is_empty(), "{:?}", new.skipped);
        let truth = &reached(&commits, &ids, &tips) - &reached(&commits, &ids, &known);
        let found: BTreeSet<String> = new.commits.iter().map(|c| c.id.to_string()).collect();
        prop_assert_eq!(new.commits.len(), found.len(), "each once");
        // Wrong dates may make more of them new, never fewer.
        prop_assert!(found.is_superset(&truth), "{:?} lacks some of {:?}", found, truth);
        for (commit, step) in new.commits.iter().zip(&new.steps) {
            let changes = step.changes.iter();
            let told: BTreeSet<String> = changes
                .filter_map(|change| Some(format!("{} {}", change.path, change.new?)))
                .collect();
            prop_assert_eq!(told, brought(&repo, &commit.id.to_string()));
        }
    }

    #[test]
    fn the_tree_of_an_index_is_what_git_writes(
        files in prop::collection::vec((0_usize..8, 0_u8..3, any::<bool>()), 0..12),
        cached in any::<bool>(),
        more in prop::collection::vec((0_usize..8, 0_u8..3), 0..3),
    ) {
        let names = ["a", "a.b", "a-b", "d/a", "d/b/c", "d.x", "d0", "z/y/x"];
        let repo = Repo::new();
        for (name, content, executable) in files {
            repo.write(names[name], [content]);
            let mode = if executable { "+x" } else { "-x" };
            repo.git(["add", names[name]]);
            repo.git(["update-index", &format!("--chmod={mode}"), names[name]]);
        }
        if cached {
            // Then git remembers the ids of its folders.
            repo.git(["write-tree"]);
        }
        for (name, content) in more {
            repo.write(names[name], [content]);
            repo.git(["add", names[name]]);
        }
        let ours = index::tree_id(&repo.discover()).unwrap().unwrap();
        let theirs = String::from_utf8(repo.git(["write-tree"])).unwrap();
        prop_assert_eq!(ours.to_string(), theirs.trim());
    }
}

#[test]
fn an_index_with_conflicts_has_no_tree() {
    let repo = Repo::new();
    repo.write("a", "1\n");
    repo.commit_all();
    repo.git(["checkout", "-q", "-b", "other"]);
    repo.write("a", "2\n");
    repo.commit_all();
    repo.git(["checkout", "-q", "main"]);
    repo.write("a", "3\n");
    repo.commit_all();
    assert!(
        !repo
            .command(["merge", "-q", "other"])
            .output()
            .unwrap()
            .status
            .success()
    );
    assert_eq!(index::tree_id(&repo.discover()).unwrap(), None);
}

#[test]
fn what_is_named_and_not_there_is_told() {
    let repo = Repo::new();
    repo.write("a", "1\n");
    repo.commit_all();
    repo.write("a", "2\n");
    repo.commit_all();
    let parent = String::from_utf8(repo.git(["rev-parse", "HEAD~1"])).unwrap();
    let (folder, file) = parent.trim().split_at(2);
    std::fs::remove_file(repo.root.join(".git/objects").join(folder).join(file)).unwrap();
    let head = String::from_utf8(repo.git(["rev-parse", "HEAD"])).unwrap();
    let range = Range {
        tips: vec![id(head.trim())],
        known: Vec::new(),
    };
    let new = range::new(&repo.discover(), &range, 2, None).unwrap();
    assert_eq!(new.commits.len(), 1);
    assert!(
        new.skipped[0].reason.contains("a parent of"),
        "{:?}",
        new.skipped
    );
    // A known commit that is not here does not matter.
    let range = Range {
        tips: vec![id(head.trim())],
        known: vec![id(parent.trim()), id(&"1".repeat(40))],
    };
    let new = range::new(&repo.discover(), &range, 2, None).unwrap();
    assert_eq!(new.commits.len(), 1);
}

/// A tree that has the same tree twice, and that one twice, and so on: 2^40 files.
#[test]
fn a_bomb_of_trees_is_looked_at_in_some_places() {
    let repo = Repo::with(&["--bare"]);
    let blob = run_with(repo.command(["hash-object", "-w", "--stdin"]), b"x");
    let mut below = format!(
        "100644 blob {}\tf\n",
        String::from_utf8(blob).unwrap().trim()
    );
    let mut tree = String::new();
    for _ in 0..40 {
        tree = String::from_utf8(run_with(repo.command(["mktree"]), below.as_bytes())).unwrap();
        let tree = tree.trim();
        below = format!("040000 tree {tree}\ta\n040000 tree {tree}\tb\n");
    }
    let commit = repo.git(["commit-tree", "-m", "x", tree.trim()]);
    let range = Range {
        tips: vec![id(String::from_utf8(commit).unwrap().trim())],
        known: Vec::new(),
    };
    let new = range::new(&repo.discover(), &range, 2, None).unwrap();
    assert!((1..=200).contains(&new.steps[0].changes.len()));
}
