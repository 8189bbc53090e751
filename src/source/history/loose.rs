//! Loose objects (<https://git-scm.com/docs/gitformat-loose>).

use std::{
    io::{self, BufRead, BufReader, Read as _},
    path::{Path, PathBuf},
};

use gix::{
    objs::{self, Kind},
    oid,
    zlib::Decompress,
};

use super::{
    super::reason,
    folder::open_object,
    pack::{Trouble, Unpack},
};

/// The longest header, `commit SIZE` and a zero byte, with room to spare.
const MAX_HEADER_BYTES: usize = 64;

/// The most that deflate can make of one byte.
const MAX_RATIO: u64 = 1032;

/// Returns the file of the loose object `id` in the object database `folder`.
pub(super) fn path(folder: &Path, id: &oid) -> PathBuf {
    let hex = id.to_string();
    let (first, rest) = hex.split_at(2);
    folder.join(first).join(rest)
}

/// Returns the kind of the loose object `id`.
pub(super) fn kind(folder: &Path, id: &oid) -> Result<Kind, Trouble> {
    let file = open_object(&path(folder, id)).map_err(|error| reason(&error))?;
    Ok(Unpacking::begin(BufReader::with_capacity(128, file))?.kind)
}

/// Returns a reader of the loose object `id` and its size, when that is at least `from` bytes.
pub(super) fn stream(
    folder: &Path,
    id: &oid,
    from: u64,
) -> Result<Option<(impl io::Read, u64)>, Trouble> {
    let file = open_object(&path(folder, id)).map_err(|error| reason(&error))?;
    let unpacking = Unpacking::begin(BufReader::new(file))?;
    let size = unpacking.size;
    Ok((size >= from).then_some((unpacking, size)))
}

/// Unpacks the loose object `id` to `out`; `limit` is the most bytes it may have.
pub(super) fn unpack(
    folder: &Path,
    id: &oid,
    limit: usize,
    packed: &mut Vec<u8>,
    out: &mut Vec<u8>,
) -> Result<(), Trouble> {
    let file = open_object(&path(folder, id)).map_err(|error| reason(&error))?;
    let len = file.metadata().map_err(|error| reason(&error))?.len();
    let too_large = |size: u64| format!("it has {size} bytes, more than may be held at once");
    if len > limit as u64 + (1 << 20) {
        return Err(too_large(len));
    }
    packed.clear();
    // One byte more than there were: a file that grows meanwhile is no loose object.
    file.take(len.saturating_add(1))
        .read_to_end(packed)
        .map_err(|error| reason(&error))?;
    let mut unpacking = Unpacking::begin(&packed[..])?;
    let size = unpacking.size;
    if size > len.saturating_mul(MAX_RATIO) {
        return Err(format!("corrupt loose object: it says it has {size} bytes"));
    }
    let size = usize::try_from(size)
        .ok()
        .filter(|size| *size <= limit)
        .ok_or_else(|| too_large(size))?;
    out.clear();
    out.resize(size, 0);
    unpacking.read_exact(out).map_err(|error| corrupt(&error))?;
    match unpacking.read(&mut [0]).map_err(|error| corrupt(&error))? {
        0 => Ok(()),
        _ => Err(corrupt(&"it has more bytes than it says")),
    }
}

/// A loose object whose header was read.
struct Unpacking<R> {
    kind: Kind,
    size: u64,
    /// The first bytes: the header, and what was unpacked with it.
    start: io::Cursor<Vec<u8>>,
    rest: Unpack<R>,
}

impl<R: BufRead> Unpacking<R> {
    fn begin(packed: R) -> Result<Self, Trouble> {
        let mut rest = Unpack {
            packed,
            state: Decompress::default(),
        };
        let mut start = vec![0; MAX_HEADER_BYTES];
        let read = rest.read(&mut start).map_err(|error| corrupt(&error))?;
        start.truncate(read);
        let (kind, size, header_len) =
            objs::decode::loose_header(&start).map_err(|error| corrupt(&error))?;
        let mut start = io::Cursor::new(start);
        start.set_position(header_len as u64);
        Ok(Self {
            kind,
            size,
            start,
            rest,
        })
    }
}

impl<R: BufRead> io::Read for Unpacking<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = (&mut self.start).chain(&mut self.rest).read(buffer)?;
        if read == 0 && !buffer.is_empty() && !self.rest.packed.fill_buf()?.is_empty() {
            return Err(io::Error::other("something stands behind it"));
        }
        Ok(read)
    }
}

fn corrupt(why: &dyn std::fmt::Display) -> Trouble {
    format!("corrupt loose object: {why}")
}
