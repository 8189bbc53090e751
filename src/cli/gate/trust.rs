//! What a gate goes by: the policy of the commit where a merge request parts from its base, not what the request makes of it.

use bstr::{BStr, BString, ByteSlice as _};
use gix::ObjectId;

use super::super::{Failure, accepted, git_secrets::compile};
use crate::{
    finding::{
        AcceptedBy, Finding, Outcome,
        receipt::{Marker, PolicyChange},
    },
    policy::{
        allow::{self, Entry},
        baseline::{self, Baseline},
    },
    scan::Scanner,
    source::{head, repository::Repository},
};

/// The policy that one commit holds.
#[derive(Debug, Default)]
pub(super) struct Held {
    allow: BString,
    pub(super) git_allowed: BString,
    /// The baseline that was asked for, with its path from the top of the repository.
    baseline: Option<(BString, BString)>,
}

impl Held {
    /// Returns the policy of `commit`; an empty one of none. `baseline` is the path of the baseline, from the top of the repository.
    pub(super) fn of(
        repository: &Repository,
        commit: Option<&ObjectId>,
        baseline: Option<&BStr>,
    ) -> Result<Self, Failure> {
        let Some(commit) = commit else {
            return Ok(Self::default());
        };
        let read = |path: &BStr| {
            let bytes = head::file_of(repository, commit, path);
            let bytes = bytes.map_err(|error| Failure::because("cannot read the policy", error))?;
            Ok(BString::from(bytes.unwrap_or_default()))
        };
        Ok(Self {
            allow: read(allow::PATH.into())?,
            git_allowed: read(compile::GIT_ALLOWED.into())?,
            baseline: baseline
                .map(|path| Ok((path.to_owned(), read(path)?)))
                .transpose()?,
        })
    }

    /// Returns the allow entries; `commit` is where they stand.
    pub(super) fn entries(&self, commit: &ObjectId) -> Result<Vec<Entry>, Failure> {
        accepted::parse(
            &self.allow.to_str_lossy(),
            format!("{commit}:{}", allow::PATH).as_ref(),
        )
    }

    /// Returns the secrets of the baseline.
    pub(super) fn baseline(&self, commit: &ObjectId) -> Result<Baseline, Failure> {
        let Some((path, text)) = &self.baseline else {
            return Ok(Baseline::new());
        };
        super::super::baseline::parse(&text.to_str_lossy(), format!("{commit}:{path}").as_ref())
    }

    /// Returns what `later` has of the policy and this one has not, and the other way round.
    pub(super) fn changes(&self, later: &Self) -> Vec<PolicyChange> {
        let mut out = Vec::new();
        entries(&self.allow, &later.allow, &mut out);
        if let (Some((path, after)), before) = (&later.baseline, &self.baseline) {
            let before = before.as_ref().map(|(_, before)| before);
            baselines(path, before, after, &mut out);
        }
        let added = lines(&later.git_allowed).filter(|(_, line)| !has(&self.git_allowed, line));
        out.extend(added.map(|(number, line)| PolicyChange {
            path: compile::GIT_ALLOWED.into(),
            line: Some(number),
            what: format!("excuses lines that match {line:?}"),
        }));
        let removed = lines(&self.git_allowed).filter(|(_, line)| !has(&later.git_allowed, line));
        out.extend(removed.map(|(_, line)| PolicyChange {
            path: compile::GIT_ALLOWED.into(),
            line: None,
            what: format!("excuses lines that match {line:?} no more"),
        }));
        out
    }
}

/// Adds what changes from the allow entries of `old` to those of `new`.
fn entries(old: &BString, new: &BString, out: &mut Vec<PolicyChange>) {
    if old == new {
        return;
    }
    let change = |line: Option<u64>, what: String| PolicyChange {
        path: allow::PATH.into(),
        line,
        what,
    };
    let known = allow::parse(&old.to_str_lossy()).unwrap_or_default();
    let text = new.to_str_lossy();
    let now = match allow::parse(&text) {
        Ok(now) => now,
        Err(error) => {
            let line = u64::try_from(error.line).ok();
            return out.push(change(line, format!("cannot be read: {}", error.message)));
        }
    };
    let same = |entry: &Entry, entries: &[Entry]| {
        let mut same = entries.iter();
        same.find(|other| other.fingerprint == entry.fingerprint)
            .cloned()
    };
    for entry in &now {
        let fingerprint = entry.fingerprint.to_string();
        let line = lines(new).find(|(_, line)| line.starts_with(fingerprint.as_bytes()));
        let line = line.map(|(number, _)| number);
        let owner = entry.owner.as_deref().unwrap_or("nobody");
        let until = entry
            .expires
            .as_deref()
            .map_or_else(String::new, |day| format!(", until {day}"));
        let told = format!(
            "{fingerprint} ({}, owner {owner}{until}): {}",
            entry.rule, entry.reason
        );
        match same(entry, &known) {
            None => out.push(change(line, format!("accepts one more secret, {told}"))),
            Some(before) if before != *entry => {
                out.push(change(
                    line,
                    format!("changes the entry that accepts {told}"),
                ));
            }
            Some(_) => {}
        }
    }
    for entry in known.iter().filter(|entry| same(entry, &now).is_none()) {
        out.push(change(
            None,
            format!("accepts {} ({}) no more", entry.fingerprint, entry.rule),
        ));
    }
}

/// Adds what changes from the baseline `old` to `new`.
fn baselines(path: &BString, old: Option<&BString>, new: &BString, out: &mut Vec<PolicyChange>) {
    let change = |line: Option<u64>, what: String| PolicyChange {
        path: path.clone(),
        line,
        what,
    };
    let parsed = |text: &BString| baseline::parse(&text.to_str_lossy());
    let known = old.and_then(|old| parsed(old).ok()).unwrap_or_default();
    match parsed(new) {
        Ok(now) => {
            let more = now.keys().filter(|one| !known.contains_key(one)).count();
            if more > 0 {
                let what = format!("has {more} secrets more than before, which it would accept");
                out.push(change(None, what));
            }
        }
        Err(error) => {
            let line = u64::try_from(error.line).ok();
            out.push(change(line, format!("cannot be read: {}", error.message)));
        }
    }
}

/// Returns the lines of a file with their numbers, without empty ones and comments.
fn lines(text: &BString) -> impl Iterator<Item = (u64, &BStr)> {
    (1..)
        .zip(text.lines().map(|line| line.trim_ascii().as_bstr()))
        .filter(|(_, line)| !line.is_empty() && !line.starts_with(b"#"))
}

fn has(text: &BString, line: &BStr) -> bool {
    lines(text).any(|(_, other)| other == line)
}

/// Which inline markers count.
pub(super) enum Markers<'a> {
    /// All.
    All,
    /// Those that stand with the same secret at the same path in this commit already; none where there is no commit.
    Of(Option<&'a ObjectId>),
}

impl Markers<'_> {
    /// Takes what markers that count excuse for accepted in `outcome`, and returns these. What others would excuse is a change of the policy.
    pub(super) fn apply(
        &self,
        outcome: &mut Outcome,
        scanner: &Scanner,
        repository: &Repository,
    ) -> (Vec<Marker>, Vec<PolicyChange>) {
        let (mut honoured, mut changes) = (Vec::new(), Vec::new());
        outcome.accept(|finding| {
            let marker = finding.marker.as_ref()?;
            let is_honoured = self.count(finding, scanner, repository);
            if is_honoured {
                honoured.push(Marker {
                    path: finding.path.clone(),
                    line: finding.start.line,
                    rule: finding.rule.clone(),
                    marker: marker.to_str_lossy().into_owned(),
                });
            } else {
                changes.push(PolicyChange {
                    path: finding.path.clone(),
                    line: Some(finding.start.line),
                    what: format!(
                        "adds the inline marker {marker:?}, which would excuse {}",
                        finding.rule
                    ),
                });
            }
            is_honoured.then(|| AcceptedBy::InlineMarker.into())
        });
        changes.sort();
        changes.dedup();
        honoured.sort();
        honoured.dedup();
        (honoured, changes)
    }

    /// Returns true when the marker of `finding` counts.
    fn count(&self, finding: &Finding, scanner: &Scanner, repository: &Repository) -> bool {
        let commit = match self {
            Self::All => return true,
            Self::Of(None) => return false,
            Self::Of(Some(commit)) => commit,
        };
        let file = head::file_of(repository, commit, finding.file());
        // What cannot be read has no marker.
        let bytes = file.ok().flatten().unwrap_or_default();
        let found = scanner.scan_bytes(finding.file(), finding.source, &bytes);
        found
            .iter()
            .any(|there| there.fingerprint == finding.fingerprint && there.marker.is_some())
    }
}
