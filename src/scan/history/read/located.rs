//! Where something stands in one blob.

use std::{ops::Range, sync::Arc};

use crate::{
    detection::Detection,
    engine::Engine,
    matcher::lines::{LineCounter, Place},
    scan::{
        blob,
        carry::{FoundAt, Known},
        detect,
    },
};

/// Something that was found, where it stands in one blob.
#[derive(Debug)]
pub(in super::super) struct Located {
    found: Arc<FoundAt>,
    at: usize,
    /// How many bytes it stands behind where it was found first, or before, when negative.
    shift: i64,
    start: Place,
    end: Place,
}

impl Located {
    /// Returns the detection in a blob at `path`, or nothing when a judge drops it there.
    pub(in super::super) fn detection(&self, engine: &Engine, path: &[u8]) -> Option<Detection> {
        let made = &self.found.made[self.at];
        let confidence = match &made.deferred {
            Some(deferred) => {
                if let Some(tally) = engine.tally() {
                    tally.hear(deferred, engine.rules(), path);
                }
                deferred.hear(engine.rules(), path)?
            }
            None => made.detection.confidence,
        };
        let first = &made.detection;
        Some(Detection {
            span: self.moved(&first.span),
            secret_span: self.moved(&first.secret_span),
            line_offset: first.line_offset.saturating_add_signed(self.shift),
            start: self.start,
            end: self.end,
            confidence,
            ..first.clone()
        })
    }

    /// Returns what was found, where it was found.
    pub(super) fn all(made: Vec<detect::Made>) -> Vec<Self> {
        let found = Arc::new(FoundAt { start: 0, made });
        let one = |(at, made): (usize, &detect::Made)| Self {
            found: Arc::clone(&found),
            at,
            shift: 0,
            start: made.detection.start,
            end: made.detection.end,
        };
        found.made.iter().enumerate().map(one).collect()
    }

    fn moved(&self, span: &Range<u64>) -> Range<u64> {
        let moved = |at: u64| at.saturating_add_signed(self.shift);
        moved(span.start)..moved(span.end)
    }
}

/// Returns what is known of an object with its places, in the order of detections.
pub(super) fn locate(bytes: &[u8], known: &Known) -> Vec<Located> {
    if known.kept.is_empty() {
        return Vec::new();
    }
    let start = LineCounter::new().place();
    let mut out: Vec<Located> = Vec::new();
    for kept in &known.kept {
        let shift = i64::from(kept.start) - i64::from(kept.found.start);
        out.extend((0..kept.found.made.len()).map(|at| Located {
            found: Arc::clone(&kept.found),
            at,
            shift,
            start,
            end: start,
        }));
    }
    let span = |one: &Located| one.moved(&one.found.made[one.at].detection.secret_span);
    out.sort_by_cached_key(|one| {
        let span = span(one);
        let d = &one.found.made[one.at].detection;
        (
            span.start,
            span.end,
            d.rule,
            d.decoded.len(),
            d.decoded.clone(),
        )
    });
    let spans: Vec<Range<u64>> = out.iter().map(span).collect();
    let places = blob::places(&LineCounter::new(), bytes, 0, &spans);
    for (one, (start, end)) in out.iter_mut().zip(places) {
        (one.start, one.end) = (start, end);
    }
    out
}
