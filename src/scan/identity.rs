//! What a scanner is known by.

use data_encoding::HEXLOWER;
use sha2::{Digest as _, Sha256};

use super::Scanner;

/// The engine that was built: a hash of the sources that decide.
const ENGINE: &str = env!("KEYFENCE_ENGINE");

impl Scanner {
    /// Returns a hash of all that decides what is found: engine, rules and options. Two scanners with the same find the same.
    pub fn identity(&self) -> String {
        let mut hash = Sha256::new();
        hash.update(ENGINE);
        for (at, rule) in self.rules().iter() {
            if self.rules().is_enabled(at) {
                hash.update(rule.id.as_bytes());
                hash.update([0]);
            }
        }
        for rule in self.rules().extra() {
            hash.update(format!("{rule:?}"));
        }
        hash.update(format!("{:?}", self.options));
        HEXLOWER.encode(&hash.finalize()[..16])
    }
}
