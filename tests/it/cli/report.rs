//! `keyfence report`, and the formats of scan that need something from outside.

use std::fs;

use super::{PAIR, Pair, Place, Ran, program, run_with};

/// Returns a folder with a report of a scan that found a pair.
fn scanned() -> Place {
    let place = Place::new();
    place.write("app.env", Pair::drawn(1).env());
    let reports = ["csv=a.csv", "sarif=a.sarif", "junit=a.xml", "gitlab=a.json"];
    let reports = reports.iter().flat_map(|report| ["--report", report]);
    let scan = ["scan", "app.env", "--report", "jsonl=a.jsonl"];
    place.run(scan.into_iter().chain(reports)).ends(1);
    place
}

#[test]
fn converted_reports_are_those_of_the_scan() {
    let place = scanned();
    for (format, file) in [
        ("csv", "a.csv"),
        ("sarif", "a.sarif"),
        ("junit", "a.xml"),
        ("gitlab", "a.json"),
    ] {
        let ran = place.run(["report", "a.jsonl", "--to", format]).ends(0);
        assert_eq!(ran.err, "");
        let told = fs::read_to_string(place.root.join(file)).unwrap();
        assert_eq!(ran.out, told, "{format}");
    }
    let args = ["report", "a.jsonl", "--to", "json", "--output", "b.json"];
    assert_eq!(place.run(args).ends(0).out, "");
    let json = fs::read(place.root.join("b.json")).unwrap();
    let json: serde_json::Value = serde_json::from_slice(&json).unwrap();
    assert_eq!(json["findings"][0]["rule"], PAIR);
    assert!(json["summary"]["finished"].is_string());
}

#[test]
fn standard_input_is_read_and_a_stopped_run_is_told() {
    let place = scanned();
    let text = fs::read_to_string(place.root.join("a.jsonl")).unwrap();
    let first = text.lines().next().unwrap();
    let ran = run_with(
        &place.root,
        ["report", "-", "--to", "gitlab"],
        first.as_bytes(),
    )
    .ends(0);
    assert_eq!(ran.json()["scan"]["status"], "failure");
    assert!(
        ran.err.contains("warning: -: the report has no summary"),
        "{ran:#?}"
    );
}

#[test]
fn trouble_is_named() {
    let place = scanned();
    let report = |args: &[&str]| place.run([&["report"], args].concat());
    report(&["a.jsonl", "--to", "sarf"]).complains(&["no format `sarf`", "did you mean `sarif`?"]);
    report(&["a.jsonl", "--to", "human"]).complains(&["scan again with --format human"]);
    report(&["none.jsonl", "--to", "csv"]).complains(&["cannot read the report none.jsonl"]);
    report(&["app.env", "--to", "csv"]).complains(&["app.env: line 1 is no JSON"]);
    report(&["a.jsonl"]).complains(&["--to"]);
    report(&["a.jsonl", "--to", "csv", "--output", "no/such/folder"])
        .complains(&["cannot write the report no/such/folder"]);
}

#[test]
fn asff_asks_for_account_and_region_before_it_scans() {
    let place = scanned();
    let asff = |args: &[&str], variables: &[(&str, &str)]| {
        let mut command = program(&place.root, args);
        for name in ["AWS_ACCOUNT_ID", "AWS_REGION", "AWS_DEFAULT_REGION"] {
            command.env_remove(name);
        }
        command.envs(variables.iter().copied());
        Ran::of(&command.output().unwrap())
    };
    let account = ("AWS_ACCOUNT_ID", "123456789012");
    let scan = ["scan", "app.env", "--format", "asff"];
    asff(&scan, &[]).complains(&["set AWS_ACCOUNT_ID"]);
    asff(&scan, &[account]).complains(&["set AWS_REGION or AWS_DEFAULT_REGION"]);
    asff(&["scan", "app.env", "--report", "asff=a"], &[account]).complains(&["set AWS_REGION"]);
    asff(
        &scan,
        &[("AWS_ACCOUNT_ID", "me"), ("AWS_REGION", "eu-west-1")],
    )
    .complains(&["`me`", "twelve digits"]);
    let region = ("AWS_DEFAULT_REGION", "eu-central-1");
    let ran = asff(&scan, &[account, region]).ends(1);
    assert_eq!(ran.json()[0]["AwsAccountId"], account.1);
    asff(&["report", "a.jsonl", "--to", "asff"], &[account, region]).ends(0);
    asff(&["report", "a.jsonl", "--to", "asff"], &[]).complains(&["set AWS_ACCOUNT_ID"]);
}
