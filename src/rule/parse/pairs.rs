//! Reads `[[pair]]` tables: credentials of several parts.

use std::{borrow::Cow, ops::Range};

use super::{Reader, owned};
use crate::{
    fields::{Fields as _, Table, span_of},
    rule::{PairRule, PartSpec, Severity},
};

/// The fields a pair may have.
const FIELDS: &[&str] = &[
    "id",
    "name",
    "provider",
    "source",
    "severity",
    "secret",
    "required",
    "optional",
    "aws_names",
    "remediation",
];

impl<'a> Reader<'a> {
    /// Reads the pairs of a file.
    pub(super) fn pairs(&mut self, file: &Table<'a>, provider: Option<&str>) -> Vec<PairRule> {
        self.tables(
            file,
            "pair",
            |pair: &PairRule| &pair.id,
            |reader, table, span| reader.pair(table, span, provider),
        )
    }

    fn pair(
        &mut self,
        table: &Table<'a>,
        span: &Range<usize>,
        provider: Option<&str>,
    ) -> Option<PairRule> {
        let errors_before = self.errors.len();
        let id = self.id(table, span);
        self.known_fields(table, FIELDS);
        let name = self.text_field(table, "name").unwrap_or_else(|| id.clone());
        let severity = self.word(
            table,
            "severity",
            Severity::from_name,
            "low, medium, high or critical",
            Severity::High,
        );
        let secret = self.required(table, "secret", span).unwrap_or_default();
        let required = self.required(table, "required", span).unwrap_or_default();
        let optional = self.list(table, "optional");
        let mut seen: Vec<&str> = vec![&secret];
        let others = std::iter::once(("required", &required))
            .chain(optional.iter().map(|part| ("optional", part)));
        for (field, part) in others {
            if !part.is_empty() && seen.contains(&part.as_str()) {
                let message = format!("`{part}` stands in this pair twice; a part has one place");
                self.error(&span_of(table, field, span), Some(field), message);
            }
            seen.push(part);
        }
        let own_provider = self.text_field(table, "provider");
        let provider = own_provider.or_else(|| provider.map(str::to_owned));
        let source = self.text_field(table, "source");
        let pair = PairRule {
            id: Cow::Owned(id),
            name: Cow::Owned(name),
            provider: Cow::Owned(provider.unwrap_or_else(|| "custom".to_owned())),
            source: Cow::Owned(source.unwrap_or_default()),
            severity,
            secret: PartSpec::new(secret),
            required: PartSpec::new(required),
            optional: optional.into_iter().map(PartSpec::new).collect(),
            aws_names: self.flag(table, "aws_names"),
            remediation: owned(self.list(table, "remediation")),
        };
        (self.errors.len() == errors_before).then_some(pair)
    }
}

#[cfg(test)]
mod tests {
    use crate::rule::{RuleSet, RuleSetError, parse::read};

    const FILE: &str = r#"
provider = "acme"
[[rule]]
id = "acme-id"
part = "acme/client-id"
regex = 'acme_id=(\d{6})'
[[rule]]
id = "acme-secret"
part = "acme/client-secret"
regex = 'acme_secret=(\d{6})'
[[pair]]
id = "acme-client"
severity = "critical"
secret = "acme/client-secret"
required = "acme/client-id"
"#;

    #[test]
    fn a_good_file() {
        let file = read("good.toml".as_ref(), FILE).unwrap();
        assert_eq!(file.pairs[0].provider, "acme");
        assert_eq!(file.pairs[0].secret.name, "client_secret");
        let rules = RuleSet::new(true, file.rules).unwrap();
        let rules = rules.with_pairs(file.pairs).unwrap();
        let (first, pair) = rules.pairs().next().unwrap();
        assert_eq!(pair.id, "acme-client");
        assert_eq!(rules.pair(first), pair);
        assert!(rules.pairs().count() > 1);
    }

    #[track_caller]
    fn check(change: (&str, &str), expected: &str) {
        let text = FILE.replace(change.0, change.1);
        let errors = read("bad.toml".as_ref(), &text).unwrap_err();
        let all: Vec<String> = errors.iter().map(ToString::to_string).collect();
        assert!(all.iter().any(|e| e.contains(expected)), "{all:#?}");
    }

    #[test]
    fn mistakes_name_file_line_and_field() {
        check(
            ("required = ", "requird = "),
            "bad.toml:15: rule `acme-client`: field `requird`: unknown; did you mean `required`?",
        );
        check(("required = ", "requird = "), "field `required`: missing");
        check(
            ("\"critical\"", "\"bad\""),
            "bad.toml:13: rule `acme-client`: field `severity`: \"bad\" is none of",
        );
        check(
            ("required = \"acme/client-id\"", "required = 1"),
            "field `required`: expected text",
        );
        check(("[[pair]]", "[pair]"), "write `[[pair]]`");
        check(
            (
                "= \"acme/client-secret\"\nrequired",
                "= \"acme/client-id\"\nrequired",
            ),
            "field `required`: `acme/client-id` stands in this pair twice",
        );
    }

    #[test]
    fn pairs_that_do_not_fit_the_rules_are_refused() {
        let with = |change: (&str, &str)| {
            let file = read("bad.toml".as_ref(), &FILE.replace(change.0, change.1)).unwrap();
            let rules = RuleSet::new(false, file.rules).unwrap();
            rules.with_pairs(file.pairs).unwrap_err()
        };
        let error = with((
            "required = \"acme/client-id\"",
            "required = \"acme/cliend-id\"",
        ));
        assert_eq!(
            error.to_string(),
            "pair `acme-client`: no rule has `part = \"acme/cliend-id\"`; did you mean `acme/client-id`?"
        );
        let error = with(("\"acme-client\"", "\"acme-id\""));
        assert_eq!(error, RuleSetError::DuplicateId("acme-id".to_owned()));
    }
}
