//! One blob: from chunks to detections.

use std::ops::Range;

use super::{
    detect::{self, Made},
    lines::{self, Feed},
};
use crate::{
    chunk::Chunk,
    detection::Detection,
    engine::{Engine, Found, Scratch},
    matcher::lines::{LineCounter, Place},
    rule::TooSlow,
};

/// The state of a blob while its chunks come in.
pub(super) struct BlobScan<'e> {
    engine: &'e Engine,
    path: Option<&'e [u8]>,
    made: Vec<Made>,
    lines: LineCounter,
    /// There when the blob comes in chunks.
    feed: Option<Feed>,
    most: usize,
    overflow: bool,
    /// What was not looked at, for people.
    trouble: Vec<String>,
}

/// What was found in a blob.
pub(super) struct Seen {
    /// In the order of its start.
    pub(super) made: Vec<Made>,
    /// Why not everything was found.
    pub(super) trouble: Vec<String>,
}

impl<'e> BlobScan<'e> {
    /// Returns a scan of the blob at `path`, where that is known, that keeps at most `most` detections.
    pub(super) fn new(engine: &'e Engine, path: Option<&'e [u8]>, most: usize) -> Self {
        Self {
            engine,
            path,
            made: Vec::new(),
            lines: LineCounter::new(),
            feed: None,
            most,
            overflow: false,
            trouble: Vec::new(),
        }
    }

    /// Scans the next chunk; `last` says that none follows.
    pub(super) fn chunk(&mut self, chunk: &Chunk<'_>, last: bool, scratch: &mut Scratch) {
        if self.overflow {
            // The blob counts as not looked at from here on; a hostile one must not cost more.
            return;
        }
        let first = self.made.len();
        let mut encoded = Vec::new();
        let (engine, path) = (self.engine, self.path);
        engine.find(
            chunk.bytes,
            chunk.core.clone(),
            chunk.text,
            scratch,
            |found| match found {
                Found::Candidate(_) | Found::Known(_) if self.overflow => {}
                Found::Known(known) => {
                    if let Some(made) = detect::known(engine, known, chunk) {
                        self.add(made);
                    }
                }
                Found::Candidate(candidate) => {
                    if let Some(made) = detect::candidate(engine, &candidate, chunk, path) {
                        self.add(made);
                    }
                }
                Found::Encoded(one) => encoded.push(one),
            },
        );
        for encoded in encoded {
            detect::encoded(engine, chunk, &encoded, path, scratch, &mut |made| {
                self.add(made);
            });
        }
        self.place(chunk.bytes, chunk.offset, &self.lines.clone(), first);
        if chunk.text {
            self.lines_of(chunk, last);
        }
        if !last {
            self.lines.advance(
                chunk.bytes,
                chunk.offset,
                chunk.offset + chunk.core.end as u64,
            );
        }
    }

    /// Returns what was found.
    pub(super) fn finish(mut self) -> Seen {
        if let Some(mut feed) = self.feed.take() {
            let rest = feed.rest();
            self.look_at(&mut feed, rest);
            if feed.cut {
                self.trouble.push(lines::cut());
            }
        }
        if self.overflow {
            let most = self.most;
            self.trouble.push(too_many(most));
        }
        self.made.sort_by_cached_key(|made| order(&made.detection));
        Seen {
            made: self.made,
            trouble: self.trouble,
        }
    }

    /// Looks for the rules for lines in what `chunk` adds.
    fn lines_of(&mut self, chunk: &Chunk<'_>, last: bool) {
        if self.engine.rules().lines().is_none() {
            return;
        }
        if last && self.feed.is_none() {
            let first = self.made.len();
            let mut all = Vec::new();
            let range = 0..chunk.bytes.len();
            let engine = self.engine;
            let slow = lines::find(engine, chunk, range, self.path, &mut |made| {
                all.push(made);
            });
            self.take(all, &slow);
            self.place(chunk.bytes, chunk.offset, &LineCounter::new(), first);
            return;
        }
        let mut feed = self.feed.take().unwrap_or_default();
        if let Some(range) = feed.push(&chunk.bytes[chunk.core.clone()]) {
            self.look_at(&mut feed, range);
        }
        self.feed = Some(feed);
    }

    /// Looks at the lines in `range` of what was fed.
    fn look_at(&mut self, feed: &mut Feed, range: Range<usize>) {
        let (first, end) = (self.made.len(), range.end);
        let window = Chunk {
            bytes: &feed.buffer,
            offset: feed.offset,
            core: range.clone(),
            text: true,
        };
        let mut all = Vec::new();
        let engine = self.engine;
        let slow = lines::find(engine, &window, range, self.path, &mut |made| {
            all.push(made);
        });
        self.take(all, &slow);
        self.place(&feed.buffer, feed.offset, &feed.counter, first);
        feed.done(end);
    }

    fn take(&mut self, all: Vec<Made>, slow: &[TooSlow]) {
        for made in all {
            self.add(made);
        }
        let rules = self.engine.rules();
        let told = slow.iter().map(|slow| lines::too_slow(rules, *slow));
        self.trouble.extend(told);
    }

    fn add(&mut self, made: Made) {
        if self.made.len() >= self.most {
            self.overflow = true;
        } else {
            self.made.push(made);
        }
    }

    /// Sets the places of what was found from `first` on, which all lies in the `bytes` that begin at `offset`; `lines` stands in front of
    /// them.
    fn place(&mut self, bytes: &[u8], offset: u64, lines: &LineCounter, first: usize) {
        let spans: Vec<Range<u64>> = self.made[first..]
            .iter()
            .map(|made| made.detection.secret_span.clone())
            .collect();
        let places = places(lines, bytes, offset, &spans);
        for (made, (start, end)) in self.made[first..].iter_mut().zip(places) {
            (made.detection.start, made.detection.end) = (start, end);
        }
    }
}

/// Says that not all candidates of a blob were looked at.
pub(super) fn too_many(most: usize) -> String {
    format!("more than {most} candidates; the rest were not looked at")
}

/// The order of detections.
pub(super) fn order(d: &Detection) -> impl Ord + use<> {
    // The plain one first: where something is found twice at one place, it must not depend on which was looked for first.
    let span = &d.secret_span;
    (
        span.start,
        span.end,
        d.rule,
        d.decoded.len(),
        d.decoded.clone(),
    )
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
