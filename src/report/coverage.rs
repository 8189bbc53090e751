//! What formats tell of a scan besides its findings: how much was read and by what it went, what was not read, and what of the policy
//! needs review.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{
    digest,
    model::{Path, Summary},
    place::shown,
};

/// Something that a reader has to look at, besides findings.
#[derive(Debug)]
pub(super) struct Note<'a> {
    /// What it is about.
    pub(super) topic: Topic,
    /// The path, where it is about one.
    pub(super) path: Option<&'a Path>,
    /// The line, where it is about one.
    pub(super) line: Option<u64>,
    /// What it is, for people.
    pub(super) text: String,
}

/// What a [`Note`] is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Topic {
    /// What was to be read and was not.
    Incomplete,
    /// What a range changes of the policy.
    PolicyChange,
}

impl Topic {
    /// Returns the id that stands where findings have that of a rule.
    pub(super) fn id(self) -> &'static str {
        match self {
            Self::Incomplete => "keyfence-incomplete",
            Self::PolicyChange => "keyfence-policy-change",
        }
    }

    /// Returns a name that says nothing of the one case.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Incomplete => "The scan is incomplete",
            Self::PolicyChange => digest::POLICY_CHANGES,
        }
    }
}

/// Returns what makes a scan incomplete, then what of the policy is changed.
pub(super) fn notes(summary: &Summary) -> Vec<Note<'_>> {
    let unread = summary.skipped.iter().filter(|skipped| skipped.incomplete);
    let mut out: Vec<Note<'_>> = unread
        .map(|skipped| Note {
            topic: Topic::Incomplete,
            path: Some(&skipped.path),
            line: None,
            text: format!("not read: {}: {}", shown(&skipped.path), skipped.reason),
        })
        .collect();
    if !summary.complete && out.is_empty() {
        out.push(Note {
            topic: Topic::Incomplete,
            path: None,
            line: None,
            text: digest::NOT_ALL.to_owned(),
        });
    }
    let changes = summary.policy.iter().flat_map(|policy| &policy.changes);
    out.extend(changes.map(|change| {
        let line = (change.line).map_or_else(String::new, |line| format!(":{line}"));
        Note {
            topic: Topic::PolicyChange,
            path: Some(&change.path),
            line: change.line,
            text: format!(
                "{}: {}{line}: {}",
                Topic::PolicyChange.name(),
                shown(&change.path),
                change.what
            ),
        }
    }));
    out
}

/// Returns how much was read and by what the scan went, by the names the JSON formats use.
pub(super) fn receipt(summary: &Summary) -> Vec<(&'static str, Value)> {
    let mut out = vec![
        ("complete", json!(summary.complete)),
        ("rules", json!(summary.rules)),
        ("commits", json!(summary.commits)),
        ("files", json!(summary.files)),
        ("blobs", json!(summary.blobs)),
        ("bytes", json!(summary.bytes)),
    ];
    if summary.accepted > 0 {
        out.push(("accepted", json!(summary.accepted)));
    }
    if !summary.rule_set.is_empty() {
        out.push(("rule_set", json!(summary.rule_set)));
    }
    if let Some(range) = &summary.range {
        let mut text = range.base.clone().unwrap_or_default();
        text.push_str("..");
        text.push_str(&range.head);
        out.push(("range", json!(text)));
    }
    if let Some(policy) = &summary.policy {
        out.push(("policy_source", json!(policy.source)));
        if let Some(commit) = &policy.commit {
            out.push(("policy_commit", json!(commit)));
        }
    }
    let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
    for skipped in &summary.skipped {
        *reasons.entry(&skipped.reason).or_default() += 1;
    }
    if !reasons.is_empty() {
        out.push(("skipped", json!(reasons)));
    }
    out
}

/// Returns the same as texts.
pub(super) fn receipt_texts(summary: &Summary) -> Vec<(&'static str, String)> {
    let text = |value: Value| match value {
        Value::String(text) => text,
        Value::Object(counts) => {
            let counts = counts.iter().map(|(reason, n)| format!("{n} {reason}"));
            counts.collect::<Vec<_>>().join(", ")
        }
        value => value.to_string(),
    };
    let pairs = receipt(summary).into_iter();
    pairs.map(|(name, value)| (name, text(value))).collect()
}

/// Returns the same as one text.
pub(super) fn receipt_line(summary: &Summary) -> String {
    let pairs = receipt_texts(summary).into_iter();
    let pairs: Vec<String> = pairs
        .map(|(name, value)| format!("{name}: {value}"))
        .collect();
    format!("coverage: {}", pairs.join("; "))
}
