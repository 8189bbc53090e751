//! What policy accepts: it counts nowhere, and `--show-accepted` tells of it for what it is.

use serde_json::Value;

use super::{PAIR, Pair, Ran, repository, run};
use crate::git::Repo;

/// Every format.
const FORMATS: &[&str] = &[
    "asff",
    "codequality",
    "csv",
    "github",
    "gitlab",
    "html",
    "human",
    "json",
    "jsonl",
    "junit",
    "markdown",
    "sarif",
];

/// A repository in which each of four pairs is accepted in another way.
struct Bed {
    repo: Repo,
    pairs: Vec<Pair>,
}

fn bed() -> Bed {
    let repo = repository();
    let pairs: Vec<Pair> = (1..=4).map(Pair::drawn).collect();
    repo.write("baseline.env", pairs[0].env());
    run(&repo.root, ["baseline", "write"]).ends(0);
    repo.write("entry.env", pairs[1].env());
    let found = run(&repo.root, ["scan", "entry.env", "--format", "json"]).ends(1);
    let fingerprint = found.json()["findings"][0]["fingerprint"].clone();
    run(
        &repo.root,
        [
            "allow",
            fingerprint.as_str().unwrap(),
            "--reason",
            "a key of the tests",
            "--owner",
            "ann",
            "--expires",
            "2999-01-31",
        ],
    )
    .ends(0);
    let marked = pairs[2]
        .env()
        .replace('\n', " # keyfence:allow all a test\n");
    repo.write("marker.env", marked);
    repo.write("pattern.env", pairs[3].env());
    repo.write(".gitallowed", "^pattern[.]env:\n");
    Bed { repo, pairs }
}

impl Bed {
    fn scan(&self, args: &[&str]) -> Ran {
        let with = ["scan", "--baseline", ".keyfence/baseline"];
        run(&self.repo.root, [&with[..], args].concat())
    }
}

/// Returns path and way of all that a JSON report tells as accepted.
fn told(report: &Value) -> Vec<(String, Value)> {
    let accepted = report["accepted"].as_array().into_iter().flatten();
    accepted
        .map(|one| {
            assert_eq!(one["kind"], "accepted");
            assert_eq!(one["rule"], PAIR);
            (
                one["path"].as_str().unwrap().to_owned(),
                one["accepted"].clone(),
            )
        })
        .collect()
}

/// Returns what [`told`] must return.
fn expected() -> Vec<(String, Value)> {
    [
        ("baseline.env", serde_json::json!({"by": "baseline"})),
        (
            "entry.env",
            serde_json::json!({
                "by": "allow-entry",
                "reason": "a key of the tests",
                "owner": "ann",
                "expires": "2999-01-31",
            }),
        ),
        (
            "marker.env",
            serde_json::json!({"by": "inline-marker", "marker": "keyfence:allow all a test"}),
        ),
        ("pattern.env", serde_json::json!({"by": "allowed-pattern"})),
    ]
    .map(|(path, how)| (path.to_owned(), how))
    .to_vec()
}

#[test]
fn it_counts_nowhere_and_is_told_when_asked() {
    let bed = bed();
    let json = bed.scan(&["--format", "json"]).ends(0).json();
    assert_eq!(json["summary"]["findings"], 0);
    assert_eq!(json["summary"]["accepted"], 4);
    assert!(json.get("accepted").is_none(), "{json:#}");
    let json = bed
        .scan(&["--format", "json", "--show-accepted"])
        .ends(0)
        .json();
    assert_eq!(told(&json), expected());
    assert_eq!(json["findings"], serde_json::json!([]));
    assert_eq!(json["summary"]["findings"], 0);
    // One that nobody accepts is found beside them, and the others do not count.
    bed.repo.write("open.env", Pair::drawn(9).env());
    let json = bed
        .scan(&["--format", "json", "--show-accepted"])
        .ends(1)
        .json();
    assert_eq!(json["summary"]["findings"], 1);
    assert_eq!(json["findings"][0]["path"], "open.env");
    assert_eq!(told(&json), expected());
    let human = bed.scan(&["--show-accepted"]).ends(1).out;
    let entry = "allow entry, owner ann, until 2999-01-31: a key of the tests";
    assert!(
        human.contains("accepted: 4 findings, not counted\n"),
        "{human}"
    );
    assert!(human.contains(entry), "{human}");
    assert!(human.contains("1 finding: 1 critical"), "{human}");
    let human = bed.scan(&[]).ends(1).out;
    assert!(
        human.contains("accepted: 4 findings, not counted (--show-accepted lists them)"),
        "{human}"
    );
    assert!(!human.contains(entry), "{human}");
    // What is not asked for cannot be told.
    bed.scan(&["--show-accepted", "--no-allow"])
        .complains(&["--show-accepted", "--no-allow"]);
    let json = bed.scan(&["--format", "json", "--no-allow"]).ends(1).json();
    assert_eq!(
        json["summary"]["findings"],
        4 + 1,
        "the baseline is set aside as well"
    );
    assert!(json["summary"].get("accepted").is_none());
}

#[test]
fn no_format_shows_a_secret_that_is_accepted() {
    let bed = bed();
    // In texts besides: a name, a reason, a marker of another secret.
    let secret = &bed.pairs[2].secret;
    bed.repo
        .write(format!("named {}.txt", bed.pairs[2].id), "x\n");
    bed.repo.write(
        "reason.env",
        bed.pairs[2]
            .env()
            .replace('\n', &format!(" # keyfence:allow all like {secret}\n")),
    );
    for format in FORMATS {
        for args in [&["--show-accepted"][..], &[]] {
            let mut program = super::program(&bed.repo.root, ["scan", "--format", format]);
            program
                .args(["--baseline", ".keyfence/baseline"])
                .args(args)
                .env("AWS_ACCOUNT_ID", "123456789012")
                .env("AWS_REGION", "eu-west-1");
            let ran = Ran::of(&program.output().unwrap()).ends(0);
            for pair in &bed.pairs {
                for text in [&ran.out, &ran.err] {
                    assert!(!text.contains(&pair.secret), "{format} {args:?}: {text}");
                    assert!(!text.contains(&pair.id), "{format} {args:?}: {text}");
                }
            }
        }
    }
    // The search would find them.
    let shown = bed
        .scan(&["--format", "json", "--show-accepted", "--show-secrets"])
        .ends(0);
    for pair in &bed.pairs {
        assert!(shown.out.contains(&pair.secret));
    }
}

#[test]
fn every_scan_keeps_what_is_accepted_apart() {
    let bed = bed();
    let root = &bed.repo.root;
    let json = ["--format", "json", "--show-accepted"];
    let scan = |args: &[&str]| {
        let base = ["--baseline", ".keyfence/baseline"];
        let ran = run(root, [args, &base, &json].concat());
        (ran.code, told(&ran.json()))
    };
    bed.repo.git(["add", "-A"]);
    assert_eq!(scan(&["scan", "--staged"]), (0, expected()));
    assert_eq!(scan(&["hook", "pre-commit"]), (0, expected()));
    bed.repo.commit_all();
    assert_eq!(scan(&["scan", "--history", "--no-cache"]), (0, expected()));
    assert_eq!(scan(&["scan", "--range", "HEAD~1..HEAD"]), (0, expected()));
    // Read back, and told in another format.
    run(
        root,
        [
            "scan",
            "--show-accepted",
            "--format",
            "jsonl",
            "--report",
            "jsonl=scan.jsonl",
        ],
    );
    let again = run(root, ["report", "scan.jsonl", "--to", "json"])
        .ends(0)
        .json();
    assert_eq!(told(&again).len(), 3, "without the baseline");
    assert_eq!(again["summary"]["accepted"], 3);
}

/// A marker that one version of a file has accepts that version, and no other.
#[test]
fn history_tells_the_versions_apart() {
    let repo = repository();
    let pair = Pair::drawn(1);
    repo.write("app.env", pair.env());
    repo.commit_all();
    repo.write(
        "app.env",
        pair.env().replace('\n', " # keyfence:allow all a test\n"),
    );
    repo.commit_all();
    let args = ["scan", "--history", "--no-cache", "--show-accepted"];
    let json = run(&repo.root, [&args[..], &["--format", "json"]].concat())
        .ends(1)
        .json();
    assert_eq!(json["findings"].as_array().unwrap().len(), 1);
    assert_eq!(json["findings"][0]["state"], "history");
    assert_eq!(told(&json).len(), 1);
    assert_eq!(json["accepted"][0]["state"], "head");
}

#[test]
fn a_baseline_check_tells_what_the_baseline_has() {
    let bed = bed();
    let args = ["baseline", "check", "--show-accepted", "--format", "json"];
    let json = run(&bed.repo.root, args).ends(0).json();
    assert_eq!(told(&json), expected());
}
