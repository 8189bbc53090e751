//! What a scan tells: findings, and what was and was not read.

mod accepted;
mod names;
mod occurrence;
pub mod receipt;
mod state;
mod validity;

use std::{collections::HashMap, sync::Arc};

pub(crate) use accepted::split;
pub use accepted::{Acceptance, AcceptedBy};
use bstr::{BStr, BString, ByteSlice as _};
pub use names::Names;
pub use occurrence::{Commit, KeptBy, Note, Occurrence};
pub use receipt::Receipt;
pub use state::State;
pub use validity::Validity;

use crate::{
    matcher::lines::Place,
    rule::{Confidence, Severity},
    secret::{Fingerprint, Secret},
    validate::Fact,
};

/// Where the bytes came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SourceKind {
    /// A file on disk.
    Worktree,
    /// What the next commit adds.
    Index,
    /// The commits of a range.
    Range,
    /// The object database.
    History,
    /// A commit message.
    Message,
    /// Standard input.
    Stdin,
    /// Tag messages, notes, names and configuration.
    Ref,
}

impl SourceKind {
    /// Returns the word reports use.
    pub fn name(self) -> &'static str {
        match self {
            Self::Worktree => "worktree",
            Self::Index => "index",
            Self::Range => "range",
            Self::History => "history",
            Self::Message => "message",
            Self::Stdin => "stdin",
            Self::Ref => "ref",
        }
    }
}

/// One credential at one place.
#[derive(Debug, Clone)]
pub struct Finding {
    /// The id of the rule, or of the pair rule where several parts were joined.
    pub rule: String,
    /// The rule's name.
    pub name: String,
    /// Whose credential it is.
    pub provider: String,
    /// How bad it is.
    pub severity: Severity,
    /// How sure it is.
    pub confidence: Confidence,
    /// What it says itself of its use.
    pub validity: Validity,
    /// The keyed hash of the secret alone.
    pub fingerprint: Fingerprint,
    /// The path, relative to where the scan was asked; `<stdin>` for standard input; of a member of an archive that of the archive, `!/`
    /// and the member's name. Not always UTF-8.
    pub path: BString,
    /// Where the finding starts: the first part's start.
    pub start: Place,
    /// The place right after the finding's last byte: the last part's end.
    pub end: Place,
    /// The secret, hidden.
    pub redacted: String,
    /// The secret. Only for `--show-secrets` and for policy.
    pub secret: Secret,
    /// The parts, in the order they stand; empty for a credential of one part.
    pub parts: Vec<Part>,
    /// Where the bytes came from.
    pub source: SourceKind,
    /// The encodings it was found under, outermost first.
    pub decoded: Vec<&'static str>,
    /// Facts: `account_id`, `key_type`, …
    pub facts: Vec<Fact>,
    /// Why it is thought a secret, for people.
    pub reasons: Vec<String>,
    /// What to do.
    pub remediation: Vec<String>,
    /// The line the finding starts on, with each secret in it hidden.
    pub excerpt: Option<Excerpt>,
    /// The inline marker for its line that excuses it, whether or not markers are honoured.
    pub marker: Option<BString>,
    /// What accepts it. Those of [`Outcome::findings`] have nothing here.
    pub accepted: Option<Acceptance>,
    /// The commit that introduced it, where history was asked for and a commit holds it: that of the first of `occurrences`.
    pub commit: Option<Arc<Commit>>,
    /// Every stay of the secret in history; empty outside history. The first is the one that [`Finding::path`] and the places speak of.
    pub occurrences: Vec<Occurrence>,
}

/// What stands between the path of an archive and the name of a member.
pub const IN_ARCHIVE: &str = "!/";

impl Finding {
    /// Returns the path of the file: of a member of an archive, that of the outermost archive.
    pub fn file(&self) -> &BStr {
        file(self.path.as_ref())
    }

    /// Returns true for one secret that takes several lines, a private key.
    pub fn is_of_several_lines(&self) -> bool {
        self.end.line > self.start.line && self.parts.is_empty()
    }
}

/// Returns the path of the file that `path` leads into: of a member of an archive, that of the outermost archive.
pub fn file(path: &BStr) -> &BStr {
    let end = path.find(IN_ARCHIVE).unwrap_or(path.len());
    path[..end].as_bstr()
}

/// One part of a credential of several parts.
#[derive(Debug, Clone)]
pub struct Part {
    /// Which part: `access_key_id`, `secret_access_key`, `session_token`.
    pub part: String,
    /// Where it starts.
    pub start: Place,
    /// The place right after its last byte.
    pub end: Place,
    /// Its bytes, hidden.
    pub redacted: String,
    /// Its bytes. Only for `--show-secrets`.
    pub secret: Secret,
}

/// A line with its secrets hidden.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excerpt {
    /// The text; bytes that are not UTF-8 are replaced.
    pub text: String,
    /// Where in `text` (in bytes) the finding's hidden secret stands.
    pub mark: std::ops::Range<usize>,
}

/// Something that was not read, and why.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Skipped {
    /// The path, as in [`Finding::path`].
    pub path: BString,
    /// Why, for people and scripts: `fifo`, `permission denied`, `larger than 1 GiB`.
    pub reason: String,
    /// True when the scan was asked to read it: then the scan is incomplete.
    pub incomplete: bool,
}

/// How much was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Bytes scanned.
    pub bytes: u64,
    /// Blobs scanned.
    pub blobs: u64,
    /// Files scanned.
    pub files: u64,
    /// Commits looked at.
    pub commits: u64,
}

impl std::ops::AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.bytes += other.bytes;
        self.blobs += other.blobs;
        self.files += other.files;
        self.commits += other.commits;
    }
}

/// Sorts findings as every report shows them.
pub(crate) fn sort(findings: &mut [Finding]) {
    findings.sort_by(|a, b| {
        (&a.path, a.start, a.end, &a.rule, a.fingerprint).cmp(&(
            &b.path,
            b.start,
            b.end,
            &b.rule,
            b.fingerprint,
        ))
    });
}

/// The result of a scan. Findings are sorted by path, line, column and rule.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// What was found and nobody accepts: what counts.
    pub findings: Vec<Finding>,
    /// What was found and is accepted, sorted likewise. It counts nowhere, and reports tell of it only when asked.
    pub accepted: Vec<Finding>,
    /// What was not read, sorted by path.
    pub skipped: Vec<Skipped>,
    /// Secrets within the paths above and within what findings tell of commits, branches and tags. They are no findings, but no
    /// report may show them.
    pub in_paths: Vec<Secret>,
    /// How much was read.
    pub counts: Counts,
    /// How many rules were on.
    pub rules: usize,
    /// What the scan was asked to look at, and by what it went.
    pub receipt: Receipt,
    /// How long the scan took, in milliseconds; set by the caller, who has the clock.
    pub elapsed_ms: u64,
    /// When the scan ended, in seconds since 1970-01-01T00:00:00Z; set by the caller, who has the clock.
    pub finished_seconds: Option<i64>,
}

impl Outcome {
    /// Adds what a scan of another repository says, the one that stands at `prefix` in this one. What both found is one finding, told
    /// with the most urgent of its occurrences.
    pub fn append(&mut self, other: Self, prefix: &BStr) {
        let below = |path: &BString| BString::from([&**prefix, b"/", &**path].concat());
        merge(&mut self.findings, other.findings, &below);
        merge(&mut self.accepted, other.accepted, &below);
        let skipped = other.skipped.into_iter().map(|one| Skipped {
            path: below(&one.path),
            ..one
        });
        self.skipped.extend(skipped);
        self.skipped.sort();
        self.in_paths.extend(other.in_paths);
        self.counts += other.counts;
    }

    /// Accepts the findings for which `how` says how.
    pub(crate) fn accept(&mut self, mut how: impl FnMut(&Finding) -> Option<Acceptance>) {
        for finding in &mut self.findings {
            finding.accepted = how(finding);
        }
        let (open, accepted) = split(std::mem::take(&mut self.findings));
        self.findings = open;
        self.accepted.extend(accepted);
        sort(&mut self.accepted);
    }

    /// Returns true when everything the scan was asked to read was read.
    pub fn is_complete(&self) -> bool {
        !self.skipped.iter().any(|skipped| skipped.incomplete)
    }
}

/// Adds to `all` what another scan found, with the paths that `below` makes of its own.
fn merge(all: &mut Vec<Finding>, other: Vec<Finding>, below: &dyn Fn(&BString) -> BString) {
    let known = all.iter().zip(0..);
    let known: HashMap<(String, Fingerprint), usize> = known
        .map(|(finding, at)| ((finding.rule.clone(), finding.fingerprint), at))
        .collect();
    for mut finding in other {
        finding.path = below(&finding.path);
        for occurrence in &mut finding.occurrences {
            occurrence.path = below(&occurrence.path);
        }
        let Some(at) = known.get(&(finding.rule.clone(), finding.fingerprint)) else {
            all.push(finding);
            continue;
        };
        let known = &mut all[*at];
        if finding.state() < known.state() {
            std::mem::swap(known, &mut finding);
        }
        known.occurrences.append(&mut finding.occurrences);
        known.occurrences.sort_by_key(Occurrence::state);
    }
    sort(all);
}
