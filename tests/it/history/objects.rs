//! Law 3: the blobs that are handed over are those of `git cat-file --batch-all-objects`, and those that count as reachable are those of
//! `git rev-list --objects --all`, however and wherever git stores them.

mod places;
mod shapes;

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    path::Path,
    sync::{Mutex, atomic::AtomicBool},
};

use gix::{
    hash,
    objs::{Kind, compute_hash},
    oid,
};
use keyfence::{
    Outcome,
    finding::Skipped,
    scan::history::HistoryOptions,
    source::history::{
        BlobPlace, Bounds, Database, Made, Visit, alternates,
        seen::{Recalled, Which},
    },
};

use super::{find, import::Import, lines, loosen, names_in_packs, scan, token};
use crate::git::{Repo, git, run_with};

/// Collects what one thread is handed, and looks whether it is right.
struct Collect<'a> {
    hash: hash::Kind,
    /// Kind and id of everything.
    given: &'a Mutex<Vec<(Kind, String)>>,
    skipped: &'a Mutex<Vec<Skipped>>,
}

impl Collect<'_> {
    fn take(&self, kind: Kind, id: &oid, bytes: &[u8]) {
        if bytes.len() < 1 << 20 {
            assert_eq!(compute_hash(self.hash, kind, bytes).unwrap(), id.to_owned());
        } else {
            // In a build that is not optimised, git is faster.
            let by_git = git(Path::new("/"), ["hash-object", "--stdin"]);
            assert_eq!(run_with(by_git, bytes), format!("{id}\n").into_bytes());
        }
        self.given.lock().unwrap().push((kind, id.to_string()));
    }
}

impl Visit for Collect<'_> {
    type Kept = Vec<u8>;

    fn blob(
        &mut self,
        _: BlobPlace,
        id: &oid,
        bytes: &[u8],
        made: Option<Made<'_, Vec<u8>>>,
    ) -> Vec<u8> {
        self.take(Kind::Blob, id, bytes);
        if let Some(made) = made {
            assert_eq!(made.base_len, made.kept.len());
            let mut end = 0;
            for op in made.ops {
                assert_eq!(op.to, end, "steps follow each other");
                end += op.len;
                if let Some(from) = op.from {
                    let copied = &made.kept[from as usize..][..op.len as usize];
                    assert_eq!(copied, &bytes[op.to as usize..][..op.len as usize]);
                }
            }
            assert_eq!(end as usize, bytes.len());
        }
        bytes.to_vec()
    }

    fn large_blob(
        &mut self,
        _: BlobPlace,
        id: &oid,
        reader: &mut dyn io::Read,
        size: u64,
    ) -> io::Result<()> {
        let mut bytes = Vec::new();
        reader.read_to_end(&mut bytes)?;
        assert_eq!(bytes.len() as u64, size);
        self.take(Kind::Blob, id, &bytes);
        Ok(())
    }

    fn message(&mut self, kind: Kind, id: &oid, bytes: &[u8]) {
        self.take(kind, id, bytes);
    }

    fn size(kept: &Vec<u8>) -> usize {
        kept.len()
    }

    fn skip(&mut self, skipped: Skipped) {
        self.skipped.lock().unwrap().push(skipped);
    }
}

/// Returns what the history of the repository round `folder` hands over, sorted, and what it names.
fn given(
    folder: &Path,
    threads: usize,
    memory_bytes: usize,
) -> (Vec<(Kind, String)>, Vec<Skipped>) {
    let repository = find(folder);
    let (given, skipped) = (Mutex::default(), Mutex::<Vec<Skipped>>::default());
    let never = AtomicBool::new(false);
    let mut skip = |one| skipped.lock().unwrap().push(one);
    let folders = alternates::directories(&repository, &mut skip);
    let database = Database::open(&folders, repository.hash, 2, &mut skip);
    let bounds = Bounds {
        threads,
        memory_bytes,
        stop: &never,
        tick: &|| {},
    };
    let nothing = Recalled::default();
    let (visitors, _) = database.read(bounds, Which::Unread(&nothing), &|| Collect {
        hash: repository.hash,
        given: &given,
        skipped: &skipped,
    });
    // One a thread; more where what could not be read is looked for elsewhere.
    assert!(visitors.len() >= threads);
    let mut given = given.into_inner().unwrap();
    given.sort_by(|a, b| a.1.cmp(&b.1));
    let skipped = skipped.into_inner().unwrap();
    let unread = skipped.iter().filter(|one| one.incomplete).count();
    assert_eq!(database.text_count(), (given.len() + unread) as u64);
    (given, skipped)
}

/// Returns kind and id of everything but trees that git has, sorted.
fn all_of_git(folder: &Path) -> Vec<(Kind, String)> {
    let all = "--batch-check=%(objecttype) %(objectname)";
    let all = lines(folder, &["cat-file", "--batch-all-objects", all]);
    let parts = all.iter().map(|line| line.split_once(' ').unwrap());
    let parts = parts.map(|(kind, id)| (Kind::from_bytes(kind.as_bytes()).unwrap(), id.to_owned()));
    let mut out: Vec<_> = parts.filter(|(kind, _)| *kind != Kind::Tree).collect();
    out.sort_by(|a, b| a.1.cmp(&b.1));
    out
}

/// Returns the ids of the blobs among `all`.
fn blobs(all: &[(Kind, String)]) -> BTreeSet<&str> {
    let blobs = all.iter().filter(|(kind, _)| *kind == Kind::Blob);
    blobs.map(|(_, id)| &**id).collect()
}

/// Returns the ids of what refs and HEADs reach, as far as it is here.
fn reached_in_git(folder: &Path) -> BTreeSet<String> {
    let mut list = git(
        folder,
        ["rev-list", "--objects", "--all", "--missing=allow-any"],
    );
    list.env("GIT_NO_LAZY_FETCH", "1");
    let out = String::from_utf8_lossy(&crate::git::run(list)).into_owned();
    let ids = out.lines().map(|line| line.split(' ').next().unwrap());
    ids.map(str::to_owned).collect()
}

/// Returns the blobs that `outcome` has occurrences in, each with whether one of them is reachable.
fn told(outcome: &Outcome) -> BTreeMap<&str, bool> {
    let mut out = BTreeMap::new();
    for one in outcome.findings.iter().flat_map(|f| &f.occurrences) {
        if let Some(blob) = &one.blob {
            *out.entry(&**blob).or_default() |= one.reachable;
        }
    }
    out
}

/// Compares the history of the repository round `folder`, in which every blob has a secret of its own, with what git says.
#[track_caller]
fn check(folder: &Path) -> Outcome {
    let git = all_of_git(folder);
    for (threads, memory_bytes) in [(1, 1 << 30), (3, 1 << 30), (2, 20_000)] {
        let (ours, skipped) = given(folder, threads, memory_bytes);
        assert_eq!(ours, git, "{threads} threads, {memory_bytes} bytes");
        let unread: Vec<_> = skipped.iter().filter(|one| one.incomplete).collect();
        assert!(unread.is_empty(), "{unread:?}");
    }
    let outcome = scan(folder, &HistoryOptions::default());
    let told = told(&outcome);
    let all: BTreeSet<&str> = told.keys().copied().collect();
    assert_eq!(all, blobs(&git));
    let reachable = told.iter().filter(|(_, reachable)| **reachable);
    let reachable: BTreeSet<&str> = reachable.map(|(id, _)| *id).collect();
    let reached = reached_in_git(folder);
    let expected: BTreeSet<&str> = (blobs(&git).into_iter())
        .filter(|id| reached.contains(*id))
        .collect();
    assert_eq!(reachable, expected);
    // What is asked for alone is what is labelled so.
    let only = HistoryOptions {
        reachable: true,
        ..HistoryOptions::default()
    };
    let only = scan(folder, &only);
    assert_eq!(
        self::told(&only).into_keys().collect::<BTreeSet<_>>(),
        expected
    );
    outcome
}

/// Does the same, and asserts that nothing is missing.
#[track_caller]
fn check_complete(folder: &Path) {
    let outcome = check(folder);
    assert_eq!(outcome.skipped, []);
}

/// Returns version `version` of the file number `file`: much of it stands in the others, too, but for its token.
fn content(file: u64, version: u64) -> Vec<u8> {
    let number = file * 1000 + version;
    let mut out = Vec::new();
    for line in 0..60 {
        out.extend(format!("line {line} of file {file} says little\n").bytes());
        if line == (version * 7) % 60 {
            out.extend(format!("// changed in version {version}\n").bytes());
        }
        if line == 30 {
            out.extend(format!("token = {}\n", token(number)).bytes());
        }
    }
    out
}

/// Fills `repo` with a history in which every blob has a token of its own: branches, a merge, tags, and objects that no ref reaches.
fn fill(repo: &Repo) {
    let mut import = Import::default();
    let mut last = import.commit(&[], "first", &[("a", Some(&content(1, 0)))]);
    let mut side = last;
    for version in 1..12 {
        let path = format!("deep/er/{}", version % 3);
        let (top, deep) = (content(1, version), content(2 + version % 3, version));
        let gone = (version == 4).then(|| content(9, 9));
        let changes: &[(&str, Option<&[u8]>)] = &[
            ("a", Some(&top)),
            (&path, Some(&deep)),
            ("gone", gone.as_deref()),
        ];
        last = import.commit(&[last], "next", changes);
        if version % 4 == 1 {
            side = import.commit(&[side], "beside", &[("b", Some(&content(6, version)))]);
        }
    }
    let merge = import.commit(&[last, side], "merge", &[("m", Some(&content(7, 0)))]);
    import.name("refs/heads/main", merge);
    import.name("refs/heads/side", side);
    import.name("refs/remotes/origin/old", last);
    import.run(repo);
    repo.git(["reset", "-q", "--hard"]);
    let hash = |number| {
        let command = repo.command(["hash-object", "-w", "--stdin"]);
        let id = run_with(command, &content(number, 0));
        String::from_utf8(id).unwrap().trim().to_owned()
    };
    // Reached by a tag alone, by a tag of a tag, by a tree that has a tag; and by nothing.
    repo.git(["tag", "blob", &hash(20)]);
    repo.git(["tag", "-a", "-m", "x", "annotated", &hash(21)]);
    repo.git(["tag", "-a", "-m", "x", "twice", "annotated"]);
    let entry = format!("100644 blob {}\tin-tree\n", hash(22));
    let tree = run_with(repo.command(["mktree"]), entry.as_bytes());
    repo.git(["tag", "tree", String::from_utf8(tree).unwrap().trim()]);
    hash(23);
    // Staged, stashed twice, noted, and amended away.
    repo.write("staged", content(24, 0));
    repo.git(["add", "staged"]);
    for version in [1, 2] {
        repo.write("a", content(25, version));
        repo.git(["stash", "-q"]);
    }
    let note = format!("a note with {}", token(26_000));
    repo.git(["notes", "add", "-m", &note]);
    repo.write("amended", content(27, 0));
    repo.commit_all();
    repo.write("amended", content(27, 1));
    repo.git(["add", "-A"]);
    repo.git(["commit", "-q", "--amend", "-m", "amended"]);
    repo.write("staged", content(28, 0));
    repo.git(["add", "staged"]);
}

/// Returns a repository that [`fill`] filled, with all objects loose.
fn filled(args: &[&str]) -> Repo {
    let repo = Repo::with(args);
    fill(&repo);
    loosen(&repo);
    repo
}

fn line_of(repo: &Repo, args: &[&str]) -> String {
    super::line(&repo.root, args)
}

/// Returns a count of `git count-objects -v`.
fn count(folder: &Path, name: &str) -> u64 {
    let all = lines(folder, &["count-objects", "-v"]);
    let value = all.iter().find_map(|line| line.strip_prefix(name));
    value.unwrap().trim_start_matches(": ").parse().unwrap()
}
