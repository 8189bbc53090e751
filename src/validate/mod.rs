//! Proof of form: does a candidate have the structure its vendor gives the real thing?
//!
//! A check is a pure function, named in rule files (`checks = ["github-crc"]`), one file a family. It answers with a
//! [`Proof`]: refuted (cannot be real), plausible, or proved (chance would almost never make this), and may add facts
//! (`account_id`) or correct the severity (an encrypted key).

pub mod aws;
pub mod checksum;

use crate::rule::{Confidence, Severity};

/// What a check looks at.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// The secret alone.
    pub secret: &'a [u8],
    /// The whole match; the secret lies within it.
    pub matched: &'a [u8],
    /// The bytes after the match, to the end of the chunk.
    pub after: &'a [u8],
}

/// A named fact about a credential, for reports: `account_id` = `123456789012`. Never part of the secret itself.
pub type Fact = (&'static str, String);

/// What a check says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Proof {
    /// The outcome.
    pub verdict: Verdict,
    /// Facts for the report.
    pub facts: Vec<Fact>,
    /// The severity, where the form tells a different one than the rule's.
    pub severity: Option<Severity>,
    /// The most confidence that is justified, where the form limits it.
    pub at_most: Option<Confidence>,
    /// How many bytes of `after` belong to the secret too (the body of a PEM block).
    pub extend_bytes: usize,
    /// Why, for people: "its checksum is right".
    pub reason: Option<&'static str>,
}

/// The outcome of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Verdict {
    /// Cannot be a real credential.
    Refuted,
    /// Nothing speaks against it.
    #[default]
    Plausible,
    /// Chance would almost never make this form.
    Proved,
}

impl Proof {
    /// Returns a refutation.
    pub fn refuted() -> Self {
        Self {
            verdict: Verdict::Refuted,
            ..Self::default()
        }
    }

    /// Returns "nothing speaks against it".
    pub fn plausible() -> Self {
        Self::default()
    }

    /// Returns a proof with its reason.
    pub fn proved(reason: &'static str) -> Self {
        Self {
            verdict: Verdict::Proved,
            reason: Some(reason),
            ..Self::default()
        }
    }

    /// Adds a fact.
    #[must_use]
    pub fn with_fact(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.facts.push((name, value.into()));
        self
    }

    /// Sets the severity.
    #[must_use]
    pub fn with_severity(mut self, severity: Severity) -> Self {
        self.severity = Some(severity);
        self
    }
}

/// A check.
pub type Check = fn(Subject<'_>) -> Proof;

/// All checks by name.
const CHECKS: &[(&str, Check)] = &[
    ("aws-access-key-id", aws::key_id::check),
    ("aws-legacy-key-id", aws::key_id::check_legacy),
    ("aws-secret-named", aws::secret::check_named),
    ("aws-secret-bare", aws::secret::check_bare),
    ("aws-session-token", aws::token::check_session),
    ("aws-ecr-token", aws::token::check_ecr),
    ("aws-ecr-password", aws::token::check_ecr_password),
    ("aws-codeartifact", aws::token::check_codeartifact),
    ("aws-eks-token", aws::token::check_eks),
    ("aws-mfa-seed", aws::token::check_mfa_seed),
    ("aws-service-password", aws::token::check_service_password),
    ("aws-bedrock-long-term", aws::bedrock::check_long_term),
    ("aws-bedrock-short-term", aws::bedrock::check_short_term),
    ("aws-presigned-v4", aws::presigned::check_v4),
    ("aws-presigned-v2", aws::presigned::check_v2),
    ("aws-ses-smtp", aws::service::check_ses_smtp),
    ("aws-base36", aws::service::check_base36),
    ("aws-api-gateway", aws::service::check_api_gateway),
];

/// Returns the check called `name`.
pub fn by_name(name: &str) -> Option<Check> {
    CHECKS
        .iter()
        .find(|(n, _)| *n == name)
        .map(|(_, check)| *check)
}

/// Returns the names of all checks.
pub fn names() -> impl Iterator<Item = &'static str> {
    CHECKS.iter().map(|(name, _)| *name)
}
