//! From what was typed to what is meant. May fail.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use bstr::BStr;

use super::{
    Failure, accepted,
    args::{Common, ConfidenceLevel, RuleOptions, SeverityLevel},
    baseline,
    config::{Layers, Root, Sources},
    environment, guard,
    prohibited::{self, Configuration, Run},
};
use crate::{
    archive::Budget,
    config::{Levels, Mode},
    finding::{Outcome, Skipped},
    policy,
    rule::{
        self, Confidence, Rule, RuleSet, Severity,
        parse::{self, RuleFile},
    },
    scan::{Options, Scanner},
    source::repository::Repository,
};

/// Returns the rules that `options` and the configuration ask for, with those of git's configuration but for what providers say.
pub(super) fn rules(options: &RuleOptions) -> Result<RuleSet, Failure> {
    let sources = Sources::of(Root::Within(accepted::root()?));
    let layers = Layers::read(options, &sources)?;
    let configured = if options.no_config {
        Vec::new()
    } else {
        let configuration = Configuration::read(true)?;
        let has_builtin = !options.no_builtin && layers.has_builtin();
        configuration.rules(has_builtin, Run::None)?.rules
    };
    rule_set(options, &layers, &sources, configured)
}

/// Returns the salt of this repository's fingerprints; empty where it has none.
pub(super) fn salt(options: &RuleOptions) -> Result<Vec<u8>, Failure> {
    let sources = Sources::of(Root::Within(accepted::root()?));
    Ok(Layers::read(options, &sources)?.salt().to_owned())
}

/// Returns the rules that `options` and `layers` ask for, and those that are `configured`.
fn rule_set(
    options: &RuleOptions,
    layers: &Layers<'_>,
    sources: &Sources<'_>,
    configured: Vec<Rule>,
) -> Result<RuleSet, Failure> {
    let mut extra = layers.rules()?;
    extra.rules.splice(0..0, configured);
    for path in &options.rules {
        let (root, path) = sources.typed(path)?;
        let files = root.rule_files(&path)?;
        if files.is_empty() && !sources.is_to_come(&path)? {
            return Err(no_rules(&root, &path));
        }
        add_rules(&root, &files, &mut extra)?;
    }
    let has_builtin = !options.no_builtin && layers.has_builtin();
    let mut set = RuleSet::new(has_builtin, extra.rules)
        .and_then(|set| set.with_pairs(extra.pairs))
        .map_err(|error| Failure::because("cannot use these rules", error))?;
    let configured = |field: &str, name: PathBuf| format!("`{field}` in {}", name.display());
    if !options.enable.is_empty() {
        set.enable_only(&options.enable)
            .map_err(|error| Failure::because("--enable", error))?;
    } else if let Some(layer) = layers.enabling() {
        set.enable_only(&layer.config.rules.enable)
            .map_err(|error| Failure::because(configured("rules.enable", layer.name()), error))?;
    }
    set.disable(&options.disable)
        .map_err(|error| Failure::because("--disable", error))?;
    for layer in &layers.layers {
        set.disable(&layer.config.rules.disable)
            .map_err(|error| Failure::because(configured("rules.disable", layer.name()), error))?;
    }
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
    /// Returns what `common` asks for; `in_repository` says whether git's configuration for the repository counts, and `from_here` that paths are told from
    /// the current folder, not from the top of the repository.
    pub(super) fn new(
        common: &Common,
        in_repository: bool,
        from_here: bool,
    ) -> Result<Self, Failure> {
        let read = || Configuration::read(in_repository);
        let top = accepted::root()?;
        let sources = Sources::of(Root::Within(top.clone()));
        let layers = Layers::read(&common.rules, &sources)?;
        let mut options = options(common, Mode::Scan, &layers, &sources)?;
        if from_here && let Some(paths) = options.allowed_paths.take() {
            let paths = Arc::unwrap_or_clone(paths).told_from(top, environment::current_dir()?);
            options.allowed_paths = Some(Arc::new(paths));
        }
        Self::with(common, options, &layers, &sources, read)
    }

    /// Returns what `common` asks for in `repository`, in a hook.
    pub(super) fn of(common: &Common, repository: &Repository) -> Result<Self, Failure> {
        let read = || Configuration::of(repository);
        let sources = Sources::of(accepted::root_of(repository)?);
        let layers = Layers::read(&common.rules, &sources)?;
        let options = options(common, Mode::Hook, &layers, &sources)?;
        Self::with(common, options, &layers, &sources, read)
    }

    /// Returns what `common` asks for at a gate, where the policy comes from `sources` and `git_allowed` is the text of `.gitallowed`. Findings are told
    /// with the inline markers that would excuse them.
    pub(super) fn of_gate(
        common: &Common,
        repository: &Repository,
        sources: &Sources<'_>,
        git_allowed: &BStr,
    ) -> Result<Self, Failure> {
        let read = || Ok(Configuration::of(repository)?.with_git_allowed(git_allowed));
        let layers = Layers::read(&common.rules, sources)?;
        let options = Options {
            inline_markers: false,
            ..options(common, Mode::Gate, &layers, sources)?
        };
        Self::with(common, options, &layers, sources, read)
    }

    fn with(
        common: &Common,
        mut options: Options,
        layers: &Layers<'_>,
        sources: &Sources<'_>,
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
            let has_builtin = !common.rules.no_builtin && layers.has_builtin();
            configured = configuration.rules(has_builtin, run)?;
            if !common.no_allow {
                options.allowed_lines = configuration.allowed()?;
            }
        }
        if !common.no_guard {
            options.guard = guard::load()?;
        }
        let rules = rule_set(&common.rules, layers, sources, configured.rules)?;
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
    let mut out = RuleFile::default();
    add_rules(&Root::typed(), &files_of_rules(path)?, &mut out)?;
    Ok(out.rules)
}

/// Adds the rules and pairs of `files`.
pub(super) fn add_rules(
    root: &Root<'_>,
    files: &[PathBuf],
    out: &mut RuleFile,
) -> Result<(), Failure> {
    for file in files {
        let name = root.name(file);
        let text = root.text(file)?.ok_or_else(|| no_rules(root, file))?;
        let read = parse::read(&name, &text).map_err(|errors| mistakes(&errors))?;
        out.rules.extend(read.rules);
        out.pairs.extend(read.pairs);
    }
    Ok(())
}

fn no_rules(root: &Root<'_>, path: &Path) -> Failure {
    Failure::new(format!(
        "cannot read rules from {}: there is no such file or folder",
        root.name(path).display()
    ))
}

/// Says what is wrong with a rule file.
pub(super) fn mistakes(errors: &[parse::RuleError]) -> Failure {
    let lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
    Failure::new(format!("rule file has mistakes:\n  {}", lines.join("\n  ")))
}

/// Returns the file at `path`, or each `*.toml` in the folder at `path`.
pub(super) fn files_of_rules(path: &Path) -> Result<Vec<PathBuf>, Failure> {
    let root = Root::typed();
    let files = root.rule_files(path)?;
    if files.is_empty() {
        return Err(no_rules(&root, path));
    }
    Ok(files)
}

/// Returns the options of a scan.
fn options(
    common: &Common,
    mode: Mode,
    layers: &Layers<'_>,
    sources: &Sources<'_>,
) -> Result<Options, Failure> {
    let typed = Levels {
        min_confidence: common.min_confidence.map(confidence),
        min_severity: common.min_severity.map(severity),
    };
    let levels = typed.or(layers.levels(mode));
    let mut out = Options {
        min_confidence: levels.min_confidence.unwrap_or(mode.min_confidence()),
        min_severity: levels.min_severity.unwrap_or(Severity::Low),
        salt: layers.salt().to_owned(),
        inline_markers: !common.no_allow,
        now: Some(environment::now_seconds()),
        archives: Budget {
            depth: common.max_archive_depth.unwrap_or(Budget::default().depth),
            ..Budget::default()
        },
        ..Options::default()
    };
    if !common.no_allow {
        // Where several accept a secret, the entry says more than the baseline.
        out.allowed = layers.accepted()?;
        out.allowed.extend(accepted::fingerprints(&sources.root)?);
        if let Some(path) = &common.baseline {
            policy::add_baseline(&mut out.allowed, baseline::of_sources(path, sources)?);
        }
        out.allowed_paths = layers.allowed_paths().map(Arc::new);
    }
    Ok(out)
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
