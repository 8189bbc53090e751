//! Can it still be used? What the bytes of a credential say of that, without asking anybody.

use crate::validate::{Fact, civil};

/// What is known of a credential's use without asking its vendor, the most urgent first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Validity {
    /// It has the form of one that works, and nothing says that it does not.
    LiveShaped,
    /// A private key that a passphrase protects.
    Encrypted,
    /// It says itself when it expired.
    Expired,
    /// Its checksum or its structure is wrong: altered by hand, cut, or made up.
    Malformed,
    /// Everybody knows it: an example from documentation, or a published test key.
    Example,
}

impl Validity {
    /// All steps, the most urgent first.
    pub const ALL: [Self; 5] = [
        Self::LiveShaped,
        Self::Encrypted,
        Self::Expired,
        Self::Malformed,
        Self::Example,
    ];

    /// Returns the word that reports use.
    pub fn name(self) -> &'static str {
        match self {
            Self::LiveShaped => "live-shaped",
            Self::Encrypted => "encrypted",
            Self::Expired => "expired",
            Self::Malformed => "malformed",
            Self::Example => "example",
        }
    }

    /// Returns what the facts of checks come to at the time `now`, in seconds since 1970. Without a clock nothing is expired.
    pub fn of(facts: &[Fact], now: Option<i64>) -> Self {
        let value = |name| {
            let fact = facts.iter().find(|(fact, _)| *fact == name);
            fact.map(|(_, value)| value.as_str())
        };
        let expires = value("expires").and_then(civil::seconds);
        if value("known_as").is_some() {
            Self::Example
        } else if value("malformed").is_some() {
            Self::Malformed
        } else if expires.zip(now).is_some_and(|(end, now)| end <= now) {
            Self::Expired
        } else if value("encrypted") == Some("true") {
            Self::Encrypted
        } else {
            Self::LiveShaped
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Validity;

    #[track_caller]
    fn check(facts: &[(&'static str, &str)], now: Option<i64>, expected: Validity) {
        let facts: Vec<_> = facts
            .iter()
            .map(|(name, value)| (*name, (*value).to_owned()))
            .collect();
        assert_eq!(Validity::of(&facts, now), expected, "{facts:?} {now:?}");
    }

    #[test]
    fn the_ladder() {
        let end = ("expires", "2023-11-14T22:13:20Z");
        check(&[], Some(0), Validity::LiveShaped);
        check(&[("account_id", "1")], Some(0), Validity::LiveShaped);
        check(&[("encrypted", "false")], Some(0), Validity::LiveShaped);
        check(&[("encrypted", "true")], Some(0), Validity::Encrypted);
        check(&[end], Some(1_699_999_999), Validity::LiveShaped);
        check(&[end], Some(1_700_000_000), Validity::Expired);
        check(&[end], None, Validity::LiveShaped);
        check(
            &[("expires", "never")],
            Some(i64::MAX),
            Validity::LiveShaped,
        );
        check(
            &[end, ("encrypted", "true")],
            Some(i64::MAX),
            Validity::Expired,
        );
        check(
            &[end, ("malformed", "cut")],
            Some(i64::MAX),
            Validity::Malformed,
        );
        check(
            &[("malformed", "cut"), ("known_as", "an example")],
            None,
            Validity::Example,
        );
        assert!(Validity::ALL.is_sorted());
    }
}
