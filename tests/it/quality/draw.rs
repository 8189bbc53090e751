//! Draws that depend on what is drawn, and on nothing that was drawn before: a new template leaves all others as they are.

use keyfence::rule::template::{Random, fill};

/// Returns a generator that `what` and `number` decide.
pub(super) fn random(what: &[&str], number: usize) -> Random {
    // FNV-1a; a byte that is in no text stands between the parts.
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut add = |byte: u8| {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    };
    for part in what {
        part.bytes().chain([0xff]).for_each(&mut add);
    }
    number.to_le_bytes().into_iter().for_each(&mut add);
    Random::new(hash)
}

/// Returns an instance of `template`.
pub(super) fn instance(template: &str, random: &mut Random) -> String {
    fill(template, random).unwrap_or_else(|e| panic!("{template}: {e}"))
}

/// Returns one of `list`.
pub(super) fn one<'a, T>(list: &'a [T], random: &mut Random) -> &'a T {
    &list[random.below(list.len())]
}
