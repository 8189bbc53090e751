//! From the regexes of others to keyfence's.
//!
//! RE2 (<https://github.com/google/re2/wiki/Syntax>) and the `regex` crate have nearly the same syntax. Of the groups only the one that is the
//! secret is kept.

use regex_syntax::ast::{self, Ast, GroupKind, parse::Parser, print::Printer};

use crate::ere::LineRegex;

/// Which group is the secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Secret<'n> {
    /// The first, or the whole match where there is none.
    First,
    /// This one; 0 is the whole match.
    Number(u32),
    /// The one of this name, or else the first.
    Named(&'n str),
}

/// Returns `pattern` in keyfence's syntax, with no group but that of the secret.
///
/// # Errors
///
/// Why it cannot be carried over.
pub(super) fn convert(pattern: &str, secret: Secret<'_>) -> Result<String, String> {
    let mut tree = Parser::new().parse(pattern).map_err(|error| {
        let error = error.kind().to_string();
        let around = ["(?=", "(?!", "(?<=", "(?<!"];
        if around.iter().any(|group| pattern.contains(group)) {
            format!("{error}: write the rule without look-around")
        } else if pattern.contains("\\Q") {
            format!("{error}: write out what stands between \\Q and \\E")
        } else {
            error
        }
    })?;
    let wanted = match secret {
        Secret::First => 1,
        Secret::Number(number) => number,
        Secret::Named(name) => named(&tree, name).unwrap_or(1),
    };
    let mut found = wanted == 0;
    keep_group(&mut tree, wanted, &mut found);
    if !found && matches!(secret, Secret::Number(_)) {
        return Err(format!("it has no group {wanted}"));
    }
    let mut out = String::new();
    Printer::new()
        .print(&tree, &mut out)
        .map_err(|error| error.to_string())?;
    LineRegex::parse(&out).map_err(|error| error.to_string())?;
    Ok(out)
}

/// Returns the number of the group called `name`.
fn named(tree: &Ast, name: &str) -> Option<u32> {
    match tree {
        Ast::Group(group) => match &group.kind {
            GroupKind::CaptureName { name: one, .. } if one.name == name => Some(one.index),
            _ => named(&group.ast, name),
        },
        Ast::Repetition(repetition) => named(&repetition.ast, name),
        Ast::Concat(concat) => concat.asts.iter().find_map(|tree| named(tree, name)),
        Ast::Alternation(alternation) => {
            (alternation.asts.iter()).find_map(|tree| named(tree, name))
        }
        _ => None,
    }
}

/// Makes of all groups but the one with the number `wanted` such that capture nothing.
fn keep_group(tree: &mut Ast, wanted: u32, found: &mut bool) {
    match tree {
        Ast::Group(group) => {
            let index = match &group.kind {
                GroupKind::CaptureIndex(index) => Some(*index),
                GroupKind::CaptureName { name, .. } => Some(name.index),
                GroupKind::NonCapturing(_) => None,
            };
            if let Some(index) = index {
                *found |= index == wanted;
                group.kind = if index == wanted {
                    GroupKind::CaptureIndex(1)
                } else {
                    GroupKind::NonCapturing(ast::Flags {
                        span: group.span,
                        items: Vec::new(),
                    })
                };
            }
            keep_group(&mut group.ast, wanted, found);
        }
        Ast::Repetition(repetition) => keep_group(&mut repetition.ast, wanted, found),
        Ast::Concat(concat) => {
            (concat.asts.iter_mut()).for_each(|tree| keep_group(tree, wanted, found));
        }
        Ast::Alternation(alternation) => {
            (alternation.asts.iter_mut()).for_each(|tree| keep_group(tree, wanted, found));
        }
        _ => {}
    }
}

/// Returns true when what `regex` finds begins with a text that tells what it is.
pub(super) fn begins_with_literal(regex: &str) -> bool {
    let is_literal = |c: &char| c.is_ascii_alphanumeric() || "-_".contains(*c);
    let start = regex
        .trim_start_matches("\\b")
        .trim_start_matches(['(', '?', ':']);
    start.chars().take_while(is_literal).count() >= 4
}

#[cfg(test)]
mod tests {
    use super::{Secret, begins_with_literal, convert};
    use crate::ere::{LineRegex, Pattern, PatternSet};

    /// Checks which secret a converted regex finds.
    #[track_caller]
    fn check(pattern: &str, secret: Secret<'_>, text: &str, expected: &str) {
        let regex = convert(pattern, secret).unwrap();
        let set = PatternSet::of(vec![Pattern::Regex(LineRegex::parse(&regex).unwrap())]).unwrap();
        let mut found = Vec::new();
        let given_up = set.matching_lines(text.as_bytes(), |line| {
            line.each_match(0, |one| found.push(text.get(one.secret).unwrap()));
        });
        assert!(given_up.is_empty());
        assert_eq!(found, [expected], "{regex}");
    }

    #[test]
    fn the_secret_is_the_wanted_group() {
        let pattern = r#"(?i)((?:key|pass)[a-z]*)\s*(=|:)\s*["'](?P<TOKEN>[a-z0-9]{6,})["']"#;
        let text = format!("Password = '{}'", "abc123");
        let text = &*text;
        check(pattern, Secret::First, text, "Password");
        check(pattern, Secret::Number(3), text, "abc123");
        check(pattern, Secret::Number(0), text, text);
        check(pattern, Secret::Named("TOKEN"), text, "abc123");
        check(pattern, Secret::Named("OTHER"), text, "Password");
        check("acme_[0-9]{4}", Secret::First, "x acme_0123", "acme_0123");
        let verbose = "(?x)\n  acme   # the name\n  ( [0-9]{4} )  # the number\n";
        check(verbose, Secret::First, "acme0123", "0123");
        check(r"(?P<a>x)(y)\z", Secret::Number(2), "xy", "y");
        check(r"[[:alpha:]]{3}\x2d\d+(é)", Secret::First, "abc-12é", "é");
    }

    #[test]
    fn what_cannot_be_carried_over_is_told() {
        for (pattern, secret, expected) in [
            ("(", Secret::First, "unclosed group"),
            ("(?!a)b", Secret::First, "without look-around"),
            (r"\Qa.b\E", Secret::First, "between \\Q and \\E"),
            (r"(a)\1", Secret::First, "backreferences"),
            ("(a)", Secret::Number(2), "no group 2"),
            ("a*", Secret::First, "matches the empty text"),
            ("(?:a{1000}){1000}", Secret::First, "smaller counts"),
        ] {
            let error = convert(pattern, secret).unwrap_err();
            assert!(error.contains(expected), "{pattern}: {error}");
        }
    }

    #[test]
    fn literals_come_first() {
        assert!(begins_with_literal("acme_[0-9]+"));
        assert!(begins_with_literal(r"\b(acme_[0-9]+)\b"));
        assert!(!begins_with_literal("[0-9a-f]{32}"));
        assert!(!begins_with_literal("(?i)key"));
    }
}
