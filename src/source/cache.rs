//! What was read a moment ago and may be asked for again: trees, which are deltas of each other and parents of each other.

use std::{collections::HashMap, hash::Hash};

/// Keeps values up to a number of bytes, at most twice as many: those that were asked for last.
#[derive(Debug)]
pub(super) struct Recent<K, V> {
    new: HashMap<K, V>,
    /// Those that were new before. What is asked for again becomes new.
    older: HashMap<K, V>,
    bytes_of_new: usize,
    max_bytes: usize,
}

impl<K: Eq + Hash, V: AsRef<[u8]>> Recent<K, V> {
    /// Returns an empty one for `max_bytes`.
    pub(super) fn new(max_bytes: usize) -> Self {
        Self {
            new: HashMap::new(),
            older: HashMap::new(),
            bytes_of_new: 0,
            max_bytes,
        }
    }

    /// Returns the value of `key`, if it is kept.
    pub(super) fn get(&mut self, key: &K) -> Option<&V> {
        if let Some((key, value)) = self.older.remove_entry(key) {
            self.put(key, value);
        }
        self.new.get(key)
    }

    /// Keeps `value`. What has more bytes than are kept at all is dropped.
    pub(super) fn put(&mut self, key: K, value: V) {
        let bytes = value.as_ref().len();
        if bytes > self.max_bytes {
            return;
        }
        if self.bytes_of_new + bytes > self.max_bytes {
            self.older = std::mem::take(&mut self.new);
            self.bytes_of_new = 0;
        }
        self.bytes_of_new += bytes;
        if let Some(before) = self.new.insert(key, value) {
            self.bytes_of_new -= before.as_ref().len();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Recent;

    #[test]
    fn what_was_asked_for_last_is_kept() {
        let mut recent = Recent::new(40);
        let mut missed = 0;
        for n in 0..100 {
            // Each is asked for twice in a row, and the first again and again.
            for n in [0, n, n] {
                if let Some(value) = recent.get(&n) {
                    assert_eq!(*value, vec![n; 10]);
                } else {
                    missed += 1;
                    recent.put(n, vec![n; 10]);
                }
            }
            let held = recent.new.values().chain(recent.older.values());
            assert!(held.map(Vec::len).sum::<usize>() <= 80);
        }
        assert_eq!(missed, 100);
    }

    #[test]
    fn what_is_too_large_is_not_kept() {
        let mut recent = Recent::new(40);
        recent.put(1, vec![0; 10]);
        recent.put(2, vec![0; 41]);
        assert!(recent.get(&2).is_none() && recent.get(&1).is_some());
        // The same one again takes no more room.
        for _ in 0..10 {
            recent.put(1, vec![0; 30]);
        }
        assert_eq!((recent.new.len(), recent.older.len()), (1, 1));
    }
}
