//! Positives from the samples of the rules.

use keyfence::{
    detection::{Judged, judge},
    matcher::reference,
    rule::{Rule, RuleSet, SecretKind},
};

use super::{
    corpus::{Expected, Item, Label},
    draw, syntaxes,
    syntaxes::{Made, Syntax, Takes},
    values,
};

/// How many files are made for each rule.
const FILES: usize = 4;

/// A sample, taken apart.
enum Sample {
    /// The secret is all there is.
    Bare(String),
    /// A setting with the secret as its value.
    Named { name: String, secret: String },
    /// The secret stands in some other text.
    Line { line: String, secret: String },
}

/// Returns files for each rule whose findings are told.
pub(super) fn all() -> Vec<Item> {
    let syntaxes = syntaxes::all();
    let names = values::names();
    let mut items = Vec::new();
    for rule in crate::patterns::all() {
        // What gives a partner to others is never told alone.
        if rule.identifier {
            continue;
        }
        let samples = taken_apart(&rule);
        for number in 0..FILES {
            let mut random = draw::random(&["sample", &rule.id], number);
            let (what, sample) = pick(&rule, &samples, number);
            let syntaxes = syntaxes::that_take(&syntaxes, what);
            let syntax = *draw::one(&syntaxes, &mut random);
            let made = match sample {
                Sample::Bare(secret) => {
                    let suffix = draw::one(&names.provider, &mut random);
                    syntax.with_token(&format!("{} {suffix}", rule.provider), secret, &mut random)
                }
                Sample::Named { name, secret } => syntax.with_value(name, secret, &mut random),
                Sample::Line { line, secret } => syntax.with_line(line, secret, &mut random),
            };
            items.push(item(&rule, syntax, made));
        }
    }
    items
}

fn item(rule: &Rule, syntax: &Syntax, made: Made) -> Item {
    Item {
        path: made.path,
        text: made.text,
        label: Label::Secret(Expected {
            provider: rule.provider.to_string(),
            kind: rule.id.to_string(),
            syntax: syntax.name.clone(),
            forms: made.forms,
        }),
    }
}

/// Returns the sample for the file `number`: three of four are settings where the rule has samples that can be.
fn pick<'a>(rule: &Rule, samples: &'a [Sample], number: usize) -> (Takes, &'a Sample) {
    let is_bare = |sample: &&Sample| matches!(sample, Sample::Bare(_));
    let is_named = |sample: &&Sample| matches!(sample, Sample::Named { .. });
    let is_line = |sample: &&Sample| matches!(sample, Sample::Line { .. });
    let of = |which: &dyn Fn(&&'a Sample) -> bool| samples.iter().filter(which).collect::<Vec<_>>();
    let settings = if of(&is_bare).is_empty() {
        of(&is_named)
    } else {
        of(&is_bare)
    };
    let lines = of(&is_line);
    let use_line = settings.is_empty() || (number == FILES - 1 && !lines.is_empty());
    let list = if use_line { lines } else { settings };
    let sample = list[number % list.len()];
    let takes = match sample {
        Sample::Line { .. } => Takes::Line,
        Sample::Bare(secret) | Sample::Named { secret, .. } if secret.contains('\n') => {
            Takes::Block
        }
        _ if rule.kind == SecretKind::Password => Takes::Password,
        _ => Takes::Token,
    };
    (takes, sample)
}

/// Draws one instance of each sample and tells by the rule's own regex and checks what is the secret in it.
fn taken_apart(rule: &Rule) -> Vec<Sample> {
    let rules = RuleSet::new(false, vec![rule.clone()]).unwrap();
    let mut out = Vec::new();
    for template in rule.samples.iter() {
        let mut random = draw::random(&["instance", &rule.id, template], 0);
        let text = draw::instance(template, &mut random);
        let secret = reference(&rules, text.as_bytes())
            .iter()
            .find_map(
                |candidate| match judge(&rules, candidate, b"config/settings.txt") {
                    Judged::Kept { secret, .. } => Some(secret),
                    Judged::Refuted { .. } | Judged::Dropped { .. } => None,
                },
            );
        let Some(secret) = secret else { continue };
        let (before, rest) = text.split_at(secret.start);
        let (secret, after) = rest.split_at(secret.len());
        let secret = secret.to_owned();
        out.push(if before.trim().is_empty() && after.trim().is_empty() {
            Sample::Bare(secret)
        } else if let Some(name) = setting(before, after) {
            Sample::Named { name, secret }
        } else {
            let line = text.trim_end().to_owned();
            Sample::Line { line, secret }
        });
    }
    assert!(!out.is_empty(), "{} finds none of its samples", rule.id);
    out
}

/// Returns the name of a setting, when that is all that stands round a value.
fn setting(before: &str, after: &str) -> Option<String> {
    let closes = after
        .chars()
        .all(|c| c.is_whitespace() || "\"'`,;})".contains(c));
    let left = before.trim_end_matches(['"', '\'', '`', ' ', '@', '(']);
    let left = left.strip_suffix([':', '=', '>'])?;
    let left = left.trim_end_matches([' ', '=', ':', '"', '\'', '`']);
    let start = left
        .rfind(|c: char| !c.is_alphanumeric() && !"_-.".contains(c))
        .map_or(0, |at| left.ceil_char_boundary(at + 1));
    let (head, name) = left.split_at(start);
    let opens = ["", "export", "ENV", "{", "{\"", "\"", "'", "const", "let"].contains(&head.trim());
    let is_name = name.len() > 1 && name.starts_with(|c: char| c.is_ascii_alphabetic());
    (closes && opens && is_name).then(|| name.to_owned())
}

#[test]
fn settings_are_told_from_other_text() {
    let name = |before, after| setting(before, after);
    assert_eq!(name("DB_PASS=", "\n").as_deref(), Some("DB_PASS"));
    assert_eq!(name("{\"apiKey\": \"", "\"}").as_deref(), Some("apiKey"));
    assert_eq!(name("'password' => '", "',").as_deref(), Some("password"));
    assert_eq!(name("curl -u me:", " https://x"), None);
    assert_eq!(name("a = 1\nb = ", "\n"), None);
}
