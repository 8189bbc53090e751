//! `OpenAI`'s keys: `T3BlbkFJ` (base64 of `OpenAI`) stands in the middle of the random part.

use super::{Proof, Subject};
use crate::rule::Confidence;

/// The marker in the middle.
const MARKER: &[u8] = b"T3BlbkFJ";

/// The prefixes, without the random part.
const PREFIXES: &[&[u8]] = &[b"sk-proj-", b"sk-svcacct-", b"sk-admin-"];

/// Trusts a key less when its two halves differ in length, and refutes one without prefix or marker.
///
/// All keys seen have halves of 20, 58 or 74 characters, the same on both sides. No proof: a placeholder may keep the form.
pub(super) fn halves(subject: Subject<'_>) -> Proof {
    let Some(random) = PREFIXES
        .iter()
        .find_map(|prefix| subject.secret.strip_prefix(*prefix))
    else {
        return Proof::refuted();
    };
    let middle = random.len().saturating_sub(MARKER.len()) / 2;
    if random.len() % 2 == 0 && random[middle..].starts_with(MARKER) {
        Proof::plausible()
    } else if random.windows(MARKER.len()).any(|w| w == MARKER) {
        Proof::plausible().at_most(Confidence::Medium)
    } else {
        Proof::refuted()
    }
}

#[cfg(test)]
mod tests {
    use super::halves;
    use crate::{
        rule::Confidence,
        validate::{Proof, test_support::proof},
    };

    #[track_caller]
    fn check(token: &str, expected: &Proof) {
        assert_eq!(&proof(halves, token), expected, "{token}");
    }

    #[test]
    fn equal_and_unequal_halves() {
        let key =
            |left, right| format!("sk-proj-{}T3BlbkFJ{}", "a".repeat(left), "b".repeat(right));
        check(&key(74, 74), &Proof::plausible());
        check(&key(20, 20), &Proof::plausible());
        let less = Proof::plausible().at_most(Confidence::Medium);
        check(&key(20, 21), &less);
        check(&key(20, 22), &less);
        check(&format!("sk-proj-{}", "a".repeat(156)), &Proof::refuted());
        check("sk-proj-", &Proof::refuted());
        check("", &Proof::refuted());
    }
}
