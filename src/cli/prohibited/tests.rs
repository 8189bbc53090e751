use super::{Configuration, Run, account_id};
use crate::{
    cli::git_secrets::config::{Entry, Settings},
    finding::SourceKind,
    rule::{Rule, RuleSet},
    scan::{Options, Scanner},
};

fn entry(value: &str, origin: &str) -> Entry {
    Entry {
        value: value.into(),
        origin: origin.into(),
    }
}

fn configuration(patterns: &[&str]) -> Configuration {
    Configuration {
        settings: Settings {
            patterns: patterns
                .iter()
                .map(|value| entry(value, ".git/config"))
                .collect(),
            ..Settings::default()
        },
        of_repository: Vec::new(),
        git_allowed: super::GitAllowed::WorkTree(None),
    }
}

fn rules(patterns: &[&str], builtin: bool) -> Vec<Rule> {
    let rules = configuration(patterns).rules(builtin, Run::None);
    rules.unwrap().rules
}

#[test]
fn each_value_is_a_rule() {
    let all = rules(&["a b", "x|y\nz", "a b", "", "\n"], true);
    let regexes: Vec<&str> = all.iter().map(|rule| &*rule.regex).collect();
    assert_eq!(regexes.len(), 2, "{regexes:?}");
    assert!(regexes.contains(&"a b") && regexes.contains(&"x|y\nz"));
    // Ids do not depend on what else there is.
    let alone = rules(&["a b"], true);
    assert!(all.iter().any(|rule| rule.id == alone[0].id));
    assert!(alone[0].id.starts_with("git-secrets-"));
    assert!(!alone[0].name.contains("a b"));
    assert!(RuleSet::new(true, all).is_ok());
}

#[test]
fn the_patterns_for_aws_are_left_to_the_built_in_rules() {
    let key_id = "(A3T[A-Z0-9]|AKIA|AGPA|AIDA|AROA|AIPA|ANPA|ANVA|ASIA)[A-Z0-9]{16}";
    assert!(rules(&[key_id], true).is_empty());
    assert_eq!(rules(&[key_id], false).len(), 1);
    let mixed = rules(&[&format!("{key_id}\nmine")], true);
    assert_eq!(mixed[0].regex, "mine");
}

#[test]
fn account_ids_are_told_to_those_who_ask() {
    let rules = vec![account_id().unwrap()];
    let scanner = Scanner::new(RuleSet::new(true, rules).unwrap(), Options::default());
    for (line, expected) in [
        ("aws_account_id = 123456789012", 1),
        ("MY_ACCOUNT_ID := '1234-5678-9012'", 1),
        ("\"account\": \"123456789012\"", 1),
        ("account => 123456789012", 1),
        ("account_id=1234567890123", 0),
        ("123456789012", 0),
    ] {
        let findings = scanner.scan_bytes("a", SourceKind::Worktree, line.as_bytes());
        assert_eq!(findings.len(), expected, "{line}");
    }
}

#[test]
fn what_is_invalid_is_told() {
    let failure = configuration(&["fine", "(a", "b\n[z"]).rules(true, Run::None);
    let message = failure.unwrap_err().to_string();
    assert!(
        message.contains("\"(a\", configured in .git/config, is invalid"),
        "{message}"
    );
    assert!(message.contains("\"[z\""), "{message}");
    let mut latin = configuration(&[]);
    latin.settings.patterns = vec![Entry {
        value: b"caf\xe9".as_slice().into(),
        origin: "x".into(),
    }];
    let message = latin.rules(true, Run::None).unwrap_err().to_string();
    assert!(message.contains("is not UTF-8"), "{message}");
}

#[test]
fn providers_of_a_repository_are_run_when_asked() {
    let mut configuration = configuration(&[]);
    configuration.of_repository = vec![entry("echo from_the_repository", ".git/config")];
    configuration.settings.providers = vec![entry("echo from_the_user", "~/.gitconfig")];
    let regexes = |run| {
        let rules = configuration.rules(true, run).unwrap();
        let skipped: Vec<String> = rules.skipped.into_iter().map(|one| one.reason).collect();
        let regexes: Vec<String> = rules
            .rules
            .iter()
            .map(|rule| rule.regex.to_string())
            .collect();
        (regexes, skipped)
    };
    assert_eq!(regexes(Run::None), (vec![], vec![]));
    let (found, skipped) = regexes(Run::Trusted);
    assert_eq!(found, ["from_the_user"]);
    assert!(skipped[0].contains("--run-providers"), "{skipped:?}");
    let (mut found, skipped) = regexes(Run::All);
    found.sort();
    assert_eq!(found, ["from_the_repository", "from_the_user"]);
    assert!(skipped.is_empty());
}
