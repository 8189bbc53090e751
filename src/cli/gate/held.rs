//! What a gate goes by: the policy of the commit where a merge request parts from its base, not what the request makes of it.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use bstr::{BStr, BString, ByteSlice as _};

use super::super::{
    Failure, args,
    config::{Root, Sources},
    git_secrets::compile,
};
use crate::{
    config::{self, Config, Owner},
    finding::receipt::PolicyChange,
    policy::{
        allow::{self, Entry},
        baseline,
    },
};

/// The files of the repository that options name, and its configuration.
#[derive(Debug)]
pub(super) struct Named {
    config: Option<PathBuf>,
    baseline: Option<PathBuf>,
    rules: Vec<PathBuf>,
}

impl Named {
    /// Returns those that `common` names. What lies outside of the repository is none of them: no commit can change it.
    pub(super) fn new(common: &args::Common, sources: &Sources<'_>) -> Result<Self, Failure> {
        let within = |path: &PathBuf| {
            Ok(match sources.typed(path)? {
                (Root::Folder(_), _) => None,
                (_, path) => Some(path),
            })
        };
        let maybe = |path: &Option<PathBuf>| path.as_ref().map(within).transpose();
        let options = &common.rules;
        Ok(Self {
            config: match &options.config {
                None => (!options.no_config).then(|| config::FILE.into()),
                Some(path) => within(path)?,
            },
            baseline: maybe(&common.baseline)?.flatten(),
            rules: (options.rules.iter().map(within))
                .filter_map(Result::transpose)
                .collect::<Result<_, _>>()?,
        })
    }
}

/// The files of the policy that one commit has.
#[derive(Debug, Default)]
pub(super) struct Held {
    allow: BString,
    pub(super) git_allowed: BString,
    config: Option<(PathBuf, BString)>,
    baselines: BTreeMap<PathBuf, BString>,
    rules: BTreeMap<PathBuf, BString>,
}

impl Held {
    /// Returns those of the commit `root`.
    pub(super) fn of(root: &Root<'_>, named: &Named) -> Result<Self, Failure> {
        let read = |path: &Path| Ok(BString::from(root.read(path)?.unwrap_or_default()));
        let mut held = Self {
            allow: read(allow::PATH.as_ref())?,
            git_allowed: read(compile::GIT_ALLOWED.as_ref())?,
            ..Self::default()
        };
        let mut baselines: Vec<PathBuf> = named.baseline.iter().cloned().collect();
        let mut rules = named.rules.clone();
        if let Some(path) = &named.config {
            let text = read(path)?;
            let folder = path.parent().unwrap_or(Path::new(""));
            let config = configuration(&text);
            baselines.extend(config.baseline.iter().map(|path| folder.join(path)));
            rules.extend(config.rules.files.iter().map(|path| folder.join(path)));
            held.config = Some((path.clone(), text));
        }
        // What of these cannot be read is told where the policy is made of them.
        let read = |path: &Path| BString::from(root.read(path).ok().flatten().unwrap_or_default());
        for path in baselines {
            let text = read(&path);
            held.baselines.insert(path, text);
        }
        for path in rules {
            for file in root.rule_files(&path).unwrap_or_default() {
                let text = read(&file);
                held.rules.insert(file, text);
            }
        }
        Ok(held)
    }

    /// Returns what `later` has of the policy and this one has not, and the other way round.
    pub(super) fn changes(&self, later: &Self) -> Vec<PolicyChange> {
        let mut out = Vec::new();
        entries(&self.allow, &later.allow, &mut out);
        let nothing = BString::default();
        if let Some((path, after)) = &later.config {
            let before = self.config.as_ref().map_or(&nothing, |(_, text)| text);
            configurations(path, before, after, &mut out);
        }
        for (path, after) in &later.baselines {
            let before = self.baselines.get(path);
            let path = BString::from(path.as_os_str().as_encoded_bytes());
            baselines(&path, before, after, &mut out);
        }
        let files: BTreeSet<&PathBuf> = self.rules.keys().chain(later.rules.keys()).collect();
        for path in files {
            let [before, after] =
                [self, later].map(|held| held.rules.get(path).unwrap_or(&nothing));
            rules(path, before, after, &mut out);
        }
        let added = lines(&later.git_allowed).filter(|(_, line)| !has(&self.git_allowed, line));
        out.extend(added.map(|(number, line)| PolicyChange {
            path: compile::GIT_ALLOWED.into(),
            line: Some(number),
            what: format!("excuses lines that match {line:?}"),
        }));
        let removed = lines(&self.git_allowed).filter(|(_, line)| !has(&later.git_allowed, line));
        out.extend(removed.map(|(_, line)| PolicyChange {
            path: compile::GIT_ALLOWED.into(),
            line: None,
            what: format!("excuses lines that match {line:?} no more"),
        }));
        out
    }
}

/// Returns what a configuration says; nothing where it cannot be read, which is told elsewhere.
fn configuration(text: &BString) -> Config {
    config::parse(&text.to_str_lossy(), Owner::Repository).unwrap_or_default()
}

/// Adds what changes from the configuration `old` to `new`.
fn configurations(path: &Path, old: &BString, new: &BString, out: &mut Vec<PolicyChange>) {
    let change = |line: Option<usize>, what: String| PolicyChange {
        path: path.as_os_str().as_encoded_bytes().into(),
        line: line.and_then(|line| u64::try_from(line).ok()),
        what,
    };
    if let Err(mistakes) = config::parse(&new.to_str_lossy(), Owner::Repository) {
        let first = mistakes.first().map(|mistake| mistake.line);
        let texts: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
        return out.push(change(
            first,
            format!("cannot be read: {}", texts.join("; ")),
        ));
    }
    let [before, after] = [old, new].map(settings);
    for (setting, line) in &after {
        if !before.contains_key(setting) {
            out.push(change(*line, format!("sets {setting}")));
        }
    }
    for setting in before
        .keys()
        .filter(|setting| !after.contains_key(*setting))
    {
        out.push(change(None, format!("sets {setting} no more")));
    }
}

/// Returns each thing that a configuration says, as a text of its own, with the line of entries.
fn settings(text: &BString) -> BTreeMap<String, Option<usize>> {
    let text = text.to_str_lossy();
    let mut out = BTreeMap::new();
    let Ok(mut table) = toml::from_str::<serde_json::Value>(&text) else {
        return out;
    };
    dates_as_texts(&mut table);
    let config = config::parse(&text, Owner::Repository).unwrap_or_default();
    let of_secrets = config.secrets.iter().map(|one| one.line);
    let mut entries: Vec<usize> = of_secrets
        .chain(config.paths.iter().map(|one| one.line))
        .collect();
    entries.sort_unstable();
    let mut entries = entries.into_iter();
    each_setting("", &table, &mut |key, value| {
        let line = (key == "allow").then(|| entries.next()).flatten();
        out.insert(format!("{key} = {value}"), line);
    });
    out
}

/// What the `toml` crate calls the only field of a date where it is read as something else.
const DATE: &str = "$__toml_private_datetime";

/// Makes dates the texts that people wrote.
fn dates_as_texts(value: &mut serde_json::Value) {
    match value {
        serde_json::Value::Object(table) => {
            if let Some(date) = table.remove(DATE) {
                *value = date;
            } else {
                table.values_mut().for_each(dates_as_texts);
            }
        }
        serde_json::Value::Array(list) => list.iter_mut().for_each(dates_as_texts),
        _ => {}
    }
}

/// Hands over each value of `value`, with its name: elements of lists one by one.
fn each_setting(
    key: &str,
    value: &serde_json::Value,
    each: &mut dyn FnMut(&str, &serde_json::Value),
) {
    match value {
        serde_json::Value::Object(table) if key != "allow" => {
            for (name, inner) in table {
                let key = if key.is_empty() {
                    name.clone()
                } else {
                    format!("{key}.{name}")
                };
                each_setting(&key, inner, each);
            }
        }
        serde_json::Value::Array(list) => {
            for inner in list {
                each_setting(key, inner, each);
            }
        }
        value => each(key, value),
    }
}

/// Adds what changes from the rule file `old` to `new`.
fn rules(path: &Path, old: &BString, new: &BString, out: &mut Vec<PolicyChange>) {
    if old == new {
        return;
    }
    let change = |what: String| PolicyChange {
        path: path.as_os_str().as_encoded_bytes().into(),
        line: None,
        what,
    };
    let [before, after] = match [old, new].map(tables) {
        [before, Ok(after)] => [before.unwrap_or_default(), after],
        [_, Err(error)] => return out.push(change(format!("cannot be read: {error}"))),
    };
    let told = out.len();
    let mut tell = |what: String| out.push(change(what));
    for (name, table) in &after {
        match before.get(name) {
            None => tell(format!("adds the {name}")),
            Some(other) if other != table => tell(format!("changes the {name}")),
            Some(_) => {}
        }
    }
    for name in before.keys().filter(|name| !after.contains_key(*name)) {
        tell(format!("takes out the {name}"));
    }
    if out.len() == told {
        out.push(change("is written differently".to_owned()));
    }
}

/// Returns the tables of a rule file by what they are called.
fn tables(text: &BString) -> Result<BTreeMap<String, serde_json::Value>, toml::de::Error> {
    let file: BTreeMap<String, serde_json::Value> = toml::from_str(&text.to_str_lossy())?;
    let mut out = BTreeMap::new();
    for (kind, value) in file {
        for table in value.as_array().into_iter().flatten() {
            let id = table.get("id").and_then(serde_json::Value::as_str);
            out.insert(
                format!("{kind} `{}`", id.unwrap_or_default()),
                table.clone(),
            );
        }
    }
    Ok(out)
}

/// Adds what changes from the allow entries of `old` to those of `new`.
fn entries(old: &BString, new: &BString, out: &mut Vec<PolicyChange>) {
    if old == new {
        return;
    }
    let change = |line: Option<u64>, what: String| PolicyChange {
        path: allow::PATH.into(),
        line,
        what,
    };
    let known = allow::parse(&old.to_str_lossy()).unwrap_or_default();
    let text = new.to_str_lossy();
    let now = match allow::parse(&text) {
        Ok(now) => now,
        Err(error) => {
            let line = u64::try_from(error.line).ok();
            return out.push(change(line, format!("cannot be read: {}", error.message)));
        }
    };
    let same = |entry: &Entry, entries: &[Entry]| {
        let mut same = entries.iter();
        same.find(|other| other.fingerprint == entry.fingerprint)
            .cloned()
    };
    for entry in &now {
        let fingerprint = entry.fingerprint.to_string();
        let line = lines(new).find(|(_, line)| line.starts_with(fingerprint.as_bytes()));
        let line = line.map(|(number, _)| number);
        let owner = entry.owner.as_deref().unwrap_or("nobody");
        let until = entry
            .expires
            .as_deref()
            .map_or_else(String::new, |day| format!(", until {day}"));
        let told = format!(
            "{fingerprint} ({}, owner {owner}{until}): {}",
            entry.rule, entry.reason
        );
        match same(entry, &known) {
            None => out.push(change(line, format!("accepts one more secret, {told}"))),
            Some(before) if before != *entry => {
                out.push(change(
                    line,
                    format!("changes the entry that accepts {told}"),
                ));
            }
            Some(_) => {}
        }
    }
    for entry in known.iter().filter(|entry| same(entry, &now).is_none()) {
        out.push(change(
            None,
            format!("accepts {} ({}) no more", entry.fingerprint, entry.rule),
        ));
    }
}

/// Adds what changes from the baseline `old` to `new`.
fn baselines(path: &BString, old: Option<&BString>, new: &BString, out: &mut Vec<PolicyChange>) {
    let change = |line: Option<u64>, what: String| PolicyChange {
        path: path.clone(),
        line,
        what,
    };
    let parsed = |text: &BString| baseline::parse(&text.to_str_lossy());
    let known = old.and_then(|old| parsed(old).ok()).unwrap_or_default();
    match parsed(new) {
        Ok(now) => {
            let more = now.keys().filter(|one| !known.contains_key(one)).count();
            if more > 0 {
                let what = format!("has {more} secrets more than before, which it would accept");
                out.push(change(None, what));
            }
        }
        Err(error) => {
            let line = u64::try_from(error.line).ok();
            out.push(change(line, format!("cannot be read: {}", error.message)));
        }
    }
}

/// Returns the lines of a file with their numbers, without empty ones and comments.
fn lines(text: &BString) -> impl Iterator<Item = (u64, &BStr)> {
    (1..)
        .zip(text.lines().map(|line| line.trim_ascii().as_bstr()))
        .filter(|(_, line)| !line.is_empty() && !line.starts_with(b"#"))
}

fn has(text: &BString, line: &BStr) -> bool {
    lines(text).any(|(_, other)| other == line)
}
