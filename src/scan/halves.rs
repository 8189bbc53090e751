//! The public halves of private keys that were found: where they stand tells what a key opens, and a certificate how long.

use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    io::{self, Read as _},
    sync::{Mutex, PoisonError},
};

use bstr::{BStr, BString};

use crate::{
    finding::{Finding, Outcome, Skipped, Validity},
    source::{Blob, Content, Visitor},
    validate::{
        civil,
        key::public::{self, Half},
    },
};

/// How many bytes of a file are looked at.
const MAX_BYTES: u64 = 16 << 20;

/// How many places are told of one key.
const MAX_PLACES: usize = 3;

/// The public keys to look for, and where they were found.
#[derive(Debug)]
pub struct Halves {
    wanted: HashSet<String>,
    found: Mutex<BTreeMap<String, Places>>,
}

/// Where one public key stands.
#[derive(Debug, Default)]
struct Places {
    at: BTreeSet<(BString, usize)>,
    /// The latest end of its certificates, in seconds since 1970.
    expires: Option<i64>,
}

impl Halves {
    /// Returns the public halves of the private keys in `outcome`; none when there are none.
    pub fn of(outcome: &Outcome) -> Option<Self> {
        let wanted: HashSet<String> = (outcome.findings.iter())
            .filter_map(|finding| Some(fingerprint(finding)?.to_owned()))
            .collect();
        (!wanted.is_empty()).then(|| Self {
            wanted,
            found: Mutex::default(),
        })
    }

    /// Returns one thread's share of the search.
    pub fn visitor(&self) -> Box<dyn Visitor + '_> {
        Box::new(Seeker { halves: self })
    }

    fn look_at(&self, path: &BStr, text: &[u8]) {
        public::find(text, &mut |at, Half { key, expires }| {
            let name = key.fingerprint();
            if !self.wanted.contains(&name) {
                return;
            }
            let line = 1 + memchr::memchr_iter(b'\n', &text[..at]).count();
            let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
            let places = found.entry(name).or_default();
            places.at.insert((path.to_owned(), line));
            places.expires = places.expires.max(expires);
        });
    }

    /// Adds to the findings of `outcome` where the public half of each stands, and until when it is certified; a private key whose
    /// certificates have all ended before `now`, in seconds since 1970, has expired.
    pub fn tell(self, outcome: &mut Outcome, now: Option<i64>) {
        let found = self
            .found
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        for finding in &mut outcome.findings {
            let places = fingerprint(finding).and_then(|name| found.get(name));
            let Some(places) = places else { continue };
            let text = |(path, line): &(BString, usize)| format!("{path}:{line}");
            let mut told: Vec<String> = places.at.iter().take(MAX_PLACES).map(text).collect();
            if places.at.len() > MAX_PLACES {
                told.push(format!("{} more", places.at.len() - MAX_PLACES));
            }
            finding.facts.push(("public_half", told.join(", ")));
            if let Some(end) = places.expires {
                finding
                    .facts
                    .push(("certificate_expires", civil::rfc3339(end)));
                if now.is_some_and(|now| end <= now) {
                    finding.validity = finding.validity.max(Validity::Expired);
                }
            }
        }
    }
}

/// Returns what the public half of a private key is called.
fn fingerprint(finding: &Finding) -> Option<&str> {
    let fact = finding.facts.iter().find(|(name, _)| *name == "public_key");
    fact.map(|(_, value)| value.as_str())
}

struct Seeker<'h> {
    halves: &'h Halves,
}

impl Visitor for Seeker<'_> {
    fn blob(&mut self, blob: Blob<'_>) -> io::Result<()> {
        match blob.content {
            Content::Bytes(bytes) => self.halves.look_at(blob.path, bytes),
            Content::Reader { reader, .. } => {
                let mut bytes = Vec::new();
                reader.take(MAX_BYTES).read_to_end(&mut bytes)?;
                self.halves.look_at(blob.path, &bytes);
            }
        }
        Ok(())
    }

    /// What was not read was named by the scan for secrets.
    fn skip(&mut self, _: Skipped) {}
}
