//! Atlassian's API tokens (`ATATT3xFfGF0…=XXXXXXXX`) and Bitbucket's access tokens (`ATCTT3xFfG…`).
//!
//! The eight upper-case hexadecimal digits after `=` are the CRC-32 of all before them, the `=` included. Atlassian does not
//! document this; it was computed from published tokens, some of which had been altered by hand, so it refutes nothing.

use super::{Proof, Subject, checksum};

/// How many digits the checksum has.
const CHECKSUM_BYTES: usize = 8;

/// Proves a token whose checksum is right; says nothing about others.
pub(super) fn crc(subject: Subject<'_>) -> Proof {
    let end = subject.secret.len().saturating_sub(CHECKSUM_BYTES);
    let (body, sum) = subject.secret.split_at(end);
    if format!("{:08X}", checksum::crc32(body)).as_bytes() == sum {
        Proof::proved("its checksum is right")
    } else {
        Proof::plausible()
    }
}

#[cfg(test)]
mod tests {
    use super::crc;
    use crate::validate::{Verdict, test_support::verdict};

    #[track_caller]
    fn check(token: &str, expected: Verdict) {
        assert_eq!(verdict(crc, token), expected, "{token}");
    }

    #[test]
    fn checksums() {
        let body = format!("ATATT3xFfGF0{}=", "A".repeat(171));
        check(&format!("{body}9F90C792"), Verdict::Proved);
        check(&format!("{body}9F90C793"), Verdict::Plausible);
        check("", Verdict::Plausible);
    }
}
