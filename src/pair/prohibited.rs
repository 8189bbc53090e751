//! Prohibited texts: each is told, by itself or through the credential that it is part of.

use std::cmp::Reverse;

use super::Group;
use crate::{
    detection::Detection,
    rule::{Confidence, RuleSet},
};

/// Adds the `prohibited` detections to `groups`. Where a group has the same bytes, it tells more than a pattern that somebody wrote: it
/// stays, and is as sure and as bad as the pattern says.
pub(super) fn add(rules: &RuleSet, mut prohibited: Vec<Detection>, groups: &mut Vec<Group>) {
    let len = |d: &Detection| d.secret_span.end - d.secret_span.start;
    prohibited.sort_by_key(|d| (Reverse(len(d)), d.secret_span.start, d.rule));
    let others = groups.len();
    for one in prohibited {
        let span = &one.secret_span;
        let same = groups.iter().position(|group| {
            group.parts.iter().any(|part| {
                let other = &part.detection.secret_span;
                span.start < other.end && other.start < span.end
            })
        });
        match same {
            None => groups.push(Group::single(rules, one)),
            // The longest of several patterns was first.
            Some(at) if at >= others => {}
            Some(at) => {
                let group = &mut groups[at];
                group.severity = group.severity.max(one.severity);
                group.confidence = group.confidence.max(Confidence::High.min(one.confidence));
                group.reasons.push("a prohibited pattern matches it");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::ops::Range;

    use crate::{
        detection::Detection,
        matcher::lines::Place,
        pair::join,
        rule::{Confidence, RuleSet, Severity, parse::parse},
        secret::Secret,
    };

    fn rules() -> RuleSet {
        let text = "[[rule]]\nid = \"token\"\nregex = 'tok_[a-z]{40}'\n\
                    [[rule]]\nid = \"forbidden\"\nlines = true\nkind = \"prohibited\"\nregex = 'x'\n\
                    [[rule]]\nid = \"unwanted\"\nlines = true\nkind = \"prohibited\"\nregex = 'y'\n";
        RuleSet::new(false, parse("test.toml".as_ref(), text).unwrap()).unwrap()
    }

    /// Checks which rules speak, how sure they are and how bad it is.
    #[track_caller]
    fn check(
        given: &[(&str, Range<u64>, Confidence, Severity)],
        expected: &[(&str, Confidence, Severity)],
    ) {
        let rules = rules();
        let place = Place { line: 1, column: 1 };
        let detections = given
            .iter()
            .map(|(rule, span, confidence, severity)| Detection {
                rule: rules.find(rule).unwrap(),
                span: span.clone(),
                secret_span: span.clone(),
                secret: Secret::new(b"x"),
                start: place,
                end: place,
                severity: *severity,
                confidence: *confidence,
                facts: Vec::new(),
                reasons: Vec::new(),
                decoded: Vec::new(),
                context: None,
                line_offset: 0,
                line: Secret::new(b""),
                beside: None,
                whole_line: None,
            });
        let groups = join(&rules, detections.collect());
        let told: Vec<(&str, Confidence, Severity)> = groups
            .iter()
            .map(|group| (&*group.rule_id, group.confidence, group.severity))
            .collect();
        assert_eq!(told, expected);
    }

    #[test]
    fn a_prohibited_text_is_told_once() {
        use Confidence::{High, Low, Medium};
        use Severity::{Critical, High as Bad};
        check(
            &[("forbidden", 0..9, High, Bad)],
            &[("forbidden", High, Bad)],
        );
        // The token tells more, but its own rule may be unsure of it.
        check(
            &[
                ("token", 4..44, Low, Severity::Low),
                ("forbidden", 0..9, High, Bad),
            ],
            &[("token", High, Bad)],
        );
        check(
            &[
                ("token", 4..44, Medium, Critical),
                ("forbidden", 44..50, High, Bad),
            ],
            &[("token", Medium, Critical), ("forbidden", High, Bad)],
        );
        check(
            &[
                ("forbidden", 3..9, High, Bad),
                ("unwanted", 0..9, High, Severity::Low),
            ],
            &[("unwanted", High, Severity::Low)],
        );
    }
}
