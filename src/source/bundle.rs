//! Objects of git outside a repository: packs (gitformat-pack(5)) and bundles (gitformat-bundle(5)), in memory.

use std::{collections::HashMap, io::Read as _, rc::Rc};

use gix::{
    ObjectId,
    hash::Kind as Hash,
    objs::{self, Kind},
    odb::pack::data::{Entry, entry::Header},
};

use super::history::delta;

/// How many bytes of bases are held at most.
const HELD_BYTES: usize = 256 << 20;

/// Who is given the objects of a pack.
pub trait Take {
    /// Takes a blob, or the text of a commit or tag, called by its id; returns false when no more is wanted.
    fn object(&mut self, id: &str, bytes: &[u8]) -> bool;
    /// Is told what was left out.
    fn left_out(&mut self, reason: &str);
}

/// How much is unpacked.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// How many bytes of an object.
    pub object_bytes: u64,
    /// How many bytes of all that is packed, each byte counted once.
    pub bytes: u64,
}

/// Reads a bundle: lines of text, an empty line, and a pack.
///
/// # Errors
///
/// What is wrong with it; the objects before the damage were handed over.
pub fn bundle(bytes: &[u8], limits: Limits, take: &mut dyn Take) -> Result<(), String> {
    let end =
        memchr::memmem::find(bytes, b"\n\nPACK").ok_or_else(|| "it has no pack".to_owned())?;
    let is_sha256 = memchr::memmem::find(&bytes[..end], b"\n@object-format=sha256").is_some();
    let hash = if is_sha256 { Hash::Sha256 } else { Hash::Sha1 };
    objects(&bytes[end + 2..], hash, limits, take)
}

/// Reads a pack. Nothing in it says how its objects are named; nearly all of the world's are named by SHA-1.
///
/// # Errors
///
/// As [`bundle`].
pub fn pack(bytes: &[u8], limits: Limits, take: &mut dyn Take) -> Result<(), String> {
    objects(bytes, Hash::Sha1, limits, take)
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
struct Objects<'a, 't> {
    bytes: &'a [u8],
    hash: Hash,
    deltas: HashMap<Base, Vec<Entry>>,
    limits: Limits,
    /// How many bytes may be unpacked still.
    left: u64,
    take: &'t mut dyn Take,
    /// No more is wanted.
    is_done: bool,
}

fn objects(bytes: &[u8], hash: Hash, limits: Limits, take: &mut dyn Take) -> Result<(), String> {
    let count = bytes
        .get(8..12)
        .and_then(|digits| digits.try_into().ok())
        .map(u32::from_be_bytes)
        .ok_or_else(|| "its header is cut short".to_owned())?;
    let mut all = Objects {
        bytes,
        hash,
        deltas: HashMap::new(),
        limits,
        left: limits.bytes,
        take,
        is_done: false,
    };
    let mut whole = Vec::new();
    let mut at = 12;
    let mut broken = None;
    for _ in 0..count {
        let entry = match all.entry(at) {
            Ok(entry) => entry,
            Err(stop) => {
                // What stands before the damage can be read.
                broken = Some(stop);
                break;
            }
        };
        let end = all.end(&entry);
        let is_spent = all.left == 0;
        if end.is_ok() || is_spent {
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
        }
        match end {
            Ok(end) => at = end,
            Err(stop) => {
                broken = Some(stop);
                break;
            }
        }
    }
    for entry in whole {
        all.tree(&entry)?;
        if all.is_done {
            return Ok(());
        }
    }
    let left: usize = all.deltas.values().map(Vec::len).sum();
    if left > 0 {
        let reason = format!("{left} objects in it are made from others that it does not have");
        all.take.left_out(&reason);
    }
    broken.map_or(Ok(()), Err)
}

impl Objects<'_, '_> {
    /// Returns the entry at `at`.
    fn entry(&self, at: u64) -> Result<Entry, String> {
        let rest = usize::try_from(at).ok().and_then(|at| self.bytes.get(at..));
        Entry::from_bytes(rest.ok_or_else(cut_short)?, at, self.hash).map_err(text)
    }

    /// Returns where an entry ends.
    fn end(&mut self, entry: &Entry) -> Result<u64, String> {
        let mut reader = self.inflate(entry)?.take(self.left.saturating_add(1));
        let len = std::io::copy(&mut reader, &mut std::io::sink()).map_err(text)?;
        let end = entry.data_offset + reader.into_inner().total_in();
        let is_spent = len > self.left;
        self.left = self.left.saturating_sub(len);
        if is_spent {
            return Err(
                "more is packed in it than is looked into; the rest was left out".to_owned(),
            );
        }
        Ok(end)
    }

    fn inflate(&self, entry: &Entry) -> Result<flate2::bufread::ZlibDecoder<&[u8]>, String> {
        let from = usize::try_from(entry.data_offset).ok();
        let data = from.and_then(|from| self.bytes.get(from..));
        let data = data.ok_or_else(cut_short)?;
        Ok(flate2::bufread::ZlibDecoder::new(data))
    }

    fn unpacked(&self, entry: &Entry) -> Result<Vec<u8>, String> {
        let mut out = Vec::new();
        let most = self.limits.object_bytes.saturating_add(1);
        let mut reader = self.inflate(entry)?.take(most);
        reader.read_to_end(&mut out).map_err(text)?;
        Ok(out)
    }

    /// Hands over the object that `entry` has whole, and all that are made from it.
    fn tree(&mut self, entry: &Entry) -> Result<(), String> {
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
            let id = objs::compute_hash(self.hash, kind, &bytes).map_err(text)?;
            if kind != Kind::Tree {
                self.is_done = !self.take.object(&id.to_string(), &bytes);
                if self.is_done {
                    return Ok(());
                }
            }
            let by_place = self.deltas.remove(&Base::At(at)).unwrap_or_default();
            let by_name = self.deltas.remove(&Base::Named(id)).unwrap_or_default();
            let mut held: usize = stack.iter().map(|object| object.bytes.len()).sum();
            for entry in by_place.into_iter().chain(by_name) {
                let delta = self.unpacked(&entry)?;
                let most = usize::try_from(self.limits.object_bytes).unwrap_or(usize::MAX);
                let done = delta::apply(&bytes, &delta, most, &mut made, &mut ops);
                if let Err(error) = done {
                    let reason = format!("an object in it cannot be unpacked: {error}");
                    self.take.left_out(&reason);
                    continue;
                }
                held += made.len();
                if held > HELD_BYTES {
                    return Err("too much of it would have to be held in memory".to_owned());
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

fn cut_short() -> String {
    "it is cut short".to_owned()
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "it stands where errors are mapped"
)]
fn text(error: impl ToString) -> String {
    error.to_string()
}
