//! Reads rule files.
//!
//! A rule file is TOML: an optional `provider = "…"` for the whole file, any number of `[[rule]]` tables, whose fields
//! are those of [`Rule`], and of `[[pair]]` tables, whose fields are those of [`PairRule`]. Every mistake is reported with file, line and
//! field, and all mistakes of a file at once.
//!
//! Instead of `regex` a rule with keywords may say what form its value has: `value` is a regex of the value, and `called` lists words of which
//! one is to stand in the value's name (`forms.rs`).

mod anchors;
mod forms;
mod lines;
mod pairs;
mod runs;

use std::{
    borrow::Cow,
    fmt,
    ops::Range,
    path::{Path, PathBuf},
};

use regex_syntax::hir::Hir;
use toml::de::DeTable;

use super::{
    Anchor, Boundary, Confidence, MAX_MATCH_BYTES, PairRule, Rule, SecretKind, Severity, program,
    regex::{self, Regex},
};
use crate::{
    fields::{Fields, Table, nearest, span_of},
    validate,
};

/// The fields a rule may have.
const FIELDS: &[&str] = &[
    "id",
    "name",
    "provider",
    "source",
    "severity",
    "confidence",
    "kind",
    "prefixes",
    "keywords",
    "base64_run",
    "lines",
    "syntax",
    "regex",
    "value",
    "called",
    "boundary",
    "max_len",
    "min_entropy",
    "checks",
    "part",
    "identifier",
    "remediation",
    "samples",
    "near_misses",
];

/// One mistake in a rule file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleError {
    /// The file.
    pub file: PathBuf,
    /// The line, from 1.
    pub line: usize,
    /// The rule's id, where it is known.
    pub rule: Option<String>,
    /// The field, where the mistake is in one.
    pub field: Option<String>,
    /// What is wrong and what to do.
    pub message: String,
}

impl fmt::Display for RuleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: ", self.file.display(), self.line)?;
        if let Some(rule) = &self.rule {
            write!(f, "rule `{rule}`: ")?;
        }
        if let Some(field) = &self.field {
            write!(f, "field `{field}`: ")?;
        }
        f.write_str(&self.message)
    }
}

impl std::error::Error for RuleError {}

/// What a rule file says.
#[derive(Debug, Clone, Default)]
pub struct RuleFile {
    /// Its rules, in order.
    pub rules: Vec<Rule>,
    /// Its pairs, in order. Whether there are rules for their parts is known once they are added to a set
    /// ([`RuleSet::with_pairs`](super::RuleSet::with_pairs)).
    pub pairs: Vec<PairRule>,
}

/// Returns the rules of the file `file`, whose text is `text`, without its pairs.
///
/// # Errors
///
/// All mistakes of the file, in order.
pub fn parse(file: &Path, text: &str) -> Result<Vec<Rule>, Vec<RuleError>> {
    Ok(read(file, text)?.rules)
}

/// Returns the rules and the pairs of the file `file`, whose text is `text`.
///
/// # Errors
///
/// All mistakes of the file, in order.
pub fn read(file: &Path, text: &str) -> Result<RuleFile, Vec<RuleError>> {
    let mut reader = Reader {
        file,
        text,
        rule: None,
        errors: Vec::new(),
    };
    let read = reader.file();
    if reader.errors.is_empty() {
        Ok(read)
    } else {
        Err(reader.errors)
    }
}

struct Reader<'a> {
    file: &'a Path,
    text: &'a str,
    rule: Option<String>,
    errors: Vec<RuleError>,
}

impl Fields for Reader<'_> {
    fn error(&mut self, span: &Range<usize>, field: Option<&str>, message: impl Into<String>) {
        let before = self.text.get(..span.start).unwrap_or(self.text);
        self.errors.push(RuleError {
            file: self.file.to_owned(),
            line: before.matches('\n').count() + 1,
            rule: self.rule.clone(),
            field: field.map(str::to_owned),
            message: message.into(),
        });
    }
}

impl<'a> Reader<'a> {
    fn file(&mut self) -> RuleFile {
        let table = match DeTable::parse(self.text) {
            Ok(table) => table,
            Err(error) => {
                self.error(
                    &error.span().unwrap_or(0..0),
                    None,
                    format!("not TOML: {}", error.message()),
                );
                return RuleFile::default();
            }
        };
        let table = table.get_ref();
        for (key, _) in table {
            if !["rule", "pair", "provider"].contains(&key.get_ref().as_ref()) {
                self.error(
                    &key.span(),
                    Some(key.get_ref()),
                    "unknown; a rule file has `provider`, `[[rule]]` tables and `[[pair]]` tables",
                );
            }
        }
        let provider = self.text_field(table, "provider");
        if !table.contains_key("rule") && !table.contains_key("pair") {
            self.error(&(0..0), None, "no `[[rule]]` in this file");
        }
        let rules = self.rules(table, provider.as_deref());
        let pairs = self.pairs(table, provider.as_deref());
        RuleFile { rules, pairs }
    }

    fn rules(&mut self, file: &Table<'a>, provider: Option<&str>) -> Vec<Rule> {
        self.tables(
            file,
            "rule",
            |rule: &Rule| &rule.id,
            |reader, table, span| reader.one(table, span, provider),
        )
    }

    /// Reads the tables that are called `what`, whose ids are unique in the file.
    fn tables<T>(
        &mut self,
        file: &Table<'a>,
        what: &'static str,
        id: fn(&T) -> &str,
        mut read: impl FnMut(&mut Self, &Table<'a>, &Range<usize>) -> Option<T>,
    ) -> Vec<T> {
        let Some(tables) = file.get(what) else {
            return Vec::new();
        };
        let Some(list) = tables.get_ref().as_array() else {
            let message = format!("write `[[{what}]]`, with two brackets");
            self.error(&tables.span(), Some(what), message);
            return Vec::new();
        };
        let mut out: Vec<T> = Vec::new();
        for item in list {
            self.rule = None;
            let Some(table) = item.get_ref().as_table() else {
                self.error(&item.span(), Some(what), format!("each {what} is a table"));
                continue;
            };
            if let Some(one) = read(self, table, &item.span()) {
                if out.iter().any(|other| id(other) == id(&one)) {
                    let span = span_of(table, "id", &item.span());
                    self.error(&span, Some("id"), "used twice in this file; ids are unique");
                }
                out.push(one);
            }
        }
        out
    }

    fn one(
        &mut self,
        table: &Table<'a>,
        span: &Range<usize>,
        provider: Option<&str>,
    ) -> Option<Rule> {
        let errors_before = self.errors.len();
        let id = self.id(table, span);
        self.known_fields(table, FIELDS);
        let name = self.text_field(table, "name").unwrap_or_else(|| id.clone());
        let provider = self
            .text_field(table, "provider")
            .or_else(|| provider.map(str::to_owned))
            .unwrap_or_else(|| "custom".to_owned());
        let severity = self.word(
            table,
            "severity",
            Severity::from_name,
            "low, medium, high or critical",
            Severity::High,
        );
        let confidence = self.word(
            table,
            "confidence",
            Confidence::from_name,
            "low, medium or high",
            Confidence::Medium,
        );
        let kind = self.word(
            table,
            "kind",
            SecretKind::from_name,
            "token, opaque, password, block or prohibited",
            SecretKind::Token,
        );
        let lines = self.lines(table, span);
        let boundary = self.word(
            table,
            "boundary",
            Boundary::from_name,
            "none, alnum, word, base64url, base64 or hex",
            if lines.is_some() {
                Boundary::None
            } else {
                Boundary::Alnum
            },
        );
        let regex = self.regex(table, span)?;
        let field = if table.contains_key("value") {
            "value"
        } else {
            "regex"
        };
        let regex_span = span_of(table, field, span);
        let (anchors, max_len, program, run) = if let Some(syntax) = lines {
            self.line_regex(&regex, syntax, &regex_span);
            (Vec::new(), 0, None, None)
        } else {
            let hir = self.hir(&regex, field, &regex_span)?;
            (
                self.anchors(table, &hir, &regex_span),
                self.max_len(table, &hir, &regex_span),
                program::compile(&hir),
                runs::derive(&hir),
            )
        };
        let min_entropy = self.min_entropy(table);
        let checks = self.list(table, "checks");
        self.look_up(&checks, &span_of(table, "checks", span));
        let rule = Rule {
            id: Cow::Owned(id),
            name: Cow::Owned(name),
            provider: Cow::Owned(provider),
            source: Cow::Owned(self.text_field(table, "source").unwrap_or_default()),
            severity,
            confidence,
            kind,
            anchors: Cow::Owned(anchors),
            lines,
            regex: Cow::Owned(regex),
            program,
            run,
            boundary,
            max_len,
            min_entropy,
            checks: owned(checks),
            part: self.text_field(table, "part").map(Cow::Owned),
            identifier: self.flag(table, "identifier"),
            remediation: owned(self.list(table, "remediation")),
            samples: owned(self.list(table, "samples")),
            near_misses: owned(self.list(table, "near_misses")),
        };
        (self.errors.len() == errors_before).then_some(rule)
    }

    /// Reads the `id` of a rule or a pair; errors from here on name it.
    fn id(&mut self, table: &Table<'a>, span: &Range<usize>) -> String {
        let id = self.required(table, "id", span).unwrap_or_default();
        if !id.is_empty() {
            self.rule = Some(id.clone());
            if !id
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            {
                self.error(
                    &span_of(table, "id", span),
                    Some("id"),
                    "use kebab-case: a-z, 0-9 and `-`",
                );
            }
        }
        id
    }

    /// Returns the syntax tree of a regex that compiles.
    fn hir(&mut self, pattern: &str, field: &str, span: &Range<usize>) -> Option<Hir> {
        let hir = Regex::new(pattern).and_then(|_| regex::parse(pattern));
        if let Err(error) = &hir {
            let looks_around = ["(?=", "(?!", "(?<=", "(?<!"]
                .iter()
                .any(|group| pattern.contains(group));
            let hint = if looks_around {
                "; look-around does not exist here: use `boundary` for what may not stand beside the match"
            } else {
                ""
            };
            self.error(span, Some(field), format!("{error}{hint}"));
        }
        hir.ok()
    }

    fn look_up(&mut self, checks: &[String], span: &Range<usize>) {
        for check in checks {
            if validate::by_name(check).is_none() {
                let hint = nearest(check, validate::names())
                    .map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
                self.error(
                    span,
                    Some("checks"),
                    format!("there is no check `{check}`{hint}"),
                );
            }
        }
    }

    fn anchors(&mut self, table: &Table<'a>, hir: &Hir, regex_span: &Range<usize>) -> Vec<Anchor> {
        let mut out = Vec::new();
        for prefix in self.list(table, "prefixes") {
            if prefix.len() < 3 {
                self.error(
                    &span_of(table, "prefixes", regex_span),
                    Some("prefixes"),
                    format!("{prefix:?} is too short; a prefix has 3 bytes or more"),
                );
            }
            out.push(Anchor::Prefix(Cow::Owned(prefix)));
        }
        for keyword in self.list(table, "keywords") {
            if keyword.len() < 3 {
                self.error(
                    &span_of(table, "keywords", regex_span),
                    Some("keywords"),
                    format!("{keyword:?} is too short; a keyword has 3 bytes or more"),
                );
            }
            out.push(Anchor::Keyword(Cow::Owned(keyword.to_ascii_lowercase())));
        }
        if let Some(value) = table.get("base64_run") {
            match value
                .get_ref()
                .as_integer()
                .and_then(|i| u16::from_str_radix(i.as_str(), i.radix()).ok())
                .filter(|n| *n >= 32)
            {
                Some(len) => out.push(Anchor::Base64Run(len)),
                None => self.error(
                    &value.span(),
                    Some("base64_run"),
                    "a number of bytes from 32 to 65535",
                ),
            }
        }
        if out.is_empty() {
            out = anchors::derive(hir);
            if out.is_empty() {
                self.error(
                    regex_span,
                    Some("regex"),
                    "no `prefixes` or `keywords`, and none can be derived: start the regex with a literal of 3 bytes or more, or write `lines = true`",
                );
            }
        } else if !out.iter().any(|a| matches!(a, Anchor::Base64Run(_)))
            && let Some(start) = anchors::uncovered(hir, &out)
        {
            self.error(
                    regex_span,
                    Some("regex"),
                    format!("a match can start with {start:?}, which none of `prefixes` and `keywords` begins; every match starts at one of them"),
                );
        }
        out
    }

    fn max_len(&mut self, table: &Table<'a>, hir: &Hir, regex_span: &Range<usize>) -> u32 {
        let longest = hir
            .properties()
            .maximum_len()
            .and_then(|len| u32::try_from(len).ok());
        match table.get("max_len") {
            Some(value) => {
                let given = value
                    .get_ref()
                    .as_integer()
                    .and_then(|i| u32::from_str_radix(i.as_str(), i.radix()).ok());
                if let Some(len) = given.filter(|n| (1..=MAX_MATCH_BYTES).contains(n)) {
                    len
                } else {
                    self.error(
                        &value.span(),
                        Some("max_len"),
                        format!("a number of bytes from 1 to {MAX_MATCH_BYTES}"),
                    );
                    1
                }
            }
            // One more than the longest match, so that a trailing `$` or `\b` is decided by the text and not by the limit.
            None => {
                if let Some(len) = longest.filter(|len| *len < MAX_MATCH_BYTES) {
                    len + 1
                } else {
                    self.error(
                        regex_span,
                        Some("regex"),
                        "matches have no greatest length; give `max_len`, in bytes",
                    );
                    1
                }
            }
        }
    }
}

fn owned(texts: Vec<String>) -> Cow<'static, [Cow<'static, str>]> {
    texts.into_iter().map(Cow::Owned).collect::<Vec<_>>().into()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::parse;
    use crate::rule::Anchor;

    const GOOD: &str = r#"
provider = "example"
[[rule]]
id = "example-token"
name = "Example token"
severity = "high"
prefixes = ["exk_"]
regex = '(exk_[0-9A-Za-z]{36})'
samples = ["exk_{base62:36}"]
"#;

    #[test]
    fn a_good_file() {
        let rules = parse(Path::new("good.toml"), GOOD).unwrap();
        assert_eq!(rules.len(), 1);
        assert_eq!(rules[0].provider, "example");
        assert_eq!(rules[0].max_len, 41);
        assert_eq!(*rules[0].anchors, [Anchor::Prefix("exk_".into())]);
    }

    #[test]
    fn anchors_are_derived() {
        let text = GOOD.replace("prefixes = [\"exk_\"]\n", "");
        let rules = parse(Path::new("good.toml"), &text).unwrap();
        assert_eq!(*rules[0].anchors, [Anchor::Prefix("exk_".into())]);
    }

    #[track_caller]
    fn check(change: (&str, &str), expected: &str) {
        let text = GOOD.replace(change.0, change.1);
        let errors = parse(Path::new("bad.toml"), &text).unwrap_err();
        let all: Vec<String> = errors.iter().map(ToString::to_string).collect();
        assert!(
            all.iter().any(|e| e.contains(expected)),
            "{expected:?} is not in {all:#?}"
        );
    }

    #[test]
    fn mistakes_name_file_line_and_field() {
        check(
            ("severity = \"high\"", "severity = \"hihg\""),
            "bad.toml:6: rule `example-token`: field `severity`: \"hihg\" is none of",
        );
        check(
            ("prefixes", "prefix"),
            "bad.toml:7: rule `example-token`: field `prefix`: unknown; did you mean `prefixes`?",
        );
        check(
            ("{36})'", "{36}'"),
            "bad.toml:8: rule `example-token`: field `regex`: ",
        );
        check(
            ("[\"exk_\"]", "[\"abc_\"]"),
            "field `regex`: a match can start with",
        );
        check(("[\"exk_\"]", "\"exk_\""), "expected a list of texts");
        check(("{36}", "*"), "give `max_len`");
        check(("exk_[0-9A-Za-z]{36}", "(?!x)exk_"), "look-around");
        check(("id = \"example-token\"", ""), "field `id`: missing");
        check(("id = \"example-token\"", "id = \"Example\""), "kebab-case");
        check(
            ("provider = \"example\"", "provder = \"x\""),
            "bad.toml:2: field `provder`: unknown",
        );
        check(("name = ", "name : "), "bad.toml:5: not TOML");
        check(
            ("samples", "checks = [\"nope\"]\nsamples"),
            "there is no check `nope`",
        );
    }
}
