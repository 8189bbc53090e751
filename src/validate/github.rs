//! GitHub's tokens: the last six characters of the classic ones are a checksum, fine-grained ones carry a hash.
//!
//! Source of the classic form: <https://github.blog/engineering/platform-security/behind-githubs-new-authentication-token-formats/>.

use super::{Proof, Subject, checksum};
use crate::rule::Confidence;

/// How many bytes the classic prefixes have (`ghp_`).
const PREFIX_BYTES: usize = 4;

/// How many characters at the end are the checksum.
const CHECKSUM_BYTES: usize = 6;

/// Why a token with the right checksum is believed.
const RIGHT: &str = "its checksum is right";

/// Refutes a classic token (`ghp_`, `gho_`, `ghu_`, `ghr_`) whose checksum is wrong, and proves one where it is right.
pub(super) fn classic(subject: Subject<'_>) -> Proof {
    if classic_sum_is_right(subject.secret) {
        Proof::proved(RIGHT)
    } else {
        Proof::refuted()
    }
}

/// Proves an installation token (`ghs_`) whose checksum is right.
///
/// Never refutes: GitHub makes installation tokens that do not carry this checksum.
pub(super) fn server(subject: Subject<'_>) -> Proof {
    if classic_sum_is_right(subject.secret) {
        Proof::proved(RIGHT)
    } else {
        Proof::plausible()
    }
}

/// Proves a fine-grained token whose hash is right, and trusts any other less.
///
/// After `github_pat_`, 22 characters, `_` and 43 characters come eight that are the start of the base32 SHA-256 of all
/// before them. GitHub does not document this; it was seen to hold on a published token, so it refutes nothing.
pub(super) fn fine_grained(subject: Subject<'_>) -> Proof {
    const BEFORE_HASH_BYTES: usize = "github_pat_".len() + 22 + 1 + 43;
    let Some((before, rest)) = subject.secret.split_at_checked(BEFORE_HASH_BYTES) else {
        return Proof::refuted();
    };
    if rest.starts_with(checksum::sha256_base32(before, 8).as_bytes()) {
        Proof::proved("its hash is right")
    } else {
        Proof::plausible().at_most(Confidence::Medium)
    }
}

fn classic_sum_is_right(secret: &[u8]) -> bool {
    let Some(end) = secret.len().checked_sub(CHECKSUM_BYTES) else {
        return false;
    };
    let (body, sum) = secret.split_at(end);
    body.get(PREFIX_BYTES..).is_some_and(|body| {
        checksum::base62(checksum::crc32(body), CHECKSUM_BYTES).as_bytes() == sum
    })
}

#[cfg(test)]
mod tests {
    use super::{classic, fine_grained, server};
    use crate::validate::{Check, Verdict, test_support::verdict};

    #[track_caller]
    fn check(check: Check, token: &str, expected: Verdict) {
        assert_eq!(verdict(check, token), expected, "{token}");
    }

    #[test]
    fn classic_checksums() {
        let a = "A".repeat(30);
        for prefix in ["ghp_", "gho_", "ghu_"] {
            check(classic, &format!("{prefix}{a}0uCPlr"), Verdict::Proved);
            check(classic, &format!("{prefix}{a}0uCPls"), Verdict::Refuted);
        }
        let long = "A".repeat(70);
        check(classic, &format!("ghr_{long}2pl4EB"), Verdict::Proved);
        check(classic, &format!("ghr_{long}2pl4EC"), Verdict::Refuted);
        check(classic, "ghp_", Verdict::Refuted);
        check(classic, "", Verdict::Refuted);
    }

    #[test]
    fn installation_tokens_are_never_refuted() {
        let a = "A".repeat(30);
        check(server, &format!("ghs_{a}0uCPlr"), Verdict::Proved);
        check(server, &format!("ghs_{a}0uCPls"), Verdict::Plausible);
    }

    #[test]
    fn fine_grained_hashes() {
        let body = format!("github_pat_1{}_{}", "A".repeat(21), "B".repeat(43));
        let good = format!("{body}KLXK7M6D{}", "C".repeat(8));
        let bad = format!("{body}KLXK7M6E{}", "C".repeat(8));
        check(fine_grained, &good, Verdict::Proved);
        check(fine_grained, &bad, Verdict::Plausible);
        check(fine_grained, "github_pat_", Verdict::Refuted);
    }
}
