//! Public keys: what they are called, and where a text has one.
//!
//! The same key stands in many forms: an OpenSSH line, a PEM block, a certificate, the private key itself. All are brought to the wire form
//! of RFC 4253 section 6.6 (RFC 5656 for ECDSA, RFC 8709 for Ed25519), whose SHA-256 is what `ssh-keygen -l` prints.

use data_encoding::BASE64_NOPAD;
use sha2::{Digest as _, Sha256};

use super::{
    armor,
    asn1::{self, Algorithm},
    der::{BIT_STRING, Der, INTEGER, SEQUENCE},
    known_keys::KNOWN,
};
use crate::validate::civil;

/// How many bytes of base64 are decoded of one key.
const MAX_CHARS: usize = 16 << 10;

/// A public key in wire form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PublicKey(Vec<u8>);

impl PublicKey {
    /// Returns the key of this modulus and exponent, each the contents of a DER INTEGER.
    pub(super) fn rsa(modulus: &[u8], exponent: &[u8]) -> Self {
        Self([string(b"ssh-rsa"), string(exponent), string(modulus)].concat())
    }

    /// Returns the key that `point` is (SEC 1 section 2.3.3) on the curve called `curve` in RFC 5656.
    pub(super) fn ec(curve: &str, point: &[u8]) -> Self {
        let kind = format!("ecdsa-sha2-{curve}");
        Self(
            [
                string(kind.as_bytes()),
                string(curve.as_bytes()),
                string(point),
            ]
            .concat(),
        )
    }

    /// Returns the key of these 32 bytes.
    pub(super) fn ed25519(bytes: &[u8]) -> Self {
        Self([string(b"ssh-ed25519"), string(bytes)].concat())
    }

    /// Returns the key that is in wire form already.
    pub(super) fn wire(bytes: &[u8]) -> Self {
        Self(bytes.to_vec())
    }

    /// Returns its SHA-256 as `ssh-keygen -l` prints it: `SHA256:` and base64.
    pub(crate) fn fingerprint(&self) -> String {
        format!("SHA256:{}", BASE64_NOPAD.encode(&Sha256::digest(&self.0)))
    }

    /// Returns true for a key whose private half is published on purpose.
    pub(super) fn is_known(&self) -> bool {
        let digest = Sha256::digest(&self.0);
        let (head, _) = digest
            .split_first_chunk()
            .expect("a SHA-256 digest has 32 bytes");
        KNOWN.binary_search(&u64::from_be_bytes(*head)).is_ok()
    }
}

/// Returns a `string` of RFC 4251 section 5.
fn string(bytes: &[u8]) -> Vec<u8> {
    let len = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    [&len.to_be_bytes(), bytes].concat()
}

/// A public key somewhere in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Half {
    /// Which key.
    pub(crate) key: PublicKey,
    /// The end of the certificate that has it, in seconds since 1970.
    pub(crate) expires: Option<i64>,
}

/// Calls `each` with the place of each public key in `text`, and the key: OpenSSH's lines, PEM blocks, certificates, and the base64 of these.
pub(crate) fn find(text: &[u8], each: &mut dyn FnMut(usize, Half)) {
    let starts = |needle: &'static [u8]| memchr::memmem::find_iter(text, needle);
    for at in starts(b"-----BEGIN ") {
        if let Some(half) = in_pem(&text[at + b"-----BEGIN ".len()..]) {
            each(at, half);
        }
    }
    // The base64 of `-----BEGIN`, as in kubeconfig files.
    for at in starts(b"LS0tLS1CRUdJTi") {
        let pem = armor::read(&text[at..], MAX_CHARS).decode();
        let mut inner = memchr::memmem::find_iter(&pem, b"-----BEGIN ");
        if let Some(half) = inner.find_map(|at| in_pem(&pem[at + b"-----BEGIN ".len()..])) {
            each(at, half);
        }
    }
    for kind in [
        &b"ssh-rsa AAAA"[..],
        b"ssh-ed25519 AAAA",
        b"ssh-dss AAAA",
        b"ecdsa-sha2-nistp",
    ] {
        for at in memchr::memmem::find_iter(text, kind) {
            if let Some(key) = in_line(&text[at..]) {
                each(at, Half { key, expires: None });
            }
        }
    }
}

/// Returns the key of an OpenSSH line (sshd(8), "authorized keys file format").
fn in_line(line: &[u8]) -> Option<PublicKey> {
    let space = memchr::memchr(b' ', &line[..line.len().min(64)])?;
    let (kind, rest) = (&line[..space], &line[space + 1..]);
    let is_base64 = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/".contains(byte);
    let len = rest
        .iter()
        .take(MAX_CHARS)
        .take_while(|b| is_base64(b))
        .count();
    let wire = BASE64_NOPAD.decode(&rest[..len]).ok()?;
    let is_whole = wire.starts_with(&string(kind)) && wire.len() >= 4 + kind.len() + 4 + 32;
    is_whole.then_some(PublicKey(wire))
}

/// Returns the key of a block whose label and body begin at the start of `pem`.
fn in_pem(pem: &[u8]) -> Option<Half> {
    let dash = memchr::memchr(b'-', &pem[..pem.len().min(32)])?;
    let body = &pem[dash..];
    let dashes = body.iter().take(5).take_while(|b| **b == b'-').count();
    let der = || armor::read(&body[dashes..], MAX_CHARS).decode();
    let key = match pem[..dash].trim_ascii_end() {
        b"CERTIFICATE" | b"X509 CERTIFICATE" | b"TRUSTED CERTIFICATE" => return certificate(&der()),
        b"PUBLIC KEY" => spki(Der::new(&der()).enter(SEQUENCE)?)?,
        b"RSA PUBLIC KEY" => rsa(Der::new(&der()).enter(SEQUENCE)?)?,
        _ => return None,
    };
    Some(Half { key, expires: None })
}

/// Returns what a certificate (RFC 5280 section 4.1) certifies, and until when.
fn certificate(der: &[u8]) -> Option<Half> {
    /// The context-specific tag 0, constructed: the version.
    const VERSION: u8 = 0xa0;
    let mut body = Der::new(der).enter(SEQUENCE)?.enter(SEQUENCE)?;
    let _version = body.take(VERSION);
    body.take(INTEGER)?;
    let (_algorithm, _issuer) = (body.take(SEQUENCE)?, body.take(SEQUENCE)?);
    let mut validity = body.enter(SEQUENCE)?;
    let _begin = time(&mut validity)?;
    let end = time(&mut validity)?;
    let _subject = body.take(SEQUENCE)?;
    Some(Half {
        key: spki(body.enter(SEQUENCE)?)?,
        expires: Some(end),
    })
}

/// Returns a `Time` of RFC 5280 section 4.1.2.5.
fn time(from: &mut Der<'_>) -> Option<i64> {
    const UTC_TIME: u8 = 0x17;
    const GENERALIZED_TIME: u8 = 0x18;
    let digits = |bytes: &[u8]| Some(str::from_utf8(bytes).ok()?.trim_end_matches('Z').to_owned());
    let text = match from.peek()? {
        UTC_TIME => {
            let short = digits(from.take(UTC_TIME)?)?;
            let century = if *short.as_bytes().first()? >= b'5' {
                "19"
            } else {
                "20"
            };
            [century, &short].concat()
        }
        _ => digits(from.take(GENERALIZED_TIME)?)?,
    };
    let (date, clock) = text.split_at_checked(8)?;
    civil::seconds(&format!("{date}T{clock}Z"))
}

/// Returns the key of a `SubjectPublicKeyInfo` (RFC 5280 section 4.1.2.7).
fn spki(mut body: Der<'_>) -> Option<PublicKey> {
    let Algorithm { name, curve } = asn1::algorithm(body.enter(SEQUENCE)?)?;
    let key = bits(body.take(BIT_STRING)?)?;
    match name? {
        "rsa" | "rsa-pss" => rsa(Der::new(key).enter(SEQUENCE)?),
        "ec" => Some(PublicKey::ec(asn1::curve_name(curve?)?, key)),
        "ed25519" => Some(PublicKey::ed25519(key)),
        _ => None,
    }
}

/// Returns the bytes of a BIT STRING that has whole ones.
pub(super) fn bits(contents: &[u8]) -> Option<&[u8]> {
    contents.strip_prefix(&[0])
}

fn rsa(mut body: Der<'_>) -> Option<PublicKey> {
    let (modulus, exponent) = (body.take(INTEGER)?, body.take(INTEGER)?);
    Some(PublicKey::rsa(modulus, exponent))
}

#[cfg(test)]
mod tests;
