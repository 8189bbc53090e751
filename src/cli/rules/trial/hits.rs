//! A hit: one value that a rule finds, with what groups go by.

use std::{borrow::Cow, collections::BTreeSet};

use bstr::{BStr, BString, ByteSlice as _};

use super::look::{self, Look};
use crate::{
    finding::{Excerpt, Finding},
    report::Scrub,
    rule::{Confidence, Rule},
};

/// The longest name of a key, in bytes; what is longer is none.
const LONGEST_KEY: usize = 60;

/// One value that a rule finds.
#[derive(Debug, Clone)]
pub(super) struct Hit {
    /// Where it stands, or stood first: the most urgent of its places. Secrets in it are hidden.
    pub(super) path: BString,
    pub(super) line: u64,
    pub(super) column: u64,
    /// The commit that introduced it there, in hexadecimal digits.
    pub(super) commit: Option<String>,
    pub(super) confidence: Confidence,
    pub(super) fingerprint: String,
    pub(super) redacted: String,
    /// The value in clear, where that was asked for.
    pub(super) secret: Option<String>,
    /// The encodings it was found under, outermost first.
    pub(super) decoded: Vec<&'static str>,
    /// How many stays it has.
    pub(super) places: usize,
    /// How many paths it stood at.
    pub(super) paths: usize,
    /// What paths like this one have in common.
    pub(super) shape: String,
    /// The name that stands before it, in lower case.
    pub(super) key: Option<String>,
    pub(super) look: Look,
    /// A check is sure of it.
    pub(super) proved: bool,
}

impl Hit {
    pub(super) fn new(rule: &Rule, finding: &Finding, scrub: &Scrub, show: bool) -> Self {
        let path = BString::from(scrub.bytes(&finding.path).into_owned());
        let paths: BTreeSet<&BStr> = finding
            .occurrences
            .iter()
            .map(|place| place.path.as_bstr())
            .collect();
        let secret = finding.secret.expose();
        Self {
            line: finding.start.line,
            column: finding.start.column,
            commit: finding.commit.as_ref().map(|commit| commit.id.clone()),
            confidence: finding.confidence,
            fingerprint: finding.fingerprint.to_string(),
            redacted: finding.redacted.clone(),
            secret: show.then(|| String::from_utf8_lossy(secret).into_owned()),
            decoded: finding.decoded.clone(),
            places: finding.occurrences.len().max(1),
            paths: paths.len().max(1),
            shape: shape(path.as_bstr()),
            key: finding
                .excerpt
                .as_ref()
                .and_then(key)
                .map(|key| String::from_utf8_lossy(&scrub.bytes(key.as_bytes())).into_owned()),
            look: look::of(rule, secret),
            proved: !rule.checks.is_empty() && finding.confidence == Confidence::High,
            path,
        }
    }
}

/// Puts the hits of one value in several files of a work tree together: there each is a finding of its own.
pub(super) fn join(hits: Vec<Hit>) -> Vec<Hit> {
    let mut out: Vec<Hit> = Vec::new();
    let mut at = std::collections::HashMap::new();
    let mut paths: Vec<BTreeSet<BString>> = Vec::new();
    for hit in hits {
        match at.get(&hit.fingerprint) {
            None => {
                at.insert(hit.fingerprint.clone(), out.len());
                paths.push(BTreeSet::from([hit.path.clone()]));
                out.push(hit);
            }
            Some(&first) => {
                let known: &mut Hit = &mut out[first];
                let paths: &mut BTreeSet<BString> = &mut paths[first];
                paths.insert(hit.path);
                known.places += hit.places;
                known.paths = known.paths.max(paths.len());
                known.confidence = known.confidence.max(hit.confidence);
            }
        }
    }
    out
}

/// Returns what paths like `path` have in common: its folders with numbers as `#`, and the ending of its name.
fn shape(path: &BStr) -> String {
    let text = path.to_str_lossy();
    // `<commit 0123…>` and the like are no paths.
    if let Some(what) = text.strip_prefix('<') {
        let word = what.split([' ', '>']).next().unwrap_or_default();
        return format!("<{word}>");
    }
    let (folder, name) = text.rsplit_once('/').unwrap_or(("", &text));
    let name = match name.rsplit_once('.') {
        Some((stem, ending)) if !stem.is_empty() && ending.len() <= 12 => {
            Cow::Owned(format!("*.{ending}"))
        }
        _ => numbers_out(name),
    };
    if folder.is_empty() {
        name.into_owned()
    } else {
        format!("{}/{name}", numbers_out(folder))
    }
}

/// Returns `text` with each number in it as `#`.
fn numbers_out(text: &str) -> Cow<'_, str> {
    if !text.contains(|c: char| c.is_ascii_digit()) {
        return Cow::Borrowed(text);
    }
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '0'..='9' if out.ends_with('#') => {}
            '0'..='9' => out.push('#'),
            _ => out.push(c),
        }
    }
    Cow::Owned(out)
}

/// Returns the name that stands before the secret on its line, in lower case.
fn key(excerpt: &Excerpt) -> Option<String> {
    let before = excerpt.text.get(..excerpt.mark.start)?;
    let is_name = |c: char| c.is_ascii_alphanumeric() || "_.-".contains(c);
    let before = before.trim_end_matches(|c: char| !is_name(c));
    let start = before
        .char_indices()
        .rfind(|(_, c)| !is_name(*c))
        .map_or(0, |(at, c)| at + c.len_utf8());
    let name = before.get(start..)?.trim_matches(['.', '-']);
    let has_letter = name.contains(|c: char| c.is_ascii_alphabetic());
    (has_letter && name.len() <= LONGEST_KEY).then(|| name.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::{key, shape};
    use crate::finding::Excerpt;

    #[test]
    fn shapes_of_paths() {
        for (path, expected) in [
            ("a.env", "*.env"),
            ("Makefile", "Makefile"),
            (".npmrc", ".npmrc"),
            ("test/fixtures/run12/a.json", "test/fixtures/run#/*.json"),
            ("v1/v2/name3", "v#/v#/name#"),
            ("<commit 0123456789>", "<commit>"),
            ("<note 0123>", "<note>"),
        ] {
            assert_eq!(shape(path.into()), expected, "{path}");
        }
    }

    #[test]
    fn names_before_values() {
        for (text, expected) in [
            ("export API_KEY=\"***", Some("api_key")),
            ("\"client.secret\" : \"***", Some("client.secret")),
            ("***", None),
            ("12: ***", None),
            ("grüße***", Some("e")),
        ] {
            let start = text.find("***").unwrap();
            let excerpt = Excerpt {
                text: text.to_owned(),
                mark: start..text.len(),
            };
            assert_eq!(key(&excerpt).as_deref(), expected, "{text}");
        }
    }
}
