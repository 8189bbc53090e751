//! `keyfence rules show`.

use std::fmt::Write as _;

use super::{CLEAN, Failure, args, settings, sources};
use crate::{
    finding::{Finding, SourceKind},
    judge,
    rule::{
        Anchor, PairRule, Rule, RuleSet,
        template::{Random, fill},
    },
    scan::{Options, Scanner},
};

/// From which seed samples are drawn: the same each time.
const SEED: u64 = 1;

/// How many bytes of a line are shown before what is hidden on it.
const MOST_BEFORE: usize = 60;

pub(super) fn run(args: &args::Show, out: &mut String) -> Result<u8, Failure> {
    let set = settings::rules(&args.rules)?;
    let index = set
        .find(&args.id)
        .map_err(|error| Failure::because("rules show", error))?;
    let known = set.rule(index);
    // The table in the program has no samples.
    let whole = sources::builtin_rule(&args.id).filter(|whole| whole.regex == known.regex);
    let rule = whole.as_ref().unwrap_or(known);
    let mut rows = Rows { out };
    let _ = writeln!(rows.out, "{}", rule.id);
    rows.one("name", &rule.name);
    rows.one("provider", &rule.provider);
    rows.one("severity", rule.severity.name());
    rows.one("confidence", rule.confidence.name());
    rows.one("kind", rule.kind.name());
    let anchors: Vec<String> = rule.anchors.iter().map(anchor).collect();
    if rule.lines.is_some() {
        rows.one("anchors", "none: looked for on every line");
    } else {
        rows.one("anchors", &anchors.join(", "));
    }
    rows.one("regex", &rule.regex);
    rows.one("boundary", rule.boundary.name());
    if rule.lines.is_none() {
        rows.one("max_len", &format!("{} bytes", rule.max_len));
    }
    if rule.min_entropy > 0.0 {
        rows.one(
            "min_entropy",
            &format!("{} bits per byte", rule.min_entropy),
        );
    }
    if !rule.checks.is_empty() {
        rows.one("checks", &rule.checks.join(", "));
    }
    let judges: Vec<String> = judge::JUDGES
        .iter()
        .filter(|judge| judge.kinds.contains(&rule.kind))
        .map(|judge| format!("{} ({})", judge.name, judge.says))
        .collect();
    rows.list("judges", &judges);
    if judges.is_empty() {
        rows.one("judges", "none looks at this kind");
    }
    let pairs: Vec<String> = pairs_of(rule, set.pairs().map(|(_, pair)| pair))
        .map(|(pair, role)| format!("{role} of {} ({})", pair.id, pair.name))
        .collect();
    rows.list("pairs", &pairs);
    if rule.identifier {
        rows.one("alone", "not reported: it only gives a partner to others");
    }
    rows.list("samples", &samples(rule));
    rows.list("near misses", &rule.near_misses);
    if !rule.source.is_empty() {
        rows.one("source", &rule.source);
    }
    rows.list("what to do", &rule.remediation);
    Ok(CLEAN)
}

/// Rows of a name and a text.
struct Rows<'o> {
    out: &'o mut String,
}

impl Rows<'_> {
    fn one(&mut self, name: &str, text: &str) {
        let _ = writeln!(self.out, "  {name:11}  {}", crate::report::escape(text));
    }

    fn list(&mut self, name: &str, texts: &[impl AsRef<str>]) {
        for (at, text) in texts.iter().enumerate() {
            self.one(if at == 0 { name } else { "" }, text.as_ref());
        }
    }
}

/// Says what an anchor is.
pub(super) fn anchor(anchor: &Anchor) -> String {
    match anchor {
        Anchor::Prefix(text) => format!("`{text}`"),
        Anchor::Keyword(text) => format!("`{text}` (any case)"),
        Anchor::Base64Run(len) => format!("a base64 run of {len} bytes"),
    }
}

/// Returns those of `pairs` that `rule` has a part in, and which.
pub(super) fn pairs_of<'p>(
    rule: &Rule,
    pairs: impl Iterator<Item = &'p PairRule>,
) -> impl Iterator<Item = (&'p PairRule, &'p str)> {
    let part = rule.part.as_deref();
    pairs.filter_map(move |pair| {
        let own = pair.parts().find(|spec| Some(&*spec.part) == part)?;
        Some((pair, &*own.name))
    })
}

/// Returns `rule` as it is tried by itself: no part of anything, and reported alone.
pub(super) fn by_itself(rule: &Rule) -> Rule {
    Rule {
        part: None,
        identifier: false,
        ..rule.clone()
    }
}

/// Returns the lines of samples as reports show them: drawn now, and hidden.
fn samples(rule: &Rule) -> Vec<String> {
    let Ok(set) = RuleSet::new(false, vec![by_itself(rule)]) else {
        return Vec::new();
    };
    let options = Options {
        inline_markers: false,
        ..Options::default()
    };
    let scanner = Scanner::new(set, options);
    let mut out: Vec<String> = Vec::new();
    for template in rule.samples.iter() {
        let Ok(text) = fill(template, &mut Random::new(SEED)) else {
            continue;
        };
        let found = scanner.scan_bytes("", SourceKind::Stdin, text.as_bytes());
        let shown = found.first().and_then(shown);
        out.extend(shown.filter(|shown| !out.contains(shown)));
    }
    out
}

/// Returns what a report shows of `finding`: its line, or as much of it as says what the secret is.
fn shown(finding: &Finding) -> Option<String> {
    let excerpt = finding.excerpt.as_ref()?;
    let text = excerpt.text.get(..excerpt.mark.end)?;
    let mut start = excerpt.mark.start.saturating_sub(MOST_BEFORE);
    while !text.is_char_boundary(start) {
        start += 1;
    }
    let cut = if start > 0 { "…" } else { "" };
    let decoded = if finding.decoded.is_empty() {
        String::new()
    } else {
        format!(" ({})", finding.decoded.join(", "))
    };
    Some(format!("{cut}{}{decoded}", text.get(start..)?.trim_start()))
}
