//! `keyfence rules check`: does each rule find its samples and none of its near misses, and has it what a good rule has?

mod templates;
mod wording;

use std::{collections::HashMap, fmt, fmt::Write as _};

use super::{
    CLEAN, Failure, args, count,
    sources::{self, Source},
};
use crate::{
    cli::FINDINGS,
    report::escape,
    rule::{Rule, RuleSet, RuleSetError},
};

/// How bad a remark is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Level {
    /// The rule does not do what its file says.
    Problem,
    /// It could be better.
    Warning,
}

/// Something that is to be said of a rule.
#[derive(Debug)]
struct Remark {
    level: Level,
    /// The field it is about, and which of its elements; empty for the whole rule.
    field: &'static str,
    at: usize,
    text: String,
}

impl Remark {
    fn problem(field: &'static str, at: usize, text: impl Into<String>) -> Self {
        Self {
            level: Level::Problem,
            field,
            at,
            text: text.into(),
        }
    }

    fn warning(field: &'static str, at: usize, text: impl Into<String>) -> Self {
        Self {
            level: Level::Warning,
            ..Self::problem(field, at, text)
        }
    }
}

impl fmt::Display for Remark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lead = match self.level {
            Level::Problem => "",
            Level::Warning => "warning: ",
        };
        write!(f, "{lead}{}", escape(&self.text))
    }
}

/// What was checked.
#[derive(Debug, Default)]
struct Counts {
    rules: u64,
    pairs: u64,
    samples: u64,
    near_misses: u64,
    problems: u64,
    warnings: u64,
}

impl Counts {
    /// Says what there is to say of the rule or pair `id`, in the order of its lines.
    fn say(&mut self, source: &Source, id: &str, mut remarks: Vec<Remark>, out: &mut String) {
        remarks.sort_by_key(|remark| source.line(id, remark.field, remark.at));
        for remark in remarks {
            match remark.level {
                Level::Problem => self.problems += 1,
                Level::Warning => self.warnings += 1,
            }
            let line = source.line(id, remark.field, remark.at);
            let _ = writeln!(out, "{}:{line}: {id}: {remark}", source.file.display());
        }
    }
}

/// Checks the pairs of a user's files; those of the built-in rules are tested with them.
fn check_pairs(
    own: &[Source],
    rules: Vec<Rule>,
    counts: &mut Counts,
    out: &mut String,
) -> Result<(), Failure> {
    // Parts may be given by built-in rules. Where ids clash, which was said, the files' own rules are all there is.
    let mut set = RuleSet::new(true, rules.clone())
        .or_else(|_| RuleSet::new(false, rules))
        .map_err(|error| Failure::because("cannot use these rules", error))?;
    for source in own {
        for pair in &source.pairs {
            let mut remarks = wording::of_pair(pair);
            match set.check_pair(pair) {
                Err(error) => {
                    let field = match &error {
                        RuleSetError::UnknownPart { part, .. } if pair.secret.part == *part => {
                            "secret"
                        }
                        RuleSetError::UnknownPart { part, .. } if pair.required.part == *part => {
                            "required"
                        }
                        RuleSetError::UnknownPart { .. } => "optional",
                        _ => "id",
                    };
                    remarks.push(Remark::problem(field, 0, error.to_string()));
                }
                Ok(()) => {
                    set = set
                        .with_pairs(vec![pair.clone()])
                        .map_err(|error| Failure::because("cannot use these pairs", error))?;
                }
            }
            counts.pairs += 1;
            counts.say(source, &pair.id, remarks, out);
        }
    }
    Ok(())
}

pub(super) fn run(args: &args::Check, out: &mut String) -> Result<u8, Failure> {
    let own = sources::read_or_builtin(&args.files)?;
    let others: Vec<Rule> = if args.files.is_empty() {
        Vec::new()
    } else {
        let builtin = RuleSet::builtin();
        builtin.iter().map(|(_, rule)| rule.clone()).collect()
    };
    let all: Vec<Rule> = own.iter().flat_map(|source| source.rules.clone()).collect();
    // Together they are wrong in ways that no rule is by itself: two ids, a regex for lines.
    RuleSet::new(false, all.clone())
        .map_err(|error| Failure::because("cannot use these rules", error))?;
    let taken: HashMap<String, String> = others
        .iter()
        .map(|rule| (rule.id.to_string(), rule.name.to_string()))
        .collect();
    let crowd = templates::Crowd::new(others, &all)?;
    let mut counts = Counts::default();
    for source in &own {
        for rule in &source.rules {
            let mut remarks = templates::remarks(rule, &crowd)?;
            if let Some(name) = taken.get(&*rule.id) {
                let text = format!(
                    "the built-in rule `{}` ({name}) has this id; rename this one: `--rules` refuses both together unless the built-in rules are left out",
                    rule.id
                );
                remarks.push(Remark::problem("id", 0, text));
            }
            remarks.extend(wording::remarks(rule));
            counts.rules += 1;
            counts.samples += rule.samples.len() as u64;
            counts.near_misses += rule.near_misses.len() as u64;
            counts.say(source, &rule.id, remarks, out);
        }
    }
    if !args.files.is_empty() {
        check_pairs(&own, all, &mut counts, out)?;
    }
    let _ = writeln!(
        out,
        "{} checked, {}, {} ({} and {}, each drawn {} times)",
        if counts.pairs == 0 {
            count(counts.rules, "rule")
        } else {
            format!(
                "{} and {}",
                count(counts.rules, "rule"),
                count(counts.pairs, "pair")
            )
        },
        count(counts.problems, "problem"),
        count(counts.warnings, "warning"),
        count(counts.samples, "sample"),
        if counts.near_misses == 1 {
            "1 near miss".to_owned()
        } else {
            format!("{} near misses", counts.near_misses)
        },
        templates::INSTANCES,
    );
    let wrong = counts.problems + if args.strict { counts.warnings } else { 0 };
    Ok(if wrong == 0 { CLEAN } else { FINDINGS })
}
