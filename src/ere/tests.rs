//! The dialect, construct by construct: what GNU grep 3.8 in the C locale does, and where this differs on purpose.

mod classes;
mod operators;

use super::{Ere, ErrorKind, PatternSet, Warning, WarningKind, WordMatch, lines_of};

/// Checks which of the texts, lines without their ends, a pattern matches. It must be without warnings.
#[track_caller]
fn check(pattern: &str, yes: &[&str], no: &[&str]) {
    let ere = Ere::parse(pattern.as_bytes()).unwrap();
    let about_empty = |warning: &&Warning| {
        !matches!(
            warning.kind(),
            WarningKind::MatchesEmpty | WarningKind::OnlyEmpty
        )
    };
    let warnings: Vec<_> = ere.warnings().iter().filter(about_empty).collect();
    assert!(warnings.is_empty(), "{warnings:?}");
    finds(&ere, yes, no);
}

/// Checks the same of a pattern that comes with one warning.
#[track_caller]
fn warns(pattern: &str, at: usize, kind: WarningKind, yes: &[&str], no: &[&str]) {
    let ere = Ere::parse(pattern.as_bytes()).unwrap();
    let empty = |warning: &&Warning| {
        warning.kind() != WarningKind::MatchesEmpty || kind == WarningKind::MatchesEmpty
    };
    let warnings: Vec<_> = ere.warnings().iter().filter(empty).collect();
    let [warning] = warnings[..] else {
        panic!("{pattern}: {warnings:?}");
    };
    assert_eq!((warning.at(), warning.kind()), (at, kind), "{pattern}");
    finds(&ere, yes, no);
}

#[track_caller]
fn finds(ere: &Ere, yes: &[&str], no: &[&str]) {
    let pattern = ere.source().escape_ascii();
    let set = PatternSet::new(std::slice::from_ref(ere), WordMatch::No).unwrap();
    for text in yes {
        assert_eq!(
            set.is_match(text.as_bytes()),
            Ok(true),
            "{pattern} in {text:?}"
        );
    }
    for text in no {
        assert_eq!(
            set.is_match(text.as_bytes()),
            Ok(false),
            "{pattern} in {text:?}"
        );
    }
}

#[track_caller]
fn refuses(pattern: &str, at: usize, kind: &ErrorKind) {
    let error = Ere::parse(pattern.as_bytes()).unwrap_err();
    assert_eq!((error.at(), error.kind()), (at, kind), "{pattern}");
}

#[test]
fn back_references() {
    check(r"(.)\1", &["aa", "xbb"], &["ab", "a"]);
    check(r#"(['"])[a-z]*\1"#, &["'a'", "\"\""], &["'a\""]);
    check(
        r"(a)(b)(c)(d)(e)(f)(g)(h)(i)\9",
        &["abcdefghii"],
        &["abcdefghia"],
    );
    check(r"((.)\2|x)+y\2", &["aaya", "bbxyb"], &["aayb"]);
    check(r"(a*)b\1", &["b", "aba", "aab"], &["c"]);
    // There is no `\10`, and groups have their numbers by where they open.
    check(r"((a)(b))\10", &["abab0"], &["aba0"]);
    check(r"((a)(b))\3", &["abb"], &["aba"]);
    refuses(r"\1", 0, &ErrorKind::UnknownGroup(1));
    refuses(r"(a\1)", 2, &ErrorKind::UnknownGroup(1));
    refuses(r"(a)|\1", 4, &ErrorKind::UnknownGroup(1));
    refuses(r"(a)\2", 3, &ErrorKind::UnknownGroup(2));
    check(r"((a)|b)\1", &["aa", "bb"], &["ab"]);
    check(r"((a)|b)\2", &["aa"], &["bb", "ab"]);
    check(r"(a|(b)(c)?)\1", &["aa", "bcbc", "bb"], &["ba"]);
}

#[test]
fn words_and_blanks() {
    check(
        r"\<key\>",
        &["key", "a key.", "-key-"],
        &["akey", "keys", "key_"],
    );
    check(
        r"\bkey\b",
        &["key", "a key.", "\u{e9}key\u{e9}"],
        &["akey", "keys"],
    );
    check(r"\Bkey\B", &["akeys", "_key9"], &["key", "akey", "keys"]);
    check(r"^\B$", &[""], &["a", "-"]);
    check(r"a\B", &["ab"], &["a", "a b"]);
    check(r"^\w\W$", &["a-", "_ ", "9\u{b}"], &["--", "aa", "\u{e9}-"]);
    check(
        r"^\s$",
        &[" ", "\t", "\r", "\u{b}", "\u{c}"],
        &["a", "\u{85}", ""],
    );
    check(r"^\S\S$", &["\u{e9}", "ab"], &[" a", "a\r"]);
}

#[test]
fn ends_of_the_buffer_are_those_of_the_line() {
    check(r"\`a", &["ab"], &["ba"]);
    check(r"a\'", &["ba"], &["ab", "a\r"]);
    check(r"\`\'", &[""], &["a"]);
}

#[test]
fn escaped_letters_stand_for_themselves() {
    for letter in [
        'd', 'D', 't', 'n', 'r', 'A', 'z', 'Z', 'e', 'f', 'v', 'h', 'K', 'Q', 'k', '0',
    ] {
        let yes = format!("{letter}");
        let pattern = format!("\\{letter}");
        let kind = WarningKind::EscapedLetter(letter.try_into().unwrap());
        warns(&pattern, 0, kind, &[&yes], &["5", "\t", "", "\u{1b}", "x"]);
    }
    warns(
        r"\x41",
        0,
        WarningKind::EscapedLetter(b'x'),
        &["x41"],
        &["A"],
    );
    warns(
        r"a\u0041",
        1,
        WarningKind::EscapedLetter(b'u'),
        &["au0041"],
        &["aA"],
    );
    warns(r"\pL", 0, WarningKind::EscapedLetter(b'p'), &["pL"], &["L"]);
    let texts = Ere::parse(br"\d").unwrap();
    assert_eq!(
        texts.warnings()[0].to_string(),
        r"\d at column 1 is the character d: write [0-9] for a digit"
    );
}

#[test]
fn other_escaped_characters_do_so_without_a_warning() {
    for character in r#"/-"_ !#%&,:;=@~.[](){}*+?|^$\"#.chars() {
        let pattern = format!("^\\{character}$");
        check(
            &pattern,
            &[&character.to_string()],
            &["a", &format!("\\{character}"), ""],
        );
    }
    check("\\\u{e9}", &["\u{e9}"], &["e"]);
}

#[test]
fn bytes_not_characters() {
    warns(
        "^[\u{e9}\u{e8}]{2}$",
        1,
        WarningKind::SplitInClass,
        &["\u{e9}"],
        &["a", "\u{ea}"],
    );
    warns(
        "^\u{e9}+$",
        3,
        WarningKind::SplitByRepetition,
        &["\u{e9}"],
        &["\u{e9}\u{e9}"],
    );
    check("^(\u{e9})+$", &["\u{e9}\u{e9}"], &[""]);
    check("^..$", &["\u{e9}", "ab"], &["a"]);
    check("^[^a]$", &["b", "\r"], &["\u{e9}", "a"]);
    check("^.$", &["\0", "\r", "a"], &["", "\n\n"]);
    check("KEY", &["KEY"], &["key"]);
    // K, in lower case, is k: not without case folding.
    check("\u{212a}", &["\u{212a}"], &["k", "K"]);
}

#[test]
fn anchors_inside() {
    warns(
        "a^b",
        1,
        WarningKind::AnchorInside(b'^'),
        &[],
        &["a^b", "ab", "a\nb"],
    );
    warns(
        "a$b",
        1,
        WarningKind::AnchorInside(b'$'),
        &[],
        &["a$b", "ab", "a\nb"],
    );
    warns(
        "${HOME}",
        0,
        WarningKind::AnchorInside(b'$'),
        &[],
        &["${HOME}"],
    );
    warns(
        "(x|b$)c",
        4,
        WarningKind::AnchorInside(b'$'),
        &["xc"],
        &["b"],
    );
    check("(^|a)b", &["b", "xab"], &["xb"]);
    check("b(c|$)", &["bc", "ab"], &["bd"]);
    check("a*^b", &["b"], &["ab"]);
    check("(^a)", &["ab"], &["ba"]);
}

#[test]
fn what_never_ends_is_refused() {
    refuses("[a", 0, &ErrorKind::UnclosedBracket);
    refuses("x[]a", 1, &ErrorKind::UnclosedBracket);
    refuses("[[:alpha:]", 0, &ErrorKind::UnclosedBracket);
    refuses("[[:alpha]", 0, &ErrorKind::UnclosedBracket);
    refuses("[a-", 0, &ErrorKind::UnclosedBracket);
    refuses("a\\", 1, &ErrorKind::TrailingBackslash);
    refuses("", 0, &ErrorKind::Empty);
    refuses("a\nb", 1, &ErrorKind::LineFeed);
}

#[test]
fn blanks_and_signs_are_ordinary() {
    check("a b # c", &["a b # c"], &["ab", "a b"]);
    check("-----BEGIN", &["-----BEGIN"], &["BEGIN"]);
    warns(
        "docs/\r",
        5,
        WarningKind::CarriageReturn,
        &["docs/\r"],
        &["docs/"],
    );
}

#[test]
fn no_pattern_is_shown_by_chance() {
    let ere = Ere::parse(b"hunter2").unwrap();
    assert_eq!(format!("{ere:?}"), "Ere(7 bytes)");
    let set = PatternSet::new(&[ere], WordMatch::No).unwrap();
    assert!(!format!("{set:?}").contains("hunter2"));
}

#[test]
fn a_value_is_its_lines() {
    let patterns: Vec<_> = lines_of(b"a b\n\nc\r\n").collect();
    assert_eq!(patterns, [&b"a b"[..], b"c\r"]);
    assert_eq!(lines_of(b"").count(), 0);
}
