//! `keyfence rules try`, over repositories with a history.

use keyfence::rule::template::{Random, fill};
use serde_json::Value;

use super::super::{Place, Ran, repository, run};
use crate::git::Repo;

/// Takes words for tokens.
const NOISY: &str = "[[rule]]\nid = \"noisy\"\nname = \"Noisy\"\nregex = 'cfg_[a-z_]{8,40}'\nsamples = [\"cfg_{lower:12}\"]\n";

const GOOD: &str = "[[rule]]\nid = \"good\"\nname = \"Good\"\nregex = 'own_[0-9A-Za-z]{32}'\nsamples = [\"own_{base62:32}\"]\n";

/// What tests and settings are called in programs.
const WORDS: [&str; 6] = [
    "database_connection",
    "configuration_folder",
    "request_timeout_seconds",
    "maximum_retries",
    "default_language",
    "background_workers",
];

fn value(seed: u64) -> String {
    fill("own_{base62:32}", &mut Random::new(seed)).unwrap()
}

/// Runs `rules try` in `repo` on the rule file beside it.
fn tried(repo: &Repo, rules: &str, options: &[&str]) -> Ran {
    let file = repo.beside("rules.toml");
    std::fs::write(&file, rules).unwrap();
    run(
        &repo.root,
        [&["rules", "try", file.to_str().unwrap()], options].concat(),
    )
}

fn json(repo: &Repo, rules: &str, options: &[&str], code: i32) -> Value {
    let options = [&["--format", "json"], options].concat();
    tried(repo, rules, &options).ends(code).json()
}

/// Returns what the groups have in common and why they look like noise.
fn noise(rule: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let groups = rule["groups"].as_array().unwrap();
    groups
        .iter()
        .filter(|group| group["noise"].is_object())
        .map(|group| (text(&group["what"]), text(&group["noise"]["kind"])))
        .collect()
}

/// Writes words in test files, and removes them in a second commit.
fn with_noise() -> Repo {
    let repo = repository();
    for (at, word) in WORDS.iter().enumerate() {
        repo.write(
            format!("test/fixtures/case{at}.json"),
            format!("{{\"setting\": \"cfg_{word}\"}}\n"),
        );
    }
    repo.commit_all();
    repo.git(["rm", "-rqf", "test"]);
    repo.commit_all();
    repo
}

#[test]
fn a_noisy_rule_is_called_noisy() {
    let repo = with_noise();
    let report = json(&repo, NOISY, &[], 1);
    let rule = &report["rules"][0];
    assert_eq!(rule["verdict"], "noisy", "{rule:#}");
    assert_eq!(rule["candidates"]["values"], 6);
    assert_eq!(
        (&rule["hit_count"], &rule["noise_count"]),
        (&6.into(), &6.into())
    );
    let found = noise(rule);
    for expected in [("test/fixtures/*.json", "test-files"), ("words", "words")] {
        let expected = (expected.0.to_owned(), expected.1.to_owned());
        assert!(
            found.contains(&expected),
            "{expected:?} is not in {found:?}"
        );
    }
    // Of what is long gone the commit that brought it is told.
    let brought = String::from_utf8(repo.git(["rev-parse", "HEAD^"])).unwrap();
    for hit in rule["hits"].as_array().unwrap() {
        assert_eq!(hit["commit"], brought.trim());
        assert_eq!(hit["key"], "setting");
        assert!(
            hit["path"]
                .as_str()
                .unwrap()
                .starts_with("test/fixtures/case")
        );
    }
    let human = tried(&repo, NOISY, &[]).ends(1).out;
    for part in [
        "6 values match the regex: 6 kept",
        "6 of 6 hits look like noise: this rule is noisy here",
        "6 hits at test/fixtures/*.json",
        "6 hits look like words",
        "kind = \"opaque\"",
        brought.get(..10).unwrap(),
        "ms per MB",
    ] {
        assert!(human.contains(part), "{part:?} is not in {human}");
    }
    // Nothing of it is on disk any more.
    let disk = json(&repo, NOISY, &["--worktree"], 0);
    assert_eq!(disk["rules"][0]["verdict"], "no-hits");
}

#[test]
fn a_good_rule_is_not() {
    let repo = repository();
    let values: Vec<String> = (0..4).map(value).collect();
    for (at, value) in values.iter().enumerate() {
        repo.write(
            format!("deploy/stage{at}.env"),
            format!("OWN_TOKEN={value}\n"),
        );
        repo.commit_all();
    }
    let report = json(&repo, GOOD, &[], 1);
    let rule = &report["rules"][0];
    assert_eq!(rule["verdict"], "good", "{rule:#}");
    assert_eq!(
        (&rule["hit_count"], &rule["noise_count"]),
        (&4.into(), &0.into())
    );
    assert_eq!(report["summary"]["complete"], true);
    for options in [&[][..], &["--format", "json"], &["--worktree"]] {
        let hidden = tried(&repo, GOOD, options).ends(1);
        let shown = tried(&repo, GOOD, &[options, &["--show-secrets"]].concat()).ends(1);
        for value in &values {
            assert!(!hidden.out.contains(value.as_str()) && !hidden.err.contains(value.as_str()));
            assert!(shown.out.contains(value.as_str()), "{shown:#?}");
        }
    }
}

#[test]
fn what_becomes_of_candidates_is_counted() {
    let rules = "[[rule]]\nid = \"own\"\nkind = \"opaque\"\nregex = 'own_[0-9A-Za-z_]{16,40}'\nmin_entropy = 2.0\nsamples = [\"own_{base62:32}\"]\n";
    let repo = repository();
    repo.write("a.env", format!("key={}\n", value(1)));
    repo.write("tests/b.env", format!("key={}\n", value(2)));
    repo.write(
        "c.env",
        format!(
            "key=own_{}\nkey=own_the_name_of_the_thing\n",
            "o".repeat(30)
        ),
    );
    // Many versions of a file are no more values.
    for n in 0..4 {
        repo.write("a.env", format!("key={}\nn={n}\n", value(1)));
        repo.commit_all();
    }
    let candidates = |repo: &Repo| json(repo, rules, &[], 1)["rules"][0]["candidates"].clone();
    let loose = candidates(&repo);
    assert_eq!(loose["values"], 4, "{loose:#}");
    assert_eq!(
        (&loose["dropped"], &loose["refuted"]),
        (&1.into(), &1.into())
    );
    assert_eq!(loose["by_check"]["min_entropy"], 1);
    assert!(loose["by_judge"]["randomness"]["values"] == 1, "{loose:#}");
    // A judge that goes by paths is heard once these are known.
    assert_eq!(loose["lowered_by"]["file-kind"], 1);
    assert_eq!(
        (&loose["kept"]["medium"], &loose["kept"]["low"]),
        (&1.into(), &1.into())
    );
    repo.git(["repack", "-qadf"]);
    assert_eq!(candidates(&repo), loose, "however git stores it");
    let disk = json(&repo, rules, &["--worktree"], 1);
    assert_eq!(disk["rules"][0]["candidates"], loose);
}

#[test]
fn a_value_that_repeats_is_one_hit_and_noise() {
    let repo = repository();
    for at in 0..6 {
        repo.write(format!("conf{at}/a.env"), format!("OWN={}\n", value(1)));
    }
    repo.commit_all();
    for options in [&[][..], &["--worktree"]] {
        let report = json(&repo, GOOD, options, 1);
        let rule = &report["rules"][0];
        assert_eq!(rule["hit_count"], 1);
        assert_eq!(
            (&rule["hits"][0]["places"], &rule["hits"][0]["paths"]),
            (&6.into(), &6.into())
        );
        assert_eq!(noise(rule)[0].1, "repeated-value", "{rule:#}");
        assert_eq!(rule["verdict"], "noisy");
    }
}

#[test]
fn built_in_rules_are_tried_by_themselves() {
    let repo = repository();
    let pair = super::super::Pair::drawn(1);
    repo.write("a.env", pair.env());
    repo.commit_all();
    let ids = ["rules", "try", "aws-access-key-id", "aws-secret-access-key"];
    let ran = run(&repo.root, [&ids[..], &["--format", "json"]].concat()).ends(1);
    let report = ran.json();
    for (rule, id) in report["rules"].as_array().unwrap().iter().zip(&ids[2..]) {
        assert_eq!(
            (&rule["rule"], &rule["hit_count"]),
            (&(*id).into(), &1.into())
        );
        let cost = &rule["cost"];
        assert!(cost["sample_bytes"].as_u64() > Some(0), "{cost:#}");
        for field in [
            "alone_mb_per_s",
            "others_mb_per_s",
            "anchors_per_mb",
            "matches_per_mb",
        ] {
            assert!(cost[field].as_f64() > Some(0.0), "{field}: {cost:#}");
        }
        assert_eq!(cost["verdict"], "too-little", "{cost:#}");
    }
    assert!(!ran.out.contains(&pair.secret));
}

#[test]
fn only_some_of_it_is_asked_for() {
    let repo = repository();
    repo.write("old/a.env", format!("A={}\n", value(1)));
    repo.commit_all();
    repo.git(["tag", "then"]);
    repo.write("new/b.env", format!("B={}\n", value(2)));
    repo.write("new/c.env", format!("C={}\n", value(3)));
    repo.commit_all();
    let count = |options: &[&str]| json(&repo, GOOD, options, 1)["rules"][0]["hit_count"].clone();
    assert_eq!(count(&[]), 3);
    assert_eq!(count(&["--since", "then"]), 2);
    assert_eq!(count(&["old"]), 1);
    // A folder behind the rules is a path, whatever is in it.
    repo.write("old/other.toml", "[package]\n");
    assert_eq!(count(&["old"]), 1);
    assert_eq!(count(&["--worktree", "new"]), 2);
    let limited = json(&repo, GOOD, &["--limit", "1"], 1);
    assert_eq!(limited["rules"][0]["hit_count"], 3);
    assert_eq!(limited["rules"][0]["hits"].as_array().unwrap().len(), 1);
    let human = tried(&repo, GOOD, &["--limit", "1"]).ends(1).out;
    assert!(human.contains("and 2 hits more"), "{human}");
}

#[test]
fn bad_input_is_named() {
    let place = Place::new();
    place.write("good.toml", GOOD);
    place
        .run(["rules", "try", "good.toml"])
        .complains(&["repository"]);
    let repo = repository();
    let complains = |args: &[&str], parts: &[&str]| {
        run(&repo.root, [&["rules", "try"], args].concat()).complains(parts);
    };
    complains(
        &["github-pta"],
        &["github-pta", "did you mean `github-pat`"],
    );
    complains(&["nowhere.toml"], &["there is no rule file nowhere.toml"]);
    complains(&["github-pat", "--threads", "0"], &["--threads 0"]);
    complains(
        &["github-pat", "--since", "last fortnight"],
        &["--since", "neither a revision"],
    );
    complains(
        &["github-pat", "README", "npm-access-token"],
        &["npm-access-token"],
    );
    tried(&repo, &GOOD.replace("{32}", "{32"), &[]).complains(&["rules.toml:4", "regex"]);
    tried(&repo, &format!("{GOOD}{GOOD}"), &[]).complains(&["good"]);
    run(&repo.root, ["rules", "try"]).ends(2);
}

#[test]
fn a_repository_without_commits_has_nothing_to_try_on() {
    let repo = Repo::new();
    let ran = tried(&repo, GOOD, &[]).ends(0);
    assert!(ran.out.contains("nothing to try rules on"), "{}", ran.out);
    assert!(ran.out.contains("not measured"), "{}", ran.out);
    let report = json(&repo, GOOD, &[], 0);
    assert!(report["rules"][0]["cost"].is_null(), "{report:#}");
}

#[test]
fn what_cannot_be_read_is_named_and_wins() {
    let repo = repository();
    repo.write("a.env", format!("A={}\n", value(1)));
    repo.commit_all();
    let blob = String::from_utf8(repo.git(["rev-parse", "HEAD:a.env"])).unwrap();
    let (folder, rest) = blob.trim().split_at(2);
    let object = repo.root.join(".git/objects").join(folder).join(rest);
    std::fs::remove_file(object).unwrap();
    let ran = tried(&repo, GOOD, &[]).ends(2);
    assert!(ran.out.contains("not read: "), "{}", ran.out);
    assert_eq!(json(&repo, GOOD, &[], 2)["summary"]["complete"], false);
}
