//! The blobs of an object database, each unpacked once.

use std::{
    collections::HashSet,
    io,
    sync::{Mutex, atomic::AtomicBool},
};

use bstr::{BStr, BString};
use gix::{ObjectId, objs::Kind, oid};

use super::{Outcome, Search, worker::Worker};
use crate::{
    finding::{Skipped, SourceKind},
    source::{
        Blob, Content, Visitor as _,
        history::{
            BlobPlace, Bounds, Database, Made, Visit, alternates,
            seen::{Recalled, Which},
        },
        repository::Repository,
    },
};

impl Search {
    /// Searches the blobs `wanted`, whose lines carry their ids for a path. `threads` read, and hold no more than `memory_bytes` of unpacked
    /// objects.
    pub fn in_database(
        &self,
        repository: &Repository,
        wanted: &HashSet<ObjectId>,
        (threads, memory_bytes): (usize, usize),
    ) -> Outcome {
        let mut skipped = Vec::new();
        let mut skip = |one: Skipped| skipped.push(one);
        let folders = alternates::directories(repository, &mut skip);
        let database = Database::open(&folders, repository.hash, threads, &mut skip);
        let bounds = Bounds {
            threads,
            memory_bytes,
            stop: &AtomicBool::new(false),
            tick: &|| {},
        };
        let collected = Mutex::new(Outcome::default());
        let make = || Reader {
            worker: Worker::new(self, &collected),
            wanted,
            seen: Vec::new(),
        };
        let (readers, _) = database.read(bounds, Which::Unread(&Recalled::default()), &make);
        let mut missing: HashSet<&oid> = wanted.iter().map(|id| &**id).collect();
        for reader in &readers {
            for id in &reader.seen {
                missing.remove(&**id);
            }
        }
        skipped.extend(missing.into_iter().map(|id| Skipped {
            path: id.to_string().into(),
            reason: "the blob is not in the object database".to_owned(),
            incomplete: true,
        }));
        drop(readers);
        let mut outcome = Outcome::of(collected);
        outcome.skipped.append(&mut skipped);
        outcome.skipped.sort();
        outcome
    }
}

struct Reader<'s> {
    worker: Worker<'s>,
    wanted: &'s HashSet<ObjectId>,
    seen: Vec<ObjectId>,
}

impl Reader<'_> {
    fn take<'a>(&mut self, path: &'a BStr, id: &oid, content: Content<'a>) -> io::Result<()> {
        if !self.wanted.contains(id) {
            return Ok(());
        }
        self.seen.push(id.to_owned());
        self.worker.blob(Blob {
            path,
            kind: SourceKind::History,
            content,
        })
    }
}

impl Visit for Reader<'_> {
    type Kept = ();

    fn blob(&mut self, _: BlobPlace, id: &oid, bytes: &[u8], _: Option<Made<'_, ()>>) {
        let path = BString::from(id.to_string());
        if let Err(error) = self.take(path.as_ref(), id, Content::Bytes(bytes)) {
            self.worker.skip(Skipped {
                path,
                reason: error.to_string(),
                incomplete: true,
            });
        }
    }

    fn large_blob(
        &mut self,
        _: BlobPlace,
        id: &oid,
        reader: &mut dyn io::Read,
        size: u64,
    ) -> io::Result<()> {
        let content = Content::Reader {
            reader,
            expected_len: Some(size),
        };
        let path = BString::from(id.to_string());
        self.take(path.as_ref(), id, content)
    }

    fn message(&mut self, _: Kind, _: &oid, _: &[u8]) {}

    fn size((): &()) -> usize {
        0
    }

    fn skip(&mut self, skipped: Skipped) {
        self.worker.skip(skipped);
    }
}
