//! PEM private keys whose body is DER (RFC 7468), or DER encrypted as in RFC 1421.

use super::{armor::Armor, asn1, is_varied, public::PublicKey};
use crate::{
    rule::{Confidence, Severity},
    validate::Proof,
};

/// How many base64 characters of a key without its end are worth a report.
const LEAST_CUT_CHARS: usize = 200;

/// Checks the body of a PEM private key.
pub(super) fn inspect(armor: &Armor) -> Proof {
    let der = armor.decode();
    if armor.encrypted {
        return extended(armor, legacy_encrypted(&der));
    }
    let proof = match asn1::key(&der) {
        Some(key) => proved(&key),
        None => cut(armor, &der),
    };
    extended(armor, proof)
}

fn extended(armor: &Armor, proof: Proof) -> Proof {
    Proof {
        extend_bytes: armor.len,
        ..proof
    }
}

fn proved(key: &asn1::Key) -> Proof {
    let mut proof = if key.encrypted {
        encrypted()
    } else {
        Proof::proved("its body is a well-formed private key").with_fact("encrypted", "false")
    };
    if let Some(kind) = key.kind {
        proof = proof.with_fact("key_type", kind);
    }
    if let Some(bits) = key.bits {
        proof = proof.with_fact("key_bits", bits.to_string());
    }
    with_public(proof, key.public.as_ref())
}

/// Adds what the public half of the key is called. A key that is published on purpose is no secret.
pub(super) fn with_public(proof: Proof, public: Option<&PublicKey>) -> Proof {
    match public {
        Some(public) if public.is_known() => Proof {
            extend_bytes: proof.extend_bytes,
            ..Proof::refuted().with_fact("known_as", "a key pair that is published for testing")
        },
        Some(public) => proof.with_fact("public_key", public.fingerprint()),
        None => proof,
    }
}

/// Returns the proof for a key that a passphrase protects.
pub(super) fn encrypted() -> Proof {
    Proof::proved("its body is a well-formed private key, encrypted")
        .with_severity(Severity::Medium)
        .with_fact("encrypted", "true")
}

/// Checks the ciphertext of an RFC 1421 key: whole blocks of DES (8 bytes) or AES (16 bytes).
fn legacy_encrypted(body: &[u8]) -> Proof {
    if body.len() >= 48 && body.len().is_multiple_of(8) && is_varied(body) {
        encrypted()
    } else {
        Proof::refuted()
    }
}

/// Checks a key whose end is missing: half of an RSA key is enough to compute the rest, its first lines are the public part.
fn cut(armor: &Armor, der: &[u8]) -> Proof {
    match asn1::cut_key(der) {
        Some(part) if armor.text.len() >= LEAST_CUT_CHARS && is_varied(der) => Proof {
            at_most: Some(if part > 0.5 {
                Confidence::Medium
            } else {
                Confidence::Low
            }),
            reason: Some("its body starts as a private key does, but its end is missing"),
            ..Proof::plausible()
        },
        _ => Proof::refuted(),
    }
}
