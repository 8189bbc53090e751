//! Packs, indices and loose objects made by hand, so that they can say what git would never write.

use std::{
    io::Write as _,
    path::{Path, PathBuf},
};

use gix::{
    ObjectId,
    hash::Kind as Hash,
    objs::Kind,
    zlib::{Compression, stream::deflate},
};

/// The number of an entry's type (<https://git-scm.com/docs/gitformat-pack>).
pub(super) const OFS_DELTA: u8 = 6;
pub(super) const REF_DELTA: u8 = 7;

/// A pack that is being made.
pub(super) struct Packer {
    pub(super) bytes: Vec<u8>,
    pub(super) entries: Vec<Entry>,
}

/// What an index says of an entry.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry {
    pub(super) id: ObjectId,
    pub(super) offset: u64,
    pub(super) crc: u32,
}

impl Packer {
    pub(super) fn new() -> Self {
        Self {
            bytes: b"PACK\0\0\0\x02\0\0\0\0".to_vec(),
            entries: Vec::new(),
        }
    }

    /// Adds an object as it should be.
    pub(super) fn whole(&mut self, kind: Kind, bytes: &[u8]) -> ObjectId {
        let id = id(kind, bytes);
        self.entry(id, number(kind), bytes.len() as u64, &[], &zlib(bytes));
        id
    }

    pub(super) fn blob(&mut self, bytes: impl AsRef<[u8]>) -> ObjectId {
        self.whole(Kind::Blob, bytes.as_ref())
    }

    /// Adds a delta for the entry at `base`; `id` is what the index calls it.
    pub(super) fn ofs_delta(&mut self, id: ObjectId, base: u64, delta: &[u8]) -> u64 {
        let distance = offset_bytes(self.end() - base);
        self.entry(id, OFS_DELTA, delta.len() as u64, &distance, &zlib(delta))
    }

    /// Adds a delta for the object `base`.
    pub(super) fn ref_delta(&mut self, id: ObjectId, base: ObjectId, delta: &[u8]) -> u64 {
        let len = delta.len() as u64;
        self.entry(id, REF_DELTA, len, base.as_bytes(), &zlib(delta))
    }

    /// Adds an entry of which everything is given; `base` stands between header and data. Returns where it begins.
    pub(super) fn entry(
        &mut self,
        id: ObjectId,
        number: u8,
        size: u64,
        base: &[u8],
        data: &[u8],
    ) -> u64 {
        let offset = self.end();
        self.bytes.extend(header(number, size));
        self.bytes.extend(base);
        self.bytes.extend(data);
        let crc = crc32fast::hash(&self.bytes[usize::try_from(offset).unwrap()..]);
        self.entries.push(Entry { id, offset, crc });
        offset
    }

    /// Returns where the next entry begins.
    pub(super) fn end(&self) -> u64 {
        self.bytes.len() as u64
    }

    /// Writes count and checksum, and returns the pack with its entries.
    pub(super) fn finish(mut self) -> (Vec<u8>, Vec<Entry>) {
        let count = u32::try_from(self.entries.len()).unwrap();
        self.bytes[8..12].copy_from_slice(&count.to_be_bytes());
        (seal(self.bytes), self.entries)
    }

    /// Puts the pack and its index in the object database `objects`.
    pub(super) fn install(self, objects: &Path) -> PathBuf {
        let (pack, entries) = self.finish();
        let index = index(&pack, entries);
        install(objects, &pack, &index)
    }
}

/// Writes a pack and its index, named as git would, and returns the pack's path.
pub(super) fn install(objects: &Path, pack: &[u8], index: &[u8]) -> PathBuf {
    let folder = objects.join("pack");
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join(format!("pack-{}.pack", hash(pack)));
    std::fs::write(&path, pack).unwrap();
    std::fs::write(path.with_extension("idx"), index).unwrap();
    path
}

/// Returns the index of `pack`, sorted.
pub(super) fn index(pack: &[u8], mut entries: Vec<Entry>) -> Vec<u8> {
    entries.sort_by_key(|entry| entry.id);
    index_of(pack, &entries, 2, false)
}

/// Returns an index of `pack` of either version, in the order of `entries`; all offsets stand in the large table when `large`.
pub(super) fn index_of(pack: &[u8], entries: &[Entry], version: u32, large: bool) -> Vec<u8> {
    let mut out = Vec::new();
    if version == 2 {
        out.extend(b"\xfftOc\0\0\0\x02");
    }
    for first in 0..=u8::MAX {
        let below = entries.iter().filter(|e| e.id.as_bytes()[0] <= first);
        out.extend(u32::try_from(below.count()).unwrap().to_be_bytes());
    }
    let small = |offset: u64| u32::try_from(offset).unwrap().to_be_bytes();
    if version == 1 {
        for entry in entries {
            out.extend(small(entry.offset));
            out.extend(entry.id.as_bytes());
        }
    } else {
        out.extend(entries.iter().flat_map(|e| e.id.as_bytes()));
        out.extend(entries.iter().flat_map(|e| e.crc.to_be_bytes()));
        let mut table = Vec::new();
        for entry in entries {
            if large || entry.offset >= 1 << 31 {
                let at = u32::try_from(table.len() / 8).unwrap();
                out.extend((at | 1 << 31).to_be_bytes());
                table.extend(entry.offset.to_be_bytes());
            } else {
                out.extend(small(entry.offset));
            }
        }
        out.extend(table);
    }
    out.extend(&pack[pack.len() - 20..]);
    seal(out)
}

/// Returns `bytes` with their checksum behind them.
pub(super) fn seal(mut bytes: Vec<u8>) -> Vec<u8> {
    let sum = hash(&bytes);
    bytes.extend(sum.as_bytes());
    bytes
}

/// Returns `bytes`, which end with a checksum, with the right one.
pub(super) fn reseal(mut bytes: Vec<u8>) -> Vec<u8> {
    bytes.truncate(bytes.len() - 20);
    seal(bytes)
}

fn hash(bytes: &[u8]) -> ObjectId {
    let mut hasher = gix::hash::hasher(Hash::Sha1);
    hasher.update(bytes);
    hasher.try_finalize().unwrap()
}

/// Returns the id of an object.
pub(super) fn id(kind: Kind, bytes: &[u8]) -> ObjectId {
    gix::objs::compute_hash(Hash::Sha1, kind, bytes).unwrap()
}

/// Returns an id that stands for nothing.
pub(super) fn made_up(n: u32) -> ObjectId {
    hash(&n.to_be_bytes())
}

/// Returns an entry of a tree (<https://git-scm.com/docs/gitformat-pack>, "tree").
pub(super) fn entry(mode: &str, name: impl AsRef<[u8]>, id: ObjectId) -> Vec<u8> {
    let name = name.as_ref();
    [mode.as_bytes(), b" ", name, b"\0", id.as_bytes()].concat()
}

/// Returns a commit as it should be.
pub(super) fn commit(tree: ObjectId, parents: &[ObjectId]) -> String {
    let parent = |id| format!("parent {id}\n");
    let parents = parents.iter().map(parent).collect::<Vec<_>>().concat();
    format!("tree {tree}\n{parents}{PEOPLE}\nmessage\n")
}

/// Who made a commit.
pub(super) const PEOPLE: &str = "author A <a@example.com> 1767225600 +0000\n\
                                 committer A <a@example.com> 1767225600 +0000\n";

/// Returns a tag as it should be.
pub(super) fn tag(target: ObjectId, kind: &str, message: &str) -> String {
    format!(
        "object {target}\ntype {kind}\ntag v\ntagger A <a@example.com> 1767225600 +0000\n\n{message}\n"
    )
}

/// Returns the header of an entry.
fn header(number: u8, mut size: u64) -> Vec<u8> {
    let low = |size: u64, mask: u64| u8::try_from(size & mask).unwrap();
    let mut out = vec![number << 4 | low(size, 15)];
    size >>= 4;
    while size > 0 {
        *out.last_mut().unwrap() |= 0x80;
        out.push(low(size, 0x7f));
        size >>= 7;
    }
    out
}

/// Returns a distance as deltas by offset have it.
pub(super) fn offset_bytes(mut distance: u64) -> Vec<u8> {
    let low = |distance: u64| u8::try_from(distance & 0x7f).unwrap();
    let mut out = vec![low(distance)];
    distance >>= 7;
    while distance > 0 {
        distance -= 1;
        out.push(low(distance) | 0x80);
        distance >>= 7;
    }
    out.reverse();
    out
}

fn number(kind: Kind) -> u8 {
    match kind {
        Kind::Commit => 1,
        Kind::Tree => 2,
        Kind::Blob => 3,
        Kind::Tag => 4,
    }
}

pub(super) fn zlib(bytes: &[u8]) -> Vec<u8> {
    if bytes.len() < 32 {
        return stored(bytes);
    }
    let mut writer = deflate::Write::new(Vec::new(), Compression::DEFAULT);
    writer.write_all(bytes).unwrap();
    writer.flush().unwrap();
    writer.into_inner()
}

/// Returns `bytes` as a zlib stream that packs nothing (RFC 1950, RFC 1951 3.2.4): made at once.
fn stored(bytes: &[u8]) -> Vec<u8> {
    let len = u16::try_from(bytes.len()).unwrap();
    let (mut a, mut b) = (1_u32, 0_u32);
    for byte in bytes {
        a = (a + u32::from(*byte)) % 65521;
        b = (b + a) % 65521;
    }
    let mut out = vec![0x78, 0x01, 1];
    out.extend(len.to_le_bytes());
    out.extend((!len).to_le_bytes());
    out.extend(bytes);
    out.extend((b << 16 | a).to_be_bytes());
    out
}

/// A delta that is being made (<https://git-scm.com/docs/gitformat-pack#_deltified_representation>).
pub(super) struct Delta(Vec<u8>);

impl Delta {
    pub(super) fn new(base_size: u64, size: u64) -> Self {
        let mut bytes = Vec::new();
        for mut size in [base_size, size] {
            loop {
                let low = u8::try_from(size & 0x7f).unwrap();
                size >>= 7;
                if size == 0 {
                    bytes.push(low);
                    break;
                }
                bytes.push(low | 0x80);
            }
        }
        Self(bytes)
    }

    pub(super) fn copy(mut self, from: u32, len: u32) -> Self {
        self.0.push(0xff);
        self.0.extend(from.to_le_bytes());
        self.0.extend(&len.to_le_bytes()[..3]);
        self
    }

    pub(super) fn insert(mut self, bytes: impl AsRef<[u8]>) -> Self {
        for part in bytes.as_ref().chunks(127) {
            self.0.push(u8::try_from(part.len()).unwrap());
            self.0.extend(part);
        }
        self
    }

    pub(super) fn end(self) -> Vec<u8> {
        self.0
    }
}

/// Returns a delta that puts `text` behind all of the base, and what it makes.
pub(super) fn append(base: &[u8], text: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let made = [base, text].concat();
    let len = u32::try_from(base.len()).unwrap();
    let delta = Delta::new(base.len() as u64, made.len() as u64);
    (delta.copy(0, len).insert(text).end(), made)
}

/// Returns the bytes of a loose object, packed, with the header `header`.
pub(super) fn loose(header: &str, bytes: &[u8]) -> Vec<u8> {
    zlib(&[header.as_bytes(), b"\0", bytes].concat())
}

/// Returns where the loose object `id` lies.
pub(super) fn loose_path(objects: &Path, id: ObjectId) -> PathBuf {
    let hex = id.to_string();
    let (folder, name) = hex.split_at(2);
    std::fs::create_dir_all(objects.join(folder)).unwrap();
    objects.join(folder).join(name)
}

/// Writes a loose object of which everything is given.
pub(super) fn put_loose(objects: &Path, id: ObjectId, packed: &[u8]) -> PathBuf {
    let path = loose_path(objects, id);
    // Git makes them read-only.
    drop(std::fs::remove_file(&path));
    std::fs::write(&path, packed).unwrap();
    path
}
