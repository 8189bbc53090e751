//! The commands that scan nothing: rules, why, aws, completions, install.

use super::{Pair, Place, Ran, program, repository, run_with};

#[test]
fn rules_are_listed_and_shown() {
    let place = Place::new();
    let list = place.run(["rules", "list"]).ends(0);
    assert!(list.out.contains("aws-access-key-id"));
    let json = place.run(["rules", "list", "--json"]).ends(0);
    for line in json.out.lines() {
        let rule: serde_json::Value = serde_json::from_str(line).unwrap();
        assert!(rule["id"].is_string() && rule["severity"].is_string());
    }
    assert_eq!(json.out.lines().count(), list.out.lines().count());
    let show = place.run(["rules", "show", "aws-access-key-id"]).ends(0);
    assert!(show.out.contains("AKIA"), "{}", show.out);
    place
        .run(["rules", "show", "aws-acces-key-id"])
        .complains(&["aws-acces-key-id", "aws-access-key-id"]);
}

const RULE: &str = "[[rule]]\nid = \"own-rule\"\nname = \"Own\"\nprovider = \"own\"\nseverity = \"high\"\n\
                    prefixes = [\"own_\"]\nregex = 'own_[a-z]{12}'\nsamples = [\"own_{lower:12}\"]\n";

#[test]
fn rule_files_are_checked() {
    let place = Place::new();
    place.write("good.toml", RULE);
    let good = place.run(["rules", "check", "good.toml"]).ends(0);
    assert!(
        good.out.contains("1 rule checked, 0 problems"),
        "{}",
        good.out
    );
    place.write("weak.toml", RULE.replace("{12}", "{13}"));
    let weak = place.run(["rules", "check", "weak.toml"]).ends(1);
    assert!(
        weak.out.contains("own-rule: sample is not found"),
        "{}",
        weak.out
    );
}

#[test]
fn broken_rule_files_name_file_line_and_field() {
    let place = Place::new();
    let check = |text: &str, parts: &[&str]| {
        place.write("broken.toml", text);
        for args in [
            &["scan", "--no-git", "--rules", "broken.toml"][..],
            &["rules", "check", "broken.toml"],
            &["rules", "list", "--rules", "broken.toml"],
        ] {
            place.run(args).complains(parts);
        }
    };
    check("this is no TOML", &["broken.toml:1"]);
    check(
        &RULE.replace("severity", "sevrity"),
        &["broken.toml:5", "sevrity", "severity"],
    );
    check(&RULE.replace("[a-z]", "[a-z"), &["broken.toml:7", "regex"]);
    check(
        &RULE.replace("\"high\"", "\"hihg\""),
        &["broken.toml:5", "severity", "high"],
    );
    check(
        &format!("{RULE}checks = [\"nonesuch\"]\n"),
        &["broken.toml:9", "nonesuch"],
    );
    check(&format!("{RULE}{RULE}"), &["own-rule"]);
    place.write("broken.toml", [b'#', 0xff, b'\n']);
    place
        .run(["rules", "check", "broken.toml"])
        .complains(&["cannot read rules from broken.toml", "UTF-8"]);
    std::fs::create_dir(place.root.join("empty")).unwrap();
    place
        .run(["rules", "check", "empty"])
        .complains(&["there is no *.toml in the folder empty"]);
}

#[test]
fn why_explains_texts_and_lines() {
    let place = Place::new();
    let pair = Pair::drawn(1);
    place.write("app.env", format!("\n{}", pair.env()));
    for (what, expected) in [
        (format!("key {}", pair.id), "aws-access-key-id"),
        ("app.env:2".to_owned(), "aws-access-key-id"),
        ("app.env:3".to_owned(), "aws-secret-access-key"),
        ("app.env:1".to_owned(), "no rule's pattern matches here"),
        ("nothing".to_owned(), "no rule's pattern matches here"),
    ] {
        let ran = place.run(["why", &what]).ends(0);
        assert!(ran.out.contains(expected), "{what}: {ran:#?}");
    }
    let input = run_with(&place.root, ["why", "-"], pair.env().as_bytes()).ends(0);
    assert!(input.out.contains("aws-access-key-id"));
    place
        .run(["why", "app.env:40"])
        .complains(&["app.env has no line 40"]);
}

#[test]
fn aws_ids_are_decoded() {
    let place = Place::new();
    let pair = Pair::drawn(1);
    let ran = place.run(["aws", "decode", &pair.id, "--json"]).ends(0);
    let json: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(json["id"], pair.id.as_str());
    place
        .run(["aws", "decode", "AKIX"])
        .complains(&["AKIX", "AKIA"]);
    let several = format!("{}\nnonsense\n", pair.id);
    let ran = run_with(&place.root, ["aws", "decode", "-"], several.as_bytes()).ends(2);
    assert!(
        ran.out.contains(&pair.id) && ran.err.contains("nonsense"),
        "{ran:#?}"
    );
}

#[test]
fn completions_for_each_shell() {
    let place = Place::new();
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let ran = place.run(["completions", shell]).ends(0);
        assert!(ran.out.contains("keyfence"), "{shell}");
    }
    place
        .run(["completions", "bsh"])
        .complains(&["bsh", "bash"]);
}

#[test]
fn help_and_version_are_results() {
    let place = Place::new();
    for args in [&["--help"][..], &["--version"], &["scan", "--help"]] {
        let ran = place.run(args).ends(0);
        assert!(
            ran.out.contains("keyfence") && ran.err.is_empty(),
            "{ran:#?}"
        );
    }
}

#[test]
fn install_and_uninstall() {
    let repo = repository();
    let hook = repo.root.join(".git/hooks/pre-commit");
    // A newer git has them in its configuration.
    let older = crate::git::older(&repo, None);
    let run = |args: &[&str]| {
        let mut command = program(&repo.root, args);
        Ran::of(&command.env("PATH", &older).output().unwrap())
    };
    let ran = run(&["install"]).ends(0);
    assert!(ran.out.contains("installed") && hook.is_file(), "{ran:#?}");
    let again = run(&["install"]).ends(0);
    assert!(again.out.contains("unchanged"), "{again:#?}");
    let gone = run(&["uninstall"]).ends(0);
    assert!(gone.out.contains("removed") && !hook.exists(), "{gone:#?}");
    let nothing = run(&["uninstall"]).ends(0);
    assert!(nothing.out.contains("nothing to do"), "{nothing:#?}");
    run(&["install", "--hooks", "pre-comit"]).complains(&["pre-comit", "pre-commit"]);
    let place = Place::new();
    place.run(["install"]).complains(&["find a git repository"]);
    place
        .run(["uninstall"])
        .complains(&["find a git repository"]);
}
