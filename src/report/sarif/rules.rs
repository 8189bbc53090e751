//! The rules that found something, as reporting descriptors (section 3.49).

use std::collections::HashMap;

use serde_json::{Value, json};

use super::level;
use crate::{
    report::model::{Document, Finding},
    rule::{Confidence, Severity},
};

/// The rules of a report, each once, in the order their findings come.
pub(super) struct Rules<'a> {
    rules: Vec<Rule<'a>>,
    by_id: HashMap<&'a str, usize>,
}

struct Rule<'a> {
    /// The first of its findings, which tells its texts.
    first: &'a Finding,
    /// The worst severity of its findings.
    severity: Severity,
    /// The least confidence of its findings.
    confidence: Confidence,
}

impl<'a> Rules<'a> {
    pub(super) fn new(document: &'a Document) -> Self {
        let mut out = Self {
            rules: Vec::new(),
            by_id: HashMap::new(),
        };
        for finding in &document.findings {
            let next = out.rules.len();
            let at = *out.by_id.entry(&finding.rule).or_insert(next);
            match out.rules.get_mut(at) {
                Some(rule) => {
                    rule.severity = rule.severity.max(finding.severity);
                    rule.confidence = rule.confidence.min(finding.confidence);
                }
                None => out.rules.push(Rule {
                    first: finding,
                    severity: finding.severity,
                    confidence: finding.confidence,
                }),
            }
        }
        for finding in &document.accepted {
            let next = out.rules.len();
            // What is accepted makes no rule worse than its findings do.
            out.by_id.entry(&finding.rule).or_insert_with(|| {
                out.rules.push(Rule {
                    first: finding,
                    severity: finding.severity,
                    confidence: finding.confidence,
                });
                next
            });
        }
        out
    }

    /// Returns where `rule` stands.
    pub(super) fn index(&self, rule: &str) -> Option<usize> {
        self.by_id.get(rule).copied()
    }

    pub(super) fn descriptors(&self) -> Vec<Value> {
        self.rules.iter().map(Rule::descriptor).collect()
    }
}

impl Rule<'_> {
    fn descriptor(&self) -> Value {
        let first = self.first;
        let what = format!(
            "A credential of {}: {}. Whoever reads it can use it.",
            first.provider, first.name
        );
        let steps: Vec<&str> = first.remediation.iter().map(String::as_str).collect();
        let numbered = |(n, step): (usize, &&str)| format!("{}. {step}", n + 1);
        let markdown: Vec<String> = steps.iter().enumerate().map(numbered).collect();
        let mut out = json!({
            "id": first.rule,
            "name": first.name,
            "shortDescription": { "text": first.name },
            "fullDescription": { "text": what },
            "defaultConfiguration": { "level": level(self.severity) },
            "properties": {
                "security-severity": security_severity(self.severity),
                "precision": precision(self.confidence),
                "tags": ["security", "secret", first.provider],
            },
        });
        if !steps.is_empty() {
            out["help"] = json!({ "text": steps.join("\n"), "markdown": markdown.join("\n") });
        }
        if let Some(address) = steps.iter().find_map(|step| address(step)) {
            out["helpUri"] = address.into();
        }
        out
    }
}

/// Returns the first address of a web page in `text`.
fn address(text: &str) -> Option<&str> {
    let words = text.split([' ', '(', ')', '<', '>', '"', '`']);
    let mut addresses = words.filter(|word| word.starts_with("https://"));
    addresses
        .next()
        .map(|word| word.trim_end_matches(['.', ',', ';', ':']))
}

/// Returns a score of the scale of CVSS, which GitHub reads as critical from 9.0, high from 7.0, medium from 4.0.
fn security_severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "9.5",
        Severity::High => "8.0",
        Severity::Medium => "5.5",
        Severity::Low => "2.0",
    }
}

/// Returns how often findings are real: one of GitHub's words `very-high`, `high`, `medium`, `low`.
fn precision(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::High => "high",
        Confidence::Medium => "medium",
        Confidence::Low => "low",
    }
}

#[cfg(test)]
mod tests {
    use super::address;

    #[test]
    fn addresses_stand_in_sentences() {
        let check = |text, expected| assert_eq!(address(text), expected, "{text}");
        check(
            "Delete it at https://example.com/tokens.",
            Some("https://example.com/tokens"),
        );
        check("see (https://example.com/a)", Some("https://example.com/a"));
        check("Delete it", None);
    }
}
