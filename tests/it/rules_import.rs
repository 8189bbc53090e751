//! `keyfence rules import`: from what other tools are configured with to rules and allow entries.

#![cfg(unix)]

use std::fs;

use keyfence::{
    rule::template::{Random, fill},
    secret::Secret,
};

use crate::{
    cli::{Ran, program},
    git::Repo,
};

fn run(repo: &Repo, args: &[&str]) -> Ran {
    Ran::of(&program(&repo.root, args).output().unwrap())
}

fn read(repo: &Repo, path: &str) -> String {
    fs::read_to_string(repo.root.join(path)).unwrap()
}

fn exists(repo: &Repo, path: &str) -> bool {
    repo.root.join(path).exists()
}

/// Returns a secret that no built-in rule knows.
fn secret(seed: u64) -> String {
    fill("acme_{lower:8}{digits:12}", &mut Random::new(seed)).unwrap()
}

/// Returns the number of findings of a scan with the imported rules.
fn findings(repo: &Repo) -> usize {
    let scan = [
        "scan",
        "--format",
        "json",
        "--rules",
        ".keyfence/imported.toml",
        "--no-config",
    ];
    let ran = run(repo, &scan);
    assert!(ran.code < 2, "{ran:#?}");
    ran.json()["findings"].as_array().unwrap().len()
}

const RULE: &str = r#"[[rules]]
id = "acme-key"
description = "Key of Acme"
regex = '''(key|token)\s*=\s*['"]?(acme_[a-z]{8}[0-9]{12})'''
secretGroup = 2
entropy = 2.0
"#;

#[test]
fn rules_are_written_and_find() {
    let repo = Repo::new();
    repo.write(
        ".gitleaks.toml",
        format!("[extend]\nuseDefault = true\n{RULE}path = '''x'''\n"),
    );
    repo.write("a.txt", format!("key = {}\n", secret(1)));
    let dry = run(&repo, &["rules", "import", "--dry-run"]).ends(0);
    assert!(dry.out.contains("1 rule would be written to"), "{dry:#?}");
    assert!(!exists(&repo, ".keyfence"));
    let ran = run(&repo, &["rules", "import"]).ends(0);
    assert!(ran.out.starts_with("1 rule written to "), "{ran:#?}");
    assert!(
        ran.out.contains("2 things could not be carried over"),
        "{ran:#?}"
    );
    assert!(
        ran.out.contains("use them: keyfence scan --rules "),
        "{ran:#?}"
    );
    assert!(
        ran.err
            .contains(".gitleaks.toml:2: `extend`: `useDefault`: the built-in rules"),
        "{ran:#?}"
    );
    assert!(ran.err.contains("rule `acme-key`: `path`: "), "{ran:#?}");
    assert!(read(&repo, ".keyfence/imported.toml").contains("id = \"gitleaks-acme-key\""));
    // The file's own pattern is no finding.
    assert_eq!(findings(&repo), 1);
    // Nothing is lost.
    run(&repo, &["rules", "import"]).complains(&[
        "imported.toml is there already",
        "--force",
        "--output",
    ]);
    run(&repo, &["rules", "import", "--force"]).ends(0);
    let printed = run(&repo, &["rules", "import", "--output", "-"]).ends(0);
    assert_eq!(printed.out, read(&repo, ".keyfence/imported.toml"));
    assert!(printed.err.contains("1 rule written\n"), "{printed:#?}");
    run(&repo, &["rules", "import", "--output", "rules/mine.toml"]).ends(0);
    assert_eq!(read(&repo, "rules/mine.toml"), printed.out);
}

#[test]
fn every_format_is_read() {
    let value = secret(2);
    for (name, text) in [
        ("ours.toml", RULE.to_owned()),
        (".betterleaks.toml", RULE.to_owned()),
        (
            "th.yaml",
            "detectors:\n- name: Acme\n  keywords: [acme]\n  regex:\n    k: 'acme_[a-z]{8}[0-9]{12}'\n".to_owned(),
        ),
        (
            "kf.yaml",
            "rules:\n- name: Acme\n  id: acme.1\n  pattern: |\n    (?x)\n    acme_ (?P<TOKEN> [a-z]{8} [0-9]{12} )\n".to_owned(),
        ),
    ] {
        let repo = Repo::new();
        repo.write(name, text);
        repo.write("a.txt", format!("key = {value}\n"));
        let ran = run(&repo, &["rules", "import", name]).ends(0);
        assert!(ran.out.starts_with("1 rule written"), "{name} {ran:#?}");
        assert_eq!(findings(&repo), 1, "{name}");
    }
}

#[test]
fn entries_of_gitleaks_become_allow_entries() {
    let repo = Repo::new();
    let (old, new) = (secret(3), secret(4));
    repo.write("a b.txt", format!("no\nkey = {old}\n"));
    repo.commit_all();
    let commit = String::from_utf8(repo.git(["rev-parse", "HEAD"])).unwrap();
    let commit = commit.trim();
    repo.write("a b.txt", format!("no\nkey = {new}\n"));
    repo.write(".gitleaks.toml", RULE);
    repo.write(
        ".gitleaksignore",
        format!("{commit}:a b.txt:acme-key:2\na b.txt:acme-key:1\n../x:acme-key:1\ngone.txt:acme-key:1\n{}:a b.txt:acme-key:2\n", "0".repeat(40)),
    );
    let ran = run(&repo, &["rules", "import"]).ends(0);
    assert!(ran.out.contains("1 allow entry written"), "{ran:#?}");
    for expected in [
        ".gitleaksignore:2: acme-key in a b.txt line 1: keyfence finds nothing on that line",
        ".gitleaksignore:3: acme-key in ../x line 1: its path leads out of the repository",
        ".gitleaksignore:4: acme-key in gone.txt line 1: the file is gone",
        ".gitleaksignore:5: acme-key in a b.txt line 2: this commit, or the file in it",
    ] {
        assert!(
            ran.err.contains(expected),
            "{expected:?} is not in {ran:#?}"
        );
    }
    let allow = read(&repo, ".keyfence/allow");
    assert!(!allow.contains(&old));
    assert!(
        allow.contains(&Secret::new(old.as_bytes()).fingerprint(b"").to_string()),
        "{allow}"
    );
    assert!(
        allow.contains("rule=gitleaks-acme-key reason=accepted in "),
        "{allow}"
    );
    // The entry hides its secret alone.
    assert_eq!(findings(&repo), 1);
    repo.write("a b.txt", format!("no\nkey = {old}\n"));
    assert_eq!(findings(&repo), 0);
    // What is there already is not added again.
    let again = run(&repo, &["rules", "import", "--force"]).ends(0);
    assert!(!again.out.contains("allow entr"), "{again:#?}");
}

/// Returns SHA-1 in hexadecimal digits, as git computes it.
fn sha1(text: &str) -> String {
    let mut hasher = gix::hash::hasher(gix::hash::Kind::Sha1);
    hasher.update(text.as_bytes());
    hasher.try_finalize().unwrap().to_string()
}

#[test]
fn a_baseline_becomes_allow_entries() {
    let repo = Repo::new();
    let pair = fill("AKIA{base32:16}\n{base64:40}", &mut Random::new(5)).unwrap();
    let (id, key) = pair.split_once('\n').unwrap();
    let password = fill("{lower:4}{digits:3}{upper:4}", &mut Random::new(6)).unwrap();
    repo.write(
        "a.env",
        format!("aws_access_key_id = {id}\naws_secret_access_key = {key}\n"),
    );
    repo.write("b.py", format!("x = 1\ndb_password = \"{password}\"\n"));
    std::os::unix::fs::symlink("a.env", repo.root.join("link.env")).unwrap();
    let result = |hash: &str, line: u64, more: &str| {
        format!(
            "{{\"type\": \"Secret\", \"hashed_secret\": \"{hash}\", \"line_number\": {line}{more}}}"
        )
    };
    let baseline = format!(
        "{{\"version\": \"1.5.0\", \"plugins_used\": [], \"filters_used\": [], \"results\": {{\n\
         \"a.env\": [{}, {}, {}], \"b.py\": [{}, {}], \"link.env\": [{}]}}}}",
        result(&sha1(key), 2, ""),
        result(&sha1(id), 1, ", \"is_secret\": true"),
        result(&sha1(id), 1, ""),
        result(&sha1(&password), 2, ""),
        result(&sha1("nothing of it"), 2, ""),
        result(&sha1(key), 2, ""),
    );
    repo.write(".secrets.baseline", baseline);
    let before = run(&repo, &["scan", "--format", "json"]).ends(1);
    assert_eq!(
        before.json()["findings"].as_array().unwrap().len(),
        2,
        "{before:#?}"
    );
    let ran = run(&repo, &["rules", "import"]).ends(0);
    assert!(ran.out.contains("2 allow entries written"), "{ran:#?}");
    assert!(!exists(&repo, ".keyfence/imported.toml"));
    for expected in [
        "marked as a real secret",
        "does not stand on that line",
        "over a link",
    ] {
        assert!(
            ran.err.contains(expected),
            "{expected:?} is not in {ran:#?}"
        );
    }
    let allow = read(&repo, ".keyfence/allow");
    for plain in [id, key, &password] {
        assert!(!allow.contains(plain) && !ran.err.contains(plain) && !ran.out.contains(plain));
    }
    run(&repo, &["scan"]).ends(0);
}

#[test]
fn the_configuration_of_git_secrets_is_carried_over() {
    let repo = Repo::new();
    let plain = fill("{base62:30}", &mut Random::new(7)).unwrap();
    let allowed = fill("ghp_{base62:36}", &mut Random::new(8)).unwrap();
    for (key, value) in [
        ("secrets.patterns", "forbidden|[Ww]ord"),
        (
            "secrets.patterns",
            "(A3T[A-Z0-9]|AKIA|AGPA|AIDA|AROA|AIPA|ANPA|ANVA|ASIA)[A-Z0-9]{16}",
        ),
        ("secrets.patterns", &plain),
        ("secrets.patterns", "(a"),
        ("secrets.allowed", &allowed),
        ("secrets.allowed", "^docs/"),
        ("secrets.providers", "git secrets --aws-provider"),
    ] {
        repo.git(["config", "--add", key, value]);
    }
    let ran = run(&repo, &["rules", "import"]);
    // An invalid pattern is told, and the others are carried over.
    let ran = ran.ends(0);
    assert!(
        ran.out.contains("1 rule written") && ran.out.contains("1 allow entry"),
        "{ran:#?}"
    );
    for expected in [
        "built-in AWS rules",
        "looks like a secret",
        "it is invalid",
        "keyfence scan reads it where it is",
        "keyfence scan asks it",
    ] {
        assert!(
            ran.err.contains(expected),
            "{expected:?} is not in {ran:#?}"
        );
    }
    let (rules, allow) = (
        read(&repo, ".keyfence/imported.toml"),
        read(&repo, ".keyfence/allow"),
    );
    for text in [&ran.out, &ran.err, &rules, &allow] {
        assert!(!text.contains(&plain) && !text.contains(&allowed), "{text}");
    }
    assert!(rules.contains("syntax = \"posix\""), "{rules}");
    let fingerprint = Secret::new(allowed.as_bytes()).fingerprint(b"").to_string();
    assert!(allow.contains(&fingerprint), "{allow}");
    repo.write("a.txt", "a forbidden thing, passwords\nWord\n");
    assert_eq!(findings(&repo), 2);
    run(
        &repo,
        &["rules", "import", "--force", "--from", "git-secrets"],
    )
    .ends(0);
    run(
        &repo,
        &["rules", "import", "--from", "git-secrets", "a.txt"],
    )
    .complains(&["leave the paths out"]);
}

#[test]
fn bad_files_are_refused_and_nothing_is_written() {
    let repo = Repo::new();
    run(&repo, &["rules", "import"]).complains(&["nothing to import here", "name a file"]);
    run(&repo, &["rules", "import", "gone.toml"]).complains(&["cannot import gone.toml"]);
    run(&repo, &["rules", "import", "."]).complains(&["cannot import .", "no file"]);
    run(&repo, &["rules", "import", "--from", "nobody", "x"]).complains(&["nobody", "gitleaks"]);
    let large = format!("# {}", "x".repeat(17 << 20));
    for (name, text, expected) in [
        (".gitleaks.toml", &b"rules = ["[..], "line 1: not TOML"),
        (".gitleaks.toml", b"", "nothing is configured"),
        (".gitleaks.toml", b"\xff", "not UTF-8"),
        (
            ".gitleaks.toml",
            b"[[rules]]\nid = 3\n",
            "`id`: expected text, found a number",
        ),
        (".gitleaks.toml", large.as_bytes(), "more than 16 MiB"),
        (".gitleaksignore", b"# none\n", "no entry"),
        (".secrets.baseline", b"{", "line 1: not JSON"),
        (
            "x.yml",
            b"a: &a [x]\nb: [*a, *a]\nrules: *a\n",
            "neither its name nor",
        ),
        (
            "x.yml",
            b"a: 1\n",
            "neither its name nor what it has tells whose it is",
        ),
    ] {
        repo.write(name, text);
        // A good one beside it makes no difference.
        repo.write("good.toml", RULE);
        let ran = run(&repo, &["rules", "import", "good.toml", name]);
        ran.complains(&[name, expected]);
        assert!(!exists(&repo, ".keyfence"), "{name}");
        fs::remove_file(repo.root.join(name)).unwrap();
    }
    repo.write(
        "bomb.yml",
        format!("a: &a [x, x]\n{}rules: *a\n", "b: [*a, *a]\n".repeat(20)),
    );
    run(
        &repo,
        &["rules", "import", "--from", "kingfisher", "bomb.yml"],
    )
    .complains(&["line 2: YAML aliases"]);
    repo.write("odd\u{1b}[31m.toml", format!("{RULE}colour = 1\n"));
    let ran = run(&repo, &["rules", "import", "odd\u{1b}[31m.toml"]).ends(0);
    assert!(!ran.err.contains('\u{1b}'), "{ran:#?}");
    let ids = format!("{RULE}{}", RULE.replace("acme-key", "Acme Key"));
    repo.write("twice.toml", ids);
    run(&repo, &["rules", "import", "--force", "twice.toml"]).ends(0);
    assert!(read(&repo, ".keyfence/imported.toml").contains("gitleaks-acme-key-2"));
}

#[test]
fn a_rule_finds_what_it_found_elsewhere() {
    let repo = Repo::new();
    // No judge of machine-made values has a say.
    repo.write(
        ".gitleaks.toml",
        "[[rules]]\nid = 'any'\nregex = '''(?i)(secret|pass)[a-z_]*\\s*=\\s*\"([^\"]{3,40})\"'''\nsecretGroup = 2\n",
    );
    let word = fill("{lower:5}", &mut Random::new(11)).unwrap();
    repo.write("a.txt", format!("my_secret = \"{word}\"\n"));
    run(&repo, &["rules", "import"]).ends(0);
    assert_eq!(findings(&repo), 1);
}
