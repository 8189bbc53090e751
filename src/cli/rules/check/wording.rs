//! What a good rule has, as far as its fields say.

use regex_syntax::ParserBuilder;

use super::Remark;
use crate::rule::{Anchor, PairRule, Rule, Syntax};

/// Words that stand in most files of source: a rule that is tried at each of them costs every scan.
const COMMON: &[&str] = &[
    "access", "account", "api", "auth", "client", "code", "config", "data", "default", "end",
    "env", "file", "for", "function", "get", "hash", "host", "http", "https", "http://",
    "https://", "import", "int", "key", "len", "let", "line", "list", "log", "name", "new", "null",
    "object", "private", "public", "ref", "return", "secret", "self", "server", "set", "string",
    "test", "text", "the", "this", "token", "true", "type", "url", "use", "user", "value", "var",
];

/// Says what is missing in `rule`, or could be better.
pub(super) fn remarks(rule: &Rule) -> Vec<Remark> {
    let mut out = Vec::new();
    let mut missing = |field: &str, why: &str| {
        out.push(Remark::warning("", 0, format!("no `{field}`: {why}")));
    };
    if rule.source.is_empty() {
        missing(
            "source",
            "give the URL of the document that says the form is this",
        );
    }
    if rule.remediation.is_empty() {
        missing("remediation", "say how to revoke a real one, and where");
    }
    if rule.near_misses.is_empty() {
        missing(
            "near_misses",
            "give templates that look alike and are not found: a byte less, a placeholder",
        );
    }
    if let Some(longest) = cut(rule) {
        let text = format!(
            "`max_len` is {} bytes, and a match may have {longest}: longer ones are cut or not found; raise it, or let the regex take less",
            rule.max_len
        );
        out.push(Remark::warning("max_len", 0, text));
    }
    let anchors = rule.anchors.iter().filter_map(|anchor| match anchor {
        Anchor::Prefix(text) => Some(("prefixes", text)),
        Anchor::Keyword(text) => Some(("keywords", text)),
        Anchor::Base64Run(_) => None,
    });
    let mut places = [0_usize; 2];
    for (field, text) in anchors {
        let at = &mut places[usize::from(field == "keywords")];
        if is_common(text) {
            let text = format!(
                "{text:?} stands in most files, and the regex is tried at each: take a longer or rarer one (`keyfence rules try` measures what it costs)"
            );
            out.push(Remark::warning(field, *at, text));
        }
        *at += 1;
    }
    out
}

/// Says what is missing in `pair`.
pub(super) fn of_pair(pair: &PairRule) -> Vec<Remark> {
    let mut out = Vec::new();
    if pair.source.is_empty() {
        let text =
            "no `source`: give the URL of the document that says that these parts belong together";
        out.push(Remark::warning("", 0, text));
    }
    if pair.remediation.is_empty() {
        let text = "no `remediation`: say how to revoke a real one, and where";
        out.push(Remark::warning("", 0, text));
    }
    out
}

/// Returns true for what stands in most files of source.
fn is_common(literal: &str) -> bool {
    // Keywords are in lower case; of prefixes it is a part of what makes them rare.
    let letters = literal.bytes().all(|b| b.is_ascii_lowercase());
    COMMON.contains(&literal) || literal.len() == 3 && letters
}

/// Returns how long a match of `rule` may be, where that is known and more than it may.
fn cut(rule: &Rule) -> Option<usize> {
    if rule.lines == Some(Syntax::Posix) || rule.max_len == 0 {
        return None;
    }
    let mut parser = ParserBuilder::new().unicode(false).utf8(false).build();
    let longest = parser.parse(&rule.regex).ok()?.properties().maximum_len()?;
    (longest > rule.max_len as usize).then_some(longest)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::remarks;
    use crate::rule::parse::parse;

    #[track_caller]
    fn check(fields: &str, expected: &[&str]) {
        let text = format!("[[rule]]\nid = \"own\"\nsamples = [\"x\"]\n{fields}");
        let rules = parse(Path::new("own.toml"), &text).unwrap();
        let said: Vec<String> = remarks(&rules[0]).iter().map(ToString::to_string).collect();
        assert_eq!(said.len(), expected.len(), "{said:#?}");
        for (said, part) in said.iter().zip(expected) {
            assert!(said.contains(part), "{part:?} is not in {said:?}");
        }
    }

    const WHOLE: &str =
        "source = \"https://a.example\"\nremediation = [\"revoke it\"]\nnear_misses = [\"y\"]\n";

    #[test]
    fn what_is_missing() {
        let regex = "regex = 'own_[a-z]{9}'\n";
        check(&format!("{WHOLE}{regex}"), &[]);
        check(regex, &["`source`", "`remediation`", "`near_misses`"]);
    }

    #[test]
    fn a_length_that_cuts() {
        let regex = "regex = 'own_[a-z]{9,40}'\n";
        check(&format!("{WHOLE}{regex}"), &[]);
        check(&format!("{WHOLE}{regex}max_len = 20\n"), &["may have 44"]);
        check(&format!("{WHOLE}regex = 'own_[a-z]+'\nmax_len = 20\n"), &[]);
    }

    #[test]
    fn common_words() {
        let common =
            "keywords = [\"own_service\", \"Key\"]\nregex = '(?i)(?:own_service|key)=(x{9})'\n";
        check(
            &format!("{WHOLE}{common}"),
            &["\"key\" stands in most files"],
        );
    }
}
