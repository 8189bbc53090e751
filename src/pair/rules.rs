//! Which parts make up a credential of several parts, as data.

use crate::rule::Severity;

/// One part of a credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PartSpec {
    /// The `part` that rules give for it.
    pub part: &'static str,
    /// Its name in reports.
    pub name: &'static str,
}

/// A credential of several parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PairRule {
    /// The identifier people write in allow entries.
    pub id: &'static str,
    /// The name for people.
    pub name: &'static str,
    /// Whose credential it is.
    pub provider: &'static str,
    /// How bad a real one is.
    pub severity: Severity,
    /// URL of the document that says these parts belong together.
    pub source: &'static str,
    /// What to do about a real one.
    pub remediation: &'static [&'static str],
    /// The part that stands for all: the one that is secret.
    pub secret: PartSpec,
    /// The part without which there is no pair.
    pub required: PartSpec,
    /// Parts that join a pair when they are there.
    pub optional: &'static [PartSpec],
}

const ACCESS_KEY_ID: PartSpec = PartSpec {
    part: "aws/access-key-id",
    name: "access_key_id",
};

/// All pair rules. A part goes to the first rule that can use it.
static PAIR_RULES: &[PairRule] = &[
    PairRule {
        id: "aws-access-key-pair",
        name: "AWS access key pair",
        provider: "aws",
        severity: Severity::Critical,
        source: "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html",
        remediation: &[
            "IAM console, Users, Security credentials: deactivate the key, see that nothing breaks, then delete it; a key of the root user is deleted at once",
            "A temporary key (ASIA…) cannot be deleted: attach the AWSRevokeOlderSessions policy to its role",
            "Look in CloudTrail for what the key did since it was exposed",
            "Replace it by a role, by IAM Identity Center, or by OIDC federation in CI",
        ],
        secret: PartSpec {
            part: "aws/secret-access-key",
            name: "secret_access_key",
        },
        required: ACCESS_KEY_ID,
        optional: &[PartSpec {
            part: "aws/session-token",
            name: "session_token",
        }],
    },
    PairRule {
        id: "aws-ses-smtp-credential",
        name: "Amazon SES SMTP user and password",
        provider: "aws",
        severity: Severity::High,
        source: "https://docs.aws.amazon.com/ses/latest/dg/smtp-credentials.html",
        remediation: &[
            "Delete the access key that is the SMTP user name in IAM: the password is derived from its secret",
            "Make new SMTP credentials in the SES console",
        ],
        secret: PartSpec {
            part: "aws/ses-smtp-password",
            name: "smtp_password",
        },
        required: ACCESS_KEY_ID,
        optional: &[],
    },
    PairRule {
        id: "aws-service-specific-credential",
        name: "AWS service-specific credential",
        provider: "aws",
        severity: Severity::High,
        source: "https://docs.aws.amazon.com/IAM/latest/APIReference/API_ServiceSpecificCredential.html",
        remediation: &[
            "aws iam delete-service-specific-credential with the id that stands beside it",
        ],
        secret: PartSpec {
            part: "aws/service-password",
            name: "service_password",
        },
        required: PartSpec {
            part: "aws/service-credential-id",
            name: "service_credential_id",
        },
        optional: &[],
    },
];

/// Returns all pair rules.
pub fn pair_rules() -> &'static [PairRule] {
    PAIR_RULES
}
