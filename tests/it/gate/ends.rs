//! Between which commits the gate and `scan --range` look.

use super::{PAIR, found, gate, gate_with, id, request};
use crate::{
    cli::{Pair, Ran, program, repository},
    git::{Repo, git},
};

fn range(repo: &Repo, text: &str) -> Ran {
    let args = ["scan", "--format", "json", "--range", text];
    Ran::of(&program(&repo.root, args).output().unwrap())
}

#[test]
fn what_the_base_got_meanwhile_is_not_checked() {
    let repo = request();
    repo.write("topic.env", Pair::drawn(1).env());
    repo.commit_all();
    repo.git(["checkout", "-q", "main"]);
    repo.write("main.env", Pair::drawn(2).env());
    repo.commit_all();
    repo.git(["checkout", "-q", "topic"]);
    let expected = [("topic.env".to_owned(), PAIR.to_owned())];
    let ran = gate(&repo).ends(1);
    assert_eq!(found(&ran), expected);
    let json = ran.json();
    let told = &json["summary"]["range"];
    assert_eq!(told["base"], id(&repo, "main").as_str());
    assert_eq!(told["head"], id(&repo, "topic").as_str());
    assert_eq!(told["merge_base"], id(&repo, "main^").as_str());
    assert_eq!(json["summary"]["commits"], 1);
    for text in ["main..topic", "main...topic", "main..", "main..."] {
        assert_eq!(found(&range(&repo, text).ends(1)), expected, "{text}");
    }
    assert_eq!(
        found(&range(&repo, "..main").ends(1)),
        [("main.env".to_owned(), PAIR.to_owned())]
    );
    range(&repo, "topic..topic").ends(0);
}

#[test]
fn a_range_honours_what_is_accepted_here() {
    let (repo, pair) = (request(), Pair::drawn(1));
    repo.write(
        "app.env",
        pair.env().replace('\n', " # keyfence:allow all a test\n"),
    );
    repo.commit_all();
    range(&repo, "main..").ends(0);
}

#[test]
fn base_and_head_are_the_same() {
    let repo = request();
    let ran = gate_with(&repo, &["--base", "HEAD"], &[]).ends(0);
    assert!(
        ran.err.contains("base and head are the same commit"),
        "{ran:#?}"
    );
}

#[test]
fn what_names_no_commit() {
    let repo = request();
    for (args, part) in [
        (["--base", "nope"], "--base \"nope\" names no commit"),
        (["--head", "nope"], "--head \"nope\" names no commit"),
    ] {
        gate_with(&repo, &args, &[]).complains(&[part]);
    }
    gate_with(&repo, &[], &[]).complains(&["give --base REV"]);
    range(&repo, "main").complains(&["write A..B"]);
    range(&repo, "main..nope").complains(&["\"nope\" names no commit"]);
    let empty = Repo::new();
    gate_with(&empty, &["--base", "HEAD"], &[]).complains(&["HEAD"]);
    let outside = tempfile::tempdir().unwrap();
    let ran = program(outside.path(), ["gate", "--base", "x"])
        .output()
        .unwrap();
    Ran::of(&ran).complains(&["find a git repository"]);
}

#[test]
fn without_a_common_commit_nothing_is_accepted() {
    let (repo, pair) = (request(), Pair::drawn(1));
    repo.git(["checkout", "-q", "--orphan", "alone"]);
    repo.write("app.env", pair.env());
    repo.commit_all();
    let ran = gate(&repo).ends(1);
    assert_eq!(ran.json()["summary"]["range"].get("merge_base"), None);
    range(&repo, "main...alone").complains(&["no commit in common"]);
}

/// Returns a clone of two commits of `topic`, of which the newer one brings a secret; `main` is one commit back.
fn shallow(depth: &str) -> (Repo, Repo) {
    let origin = request();
    origin.write("a", "1\n");
    origin.commit_all();
    origin.write("app.env", Pair::drawn(1).env());
    origin.commit_all();
    let clone = Repo::new();
    let url = format!("file://{}", origin.root.display());
    clone.git(["remote", "add", "origin", &url]);
    clone.git([
        "fetch",
        "-q",
        "--depth",
        depth,
        "origin",
        "+topic:refs/remotes/origin/topic",
    ]);
    clone.git(["checkout", "-q", "--detach", "origin/topic"]);
    (origin, clone)
}

#[test]
fn a_shallow_clone_that_lacks_commits() {
    // All three commits would be needed; two are there, and the base is not.
    let (origin, clone) = shallow("2");
    let base = id(&origin, "main");
    gate_with(&clone, &["--base", &base], &[]).complains(&["git fetch --unshallow"]);
    // The base is there, and what lies between is not.
    clone.git([
        "fetch",
        "-q",
        "--depth",
        "1",
        "origin",
        "+main:refs/remotes/origin/main",
    ]);
    for variables in [&[][..], &[("GITLAB_CI", "true")]] {
        let ran = gate_with(&clone, &["--base", "origin/main"], variables).ends(2);
        // What was found is told all the same.
        assert_eq!(found(&ran), [("app.env".to_owned(), PAIR.to_owned())]);
        let mend = if variables.is_empty() {
            "git fetch --unshallow"
        } else {
            "GIT_DEPTH"
        };
        let skipped = ran.skipped();
        assert!(
            skipped.iter().any(|(_, reason)| reason.contains(mend)),
            "{skipped:?}"
        );
    }
    clone.git(["fetch", "-q", "--unshallow", "origin"]);
    gate_with(&clone, &["--base", "origin/main"], &[]).ends(1);
}

#[test]
fn a_shallow_clone_that_has_what_is_needed() {
    let (_origin, clone) = shallow("2");
    let ran = gate_with(&clone, &["--base", "HEAD^"], &[]).ends(1);
    assert_eq!(ran.json()["summary"]["complete"], true, "{ran:#?}");
}

#[test]
fn a_partial_clone_that_lacks_files() {
    let origin = request();
    origin.git(["config", "uploadpack.allowFilter", "true"]);
    origin.write("app.env", Pair::drawn(1).env());
    origin.commit_all();
    let clone = origin.beside("partial");
    let url = format!("file://{}", origin.root.display());
    let mut command = git(
        origin.root.parent().unwrap(),
        ["clone", "-q", "--filter=blob:none", "--no-checkout"],
    );
    command.arg(&url).arg(&clone);
    assert!(command.status().unwrap().success());
    let gate = || {
        let args = ["gate", "--format", "json", "--base", "origin/main"];
        Ran::of(&program(&clone, args).output().unwrap())
    };
    let skipped = gate().ends(2).skipped();
    let mend = ["fetch", "--refetch", "--no-filter"];
    let told = format!("`git {}`", mend.join(" "));
    assert!(
        skipped.iter().any(|(_, reason)| reason.contains(&told)),
        "{skipped:?}"
    );
    assert!(git(&clone, mend).status().unwrap().success());
    assert_eq!(found(&gate().ends(1)).len(), 1);
}

#[test]
fn annotated_tags_are_read() {
    let (repo, pair) = (repository(), Pair::drawn(1));
    repo.git(["tag", "-a", "v1", "-m", &pair.env()]);
    let (head, zeros) = (id(&repo, "HEAD"), "0".repeat(40));
    let variables = [
        ("GITLAB_CI", "true"),
        ("CI_COMMIT_SHA", &head),
        ("CI_COMMIT_BEFORE_SHA", &zeros),
        ("CI_COMMIT_TAG", "v1"),
        ("CI_DEFAULT_BRANCH", "main"),
    ];
    let ran = gate_with(&repo, &[], &variables).ends(1);
    let tag = id(&repo, "refs/tags/v1");
    assert_eq!(found(&ran), [(format!("<tag {tag}>"), PAIR.to_owned())]);
}
