//! Object ids, many of them: 28 bytes an object, and one miss of the cache to find one.

use std::{
    collections::{BTreeMap, hash_map::RandomState},
    hash::BuildHasher as _,
};

use gix::{hash, oid};

/// Ids in a row, and a hash table of their places.
#[derive(Debug)]
pub(super) struct Ids {
    width: usize,
    bytes: Vec<u8>,
    /// Places in the row, plus one; 0 for none. A power of two, at most half full.
    slots: Vec<u32>,
    /// What the words of an id are multiplied with: odd, and nobody can make ids that fall together without knowing them.
    factors: [u64; 4],
    /// By the first place of an id that stands several times, the others.
    copies: BTreeMap<u32, Vec<u32>>,
}

impl Ids {
    pub(super) fn new(hash: hash::Kind) -> Self {
        Self {
            width: hash.len_in_bytes(),
            bytes: Vec::new(),
            slots: Vec::new(),
            factors: std::array::from_fn(|n| RandomState::new().hash_one(n) | 1),
            copies: BTreeMap::new(),
        }
    }

    /// Returns how many ids there are.
    pub(super) fn len(&self) -> u32 {
        u32::try_from(self.bytes.len() / self.width).unwrap_or(u32::MAX)
    }

    /// Adds an id. It is found once [`index`](Self::index) was called.
    pub(super) fn push(&mut self, id: &oid) {
        self.bytes.extend_from_slice(id.as_bytes());
    }

    /// Returns the id at `place`.
    pub(super) fn get(&self, place: u32) -> &oid {
        let start = place as usize * self.width;
        oid::from_bytes_unchecked(&self.bytes[start..start + self.width])
    }

    /// Makes all ids that were added findable; of equal ones the first.
    pub(super) fn index(&mut self) {
        let slots = (2 * self.len() as usize).next_power_of_two().max(2);
        self.slots = vec![0; slots];
        for place in 0..self.len() {
            let mut slot = self.first_slot(self.get(place));
            while self.slots[slot] != 0 {
                if same(self.get(self.slots[slot] - 1), self.get(place)) {
                    break;
                }
                slot = (slot + 1) & (slots - 1);
            }
            match self.slots[slot].checked_sub(1) {
                None => self.slots[slot] = place + 1,
                Some(first) => self.copies.entry(first).or_default().push(place),
            }
        }
    }

    /// Returns the first place of `id`.
    pub(super) fn find(&self, id: &oid) -> Option<u32> {
        if self.slots.is_empty() || id.as_bytes().len() != self.width {
            return None;
        }
        let mut slot = self.first_slot(id);
        while let Some(place) = self.slots[slot].checked_sub(1) {
            if same(self.get(place), id) {
                return Some(place);
            }
            slot = (slot + 1) & (self.slots.len() - 1);
        }
        None
    }

    /// Returns the other places of the id whose first place is `first`.
    pub(super) fn copies(&self, first: u32) -> &[u32] {
        self.copies.get(&first).map_or(&[], Vec::as_slice)
    }

    /// Returns the first places of all ids that stand several times.
    pub(super) fn repeated(&self) -> impl Iterator<Item = u32> {
        self.copies.keys().copied()
    }

    /// Multilinear hashing (Lemire, Kaser, "Strongly Universal String Hashing is Fast", 2014).
    fn first_slot(&self, id: &oid) -> usize {
        let words = id.as_bytes().chunks(8).zip(self.factors);
        let hash = words.fold(0_u64, |hash, (bytes, factor)| {
            let mut word = [0; 8];
            word[..bytes.len()].copy_from_slice(bytes);
            hash.wrapping_add(u64::from_le_bytes(word).wrapping_mul(factor))
        });
        let bits = self.slots.len().trailing_zeros();
        usize::try_from(hash >> (64 - bits)).unwrap_or(0)
    }
}

/// Returns true for equal ids of the same width. Most that are not differ in the first word.
#[inline]
fn same(a: &oid, b: &oid) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    match (a.first_chunk::<8>(), b.first_chunk::<8>()) {
        (Some(x), Some(y)) => x == y && a[8..] == b[8..],
        _ => a == b,
    }
}

#[cfg(test)]
mod tests {
    use gix::{ObjectId, hash};

    use super::Ids;

    fn id(n: u32, spread: bool) -> ObjectId {
        let mut bytes = [0; 20];
        // Ids that all want the same slot, and ids that do not.
        let at = if spread { 0 } else { 16 };
        bytes[at..at + 4].copy_from_slice(&n.to_le_bytes());
        ObjectId::from_bytes_or_panic(&bytes)
    }

    #[test]
    fn ids_are_found_and_others_are_not() {
        for spread in [false, true] {
            let mut ids = Ids::new(hash::Kind::Sha1);
            assert_eq!(ids.find(&id(1, spread)), None);
            for n in 0..500 {
                ids.push(&id(n, spread));
            }
            ids.push(&id(7, spread));
            ids.index();
            for n in 0..500 {
                assert_eq!(ids.find(&id(n, spread)), Some(n));
                assert_eq!(ids.get(n), &*id(n, spread));
            }
            assert_eq!(ids.find(&id(500, spread)), None);
            assert_eq!(ids.len(), 501);
            assert_eq!(ids.copies(7), [500]);
            assert!(ids.copies(8).is_empty());
        }
    }
}
