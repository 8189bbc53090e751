//! `keyfence rules list`.

use std::{collections::BTreeSet, fmt::Write as _};

use super::{CLEAN, Failure, args, count, settings};
use crate::{
    fields::nearest,
    rule::{Rule, Severity},
};

/// Adds the list to `out`, and to `note` how many there are.
pub(super) fn run(args: &args::List, out: &mut String, note: &mut String) -> Result<u8, Failure> {
    let set = settings::rules(&args.rules)?;
    let on: Vec<&Rule> = set
        .iter()
        .filter(|(index, _)| set.is_enabled(*index))
        .map(|(_, rule)| rule)
        .collect();
    let providers: BTreeSet<&str> = on.iter().map(|rule| &*rule.provider).collect();
    for wanted in &args.provider {
        if !providers.contains(&**wanted) {
            let near = nearest(wanted, providers.iter().copied())
                .map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
            return Err(Failure::new(format!(
                "no rule is of the provider `{wanted}`{near} (`keyfence rules list --json` names the provider of each)"
            )));
        }
    }
    let severities: Vec<Severity> = args
        .severity
        .iter()
        .map(|s| settings::severity(*s))
        .collect();
    let told: Vec<&Rule> = on
        .iter()
        .filter(|rule| {
            args.provider.is_empty() || args.provider.iter().any(|p| *p == rule.provider)
        })
        .filter(|rule| severities.is_empty() || severities.contains(&rule.severity))
        .copied()
        .collect();
    let widest = told.iter().map(|rule| rule.id.len()).max().unwrap_or(0);
    for rule in &told {
        if args.json {
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
    let _ = writeln!(note, "keyfence: {}", summary(&told));
    Ok(CLEAN)
}

/// Says how many rules there are, of how many providers, and how severe they are.
fn summary(rules: &[&Rule]) -> String {
    let providers: BTreeSet<&str> = rules.iter().map(|rule| &*rule.provider).collect();
    let by_severity: Vec<String> = Severity::ALL
        .into_iter()
        .rev()
        .map(|severity| {
            let of = rules.iter().filter(|rule| rule.severity == severity);
            (of.count(), severity)
        })
        .filter(|(n, _)| *n > 0)
        .map(|(n, severity)| format!("{n} {}", severity.name()))
        .collect();
    let lead = format!(
        "{} of {}",
        count(rules.len() as u64, "rule"),
        count(providers.len() as u64, "provider")
    );
    if by_severity.is_empty() {
        lead
    } else {
        format!("{lead}: {}", by_severity.join(", "))
    }
}
