//! The history of a repository: each object once, of deltas only what they bring.

use std::{
    io,
    sync::atomic::{AtomicBool, AtomicU64},
};

use gix::{objs::Kind, oid};

use super::{
    Scanner,
    carry::{Carrier, Kept, Known},
};
use crate::{
    finding::Skipped,
    source::history::{BlobPlace, Bounds, Database, Made, Visit},
};

pub(crate) struct Reader<'s> {
    carrier: Carrier<'s>,
    plain: bool,
    pub blobs: u64,
    pub bytes: u64,
    pub interesting: u64,
    pub sights: u64,
    pub skipped: Vec<Skipped>,
    pub places: Vec<BlobPlace>,
}

impl Visit for Reader<'_> {
    type Kept = Known;

    fn blob(&mut self, place: BlobPlace, id: &oid, bytes: &[u8], made: Option<Made<'_, Known>>) -> Known {
        self.blobs += 1;
        self.bytes += bytes.len() as u64;
        let known = match made {
            Some(made) if !self.plain => self.carrier.made(bytes, made.base_len, made.kept, made.ops),
            _ => self.carrier.whole(bytes),
        };
        if !known.kept.is_empty() {
            self.interesting += 1;
            self.places.push(place);
            self.sights += known.kept.len() as u64;
        }
        known
    }

    fn large_blob(&mut self, place: BlobPlace, id: &oid, reader: &mut dyn io::Read, size: u64) -> io::Result<()> {
        io::copy(reader, &mut io::sink()).map(|_| ())
    }

    fn message(&mut self, kind: Kind, id: &oid, bytes: &[u8]) {}

    fn size(kept: &Known) -> usize {
        kept.size()
    }

    fn skip(&mut self, skipped: Skipped) {
        self.skipped.push(skipped);
    }
}

pub fn proto(scanner: &Scanner, folder: &std::path::Path, plain: bool, threads: usize) {
    let t = std::time::Instant::now();
    let db = Database::open(&[folder.to_owned()], gix::hash::Kind::Sha1, &mut |s| eprintln!("{s:?}"));
    eprintln!("open {:?} {}", t.elapsed(), db.len());
    let (stop, done) = (AtomicBool::new(false), AtomicU64::new(0));
    let (v, m) = db.read(
        Bounds { threads, memory_bytes: 256 << 20, stop: &stop, done: &done },
        &|| Reader {
            carrier: Carrier::new(&scanner.engine, 10000),
            plain,
            blobs: 0, bytes: 0, interesting: 0, sights: 0, skipped: vec![], places: vec![],
        },
    );
    eprintln!("read {:?}", t.elapsed());
    let mut places: Vec<BlobPlace> = v.iter().flat_map(|v| v.places.clone()).collect();
    places.sort();
    let mut absent = 0;
    let done2 = AtomicU64::new(0);
    let (g, a) = db.graph(&m, &Default::default(), &Default::default(), &places, Bounds { threads, memory_bytes: 256 << 20, stop: &stop, done: &done2 }, &mut |s| { absent += 1; eprintln!("{s:?}")});
    eprintln!("graph {:?} commits {} hot {} edges {} lone {} {} {:?} {absent}", t.elapsed(), g.commits.len(), g.trees.len(), g.trees.iter().map(|t| t.entries.len()).sum::<usize>(), g.lone_trees.len(), g.lone_blobs.len(), a);
    for v in v {
        eprintln!("{} {} {} {} {:?}", v.blobs, v.bytes, v.interesting, v.sights, v.skipped);
    }
}
