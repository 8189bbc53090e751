//! Loose objects (<https://git-scm.com/docs/gitformat-loose>).

use std::{
    fs::File,
    io::{self, BufReader, Read as _},
    path::{Path, PathBuf},
};

use gix::{
    objs::{self, Kind},
    oid,
    zlib::{Decompress, Inflate},
};

use super::pack::{Trouble, Unpack};

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
    let mut packed = Vec::new();
    File::open(path(folder, id))
        .and_then(|file| file.take(128).read_to_end(&mut packed))
        .map_err(|error| error.to_string())?;
    let mut header = [0; MAX_HEADER_BYTES];
    let (kind, ..) = read_header(&mut Inflate::default(), &packed, &mut header)?;
    Ok(kind)
}

fn read_header(
    inflate: &mut Inflate,
    packed: &[u8],
    header: &mut [u8; MAX_HEADER_BYTES],
) -> Result<(Kind, u64, usize, usize, usize), Trouble> {
    inflate.reset();
    let (_, consumed, written) = inflate
        .prefix(packed, header)
        .map_err(|error| format!("corrupt loose object: {error}"))?;
    let (kind, size, skip) = objs::decode::loose_header(&header[..written])
        .map_err(|error| format!("corrupt loose object: {error}"))?;
    Ok((kind, size, skip, consumed, written))
}

/// Returns a reader of the loose object `id` and its size, when that is at least `from` bytes.
pub(super) fn stream(
    folder: &Path,
    id: &oid,
    from: u64,
) -> Result<Option<(impl io::Read, u64)>, Trouble> {
    let file = File::open(path(folder, id)).map_err(|error| error.to_string())?;
    let mut reader = Unpack {
        packed: BufReader::new(file),
        state: Decompress::default(),
    };
    let mut header = Vec::new();
    for byte in reader.by_ref().bytes().take(MAX_HEADER_BYTES) {
        let byte = byte.map_err(|error| format!("corrupt loose object: {error}"))?;
        header.push(byte);
        if byte == 0 {
            break;
        }
    }
    let (_, size, _) = objs::decode::loose_header(&header)
        .map_err(|error| format!("corrupt loose object: {error}"))?;
    Ok((size >= from).then_some((reader, size)))
}

/// Unpacks the loose object `id` to `out`; `limit` is the most bytes it may have.
pub(super) fn unpack(
    folder: &Path,
    id: &oid,
    limit: usize,
    packed: &mut Vec<u8>,
    out: &mut Vec<u8>,
) -> Result<(), Trouble> {
    let file = File::open(path(folder, id)).map_err(|error| error.to_string())?;
    let len = file.metadata().map_err(|error| error.to_string())?.len();
    let too_large = |size: u64| format!("it has {size} bytes, more than may be held at once");
    if len > limit as u64 + (1 << 20) {
        return Err(too_large(len));
    }
    packed.clear();
    // One byte more than there were: a file that grows meanwhile is no loose object.
    file.take(len.saturating_add(1))
        .read_to_end(packed)
        .map_err(|error: io::Error| error.to_string())?;
    let mut inflate = Inflate::default();
    let mut header = [0; MAX_HEADER_BYTES];
    let (_, size, skip, consumed, written) = read_header(&mut inflate, packed, &mut header)?;
    if size > len.saturating_mul(MAX_RATIO) {
        return Err(format!("corrupt loose object: it says it has {size} bytes"));
    }
    let size = usize::try_from(size)
        .ok()
        .filter(|size| *size <= limit)
        .ok_or_else(|| too_large(size))?;
    if written.saturating_sub(skip) > size {
        return Err("corrupt loose object: it has more bytes than it says".to_owned());
    }
    let unpacked = inflate
        .rest(&packed[consumed..], &header[..written], skip, out, size)
        .map_err(|error| format!("corrupt loose object: {error}"))?;
    if unpacked == size {
        Ok(())
    } else {
        Err("corrupt loose object: it is cut short".to_owned())
    }
}
