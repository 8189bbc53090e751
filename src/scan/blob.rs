//! One blob: from chunks to detections.

use std::ops::Range;

use crate::{
    chunk::{Chunk, decode},
    detection::{Detection, Judged, judge_briefly},
    engine::{Engine, Found, Scratch},
    matcher::{
        Candidate,
        lines::{LineCounter, Place, line_around},
    },
    pair::Context,
    secret::Secret,
};

/// How much of a line is kept on both sides of a secret, in bytes: for the excerpt and for inline markers.
const LINE_BYTES: usize = 512;

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
        let engine = self.engine;
        engine.find(
            chunk.bytes,
            chunk.core.clone(),
            chunk.text,
            scratch,
            |found| match found {
                Found::Candidate(candidate) => self.candidate(&candidate, chunk, None),
                Found::Encoded(run) => encoded.push(run),
            },
        );
        for run in encoded {
            self.encoded(chunk, run, scratch);
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

    fn candidate(
        &mut self,
        candidate: &Candidate<'_>,
        chunk: &Chunk<'_>,
        layer: Option<&Layer<'_>>,
    ) {
        if self.overflow {
            return;
        }
        let Judged::Kept {
            secret,
            severity,
            confidence,
            facts,
            reasons,
            ..
        } = judge_briefly(self.engine.rules(), candidate, self.path)
        else {
            return;
        };
        if self.detections.len() >= self.most {
            self.overflow = true;
            return;
        }
        let has_part = self.engine.rules().rule(candidate.rule).part.is_some();
        let value = Secret::new(&candidate.bytes[secret.clone()]);
        let (span, place) = match layer {
            None => (
                candidate.span.start..candidate.span.end.max(secret.end),
                secret.clone(),
            ),
            Some(layer) => (layer.source(&candidate.span), layer.source(&secret)),
        };
        // What is the whole of an encoded value is labelled by what stands around the encoded value.
        let context = has_part.then(|| match layer {
            Some(layer) if secret.len() + 4 >= layer.decoded_len => {
                Box::new(Context::around(chunk.bytes, place.clone()))
            }
            _ => Box::new(Context::of(candidate, secret.clone())),
        });
        let line = line_around(chunk.bytes, place.clone(), LINE_BYTES);
        let absolute = |range: &Range<usize>| {
            chunk.offset + range.start as u64..chunk.offset + range.end as u64
        };
        self.detections.push(Detection {
            rule: candidate.rule,
            span: absolute(&span),
            secret_span: absolute(&place),
            secret: value,
            start: Place { line: 0, column: 0 },
            end: Place { line: 0, column: 0 },
            severity,
            confidence,
            facts,
            reasons,
            decoded: layer
                .map(|layer| layer.encodings.clone())
                .unwrap_or_default(),
            context,
            line_offset: chunk.offset + line.start as u64,
            line: Secret::new(&chunk.bytes[line]),
        });
    }

    fn encoded(&mut self, chunk: &Chunk<'_>, run: Range<usize>, scratch: &mut Scratch) {
        let Some(decoded) = decode::base64::decode(&chunk.bytes[run.clone()]) else {
            return;
        };
        let engine = self.engine;
        let layer = Layer {
            run: run.start,
            decoded: &decoded,
            decoded_len: decoded.bytes.len(),
            encodings: vec![decoded.encoding],
            outer: None,
        };
        self.layer(chunk, &layer, engine, scratch);
    }

    fn layer(
        &mut self,
        chunk: &Chunk<'_>,
        layer: &Layer<'_>,
        engine: &Engine,
        scratch: &mut Scratch,
    ) {
        let bytes: &[u8] = &layer.decoded.bytes;
        let mut deeper = Vec::new();
        engine.find(bytes, 0..bytes.len(), true, scratch, |found| match found {
            Found::Candidate(candidate) => self.candidate(&candidate, chunk, Some(layer)),
            Found::Encoded(run) => deeper.push(run),
        });
        if layer.encodings.len() >= decode::MAX_DEPTH {
            return;
        }
        for run in deeper {
            let Some(decoded) = decode::base64::decode(&bytes[run.clone()]) else {
                continue;
            };
            let mut encodings = layer.encodings.clone();
            encodings.push(decoded.encoding);
            let inner = Layer {
                run: run.start,
                decoded_len: decoded.bytes.len(),
                decoded: &decoded,
                encodings,
                outer: Some(layer),
            };
            self.layer(chunk, &inner, engine, scratch);
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

/// A decoded run within a chunk or within another layer.
struct Layer<'a> {
    run: usize,
    decoded: &'a decode::Decoded,
    decoded_len: usize,
    encodings: Vec<&'static str>,
    outer: Option<&'a Layer<'a>>,
}

impl Layer<'_> {
    /// Returns where the decoded `range` stands in the chunk.
    fn source(&self, range: &Range<usize>) -> Range<usize> {
        let here = self.decoded.source(self.run, range);
        self.outer
            .map_or_else(|| here.clone(), |outer| outer.source(&here))
    }
}
