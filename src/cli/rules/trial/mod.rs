//! `keyfence rules try`: what a rule would find in this repository, what of that looks like noise, and what it costs.
//!
//! A rule is tried by itself: no other rule takes a value away from it, nothing is joined to pairs, and what is accepted is told, too.

mod cost;
mod groups;
mod hits;
mod human;
mod json;
mod look;
mod sample;

use std::{
    ffi::{OsStr, OsString},
    path::{Path, PathBuf},
    sync::Arc,
    time::Instant,
};

use cost::Cost;
use groups::Group;
use hits::Hit;

use super::{Failure, args, count, show::by_itself, sources::builtin_rule};
use crate::{
    cli::{
        environment, history,
        output::exit_code,
        progress,
        settings::{self, Limits},
        signals::Signals,
    },
    finding::Outcome,
    report::{ReportOptions, Scrub},
    rule::{Rule, RuleSet},
    scan::{
        Options, Phase, Scanner, Watch,
        tally::{Counted, Tally},
    },
    source::files,
};

/// How many bytes the cost of a rule is measured over, at the most.
const SAMPLE_BYTES: usize = 16 << 20;

/// With so many rules the sample becomes smaller, so that measuring them all takes no longer.
const RULES_PER_SAMPLE: usize = 8;

/// What was tried, and what came of it.
struct Trial {
    rules: Vec<Tried>,
    outcome: Outcome,
    /// Only a part of what is stored was asked for, and candidates are counted in all of it.
    is_filtered: bool,
    worktree: bool,
}

/// What came of one rule.
struct Tried {
    rule: Rule,
    counted: Counted,
    hits: Vec<Hit>,
    groups: Vec<Group>,
    cost: Option<Cost>,
}

/// What the hits of a rule look like as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    /// There are none.
    NoHits,
    /// None looks like noise.
    Good,
    /// Some do.
    Mixed,
    /// Half of them or more do.
    Noisy,
}

impl Verdict {
    fn name(self) -> &'static str {
        match self {
            Self::NoHits => "no-hits",
            Self::Good => "good",
            Self::Mixed => "mixed",
            Self::Noisy => "noisy",
        }
    }
}

impl Tried {
    /// Returns how many hits stand in a group that looks like noise.
    fn noise_count(&self) -> usize {
        let noisy: std::collections::BTreeSet<usize> = self
            .groups
            .iter()
            .filter(|group| group.noise.is_some())
            .flat_map(|group| group.hits.iter().copied())
            .collect();
        noisy.len()
    }

    fn verdict(&self) -> Verdict {
        match (self.hits.len(), self.noise_count()) {
            (0, _) => Verdict::NoHits,
            (_, 0) => Verdict::Good,
            (all, noise) if 2 * noise >= all => Verdict::Noisy,
            _ => Verdict::Mixed,
        }
    }
}

pub(super) fn run(args: &args::Trial, out: &mut String) -> Result<u8, Failure> {
    let started = Instant::now();
    let (rules, paths) = what(&args.what)?;
    let mut limits = Limits::usual();
    match args.threads {
        Some(0) => {
            return Err(Failure::new(
                "--threads 0: give at least 1, or leave the option out",
            ));
        }
        Some(threads) => limits.threads = threads.min(256),
        None => {}
    }
    let tally = Arc::new(Tally::default());
    let alone: Vec<Rule> = rules.iter().map(by_itself).collect();
    let scanner = Scanner::new(rule_set(alone)?, options()).with_tally(Arc::clone(&tally));
    let signals = Signals::catch()?;
    let mut trial = progress::watch(environment::progress(args.progress), |progress| {
        let watch = Watch {
            progress,
            interrupt: Some(signals.interrupt()),
        };
        let outcome = if args.worktree {
            worktree(&scanner, &paths, limits, watch)?
        } else {
            history::of(&scanner, &paths, args.since.as_deref(), limits, watch)?
        };
        let costs = if signals.interrupt().is_raised() {
            rules.iter().map(|_| None).collect()
        } else {
            if let Some(progress) = progress {
                let total = Some(rules.len() as u64);
                progress.begin(Phase {
                    name: "measuring",
                    unit: "rule",
                    total,
                });
            }
            let most = SAMPLE_BYTES / (rules.len() / RULES_PER_SAMPLE).max(1);
            let sample = if args.worktree {
                sample::of_worktree(&paths, most)?
            } else {
                sample::of_history(&paths, limits, most)?
            };
            cost::measure(&rules, &sample, &mut || {
                if let Some(progress) = progress {
                    progress.advance(1);
                }
            })?
        };
        Ok(put_together(
            args,
            &rules,
            (scanner.rules(), &tally),
            outcome,
            costs,
        ))
    })?;
    trial.is_filtered = args.since.is_some() || !paths.is_empty();
    trial.outcome.elapsed_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    match args.format {
        args::TextOrJson::Human => human::write(&trial, args.limit, out),
        args::TextOrJson::Json => json::write(&trial, args.limit, out),
    }
    Ok(exit_code(&trial.outcome))
}

/// Whatever is accepted is a hit all the same; archives are not opened.
fn options() -> Options {
    let mut options = Options {
        inline_markers: false,
        ..Options::default()
    };
    options.archives.depth = 0;
    options
}

fn rule_set(rules: Vec<Rule>) -> Result<RuleSet, Failure> {
    RuleSet::new(false, rules).map_err(|error| Failure::because("cannot use these rules", error))
}

/// Returns the rules and the paths that were typed.
fn what(typed: &[OsString]) -> Result<(Vec<Rule>, Vec<PathBuf>), Failure> {
    let (mut rules, mut paths): (Vec<Rule>, Vec<PathBuf>) = (Vec::new(), Vec::new());
    let known = RuleSet::builtin();
    for word in typed {
        let path = Path::new(word);
        // Behind rules a folder is a path: it may have other files of that ending.
        let is_rules = is_rule_file(path) && (rules.is_empty() || !path.is_dir());
        if is_rules && paths.is_empty() {
            rules.extend(settings::rule_files(path)?);
            continue;
        }
        let id = word.to_string_lossy();
        match known.find(&id) {
            Ok(index) if paths.is_empty() => {
                rules.push(builtin_rule(&id).unwrap_or_else(|| known.rule(index).clone()));
            }
            // A path behind the rules may be gone from the disk: what history has of it is looked at.
            _ if !rules.is_empty() && looks_like_path(word) => paths.push(path.to_owned()),
            Ok(_) => {
                return Err(Failure::new(format!(
                    "the rule `{id}` stands behind a path; name rules first, then paths (./{id} for a path of that name)"
                )));
            }
            Err(error) => {
                let hint = if path
                    .extension()
                    .is_some_and(|extension| extension == "toml")
                {
                    Failure::new(format!("there is no rule file {id}"))
                } else {
                    Failure::because("rules try", error)
                };
                return Err(hint.and_then(
                    "name a built-in rule by its id, or a rule file (*.toml); paths stand behind the rules",
                ));
            }
        }
    }
    Ok((rules, paths))
}

/// Returns true for a file of rules and for a folder that has some.
fn is_rule_file(path: &Path) -> bool {
    let is_toml = |path: &Path| path.extension() == Some(OsStr::new("toml"));
    if !path.is_dir() {
        return is_toml(path) && path.exists();
    }
    let files = std::fs::read_dir(path).into_iter().flatten().flatten();
    files.map(|entry| entry.path()).any(|path| is_toml(&path))
}

/// Returns true for what is there, and for what has the look of a path.
fn looks_like_path(word: &OsStr) -> bool {
    let bytes = word.as_encoded_bytes();
    Path::new(word).exists() || bytes.iter().any(|b| b"/.*?[\\".contains(b))
}

fn worktree(
    scanner: &Scanner,
    paths: &[PathBuf],
    limits: Limits,
    watch: Watch<'_>,
) -> Result<Outcome, Failure> {
    let mut result = Ok(());
    let outcome = scanner.run_watched(watch, |make| {
        result = sample::each_file(paths, limits.threads, make);
    });
    result.map(|()| outcome)
}

fn put_together(
    args: &args::Trial,
    rules: &[Rule],
    (set, tally): (&RuleSet, &Tally),
    mut outcome: Outcome,
    costs: Vec<Option<Cost>>,
) -> Trial {
    let scrub = Scrub::new(
        &outcome,
        ReportOptions {
            show_secrets: args.show_secrets,
            ..ReportOptions::default()
        },
    );
    let tried = rules.iter().zip(costs).map(|(rule, cost)| {
        let of_rule = outcome.findings.iter().filter(|f| f.rule == rule.id);
        let hits: Vec<Hit> = of_rule
            .map(|finding| Hit::new(rule, finding, &scrub, args.show_secrets))
            .collect();
        let hits = hits::join(hits);
        Tried {
            counted: set.find(&rule.id).map(|i| tally.of(i)).unwrap_or_default(),
            groups: groups::find(rule, &hits),
            hits,
            cost,
            rule: rule.clone(),
        }
    });
    let rules = tried.collect();
    for skipped in &mut outcome.skipped {
        skipped.path = scrub.bytes(&skipped.path).into_owned().into();
        let reason = scrub.bytes(skipped.reason.as_bytes()).into_owned();
        skipped.reason = String::from_utf8_lossy(&reason).into_owned();
    }
    Trial {
        rules,
        outcome,
        is_filtered: false,
        worktree: args.worktree,
    }
}
