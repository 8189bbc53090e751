//! Private keys: the header line is what a rule matches, the body is what proves a key.
//!
//! Documentation, code and tests are full of header lines without a key. Here the body after the header is read, through the
//! ways in which people embed keys in other files ([`armor`]), decoded, and walked as the structure it claims to be.

mod age;
mod armor;
mod asn1;
mod der;
mod encoded;
mod known_keys;
mod openssh;
mod pem;
mod pgp;
pub(crate) mod public;
mod putty;

pub(super) use age::check as age_identity;
pub(super) use age::check_bech32 as bech32;
pub(super) use encoded::check as encoded_pem;
pub(super) use putty::check as putty_key;

pub(crate) use age::checksum as bech32_checksum;
pub(crate) use pgp::crc24;

use super::{Proof, Subject};
use crate::rule::MAX_MATCH_BYTES;

/// How many bytes after a header line are read: what the rule model lets a match depend on.
const WINDOW_BYTES: usize = MAX_MATCH_BYTES as usize;

/// The fewest different byte values in 48 bytes or more of key material. Random bytes have more in all but one of some
/// 10^20 cases; a body of one repeated letter has few.
const LEAST_VARIETY: usize = 20;

/// Checks the body after the header line of a PEM or `OpenPGP` private key.
pub(super) fn armored(subject: Subject<'_>) -> Proof {
    let Some(label) = label(subject.matched) else {
        return Proof::refuted();
    };
    inspect(label, window(subject))
}

/// Returns the part of the bytes after the match that a check may read.
fn window(subject: Subject<'_>) -> &[u8] {
    let most = WINDOW_BYTES.saturating_sub(subject.matched.len());
    &subject.after[..subject.after.len().min(most)]
}

/// Returns what stands between `BEGIN ` and the dashes.
fn label(header: &[u8]) -> Option<&[u8]> {
    let from = memchr::memmem::find(header, b"BEGIN ")? + b"BEGIN ".len();
    let rest = &header[from..];
    Some(rest[..memchr::memchr(b'-', rest)?].trim_ascii_end())
}

/// Checks the body `after` a header line with this label.
fn inspect(label: &[u8], after: &[u8]) -> Proof {
    if label.starts_with(b"PGP ") {
        return pgp::inspect(&armor::read(after, usize::MAX));
    }
    if !label.ends_with(b"PRIVATE KEY") {
        return Proof::refuted();
    }
    let armor = armor::read(after, usize::MAX);
    match label {
        b"OPENSSH PRIVATE KEY" => openssh::inspect(&armor),
        b"SSH2 ENCRYPTED PRIVATE KEY" => openssh::inspect_ssh2(&armor),
        _ => pem::inspect(&armor),
    }
}

/// The fewest base64 characters that are the body of a key.
const LEAST_BODY_CHARS: usize = 32;

/// Returns what makes the private key `secret` this one, however it is laid out: the base64 characters of its body, otherwise its bytes without
/// blanks and line breaks.
pub(crate) fn content(secret: &[u8]) -> Vec<u8> {
    let body = memchr::memmem::find(secret, b"BEGIN ").and_then(|begin| {
        let dashes = begin + memchr::memchr(b'-', &secret[begin..])?;
        let count = secret[dashes..].iter().take_while(|b| **b == b'-').count();
        let text = armor::read(&secret[dashes + count..], usize::MAX).text;
        (text.len() >= LEAST_BODY_CHARS).then_some(text)
    });
    body.unwrap_or_else(|| {
        let bytes = secret.iter().copied();
        bytes.filter(|byte| !byte.is_ascii_whitespace()).collect()
    })
}

/// Returns true when `bytes` holds as many different values as key material does.
fn is_varied(bytes: &[u8]) -> bool {
    let mut seen = [false; 256];
    for byte in bytes {
        seen[usize::from(*byte)] = true;
    }
    let different = seen.iter().filter(|s| **s).count();
    different >= LEAST_VARIETY.min(bytes.len() / 2)
}

#[cfg(test)]
mod tests {
    use crate::{
        rule::template::{Random, fill},
        validate::{Proof, Subject, Verdict},
    };

    fn proof(maker: &str, seed: u64) -> (String, Proof) {
        let text = fill(&format!("{{make:{maker}}}\n"), &mut Random::new(seed)).unwrap();
        let end = text.find("KEY-----").map(|at| at + 8);
        let end = end
            .or_else(|| text.find("BLOCK-----").map(|at| at + 10))
            .unwrap();
        let (matched, after) = text.as_bytes().split_at(end);
        let proof = super::armored(Subject {
            before: b"",
            secret: matched,
            matched,
            after,
        });
        (text.clone(), proof)
    }

    #[track_caller]
    fn check(maker: &str, verdict: Verdict, facts: &[(&str, &str)]) {
        for seed in 0..10 {
            let (text, proof) = proof(maker, seed);
            assert_eq!(proof.verdict, verdict, "{maker}");
            for (name, value) in facts {
                assert!(
                    proof.facts.contains(&(*name, (*value).to_owned())),
                    "{maker}: {:?}",
                    proof.facts
                );
            }
            if verdict == Verdict::Proved {
                let after = text.len() - (text.find("KEY").unwrap() + "KEY-----".len());
                let block = if maker.starts_with("pgp") { 6 } else { 0 };
                assert_eq!(proof.extend_bytes, after - block - 1, "{maker}");
            }
        }
    }

    #[test]
    fn facts_and_verdicts() {
        let plain = ("encrypted", "false");
        let encrypted = ("encrypted", "true");
        check("pem-pkcs8", Verdict::Proved, &[plain, ("key_type", "rsa")]);
        check(
            "pem-pkcs8-ec",
            Verdict::Proved,
            &[plain, ("key_type", "ec"), ("key_bits", "256")],
        );
        check(
            "pem-pkcs8-ed25519/escaped",
            Verdict::Proved,
            &[plain, ("key_type", "ed25519")],
        );
        check(
            "pem-rsa/oneline",
            Verdict::Proved,
            &[plain, ("key_type", "rsa")],
        );
        check("pem-ec", Verdict::Proved, &[plain, ("key_bits", "256")]);
        check(
            "pem-dsa",
            Verdict::Proved,
            &[plain, ("key_type", "dsa"), ("key_bits", "1024")],
        );
        check("pem-pkcs8-encrypted", Verdict::Proved, &[encrypted]);
        check("pem-rsa-encrypted", Verdict::Proved, &[encrypted]);
        check(
            "openssh",
            Verdict::Proved,
            &[plain, ("key_type", "ssh-ed25519")],
        );
        check("openssh-encrypted", Verdict::Proved, &[encrypted]);
        check("pgp", Verdict::Proved, &[plain]);
        check("pgp-encrypted", Verdict::Proved, &[encrypted]);
        check("pem-rsa/cut", Verdict::Plausible, &[]);
        check("pem-rsa/snip", Verdict::Refuted, &[]);
        check("pem-rsa-random", Verdict::Refuted, &[]);
        check("pem-public", Verdict::Refuted, &[]);
    }

    #[test]
    fn any_cut_is_safe() {
        for maker in [
            "pem-rsa",
            "pem-pkcs8-ec",
            "openssh",
            "pgp",
            "pem-pkcs8-encrypted",
        ] {
            let text = fill(&format!("{{make:{maker}}}"), &mut Random::new(3)).unwrap();
            for end in (0..text.len()).step_by(7) {
                let label = super::label(text.as_bytes()).unwrap();
                let at = text.len().min(end + 20);
                let proof = super::inspect(label, &text.as_bytes()[at.min(end)..at]);
                assert!(proof.extend_bytes <= at - end);
                drop(super::inspect(label, &text.as_bytes()[..end]));
            }
        }
    }
}
