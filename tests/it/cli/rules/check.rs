//! `keyfence rules check`.

use super::super::{Place, Ran};

const WHOLE: &str = "\
[[rule]]
id = \"own-token\"
name = \"Own token\"
source = \"https://docs.example.com/tokens\"
prefixes = [\"own_\"]
regex = 'own_[0-9a-z]{20}'
remediation = [\"Revoke it\"]
samples = [
  \"own_{base36:20}\",
]
near_misses = [\"own_{base36:19}\"]
";

#[track_caller]
fn check(text: &str, options: &[&str], code: i32, parts: &[&str]) -> Ran {
    let place = Place::new();
    place.write("own.toml", text);
    let ran = place
        .run([&["rules", "check", "own.toml"], options].concat())
        .ends(code);
    for part in parts {
        assert!(ran.out.contains(part), "{part:?} is not in {}", ran.out);
    }
    ran
}

#[test]
fn a_whole_rule_has_no_remarks() {
    let ran = check(WHOLE, &["--strict"], 0, &[]);
    let expected =
        "1 rule checked, 0 problems, 0 warnings (1 sample and 1 near miss, each drawn 20 times)\n";
    assert_eq!(ran.out, expected);
}

#[test]
fn samples_and_near_misses_are_tried() {
    check(
        &WHOLE.replace(
            "\"own_{base36:20}\",",
            "\"own_{base36:20}\",\n  \"own_{base36:18}\",",
        ),
        &[],
        1,
        &[
            "own.toml:10: own-token: sample is not found: \"own_{base36:18}\" (the regex does not match)",
        ],
    );
    check(
        &WHOLE.replace("own_{base36:20}", "own_{one:xxxxxxxxxxxxxxxxxxxx}"),
        &[],
        1,
        &[
            "own.toml:9: own-token: sample is not found",
            "judges",
            "placeholder",
        ],
    );
    check(
        &WHOLE.replace("own_{base36:19}", "own_{base36:20}"),
        &[],
        1,
        &["own.toml:11: own-token: near miss is found: \"own_{base36:20}\""],
    );
    check(
        &WHOLE.replace("own_{base36:19}", "data: {b64:key=own_{base36:20}}"),
        &[],
        1,
        &["own-token: near miss is found where base64 is decoded"],
    );
    check(
        &WHOLE.replace("samples = [\n  \"own_{base36:20}\",\n]\n", ""),
        &[],
        1,
        &["own.toml:1: own-token: has no samples"],
    );
}

#[test]
fn samples_that_only_decoding_finds() {
    let text = WHOLE.replace(
        "\"own_{base36:20}\",",
        "\"data: {b64:key=own_{base36:20}}\",",
    );
    let part = "own.toml:9: own-token: warning: sample is found only where base64 is decoded";
    check(&text, &[], 0, &[part, "0 problems, 1 warning"]);
    check(&text, &["--strict"], 1, &[part]);
}

#[test]
fn what_other_rules_report_in_place_of_it() {
    // The whole of it is a token of GitHub, of which this rule knows less.
    let text = WHOLE
        .replace("own_[0-9a-z]{20}", "ghp_[0-9A-Za-z]{20}")
        .replace(
            "prefixes = [\"own_\"]",
            "prefixes = [\"ghp_\"]\nboundary = \"none\"",
        )
        .replace("own_{base36:20}", "ghp_{base62:30}{sum:crc32-base62-last}")
        .replace("own_{base36:19}", "ghp_{base62:9}");
    check(
        &text,
        &[],
        0,
        &["own-token: warning: sample is reported as `github-pat`"],
    );
}

#[test]
fn ids_that_are_taken() {
    check(
        &WHOLE.replace("own-token", "github-pat"),
        &[],
        1,
        &[
            "own.toml:2: github-pat: the built-in rule `github-pat`",
            "rename",
        ],
    );
}

#[test]
fn what_a_good_rule_has() {
    let text = WHOLE
        .replace("source = \"https://docs.example.com/tokens\"\n", "")
        .replace("remediation = [\"Revoke it\"]\n", "")
        .replace("near_misses = [\"own_{base36:19}\"]\n", "max_len = 20\n")
        .replace(
            "prefixes = [\"own_\"]\n",
            "keywords = [\"own_\", \"key\"]\n",
        )
        .replace("'own_[0-9a-z]{20}'", "'(?i)(?:own_|key)[0-9a-z]{8,20}'")
        .replace("own_{base36:20}", "own_{base36:8}");
    check(
        &text,
        &[],
        0,
        &[
            "own.toml:1: own-token: warning: no `source`",
            "own.toml:1: own-token: warning: no `remediation`",
            "own.toml:1: own-token: warning: no `near_misses`",
            "own.toml:4: own-token: warning: \"key\" stands in most files",
            "own.toml:9: own-token: warning: `max_len` is 20 bytes, and a match may have 24",
            "0 problems, 5 warnings",
        ],
    );
}

#[test]
fn the_built_in_rules_have_no_problems() {
    let ran = Place::new().run(["rules", "check"]).ends(0);
    let rules = crate::patterns::all().len();
    let summary = ran.out.lines().last().unwrap();
    assert!(
        summary.starts_with(&format!("{rules} rules checked, 0 problems, ")),
        "{summary}"
    );
}
