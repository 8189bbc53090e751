//! The one place where the stages meet.

mod assemble;
mod blob;
mod carry;
mod detect;
mod excerpt;
mod halves;
pub mod history;
mod identity;
mod inside;
mod lines;
mod progress;
mod range;
mod steps;
pub mod tally;
mod texts;
mod watch;
mod worker;

use std::sync::{Arc, Mutex, PoisonError};

use bstr::ByteSlice as _;
pub use halves::Halves;
pub use progress::{Phase, Progress, Snapshot};
pub use steps::Brought;
use tally::Tally;
pub use watch::Watch;
use worker::{Collected, Worker};

use crate::{
    archive::Budget,
    chunk::{self},
    engine::Engine,
    finding::{self, Counts, Finding, Outcome, Skipped, SourceKind, sort},
    guard::{self, Guard},
    policy::{Accepted, allowed_lines::AllowedLines, paths::AllowedPaths},
    rule::{Confidence, RuleSet, Severity},
    source::MakeVisitor,
};

/// Behaviour of a scan that has a default.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Options {
    /// The least confidence that is reported.
    pub min_confidence: Confidence,
    /// The least severity that is reported.
    pub min_severity: Severity,
    /// Honour inline markers.
    pub inline_markers: bool,
    /// The secrets that are accepted.
    pub allowed: Accepted,
    /// The files in which findings are accepted.
    pub allowed_paths: Option<Arc<AllowedPaths>>,
    /// Patterns that excuse whatever stands on a line they match.
    pub allowed_lines: Option<Arc<AllowedLines>>,
    /// The repository's own salt for fingerprints.
    pub salt: Vec<u8>,
    /// The size of a chunk of a large blob, in bytes.
    pub chunk_size: usize,
    /// How many detections of one blob are kept; more make the scan incomplete.
    pub max_detections: usize,
    /// What time it is, in seconds since 1970, to tell what has expired; none to tell nothing of that.
    pub now: Option<i64>,
    /// How much is unpacked of an archive.
    pub archives: Budget,
    /// The user's own secrets, which are found in any form.
    pub guard: Option<Arc<Guard>>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            min_confidence: Confidence::Low,
            min_severity: Severity::Low,
            inline_markers: true,
            allowed: Accepted::new(),
            allowed_paths: None,
            allowed_lines: None,
            salt: Vec::new(),
            now: None,
            chunk_size: chunk::SIZE,
            max_detections: 10_000,
            archives: Budget::default(),
            guard: None,
        }
    }
}

/// Scans blobs.
///
/// ```
/// use keyfence::{Options, RuleSet, Scanner, SourceKind};
///
/// let scanner = Scanner::new(RuleSet::builtin(), Options::default());
/// let findings = scanner.scan_bytes("notes.txt", SourceKind::Worktree, b"nothing to see here");
/// assert!(findings.is_empty());
/// ```
#[derive(Debug)]
pub struct Scanner {
    engine: Engine,
    options: Options,
}

impl Scanner {
    /// Returns a scanner for `rules`.
    pub fn new(mut rules: RuleSet, options: Options) -> Self {
        // Where a rule of somebody's own has the guard's id, that rule speaks, and the guard does not: who makes rules has looked at it before.
        let guard = options.guard.clone();
        let guard = guard.filter(|_| rules.add_guard().is_ok());
        Self {
            engine: Engine::new(rules)
                .with_whole_lines(options.allowed_lines.is_some())
                .with_guard(guard),
            options,
        }
    }

    /// Returns the same scanner, which tells `tally` what becomes of each candidate.
    #[must_use]
    pub fn with_tally(mut self, tally: Arc<Tally>) -> Self {
        self.engine = self.engine.with_tally(tally);
        self
    }

    /// Returns the rules.
    pub fn rules(&self) -> &RuleSet {
        self.engine.rules()
    }

    /// Returns the findings in `bytes` that nobody accepts, sorted by place and rule.
    pub fn scan_bytes(
        &self,
        path: impl AsRef<[u8]>,
        kind: SourceKind,
        bytes: &[u8],
    ) -> Vec<Finding> {
        finding::split(self.scan_all(path, kind, bytes)).0
    }

    /// Does the same, and returns the accepted ones as well.
    fn scan_all(&self, path: impl AsRef<[u8]>, kind: SourceKind, bytes: &[u8]) -> Vec<Finding> {
        let collected = Mutex::new(Collected::default());
        let mut worker = Worker::new(self, &collected, Watch::default());
        let read = worker.whole(path.as_ref().as_bstr(), kind, bytes);
        debug_assert!(read.is_ok(), "memory can be read, and nobody interrupts");
        drop(worker);
        let mut findings = collected
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner)
            .findings;
        sort(&mut findings);
        findings
    }

    /// Scans what `source` hands out and returns everything there is to tell.
    ///
    /// `source` makes a visitor for each of its threads; their number and the order of blobs do not change the outcome.
    pub fn run(&self, source: impl FnOnce(&MakeVisitor<'_>)) -> Outcome {
        self.run_watched(Watch::default(), source)
    }

    /// Does the same as [`run`](Self::run) for somebody who watches.
    pub fn run_watched(&self, watch: Watch<'_>, source: impl FnOnce(&MakeVisitor<'_>)) -> Outcome {
        let collected = Mutex::new(Collected::default());
        source(&|| Box::new(Worker::new(self, &collected, watch)));
        let Collected {
            findings,
            skipped,
            counts,
        } = collected
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        self.outcome(findings, skipped, counts)
    }

    /// Puts together what a scan tells.
    fn outcome(
        &self,
        mut findings: Vec<Finding>,
        mut skipped: Vec<Skipped>,
        counts: Counts,
    ) -> Outcome {
        sort(&mut findings);
        let (findings, accepted) = finding::split(findings);
        skipped.extend(self.unchecked());
        skipped.sort();
        skipped.dedup();
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

    /// Returns what to tell when the guard could not look at all that may be a secret.
    fn unchecked(&self) -> Option<Skipped> {
        let guard = self.engine.guard()?;
        let count = guard.unchecked();
        (count > 0).then(|| Skipped {
            path: ".".into(),
            reason: format!(
                "the guard has looked closely at {} texts that begin like known secrets, and not at {count} more; scan in parts, or \
                 without it (--no-guard)",
                guard::MAX_CHECKS
            ),
            incomplete: true,
        })
    }

    /// Sets [`Outcome::in_paths`]: the secrets in what reports print of `outcome` besides its findings. Whoever adds commits,
    /// occurrences or a policy to the findings of an outcome calls this afterwards, lest a report prints a secret that stands in a branch's
    /// name.
    pub fn find_in_texts(&self, outcome: &mut Outcome) {
        outcome.in_paths = texts::secrets(&self.engine, outcome);
    }
}
