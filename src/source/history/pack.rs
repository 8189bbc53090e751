//! A pack file, read in windows: nothing is mapped, so a pack that is cut short while it is read is an error and no crash, and memory
//! does not grow with it.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, Read as _},
    ops::Range,
    path::{Path, PathBuf},
};

use gix::{
    hash,
    odb::pack::data,
    zlib::{Decompress, FlushDecompress, Inflate, Status, stream::inflate},
};

use super::folder::open_object;

/// How much is read at once, in bytes.
const BLOCK_BYTES: usize = 32 << 10;

/// How many blocks a thread has at hand.
const SLOTS: usize = 64;

/// How large a buffer is kept for entries that lie in several blocks, and how much a stream reads at once, in bytes.
const WINDOW_BYTES: usize = 256 << 10;

/// The most that deflate can make of one byte (<https://www.zlib.net/zlib_tech.html>, "Maximum Compression Factor").
const MAX_RATIO: u64 = 1032;

/// An open pack.
#[derive(Debug)]
pub(super) struct Pack {
    pub(super) path: PathBuf,
    pub(super) hash: hash::Kind,
    file: File,
    len: u64,
    /// How many objects it says it has.
    pub(super) count: u32,
    /// Where the entries end, and the checksum begins.
    pub(super) entries_end: u64,
    /// Its index has checksums of the entries.
    pub(super) has_crcs: bool,
    /// What is wrong with it, aside from its entries.
    pub(super) doubts: Vec<String>,
}

/// What a thread reads packs with.
#[derive(Default)]
pub(super) struct Reader {
    window: Window,
    inflate: Inflate,
}

/// The parts of packs that a thread has at hand: blocks, each in the one slot it may be in.
///
/// The walk goes to and fro between the deltas of a few objects, which lie near each other.
struct Window {
    /// Which block each slot holds: the number of the pack, counted from 1, and the number of the block.
    blocks: Vec<(usize, u64)>,
    bytes: Vec<u8>,
    /// What lies in several blocks, put together.
    joined: Vec<u8>,
}

impl Default for Window {
    fn default() -> Self {
        Self {
            blocks: vec![(0, 0); SLOTS],
            bytes: vec![0; SLOTS * BLOCK_BYTES],
            joined: Vec::new(),
        }
    }
}

/// Why an entry cannot be read, for people.
pub(super) type Trouble = String;

impl Pack {
    /// Opens the pack at `path` and looks at its header.
    pub(super) fn open(path: &Path, hash: hash::Kind) -> io::Result<Self> {
        let file = open_object(path)?;
        let len = file.metadata()?.len();
        let hash_len = hash.len_in_bytes() as u64;
        if len < 12 + hash_len {
            return Err(io::Error::other("corrupt pack: it is cut short"));
        }
        let mut pack = Self {
            path: path.to_owned(),
            hash,
            file,
            len,
            count: 0,
            entries_end: len - hash_len,
            has_crcs: false,
            doubts: Vec::new(),
        };
        let mut header = [0; 12];
        pack.read_at(&mut header, 0)?;
        match data::header::decode(&header) {
            Ok((_, count)) => pack.count = count,
            Err(error) => pack.doubts.push(error.to_string()),
        }
        Ok(pack)
    }

    /// Compares the checksum that the pack ends with to the one its index names.
    pub(super) fn compare(&mut self, checksum: &[u8]) -> io::Result<()> {
        let mut found = vec![0; self.hash.len_in_bytes()];
        self.read_at(&mut found, self.entries_end)?;
        if found != checksum {
            let doubt = "it is cut short, damaged, or the pack of another index";
            self.doubts.push(doubt.to_owned());
            // What is no checksum may be an entry.
            self.entries_end = self.len;
        }
        Ok(())
    }

    /// Reads all of the pack, and compares its checksum.
    pub(super) fn verify(&mut self) -> io::Result<()> {
        let mut hasher = hash::hasher(self.hash);
        let mut buffer = vec![0; WINDOW_BYTES];
        let mut slice = Slice {
            pack: self,
            range: 0..self.len - self.hash.len_in_bytes() as u64,
            crc: crc32fast::Hasher::new(),
        };
        loop {
            match slice.read(&mut buffer)? {
                0 => break,
                n => hasher.update(&buffer[..n]),
            }
        }
        let sum = hasher.try_finalize().ok();
        let len = self.hash.len_in_bytes();
        let mut found = vec![0; len];
        self.read_at(&mut found, self.len - len as u64)?;
        if sum.is_none_or(|sum| sum.as_bytes() != found) {
            self.doubts.push("its checksum is wrong".to_owned());
        }
        Ok(())
    }

    /// Returns a reader of the entry that lies in `range`, unpacked; its header has `header_len` bytes.
    pub(super) fn stream(&self, range: Range<u64>, header_len: u64) -> io::Result<Stream<'_>> {
        let slice = Slice {
            pack: self,
            range,
            crc: crc32fast::Hasher::new(),
        };
        let mut packed = BufReader::with_capacity(WINDOW_BYTES, slice);
        io::copy(&mut packed.by_ref().take(header_len), &mut io::sink())?;
        Ok(Unpack {
            packed,
            state: Decompress::default(),
        })
    }

    #[cfg(unix)]
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        std::os::unix::fs::FileExt::read_exact_at(&self.file, buffer, offset)
    }

    #[cfg(windows)]
    fn read_at(&self, mut buffer: &mut [u8], mut offset: u64) -> io::Result<()> {
        while !buffer.is_empty() {
            match std::os::windows::fs::FileExt::seek_read(&self.file, buffer, offset)? {
                0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                n => {
                    buffer = &mut buffer[n..];
                    offset += n as u64;
                }
            }
        }
        Ok(())
    }
}

/// Reads an entry.
pub(super) type Stream<'a> = Unpack<BufReader<Slice<'a>>>;

/// Reads a part of a pack.
pub(super) struct Slice<'a> {
    pack: &'a Pack,
    range: Range<u64>,
    /// That of what was read.
    crc: crc32fast::Hasher,
}

impl Stream<'_> {
    /// Reads what is left, and returns true when the whole entry has the checksum `crc`.
    fn is_intact(&mut self, crc: Option<u32>) -> io::Result<bool> {
        let Some(crc) = crc else { return Ok(true) };
        io::copy(&mut self.packed, &mut io::sink())?;
        Ok(self.packed.get_ref().crc.clone().finalize() == crc)
    }
}

/// Unpacks an entry, and fails at its end when it has another checksum than `crc`.
pub(super) struct Checked<'a> {
    pub(super) stream: Stream<'a>,
    pub(super) crc: Option<u32>,
}

impl io::Read for Checked<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.stream.read(buffer)?;
        if read == 0 && !buffer.is_empty() && !self.stream.is_intact(self.crc)? {
            return Err(io::Error::other("corrupt pack: it has another checksum"));
        }
        Ok(read)
    }
}

impl io::Read for Slice<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.range.end.saturating_sub(self.range.start);
        let len = buffer
            .len()
            .min(usize::try_from(left).unwrap_or(usize::MAX));
        self.pack.read_at(&mut buffer[..len], self.range.start)?;
        self.crc.update(&buffer[..len]);
        self.range.start += len as u64;
        Ok(len)
    }
}

/// Unpacks what it reads.
pub(super) struct Unpack<R> {
    pub(super) packed: R,
    pub(super) state: Decompress,
}

impl<R: BufRead> io::Read for Unpack<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        let read = inflate::read(&mut self.packed, &mut self.state, buffer)?;
        if read == 0 && !self.is_at_end() {
            return Err(io::Error::other("its data are cut short"));
        }
        Ok(read)
    }
}

impl<R> Unpack<R> {
    /// Returns true when all was unpacked and has the checksum it ends with.
    fn is_at_end(&mut self) -> bool {
        let status = (self.state).decompress(&[], &mut [0], FlushDecompress::Finish);
        status.is_ok_and(|status| status == Status::StreamEnd)
    }
}

impl Window {
    /// Returns the bytes `range` of `pack`, which is the `number`-th one.
    fn get(&mut self, pack: &Pack, number: usize, range: Range<u64>) -> Result<&[u8], Trouble> {
        if range.end > pack.len || range.start > range.end {
            return Err("corrupt pack: an entry lies beyond its end".to_owned());
        }
        let len = usize::try_from(range.end - range.start)
            .map_err(|_| "an entry is larger than memory".to_owned())?;
        let within = within_block(range.start);
        if within + len <= BLOCK_BYTES {
            let block = self.block(pack, number, range.start / BLOCK_BYTES as u64)?;
            return Ok(&block[within..within + len]);
        }
        let mut joined = std::mem::take(&mut self.joined);
        joined.clear();
        joined.shrink_to(WINDOW_BYTES);
        let mut result = Ok(());
        if len <= 2 * BLOCK_BYTES {
            let mut at = range.start;
            while at < range.end && result.is_ok() {
                let within = within_block(at);
                let most = usize::try_from(range.end - at).unwrap_or(len);
                result = self
                    .block(pack, number, at / BLOCK_BYTES as u64)
                    .map(|block| {
                        let part = &block[within..block.len().min(within + most)];
                        joined.extend_from_slice(part);
                        at += part.len() as u64;
                    });
            }
        } else {
            joined.resize(len, 0);
            result = pack
                .read_at(&mut joined, range.start)
                .map_err(|e| failed(&e));
        }
        self.joined = joined;
        result.map(|()| &self.joined[..])
    }

    /// Returns the block `block` of `pack`, cut at the pack's end.
    fn block(&mut self, pack: &Pack, number: usize, block: u64) -> Result<&[u8], Trouble> {
        let slot = usize::try_from(block).unwrap_or(0) % SLOTS;
        let start = block * BLOCK_BYTES as u64;
        let len = usize::try_from(pack.len.saturating_sub(start)).unwrap_or(usize::MAX);
        let bytes = &mut self.bytes[slot * BLOCK_BYTES..][..len.min(BLOCK_BYTES)];
        if self.blocks[slot] != (number + 1, block) {
            self.blocks[slot] = (0, 0);
            pack.read_at(bytes, start).map_err(|error| failed(&error))?;
            self.blocks[slot] = (number + 1, block);
        }
        Ok(bytes)
    }
}

/// Returns how far behind the begin of its block `offset` lies.
fn within_block(offset: u64) -> usize {
    usize::try_from(offset % BLOCK_BYTES as u64).unwrap_or(0)
}

fn failed(error: &io::Error) -> Trouble {
    format!("reading the pack failed: {error}")
}

impl Reader {
    /// Returns the header of the entry that lies in `range`.
    pub(super) fn header(
        &mut self,
        pack: &Pack,
        number: usize,
        range: Range<u64>,
    ) -> Result<data::Entry, Trouble> {
        // The longest header: a size of ten bytes and the id of a base.
        let end = range.end.min(range.start + 64);
        let bytes = self.window.get(pack, number, range.start..end)?;
        data::Entry::from_bytes(bytes, range.start, pack.hash).map_err(|error| error.to_string())
    }

    /// Unpacks the entry that lies in `range` to `out`; `limit` is the most bytes it may have. Returns true when it has the checksum `crc`.
    pub(super) fn unpack(
        &mut self,
        pack: &Pack,
        number: usize,
        range: Range<u64>,
        crc: Option<u32>,
        limit: usize,
        out: &mut Vec<u8>,
    ) -> Result<bool, Trouble> {
        let entry = self.header(pack, number, range.clone())?;
        let packed = entry.data_offset..range.end.max(entry.data_offset);
        let size = entry.decompressed_size;
        // Checked before memory is asked for: a header may say anything.
        if size > (packed.end - packed.start).saturating_mul(MAX_RATIO) {
            return Err(format!("corrupt pack: an entry says it has {size} bytes"));
        }
        let size = usize::try_from(size)
            .ok()
            .filter(|size| *size <= limit)
            .ok_or_else(|| format!("it has {size} bytes, more than may be held at once"))?;
        out.resize(size, 0);
        if packed.end - packed.start > most_packed(size) {
            return unpack_long(pack, range, &entry, crc, out);
        }
        let mut hasher = crc32fast::Hasher::new();
        if crc.is_some() {
            let header = range.start..entry.data_offset.min(range.end);
            hasher.update(self.window.get(pack, number, header)?);
        }
        let packed = self.window.get(pack, number, packed)?;
        if crc.is_some() {
            hasher.update(packed);
        }
        self.inflate.reset();
        let (status, _, written) = self
            .inflate
            .once(packed, out)
            .map_err(|error| format!("corrupt pack: {error}"))?;
        if status == Status::StreamEnd && written == size {
            Ok(crc.is_none_or(|crc| crc == hasher.finalize()))
        } else if status == Status::StreamEnd || written == size {
            Err("corrupt pack: an entry has another size than it says".to_owned())
        } else {
            Err("corrupt pack: an entry is cut short".to_owned())
        }
    }
}

/// Returns the most room that packing takes for `size` bytes; what has more is read in pieces, so that no memory is taken for what has no
/// use. Stored bytes have 5 more for each 16 KiB (<https://www.zlib.net/zlib_tech.html>), and other packers have their ways.
fn most_packed(size: usize) -> u64 {
    let size = size as u64;
    size + size / 1024 + (64 << 10)
}

/// Unpacks an entry to `out` in pieces.
fn unpack_long(
    pack: &Pack,
    range: Range<u64>,
    entry: &data::Entry,
    crc: Option<u32>,
    out: &mut [u8],
) -> Result<bool, Trouble> {
    let failed = |error: io::Error| format!("corrupt pack: {error}");
    let header_len = entry.data_offset - range.start;
    let mut stream = pack.stream(range, header_len).map_err(failed)?;
    stream.read_exact(out).map_err(failed)?;
    match stream.read(&mut [0]).map_err(failed)? {
        0 => stream.is_intact(crc).map_err(failed),
        _ => Err("corrupt pack: an entry has another size than it says".to_owned()),
    }
}
