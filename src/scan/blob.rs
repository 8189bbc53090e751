//! One blob: from chunks to detections.

use std::ops::Range;

use super::detect;
use crate::{
    chunk::Chunk,
    detection::Detection,
    engine::{Engine, Found, Scratch},
    matcher::lines::LineCounter,
};

/// The state of a blob while its chunks come in.
pub(super) struct BlobScan<'e> {
    engine: &'e Engine,
    path: &'e [u8],
    detections: Vec<Detection>,
    lines: LineCounter,
    most: usize,
    overflow: bool,
}

impl<'e> BlobScan<'e> {
    /// Returns a scan of the blob at `path` that keeps at most `most` detections.
    pub(super) fn new(engine: &'e Engine, path: &'e [u8], most: usize) -> Self {
        Self {
            engine,
            path,
            detections: Vec::new(),
            lines: LineCounter::new(),
            most,
            overflow: false,
        }
    }

    /// Scans the next chunk; `last` says that none follows.
    pub(super) fn chunk(&mut self, chunk: &Chunk<'_>, last: bool, scratch: &mut Scratch) {
        if self.overflow {
            // The blob counts as not looked at from here on; a hostile one must not cost more.
            return;
        }
        let first = self.detections.len();
        let mut encoded: Vec<Range<usize>> = Vec::new();
        let (engine, path) = (self.engine, Some(self.path));
        engine.find(
            chunk.bytes,
            chunk.core.clone(),
            chunk.text,
            scratch,
            |found| match found {
                Found::Candidate(_) if self.overflow => {}
                Found::Candidate(candidate) => {
                    if let Some(made) = detect::candidate(engine.rules(), &candidate, chunk, path) {
                        self.add(made.detection);
                    }
                }
                Found::Encoded(run) => encoded.push(run),
            },
        );
        for run in encoded {
            detect::encoded(engine, chunk, run, path, scratch, &mut |made| {
                self.add(made.detection)
            });
        }
        self.place(chunk, first);
        if !last {
            self.lines.advance(
                chunk.bytes,
                chunk.offset,
                chunk.offset + chunk.core.end as u64,
            );
        }
    }

    /// Returns the detections in the order of their start, and whether there were more than are kept.
    pub(super) fn finish(mut self) -> (Vec<Detection>, bool) {
        self.detections
            .sort_by_key(|d| (d.secret_span.start, d.secret_span.end, d.rule));
        (self.detections, self.overflow)
    }

    fn add(&mut self, detection: Detection) {
        if self.detections.len() >= self.most {
            self.overflow = true;
        } else {
            self.detections.push(detection);
        }
    }

    /// Sets the places of the detections from `first` on, which all lie in `chunk`.
    fn place(&mut self, chunk: &Chunk<'_>, first: usize) {
        let mut stops: Vec<(u64, usize, bool)> = Vec::new();
        for (at, detection) in self.detections.iter().enumerate().skip(first) {
            stops.push((detection.secret_span.start, at, false));
            stops.push((detection.secret_span.end, at, true));
        }
        stops.sort_unstable();
        let mut lines = self.lines.clone();
        for (offset, at, is_end) in stops {
            lines.advance(chunk.bytes, chunk.offset, offset);
            let detection = &mut self.detections[at];
            *(if is_end {
                &mut detection.end
            } else {
                &mut detection.start
            }) = lines.place();
        }
    }
}
