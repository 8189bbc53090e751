//! From what the engine finds to detections, with decoding.

use std::{ops::Range, sync::Arc};

use crate::{
    chunk::{
        Chunk,
        decode::{self, Encoded},
    },
    detection::{
        Beside, Deferred, Detection, Judged, judge_briefly, judge_wholly, judge_without_path,
    },
    engine::{Engine, Found, Scratch},
    guard,
    matcher::{
        Candidate,
        lines::{Place, line_around, lines_beside},
    },
    pair::Context,
    policy::inline,
    rule::{self, RuleIndex},
    secret::Secret,
};

/// How much of a line is kept on both sides of a secret, in bytes: for the excerpt and for inline markers.
const LINE_BYTES: usize = 512;

/// How far from a secret inline markers are looked for on other lines, in bytes. Less than [`LOOK_BACK`](crate::detection::LOOK_BACK): what is carried over from one
/// version of a file to the next depends on no more.
const BESIDE_BYTES: usize = 1024;

/// A detection, without its places, and what is to be asked once the path is known.
#[derive(Debug, Clone)]
pub(super) struct Made {
    pub(super) detection: Detection,
    pub(super) deferred: Option<Box<Deferred>>,
}

/// How many bytes of a line before a secret are seen when the whole line is kept.
pub(super) const LINE_BACK: usize = 4 << 10;

/// How many bytes of a line from the start of a secret on are seen when the whole line is kept.
pub(super) const LINE_AHEAD: usize = 16 << 10;

/// Returns what is left of `candidate` in `chunk`; without a path the judges that ask for it are deferred.
pub(super) fn candidate(
    engine: &Engine,
    candidate: &Candidate<'_>,
    chunk: &Chunk<'_>,
    path: Option<&[u8]>,
) -> Option<Made> {
    make(engine, candidate, chunk, path, None)
}

/// Calls `each` with what is found in what is `encoded` in `chunk`, at any depth.
pub(super) fn encoded(
    engine: &Engine,
    chunk: &Chunk<'_>,
    encoded: &Encoded,
    path: Option<&[u8]>,
    scratch: &mut Scratch,
    each: &mut dyn FnMut(Made),
) {
    look_behind(
        engine,
        chunk,
        (chunk.bytes, encoded, None),
        path,
        scratch,
        each,
    );
}

/// Looks into what is encoded in a text: that of the chunk, or of a layer.
fn look_behind(
    engine: &Engine,
    chunk: &Chunk<'_>,
    (text, encoded, outer): (&[u8], &Encoded, Option<&Layer<'_>>),
    path: Option<&[u8]>,
    scratch: &mut Scratch,
    each: &mut dyn FnMut(Made),
) {
    let Some(decoded) = decode::decode(text, encoded) else {
        return;
    };
    let mut encodings = outer
        .map(|layer| layer.encodings.clone())
        .unwrap_or_default();
    encodings.push(decoded.encoding);
    let layer = Layer {
        start: encoded.range.start,
        decoded: &decoded,
        encodings,
        outer,
    };
    look_into(engine, chunk, &layer, path, scratch, each);
}

fn look_into(
    engine: &Engine,
    chunk: &Chunk<'_>,
    layer: &Layer<'_>,
    path: Option<&[u8]>,
    scratch: &mut Scratch,
    each: &mut dyn FnMut(Made),
) {
    let bytes: &[u8] = &layer.decoded.bytes;
    let mut deeper = Vec::new();
    engine.find(bytes, 0..bytes.len(), true, scratch, |found| match found {
        Found::Candidate(candidate) if layer.decoded.is_plain(&candidate.span) => {}
        Found::Candidate(candidate) => {
            if let Some(made) = make(engine, &candidate, chunk, path, Some(layer)) {
                each(made);
            }
        }
        Found::Known(known) if layer.decoded.is_plain(&known.span) => {}
        Found::Known(known) => {
            if let Some(made) = known_in(engine, known, chunk, Some(layer)) {
                each(made);
            }
        }
        Found::Encoded(encoded) => deeper.push(encoded),
    });
    if layer.encodings.len() >= decode::MAX_DEPTH {
        return;
    }
    // What stands there as it is, is decoded from the text itself.
    deeper.retain(|encoded| !layer.decoded.is_plain(&encoded.range));
    for encoded in deeper {
        look_behind(
            engine,
            chunk,
            (bytes, &encoded, Some(layer)),
            path,
            scratch,
            each,
        );
    }
}

fn make(
    engine: &Engine,
    candidate: &Candidate<'_>,
    chunk: &Chunk<'_>,
    path: Option<&[u8]>,
    layer: Option<&Layer<'_>>,
) -> Option<Made> {
    let rules = engine.rules();
    let judged = match (engine.tally(), path) {
        (Some(tally), path) => {
            let judged = judge_wholly(rules, candidate, path);
            tally.add(candidate, &judged);
            judged
        }
        (None, Some(path)) => judge_briefly(rules, candidate, path),
        (None, None) => judge_without_path(rules, candidate),
    };
    let Judged::Kept {
        secret,
        severity,
        confidence,
        facts,
        reasons,
        deferred,
        ..
    } = judged
    else {
        return None;
    };
    let has_part = rules.rule(candidate.rule).part.is_some();
    let value = Secret::new(&candidate.bytes[secret.clone()]);
    let (span, place) = match layer {
        None => (
            candidate.span.start.min(secret.start)..candidate.span.end.max(secret.end),
            secret.clone(),
        ),
        Some(layer) => (layer.source(&candidate.span), layer.source(&secret)),
    };
    // What is the whole of an encoded value is labelled by what stands around the encoded value.
    let context = has_part.then(|| match layer {
        Some(layer) if secret.len() + 4 >= layer.decoded.bytes.len() => {
            Box::new(Context::around(chunk.bytes, place.clone()))
        }
        _ => Box::new(Context::of(candidate, secret.clone())),
    });
    let detection = Detection {
        severity,
        confidence,
        facts,
        reasons,
        decoded: layer
            .map(|layer| layer.encodings.clone())
            .unwrap_or_default(),
        context,
        ..at(engine, chunk, candidate.rule, (span, place), value)
    };
    Some(Made {
        detection,
        deferred,
    })
}

/// Returns what the guard knows in `chunk`. No judge has a say: it is the user's secret, wherever it stands.
pub(super) fn known(engine: &Engine, known: guard::Match, chunk: &Chunk<'_>) -> Option<Made> {
    known_in(engine, known, chunk, None)
}

fn known_in(
    engine: &Engine,
    known: guard::Match,
    chunk: &Chunk<'_>,
    layer: Option<&Layer<'_>>,
) -> Option<Made> {
    let index = engine.rules().guard()?;
    let entry = engine.guard()?.entries().get(known.entry)?;
    let place = layer.map_or_else(|| known.span.clone(), |layer| layer.source(&known.span));
    let outer = layer.map_or(&[][..], |layer| &layer.encodings);
    let detection = Detection {
        facts: vec![
            (rule::guard::FACT, entry.name.clone()),
            (rule::guard::FROM, entry.source.to_string()),
        ],
        reasons: vec!["it is a secret that the guard knows"],
        decoded: [outer, known.encodings].concat(),
        ..at(engine, chunk, index, (place.clone(), place), known.secret)
    };
    Some(Made {
        detection,
        deferred: None,
    })
}

/// Returns a detection of `rule` at `span` in `chunk`, the secret being at `place`: as its rule says, without anything found out.
fn at(
    engine: &Engine,
    chunk: &Chunk<'_>,
    rule: RuleIndex,
    (span, place): (Range<usize>, Range<usize>),
    secret: Secret,
) -> Detection {
    let line = line_around(chunk.bytes, place.clone(), LINE_BYTES);
    let absolute =
        |range: &Range<usize>| chunk.offset + range.start as u64..chunk.offset + range.end as u64;
    let says = engine.rules().rule(rule);
    Detection {
        rule,
        span: absolute(&span),
        secret_span: absolute(&place),
        secret,
        start: Place { line: 0, column: 0 },
        end: Place { line: 0, column: 0 },
        severity: says.severity,
        confidence: says.confidence,
        facts: Vec::new(),
        reasons: Vec::new(),
        decoded: Vec::new(),
        context: None,
        line_offset: chunk.offset + line.start as u64,
        line: Secret::new(&chunk.bytes[line]),
        beside: beside(chunk.bytes, place.clone()),
        whole_line: (engine.keeps_whole_lines())
            .then(|| whole_line(chunk.bytes, place.start))
            .flatten()
            .map(|line| Arc::new(Secret::new(&chunk.bytes[line]))),
    }
}

/// Returns the lines beside the secret at `place`, where a marker may stand on one of them.
fn beside(bytes: &[u8], place: Range<usize>) -> Option<Arc<Beside>> {
    let (before, after) = lines_beside(bytes, place, inline::LINES_BESIDE, BESIDE_BYTES);
    let [before, after] = [&bytes[before], &bytes[after]];
    [before, after]
        .into_iter()
        .any(inline::may_excuse_others)
        .then(|| {
            Arc::new(Beside {
                before: Secret::new(before),
                after: Secret::new(after),
            })
        })
}

/// Returns the line round `at` without its line feed, where it is not too long.
fn whole_line(bytes: &[u8], at: usize) -> Option<Range<usize>> {
    let low = at.saturating_sub(LINE_BACK + 1);
    let start = match memchr::memrchr(b'\n', &bytes[low..at]) {
        Some(feed) => low + feed + 1,
        None if low == 0 && at <= LINE_BACK => 0,
        None => return None,
    };
    let high = bytes.len().min(at + LINE_AHEAD + 1);
    let end = match memchr::memchr(b'\n', &bytes[at..high]) {
        Some(feed) => at + feed,
        None if high == bytes.len() && high <= at + LINE_AHEAD => high,
        None => return None,
    };
    Some(start..end)
}

/// Something decoded within a chunk or within another layer.
struct Layer<'a> {
    /// Where what is encoded begins.
    start: usize,
    decoded: &'a decode::Decoded,
    encodings: Vec<&'static str>,
    outer: Option<&'a Layer<'a>>,
}

impl Layer<'_> {
    /// Returns where the decoded `range` stands in the chunk.
    fn source(&self, range: &Range<usize>) -> Range<usize> {
        let here = self.decoded.source(self.start, range);
        self.outer
            .map_or_else(|| here.clone(), |outer| outer.source(&here))
    }
}
