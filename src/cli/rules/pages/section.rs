//! What a page says of one rule.

use std::fmt::Write as _;

use super::{cell, code, prose, template};
use crate::{
    cli::rules::show::pairs_of,
    rule::{Anchor, Boundary, PairRule, Rule, SecretKind},
};

/// How many templates of a list are shown.
const MOST_TEMPLATES: usize = 4;

/// Says what a kind of value is.
pub(super) fn kind(kind: SecretKind) -> &'static str {
    match kind {
        SecretKind::Token => "a machine-made token whose own form tells what it is",
        SecretKind::Opaque => "a machine-made value that only its surroundings give away",
        SecretKind::Password => "a value that a person may have chosen",
        SecretKind::Block => "several lines of key material",
        SecretKind::Prohibited => {
            "a text that somebody has forbidden, whatever it is; no judge has a say"
        }
    }
}

/// Adds the section of a credential of several parts.
pub(super) fn pair(pair: &PairRule, out: &mut String) {
    let _ = writeln!(
        out,
        "\n## {}\n\n**{}**: severity {}.\n",
        pair.id,
        cell(&pair.name),
        pair.severity.name()
    );
    let parts: Vec<String> = [&pair.required, &pair.secret]
        .into_iter()
        .map(|part| format!("`{}`", part.name))
        .chain(
            pair.optional
                .iter()
                .map(|part| format!("`{}` where there is one", part.name)),
        )
        .collect();
    let _ = writeln!(
        out,
        "Several parts that are told as one finding when they stand together: {}. Confidence grows with how well their names and places fit.\n",
        parts.join(", ")
    );
    steps(&pair.remediation, out);
    source(&pair.source, out);
    accept(&pair.id, out);
}

/// Adds the section of a rule.
pub(super) fn rule(rule: &Rule, pairs: &[&PairRule], out: &mut String) {
    let _ = writeln!(
        out,
        "\n## {}\n\n**{}**: severity {}, confidence {}, kind `{}`.\n",
        rule.id,
        cell(&rule.name),
        rule.severity.name(),
        rule.confidence.name(),
        rule.kind.name()
    );
    let _ = writeln!(out, "{}\n", looks(rule));
    let _ = writeln!(out, "```text\n{}\n```\n", rule.regex.trim());
    let _ = writeln!(out, "{}\n", why(rule, pairs));
    templates(
        "Found, for instance (`{…}` are [drawn](README.md#templates)):",
        &rule.samples,
        out,
    );
    templates("Near, but not it:", &rule.near_misses, out);
    steps(&rule.remediation, out);
    source(&rule.source, out);
    accept(&rule.id, out);
}

/// Says how a value looks.
fn looks(rule: &Rule) -> String {
    let mut out = match rule.kind {
        SecretKind::Prohibited => "It is a text that is forbidden.".to_owned(),
        kind => format!("It is {}.", self::kind(kind)),
    };
    let list = |texts: Vec<String>| match &texts[..] {
        [one] => one.clone(),
        many => format!("one of {}", many.join(", ")),
    };
    let (mut prefixes, mut keywords) = (Vec::new(), Vec::new());
    for anchor in rule.anchors.iter() {
        match anchor {
            Anchor::Prefix(text) => prefixes.push(code(text)),
            Anchor::Keyword(text) => keywords.push(code(text)),
            Anchor::Base64Run(len) => {
                let _ = write!(out, " It is a run of exactly {len} characters of base64.");
            }
        }
    }
    if !prefixes.is_empty() {
        let _ = write!(out, " A match begins with {}.", list(prefixes));
    }
    if !keywords.is_empty() {
        let _ = write!(
            out,
            " A match begins, in upper or lower case, with {}.",
            list(keywords)
        );
    }
    match rule.lines {
        Some(_) => out.push_str(" It is looked for on every line. The regex:"),
        None => {
            let _ = write!(
                out,
                " A match has {} bytes at the most{}. The regex:",
                rule.max_len,
                beside(rule.boundary)
            );
        }
    }
    out
}

/// Says what may not stand beside a match.
fn beside(boundary: Boundary) -> String {
    match boundary {
        Boundary::None => String::new(),
        boundary => format!(
            ", with nothing beside it that goes on (boundary `{}`)",
            boundary.name()
        ),
    }
}

/// Says why it is as sure as it is.
fn why(rule: &Rule, pairs: &[&PairRule]) -> String {
    let mut out = format!("Confidence is {}", rule.confidence.name());
    out.push_str(match rule.kind {
        SecretKind::Token => ", because the form belongs to these tokens",
        SecretKind::Opaque => ", going by what stands round it and by its looking random",
        SecretKind::Password => ", going by what stands round it",
        SecretKind::Block => ", going by its header and its structure",
        SecretKind::Prohibited => ", because somebody has forbidden it",
    });
    out.push('.');
    if !rule.checks.is_empty() {
        let checks: Vec<String> = rule.checks.iter().map(|check| code(check)).collect();
        let _ = write!(
            out,
            " Checked by {}: what a check refutes is not reported, and what one proves has high confidence.",
            checks.join(", ")
        );
    }
    if rule.min_entropy > 0.0 {
        let _ = write!(
            out,
            " Values below {} bits per byte are passed over.",
            rule.min_entropy
        );
    }
    if rule.kind != SecretKind::Prohibited {
        let _ = write!(
            out,
            " [Judges](README.md#judges) of the kind `{}` may lower or drop it.",
            rule.kind.name()
        );
    }
    for (pair, name) in pairs_of(rule, pairs.iter().copied()) {
        let _ = write!(
            out,
            " It is the `{name}` of {} (`{}`).",
            cell(&pair.name),
            pair.id
        );
    }
    if rule.identifier {
        out.push_str(" Alone it is no secret and is not reported.");
    }
    out
}

fn templates(title: &str, templates: &[std::borrow::Cow<'static, str>], out: &mut String) {
    if templates.is_empty() {
        return;
    }
    let _ = writeln!(out, "{title}\n");
    for text in templates.iter().take(MOST_TEMPLATES) {
        let line = format!("- {}\n", code(&template::shown(text)));
        // What a rule would find on the page is left out.
        if !template::is_found(&line) {
            out.push_str(&line);
        }
    }
    out.push('\n');
}

fn steps(steps: &[impl AsRef<str>], out: &mut String) {
    if steps.is_empty() {
        return;
    }
    out.push_str("What to do about a real one:\n\n");
    for (at, step) in steps.iter().enumerate() {
        let _ = writeln!(out, "{}. {}", at + 1, prose(step.as_ref()));
    }
    out.push('\n');
}

fn source(url: &str, out: &mut String) {
    if !url.is_empty() {
        let _ = writeln!(out, "The form is documented at <{url}>.\n");
    }
}

fn accept(id: &str, out: &mut String) {
    let _ = writeln!(
        out,
        "Not a secret? `keyfence allow FINGERPRINT --reason TEXT`, or in a comment on its line `keyfence:allow {id} REASON`."
    );
}
