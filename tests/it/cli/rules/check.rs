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

/// A rule file with a pair of two parts.
const PAIR: &str = "\
[[rule]]
id = \"own-name\"
identifier = true
part = \"own/name\"
source = \"https://docs.example.com/tokens\"
prefixes = [\"ownn_\"]
regex = 'ownn_[0-9a-z]{20}'
remediation = [\"Revoke it\"]
samples = [\"ownn_{base36:20}\"]
near_misses = [\"ownn_{base36:19}\"]

[[rule]]
id = \"own-token\"
part = \"own/token\"
source = \"https://docs.example.com/tokens\"
prefixes = [\"own_\"]
regex = 'own_[0-9a-z]{20}'
remediation = [\"Revoke it\"]
samples = [\"own_{base36:20}\"]
near_misses = [\"own_{base36:19}\"]

[[pair]]
id = \"own-pair\"
source = \"https://docs.example.com/tokens\"
secret = \"own/token\"
required = \"own/name\"
remediation = [\"Revoke it\"]
";

#[test]
fn pairs_are_checked() {
    let ran = check(PAIR, &["--strict"], 0, &["2 rules and 1 pair checked"]);
    assert_eq!(ran.out.lines().count(), 1, "{}", ran.out);
    for (from, to, part) in [
        (
            "required = \"own/name\"",
            "required = \"own/names\"",
            "own.toml:26: own-pair: pair `own-pair`: no rule has `part = \"own/names\"`; did you mean `own/name`?",
        ),
        (
            "secret = \"own/token\"",
            "secret = \"other\"",
            "own.toml:25: own-pair: pair `own-pair`: no rule has `part = \"other\"`; give it",
        ),
        (
            "\"own-pair\"",
            "\"own-name\"",
            "own-name: two rules have the id `own-name`",
        ),
        (
            "\"own-pair\"",
            "\"aws-access-key-pair\"",
            "own.toml:23: aws-access-key-pair: two rules have the id",
        ),
    ] {
        check(&PAIR.replace(from, to), &[], 1, &[part, "1 problem"]);
    }
    let bare = PAIR
        .trim_end()
        .trim_end_matches("remediation = [\"Revoke it\"]");
    check(bare, &[], 0, &["own-pair: warning: no `remediation`"]);
}

/// What docs/own-rules.md shows is as good as it says, but for the sources that an example has not.
#[test]
fn the_examples_of_the_documentation_are_right() {
    let page = include_str!("../../../../docs/own-rules.md");
    let examples: Vec<&str> = page
        .split("```toml\n")
        .skip(1)
        .filter_map(|rest| rest.split_once("```"))
        .map(|(example, _)| example)
        .collect();
    assert_eq!(examples.len(), 2);
    let ran = check(
        examples[0],
        &[],
        0,
        &["1 rule checked, 0 problems", "1 near miss"],
    );
    assert!(!ran.out.contains("reported as"), "{}", ran.out);
    let place = Place::new();
    place.write("own.toml", examples[1]);
    let (id, secret) = (hex(20), hex(40));
    place.write(
        "app.env",
        format!("ACME_CLIENT_ID={id}\nACME_CLIENT_SECRET={secret}\n"),
    );
    let scan = ["scan", "--rules", "own.toml", "--format", "json", "app.env"];
    assert_eq!(place.run(scan).ends(1).rules(), ["acme-client"]);
    let apart = [&scan[..], &["--disable", "acme-client"]].concat();
    assert_eq!(place.run(apart).ends(1).rules(), ["acme-client-secret"]);
    let only = [&scan[..], &["--enable", "acme-client"]].concat();
    assert_eq!(place.run(only).ends(1).rules(), ["acme-client"]);
}

/// Returns so many hexadecimal digits, drawn.
fn hex(len: usize) -> String {
    let template = format!("{{hex:{len}}}");
    keyfence::rule::template::fill(
        &template,
        &mut keyfence::rule::template::Random::new(len as u64),
    )
    .unwrap()
}
