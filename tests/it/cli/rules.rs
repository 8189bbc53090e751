//! `keyfence rules`: list, show, check and try.

mod check;
mod trial;
mod why;

use super::Place;

#[test]
fn lists_are_narrowed_down() {
    let place = Place::new();
    let all = place.run(["rules", "list"]).ends(0);
    let github = place.run(["rules", "list", "--provider", "github"]).ends(0);
    let ids: Vec<&str> = github.out.lines().collect();
    assert!(!ids.is_empty() && ids.iter().all(|line| line.starts_with("github-")));
    let summary = format!("keyfence: {} rules of 1 provider: ", ids.len());
    assert!(github.err.starts_with(&summary), "{}", github.err);
    let both = place
        .run([
            "rules",
            "list",
            "--provider",
            "github",
            "--severity",
            "critical",
            "--json",
        ])
        .ends(0);
    assert!(!both.out.is_empty());
    for line in both.out.lines() {
        let rule: serde_json::Value = serde_json::from_str(line).unwrap();
        assert_eq!(
            (&rule["provider"], &rule["severity"]),
            (&"github".into(), &"critical".into())
        );
    }
    assert!(all.out.lines().count() > ids.len() && ids.len() >= both.out.lines().count());
    place
        .run(["rules", "list", "--provider", "gihub"])
        .complains(&["gihub", "did you mean `github`"]);
}

#[test]
fn one_rule_is_shown_with_what_it_finds_and_who_judges_it() {
    let place = Place::new();
    let shown = place
        .run(["rules", "show", "aws-secret-access-key"])
        .ends(0)
        .out;
    for part in [
        "samples  ",
        "near misses  ",
        "judges  ",
        "secret_access_key of aws-access-key-pair",
        "***",
    ] {
        assert!(shown.contains(part), "{part:?} is not in {shown}");
    }
    // What is shown is no value.
    place.write("shown.txt", &shown);
    place
        .run(["scan", "--no-git", "--no-allow", "shown.txt"])
        .ends(0);
    let own = "[[rule]]\nid = \"own-token\"\nregex = 'own_[a-z]{20}'\nsamples = [\"key: own_{lower:20}\"]\nnear_misses = [\"own_{lower:19}\"]\n";
    place.write("own.toml", own);
    let shown = place
        .run(["rules", "show", "own-token", "--rules", "own.toml"])
        .ends(0)
        .out;
    for part in [
        "key: ow",
        "*****",
        "own_{lower:19}",
        "placeholder (is a placeholder)",
    ] {
        assert!(shown.contains(part), "{part:?} is not in {shown}");
    }
}
