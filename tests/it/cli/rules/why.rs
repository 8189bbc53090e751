//! `keyfence why`: the whole trace of a decision.

use keyfence::rule::template::{Random, fill};

use super::super::{Pair, Place, repository, run};

const TOKEN: &str = "ghp_{base62:30}{sum:crc32-base62-last}";

fn drawn(template: &str) -> String {
    fill(template, &mut Random::new(5)).unwrap()
}

#[track_caller]
fn says(out: &str, parts: &[&str]) {
    for part in parts {
        assert!(out.contains(part), "{part:?} is not in {out}");
    }
}

#[test]
fn checks_and_judges_are_named() {
    let place = Place::new();
    let ran = place.run(["why", &drawn(TOKEN)]).ends(0);
    says(
        &ran.out,
        &[
            "github-pat (",
            "checks    passed `github-crc`: its form is proved",
            "judges    nothing against it: documented-example, inside-base64, placeholder, repeated",
            "reported with critical severity and high confidence",
        ],
    );
    let ran = place.run(["why", &drawn("ghp_{base62:36}")]).ends(0);
    says(&ran.out, &["`github-crc` refutes it"]);
    let ran = place.run(["why", "password = \"changeme\""]).ends(0);
    says(
        &ran.out,
        &[
            "not reported: ",
            "`placeholder` (is a placeholder)",
            "nothing against it: ",
        ],
    );
}

#[test]
fn what_is_encoded_is_looked_into() {
    let place = Place::new();
    let twice = drawn(&format!(
        "data: {{b64:config: {{b64:token={TOKEN} and}} and more}}"
    ));
    for (text, layers) in [
        (drawn(&format!("data: {{b64:token={TOKEN}}}")), "base64"),
        (twice, "base64, then base64"),
        (drawn(&format!("u={{pct:token={TOKEN}}}")), "percent"),
    ] {
        let ran = place.run(["why", &text]).ends(0);
        // An escape beside it leaves the token as it is: then it stands there in clear.
        if layers != "percent" {
            says(&ran.out, &[&format!("decoded   {layers}\n")]);
        }
        says(
            &ran.out,
            &["github-pat (", "reported with critical severity"],
        );
    }
    place.write(
        "a.txt",
        format!(
            "one\n{}\nthree\n",
            drawn(&format!("data: {{b64:token={TOKEN}}}"))
        ),
    );
    says(
        &place.run(["why", "a.txt:2"]).ends(0).out,
        &["decoded   base64"],
    );
    says(
        &place.run(["why", "a.txt:3"]).ends(0).out,
        &["no rule's pattern matches here"],
    );
}

#[test]
fn a_fingerprint_leads_to_its_finding() {
    let repo = repository();
    let pair = Pair::drawn(1);
    repo.write("sub/app.env", format!("# settings\n{}", pair.env()));
    let scanned = run(&repo.root, ["scan", "--format", "json"]).ends(1).json();
    let fingerprint = scanned["findings"][0]["fingerprint"].as_str().unwrap();
    for folder in [repo.root.clone(), repo.root.join("sub")] {
        let ran = run(&folder, ["why", fingerprint]).ends(0);
        says(
            &ran.out,
            &[
                &format!(
                    "{fingerprint} is aws-access-key-pair (AWS access key pair) in sub/app.env:2\n"
                ),
                "aws-access-key-id (",
                "aws-secret-access-key (",
            ],
        );
        assert!(!ran.out.contains(&pair.secret), "{}", ran.out);
    }
    let unknown = "0123456789abcdef".repeat(2);
    let ran = run(&repo.root, ["why", &unknown]).ends(0);
    says(
        &ran.err,
        &[
            "nothing in the work tree or the index has this fingerprint",
            "scan --history",
        ],
    );
}
