//! OpenSSH private keys (<https://github.com/openssh/openssh-portable/blob/master/PROTOCOL.key>) and those of ssh.com.

use super::{armor::Armor, is_varied, pem, public::PublicKey};
use crate::{rule::Confidence, validate::Proof};

/// Reads the `string` and `uint32` of RFC 4251 section 5.
#[derive(Clone, Copy)]
struct Wire<'a>(&'a [u8]);

impl<'a> Wire<'a> {
    fn uint32(&mut self) -> Option<u32> {
        let (number, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(u32::from_be_bytes(*number))
    }

    fn string(&mut self) -> Option<&'a [u8]> {
        let len = usize::try_from(self.uint32()?).ok()?;
        let (text, rest) = self.0.split_at_checked(len)?;
        self.0 = rest;
        Some(text)
    }
}

/// Checks the body of an OpenSSH private key.
pub(super) fn inspect(armor: &Armor) -> Proof {
    let body = armor.decode();
    let proof = key(&body).or_else(|| cut(armor, &body));
    Proof {
        extend_bytes: armor.len,
        ..proof.unwrap_or_else(Proof::refuted)
    }
}

fn key(body: &[u8]) -> Option<Proof> {
    let mut wire = Wire(body.strip_prefix(b"openssh-key-v1\0")?);
    let cipher = wire.string()?;
    let (_kdf, _options) = (wire.string()?, wire.string()?);
    if wire.uint32()? == 0 {
        return None;
    }
    let blob = wire.string()?;
    let mut public = Wire(blob);
    let own = PublicKey::wire(blob);
    let kind = public.string().and_then(key_type)?;
    let private = wire.string()?;
    if cipher != b"none" {
        let proof = || pem::encrypted().with_fact("key_type", kind);
        return is_varied(private).then(|| pem::with_public(proof(), Some(&own)));
    }
    let mut private = Wire(private);
    (private.uint32()? == private.uint32()?).then(|| {
        let proof =
            Proof::proved("its body is a well-formed OpenSSH private key without passphrase")
                .with_fact("encrypted", "false")
                .with_fact("key_type", kind);
        pem::with_public(proof, Some(&own))
    })
}

/// Returns the name of a key type, when it is one that people could have.
fn key_type(name: &[u8]) -> Option<&str> {
    let name = str::from_utf8(name).ok()?;
    (name.len() <= 64
        && ["ssh-", "ecdsa-", "sk-"]
            .iter()
            .any(|start| name.starts_with(start)))
    .then_some(name)
}

/// Checks a key whose end is missing.
fn cut(armor: &Armor, body: &[u8]) -> Option<Proof> {
    let mut wire = Wire(body.strip_prefix(b"openssh-key-v1\0")?);
    let (_cipher, _kdf, _options) = (wire.string()?, wire.string()?, wire.string()?);
    let keys = wire.uint32()?;
    let ends_early = wire.string().is_none() || wire.string().is_none();
    (keys == 1 && ends_early && armor.text.len() >= 200 && is_varied(body)).then(|| Proof {
        at_most: Some(Confidence::Low),
        reason: Some("its body starts as an OpenSSH private key does, but its end is missing"),
        ..Proof::plausible()
    })
}

/// Checks the body of a private key of ssh.com's software: its magic number, and the length that follows.
pub(super) fn inspect_ssh2(armor: &Armor) -> Proof {
    let body = armor.decode();
    let mut wire = Wire(&body);
    let proof = (|| {
        let (magic, len) = (wire.uint32()?, wire.uint32()?);
        let (_kind, cipher) = (wire.string()?, wire.string()?);
        let right = magic == 0x3f6f_f9eb && usize::try_from(len).ok()? == body.len();
        right.then(|| {
            if cipher == b"none" {
                Proof::proved("its body is a well-formed private key")
                    .with_fact("encrypted", "false")
            } else {
                pem::encrypted()
            }
        })
    })();
    Proof {
        extend_bytes: armor.len,
        ..proof.unwrap_or_else(Proof::refuted)
    }
}
