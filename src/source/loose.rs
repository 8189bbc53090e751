//! Reads a loose object as a stream, opened once. What was just staged is loose, and a hook need not hold a large file in memory.

use std::{
    fs::File,
    io::{self, BufReader, Read},
    path::Path,
};

use gix::{
    ObjectId,
    objs::Kind,
    zlib::{Decompress, stream::inflate},
};

/// The longest header of a loose object, `commit SIZE` and a zero byte, with room to spare.
const MAX_HEADER_BYTES: usize = 64;

/// The content of a loose object.
pub(super) struct Loose {
    pub(super) kind: Kind,
    /// How many bytes it says it has.
    pub(super) size: u64,
    file: BufReader<File>,
    state: Decompress,
}

/// Opens the object `id`, or gives none when it is not loose in `objects_dir`.
pub(super) fn open(objects_dir: &Path, id: &ObjectId) -> io::Result<Option<Loose>> {
    let hex = id.to_string();
    let (folder, name) = hex.split_at(2);
    let file = match File::open(objects_dir.join(folder).join(name)) {
        Ok(file) => file,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(e),
    };
    let mut loose = Loose {
        kind: Kind::Blob,
        size: 0,
        file: BufReader::new(file),
        state: Decompress::default(),
    };
    let mut header = Vec::with_capacity(MAX_HEADER_BYTES);
    while header.len() < MAX_HEADER_BYTES {
        let mut byte = [0];
        loose.read_exact(&mut byte)?;
        if byte == [0]
            && let Some((kind, size)) = parse(&header)
        {
            (loose.kind, loose.size) = (kind, size);
            return Ok(Some(loose));
        }
        header.extend(byte);
    }
    Err(io::Error::other("not a loose object"))
}

/// Reads `blob 123`.
fn parse(header: &[u8]) -> Option<(Kind, u64)> {
    let (kind, size) = std::str::from_utf8(header).ok()?.split_once(' ')?;
    Some((Kind::from_bytes(kind.as_bytes()).ok()?, size.parse().ok()?))
}

impl Read for Loose {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        inflate::read(&mut self.file, &mut self.state, buffer)
    }
}
