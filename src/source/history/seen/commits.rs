//! Commits that need not be unpacked: what the graph needs of them. Who made them, and why, is read when a finding names them.

use gix::{ObjectId, hash};

use super::{
    Rank, Recalled,
    bytes::{self, Bad, Bytes},
};
use crate::source::history::{
    Database, Messages,
    commits::Record,
    objects::{Index, NONE},
};

/// The commits of an earlier scan, parents before their children.
#[derive(Debug, Clone, Default)]
pub struct SeenCommits(Vec<SeenCommit>);

#[derive(Debug, Clone)]
struct SeenCommit {
    commit: Rank,
    tree: Option<Name>,
    parents: Vec<Name>,
    committed_seconds: i64,
}

/// What a commit names.
#[derive(Debug, Clone, Copy)]
enum Name {
    /// What was seen, too.
    Seen(Rank),
    /// What was not there.
    Other(ObjectId),
}

impl SeenCommits {
    pub(super) fn of(database: &Database, messages: &Messages, ranks: &[Rank]) -> Self {
        let name = |id: &ObjectId| {
            let found = database.objects.find(id);
            match found.map(|object| ranks[object as usize]) {
                Some(rank) if rank != NONE => Name::Seen(rank),
                _ => Name::Other(*id),
            }
        };
        let seen = |record: &Record| {
            Some(SeenCommit {
                commit: Some(ranks[record.object as usize]).filter(|rank| *rank != NONE)?,
                tree: record.tree.as_ref().map(name),
                parents: record.parents.iter().map(name).collect(),
                committed_seconds: record.committed_seconds,
            })
        };
        let mut all: Vec<SeenCommit> = messages.commits.records.iter().filter_map(seen).collect();
        // Threads hand over what they read in an order that is not the same each time.
        all.sort_unstable_by_key(|commit| commit.commit);
        Self(all)
    }

    pub(super) fn encode(&self, out: &mut Vec<u8>) {
        bytes::put(out, self.0.len() as u64);
        for commit in &self.0 {
            bytes::put(out, commit.commit.into());
            put_name(out, commit.tree);
            bytes::put(out, commit.parents.len() as u64);
            for parent in &commit.parents {
                put_name(out, Some(*parent));
            }
            bytes::put_signed(out, commit.committed_seconds);
        }
    }

    pub(super) fn decode(
        bytes: &mut Bytes<'_>,
        hash: hash::Kind,
        seen: usize,
    ) -> Result<Self, Bad> {
        let mut out = Vec::with_capacity(bytes.count(4)?);
        for _ in 0..out.capacity() {
            let commit = bytes.below(seen)?;
            let tree = name(bytes, hash, seen)?;
            let parents = (0..bytes.count(1)?)
                .map(|_| name(bytes, hash, seen)?.ok_or(Bad))
                .collect::<Result<_, _>>()?;
            out.push(SeenCommit {
                commit,
                tree,
                parents,
                committed_seconds: bytes.signed()?,
            });
        }
        Ok(Self(out))
    }
}

fn put_name(out: &mut Vec<u8>, name: Option<Name>) {
    match name {
        None => bytes::put(out, 0),
        Some(Name::Other(id)) => {
            bytes::put(out, 1);
            out.extend(id.as_bytes());
        }
        Some(Name::Seen(rank)) => bytes::put(out, u64::from(rank) + 2),
    }
}

fn name(bytes: &mut Bytes<'_>, hash: hash::Kind, seen: usize) -> Result<Option<Name>, Bad> {
    Ok(match bytes.number()? {
        0 => None,
        1 => Some(Name::Other(bytes.id(hash.len_in_bytes())?)),
        rank => {
            let rank = u32::try_from(rank - 2).map_err(|_| Bad)?;
            if rank as usize >= seen {
                return Err(Bad);
            }
            Some(Name::Seen(rank))
        }
    })
}

impl Recalled {
    /// Returns the commits that need not be read.
    pub(in crate::source::history) fn commits(&self) -> impl Iterator<Item = Record> {
        let id = |name: &Name| match name {
            Name::Seen(rank) => self.seen.id(*rank).to_owned(),
            Name::Other(id) => *id,
        };
        let record = move |commit: &SeenCommit| {
            let object = self.objects[commit.commit as usize];
            self.is_clean(object).then(|| Record {
                object,
                tree: commit.tree.as_ref().map(id),
                parents: commit.parents.iter().map(id).collect(),
                committed_seconds: commit.committed_seconds,
                // Such a commit is read each time.
                has_bad_parent: false,
                text: None,
            })
        };
        self.seen.commits.0.iter().filter_map(record)
    }
}

impl Database {
    /// Lets those commits be read that are called clean and of which nothing else is known.
    pub(super) fn recall_commits(&self, recalled: &mut Recalled) {
        let mut is_known = vec![false; recalled.states.len()];
        for commit in &recalled.seen.commits.0 {
            let object: Index = recalled.objects[commit.commit as usize];
            if object != NONE {
                is_known[object as usize] = true;
            }
        }
        for (object, state) in (0..).zip(&mut recalled.states) {
            let kind = self.forest.kind(object);
            let needs_more = kind == Some(gix::objs::Kind::Commit) && !is_known[object as usize];
            if needs_more || kind == Some(gix::objs::Kind::Tag) {
                *state = super::State::Unread;
            }
        }
    }
}
