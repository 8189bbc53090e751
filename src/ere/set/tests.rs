mod agree;

use super::{GaveUp, Limits, PatternSet, WordMatch};
use crate::ere::Ere;

fn set(patterns: &[&str], word_match: WordMatch) -> PatternSet {
    let patterns: Vec<Ere> = patterns
        .iter()
        .map(|pattern| Ere::parse(pattern.as_bytes()).unwrap())
        .collect();
    PatternSet::new(&patterns, word_match).unwrap()
}

/// Returns the number of each line that matches, what the first match is, and which patterns match.
fn found(set: &PatternSet, text: &str) -> Vec<(usize, String, Vec<usize>)> {
    let mut out = Vec::new();
    let given_up = set.matching_lines(text.as_bytes(), |line| {
        let first = text.get(line.first()).unwrap().to_owned();
        out.push((line.number, first, line.patterns.to_vec()));
    });
    assert_eq!(given_up, []);
    out
}

#[track_caller]
fn check(
    patterns: &[&str],
    word_match: WordMatch,
    text: &str,
    expected: &[(usize, &str, &[usize])],
) {
    let found = found(&set(patterns, word_match), text);
    let expected: Vec<_> = expected
        .iter()
        .map(|(number, first, patterns)| (*number, (*first).to_owned(), patterns.to_vec()))
        .collect();
    assert_eq!(found, expected, "{} patterns in {text:?}", patterns.len());
}

#[test]
fn lines_end_at_line_feeds() {
    let any = ["^.*$"];
    check(&any, WordMatch::No, "", &[]);
    check(&any, WordMatch::No, "\n", &[(1, "", &[0])]);
    check(&any, WordMatch::No, "a", &[(1, "a", &[0])]);
    check(
        &any,
        WordMatch::No,
        "a\r\n\nb",
        &[(1, "a\r", &[0]), (2, "", &[0]), (3, "b", &[0])],
    );
    check(&["^$"], WordMatch::No, "a\n\n", &[(2, "", &[0])]);
    check(
        &["a[^x]b", r"a\Wb", r"a\sb", "a.b"],
        WordMatch::No,
        "a\nb",
        &[],
    );
    check(&["a\r$"], WordMatch::No, "a\r\na\n", &[(1, "a\r", &[0])]);
}

#[test]
fn words() {
    use WordMatch::Yes;
    check(
        &["key"],
        Yes,
        "key\nkeys\nakey\n_key\n(key)\nkey\u{e9}",
        &[(1, "key", &[0]), (5, "key", &[0]), (6, "key", &[0])],
    );
    // Not only the longest match, and not only the leftmost.
    check(&["k.*v"], Yes, "k v vx", &[(1, "k v", &[0])]);
    check(&["key"], Yes, "keys key", &[(1, "key", &[0])]);
    check(&["a|ab"], Yes, "ab a-", &[(1, "ab", &[0])]);
    check(&["[ab]+[^a]*"], Yes, "xab a b c", &[(1, "a b c", &[0])]);
    // The ends of a match may be anything.
    check(&["-key-"], Yes, "a-key-b\n --key--", &[(2, "-key-", &[0])]);
    // The empty text is no match.
    check(
        &["z*"],
        Yes,
        "\na\nz\n-z\nzz9",
        &[(3, "z", &[0]), (4, "z", &[0])],
    );
    check(&["^", "$", r"\b", "()", "x{0}"], Yes, "a b\n\n-", &[]);
    check(
        &[r"(\<|b)*c*"],
        Yes,
        "a\nb\nc\nbc",
        &[(2, "b", &[0]), (3, "c", &[0]), (4, "bc", &[0])],
    );
}

#[test]
fn each_pattern_is_a_unit() {
    // `\1` is the first group of its own pattern, and `|` ends at its pattern's end.
    check(
        &["a|b", r"(x)(y)", r"(.)-\1", "c d"],
        WordMatch::No,
        "b\nxy\nq-q\nq-x\nc\nd\nc d\n",
        &[
            (1, "b", &[0]),
            (2, "xy", &[1]),
            (3, "q-q", &[2]),
            (7, "c d", &[3]),
        ],
    );
    check(
        &["forbidden|me"],
        WordMatch::Yes,
        "tell me\nsome",
        &[(1, "me", &[0])],
    );
}

#[test]
fn all_patterns_of_a_line_are_told() {
    check(
        &["secret", "[0-9]+", r"(e)cr\1", "never", "^s"],
        WordMatch::No,
        "x\nsecret 12\n3",
        &[(2, "secret", &[0, 1, 2, 4]), (3, "3", &[1])],
    );
    let set = set(&["[0-9]+", "secret", "never"], WordMatch::No);
    let mut spans = Vec::new();
    let given_up = set.matching_lines(b"x\nsecret 12 345", |line| {
        spans = (0..4).map(|pattern| line.span(pattern)).collect();
        assert_eq!(line.range, 2..15);
    });
    assert_eq!(given_up, []);
    assert_eq!(spans, [Some(9..11), Some(2..8), None, None]);
}

#[test]
fn many_patterns() {
    // More than a group has, with and without literals, and literals that overlap.
    let mut patterns: Vec<String> = (0..300).map(|n| format!("key{n:03}[a-f]")).collect();
    patterns.extend((0..150).map(|n| format!("[{}]{{{}}}", char::from(b'a' + n % 26), 10 + n)));
    patterns.extend(["y299a".to_owned(), "(k)ey299a.*\\1".to_owned()]);
    let patterns: Vec<&str> = patterns.iter().map(String::as_str).collect();
    check(
        &patterns,
        WordMatch::No,
        "key299 key007g\nkey299a key007b\nk key299a k\naaaaaaaaaa\n",
        &[
            (2, "key299a k", &[7, 299, 450, 451]),
            (3, "key299a k", &[299, 450, 451]),
            (4, "aaaaaaaaaa", &[300]),
        ],
    );
}

#[test]
fn a_great_many_literals() {
    let mut patterns: Vec<String> = (0..400).map(|n| format!("lit{n:03}-end")).collect();
    patterns.extend([
        "[Kk]ey[0-9]".to_owned(),
        "lit1".to_owned(),
        "[a-z]+=$".to_owned(),
    ]);
    let patterns: Vec<&str> = patterns.iter().map(String::as_str).collect();
    check(
        &patterns,
        WordMatch::No,
        "nothing\nxlit399-end lit007-end\nkey1\nlit17-end\nlit400-end abc=\nlit123-end",
        &[
            (2, "lit399-end", &[7, 399]),
            (3, "key1", &[400]),
            (4, "lit1", &[401]),
            (5, "abc=", &[402]),
            (6, "lit123-end", &[123, 401]),
        ],
    );
}

#[test]
fn no_patterns_match_nothing() {
    let set = set(&[], WordMatch::No);
    assert!(set.is_empty());
    assert_eq!(set.is_match(b"a"), Ok(false));
    assert_eq!(found(&set, "a\nb"), []);
}

#[test]
fn allowed_lines() {
    let set = set(&["^docs/", "a.txt:3:", r"(x)\1"], WordMatch::No);
    for (line, expected) in [
        ("docs/a:1:key", true),
        ("x/docs/a:1:key", false),
        ("./a.txt:3:key", true),
        ("a:1:xx", true),
        ("", false),
    ] {
        assert_eq!(set.is_match(line.as_bytes()), Ok(expected), "{line}");
    }
    assert_eq!(
        PatternSet::new(&[Ere::parse(b"^$").unwrap()], WordMatch::No)
            .unwrap()
            .is_match(b""),
        Ok(true)
    );
}

#[test]
fn what_takes_too_long_is_told() {
    let slow = Ere::parse(br"(a|aa)+(a|aa)+(a|aa)+b\1x").unwrap();
    let quick = Ere::parse(b"a").unwrap();
    let limits = Limits {
        steps_per_line: 10_000,
        steps_per_text: 25_000,
    };
    let line = format!("{}bx", "a".repeat(60));
    let text = format!("{line}\n-\n{line}\n{line}\naaabax\n");
    let set = PatternSet::with_limits(&[slow.clone(), quick], WordMatch::No, limits).unwrap();
    let mut lines = Vec::new();
    let given_up = set.matching_lines(text.as_bytes(), |line| {
        lines.push((line.number, line.patterns.to_vec()));
    });
    // After the third line the text's steps are spent, so that the last, which matches, is not tried.
    let expected = GaveUp {
        pattern: 0,
        line: 1,
        lines: 4,
    };
    assert_eq!(given_up, [expected]);
    assert_eq!(lines, [1, 3, 4, 5].map(|number| (number, vec![1])));
    assert_eq!(set.is_match(line.as_bytes()), Ok(true));
    let set = PatternSet::with_limits(&[slow], WordMatch::No, limits).unwrap();
    assert_eq!(
        set.is_match(line.as_bytes()),
        Err(GaveUp {
            pattern: 0,
            line: 1,
            lines: 1
        })
    );
    assert_eq!(set.is_match(b"aaabax"), Ok(true));
    assert_eq!(set.is_match(b"aaabxx"), Ok(false));
}

#[test]
fn a_set_has_a_limit() {
    let large = vec![Ere::parse(b"a{30000}").unwrap(); 200];
    let error = PatternSet::new(&large, WordMatch::No).unwrap_err();
    assert!(
        error.to_string().contains("more than 2000000 parts"),
        "{error}"
    );
    assert!(PatternSet::new(&large[..60], WordMatch::No).is_ok());
}

#[test]
fn threads_share_a_set() {
    fn shared<T: Send + Sync>(_: &T) {}
    shared(&set(&["a", r"(b)\1"], WordMatch::Yes));
}
