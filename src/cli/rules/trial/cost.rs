//! What a rule costs: measured over a sample in memory, on one thread, against the same scan without it.

use std::time::{Duration, Instant};

use super::{
    Failure, options, rule_set,
    sample::{Blob, Sample},
};
use crate::{
    chunk::Chunk,
    engine::{Engine, Found, Scratch},
    finding::SourceKind,
    prefilter::{DECODE, ESCAPE},
    rule::{Rule, RuleSet},
    scan::Scanner,
};

/// How many pairs of runs are made, one with the rule and one without.
pub(super) const RUNS: usize = 9;

/// The least time one run takes: shorter ones go over the sample again and again.
const LEAST_RUN: Duration = Duration::from_millis(5);

/// The most time a pass over the sample takes: of a larger sample only the beginning is used.
const MOST_PASS: Duration = Duration::from_millis(150);

/// The most passes over the sample in one run.
const MOST_PASSES: u32 = 10_000;

/// A smaller sample says nothing of others, in bytes.
const LEAST_SAMPLE: usize = 64 << 10;

/// Adding less than this share to a scan is cheap.
const CHEAP: f64 = 0.01;

/// Adding more than this share is dear.
const DEAR: f64 = 0.05;

/// What a rule costs. A megabyte (MB) is 10^6 bytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cost {
    /// How many bytes it was measured over.
    pub(super) sample_bytes: usize,
    /// The speed of a scan with this rule alone.
    pub(super) alone_mb_per_s: f64,
    /// The speed of a scan with all built-in rules but this one.
    pub(super) others_mb_per_s: f64,
    /// How much longer the scan takes with the rule, by the megabyte: the median of the differences of [`RUNS`] pairs of runs.
    pub(super) added_ms_per_mb: f64,
    /// How far these differences lie apart: half the distance of their quartiles. Less than this says nothing.
    pub(super) spread_ms_per_mb: f64,
    /// The same as a share of the scan without it.
    pub(super) added_share: f64,
    /// How often the regex is tried, by the megabyte; none for a rule for lines, which is tried on each.
    pub(super) anchors_per_mb: Option<f64>,
    /// How often it matches, by the megabyte.
    pub(super) matches_per_mb: f64,
}

/// How a cost is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Price {
    /// The sample is too small.
    TooLittle,
    Unmeasurable,
    Cheap,
    Fair,
    Dear,
}

impl Price {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::TooLittle => "too-little",
            Self::Unmeasurable => "not-measurable",
            Self::Cheap => "cheap",
            Self::Fair => "fair",
            Self::Dear => "dear",
        }
    }
}

impl Cost {
    pub(super) fn price(&self) -> Price {
        if self.sample_bytes < LEAST_SAMPLE {
            Price::TooLittle
        } else if self.added_ms_per_mb <= self.spread_ms_per_mb {
            Price::Unmeasurable
        } else if self.added_share < CHEAP {
            Price::Cheap
        } else if self.added_share <= DEAR {
            Price::Fair
        } else {
            Price::Dear
        }
    }
}

/// Returns what each rule costs; none where there is nothing to measure on. `tick` is called after each.
pub(super) fn measure(
    rules: &[Rule],
    sample: &Sample,
    tick: &mut dyn FnMut(),
) -> Result<Vec<Option<Cost>>, Failure> {
    let mut out = Vec::new();
    for rule in rules {
        let cost = (sample.bytes > 0).then(|| of(rule, sample)).transpose()?;
        out.push(cost);
        tick();
    }
    Ok(out)
}

fn of(rule: &Rule, sample: &Sample) -> Result<Cost, Failure> {
    let builtin = RuleSet::builtin();
    let others: Vec<Rule> = builtin
        .iter()
        .map(|(_, other)| other.clone())
        .filter(|other| other.id != rule.id)
        .collect();
    let mut all = others.clone();
    all.push(rule.clone());
    let scanner = |rules| Ok::<_, Failure>(Scanner::new(rule_set(rules)?, options()));
    let (without, with, alone) = (
        scanner(others)?,
        scanner(all)?,
        scanner(vec![rule.clone()])?,
    );
    let sample = &sample.blobs[..affordable(&with, sample)];
    // The first pass compiles regexes.
    for scanner in [&without, &with, &alone] {
        run(scanner, sample, 1);
    }
    let passes = passes(run(&without, sample, 1));
    let (mut added, mut before, mut lone) = (Vec::new(), Vec::new(), Vec::new());
    for at in 0..RUNS {
        // Whatever slows the machine down is not to fall on one of them alone.
        let (a, b) = if at % 2 == 0 {
            let a = run(&without, sample, passes);
            (a, run(&with, sample, passes))
        } else {
            let b = run(&with, sample, passes);
            (run(&without, sample, passes), b)
        };
        added.push(b.as_secs_f64() - a.as_secs_f64());
        before.push(a.as_secs_f64());
        lone.push(run(&alone, sample, passes).as_secs_f64());
    }
    for list in [&mut added, &mut before, &mut lone] {
        list.sort_by(f64::total_cmp);
    }
    let sample_bytes = sample.iter().map(|(_, bytes)| bytes.len()).sum::<usize>();
    #[expect(clippy::cast_precision_loss, reason = "a sample has few bytes")]
    let megabytes = sample_bytes as f64 / 1e6;
    let work = megabytes * f64::from(passes);
    let middle = RUNS / 2;
    let (tried, matched) = tries(rule, sample)?;
    Ok(Cost {
        sample_bytes,
        alone_mb_per_s: work / lone[middle],
        others_mb_per_s: work / before[middle],
        added_ms_per_mb: added[middle] * 1e3 / work,
        spread_ms_per_mb: (added[RUNS * 3 / 4] - added[RUNS / 4]) / 2.0 * 1e3 / work,
        added_share: added[middle] / before[middle],
        anchors_per_mb: tried.map(|tried| f64::from(tried) / megabytes),
        matches_per_mb: f64::from(matched) / megabytes,
    })
}

/// Returns how many blobs of the sample `scanner` scans in [`MOST_PASS`]: one at the least.
fn affordable(scanner: &Scanner, sample: &Sample) -> usize {
    let started = Instant::now();
    let in_time = |blob: &&Blob| {
        run(scanner, std::slice::from_ref(*blob), 1);
        started.elapsed() < MOST_PASS
    };
    sample.blobs.iter().take_while(in_time).count().max(1)
}

/// Scans the sample `passes` times.
fn run(scanner: &Scanner, sample: &[Blob], passes: u32) -> Duration {
    let started = Instant::now();
    for _ in 0..passes {
        for (path, bytes) in sample {
            std::hint::black_box(scanner.scan_bytes(path, SourceKind::History, bytes));
        }
    }
    started.elapsed()
}

/// Returns how many passes make a run that can be timed, when one takes `once`.
fn passes(once: Duration) -> u32 {
    let passes = LEAST_RUN.as_nanos().div_ceil(once.as_nanos().max(1));
    u32::try_from(passes)
        .unwrap_or(MOST_PASSES)
        .clamp(1, MOST_PASSES)
}

/// Returns how often the regex of `rule` is tried in the sample, and how often it matches.
fn tries(rule: &Rule, sample: &[Blob]) -> Result<(Option<u32>, u32), Failure> {
    let engine = Engine::new(rule_set(vec![rule.clone()])?);
    let (mut tried, mut matched) = (0, 0);
    let (mut hits, mut scratch) = (Vec::new(), Scratch::default());
    for (_, bytes) in sample {
        let text = Chunk::whole(bytes).text;
        engine.hits(bytes, text, &mut hits);
        let own = hits
            .iter()
            .filter(|hit| ![DECODE, ESCAPE].contains(&hit.rule));
        tried += u32::try_from(own.count()).unwrap_or(u32::MAX);
        engine.find(bytes, 0..bytes.len(), text, &mut scratch, |found| {
            matched += u32::from(matches!(found, Found::Candidate(_)));
        });
        if text && rule.lines.is_some() {
            let range = 0..bytes.len();
            let slow =
                crate::matcher::each_in_lines(engine.rules(), bytes, range, |_| matched += 1);
            drop(slow);
        }
    }
    Ok((rule.lines.is_none().then_some(tried), matched))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Cost, Price, passes};

    #[test]
    fn a_run_is_long_enough_to_be_timed() {
        assert_eq!(passes(Duration::from_millis(50)), 1);
        assert_eq!(passes(Duration::from_millis(2)), 3);
        assert_eq!(passes(Duration::ZERO), 10_000);
    }

    #[track_caller]
    fn check(sample_bytes: usize, [added, spread, share]: [f64; 3], expected: Price) {
        let cost = Cost {
            sample_bytes,
            alone_mb_per_s: 1.0,
            others_mb_per_s: 1.0,
            added_ms_per_mb: added,
            spread_ms_per_mb: spread,
            added_share: share,
            anchors_per_mb: None,
            matches_per_mb: 0.0,
        };
        assert_eq!(cost.price(), expected);
    }

    #[test]
    fn what_lies_within_the_spread_says_nothing() {
        check(1 << 20, [0.1, 0.2, 0.5], Price::Unmeasurable);
        check(1 << 20, [-0.1, 0.0, -0.1], Price::Unmeasurable);
        check(1 << 20, [0.1, 0.01, 0.005], Price::Cheap);
        check(1 << 20, [0.1, 0.01, 0.03], Price::Fair);
        check(1 << 20, [0.1, 0.01, 0.2], Price::Dear);
        check(1 << 10, [0.1, 0.01, 0.2], Price::TooLittle);
    }
}
