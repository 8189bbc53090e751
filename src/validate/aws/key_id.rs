//! Access key ids: four letters that tell the kind, then 16 characters of base32.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids>. Ids made since about 2019
//! carry the account number: the first of the 80 bits behind the prefix is set, the next 40 are the number.

use super::{super::Proof, super::Subject, holds, plain};
use crate::rule::Severity;

/// The length of an access key id, in characters.
pub const LEN: usize = 20;

/// Accounts that canarytokens.org hands keys of: bait that tells its owner when used.
const CANARYTOKENS_ORG: &[u64] = &[
    52_310_077_262,
    171_436_882_533,
    266_735_846_894,
    534_261_010_715,
    595_918_472_158,
    717_712_589_309,
    730_335_385_048,
    819_147_034_852,
    893_192_397_702,
    992_382_622_183,
];

/// Accounts of other operators of bait keys.
const OTHER_CANARIES: &[u64] = &[
    44_858_866_125,
    251_535_659_677,
    344_043_088_457,
    351_906_852_752,
    390_477_818_340,
    426_127_672_474,
    427_150_556_519,
    439_872_796_651,
    445_142_720_921,
    465_867_158_099,
    637_958_123_769,
    693_412_236_332,
    732_624_840_810,
    735_421_457_923,
    959_235_150_393,
    982_842_642_351,
];

/// Returns the account number in the id, 12 digits; nothing for ids of the old kind, which do not carry one.
///
/// ```
/// use keyfence::validate::aws::key_id::account;
/// // Ids of the old kind have a letter from A to P in fifth place.
/// let id = |fifth: &str| format!("AKIA{fifth}{}", "A".repeat(15));
/// assert_eq!(account(id("I").as_bytes()), None);
/// assert_eq!(account(id("Q").as_bytes()).as_deref(), Some("000000000000"));
/// ```
pub fn account(id: &[u8]) -> Option<String> {
    number(id).map(|number| format!("{number:012}"))
}

fn number(id: &[u8]) -> Option<u64> {
    let bits = data_encoding::BASE32_NOPAD.decode(id.get(4..LEN)?).ok()?;
    let head = bits
        .iter()
        .take(6)
        .fold(0_u64, |acc, byte| acc << 8 | u64::from(*byte));
    let number = (head & 0x7fff_ffff_ff80) >> 7;
    (head >> 47 == 1 && number < 1_000_000_000_000).then_some(number)
}

/// Returns who uses the account (12 digits) for bait, where that is known: keys of it tell their owner when they are used.
pub fn canary(account: &str) -> Option<&'static str> {
    bait(account.parse().ok()?)
}

fn bait(number: u64) -> Option<&'static str> {
    if CANARYTOKENS_ORG.contains(&number) {
        Some("canarytokens.org")
    } else {
        OTHER_CANARIES.contains(&number).then_some("other")
    }
}

/// Checks an access key id, and reads the account number and the kind of key from it.
pub(crate) fn check(subject: Subject<'_>) -> Proof {
    let id = plain(subject.secret);
    let goes_on = subject.after.first().is_some_and(u8::is_ascii_alphanumeric);
    if id.len() != LEN || goes_on || !is_base32(&id[4..]) || looks_made_up(&id) {
        return Proof::refuted();
    }
    let kind = match &id[..4] {
        b"ASIA" => "temporary",
        _ => "long-term",
    };
    let mut proof = Proof::plausible().with_fact("key_type", kind);
    if let Some(number) = number(&id) {
        proof = proof.with_fact("account_id", format!("{number:012}"));
        if let Some(operator) = bait(number) {
            proof = proof
                .with_fact("canary", operator)
                .with_severity(Severity::Low);
            proof.reason = Some("its account is known for bait: using the key tells its owner");
        }
    }
    proof
}

/// Checks an id of the time before 2010 (`A3T…`): nothing inside but upper-case letters and digits.
pub(crate) fn check_legacy(subject: Subject<'_>) -> Proof {
    let digits = subject.secret.iter().filter(|b| b.is_ascii_digit()).count();
    if digits < 2 || looks_made_up(subject.secret) {
        return Proof::refuted();
    }
    Proof::plausible().with_fact("key_type", "long-term")
}

fn is_base32(text: &[u8]) -> bool {
    text.iter()
        .all(|b| b.is_ascii_uppercase() || (b'2'..=b'7').contains(b))
}

/// Returns true for ids that people type: `…EXAMPLE`, `XXXX…`, `ABCDEFGH…`.
///
/// A random id has fewer than 6 different characters among 16 with a chance below 1e-9, and eight letters in
/// alphabetical order below 1e-10.
fn looks_made_up(id: &[u8]) -> bool {
    // A regex gives no fewer than the four letters of the prefix; a check answers for any bytes.
    let tail = id.get(4..).unwrap_or_default();
    let mut distinct = tail.to_vec();
    distinct.sort_unstable();
    distinct.dedup();
    let ladder = tail
        .windows(8)
        .any(|w| w.windows(2).all(|p| p[1] == p[0].wrapping_add(1)));
    distinct.len() < 6 || ladder || holds(id, b"EXAMPLE") || holds(id, b"DEADBEEF")
}

#[cfg(test)]
mod tests {
    use super::{account, check};
    use crate::validate::{Subject, Verdict};

    #[track_caller]
    fn account_is(head: &str, expected: Option<&str>) {
        let id = format!("ASIA{head}AAAAAA");
        assert_eq!(account(id.as_bytes()).as_deref(), expected, "{id}");
    }

    #[test]
    fn account_numbers() {
        account_is("Y34FZKBOKM", Some("609629065308"));
        account_is("QNZGKIQY56", Some("029608264753"));
        account_is("IOSFODNN7A", None);
    }

    #[track_caller]
    fn refuted(tail: &str, expected: bool) {
        let id = format!("AKIA{tail}");
        let subject = Subject {
            before: b"",
            secret: id.as_bytes(),
            matched: id.as_bytes(),
            after: b"\n",
        };
        assert_eq!(check(subject).verdict == Verdict::Refuted, expected, "{id}");
    }

    #[test]
    fn made_up_ids() {
        refuted(concat!("IOSFODNN7", "EXAMPLE"), true);
        refuted("XXXXXXXXXXXXXXXX", true);
        refuted(concat!("DEADBEEF", "DEADBEEF"), true);
        refuted(concat!("ABCDEFGH", "IJKLMNOP"), true);
        refuted(concat!("Q7XW2", "MZK5TBLH3NC"), false);
    }

    #[test]
    fn bait() {
        let number = 52_310_077_262_u64;
        let mut bits = (number << 7 | 1 << 47).to_be_bytes()[2..].to_vec();
        bits.extend([0x5a, 0x13, 0xc9, 0x77]);
        let id = format!("AKIA{}", data_encoding::BASE32_NOPAD.encode(&bits));
        let proof = check(Subject {
            before: b"",
            secret: id.as_bytes(),
            matched: id.as_bytes(),
            after: b"",
        });
        assert!(
            proof
                .facts
                .contains(&("canary", "canarytokens.org".to_owned()))
        );
        assert!(
            proof
                .facts
                .contains(&("account_id", "052310077262".to_owned()))
        );
    }
}
