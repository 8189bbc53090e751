//! Each kind of credential that is known of is found, or it is said why not: `docs/kinds.md`.
//!
//! A kind is what a vendor calls a credential; a rule may find several, under another id. `kinds/same.txt` lists the kinds that are a rule or a
//! pair of the same id, `kinds/found.toml` those that are found under another one, with texts as they occur, and `kinds/without.toml`
//! those that are not told, with the reason.
//!
//! `KEYFENCE_BLESS=1 cargo test --test it kinds` writes the page anew.

use std::{
    collections::{BTreeMap, BTreeSet},
    env,
    fmt::Write as _,
    fs,
    path::PathBuf,
};

use keyfence::{
    Finding, Options, RuleSet, Scanner, SourceKind,
    rule::{
        PairRule,
        template::{Random, fill},
    },
};
use serde::Deserialize;

/// How many instances are drawn of each text.
const SEEDS: u64 = 8;

/// A kind that is found under another id.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Found {
    id: String,
    /// The rules or pairs under which it is told.
    rules: Vec<String>,
    /// Templates of texts that hold one.
    texts: Vec<String>,
    /// What there is to say of it.
    #[serde(default)]
    note: String,
}

/// A kind that is not told.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Without {
    id: String,
    reason: String,
}

#[derive(Deserialize)]
struct File<T> {
    kind: Vec<T>,
}

fn found() -> Vec<Found> {
    let file: File<Found> = toml::from_str(include_str!("kinds/found.toml")).unwrap();
    file.kind
}

fn without() -> Vec<Without> {
    let file: File<Without> = toml::from_str(include_str!("kinds/without.toml")).unwrap();
    file.kind
}

fn same() -> Vec<&'static str> {
    include_str!("kinds/same.txt").lines().collect()
}

fn scanner() -> Scanner {
    Scanner::new(RuleSet::builtin(), Options::default())
}

fn draw(template: &str, seed: u64) -> String {
    fill(template, &mut Random::new(seed)).unwrap_or_else(|e| panic!("{template:?}: {e}"))
}

fn scan(scanner: &Scanner, text: &str) -> Vec<Finding> {
    scanner.scan_bytes("config/settings.txt", SourceKind::Worktree, text.as_bytes())
}

#[test]
fn no_kind_stands_twice() {
    let (found, without) = (found(), without());
    let ids = found.iter().map(|kind| kind.id.as_str());
    let ids = ids.chain(without.iter().map(|kind| kind.id.as_str()));
    let mut seen = BTreeSet::new();
    for id in ids.chain(same()) {
        assert!(seen.insert(id), "{id} stands twice");
    }
    assert!(seen.len() >= 665, "{}", seen.len());
}

/// The rules and pairs that are named exist, and no kind that is found under another id, or not at all, has become a rule.
#[test]
fn what_is_named_exists() {
    let (rules, pairs) = (crate::patterns::all(), crate::patterns::pairs());
    let ids: BTreeSet<&str> = (rules.iter().map(|rule| &*rule.id))
        .chain(pairs.iter().map(|pair| &*pair.id))
        .collect();
    for id in same() {
        assert!(ids.contains(id), "there is no rule {id}");
    }
    for kind in found() {
        assert!(!ids.contains(&*kind.id), "{} is a rule", kind.id);
        assert!(!kind.texts.is_empty(), "{} has no texts", kind.id);
        for id in &kind.rules {
            assert!(ids.contains(&**id), "{}: there is no rule {id}", kind.id);
        }
    }
    for kind in without() {
        assert!(!ids.contains(&*kind.id), "{} is a rule", kind.id);
        assert!(!kind.reason.is_empty(), "{} has no reason", kind.id);
    }
}

#[test]
fn kinds_are_found_under_the_rules_that_are_named() {
    let scanner = scanner();
    let mut wrong = Vec::new();
    for kind in found() {
        let mut unused: BTreeSet<&String> = kind.rules.iter().collect();
        for template in &kind.texts {
            let mut missed = None;
            for seed in 0..SEEDS {
                let text = draw(template, seed);
                let told: Vec<String> = scan(&scanner, &text).into_iter().map(|f| f.rule).collect();
                unused.retain(|rule| !told.contains(rule));
                if !told.iter().any(|rule| kind.rules.contains(rule)) {
                    missed.get_or_insert_with(|| format!("{told:?} in {text:?}"));
                }
            }
            wrong.extend(missed.map(|missed| format!("{}: {missed}", kind.id)));
        }
        if !unused.is_empty() {
            wrong.push(format!("{}: never found as {unused:?}", kind.id));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What a rule of the same name finds is told under that name, or as a part of a pair: some sample of each is, though another rule may
/// know more about others.
#[test]
fn kinds_with_a_rule_of_their_own_are_told_by_it() {
    let scanner = scanner();
    let rules: BTreeMap<String, _> = crate::patterns::all()
        .into_iter()
        .map(|rule| (rule.id.to_string(), rule))
        .collect();
    let pairs = crate::patterns::pairs();
    let mut wrong = Vec::new();
    for id in same() {
        let Some(rule) = rules.get(id).filter(|rule| !rule.identifier) else {
            continue;
        };
        let with_part = |pair: &&PairRule| {
            pair.parts()
                .any(|part| Some(&part.part) == rule.part.as_ref())
        };
        let ids: BTreeSet<&str> = (pairs.iter().filter(with_part).map(|pair| &*pair.id))
            .chain([id])
            .collect();
        let is_told = |template: &str| {
            (0..SEEDS).all(|seed| {
                let told = scan(&scanner, &draw(template, seed));
                told.iter().any(|finding| ids.contains(&*finding.rule))
            })
        };
        if !rule.samples.iter().any(|template| is_told(template)) {
            wrong.push(id);
        }
    }
    assert!(wrong.is_empty(), "told as something else: {wrong:?}");
}

const HEAD: &str = "\
# Kinds of credential

What each kind of credential is found as. `tests/it/kinds.rs` holds this page: it draws texts of the kinds that are found under another id
and scans them. The rules are described in [`docs/rules/`](rules/README.md).

| kind | found as | note |
|---|---|---|
";

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "the switch that writes the page anew"
)]
fn the_page_is_current() {
    let mut rows = BTreeMap::new();
    for id in same() {
        rows.insert(id.to_owned(), (format!("`{id}`"), String::new()));
    }
    for kind in found() {
        let rules: Vec<String> = kind.rules.iter().map(|id| format!("`{id}`")).collect();
        rows.insert(kind.id, (rules.join(", "), kind.note));
    }
    for kind in without() {
        rows.insert(kind.id, ("not told".to_owned(), kind.reason));
    }
    let mut page = HEAD.to_owned();
    for (id, (rules, note)) in rows {
        let _ = writeln!(page, "| {id} | {rules} | {note} |");
    }
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs/kinds.md");
    if env::var_os("KEYFENCE_BLESS").is_some() {
        fs::write(&path, &page).unwrap();
    }
    let there = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        there == page,
        "docs/kinds.md is not current; run `KEYFENCE_BLESS=1 cargo test --test it kinds`"
    );
}
