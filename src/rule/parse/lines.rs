//! The fields of rules for lines, and of the least entropy.

use std::ops::Range;

use toml::de::{DeFloat, DeInteger};

use super::Reader;
use crate::{
    fields::{Fields as _, Table, span_of},
    rule::{Syntax, lines},
};

/// The fields that say where a regex is tried, which rules for lines do not have.
const ANCHORED: &[&str] = &["prefixes", "keywords", "base64_run", "max_len"];

/// The most bits that a byte can have.
const MAX_ENTROPY: f32 = 8.0;

impl<'a> Reader<'a> {
    /// Returns how the regex of a rule for lines is read, or nothing where it is none.
    pub(super) fn lines(&mut self, table: &Table<'a>, span: &Range<usize>) -> Option<Syntax> {
        if !self.flag(table, "lines") {
            if table.get("syntax").is_some() {
                let span = span_of(table, "syntax", span);
                self.error(
                    &span,
                    Some("syntax"),
                    "only rules with `lines = true` have one",
                );
            }
            return None;
        }
        for field in ANCHORED {
            if table.get(*field).is_some() {
                let message = "rules with `lines = true` are tried everywhere and have none; leave one of the two out";
                self.error(&span_of(table, field, span), Some(field), message);
            }
        }
        let from_name = |name: &str| match name {
            "regex" => Some(Syntax::Regex),
            "posix" => Some(Syntax::Posix),
            _ => None,
        };
        let syntax = self.word(table, "syntax", from_name, "regex or posix", Syntax::Regex);
        if syntax == Syntax::Posix && table.get("boundary").is_some() {
            let span = span_of(table, "boundary", span);
            let message = "patterns with `syntax = \"posix\"` are matched as words; leave it out";
            self.error(&span, Some("boundary"), message);
        }
        Some(syntax)
    }

    /// Looks at the regex of a rule for lines.
    pub(super) fn line_regex(&mut self, regex: &str, syntax: Syntax, span: &Range<usize>) {
        match lines::patterns(regex, syntax) {
            Ok(patterns) if patterns.is_empty() => self.error(span, Some("regex"), "it is empty"),
            Ok(_) => {}
            Err(error) => self.error(span, Some("regex"), error),
        }
    }

    /// Returns the least entropy of a secret, in bits per byte.
    pub(super) fn min_entropy(&mut self, table: &Table<'a>) -> f32 {
        let Some(value) = table.get("min_entropy") else {
            return 0.0;
        };
        let value_ref = value.get_ref();
        let text = (value_ref.as_float().map(DeFloat::as_str))
            .or_else(|| value_ref.as_integer().map(DeInteger::as_str));
        let number = text.and_then(|text| text.parse::<f32>().ok());
        number
            .filter(|number| (0.0..=MAX_ENTROPY).contains(number))
            .unwrap_or_else(|| {
                let message = "expected a number of bits per byte, from 0 to 8";
                self.error(&value.span(), Some("min_entropy"), message);
                0.0
            })
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use crate::rule::{Boundary, Syntax, parse::parse};

    fn rule(fields: &str) -> String {
        format!("[[rule]]\nid = \"any-line\"\nlines = true\n{fields}\n")
    }

    #[test]
    fn rules_for_lines_have_no_anchors() {
        let rules = parse(
            Path::new("a.toml"),
            &rule("regex = '[0-9]{8,}'\nmin_entropy = 2.5"),
        )
        .unwrap();
        assert!(rules[0].anchors.is_empty());
        assert_eq!(rules[0].lines, Some(Syntax::Regex));
        assert_eq!(rules[0].boundary, Boundary::None);
        assert!((rules[0].min_entropy - 2.5).abs() < f32::EPSILON);
        let posix = rule("syntax = \"posix\"\nregex = '[]a]{,3}'\nmin_entropy = 3");
        let rules = parse(Path::new("a.toml"), &posix).unwrap();
        assert_eq!(rules[0].lines, Some(Syntax::Posix));
    }

    #[track_caller]
    fn check(fields: &str, expected: &str) {
        let errors = parse(Path::new("a.toml"), &rule(fields)).unwrap_err();
        let all: Vec<String> = errors.iter().map(ToString::to_string).collect();
        let found = all.iter().any(|error| error.contains(expected));
        assert!(found, "{expected:?} is not in {all:#?}");
    }

    #[test]
    fn mistakes_are_told() {
        check("regex = 'a*'", "field `regex`: it matches the empty text");
        check(
            "regex = ''\nsyntax = \"posix\"",
            "field `regex`: it is empty",
        );
        check("regex = '(a'\nsyntax = \"posix\"", "field `regex`: ");
        check(
            "regex = 'abc'\nsyntax = \"pcre\"",
            "\"pcre\" is none of regex or posix",
        );
        check(
            "regex = 'abc'\nprefixes = [\"abc\"]",
            "field `prefixes`: rules with `lines",
        );
        check(
            "regex = 'abc'\nmax_len = 9",
            "a.toml:5: rule `any-line`: field `max_len`",
        );
        check(
            "regex = 'abc'\nsyntax = \"posix\"\nboundary = \"word\"",
            "field `boundary`: patterns with",
        );
        for wrong in ["-1", "8.5", "\"3\"", "nan"] {
            check(
                &format!("regex = 'abc'\nmin_entropy = {wrong}"),
                "from 0 to 8",
            );
        }
        let text = "[[rule]]\nid = \"a\"\nregex = 'abcd'\nsyntax = \"posix\"\n";
        let errors = parse(Path::new("a.toml"), text).unwrap_err();
        assert!(errors[0].message.contains("only rules with `lines"));
    }
}
