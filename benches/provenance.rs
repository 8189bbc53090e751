//! Provenance of large histories, made in memory: how long `trace` takes once the graph is there.
//!
//! `cargo bench --bench provenance`

use bstr::{BStr, BString};
use divan::Bencher;
use keyfence::{
    provenance::{Limit, Options, Outcome, Sighting, trace},
    source::history::graph::{
        BlobIndex, Child, CommitIndex, CommitNode, Graph, NameIndex, Ref, Target, Tree, TreeIndex,
    },
};

fn main() {
    divan::main();
}

const FILES: usize = 300;
const FOLDERS: usize = 6;

/// The blob of each file, where it is there.
type Files = Vec<Option<BlobIndex>>;

/// A history under way.
struct History {
    graph: Graph,
    blobs: u32,
}

impl History {
    /// Returns a history without commits, with names for so many files.
    fn new(files: usize) -> Self {
        let names = (0..files).map(|at| BString::from(format!("f{at:05}")));
        let graph = Graph {
            names: names.collect(),
            ..Graph::default()
        };
        Self { graph, blobs: 0 }
    }

    fn blob(&mut self) -> BlobIndex {
        self.blobs += 1;
        BlobIndex(self.blobs)
    }

    fn blobs(&mut self) -> Files {
        (0..FILES).map(|_| Some(self.blob())).collect()
    }

    fn tree(&mut self, entries: impl IntoIterator<Item = (NameIndex, Child)>) -> TreeIndex {
        self.graph.trees.push(Tree {
            entries: entries.into_iter().collect(),
        });
        TreeIndex(count(self.graph.trees.len()) - 1)
    }

    /// Adds a tree of files.
    fn folder(&mut self, files: impl Iterator<Item = (usize, Option<BlobIndex>)>) -> TreeIndex {
        self.tree(files.filter_map(|(at, blob)| Some((NameIndex(count(at)), Child::Blob(blob?)))))
    }

    /// Adds a commit, which becomes HEAD.
    fn commit(&mut self, parents: &[CommitIndex], tree: TreeIndex) -> CommitIndex {
        let commit = CommitIndex(count(self.graph.commits.len()));
        self.graph.commits.push(CommitNode {
            id: gix::ObjectId::null(gix::hash::Kind::Sha1),
            tree: Some(tree),
            parents: parents.into(),
            committed_seconds: 0,
        });
        self.graph.head = Some(commit);
        commit
    }

    fn tag(&mut self, commit: CommitIndex) {
        self.graph.refs.push(Ref {
            name: format!("refs/tags/v{:06}", commit.0).into(),
            target: Target::Commit(commit),
        });
    }
}

fn count(len: usize) -> u32 {
    u32::try_from(len).expect("a bench is small")
}

/// Each blob shows a secret of its own file.
fn run(graph: &Graph) -> Outcome {
    let mut secrets = |_, path: &BStr| {
        let hash = |all: u32, byte: &u8| all.wrapping_mul(31).wrapping_add(u32::from(*byte));
        vec![Sighting {
            secret: path.iter().fold(0, hash),
            line: 1,
            column: 1,
        }]
    };
    trace(graph, &Options::default(), &mut secrets)
}

fn bench(bencher: Bencher<'_, '_>, history: &History, limit: Option<Limit>) {
    bencher.bench_local(|| {
        let outcome = run(&history.graph);
        assert_eq!(outcome.limits.first().copied(), limit);
        outcome
    });
}

/// A line of commits, each with a new version of one file, all in one folder; every thousandth is tagged.
#[divan::bench(sample_count = 10)]
fn line_of_100_000_commits(bencher: Bencher<'_, '_>) {
    let mut out = History::new(FILES);
    let mut files = out.blobs();
    let mut last = Vec::new();
    for at in 0..100_000 {
        files[at * 7 % FILES] = Some(out.blob());
        let tree = out.folder(files.iter().copied().enumerate());
        last = vec![out.commit(&last, tree)];
        if at % 1000 == 0 {
            out.tag(last[0]);
        }
    }
    bench(bencher, &out, None);
}

/// A line of commits of which each removes a file or brings one back, in folders: 50,000 stays; every twentieth commit is tagged.
#[divan::bench(sample_count = 10)]
fn flapping_in_100_000_commits(bencher: Bencher<'_, '_>) {
    let mut out = History::new(FILES);
    let mut files = out.blobs();
    let empty = out.tree([]);
    let mut folders = [Child::Tree(empty); FOLDERS];
    let mut last = Vec::new();
    for at in 0..100_000 {
        let file = at * 7 % FILES;
        files[file] = match files[file] {
            Some(_) => None,
            None => Some(out.blob()),
        };
        let folder = file % FOLDERS;
        let inner = files.iter().copied().enumerate();
        let inner = out.folder(inner.filter(|(at, _)| at % FOLDERS == folder));
        folders[folder] = Child::Tree(inner);
        let tree = out.tree((0..).map(NameIndex).zip(folders));
        last = vec![out.commit(&last, tree)];
        if at % 20 == 0 {
            out.tag(last[0]);
        }
    }
    bench(bencher, &out, None);
}

/// Branches of nine commits and a merge, each forked from where main was a hundred merges before; every merge is tagged.
#[divan::bench(sample_count = 10)]
fn merges_among_100_000_commits(bencher: Bencher<'_, '_>) {
    let mut out = History::new(FILES);
    let mut files = out.blobs();
    let tree = out.folder(files.iter().copied().enumerate());
    let mut main = vec![(out.commit(&[], tree), files.clone())];
    for at in 0..10_000 {
        let (mut tip, mut side) = main[main.len().saturating_sub(100)].clone();
        for step in 0..9 {
            let file = (at * 9 + step) * 7 % FILES;
            side[file] = match step % 3 {
                0 => None,
                _ => Some(out.blob()),
            };
            files[file] = side[file];
            let tree = out.folder(side.iter().copied().enumerate());
            tip = out.commit(&[tip], tree);
        }
        let tree = out.folder(files.iter().copied().enumerate());
        let merge = out.commit(&[main[main.len() - 1].0, tip], tree);
        out.tag(merge);
        main.push((merge, files.clone()));
    }
    bench(bencher, &out, None);
}

/// A tree that holds another one twice, which holds another one twice, …: as far as the limits let it come.
#[divan::bench(sample_count = 1)]
fn doubling_trees(bencher: Bencher<'_, '_>) {
    let mut out = History::new(2);
    let mut tree = out.tree([(NameIndex(0), Child::Blob(BlobIndex(0)))]);
    for _ in 0..60 {
        let child = Child::Tree(tree);
        tree = out.tree([(NameIndex(0), child), (NameIndex(1), child)]);
    }
    out.commit(&[], tree);
    bench(bencher, &out, Some(Limit::Paths));
}

/// Commits that change 30,000 files each: as far as the limits let it come.
#[divan::bench(sample_count = 1)]
fn all_files_in_every_commit(bencher: Bencher<'_, '_>) {
    let mut out = History::new(30_000);
    let trees = [1, 2].map(|blob| out.folder((0..30_000).map(|at| (at, Some(BlobIndex(blob))))));
    let mut last = Vec::new();
    for at in 0..10_000 {
        last = vec![out.commit(&last, trees[at % 2])];
    }
    bench(bencher, &out, Some(Limit::Work));
}
