//! What stands in square brackets.

use super::{check, refuses, warns};
use crate::ere::{ErrorKind, WarningKind};

#[test]
fn a_backslash_in_a_class_is_a_member() {
    warns(
        r"^[\d]$",
        2,
        WarningKind::BackslashInClass(b'd'),
        &["\\", "d"],
        &["5"],
    );
    warns(
        r"^[\]a]$",
        2,
        WarningKind::BackslashInClass(b']'),
        &["\\a]"],
        &["]", "a"],
    );
    warns(
        r"^[a-c\w.]$",
        5,
        WarningKind::BackslashInClass(b'w'),
        &["\\", "w", "."],
        &["z"],
    );
    warns(
        r"^[\-a]$",
        2,
        WarningKind::BackslashInClass(b'-'),
        &["\\", "]", "a"],
        &["-"],
    );
    check(r"^[\.]$", &["\\", "."], &["a"]);
    check(r"^[\]$", &["\\"], &["]"]);
    check(r"^[^\]+[a]$", &["xya"], &["\\a"]);
    check(r"[A-Za-z0-9/\+=]{3}", &["a\\+"], &["a-+"]);
}

#[test]
fn brackets_and_hyphens_in_classes() {
    check("^[]a]$", &["]", "a"], &["[", ""]);
    check("^[^]a]$", &["[", "b"], &["]", "a"]);
    check("^[a-]$", &["a", "-"], &["b"]);
    check("^[-a]$", &["a", "-"], &["b"]);
    check("^[^-a]$", &["b"], &["a", "-"]);
    check("^[a-c-]$", &["b", "-"], &["d"]);
    check("^[--/]$", &["-", ".", "/"], &[",", "0"]);
    check("^[+--]$", &["+", ",", "-"], &["."]);
    check("^[a[b]$", &["[", "a"], &["]"]);
    check("^[^ab]$", &["c"], &["a", ""]);
    check("^[a^]$", &["a", "^"], &["b"]);
    check("^[]-a]$", &["]", "^", "_", "`", "a"], &["b", "-"]);
    check("^[[:digit:]-]$", &["1", "-"], &["a"]);
    refuses("[a-c-e]", 4, &ErrorKind::StrayHyphen);
    refuses("[[:digit:]-z]", 10, &ErrorKind::StrayHyphen);
    refuses("[a-[:digit:]]", 2, &ErrorKind::ClassInRange);
    refuses("[a-[=b=]]", 2, &ErrorKind::ClassInRange);
    refuses(
        "x[z-a]",
        2,
        &ErrorKind::ReversedRange {
            start: b'z',
            end: b'a',
        },
    );
}

#[test]
fn set_operators_of_other_dialects_are_characters() {
    check("^[a&&b]$", &["a", "b", "&"], &["c"]);
    check("^[a~~b]$", &["a", "b", "~"], &["c"]);
    refuses(
        "[a--b]",
        1,
        &ErrorKind::ReversedRange {
            start: b'a',
            end: b'-',
        },
    );
}

#[test]
fn named_classes() {
    check("^[[:alpha:]]$", &["a", "Z"], &["1", "_", "\u{e9}"]);
    check("^[[:space:][:punct:]]$", &[" ", "\t", "!"], &["a"]);
    check("^[^[:alnum:]]$", &["-"], &["a", "1"]);
    check("^[[:xdigit:]x]$", &["f", "F", "9", "x"], &["g"]);
    for name in ["word", "ascii", "ALPHA", "", " digit"] {
        refuses(
            &format!("[[:{name}:]]"),
            1,
            &ErrorKind::UnknownClass(name.into()),
        );
    }
}

#[test]
fn collating_symbols_and_equivalence_classes() {
    check("^[[.x.]]$", &["x"], &["."]);
    check("^[[.-.]a]$", &["-", "a"], &["b"]);
    check("^[[.].]]$", &["]"], &["."]);
    check("^[[.a.]-[.c.]]$", &["b"], &["d"]);
    check("^[[=x=]y]$", &["x", "y"], &["="]);
    check("^[[===][...]]$", &["=", "."], &["["]);
    refuses(
        "[[.hyphen.]]",
        1,
        &ErrorKind::CollatingName(b"hyphen".into()),
    );
    refuses("[[=ab=]]", 1, &ErrorKind::CollatingName(b"ab".into()));
    refuses("[[..]]", 1, &ErrorKind::CollatingName(Vec::new()));
}

#[test]
fn classes_without_their_outer_brackets() {
    refuses("[:digit:]", 0, &ErrorKind::BareClass);
    refuses("x[^:a:]", 1, &ErrorKind::BareClass);
    check("^[:a]$", &[":", "a"], &["b"]);
    check("^[::]$", &[":"], &["b"]);
    check("^[:a-b:]$", &[":", "b"], &["c"]);
}
