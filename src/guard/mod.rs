//! The guard: finds the user's own secrets, whatever form they are written in, without keeping them.
//!
//! The [`store::Store`] has of each secret its length, a few bits for a filter, and a salted slow hash. A scan goes over a text once
//! (`search.rs`): at each position it reads eight bytes in each form that may begin there (`forms.rs`) and asks the filter (`filter.rs`). Where that says yes,
//! as many bytes as the secret has are read in that form and hashed slowly (`check.rs`).
//!
//! What [`Guard::match_at`] finds is a function of the position and of the bytes from [`BACK`] before it to [`Guard::reach`] behind it, as a
//! match of a rule is.

mod check;
mod filter;
mod forms;
mod search;
pub mod settings;
pub mod source;
pub mod store;
pub mod strength;
mod units;

#[cfg(test)]
pub(crate) mod tests;

use std::{fmt, ops::Range};

use check::Checker;
pub use check::MAX_CHECKS;
use filter::{Filter, WINDOW};
use forms::{Form, MAX_SPAN};
use search::Search;
use store::{Entry, Store};

use crate::secret::Secret;

/// How many bytes from the start of a hit on say that it is there.
pub const HIT_BYTES: usize = search::REACH;

/// How many bytes before the start of a match decide.
pub const BACK: usize = 8;

/// The secrets of a store, ready to be looked for.
pub struct Guard {
    store: Store,
    filter: Filter,
    checker: Checker,
    ascii: bool,
    longest: usize,
}

/// A secret of the store in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Match {
    /// Which, in [`Store::entries`].
    pub entry: usize,
    /// Where it stands.
    pub span: Range<usize>,
    /// The secret as its owner knows it.
    pub secret: Secret,
    /// The encodings it is written in, outermost first; none when it stands there as it is.
    pub encodings: &'static [&'static str],
}

/// Returns the names of all forms in which a secret is found; as it is comes first.
pub fn forms() -> Vec<String> {
    let mut out = vec!["plain".to_owned()];
    for form in Form::ALL {
        let name = form.names().join(" of ");
        if !name.is_empty() && !out.contains(&name) {
            out.push(name);
        }
    }
    out
}

impl fmt::Debug for Guard {
    /// Says which secrets these are, so that what depends on them can be told apart.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let id = data_encoding::HEXLOWER.encode(&self.identity());
        write!(f, "Guard({} secrets, {id})", self.entries().len())
    }
}

impl Guard {
    /// Returns a guard for the secrets of `store`.
    pub fn new(store: Store) -> Self {
        let longest = store.entries().iter().map(|entry| entry.len).max();
        Self {
            filter: Filter::new(store.key, store.entries()),
            checker: Checker::default(),
            ascii: store.is_ascii(),
            longest: longest.unwrap_or(0),
            store,
        }
    }

    /// Returns what is known of the secrets.
    pub fn entries(&self) -> &[Entry] {
        self.store.entries()
    }

    /// Returns a hash of all that decides what is found.
    pub fn identity(&self) -> [u8; 16] {
        self.store.identity()
    }

    /// Adds to `starts` the positions in `range` where a secret may begin, sorted, each once.
    pub fn find(&self, bytes: &[u8], range: Range<usize>, starts: &mut Vec<usize>) {
        if self.longest == 0 {
            return;
        }
        let search = Search {
            filter: &self.filter,
            ascii: self.ascii,
            bytes,
            range,
            hits: starts,
        };
        search.run();
        starts.sort_unstable();
        starts.dedup();
    }

    /// Returns how many bytes from its start on decide whether there is a match.
    pub fn reach(&self) -> usize {
        MAX_SPAN.min((self.longest + 1) * units::MAX_UNIT) + 1
    }

    /// Returns the secret that begins at `start`, in whatever form. Of several the longest speaks.
    pub fn match_at(&self, bytes: &[u8], start: usize) -> Option<Match> {
        let mut best: Option<Match> = None;
        let mut read = Vec::new();
        for form in Form::ALL {
            for at in self.candidates(form, bytes, start, &mut read) {
                let entry = &self.entries()[at];
                let longer = best
                    .as_ref()
                    .is_none_or(|best| best.secret.len() < entry.len);
                let Some(end) = form
                    .read(bytes, start, entry.len, &mut read)
                    .filter(|_| longer)
                else {
                    continue;
                };
                if filter::kinds(&read) == entry.kinds
                    && (!entry.chosen || stands_alone(form, bytes, start..end, &read))
                    && self.checker.is(self.store.cost, at, entry, &read)
                {
                    best = Some(Match {
                        entry: at,
                        span: start..end,
                        secret: Secret::new(&read),
                        encodings: form.names(),
                    });
                }
            }
        }
        best
    }

    /// Returns the entries that may begin at `start` in `form`.
    fn candidates(&self, form: Form, bytes: &[u8], start: usize, read: &mut Vec<u8>) -> Vec<usize> {
        let escaped = matches!(form, Form::Escaped(_));
        // An escape may stand behind the window.
        if form.read(bytes, start, WINDOW, read).is_none()
            && !(escaped && Form::Plain.read(bytes, start, WINDOW, read).is_some())
        {
            return Vec::new();
        }
        let window = read.first_chunk().copied().unwrap_or_default();
        self.filter.entries(u64::from_le_bytes(window)).collect()
    }

    /// Returns how often a text that passed the filter was not looked at because [`MAX_CHECKS`] had been.
    pub fn unchecked(&self) -> u64 {
        self.checker.refused()
    }
}

/// Returns true when what was `read` is no part of a longer word.
fn stands_alone(form: Form, bytes: &[u8], span: Range<usize>, read: &[u8]) -> bool {
    let is_word = |byte: Option<u8>| byte.is_some_and(|b| b.is_ascii_alphanumeric());
    let (first, last) = (read.first().copied(), read.last().copied());
    let joined_before = is_word(first) && is_word(form.before(bytes, span.start));
    let joined_after =
        is_word(last) && is_word(form.after(bytes, (span.start, span.end), read.len()));
    !(joined_before || joined_after)
}
