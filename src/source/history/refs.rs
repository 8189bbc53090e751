//! Where history starts: refs, the HEADs of all worktrees, and the ids that git notes beside them.
//!
//! gix's own reading of refs is not used: it leaves out bad names in silence, gives nothing at all for one bad line of an
//! unsorted `packed-refs`, maps that file into memory, and sees a link as no ref. Here one broken ref is one named ref.
//!
//! Loose refs are read before packed ones, as git does: a ref that `git pack-refs` moves meanwhile is then seen in one
//! place or both.

mod stored;

use bstr::{BStr, BString, ByteSlice as _};
use gix::ObjectId;
use stored::{Stored, Table};

use super::{
    super::repository::Repository,
    folder::{Skip, name_skip},
    ids::Ids,
    reflog,
    worktrees::{self, GitDir},
};
use crate::finding::Skipped;

/// How many refs are looked at to follow one; git's limit (`SYMREF_MAXDEPTH`).
const MAX_DEPTH: usize = 5;

/// The refs of which each worktree has its own (gitglossary(7), "per-worktree ref").
const PER_WORKTREE: [&str; 3] = ["refs/bisect", "refs/rewritten", "refs/worktree"];

/// A ref.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefTip {
    /// The full name: `refs/heads/main`.
    pub name: BString,
    /// What it names; for an annotated tag the tag object. A symbolic ref has the id of the ref it leads to. Whether the
    /// object is there was not looked at.
    pub id: ObjectId,
}

/// Everything that names a place in history.
#[derive(Debug, Default)]
pub struct Refs {
    /// The refs of the repository as `git for-each-ref` shows them, sorted by name.
    pub all: Vec<RefTip>,
    /// What HEAD names; none before the first commit, and when HEAD is broken (it is named as skipped then).
    pub head: Option<ObjectId>,
    /// What the HEADs of other worktrees name, and those of their refs that are theirs alone. Sorted, each once.
    pub other_heads: Vec<ObjectId>,
    /// The ids in reflogs and in the files where git notes commits it works with (`ORIG_HEAD`, `FETCH_HEAD`, `MERGE_HEAD`,
    /// the states of a rebase, …). Sorted, each once; objects that are long gone are among them.
    pub reflog_ids: Vec<ObjectId>,
    /// Names in use that are not in `all`: those of broken refs, what dangling symbolic refs lead to, the refs of other
    /// worktrees. Sorted.
    pub other_names: Vec<BString>,
}

/// Reads the refs of `repository`, as far as they can be read; broken ones are named.
pub fn read(repository: &Repository, skip: &mut dyn FnMut(Skipped)) -> Refs {
    let dirs = worktrees::git_dirs(repository, skip);
    let mut refs = without_reflogs(repository, &dirs, skip);
    let mut ids = Ids::default();
    reflog::ids(&dirs, repository.hash, &mut ids, skip);
    reflog::noted(&dirs, repository.hash, &mut ids, skip);
    if let Some(reason) = ids.overflow() {
        name_skip(skip, &[&dirs[0].shown[..], b"logs"].concat(), reason, true);
    }
    refs.reflog_ids = ids.into_sorted();
    refs
}

/// Does the same but for [`Refs::reflog_ids`].
pub fn tips(repository: &Repository, skip: &mut dyn FnMut(Skipped)) -> Refs {
    without_reflogs(repository, &worktrees::git_dirs(repository, skip), skip)
}

fn without_reflogs(repository: &Repository, dirs: &[GitDir], skip: &mut Skip<'_>) -> Refs {
    let mut refs = Refs::default();
    let store = Store::read(repository, dirs, &mut refs.other_names, skip);
    for (at, dir) in dirs.iter().enumerate() {
        let head = store.head(at, dir, skip);
        if dir.current {
            refs.head = head;
            store.tips(at, &store.shared, &mut refs, skip);
            store.tips(at, &store.own[at], &mut refs, skip);
        } else {
            refs.other_heads.extend(head);
            store.others(at, dir, &mut refs);
        }
    }
    refs.all.sort_by(|a, b| a.name.cmp(&b.name));
    refs.other_heads.sort_unstable();
    refs.other_heads.dedup();
    refs.other_names.sort_unstable();
    refs.other_names.dedup();
    refs
}

/// Everything that is stored as a ref, not yet followed.
struct Store {
    /// What all worktrees share.
    shared: Table,
    /// HEAD and the refs that each folder of the list has for itself.
    own: Vec<Table>,
}

/// Why a ref leads to no id.
enum Lost {
    Missing,
    Broken,
    TooDeep,
}

impl Store {
    fn read(
        repository: &Repository,
        dirs: &[GitDir],
        broken: &mut Vec<BString>,
        skip: &mut Skip<'_>,
    ) -> Self {
        let mut reader = stored::Reader::new(repository.hash, broken, skip);
        let common = &repository.common_dir;
        reader.loose(&common.join("refs"), BStr::new("refs"), b"");
        let packed = [&dirs[0].shown[..], b"packed-refs"].concat();
        reader.packed(&common.join("packed-refs"), packed.as_bstr());
        let (main, shared) = reader.take().split(is_per_worktree);
        let mut own = vec![main];
        for dir in dirs.iter().skip(1) {
            let lead = git_prefix(dir);
            for name in PER_WORKTREE {
                let shown = [&lead[..], name.as_bytes()].concat();
                reader.loose(&dir.path.join(name), shown.as_bstr(), &lead);
            }
            own.push(reader.take());
        }
        for (dir, own) in dirs.iter().zip(&mut own) {
            let shown = [&dir.shown[..], b"HEAD"].concat();
            if let Some(head) = reader.one(&dir.path.join("HEAD"), shown.as_bstr()) {
                own.insert("HEAD".into(), head);
            }
        }
        Self { shared, own }
    }

    /// Follows `name` as the worktree `at` sees it.
    fn follow<'a>(&'a self, at: usize, mut name: &'a BStr) -> Result<ObjectId, Lost> {
        for _ in 0..MAX_DEPTH {
            match self.get(at, name) {
                Some(Stored::Id(id)) => return Ok(*id),
                Some(Stored::Symbolic(target)) => name = target.as_ref(),
                Some(Stored::Broken) => return Err(Lost::Broken),
                None => return Err(Lost::Missing),
            }
        }
        Err(Lost::TooDeep)
    }

    fn get(&self, at: usize, name: &BStr) -> Option<&Stored> {
        let own = is_per_worktree(name) || !name.starts_with(b"refs/");
        let table = if own { &self.own[at] } else { &self.shared };
        table.get(name)
    }

    fn head(&self, at: usize, dir: &GitDir, skip: &mut Skip<'_>) -> Option<ObjectId> {
        let reason = match self.follow(at, BStr::new("HEAD")) {
            Ok(id) => return Some(id),
            // No commit yet; or there is no HEAD, or a broken one, and that was named.
            Err(Lost::Missing) => return None,
            Err(Lost::Broken) if matches!(self.own[at].get(b"HEAD"), Some(Stored::Broken)) => {
                return None;
            }
            Err(lost) => lost.reason(),
        };
        name_skip(skip, &[&dir.shown[..], b"HEAD"].concat(), reason, false);
        None
    }

    /// Adds the refs of `table`.
    fn tips(&self, at: usize, table: &Table, refs: &mut Refs, skip: &mut Skip<'_>) {
        for (name, stored) in table.refs() {
            match self.follow(at, name) {
                Ok(id) => refs.all.push(RefTip {
                    name: name.to_owned(),
                    id,
                }),
                Err(lost) => {
                    refs.other_names.push(name.to_owned());
                    if let Stored::Symbolic(target) = stored {
                        if self.get(at, target.as_ref()).is_none() {
                            refs.other_names.push(target.clone());
                        }
                        name_skip(skip, name, lost.reason(), false);
                    }
                }
            }
        }
    }

    /// Adds what another worktree has for itself.
    fn others(&self, at: usize, dir: &GitDir, refs: &mut Refs) {
        for (name, _) in self.own[at].refs() {
            refs.other_heads.extend(self.follow(at, name).ok());
            refs.other_names
                .push([&git_prefix(dir)[..], name].concat().into());
        }
    }
}

impl Lost {
    fn reason(&self) -> &'static str {
        match self {
            Self::Missing => "broken ref: leads to a ref that is not there",
            Self::Broken => "broken ref: leads to a broken ref",
            Self::TooDeep => "broken ref: leads through too many refs, or round in a circle",
        }
    }
}

/// Returns what git puts before the names of a worktree's own refs when it speaks of them elsewhere (git-worktree(1), "REFS").
fn git_prefix(dir: &GitDir) -> BString {
    match &dir.name {
        Some(name) => [b"worktrees/", &name[..], b"/"].concat().into(),
        None => BString::from("main-worktree/"),
    }
}

fn is_per_worktree(name: &BStr) -> bool {
    PER_WORKTREE.iter().any(|prefix| {
        name.strip_prefix(prefix.as_bytes())
            .is_some_and(|rest| rest.starts_with(b"/"))
    })
}
