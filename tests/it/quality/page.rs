//! `docs/quality.md`: the figures as tables.

use std::{collections::BTreeMap, fmt::Write as _};

use keyfence::{judge::JUDGES, rule::Confidence};

use super::{
    corpus::{Expected, Item, Label},
    measure::Measured,
    tally::Tally,
    values,
};

const HEAD: &str = "\
# How well secrets are found

The figures of a corpus of labelled files, as `tests/it/quality.rs` draws it from fixed seeds: secrets made from the samples of every rule
(`patterns/*.toml`), passwords as people choose them and machine-made values, each in a file of one of the syntaxes of
`tests/it/quality/syntaxes/`; and files without a secret that look as if they had one (`tests/it/quality/negatives/`). No file of a real
repository is in it. A real tree has far more files without a secret than with one, so precision there is another: what counts is which
kinds are told wrongly.

A secret is found when a finding of medium confidence or above has it; one that is told at low confidence is counted apart, since it stops no
commit. A file without a secret is told wrongly when there is any finding of medium confidence or above. F1 is the harmonic mean of recall
and precision.

`cargo test --test it quality` measures anew and fails when a recall, a precision or a share of files left alone is below what is written
here; `-- --nocapture` lists each miss and each false finding. `KEYFENCE_BLESS=1 cargo test --test it quality` writes this page.
";

/// Returns the page.
pub(super) fn page(items: &[Item], measured: &[Measured]) -> String {
    let mut out = HEAD.to_owned();
    section(&mut out, "Overall", "corpus", &overall(items, measured));
    let by_provider = tallies(
        items,
        measured,
        |expected| expected.provider.clone(),
        |_| None,
    );
    section(
        &mut out,
        "By provider",
        "provider",
        &with_wrong_of_providers(by_provider, items, measured),
    );
    let passwords = tallies(
        items,
        measured,
        |e| {
            if e.provider == "generic" {
                e.kind.clone()
            } else {
                String::new()
            }
        },
        |_| None,
    );
    let passwords = passwords
        .into_iter()
        .filter(|(kind, _)| !kind.is_empty())
        .collect();
    recalls(
        &mut out,
        "By kind of value that only its name gives away",
        "kind, or rule whose samples they are",
        &passwords,
    );
    let by_syntax = tallies(
        items,
        measured,
        |e| e.syntax.clone(),
        |label| match label {
            Label::Nothing { syntax, .. } => syntax.clone(),
            Label::Secret(_) => None,
        },
    );
    section(&mut out, "By syntax", "syntax", &by_syntax);
    let by_kind = tallies(
        items,
        measured,
        |_| String::new(),
        |label| match label {
            Label::Nothing { kind, .. } => Some(kind.clone()),
            Label::Secret(_) => None,
        },
    );
    quiet(&mut out, &by_kind);
    judges(&mut out, items, measured);
    top(
        &mut out,
        "Most frequent misses",
        "why, and in which syntax",
        &misses(items, measured),
    );
    top(
        &mut out,
        "Most frequent false findings",
        "rule, and in what kind of file",
        &false_findings(items, measured),
    );
    out
}

type Tallies = BTreeMap<String, Tally>;

fn tallies(
    items: &[Item],
    measured: &[Measured],
    positive: impl Fn(&Expected) -> String,
    negative: impl Fn(&Label) -> Option<String>,
) -> Tallies {
    let mut out = Tallies::new();
    for (item, measured) in items.iter().zip(measured) {
        if let Some(expected) = item.expected() {
            let tally = out.entry(positive(expected)).or_default();
            tally.positives += 1;
            tally.found += usize::from(measured.is_found());
            tally.low += usize::from(measured.surest == Some(Confidence::Low));
        } else if let Some(key) = negative(&item.label) {
            let tally = out.entry(key).or_default();
            tally.negatives += 1;
            tally.wrong += usize::from(!measured.told.is_empty());
        }
    }
    out
}

fn overall(items: &[Item], measured: &[Measured]) -> Tallies {
    let (machine, passwords) = (values::kinds_of_machine_values(), values::ways_to_choose());
    let group = |expected: &Expected| {
        if machine.contains(&expected.kind) {
            "machine-made values"
        } else if passwords.contains(&expected.kind) {
            "passwords of people"
        } else {
            "samples of the rules"
        }
    };
    let mut out = tallies(items, measured, |e| group(e).to_owned(), |_| None);
    let all = tallies(
        items,
        measured,
        |_| "all".to_owned(),
        |_| Some("all".to_owned()),
    );
    let wrong = all["all"];
    for tally in out.values_mut() {
        (tally.negatives, tally.wrong) = (wrong.negatives, wrong.wrong);
    }
    out.extend(all);
    out
}

/// Counts false findings with the provider they are said to be of.
fn with_wrong_of_providers(mut tallies: Tallies, items: &[Item], measured: &[Measured]) -> Tallies {
    for (item, measured) in items.iter().zip(measured) {
        if item.expected().is_none() {
            let mut providers: Vec<&String> =
                measured.told.iter().map(|(_, provider)| provider).collect();
            providers.sort();
            providers.dedup();
            for provider in providers {
                tallies.entry(provider.clone()).or_default().wrong += 1;
            }
        }
    }
    tallies
}

fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}

fn section(out: &mut String, title: &str, first: &str, tallies: &Tallies) {
    table(out, title, first, tallies, true);
}

/// The same for what a file without a secret cannot be.
fn recalls(out: &mut String, title: &str, first: &str, tallies: &Tallies) {
    table(out, title, first, tallies, false);
}

fn table(out: &mut String, title: &str, first: &str, tallies: &Tallies, with_false: bool) {
    let (heads, rule) = if with_false {
        (" false | precision | F1 |", "---|---|---|")
    } else {
        ("", "")
    };
    let _ = write!(
        out,
        "\n## {title}\n\n| {first} | secrets | found | at low | recall | recall with low |{heads}\n|---|---|---|---|---|---|{rule}\n"
    );
    for (key, tally) in tallies {
        let _ = write!(
            out,
            "| {key} | {} | {} | {} | {} | {} |",
            tally.positives,
            tally.found,
            tally.low,
            percent(tally.recall()),
            percent(tally.recall_with_low()),
        );
        if with_false {
            let (precision, f1) = (percent(tally.precision()), percent(tally.f1()));
            let _ = write!(out, " {} | {precision} | {f1} |", tally.wrong);
        }
        out.push('\n');
    }
}

fn quiet(out: &mut String, tallies: &Tallies) {
    out.push_str("\n## By kind of hard negative\n\n| kind | files | told wrongly | left alone |\n|---|---|---|---|\n");
    for (key, tally) in tallies.iter().filter(|(_, tally)| tally.negatives > 0) {
        let (files, wrong) = (tally.negatives, tally.wrong);
        let _ = writeln!(
            out,
            "| {key} | {files} | {wrong} | {} |",
            percent(tally.quiet())
        );
    }
}

/// How often a judge spoke.
#[derive(Default)]
struct Spoke {
    right: usize,
    right_alone: usize,
    wrong: usize,
    wrong_alone: usize,
}

fn judges(out: &mut String, items: &[Item], measured: &[Measured]) {
    let mut spoke: BTreeMap<&str, Spoke> = JUDGES
        .iter()
        .map(|judge| (judge.name, Spoke::default()))
        .collect();
    let mut files = 0;
    for (item, measured) in items.iter().zip(measured) {
        let positive = item.expected().is_some();
        if positive && measured.is_found() {
            continue;
        }
        files += usize::from(!positive && !measured.heard.is_empty());
        for (name, spoke) in &mut spoke {
            let said = measured
                .heard
                .iter()
                .filter(|heard| heard.against().any(|by| by == *name));
            let (any, alone) = said.fold((false, false), |(_, alone), heard| {
                (true, alone || heard.against().count() == 1)
            });
            if positive {
                spoke.wrong += usize::from(any);
                spoke.wrong_alone += usize::from(alone);
            } else {
                spoke.right += usize::from(any);
                spoke.right_alone += usize::from(alone);
            }
        }
    }
    let _ = write!(
        out,
        "\n## By judge\n\nFiles without a secret in which a judge speaks against a candidate ({files} have one), those where it is the only one that does, and \
         the same for secrets that are missed. Its recall is its share of the files without a secret that have a candidate, its precision the share of \
         those among all files in which it speaks.\n\n\
         | judge | rightly | alone | wrongly | alone | share | rightness | F1 |\n|---|---|---|---|---|---|---|---|\n"
    );
    for (name, spoke) in spoke {
        let Spoke {
            right,
            right_alone,
            wrong,
            wrong_alone,
        } = spoke;
        let tally = Tally {
            positives: files,
            found: right,
            wrong,
            ..Tally::default()
        };
        let _ = writeln!(
            out,
            "| {name} | {right} | {right_alone} | {wrong} | {wrong_alone} | {} | {} | {} |",
            percent(tally.recall()),
            percent(tally.precision()),
            percent(tally.f1()),
        );
    }
}

/// Says why a secret was missed.
fn why(measured: &Measured) -> String {
    if measured.in_part {
        return "told in part".to_owned();
    }
    let surest = measured
        .heard
        .iter()
        .max_by_key(|heard| (heard.confidence, std::cmp::Reverse(heard.against().count())));
    let Some(heard) = surest else {
        return if measured.surest.is_some() {
            "told at low, decoded"
        } else {
            "no rule matches"
        }
        .to_owned();
    };
    let judges = heard.against().collect::<Vec<_>>().join(", ");
    match (&heard.refuted_by, heard.confidence) {
        (Some(check), _) => format!("refuted by {check}"),
        (None, None) => format!("dropped by {judges}"),
        (None, Some(_)) if judges.is_empty() => format!("{} is of low confidence", heard.rule),
        (None, Some(_)) => format!("lowered by {judges}"),
    }
}

fn misses(items: &[Item], measured: &[Measured]) -> BTreeMap<String, usize> {
    let mut out = BTreeMap::new();
    for (item, measured) in items.iter().zip(measured) {
        if let Some(expected) = item.expected()
            && !measured.is_found()
        {
            *out.entry(format!("{}; {}", why(measured), expected.syntax))
                .or_default() += 1;
        }
    }
    out
}

fn false_findings(items: &[Item], measured: &[Measured]) -> BTreeMap<String, usize> {
    let mut out = BTreeMap::new();
    for (item, measured) in items.iter().zip(measured) {
        if let Label::Nothing { kind, .. } = &item.label {
            let mut rules: Vec<&String> = measured.told.iter().map(|(rule, _)| rule).collect();
            rules.sort();
            rules.dedup();
            for rule in rules {
                *out.entry(format!("{rule}; {kind}")).or_default() += 1;
            }
        }
    }
    out
}

fn top(out: &mut String, title: &str, first: &str, counts: &BTreeMap<String, usize>) {
    const MOST: usize = 10;
    let mut sorted: Vec<(&String, &usize)> = counts.iter().collect();
    sorted.sort_by_key(|(key, count)| (std::cmp::Reverse(**count), *key));
    let _ = write!(out, "\n## {title}\n\n| {first} | files |\n|---|---|\n");
    for (key, count) in sorted.into_iter().take(MOST) {
        let _ = writeln!(out, "| {key} | {count} |");
    }
}

/// Returns a line for each miss and each false finding.
pub(super) fn list(items: &[Item], measured: &[Measured]) -> Vec<String> {
    let mut out = Vec::new();
    for (item, measured) in items.iter().zip(measured) {
        match &item.label {
            Label::Secret(expected) if !measured.is_found() => {
                let line = item
                    .text
                    .lines()
                    .find(|line| line.contains(&expected.forms[1]));
                out.push(format!(
                    "missed: {} [{}] {}: {}: {}",
                    why(measured),
                    expected.syntax,
                    expected.kind,
                    item.path,
                    line.unwrap_or_default().trim()
                ));
            }
            Label::Nothing { kind, syntax } if !measured.told.is_empty() => {
                let rules: Vec<&str> = measured
                    .told
                    .iter()
                    .map(|(rule, _)| rule.as_str())
                    .collect();
                out.push(format!(
                    "false: {rules:?} [{kind}] {}: {}: {}",
                    syntax.as_deref().unwrap_or_default(),
                    item.path,
                    item.text.replace('\n', "⏎")
                ));
            }
            Label::Secret(_) | Label::Nothing { .. } => {}
        }
    }
    out
}
