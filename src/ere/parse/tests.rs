use proptest::{collection::vec, prelude::*, sample::select};

use crate::ere::{Ere, ErrorKind, MAX_DEPTH, MAX_LEN, PatternSet, WordMatch};

#[track_caller]
fn refuses(pattern: &[u8], at: usize, kind: &ErrorKind) {
    let error = Ere::parse(pattern).unwrap_err();
    assert_eq!((error.at(), error.kind()), (at, kind));
}

/// Reads and searches: what is accepted is within what the automata can do.
#[track_caller]
fn accepts(pattern: &[u8]) {
    let ere = Ere::parse(pattern).unwrap();
    for word_match in [WordMatch::Yes, WordMatch::No] {
        let set = PatternSet::new(std::slice::from_ref(&ere), word_match).unwrap();
        set.is_match(b"").unwrap();
        set.is_match(b"ab aaa -").unwrap();
    }
}

#[test]
fn length_has_a_limit() {
    accepts(&vec![b'a'; MAX_LEN]);
    refuses(&vec![b'a'; MAX_LEN + 1], MAX_LEN, &ErrorKind::TooLong);
}

#[test]
fn depth_has_a_limit() {
    let nested = |depth| [b"(".repeat(depth), b")".repeat(depth)].concat();
    accepts(&nested(MAX_DEPTH));
    refuses(&nested(MAX_DEPTH + 1), MAX_DEPTH, &ErrorKind::TooDeep);
    let stacked = |depth| [b"a".to_vec(), b"*".repeat(depth)].concat();
    accepts(&stacked(MAX_DEPTH));
    refuses(&stacked(MAX_DEPTH + 1), MAX_DEPTH + 1, &ErrorKind::TooDeep);
    // What the automata make of each level is largest for these.
    let level = |depth| {
        let open = br"(\b|a(b|c".repeat(depth);
        [open, b"){0,1}x|)".repeat(depth)].concat()
    };
    accepts(&level(MAX_DEPTH / 2 - 1));
    // A level that is closed counts no more.
    accepts(&b"(a)*".repeat(1000));
}

#[test]
fn size_has_a_limit() {
    accepts(b"(abc){30000}");
    accepts(b"(.{1000}){40}");
    refuses(b"(abcd){30000}", 0, &ErrorKind::TooLarge);
    refuses(b"((a{1000}){1000}){1000}", 0, &ErrorKind::TooLarge);
    refuses(
        b"((((a{9999}){9999}){9999}){9999}){9999}",
        0,
        &ErrorKind::TooLarge,
    );
    refuses(b"(((){9999}){9999}){9999}", 0, &ErrorKind::TooLarge);
    // The largest that can also match nothing is made of twice as many parts.
    accepts(b"((a?b?){16000}|x*)*");
    accepts(br"((\b|a){50}){500}");
}

#[test]
fn places_are_within_the_pattern() {
    for pattern in [
        "(?i)", "[", "a[z-a]", "a{2,1}", "a\\", "()()\\3", "\\d", "*",
    ] {
        match Ere::parse(pattern.as_bytes()) {
            Ok(ere) => assert!(!ere.warnings().is_empty(), "{pattern}"),
            Err(error) => assert!(error.at() < pattern.len(), "{pattern}"),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn bytes_never_panic(pattern in vec(any::<u8>(), 0..40)) {
        reads(&pattern)?;
    }

    #[test]
    fn signs_never_panic(pattern in vec(select(br"a1\[]^-:.=(){},*+?|$<>bdw'`".to_vec()), 0..24)) {
        reads(&pattern)?;
    }
}

/// Reads `pattern`; whatever comes of it has a place within it and a text fit for a terminal.
fn reads(pattern: &[u8]) -> Result<(), TestCaseError> {
    let plain = |text: String| !text.chars().any(char::is_control);
    match Ere::parse(pattern) {
        Ok(ere) => {
            prop_assert_eq!(ere.source(), pattern);
            for warning in ere.warnings() {
                prop_assert!(warning.at() < pattern.len());
                prop_assert!(plain(warning.to_string()));
            }
            let set = PatternSet::new(&[ere], WordMatch::Yes).unwrap();
            let given_up = set.matching_lines(b"a1 b\n\xc3\xa9\n", |line| {
                assert!(!line.first().is_empty());
            });
            prop_assert!(given_up.is_empty());
        }
        Err(error) => {
            prop_assert!(error.at() <= pattern.len());
            prop_assert!(plain(error.to_string()));
        }
    }
    Ok(())
}
