//! The schema for editors says the same as the program.

use jsonschema::Validator;
use serde_json::Value;

use super::{FILE, RULES, run, scan, with_id};
use crate::git::Repo;

/// Files that are right.
const RIGHT: &[&str] = &[
    "",
    "salt = \"0123456789abcdef\"",
    "baseline = \"x\"\nmin_confidence = \"low\"\nmin_severity = \"critical\"",
    "[scan]\nmin_confidence = \"low\"\n[hook]\nmin_confidence = \"medium\"\n[gate]\nmin_severity = \"high\"",
    "[rules]\nbuiltin = true\nfiles = []\nenable = []\ndisable = []",
    "[[allow]]\nfingerprint = \"0123456789abcdef0123456789abcdef\"\nrule = \"x\"\nreason = \"r\"\nowner = \"o\"\nexpires = \"2999-12-31\"",
    "[[allow]]\npaths = [\"a/\"]\nrules = [\"aws-access-key-id\"]\nreason = \"r\"\nowner = \"o\"\nexpires = \"2999-01-01\"",
];

/// Files with a mistake.
const WRONG: &[&str] = &[
    "x = 1",
    "salt = \"short\"",
    "salt = 1",
    "baseline = 1",
    "min_confidence = \"critical\"",
    "min_severity = \"none\"",
    "scan = 1",
    "[scan]\nx = 1",
    "[hook]\nmin_confidence = \"x\"",
    "[gate]\nmin_severity = 1",
    "rules = []",
    "[rules]\nx = 1",
    "[rules]\nbuiltin = 1",
    "[rules]\nfiles = \"x\"",
    "[rules]\nenable = [1]",
    "[rules]\ndisable = 1",
    "allow = 1",
    "allow = [1]",
    "[allow]\nreason = \"r\"",
    "[[allow]]",
    "[[allow]]\nreason = \"r\"",
    "[[allow]]\npaths = [\"a\"]",
    "[[allow]]\npaths = [\"a\"]\nreason = \"\"",
    "[[allow]]\npaths = [\"a\"]\nreason = \"a\\nb\"",
    "[[allow]]\npaths = []\nreason = \"r\"",
    "[[allow]]\npaths = \"a\"\nreason = \"r\"",
    "[[allow]]\npaths = [\"!a\"]\nreason = \"r\"",
    "[[allow]]\npaths = [\"\"]\nreason = \"r\"",
    "[[allow]]\npaths = [\"a\"]\nrule = \"x\"\nreason = \"r\"",
    "[[allow]]\npaths = [\"a\"]\nfingerprint = \"0123456789abcdef0123456789abcdef\"\nreason = \"r\"",
    "[[allow]]\nfingerprint = \"0123456789abcdef\"\nreason = \"r\"",
    "[[allow]]\nfingerprint = \"0123456789abcdef0123456789abcdef\"\nrules = [\"x\"]\nreason = \"r\"",
    "[[allow]]\npaths = [\"a\"]\nreason = \"r\"\nexpires = \"2999-13-01\"",
    "[[allow]]\npaths = [\"a\"]\nreason = \"r\"\nowner = 1",
];

fn schema(repo: &Repo) -> Validator {
    let printed = run(&repo.root, ["config", "schema"]).ends(0);
    let schema: Value = serde_json::from_str(&printed.out).unwrap();
    jsonschema::meta::validate(&schema).unwrap();
    jsonschema::validator_for(&schema).unwrap()
}

#[test]
fn both_take_and_refuse_the_same() {
    let repo = with_id();
    repo.write("x", "");
    let schema = schema(&repo);
    for (texts, is_right) in [(RIGHT, true), (WRONG, false)] {
        for text in texts {
            let value: Value = toml::from_str(text).unwrap();
            assert_eq!(schema.is_valid(&value), is_right, "the schema: {text}");
            repo.write(FILE, text);
            let ran = scan(&repo);
            assert_eq!(ran.code != 2, is_right, "{text}: {ran:#?}");
        }
    }
}

#[test]
fn the_example_of_the_page_works() {
    let page = include_str!("../../../../docs/configuration.md");
    let (_, rest) = page.split_once("```toml\n").unwrap();
    let (example, _) = rest.split_once("```").unwrap();
    let repo = with_id();
    repo.write("security/rules/acme.toml", RULES);
    run(&repo.root, ["baseline", "write"]).ends(0);
    repo.write("testdata/code.txt", "acme_abcdefgh\n");
    repo.write(FILE, example);
    // Editors hold dates for texts.
    let quoted = example.replace("expires = 2099-01-31", "expires = \"2099-01-31\"");
    assert_ne!(quoted, example);
    let value: Value = toml::from_str(&quoted).unwrap();
    assert!(schema(&repo).is_valid(&value));
    assert_eq!(scan(&repo).ends(1).rules(), ["acme-code"]);
    let ran = run(&repo.root, ["config", "check"]).ends(1);
    assert!(!ran.out.contains("unknown rule"), "{ran:#?}");
}
