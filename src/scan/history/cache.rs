//! What one scan of a history leaves for the next.
//!
//! The file says which objects were read and in which of them something was found, as the engine alone sees it: before allow entries,
//! inline markers, thresholds, paths and branches have their say. So none of these makes it stale, and objects of interest are scanned anew
//! each time; nothing that was found is in the file.
//!
//! It is believed when the program that wrote it has the same engine (`build.rs`). Of rules it has a hash each: rules that it does not know
//! are tried alone on what was read before, and rules that are gone need nothing.
//!
//! Whoever can write the file can hide findings. Let nobody write it who may not change the scanner itself.

use std::{collections::BTreeSet, path::Path};

use gix::hash;
use sha2::{Digest as _, Sha256};

use crate::{
    finding::Skipped,
    guard::Guard,
    rule::{Rule, RuleSet},
    source::history::seen::{Seen, file},
};

/// What the file begins with; the number is that of the format.
const MAGIC: &[u8] = b"keyfence history cache 1\n";

/// Names the engine.
const ENGINE: &str = env!("KEYFENCE_ENGINE");

/// The most rules that are remembered, so that a file does not grow for ever.
const MAX_RULES: usize = 4096;

/// Names what of a rule decides whether it finds something.
type RuleHash = [u8; 16];

/// A cache that was opened.
#[derive(Debug, Default)]
pub(super) struct Cache<'a> {
    path: Option<&'a Path>,
    hash: hash::Kind,
    /// The rules that all that was seen was searched for.
    known: BTreeSet<RuleHash>,
    /// What the guard counts as: a rule, that all was searched for or nothing is known.
    guard: Option<RuleHash>,
    seen: Seen,
}

impl<'a> Cache<'a> {
    /// Returns the same cache, which is believed only if these secrets were looked for.
    pub(super) fn for_guard(mut self, guard: Option<&Guard>) -> Self {
        self.guard = guard.map(Guard::identity);
        self
    }

    /// Opens the cache at `path` for a repository whose objects are named by `hash`. One that cannot be used is named and left alone.
    pub(super) fn open(
        path: Option<&'a Path>,
        hash: hash::Kind,
        skip: &mut dyn FnMut(Skipped),
    ) -> Self {
        let mut this = Self {
            path,
            hash,
            ..Self::default()
        };
        let Some(path) = path else {
            return this;
        };
        match file::read(path) {
            Ok(None) => {}
            Ok(Some(bytes)) => match read(&bytes, hash) {
                Ok((known, seen)) => (this.known, this.seen) = (known, seen),
                Err(why) => skip(trouble(path, "not used", why)),
            },
            Err(error) => skip(trouble(path, "not used", &error.to_string())),
        }
        this
    }

    /// Returns the rules of `rules` that are on and were not on before: none where nothing is known, or where so much is new that it is
    /// better to begin anew.
    pub(super) fn missing(&mut self, rules: &RuleSet) -> Vec<Rule> {
        if self.guard.is_some_and(|guard| !self.known.contains(&guard)) {
            (self.known, self.seen) = (BTreeSet::new(), Seen::default());
            return Vec::new();
        }
        let enabled = rules.iter().filter(|(index, _)| rules.is_enabled(*index));
        let missing: Vec<Rule> = enabled
            .filter(|(_, rule)| !self.known.contains(&hash_of(rule)))
            .map(|(_, rule)| rule.clone())
            .collect();
        if 2 * missing.len() > rules.enabled_count() {
            (self.known, self.seen) = (BTreeSet::new(), Seen::default());
            return Vec::new();
        }
        missing
    }

    /// Returns what is known, which is then known no more.
    pub(super) fn take(&mut self) -> Seen {
        std::mem::take(&mut self.seen)
    }

    /// Returns true when there is nothing to be written. `has_more` says that there is more than the file says.
    pub(super) fn is_current(&self, rules: &RuleSet, has_more: bool) -> bool {
        self.path.is_none() || !has_more && self.wanted(rules).is_subset(&self.known)
    }

    /// Returns the hashes of all that is looked for.
    fn wanted(&self, rules: &RuleSet) -> BTreeSet<RuleHash> {
        let mut wanted = enabled(rules);
        wanted.extend(self.guard);
        wanted
    }

    /// Writes what is known now. `has_more` says that `seen` has objects which were searched for `rules` alone.
    pub(super) fn write(
        &self,
        seen: &Seen,
        rules: &RuleSet,
        has_more: bool,
        skip: &mut dyn FnMut(Skipped),
    ) {
        let Some(path) = self.path else {
            return;
        };
        let mut known = self.wanted(rules);
        if !has_more && known.union(&self.known).count() <= MAX_RULES {
            known.extend(&self.known);
        }
        let mut bytes = MAGIC.to_vec();
        bytes.extend(ENGINE.as_bytes());
        bytes.push(b'\n');
        bytes.push(width(self.hash));
        bytes.extend((known.len() as u64).to_le_bytes());
        bytes.extend(known.iter().flatten());
        seen.encode(&mut bytes);
        if let Err(error) = file::write(path, &bytes) {
            skip(trouble(path, "not written", &error.to_string()));
        }
    }
}

/// Returns the hashes of the rules that are on.
fn enabled(rules: &RuleSet) -> BTreeSet<RuleHash> {
    let enabled = rules.iter().filter(|(index, _)| rules.is_enabled(*index));
    enabled.map(|(_, rule)| hash_of(rule)).collect()
}

fn trouble(path: &Path, what: &str, why: &str) -> Skipped {
    Skipped {
        path: path.as_os_str().as_encoded_bytes().into(),
        reason: format!("cache {what}: {why}"),
        incomplete: false,
    }
}

fn width(hash: hash::Kind) -> u8 {
    u8::try_from(hash.len_in_bytes()).unwrap_or(u8::MAX)
}

fn read(bytes: &[u8], hash: hash::Kind) -> Result<(BTreeSet<RuleHash>, Seen), &'static str> {
    let bad = "it does not hold what it should";
    let rest = bytes
        .strip_prefix(MAGIC)
        .ok_or("it was written by another program or in another format")?;
    let rest = (rest
        .strip_prefix(ENGINE.as_bytes())
        .and_then(|rest| rest.strip_prefix(b"\n")))
    .ok_or("it was written by another version of this program")?;
    let rest = rest
        .strip_prefix(&[width(hash)])
        .ok_or("it is that of a repository with another hash")?;
    let (count, rest) = rest.split_first_chunk().ok_or(bad)?;
    let len = usize::try_from(u64::from_le_bytes(*count))
        .ok()
        .and_then(|count| count.checked_mul(size_of::<RuleHash>()));
    let (rules, rest) = len.and_then(|len| rest.split_at_checked(len)).ok_or(bad)?;
    let rules = rules.as_chunks().0.iter().copied().collect();
    let seen = Seen::decode(rest, hash).map_err(|_| bad)?;
    Ok((rules, seen))
}

/// Returns the hash of what decides whether `rule` finds something. What people read, and how bad and how sure a finding is, do not.
fn hash_of(rule: &Rule) -> RuleHash {
    let Rule {
        id,
        provider,
        kind,
        anchors,
        lines,
        regex,
        boundary,
        max_len,
        min_entropy,
        checks,
        part,
        identifier,
        ..
    } = rule;
    let text = format!(
        "{id:?} {provider:?} {kind:?} {anchors:?} {lines:?} {regex:?} {boundary:?} {max_len} {min_entropy:?} {checks:?} {part:?} {identifier}"
    );
    let mut hash = RuleHash::default();
    hash.copy_from_slice(&Sha256::digest(text)[..16]);
    hash
}

#[cfg(test)]
mod tests {
    use super::hash_of;
    use crate::rule::{Confidence, Rule, RuleSet, Severity, Syntax};

    #[track_caller]
    fn check(change: impl Fn(&mut Rule), same: bool) {
        let rules = RuleSet::builtin();
        let (_, rule) = rules.iter().next().unwrap();
        let mut other = rule.clone();
        change(&mut other);
        assert_eq!(hash_of(rule) == hash_of(&other), same, "{other:?}");
    }

    #[test]
    fn a_rule_is_known_by_what_decides() {
        check(|_| {}, true);
        check(|rule| rule.name = "another".into(), true);
        check(|rule| rule.severity = Severity::Low, true);
        check(|rule| rule.confidence = Confidence::Low, true);
        check(|rule| rule.regex = format!("{} ", rule.regex).into(), false);
        check(|rule| rule.id = "another".into(), false);
        check(|rule| rule.max_len += 1, false);
        check(|rule| rule.lines = Some(Syntax::Regex), false);
        check(|rule| rule.min_entropy = 3.5, false);
        check(|rule| rule.checks.to_mut().push("jwt".into()), false);
        check(|rule| rule.anchors.to_mut().truncate(0), false);
    }
}
