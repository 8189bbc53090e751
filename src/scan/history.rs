//! The history of a repository: each object once, of deltas only what they bring, and afterwards where its secrets stood.
//!
//! What a blob is called is not known while it is read: paths stand in trees, which are packed elsewhere. So judges that ask for a path are
//! put off, and heard once the graph of the repository says which paths a blob of interest had.

mod gather;
mod read;
mod traced;

use std::{
    collections::BTreeSet,
    sync::{Mutex, PoisonError, atomic::AtomicBool},
};

use bstr::{BStr, BString};
use gather::Gather;
use gix::ObjectId;
use read::Reader;
use traced::Traced;

use super::{Collected, Phase, Scanner, Watch, Worker};
use crate::{
    finding::{Outcome, Skipped, sort},
    source::{
        history::{
            Absent, Bounds, Database, Messages, Tips, alternates, partial,
            refs::{self, Refs},
            staged, text,
        },
        interrupt::{self, Interrupt},
        repository::Repository,
    },
};

/// Which history is scanned, and how.
#[derive(Clone)]
pub struct HistoryOptions<'a> {
    /// How many threads read.
    pub threads: usize,
    /// How many bytes of unpacked objects are held for those that are made from them.
    pub memory_bytes: usize,
    /// The most bytes of one blob; larger ones are skipped and named.
    pub max_blob_bytes: u64,
    /// Scan all of every object, not only what deltas bring: slower, with the same result.
    pub plain: bool,
    /// Only what a ref or HEAD reaches.
    pub reachable: bool,
    /// Hides what was introduced before.
    pub since: Option<Since>,
    /// Only the history of these branches, by their full names; all when empty.
    pub branches: Vec<BString>,
    /// Only paths that this is true for.
    pub paths: Option<&'a (dyn Fn(&BStr) -> bool + Sync)>,
}

impl Default for HistoryOptions<'_> {
    fn default() -> Self {
        Self {
            threads: 1,
            memory_bytes: 256 << 20,
            max_blob_bytes: u64::MAX,
            plain: false,
            reachable: false,
            since: None,
            branches: Vec::new(),
            paths: None,
        }
    }
}

/// What was introduced too early to be of interest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Since {
    /// What this commit reaches, itself included.
    Commit(ObjectId),
    /// What was committed before this second since 1970-01-01T00:00:00Z.
    Seconds(i64),
}

impl Scanner {
    /// Scans everything that `repository` stores: all objects, the text that git keeps round them, and the names of refs.
    ///
    /// There is one finding for each secret, with all its stays. What cannot be read is named; the rest is scanned all the same.
    pub fn history(
        &self,
        repository: &Repository,
        options: &HistoryOptions<'_>,
        watch: Watch<'_>,
    ) -> Outcome {
        let mut skipped = Vec::new();
        let mut skip = |one: Skipped| skipped.push(one);
        begin(watch, "listing objects", "object", None);
        let folders = alternates::directories(repository, &mut skip);
        let refs = refs::read(repository, &mut skip);
        let shallow: BTreeSet<ObjectId> = partial::shallow(repository, &mut skip)
            .into_iter()
            .collect();
        let tips = Tips {
            refs: (refs.all.iter())
                .map(|tip| (tip.name.clone(), tip.id))
                .collect(),
            head: refs.head,
            other_heads: refs.other_heads.clone(),
            reflog: refs.reflog_ids.clone(),
            index: staged::blobs(repository, &mut skip),
        };
        let database = Database::open(&folders, repository.hash, &mut skip);
        let total = database.text_count();
        begin(watch, "scanning history", "object", Some(total));
        let mut texts = self.texts(repository, &refs, options, watch);
        skipped.append(&mut texts.skipped);
        // Files are not what `blobs` counts.
        texts.counts.blobs = 0;
        let (readers, messages) = self.read(&database, options, watch);
        let mut gather = Gather::new(self);
        let mut counts = texts.counts;
        for mut reader in readers {
            gather.take(&mut reader);
            skipped.append(&mut reader.skipped);
        }
        counts += gather.counts;
        if watch.is_interrupted() {
            let left = total.saturating_sub(gather.taken);
            skipped.push(incomplete(interrupt::reason(left, "object")));
        }
        begin(watch, "finding out where", "tree", None);
        let interesting = gather.interesting(&database);
        // Also after an interruption: what was found so far is of use only with the place where it stands.
        let (never, tick) = (AtomicBool::new(false), || tick(watch));
        let (graph, absent) = database.graph(
            &messages,
            &tips,
            &shallow,
            &interesting,
            bounds(options, &never, &tick),
            &mut |one| skipped.push(one),
        );
        name_absent(repository, &absent, &shallow, &mut skipped);
        let traced = Traced::new(&database, &messages, &graph, &tips, options);
        let mut gathered = gather.finish(&traced, texts.findings);
        skipped.append(&mut gathered.skipped);
        skipped.sort();
        skipped.dedup();
        sort(&mut gathered.findings);
        let mut outcome = Outcome {
            findings: gathered.findings,
            skipped,
            in_paths: Vec::new(),
            counts,
            rules: self.rules().enabled_count(),
            elapsed_ms: 0,
        };
        self.find_in_texts(&mut outcome);
        outcome
    }

    /// Scans the text that git keeps beside its objects.
    fn texts(
        &self,
        repository: &Repository,
        refs: &Refs,
        options: &HistoryOptions<'_>,
        watch: Watch<'_>,
    ) -> Collected {
        let quiet = Watch {
            progress: None,
            ..watch
        };
        let collected = Mutex::new(Collected::default());
        let mut worker = Worker::new(self, &collected, quiet);
        text::scan(repository, refs, options.max_blob_bytes, &mut worker);
        drop(worker);
        collected
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads all objects but trees.
    fn read<'s>(
        &'s self,
        database: &Database,
        options: &'s HistoryOptions<'s>,
        watch: Watch<'s>,
    ) -> (Vec<Reader<'s>>, Messages) {
        let never = Interrupt::default();
        let stop = watch.interrupt.unwrap_or(&never).flag();
        let tick = || tick(watch);
        let make = || Reader::new(self, options, watch.progress);
        database.read(bounds(options, &stop, &tick), &make)
    }
}

fn bounds<'a>(
    options: &HistoryOptions<'_>,
    stop: &'a AtomicBool,
    tick: &'a (dyn Fn() + Sync),
) -> Bounds<'a> {
    Bounds {
        threads: options.threads,
        memory_bytes: options.memory_bytes,
        stop,
        tick,
    }
}

fn begin(watch: Watch<'_>, name: &'static str, unit: &'static str, total: Option<u64>) {
    if let Some(progress) = watch.progress {
        progress.begin(Phase { name, unit, total });
    }
}

fn tick(watch: Watch<'_>) {
    if let Some(progress) = watch.progress {
        progress.advance(1);
    }
}

fn incomplete(reason: String) -> Skipped {
    Skipped {
        path: ".".into(),
        reason,
        incomplete: true,
    }
}

/// Names what is not there: the history behind the edge of a shallow clone, what a partial clone left with the server, what got lost.
fn name_absent(
    repository: &Repository,
    absent: &Absent,
    shallow: &BTreeSet<ObjectId>,
    skipped: &mut Vec<Skipped>,
) {
    if !shallow.is_empty() {
        skipped.push(incomplete(format!(
            "shallow clone: what lies behind {} is not here (git fetch --unshallow brings it)",
            count(shallow.len() as u64, "commit")
        )));
    }
    if absent.is_empty() {
        return;
    }
    let kinds = [
        (absent.blobs, "blob"),
        (absent.trees, "tree"),
        (absent.commits, "commit"),
        (absent.targets, "ref target"),
    ];
    let parts: Vec<String> = kinds
        .iter()
        .filter(|(n, _)| *n > 0)
        .map(|(n, what)| count(*n, what))
        .collect();
    let example = absent
        .example
        .map_or_else(String::new, |id| format!("; one is {id}"));
    let parts = parts.join(", ");
    skipped.push(incomplete(if partial::is_partial(repository) {
        format!(
            "partial clone: {parts} not fetched (git fetch --refetch --no-filter brings all{example})"
        )
    } else {
        format!("{parts} missing from the object database (git fsck names them{example})")
    }));
}

/// `1 blob`, `2 blobs`.
fn count(n: u64, what: &str) -> String {
    if n == 1 {
        format!("1 {what}")
    } else {
        format!("{n} {what}s")
    }
}
