//! One thread's share of a scan: blobs in, findings out.

mod inside;

use std::{
    io,
    sync::{Mutex, PoisonError},
};

use bstr::BStr;

use super::{Options, Scanner, Watch, assemble, blob};
use crate::{
    chunk::{self, Chunk, wide},
    detection::Detection,
    engine::Scratch,
    finding::{Counts, Finding, Skipped, SourceKind},
    source::{Blob, Content, Visitor},
};

#[derive(Debug, Default)]
pub(super) struct Collected {
    pub(super) findings: Vec<Finding>,
    pub(super) skipped: Vec<Skipped>,
    pub(super) counts: Counts,
}

/// One thread's share of a scan. What it found is handed over when it is dropped.
pub(super) struct Worker<'s> {
    scanner: &'s Scanner,
    options: &'s Options,
    shared: &'s Mutex<Collected>,
    watch: Watch<'s>,
    pub(super) own: Collected,
    scratch: Scratch,
    buffer: Vec<u8>,
}

impl<'s> Worker<'s> {
    pub(super) fn new(
        scanner: &'s Scanner,
        shared: &'s Mutex<Collected>,
        watch: Watch<'s>,
    ) -> Self {
        Self::with(scanner, &scanner.options, shared, watch)
    }

    /// Returns a share of a scan with other options than the scanner's.
    pub(super) fn with(
        scanner: &'s Scanner,
        options: &'s Options,
        shared: &'s Mutex<Collected>,
        watch: Watch<'s>,
    ) -> Self {
        Self {
            scanner,
            options,
            shared,
            watch,
            own: Collected::default(),
            scratch: Scratch::default(),
            buffer: Vec::new(),
        }
    }

    pub(super) fn whole(&mut self, path: &BStr, kind: SourceKind, bytes: &[u8]) -> io::Result<()> {
        let first = self.own.findings.len();
        if bytes.len() > self.options.chunk_size {
            self.pieces(path, kind, &mut &bytes[..])
                .map_err(|(_, error)| error)?;
        } else {
            self.at_once(path, kind, bytes);
        }
        self.look_into(path, kind, bytes, first);
        Ok(())
    }

    /// Scans a member of an archive.
    fn member(&mut self, path: &BStr, kind: SourceKind, bytes: &[u8]) {
        let files = self.own.counts.files;
        if bytes.len() > self.options.chunk_size {
            // Memory can be read; only an interruption ends it, which is told elsewhere.
            drop(self.pieces(path, kind, &mut &bytes[..]));
        } else {
            self.at_once(path, kind, bytes);
        }
        self.own.counts.files = files;
    }

    fn at_once(&mut self, path: &BStr, kind: SourceKind, bytes: &[u8]) {
        let mut scan = self.blob_scan(path);
        scan.chunk(
            &Chunk::whole(&wide::as_utf8(bytes)),
            true,
            &mut self.scratch,
        );
        if let Some(progress) = self.watch.progress {
            progress.add_bytes(bytes.len() as u64);
        }
        self.finish(scan, path, kind, bytes.len() as u64);
    }

    fn pieces(
        &mut self,
        path: &BStr,
        kind: SourceKind,
        reader: &mut dyn io::Read,
    ) -> Result<u64, (u64, io::Error)> {
        let mut scan = self.blob_scan(path);
        let (scratch, progress) = (&mut self.scratch, self.watch.progress);
        let read = chunk::read(
            &mut self.watch.reader(reader),
            self.options.chunk_size,
            &mut self.buffer,
            |chunk| {
                scan.chunk(chunk, false, scratch);
                if let Some(progress) = progress {
                    progress.add_bytes(chunk.core.len() as u64);
                }
            },
        );
        let total = *read.as_ref().unwrap_or_else(|(total, _)| total);
        self.finish(scan, path, kind, total);
        read
    }

    fn blob_scan<'p>(&self, path: &'p BStr) -> blob::BlobScan<'p>
    where
        's: 'p,
    {
        blob::BlobScan::new(
            &self.scanner.engine,
            Some(path),
            self.options.max_detections,
        )
    }

    fn finish(&mut self, scan: blob::BlobScan<'_>, path: &BStr, kind: SourceKind, bytes: u64) {
        self.own.counts += Counts {
            bytes,
            blobs: 1,
            files: u64::from(kind == SourceKind::Worktree),
            commits: 0,
        };
        let blob::Seen { made, trouble } = scan.finish();
        let detections: Vec<Detection> = made.into_iter().map(|made| made.detection).collect();
        for reason in trouble {
            self.own.skipped.push(Skipped {
                path: path.to_owned(),
                reason,
                incomplete: true,
            });
        }
        let before = self.own.findings.len();
        if !detections.is_empty() {
            self.own.findings.extend(assemble::findings(
                self.scanner.rules(),
                self.options,
                path,
                kind,
                detections,
            ));
        }
        if let Some(progress) = self.watch.progress {
            progress.advance(1);
            let found = self.own.findings[before..].iter();
            progress.add_findings(found.filter(|one| one.accepted.is_none()).count() as u64);
        }
    }
}

impl Visitor for Worker<'_> {
    fn blob(&mut self, blob: Blob<'_>) -> io::Result<()> {
        match blob.content {
            Content::Bytes(bytes) => self.whole(blob.path, blob.kind, bytes)?,
            Content::Reader {
                reader,
                expected_len,
            } => {
                let total = self
                    .stream(blob.path, blob.kind, reader)
                    .map_err(|(_, error)| error)?;
                if let Some(expected) = expected_len.filter(|expected| total < *expected) {
                    let reason = format!("truncated while read: {total} of {expected} bytes");
                    self.skip(Skipped {
                        path: blob.path.to_owned(),
                        reason,
                        incomplete: true,
                    });
                }
            }
        }
        Ok(())
    }

    fn skip(&mut self, skipped: Skipped) {
        self.own.skipped.push(skipped);
    }

    fn is_interrupted(&self) -> bool {
        self.watch.is_interrupted()
    }
}

impl Drop for Worker<'_> {
    fn drop(&mut self) {
        let mut shared = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
        shared.findings.append(&mut self.own.findings);
        shared.skipped.append(&mut self.own.skipped);
        shared.counts += self.own.counts;
    }
}
