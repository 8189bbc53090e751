//! GitLab's routable tokens: a payload, its length and a CRC-32, so that a cell can be found from the token alone.
//!
//! Form: `<prefix><payload>.<version>.<length><checksum>`, in the first releases without `<version>.`; the length is two
//! and the checksum seven digits of base 36. Source: <https://docs.gitlab.com/security/tokens/>.

use super::{Proof, Subject, checksum};

/// How many digits the checksum has.
const CHECKSUM_BYTES: usize = 7;

/// How many digits the payload's length has.
const LENGTH_BYTES: usize = 2;

/// Refutes a routable token whose checksum or length is wrong, and proves one where both are right.
///
/// Classic tokens (no `.`) carry no checksum; so do those with a JWT inside (`eyJ…`), which are left alone as well.
pub(super) fn routable(subject: Subject<'_>) -> Proof {
    let Ok(token) = str::from_utf8(subject.secret) else {
        return Proof::refuted();
    };
    let Some((head, tail)) = token.rsplit_once('.') else {
        return Proof::plausible();
    };
    if head.contains("-eyJ") {
        return Proof::plausible();
    }
    let Some((length, sum)) = tail.split_at_checked(LENGTH_BYTES) else {
        return Proof::refuted();
    };
    let covered = &subject.secret[..subject.secret.len() - sum.len()];
    let payload = head.split_once('.').map_or(head, |(payload, _)| payload);
    let payload_bytes = payload.split_once('-').map_or(0, |(_, body)| body.len());
    if sum == checksum::base36(checksum::crc32(covered), CHECKSUM_BYTES)
        && usize::from_str_radix(length, 36) == Ok(payload_bytes)
    {
        Proof::proved("its checksum is right")
    } else {
        Proof::refuted()
    }
}

#[cfg(test)]
mod tests {
    use super::routable;
    use crate::validate::{Verdict, checksum, test_support::verdict};

    #[track_caller]
    fn check(token: &str, expected: Verdict) {
        assert_eq!(verdict(routable, token), expected, "{token}");
    }

    #[test]
    fn with_and_without_version() {
        let payload = "A".repeat(32);
        check(&format!("glpat-{payload}.01.0w04y2vfi"), Verdict::Proved);
        check(&format!("glpat-{payload}.01.0w04y2vfj"), Verdict::Refuted);
        let old = format!("glpat-{payload}.0w");
        let sum = checksum::base36(checksum::crc32(&old), 7);
        check(&format!("{old}{sum}"), Verdict::Proved);
    }

    #[test]
    fn the_length_counts() {
        let wrong = format!("glpat-{}.01.0x", "A".repeat(32));
        let sum = checksum::base36(checksum::crc32(&wrong), 7);
        check(&format!("{wrong}{sum}"), Verdict::Refuted);
    }

    #[test]
    fn other_forms_are_left_alone() {
        check(&format!("glpat-{}", "A".repeat(20)), Verdict::Plausible);
        check("glcbt-eyJ.eyJ.x", Verdict::Plausible);
        check("glpat-a.b", Verdict::Refuted);
        check("", Verdict::Plausible);
    }
}
