//! The built-in rules. Made from `patterns/*.toml`; do not edit. `tests/codegen` makes it anew.

#![cfg_attr(rustfmt, rustfmt_skip)]

use super::{Anchor, Boundary, Confidence, Rule, SecretKind, Severity};
use std::borrow::Cow::Borrowed as B;

/// The rules of `patterns/`, in the order of their ids.
pub(crate) static RULES: &[Rule] = &[
    Rule {
        id: B("digitalocean-pat"),
        name: B("DigitalOcean personal access token"),
        provider: B("digitalocean"),
        source: B("https://docs.digitalocean.com/reference/api/create-personal-access-token/"),
        severity: Severity::Critical,
        confidence: Confidence::High,
        kind: SecretKind::Token,
        anchors: B(&[Anchor::Prefix(B("dop_v1_"))]),
        regex: B("dop_v1_[0-9a-f]{64}"),
        boundary: Boundary::Alnum,
        max_len: 72,
        checks: B(&[]),
        part: None,
        identifier: false,
        remediation: B(&[B("Delete the token at https://cloud.digitalocean.com/account/api/tokens and make a new one")]),
        samples: B(&[]),
        near_misses: B(&[]),
    },
];
