//! Rules for lines: looked for everywhere on each line of a text, without anchors.
//!
//! A rule with anchors costs nothing where they do not stand, may match over line breaks and in binary files. One for lines may be any
//! regex. It sees no further than its line, so that what it finds is a function of that line.

use std::{fmt, ops::Range};

use super::{Rule, RuleIndex, Syntax};
use crate::ere::{self, Ere, GaveUp, LineRegex, Pattern, PatternSet, WordMatch};

/// The rules for lines of a set.
#[derive(Debug)]
pub struct LineRules {
    set: PatternSet,
    /// The rule of each pattern.
    owners: Vec<RuleIndex>,
}

/// A match of a rule for lines, in bytes of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineMatch {
    /// The rule.
    pub rule: RuleIndex,
    /// The whole match.
    pub span: Range<usize>,
    /// The secret.
    pub secret: Range<usize>,
}

/// A rule that took too long on some lines, which were not searched for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooSlow {
    /// The rule.
    pub rule: RuleIndex,
    /// The first of the lines, from 1.
    pub line: usize,
}

/// Returns the patterns of a rule for lines.
///
/// # Errors
///
/// What is wrong with the first that cannot be read.
pub(super) fn patterns(regex: &str, syntax: Syntax) -> Result<Vec<Pattern>, String> {
    match syntax {
        Syntax::Regex => LineRegex::parse(regex)
            .map(|regex| vec![Pattern::Regex(regex)])
            .map_err(|error| error.to_string()),
        Syntax::Posix => ere::lines_of(regex.as_bytes())
            .map(|line| match Ere::parse(line) {
                Ok(ere) => Ok(Pattern::Posix(ere, WordMatch::Yes)),
                Err(error) => Err(error.to_string()),
            })
            .collect(),
    }
}

impl LineRules {
    /// Returns the rules for lines among `rules`, or nothing where there are none.
    ///
    /// # Errors
    ///
    /// When a regex is invalid, or the rules are too large together.
    pub(super) fn new<'a>(
        rules: impl Iterator<Item = (RuleIndex, &'a Rule)>,
    ) -> Result<Option<Self>, String> {
        let (mut all, mut owners) = (Vec::new(), Vec::new());
        for (index, rule) in rules {
            let Some(syntax) = rule.lines else {
                continue;
            };
            let of_rule = patterns(&rule.regex, syntax)
                .map_err(|error| format!("rule `{}`: {error}", rule.id))?;
            owners.resize(owners.len() + of_rule.len(), index);
            all.extend(of_rule);
        }
        if all.is_empty() {
            return Ok(None);
        }
        let set = PatternSet::of(all).map_err(|error| error.to_string())?;
        Ok(Some(Self { set, owners }))
    }

    /// Hands to `each` the matches in `text`, line by line; those of one line in the order of the rules. Returns the rules that were too slow.
    #[must_use = "lines that were given up may have matches"]
    pub fn find(&self, text: &[u8], mut each: impl FnMut(LineMatch)) -> Vec<TooSlow> {
        let given_up = self.set.matching_lines(text, |line| {
            for pattern in line.patterns {
                let rule = self.owners[*pattern];
                line.each_match(*pattern, |found| {
                    each(LineMatch {
                        rule,
                        span: found.span,
                        secret: found.secret,
                    });
                });
            }
        });
        self.too_slow(&given_up)
    }

    /// Hands to `each` where the lines of `text` start that have a match.
    #[must_use = "lines that were given up may have matches"]
    pub fn starts(&self, text: &[u8], mut each: impl FnMut(usize)) -> Vec<TooSlow> {
        let given_up = self.set.matching_lines(text, |line| each(line.range.start));
        self.too_slow(&given_up)
    }

    fn too_slow(&self, given_up: &[GaveUp]) -> Vec<TooSlow> {
        let one = |given_up: &GaveUp| TooSlow {
            rule: self.owners[given_up.pattern],
            line: given_up.line,
        };
        given_up.iter().map(one).collect()
    }
}

impl fmt::Display for TooSlow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "takes too long on line {}: it has a back-reference; write it without",
            self.line
        )
    }
}

#[cfg(test)]
mod tests {
    use crate::rule::{RuleSet, RuleSetError, parse::parse};

    #[test]
    fn the_built_in_rules_have_anchors() {
        // Their set is made without a look at rules for lines.
        let rules = RuleSet::builtin();
        assert!(rules.iter().all(|(_, rule)| rule.lines.is_none()));
    }

    #[test]
    fn rules_that_are_too_large_together_are_refused() {
        let rule = |n: usize| {
            format!(
                "[[rule]]\nid = \"r{n}\"\nlines = true\nregex = '(?:{n:03}[a-c]{{2}}){{9999}}'\n"
            )
        };
        let text: String = (0..90).map(rule).collect();
        let rules = parse("a.toml".as_ref(), &text).unwrap();
        assert!(RuleSet::new(true, rules[..30].to_vec()).is_ok());
        let error = RuleSet::new(true, rules).unwrap_err();
        assert!(matches!(error, RuleSetError::Lines(_)), "{error}");
        assert!(error.to_string().contains("use smaller counts"));
    }
}
