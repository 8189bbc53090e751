//! Literals as patterns.

/// Returns the pattern that matches `literal` and nothing else, as `git secrets --add --literal` stores it.
///
/// A `[` is escaped, too, which the original forgets. A line feed stays one: the parts on both sides are patterns of their own.
pub fn quote(literal: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(literal.len() + 8);
    for byte in literal {
        if br".\|$(){}?+*^[".contains(byte) {
            out.push(b'\\');
        }
        out.push(*byte);
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::quote;
    use crate::ere::{Ere, PatternSet, WordMatch};

    #[test]
    fn what_is_special_is_escaped() {
        assert_eq!(quote(b"Hoagie+man"), br"Hoagie\+man");
        assert_eq!(quote(br".\|$(){}?+*^[]"), br"\.\\\|\$\(\)\{\}\?\+\*\^\[]");
        assert_eq!(quote(b"a-b/c=d #\xc3\xa9"), b"a-b/c=d #\xc3\xa9");
    }

    proptest! {
        #[test]
        fn a_quoted_literal_matches_itself(
            literal in proptest::collection::vec(proptest::sample::select(br"ab1.\|$(){}?+*^[]-,<>'`w ".to_vec()), 1..12),
            place in any::<prop::sample::Index>(),
        ) {
            let ere = Ere::parse(&quote(&literal)).unwrap();
            prop_assert!(ere.warnings().is_empty(), "{:?}", ere.warnings());
            let set = PatternSet::new(&[ere], WordMatch::No).unwrap();
            let mut spans = Vec::new();
            let text = [b"~", &literal[..], b"~"].concat();
            let given_up = set.matching_lines(&text, |line| {
                spans.push((line.first().start, line.first().end));
            });
            prop_assert!(given_up.is_empty());
            prop_assert_eq!(spans, [(1, 1 + literal.len())]);
            // One byte changed, and it is another text.
            let mut other = literal;
            let at = place.index(other.len());
            other[at] = b'~';
            prop_assert_eq!(set.is_match(&other), Ok(false));
        }
    }
}
