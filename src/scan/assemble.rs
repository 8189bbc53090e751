//! From the detections of a blob to its findings: pairing, policy, excerpts.

use std::ops::Range;

use bstr::{BStr, BString};

use super::{Options, excerpt};
use crate::{
    detection::Detection,
    finding::{Acceptance, AcceptedBy, Finding, Part, SourceKind, Validity},
    pair::{self, Group},
    policy::inline,
    rule::{RuleSet, SecretKind, Severity, guard},
    secret::Secret,
};

/// Returns the findings among `detections`, each with what accepts it.
pub(super) fn findings(
    rules: &RuleSet,
    options: &Options,
    path: &BStr,
    kind: SourceKind,
    detections: Vec<Detection>,
) -> Vec<Finding> {
    let mut hidden: Vec<Range<u64>> = detections.iter().map(|d| d.secret_span.clone()).collect();
    hidden.sort_by_key(|range| (range.start, range.end));
    let groups = pair::join(rules, detections);
    groups
        .into_iter()
        .map(|group| graded(options, group))
        .filter(|group| {
            group.confidence >= options.min_confidence && group.severity >= options.min_severity
        })
        .map(|mut group| {
            let is_excused = is_excused(options, path, kind, &mut group);
            let mut finding = finding(rules, options, path, kind, group, &hidden);
            finding.accepted = accepted(options, &finding, is_excused);
            finding
        })
        .collect()
}

/// Returns what accepts `finding`; `is_excused` says that allowed patterns do.
fn accepted(options: &Options, finding: &Finding, is_excused: bool) -> Option<Acceptance> {
    let by_marker = options.inline_markers && finding.marker.is_some();
    let by_marker = by_marker.then(|| AcceptedBy::InlineMarker.into());
    by_marker
        .or_else(|| options.allowed.get(&finding.fingerprint).cloned())
        .or_else(|| in_allowed_file(options, finding))
        .or_else(|| is_excused.then(|| AcceptedBy::AllowedPattern.into()))
}

/// Returns the group, of low severity when it is past its use and nobody asked to be told of just this secret.
fn graded(options: &Options, mut group: Group) -> Group {
    let is_past = match Validity::of(&group.facts, options.now) {
        Validity::LiveShaped | Validity::Encrypted => false,
        Validity::Expired | Validity::Malformed | Validity::Example => true,
    };
    let is_guarded = group.facts.iter().any(|(name, _)| *name == guard::FACT);
    if is_past && !is_guarded {
        group.severity = Severity::Low;
    }
    group
}

/// Returns the marker for a part's lines that excuses the group or that part's rule.
fn marker<'a>(rules: &RuleSet, group: &'a Group) -> Option<&'a [u8]> {
    group.parts.iter().find_map(|part| {
        let detection = &part.detection;
        let beside = detection.beside.as_deref();
        let lines = inline::Lines {
            before: beside.map_or(&[][..], |beside| beside.before.expose()),
            own: detection.line.expose(),
            after: beside.map_or(&[][..], |beside| beside.after.expose()),
        };
        (lines.marker(&group.rule_id)).or_else(|| lines.marker(&rules.rule(detection.rule).id))
    })
}

/// Returns how what a rule finds in this file is accepted. Messages and names are no files.
fn in_allowed_file(options: &Options, finding: &Finding) -> Option<Acceptance> {
    let is_file = match finding.source {
        SourceKind::Worktree | SourceKind::Index | SourceKind::Range | SourceKind::History => true,
        SourceKind::Message | SourceKind::Stdin | SourceKind::Ref => false,
    };
    let allowed = options.allowed_paths.as_ref().filter(|_| is_file)?;
    allowed.accept(finding.path.as_ref(), &finding.rule)
}

/// Returns true when allowed patterns excuse the lines of all parts of `group`. `git secrets` tells each line for itself.
fn is_excused(options: &Options, path: &BStr, kind: SourceKind, group: &mut Group) -> bool {
    let Some(allowed) = &options.allowed_lines else {
        return false;
    };
    let called = match kind {
        SourceKind::Stdin => BStr::new("(standard input)"),
        _ => path,
    };
    let mut slow = false;
    let excused = group.parts.iter().all(|part| {
        let d = &part.detection;
        let line = d.whole_line.as_deref().unwrap_or(&d.line).expose();
        let in_history = kind == SourceKind::History;
        let excused = allowed.excuses_line(called, d.start.line, line, in_history);
        slow |= excused.is_err();
        excused.unwrap_or(false)
    });
    if slow {
        (group.reasons).push("an allowed pattern that may excuse it takes too long on its line");
    }
    excused
}

fn finding(
    rules: &RuleSet,
    options: &Options,
    path: &BStr,
    kind: SourceKind,
    group: Group,
    hidden: &[Range<u64>],
) -> Finding {
    let first = group
        .parts
        .iter()
        .min_by_key(|part| part.detection.secret_span.start)
        .expect("a group has a part");
    let last = group
        .parts
        .iter()
        .max_by_key(|part| part.detection.secret_span.end)
        .expect("a group has a part");
    let secret = Secret::new(&group.identity(rules));
    let fingerprint = Secret::new(&group.known_by(rules)).fingerprint(&options.salt);
    let reasons = reasons(rules, &group);
    let marker = marker(rules, &group).map(BString::from);
    let parts = |part: &pair::Member| Part {
        part: part.name.to_string(),
        start: part.detection.start,
        end: part.detection.end,
        redacted: part.detection.secret.redacted(),
        secret: part.detection.secret.clone(),
    };
    Finding {
        fingerprint,
        path: path.to_owned(),
        start: first.detection.start,
        end: last.detection.end,
        redacted: if group.parts.len() > 1 {
            first.detection.secret.redacted()
        } else {
            secret.redacted()
        },
        secret,
        parts: if group.parts.len() > 1 {
            group.parts.iter().map(parts).collect()
        } else {
            Vec::new()
        },
        source: kind,
        decoded: group.secret().decoded.clone(),
        excerpt: Some(excerpt::build(&first.detection, hidden)),
        commit: None,
        occurrences: Vec::new(),
        marker,
        accepted: None,
        rule: group.rule_id,
        name: group.name,
        provider: group.provider,
        severity: group.severity,
        confidence: group.confidence,
        validity: Validity::of(&group.facts, options.now),
        facts: group.facts,
        reasons,
        remediation: group.remediation,
    }
}

/// Returns why the group is thought a credential: what checks and pairing say, or what its rule goes by.
fn reasons(rules: &RuleSet, group: &Group) -> Vec<String> {
    let told: Vec<String> = group.reasons.iter().map(ToString::to_string).collect();
    if !told.is_empty() {
        return told;
    }
    let why = match rules.rule(group.secret().rule).kind {
        SecretKind::Token => "it has the form of these tokens",
        SecretKind::Opaque => "it looks machine-made, and its surroundings say what it is",
        SecretKind::Password => "its surroundings say that it is a password, and it looks like one",
        SecretKind::Block => "it has the form of key material",
        SecretKind::Prohibited => "a prohibited pattern matches it",
    };
    vec![why.to_owned()]
}
