//! How far a scan is, for whoever watches it.

use std::sync::{
    Mutex, PoisonError,
    atomic::{AtomicU64, Ordering},
};

/// What a scan does at the moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Phase {
    /// For people: `scanning`, `reading commits`.
    pub name: &'static str,
    /// What is counted, in the singular: `file`, `object`.
    pub unit: &'static str,
    /// How many of them there are; none when nobody knows before the end.
    pub total: Option<u64>,
}

/// Counts that grow while a scan runs. They may be read from another thread at any time.
#[derive(Debug)]
pub struct Progress {
    phase: Mutex<Phase>,
    /// How many of the phase's units are done.
    done: AtomicU64,
    bytes: AtomicU64,
    findings: AtomicU64,
}

/// The counts at one time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Snapshot {
    /// What is being done.
    pub phase: Phase,
    /// How many of the phase's units are done.
    pub done: u64,
    /// How many bytes have been scanned, in all phases.
    pub bytes: u64,
    /// How many findings there are.
    pub findings: u64,
}

impl Default for Progress {
    /// Returns the progress of a scan of files whose number nobody knows.
    fn default() -> Self {
        Self {
            phase: Mutex::new(Phase {
                name: "scanning",
                unit: "file",
                total: None,
            }),
            done: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
            findings: AtomicU64::new(0),
        }
    }
}

impl Progress {
    /// Starts `phase`, of which nothing is done yet.
    pub fn begin(&self, phase: Phase) {
        let mut current = self.phase.lock().unwrap_or_else(PoisonError::into_inner);
        *current = phase;
        self.done.store(0, Ordering::Relaxed);
    }

    /// Counts units of the phase as done. Each blob that a visitor takes is counted by itself.
    pub fn advance(&self, units: u64) {
        self.done.fetch_add(units, Ordering::Relaxed);
    }

    /// Counts bytes as scanned. Those of blobs that a visitor takes are counted by themselves.
    pub fn add_bytes(&self, bytes: u64) {
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Counts findings. Those in blobs that a visitor takes are counted by themselves.
    pub fn add_findings(&self, findings: u64) {
        if findings > 0 {
            self.findings.fetch_add(findings, Ordering::Relaxed);
        }
    }

    /// Returns how far the scan is.
    pub fn snapshot(&self) -> Snapshot {
        let phase = self.phase.lock().unwrap_or_else(PoisonError::into_inner);
        Snapshot {
            phase: *phase,
            done: self.done.load(Ordering::Relaxed),
            bytes: self.bytes.load(Ordering::Relaxed),
            findings: self.findings.load(Ordering::Relaxed),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Phase, Progress};

    #[test]
    fn each_phase_counts_its_own_units() {
        let progress = Progress::default();
        progress.advance(3);
        progress.add_bytes(10);
        progress.add_findings(1);
        let commits = Phase {
            name: "reading commits",
            unit: "commit",
            total: Some(7),
        };
        progress.begin(commits);
        progress.advance(2);
        progress.add_bytes(5);
        let now = progress.snapshot();
        assert_eq!((now.phase, now.done), (commits, 2));
        assert_eq!((now.bytes, now.findings), (15, 1));
    }
}
