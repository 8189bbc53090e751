//! The history of a repository: each object once, of deltas only what they bring, and afterwards where its secrets stood.
//!
//! What a blob is called is not known while it is read: paths stand in trees, which are packed elsewhere. So judges that ask for a path are
//! put off, and heard once the graph of the repository says which paths a blob of interest had.

mod cache;
mod gather;
mod numbers;
mod read;
mod traced;

use std::{
    collections::BTreeSet,
    path::Path,
    sync::{Mutex, PoisonError, atomic::AtomicBool},
};

use bstr::{BStr, BString};
use cache::Cache;
use gather::Gather;
use gix::ObjectId;
use read::Reader;
use traced::Traced;

use super::{Collected, Options, Phase, Scanner, Watch, Worker};
use crate::{
    finding::{self, Finding, Outcome, Skipped, sort},
    rule::{RuleSet, SecretKind},
    source::{
        history::{
            Absent, Bounds, Database, Interest, Messages, Tips, alternates, partial,
            refs::{self, Refs},
            seen::{Recalled, Which},
            staged, text, worktrees,
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
    /// The file where what need not be done again is kept; none when nothing is.
    pub cache: Option<&'a Path>,
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
            cache: None,
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
        let database = Database::open(&folders, repository.hash, options.threads, &mut skip);
        let mut cache =
            Cache::open(options.cache, repository.hash, &mut skip).for_guard(self.engine.guard());
        let recalled = self.recall(&database, &mut cache, options, watch);
        let total = database.text_count() - recalled.clean_count();
        begin(watch, "scanning history", "object", Some(total));
        let mut texts = self.texts(repository, &refs, options, watch);
        skipped.append(&mut texts.skipped);
        // Files are not what `blobs` counts.
        texts.counts.blobs = 0;
        let (readers, messages) = self.read(&database, Which::Unread(&recalled), options, watch);
        let mut gather = Gather::new(self);
        let mut counts = texts.counts;
        counts += recalled.counts(&database);
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
        let interest = Interest {
            blobs: &interesting,
            again: &gather.again,
            recalled: &recalled,
        };
        let (graph, absent, ways) = database.graph(
            &messages,
            &tips,
            &shallow,
            interest,
            bounds(options, &never, &tick),
            &mut |one| skipped.push(one),
        );
        name_absent(repository, &absent, &shallow, &mut skipped);
        let has_more = !recalled.is_all(&database, &messages);
        let is_whole = !watch.is_interrupted() && self.unchecked().is_none();
        if is_whole && !cache.is_current(self.rules(), has_more) {
            let seen = database.remember(&recalled, &messages, &ways, &gather.again);
            cache.write(&seen, self.rules(), has_more, &mut |one| skipped.push(one));
        }
        let traced = Traced::new(&database, &messages, &graph, &tips, options);
        let mut gathered = gather.finish(&traced, texts.findings);
        skipped.append(&mut gathered.skipped);
        skipped.extend(self.unchecked());
        for one in &mut skipped {
            shorten(&mut one.path, repository);
        }
        skipped.sort();
        skipped.dedup();
        sort(&mut gathered.findings);
        let (findings, accepted) = finding::split(gathered.findings);
        let mut outcome = Outcome {
            findings,
            accepted,
            skipped,
            in_paths: Vec::new(),
            counts,
            rules: self.rules().enabled_count(),
            receipt: self.receipt(),
            elapsed_ms: 0,
            finished_seconds: None,
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
        let mut collected = collected
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        collected
            .findings
            .retain(|finding| !self.is_told_by_itself(finding));
        collected
    }

    /// Returns true for a pattern that git's configuration prohibits, where it says so.
    fn is_told_by_itself(&self, finding: &Finding) -> bool {
        let file = finding.path.rsplit(|byte| *byte == b'/').next();
        let is_config = matches!(file, Some(b"config" | b"config.worktree"));
        let rule = self.rules().find(&finding.rule).ok();
        let kind = rule.map(|rule| self.rules().rule(rule).kind);
        is_config && kind == Some(SecretKind::Prohibited)
    }

    /// Returns what need not be read again. Rules that are new are tried on it alone; where they find something, it is to be read again.
    fn recall(
        &self,
        database: &Database,
        cache: &mut Cache<'_>,
        options: &HistoryOptions<'_>,
        watch: Watch<'_>,
    ) -> Recalled {
        let missing = cache.missing(self.rules());
        // What is larger than this may be refused now, and has to be named then.
        let most = options.max_blob_bytes.min(options.memory_bytes as u64);
        let mut recalled = database.recall(cache.take(), most);
        if missing.is_empty() || recalled.is_empty() {
            return recalled;
        }
        let Ok(rules) = RuleSet::new(false, missing) else {
            return Recalled::default();
        };
        begin(
            watch,
            "trying new rules",
            "object",
            Some(recalled.clean_count()),
        );
        // The guard has seen it: otherwise it would not be believed.
        let options_without = Options {
            guard: None,
            ..self.options.clone()
        };
        let scanner = Self::new(rules, options_without);
        let (readers, messages) = scanner.read(database, Which::Clean(&recalled), options, watch);
        let again = readers.into_iter().flat_map(|reader| reader.again);
        recalled.confirm(database, &messages, &again.collect::<Vec<_>>());
        recalled
    }

    /// Reads all objects but trees.
    fn read<'s>(
        &'s self,
        database: &Database,
        which: Which<'_>,
        options: &'s HistoryOptions<'s>,
        watch: Watch<'s>,
    ) -> (Vec<Reader<'s>>, Messages) {
        let never = Interrupt::default();
        let stop = watch.interrupt.unwrap_or(&never).flag();
        let tick = || tick(watch);
        let make = || Reader::new(self, options, watch);
        database.read(bounds(options, &stop, &tick), which, &make)
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

/// Writes the path of a file of the repository itself as seen from its top: `.git/objects/pack/…`.
fn shorten(path: &mut BString, repository: &Repository) {
    let common = repository.common_dir.as_os_str().as_encoded_bytes();
    if let Some(rest) = path
        .strip_prefix(common)
        .filter(|rest| rest.starts_with(b"/"))
    {
        *path = [worktrees::top(repository), &rest[1..]].concat().into();
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
    let reason = if !absent.is_reachable {
        format!(
            "{parts} missing, which only what no ref reaches names: git gc has removed parts of it{example}"
        )
    } else if partial::is_partial(repository) {
        format!(
            "partial clone: {parts} not fetched (git fetch --refetch --no-filter brings all{example})"
        )
    } else {
        format!("{parts} missing from the object database (git fsck names them{example})")
    };
    skipped.push(Skipped {
        incomplete: absent.is_reachable,
        ..incomplete(reason)
    });
}

/// `1 blob`, `2 blobs`.
fn count(n: u64, what: &str) -> String {
    if n == 1 {
        format!("1 {what}")
    } else {
        format!("{n} {what}s")
    }
}
