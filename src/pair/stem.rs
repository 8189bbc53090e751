//! What of a name says which account its value is of: `prod` of `PROD_TWILIO_AUTH_TOKEN`.

use super::label::words;

/// Words for what a value is. Two values of one account have them, but not the rest of their names, in common.
const ROLES: &[&str] = &[
    "access",
    "account",
    "acct",
    "admin",
    "api",
    "app",
    "application",
    "auth",
    "authorization",
    "azure",
    "basic",
    "bearer",
    "client",
    "cloud",
    "consumer",
    "credential",
    "credentials",
    "database",
    "db",
    "directory",
    "email",
    "host",
    "id",
    "identifier",
    "key",
    "keys",
    "login",
    "mail",
    "master",
    "merchant",
    "name",
    "oauth",
    "oauth2",
    "owner",
    "partner",
    "pass",
    "passphrase",
    "passwd",
    "password",
    "private",
    "project",
    "public",
    "publishable",
    "pwd",
    "rest",
    "search",
    "secret",
    "secure",
    "server",
    "service",
    "sid",
    "sp",
    "subscription",
    "tenant",
    "token",
    "url",
    "user",
    "username",
    "value",
    "webhook",
    "x",
];

/// The longest word that is taken apart, in bytes.
const MAX_WORD_BYTES: usize = 32;

/// Returns the words of `name`, in small letters and joined, without those for roles and without the name of the `provider`.
pub(super) fn stem(name: &str, provider: &str) -> String {
    let is_role = |word: &str| word.len() <= MAX_WORD_BYTES && is_made_of_roles(word, provider);
    let mut rest = String::new();
    for word in words(name) {
        let body = word.trim_end_matches(|c: char| c.is_ascii_digit());
        if is_role(&word) {
            continue;
        }
        let number = word.strip_prefix(body).unwrap_or_default();
        rest.push_str(if is_role(body) { number } else { &word });
    }
    rest
}

/// Returns true for a word like `clientsecret`.
fn is_made_of_roles(word: &str, provider: &str) -> bool {
    word.is_empty()
        || ROLES
            .iter()
            .copied()
            .chain([provider])
            .filter_map(|role| word.strip_prefix(role))
            .any(|rest| rest.len() < word.len() && is_made_of_roles(rest, provider))
}

#[cfg(test)]
mod tests {
    use super::stem;

    #[test]
    fn names() {
        for (name, expected) in [
            ("TWILIO_ACCOUNT_SID", ""),
            ("PROD_TWILIO_AUTH_TOKEN", "prod"),
            ("twilioProdAuthToken", "prod"),
            ("TWILIO_AUTH_TOKEN_2", "2"),
            ("TWILIO_AUTH_TOKEN2", "2"),
            ("clientsecret", ""),
            ("tf_var_authtoken", "tfvar"),
            ("oauth2ClientId", ""),
            ("", ""),
        ] {
            assert_eq!(stem(name, "twilio"), expected, "{name}");
        }
    }
}
