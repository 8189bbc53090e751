//! `--register-aws`: the patterns for AWS credentials, which `git secrets` keeps in the user's configuration.
//!
//! keyfence's own rules know these credentials better than any pattern can, so a scan recognises the patterns
//! ([`is_register_aws`]), in this spelling and in that of `git secrets`.

use bstr::{BStr, ByteSlice as _};

use super::{
    CLEAN, Stop,
    config::{self, Added, Key},
    say, tell,
};

/// The provider: the user's own credentials.
const PROVIDER: &str = "git secrets --aws-provider";

/// What an id may begin with
/// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html>), as `git secrets` lists it.
const ID_PREFIXES: &[&str] = &[
    "A3T[A-Z0-9]",
    "AKIA",
    "AGPA",
    "AIDA",
    "AROA",
    "AIPA",
    "ANPA",
    "ANVA",
    "ASIA",
];

/// What follows the prefix of an id.
const ID_REST: &str = "[A-Z0-9]{16}";

/// The id of an access key. With [`ID_PREFIXES`] and [`ID_REST`] it says the same thing twice, once as users see it.
const ACCESS_KEY_ID: &str = "(A3T[A-Z0-9]|AKIA|AGPA|AIDA|AROA|AIPA|ANPA|ANVA|ASIA)[A-Z0-9]{16}";

/// A long-lived key for Amazon Bedrock (<https://docs.aws.amazon.com/bedrock/latest/userguide/api-keys.html>).
const BEDROCK_LONG_LIVED: &str = "ABSK[A-Za-z0-9+/]{109,}=*";

/// A short-lived key for Amazon Bedrock: base64 of `bedrock.amazonaws.com` after a name.
const BEDROCK_SHORT_LIVED: &str = "bedrock-api-key-YmVkcm9jay5hbWF6b25hd3MuY29t";

/// A secret key that is given a name. The class has a backslash twice, which is once for POSIX and for others an escaped one.
const SECRET_KEY: &str = concat!(
    "[\"']?(AWS|Aws|aws)?_?(SECRET|Secret|secret)?_?(ACCESS|Access|access)?_?(KEY|Key|key)[\"']?",
    r"[[:space:]]*(:|=>?)[[:space:]]*",
    "[\"']?[A-Za-z0-9/+=\\\\]{40}[\"']?"
);

/// An account number that is given a name.
const ACCOUNT_ID: &str = concat!(
    "[\"']?(AWS|Aws|aws)?_?(ACCOUNT|Account|account)_?(ID|Id|id)?[\"']?",
    r"[[:space:]]*(:|=>?)[[:space:]]*",
    "[\"']?[0-9]{4}-?[0-9]{4}-?[0-9]{4}[\"']?"
);

/// The keys that AWS's documentation uses as examples.
const EXAMPLES: [&str; 2] = [
    "AKIAIOSFODNN7EXAMPLE",
    "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
];

/// Returns what is added, in this order.
fn values() -> impl Iterator<Item = (Key, &'static str)> {
    let patterns = [
        ACCESS_KEY_ID,
        BEDROCK_LONG_LIVED,
        BEDROCK_SHORT_LIVED,
        SECRET_KEY,
        ACCOUNT_ID,
    ];
    let patterns = patterns.into_iter().map(|value| (Key::Patterns, value));
    let allowed = EXAMPLES.into_iter().map(|value| (Key::Allowed, value));
    std::iter::once((Key::Providers, PROVIDER))
        .chain(patterns)
        .chain(allowed)
}

/// Adds what is not there yet. The exit code is always 0, so that scripts can do it again.
pub(super) fn run(global: bool) -> Result<u8, Stop> {
    let mut last_is_new = false;
    for (key, value) in values() {
        last_is_new = match config::add(key, value.into(), global) {
            Ok(added) => added == Added::New,
            Err(stop) => {
                if !stop.err.is_empty() {
                    say(&stop.err);
                }
                false
            }
        };
    }
    if last_is_new {
        tell(b"OK\n")?;
    }
    Ok(CLEAN)
}

/// Which of the patterns of `--register-aws` a pattern is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::cli) enum WhichAws {
    AccessKeyId,
    BedrockLongLived,
    BedrockShortLived,
    SecretKeyAssignment,
    AccountIdAssignment,
}

/// Returns which of the patterns of `--register-aws` this is, in our spelling or in that of any version of `git secrets`.
///
/// What a user has added to one, as a further alternative, makes it a pattern of the user's own.
pub(in crate::cli) fn is_register_aws(pattern: &BStr) -> Option<WhichAws> {
    // These are ASCII, and one line.
    let text = pattern.to_str().ok().filter(|text| !text.contains('\n'))?;
    if has_outer_alternative(text) {
        return None;
    }
    if is_key_id(text) {
        return Some(WhichAws::AccessKeyId);
    }
    if text.starts_with("ABSK[") && text.contains("]{109,}") {
        return Some(WhichAws::BedrockLongLived);
    }
    // The first letter of the base64 is left out: it is in a class where a pattern is written so as not to match itself.
    if text.starts_with("bedrock-api-key-") && text.contains("mVkcm9jay5hbWF6b25hd3MuY29t") {
        return Some(WhichAws::BedrockShortLived);
    }
    let starts_with_quote = text.starts_with("[\"']?") || text.starts_with("(\"|')?");
    if !starts_with_quote {
        return None;
    }
    if has_group(text, &["KEY", "Key", "key"])
        && has_group(text, &["SECRET", "Secret", "secret"])
        && text.contains("]{40}")
    {
        return Some(WhichAws::SecretKeyAssignment);
    }
    let fours = text.matches("[0-9]{4}").count();
    (has_group(text, &["ACCOUNT", "Account", "account"]) && fours == 3)
        .then_some(WhichAws::AccountIdAssignment)
}

/// Returns true for a group of prefixes of ids, AKIA among them, and the rest of an id after it.
fn is_key_id(text: &str) -> bool {
    let prefixes = text
        .strip_suffix(ID_REST)
        .and_then(|text| text.strip_prefix('('))
        .and_then(|text| text.strip_suffix(')'));
    prefixes.is_some_and(|prefixes| {
        let mut prefixes = prefixes.split('|');
        let all_known = prefixes.clone().all(|prefix| ID_PREFIXES.contains(&prefix));
        all_known && prefixes.any(|prefix| prefix == "AKIA")
    })
}

/// Returns true when there is a `|` outside of groups. These patterns escape no bracket, so the brackets can be counted.
fn has_outer_alternative(text: &str) -> bool {
    let mut depth = 0_usize;
    for byte in text.bytes() {
        match byte {
            b'(' => depth += 1,
            b')' => depth = depth.saturating_sub(1),
            b'|' if depth == 0 => return true,
            _ => {}
        }
    }
    false
}

/// Returns true when `text` has a group of exactly these words, in any order.
fn has_group(text: &str, words: &[&str]) -> bool {
    text.split('(').any(|rest| {
        let Some((group, _)) = rest.split_once(')') else {
            return false;
        };
        let mut found: Vec<&str> = group.split('|').collect();
        let mut words = words.to_vec();
        found.sort_unstable();
        words.sort_unstable();
        found == words
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(pattern: &str, expected: Option<WhichAws>) {
        assert_eq!(is_register_aws(pattern.into()), expected, "{pattern}");
    }

    #[test]
    fn our_own_spelling_is_recognised() {
        check(ACCESS_KEY_ID, Some(WhichAws::AccessKeyId));
        check(BEDROCK_LONG_LIVED, Some(WhichAws::BedrockLongLived));
        check(BEDROCK_SHORT_LIVED, Some(WhichAws::BedrockShortLived));
        check(SECRET_KEY, Some(WhichAws::SecretKeyAssignment));
        check(ACCOUNT_ID, Some(WhichAws::AccountIdAssignment));
        let spelled = format!("({}){ID_REST}", ID_PREFIXES.join("|"));
        assert_eq!(ACCESS_KEY_ID, spelled);
    }

    /// Turns our spelling into others that say the same.
    fn respelled(pattern: &str) -> Vec<String> {
        let quotes = pattern.replace("[\"']?", "(\"|')?");
        let blanks = quotes.replace("[[:space:]]*", r"\s*");
        let arrows = blanks.replace("(:|=>?)", "(:|=>|=)");
        let upper_first = arrows
            .replace("(KEY|Key|key)", "(KEY|key|Key)")
            .replace("(SECRET|Secret|secret)", "(SECRET|secret|Secret)")
            .replace("(ACCOUNT|Account|account)", "(ACCOUNT|account|Account)");
        let escapes = upper_first
            .replace("}-?[", "}\\-?[")
            .replace(r"/+=\\]", r"/\+=]");
        vec![quotes, blanks, arrows, upper_first, escapes]
    }

    #[test]
    fn other_spellings_are_recognised() {
        for pattern in respelled(SECRET_KEY) {
            check(&pattern, Some(WhichAws::SecretKeyAssignment));
        }
        for pattern in respelled(ACCOUNT_ID) {
            check(&pattern, Some(WhichAws::AccountIdAssignment));
        }
        check(
            "(A3T[A-Z0-9]|AKIA|AGPA|AROA|AIPA|ANPA|ANVA|ASIA)[A-Z0-9]{16}",
            Some(WhichAws::AccessKeyId),
        );
        check(
            "bedrock-api-key-[Y]mVkcm9jay5hbWF6b25hd3MuY29t",
            Some(WhichAws::BedrockShortLived),
        );
    }

    #[test]
    fn patterns_of_the_users_own_are_not() {
        check("", None);
        check("password", None);
        check("AKIA[A-Z0-9]{16}", None);
        check("(AKIA|ACME)[A-Z0-9]{16}", None);
        check("(AGPA|AIDA)[A-Z0-9]{16}", None);
        check("(KEY|Key|key)=[a-z]{40}", None);
        check("bedrock-api-key-", None);
        check("ABSK[A-Z]{20}", None);
        for pattern in [
            ACCESS_KEY_ID,
            BEDROCK_LONG_LIVED,
            BEDROCK_SHORT_LIVED,
            SECRET_KEY,
            ACCOUNT_ID,
        ] {
            check(&format!("{pattern}|acme_[0-9]+"), None);
            check(&format!("acme|{pattern}"), None);
            check(&format!("{pattern}\nacme"), None);
        }
        check(&SECRET_KEY.replace("{40}", "{32}"), None);
        check(&ACCOUNT_ID.replacen("[0-9]{4}", "[0-9]{5}", 1), None);
    }
}
