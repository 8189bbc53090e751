//! Counts what becomes of candidates: for those who try out a rule.
//!
//! Values are counted, not matches: one that stands in a hundred versions of a file counts once. So the numbers do not depend on how git
//! stores objects, nor on whether a scan reads each version anew.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, hash_map::Entry},
    hash::{DefaultHasher, Hash as _, Hasher as _},
    sync::{Mutex, PoisonError},
};

use crate::{
    detection::{Deferred, Judged},
    matcher::Candidate,
    rule::{Confidence, RuleIndex, RuleSet},
};

/// The most values that are counted; further ones are not.
pub const MOST_VALUES: usize = 1_000_000;

/// What became of one value, in all places where it stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Fate {
    /// The most confidence with which it is kept anywhere.
    kept: Option<Confidence>,
    /// The judges that drop it somewhere.
    droppers: BTreeSet<&'static str>,
    /// The judges that lower it somewhere.
    lowered_by: BTreeSet<&'static str>,
    /// The checks that refute it.
    checks: BTreeSet<String>,
}

/// Counts the values that rules match. It keeps hashes of them, never a value.
#[derive(Debug, Default)]
pub struct Tally {
    values: Mutex<HashMap<(RuleIndex, u64), Fate>>,
}

/// What became of the values of one rule. All counts are of distinct values.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counted {
    /// Those its regex matches.
    pub candidates: u64,
    /// Those that are kept somewhere, by the most confidence they have.
    pub kept: BTreeMap<Confidence, u64>,
    /// Those that are never kept and that a judge drops.
    pub dropped: u64,
    /// Those that are never kept and that only checks refute.
    pub refuted: u64,
    /// By check: those it refutes.
    pub by_check: BTreeMap<String, u64>,
    /// By judge: those it drops, and those among them that no other judge drops.
    pub by_judge: BTreeMap<&'static str, (u64, u64)>,
    /// By judge: those it lowers.
    pub lowered: BTreeMap<&'static str, u64>,
    /// True when there are more than [`MOST_VALUES`], and some were not counted.
    pub is_cut: bool,
}

impl Tally {
    /// Takes note of what was judged of `candidate`. What is deferred is told later, by [`Self::hear`].
    pub(crate) fn add(&self, candidate: &Candidate<'_>, judged: &Judged) {
        let at = |secret: &[u8]| (candidate.rule, hash(secret));
        match judged {
            Judged::Refuted { check } => self.change(at(candidate.secret()), |fate| {
                fate.checks.insert(check.clone());
            }),
            Judged::Dropped { judges } => self.change(at(candidate.secret()), |fate| {
                fate.droppers.extend(judges);
            }),
            Judged::Kept {
                secret,
                confidence,
                lowered_by,
                deferred,
                ..
            } => self.change(at(&candidate.bytes[secret.clone()]), |fate| {
                fate.lowered_by.extend(lowered_by);
                if deferred.is_none() {
                    fate.kept = fate.kept.max(Some(*confidence));
                }
            }),
        }
    }

    /// Takes note of what `deferred` says of its value at `path`.
    pub(crate) fn hear(&self, deferred: &Deferred, rules: &RuleSet, path: &[u8]) {
        let opinions = deferred.opinions(rules, path);
        let (rule, secret) = deferred.value();
        self.change((rule, hash(secret)), |fate| {
            fate.lowered_by.extend(opinions.lowered_by);
            if opinions.droppers.is_empty() {
                fate.kept = fate.kept.max(Some(opinions.confidence));
            }
            fate.droppers.extend(opinions.droppers);
        });
    }

    fn change(&self, key: (RuleIndex, u64), change: impl FnOnce(&mut Fate)) {
        let mut values = self.values.lock().unwrap_or_else(PoisonError::into_inner);
        // One more is kept, to know that there are more.
        let is_full = values.len() > MOST_VALUES;
        match values.entry(key) {
            Entry::Occupied(mut known) => change(known.get_mut()),
            Entry::Vacant(_) if is_full => {}
            Entry::Vacant(new) => change(new.insert(Fate::default())),
        }
    }

    /// Returns what became of the values of `rule` so far.
    pub fn of(&self, rule: RuleIndex) -> Counted {
        let values = self.values.lock().unwrap_or_else(PoisonError::into_inner);
        let mut out = Counted {
            is_cut: values.len() > MOST_VALUES,
            ..Counted::default()
        };
        for (_, fate) in values.iter().filter(|((of, _), _)| *of == rule) {
            out.candidates += 1;
            match fate.kept {
                Some(confidence) => *out.kept.entry(confidence).or_default() += 1,
                None if !fate.droppers.is_empty() => out.dropped += 1,
                None => out.refuted += 1,
            }
            for check in &fate.checks {
                *out.by_check.entry(check.clone()).or_default() += 1;
            }
            for judge in &fate.droppers {
                let (all, alone) = out.by_judge.entry(judge).or_default();
                *all += 1;
                *alone += u64::from(fate.droppers.len() == 1);
            }
            for judge in &fate.lowered_by {
                *out.lowered.entry(judge).or_default() += 1;
            }
        }
        out
    }
}

fn hash(secret: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    secret.hash(&mut hasher);
    hasher.finish()
}
