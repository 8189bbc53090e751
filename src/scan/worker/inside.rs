//! Archives: each member is a blob of its own, at the path of the archive, `!/` and its name.

use std::{
    io::{self, Read as _},
    iter,
};

use bstr::BStr;

use super::Worker;
use crate::{
    archive,
    finding::{Skipped, SourceKind},
    scan::inside::{self, Member},
};

impl Worker<'_> {
    /// Scans a blob that comes in pieces. An archive is held as a whole, to be looked into.
    pub(super) fn stream(
        &mut self,
        path: &BStr,
        kind: SourceKind,
        reader: &mut dyn io::Read,
    ) -> Result<u64, (u64, io::Error)> {
        let mut bytes = Vec::new();
        let head = reader.take(archive::HEAD_BYTES as u64);
        let mut read = { head }.read_to_end(&mut bytes);
        let is_archive = self.options.archives.depth > 0 && archive::kind(&bytes).is_some();
        if is_archive && read.is_ok() {
            let rest = archive::MAX_BYTES.saturating_sub(bytes.len() as u64) + 1;
            read = self.watch.reader(reader).take(rest).read_to_end(&mut bytes);
            if read.is_ok() && bytes.len() as u64 <= archive::MAX_BYTES {
                let first = self.own.findings.len();
                let total = self.pieces(path, kind, &mut &bytes[..])?;
                self.look_into(path, kind, &bytes, first);
                return Ok(total);
            }
            if read.is_ok() {
                self.own.skipped.push(Skipped {
                    path: path.to_owned(),
                    reason: archive::too_large(),
                    incomplete: true,
                });
            }
        }
        let mut failed = Failed(read.err());
        self.pieces(path, kind, &mut bytes.chain(&mut failed).chain(reader))
    }

    /// Looks into the blob of which findings were told from `first` on, if it is an archive.
    pub(super) fn look_into(&mut self, path: &BStr, kind: SourceKind, bytes: &[u8], first: usize) {
        let numbers = vec![0; self.own.findings.len() - first];
        let budget = self.options.archives.clone();
        let mut members = Members {
            worker: self,
            path,
            kind,
            numbers,
        };
        let Some(inside) = inside::walk(bytes, &budget, &mut members) else {
            return;
        };
        let numbers = members.numbers;
        let mut findings = self.own.findings.split_off(first);
        inside.retain(&mut findings, &numbers);
        self.own.findings.append(&mut findings);
    }
}

/// Scans the members of the archive at `path`.
struct Members<'w, 's> {
    worker: &'w mut Worker<'s>,
    path: &'w BStr,
    kind: SourceKind,
    /// For each finding the number of its member.
    numbers: Vec<usize>,
}

impl inside::Scan for Members<'_, '_> {
    fn member(&mut self, number: usize, member: &Member, bytes: &[u8]) {
        let path = member.path(self.path);
        let before = self.worker.own.findings.len();
        self.worker.member(path.as_ref(), self.kind, bytes);
        let found = self.worker.own.findings.len() - before;
        self.numbers.extend(iter::repeat_n(number, found));
    }

    fn skip(&mut self, member: &Member, reason: String, incomplete: bool) {
        self.worker.own.skipped.push(Skipped {
            path: member.path(self.path),
            reason,
            incomplete,
        });
    }

    fn is_interrupted(&self) -> bool {
        self.worker.watch.is_interrupted()
    }
}

/// A reader that has failed, or has nothing.
struct Failed(Option<io::Error>);

impl io::Read for Failed {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        self.0.take().map_or(Ok(0), Err)
    }
}
