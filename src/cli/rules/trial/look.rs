//! What a value looks like: drawn by a machine, or written by a person?

use crate::{
    judge::randomness::{MIN_BYTES, bits_per_char, looks_random},
    rule::{Anchor, Rule, SecretKind},
};

/// What a value looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Look {
    /// Nothing can be said: it is short, or it may be anything.
    Unknown,
    /// A machine may have drawn it.
    Random,
    /// It is made of words.
    Words,
    /// It is too regular to be drawn.
    Regular,
}

/// Below so many bits per character a text is made of words. `judge/randomness` has the figures: half of all words are below 3.4, random
/// hexadecimal digits hardly ever below 4.
const WORDS_BITS: f32 = 4.0;

/// The shortest value that anything is said of, in bytes.
const SHORTEST: usize = 8;

/// Returns what the value `secret` of `rule` looks like, without the prefix that all of them have.
pub(super) fn of(rule: &Rule, secret: &[u8]) -> Look {
    // A person may choose a password; blocks and prohibited texts are known by something else.
    if !matches!(rule.kind, SecretKind::Token | SecretKind::Opaque) {
        return Look::Unknown;
    }
    let prefixes = rule.anchors.iter().filter_map(|anchor| match anchor {
        Anchor::Prefix(text) => secret.strip_prefix(text.as_bytes()),
        Anchor::Keyword(_) | Anchor::Base64Run(_) => None,
    });
    let core = prefixes.min_by_key(|rest| rest.len()).unwrap_or(secret);
    if core.len() < SHORTEST {
        return Look::Unknown;
    }
    let letters = core.iter().filter(|b| b.is_ascii_alphabetic()).count();
    if 2 * letters >= core.len() && bits_per_char(core) < WORDS_BITS {
        Look::Words
    } else if core.len() >= MIN_BYTES && !looks_random(core) {
        Look::Regular
    } else {
        Look::Random
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{Look, of};
    use crate::rule::{
        parse::parse,
        template::{Random, fill},
    };

    #[track_caller]
    fn check(kind: &str, value: &str, expected: Look) {
        let text =
            format!("[[rule]]\nid = \"own\"\nkind = \"{kind}\"\nregex = 'own_[a-z_]{{9,40}}'\n");
        let rule = &parse(Path::new("own.toml"), &text).unwrap()[0];
        let value = fill(value, &mut Random::new(3)).unwrap();
        assert_eq!(of(rule, value.as_bytes()), expected, "{value}");
    }

    #[test]
    fn values() {
        check("token", "own_{base62:24}", Look::Random);
        check("token", "own_{hex:32}", Look::Random);
        check("token", "own_{hex:8}", Look::Random);
        check("token", "own_configuration", Look::Words);
        check("token", "own_database_connection_string", Look::Words);
        check("opaque", "own_12345678901234567890", Look::Regular);
        check("token", "own_abc", Look::Unknown);
        check("password", "own_configuration", Look::Unknown);
    }
}
