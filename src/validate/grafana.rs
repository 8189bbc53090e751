//! Grafana's tokens: a CRC-32 after service account tokens, JSON inside the others.
//!
//! Source: <https://github.com/grafana/grafana/blob/main/pkg/components/satokengen/tokengen.go>.

use super::{Proof, Subject, checksum, structure};

/// Proves a service account token (`glsa_<32>_<8 hex>`) whose checksum is right, and trusts any other less.
///
/// The checksum is the CRC-32 of `glsa_<32>`, its bytes printed from the least significant on.
pub(super) fn crc(subject: Subject<'_>) -> Proof {
    let Some(at) = subject.secret.iter().rposition(|b| *b == b'_') else {
        return Proof::refuted();
    };
    let sum = checksum::crc32(&subject.secret[..at]).swap_bytes();
    if format!("{sum:08x}").as_bytes() == &subject.secret[at + 1..] {
        Proof::proved("its checksum is right")
    } else {
        Proof::plausible().malformed("its checksum is wrong")
    }
}

/// Refutes a cloud token (`glc_…`) that holds no JSON with organization, name and key.
pub(super) fn cloud(subject: Subject<'_>) -> Proof {
    structure::json_with(
        subject.secret.get("glc_".len()..).unwrap_or_default(),
        &["o", "n", "k"],
    )
}

/// Refutes a legacy API key (base64 JSON) without key, name and organization.
pub(super) fn legacy_key(subject: Subject<'_>) -> Proof {
    structure::json_with(subject.secret, &["k", "n", "id"])
}

#[cfg(test)]
mod tests {
    use super::{cloud, crc, legacy_key};
    use crate::validate::{Check, Verdict, test_support::verdict};

    #[track_caller]
    fn check(check: Check, token: &str, expected: Verdict) {
        assert_eq!(verdict(check, token), expected, "{token}");
    }

    #[test]
    fn checksums() {
        let body = format!("glsa_{}", "A".repeat(32));
        check(crc, &format!("{body}_d8dc8af3"), Verdict::Proved);
        check(crc, &format!("{body}_d8dc8af4"), Verdict::Plausible);
        check(crc, "", Verdict::Refuted);
    }

    #[test]
    fn json_inside() {
        let b64 = |text: &str| data_encoding::BASE64.encode(text.as_bytes());
        let good = b64(r#"{"o":"1","n":"x","k":"y"}"#);
        check(cloud, &format!("glc_{good}"), Verdict::Plausible);
        let other = b64(r#"{"o":"1","n":"x"}"#);
        check(cloud, &format!("glc_{other}"), Verdict::Refuted);
        check(cloud, "glc_eyJA", Verdict::Refuted);
        let old = b64(r#"{"k":"y","n":"x","id":1}"#);
        check(legacy_key, &old, Verdict::Plausible);
        check(legacy_key, &good, Verdict::Refuted);
    }
}
