//! Tokens that end in a checksum of what stands before it, one function a vendor.
//!
//! These prove where the checksum is right. They refute nothing: the vendors say that there is a checksum but not how it is
//! computed, and the ways here were found from published tokens.

use super::{Proof, Subject, checksum};
use crate::rule::Confidence;

/// Why a token with the right checksum is believed.
const RIGHT: &str = "its checksum is right";

/// Splits the last `len` bytes off.
fn split_tail(text: &[u8], len: usize) -> (&[u8], &[u8]) {
    text.split_at(text.len().saturating_sub(len))
}

/// Returns what stands between a prefix of `prefix` bytes and a tail of `tail` bytes, and the tail.
fn body_and_tail(secret: &[u8], prefix: usize, tail: usize) -> (&[u8], &[u8]) {
    let (head, tail) = split_tail(secret, tail);
    (head.get(prefix..).unwrap_or_default(), tail)
}

fn proved_if(right: bool) -> Proof {
    if right {
        Proof::proved(RIGHT)
    } else {
        Proof::plausible()
    }
}

fn base62_is(sum: &[u8], body: &[u8]) -> bool {
    checksum::base62(checksum::crc32(body), 6).as_bytes() == sum
}

/// Proves an Apify token: the last 6 are the CRC-32 of all before them, prefix included, in base 62 of `0-9a-zA-Z`.
pub(super) fn apify(subject: Subject<'_>) -> Proof {
    let (body, sum) = split_tail(subject.secret, 6);
    proved_if(checksum::base62_lower_first(checksum::crc32(body), 6).as_bytes() == sum)
}

/// Proves a Cloudflare token (`cfut_`, `cfat_`, `cfk_`): the last 8 are the CRC-32 of the 40 before them, in hexadecimal
/// (<https://developers.cloudflare.com/fundamentals/api/get-started/token-formats/> says that there is a checksum).
pub(super) fn cloudflare(subject: Subject<'_>) -> Proof {
    let (head, sum) = split_tail(subject.secret, 8);
    let (_, body) = split_tail(head, 40);
    proved_if(format!("{:08x}", checksum::crc32(body)).as_bytes() == sum)
}

/// Proves an npm token: the last 6 are the CRC-32 of the 30 before them, in base 62
/// (<https://github.blog/changelog/2021-09-23-npm-has-a-new-access-token-format/> names CRC-32 but not its range).
pub(super) fn npm(subject: Subject<'_>) -> Proof {
    let (body, sum) = body_and_tail(subject.secret, "npm_".len(), 6);
    proved_if(base62_is(sum, body))
}

/// Proves a `SaladCloud` key: the last 6 are the CRC-32 of what stands after the name, in base 62.
pub(super) fn salad(subject: Subject<'_>) -> Proof {
    let (head, sum) = split_tail(subject.secret, 6);
    let body = head.rsplit(|b| *b == b'_').next().unwrap_or_default();
    proved_if(base62_is(sum, body))
}

/// Proves a Vercel token: the last 6 are the CRC-32 of the 50 before them, in base 62; trusts any other less.
pub(super) fn vercel(subject: Subject<'_>) -> Proof {
    let (body, sum) = body_and_tail(subject.secret, "vcp_".len(), 6);
    if base62_is(sum, body) {
        Proof::proved(RIGHT)
    } else {
        Proof::plausible().at_most(Confidence::Medium)
    }
}

/// Proves a Zuplo key (`zpka_<32>_<8 hex>`): the digits are the CRC-32 of the 32; trusts any other less.
pub(super) fn zuplo(subject: Subject<'_>) -> Proof {
    let (body, sum) = body_and_tail(subject.secret, "zpka_".len(), 9);
    if format!("_{:08x}", checksum::crc32(body)).as_bytes() == sum {
        Proof::proved(RIGHT)
    } else {
        Proof::plausible().at_most(Confidence::Medium)
    }
}

#[cfg(test)]
mod tests {
    use super::{apify, cloudflare, npm, salad, vercel, zuplo};
    use crate::validate::{Check, Verdict, test_support::verdict};

    /// Checks that `token` is proved, and that it is not with another last character.
    #[track_caller]
    fn check(check: Check, token: &str) {
        assert_eq!(verdict(check, token), Verdict::Proved, "{token}");
        let mut other = token.to_owned();
        let last = other.pop().unwrap();
        other.push(if last == '0' { '1' } else { '0' });
        assert_eq!(verdict(check, &other), Verdict::Plausible, "{other}");
        assert_eq!(verdict(check, ""), Verdict::Plausible);
    }

    #[test]
    fn known_values() {
        let a = |n| "A".repeat(n);
        check(apify, &format!("apify_api_{}2THovw", a(30)));
        check(cloudflare, &format!("cfut_{}2ae98c30", a(40)));
        check(cloudflare, &format!("cfk_{}2ae98c30", a(40)));
        check(npm, &format!("npm_{}0uCPlr", a(30)));
        check(salad, &format!("salad_cloud_me_{}0uCPlr", a(30)));
        check(vercel, &format!("vcp_{}1cGWCC", a(50)));
        check(zuplo, &format!("zpka_{}_cab11777", "a".repeat(32)));
    }
}
