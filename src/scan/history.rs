//! The history of a repository: each object once, of deltas only what they bring, and afterwards where its secrets stood.
//!
//! What a blob is called is not known while it is read: paths stand in trees, which are packed elsewhere. So judges that ask for a path are
//! put off, and heard once the graph of the repository says which paths a blob of interest had.

mod read;
mod stays;

use std::{
    collections::BTreeSet,
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
};

use gix::ObjectId;
use read::Reader;

use super::{Progress, Scanner, Worker, collected, paths};
use crate::{
    finding::{Counts, Outcome, Skipped},
    source::history::{self, Bounds, Database, Tips},
};

/// How a history is scanned.
#[derive(Debug, Clone)]
pub struct HistoryOptions<'a> {
    /// How many threads read.
    pub threads: usize,
    /// How many bytes of unpacked objects are held for those that are made from them.
    pub memory_bytes: usize,
    /// The most bytes of one blob; larger ones are skipped and named.
    pub max_blob_bytes: u64,
    /// Scan all of every object, not only what deltas bring: slower, with the same result.
    pub plain: bool,
    /// Ends the scan when it is set; what was found so far is told.
    pub stop: &'a AtomicBool,
}
