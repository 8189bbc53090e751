//! What a document says of the scan itself, in the words that reports for people share: how much was found and read, under which
//! rules and whose policy, and what was left out.
//!
//! The texts that come from the scanned repository (paths, reasons) are handed on as they are: each format has its own way to make
//! them harmless.

use std::collections::BTreeMap;

use super::{
    Document,
    model::{Finding, Policy, Range, Skipped, Summary},
    text,
};
use crate::rule::Severity;

/// How many digits of an object id are shown: enough for `git show` in any repository there is.
const ID_DIGITS: usize = 12;

/// What to do about an incomplete scan.
pub(super) const WHAT_TO_DO: &str = "What was not read may hold secrets. Make it readable, raise the limit that is named, or leave it \
                                     out of what is scanned; then scan again.";

/// What is said where nothing that was not read is named.
pub(super) const NOT_ALL: &str = "not everything that was to be read was read";

/// What to do about changes of the policy.
pub(super) const POLICY_CHANGES: &str = "policy change: needs review";

/// Returns the first digits of an object id.
pub(super) fn short(id: &str) -> &str {
    id.get(..ID_DIGITS).unwrap_or(id)
}

/// Returns `no secrets found`, or `3 findings: 1 critical, 2 low`.
pub(super) fn headline(document: &Document) -> String {
    let findings = &document.findings;
    match (findings.is_empty(), document.summary.complete) {
        (true, true) => return "no secrets found".to_owned(),
        (true, false) => return "no secrets found in what was read".to_owned(),
        (false, _) => {}
    }
    let by_severity: Vec<String> = by_severity(findings)
        .map(|(severity, n)| format!("{n} {}", severity.name()))
        .collect();
    format!(
        "{}: {}",
        text::count(findings.len() as u64, "finding"),
        by_severity.join(", ")
    )
}

/// Returns how many findings there are of each severity that has some, the worst first.
pub(super) fn by_severity(findings: &[Finding]) -> impl Iterator<Item = (Severity, usize)> {
    Severity::ALL.into_iter().rev().filter_map(|severity| {
        let n = findings.iter().filter(|f| f.severity == severity).count();
        (n > 0).then_some((severity, n))
    })
}

/// Returns the findings, the worst first and those of one severity as they were.
pub(super) fn worst_first(document: &Document) -> Vec<&Finding> {
    let mut findings: Vec<&Finding> = document.findings.iter().collect();
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    findings
}

/// Returns the coverage receipt: each line with its label.
pub(super) fn receipt(summary: &Summary) -> Vec<(&'static str, String)> {
    let mut lines = vec![
        (
            "complete",
            if summary.complete { "yes" } else { "NO" }.to_owned(),
        ),
        ("scanned", scanned(summary)),
        ("rules", rules(summary)),
    ];
    lines.extend(summary.range.iter().map(|one| ("range", range(one))));
    lines.extend(summary.policy.iter().map(|one| ("policy", policy(one))));
    if summary.accepted > 0 {
        let accepted = text::count(summary.accepted as u64, "finding");
        lines.push(("accepted", format!("{accepted}, not counted")));
    }
    lines.push(("skipped", skipped(&summary.skipped)));
    lines
}

/// Returns `6789 commits, 45 blobs, 45 files, 1.2 MiB (1234567 bytes) in 12 ms`.
fn scanned(summary: &Summary) -> String {
    format!(
        "{}, {}, {}, {} ({}) in {}",
        text::count(summary.commits, "commit"),
        text::count(summary.blobs, "blob"),
        text::count(summary.files, "file"),
        text::bytes(summary.bytes),
        text::count(summary.bytes, "byte"),
        text::duration(summary.elapsed_ms)
    )
}

/// Returns `412, rule set 0f0f…`.
fn rules(summary: &Summary) -> String {
    match summary.rule_set.as_str() {
        "" => summary.rules.to_string(),
        hash => format!("{}, rule set {hash}", summary.rules),
    }
}

fn range(range: &Range) -> String {
    let base = match &range.base {
        Some(base) => format!("{}..{}", short(base), short(&range.head)),
        None => format!("everything up to {}", short(&range.head)),
    };
    let merge_base = (range.merge_base.as_deref())
        .map_or_else(String::new, |id| format!(", merge base {}", short(id)));
    let ci = (range.ci.as_deref()).map_or_else(String::new, |ci| format!(", named by {ci}"));
    format!("{base}{merge_base}{ci}")
}

fn policy(policy: &Policy) -> String {
    let from = match &policy.commit {
        Some(commit) => format!("{}, commit {}", policy.source, short(commit)),
        None => policy.source.clone(),
    };
    let changes = policy.changes.len() as u64;
    let markers = policy.markers.len() as u64;
    format!(
        "{from}; {}, {} honoured",
        text::count(changes, "change"),
        text::count(markers, "inline marker")
    )
}

fn skipped(skipped: &[Skipped]) -> String {
    let missing = skipped.iter().filter(|one| one.incomplete).count();
    match (skipped.len(), missing) {
        (0, _) => "nothing".to_owned(),
        (all, 0) => format!("{}, with nothing to scan there", paths(all)),
        (all, missing) => format!("{}, {missing} of them unread", paths(all)),
    }
}

fn paths(n: usize) -> String {
    text::count(n as u64, "path")
}

/// What was not read for one reason.
pub(super) struct Unread<'a> {
    pub(super) reason: &'a str,
    /// It should have been read.
    pub(super) incomplete: bool,
    /// Never empty, in the order of the document.
    pub(super) paths: Vec<&'a str>,
}

/// Returns what was not read by reason: first what should have been, then the most frequent.
pub(super) fn reasons(summary: &Summary) -> Vec<Unread<'_>> {
    let mut by_reason: BTreeMap<(bool, &str), Vec<&str>> = BTreeMap::new();
    let is_named = summary.skipped.iter().any(|skipped| skipped.incomplete);
    if !summary.complete && !is_named {
        by_reason.insert((false, NOT_ALL), vec!["."]);
    }
    for one in &summary.skipped {
        by_reason
            .entry((!one.incomplete, one.reason.as_str()))
            .or_default()
            .push(&one.path.path);
    }
    let mut reasons: Vec<Unread<'_>> = by_reason
        .into_iter()
        .map(|((is_complete, reason), paths)| Unread {
            reason,
            incomplete: !is_complete,
            paths,
        })
        .collect();
    reasons.sort_by_key(|one| (!one.incomplete, std::cmp::Reverse(one.paths.len())));
    reasons
}
