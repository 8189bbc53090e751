//! Baselines: what was there before does not count, wherever it moves; what is new does.

use std::fs;

use keyfence::rule::template::{Random, fill};

use super::{PAIR, Pair, Ran, repository, run};
use crate::git::Repo;

const FILE: &str = ".keyfence/baseline";

/// Returns a repository with two pairs in two files, and a baseline of these.
fn bed() -> Repo {
    let repo = repository();
    repo.write("one.env", Pair::drawn(1).env());
    repo.write("two.env", Pair::drawn(2).env());
    repo.commit_all();
    let ran = baseline(&repo, "write").ends(0);
    assert!(ran.out.contains("written with 2 secrets"), "{ran:#?}");
    repo
}

fn baseline(repo: &Repo, what: &str) -> Ran {
    run(&repo.root, ["baseline", what])
}

fn scan(repo: &Repo) -> Ran {
    run(&repo.root, ["scan", "--format", "json", "--baseline", FILE])
}

fn held(repo: &Repo) -> Vec<u8> {
    fs::read(repo.root.join(FILE)).unwrap()
}

#[test]
fn what_was_there_does_not_count_and_what_is_new_does() {
    let repo = bed();
    scan(&repo).ends(0);
    run(&repo.root, ["scan"]).ends(1);
    repo.write("three.env", Pair::drawn(3).env());
    assert_eq!(scan(&repo).ends(1).rules(), [PAIR]);
    let ran = baseline(&repo, "check").ends(1);
    assert!(
        ran.out.contains("three.env") && !ran.out.contains("one.env"),
        "{ran:#?}"
    );
    // Neither of the secrets stands in it.
    let text = String::from_utf8(held(&repo)).unwrap();
    for pair in [1, 2].map(Pair::drawn) {
        assert!(!text.contains(&pair.id) && !text.contains(&pair.secret));
    }
}

#[test]
fn moves_renames_and_other_layouts_change_nothing() {
    let repo = bed();
    let before = held(&repo);
    let pair = Pair::drawn(1);
    repo.git(["mv", "two.env", "moved.env"]);
    repo.git(["rm", "-q", "one.env"]);
    let yaml = format!(
        "# far\n\n\naws:\n  access_key_id: \"{}\"\n  secret_access_key: '{}'\n",
        pair.id, pair.secret
    );
    repo.write("deploy/values.yml", yaml);
    scan(&repo).ends(0);
    let ran = baseline(&repo, "check").ends(0);
    assert_eq!(ran.err, "");
    baseline(&repo, "update").ends(0);
    assert_eq!(held(&repo), before);
}

#[test]
fn what_is_gone_is_told_and_taken_out() {
    let repo = bed();
    repo.git(["rm", "-q", "-f", "one.env"]);
    repo.write("new.env", Pair::drawn(3).env());
    let ran = baseline(&repo, "check").ends(1);
    assert!(ran.err.contains("which is found no more"), "{ran:#?}");
    let ran = baseline(&repo, "update").ends(0);
    assert!(
        ran.out
            .contains("has 1 secrets, 1 fewer than before; 1 that were found are not in it"),
        "{ran:#?}"
    );
    // The new one did not get in.
    assert_eq!(scan(&repo).ends(1).rules(), [PAIR]);
}

#[test]
fn histories_have_baselines_too() {
    let repo = bed();
    fs::remove_file(repo.root.join(FILE)).unwrap();
    repo.git(["rm", "-q", "one.env", "two.env"]);
    repo.git(["commit", "-q", "-m", "message"]);
    baseline(&repo, "write").ends(0);
    let args = ["scan", "--history", "--no-cache", "--baseline", FILE];
    run(&repo.root, args).ends(1);
    fs::remove_file(repo.root.join(FILE)).unwrap();
    run(&repo.root, ["baseline", "write", "--history"]).ends(0);
    run(&repo.root, args).ends(0);
}

#[test]
fn bad_input_is_named_and_loses_nothing() {
    let repo = bed();
    let before = held(&repo);
    baseline(&repo, "write").complains(&[FILE, "is there already", "update"]);
    assert_eq!(held(&repo), before);
    run(&repo.root, ["scan", "--baseline", "nope"])
        .complains(&["baseline nope", "keyfence baseline write"]);
    run(&repo.root, ["baseline", "check", "nope"]).complains(&["nope"]);
    run(&repo.root, ["baseline", "check", "--baseline", FILE])
        .complains(&["name the file without it"]);
    repo.write(FILE, "nonsense\n");
    for args in [&["scan", "--baseline", FILE][..], &["baseline", "update"]] {
        run(&repo.root, args).complains(&[FILE, "line 1"]);
    }
    repo.write(".keyfence/allow", b"");
    run(&repo.root, ["baseline", "write", ".keyfence/allow/x"])
        .complains(&["cannot write", ".keyfence/allow/x"]);
}

fn each_line(text: &str, lay: fn(&str) -> String) -> String {
    let lines: Vec<String> = text.lines().map(lay).collect();
    lines.concat()
}

/// A private key is the same one however it is laid out: with other line breaks, indented, commented out, in a string.
#[test]
fn keys_may_be_laid_out_in_other_ways() {
    let makers = ["pem-rsa", "pem-rsa-encrypted", "openssh", "putty"];
    let keys = makers.map(|maker| {
        let template = format!("{{make:{maker}}}\n");
        fill(&template, &mut Random::new(7)).unwrap()
    });
    let escaped = |key: &str| format!("{{\"key\": \"{}\"}}\n", key.replace('\n', "\\n"));
    let layouts: [&dyn Fn(&str) -> String; 5] = [
        &|key| key.replace('\n', "\r\n"),
        &|key| each_line(key, |line| format!("    {line}\n")),
        &|key| each_line(key, |line| format!("\t{line}\r\n")),
        &|key| each_line(key, |line| format!("# {line}\n")),
        &escaped,
    ];
    for (key, maker) in keys.iter().zip(makers) {
        let repo = repository();
        repo.write("key", key);
        repo.commit_all();
        baseline(&repo, "write").ends(0);
        let before = held(&repo);
        for (at, lay) in layouts.iter().enumerate() {
            // A file of PuTTY's has lines with names, and is no longer one in a string.
            if maker == "putty" && at > 2 {
                continue;
            }
            repo.write("key", lay(key));
            let ran = baseline(&repo, "check").ends(0);
            assert_eq!(ran.err, "", "{maker} {at}: {ran:#?}");
            // It is no news for a hook, either.
            repo.git(["add", "key"]);
            run(&repo.root, ["hook", "pre-commit"]).ends(0);
        }
        baseline(&repo, "update").ends(0);
        assert_eq!(held(&repo), before, "{maker}");
    }
}
