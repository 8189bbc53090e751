//! Pre-signed requests: they work for whoever holds them, until they expire.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html>. There is no clock here, so the dates are facts
//! for the reader and the confidence stays low.

use super::super::{Proof, Subject};

/// Checks the query of a request signed with version 4.
pub(crate) fn check_v4(subject: Subject<'_>) -> Proof {
    let query = [
        subject.matched,
        &subject.after[..subject.after.len().min(2048)],
    ]
    .concat();
    if super::holds(subject.matched, b"EXAMPLE") || field(&query, "X-Amz-Expires").is_none() {
        return Proof::refuted();
    }
    facts(&query, Proof::plausible())
}

/// Checks the query of a request signed with version 2: a signature is 20 bytes.
pub(crate) fn check_v2(subject: Subject<'_>) -> Proof {
    let signature = super::plain(subject.secret);
    let whole = data_encoding::BASE64
        .decode(&signature)
        .is_ok_and(|bytes| bytes.len() == 20);
    if !whole || super::holds(subject.matched, b"EXAMPLE") {
        return Proof::refuted();
    }
    let query = [
        subject.matched,
        &subject.after[..subject.after.len().min(256)],
    ]
    .concat();
    let mut proof = Proof::plausible();
    if let Some(seconds) = field(&query, "Expires") {
        proof = proof.with_fact("expires_unix", seconds);
    }
    match field(&query, "AWSAccessKeyId") {
        Some(id) => with_account(proof, &id),
        None => proof,
    }
}

/// Adds what a signed query tells of its date, its expiry and its account.
pub(super) fn facts(query: &[u8], mut proof: Proof) -> Proof {
    if let (Some(date), Some(seconds)) = (
        field(query, "X-Amz-Date").as_deref().and_then(date),
        field(query, "X-Amz-Expires"),
    ) {
        proof = proof.with_fact("expires", format!("{seconds} seconds after {date}"));
    }
    match field(query, "X-Amz-Credential") {
        Some(credential) => with_account(proof, &credential),
        None => proof,
    }
}

fn with_account(proof: Proof, id: &str) -> Proof {
    match super::key_id::account(id.as_bytes()) {
        Some(account) => proof.with_fact("account_id", account),
        None => proof,
    }
}

/// Returns the letters and digits at the start of the parameter `name`.
fn field(query: &[u8], name: &str) -> Option<String> {
    let name = format!("{name}=");
    let at = memchr::memmem::find(query, name.as_bytes())? + name.len();
    let value: String = query[at..]
        .iter()
        .take_while(|b| b.is_ascii_alphanumeric())
        .map(|b| char::from(*b))
        .collect();
    (!value.is_empty()).then_some(value)
}

/// Returns `20260102T030405Z` as `2026-01-02T03:04:05Z`.
fn date(basic: &str) -> Option<String> {
    let part = |range| basic.get(range);
    Some(format!(
        "{}-{}-{}T{}:{}:{}Z",
        part(0..4)?,
        part(4..6)?,
        part(6..8)?,
        part(9..11)?,
        part(11..13)?,
        part(13..15)?
    ))
}
