//! `KEYFENCE_SKIP="why"`: leaves a check out, once, and says so.

use std::io::{self, Write as _};

use super::{
    super::{Failure, environment},
    receipt,
};
use crate::source::{config::Value, repository::Repository};

/// The configuration key that forbids it. Whoever says no wins: a repository cannot allow what the system forbids.
const KEY: &str = "keyfence.allowSkip";

/// Returns true when the check is to be left out.
pub(super) fn asked(repository: &Repository, hook: &str) -> Result<bool, Failure> {
    let Some(reason) = environment::skip_reason() else {
        return Ok(false);
    };
    let reason = one_line(&reason);
    if ["1", "true", "yes", "on", "y"].contains(&&*reason.to_ascii_lowercase()) {
        return Err(Failure::new(format!(
            "KEYFENCE_SKIP={reason} says no reason; write why this check is left out, like KEYFENCE_SKIP=\"key was revoked\""
        )));
    }
    if let Some(value) = forbids(repository) {
        say(&format!(
            "KEYFENCE_SKIP is not permitted here ({KEY} = {} in {}), so everything is checked",
            value.value, value.origin
        ));
        return Ok(false);
    }
    receipt::skipped(repository, hook, &reason)?;
    say(&format!("{hook} was not checked: {reason}"));
    Ok(true)
}

/// Returns true when no check may be left out.
pub(super) fn is_forbidden(repository: &Repository) -> bool {
    forbids(repository).is_some()
}

fn forbids(repository: &Repository) -> Option<Value> {
    let is_no = |value: &Value| {
        let value = value.value.to_string().to_ascii_lowercase();
        ["false", "no", "off", "0"].contains(&&*value)
    };
    repository.values(KEY).into_iter().find(is_no)
}

fn one_line(text: &str) -> String {
    let words: Vec<&str> = text.split(char::is_control).collect();
    words.join(" ").trim().to_owned()
}

fn say(text: &str) {
    // What is said changes nothing.
    drop(writeln!(io::stderr(), "keyfence: {text}"));
}
