//! Azure keys with a Marvin32 checksum.
//!
//! The last four bytes of a key are the Marvin32 hash of those before, little-endian, with a seed per service
//! (<https://github.com/microsoft/security-utilities>).

use super::{Proof, Subject, civil, query};

/// The seeds of the services, eight ASCII characters each.
const SEEDS: &[&[u8; 8]] = &[
    b"Default0",
    b"MastRW00",
    b"MastRO00",
    b"AbAcct00",
    b"Classic0",
    b"Tenant00",
    b"Gatewy00",
    b"GitKey00",
    b"IoTHub00",
    b"Manage00",
    b"Send0000",
    b"Listen00",
    b"System00",
    b"Unknown0",
    b"Access00",
    b"Functi00",
    b"Master00",
];

/// Checks the checksum of a key in base64 or base64url; a wrong one refutes nothing, as services have seeds that are not published.
pub(super) fn check(subject: Subject<'_>) -> Proof {
    let text: Vec<u8> = subject
        .secret
        .iter()
        .filter(|b| **b != b'=')
        .map(|b| match b {
            b'-' => b'+',
            b'_' => b'/',
            other => *other,
        })
        .collect();
    let Ok(key) = data_encoding::BASE64_NOPAD.decode(&text) else {
        return Proof::plausible();
    };
    let Some((body, sum)) = key.split_last_chunk() else {
        return Proof::plausible();
    };
    let sum = u32::from_le_bytes(*sum);
    if SEEDS
        .iter()
        .any(|seed| marvin32(body, u64::from_be_bytes(**seed)) == sum)
    {
        Proof::proved("its checksum is right")
    } else {
        Proof::plausible()
    }
}

/// Takes the three characters before the mark of a client secret into it (`abc8Q~…`).
pub(super) fn check_entra(subject: Subject<'_>) -> Proof {
    let own = |b: &u8| b.is_ascii_alphanumeric() || b"_.~-".contains(b);
    let before = subject.before.iter().rev().take_while(|b| own(b)).count();
    Proof {
        extend_back_bytes: if before == 3 { 3 } else { 0 },
        ..Proof::plausible()
    }
}

/// Says until when a shared access signature holds, and for what
/// (<https://learn.microsoft.com/en-us/rest/api/storageservices/create-service-sas>).
pub(super) fn check_sas(subject: Subject<'_>) -> Proof {
    let text = query::around(subject, 1024);
    let mut proof = Proof::plausible();
    let end = query::field(&text, "se").and_then(|end| civil::seconds(&end));
    if let Some(end) = end {
        proof = proof.with_fact("expires", civil::rfc3339(end));
    }
    let is_plain = |value: &String| value.bytes().all(|b| b.is_ascii_lowercase());
    match query::field(&text, "sp").filter(is_plain) {
        Some(permissions) => proof.with_fact("permissions", permissions),
        None => proof,
    }
}

/// Returns the Marvin32 hash of `bytes`, its two halves folded into one
/// (<https://github.com/dotnet/runtime/blob/main/src/libraries/System.Private.CoreLib/src/System/Marvin.cs>).
pub(crate) fn marvin32(bytes: &[u8], seed: u64) -> u32 {
    let (mut low, mut high) = (
        u32::try_from(seed & 0xffff_ffff).unwrap_or_default(),
        u32::try_from(seed >> 32).unwrap_or_default(),
    );
    let mut chunks = bytes.chunks_exact(4);
    for chunk in &mut chunks {
        let word = chunk
            .iter()
            .rev()
            .fold(0, |word, b| word << 8 | u32::from(*b));
        low = low.wrapping_add(word);
        mix(&mut low, &mut high);
    }
    let tail = chunks
        .remainder()
        .iter()
        .rev()
        .fold(0x80, |word, b| word << 8 | u32::from(*b));
    low = low.wrapping_add(tail);
    mix(&mut low, &mut high);
    mix(&mut low, &mut high);
    low ^ high
}

fn mix(low: &mut u32, high: &mut u32) {
    *high ^= *low;
    *low = low.rotate_left(20).wrapping_add(*high);
    *high = high.rotate_left(9) ^ *low;
    *low = low.rotate_left(27).wrapping_add(*high);
    *high = high.rotate_left(19);
}

#[cfg(test)]
mod tests {
    use super::marvin32;

    /// The test key of the library: 76 times `a` and the storage marker, whose base64 ends as here.
    #[test]
    fn known_key() {
        let text = format!("{}+ASt{}", "a".repeat(76), "5mnCaw");
        let key = data_encoding::BASE64_NOPAD.decode(text.as_bytes()).unwrap();
        let (body, sum) = key.split_last_chunk().unwrap();
        assert_eq!(
            marvin32(body, u64::from_be_bytes(*b"Default0")),
            u32::from_le_bytes(*sum)
        );
    }
}
