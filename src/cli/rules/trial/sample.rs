//! Some of what is scanned, held in memory, to measure on.

use std::{
    io,
    path::PathBuf,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use bstr::BString;
use gix::{objs::Kind, oid};

use super::{Failure, Limits, files};
use crate::{
    cli::{environment, history},
    finding::Skipped,
    source::{
        self, Content, MakeVisitor, Visitor,
        history::{
            BlobPlace, Bounds, Database, Made, Visit, alternates,
            seen::{Recalled, Which},
        },
    },
};

/// A blob: its path, empty where it is not known, and its bytes.
pub(super) type Blob = (BString, Vec<u8>);

/// Some of the blobs of a repository.
#[derive(Debug, Default)]
pub(super) struct Sample {
    pub(super) blobs: Vec<Blob>,
    /// How many bytes all of them have.
    pub(super) bytes: usize,
}

/// A sample that is filled until it is full.
#[derive(Debug, Clone)]
struct Filling {
    sample: Arc<Mutex<Sample>>,
    most: usize,
    full: Arc<AtomicBool>,
}

impl Filling {
    fn new(most: usize) -> Self {
        Self {
            sample: Arc::default(),
            most,
            full: Arc::default(),
        }
    }

    fn add(&self, path: &[u8], bytes: &[u8]) {
        let mut sample = self.sample.lock().unwrap_or_else(PoisonError::into_inner);
        let left = self.most.saturating_sub(sample.bytes);
        let bytes = &bytes[..bytes.len().min(left)];
        if !bytes.is_empty() {
            sample.blobs.push((path.into(), bytes.to_owned()));
            sample.bytes += bytes.len();
        }
        if sample.bytes >= self.most {
            self.full.store(true, Ordering::Relaxed);
        }
    }

    fn take(self) -> Sample {
        let mut sample = self.sample.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut sample)
    }
}

impl Visitor for Filling {
    fn blob(&mut self, blob: source::Blob<'_>) -> io::Result<()> {
        match blob.content {
            Content::Bytes(bytes) => self.add(blob.path, bytes),
            // Of a large file its beginning says what it is like.
            Content::Reader { reader, .. } => {
                let mut bytes = Vec::new();
                let most = source::WHOLE_BYTES as u64;
                io::Read::read_to_end(&mut io::Read::take(reader, most), &mut bytes)?;
                self.add(blob.path, &bytes);
            }
        }
        Ok(())
    }

    /// The scan before has named it.
    fn skip(&mut self, _skipped: Skipped) {}

    fn is_interrupted(&self) -> bool {
        self.full.load(Ordering::Relaxed)
    }
}

impl Visit for Filling {
    type Kept = ();

    fn blob(&mut self, _: BlobPlace, _: &oid, bytes: &[u8], _: Option<Made<'_, ()>>) {
        self.add(b"", bytes);
    }

    fn large_blob(
        &mut self,
        _: BlobPlace,
        _: &oid,
        reader: &mut dyn io::Read,
        _: u64,
    ) -> io::Result<()> {
        // What is left over of it need not be read.
        io::copy(reader, &mut io::sink()).map(drop)
    }

    fn message(&mut self, _: Kind, _: &oid, _: &[u8]) {}

    fn size((): &()) -> usize {
        0
    }

    fn skip(&mut self, _skipped: Skipped) {}
}

/// Hands the files of the work tree, or those at `paths`, to the visitors of `make`.
pub(super) fn each_file(
    paths: &[PathBuf],
    threads: usize,
    make: &MakeVisitor<'_>,
) -> Result<(), Failure> {
    let base = environment::current_dir()?;
    let (over, outer) = (environment::git_override(), environment::outer_config());
    let place = files::Place {
        base: &base,
        over: &over,
        outer: &outer,
    };
    let options = files::Options {
        git: true,
        ignore: true,
        untracked: files::Untracked::Normal,
        max_file_bytes: u64::MAX,
        threads,
    };
    files::scan(paths, place, options, make)
        .map_err(|error| Failure::because("cannot look at the work tree", error))
}

/// Returns the first `most` bytes of the work tree.
pub(super) fn of_worktree(paths: &[PathBuf], most: usize) -> Result<Sample, Failure> {
    let filling = Filling::new(most);
    let make = || -> Box<dyn Visitor> { Box::new(filling.clone()) };
    each_file(paths, 1, &make)?;
    Ok(filling.take())
}

/// Returns the first `most` bytes of the blobs that the repository stores: git puts the newest versions first.
pub(super) fn of_history(
    paths: &[PathBuf],
    limits: Limits,
    most: usize,
) -> Result<Sample, Failure> {
    let repository = history::repository_of(paths)?;
    // The scan before has named what cannot be read.
    let mut skip = |_| {};
    let folders = alternates::directories(&repository, &mut skip);
    let database = Database::open(&folders, repository.hash, 1, &mut skip);
    let filling = Filling::new(most);
    let (full, tick) = (Arc::clone(&filling.full), || {});
    let bounds = Bounds {
        threads: 1,
        memory_bytes: usize::try_from(limits.max_memory_bytes).unwrap_or(usize::MAX),
        stop: &full,
        tick: &tick,
    };
    let recalled = Recalled::default();
    database.read(bounds, Which::Unread(&recalled), &|| filling.clone());
    Ok(filling.take())
}
