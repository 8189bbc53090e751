//! Archives that a history has: each secret in the member that has it, with its stays.

use keyfence::rule::template::{Random, fill};
use serde_json::Value;

use super::{
    make::{self, gzip, tar, zip},
    text,
};
use crate::{
    cli::{Ran, repository, run},
    git::Repo,
};

fn history(repo: &Repo, more: &[&str]) -> Ran {
    let args = ["scan", "--history", "--format", "json"];
    run(&repo.root, args.iter().chain(more))
}

/// Returns the paths of all stays of the one finding, in order.
#[track_caller]
fn stays(ran: &Ran) -> Vec<String> {
    let json = ran.json();
    let [finding] = json["findings"].as_array().unwrap().as_slice() else {
        panic!("one finding: {ran:#?}");
    };
    assert_eq!(finding["rule"], "aws-access-key-pair");
    let stays = finding["occurrences"].as_array().unwrap().iter();
    let path = |stay: &Value| {
        assert_eq!(stay["line"], 3, "{stay}");
        stay["path"].as_str().unwrap().to_owned()
    };
    let mut paths: Vec<String> = stays.map(path).collect();
    assert_eq!(finding["path"], paths[0]);
    paths.sort();
    paths
}

/// What a scan of the files tells and what one of the history tells stands at the same places.
#[test]
fn as_in_files() {
    let text = text();
    let files: [(&str, &[u8]); 2] = [("README", b"nothing here"), ("./conf/app.env", &text)];
    let inner = zip(&[("a/app.env", &text)]);
    for (name, bytes) in [
        ("x.zip", zip(&files)),
        ("x.tar", tar(&files)),
        ("x.tgz", gzip(&tar(&files))),
        ("logs/app.env.gz", gzip(&text)),
        ("x.7z", make::seven(&files)),
        ("x.deb", make::deb(&files)),
        ("x.rpm", make::rpm(&files)),
        ("x.pdf", make::pdf(&text)),
        ("x.eml", make::mail(&text)),
        ("stored.zip", make::stored(&[("app.env", &text)])),
        ("x.war", zip(&[("WEB-INF/lib/x.jar", &inner)])),
        ("a.zip.gz", gzip(&inner)),
        ("app.env.gz.xz", make::xz(&gzip(&text))),
    ] {
        let repo = repository();
        repo.write(name, &bytes);
        repo.commit_all();
        let files = run(&repo.root, ["scan", "--format", "json"]).ends(1).json();
        let ran = history(&repo, &[]).ends(1);
        assert_eq!(
            stays(&ran),
            [files["findings"][0]["path"].as_str().unwrap()]
        );
        assert_eq!(ran.skipped(), [], "{name}");
    }
}

/// A secret that came into a member, went, came back in another, and stands in two at the end.
#[test]
fn each_member_has_stays() {
    let repo = repository();
    let text = text();
    for files in [
        &[("a", &b"nothing"[..])][..],
        &[("a", &text)],
        &[("a", b"nothing")],
        &[("a", b"nothing"), ("b", &text)],
        &[("b", &text), ("sub/c", &text)],
    ] {
        repo.write("x.zip", zip(files));
        repo.commit_all();
    }
    let check = |repo: &Repo| {
        let ran = history(repo, &[]).ends(1);
        assert_eq!(stays(&ran), ["x.zip!/a", "x.zip!/b", "x.zip!/sub/c"]);
        let json = ran.json();
        let occurrences = json["findings"][0]["occurrences"].as_array().unwrap();
        for stay in occurrences {
            let is_gone = stay["path"] == "x.zip!/a";
            assert_eq!(stay["removed"].is_null(), !is_gone, "{stay}");
            assert_eq!(stay["in_head"], !is_gone, "{stay}");
            assert!(stay["introduced"].is_string(), "{stay}");
        }
    };
    check(&repo);
    repo.git(["gc", "-q"]);
    check(&repo);
}

/// A file that is renamed keeps its members; judges are asked about the path of the member.
#[test]
fn judges_hear_of_the_member() {
    let repo = repository();
    let weak = fill("password = \"{base62:11}\"\n", &mut Random::new(1)).unwrap();
    repo.write("x.zip", zip(&[("conf/settings.py", weak.as_bytes())]));
    repo.write(
        "y.zip",
        zip(&[("tests/fixtures/test_settings.py", weak.as_bytes())]),
    );
    repo.commit_all();
    let of = |args: &[&str]| {
        let json = run(&repo.root, args).json();
        let findings = json["findings"].as_array().unwrap().clone();
        let one = |f: &Value| format!("{} {} {}", f["path"], f["rule"], f["confidence"]);
        findings.iter().map(one).collect::<Vec<_>>()
    };
    let files = of(&["scan", "--format", "json"]);
    assert!(!files.is_empty(), "the file in conf is told");
    // One secret is one finding in a history, told with the place that counts most.
    assert_eq!(of(&["scan", "--history", "--format", "json"]), files[..1]);
}

/// With a cache and without the same is told, whatever depth was asked for before.
#[test]
fn a_cache_does_not_hide_members() {
    let repo = repository();
    repo.write("x.zip", zip(&[("app.env", &text())]));
    repo.write("clean.zip", zip(&[("README", b"nothing")]));
    repo.commit_all();
    for _ in 0..2 {
        let ran = history(&repo, &["--max-archive-depth", "0"]).ends(0);
        assert_eq!(ran.skipped(), []);
    }
    for _ in 0..2 {
        assert_eq!(stays(&history(&repo, &[]).ends(1)), ["x.zip!/app.env"]);
    }
    history(&repo, &["--max-archive-depth", "0"]).ends(0);
}

/// What cannot be looked into is named with its blob, each time.
#[test]
fn what_is_left_out_is_named() {
    let repo = repository();
    let mut broken = gzip(&text().repeat(50));
    broken.truncate(broken.len() / 2);
    repo.write("x.gz", &broken);
    let mut deep = zip(&[("app.env", &text())]);
    for _ in 0..6 {
        deep = zip(&[("x.zip", &deep)]);
    }
    repo.write("deep.zip", &deep);
    repo.commit_all();
    for _ in 0..2 {
        let ran = history(&repo, &[]).ends(2);
        let skipped = ran.skipped();
        assert_eq!(skipped.len(), 2, "{skipped:?}");
        for (path, reason) in skipped {
            assert!(path.starts_with("<blob ") && path.contains(">!/"), "{path}");
            assert!(
                reason.contains("cannot be unpacked") || reason.contains("deeper than 5"),
                "{reason}"
            );
        }
    }
}

/// An archive that comes as a stream is looked into, too.
#[test]
fn a_large_archive() {
    let repo = repository();
    let mut random = 1_u32;
    let noise: Vec<u8> = std::iter::repeat_with(|| {
        random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        random.to_be_bytes()[0]
    })
    .take(9 << 20)
    .collect();
    repo.write(
        "x.zip",
        make::stored(&[("noise", &noise), ("app.env", &text())]),
    );
    repo.commit_all();
    repo.git(["gc", "-q"]);
    let ran = history(&repo, &["--max-memory", "4MiB"]).ends(1);
    assert_eq!(stays(&ran), ["x.zip!/app.env"]);
}
