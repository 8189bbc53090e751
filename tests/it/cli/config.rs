//! The configuration file: what it changes, where, and what its mistakes are told as.

mod check;
mod schema;

use std::os::unix::fs::symlink;

use serde_json::Value;

use super::{PAIR, Pair, Ran, program, repository, run};
use crate::git::Repo;

const FILE: &str = ".keyfence.toml";

/// The rule for a key id without its secret, of medium severity and confidence.
const ID: &str = "aws-access-key-id";

/// A rule for texts that no other rule finds.
pub(crate) const RULES: &str = r#"
[[rule]]
id = "acme-code"
name = "Acme code"
prefixes = ["acme_"]
regex = '(acme_[a-z]{8})'
"#;

/// Runs keyfence with a user's and a system's configuration, where they are given.
fn run_with(repo: &Repo, args: &[&str], user: &str, system: &str) -> Ran {
    let home = repo.beside("home");
    let config = home.join("keyfence");
    std::fs::create_dir_all(&config).unwrap();
    std::fs::write(config.join("config.toml"), user).unwrap();
    std::fs::write(home.join("system.toml"), system).unwrap();
    let mut command = program(&repo.root, args);
    command.env("XDG_CONFIG_HOME", &home);
    command.env("KEYFENCE_SYSTEM_CONFIG", home.join("system.toml"));
    Ran::of(&command.output().unwrap())
}

/// Scans the work tree.
fn scan(repo: &Repo) -> Ran {
    run(&repo.root, ["scan", "--format", "json"])
}

fn paths(ran: &Ran) -> Vec<String> {
    let json = ran.json();
    let findings = json["findings"].as_array().unwrap().iter();
    let path = |finding: &Value| finding["path"].as_str().unwrap().to_owned();
    findings.map(path).collect()
}

/// Returns a repository with the id of a key.
fn with_id() -> Repo {
    let repo = repository();
    repo.write("id.env", format!("id = {}\n", Pair::drawn(1).id));
    repo
}

#[test]
fn all_mistakes_are_told_with_what_was_meant() {
    let repo = with_id();
    repo.write(
        FILE,
        "min_confidnce = \"high\"\nsalt = \"short\"\nbaseline = 3\n[gate]\nmin_severity = \"hi\"\n[rules]\ndisabled = [\"x\"]\n\
         builtin = \"no\"\n[[allow]]\npaths = [\"t/\", \"!x\"]\nexpires = \"soon\"\n[[allow]]\nfingerprint = \"abc\"\nrule = \"x\"\n\
         rules = [\"x\"]\nreason = \" \"\n[[allow]]\nreason = \"x\"\n[alow]\n",
    );
    scan(&repo).complains(&[
        "/repo/.keyfence.toml has mistakes; mend them, or leave it out with --no-config:",
        "line 1: `min_confidnce`: unknown; did you mean `min_confidence`?",
        "line 2: `salt`: too short",
        "line 3: `baseline`: expected text, found integer",
        "line 5: `gate.min_severity`: \"hi\" is none of low, medium, high or critical",
        "line 7: `rules.disabled`: unknown; did you mean `disable`?",
        "line 8: `rules.builtin`: expected true or false, found string",
        "line 9: `allow.reason`: missing",
        "line 10: `allow.paths`: \"!x\": patterns cannot be taken back",
        "line 11: `allow.expires`: is not a day; write YYYY-MM-DD",
        "line 13: `allow.fingerprint`: a fingerprint is 32 hexadecimal digits",
        "line 15: `allow.rules`: stands beside `paths`, not beside `fingerprint`",
        "line 16: `allow.reason`: is one line of text, and not empty",
        "line 17: `allow`: accepts nothing: give the `fingerprint`",
        "line 19: `alow`: unknown; did you mean `allow`?",
    ]);
    run(&repo.root, ["scan", "--no-config"]).ends(1);
    repo.write(FILE, "a = = 1\n");
    scan(&repo).complains(&["line 1: not TOML"]);
    repo.write(FILE, [b'#', 0xff, b'\n']);
    scan(&repo).complains(&[".keyfence.toml is not UTF-8"]);
    repo.write(FILE, "[rules]\ndisable = [\"aws-acces-key-id\"]\n");
    scan(&repo).complains(&[
        "`rules.disable` in ",
        "there is no rule `aws-acces-key-id`; did you mean `aws-access-key-id`?",
    ]);
    repo.write(FILE, "[rules]\nenable = [\"nope\"]\n");
    scan(&repo).complains(&["`rules.enable` in ", "there is no rule `nope`"]);
}

#[test]
fn what_is_no_file_is_not_waited_for() {
    for name in [FILE, ".keyfence/allow"] {
        let repo = with_id();
        let path = repo.root.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        let made = std::process::Command::new("mkfifo").arg(&path).status();
        assert!(made.unwrap().success());
        scan(&repo).complains(&[name, "it is no regular file"]);
        std::fs::remove_file(&path).unwrap();
        std::fs::create_dir(&path).unwrap();
        scan(&repo).complains(&[name, "it is no regular file"]);
    }
}

#[test]
fn what_is_said_for_a_mode_holds_there_alone() {
    let repo = with_id();
    repo.git(["add", "-A"]);
    let hook = |repo: &Repo| run(&repo.root, ["hook", "pre-commit"]);
    scan(&repo).ends(1);
    hook(&repo).ends(1);
    repo.write(FILE, "[hook]\nmin_severity = \"high\"\n");
    hook(&repo).ends(0);
    scan(&repo).ends(1);
    repo.write(FILE, "[scan]\nmin_confidence = \"high\"\n");
    hook(&repo).ends(1);
    scan(&repo).ends(0);
    // What is said for all holds where nothing else is said.
    repo.write(
        FILE,
        "min_confidence = \"high\"\n[hook]\nmin_confidence = \"low\"\n",
    );
    hook(&repo).ends(1);
    scan(&repo).ends(0);
}

#[test]
fn the_nearest_counts() {
    let repo = with_id();
    let (low, high) = ("min_severity = \"low\"\n", "min_severity = \"high\"\n");
    let scan = ["scan", "--format", "json"];
    run_with(&repo, &scan, "", "").ends(1);
    run_with(&repo, &scan, "", high).ends(0);
    run_with(&repo, &scan, high, "").ends(0);
    run_with(&repo, &scan, low, high).ends(1);
    repo.write(FILE, high);
    run_with(&repo, &scan, low, low).ends(0);
    run_with(
        &repo,
        &[&scan[..], &["--min-severity", "low"]].concat(),
        "",
        "",
    )
    .ends(1);
    run_with(&repo, &[&scan[..], &["--no-config"]].concat(), high, high).ends(1);
    // Lists add up.
    repo.write(FILE, "[rules]\ndisable = [\"github-pat\"]\n");
    let disable = format!("[rules]\ndisable = [\"{ID}\"]\n");
    run_with(&repo, &scan, &disable, "").ends(0);
    run_with(&repo, &scan, "", &disable).ends(0);
    // A mistake is told with its file.
    run_with(&repo, &scan, "", "x = 1\n").complains(&["/home/system.toml", "`x`: unknown"]);
    run_with(&repo, &scan, "salt = \"0123456789abcdef\"\n", "")
        .complains(&["/home/keyfence/config.toml", "belongs to one repository"]);
}

#[test]
fn another_file_may_be_named() {
    let repo = with_id();
    repo.write(FILE, "min_severity = \"low\"\n");
    repo.write(
        "ci/strict.toml",
        "min_severity = \"high\"\n[rules]\nfiles = [\"rules.toml\"]\n",
    );
    // Its paths begin in its folder.
    repo.write("ci/rules.toml", RULES);
    repo.write("code.txt", "acme_abcdefgh\n");
    let ran = run(
        &repo.root,
        ["scan", "--format", "json", "--config", "ci/strict.toml"],
    );
    assert_eq!(ran.ends(1).rules(), ["acme-code"]);
    run(&repo.root, ["scan", "--config", "nowhere.toml"])
        .complains(&["nowhere.toml: there is no such file"]);
    run(&repo.root, ["scan", "--config", "x", "--no-config"]).ends(2);
}

#[test]
fn rule_files_lie_in_the_repository() {
    let repo = repository();
    repo.write("code.txt", "acme_abcdefgh\n");
    scan(&repo).ends(0);
    repo.write(
        FILE,
        "[rules]\nfiles = [\"security/rules\"]\nbuiltin = false\n",
    );
    scan(&repo).complains(&[
        "there is no rule file ",
        "security/rules, which `rules.files` in ",
    ]);
    repo.write("security/rules/acme.toml", RULES);
    assert_eq!(scan(&repo).ends(1).rules(), ["acme-code"]);
    let listed = run(&repo.root, ["rules", "list"]).ends(0);
    assert_eq!(
        listed
            .out
            .lines()
            .filter(|line| line.contains("acme-code"))
            .count(),
        1
    );
    assert!(!listed.out.contains(ID));
    // In a folder below all is the same.
    let ran = run(&repo.root.join("security"), ["scan", "--format", "json"]);
    assert_eq!(ran.ends(1).rules(), ["acme-code"]);
    // What has come with a repository does not make keyfence read elsewhere.
    std::fs::write(repo.beside("rules.toml"), RULES).unwrap();
    symlink(repo.beside("rules.toml"), repo.root.join("link.toml")).unwrap();
    for path in ["../rules.toml", "link.toml", "/etc/passwd"] {
        repo.write(FILE, format!("[rules]\nfiles = [\"{path}\"]\n"));
        scan(&repo).complains(&["leads out of the repository"]);
        repo.write(FILE, format!("baseline = \"{path}\"\n"));
        scan(&repo).complains(&["leads out of the repository"]);
    }
    std::fs::remove_file(repo.root.join(FILE)).unwrap();
    symlink(repo.beside("rules.toml"), repo.root.join(FILE)).unwrap();
    scan(&repo).complains(&["leads out of the repository"]);
}

#[test]
fn findings_in_files_are_accepted_wherever_they_are_scanned() {
    let repo = with_id();
    repo.write(
        "sub/testdata/deep/id.env",
        format!("id = {}\n", Pair::drawn(2).id),
    );
    repo.write("sub/testdata/pair.env", Pair::drawn(3).env());
    repo.write(
        FILE,
        format!("[[allow]]\npaths = [\"testdata/\"]\nrules = [\"{ID}\"]\nreason = \"test data\"\n"),
    );
    let left = ["id.env", "sub/testdata/pair.env"];
    assert_eq!(paths(&scan(&repo)), left);
    repo.git(["add", "-A"]);
    let with = |args: &[&str]| {
        let args = [args, &["--format", "json"]].concat();
        paths(&run(&repo.root, args).ends(1))
    };
    assert_eq!(with(&["scan", "--staged"]), left);
    assert_eq!(with(&["hook", "pre-commit"]), left);
    assert_eq!(with(&["scan", "sub"]), [left[1]]);
    let whole = repo.root.join("sub").display().to_string();
    assert_eq!(
        with(&["scan", &whole]),
        [format!("{whole}/testdata/pair.env")]
    );
    assert_eq!(with(&["scan", "--no-allow"]).len(), 3);
    repo.commit_all();
    assert_eq!(with(&["scan", "--history", "--no-cache"]), left);
    assert_eq!(with(&["scan", "--range", "HEAD~1..HEAD"]), left);
    // In a folder paths begin there.
    let below = run(
        &repo.root.join("sub"),
        ["scan", "--format", "json", "testdata"],
    );
    assert_eq!(paths(&below), ["testdata/pair.env"]);
    let pair = format!("paths = [\"/sub/testdata/\"]\nrules = [\"{ID}\", \"{PAIR}\"]\n");
    repo.write(FILE, format!("[[allow]]\n{pair}reason = \"test data\"\n"));
    run(&repo.root.join("sub"), ["scan", "testdata"]).ends(0);
    run(&repo.root.join("sub/testdata"), ["scan", "../../id.env"]).ends(1);
    // An entry that has ended is named.
    repo.write(
        FILE,
        format!("[[allow]]\n{pair}reason = \"test data\"\nexpires = 2001-01-31\n"),
    );
    let ran = scan(&repo).ends(1);
    assert_eq!(paths(&ran).len(), 3);
    assert!(ran.err.contains("ended on 2001-01-31"), "{ran:#?}");
}

#[test]
fn a_secret_may_be_accepted_here() {
    let repo = with_id();
    let fingerprint = scan(&repo).json()["findings"][0]["fingerprint"].clone();
    let entry = format!("[[allow]]\nfingerprint = {fingerprint}\nreason = \"a test\"\n");
    repo.write(FILE, &entry);
    scan(&repo).ends(0);
    run(&repo.root, ["scan", "--no-allow"]).ends(1);
    repo.write(FILE, entry + "expires = \"2001-01-31\"\n");
    let ran = scan(&repo).ends(1);
    assert!(ran.err.contains("ended on 2001-01-31"), "{ran:#?}");
}

#[test]
fn a_salt_makes_fingerprints_the_repositorys_own() {
    let repo = with_id();
    let fingerprint = |repo: &Repo| {
        let json = scan(repo).ends(1).json();
        json["findings"][0]["fingerprint"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let plain = fingerprint(&repo);
    repo.write(FILE, "salt = \"0123456789abcdef\"\n");
    let salted = fingerprint(&repo);
    assert_ne!(plain, salted);
    repo.write(FILE, "salt = \"0123456789abcdeF\"\n");
    assert_ne!(fingerprint(&repo), salted);
    repo.write(FILE, "salt = \"0123456789abcdef\"\n");
    // All commands know it.
    let why = run(&repo.root, ["why", &salted]).ends(0);
    assert!(why.out.contains("id.env"), "{why:#?}");
    let allow = run(&repo.root, ["allow", &salted, "--reason", "a test"]).ends(0);
    assert!(!allow.err.contains("is no finding"), "{allow:#?}");
    scan(&repo).ends(0);
    repo.write("id.env", format!("id = {}\n", Pair::drawn(2).id));
    run(&repo.root, ["baseline", "write"]).ends(0);
    repo.write(
        FILE,
        "salt = \"0123456789abcdef\"\nbaseline = \".keyfence/baseline\"\n",
    );
    scan(&repo).ends(0);
    // The old entries are void under another.
    repo.write(
        FILE,
        "salt = \"fedcba9876543210\"\nbaseline = \".keyfence/baseline\"\n",
    );
    scan(&repo).ends(1);
    repo.write(FILE, "baseline = \"nowhere\"\n");
    scan(&repo).complains(&["there is no baseline ", "nowhere, which `baseline` in "]);
}
