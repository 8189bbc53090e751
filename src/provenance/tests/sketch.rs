//! Repositories as text.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use bstr::{BStr, BString, ByteSlice as _};

use super::super::Sighting;
use crate::source::history::graph::{
    BlobIndex, Child, CommitIndex, CommitNode, Graph, NameIndex, Ref, Target, Tree, TreeIndex,
};

/// A tree: for each path the content of a blob.
///
/// A content is `SECRET@LINE,…`, the line 1 if it is left out; what follows a `~` makes another blob with the same secrets. The
/// secret 9 is not shown under paths that begin with `test`.
pub(super) type Files = BTreeMap<String, String>;

#[derive(Debug, Clone)]
pub(super) struct SketchedCommit {
    pub(super) name: String,
    pub(super) parents: Vec<usize>,
    pub(super) files: Files,
    pub(super) seconds: i64,
}

#[derive(Debug, Clone)]
pub(super) enum Named {
    Commit(usize),
    Tree(Files),
    Blob(String),
}

/// A repository, drawn one thing a line:
///
/// ```text
/// a        f=1 dir/g=1,2@7     a commit without parents
/// b < a    f=1~2               a commit, its parents, all its files
/// refs/tags/t b                a ref to a commit; also `HEAD b`, `worktree b`, `reflog b`
/// refs/tags/t tree f=1         a ref to a tree; also `lone tree f=1`
/// refs/tags/t blob 1           a ref to a blob; also `lone blob 1`
/// index f=1
/// ```
///
/// Commits are one second apart, the first at second 0.
#[derive(Debug, Clone, Default)]
pub(super) struct Sketch {
    pub(super) commits: Vec<SketchedCommit>,
    pub(super) refs: Vec<(String, Named)>,
    pub(super) head: Option<usize>,
    pub(super) other_heads: Vec<usize>,
    pub(super) reflog: Vec<usize>,
    pub(super) index: Files,
    pub(super) lone_trees: Vec<Files>,
    pub(super) lone_blobs: Vec<String>,
}

impl Sketch {
    pub(super) fn parse(text: &str) -> Self {
        let mut out = Self::default();
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let words: Vec<&str> = line.split_whitespace().collect();
            out.line(&words);
        }
        out.refs.sort_by(|(a, _), (b, _)| a.cmp(b));
        out
    }

    fn line(&mut self, words: &[&str]) {
        match *words {
            ["HEAD", commit] => self.head = Some(self.commit(commit)),
            ["worktree", commit] => self.other_heads.push(self.commit(commit)),
            ["reflog", commit] => self.reflog.push(self.commit(commit)),
            ["index", ref entries @ ..] => self.index = files(entries),
            ["lone", "tree", ref entries @ ..] => self.lone_trees.push(files(entries)),
            ["lone", "blob", content] => self.lone_blobs.push(content.to_owned()),
            [name, ref rest @ ..] if name.starts_with("refs/") => {
                let named = match *rest {
                    ["tree", ref entries @ ..] => Named::Tree(files(entries)),
                    ["blob", content] => Named::Blob(content.to_owned()),
                    [commit] => Named::Commit(self.commit(commit)),
                    _ => panic!("no ref: {words:?}"),
                };
                self.refs.push((name.to_owned(), named));
            }
            [name, ref rest @ ..] => {
                let rest = rest.strip_prefix(&["<"]).unwrap_or(rest);
                let (entries, parents): (Vec<&str>, Vec<&str>) =
                    rest.iter().partition(|word| word.contains('='));
                let commit = SketchedCommit {
                    name: name.to_owned(),
                    parents: parents.iter().map(|name| self.commit(name)).collect(),
                    files: files(&entries),
                    seconds: i64::try_from(self.commits.len()).unwrap(),
                };
                self.commits.push(commit);
            }
            [] => unreachable!("empty lines were left out"),
        }
    }

    fn commit(&self, name: &str) -> usize {
        let found = self.commits.iter().position(|commit| commit.name == name);
        found.unwrap_or_else(|| panic!("no commit {name}"))
    }

    pub(super) fn build(self) -> Repo {
        let all_files = self.commits.iter().map(|commit| &commit.files);
        let of_refs = self.refs.iter().filter_map(|(_, named)| match named {
            Named::Tree(files) => Some(files),
            Named::Commit(_) | Named::Blob(_) => None,
        });
        let names: BTreeSet<&str> = all_files
            .chain(of_refs)
            .chain(&self.lone_trees)
            .flat_map(|files| files.keys().flat_map(|path| path.split('/')))
            .collect();
        let mut repo = Repo {
            graph: Graph {
                names: names.into_iter().map(BString::from).collect(),
                ..Graph::default()
            },
            ..Repo::default()
        };
        for commit in &self.commits {
            let node = CommitNode {
                id: "0".repeat(40).parse().unwrap(),
                tree: (!commit.files.is_empty()).then(|| repo.tree(&commit.files)),
                parents: commit.parents.iter().map(|at| index(*at)).collect(),
                committed_seconds: commit.seconds,
            };
            repo.graph.commits.push(node);
        }
        for (name, named) in &self.refs {
            let target = match named {
                Named::Commit(commit) => Target::Commit(index(*commit)),
                Named::Tree(files) => Target::Tree(repo.tree(files)),
                Named::Blob(content) => Target::Blob(repo.blob(content)),
            };
            repo.graph.refs.push(Ref {
                name: name.as_str().into(),
                target,
            });
        }
        repo.graph.head = self.head.map(index);
        repo.graph.other_heads = self.other_heads.iter().copied().map(index).collect();
        repo.graph.reflog = self.reflog.iter().copied().map(index).collect();
        for (path, content) in &self.index {
            let blob = repo.blob(content);
            repo.graph.index.push((path.as_str().into(), blob));
        }
        for files in &self.lone_trees {
            let tree = repo.tree(files);
            repo.graph.lone_trees.push(tree);
        }
        for content in &self.lone_blobs {
            let blob = repo.blob(content);
            repo.graph.lone_blobs.push(blob);
        }
        repo.sketch = self;
        repo
    }
}

fn files(words: &[&str]) -> Files {
    let pair = |word: &&str| {
        let (path, content) = word.split_once('=').expect("PATH=CONTENT");
        (path.to_owned(), content.to_owned())
    };
    words.iter().map(pair).collect()
}

pub(super) fn index(commit: usize) -> CommitIndex {
    CommitIndex(u32::try_from(commit).unwrap())
}

/// What a sketch became.
#[derive(Default)]
pub(super) struct Repo {
    pub(super) sketch: Sketch,
    pub(super) graph: Graph,
    contents: Vec<String>,
    blobs: HashMap<String, BlobIndex>,
    trees: HashMap<Vec<(NameIndex, Child)>, TreeIndex>,
}

impl Repo {
    pub(super) fn blob(&mut self, content: &str) -> BlobIndex {
        let next = BlobIndex(u32::try_from(self.contents.len()).unwrap());
        let blob = *self.blobs.entry(content.to_owned()).or_insert(next);
        if blob == next {
            self.contents.push(content.to_owned());
        }
        blob
    }

    pub(super) fn blob_of(&self, content: &str) -> BlobIndex {
        self.blobs[content]
    }

    fn tree(&mut self, files: &Files) -> TreeIndex {
        let mut folders: BTreeMap<&str, Files> = BTreeMap::new();
        let mut children: BTreeMap<&str, Child> = BTreeMap::new();
        for (path, content) in files {
            match path.split_once('/') {
                Some((folder, rest)) => {
                    let inner = folders.entry(folder).or_default();
                    inner.insert(rest.to_owned(), content.clone());
                }
                None => {
                    children.insert(path, Child::Blob(self.blob(content)));
                }
            }
        }
        for (folder, inner) in &folders {
            let tree = Child::Tree(self.tree(inner));
            assert!(children.insert(folder, tree).is_none(), "{folder} is both");
        }
        let names = &self.graph.names;
        let number = |name: &str| {
            let found = names.binary_search_by(|n| n.as_bstr().cmp(BStr::new(name)));
            NameIndex(u32::try_from(found.unwrap()).unwrap())
        };
        let entries: Vec<_> = children.into_iter().map(|(n, c)| (number(n), c)).collect();
        let next = TreeIndex(u32::try_from(self.graph.trees.len()).unwrap());
        let tree = *self.trees.entry(entries.clone()).or_insert(next);
        if tree == next {
            self.graph.trees.push(Tree {
                entries: entries.into(),
            });
        }
        tree
    }

    pub(super) fn name(&self, commit: CommitIndex) -> &str {
        &self.sketch.commits[commit.0 as usize].name
    }

    /// Returns the place of a commit or a ref.
    pub(super) fn commit(&self, name: &str) -> CommitIndex {
        index(self.sketch.commit(name))
    }

    pub(super) fn content(&self, blob: BlobIndex) -> &str {
        &self.contents[blob.0 as usize]
    }

    pub(super) fn sightings(&self, blob: BlobIndex, path: &BStr) -> Vec<Sighting> {
        sightings(self.content(blob), path)
    }
}

/// Returns the secrets of a content in the order they stand there.
pub(super) fn sightings(content: &str, path: &BStr) -> Vec<Sighting> {
    let content = content.split('~').next().unwrap_or_default();
    let secrets = content.split(',').filter(|secret| !secret.is_empty());
    secrets
        .map(|secret| {
            let (secret, line) = secret.split_once('@').unwrap_or((secret, "1"));
            Sighting {
                secret: secret.parse().unwrap(),
                line: line.parse().unwrap(),
                column: 5,
            }
        })
        .filter(|sighting| sighting.secret != 9 || !path.starts_with(b"test"))
        .collect()
}
