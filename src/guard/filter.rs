//! The filter: a few bits of a keyed hash of the first eight bytes of each secret, whichever form these are written in.
//!
//! The bits are few on purpose. Who has the store can try guesses against them at the speed of a scan; what is left of a guess after that has
//! to be hashed slowly. So there is one value for each secret and not one for each of its forms, which would tell a multiple of these bits: a scan decodes
//! first and hashes then.

use super::store::Entry;

/// How many bytes of a secret the filter sees, and the least it may have.
pub(super) const WINDOW: usize = 8;

/// How many bits of the hash the store has of a secret that a machine has drawn: these are far longer, and a guess is hopeless either way.
pub(super) const DRAWN_BITS: u32 = 28;

/// How many it has of one that a person may have chosen. In return it must stand by itself in the text, not within a longer word: that
/// leaves so few places that the filter need not say more.
pub(super) const CHOSEN_BITS: u32 = 16;

/// How many bits the bitmap goes by.
const MAP_BITS: u32 = 16;

/// Returns the hash of a window under `key`.
#[inline]
fn hash(key: u64, window: u64) -> u64 {
    // The last bytes are the highest bits, which a product carries nowhere.
    (window ^ (window >> 32)).wrapping_mul(key | 1)
}

/// Returns what the filter knows of a secret.
pub(super) fn value(key: u64, secret: &[u8], chosen: bool) -> u32 {
    let window = secret.first_chunk().copied().unwrap_or_default();
    shortened(hash(key, u64::from_le_bytes(window)), chosen)
}

/// Returns how many bits the filter knows.
pub(super) fn bits(chosen: bool) -> u32 {
    if chosen { CHOSEN_BITS } else { DRAWN_BITS }
}

fn shortened(hash: u64, chosen: bool) -> u32 {
    u32::try_from(hash >> (64 - bits(chosen))).unwrap_or_default()
}

/// Returns which kinds of bytes `text` has: lower case, upper case, digits, other graphic ones, blanks and controls, and those beyond ASCII, one
/// bit each. A text with other kinds than a secret is not hashed: in most texts that begin like one by chance there is a blank.
pub(super) fn kinds(text: &[u8]) -> u8 {
    let kind = |byte: &u8| match byte {
        b'a'..=b'z' => 1,
        b'A'..=b'Z' => 2,
        b'0'..=b'9' => 4,
        0x80.. => NOT_ASCII,
        byte if byte.is_ascii_graphic() => 8,
        _ => 16,
    };
    text.iter().map(kind).fold(0, |all, kind| all | kind)
}

/// The kind of bytes beyond ASCII.
pub(super) const NOT_ASCII: u8 = 32;

/// The values of all secrets.
#[derive(Debug)]
pub(super) struct Filter {
    key: u64,
    map: Box<[u64; (1 << MAP_BITS) / 64]>,
    /// By the bits that the map goes by: the rest of the value and the entry.
    slots: Vec<Slot>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Slot {
    top: u16,
    value: u32,
    chosen: bool,
    entry: usize,
}

impl Filter {
    pub(super) fn new(key: u64, entries: &[Entry]) -> Self {
        let mut map = Box::new([0; (1 << MAP_BITS) / 64]);
        let mut slots: Vec<Slot> = (entries.iter().enumerate())
            .map(|(at, entry)| {
                let top = entry.filter >> (bits(entry.chosen) - MAP_BITS);
                Slot {
                    top: u16::try_from(top).unwrap_or_default(),
                    value: entry.filter,
                    chosen: entry.chosen,
                    entry: at,
                }
            })
            .collect();
        slots.sort_unstable();
        for slot in &slots {
            map[usize::from(slot.top >> 6)] |= 1 << (slot.top & 63);
        }
        Self { key, map, slots }
    }

    /// Returns false when no secret begins with `window`, a little endian number.
    #[inline]
    pub(super) fn passes(&self, window: u64) -> bool {
        let top = hash(self.key, window) >> (64 - MAP_BITS);
        // 16 bits less 6 are ten: as many as there are words.
        let word = self.map[(top >> 6) as usize & ((1 << (MAP_BITS - 6)) - 1)];
        word >> (top & 63) & 1 == 1 && self.entries(window).next().is_some()
    }

    /// Returns the entries whose secrets may begin with `window`.
    #[inline(never)]
    pub(super) fn entries(&self, window: u64) -> impl Iterator<Item = usize> + '_ {
        let hash = hash(self.key, window);
        let top = u16::try_from(hash >> (64 - MAP_BITS)).unwrap_or_default();
        let first = self.slots.partition_point(|slot| slot.top < top);
        (self.slots[first..].iter())
            .take_while(move |slot| slot.top == top)
            .filter(move |slot| slot.value == shortened(hash, slot.chosen))
            .map(|slot| slot.entry)
    }
}
