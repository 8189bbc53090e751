//! Objects of git outside a repository: packs (gitformat-pack(5)) and bundles (gitformat-bundle(5)). Each blob and each message is a member,
//! called by its id.

use std::{collections::HashMap, io::Read as _, rc::Rc};

use gix::{
    ObjectId,
    hash::Kind as Hash,
    objs::{self, Kind},
    odb::pack::data::{Entry, entry::Header},
};

use super::{Stop, Unpack};
use crate::source::history::delta;

/// How many bytes of bases are held at most.
const HELD_BYTES: usize = 256 << 20;

/// Reads a bundle: lines of text, an empty line, and a pack.
pub(super) fn bundle(bytes: &[u8], unpack: &mut Unpack<'_>) -> Result<(), Stop> {
    let end = memchr::memmem::find(bytes, b"\n\nPACK")
        .ok_or_else(|| Stop::Broken("it has no pack".to_owned()))?;
    let is_sha256 = memchr::memmem::find(&bytes[..end], b"\n@object-format=sha256").is_some();
    let hash = if is_sha256 { Hash::Sha256 } else { Hash::Sha1 };
    objects(&bytes[end + 2..], hash, unpack)
}

/// Reads a pack. Nothing in it says how its objects are named; nearly all of the world's are named by SHA-1.
pub(super) fn pack(bytes: &[u8], unpack: &mut Unpack<'_>) -> Result<(), Stop> {
    objects(bytes, Hash::Sha1, unpack)
}

/// What an object is made from.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Base {
    At(u64),
    Named(ObjectId),
}

/// An object that others may be made from.
struct Object {
    at: u64,
    kind: Kind,
    bytes: Rc<[u8]>,
}

/// Goes through the objects of a pack: those that are stored whole, and from each what is made from it.
struct Objects<'a, 'u, 'v> {
    bytes: &'a [u8],
    hash: Hash,
    deltas: HashMap<Base, Vec<Entry>>,
    unpack: &'u mut Unpack<'v>,
}

fn objects(bytes: &[u8], hash: Hash, unpack: &mut Unpack<'_>) -> Result<(), Stop> {
    let count = bytes
        .get(8..12)
        .and_then(|digits| digits.try_into().ok())
        .map(u32::from_be_bytes)
        .ok_or_else(|| Stop::Broken("its header is cut short".to_owned()))?;
    let mut all = Objects {
        bytes,
        hash,
        deltas: HashMap::new(),
        unpack,
    };
    let mut whole = Vec::new();
    let mut at = 12;
    let mut broken = None;
    for _ in 0..count {
        let (entry, end) = match all.entry(at) {
            Ok(found) => found,
            Err(stop) => {
                // What stands before the damage can be read.
                broken = Some(stop);
                break;
            }
        };
        match entry.header {
            Header::OfsDelta { base_distance } => {
                let base = Base::At(at.saturating_sub(base_distance));
                all.deltas.entry(base).or_default().push(entry);
            }
            Header::RefDelta { base_id } => {
                let base = Base::Named(base_id);
                all.deltas.entry(base).or_default().push(entry);
            }
            _ => whole.push(entry),
        }
        at = end;
    }
    for entry in whole {
        all.tree(&entry)?;
    }
    let left: usize = all.deltas.values().map(Vec::len).sum();
    if left > 0 {
        let reason = format!("{left} objects in it are made from others that it does not have");
        all.unpack.skip(b"", &reason, true);
    }
    broken.map_or(Ok(()), Err)
}

impl Objects<'_, '_, '_> {
    /// Returns the entry at `at`, and where it ends.
    fn entry(&self, at: u64) -> Result<(Entry, u64), Stop> {
        let rest = usize::try_from(at).ok().and_then(|at| self.bytes.get(at..));
        let rest = rest.ok_or_else(|| Stop::Broken("it is cut short".to_owned()))?;
        let entry = Entry::from_bytes(rest, at, self.hash).map_err(Stop::broken)?;
        let mut reader = self.inflate(&entry)?;
        std::io::copy(&mut reader, &mut std::io::sink()).map_err(Stop::broken)?;
        let end = entry.data_offset + reader.total_in();
        Ok((entry, end))
    }

    fn inflate(&self, entry: &Entry) -> Result<flate2::bufread::ZlibDecoder<&[u8]>, Stop> {
        let from = usize::try_from(entry.data_offset).ok();
        let data = from.and_then(|from| self.bytes.get(from..));
        let data = data.ok_or_else(|| Stop::Broken("it is cut short".to_owned()))?;
        Ok(flate2::bufread::ZlibDecoder::new(data))
    }

    fn unpacked(&self, entry: &Entry) -> Result<Vec<u8>, Stop> {
        let mut out = Vec::new();
        let most = self.unpack.budget.member_bytes.saturating_add(1);
        let mut reader = self.inflate(entry)?.take(most);
        reader.read_to_end(&mut out).map_err(Stop::broken)?;
        Ok(out)
    }

    /// Hands over the object that `entry` has whole, and all that are made from it.
    fn tree(&mut self, entry: &Entry) -> Result<(), Stop> {
        let kind = match entry.header {
            Header::Commit => Kind::Commit,
            Header::Tag => Kind::Tag,
            Header::Tree => Kind::Tree,
            _ => Kind::Blob,
        };
        let mut stack = vec![Object {
            at: entry.pack_offset(),
            kind,
            bytes: self.unpacked(entry)?.into(),
        }];
        let (mut made, mut ops) = (Vec::new(), Vec::new());
        while let Some(Object { at, kind, bytes }) = stack.pop() {
            let id = objs::compute_hash(self.hash, kind, &bytes).map_err(Stop::broken)?;
            if kind != Kind::Tree {
                self.unpack
                    .member(id.to_string().as_bytes(), &mut &bytes[..])?;
            }
            let by_place = self.deltas.remove(&Base::At(at)).unwrap_or_default();
            let by_name = self.deltas.remove(&Base::Named(id)).unwrap_or_default();
            let mut held: usize = stack.iter().map(|object| object.bytes.len()).sum();
            for entry in by_place.into_iter().chain(by_name) {
                let delta = self.unpacked(&entry)?;
                let most = usize::try_from(self.unpack.budget.member_bytes).unwrap_or(usize::MAX);
                let done = delta::apply(&bytes, &delta, most, &mut made, &mut ops);
                if let Err(error) = done {
                    let reason = format!("an object in it cannot be unpacked: {error}");
                    self.unpack.skip(b"", &reason, true);
                    continue;
                }
                held += made.len();
                if held > HELD_BYTES {
                    return Err(Stop::Broken(
                        "too much of it would have to be held in memory".to_owned(),
                    ));
                }
                stack.push(Object {
                    at: entry.pack_offset(),
                    kind,
                    bytes: made.as_slice().into(),
                });
            }
        }
        Ok(())
    }
}
