//! `--register-aws` and `--aws-provider`, and providers as a scan sees them.

use std::{
    fs,
    io::Write as _,
    process::{Command, Stdio},
};

use keyfence::rule::template::{Random, fill};

use super::{Place, ends};
use crate::cli::Ran;

const ID: &str = "(A3T[A-Z0-9]|AKIA|AGPA|AIDA|AROA|AIPA|ANPA|ANVA|ASIA)[A-Z0-9]{16}";
const BEDROCK: &str = "ABSK[A-Za-z0-9+/]{109,}=*";
const SHORT_LIVED: &str = "bedrock-api-key-YmVkcm9jay5hbWF6b25hd3MuY29t";

#[test]
fn the_set_is_registered_once() {
    let place = Place::new();
    ends(&place.run(["--register-aws"]), "OK\n", "", 0);
    let list = place.run(["--list"]).ends(0).out;
    let keys: Vec<&str> = list
        .lines()
        .filter_map(|line| line.split(' ').next())
        .collect();
    let patterns = "secrets.patterns";
    let allowed = "secrets.allowed";
    assert_eq!(
        keys,
        [
            "secrets.providers",
            patterns,
            patterns,
            patterns,
            patterns,
            patterns,
            allowed,
            allowed
        ]
    );
    for value in [ID, BEDROCK, SHORT_LIVED] {
        assert!(list.contains(&format!("{patterns} {value}\n")), "{list}");
    }
    assert!(list.contains("secrets.providers git secrets --aws-provider\n"));
    assert!(list.ends_with(
        "secrets.allowed AKIAIOSFODNN7EXAMPLE\nsecrets.allowed wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\n"
    ));
    ends(&place.run(["--register-aws"]), "", "", 0);
    assert_eq!(place.run(["--list"]).out, list);
}

#[test]
fn what_is_missing_is_added() {
    let place = Place::new();
    place.run(["--register-aws"]).ends(0);
    let list = place.run(["--list"]).out;
    place
        .git(["config", "--unset", "secrets.providers"])
        .ends(0);
    ends(&place.run(["--register-aws"]), "", "", 0);
    assert_eq!(
        place.run(["--list"]).out.lines().count(),
        list.lines().count()
    );
    place
        .git(["config", "--unset", "secrets.allowed", "wJal"])
        .ends(0);
    ends(&place.run(["--register-aws"]), "OK\n", "", 0);
}

#[test]
fn the_global_file_can_be_used() {
    let place = Place::new();
    let outside = place.outside();
    let ran = place.run_in(&outside, ["--register-aws"]).ends(0);
    assert_eq!(ran.out, "");
    assert_eq!(ran.err.matches("fatal: ").count(), 8, "{ran:#?}");
    ends(
        &place.run_in(&outside, ["--register-aws", "--global"]),
        "OK\n",
        "",
        0,
    );
    ends(&place.run_in(&outside, ["--register-aws"]), "", "", 0);
    assert_eq!(place.run(["--list", "--global"]).out.lines().count(), 8);
    ends(&place.run(["--register-aws"]), "", "", 0);
}

/// Returns true when `grep -w` with the registered patterns selects `line`.
fn selected(place: &Place, line: &str) -> bool {
    let mut command = Command::new("grep");
    command.args(["-w", "-E", "-q"]).env("LC_ALL", "C");
    for pattern in place.values("secrets.patterns") {
        command.args(["-e", &pattern]);
    }
    let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    drop(input.write_all(format!("{line}\n").as_bytes()));
    drop(input);
    let status = child.wait().unwrap();
    assert!(status.code().is_some_and(|code| code < 2), "grep fails");
    status.success()
}

#[test]
fn the_patterns_find_what_they_are_for() {
    let place = Place::new();
    place.run(["--register-aws"]).ends(0);
    let mut random = Random::new(1);
    let mut check = |template: &str, expected: bool| {
        let line = fill(template, &mut random).unwrap();
        assert_eq!(selected(&place, &line), expected, "{template}");
    };
    let secret = "{base62:40}";
    for name in [
        "AWS_SECRET_ACCESS_KEY",
        "aws_secret_access_key",
        "AwsSecretAccessKey",
        "SecretKey",
        "key",
    ] {
        check(&format!("{name}={secret}"), true);
        check(&format!("\"{name}\": \"{secret}\""), true);
        check(&format!("'{name}' => '{secret}'"), true);
        check(&format!("{name}={secret}="), true);
        check(&format!("{name}=\"{{base62:39}}/\""), true);
        check(&format!("{name}=\"{{base62:39}}+\""), true);
        check(&format!("{name}=\"{{base62:39}}\\\""), true);
        check(&format!("{name}={secret}x"), false);
        check(&format!("{name}=\"{{base62:39}}\""), false);
        check(&format!("my{name}={secret}"), false);
        check(&format!("{name} := {secret}"), false);
    }
    check("aws_sEcret_access_kEy={base62:40}", false);
    for name in [
        "AWS_ACCOUNT_ID",
        "aws_account_id",
        "AwsAccountId",
        "account",
        "Account_ID",
    ] {
        check(&format!("{name}=123456789012"), true);
        check(&format!("\"{name}\" : '1234-5678-9012'"), true);
        check(&format!("{name} => 1234-56789012"), true);
        check(&format!("{name}=1234567890123"), false);
        check(&format!("{name}=12345678901"), false);
        check(&format!("my_{name}=123456789012"), false);
    }
    for prefix in [
        "A3T{BASE36:1}",
        "AKIA",
        "AGPA",
        "AIDA",
        "AROA",
        "AIPA",
        "ANPA",
        "ANVA",
        "ASIA",
    ] {
        check(&format!("id {prefix}{{base32:16}}."), true);
        check(&format!("id {prefix}{{base32:15}}."), false);
        check(&format!("id_{prefix}{{base32:16}}."), false);
    }
    check("ABSK{base62:109}", true);
    check("ABSK{base62:128}==", true);
    check("ABSK{base62:108}", false);
    check(SHORT_LIVED, true);
}

#[test]
fn credentials_become_patterns() {
    let place = Place::new();
    let own = "[default]\naws_access_key_id = Hoagie+man\naws_secret_access_key = \"a=b[c\"\n";
    let other = "aws_secret_access_key=other\n";
    ends(&place.run(["--aws-provider"]), "", "", 0);
    fs::create_dir(place.home.join(".aws")).unwrap();
    fs::write(place.home.join(".aws/credentials"), own).unwrap();
    place.repo.write("with a blank/file", other);
    let patterns = "Hoagie\\+man\na=b\\[c\n";
    ends(&place.run(["--aws-provider"]), patterns, "", 0);
    ends(
        &place.run(["--aws-provider", "--no-key-ids"]),
        "a=b\\[c\n",
        "",
        0,
    );
    ends(
        &place.run(["--aws-provider", "with a blank/file"]),
        "other\n",
        "",
        0,
    );
    ends(&place.run(["--aws-provider", "missing"]), "", "", 0);
    ends(
        &place.run_in(place.outside(), ["--aws-provider"]),
        patterns,
        "",
        0,
    );
    let given = |file: &str| {
        let mut command = place.command(place.bin.join("git-secrets"), &place.repo.root);
        command.env("AWS_SHARED_CREDENTIALS_FILE", file);
        Ran::of(&command.arg("--aws-provider").output().unwrap())
    };
    ends(&given("with a blank/file"), "other\n", "", 0);
    ends(&given("~/.aws/credentials"), patterns, "", 0);
    ends(&given("/dev/null"), "", "", 0);
    ends(&given("missing"), "", "", 0);
    ends(&given(""), patterns, "", 0);
    let ran = given(".").ends(2);
    assert!(
        ran.err.contains("cannot read the credentials file .") && ran.out.is_empty(),
        "{ran:#?}"
    );
}

#[test]
fn a_failing_provider_makes_a_scan_fail() {
    let place = Place::new();
    place.repo.write("fails", "echo pattern; exit 3\n");
    place.repo.write("slow", "exec sleep 60\n");
    place.repo.write("reads", "cat > read; echo done > ran\n");
    for line in ["nonesuch-provider x", "sh fails", "sh sl*w", "sh reads"] {
        place.run(["--add-provider", line]).ends(0);
    }
    place
        .git(["config", "--global", "secrets.providerTimeout", "1"])
        .ends(0);
    for command in ["--scan", "--pre_commit_hook", "--scan-history"] {
        let ran = place.run([command]).ends(2);
        for part in [
            "the provider \"nonesuch-provider x\", configured in .git/config (local), cannot be run",
            "the provider \"sh fails\", configured in .git/config (local), failed: exit status: 3",
            "the provider \"sh sl*w\", configured in .git/config (local), did not end within 1 seconds",
        ] {
            assert!(ran.err.contains(part), "{part:?} is not in {ran:#?}");
        }
        assert!(!ran.err.contains("sh reads"), "{ran:#?}");
        assert_eq!(
            fs::read_to_string(place.repo.root.join("read")).unwrap(),
            ""
        );
        fs::remove_file(place.repo.root.join("ran")).unwrap();
    }
}

#[test]
fn the_provider_of_the_set_needs_no_program_in_path() {
    let place = Place::new();
    place.run(["--register-aws"]).ends(0);
    fs::remove_file(place.bin.join("git-secrets")).unwrap();
    let program = env!("CARGO_BIN_EXE_keyfence");
    let mut command = place.command(program, &place.repo.root);
    let ran = Ran::of(&command.args(["git-secrets", "--scan"]).output().unwrap());
    assert!(!ran.err.contains("provider"), "{ran:#?}");
}
