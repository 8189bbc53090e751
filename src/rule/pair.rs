//! Credentials of several parts, as data.

use std::borrow::Cow;

use super::Severity;

/// One part of a credential.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartSpec {
    /// The [`part`](super::Rule::part) that rules give for it: `aws/access-key-id`.
    pub part: Cow<'static, str>,
    /// Its name in reports: what stands behind the slash, with `_` for `-` (`access_key_id`).
    pub name: Cow<'static, str>,
}

impl PartSpec {
    /// Returns the part that rules call `part`.
    pub fn new(part: String) -> Self {
        let name = part.rsplit('/').next().unwrap_or_default();
        Self {
            name: Cow::Owned(name.replace('-', "_")),
            part: Cow::Owned(part),
        }
    }
}

/// A credential of several parts: they are one finding, and its fingerprint is that of the secret part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PairRule {
    /// The identifier people write in allow entries.
    pub id: Cow<'static, str>,
    /// The name for people.
    pub name: Cow<'static, str>,
    /// Whose credential it is.
    pub provider: Cow<'static, str>,
    /// URL of the document that says these parts belong together.
    pub source: Cow<'static, str>,
    /// How bad a real one is.
    pub severity: Severity,
    /// The part that stands for all: the one that is secret.
    pub secret: PartSpec,
    /// The part without which there is no pair.
    pub required: PartSpec,
    /// Parts that join a pair when they are there, one each.
    pub optional: Cow<'static, [PartSpec]>,
    /// True where parts may be values without a form of their own, so that AWS's words beside them (`secret access key`) decide which is
    /// which. Elsewhere the rules of the parts know that.
    pub aws_names: bool,
    /// What to do about a real one.
    pub remediation: Cow<'static, [Cow<'static, str>]>,
}

impl PairRule {
    /// Returns all parts.
    pub fn parts(&self) -> impl Iterator<Item = &PartSpec> {
        [&self.secret, &self.required]
            .into_iter()
            .chain(self.optional.iter())
    }
}
