use super::{Program, Steps};
use crate::ere::{Ere, Limits, WordMatch};

#[track_caller]
fn check(pattern: &str, line: &str, word_match: WordMatch, expected: Option<&str>) {
    let ere = Ere::parse(pattern.as_bytes()).unwrap();
    let program = Program::new(&ere.node, word_match);
    let found = program.find(line.as_bytes(), 0, &mut Steps::new(Limits::default()));
    let found = found.unwrap().map(|span| line.get(span).unwrap());
    assert_eq!(found, expected, "{pattern} in {line}");
}

#[test]
fn what_a_group_matched_last() {
    use WordMatch::No;
    check(r"(a|b)*-\1", "ab-b", No, Some("ab-b"));
    check(r"(a|b)*-\1", "ab-a", No, None);
    check(r"(a|b)*-\1", "-", No, None);
    check(r"(a*)*-\1$", "aa-aa", No, Some("aa-aa"));
    // A round without text is the last, and is what the group has matched.
    check(r"(a*)*-\1x", "aa-x", No, Some("aa-x"));
    check(r"(a?){2}-\1x", "a-x", No, Some("a-x"));
    check(r"((a)|b)+\2", "aba", No, Some("aba"));
    check(r"(a)(b)?\2", "a", No, None);
    check(r"(a)(b)?\2", "abb", No, Some("abb"));
    check(r"(.*)-\1$", "xab-ab", No, Some("ab-ab"));
    check(r"(ab){2}\1", "ababab", No, Some("ababab"));
    check(r"(^a|b)\1", "aabb", No, Some("aa"));
}

#[test]
fn words() {
    use WordMatch::Yes;
    // Other ways to match are tried for the sake of the neighbours.
    check(r"(a+)\1", "aaaaa", Yes, None);
    check(r"(a+)\1a?", "aaaaa", Yes, Some("aaaaa"));
    check(r"(k)-\1.*v", "k-k v vx", Yes, Some("k-k v"));
    check(r"(a*)\1", "", Yes, None);
    check(r"(a*)\1", "- aa", Yes, Some("aa"));
    check(r"(.)\1", "xaa aa", Yes, Some("aa"));
}

#[test]
fn steps_are_counted() {
    let ere = Ere::parse(br"((a*)*)*b\1").unwrap();
    let program = Program::new(&ere.node, WordMatch::No);
    let line = "a".repeat(100);
    let limits = Limits {
        steps_per_line: 1000,
        steps_per_text: 1500,
    };
    let mut steps = Steps::new(limits);
    assert!(program.find(line.as_bytes(), 0, &mut steps).is_err());
    assert!(program.find(line.as_bytes(), 0, &mut steps).is_err());
    // None are left for what would take a few.
    assert!(program.find(b"b", 0, &mut steps).is_err());
    assert!(program.find(b"b", 0, &mut Steps::new(limits)).is_ok());
    // A line cannot spend what is left for others.
    let limits = Limits {
        steps_per_text: 2000,
        ..limits
    };
    let mut steps = Steps::new(limits);
    assert!(program.find(line.as_bytes(), 0, &mut steps).is_err());
    assert!(program.find(b"b", 0, &mut steps).is_ok());
}
