//! Writes rules as Rust source: how `builtin.rs` is made from `patterns/`.

use std::fmt::Write as _;

use super::{Anchor, PairRule, PartSpec, Rule, program::EVERY};

/// Returns the text of `builtin.rs` for `rules` and `pairs`.
///
/// Samples and near misses are left out: only tests need them, and they read `patterns/` themselves.
pub fn source(rules: &[Rule], pairs: &[PairRule]) -> String {
    let mut out = String::from(
        "//! The built-in rules. Made from `patterns/*.toml`; do not edit. `tests/codegen` makes it anew.\n\n\
         #![cfg_attr(rustfmt, rustfmt_skip)]\n\n\
         use super::{Anchor, Boundary, Confidence, PairRule, PartSpec, Program, Rule, Run, SecretKind, Severity};\nuse std::borrow::Cow::Borrowed as B;\n\n",
    );
    let mut sets = vec![EVERY];
    let _ = writeln!(
        out,
        "/// The rules of `patterns/`, in the order of their ids.\npub(crate) static RULES: &[Rule] = &["
    );
    for rule in rules {
        let _ = writeln!(
            out,
            "    Rule {{\n        id: B({:?}),\n        name: B({:?}),\n        provider: B({:?}),\n        source: B({:?}),\n        \
             severity: Severity::{:?},\n        confidence: Confidence::{:?},\n        kind: SecretKind::{:?},\n        anchors: B(&[{}]),\n        lines: {},\n        \
             regex: B({:?}),\n        program: {},\n        run: {},\n        boundary: Boundary::{:?},\n        max_len: {},\n        min_entropy: {:?},\n        checks: B(&[{}]),\n        part: {},\n        \
             identifier: {},\n        remediation: B(&[{}]),\n        samples: B(&[]),\n        near_misses: B(&[]),\n    }},",
            rule.id,
            rule.name,
            rule.provider,
            rule.source,
            rule.severity,
            rule.confidence,
            rule.kind,
            list(rule.anchors.iter().map(anchor)),
            rule.lines.map_or_else(
                || "None".to_owned(),
                |syntax| format!("Some(Syntax::{syntax:?})")
            ),
            rule.regex,
            rule.program.as_ref().map_or_else(
                || "None".to_owned(),
                |program| format!(
                    "Some(Program {{ words: B(&[{}]), sets: B(SETS) }})",
                    list(program.sharing(&mut sets).iter().map(u16::to_string))
                )
            ),
            rule.run.map_or_else(
                || "None".to_owned(),
                |run| format!(
                    "Some(Run {{ set: [{}], len: {} }})",
                    list(run.set.into_iter().map(bits)),
                    run.len
                )
            ),
            rule.boundary,
            rule.max_len,
            rule.min_entropy,
            list(rule.checks.iter().map(|c| format!("B({c:?})"))),
            rule.part
                .as_ref()
                .map_or_else(|| "None".to_owned(), |part| format!("Some(B({part:?}))")),
            rule.identifier,
            list(rule.remediation.iter().map(|r| format!("B({r:?})"))),
        );
    }
    out.push_str("];\n\n/// The pairs of `patterns/`, in the order of their ids.\npub(crate) static PAIRS: &[PairRule] = &[\n");
    for pair in pairs {
        let _ = writeln!(
            out,
            "    PairRule {{\n        id: B({:?}),\n        name: B({:?}),\n        provider: B({:?}),\n        source: B({:?}),\n        \
             severity: Severity::{:?},\n        secret: {},\n        required: {},\n        optional: B(&[{}]),\n        aws_names: {},\n        \
             remediation: B(&[{}]),\n    }},",
            pair.id,
            pair.name,
            pair.provider,
            pair.source,
            pair.severity,
            part(&pair.secret),
            part(&pair.required),
            list(pair.optional.iter().map(part)),
            pair.aws_names,
            list(pair.remediation.iter().map(|r| format!("B({r:?})"))),
        );
    }
    out.push_str("];\n\n/// The sets of bytes of the programs.\nstatic SETS: &[[u64; 4]] = &[\n");
    for set in sets {
        let _ = writeln!(out, "    [{}],", list(set.into_iter().map(bits)));
    }
    out.push_str("];\n");
    out
}

fn part(spec: &PartSpec) -> String {
    format!(
        "PartSpec {{ part: B({:?}), name: B({:?}) }}",
        spec.part, spec.name
    )
}

/// Returns the text of `files.rs` for the rule files called `names`, which lie in `patterns/`.
pub fn files(names: &[String]) -> String {
    let mut out = String::from(
        "//! The rule files that the built-in rules are made from, for those who want samples, near misses and places. Made from the names of\n\
         //! `patterns/*.toml`; do not edit. `tests/codegen` makes it anew.\n\n\
         #![cfg_attr(rustfmt, rustfmt_skip)]\n\n\
         /// The path and the text of each file, in the order of their names.\npub static FILES: &[(&str, &str)] = &[\n",
    );
    for name in names {
        let path = format!("patterns/{name}");
        let _ = writeln!(
            out,
            "    ({path:?}, include_str!({:?})),",
            format!("../../{path}")
        );
    }
    out.push_str("];\n");
    out
}

fn anchor(anchor: &Anchor) -> String {
    match anchor {
        Anchor::Prefix(text) => format!("Anchor::Prefix(B({text:?}))"),
        Anchor::Keyword(text) => format!("Anchor::Keyword(B({text:?}))"),
        Anchor::Base64Run(len) => format!("Anchor::Base64Run({len})"),
    }
}

/// Returns a number as groups of hexadecimal digits.
fn bits(number: u64) -> String {
    let group = |by: u32| number >> by & 0xffff;
    format!(
        "0x{:04x}_{:04x}_{:04x}_{:04x}",
        group(48),
        group(32),
        group(16),
        group(0)
    )
}

fn list(items: impl Iterator<Item = String>) -> String {
    items.collect::<Vec<_>>().join(", ")
}
