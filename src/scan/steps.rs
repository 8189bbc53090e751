//! Scans what commits change, and keeps what they bring: secrets that no version before has.

use std::{
    borrow::Cow,
    cell::RefCell,
    collections::{HashMap, HashSet},
    io,
    rc::Rc,
    sync::{Mutex, PoisonError},
};

use bstr::BString;
use gix::ObjectId;

use super::{Collected, Options, Scanner, Watch, Worker};
use crate::{
    archive,
    chunk::wide,
    finding::{Counts, Finding, Outcome, Skipped, SourceKind},
    policy::novelty,
    rule::{Confidence, Severity, guard},
    secret::Fingerprint,
    source::{
        Blob, Visitor,
        changes::{Change, Step},
        error::Error,
        index::{self, Wanted},
        range,
        repository::Repository,
    },
};

/// What steps bring.
#[derive(Debug, Default)]
pub struct Brought {
    /// The findings, each with the number of its step.
    pub findings: Vec<(usize, Finding)>,
    /// What was not read.
    pub skipped: Vec<Skipped>,
    /// How much was read.
    pub counts: Counts,
}

impl Brought {
    /// Returns everything there is to tell of it. `attribute` may say more of a finding, whose step it is given.
    pub fn into_outcome(
        self,
        scanner: &Scanner,
        attribute: impl Fn(usize, &mut Finding),
    ) -> Outcome {
        let mut findings = Vec::new();
        for (step, mut finding) in self.findings {
            attribute(step, &mut finding);
            findings.push(finding);
        }
        scanner.outcome(findings, self.skipped, self.counts)
    }
}

impl Scanner {
    /// Scans the files that `steps` change. What no step brings is left out: a secret that a version before has at the same path, or that
    /// only moved, from a file that lost it.
    ///
    /// # Errors
    ///
    /// When the object database cannot be opened. A blob that cannot be read is named.
    pub fn steps(
        &self,
        watch: Watch<'_>,
        (repository, kind): (&Repository, SourceKind),
        steps: &[Step],
        options: index::Options,
    ) -> Result<Brought, Error> {
        let (mut items, mut wanted) = (Vec::new(), Vec::new());
        for (at, step) in steps.iter().enumerate() {
            for change in &step.changes {
                let Some(id) = change.new else { continue };
                let path = change.path.clone();
                items.push((at, change));
                wanted.push(Wanted { path, id });
            }
        }
        let shared = Mutex::new(Collected::default());
        let found = Mutex::new(Vec::new());
        let make = || -> Box<dyn Visitor + '_> {
            Box::new(Attributed {
                worker: Worker::new(self, &shared, watch),
                item: 0,
                found: &found,
            })
        };
        range::read(repository, kind, &wanted, options, &make)?;
        let Collected {
            skipped, counts, ..
        } = shared.into_inner().unwrap_or_else(PoisonError::into_inner);
        let mut found: Vec<(usize, Finding)> =
            found.into_inner().unwrap_or_else(PoisonError::into_inner);
        if !found.is_empty() {
            let mut before = Before {
                scanner: self.lenient(),
                reader: range::Reader::new(repository, options.max_blob_bytes)?,
                last: RefCell::default(),
                known: RefCell::default(),
            };
            found.retain(|(item, finding)| {
                let (step, change) = items[*item];
                !before.has(finding, change, &steps[step])
            });
        }
        let mut findings: Vec<(usize, Finding)> = found
            .into_iter()
            .map(|(item, finding)| (items[item].0, finding))
            .collect();
        findings.sort_by(|(a_step, a), (b_step, b)| {
            let key = |step: &usize, f: &Finding| (*step, f.path.clone(), f.start, f.rule.clone());
            key(a_step, a).cmp(&key(b_step, b))
        });
        Ok(Brought {
            findings,
            skipped,
            counts,
        })
    }
}

/// Notes which item of a list each finding is from.
struct Attributed<'s> {
    worker: Worker<'s>,
    item: usize,
    found: &'s Mutex<Vec<(usize, Finding)>>,
}

impl Visitor for Attributed<'_> {
    fn blob(&mut self, blob: Blob<'_>) -> io::Result<()> {
        let read = self.worker.blob(blob);
        let findings = self.worker.own.findings.drain(..);
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        found.extend(findings.map(|finding| (self.item, finding)));
        read
    }

    fn skip(&mut self, skipped: Skipped) {
        self.worker.skip(skipped);
    }

    fn item(&mut self, at: usize) {
        self.item = at;
    }

    fn is_interrupted(&self) -> bool {
        self.worker.is_interrupted()
    }
}

/// The text of a blob; nothing when it cannot be read.
type Text = Option<Rc<Vec<u8>>>;

/// Looks into the versions before.
struct Before<'s> {
    scanner: Lenient<'s>,
    reader: range::Reader,
    /// The text that was asked for last: all findings in a file ask for the same one.
    last: RefCell<Option<(ObjectId, Text)>>,
    /// What stands in versions that had to be scanned, by their ids and the paths of findings.
    known: RefCell<HashMap<(ObjectId, BString), HashSet<Fingerprint>>>,
}

impl Before<'_> {
    /// Returns true when `change`, which is one of `step`, does not bring the secret.
    fn has(&mut self, finding: &Finding, change: &Change, step: &Step) -> bool {
        let mut seen = HashSet::new();
        if change.old.iter().any(|id| self.holds(finding, id)) {
            return true;
        }
        // What is accepted stops nobody: no other file is read to find out where it comes from.
        if finding.accepted.is_some() {
            return false;
        }
        // It may come from a file that has it no more: a rename, or lines that moved.
        step.changes.iter().any(|other| {
            let is_lost = |new: &ObjectId| !self.holds(finding, new);
            other.path != change.path
                && other
                    .old
                    .iter()
                    .any(|id| seen.insert(*id) && self.holds(finding, id))
                && other.new.as_ref().is_none_or(is_lost)
        })
    }

    fn holds(&self, finding: &Finding, id: &ObjectId) -> bool {
        let Some(bytes) = self.text(id) else {
            return false;
        };
        // What is packed does not stand there as it is, and a private key may be laid out in another way; what the guard knows may stand within a word.
        let is_hidden = !finding.decoded.is_empty()
            || memchr::memmem::find(finding.secret.expose(), b"BEGIN ").is_some()
            || finding.secret.expose().contains(&b'\n')
            || archive::kind(&bytes).is_some()
            || finding.facts.iter().any(|(name, _)| *name == guard::FACT);
        novelty::occurs(finding.secret.expose(), &bytes)
            || is_hidden
                && self
                    .known
                    .borrow_mut()
                    .entry((*id, finding.file().to_owned()))
                    .or_insert_with(|| self.scanner.fingerprints(finding, &bytes))
                    .contains(&finding.fingerprint)
    }

    fn text(&self, id: &ObjectId) -> Text {
        let mut last = self.last.borrow_mut();
        if let Some((_, text)) = last.as_ref().filter(|(of, _)| of == id) {
            return text.clone();
        }
        let text = self.reader.blob(id).map(|bytes| {
            let converted = match wide::as_utf8(&bytes) {
                Cow::Owned(text) => Some(text),
                Cow::Borrowed(_) => None,
            };
            Rc::new(converted.unwrap_or(bytes))
        });
        *last = Some((*id, text.clone()));
        text
    }
}

/// Finds secrets whatever policy says of them: what was accepted once is not new.
struct Lenient<'s> {
    scanner: &'s Scanner,
    options: Options,
}

impl Scanner {
    fn lenient(&self) -> Lenient<'_> {
        Lenient {
            scanner: self,
            options: Options {
                min_confidence: Confidence::Low,
                min_severity: Severity::Low,
                inline_markers: false,
                allowed: crate::policy::Accepted::new(),
                allowed_paths: None,
                allowed_lines: None,
                ..self.options.clone()
            },
        }
    }
}

impl Lenient<'_> {
    /// Returns the fingerprints of what stands in `bytes`, at the path of the file of `finding`.
    fn fingerprints(&self, finding: &Finding, bytes: &[u8]) -> HashSet<Fingerprint> {
        let found = Mutex::new(Collected::default());
        let mut worker = Worker::with(self.scanner, &self.options, &found, Watch::default());
        let read = worker.whole(finding.file(), finding.source, bytes);
        debug_assert!(read.is_ok(), "memory can be read, and nobody interrupts");
        drop(worker);
        let Collected { findings, .. } = found.into_inner().unwrap_or_else(PoisonError::into_inner);
        findings
            .into_iter()
            .map(|finding| finding.fingerprint)
            .collect()
    }
}
