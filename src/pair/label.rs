//! The name that stands left of a value: `aws_secret_access_key =`, `<SecretKey>`, `"Name": "AWS_SECRET", "Value":`, the header of a
//! column.

/// What a name says its value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LabelKind {
    /// No name, or one that says nothing.
    #[default]
    None,
    /// An id or a user name.
    Id,
    /// A secret or a password.
    Secret,
    /// A session token.
    Token,
    /// Something that is no credential, or another vendor's: a commit, a digest, a Stripe key.
    Other,
}

/// A name left of a value.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Label {
    /// What it says the value is.
    pub kind: LabelKind,
    /// True when it names AWS, or uses AWS's own words ("secret access key").
    pub aws: bool,
    /// The name as it stands.
    pub name: String,
    /// The name in small letters without the words for the role and without separators: `prod` of `PROD_AWS_SECRET_KEY`.
    pub stem: String,
}

/// Words for "session token".
const TOKEN: &[&str] = &["sessiontoken", "securitytoken", "awstoken", "session"];

/// Words for things that are no secret access key, whatever else the name says.
const OTHER: &[&str] = &[
    "sha",
    "commit",
    "digest",
    "integrity",
    "checksum",
    "etag",
    "md5",
    "hash",
    "revision",
    "signature",
    "fingerprint",
    "nonce",
    "csrf",
    "publickey",
    "image",
    "encrypted",
    "hmac",
    "certificate",
    "salt",
    "stripe",
    "github",
    "gitlab",
    "azure",
    "google",
    "gcp",
    "firebase",
    "twilio",
    "slack",
    "heroku",
    "sendgrid",
    "algolia",
    "facebook",
    "twitter",
    "linkedin",
    "dropbox",
    "npm",
    "openai",
    "datadog",
    "mailgun",
    "paypal",
    "square",
    "shopify",
    "okta",
    "auth0",
    "jwt",
    "django",
    "rails",
    "laravel",
    "cloudinary",
    "pusher",
    "sentry",
    "tencent",
    "aliyun",
    "alibaba",
];

/// Words for a secret, in the languages people write names and notes in.
const SECRET: &[&str] = &[
    "secret",
    "シークレット",
    "密钥",
    "金鑰",
    "시크릿",
    "секрет",
    "ключ",
    "secrète",
    "secrete",
    "geheim",
    "secreta",
    "segreta",
    "gizli",
    "tajny",
    "privatekey",
    "秘密",
];

/// Words for an id.
const ID: &[&str] = &[
    "accesskeyid",
    "accesskey",
    "accessid",
    "keyid",
    "awskey",
    "awsid",
    "awsaccess",
    "アクセスキー",
    "访问密钥id",
    "访问键",
    "엑세스키",
    "액세스키",
    "cléd'accès",
    "zugriffsschlüssel",
    "clavedeacceso",
    "username",
    "user",
    "login",
];

/// Words that say nothing of the value: what holds it, or its type.
const HOLDERS: &[&str] = &[
    "value",
    "val",
    "string",
    "str",
    "default",
    "defaultvalue",
    "text",
    "content",
    "const",
    "char",
    "key",
    "or",
    "is",
    "was",
    "set",
    "to",
    "be",
    "std",
    "name",
    "entry",
    "property",
    "param",
    "arg",
    "td",
    "env",
    "export",
    "var",
    "let",
    "static",
    "final",
];

/// Words for the role, dropped from the stem; the longest that fits is taken.
const ROLE: &[&str] = &[
    "secretaccesskey",
    "sessiontoken",
    "securitytoken",
    "accesskeyid",
    "secretkeyid",
    "secretkey",
    "accesskey",
    "secretaccess",
    "keyid",
    "access",
    "amazon",
    "secret",
    "session",
    "token",
    "key",
    "aws",
    "id",
];

impl Label {
    /// Reads a name.
    pub fn of(name: &str) -> Self {
        let joined: String = name
            .chars()
            .filter(|c| c.is_alphanumeric() || *c == '\'')
            .flat_map(char::to_lowercase)
            .collect();
        let any = |words: &[&str]| words.iter().any(|word| joined.contains(word));
        let aws = joined.contains("secretaccess")
            || joined.contains("シークレットアクセス")
            || joined.contains("aws")
            || joined.contains("amazon")
            || joined.starts_with("s3");
        let secret = any(SECRET) && !joined.ends_with("keyid") && joined != "访问密钥id";
        // AWS beats another vendor in one name: `heroku_aws_secret_key`.
        let other = !(aws && secret)
            && words(name)
                .iter()
                .any(|word| OTHER.contains(&word.as_str()));
        let kind = if any(TOKEN) {
            LabelKind::Token
        } else if other {
            LabelKind::Other
        } else if secret {
            LabelKind::Secret
        } else if any(ID) || words(name).iter().any(|word| word == "id") {
            LabelKind::Id
        } else {
            LabelKind::None
        };
        Self {
            kind,
            aws,
            name: name.to_owned(),
            stem: stem(name),
        }
    }

    /// Returns true when `word` is only the holder of a value (`value:`, `String`), so that the name stands further left.
    pub(super) fn is_holder(word: &str) -> bool {
        HOLDERS.contains(&word.to_lowercase().as_str())
    }
}

/// Splits a name at separators and where a small letter meets a capital.
pub(super) fn words(name: &str) -> Vec<String> {
    let mut out = vec![String::new()];
    let mut before_is_lower = false;
    for c in name.chars() {
        if !c.is_alphanumeric() || (before_is_lower && c.is_uppercase()) {
            out.push(String::new());
        }
        before_is_lower = c.is_lowercase();
        if c.is_alphanumeric()
            && let Some(word) = out.last_mut()
        {
            word.extend(c.to_lowercase());
        }
    }
    out.retain(|word| !word.is_empty());
    out
}

fn stem(name: &str) -> String {
    let mut rest = String::new();
    for word in words(name) {
        let number = word.trim_start_matches(|c: char| !c.is_ascii_digit());
        let body = word.trim_end_matches(|c: char| c.is_ascii_digit());
        if ROLE.contains(&word.as_str()) || ["secret", "access", "session"].contains(&word.as_str())
        {
            continue;
        }
        if ROLE.contains(&body) {
            rest.push_str(number);
        } else {
            rest.push_str(&word);
        }
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::{Label, LabelKind};

    #[track_caller]
    fn check(name: &str, kind: LabelKind, aws: bool, stem: &str) {
        assert_eq!(
            Label::of(name),
            Label {
                kind,
                aws,
                name: name.to_owned(),
                stem: stem.to_owned()
            },
            "{name}"
        );
    }

    #[test]
    fn names() {
        check("aws_secret_access_key", LabelKind::Secret, true, "");
        check("AWS_ACCESS_KEY_ID", LabelKind::Id, true, "");
        check("prodSecretAccessKey", LabelKind::Secret, true, "prod");
        check("PROD_ACCESS_KEY_ID", LabelKind::Id, false, "prod");
        check("secret_key2", LabelKind::Secret, false, "2");
        check("access_key_2", LabelKind::Id, false, "2");
        check("AWS_SESSION_TOKEN", LabelKind::Token, true, "");
        check("commit", LabelKind::Other, false, "commit");
        check("git_sha", LabelKind::Other, false, "gitsha");
        check("STRIPE_SECRET_KEY", LabelKind::Other, false, "stripe");
        check(
            "シークレットアクセスキー",
            LabelKind::Secret,
            true,
            "シークレットアクセスキー",
        );
        check("fs.s3a.secret.key", LabelKind::Secret, false, "fss3a");
        check("heroku_aws_secret_key", LabelKind::Secret, true, "heroku");
        check("x", LabelKind::None, false, "x");
    }
}
