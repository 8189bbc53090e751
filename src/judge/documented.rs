//! The values that vendors and standards publish as examples.
//!
//! They have the right form, often with the right checksum, and stand in thousands of repositories. Known by hash, not by
//! value: see `patterns/documented/make.py`.

use sha2::{Digest as _, Sha256};

use super::{Judge, Opinion, Scene, documented_hashes::HASHES};
use crate::rule::SecretKind;

/// The name of the judge.
pub const NAME: &str = "documented-example";

/// Drops secrets that are published examples, whatever their kind.
pub(super) const JUDGE: Judge = Judge {
    name: NAME,
    says: "is an example from a vendor's documentation",
    kinds: &SecretKind::ALL,
    opinion,
};

fn opinion(scene: &Scene<'_>) -> Option<Opinion> {
    is_documented(scene.secret()).then_some(Opinion::Drop)
}

/// Returns true when `secret` is a published example.
fn is_documented(secret: &[u8]) -> bool {
    let digest = Sha256::digest(secret.trim_ascii());
    let (head, _) = digest
        .split_first_chunk()
        .expect("a SHA-256 digest has 32 bytes");
    HASHES.binary_search(&u64::from_be_bytes(*head)).is_ok()
}

#[cfg(test)]
mod tests {
    use super::{HASHES, is_documented};

    #[track_caller]
    fn check(secret: &str, expected: bool) {
        assert_eq!(is_documented(secret.as_bytes()), expected, "{secret}");
    }

    #[test]
    fn documented_values_only() {
        // Words that documentation shows in place of a token; nothing here has the form of one.
        check("POSTMARK_API_TEST", true);
        check(" mock_secret_key\n", true);
        check("mock_secret_ke", false);
        check("", false);
    }

    #[test]
    fn the_table_is_sorted_for_searching() {
        assert!(HASHES.is_sorted_by(|a, b| a < b));
        assert!(HASHES.len() > 80, "{}", HASHES.len());
    }
}
