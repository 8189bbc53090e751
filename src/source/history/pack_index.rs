//! The index of a pack: which objects are in it, and where (<https://git-scm.com/docs/gitformat-pack>, "pack-*.idx files").
//!
//! `gix-pack` maps the file, so that one that is cut short meanwhile kills the process, and trusts what stands in it. Here it is read
//! once from front to back, and whatever is wrong with it is told: an object that an index leaves out is one that nobody looks at.

use std::{
    fs::File,
    io::{self, BufReader, Read as _},
    path::Path,
};

use gix::hash;

use super::{super::reason, folder::open_object, pack::Pack};

/// What an index of version 2 begins with; those of version 1 begin with the first table.
const MAGIC: [u8; 4] = *b"\xfftOc";

/// How many bytes the table of first bytes has.
const FAN_BYTES: u64 = 4 * 256;

/// How much is read at once, in bytes.
const BLOCK_BYTES: usize = 256 << 10;

/// The fewest bytes of an entry: its header, and nothing, packed.
const MIN_ENTRY_BYTES: u64 = 9;

/// How many ids may stand in the wrong place or several times; with more, a file is no index.
const MAX_UNSORTED: u64 = 1000;

/// Where the first entry of a pack begins.
const FIRST_ENTRY: u64 = 12;

/// What an index says.
#[derive(Debug)]
pub(super) struct PackIndex {
    /// The ids, in the order of the file.
    pub(super) ids: Vec<u8>,
    /// The entries, in the order of the pack; each begins somewhere else, and all of them in the pack.
    pub(super) entries: Vec<Entry>,
    /// The checksum of the pack.
    pub(super) pack_checksum: Vec<u8>,
    /// True when it has a checksum of each entry.
    pub(super) has_crcs: bool,
    /// What is wrong with it.
    pub(super) doubts: Vec<String>,
}

/// What an index says of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Entry {
    pub(super) offset: u64,
    /// The place of its id.
    pub(super) at: u32,
    pub(super) crc: u32,
}

impl PackIndex {
    /// Reads the index at `path`, which is that of `pack`.
    pub(super) fn read(path: &Path, pack: &Pack) -> Result<Self, String> {
        let open = || {
            let file = open_object(path)?;
            let len = file.metadata()?.len();
            Ok((Tables::new(file, pack.hash), len))
        };
        let (tables, len) = open().map_err(|error: io::Error| reason(&error))?;
        tables.read(len, pack)
    }
}

/// The file, and its checksum as far as it was read.
struct Tables {
    file: BufReader<File>,
    hash: hash::Kind,
    hasher: hash::Hasher,
    /// How many ids are the same as the one before.
    repeated: u64,
    /// How many ids should stand before the one before.
    unsorted: u64,
    doubts: Vec<String>,
}

impl Tables {
    fn new(file: File, hash: hash::Kind) -> Self {
        Self {
            file: BufReader::with_capacity(BLOCK_BYTES, file),
            hash,
            hasher: hash::hasher(hash),
            repeated: 0,
            unsorted: 0,
            doubts: Vec::new(),
        }
    }

    fn read(mut self, len: u64, pack: &Pack) -> Result<PackIndex, String> {
        let failed = |error: io::Error| match error.kind() {
            io::ErrorKind::UnexpectedEof => "it is cut short".to_owned(),
            _ => reason(&error),
        };
        let hash_len = self.hash.len_in_bytes() as u64;
        let mut first = self.numbers::<1>().map_err(failed)?;
        let is_v2 = first[0] == u32::from_be_bytes(MAGIC);
        if is_v2 {
            let [version] = self.numbers().map_err(failed)?;
            if version != 2 {
                return Err(format!("it has the unknown version {version}"));
            }
            first = self.numbers().map_err(failed)?;
        }
        let others = self.numbers::<255>().map_err(failed)?;
        let fan: Vec<u32> = first.into_iter().chain(others).collect();
        let count = others[254];
        let (head, each) = if is_v2 { (8, 8) } else { (0, 4) };
        let tables = head + FAN_BYTES + u64::from(count) * (hash_len + each) + 2 * hash_len;
        let large = len.checked_sub(tables).filter(|rest| {
            let large = is_v2 && rest / 8 <= u64::from(count);
            rest % 8 == 0 && (large || *rest == 0)
        });
        let Some(large) = large else {
            return Err(format!("it has not the size of one of {count} objects"));
        };
        if count != pack.count {
            // A pack that was cut may have less room than it had.
            if u64::from(count) > pack.entries_end / MIN_ENTRY_BYTES {
                return Err(format!("there is no room for the {count} objects it names"));
            }
            self.doubts.push(format!(
                "it names {count} objects, and the pack says it has {}",
                pack.count
            ));
        }
        let (ids, entries) = if is_v2 {
            self.version_2(count, large / 8).map_err(failed)?
        } else {
            self.version_1(count).map_err(failed)?
        };
        let wrong = self.unsorted + self.count_wrong(&ids, &fan);
        if wrong > 0 {
            self.doubts
                .push(format!("objects in the wrong place: {wrong}"));
        }
        let pack_checksum = self.bytes(hash_len).map_err(failed)?;
        let summed = self.hasher.clone().try_finalize();
        let checksum = self.bytes(hash_len).map_err(failed)?;
        if summed.ok().is_none_or(|sum| sum.as_bytes() != checksum) {
            self.doubts.push("its checksum is wrong".to_owned());
        }
        let entries = self.in_order(entries, pack);
        Ok(PackIndex {
            ids,
            entries,
            pack_checksum,
            has_crcs: is_v2,
            doubts: self.doubts,
        })
    }

    fn version_1(&mut self, count: u32) -> io::Result<(Vec<u8>, Vec<Entry>)> {
        let (mut ids, mut entries) = (Vec::new(), Vec::new());
        for at in 0..count {
            let [offset] = self.numbers()?;
            let id = self.bytes(self.hash.len_in_bytes() as u64)?;
            self.push(&mut ids, &id)?;
            entries.push(Entry {
                offset: u64::from(offset),
                at,
                crc: 0,
            });
        }
        Ok((ids, entries))
    }

    fn version_2(&mut self, count: u32, large: u64) -> io::Result<(Vec<u8>, Vec<Entry>)> {
        let (mut ids, width) = (Vec::new(), self.hash.len_in_bytes());
        let mut left = count as usize;
        while left > 0 {
            let some = left.min(BLOCK_BYTES / width);
            for id in self.bytes((some * width) as u64)?.chunks(width) {
                self.push(&mut ids, id)?;
            }
            left -= some;
        }
        let mut entries = Vec::with_capacity(count as usize);
        self.each::<4>(u64::from(count), |at, crc| {
            entries.push(Entry {
                offset: 0,
                at,
                crc: u32::from_be_bytes(crc),
            });
        })?;
        self.each::<4>(u64::from(count), |at, offset| {
            entries[at as usize].offset = u64::from(u32::from_be_bytes(offset));
        })?;
        let mut offsets = Vec::new();
        self.each::<8>(large, |_, offset| offsets.push(u64::from_be_bytes(offset)))?;
        for entry in &mut entries {
            if entry.offset >> 31 == 1 {
                let at = usize::try_from(entry.offset & 0x7fff_ffff).unwrap_or(usize::MAX);
                entry.offset = offsets.get(at).copied().unwrap_or(u64::MAX);
            }
        }
        Ok((ids, entries))
    }

    /// Adds an id. A file with many in disorder is given up before it takes memory.
    fn push(&mut self, ids: &mut Vec<u8>, id: &[u8]) -> io::Result<()> {
        let before = ids.len().checked_sub(id.len()).map(|at| &ids[at..]);
        match before.map_or(std::cmp::Ordering::Less, |before| before.cmp(id)) {
            std::cmp::Ordering::Less => {}
            // Git takes packs that have an object twice.
            std::cmp::Ordering::Equal => self.repeated += 1,
            std::cmp::Ordering::Greater => self.unsorted += 1,
        }
        if self.repeated + self.unsorted > MAX_UNSORTED {
            return Err(io::Error::other("it is not sorted"));
        }
        ids.extend_from_slice(id);
        Ok(())
    }

    /// Returns how many of the 256 parts do not end where `fan` says.
    fn count_wrong(&self, ids: &[u8], fan: &[u32]) -> u64 {
        let mut counts = [0_u32; 256];
        for id in ids.chunks(self.hash.len_in_bytes()) {
            counts[usize::from(id[0])] += 1;
        }
        let mut below = 0;
        let wrong = fan.iter().zip(counts).filter(|(said, count)| {
            below += count;
            **said != below
        });
        wrong.count() as u64
    }

    /// Returns the entries in the order of the pack, without those that cannot be.
    fn in_order(&mut self, mut entries: Vec<Entry>, pack: &Pack) -> Vec<Entry> {
        let all = entries.len();
        let within = FIRST_ENTRY..pack.entries_end;
        entries.retain(|entry| within.contains(&entry.offset));
        let inside = entries.len();
        entries.sort_unstable();
        entries.dedup_by_key(|entry| entry.offset);
        if inside < all {
            let beyond = all - inside;
            self.doubts
                .push(format!("objects beyond the end of the pack: {beyond}"));
        }
        if entries.len() < inside {
            let twice = inside - entries.len();
            self.doubts
                .push(format!("objects at the place of another: {twice}"));
        }
        entries
    }

    /// Reads `N` numbers.
    fn numbers<const N: usize>(&mut self) -> io::Result<[u32; N]> {
        let mut numbers = [0; N];
        self.each::<4>(N as u64, |at, bytes| {
            numbers[at as usize] = u32::from_be_bytes(bytes);
        })?;
        Ok(numbers)
    }

    /// Reads `count` things of `N` bytes.
    fn each<const N: usize>(
        &mut self,
        count: u64,
        mut take: impl FnMut(u32, [u8; N]),
    ) -> io::Result<()> {
        let (mut left, mut at) = (count, 0);
        while left > 0 {
            let some = left.min((BLOCK_BYTES / N) as u64);
            let block = self.bytes(some * N as u64)?;
            for bytes in block.as_chunks::<N>().0 {
                take(at, *bytes);
                at += 1;
            }
            left -= some;
        }
        Ok(())
    }

    /// Reads `len` bytes.
    fn bytes(&mut self, len: u64) -> io::Result<Vec<u8>> {
        // The caller has made sure that the file has as many.
        let mut bytes = Vec::with_capacity(usize::try_from(len).unwrap_or(0));
        (&mut self.file).take(len).read_to_end(&mut bytes)?;
        if (bytes.len() as u64) < len {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.hasher.update(&bytes);
        Ok(bytes)
    }
}
