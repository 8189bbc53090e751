//! `sk_live_` and `sk_test_` are prefixes of several vendors; these checks tell the keys apart.

use super::{Proof, Subject};

/// What the body of a `WorkOS` key begins with: base64 of `key_`.
const KEY_IN_BASE64: &[u8] = b"a2V5X";

fn body(secret: &[u8]) -> &[u8] {
    let start = secret.iter().rposition(|b| *b == b'_');
    start.map_or(secret, |at| &secret[at + 1..])
}

/// Refutes a key in Stripe's form that is one of another vendor (`WorkOS`).
pub(super) fn own(subject: Subject<'_>) -> Proof {
    if body(subject.secret).starts_with(KEY_IN_BASE64) {
        Proof::refuted()
    } else {
        Proof::plausible()
    }
}

/// Refutes a body of nothing but lower-case hexadecimal digits, which is Paystack's and not Clerk's.
pub(super) fn not_hex(subject: Subject<'_>) -> Proof {
    if body(subject.secret)
        .iter()
        .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(b))
    {
        Proof::refuted()
    } else {
        Proof::plausible()
    }
}

#[cfg(test)]
mod tests {
    use super::{not_hex, own};
    use crate::validate::{Check, Verdict, test_support::verdict};

    #[track_caller]
    fn check(check: Check, token: &str, expected: Verdict) {
        assert_eq!(verdict(check, token), expected, "{token}");
    }

    #[test]
    fn vendors_are_told_apart() {
        check(own, "sk_live_51abc", Verdict::Plausible);
        check(own, "sk_live_a2V5X2", Verdict::Refuted);
        check(not_hex, "sk_live_0a1b", Verdict::Refuted);
        check(not_hex, "sk_live_0a1G", Verdict::Plausible);
    }
}
