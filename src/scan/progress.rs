//! How far a scan is, for whoever watches it.

use std::sync::atomic::{AtomicU64, Ordering};

/// Counts that grow while a scan runs. They may be read from another thread at any time.
#[derive(Debug, Default)]
pub struct Progress {
    blobs: AtomicU64,
    bytes: AtomicU64,
    findings: AtomicU64,
}

impl Progress {
    /// Returns how many blobs have been scanned.
    pub fn blobs(&self) -> u64 {
        self.blobs.load(Ordering::Relaxed)
    }

    /// Returns how many bytes have been scanned.
    pub fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    /// Returns how many findings there are.
    pub fn findings(&self) -> u64 {
        self.findings.load(Ordering::Relaxed)
    }

    pub(super) fn add_bytes(&self, bytes: usize) {
        self.bytes.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    pub(super) fn add_blob(&self, findings: usize) {
        self.blobs.fetch_add(1, Ordering::Relaxed);
        if findings > 0 {
            self.findings.fetch_add(findings as u64, Ordering::Relaxed);
        }
    }
}
