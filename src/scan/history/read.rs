//! Reads objects: what stands in them, and where, but not yet under which path.

use std::{
    borrow::Cow,
    io::{self, Read as _},
    ops::Range,
    sync::Arc,
};

use bstr::{BString, ByteSlice as _};
use gix::{ObjectId, objs::Kind, oid};

use super::HistoryOptions;
use crate::{
    archive,
    chunk::{self, decode, wide},
    detection::Detection,
    engine::{Engine, Found, Scratch},
    finding::{Counts, Finding, Skipped, SourceKind},
    matcher::lines::{LineCounter, Place},
    scan::{
        Progress, Scanner, assemble,
        blob::{self, BlobScan},
        carry::{Carrier, FoundAt, Known},
        lines,
    },
    source::history::{BlobPlace, Made, Visit, commits::Parts},
};

/// A blob in which something was found.
#[derive(Debug)]
pub(super) struct Interesting {
    pub(super) place: BlobPlace,
    pub(super) found: Vec<Located>,
}

/// Something that was found, where it stands in one blob.
#[derive(Debug)]
pub(super) struct Located {
    found: Arc<FoundAt>,
    at: usize,
    /// How many bytes it stands behind where it was found first, or before, when negative.
    shift: i64,
    start: Place,
    end: Place,
}

impl Located {
    /// Returns the detection in a blob at `path`, or nothing when a judge drops it there.
    pub(super) fn detection(&self, engine: &Engine, path: &[u8]) -> Option<Detection> {
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

    fn moved(&self, span: &Range<u64>) -> Range<u64> {
        let moved = |at: u64| at.saturating_add_signed(self.shift);
        moved(span.start)..moved(span.end)
    }
}

/// What was found in the text of a commit or tag.
#[derive(Debug)]
pub(super) struct InMessage {
    pub(super) id: ObjectId,
    pub(super) kind: Kind,
    pub(super) finding: Finding,
}

/// One thread's share.
pub(super) struct Reader<'s> {
    scanner: &'s Scanner,
    options: &'s HistoryOptions<'s>,
    progress: Option<&'s Progress>,
    carrier: Carrier<'s>,
    scratch: Scratch,
    buffer: Vec<u8>,
    pub(super) blobs: Vec<Interesting>,
    pub(super) messages: Vec<InMessage>,
    pub(super) counts: Counts,
    /// How many objects were handed over.
    pub(super) taken: u64,
    /// How many archives were scanned as they are, without what is in them.
    pub(super) archives: u64,
    pub(super) skipped: Vec<Skipped>,
    /// The objects that the next scan has to read again: in which something was found, whatever policy says of it, and those that were named.
    pub(super) again: Vec<ObjectId>,
}

impl<'s> Reader<'s> {
    pub(super) fn new(
        scanner: &'s Scanner,
        options: &'s HistoryOptions<'s>,
        progress: Option<&'s Progress>,
    ) -> Self {
        Self {
            scanner,
            options,
            progress,
            carrier: Carrier::new(&scanner.engine, scanner.options.max_detections),
            scratch: Scratch::default(),
            buffer: Vec::new(),
            blobs: Vec::new(),
            messages: Vec::new(),
            counts: Counts::default(),
            taken: 0,
            archives: 0,
            skipped: Vec::new(),
            again: Vec::new(),
        }
    }

    fn count(&mut self, bytes: u64, found: usize) {
        self.counts.blobs += 1;
        self.counts.bytes += bytes;
        if let Some(progress) = self.progress {
            progress.add_bytes(bytes);
            progress.add_findings(found as u64);
        }
    }

    /// Counts a blob that is an archive. It is to be read again, so that each scan counts it.
    fn see(&mut self, id: &oid, head: &[u8]) {
        if self.scanner.options.archives.depth > 0 && archive::kind(head).is_some() {
            self.archives += 1;
            self.again.push(id.to_owned());
        }
    }

    /// Names a blob of which not all was looked at.
    fn name(&mut self, id: &oid, reason: String) {
        self.again.push(id.to_owned());
        self.skipped.push(Skipped {
            path: BString::from(format!("<blob {id}>")),
            reason,
            incomplete: true,
        });
    }

    /// Returns false when no rule matches anywhere in `text`, and nothing in it is encoded.
    fn is_worth_a_look(&mut self, text: &[u8]) -> bool {
        let mut found = false;
        let engine = &self.scanner.engine;
        engine.find(text, 0..text.len(), true, &mut self.scratch, |one| {
            found |= match one {
                Found::Candidate(_) => true,
                // The hexadecimal ids and signatures that commits name decode to nothing.
                Found::Encoded(encoded) => decode::decode(text, &encoded).is_some(),
            }
        });
        let lines = self.scanner.rules().lines();
        found
            || lines.is_some_and(|lines| {
                let mut any = false;
                let slow = lines.starts(text, |_| any = true);
                any || !slow.is_empty()
            })
    }

    /// Scans a text of the object `id` that is no blob.
    fn text(&mut self, id: &oid, path: &[u8], kind: SourceKind, bytes: &[u8]) -> Vec<Finding> {
        let engine = &self.scanner.engine;
        let mut scan = BlobScan::new(engine, Some(path), self.scanner.options.max_detections);
        let bytes = wide::as_utf8(bytes);
        let whole = chunk::Chunk::whole(&bytes);
        scan.chunk(&whole, true, &mut self.scratch);
        let blob::Seen { made, trouble } = scan.finish();
        for reason in trouble {
            self.skipped.push(Skipped {
                path: path.into(),
                reason,
                incomplete: true,
            });
            self.again.push(id.to_owned());
        }
        if made.is_empty() {
            return Vec::new();
        }
        self.again.push(id.to_owned());
        assemble::findings(
            self.scanner.rules(),
            &self.scanner.options,
            path.as_bstr(),
            kind,
            made.into_iter().map(|made| made.detection).collect(),
        )
    }
}

impl Visit for Reader<'_> {
    type Kept = Known;

    fn blob(
        &mut self,
        place: BlobPlace,
        id: &oid,
        bytes: &[u8],
        made: Option<Made<'_, Known>>,
    ) -> Known {
        self.taken += 1;
        if bytes.len() as u64 > self.options.max_blob_bytes {
            self.name(id, crate::source::too_large(self.options.max_blob_bytes));
            return Known::nothing();
        }
        self.see(id, bytes);
        let text = wide::as_utf8(bytes);
        // A delta says what it copies of the bytes, not of the text.
        let is_wide = matches!(text, Cow::Owned(_));
        let mut known = match made {
            Some(made) if !self.options.plain && !is_wide && !made.kept.is_wide => {
                (self.carrier).made(bytes, made.base_len, made.kept, made.ops)
            }
            _ => self.carrier.whole(&text),
        };
        known.is_wide = is_wide;
        if known.overflow {
            self.name(id, blob::too_many(self.scanner.options.max_detections));
        }
        for slow in self.carrier.take_slow() {
            self.name(id, lines::too_slow(self.scanner.rules(), slow));
        }
        let found = locate(&text, &known);
        self.count(bytes.len() as u64, found.len());
        if !found.is_empty() {
            self.again.push(id.to_owned());
            self.blobs.push(Interesting { place, found });
        }
        known
    }

    fn large_blob(
        &mut self,
        place: BlobPlace,
        id: &oid,
        reader: &mut dyn io::Read,
        size: u64,
    ) -> io::Result<()> {
        self.taken += 1;
        if size > self.options.max_blob_bytes {
            self.name(id, crate::source::too_large(self.options.max_blob_bytes));
            return Ok(());
        }
        let engine = &self.scanner.engine;
        let mut scan = BlobScan::new(engine, None, self.scanner.options.max_detections);
        let chunk_size = self.scanner.options.chunk_size;
        let mut head = Vec::new();
        io::Read::take(&mut *reader, archive::HEAD_BYTES as u64).read_to_end(&mut head)?;
        self.see(id, &head);
        let (scratch, buffer) = (&mut self.scratch, &mut self.buffer);
        let mut limited = head.chain(reader).take(size.saturating_add(1));
        let read = chunk::read(&mut limited, chunk_size, buffer, |chunk| {
            scan.chunk(chunk, false, scratch);
        });
        let blob::Seen { made, trouble } = scan.finish();
        for reason in trouble {
            self.name(id, reason);
        }
        let total = *read.as_ref().unwrap_or_else(|(total, _)| total);
        self.count(total, made.len());
        if !made.is_empty() {
            self.again.push(id.to_owned());
            let places: Vec<(Place, Place)> = made
                .iter()
                .map(|made| (made.detection.start, made.detection.end))
                .collect();
            let found = Arc::new(FoundAt { start: 0, made });
            let located = places
                .into_iter()
                .enumerate()
                .map(|(at, (start, end))| Located {
                    found: Arc::clone(&found),
                    at,
                    shift: 0,
                    start,
                    end,
                });
            self.blobs.push(Interesting {
                place,
                found: located.collect(),
            });
        }
        match read {
            Ok(total) if total == size => Ok(()),
            Ok(total) => Err(io::Error::other(format!(
                "corrupt object: it has {total} bytes and says {size}"
            ))),
            Err((_, error)) => Err(error),
        }
    }

    fn message(&mut self, kind: Kind, id: &oid, bytes: &[u8]) {
        self.taken += 1;
        let parts = Parts::of(bytes);
        let (what, source) = if kind == Kind::Tag {
            ("tag", SourceKind::Ref)
        } else {
            ("commit", SourceKind::Message)
        };
        if kind == Kind::Commit {
            self.counts.commits += 1;
        }
        self.counts.bytes += bytes.len() as u64;
        // Most commits say nothing of interest: one look over all of the text settles that.
        let people = parts.people();
        let len = parts.message.len() + people.map_or(0, |people| people.len() + 1);
        let text = &bytes[bytes.len().saturating_sub(len)..];
        if !self.is_worth_a_look(text) {
            return;
        }
        // Lines are those of the message; of what stands before it, those of the headers that people write.
        let path = format!("<{what} {id}>");
        let mut found = self.text(id, path.as_bytes(), source, parts.message);
        if let Some(people) = people {
            let path = format!("<{what} {id} header>");
            found.extend(self.text(id, path.as_bytes(), source, people));
        }
        self.messages
            .extend(found.into_iter().map(|finding| InMessage {
                id: id.to_owned(),
                kind,
                finding,
            }));
    }

    fn size(kept: &Known) -> usize {
        kept.size()
    }

    fn skip(&mut self, skipped: Skipped) {
        self.skipped.push(skipped);
    }
}

/// Returns what is known of an object with its places, in the order of detections.
fn locate(bytes: &[u8], known: &Known) -> Vec<Located> {
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
