//! Patterns of `git secrets` mean what GNU grep says they mean in the C locale.
//!
//! Here only: the grep of macOS and the BSDs is another program with another dialect, and Windows has none.
//! `PROPTEST_CASES=20000 cargo test --test it ere::` asks about more patterns.

use std::{
    collections::BTreeSet,
    ffi::OsStr,
    fmt,
    io::Write as _,
    os::unix::ffi::OsStrExt as _,
    process::{Command, Stdio},
    sync::OnceLock,
};

use keyfence::ere::{Ere, Error, ErrorKind, PatternSet, WarningKind, WordMatch};
use proptest::{collection::vec, prelude::*, sample::select, test_runner::TestCaseResult};

/// Numbers of lines, from 1.
type Lines = BTreeSet<usize>;

/// Returns the numbers of the lines that grep prints with `options`, or nothing when it refuses the pattern.
///
/// The C library's engine, which it takes for back-references and word match, takes forever with a few, and aborts with some
/// (`(\>((\<)+a|d+)+|a)`); these are not compared, and proptest, which counts them, fails when there are many.
fn grep(options: &str, pattern: &[u8], text: &[u8]) -> Result<Option<Lines>, TestCaseError> {
    static GNU: OnceLock<bool> = OnceLock::new();
    let gnu = GNU.get_or_init(|| {
        let version = Command::new("grep")
            .arg("--version")
            .output()
            .unwrap()
            .stdout;
        version.windows(8).any(|text| text == b"GNU grep")
    });
    assert!(
        gnu,
        "these tests ask GNU grep, and `grep` is another: install it"
    );
    let mut child = Command::new("timeout")
        .args(["1", "grep", "-a", "-n", options, "-e"])
        .arg(OsStr::from_bytes(pattern))
        .env("LC_ALL", "C")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    // A grep that refuses its pattern does not read what is written.
    drop(child.stdin.take().unwrap().write_all(text));
    let output = child.wait_with_output().unwrap();
    match output.status.code() {
        Some(0 | 1) => {}
        Some(2) => return Ok(None),
        Some(124) => return Err(TestCaseError::reject("grep takes too long")),
        None => return Err(TestCaseError::reject("grep ends with a signal")),
        Some(code) => panic!("grep ends with {code}"),
    }
    let printed = output.stdout.split(|byte| *byte == b'\n');
    let numbers = printed.filter_map(|line| {
        let end = line.iter().position(|byte| *byte == b':')?;
        std::str::from_utf8(&line[..end]).unwrap().parse().ok()
    });
    Ok(Some(numbers.collect()))
}

/// Returns the numbers of the lines of `text` that match.
fn ours(ere: &Ere, word_match: WordMatch, text: &[u8]) -> Lines {
    let set = PatternSet::new(std::slice::from_ref(ere), word_match).unwrap();
    let mut lines = Lines::new();
    let given_up = set.matching_lines(text, |line| {
        lines.insert(line.number);
    });
    assert_eq!(given_up, []);
    lines
}

/// Lines that shrink one by one and are shown as text.
#[derive(Clone)]
struct Text(Vec<Vec<u8>>);

impl Text {
    fn bytes(&self) -> Vec<u8> {
        let lines = self.0.iter();
        lines.flat_map(|line| [line, &b"\n"[..]].concat()).collect()
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = self.0.iter().map(|line| line.escape_ascii().to_string());
        f.debug_list().entries(shown).finish()
    }
}

fn text() -> impl Strategy<Value = Text> {
    let pieces = select(vec![
        "a", "b", "c", "1", "_", " ", "-", ".", "x", "ab", "\r", "\t", "{", "}", "]", ")", "^",
        "\\", "d", "a a", "b-b", "aa", "\u{e9}", "[", ":", "*", "1}",
    ]);
    let line = vec(pieces, 0..7).prop_map(|pieces| pieces.concat().into_bytes());
    vec(line, 1..40).prop_map(Text)
}

/// Parts of patterns that are no conditions.
const TEXT: &[&str] = &[
    "a",
    "b",
    "c",
    "1",
    "_",
    " ",
    "-",
    "\\.",
    ".",
    "[ab]",
    "[^a]",
    "[a-c]",
    "[]a]",
    "[^]b]",
    "[a-]",
    "[[:alpha:]]",
    "[^[:alnum:]]",
    "[[:space:]1]",
    "\\w",
    "\\W",
    "\\s",
    "\\S",
    "()",
    "\\-",
    "\\{",
    "x",
    "ab",
    "b ",
    " a",
    "\u{e9}",
    "[\u{e9}]",
    "\\/",
    "[\\d]",
    "[a\\]",
    "a{x",
    "b{1",
    "[+--]",
    "[-a]",
    "[a[b]",
    "[a&&b]",
    "[~~]",
    "[[:upper:][:digit:]]",
    "}",
    "#",
    "\\d",
    "\\t",
    "\\x41",
    "\\*",
    "\\_",
    "[*.]",
    "]",
];

/// Conditions.
const LOOKS: &[&str] = &["\\<", "\\>", "\\b", "\\B", "^", "$"];

const OPERATORS: &[&str] = &[
    "", "", "", "", "", "", "", "*", "+", "?", "{2}", "{0,1}", "{,2}", "{1,}", "{0}", "{2,3}",
    "{,}", "+?", "**", "??",
];

/// Returns patterns made of `parts`.
fn pattern(parts: Vec<&'static str>) -> impl Strategy<Value = String> {
    let part = select(parts).prop_map(str::to_owned);
    part.prop_recursive(3, 16, 4, |inner| {
        let piece =
            (inner, select(OPERATORS)).prop_map(|(node, operator)| repeated(&node, operator));
        let sequence = vec(piece, 1..4).prop_map(|pieces| pieces.concat());
        prop_oneof![
            3 => sequence.clone(),
            2 => vec(sequence.clone(), 2..4).prop_map(|parts| format!("({})", parts.join("|"))),
            1 => vec(sequence, 2..4).prop_map(|parts| parts.join("|")),
        ]
    })
}

/// Returns `node` with `operator` behind it, in parentheses where they are needed.
fn repeated(node: &str, operator: &str) -> String {
    let bare = match Ere::parse(&node.as_bytes()[..node.len() - 1]) {
        // One byte, or one class.
        Err(error) => match error.kind() {
            ErrorKind::Empty => !LOOKS.contains(&node),
            ErrorKind::UnclosedBracket => error.at() == 0,
            _ => false,
        },
        Ok(_) => operator.is_empty() && !node.contains('|'),
    };
    if bare {
        format!("{node}{operator}")
    } else {
        format!("({node}){operator}")
    }
}

fn has_look(pattern: &str) -> bool {
    LOOKS
        .iter()
        .any(|look| pattern.replace("[^", "").contains(look))
}

/// Compares what `pattern` finds in `text`.
fn compare(pattern: &str, text: &Text) -> TestCaseResult {
    let bytes = text.bytes();
    let ere = Ere::parse(pattern.as_bytes());
    let theirs = grep("-E", pattern.as_bytes(), &bytes)?;
    prop_assert_eq!(ere.is_ok(), theirs.is_some(), "{:?}", ere);
    let (Ok(ere), Some(theirs)) = (ere, theirs) else {
        return Ok(());
    };
    prop_assert_eq!(&ours(&ere, WordMatch::No, &bytes), &theirs, "grep -E");
    let ours = ours(&ere, WordMatch::Yes, &bytes);
    let theirs = grep("-wE", pattern.as_bytes(), &bytes)?;
    let theirs = theirs.expect("grep has taken the pattern before");
    if !ere.matches_empty() {
        prop_assert_eq!(&ours, &theirs, "grep -wE");
        return Ok(());
    }
    // The deviation: an empty match is none.
    prop_assert!(ours.is_subset(&theirs), "grep -wE {:?} {:?}", ours, theirs);
    if !has_look(pattern) {
        prop_assert_eq!(&ours, &by_parts(pattern, text)?, "grep -xE");
    }
    Ok(())
}

/// Returns the lines that have a part with no word byte beside it that `pattern` matches as a whole, the empty part left out.
fn by_parts(pattern: &str, text: &Text) -> Result<Lines, TestCaseError> {
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let (mut parts, mut lines) = (Text(Vec::new()), Vec::new());
    for (n, line) in text.0.iter().enumerate() {
        for start in (0..line.len()).filter(|n| *n == 0 || !is_word(&line[n - 1])) {
            for end in (start + 1..=line.len()).filter(|n| !line.get(*n).is_some_and(is_word)) {
                parts.0.push(line[start..end].to_vec());
                lines.push(n + 1);
            }
        }
    }
    let found = grep("-xE", pattern.as_bytes(), &parts.bytes())?;
    let found = found.expect("grep has taken the pattern before");
    Ok(found.into_iter().map(|n| lines[n - 1]).collect())
}

/// Pieces that make patterns of every kind, most of them odd.
const PIECES: &[&str] = &[
    "a",
    "b",
    "1",
    ",",
    "-",
    ":",
    ".",
    "=",
    "[",
    "]",
    "[^",
    "(",
    ")",
    "{",
    "}",
    "*",
    "+",
    "?",
    "|",
    "^",
    "$",
    "\\",
    "\\<",
    "\\w",
    "\\b",
    "[:",
    ":]",
    "[[:alpha:]",
    "[.",
    ".]",
    "[=",
    "=]",
    "{1",
    "{2}",
    "{,",
    "{1,2}",
    "{3,2}",
    "{}",
    "\\d",
    "\u{e9}",
    "_",
    " ",
    "-a",
    "digit",
    "()",
    "[]",
    "a{",
    "{1,2,",
    "\\1",
];

/// Compares whether the odd `pattern` is refused, and what it finds otherwise.
fn compare_odd(pattern: &str, text: &Text) -> TestCaseResult {
    let bytes = text.bytes();
    let ere = Ere::parse(pattern.as_bytes());
    let theirs = grep("-E", pattern.as_bytes(), &bytes)?;
    match (&ere, theirs) {
        (Err(error), Some(_)) => prop_assert!(only_refused_here(pattern, error), "{error}"),
        (Ok(ere), None) => {
            // The deviation: where nothing is to be repeated an operator is left out. So it is by grep, but the C library goes on as if
            // the pattern began behind it, and refuses `(*)` for its `)` and `*{1}{3,2}` for its count.
            prop_assert!(warned(ere, WarningKind::NothingToRepeat), "grep refuses it");
        }
        (Ok(ere), Some(theirs)) => {
            // The deviation: the C library, which only patterns with back-references are searched with, leaves out an operator behind an
            // anchor. Here the anchor is repeated, as it is by grep otherwise.
            if !(warned(ere, WarningKind::RepeatedAnchor) && ere.has_backref()) {
                prop_assert_eq!(&ours(ere, WordMatch::No, &bytes), &theirs, "grep -E");
            }
        }
        (Err(_), None) => {}
    }
    Ok(())
}

/// The deviations that are refused with a reason where grep finds something that can hardly be meant.
fn only_refused_here(pattern: &str, error: &Error) -> bool {
    let before = pattern.as_bytes()[..error.at()].last();
    match error.kind() {
        // Grep leaves out the `?`.
        ErrorKind::PerlGroup(_) => true,
        // Grep takes a bad count for text behind a brace that is text, or a repeated anchor.
        ErrorKind::MalformedCount | ErrorKind::ReversedCount { .. } => {
            before.is_some_and(|byte| b"{}*+?".contains(byte))
        }
        _ => false,
    }
}

fn warned(ere: &Ere, kind: WarningKind) -> bool {
    ere.warnings().iter().any(|warning| warning.kind() == kind)
}

/// Texts that repeat often in the lines.
const SHORT: &[&str] = &[
    "a", "b", ".", "[ab]", "\\w", "a*", "b?", "[^a]", "(a|b)", "ab", "-", " ", "(a|ab)", ".*",
    "a+", "(b|)", "x{0,2}",
];

/// Returns patterns with back-references.
///
/// None is within the same repetition as its group, and none has a condition: the C library misses matches then (`((a*b)\2|(a|ab))+` is
/// all of `abb`, `a*\b(.*)\1` is all of `a`).
fn back_reference() -> impl Strategy<Value = String> {
    let part = || vec(select(SHORT), 1..3).prop_map(|parts| parts.concat());
    let operator = select(vec!["", "*", "+", "?", "{2}"]);
    (part(), part(), part(), operator, 0..6).prop_map(|(a, b, c, operator, form)| match form {
        0 => format!("({a}){b}\\1{operator}"),
        1 => format!("{a}({b})\\1{c}"),
        2 => format!("(({a})-{b})\\1"),
        3 => format!("(({a})|({b}))y?\\1"),
        4 => format!("(({a}){b}\\2)"),
        _ => format!("({a})({b})\\2{c}\\1"),
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn texts(pattern in pattern(TEXT.to_vec()), text in text()) {
        compare(&pattern, &text)?;
    }

    #[test]
    fn conditions(pattern in pattern([TEXT, LOOKS, LOOKS, LOOKS].concat()), text in text()) {
        compare(&pattern, &text)?;
    }

    #[test]
    fn back_references(pattern in back_reference(), text in text()) {
        compare(&pattern, &text)?;
    }

    #[test]
    fn odd_patterns(pieces in vec(select(PIECES), 1..8), text in text()) {
        compare_odd(&pieces.concat(), &text)?;
    }
}
