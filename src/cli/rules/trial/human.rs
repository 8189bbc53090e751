//! What was tried, for people.

use std::fmt::Write as _;

use super::{
    Trial, Tried, Verdict,
    cost::{Cost, Price, RUNS},
    count,
    groups::{By, Group},
    hits::Hit,
};
use crate::{
    judge,
    report::{escape, escape_bytes},
    rule::Confidence,
};

/// How many digits of a commit's id are shown.
const SHORT: usize = 10;

/// Adds the report to `out`, with `limit` hits and groups of each rule; 0 for all.
pub(super) fn write(trial: &Trial, limit: usize, out: &mut String) {
    let most = if limit == 0 { usize::MAX } else { limit };
    for tried in &trial.rules {
        one(tried, most, out);
        out.push('\n');
    }
    let (outcome, counts) = (&trial.outcome, trial.outcome.counts);
    let what = if trial.worktree {
        format!("{} of the work tree", count(counts.files, "file"))
    } else {
        format!(
            "{} and {} of the history",
            count(counts.blobs, "blob"),
            count(counts.commits, "commit")
        )
    };
    let _ = writeln!(
        out,
        "{} tried over {what}, {} bytes, in {} ms; a rule is tried by itself, whatever other rules, pairs and allow entries say",
        count(trial.rules.len() as u64, "rule"),
        counts.bytes,
        outcome.elapsed_ms
    );
    if counts.blobs + counts.files + counts.commits == 0 {
        out.push_str(
            "there is nothing to try rules on here: no commit, no file that is not ignored\n",
        );
    }
    if trial.is_filtered && !trial.worktree {
        out.push_str("hits are those of the paths and times that were asked for; candidates are counted in all that is stored\n");
    }
    for skipped in outcome.skipped.iter().filter(|skipped| skipped.incomplete) {
        let _ = writeln!(
            out,
            "not read: {}: {}",
            escape_bytes(&skipped.path),
            escape(&skipped.reason)
        );
    }
}

fn one(tried: &Tried, most: usize, out: &mut String) {
    let rule = &tried.rule;
    let _ = writeln!(out, "{} ({})", rule.id, escape(&rule.name));
    candidates(tried, out);
    let verdict = match tried.verdict() {
        Verdict::NoHits => "no hits".to_owned(),
        Verdict::Good => "none of the hits looks like noise".to_owned(),
        verdict => format!(
            "{} of {} look like noise{}",
            tried.noise_count(),
            count(tried.hits.len() as u64, "hit"),
            if verdict == Verdict::Noisy {
                ": this rule is noisy here"
            } else {
                ""
            }
        ),
    };
    let _ = writeln!(out, "  verdict     {verdict}");
    groups(tried, most, out);
    hits(tried, most, out);
    match &tried.cost {
        Some(cost) => price(cost, out),
        None => out.push_str("  cost        not measured: there is nothing to measure on\n"),
    }
}

/// Says what became of the values that the regex matches.
fn candidates(tried: &Tried, out: &mut String) {
    let counted = &tried.counted;
    let kept: u64 = counted.kept.values().sum();
    let _ = writeln!(
        out,
        "  candidates  {}{} match the regex: {kept} kept, {} dropped by judges, {} refuted by checks",
        if counted.is_cut { "more than " } else { "" },
        count(counted.candidates, "value"),
        counted.dropped,
        counted.refuted,
    );
    let levels: Vec<String> = Confidence::ALL
        .into_iter()
        .rev()
        .filter_map(|level| Some(format!("{} {}", counted.kept.get(&level)?, level.name())))
        .collect();
    if !levels.is_empty() {
        let _ = writeln!(out, "  kept        with confidence: {}", levels.join(", "));
    }
    for (check, n) in &counted.by_check {
        let _ = writeln!(out, "  refuted     {n} by the check `{check}`");
    }
    let mut judges: Vec<_> = counted.by_judge.iter().collect();
    judges.sort_by_key(|(name, (all, _))| (std::cmp::Reverse(*all), **name));
    for (name, (all, alone)) in judges {
        let _ = writeln!(
            out,
            "  dropped     {all} by the judge `{name}` ({}), {alone} by no other",
            says(name)
        );
    }
    for (name, n) in &counted.lowered {
        let _ = writeln!(
            out,
            "  lowered     {n} by the judge `{name}` ({})",
            says(name)
        );
    }
}

fn says(name: &str) -> &'static str {
    let judge = judge::JUDGES.iter().find(|judge| judge.name == name);
    judge.map_or("", |judge| judge.says)
}

/// Says which hits belong together, those that look like noise first.
fn groups(tried: &Tried, most: usize, out: &mut String) {
    // A group of all hits says nothing, unless it is noise.
    let told: Vec<&Group> = tried
        .groups
        .iter()
        .filter(|group| group.noise.is_some() || group.hits.len() < tried.hits.len())
        .filter(|group| group.by != By::Value || group.noise.is_some())
        .collect();
    for group in told.iter().take(most) {
        let what = match group.by {
            By::Path => format!("at {}", group.what),
            By::Key => format!("behind the name `{}`", group.what),
            By::Value => format!("the value {} in {} places", group.what, group.places),
            By::Commit => format!("brought by the commit {}", short(&group.what)),
            By::Look => format!("look like {}", group.what),
        };
        let lead = if group.by == By::Value {
            what
        } else {
            format!("{} {what}", count(group.hits.len() as u64, "hit"))
        };
        let mark = if group.noise.is_some() {
            "noise"
        } else {
            "group"
        };
        let _ = writeln!(out, "  {mark:10}  {}", escape(&lead));
        if let Some(noise) = group.noise {
            let _ = writeln!(out, "              {}", noise.reason());
            let _ = writeln!(out, "              -> {}", noise.advice(&tried.rule));
        }
    }
    rest(told.len(), most, "group", out);
}

fn hits(tried: &Tried, most: usize, out: &mut String) {
    for hit in tried.hits.iter().take(most) {
        let _ = writeln!(out, "  hit         {}", line(hit));
    }
    rest(tried.hits.len(), most, "hit", out);
}

fn line(hit: &Hit) -> String {
    let mut text = format!("{}:{}:{}", escape_bytes(&hit.path), hit.line, hit.column);
    if let Some(commit) = &hit.commit {
        let _ = write!(text, "  {}", short(commit));
    }
    let shown = hit.secret.as_ref().unwrap_or(&hit.redacted);
    let _ = write!(text, "  {}  {}", hit.confidence.name(), escape(shown));
    if !hit.decoded.is_empty() {
        let _ = write!(text, "  ({})", hit.decoded.join(", "));
    }
    if hit.places > 1 {
        let _ = write!(text, "  in {} places", hit.places);
    }
    text
}

fn short(commit: &str) -> &str {
    commit.get(..SHORT).unwrap_or(commit)
}

fn rest(all: usize, most: usize, what: &str, out: &mut String) {
    if all > most {
        let left = count((all - most) as u64, what);
        let _ = writeln!(out, "              and {left} more (--limit 0 shows all)");
    }
}

fn price(cost: &Cost, out: &mut String) {
    let verdict = match cost.price() {
        Price::TooLittle => {
            "too little was there to measure on: what follows says nothing of larger repositories"
                .to_owned()
        }
        Price::Unmeasurable => "no difference that can be measured".to_owned(),
        Price::Cheap => format!("cheap: a scan takes {} longer", percent(cost.added_share)),
        Price::Fair => format!("fair: a scan takes {} longer", percent(cost.added_share)),
        Price::Dear => format!(
            "dear: a scan takes {} longer; its anchors are common or its regex is slow: take longer prefixes or keywords",
            percent(cost.added_share)
        ),
    };
    let _ = writeln!(out, "  cost        {verdict}");
    let _ = writeln!(
        out,
        "              {:+.4} ms per MB (± {:.4}) beside the other rules, which read {:.0} MB/s; alone it reads {:.0} MB/s",
        cost.added_ms_per_mb, cost.spread_ms_per_mb, cost.others_mb_per_s, cost.alone_mb_per_s
    );
    match cost.anchors_per_mb {
        Some(anchors) => {
            let _ = writeln!(
                out,
                "              its regex is tried {anchors:.1} times per MB and matches {:.2} times",
                cost.matches_per_mb
            );
        }
        None => {
            let _ = writeln!(
                out,
                "              its regex is looked for on every line and matches {:.2} times per MB",
                cost.matches_per_mb
            );
        }
    }
    let _ = writeln!(
        out,
        "              measured over {} bytes in memory on one thread: the median of {RUNS} pairs of runs with and without the rule",
        cost.sample_bytes
    );
}

fn percent(share: f64) -> String {
    format!("{:.1}%", share * 100.0)
}
