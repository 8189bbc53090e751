//! What the user accepts.

pub mod allow;
pub mod allowed_lines;
pub mod baseline;
pub mod inline;
pub mod novelty;
pub mod paths;

use std::collections::BTreeMap;

use crate::{
    finding::{Acceptance, AcceptedBy},
    secret::Fingerprint,
};

/// The secrets that are accepted, and how.
pub type Accepted = BTreeMap<Fingerprint, Acceptance>;

/// Adds the secrets of a baseline to what is `accepted`. Where an entry accepts one as well, the entry says more.
pub fn add_baseline(accepted: &mut Accepted, baseline: baseline::Baseline) {
    for fingerprint in baseline.into_keys() {
        let how = || AcceptedBy::Baseline.into();
        accepted.entry(fingerprint).or_insert_with(how);
    }
}
