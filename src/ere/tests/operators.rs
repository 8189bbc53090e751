//! Repetition, groups and alternatives.

use super::{check, refuses, warns};
use crate::ere::{Ere, ErrorKind, PerlGroup, WarningKind};

#[test]
fn counts() {
    check("^a{2}$", &["aa"], &["a", "aaa"]);
    check("^a{2,}$", &["aa", "aaaa"], &["a"]);
    check("^a{2,3}$", &["aa", "aaa"], &["a", "aaaa"]);
    check("^a{,2}$", &["", "a", "aa"], &["aaa"]);
    check("^a{,}$", &["", "aaa"], &["b"]);
    check("^ab{0}c$", &["ac"], &["abc"]);
    check("^a{0,0}$", &[""], &["a"]);
    check("^(ab){2}{2}$", &["abababab"], &["ababab"]);
    check("x{1200}", &[&"x".repeat(1200)], &[&"x".repeat(1199)]);
    check(
        "^x{20,1200}$",
        &[&"x".repeat(1200)],
        &[&"x".repeat(1201), &"x".repeat(19)],
    );
    check("x{32767}", &[], &["x"]);
    refuses("x{32768}", 1, &ErrorKind::CountTooLarge);
    refuses("x{1,99999999999}", 1, &ErrorKind::CountTooLarge);
    refuses("xa{2,1}", 2, &ErrorKind::ReversedCount { min: 2, max: 1 });
    refuses("a{}", 1, &ErrorKind::MalformedCount);
    refuses("a{1,2,3}", 1, &ErrorKind::MalformedCount);
}

#[test]
fn braces_that_are_no_counts() {
    check("a{", &["a{"], &["a"]);
    check("a{x}", &["a{x}"], &["a"]);
    check("^{x}$", &["{x}"], &["x"]);
    check("}", &["}"], &["{"]);
    warns("a{1", 1, WarningKind::LiteralBrace, &["a{1"], &["a"]);
    warns(
        "a{1,2",
        1,
        WarningKind::LiteralBrace,
        &["a{1,2"],
        &["a", "aa"],
    );
    warns(
        "a{ 1}{,x",
        5,
        WarningKind::LiteralBrace,
        &["a{ 1}{,x"],
        &["a"],
    );
    warns(
        "a{1,2{3}",
        1,
        WarningKind::LiteralBrace,
        &["a{1,222"],
        &["a{1,2"],
    );
    warns("^{}$", 1, WarningKind::LiteralBrace, &["{}"], &["", "}"]);
    warns("{3,2}", 0, WarningKind::LiteralBrace, &["{3,2}"], &["3,2}"]);
}

#[test]
fn nothing_to_repeat() {
    for operator in ["*", "+", "?", "{2}", "{,3}"] {
        let at_start = format!("{operator}^ab$");
        warns(
            &at_start,
            0,
            WarningKind::NothingToRepeat,
            &["ab"],
            &["b", "aab"],
        );
        let in_alternative = format!("x|{operator}a");
        warns(
            &in_alternative,
            2,
            WarningKind::NothingToRepeat,
            &["a", "x"],
            &["b"],
        );
        if operator != "?" {
            let in_group = format!("^({operator}a)$");
            warns(
                &in_group,
                2,
                WarningKind::NothingToRepeat,
                &["a"],
                &["", "aa"],
            );
        }
    }
    // GNU grep refuses this one: a mistake of its own.
    warns("a(*)b", 2, WarningKind::NothingToRepeat, &["ab"], &["a"]);
    warns("^*ab", 1, WarningKind::RepeatedAnchor, &["xab"], &["b"]);
    warns("^+ab", 1, WarningKind::RepeatedAnchor, &["ab"], &["xab"]);
    warns(r"a\>*", 3, WarningKind::RepeatedAnchor, &["ab"], &["b"]);
}

#[test]
fn stacked_operators() {
    check("^a**$", &["", "aaa"], &["b"]);
    check("^a*{2}$", &["", "aaa"], &["b"]);
    warns("^a*?$", 3, WarningKind::Lazy, &["", "aaa"], &["b"]);
    warns("a+?b", 2, WarningKind::Lazy, &["b", "ab"], &["a"]);
    warns("^a??$", 3, WarningKind::Lazy, &["", "a"], &["aa"]);
    warns("^a{2}?$", 5, WarningKind::Lazy, &["", "aa"], &["a"]);
    warns("^a*+$", 3, WarningKind::Possessive, &["", "aaa"], &["b"]);
    warns("^a?+$", 3, WarningKind::Possessive, &["", "aaa"], &["b"]);
}

#[test]
fn groups_of_perl() {
    for (pattern, group) in [
        ("(?:a)", PerlGroup::Plain),
        ("(?>a)", PerlGroup::Plain),
        ("(?i)key", PerlGroup::IgnoreCase),
        ("(?si:key)", PerlGroup::IgnoreCase),
        ("(?-i)", PerlGroup::IgnoreCase),
        ("(?s)", PerlGroup::Flags),
        ("(?x-m:a)", PerlGroup::Flags),
        ("(?=a)", PerlGroup::LookAround),
        ("(?!a)", PerlGroup::LookAround),
        ("(?<=a)", PerlGroup::LookAround),
        ("(?<!a)", PerlGroup::LookAround),
        ("(?P<name>a)", PerlGroup::Named),
        ("(?<name>a)", PerlGroup::Named),
        ("(?'name'a)", PerlGroup::Named),
        ("(?#a)", PerlGroup::Comment),
        ("(?)", PerlGroup::Other),
        ("(?", PerlGroup::Other),
        ("(?+a)", PerlGroup::Other),
    ] {
        refuses(pattern, 0, &ErrorKind::PerlGroup(group));
        refuses(&format!("a({pattern}"), 2, &ErrorKind::PerlGroup(group));
    }
    check(r"(\?i)", &["?i"], &["i"]);
    let error = Ere::parse(b"a(?i)key").unwrap_err();
    assert_eq!(
        error.to_string(),
        "(? at column 2 is Perl's, POSIX patterns do not have it: write both cases of each letter: [Kk][Ee][Yy]"
    );
}

#[test]
fn parentheses_that_are_characters() {
    warns("a)", 1, WarningKind::LiteralParenthesis, &["a)"], &["a"]);
    warns("(a))", 3, WarningKind::LiteralParenthesis, &["a)"], &["a"]);
    refuses("(a", 0, &ErrorKind::UnclosedGroup);
    refuses("a(b(c)", 1, &ErrorKind::UnclosedGroup);
    refuses("(a|", 0, &ErrorKind::UnclosedGroup);
}

#[test]
fn empty_alternatives() {
    for pattern in ["^()$", "^(|a)$", "^(a|)$", "^(a||b)$"] {
        check(pattern, &[""], &["c"]);
    }
    warns("a|", 0, WarningKind::MatchesEmpty, &["", "b"], &[]);
    warns("a||b", 0, WarningKind::MatchesEmpty, &["", "c"], &[]);
    warns("x*", 0, WarningKind::MatchesEmpty, &["", "c"], &[]);
    warns("^$", 0, WarningKind::OnlyEmpty, &[""], &["c"]);
    warns("()", 0, WarningKind::OnlyEmpty, &["", "c"], &[]);
}
