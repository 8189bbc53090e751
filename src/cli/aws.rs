//! `keyfence aws`.

use std::{
    fmt::Write as _,
    io::{self, BufRead as _, Write as _},
};

use super::{CLEAN, Failure, TROUBLE, args, args::AwsCommand};
use crate::validate::aws::key_id;

/// What the four letters before an id say (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html>).
const KINDS: &[(&str, &str)] = &[
    ("ABIA", "AWS STS service bearer token"),
    ("ACCA", "context-specific credential"),
    ("AGPA", "user group"),
    ("AIDA", "IAM user"),
    ("AIPA", "EC2 instance profile"),
    ("AKIA", "access key, long-term"),
    ("ANPA", "managed policy"),
    ("ANVA", "version of a managed policy"),
    ("APKA", "public key"),
    ("AROA", "role"),
    ("ASCA", "certificate"),
    ("ASIA", "access key, temporary (AWS STS)"),
];

pub(super) fn run(args: &args::Aws) -> Result<u8, Failure> {
    let AwsCommand::Decode { id, json } = &args.command;
    let ids = if id == "-" {
        io::stdin()
            .lock()
            .lines()
            .collect::<Result<Vec<_>, _>>()
            .map_err(|error| Failure::because("cannot read standard input", error))?
    } else {
        vec![id.clone()]
    };
    let mut out = String::new();
    let mut unknown = false;
    for id in ids.iter().map(|id| id.trim()).filter(|id| !id.is_empty()) {
        match decode(id) {
            Ok(facts) => print(id, &facts, *json, &mut out),
            Err(message) => {
                unknown = true;
                // Nothing can be done when standard error is closed.
                drop(writeln!(io::stderr(), "keyfence: {message}"));
            }
        }
    }
    io::stdout()
        .lock()
        .write_all(out.as_bytes())
        .map_err(|error| Failure::because("cannot write to standard output", error))?;
    // Not an id that AWS gives out: bad usage.
    Ok(if unknown { TROUBLE } else { CLEAN })
}

/// Returns what an id says about itself.
fn decode(id: &str) -> Result<Vec<(&'static str, String)>, String> {
    let kind = id
        .get(..4)
        .and_then(|prefix| KINDS.iter().find(|(known, _)| *known == prefix));
    let Some((_, kind)) = kind else {
        return Err(format!(
            "{id:?} begins with none of the prefixes of AWS ids ({})",
            KINDS.iter().map(|(p, _)| *p).collect::<Vec<_>>().join(", ")
        ));
    };
    if !(20..=21).contains(&id.len())
        || !id
            .bytes()
            .all(|b| b.is_ascii_uppercase() || (b'2'..=b'7').contains(&b))
    {
        return Err(format!(
            "{id:?} is not an AWS id: those have 20 or 21 characters out of A-Z and 2-7"
        ));
    }
    let mut facts = vec![("kind", (*kind).to_owned())];
    match key_id::account(id.as_bytes()) {
        Some(account) => {
            if let Some(operator) = key_id::canary(&account) {
                facts.push(("canary", operator.to_owned()));
            }
            facts.push(("account_id", account));
        }
        None => facts.push((
            "note",
            "ids of this age do not hold their account number".to_owned(),
        )),
    }
    Ok(facts)
}

fn print(id: &str, facts: &[(&str, String)], json: bool, out: &mut String) {
    if json {
        let mut object: serde_json::Map<String, serde_json::Value> = facts
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.clone().into()))
            .collect();
        object.insert("id".to_owned(), id.into());
        let _ = writeln!(out, "{}", serde_json::Value::Object(object));
    } else {
        let facts: Vec<String> = facts
            .iter()
            .map(|(name, value)| format!("{name}: {value}"))
            .collect();
        let _ = writeln!(out, "{id}  {}", facts.join(", "));
    }
}
