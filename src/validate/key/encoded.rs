//! The base64 of a whole PEM file, as in Kubernetes secrets, kubeconfig files and CI variables.

use super::{armor, inspect, window};
use crate::validate::{Proof, Subject, Verdict};

/// Checks base64 that starts with an encoded `-----BEGIN`.
pub(in crate::validate) fn check(subject: Subject<'_>) -> Proof {
    let after = window(subject);
    let mut text = subject.matched.to_vec();
    text.extend_from_slice(&armor::read(after, usize::MAX).text);
    let padding = memchr::memchr(b'=', &text).unwrap_or(text.len());
    let decoded = armor::decode(&text[..padding]);
    let mut proof = keys(&decoded);
    if proof.verdict != Verdict::Refuted {
        // The characters that hold what the inner check took, and the padding.
        let chars = proof.extend_bytes.div_ceil(3) * 4;
        let rest = armor::read(after, chars.saturating_sub(subject.matched.len()));
        let pad = after[rest.len..].iter().take(2).take_while(|b| **b == b'=');
        proof.extend_bytes = rest.len + pad.count();
    }
    proof
}

/// Checks each private key in `pem`, which may hold certificates, too; the proof's extension counts from the start of `pem`.
fn keys(pem: &[u8]) -> Proof {
    for at in memchr::memmem::find_iter(pem, b"-----BEGIN ") {
        let from = at + b"-----BEGIN ".len();
        let label = &pem[from..];
        let Some(dash) = memchr::memchr(b'-', &label[..label.len().min(64)]) else {
            continue;
        };
        let body = from
            + dash
            + label[dash..]
                .iter()
                .take(5)
                .take_while(|b| **b == b'-')
                .count();
        let proof = inspect(label[..dash].trim_ascii_end(), &pem[body..]);
        if proof.verdict != Verdict::Refuted {
            return Proof {
                extend_bytes: body + proof.extend_bytes,
                ..proof
            };
        }
    }
    Proof::refuted()
}
