//! What is packed in a blob.

use bstr::{BString, ByteSlice as _};
use gix::oid;

use super::{Located, Reader};
use crate::{
    archive,
    chunk::{self, wide},
    finding::Skipped,
    scan::{
        blob::{self, BlobScan},
        inside::{self, Inside, Member},
    },
};

/// What was found in what is packed in a blob.
#[derive(Debug)]
pub(in super::super) struct Packed {
    pub(in super::super) inside: Inside,
    /// What was found in members, in the order of their numbers.
    pub(in super::super) found: Vec<(usize, Member, Vec<Located>)>,
}

impl Reader<'_> {
    /// Scans what is packed in a blob.
    pub(super) fn look_into(&mut self, id: &oid, bytes: &[u8]) -> Option<Packed> {
        archive::kind(bytes)?;
        let budget = self.scanner.options.archives.clone();
        if budget.depth == 0 {
            // Another scan may look into it.
            self.again.push(id.to_owned());
        }
        let mut members = Members {
            id,
            reader: self,
            found: Vec::new(),
        };
        let inside = inside::walk(bytes, &budget, &mut members)?;
        let found = members.found;
        Some(Packed { inside, found })
    }
}

/// Scans the members of one archive.
struct Members<'r, 's> {
    id: &'r oid,
    reader: &'r mut Reader<'s>,
    found: Vec<(usize, Member, Vec<Located>)>,
}

impl inside::Scan for Members<'_, '_> {
    fn member(&mut self, number: usize, member: &Member, bytes: &[u8]) {
        let Reader {
            scanner,
            watch,
            scratch,
            buffer,
            ..
        } = &mut *self.reader;
        let options = &scanner.options;
        let mut scan = BlobScan::new(&scanner.engine, None, options.max_detections);
        if bytes.len() > options.chunk_size {
            let mut bytes = bytes;
            let mut reader = watch.reader(&mut bytes);
            let each = |chunk: &chunk::Chunk<'_>| scan.chunk(chunk, false, scratch);
            // Memory can be read; only an interruption ends it, which is told elsewhere.
            drop(chunk::read(&mut reader, options.chunk_size, buffer, each));
        } else {
            let text = wide::as_utf8(bytes);
            scan.chunk(&chunk::Chunk::whole(&text), true, scratch);
        }
        let blob::Seen { made, trouble } = scan.finish();
        for reason in trouble {
            inside::Scan::skip(self, member, reason, true);
        }
        if !made.is_empty() {
            self.found
                .push((number, member.clone(), Located::all(made)));
        }
    }

    fn skip(&mut self, member: &Member, reason: String, incomplete: bool) {
        let blob = BString::from(format!("<blob {}>", self.id));
        self.reader.again.push(self.id.to_owned());
        self.reader.skipped.push(Skipped {
            path: member.path(blob.as_bstr()),
            reason,
            incomplete,
        });
    }

    fn is_interrupted(&self) -> bool {
        self.reader.watch.is_interrupted()
    }
}
