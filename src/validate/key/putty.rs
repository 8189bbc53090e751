//! `PuTTY` private keys (<https://the.earth.li/~sgtatham/putty/0.81/htmldoc/AppendixC.html>).

use super::{armor, is_varied, pem, public::PublicKey, window};
use crate::validate::{Proof, Subject};

/// Checks what follows the first line of a `.ppk` file.
pub(in crate::validate) fn check(subject: Subject<'_>) -> Proof {
    read(window(subject)).unwrap_or_else(Proof::refuted)
}

fn read(after: &[u8]) -> Option<Proof> {
    let (cipher, _) = field(after, b"Encryption:")?;
    let (public, _) = lines(after, b"Public-Lines:")?;
    let (body, at) = lines(after, b"Private-Lines:")?;
    if body.len() < 32 || !is_varied(&body) {
        return None;
    }
    let proof = match cipher {
        b"none" => Proof::proved("its private part is well-formed and not encrypted")
            .with_fact("encrypted", "false"),
        _ => pem::encrypted(),
    };
    let public = (!public.is_empty()).then(|| PublicKey::wire(&public));
    Some(Proof {
        extend_bytes: at.min(after.len()),
        ..pem::with_public(proof, public.as_ref())
    })
}

/// Returns the bytes that the lines encode whose number the line called `name` says, and where the line after them starts.
fn lines(after: &[u8], name: &[u8]) -> Option<(Vec<u8>, usize)> {
    let (count, mut at) = field(after, name)?;
    let count: usize = str::from_utf8(count).ok()?.parse().ok()?;
    let mut encoded = Vec::new();
    for _ in 0..count.min(256) {
        let (text, next) = line(after, at)?;
        encoded.extend_from_slice(text);
        at = next;
    }
    let padding = memchr::memchr(b'=', &encoded).unwrap_or(encoded.len());
    Some((armor::decode(&encoded[..padding]), at))
}

/// Returns the value of the first line called `name`, and where the next line starts.
fn field<'a>(bytes: &'a [u8], name: &[u8]) -> Option<(&'a [u8], usize)> {
    line(bytes, memchr::memmem::find(bytes, name)? + name.len())
}

/// Returns the line at `at` without blanks and quotes around it, and where the next line starts.
fn line(bytes: &[u8], at: usize) -> Option<(&[u8], usize)> {
    let rest = bytes.get(at..).filter(|rest| !rest.is_empty())?;
    let blank = |byte: u8| byte == b' ' || byte == b'\t';
    let breaks = |at: usize| {
        (!blank(rest[at]))
            .then(|| armor::separator(&rest[at..]))
            .flatten()
    };
    let from = rest.iter().take_while(|b| blank(**b)).count();
    let (end, mut next) = (from..rest.len())
        .find_map(|at| Some((at, at + breaks(at)?)))
        .unwrap_or((rest.len(), rest.len()));
    // One line break may be several separators: CR and LF, or an escape and the quotes of the next literal.
    while next < rest.len() && rest[next - 1] != b'\n' {
        match armor::separator(&rest[next..]) {
            Some(len) => next += len,
            None => break,
        }
    }
    Some((rest[from..end].trim_ascii(), at + next))
}
