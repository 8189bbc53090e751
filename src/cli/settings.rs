//! From what was typed to what is meant. May fail.

use std::{
    fs,
    path::{Path, PathBuf},
};

use bstr::BStr;

use super::{
    Failure, accepted,
    args::{Common, ConfidenceLevel, RuleOptions, SeverityLevel},
    baseline, environment, guard,
    prohibited::{self, Configuration, Run},
};
use crate::{
    archive::Budget,
    finding::{Outcome, Skipped},
    policy::{self, Accepted},
    rule::{
        self, Confidence, Rule, RuleSet, Severity,
        parse::{self, RuleFile},
    },
    scan::{Options, Scanner},
    source::repository::Repository,
};

/// Returns the rules that `options` ask for, with those of git's configuration but for what providers say.
pub(super) fn rules(options: &RuleOptions) -> Result<RuleSet, Failure> {
    let configured = if options.no_config {
        Vec::new()
    } else {
        let configuration = Configuration::read(true)?;
        configuration.rules(!options.no_builtin, Run::None)?.rules
    };
    rule_set(options, configured)
}

/// Returns the rules that `options` ask for, and those that are `configured`.
fn rule_set(options: &RuleOptions, configured: Vec<Rule>) -> Result<RuleSet, Failure> {
    let mut extra = configured;
    let mut pairs = Vec::new();
    for path in &options.rules {
        let read = read_rules(path)?;
        extra.extend(read.rules);
        pairs.extend(read.pairs);
    }
    let mut set = RuleSet::new(!options.no_builtin, extra)
        .and_then(|set| set.with_pairs(pairs))
        .map_err(|error| Failure::because("cannot use these rules", error))?;
    if !options.enable.is_empty() {
        set.enable_only(&options.enable)
            .map_err(|error| Failure::because("--enable", error))?;
    }
    set.disable(&options.disable)
        .map_err(|error| Failure::because("--disable", error))?;
    if set.enabled_count() == 0 {
        return Err(Failure::new(
            "no rule is on; name rules with --rules or leave out --no-builtin and --disable",
        ));
    }
    Ok(set)
}

/// What a scan is made with.
pub(super) struct Setup {
    pub(super) scanner: Scanner,
    /// What of the configuration could not be used.
    skipped: Vec<Skipped>,
}

impl Setup {
    /// Returns what `common` asks for; `default_confidence` holds when none was typed, and `in_repository` says whether the repository's
    /// configuration counts.
    pub(super) fn new(
        common: &Common,
        default_confidence: Confidence,
        in_repository: bool,
    ) -> Result<Self, Failure> {
        let read = || Configuration::read(in_repository);
        let allowed = || with_baseline(common, accepted::fingerprints()?);
        let options = options(common, default_confidence, allowed)?;
        Self::with(common, options, read)
    }

    /// Returns what `common` asks for in `repository`.
    pub(super) fn of(
        common: &Common,
        default_confidence: Confidence,
        repository: &Repository,
    ) -> Result<Self, Failure> {
        let read = || Configuration::of(repository);
        let allowed = || with_baseline(common, accepted::fingerprints_of(repository)?);
        Self::with(common, options(common, default_confidence, allowed)?, read)
    }

    /// Returns what `common` asks for at a gate, where `allowed` and the text `git_allowed` of `.gitallowed` come from a commit. Findings are told
    /// with the inline markers that would excuse them.
    pub(super) fn of_gate(
        common: &Common,
        repository: &Repository,
        allowed: impl FnOnce() -> Result<Accepted, Failure>,
        git_allowed: &BStr,
    ) -> Result<Self, Failure> {
        let read = || Ok(Configuration::of(repository)?.with_git_allowed(git_allowed));
        let options = Options {
            inline_markers: false,
            ..options(common, Confidence::Medium, allowed)?
        };
        Self::with(common, options, read)
    }

    fn with(
        common: &Common,
        mut options: Options,
        read: impl FnOnce() -> Result<Configuration, Failure>,
    ) -> Result<Self, Failure> {
        let mut configured = prohibited::Rules::default();
        if !common.rules.no_config {
            let configuration = read()?;
            let run = if common.run_providers {
                Run::All
            } else {
                Run::Trusted
            };
            configured = configuration.rules(!common.rules.no_builtin, run)?;
            if !common.no_allow {
                options.allowed_lines = configuration.allowed()?;
            }
        }
        if !common.no_guard {
            options.guard = guard::load()?;
        }
        let rules = rule_set(&common.rules, configured.rules)?;
        let reserved = rule::guard::ID;
        if options.guard.is_some() && rules.find(reserved).is_ok() {
            return Err(Failure::new(format!(
                "a rule has the id `{reserved}`, under which the guard speaks; rename it, or scan with --no-guard"
            )));
        }
        Ok(Self {
            scanner: Scanner::new(rules.with_invalid(common.include_invalid), options),
            skipped: configured.skipped,
        })
    }

    /// Adds to `outcome` what of the configuration could not be used.
    pub(super) fn complete(&self, outcome: &mut Outcome) {
        outcome.skipped.extend(self.skipped.iter().cloned());
        outcome.skipped.sort();
    }
}

/// Returns the rules of the file at `path`, or of each `*.toml` in the folder at `path`, without their pairs.
pub(super) fn rule_files(path: &Path) -> Result<Vec<Rule>, Failure> {
    Ok(read_rules(path)?.rules)
}

/// Returns the rules and pairs of the file at `path`, or of each `*.toml` in the folder at `path`.
pub(super) fn read_rules(path: &Path) -> Result<RuleFile, Failure> {
    let mut out = RuleFile::default();
    for file in files_of_rules(path)? {
        let text = fs::read_to_string(&file).map_err(|error| {
            Failure::because(format!("cannot read rules from {}", file.display()), error)
        })?;
        let read = parse::read(&file, &text).map_err(|errors| mistakes(&errors))?;
        out.rules.extend(read.rules);
        out.pairs.extend(read.pairs);
    }
    Ok(out)
}

/// Says what is wrong with a rule file.
pub(super) fn mistakes(errors: &[parse::RuleError]) -> Failure {
    let lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
    Failure::new(format!("rule file has mistakes:\n  {}", lines.join("\n  ")))
}

/// Returns the file at `path`, or each `*.toml` in the folder at `path`.
pub(super) fn files_of_rules(path: &Path) -> Result<Vec<PathBuf>, Failure> {
    let read =
        |error| Failure::because(format!("cannot read rules from {}", path.display()), error);
    if !fs::metadata(path).map_err(read)?.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut files = fs::read_dir(path)
        .map_err(read)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<Vec<PathBuf>, _>>()
        .map_err(read)?;
    files.retain(|file| {
        file.extension()
            .is_some_and(|extension| extension == "toml")
    });
    files.sort();
    if files.is_empty() {
        return Err(Failure::new(format!(
            "there is no *.toml in the folder {}",
            path.display()
        )));
    }
    Ok(files)
}

/// Returns the options of a scan; `default_confidence` holds when none was typed.
fn options(
    common: &Common,
    default_confidence: Confidence,
    allowed: impl FnOnce() -> Result<Accepted, Failure>,
) -> Result<Options, Failure> {
    Ok(Options {
        min_confidence: common.min_confidence.map_or(default_confidence, confidence),
        min_severity: severity(common.min_severity),
        inline_markers: !common.no_allow,
        allowed: if common.no_allow {
            Accepted::new()
        } else {
            allowed()?
        },
        now: Some(environment::now_seconds()),
        archives: Budget {
            depth: common.max_archive_depth.unwrap_or(Budget::default().depth),
            ..Budget::default()
        },
        ..Options::default()
    })
}

/// Adds the secrets of the baseline that `common` names.
fn with_baseline(common: &Common, mut allowed: Accepted) -> Result<Accepted, Failure> {
    if let Some(path) = &common.baseline {
        policy::add_baseline(&mut allowed, baseline::read(path)?);
    }
    Ok(allowed)
}

/// What a scan may use.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// The most threads.
    pub(super) threads: usize,
    /// The most bytes of a file or a blob; larger ones are skipped and named.
    pub(super) max_file_bytes: u64,
    /// How many bytes a scan of the history may hold unpacked.
    pub(super) max_memory_bytes: u64,
}

impl Limits {
    /// Returns the limits when nothing is said.
    pub(super) fn usual() -> Self {
        Self {
            threads: environment::threads(),
            max_file_bytes: u64::MAX,
            max_memory_bytes: 256 << 20,
        }
    }

    /// Returns the limits that were typed; `max_memory` is an option of scan alone.
    pub(super) fn new(common: &Common, max_memory: Option<&str>) -> Result<Self, Failure> {
        let mut limits = Self::usual();
        match common.threads {
            Some(0) => {
                return Err(Failure::new(
                    "--threads 0: give at least 1, or leave the option out",
                ));
            }
            Some(count) => limits.threads = count.min(256),
            None => {}
        }
        if let Some(text) = &common.max_file_size {
            limits.max_file_bytes = size("--max-file-size", text)?;
        }
        if let Some(text) = max_memory {
            limits.max_memory_bytes = size("--max-memory", text)?;
        }
        Ok(limits)
    }
}

/// Returns the number of bytes that `text`, the value of `option`, means.
pub(super) fn size(option: &str, text: &str) -> Result<u64, Failure> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = text
        .get(digits.len()..)
        .unwrap_or_default()
        .to_ascii_lowercase();
    let factor = match unit.trim_end_matches("ib").trim_end_matches('b') {
        "" => Some(1),
        "k" => Some(1 << 10),
        "m" => Some(1 << 20),
        "g" => Some(1 << 30),
        "t" => Some(1_u64 << 40),
        _ => None,
    };
    digits
        .parse::<u64>()
        .ok()
        .zip(factor)
        .and_then(|(number, factor)| number.checked_mul(factor))
        .ok_or_else(|| {
            Failure::new(format!(
                "{option} {text:?} is not a size; write a number of bytes or 500k, 20M, 1G"
            ))
        })
}

fn confidence(level: ConfidenceLevel) -> Confidence {
    match level {
        ConfidenceLevel::Low => Confidence::Low,
        ConfidenceLevel::Medium => Confidence::Medium,
        ConfidenceLevel::High => Confidence::High,
    }
}

pub(super) fn severity(level: SeverityLevel) -> Severity {
    match level {
        SeverityLevel::Low => Severity::Low,
        SeverityLevel::Medium => Severity::Medium,
        SeverityLevel::High => Severity::High,
        SeverityLevel::Critical => Severity::Critical,
    }
}

#[cfg(test)]
mod tests {
    use super::size;

    #[track_caller]
    fn check(text: &str, expected: Option<u64>) {
        assert_eq!(size("--size", text).ok(), expected, "{text}");
    }

    #[test]
    fn sizes() {
        check("0", Some(0));
        check("500", Some(500));
        check("500k", Some(512_000));
        check("20M", Some(20 << 20));
        check("1GiB", Some(1 << 30));
        check("1tb", Some(1 << 40));
        check("", None);
        check("k", None);
        check("1.5M", None);
        check("-1", None);
        check("99999999999T", None);
    }

    #[test]
    fn a_bad_size_names_its_option() {
        let message = size("--max-memory", "lots").unwrap_err().to_string();
        assert!(message.starts_with("--max-memory \"lots\""), "{message}");
    }
}
