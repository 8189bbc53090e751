//! `keyfence rules`.

use std::{
    fmt::Write as _,
    io::{self, Write as _},
    path::PathBuf,
};

use super::{
    CLEAN, FINDINGS, Failure,
    args::{self, RuleOptions, RulesCommand},
    import, settings,
};
use crate::{
    detection::{Judged, judge},
    matcher::{each_in_lines, reference},
    rule::{
        Anchor, Rule, RuleSet,
        template::{Random, fill},
    },
};

/// How many instances of each template `rules check` draws.
const INSTANCES: u64 = 20;

pub(super) fn run(args: &args::Rules) -> Result<u8, Failure> {
    let mut out = String::new();
    let code = match &args.command {
        RulesCommand::List { rules, json } => list(rules, *json, &mut out)?,
        RulesCommand::Show { id, rules } => show(id, rules, &mut out)?,
        RulesCommand::Check { files } => check(files, &mut out)?,
        RulesCommand::Import(args) => return import::run(args),
    };
    io::stdout()
        .lock()
        .write_all(out.as_bytes())
        .map_err(|error| Failure::because("cannot write to standard output", error))?;
    Ok(code)
}

fn list(options: &RuleOptions, json: bool, out: &mut String) -> Result<u8, Failure> {
    let set = settings::rules(options)?;
    let on: Vec<&Rule> = set
        .iter()
        .filter(|(index, _)| set.is_enabled(*index))
        .map(|(_, rule)| rule)
        .collect();
    let widest = on.iter().map(|rule| rule.id.len()).max().unwrap_or(0);
    for rule in on {
        if json {
            let object = serde_json::json!({"id": rule.id, "name": rule.name, "provider": rule.provider, "severity": rule.severity,
                "confidence": rule.confidence, "kind": rule.kind.name(), "source": rule.source});
            let _ = writeln!(out, "{object}");
        } else {
            let _ = writeln!(
                out,
                "{:widest$}  {:8}  {}",
                rule.id,
                rule.severity.name(),
                rule.name
            );
        }
    }
    Ok(CLEAN)
}

fn show(id: &str, options: &RuleOptions, out: &mut String) -> Result<u8, Failure> {
    let set = settings::rules(options)?;
    let rule = set.rule(
        set.find(id)
            .map_err(|error| Failure::because("rules show", error))?,
    );
    let anchors: Vec<String> = rule
        .anchors
        .iter()
        .map(|anchor| match anchor {
            Anchor::Prefix(text) => format!("`{text}`"),
            Anchor::Keyword(text) => format!("`{text}` (any case)"),
            Anchor::Base64Run(len) => format!("a base64 run of {len} bytes"),
        })
        .collect();
    let _ = writeln!(
        out,
        "{}\n  name        {}\n  provider    {}\n  severity    {}",
        rule.id,
        rule.name,
        rule.provider,
        rule.severity.name()
    );
    let _ = writeln!(
        out,
        "  confidence  {}\n  kind        {}\n  anchors     {}",
        rule.confidence.name(),
        rule.kind.name(),
        if rule.lines.is_some() {
            "none: looked for on every line".to_owned()
        } else {
            anchors.join(", ")
        }
    );
    let _ = writeln!(
        out,
        "  regex       {}\n  boundary    {}\n  max_len     {} bytes",
        rule.regex,
        rule.boundary.name(),
        rule.max_len
    );
    if !rule.checks.is_empty() {
        let _ = writeln!(out, "  checks      {}", rule.checks.join(", "));
    }
    if !rule.source.is_empty() {
        let _ = writeln!(out, "  source      {}", rule.source);
    }
    for (at, step) in rule.remediation.iter().enumerate() {
        let _ = writeln!(
            out,
            "  {}  {step}",
            if at == 0 { "what to do" } else { "          " }
        );
    }
    Ok(CLEAN)
}

fn check(files: &[PathBuf], out: &mut String) -> Result<u8, Failure> {
    let mut rules = Vec::new();
    for file in files {
        rules.extend(settings::rule_files(file)?);
    }
    let set = RuleSet::new(false, rules.clone())
        .map_err(|error| Failure::because("cannot use these rules", error))?;
    let mut wrong = 0;
    for rule in &rules {
        if rule.samples.is_empty() {
            let _ = writeln!(
                out,
                "{}: has no samples; give at least one template it finds",
                rule.id
            );
            wrong += 1;
        }
        for (templates, expected) in [(&rule.samples, true), (&rule.near_misses, false)] {
            for template in templates.iter() {
                if let Some(problem) = try_template(&set, rule, template, expected)? {
                    let _ = writeln!(out, "{}: {problem}", rule.id);
                    wrong += 1;
                }
            }
        }
    }
    let _ = writeln!(out, "{} rules checked, {wrong} problems", rules.len());
    Ok(if wrong == 0 { CLEAN } else { FINDINGS })
}

/// Returns what is wrong with a template: a sample its rule misses, a near miss it finds.
fn try_template(
    set: &RuleSet,
    rule: &Rule,
    template: &str,
    expected: bool,
) -> Result<Option<String>, Failure> {
    for seed in 0..INSTANCES {
        let text = fill(template, &mut Random::new(seed))
            .map_err(|error| Failure::because(format!("rule {}", rule.id), error))?;
        let mut candidates = reference(set, text.as_bytes());
        let slow = each_in_lines(set, text.as_bytes(), 0..text.len(), |candidate| {
            candidates.push(candidate);
        });
        if let Some(slow) = slow.first() {
            return Ok(Some(format!("{slow} of {template:?}")));
        }
        let found = candidates.iter().any(|candidate| {
            set.rule(candidate.rule).id == rule.id
                && matches!(judge(set, candidate, b""), Judged::Kept { .. })
        });
        if found != expected {
            let what = if expected {
                "sample is not found"
            } else {
                "near miss is found"
            };
            return Ok(Some(format!("{what}: {template:?}")));
        }
    }
    Ok(None)
}
