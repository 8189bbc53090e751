//! keyfence's own scans and hooks read the configuration of git secrets: both ways of working agree.

use std::collections::BTreeSet;

use keyfence::rule::template::{Random, fill};

use super::{Place, ends};
use crate::cli::Ran;

impl Place {
    /// Runs keyfence in the repository.
    fn keyfence(&self, args: &[&str]) -> Ran {
        let mut command = self.command(env!("CARGO_BIN_EXE_keyfence"), &self.repo.root);
        Ran::of(&command.args(args).output().unwrap())
    }
}

/// Returns `path:line` of each finding of a JSON report.
#[track_caller]
fn lines(ran: &Ran) -> BTreeSet<String> {
    let json = ran.json();
    let findings = json["findings"].as_array().unwrap().iter();
    let line = |finding: &serde_json::Value| {
        format!("{}:{}", finding["path"].as_str().unwrap(), finding["line"])
    };
    findings.map(line).collect()
}

/// Returns `path:line` of each line that git secrets tells.
fn printed(ran: &Ran) -> BTreeSet<String> {
    if ran.code == 0 {
        // Where there is no pattern it says so.
        return BTreeSet::new();
    }
    let lines = ran.err.lines().take_while(|line| !line.is_empty());
    lines
        .map(|line| line.splitn(3, ':').take(2).collect::<Vec<_>>().join(":"))
        .collect()
}

/// Patterns, allowed patterns and lines, from which each test takes some.
const PATTERNS: &[&str] = &[
    "me",
    "forbidden|word",
    "[0-9]{3}-[0-9]+",
    r"(ab?)-\1",
    "^start.*end$",
    "a b c",
    "k.*v",
    "x*",
    "DO NOT COMMIT",
    "two\nlines",
];
const ALLOWED: &[&str] = &[
    "^docs/",
    ":2:",
    "example",
    "^a.txt:1:",
    "[[:upper:]]{4}$",
    "end",
];
const LINES: &[&str] = &[
    "tell me",
    "some forbidden",
    "forbidden example",
    "123-4567 and 1-2",
    "ab-ab",
    "a-ab a-a",
    "start to end",
    "a b c",
    "k v vx",
    "xxx",
    "DO NOT COMMIT",
    "DO NOT COMMIT THIS",
    "two",
    "lines and me and word",
    "",
    "\tme\r",
    "nothing here",
    "caf\u{e9} me",
];

#[test]
fn the_same_lines_are_told() {
    let mut something = 0;
    for seed in 0..24 {
        let mut random = Random::new(seed);
        let place = Place::new();
        let mut some = |from: &[&str], most: usize| -> Vec<String> {
            let count = random.below(most + 1);
            let mut one = || from[random.below(from.len())].to_owned();
            (0..count).map(|_| one()).collect()
        };
        for pattern in some(PATTERNS, 4) {
            place.git(["config", "--add", "secrets.patterns", &pattern]);
        }
        for allowed in some(ALLOWED, 1) {
            place.git(["config", "--add", "secrets.allowed", &allowed]);
        }
        for name in ["a.txt", "docs/b.md", "src/c.rs"] {
            place.repo.write(name, some(LINES, 20).join("\n"));
        }
        place.repo.write(".gitallowed", some(ALLOWED, 1).join("\n"));
        place.git(["add", "."]);
        let expected = printed(&place.run(["--scan"]));
        let told = place.keyfence(&["scan", "--format", "json"]);
        assert_eq!(lines(&told), expected, "seed {seed}: {told:#?}");
        assert_eq!(told.code, i32::from(!expected.is_empty()), "{told:#?}");
        let staged = place.keyfence(&["scan", "--staged", "--format", "json"]);
        assert_eq!(lines(&staged), expected, "seed {seed}");
        let hook = place.keyfence(&["hook", "pre-commit"]);
        assert_eq!(hook.code, i32::from(!expected.is_empty()), "{hook:#?}");
        something += expected.len();
    }
    assert!(something > 40, "{something}");
}

#[test]
fn a_history_is_searched_for_the_patterns() {
    let place = Place::new();
    ends(&place.run(["--add", "forbidden"]), "", "", 0);
    let filler = "a line that says nothing\n".repeat(50);
    for (n, line) in ["forbidden", "gone", "forbidden example", "forbidden"]
        .iter()
        .enumerate()
    {
        place
            .repo
            .write("a.txt", format!("{filler}{line}\n{filler}{n}\n"));
        place.git(["add", "."]);
        place.git(["commit", "-q", "-m", "one"]);
    }
    place.git(["gc", "-q"]);
    let told = place
        .keyfence(&["scan", "--history", "--format", "json"])
        .ends(1);
    let json = told.json();
    let [finding] = &json["findings"].as_array().unwrap()[..] else {
        panic!("{told:#?}");
    };
    assert_eq!(finding["provider"], "git-secrets");
    assert_eq!(finding["line"], 51);
    assert_eq!(
        finding["occurrences"].as_array().unwrap().len(),
        2,
        "{told:#?}"
    );
    place.git([
        "config",
        "--add",
        "secrets.allowed",
        "^[0-9a-f]{40}:a.txt:51:",
    ]);
    place.keyfence(&["scan", "--history"]).ends(0);
    // Not the patterns that are gone either: the cache knows what it was made with.
    place.git(["config", "--unset-all", "secrets.allowed"]);
    place.git(["config", "--add", "secrets.patterns", "gone"]);
    let told = place
        .keyfence(&["scan", "--history", "--format", "json"])
        .ends(1);
    assert_eq!(
        told.json()["findings"].as_array().unwrap().len(),
        2,
        "{told:#?}"
    );
}

#[test]
fn messages_are_searched_for_the_patterns() {
    let place = Place::new();
    ends(&place.run(["--add", "forbidden"]), "", "", 0);
    place
        .repo
        .write("message", "fine\n\nforbidden\n# forbidden\n");
    let told = place
        .keyfence(&["scan", "--message", "message", "--format", "json"])
        .ends(1);
    assert_eq!(lines(&told), BTreeSet::from(["message:3".to_owned()]));
    place.keyfence(&["hook", "commit-msg", "message"]).ends(1);
    place.git(["commit", "-q", "--allow-empty", "-m", "forbidden"]);
    let told = place
        .keyfence(&["scan", "--history", "--format", "json"])
        .ends(1);
    assert_eq!(told.json()["findings"][0]["source"], "message");
}

#[test]
fn configuration_and_allowed_patterns_can_be_left_out() {
    let place = Place::new();
    ends(&place.run(["--add", "me"]), "", "", 0);
    place.repo.write(".gitallowed", "example\n");
    place.repo.write("a.txt", "me example\n");
    place.git(["add", "."]);
    place.keyfence(&["scan"]).ends(0);
    place.keyfence(&["scan", "--no-allow"]).ends(1);
    place
        .keyfence(&["scan", "--no-allow", "--no-config"])
        .ends(0);
    place.git(["config", "--unset-all", "secrets.patterns"]);
    place.keyfence(&["scan", "--no-allow"]).ends(0);
    // As `git -c` hands it on to hooks.
    let mut command = place.command("git", &place.repo.root);
    let alias = format!(
        "alias.check=!{} scan --no-allow",
        env!("CARGO_BIN_EXE_keyfence")
    );
    command.args(["-c", "secrets.patterns=me", "-c", &alias, "check"]);
    Ran::of(&command.output().unwrap()).ends(1);
}

#[test]
fn what_is_invalid_blocks() {
    for (key, value, expected) in [
        ("secrets.patterns", "(a", "the prohibited pattern \"(a\""),
        ("secrets.allowed", "[b", "the allowed pattern \"[b\""),
        ("secrets.allowed", "", "secrets.allowed is empty"),
    ] {
        let place = Place::new();
        place.git(["config", "--add", key, value]);
        for args in [
            &["scan"][..],
            &["hook", "pre-commit"],
            &["scan", "--history"],
        ] {
            let ran = place.keyfence(args);
            ran.complains(&[expected, ".git/config"]);
        }
        place.keyfence(&["scan", "--no-config"]).ends(0);
    }
    let place = Place::new();
    place.repo.write(".gitallowed", "fine\n\\(a\nb)(\n");
    place
        .keyfence(&["scan"])
        .complains(&["\"b)(\", configured in .gitallowed:3,", "--no-allow"]);
    place.keyfence(&["scan", "--no-allow"]).ends(0);
}

#[test]
fn the_patterns_for_aws_are_served_by_the_built_in_rules() {
    let place = Place::new();
    ends(&place.run(["--register-aws"]), "OK\n", "", 0);
    let mut random = Random::new(3);
    let pair = fill(
        "aws_access_key_id = AKIA{base32:16}\naws_secret_access_key = {base64:40}\nowner = 1\naccount_id = 1234-5678-9012\n",
        &mut random,
    );
    place.repo.write("a.env", pair.unwrap());
    place
        .repo
        .write("b.env", concat!("id = AKIA", "IOSFODNN7EXAMPLE\n"));
    place.git(["add", "."]);
    let told = place.keyfence(&["scan", "--format", "json"]).ends(1);
    let json = told.json();
    let rule = |finding: &serde_json::Value| finding["rule"].as_str().unwrap().to_owned();
    let rules: Vec<String> = json["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(rule)
        .collect();
    assert_eq!(
        rules,
        ["aws-access-key-pair", "aws-account-id"],
        "{told:#?}"
    );
    let drop_in = place.run(["--scan"]);
    assert_eq!(printed(&drop_in).len(), 3, "{drop_in:#?}");
}

#[test]
fn providers_are_run_where_they_can_be_trusted() {
    let place = Place::new();
    let secret = fill("{base64:40}", &mut Random::new(9)).unwrap();
    let credentials = format!("[default]\naws_secret_access_key = {secret}\n");
    std::fs::create_dir(place.home.join(".aws")).unwrap();
    std::fs::write(place.home.join(".aws/credentials"), credentials).unwrap();
    place
        .repo
        .write("a.txt", format!("x {secret} y\nz local_word\n"));
    place.git(["add", "."]);
    // Ours is answered without a process, whoever names it.
    ends(
        &place.run(["--add-provider", "--", "git secrets --aws-provider"]),
        "",
        "",
        0,
    );
    let scan = [
        "scan",
        "--format",
        "json",
        "--disable",
        "aws-secret-access-key-bare",
    ];
    let told = place.keyfence(&scan).ends(1);
    assert_eq!(lines(&told), BTreeSet::from(["a.txt:1".to_owned()]));
    assert!(!told.out.contains(&secret), "{told:#?}");
    // Others only when somebody says so.
    ends(
        &place.run(["--add-provider", "--", "echo local_word"]),
        "",
        "",
        0,
    );
    let told = place.keyfence(&scan).ends(2);
    assert_eq!(lines(&told).len(), 1);
    let skipped = told.skipped();
    assert!(
        skipped[0].1.contains("\"echo local_word\" was not run"),
        "{told:#?}"
    );
    let all = [&scan[..], &["--run-providers"]].concat();
    let told = place.keyfence(&all).ends(1);
    assert_eq!(lines(&told).len(), 2, "{told:#?}");
    place.git(["config", "--unset-all", "secrets.providers"]);
    place.git([
        "config",
        "--global",
        "--add",
        "secrets.providers",
        "echo local_word",
    ]);
    assert_eq!(
        lines(&place.keyfence(&scan).ends(1)),
        BTreeSet::from(["a.txt:2".to_owned()])
    );
    // One that fails makes the scan incomplete.
    place.git(["config", "--global", "--add", "secrets.providers", "false"]);
    let told = place.keyfence(&scan).ends(2);
    assert_eq!(lines(&told).len(), 1);
    assert!(
        told.skipped()[0].1.contains("the provider \"false\""),
        "{told:#?}"
    );
}

#[test]
fn a_pattern_that_is_a_secret_is_not_printed() {
    let place = Place::new();
    let secret = fill("{base62:30}", &mut Random::new(5)).unwrap();
    ends(&place.run(["--add", "-l", &secret]), "", "", 0);
    place.repo.write("a.txt", format!("{secret}\n"));
    place.git(["add", "."]);
    for format in ["human", "json", "jsonl"] {
        let told = place.keyfence(&["scan", "--format", format]).ends(1);
        assert!(
            !told.out.contains(&secret) && !told.err.contains(&secret),
            "{told:#?}"
        );
    }
    let list = place.keyfence(&["rules", "list"]).ends(0);
    let id = list
        .out
        .lines()
        .find(|line| line.contains("secrets.patterns"))
        .unwrap();
    assert!(!list.out.contains(&secret));
    let id = id.split(' ').next().unwrap();
    let why = place.keyfence(&["why", "a.txt:1"]).ends(0);
    assert!(
        why.out.contains(id) && why.out.contains("reported with high severity"),
        "{why:#?}"
    );
    place.keyfence(&["scan", "--disable", id]).ends(0);
    let told = place.keyfence(&["scan", "--format", "json"]);
    let fingerprint = told.json()["findings"][0]["fingerprint"]
        .as_str()
        .unwrap()
        .to_owned();
    place
        .keyfence(&["allow", &fingerprint, "--reason", "a test"])
        .ends(0);
    place.keyfence(&["scan"]).ends(0);
}

#[test]
fn the_users_own_configuration_holds_outside_a_repository() {
    let place = Place::new();
    place.git(["config", "--global", "--add", "secrets.patterns", "me"]);
    let folder = place.outside();
    std::fs::write(folder.join("a.txt"), "me\n").unwrap();
    let run = |args: &[&str]| {
        let mut command = place.command(env!("CARGO_BIN_EXE_keyfence"), &folder);
        Ran::of(&command.args(args).output().unwrap())
    };
    run(&["scan", "a.txt"]).ends(1);
    run(&["scan", "--no-git", "a.txt"]).ends(1);
    run(&["scan", "--no-config", "a.txt"]).ends(0);
}
