//! Archives: each member is a blob of its own, at the path of the archive, `!/` and its name.

use std::{
    collections::HashSet,
    io::{self, Read as _},
};

use bstr::{BStr, BString};

use super::Worker;
use crate::{
    archive::{self, Budget, Kind, Visit},
    finding::{Finding, IN_ARCHIVE, Skipped, SourceKind},
    secret::Fingerprint,
};

/// How large an archive may be that is held in memory, in bytes.
const MAX_BYTES: u64 = 256 << 20;

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
            let rest = MAX_BYTES.saturating_sub(bytes.len() as u64) + 1;
            read = self.watch.reader(reader).take(rest).read_to_end(&mut bytes);
            if read.is_ok() && bytes.len() as u64 <= MAX_BYTES {
                let first = self.own.findings.len();
                let total = self.pieces(path, kind, &mut &bytes[..])?;
                self.look_into(path, kind, &bytes, first);
                return Ok(total);
            }
            if read.is_ok() {
                self.own.skipped.push(Skipped {
                    path: path.to_owned(),
                    reason: format!(
                        "archives larger than {} MiB are not looked into",
                        MAX_BYTES >> 20
                    ),
                    incomplete: true,
                });
            }
        }
        let mut failed = Failed(read.err());
        self.pieces(path, kind, &mut bytes.chain(&mut failed).chain(reader))
    }

    /// Looks into the blob of which findings were told from `first` on, if it is an archive.
    pub(super) fn look_into(&mut self, path: &BStr, kind: SourceKind, bytes: &[u8], first: usize) {
        let mut budget = self.options.archives.clone();
        if let Some(of) = archive::kind(bytes).filter(|_| budget.depth > 0) {
            self.unpack((path, kind), of, bytes, &mut budget, first);
        }
    }

    /// Scans the members of an archive.
    fn unpack(
        &mut self,
        (path, kind): (&BStr, SourceKind),
        of: Kind,
        bytes: &[u8],
        budget: &mut Budget,
        first: usize,
    ) {
        let inside = self.own.findings.len();
        let mut members = Members {
            worker: self,
            path,
            kind,
            of,
        };
        archive::read(of, path, bytes, budget, &mut members);
        // What is stored as it is was found twice. A member is the better place; in a mail it is the line that can be read there.
        let is_better = |finding: &Finding| of == Kind::Mail && finding.decoded.is_empty();
        let (outside, within) = self.own.findings.split_at(inside);
        let outside: HashSet<Fingerprint> = outside[first..]
            .iter()
            .filter(|finding| is_better(finding))
            .map(|finding| finding.fingerprint)
            .collect();
        let within: HashSet<Fingerprint> =
            within.iter().map(|finding| finding.fingerprint).collect();
        let mut at = 0;
        self.own.findings.retain(|finding| {
            at += 1;
            match at - 1 {
                before if before < first => true,
                before if before < inside => {
                    is_better(finding) || !within.contains(&finding.fingerprint)
                }
                _ => !outside.contains(&finding.fingerprint),
            }
        });
    }
}

/// Takes the members of one archive.
struct Members<'w, 's> {
    worker: &'w mut Worker<'s>,
    path: &'w BStr,
    kind: SourceKind,
    of: Kind,
}

impl Members<'_, '_> {
    fn at(&self, name: &[u8]) -> BString {
        let mut name = name;
        while let Some(rest) = name.strip_prefix(b"/").or_else(|| name.strip_prefix(b"./")) {
            name = rest;
        }
        if name.is_empty() {
            return self.path.to_owned();
        }
        [self.path, IN_ARCHIVE.as_bytes(), name].concat().into()
    }
}

impl Visit for Members<'_, '_> {
    fn member(&mut self, name: &[u8], bytes: &[u8], budget: &mut Budget) -> bool {
        let nested = archive::kind(bytes);
        // `x.tar.gz` is one archive, and the members are those of `x.tar.gz`.
        let is_same = self.of.is_one_file() && nested == Some(Kind::Tar);
        let path = if is_same {
            self.path.to_owned()
        } else {
            self.at(name)
        };
        let first = self.worker.own.findings.len();
        if !is_same {
            self.worker.member(path.as_ref(), self.kind, bytes);
        }
        match nested {
            Some(of) if is_same || budget.depth > 1 => {
                budget.depth -= usize::from(!is_same);
                let place = (path.as_ref(), self.kind);
                self.worker.unpack(place, of, bytes, budget, first);
                budget.depth += usize::from(!is_same);
            }
            Some(_) => {
                let most = self.worker.options.archives.depth;
                let reason = format!(
                    "an archive in archives, nested deeper than {most} (--max-archive-depth)"
                );
                self.skip(name, reason, true);
            }
            None => {}
        }
        !self.worker.watch.is_interrupted()
    }

    fn skip(&mut self, name: &[u8], reason: String, incomplete: bool) {
        self.worker.own.skipped.push(Skipped {
            path: self.at(name),
            reason,
            incomplete,
        });
    }
}

/// A reader that has failed, or has nothing.
struct Failed(Option<io::Error>);

impl io::Read for Failed {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        self.0.take().map_or(Ok(0), Err)
    }
}
