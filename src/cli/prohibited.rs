//! What git's configuration says for `git secrets`, in keyfence's own scans: both ways of working agree.
//!
//! Each value of `secrets.patterns` becomes a rule for lines, and all that a provider prints becomes one. The patterns of `--register-aws` are
//! left to the built-in rules, which find what these find and tell what it is.

use std::{
    borrow::Cow,
    path::{Path, PathBuf},
    sync::Arc,
};

use bstr::{BStr, BString, ByteSlice as _};

use super::{
    Failure, environment,
    git_secrets::{
        compile,
        config::{Entry, Key, Settings, TIMEOUT},
        providers::{self, Prohibited},
        register::{WhichAws, is_register_aws},
    },
};
use crate::{
    ere,
    finding::Skipped,
    policy::allowed_lines::AllowedLines,
    rule::{Boundary, Confidence, Rule, SecretKind, Severity, Syntax, parse},
    secret::Secret,
    source::{
        config::{self, Scope, Value},
        error::Error,
        repository::{self, Repository},
    },
};

/// Which providers are run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Run {
    /// None: nothing is scanned.
    None,
    /// Those of the user and the system, and those that are keyfence itself. A repository's own configuration may have come with it
    /// (law 6).
    Trusted,
    /// All.
    All,
}

/// Git's configuration for `git secrets`.
pub(super) struct Configuration {
    settings: Settings,
    /// The providers that the repository's own configuration names.
    of_repository: Vec<Entry>,
    git_allowed: GitAllowed,
}

/// Where `.gitallowed` is read.
enum GitAllowed {
    /// In the top folder of a work tree, where there is one.
    WorkTree(Option<PathBuf>),
    /// This is what it holds.
    Text(BString),
}

impl GitAllowed {
    fn entries(&self, trouble: &mut Vec<String>) -> Vec<Entry> {
        match self {
            Self::WorkTree(None) => Vec::new(),
            Self::WorkTree(Some(top)) => compile::git_allowed(top, trouble),
            Self::Text(text) => compile::git_allowed_of(text),
        }
    }
}

/// Rules, and what they lack.
#[derive(Debug, Default)]
pub(super) struct Rules {
    pub(super) rules: Vec<Rule>,
    pub(super) skipped: Vec<Skipped>,
}

impl Configuration {
    /// Reads what git sees in the current folder; that of user and system alone when not `in_repository` or where there is none.
    pub(super) fn read(in_repository: bool) -> Result<Self, Failure> {
        let cannot = |error| Failure::because("cannot read git's configuration", error);
        let base = environment::current_dir()?;
        let outer = environment::outer_config();
        let repository = if in_repository {
            match repository::discover(&base, &environment::git_override(), &outer) {
                Ok(repository) => Some(repository),
                Err(Error::NoRepository { .. }) => None,
                Err(error) => return Err(cannot(error)),
            }
        } else {
            None
        };
        match &repository {
            Some(repository) => Self::of(repository),
            None => Self::from(
                |key| config::outside(&outer, &base, key).map_err(cannot),
                None,
            ),
        }
    }

    /// Reads what git sees in `repository`.
    pub(super) fn of(repository: &Repository) -> Result<Self, Failure> {
        let values = |key: &str| Ok(repository.values(key));
        Self::from(values, repository.work_tree.clone())
    }

    fn from(
        values: impl Fn(&str) -> Result<Vec<Value>, Failure>,
        work_tree: Option<PathBuf>,
    ) -> Result<Self, Failure> {
        let entry = |value: Value| entry(value, work_tree.as_deref());
        let entries = |values: Vec<Value>| values.into_iter().map(entry).collect();
        let (of_repository, providers) = values(Key::Providers.name())?
            .into_iter()
            .partition(|value| value.scope == Scope::Repository);
        Ok(Self {
            settings: Settings {
                patterns: entries(values(Key::Patterns.name())?),
                allowed: entries(values(Key::Allowed.name())?),
                providers: entries(providers),
                provider_timeout: values(TIMEOUT)?.pop().map(entry),
                // A history has them in any case.
                scan_messages: None,
            },
            of_repository: entries(of_repository),
            git_allowed: GitAllowed::WorkTree(work_tree),
        })
    }

    /// Returns the same configuration with `text` in the place of `.gitallowed` in the work tree.
    pub(super) fn with_git_allowed(self, text: &BStr) -> Self {
        Self {
            git_allowed: GitAllowed::Text(text.to_owned()),
            ..self
        }
    }

    /// Returns the rules for what is prohibited. `builtin` says that the built-in rules are used, too.
    pub(super) fn rules(&self, builtin: bool, run: Run) -> Result<Rules, Failure> {
        let mut settings = self.settings.clone();
        let mut out = Rules::default();
        if run == Run::None {
            settings.providers.clear();
        } else {
            for provider in &self.of_repository {
                if run == Run::All || providers::is_ours(provider) {
                    settings.providers.push(provider.clone());
                } else {
                    out.skipped.push(not_run(provider));
                }
            }
        }
        let Prohibited { patterns, trouble } = providers::prohibited(&settings);
        out.skipped.extend(trouble.iter().map(|trouble| Skipped {
            path: trouble.origin().into(),
            reason: trouble.to_string(),
            incomplete: true,
        }));
        let mut found = Found {
            builtin,
            ..Found::default()
        };
        let mut from_provider: Vec<(&Entry, Vec<&[u8]>)> = Vec::new();
        for entry in &patterns {
            let lines: Vec<&[u8]> = ere::lines_of(&entry.value).collect();
            if !compile::is_of_provider(entry) {
                found.add(entry, &entry.value, &lines);
                continue;
            }
            match from_provider.last_mut() {
                Some((first, all)) if first.origin == entry.origin => all.extend(lines),
                _ => from_provider.push((entry, lines)),
            }
        }
        for (entry, lines) in from_provider {
            found.add(entry, &entry.origin, &lines);
        }
        if !found.trouble.is_empty() {
            return Err(Failure::new(found.trouble.join("\nkeyfence: ")));
        }
        if found.account_id {
            found.rules.push(account_id()?);
        }
        found.rules.sort_by(|a, b| a.id.cmp(&b.id));
        found.rules.dedup_by(|a, b| a.id == b.id);
        out.rules = found.rules;
        Ok(out)
    }

    /// Returns the prohibited patterns that are configured.
    pub(super) fn patterns(&self) -> &[Entry] {
        &self.settings.patterns
    }

    /// Returns the providers that are configured.
    pub(super) fn providers(&self) -> impl Iterator<Item = &Entry> {
        self.settings.providers.iter().chain(&self.of_repository)
    }

    /// Returns the allowed patterns, of the configuration and of `.gitallowed`, as they stand there.
    pub(super) fn allowed_entries(&self) -> Result<Vec<Entry>, Failure> {
        let mut entries = self.settings.allowed.clone();
        let mut trouble = Vec::new();
        entries.extend(self.git_allowed.entries(&mut trouble));
        match trouble.pop() {
            Some(message) => Err(Failure::new(message)),
            None => Ok(entries),
        }
    }

    /// Returns what excuses lines: `secrets.allowed` and the file `.gitallowed`; none where there is nothing.
    pub(super) fn allowed(&self) -> Result<Option<Arc<AllowedLines>>, Failure> {
        let mut trouble = Vec::new();
        let more = self.git_allowed.entries(&mut trouble);
        let allowed = compile::allowed(&self.settings.allowed, more, &mut trouble);
        if !trouble.is_empty() {
            return Err(Failure::new(trouble.join("\nkeyfence: "))
                .and_then("mend it, or leave out what is allowed with --no-allow"));
        }
        Ok((!allowed.is_empty()).then(|| Arc::new(allowed)))
    }
}

/// Returns a value with its file as seen from the top of the work tree.
fn entry(value: Value, work_tree: Option<&Path>) -> Entry {
    let top = work_tree.map(|top| top.as_os_str().as_encoded_bytes());
    let below = top.and_then(|top| value.origin.strip_prefix(top)?.strip_prefix(b"/"));
    Entry {
        origin: below.map_or_else(|| value.origin.clone(), BString::from),
        value: value.value,
    }
}

/// Names a provider that was not run.
fn not_run(provider: &Entry) -> Skipped {
    Skipped {
        path: provider.origin.clone(),
        reason: format!(
            "the provider {:?} was not run, because a repository's own configuration names it: say --run-providers if you trust it, or \
             name it in your own (git config --global --add secrets.providers)",
            provider.value
        ),
        incomplete: true,
    }
}

/// The rules so far.
#[derive(Default)]
struct Found {
    builtin: bool,
    rules: Vec<Rule>,
    account_id: bool,
    trouble: Vec<String>,
}

impl Found {
    /// Adds the rule for the patterns `lines`, which are those of `entry`. `name` is what they are known by, and shown to nobody.
    fn add(&mut self, entry: &Entry, name: &[u8], lines: &[&[u8]]) {
        let mut patterns = Vec::new();
        for line in lines {
            let of_aws = is_register_aws(line.as_bstr()).filter(|_| self.builtin);
            if let Some(which) = of_aws {
                self.account_id |= which == WhichAws::AccountIdAssignment;
                continue;
            }
            match compile::prohibited(line.as_bstr(), entry) {
                Ok(_) => patterns.push(*line),
                Err(message) => self.trouble.push(message),
            }
        }
        if patterns.is_empty() {
            return;
        }
        let Ok(regex) = String::from_utf8(patterns.join(&b'\n')) else {
            let what = compile::called("prohibited", lines[0].as_bstr(), entry);
            self.trouble.push(format!(
                "{what} is not UTF-8, which only `git secrets` itself can look for: write it in ASCII, with a class for each other byte"
            ));
            return;
        };
        let fingerprint = Secret::new(name).fingerprint(b"").to_string();
        let short: String = fingerprint.chars().take(8).collect();
        self.rules.push(rule(&short, regex, entry));
    }
}

/// Returns the rule for POSIX patterns. What they are is not in it for people: they may be secrets.
fn rule(short: &str, regex: String, entry: &Entry) -> Rule {
    let (id, name) = if compile::is_of_provider(entry) {
        (
            format!("git-secrets-provider-{short}"),
            format!("Prohibited by {}", entry.origin),
        )
    } else {
        (
            format!("git-secrets-{short}"),
            format!("Prohibited by secrets.patterns in {}", entry.origin),
        )
    };
    Rule {
        id: id.into(),
        name: name.into(),
        provider: "git-secrets".into(),
        source: "https://github.com/awslabs/git-secrets".into(),
        severity: Severity::High,
        confidence: Confidence::High,
        kind: SecretKind::Prohibited,
        anchors: Cow::Borrowed(&[]),
        lines: Some(Syntax::Posix),
        regex: regex.into(),
        program: None,
        run: None,
        boundary: Boundary::None,
        max_len: 0,
        min_entropy: 0.0,
        checks: Cow::Borrowed(&[]),
        part: None,
        identifier: false,
        remediation: Cow::Borrowed(&[
            Cow::Borrowed(
                "Take it out, or keep it where no commit sees it; when it is a credential, replace it first",
            ),
            Cow::Borrowed(
                "When it is to stay, allow its line by a pattern in .gitallowed or by git config --add secrets.allowed",
            ),
        ]),
        samples: Cow::Borrowed(&[]),
        near_misses: Cow::Borrowed(&[]),
    }
}

/// Returns the rule for account numbers of AWS, which are no secrets: only who has the pattern of `--register-aws` for them is told.
fn account_id() -> Result<Rule, Failure> {
    let rules = parse::parse(Path::new("aws-account-id"), ACCOUNT_ID).map_err(|errors| {
        let errors: Vec<String> = errors.iter().map(ToString::to_string).collect();
        Failure::new(errors.join(", "))
    })?;
    (rules.into_iter().next()).ok_or_else(|| Failure::new("there is no rule for AWS account ids"))
}

const ACCOUNT_ID: &str = r#"
[[rule]]
id = "aws-account-id"
name = "AWS account id"
provider = "aws"
source = "https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-identifiers.html"
severity = "low"
confidence = "medium"
kind = "prohibited"
lines = true
regex = "(?i)account[_.-]?(?:id)?[\"']?\\s*(?::=|:|=>?)\\s*[\"']?([0-9]{4}-?[0-9]{4}-?[0-9]{4})\\b"
remediation = ["An account id is no secret; AWS advises not to share it carelessly all the same. Take it from the environment"]
"#;

#[cfg(test)]
mod tests;
