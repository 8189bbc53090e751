//! Numbers for secrets, and for the members of archives they stand in.

use std::collections::HashMap;

use bstr::{BStr, BString, ByteSlice as _};

use crate::{finding::Finding, secret::Fingerprint};

/// What a secret is known by. One that is accepted in one place and not in another is two.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Key {
    rule: String,
    fingerprint: Fingerprint,
    is_accepted: bool,
}

impl Key {
    /// Returns that of the secret of `finding`.
    pub(super) fn of(finding: &Finding) -> Self {
        Self {
            rule: finding.rule.clone(),
            fingerprint: finding.fingerprint,
            is_accepted: finding.accepted.is_some(),
        }
    }

    /// Returns true when `finding` is one of the secret.
    pub(super) fn is_of(&self, finding: &Finding) -> bool {
        self.fingerprint == finding.fingerprint
            && self.is_accepted == finding.accepted.is_some()
            && self.rule == finding.rule
    }
}

/// A secret in a file, or in one member of an archive, whatever the file is called.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Item {
    /// The number of the secret.
    pub(super) secret: u32,
    /// What follows after the path of the file.
    pub(super) suffix: BString,
}

/// Numbers for secrets, and for items, each of which has stays of its own.
#[derive(Default)]
pub(super) struct Numbers {
    secrets: HashMap<Key, u32>,
    keys: Vec<Key>,
    known: HashMap<Item, u32>,
    items: Vec<Item>,
}

impl Numbers {
    /// Returns the number of the secret of `finding`.
    pub(super) fn secret(&mut self, finding: &Finding) -> u32 {
        number(&mut self.secrets, &mut self.keys, Key::of(finding))
    }

    /// Returns the number of the item that `finding` is in the file at `path`.
    pub(super) fn item(&mut self, finding: &Finding, path: &BStr) -> u32 {
        let item = Item {
            secret: self.secret(finding),
            suffix: suffix(finding, path).to_owned(),
        };
        number(&mut self.known, &mut self.items, item)
    }

    /// Returns the item of that number.
    pub(super) fn item_of(&self, number: u32) -> &Item {
        &self.items[number as usize]
    }

    /// Returns the secret of that number.
    pub(super) fn key_of(&self, number: u32) -> &Key {
        &self.keys[number as usize]
    }
}

fn number<T: Clone + Eq + std::hash::Hash>(
    numbers: &mut HashMap<T, u32>,
    all: &mut Vec<T>,
    one: T,
) -> u32 {
    let next = u32::try_from(all.len()).unwrap_or(u32::MAX);
    *numbers.entry(one).or_insert_with_key(|one| {
        all.push(one.clone());
        next
    })
}

/// Returns what follows in the path of `finding` after that of the file it is in.
pub(super) fn suffix<'f>(finding: &'f Finding, path: &BStr) -> &'f BStr {
    finding.path.get(path.len()..).unwrap_or_default().as_bstr()
}
