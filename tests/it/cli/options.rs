//! The options of scan: rules, thresholds, markers, reports.

use std::{fs, process::Stdio};

use super::{PAIR, Pair, Place, program, repository};

#[test]
fn several_reports_of_one_run() {
    let place = Place::new();
    place.write("app.env", Pair::drawn(1).env());
    let ran = place
        .run([
            "scan",
            "app.env",
            "--report",
            "json=a.json",
            "--report",
            "jsonl=b.jsonl",
        ])
        .ends(1);
    assert!(ran.out.contains("app.env"), "{ran:#?}");
    let read = |name: &str| fs::read_to_string(place.root.join(name)).unwrap();
    let json: serde_json::Value = serde_json::from_str(&read("a.json")).unwrap();
    assert_eq!(json["findings"][0]["rule"], PAIR);
    let lines: Vec<serde_json::Value> = read("b.jsonl")
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines[0]["kind"], "finding");
    assert_eq!(lines.last().unwrap()["kind"], "summary");
    assert_eq!(lines.last().unwrap()["complete"], true);
    // What was found is told all the same, and the other files are written.
    let args = [
        "scan",
        "app.env",
        "--report",
        "json=no/such/folder",
        "--report",
        "csv=b.csv",
    ];
    let ran = place.run(args).ends(2);
    assert!(
        ran.err.contains("cannot write the report no/such/folder"),
        "{ran:#?}"
    );
    assert!(ran.out.contains(PAIR), "{ran:#?}");
    assert!(place.root.join("b.csv").exists());
}

#[test]
fn thresholds() {
    let place = Place::new();
    let pair = Pair::drawn(1);
    place.write("app.env", pair.env());
    let with = |args: &[&str]| {
        let args = [&["scan", "--format", "json", "app.env"], args].concat();
        place.run(args)
    };
    with(&["--min-severity", "critical", "--min-confidence", "high"]).ends(1);
    place.write("app.env", format!("{}\n", pair.id));
    let alone = with(&[]).ends(1);
    let severity = alone.json()["findings"][0]["severity"].clone();
    assert_ne!(severity, "critical");
    with(&["--min-severity", "critical"]).ends(0);
}

#[test]
fn rules_on_and_off() {
    let place = Place::new();
    place.write("app.env", Pair::drawn(1).env());
    place.write(
        "rules/own.toml",
        "[[rule]]\nid = \"own-rule\"\nname = \"Own\"\nprovider = \"own\"\nseverity = \"high\"\n\
         prefixes = [\"own_\"]\nregex = 'own_[a-z]{12}'\nsamples = [\"own_{lower:12}\"]\n",
    );
    place.write("own.txt", "own_kfjwqpzmvxtr\n");
    let with = |args: &[&str]| {
        let args = [&["scan", "--format", "json", "app.env", "own.txt"], args].concat();
        place.run(args)
    };
    assert_eq!(with(&[]).ends(1).rules(), [PAIR]);
    let both = with(&["--rules", "rules"]).ends(1).rules();
    assert_eq!(both, [PAIR, "own-rule"]);
    let own = with(&["--rules", "rules/own.toml", "--no-builtin"]).ends(1);
    assert_eq!(own.rules(), ["own-rule"]);
    let only = with(&["--rules", "rules", "--enable", "own-rule"]).ends(1);
    assert_eq!(only.rules(), ["own-rule"]);
    let without = with(&["--rules", "rules", "--disable", "own-rule"]).ends(1);
    assert_eq!(without.rules(), [PAIR]);
    let pair = with(&["--enable", PAIR]).ends(1);
    assert_eq!(pair.rules(), [PAIR]);
    let parts = with(&["--disable", PAIR]).ends(1);
    assert_eq!(
        parts.rules(),
        ["aws-access-key-id", "aws-secret-access-key"]
    );
    with(&["--no-builtin"]).complains(&["no rule is on", "--rules"]);
}

#[test]
fn inline_markers() {
    let place = Place::new();
    let pair = Pair::drawn(1);
    let check = |marker: &str, args: &[&str], code: i32| {
        place.write(
            "app.py",
            format!("keys = ['{}', '{}']  # {marker}\n", pair.id, pair.secret),
        );
        place.run([&["scan", "app.py"], args].concat()).ends(code);
    };
    check("", &[], 1);
    check("keyfence:allow aws-access-key-pair a key of nobody", &[], 0);
    check("keyfence:allow all a key of nobody", &[], 0);
    check("keyfence:allow github-pat a key of nobody", &[], 1);
    check("keyfence:allow aws-access-key-pair", &[], 1);
    check("keyfence:allow all a key of nobody", &["--no-allow"], 1);
}

#[test]
fn bad_usage() {
    let repo = repository();
    let complain = |args: &[&str], parts: &[&str]| {
        super::run(&repo.root, args).complains(parts);
    };
    complain(&["scan", "--format", "jsn"], &["jsn", "json"]);
    complain(
        &["scan", "--report", "jsn=x"],
        &["`jsn`", "did you mean `json", "human"],
    );
    complain(&["scan", "--report", "json"], &["FORMAT=FILE"]);
    complain(
        &["scan", "--enable", "aws-acces-key-id"],
        &["--enable", "aws-acces-key-id", "aws-access-key-id"],
    );
    complain(
        &["scan", "--disable", "aws-acces-key-id"],
        &["--disable", "aws-access-key-id"],
    );
    complain(
        &["scan", "--disable", "aws-access-key-pai"],
        &["--disable", "did you mean `aws-access-key-pair`?"],
    );
    // A pair is no rule: it has no page of its own to show.
    let shown = super::run(&repo.root, ["rules", "show", "aws-access-key-pai"]);
    let shown = shown.complains(&["there is no rule `aws-access-key-pai`"]);
    assert!(!shown.err.contains("aws-access-key-pair"), "{}", shown.err);
    complain(&["scan", "--stagd"], &["--stagd", "--staged"]);
    complain(&["scna"], &["scna", "scan"]);
    complain(&["scan", "--threads", "0"], &["--threads 0"]);
    complain(&["scan", "--threads", "many"], &["many"]);
    complain(&["scan", "--max-file-size", "big"], &["big", "500k"]);
    complain(&["scan", "--staged", "README"], &["--staged"]);
    complain(
        &["scan", "--rules", "absent.toml"],
        &["cannot read rules from absent.toml"],
    );
    complain(&[], &["Usage"]);
}

#[test]
fn files_above_the_limit_make_a_scan_incomplete() {
    let place = Place::new();
    place.write("small", "x");
    place.write("large", "x".repeat(3000));
    let ran = place
        .run(["scan", ".", "--max-file-size", "2k", "--format", "json"])
        .ends(2);
    assert_eq!(
        ran.skipped(),
        [("large".to_owned(), "larger than 2 KiB".to_owned())]
    );
    assert_eq!(ran.json()["summary"]["complete"], false);
    let human = place.run(["scan", ".", "--max-file-size", "2k"]).ends(2);
    assert!(human.out.contains("INCOMPLETE") && human.out.contains("large"));
}

#[test]
fn colour_only_when_asked() {
    let place = Place::new();
    place.write("app.env", Pair::drawn(1).env());
    let print = |when: &str| place.run(["scan", "app.env", "--color", when]).ends(1).out;
    assert!(print("always").contains('\u{1b}'));
    assert!(!print("never").contains('\u{1b}'));
    assert!(!print("auto").contains('\u{1b}'));
}

#[test]
fn progress_goes_to_standard_error() {
    let place = Place::new();
    place.write("app.env", Pair::drawn(1).env());
    // Standard input that stays open for longer than the quiet time.
    let slow = |when: &str| {
        let mut child = program(&place.root, ["scan", "-", "--progress", when])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let input = child.stdin.take().unwrap();
        std::thread::sleep(std::time::Duration::from_millis(900));
        drop(input);
        super::Ran::of(&child.wait_with_output().unwrap()).ends(0)
    };
    let always = slow("always");
    let line = "keyfence: scanning: 0 files, 0 B, 0 B/s\n";
    assert!(always.err.starts_with(line), "{always:#?}");
    assert!(!always.err.contains(['\r', '\u{1b}']), "{always:#?}");
    assert!(!always.out.contains("scanning:"), "{always:#?}");
    assert_eq!(slow("auto").err, "");
    assert_eq!(slow("never").err, "");
    let quick = place
        .run(["scan", "app.env", "--progress", "always"])
        .ends(1);
    assert_eq!(quick.err, "");
}

#[test]
fn a_reader_that_goes_away_is_no_trouble() {
    let place = Place::new();
    place.write(
        "app.env",
        (0..300).map(|n| Pair::drawn(n).env()).collect::<String>(),
    );
    let broken = |args: &[&str], code: i32| {
        let mut child = program(&place.root, args)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let ran = super::Ran::of(&child.wait_with_output().unwrap());
        assert_eq!((ran.code, ran.err.as_str()), (code, ""), "{args:?}");
    };
    broken(&["scan", "app.env"], 1);
    broken(&["scan", "app.env", "--format", "jsonl"], 1);
    broken(&["rules", "list"], 0);
    broken(&["completions", "bash"], 0);
    broken(&["--help"], 0);
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_is_trouble() {
    let place = Place::new();
    place.write("app.env", Pair::drawn(1).env());
    let full = || {
        fs::OpenOptions::new()
            .write(true)
            .open("/dev/full")
            .unwrap()
    };
    let id = format!("AKIA{}", "Q".repeat(16));
    for args in [
        &["scan", "app.env"][..],
        &["rules", "list"],
        &["completions", "zsh"],
        &["why", "nothing"],
        &["aws", "decode", &id],
    ] {
        let output = program(&place.root, args).stdout(full()).output().unwrap();
        super::Ran::of(&output).complains(&["cannot write", "No space left"]);
    }
    let ran = place
        .run(["scan", "app.env", "--report", "json=/dev/full"])
        .ends(2);
    assert!(
        ran.err.contains("cannot write the report /dev/full"),
        "{ran:#?}"
    );
}
