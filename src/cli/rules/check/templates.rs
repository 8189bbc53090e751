//! What a rule makes of its own samples and near misses, alone and among all others.

use std::cell::OnceCell;

use super::{super::show::by_itself, Failure, Remark};
use crate::{
    detection::{Judged, judge},
    engine::{Engine, Found, Scratch},
    finding::SourceKind,
    matcher::each_in_lines,
    rule::{
        Rule, RuleSet,
        template::{Random, fill},
    },
    scan::{Options, Scanner},
};

/// How many instances of each template are drawn.
pub(super) const INSTANCES: u64 = 20;

/// How many of them are looked at by all rules together.
const AMONG_OTHERS: u64 = 3;

/// All rules together: as a scan with these rules has them.
pub(super) struct Crowd {
    scanner: Scanner,
}

impl Crowd {
    /// Returns the `own` rules among the others; of two with one id the own one.
    pub(super) fn new(mut others: Vec<Rule>, own: &[Rule]) -> Result<Self, Failure> {
        others.retain(|other| own.iter().all(|rule| rule.id != other.id));
        others.extend(own.iter().cloned());
        let set = RuleSet::new(false, others)
            .map_err(|error| Failure::because("cannot use these rules", error))?;
        Ok(Self {
            scanner: scanner(set),
        })
    }

    /// Returns which rules are reported for `text`.
    fn reported(&self, text: &str) -> Vec<String> {
        let found = self
            .scanner
            .scan_bytes("", SourceKind::Stdin, text.as_bytes());
        found.into_iter().map(|finding| finding.rule).collect()
    }
}

fn scanner(set: RuleSet) -> Scanner {
    let options = Options {
        inline_markers: false,
        ..Options::default()
    };
    Scanner::new(set, options)
}

/// Returns `rule` as a set of its own.
fn alone(rule: &Rule) -> Result<RuleSet, Failure> {
    RuleSet::new(false, vec![by_itself(rule)])
        .map_err(|error| Failure::because(format!("cannot use the rule {}", rule.id), error))
}

/// Says what is wrong with the samples and near misses of `rule`.
pub(super) fn remarks(rule: &Rule, crowd: &Crowd) -> Result<Vec<Remark>, Failure> {
    let trial = Trial {
        rule,
        engine: Engine::new(alone(rule)?),
        scanner: OnceCell::new(),
        crowd,
    };
    let mut out = Vec::new();
    if rule.samples.is_empty() {
        let text = "has no samples; give at least one template it finds";
        out.push(Remark::problem("", 0, text));
    }
    for (at, template) in rule.samples.iter().enumerate() {
        out.extend(trial.sample(at, template)?);
    }
    for (at, template) in rule.near_misses.iter().enumerate() {
        out.extend(trial.near_miss(at, template)?);
    }
    Ok(out)
}

struct Trial<'r> {
    rule: &'r Rule,
    engine: Engine,
    /// For what is encoded; most texts need none.
    scanner: OnceCell<Scanner>,
    crowd: &'r Crowd,
}

/// What a rule makes of a text.
enum Seen {
    /// It finds it.
    Found,
    /// It finds it, but only in what is decoded, under this encoding.
    Decoded(&'static str),
    /// It does not, for this reason.
    Missed(String),
}

impl Trial<'_> {
    fn draw(&self, template: &str, seed: u64) -> Result<String, Failure> {
        fill(template, &mut Random::new(seed))
            .map_err(|error| Failure::because(format!("rule {}", self.rule.id), error))
    }

    /// Says what is wrong with a sample.
    fn sample(&self, at: usize, template: &str) -> Result<Vec<Remark>, Failure> {
        let mut out = Vec::new();
        let mut decoded = None;
        for seed in 0..INSTANCES {
            match self.look(&self.draw(template, seed)?)? {
                Seen::Found => {}
                Seen::Decoded(encoding) => decoded = Some(encoding),
                Seen::Missed(why) => {
                    let text = format!("sample is not found: {template:?} ({why})");
                    return Ok(vec![Remark::problem("samples", at, text)]);
                }
            }
        }
        if let Some(encoding) = decoded {
            let text = format!(
                "sample is found only where {encoding} is decoded, not as it stands there: {template:?}; give one in clear, too"
            );
            out.push(Remark::warning("samples", at, text));
        }
        if !self.rule.identifier {
            out.extend(self.among_others(at, template)?);
        }
        Ok(out)
    }

    /// Says which other rules are reported in place of this one.
    fn among_others(&self, at: usize, template: &str) -> Result<Option<Remark>, Failure> {
        for seed in 0..AMONG_OTHERS {
            let reported = self.crowd.reported(&self.draw(template, seed)?);
            if !reported.iter().any(|id| *id == self.rule.id) {
                let text = match &reported[..] {
                    [] => format!(
                        "sample is not reported among all rules: {template:?}; what stands beside it speaks for it, or another rule says it is no secret"
                    ),
                    others => format!(
                        "sample is reported as `{}`, not under this rule: {template:?}; leave that one out (--disable), or see what this rule knows more of it",
                        others.join("`, `")
                    ),
                };
                return Ok(Some(Remark::warning("samples", at, text)));
            }
        }
        Ok(None)
    }

    /// Says that a near miss is found.
    fn near_miss(&self, at: usize, template: &str) -> Result<Option<Remark>, Failure> {
        for seed in 0..INSTANCES {
            let how = match self.look(&self.draw(template, seed)?)? {
                Seen::Missed(_) => continue,
                Seen::Found => String::new(),
                Seen::Decoded(encoding) => format!(" where {encoding} is decoded"),
            };
            let text = format!("near miss is found{how}: {template:?}");
            return Ok(Some(Remark::problem("near_misses", at, text)));
        }
        Ok(None)
    }

    /// Returns what the rule makes of `text`.
    fn look(&self, text: &str) -> Result<Seen, Failure> {
        let (set, bytes) = (self.engine.rules(), text.as_bytes());
        let (mut candidates, mut is_encoded, whole) = (Vec::new(), false, 0..text.len());
        let scratch = &mut Scratch::default();
        (self.engine).find(bytes, whole.clone(), true, scratch, |found| match found {
            Found::Candidate(candidate) => candidates.push(candidate),
            Found::Known(_) => {}
            Found::Encoded(_) => is_encoded = true,
        });
        let slow = each_in_lines(set, bytes, whole, |candidate| {
            candidates.push(candidate);
        });
        if let Some(slow) = slow.first() {
            return Ok(Seen::Missed(format!("the regex {slow}")));
        }
        let mut why = "the regex does not match".to_owned();
        for candidate in &candidates {
            match judge(set, candidate, b"") {
                Judged::Kept { .. } => return Ok(Seen::Found),
                Judged::Refuted { check } => why = format!("the check `{check}` refutes it"),
                Judged::Dropped { judges } => {
                    why = format!("dropped by the judges {}", judges.join(", "));
                }
            }
        }
        if !is_encoded {
            return Ok(Seen::Missed(why));
        }
        if self.scanner.get().is_none() {
            drop(self.scanner.set(scanner(alone(self.rule)?)));
        }
        let found = self
            .scanner
            .get()
            .map(|scanner| scanner.scan_bytes("", SourceKind::Stdin, bytes));
        let first = found.iter().flatten().next();
        Ok(match first.and_then(|finding| finding.decoded.first()) {
            Some(encoding) => Seen::Decoded(encoding),
            None => Seen::Missed(why),
        })
    }
}
