//! From drafts to a rule file.

use std::{collections::BTreeSet, fmt::Write as _, path::Path};

use toml_writer::{ToTomlValue as _, TomlStringBuilder};

use super::{Draft, LeftOut, Syntax};
use crate::rule::{RuleSet, SecretKind, parse};

/// How long a match of a rule with anchors may be when its regex does not say, in bytes.
const MAX_LEN: u32 = 4096;

/// What keeps keyfence from finding the patterns of the file in the file.
const MARKER: &str = "# keyfence:allow all a pattern, no secret";

/// What the file begins with.
const HEADER: &str = "# Rules that were written for other tools, as `keyfence rules import` has carried them over.\n";

/// A file that was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Source {
    /// The tool it is for.
    pub tool: String,
    /// What it is called.
    pub path: String,
    /// Its rules.
    pub rules: Vec<Draft>,
}

/// A rule file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Written {
    /// Its text; empty when there is no rule.
    pub text: String,
    /// Of each rule in it: the path of its source, its id there, its id here.
    pub ids: Vec<(String, String, String)>,
    /// What could not be written, with the paths of the sources.
    pub left_out: Vec<(String, LeftOut)>,
}

/// Writes the rules of `sources`.
///
/// # Errors
///
/// When what was written cannot be read again, which a test excludes.
pub fn rule_file(sources: &[Source]) -> Result<Written, String> {
    let mut out = Written::default();
    let builtin = RuleSet::builtin();
    let mut taken: BTreeSet<String> = builtin
        .iter()
        .map(|(_, rule)| rule.id.to_string())
        .collect();
    let mut body = String::new();
    for source in sources {
        for draft in &source.rules {
            let id = new_id(&source.tool, &draft.their_id, &mut taken);
            match table(&id, source, draft) {
                Ok(table) => {
                    body.push('\n');
                    body.push_str(&table);
                    let their_id = draft.their_id.clone();
                    out.ids.push((source.path.clone(), their_id, id));
                }
                Err(why) => out.left_out.push((
                    source.path.clone(),
                    LeftOut {
                        line: draft.line,
                        what: format!("rule `{}`", draft.their_id),
                        why,
                    },
                )),
            }
        }
    }
    if out.ids.is_empty() {
        return Ok(out);
    }
    HEADER.clone_into(&mut out.text);
    for source in sources.iter().filter(|source| !source.rules.is_empty()) {
        let path = source.path.escape_debug();
        let _ = writeln!(out.text, "# Of {}: {path}", source.tool);
    }
    out.text.push_str(&body);
    match parse::parse(Path::new("imported.toml"), &out.text) {
        Ok(rules) if rules.len() == out.ids.len() => Ok(out),
        Ok(rules) => Err(format!("{} rules became {}", out.ids.len(), rules.len())),
        Err(errors) => Err(errors
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join("; ")),
    }
}

/// Returns an id that is not taken: `tool-` and theirs in kebab-case.
fn new_id(tool: &str, their_id: &str, taken: &mut BTreeSet<String>) -> String {
    let mut id = String::from(tool);
    for part in their_id.split(|c: char| !c.is_ascii_alphanumeric()) {
        if !part.is_empty() {
            id.push('-');
            id.push_str(&part.to_ascii_lowercase());
        }
    }
    let mut numbers = 2..;
    let mut free = id.clone();
    while taken.contains(&free) {
        free = format!("{id}-{}", numbers.next().unwrap_or_default());
    }
    taken.insert(free.clone());
    free
}

/// Returns the table of a rule: with anchors where it has some, otherwise for lines.
fn table(id: &str, source: &Source, draft: &Draft) -> Result<String, String> {
    let anchored = [
        vec!["boundary = \"none\"".to_owned()],
        vec![
            "boundary = \"none\"".to_owned(),
            format!("max_len = {MAX_LEN}"),
        ],
    ];
    let lines = match draft.syntax {
        Syntax::Regex => vec!["lines = true".to_owned()],
        Syntax::Posix => vec!["lines = true".to_owned(), "syntax = \"posix\"".to_owned()],
    };
    let forms: Vec<&Vec<String>> = match draft.syntax {
        // A match within a line may not become one over lines.
        Syntax::Regex if !may_leave_line(&draft.regex) => {
            anchored.iter().chain(std::iter::once(&lines)).collect()
        }
        _ => vec![&lines],
    };
    let mut why = String::new();
    for form in forms {
        let text = text(id, source, draft, form);
        match parse::parse(Path::new("imported.toml"), &text) {
            Ok(_) => return Ok(text),
            Err(errors) => {
                let messages = errors.iter().map(|error| error.message.clone());
                why = messages.collect::<Vec<_>>().join("; ");
            }
        }
    }
    Err(format!("it cannot be written as a rule: {why}"))
}

/// Returns true when a match of `regex` may have a line feed in it, were it not kept within lines.
fn may_leave_line(regex: &str) -> bool {
    fn may(hir: &regex_syntax::hir::Hir) -> bool {
        use regex_syntax::hir::{Class, HirKind};
        match hir.kind() {
            HirKind::Empty => false,
            // What `^` and `$` mean differs, too.
            HirKind::Look(look) => !look.as_char().is_alphabetic() || "Az".contains(look.as_char()),
            HirKind::Literal(literal) => literal.0.contains(&b'\n'),
            HirKind::Class(Class::Bytes(class)) => class
                .iter()
                .any(|range| (range.start()..=range.end()).contains(&b'\n')),
            HirKind::Class(Class::Unicode(class)) => class
                .iter()
                .any(|range| (range.start()..=range.end()).contains(&'\n')),
            HirKind::Repetition(repetition) => may(&repetition.sub),
            HirKind::Capture(capture) => may(&capture.sub),
            HirKind::Concat(parts) | HirKind::Alternation(parts) => parts.iter().any(may),
        }
    }
    let parsed = regex_syntax::ParserBuilder::new()
        .unicode(false)
        .utf8(false)
        .build()
        .parse(regex);
    parsed.map_or(true, |hir| may(&hir))
}

fn text(id: &str, source: &Source, draft: &Draft, form: &[String]) -> String {
    let mut out = String::from("[[rule]]\n");
    let mut field = |name: &str, value: &str| {
        let _ = writeln!(out, "{name} = {}", quoted(value));
    };
    field("id", id);
    field("name", &draft.name);
    field("provider", &source.tool);
    if !draft.source.is_empty() {
        field("source", &draft.source);
    }
    field("severity", draft.severity.name());
    field("confidence", draft.confidence.name());
    // What somebody wrote a rule for is to be found: only judges speak that are never wrong by chance, and none against POSIX patterns.
    field(
        "kind",
        match draft.syntax {
            Syntax::Regex => SecretKind::Token.name(),
            Syntax::Posix => SecretKind::Prohibited.name(),
        },
    );
    for line in form {
        out.push_str(line);
        out.push('\n');
    }
    if draft.min_entropy > 0.0 {
        let _ = writeln!(out, "min_entropy = {:?}", draft.min_entropy);
    }
    let _ = writeln!(out, "regex = {} {MARKER}", quoted(&draft.regex));
    let advice = "Replace it where it was made, then take it out";
    let _ = writeln!(out, "remediation = [{}]", quoted(advice));
    out
}

/// Returns `text` as a TOML string on one line: as it is where that can be done, otherwise with escapes.
fn quoted(text: &str) -> String {
    let builder = TomlStringBuilder::new(text);
    let literal = builder.as_literal().filter(|_| text.contains(['\\', '"']));
    literal
        .unwrap_or_else(|| builder.as_basic())
        .to_toml_value()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Source, rule_file};
    use crate::{
        import::{Draft, Syntax},
        rule::{Confidence, Rule, Severity, parse},
    };

    fn draft(id: &str, regex: &str, syntax: Syntax) -> Draft {
        Draft {
            line: 3,
            their_id: id.to_owned(),
            name: format!("{id} \"of\" ours\n"),
            regex: regex.to_owned(),
            syntax,
            severity: Severity::High,
            confidence: Confidence::Medium,
            min_entropy: 3.1,
            source: "https://example.com".to_owned(),
        }
    }

    fn written(drafts: Vec<Draft>) -> (super::Written, Vec<Rule>) {
        let source = Source {
            tool: "gitleaks".to_owned(),
            path: ".gitleaks.toml\n".to_owned(),
            rules: drafts,
        };
        let written = rule_file(&[source]).unwrap();
        let rules = if written.text.is_empty() {
            Vec::new()
        } else {
            parse::parse("a.toml".as_ref(), &written.text).unwrap()
        };
        (written, rules)
    }

    #[test]
    fn rules_have_anchors_where_they_can() {
        let (written, rules) = written(vec![
            draft("Acme Token!", "acme_[0-9a-z]{20}", Syntax::Regex),
            draft("acme.token", "acme_[0-9a-z]+", Syntax::Regex),
            draft("any", "[0-9a-f]{32}", Syntax::Regex),
            draft("over lines", r"acme_\s[0-9]{8}", Syntax::Regex),
            draft("posix", "a b|[]x]{3}", Syntax::Posix),
            draft("bad", "(", Syntax::Regex),
        ]);
        let ids: Vec<&str> = rules.iter().map(|rule| &*rule.id).collect();
        assert_eq!(
            ids,
            [
                "gitleaks-acme-token",
                "gitleaks-acme-token-2",
                "gitleaks-any",
                "gitleaks-over-lines",
                "gitleaks-posix"
            ]
        );
        let forms: Vec<(usize, bool, u32)> = rules
            .iter()
            .map(|rule| (rule.anchors.len(), rule.lines.is_some(), rule.max_len))
            .collect();
        assert_eq!(
            forms,
            [
                (1, false, 26),
                (1, false, 4096),
                (0, true, 0),
                (0, true, 0),
                (0, true, 0)
            ]
        );
        assert!(
            rules
                .iter()
                .all(|rule| (rule.min_entropy - 3.1).abs() < 1e-6)
        );
        assert_eq!(written.left_out.len(), 1);
        assert_eq!(written.left_out[0].1.what, "rule `bad`");
        assert_eq!(written.ids[1].1, "acme.token");
    }

    #[test]
    fn nothing_is_no_file() {
        assert_eq!(written(Vec::new()).0, super::Written::default());
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn what_is_written_is_read_again(parts in proptest::collection::vec("[a-z\"'\\\\\\\\|# \u{e9}\t\u{1}=-]{1,12}", 1..6)) {
            let drafts = parts.iter().map(|part| {
                let regex = regex_syntax::escape(part);
                draft(part, &regex, Syntax::Regex)
            });
            let (written, rules) = written(drafts.collect());
            prop_assert_eq!(written.left_out.len() + rules.len(), parts.len());
            for rule in &rules {
                prop_assert!(parts.iter().any(|part| regex_syntax::escape(part) == rule.regex), "{}", rule.regex);
            }
            prop_assert!(written.left_out.is_empty(), "{:?}", written.left_out);
        }
    }
}
