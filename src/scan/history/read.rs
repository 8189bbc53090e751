//! Reads objects: what stands in them, and where, but not yet under which path.

mod located;
mod packed;

use std::{
    borrow::Cow,
    io::{self, Read as _},
};

use bstr::{BString, ByteSlice as _};
use gix::{ObjectId, objs::Kind, oid};
pub(super) use located::Located;
use located::locate;
pub(super) use packed::Packed;

use super::HistoryOptions;
use crate::{
    archive,
    chunk::{self, decode, wide},
    engine::{Found, Scratch},
    finding::{Counts, Finding, Skipped, SourceKind},
    scan::{
        Scanner, Watch, assemble,
        blob::{self, BlobScan},
        carry::{Carrier, Known},
        lines,
    },
    source::history::{BlobPlace, Made, Visit, commits::Parts},
};

/// A blob in which something was found.
#[derive(Debug)]
pub(super) struct Interesting {
    pub(super) place: BlobPlace,
    pub(super) found: Vec<Located>,
    /// What was found in what is packed in it.
    pub(super) packed: Option<Packed>,
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
    watch: Watch<'s>,
    carrier: Carrier<'s>,
    scratch: Scratch,
    buffer: Vec<u8>,
    pub(super) blobs: Vec<Interesting>,
    pub(super) messages: Vec<InMessage>,
    pub(super) counts: Counts,
    /// How many objects were handed over.
    pub(super) taken: u64,
    pub(super) skipped: Vec<Skipped>,
    /// The objects that the next scan has to read again: in which something was found, whatever policy says of it, and those that were named.
    pub(super) again: Vec<ObjectId>,
}

impl<'s> Reader<'s> {
    pub(super) fn new(
        scanner: &'s Scanner,
        options: &'s HistoryOptions<'s>,
        watch: Watch<'s>,
    ) -> Self {
        Self {
            scanner,
            options,
            watch,
            carrier: Carrier::new(&scanner.engine, scanner.options.max_detections),
            scratch: Scratch::default(),
            buffer: Vec::new(),
            blobs: Vec::new(),
            messages: Vec::new(),
            counts: Counts::default(),
            taken: 0,
            skipped: Vec::new(),
            again: Vec::new(),
        }
    }

    fn count(&mut self, bytes: u64, found: usize) {
        self.counts.blobs += 1;
        self.counts.bytes += bytes;
        if let Some(progress) = self.watch.progress {
            progress.add_bytes(bytes);
            progress.add_findings(found as u64);
        }
    }

    /// Keeps what was `found` in a blob, and what is found in what is packed in it. `bytes` is all of it, where it is at hand.
    fn keep(
        &mut self,
        place: BlobPlace,
        id: &oid,
        len: u64,
        found: Vec<Located>,
        bytes: Option<&[u8]>,
    ) {
        let packed = bytes.and_then(|bytes| self.look_into(id, bytes));
        let in_members = packed.iter().flat_map(|packed| &packed.found);
        let in_members: usize = in_members.map(|(_, _, found)| found.len()).sum();
        self.count(len, found.len() + in_members);
        if found.len() + in_members > 0 {
            self.again.push(id.to_owned());
            self.blobs.push(Interesting {
                place,
                found,
                packed: packed.filter(|_| in_members > 0),
            });
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
                Found::Candidate(_) | Found::Known(_) => true,
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
        self.keep(place, id, bytes.len() as u64, found, Some(bytes));
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
        let mut held = Vec::new();
        io::Read::take(&mut *reader, archive::HEAD_BYTES as u64).read_to_end(&mut held)?;
        let is_archive = archive::kind(&held).is_some();
        if is_archive && size <= archive::MAX_BYTES {
            reader
                .take((size + 1).saturating_sub(held.len() as u64))
                .read_to_end(&mut held)?;
        }
        let (scratch, buffer) = (&mut self.scratch, &mut self.buffer);
        let mut limited = (&held[..]).chain(reader).take(size.saturating_add(1));
        let read = chunk::read(&mut limited, chunk_size, buffer, |chunk| {
            scan.chunk(chunk, false, scratch);
        });
        let blob::Seen { made, trouble } = scan.finish();
        for reason in trouble {
            self.name(id, reason);
        }
        let total = *read.as_ref().unwrap_or_else(|(total, _)| total);
        let is_whole = total == size && read.is_ok();
        let whole = (is_whole && held.len() as u64 == size).then_some(&held[..]);
        if is_archive && is_whole && whole.is_none() {
            self.name(id, archive::too_large());
        }
        self.keep(place, id, total, Located::all(made), whole);
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
