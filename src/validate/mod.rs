//! Proof of form: does a candidate have the structure its vendor gives the real thing?
//!
//! A check is a pure function, named in rule files (`checks = ["github-crc"]`), one file a family. It answers with a
//! [`Proof`]: refuted (cannot be real), plausible, or proved (chance would almost never make this), and may add facts
//! (`account_id`) or correct the severity (an encrypted key).

mod account;
mod atlassian;
pub mod aws;
mod azure;
pub(crate) mod base58;
mod basic;
pub mod checksum;
pub(crate) mod cisco;
pub(crate) mod civil;
mod github;
mod gitlab;
mod grafana;
mod jwt;
pub(crate) mod key;
mod openai;
mod placeholder;
mod pypi;
mod query;
mod signed_url;
pub(crate) mod stellar;
mod stripe;
mod structure;
mod tail;
mod url;

use crate::rule::{Confidence, Severity};

/// How many bytes before a match a check may look at.
pub const BEFORE_BYTES: usize = 512;

/// What a check looks at.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// The secret alone.
    pub secret: &'a [u8],
    /// The whole match; the secret lies within it.
    pub matched: &'a [u8],
    /// The bytes before the match, [`BEFORE_BYTES`] at the most.
    pub before: &'a [u8],
    /// The bytes after the match, to the end of the chunk.
    pub after: &'a [u8],
}

/// Returns true when `text` stands for a secret and is none: a variable, a format directive, a mask, a word for a password, or a password
/// that everybody knows.
pub fn is_no_secret(text: &[u8]) -> bool {
    placeholder::is_placeholder(text) || placeholder::is_trivial(text)
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
    /// How many bytes right before the secret belong to it, too: what stands before a mark in the middle of a token.
    pub extend_back_bytes: usize,
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

    /// Says that it has the form of a real one and cannot be one: `why` it is not.
    #[must_use]
    pub fn malformed(self, why: &'static str) -> Self {
        self.with_fact("malformed", why).at_most(Confidence::Low)
    }

    /// Sets the most confidence that is justified.
    #[must_use]
    pub fn at_most(mut self, confidence: Confidence) -> Self {
        self.at_most = Some(confidence);
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
    ("account", account::check),
    ("age-identity", key::age_identity),
    ("apify-crc", tail::apify),
    ("armored-key", key::armored),
    ("atlassian-crc", atlassian::crc),
    ("atlassian-data-center", structure::atlassian_data_center),
    ("aws-access-key-id", aws::key_id::check),
    ("aws-api-gateway", aws::service::check_api_gateway),
    ("aws-base36", aws::service::check_base36),
    ("aws-bedrock-long-term", aws::bedrock::check_long_term),
    ("aws-bedrock-short-term", aws::bedrock::check_short_term),
    ("aws-codeartifact", aws::token::check_codeartifact),
    ("aws-ecr-password", aws::token::check_ecr_password),
    ("aws-ecr-token", aws::token::check_ecr),
    ("aws-eks-token", aws::token::check_eks),
    ("aws-legacy-key-id", aws::key_id::check_legacy),
    ("aws-mfa-seed", aws::token::check_mfa_seed),
    ("aws-presigned-v2", aws::presigned::check_v2),
    ("aws-presigned-v4", aws::presigned::check_v4),
    ("aws-secret-bare", aws::secret::check_bare),
    ("aws-secret-named", aws::secret::check_named),
    ("aws-service-password", aws::token::check_service_password),
    ("aws-ses-smtp", aws::service::check_ses_smtp),
    ("aws-session-token", aws::token::check_session),
    ("azure-checksum", azure::check),
    ("azure-entra", azure::check_entra),
    ("azure-sas", azure::check_sas),
    ("basic-pair", basic::check),
    ("bech32", key::bech32),
    ("bitcoin-extended", base58::bitcoin_extended),
    ("bitcoin-wif", base58::bitcoin_wif),
    ("cisco-type7", cisco::type7),
    ("cloudflare-crc", tail::cloudflare),
    ("cloudflare-tunnel", structure::cloudflare_tunnel),
    ("cloudfront-signed-url", signed_url::cloudfront),
    ("connection-password", url::check_connection),
    ("discord-bot", structure::discord_bot),
    ("docker-config", basic::check_docker_config),
    ("elastic-api-key", structure::elastic_api_key),
    ("elastic-cloud", structure::elastic_cloud),
    ("encoded-password", basic::check_encoded),
    ("encoded-pem-key", key::encoded_pem),
    ("github-crc", github::classic),
    ("github-fine-grained", github::fine_grained),
    ("github-server-crc", github::server),
    ("gitlab-routable", gitlab::routable),
    ("google-signed-url-v2", signed_url::google_v2),
    ("google-signed-url-v4", signed_url::google_v4),
    ("grafana-cloud", grafana::cloud),
    ("grafana-crc", grafana::crc),
    ("grafana-key", grafana::legacy_key),
    ("intercom", structure::intercom),
    ("jfrog-reference", structure::jfrog_reference),
    ("jwt", jwt::check),
    ("jwt-kubernetes", jwt::check_kubernetes),
    ("mapbox", structure::mapbox),
    ("not-hex", stripe::not_hex),
    ("npm-crc", tail::npm),
    ("nvidia-ngc", structure::nvidia_ngc),
    ("onepassword-service", structure::onepassword_service),
    ("openai-halves", openai::halves),
    ("oss-signed-url-v1", signed_url::oss_v1),
    ("oss-signed-url-v4", signed_url::oss_v4),
    ("plain-password", basic::check_plain),
    ("putty-key", key::putty_key),
    ("pypi-macaroon", pypi::macaroon),
    ("ripple-seed", base58::ripple_seed),
    ("salad-crc", tail::salad),
    ("sentry-org", structure::sentry_org),
    ("some-digit", structure::some_digit),
    ("stellar-seed", stellar::seed),
    ("stripe-own", stripe::own),
    ("url-password", url::check),
    ("vercel-crc", tail::vercel),
    ("zuplo-crc", tail::zuplo),
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{CHECKS, Subject};

    proptest! {
        /// Whatever stands in a file, a check answers, and claims no bytes that are not there.
        #[test]
        fn checks_read_any_bytes(
            head in proptest::sample::select(vec!["", "BEGIN RSA PRIVATE KEY-----", "BEGIN OPENSSH PRIVATE KEY-----", "BEGIN PGP PRIVATE KEY BLOCK-----", "eyJ"]),
            text in "[ -~\n]{0,80}|[A-Za-z0-9+/=]{0,200}|(Encryption: none\n|Private-Lines: [0-9]{1,4}\n|[A-Za-z0-9]{1,64}\n){0,9}",
            bytes in proptest::collection::vec(any::<u8>(), 0..120),
            cut in 0..40_usize,
            plain in any::<bool>(),
        ) {
            let encoded = data_encoding::BASE64.encode(&bytes).into_bytes();
            let tail = if plain { text.into_bytes() } else { encoded };
            let whole = [head.as_bytes(), &tail].concat();
            let (matched, after) = whole.split_at(whole.len().min(head.len() + cut));
            for (name, check) in CHECKS {
                for secret in [matched, after, &bytes] {
                    let proof = check(Subject { secret, matched, before: b"", after });
                    prop_assert!(proof.extend_bytes <= after.len(), "{}", name);
                }
            }
        }
    }
}

/// What the tests of the checks share.
#[cfg(test)]
mod test_support {
    use super::{Check, Proof, Subject, Verdict};

    /// Returns what `check` says about `token` standing alone.
    pub(super) fn proof(check: Check, token: &str) -> Proof {
        check(Subject {
            before: b"",
            secret: token.as_bytes(),
            matched: token.as_bytes(),
            after: b"",
        })
    }

    /// Returns the verdict of `check` about `token` standing alone.
    pub(super) fn verdict(check: Check, token: &str) -> Verdict {
        proof(check, token).verdict
    }
}
