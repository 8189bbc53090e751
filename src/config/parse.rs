//! Reads a configuration file, and reports all its mistakes at once.

use std::{fmt, ops::Range};

use toml::de::{DeTable, DeValue};

use super::{AtLine, Config, Levels, Mode, Owner, Rules};
use crate::{
    fields::{Fields, Table, span_of},
    policy::{
        allow,
        paths::{self, PathEntry},
    },
    rule::{Confidence, Severity},
    secret::Fingerprint,
};

/// What a file may say.
const FIELDS: &[&str] = &[
    "salt",
    "baseline",
    "min_confidence",
    "min_severity",
    "scan",
    "hook",
    "gate",
    "rules",
    "allow",
];

const LEVELS: &[&str] = &["min_confidence", "min_severity"];

const RULES: &[&str] = &["builtin", "files", "enable", "disable"];

const ALLOW: &[&str] = &[
    "fingerprint",
    "rule",
    "paths",
    "rules",
    "reason",
    "owner",
    "expires",
];

/// The least length of a salt, in bytes: what is shorter can be tried.
const MIN_SALT_BYTES: usize = 16;

/// A mistake in a configuration file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// The line, from 1.
    pub line: usize,
    /// The field, with the table it stands in.
    pub field: Option<String>,
    /// What is wrong and what to do.
    pub message: String,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: ", self.line)?;
        if let Some(field) = &self.field {
            write!(f, "`{field}`: ")?;
        }
        f.write_str(&self.message)
    }
}

impl std::error::Error for Mistake {}

/// Returns what the file with the text `text` says.
///
/// # Errors
///
/// All mistakes of the file, in order.
pub fn parse(text: &str, owner: Owner) -> Result<Config, Vec<Mistake>> {
    let mut reader = Reader {
        text,
        within: None,
        mistakes: Vec::new(),
    };
    let config = reader.file(owner);
    let mut mistakes = reader.mistakes;
    if mistakes.is_empty() {
        return Ok(config);
    }
    mistakes.sort_by_key(|mistake| mistake.line);
    Err(mistakes)
}

struct Reader<'a> {
    text: &'a str,
    /// The table that is read.
    within: Option<&'static str>,
    mistakes: Vec<Mistake>,
}

impl Fields for Reader<'_> {
    fn error(&mut self, span: &Range<usize>, field: Option<&str>, message: impl Into<String>) {
        let named = [self.within, field];
        let named: Vec<&str> = named.into_iter().flatten().collect();
        self.mistakes.push(Mistake {
            line: self.line(span),
            field: (!named.is_empty()).then(|| named.join(".")),
            message: message.into(),
        });
    }
}

impl Reader<'_> {
    fn line(&self, span: &Range<usize>) -> usize {
        let before = self.text.get(..span.start).unwrap_or(self.text);
        before.matches('\n').count() + 1
    }

    fn file(&mut self, owner: Owner) -> Config {
        let table = match DeTable::parse(self.text) {
            Ok(table) => table,
            Err(error) => {
                let span = error.span().unwrap_or(0..0);
                self.error(&span, None, format!("not TOML: {}", error.message()));
                return Config::default();
            }
        };
        let table = table.get_ref();
        self.known_fields(table, FIELDS);
        let mut config = Config {
            salt: self.salt(table),
            baseline: self.text_field(table, "baseline"),
            levels: self.levels(table),
            rules: self.rules(table),
            ..Config::default()
        };
        for mode in Mode::ALL {
            let levels = self.table(table, mode.name(), LEVELS, Self::levels);
            match mode {
                Mode::Scan => config.scan = levels,
                Mode::Hook => config.hook = levels,
                Mode::Gate => config.gate = levels,
            }
        }
        self.allow(table, &mut config);
        if owner == Owner::Machine {
            self.is_of_a_repository(table);
        }
        config
    }

    /// Reports what has a meaning in one repository alone.
    fn is_of_a_repository(&mut self, table: &Table<'_>) {
        for field in ["salt", "baseline"] {
            if table.contains_key(field) {
                let message = format!("belongs to one repository: write it in its {}", super::FILE);
                self.error(&span_of(table, field, &(0..0)), Some(field), message);
            }
        }
    }

    fn salt(&mut self, table: &Table<'_>) -> Option<String> {
        let salt = self.text_field(table, "salt")?;
        if salt.len() < MIN_SALT_BYTES {
            let message = format!(
                "too short; give {MIN_SALT_BYTES} characters or more, as `openssl rand -hex 16` prints"
            );
            self.error(&span_of(table, "salt", &(0..0)), Some("salt"), message);
        }
        Some(salt)
    }

    fn levels(&mut self, table: &Table<'_>) -> Levels {
        Levels {
            min_confidence: self.word(
                table,
                "min_confidence",
                |name| Confidence::from_name(name).map(Some),
                "low, medium or high",
                None,
            ),
            min_severity: self.word(
                table,
                "min_severity",
                |name| Severity::from_name(name).map(Some),
                "low, medium, high or critical",
                None,
            ),
        }
    }

    fn rules(&mut self, table: &Table<'_>) -> Rules {
        self.table(table, "rules", RULES, |reader, rules| Rules {
            builtin: (rules.contains_key("builtin")).then(|| reader.flag(rules, "builtin")),
            files: reader.list(rules, "files"),
            enable: reader.list(rules, "enable"),
            disable: reader.list(rules, "disable"),
        })
    }

    /// Reads the table `name`, which may have `fields`.
    fn table<T: Default>(
        &mut self,
        table: &Table<'_>,
        name: &'static str,
        fields: &[&str],
        read: impl FnOnce(&mut Self, &Table<'_>) -> T,
    ) -> T {
        let Some(value) = table.get(name) else {
            return T::default();
        };
        let Some(inner) = value.get_ref().as_table() else {
            self.error(
                &value.span(),
                Some(name),
                format!("write a table, `[{name}]`"),
            );
            return T::default();
        };
        self.within = Some(name);
        self.known_fields(inner, fields);
        let out = read(self, inner);
        self.within = None;
        out
    }

    fn allow(&mut self, table: &Table<'_>, config: &mut Config) {
        let Some(value) = table.get("allow") else {
            return;
        };
        let tables = value.get_ref().as_array().map(|list| {
            let tables = list.iter();
            tables
                .map(|one| Some((one.span(), one.get_ref().as_table()?)))
                .collect()
        });
        let Some(Some(tables)) = tables else {
            let message = "write a table each, `[[allow]]`, with two brackets";
            return self.error(&value.span(), Some("allow"), message);
        };
        let tables: Vec<(Range<usize>, &Table<'_>)> = tables;
        self.within = Some("allow");
        for (span, entry) in tables {
            self.entry(entry, &span, config);
        }
        self.within = None;
    }

    fn entry(&mut self, table: &Table<'_>, span: &Range<usize>, config: &mut Config) {
        let before = self.mistakes.len();
        self.known_fields(table, ALLOW);
        let reason = self.required(table, "reason", span).unwrap_or_default();
        if table.contains_key("reason") && (reason.trim().is_empty() || reason.contains('\n')) {
            let message = "is one line of text, and not empty";
            self.error(&span_of(table, "reason", span), Some("reason"), message);
        }
        let owner = self.text_field(table, "owner");
        let expires = self.date(table, "expires");
        let line = self.line(span);
        let is = |field: &str| table.contains_key(field);
        match (is("fingerprint"), is("paths")) {
            (true, false) => {
                self.not_beside(table, "rules", "fingerprint", "paths");
                let rule = self.text_field(table, "rule").unwrap_or_default();
                if let Some(fingerprint) = self.fingerprint(table, span)
                    && self.mistakes.len() == before
                {
                    let entry = allow::Entry {
                        fingerprint,
                        rule,
                        owner,
                        expires,
                        reason,
                    };
                    config.secrets.push(AtLine { line, entry });
                }
            }
            (false, true) => {
                self.not_beside(table, "rule", "paths", "fingerprint");
                let entry = PathEntry {
                    paths: self.patterns(table, span),
                    rules: self.list(table, "rules"),
                    reason,
                    owner,
                    expires,
                };
                if self.mistakes.len() == before {
                    config.paths.push(AtLine { line, entry });
                }
            }
            (false, false) => self.error(
                span,
                None,
                "accepts nothing: give the `fingerprint` of a secret, or the `paths` of files",
            ),
            (true, true) => self.error(
                span,
                None,
                "has a `fingerprint`, which is accepted wherever it stands, and `paths`; write two entries",
            ),
        }
    }

    /// Reports the field `field`, which stands beside `other` alone.
    fn not_beside(&mut self, table: &Table<'_>, field: &str, here: &str, other: &str) {
        if table.contains_key(field) {
            let message = format!("stands beside `{other}`, not beside `{here}`");
            self.error(&span_of(table, field, &(0..0)), Some(field), message);
        }
    }

    fn fingerprint(&mut self, table: &Table<'_>, span: &Range<usize>) -> Option<Fingerprint> {
        let text = self.text_field(table, "fingerprint")?;
        match text.parse() {
            Ok(fingerprint) => Some(fingerprint),
            Err(error) => {
                let span = span_of(table, "fingerprint", span);
                self.error(&span, Some("fingerprint"), format!("{error}"));
                None
            }
        }
    }

    fn patterns(&mut self, table: &Table<'_>, span: &Range<usize>) -> Vec<String> {
        let patterns = self.list(table, "paths");
        let span = span_of(table, "paths", span);
        for mistake in patterns
            .iter()
            .filter_map(|pattern| paths::mistake(pattern))
        {
            self.error(&span, Some("paths"), mistake);
        }
        if patterns.is_empty() {
            let message = "names no file; give patterns as in .gitignore, like [\"testdata/\"]";
            self.error(&span, Some("paths"), message);
        }
        patterns
    }

    /// Returns a day: a date of TOML, or a text that is one.
    fn date(&mut self, table: &Table<'_>, field: &str) -> Option<String> {
        let value = table.get(field)?;
        let text = match value.get_ref() {
            DeValue::Datetime(date) => date.to_string(),
            other => other.as_str().unwrap_or_default().to_owned(),
        };
        if allow::is_date(&text) {
            return Some(text);
        }
        self.error(&value.span(), Some(field), "is not a day; write YYYY-MM-DD");
        None
    }
}
