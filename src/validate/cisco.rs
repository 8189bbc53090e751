//! Passwords of type 7 in configurations of Cisco IOS: exclusive-or with a text that has been public since 1995.
//!
//! Source: <https://www.cisco.com/c/en/us/support/docs/security-vpn/remote-authentication-dial-user-service-radius/107614-64.html>.

use super::{Proof, Subject};

/// What passwords are combined with, from the place on that their first two digits name.
const TEXT: &[u8; 53] = b"dsfd;kfoA,.iyewrkldJKDHSUBsgvca69834ncxv9873254k;fg87";

/// Checks that a password of type 7 decodes to printable characters.
pub(super) fn type7(subject: Subject<'_>) -> Proof {
    let (start, body) = subject.secret.split_at(subject.secret.len().min(2));
    let start = str::from_utf8(start).ok().and_then(|s| s.parse().ok());
    let body = data_encoding::HEXUPPER_PERMISSIVE.decode(body);
    match (start, body) {
        (Some(start), Ok(bytes)) if start < TEXT.len() && !bytes.is_empty() => {
            if combined(start, &bytes)
                .iter()
                .all(|b| matches!(b, b' '..=b'~'))
            {
                Proof::proved("it decodes to a password")
            } else {
                Proof::refuted()
            }
        }
        _ => Proof::refuted(),
    }
}

/// Returns `password` as a configuration prints it, combined from `start` on.
pub(crate) fn encode(start: usize, password: &[u8]) -> String {
    let body = data_encoding::HEXUPPER.encode(&combined(start, password));
    format!("{start:02}{body}")
}

fn combined(start: usize, bytes: &[u8]) -> Vec<u8> {
    let text = TEXT.iter().cycle().skip(start);
    bytes.iter().zip(text).map(|(a, b)| a ^ b).collect()
}

#[cfg(test)]
mod tests {
    use super::{encode, type7};
    use crate::validate::{Verdict, test_support::verdict};

    #[test]
    fn passwords() {
        assert_eq!(encode(2, b"cisco"), "02050D480809");
        assert_eq!(verdict(type7, "02050d480809"), Verdict::Proved);
        assert_eq!(verdict(type7, &encode(52, b"Tr0ub4dor")), Verdict::Proved);
        for wrong in ["", "02", "53050D480809", "02FFFFFF", "0205F", "xx05"] {
            assert_eq!(verdict(type7, wrong), Verdict::Refuted, "{wrong}");
        }
    }
}
