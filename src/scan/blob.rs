//! One blob: from chunks to detections.

use std::ops::Range;

use super::detect::{self, Made};
use crate::{
    chunk::Chunk,
    detection::Detection,
    engine::{Engine, Found, Scratch},
    matcher::lines::{LineCounter, Place},
};

/// The state of a blob while its chunks come in.
pub(super) struct BlobScan<'e> {
    engine: &'e Engine,
    path: Option<&'e [u8]>,
    made: Vec<Made>,
    lines: LineCounter,
    most: usize,
    overflow: bool,
}

impl<'e> BlobScan<'e> {
    /// Returns a scan of the blob at `path`, where that is known, that keeps at most `most` detections.
    pub(super) fn new(engine: &'e Engine, path: Option<&'e [u8]>, most: usize) -> Self {
        Self {
            engine,
            path,
            made: Vec::new(),
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
        let first = self.made.len();
        let mut encoded: Vec<Range<usize>> = Vec::new();
        let (engine, path) = (self.engine, self.path);
        engine.find(
            chunk.bytes,
            chunk.core.clone(),
            chunk.text,
            scratch,
            |found| match found {
                Found::Candidate(_) if self.overflow => {}
                Found::Candidate(candidate) => {
                    if let Some(made) = detect::candidate(engine.rules(), &candidate, chunk, path) {
                        self.add(made);
                    }
                }
                Found::Encoded(run) => encoded.push(run),
            },
        );
        for run in encoded {
            detect::encoded(engine, chunk, run, path, scratch, &mut |made| {
                self.add(made);
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

    /// Returns what was found in the order of its start, and whether there was more than is kept.
    pub(super) fn finish(mut self) -> (Vec<Made>, bool) {
        self.made.sort_by_key(|made| order(&made.detection));
        (self.made, self.overflow)
    }

    fn add(&mut self, made: Made) {
        if self.made.len() >= self.most {
            self.overflow = true;
        } else {
            self.made.push(made);
        }
    }

    /// Sets the places of what was found from `first` on, which all lies in `chunk`.
    fn place(&mut self, chunk: &Chunk<'_>, first: usize) {
        let spans: Vec<Range<u64>> = self.made[first..]
            .iter()
            .map(|made| made.detection.secret_span.clone())
            .collect();
        let places = places(&self.lines, chunk.bytes, chunk.offset, &spans);
        for (made, (start, end)) in self.made[first..].iter_mut().zip(places) {
            (made.detection.start, made.detection.end) = (start, end);
        }
    }
}

/// The order of detections.
pub(super) fn order(d: &Detection) -> impl Ord + use<> {
    (d.secret_span.start, d.secret_span.end, d.rule)
}

/// Returns where `spans` start and end, which all lie in the `bytes` that begin at `offset`; `lines` stands in front of them.
pub(super) fn places(
    lines: &LineCounter,
    bytes: &[u8],
    offset: u64,
    spans: &[Range<u64>],
) -> Vec<(Place, Place)> {
    let mut stops: Vec<(u64, usize, bool)> = Vec::with_capacity(2 * spans.len());
    for (at, span) in spans.iter().enumerate() {
        stops.push((span.start, at, false));
        stops.push((span.end, at, true));
    }
    stops.sort_unstable();
    let start = LineCounter::new().place();
    let mut out = vec![(start, start); spans.len()];
    let mut lines = lines.clone();
    for (stop, at, is_end) in stops {
        lines.advance(bytes, offset, stop);
        let (start, end) = &mut out[at];
        *(if is_end { end } else { start }) = lines.place();
    }
    out
}
