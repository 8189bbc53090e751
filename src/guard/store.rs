//! The store: what is kept of secrets, and the JSON it is written in. `docs/guard.md` describes both.

use std::fmt;

use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::{check, filter, source::Source};
use crate::judge::randomness;

/// What the file begins with, as the value of `format`; the number is that of the format.
const FORMAT: &str = "keyfence guard 1";

/// How many bytes a slow hash has.
pub const HASH_BYTES: usize = 32;

/// How many bytes the salt of a slow hash has.
pub const SALT_BYTES: usize = 16;

/// The shortest secret, in bytes: what the filter needs, and any shorter one is soon guessed.
pub const MIN_BYTES: usize = filter::WINDOW;

/// The longest secret, in bytes: an RSA key of 4096 bits in PEM has 3,272.
pub const MAX_BYTES: usize = 4096;

/// The most secrets.
pub const MAX_ENTRIES: usize = 10_000;

/// What a slow hash costs: the parameters of Argon2id (RFC 9106 section 3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cost {
    /// Memory, in KiB.
    pub memory_kib: u32,
    /// Passes over the memory.
    pub passes: u32,
    /// Lanes.
    pub lanes: u32,
}

impl Default for Cost {
    /// What OWASP names for 12 MiB
    /// (<https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html#argon2id>): a hook has to do with little memory.
    fn default() -> Self {
        Self {
            memory_kib: 12 << 10,
            passes: 3,
            lanes: 1,
        }
    }
}

/// The most memory that a store may ask for, in KiB, and the most passes: whoever writes it must not stop every scan.
const MOST: (u32, u32) = (256 << 10, 64);

/// What is kept of one secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What the person calls it.
    pub name: String,
    /// Where it came from.
    pub source: Source,
    /// When, in the form of RFC 3339.
    pub added: String,
    /// How many bytes it has.
    pub len: usize,
    /// True when a person may have chosen it: it must stand by itself to be found.
    pub chosen: bool,
    /// Which kinds of bytes it has ([`filter::kinds`]).
    pub(super) kinds: u8,
    pub(super) filter: u32,
    pub(super) salt: [u8; SALT_BYTES],
    pub(super) hash: [u8; HASH_BYTES],
}

/// What is kept of all secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Store {
    pub(super) key: u64,
    pub(super) cost: Cost,
    entries: Vec<Entry>,
}

/// Why a store cannot be read or added to.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum StoreError {
    /// It is no JSON of this form.
    Syntax(String),
    /// It was written by another version.
    Format(String),
    /// It is not what was written.
    Checksum,
    /// A field holds what it cannot hold.
    Field(String, &'static str),
    /// It holds as many secrets as it can.
    Full,
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Syntax(why) => write!(f, "it is not what `keyfence guard` writes: {why}"),
            Self::Format(found) => write!(f, "its format is {found:?}, not {FORMAT:?}"),
            Self::Checksum => f.write_str("its checksum is wrong: it was changed or cut"),
            Self::Field(name, what) => write!(f, "of `{name}`, {what}"),
            Self::Full => write!(f, "it holds {MAX_ENTRIES} secrets, and no more fit"),
        }
    }
}

impl std::error::Error for StoreError {}

/// What became of a secret that was to be added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Added {
    /// It is in the store now.
    New,
    /// It was there already; the number is its place in [`Store::entries`].
    There(usize),
}

/// The file, field by field.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    format: String,
    body: Body,
    /// SHA-256 of `body` as it stands here without blanks.
    checksum: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    filter_key: String,
    argon2id: Cost,
    secrets: Vec<Record>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Record {
    name: String,
    source: Source,
    added: String,
    length: usize,
    chosen: bool,
    kinds: u8,
    filter: String,
    salt: String,
    hash: String,
}

impl Body {
    fn checksum(&self) -> String {
        let bytes = serde_json::to_vec(self).unwrap_or_default();
        HEXLOWER.encode(&Sha256::digest(bytes))
    }
}

impl Store {
    /// Returns an empty store. `key` is drawn at random.
    pub fn new(key: u64, cost: Cost) -> Self {
        Self {
            key,
            cost,
            entries: Vec::new(),
        }
    }

    /// Returns what is kept, oldest first.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Returns what a slow hash costs.
    pub fn cost(&self) -> Cost {
        self.cost
    }

    /// Adds `secret` under `name` unless it is there. `salt` is drawn at random.
    ///
    /// # Errors
    ///
    /// When the store is full, or its cost is none that Argon2id takes.
    ///
    /// # Panics
    ///
    /// When `secret` is shorter than [`MIN_BYTES`] or longer than [`MAX_BYTES`]: that is to be told before
    /// ([`super::strength::refuse`]).
    pub fn add(
        &mut self,
        (name, source, added): (&str, &Source, &str),
        secret: &[u8],
        salt: [u8; SALT_BYTES],
    ) -> Result<Added, StoreError> {
        assert!(
            (MIN_BYTES..=MAX_BYTES).contains(&secret.len()),
            "the length of a secret was looked at"
        );
        if let Some(at) = self.find(secret)? {
            return Ok(Added::There(at));
        }
        if self.entries.len() >= MAX_ENTRIES {
            return Err(StoreError::Full);
        }
        let chosen = !randomness::looks_random(secret);
        self.entries.push(Entry {
            name: name.to_owned(),
            source: source.clone(),
            added: added.to_owned(),
            len: secret.len(),
            chosen,
            kinds: filter::kinds(secret),
            filter: filter::value(self.key, secret, chosen),
            salt,
            hash: self.hash(&salt, secret)?,
        });
        Ok(Added::New)
    }

    fn hash(&self, salt: &[u8], secret: &[u8]) -> Result<[u8; HASH_BYTES], StoreError> {
        check::slow_hash(self.cost, salt, secret, &mut Vec::new()).map_err(StoreError::Syntax)
    }

    /// Returns where `secret` is, if it is there.
    fn find(&self, secret: &[u8]) -> Result<Option<usize>, StoreError> {
        for (at, entry) in self.entries.iter().enumerate() {
            if entry.len == secret.len()
                && entry.filter == filter::value(self.key, secret, entry.chosen)
                && entry.hash == self.hash(&entry.salt, secret)?
            {
                return Ok(Some(at));
            }
        }
        Ok(None)
    }

    /// Returns true when no secret has other bytes than those of ASCII.
    pub(super) fn is_ascii(&self) -> bool {
        (self.entries.iter()).all(|entry| entry.kinds & filter::NOT_ASCII == 0)
    }

    /// Returns true where a newer secret than that at `at` came from the same file and setting, or variable.
    pub fn is_replaced(&self, at: usize) -> bool {
        let source = |entry: &Entry| match &entry.source {
            // Lines come and go, and standard input is no place.
            Source::List { .. } | Source::Stdin => None,
            source => Some(source.clone()),
        };
        let own = self.entries.get(at).and_then(source);
        let newer = self.entries.iter().skip(at + 1);
        own.is_some() && newer.into_iter().any(|entry| source(entry) == own)
    }

    /// Removes the entries that `is_wanted` says false of, given its place, and returns how many these were.
    pub fn retain(&mut self, mut is_wanted: impl FnMut(usize, &Entry) -> bool) -> usize {
        let (before, mut at) = (self.entries.len(), 0);
        self.entries.retain(|entry| {
            at += 1;
            is_wanted(at - 1, entry)
        });
        before - self.entries.len()
    }

    /// Returns the text of the file.
    pub fn text(&self) -> String {
        let records = self.entries.iter().map(|entry| Record {
            name: entry.name.clone(),
            source: entry.source.clone(),
            added: entry.added.clone(),
            length: entry.len,
            chosen: entry.chosen,
            kinds: entry.kinds,
            filter: format!("{:07x}", entry.filter),
            salt: HEXLOWER.encode(&entry.salt),
            hash: HEXLOWER.encode(&entry.hash),
        });
        let body = Body {
            filter_key: HEXLOWER.encode(&self.key.to_be_bytes()),
            argon2id: self.cost,
            secrets: records.collect(),
        };
        let file = File {
            format: FORMAT.to_owned(),
            checksum: body.checksum(),
            body,
        };
        serde_json::to_string_pretty(&file).unwrap_or_default() + "\n"
    }

    /// Reads the text of a file.
    ///
    /// # Errors
    ///
    /// When it is not what [`Self::text`] has written.
    pub fn parse(text: &[u8]) -> Result<Self, StoreError> {
        let syntax = |error: serde_json::Error| StoreError::Syntax(error.to_string());
        // The format first: another version may have other fields.
        let any: serde_json::Value = serde_json::from_slice(text).map_err(syntax)?;
        match any.get("format").and_then(serde_json::Value::as_str) {
            Some(FORMAT) => {}
            found => return Err(StoreError::Format(found.unwrap_or_default().to_owned())),
        }
        let File { body, checksum, .. } = serde_json::from_value(any).map_err(syntax)?;
        if checksum != body.checksum() {
            return Err(StoreError::Checksum);
        }
        let bad = |name: &str, what| StoreError::Field(name.to_owned(), what);
        let key = fixed(&body.filter_key).ok_or_else(|| bad("filter_key", "8 bytes are wanted"))?;
        let cost = body.argon2id;
        if cost.memory_kib > MOST.0 || cost.passes > MOST.1 || cost.lanes != 1 {
            return Err(bad("argon2id", "the cost is beyond what is used"));
        }
        if body.secrets.len() > MAX_ENTRIES {
            return Err(StoreError::Full);
        }
        let entries = body.secrets.into_iter().map(Entry::of);
        Ok(Self {
            key: u64::from_be_bytes(key),
            cost,
            entries: entries.collect::<Result<_, _>>()?,
        })
    }

    /// Returns a hash of all that decides what is found.
    pub(super) fn identity(&self) -> [u8; 16] {
        let mut hash = Sha256::new();
        hash.update(self.key.to_le_bytes());
        for entry in &self.entries {
            hash.update([u8::from(entry.chosen), entry.kinds]);
            hash.update((entry.len as u64).to_le_bytes());
            hash.update(entry.filter.to_le_bytes());
            hash.update(entry.hash);
        }
        hash.finalize().first_chunk().copied().unwrap_or_default()
    }
}

impl Entry {
    fn of(record: Record) -> Result<Self, StoreError> {
        let bad = |what| StoreError::Field(record.name.clone(), what);
        let filter = u32::from_str_radix(&record.filter, 16);
        let fits = |filter: &u32| *filter >> filter::bits(record.chosen) == 0;
        if !(MIN_BYTES..=MAX_BYTES).contains(&record.length) {
            return Err(bad("the length is none that a secret has"));
        }
        if record.kinds == 0 || record.kinds >= 2 * filter::NOT_ASCII {
            return Err(bad("there are no such kinds of bytes"));
        }
        Ok(Self {
            len: record.length,
            chosen: record.chosen,
            kinds: record.kinds,
            filter: (filter.ok().filter(fits)).ok_or_else(|| bad("the filter is too long"))?,
            salt: fixed(&record.salt).ok_or_else(|| bad("the salt has another length"))?,
            hash: fixed(&record.hash).ok_or_else(|| bad("the hash has another length"))?,
            name: record.name,
            source: record.source,
            added: record.added,
        })
    }
}

/// Returns as many bytes as are wanted from hexadecimal digits.
fn fixed<const N: usize>(digits: &str) -> Option<[u8; N]> {
    HEXLOWER.decode(digits.as_bytes()).ok()?.try_into().ok()
}
