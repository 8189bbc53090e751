//! `inside-base64`: the letters of a token by chance, in the middle of an image, a certificate or another blob in base64.
//!
//! A rule for tokens of letters and digits says with its boundary that no letter or digit may stand beside them, but `+` and `/` may:
//! a token follows `/` in a URL. In a megabyte of base64 the prefix and a long enough stretch without `+` and `/` occur by chance.

use super::{Judge, Opinion, Scene, randomness};
use crate::{prefilter::runs::is_base64, rule::SecretKind};

/// The judge.
pub(super) const JUDGE: Judge = Judge {
    name: "inside-base64",
    says: "is a stretch of longer base64 text",
    kinds: &[SecretKind::Token],
    opinion,
};

/// How much base64 beside the token tells, in bytes: a whole line of PEM (RFC 7468). The parts of a path are words, which do not
/// look random, or ids and keys (`T…/B…/…`, `AKIA…/…`), which are shorter.
const MIN_BESIDE: usize = 64;

/// How much of it is looked at, in bytes.
const MAX_BESIDE: usize = 160;

fn opinion(scene: &Scene<'_>) -> Option<Opinion> {
    if scene.proved || !scene.secret().iter().copied().all(is_base64) {
        return None;
    }
    let (before, after) = (scene.before(), scene.after());
    let left = before
        .iter()
        .rev()
        .take(MAX_BESIDE)
        .take_while(|b| is_base64(**b))
        .count();
    let right = after
        .iter()
        .take(MAX_BESIDE)
        .take_while(|b| is_base64(**b))
        .count();
    (is_blob(&before[before.len() - left..]) || is_blob(&after[..right])).then_some(Opinion::Drop)
}

fn is_blob(beside: &[u8]) -> bool {
    beside.len() >= MIN_BESIDE && randomness::looks_random(beside)
}

#[cfg(test)]
mod tests {
    use super::JUDGE;
    use crate::{
        judge::{Opinion, testing},
        rule::{
            SecretKind,
            template::{Random, fill},
        },
    };

    #[track_caller]
    fn check(template: &str, expected: bool) {
        for seed in 0..20 {
            let text = fill(template, &mut Random::new(seed)).unwrap();
            let said = testing::opinion(&JUDGE, SecretKind::Token, "a.svg", &text, false);
            assert_eq!(said == Some(Opinion::Drop), expected, "{text}");
        }
    }

    #[test]
    fn blobs() {
        check("base64,{base64:80}/‹EAA{base62:90}›+{base64:70}", true);
        check("base64,{base64:80}+‹EAA{base62:90}›\"", true);
        check("\"‹EAA{base62:90}›/{base64:80}\"", true);
    }

    #[test]
    fn paths_and_expressions() {
        check(
            "https://graph.example.net/v2/me/accounts/‹EAA{base62:90}›/feed",
            false,
        );
        check("/var/lib/application/secrets/token/‹EAA{base62:90}›", false);
        check("token=‹EAA{base62:90}›", false);
        check("{base64:80} ‹EAA{base62:90}›", false);
        check("a+‹EAA{base62:90}›+b", false);
        check("T{BASE36:10}/B{BASE36:10}/‹{base62:24}›", false);
        check("AKIA{base32:16}/‹{base64:40}›", false);
    }

    #[test]
    fn a_proof_counts_more() {
        let text = fill("{base64:80}/‹EAA{base62:90}›", &mut Random::new(1)).unwrap();
        let said = |proved| testing::opinion(&JUDGE, SecretKind::Token, "a", &text, proved);
        assert_eq!(said(false), Some(Opinion::Drop));
        assert_eq!(said(true), None);
    }
}
