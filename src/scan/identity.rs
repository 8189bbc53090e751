//! What a scanner is known by.

use data_encoding::HEXLOWER;
use sha2::{Digest as _, Sha256};

use super::{Options, Scanner};
use crate::finding::Receipt;

/// The engine that was built: a hash of the sources that decide.
const ENGINE: &str = env!("KEYFENCE_ENGINE");

/// The built-in rules: a hash of their table.
const RULES: &str = env!("KEYFENCE_RULES");

impl Scanner {
    /// Returns a hash of all that decides what is found: engine, rules and options. Two scanners with the same find the same. Built-in rules are
    /// known by their ids alone.
    pub fn identity(&self) -> String {
        let mut hash = Sha256::new();
        hash.update(ENGINE);
        for (at, rule) in self.rules().iter() {
            if self.rules().is_enabled(at) {
                hash.update(rule.id.as_bytes());
                hash.update([0]);
            }
        }
        self.add_extra(&mut hash);
        // The clock runs on from hook to hook.
        let options = Options {
            now: None,
            ..self.options.clone()
        };
        hash.update(format!("{options:?}"));
        HEXLOWER.encode(&hash.finalize()[..16])
    }

    /// Returns what a scan says of itself: the rules that are on, by their hash. Each scan asks for it, so the built-in ones count by that of their
    /// table and those that are turned off.
    pub(super) fn receipt(&self) -> Receipt {
        let rules = self.rules();
        let mut hash = Sha256::new();
        hash.update(ENGINE);
        hash.update([0]);
        hash.update(RULES);
        hash.update((rules.iter().count() as u64).to_le_bytes());
        for (_, rule) in rules.iter().filter(|(at, _)| !rules.is_enabled(*at)) {
            hash.update(rule.id.as_bytes());
            hash.update([0]);
        }
        self.add_extra(&mut hash);
        Receipt {
            rule_set: HEXLOWER.encode(&hash.finalize()[..16]),
            ..Receipt::default()
        }
    }

    /// Adds the rules and pairs that are not built in, and what else of the rules was asked for.
    fn add_extra(&self, hash: &mut Sha256) {
        for rule in self.rules().extra() {
            hash.update(format!("{rule:?}"));
        }
        for pair in self.rules().extra_pairs() {
            hash.update(format!("{pair:?}"));
        }
        hash.update(format!("{:?}", self.rules().disabled_pairs()));
        hash.update([u8::from(self.rules().keeps_invalid())]);
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        rule::{Confidence, RuleSet},
        scan::{Options, Scanner},
    };

    #[test]
    fn what_decides_counts_and_the_clock_does_not() {
        let scanner = |options| Scanner::new(RuleSet::builtin(), options);
        let at = |now| Options {
            now,
            ..Options::default()
        };
        let usual = scanner(Options::default()).identity();
        assert_eq!(scanner(at(Some(1))).identity(), usual);
        assert_eq!(scanner(at(Some(2))).identity(), usual);
        let high = Options {
            min_confidence: Confidence::High,
            ..Options::default()
        };
        assert_ne!(scanner(high).identity(), usual);
        let invalid = Scanner::new(RuleSet::builtin().with_invalid(true), Options::default());
        assert_ne!(invalid.identity(), usual);
    }
}
