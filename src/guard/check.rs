//! The exact check: Argon2id (RFC 9106) of what passed the filter, remembered, and no more of them than a scan can afford.

use std::{
    collections::HashMap,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use argon2::{Algorithm, Argon2, Block, Params, Version};
use sha2::{Digest as _, Sha256};

use super::store::{Cost, Entry, HASH_BYTES};

/// The most slow hashes of one scan. At 25 ms each they take 40 seconds.
pub const MAX_CHECKS: usize = 1500;

/// Returns the slow hash of `secret`.
///
/// # Errors
///
/// What is wrong with `cost`, for people.
pub(super) fn slow_hash(
    cost: Cost,
    salt: &[u8],
    secret: &[u8],
    memory: &mut Vec<Block>,
) -> Result<[u8; HASH_BYTES], String> {
    let params = Params::new(cost.memory_kib, cost.passes, cost.lanes, Some(HASH_BYTES))
        .map_err(|error| error.to_string())?;
    memory.resize(params.block_count(), Block::default());
    let mut out = [0; HASH_BYTES];
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into_with_memory(secret, salt, &mut out, &mut *memory)
        .map_err(|error| error.to_string())?;
    Ok(out)
}

/// Answers whether a text is a secret, and remembers what it has answered.
#[derive(Debug, Default)]
pub(super) struct Checker {
    state: Mutex<State>,
    /// How often a scan was not told because of [`MAX_CHECKS`].
    refused: AtomicU64,
}

#[derive(Default)]
struct State {
    /// By the entry and what SHA-256 makes of the text: no text is kept.
    answers: HashMap<(usize, [u8; 32]), bool>,
    memory: Vec<Block>,
}

impl std::fmt::Debug for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "State({} answers)", self.answers.len())
    }
}

impl Checker {
    /// Returns true when `text` is the secret of `entry`, the one at `at`. One thread at a time hashes: the memory that takes is there once.
    pub(super) fn is(&self, cost: Cost, at: usize, entry: &Entry, text: &[u8]) -> bool {
        let key = (at, Sha256::digest(text).into());
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let State { answers, memory } = &mut *state;
        if let Some(known) = answers.get(&key) {
            return *known;
        }
        if answers.len() >= MAX_CHECKS {
            self.refused.fetch_add(1, Ordering::Relaxed);
            return false;
        }
        let hash = slow_hash(cost, &entry.salt, text, memory);
        let is = hash.is_ok_and(|hash| hash == entry.hash);
        answers.insert(key, is);
        is
    }

    pub(super) fn refused(&self) -> u64 {
        self.refused.load(Ordering::Relaxed)
    }
}
