//! `keyfence config check`: what is accepted and should not be, or need not be any more.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{self, Write as _},
    path::PathBuf,
};

use bstr::BStr;
use serde::Serialize;

use super::{Layers, Root, Sources};
use crate::{
    cli::{
        CLEAN, FINDINGS, Failure, TROUBLE, accepted, args, baseline, import::count, output, range,
        scan, settings,
    },
    config::AtLine,
    finding::{Finding, Outcome},
    policy::{
        allow::{self, Entry},
        baseline as baselines,
        paths::PathEntry,
    },
    report::escape,
    rule::{Confidence, RuleSet, Severity},
    secret::Fingerprint,
};

/// Below this length, in bytes, a secret is likely to be a word that stands in many places.
const SHORT_BYTES: usize = 8;

/// What is wrong with an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Kind {
    /// It holds no more.
    Expired,
    /// The same is accepted elsewhere.
    Duplicate,
    /// It accepts nothing that is there.
    Dead,
    /// It accepts more than somebody can have looked at.
    OverBroad,
    /// It names a rule that does not exist.
    UnknownRule,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Expired => "expired",
            Self::Duplicate => "duplicate",
            Self::Dead => "dead",
            Self::OverBroad => "over-broad",
            Self::UnknownRule => "unknown rule",
        }
    }
}

/// A problem.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
struct Problem {
    file: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<usize>,
    kind: Kind,
    what: String,
}

pub(super) fn run(args: &args::ConfigCheck) -> Result<u8, Failure> {
    let sources = Sources::of(Root::Within(accepted::root()?));
    let layers = Layers::read(&args.rules, &sources)?;
    let policy = Policy::read(&layers, &sources.root)?;
    let rules = settings::rules(&args.rules)?;
    let outcomes = look(args)?;
    let mut check = Check {
        rules: &rules,
        findings: outcomes.iter().flat_map(|one| &one.findings).collect(),
        where_looked: if args.history {
            "in the work tree and in what git stores"
        } else {
            "in the work tree and the index (--history looks at what git stores, too)"
        },
        today: accepted::today(),
        problems: Vec::new(),
    };
    check.policy(&policy);
    let mut problems = check.problems;
    problems.sort();
    if args.json {
        let json = serde_json::to_string(&problems);
        let json = json.map_err(|error| Failure::because("cannot write JSON", error))?;
        output::print(format!("{json}\n").as_bytes())?;
    } else {
        output::print(human(&problems, &policy).as_bytes())?;
    }
    let unread = outcomes.iter().find(|outcome| !outcome.is_complete());
    if let Some(skipped) =
        unread.and_then(|outcome| outcome.skipped.iter().find(|one| one.incomplete))
    {
        // Nothing can be done when standard error is closed.
        drop(writeln!(
            io::stderr(),
            "keyfence: not everything could be read ({}: {}), so that an entry may be called dead that is not",
            skipped.path,
            skipped.reason
        ));
        return Ok(TROUBLE);
    }
    Ok(if problems.is_empty() { CLEAN } else { FINDINGS })
}

/// Returns all that is found, whatever is accepted.
fn look(args: &args::ConfigCheck) -> Result<Vec<Outcome>, Failure> {
    let common = args::Common {
        rules: args.rules.clone(),
        min_confidence: Some(args::ConfidenceLevel::Low),
        min_severity: Some(args::SeverityLevel::Low),
        no_allow: true,
        ..args::Common::usual()
    };
    let scan = args::Scan::of_work_tree(common);
    let mut out = vec![scan::look(&scan)?];
    if args.history || range::repository().is_ok() {
        out.push(scan::look(&args::Scan {
            staged: !args.history,
            history: args::History {
                all: args.history,
                ..args::History::none()
            },
            ..scan
        })?);
    }
    Ok(out)
}

/// All that is accepted.
struct Policy {
    /// Entries for secrets, with their files.
    secrets: Vec<(PathBuf, AtLine<Entry>)>,
    /// Entries for files, with their files.
    paths: Vec<(PathBuf, AtLine<PathEntry>)>,
    /// Baselines, with their files.
    baselines: Vec<(PathBuf, baselines::Baseline)>,
}

impl Policy {
    fn read(layers: &Layers<'_>, root: &Root<'_>) -> Result<Self, Failure> {
        let mut out = Self {
            secrets: Vec::new(),
            paths: Vec::new(),
            baselines: Vec::new(),
        };
        let file = allow::PATH.as_ref();
        let text = root.text(file)?.unwrap_or_default();
        for entry in accepted::read(root)? {
            let name = entry.fingerprint.to_string();
            let line = text
                .lines()
                .position(|line| line.trim_start().starts_with(&name));
            let line = line.map_or(1, |at| at + 1);
            out.secrets.push((root.name(file), AtLine { line, entry }));
        }
        for layer in &layers.layers {
            let name = layer.name();
            let secrets = layer.config.secrets.iter().cloned();
            out.secrets.extend(secrets.map(|one| (name.clone(), one)));
            let paths = layer.config.paths.iter().cloned();
            out.paths.extend(paths.map(|one| (name.clone(), one)));
            if let Some((path, text)) = layer.baseline()? {
                let baseline = baseline::parse(&text, &path)?;
                out.baselines.push((path, baseline));
            }
        }
        Ok(out)
    }
}

struct Check<'a> {
    rules: &'a RuleSet,
    findings: Vec<&'a Finding>,
    where_looked: &'static str,
    today: String,
    problems: Vec<Problem>,
}

impl Check<'_> {
    fn policy(&mut self, policy: &Policy) {
        let mut known: BTreeMap<Fingerprint, String> = BTreeMap::new();
        for (file, one) in &policy.secrets {
            let place = format!("{}:{}", file.display(), one.line);
            let first = known
                .entry(one.entry.fingerprint)
                .or_insert_with(|| place.clone());
            let first = (*first != place).then(|| first.clone());
            for (kind, what) in self.secret(&one.entry, first) {
                self.add(file, Some(one.line), kind, what);
            }
        }
        for (at, (file, one)) in policy.paths.iter().enumerate() {
            let first = policy.paths[..at].iter().find(|(_, other)| {
                let (other, this) = (&other.entry, &one.entry);
                other.paths == this.paths && other.rules == this.rules
            });
            let first = first.map(|(file, one)| format!("{}:{}", file.display(), one.line));
            for (kind, what) in self.paths(&one.entry, first) {
                self.add(file, Some(one.line), kind, what);
            }
        }
        for (file, baseline) in &policy.baselines {
            let gone = baseline.keys().filter(|one| !self.is_found(**one)).count();
            if gone > 0 {
                let what = format!(
                    "{gone} of its {} secrets are not {}; `keyfence baseline update` takes them out",
                    baseline.len(),
                    self.where_looked
                );
                self.add(file, None, Kind::Dead, what);
            }
            let twice: Vec<Fingerprint> = (known.keys().copied())
                .filter(|one| baseline.contains_key(one))
                .collect();
            for one in twice {
                let what = format!("{one} is accepted in {} as well", known[&one]);
                self.add(file, None, Kind::Duplicate, what);
            }
        }
    }

    fn add(&mut self, file: &std::path::Path, line: Option<usize>, kind: Kind, what: String) {
        self.problems.push(Problem {
            file: file.display().to_string(),
            line,
            kind,
            what,
        });
    }

    fn is_found(&self, fingerprint: Fingerprint) -> bool {
        let mut findings = self.findings.iter();
        findings.any(|finding| finding.fingerprint == fingerprint)
    }

    /// Returns what is wrong with an entry for a secret; `first` is the place of one before for the same.
    fn secret(&self, entry: &Entry, first: Option<String>) -> Vec<(Kind, String)> {
        let mut out = Vec::new();
        let name = entry.fingerprint;
        if !entry.holds_on(&self.today) {
            let ended = entry.expires.as_deref().unwrap_or_default();
            out.push((
                Kind::Expired,
                format!("the entry for {name} ended on {ended}"),
            ));
        }
        if let Some(first) = first {
            out.push((
                Kind::Duplicate,
                format!("{name} is accepted in {first} already"),
            ));
        }
        let mut findings = self.findings.iter();
        let Some(finding) = findings.find(|finding| finding.fingerprint == name) else {
            let what = format!("nothing has the secret of {name} {}", self.where_looked);
            out.push((Kind::Dead, what));
            return out;
        };
        let length = finding.secret.len();
        if length < SHORT_BYTES {
            out.push((
                Kind::OverBroad,
                format!(
                    "{name} is a text of {length} bytes, accepted wherever it stands; accept the rule {} in some `paths` instead",
                    finding.rule
                ),
            ));
        }
        out
    }

    /// Returns what is wrong with an entry for files; `first` is the place of one before for the same.
    fn paths(&self, entry: &PathEntry, first: Option<String>) -> Vec<(Kind, String)> {
        let mut out = Vec::new();
        let named = entry.paths.join(", ");
        if !entry.holds_on(&self.today) {
            let ended = entry.expires.as_deref().unwrap_or_default();
            out.push((
                Kind::Expired,
                format!("the entry for {named} ended on {ended}"),
            ));
        }
        if let Some(first) = first {
            out.push((Kind::Duplicate, format!("the same stands in {first}")));
        }
        for id in &entry.rules {
            if let Err(error) = self.rules.knows(id) {
                out.push((Kind::UnknownRule, error.to_string()));
            }
        }
        let hit: Vec<&&Finding> = (self.findings.iter())
            .filter(|finding| accepts(entry, finding))
            .collect();
        if entry.is_everywhere() {
            let instead = if entry.rules.is_empty() {
                "name the files that are meant"
            } else {
                "name the files that are meant, or disable the rules"
            };
            let what = format!("{named} leaves out no file; {instead}");
            out.push((Kind::OverBroad, what));
        }
        if hit.is_empty() {
            let what = format!("nothing that {named} accepts is {}", self.where_looked);
            out.push((Kind::Dead, what));
        }
        let grave = |finding: &&&&Finding| {
            finding.severity >= Severity::High && finding.confidence == Confidence::High
        };
        let grave: BTreeSet<&str> = hit.iter().filter(grave).map(|one| &*one.rule).collect();
        if entry.rules.is_empty() && !grave.is_empty() {
            let grave: Vec<&str> = grave.into_iter().collect();
            out.push((
                Kind::OverBroad,
                format!(
                    "{named} accepts all rules, and with them what is surely a credential ({}); name the `rules` that are meant",
                    grave.join(", ")
                ),
            ));
        }
        out
    }
}

/// Returns true when `entry` accepts a finding at one of its places.
fn accepts(entry: &PathEntry, finding: &Finding) -> bool {
    let rule = &finding.rule;
    let mut places = finding.occurrences.iter();
    entry.accepts(finding.path.as_ref(), rule)
        || places.any(|place| entry.accepts(BStr::new(&place.path), rule))
}

fn human(problems: &[Problem], policy: &Policy) -> String {
    use std::fmt::Write as _;
    let mut out = String::new();
    for problem in problems {
        let line = problem
            .line
            .map_or_else(String::new, |line| format!(":{line}"));
        let file = escape(&problem.file);
        let what = escape(&problem.what);
        let _ = writeln!(out, "{file}{line}: {}: {what}", problem.kind.name());
    }
    let baselines = policy.baselines.iter();
    let known: usize = baselines.map(|(_, baseline)| baseline.len()).sum();
    let _ = writeln!(
        out,
        "{} for secrets, {} for files, {known} secrets in baselines: {}",
        count(policy.secrets.len(), "entry", "entries"),
        count(policy.paths.len(), "entry", "entries"),
        count(problems.len(), "problem", "problems")
    );
    out
}
