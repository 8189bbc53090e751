//! Merge requests that try to talk themselves out of a finding. Each is refused, and where it is a matter of policy, the same change on the
//! base is accepted.

use std::os::unix::fs::symlink;

use data_encoding::BASE64;

use super::{PAIR, fingerprint, found, gate, gate_with, id, request, to_review};
use crate::{cli::Pair, git::Repo};

/// Checks that the gate finds the pair at `path`.
#[track_caller]
pub(super) fn refuses(repo: &Repo, path: &str) {
    let ran = gate(repo).ends(1);
    assert_eq!(
        found(&ran),
        [(path.to_owned(), PAIR.to_owned())],
        "{ran:#?}"
    );
}

/// Commits `write` on `main`, goes on from there on the branch, and checks that the gate finds nothing.
#[track_caller]
pub(super) fn accepts_on_base(repo: &Repo, write: impl Fn(&Repo)) {
    repo.git(["stash", "-q", "-u"]);
    repo.git(["checkout", "-q", "main"]);
    write(repo);
    repo.commit_all();
    repo.git(["checkout", "-q", "topic"]);
    repo.git(["rebase", "-q", "-X", "theirs", "main"]);
    let ran = gate(repo).ends(0);
    assert_eq!(to_review(&ran), [], "{ran:#?}");
}

pub(super) fn allow_line(pair: &Pair) -> String {
    format!(
        "{} rule={PAIR} owner=ann reason=a key of the tests\n",
        fingerprint(pair)
    )
}

#[test]
fn an_allow_entry() {
    let (repo, pair) = (request(), Pair::drawn(1));
    repo.write("app.env", pair.env());
    repo.write(".keyfence/allow", allow_line(&pair));
    repo.commit_all();
    refuses(&repo, "app.env");
    let review = to_review(&gate(&repo));
    assert_eq!(review.len(), 1);
    assert_eq!(review[0].0, ".keyfence/allow");
    assert!(
        review[0].1.starts_with("accepts one more secret, "),
        "{review:?}"
    );
    // Whoever wants it the old way.
    let ran = gate_with(&repo, &["--base", "main", "--policy", "head"], &[]).ends(0);
    assert_eq!(to_review(&ran).len(), 1);
    accepts_on_base(&repo, |repo| {
        repo.write(".keyfence/allow", allow_line(&pair));
    });
}

#[test]
fn an_entry_that_holds_longer_or_cannot_be_read() {
    let (repo, pair) = (request(), Pair::drawn(1));
    let line = |expires: &str| {
        format!(
            "{} rule={PAIR} expires={expires} reason=a test\n",
            fingerprint(&pair)
        )
    };
    repo.git(["checkout", "-q", "main"]);
    repo.write(".keyfence/allow", line("2001-01-31"));
    repo.commit_all();
    repo.git(["checkout", "-q", "-B", "topic"]);
    repo.write("app.env", pair.env());
    repo.write(".keyfence/allow", line("2999-01-31"));
    repo.commit_all();
    refuses(&repo, "app.env");
    let review = to_review(&gate(&repo));
    assert!(
        review[0].1.starts_with("changes the entry that accepts "),
        "{review:?}"
    );
    repo.write(".keyfence/allow", "nonsense\n");
    repo.commit_all();
    refuses(&repo, "app.env");
    let review = to_review(&gate(&repo));
    assert!(review[0].1.starts_with("cannot be read: "), "{review:?}");
    repo.git(["rm", "-q", ".keyfence/allow"]);
    repo.commit_all();
    let review = to_review(&gate(&repo));
    assert!(review[0].1.ends_with(" no more"), "{review:?}");
}

#[test]
fn allowed_patterns_of_git_secrets() {
    let (repo, pair) = (request(), Pair::drawn(1));
    repo.write("app.env", pair.env());
    repo.write(".gitallowed", "AWS_.*\n");
    repo.commit_all();
    refuses(&repo, "app.env");
    let review = to_review(&gate(&repo));
    assert_eq!(
        review,
        [(
            ".gitallowed".to_owned(),
            "excuses lines that match \"AWS_.*\"".to_owned()
        )]
    );
    accepts_on_base(&repo, |repo| repo.write(".gitallowed", "AWS_.*\n"));
}

#[test]
fn an_inline_marker() {
    let (repo, pair) = (request(), Pair::drawn(1));
    let marked = pair.env().replace('\n', " # keyfence:allow all a test\n");
    repo.write("app.env", &marked);
    repo.commit_all();
    refuses(&repo, "app.env");
    let review = to_review(&gate(&repo));
    assert_eq!(review.len(), 1, "{review:?}");
    assert!(
        review[0]
            .1
            .starts_with("adds the inline marker \"keyfence:allow all a test\"")
    );
    let ran = gate_with(&repo, &["--base", "main", "--policy", "head"], &[]).ends(0);
    assert_eq!(
        ran.json()["summary"]["policy"]["markers"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    // Another tool's marker is no better.
    repo.write("app.env", pair.env().replace('\n', " # gitleaks:allow\n"));
    repo.git(["commit", "-qam", "message", "--amend"]);
    refuses(&repo, "app.env");
}

#[test]
fn a_marker_of_the_base_is_honoured_and_listed() {
    let (repo, pair) = (request(), Pair::drawn(1));
    let marked = pair.env().replace('\n', " # keyfence:allow all a test\n");
    repo.git(["checkout", "-q", "main"]);
    repo.write("app.env", &marked);
    repo.commit_all();
    repo.git(["checkout", "-q", "-B", "topic"]);
    // Taken out and put in again: new against its parent, and not against the base.
    repo.write("app.env", "REGION=x\n");
    repo.commit_all();
    repo.write("app.env", &marked);
    repo.commit_all();
    let ran = gate(&repo).ends(0);
    let json = ran.json();
    let markers = json["summary"]["policy"]["markers"].as_array().unwrap();
    assert_eq!(markers.len(), 1, "{ran:#?}");
    assert_eq!(markers[0]["marker"], "keyfence:allow all a test");
    let ran = gate_with(&repo, &["--base", "main", "--no-allow"], &[]).ends(1);
    assert_eq!(ran.json()["summary"]["policy"]["source"], "none");
}

#[test]
fn attributes_and_binary_marks() {
    let (repo, pair) = (request(), Pair::drawn(1));
    repo.write(
        ".gitattributes",
        "* -diff -text binary linguist-generated filter=lfs\n",
    );
    repo.write("app.env", pair.env());
    repo.commit_all();
    refuses(&repo, "app.env");
}

#[test]
fn a_binary_file() {
    let (repo, pair) = (request(), Pair::drawn(1));
    let noise: Vec<u8> = (0..=255).collect();
    repo.write(
        "app.bin",
        [&noise[..], pair.env().as_bytes(), &noise].concat(),
    );
    repo.commit_all();
    let ran = gate(&repo).ends(1);
    assert!(
        found(&ran).iter().all(|(path, _)| path == "app.bin"),
        "{ran:#?}"
    );
}

#[test]
fn other_encodings() {
    let pair = Pair::drawn(1);
    let wide: Vec<u8> = pair
        .env()
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let packed = BASE64.encode(pair.env().as_bytes());
    for bytes in [
        [b"\xff\xfe", &wide[..]].concat(),
        format!("data: {packed}\n").into_bytes(),
    ] {
        let repo = request();
        repo.write("app.txt", bytes);
        repo.commit_all();
        refuses(&repo, "app.txt");
    }
}

#[test]
fn an_evil_merge() {
    let (repo, pair) = (request(), Pair::drawn(1));
    repo.write("ours", "x\n");
    repo.commit_all();
    repo.git(["checkout", "-q", "-b", "other", "main"]);
    repo.write("theirs", "x\n");
    repo.commit_all();
    repo.git(["checkout", "-q", "topic"]);
    repo.git(["merge", "-q", "--no-ff", "--no-commit", "other"]);
    repo.write("app.env", pair.env());
    repo.commit_all();
    assert_eq!(id(&repo, "topic^2"), id(&repo, "other"));
    refuses(&repo, "app.env");
}

#[test]
fn added_and_taken_out_again() {
    let (repo, pair) = (request(), Pair::drawn(1));
    repo.write("app.env", pair.env());
    repo.commit_all();
    repo.git(["rm", "-q", "app.env"]);
    repo.commit_all();
    refuses(&repo, "app.env");
    let ran = gate(&repo);
    assert_eq!(
        ran.json()["findings"][0]["commit"]["id"],
        id(&repo, "topic^").as_str()
    );
}

#[test]
fn renamed_afterwards() {
    let (repo, pair) = (request(), Pair::drawn(1));
    repo.write("app.env", pair.env());
    repo.commit_all();
    repo.git(["mv", "app.env", "notes.txt"]);
    repo.commit_all();
    refuses(&repo, "app.env");
}

#[test]
fn what_the_base_has_may_move() {
    let (repo, pair) = (request(), Pair::drawn(1));
    repo.git(["checkout", "-q", "main"]);
    repo.write("app.env", pair.env());
    repo.commit_all();
    repo.git(["checkout", "-q", "-B", "topic"]);
    repo.git(["mv", "app.env", "other.env"]);
    repo.write("other.env", format!("# moved\n\n{}", pair.env()));
    repo.commit_all();
    gate(&repo).ends(0);
}

#[test]
fn a_symbolic_link() {
    let (repo, pair) = (request(), Pair::drawn(1));
    symlink(
        format!(
            "AWS_ACCESS_KEY_ID={} AWS_SECRET_ACCESS_KEY={}",
            pair.id, pair.secret
        ),
        repo.root.join("link"),
    )
    .unwrap();
    repo.commit_all();
    refuses(&repo, "link");
}

#[test]
fn a_submodule_is_named() {
    let (repo, pair) = (request(), Pair::drawn(1));
    let commit = id(&repo, "main");
    repo.git([
        "update-index",
        "--add",
        "--cacheinfo",
        &format!("160000,{commit},vendor/lib"),
    ]);
    repo.write(
        ".gitmodules",
        format!(
            "[submodule \"lib\"]\n\tpath = vendor/lib\n# {}",
            pair.env().replace('\n', " ")
        ),
    );
    repo.git(["add", ".gitmodules"]);
    repo.git(["commit", "-q", "-m", "message"]);
    refuses(&repo, ".gitmodules");
    let skipped = gate(&repo).skipped();
    assert_eq!(skipped.len(), 1);
    assert_eq!(skipped[0].0, "vendor/lib");
    assert!(skipped[0].1.starts_with("submodule"), "{skipped:?}");
}

#[test]
fn messages_and_names() {
    let (repo, pair) = (request(), Pair::drawn(1));
    repo.git([
        "commit",
        "-q",
        "--allow-empty",
        "-m",
        &format!("Rotate\n\n{}", pair.env()),
    ]);
    let commit = id(&repo, "topic");
    refuses(&repo, &format!("<commit {commit}>"));
    let author = format!("{} {} <a@example.com>", pair.id, pair.secret);
    repo.git([
        "commit",
        "-q",
        "--amend",
        "--allow-empty",
        "-m",
        "text",
        "--author",
        &author,
    ]);
    let ran = gate(&repo).ends(1);
    assert!(
        found(&ran)
            .iter()
            .all(|(path, _)| path.ends_with(" header>")),
        "{ran:#?}"
    );
}

#[test]
fn files_of_the_working_tree_do_not_count() {
    let (repo, pair) = (request(), Pair::drawn(1));
    repo.write("app.env", pair.env());
    repo.commit_all();
    // What lies there beside the commits changes nothing.
    repo.write(".keyfence/allow", allow_line(&pair));
    repo.write(".gitallowed", "AWS_.*\n");
    refuses(&repo, "app.env");
    assert_eq!(to_review(&gate(&repo)), []);
}

#[test]
fn a_baseline() {
    const FILE: &str = ".keyfence/baseline";
    let (repo, pair) = (request(), Pair::drawn(1));
    let with = ["--base", "main", "--baseline", FILE];
    let line = format!("{} rule={PAIR}\n", fingerprint(&pair));
    repo.write("app.env", pair.env());
    repo.write(FILE, &line);
    repo.commit_all();
    let ran = gate_with(&repo, &with, &[]).ends(1);
    let review = to_review(&ran);
    assert_eq!(review.len(), 1, "{review:?}");
    assert_eq!(review[0].0, FILE);
    assert!(review[0].1.contains("1 secrets more"), "{review:?}");
    repo.write(FILE, "nonsense\n");
    repo.commit_all();
    let review = to_review(&gate_with(&repo, &with, &[]).ends(1));
    assert!(review[0].1.starts_with("cannot be read: "), "{review:?}");
    repo.git(["checkout", "-q", "main"]);
    repo.write(FILE, &line);
    repo.commit_all();
    repo.git(["checkout", "-q", "-B", "topic"]);
    repo.write("app.env", pair.env());
    repo.commit_all();
    gate_with(&repo, &with, &[]).ends(0);
    // What lies elsewhere no request can change.
    repo.write(FILE, "");
    repo.commit_all();
    gate_with(&repo, &with, &[]).ends(0);
    let elsewhere = repo.beside("baseline");
    std::fs::write(&elsewhere, line).unwrap();
    repo.git(["rm", "-q", FILE]);
    repo.git(["checkout", "-q", "-B", "new", "main~1"]);
    repo.write("app.env", pair.env());
    repo.commit_all();
    let elsewhere = elsewhere.to_str().unwrap();
    let ran = gate_with(&repo, &["--base", "main~1", "--baseline", elsewhere], &[]).ends(0);
    assert_eq!(to_review(&ran), []);
    gate_with(&repo, &["--base", "main~1", "--baseline", "nowhere"], &[])
        .complains(&["there is no baseline", "nowhere"]);
}

#[test]
fn what_needs_review_shows_no_secret() {
    let (repo, pair) = (request(), Pair::drawn(1));
    repo.git(["checkout", "-q", "main"]);
    // The pattern is the secret, and the range takes it out: no commit of it brings a finding.
    repo.write(".gitallowed", pair.env());
    repo.commit_all();
    repo.git(["checkout", "-q", "-B", "topic"]);
    repo.git(["rm", "-q", ".gitallowed"]);
    repo.commit_all();
    let ran = gate(&repo);
    assert_eq!(to_review(&ran).len(), 2, "{ran:#?}");
    assert!(
        !ran.out.contains(&pair.id) && !ran.out.contains(&pair.secret),
        "{ran:#?}"
    );
}

#[test]
fn a_marker_on_the_line_before() {
    let (repo, pair) = (request(), Pair::drawn(1));
    let line = format!("keys = ['{}', '{}']\n", pair.id, pair.secret);
    for marker in [
        "# keyfence:allow-next-line all a test\n",
        "# pragma: allowlist nextline secret\n",
    ] {
        repo.git(["checkout", "-q", "-B", "topic", "main"]);
        repo.write("app.py", format!("{marker}{line}"));
        repo.commit_all();
        refuses(&repo, "app.py");
        let review = to_review(&gate(&repo));
        assert!(
            review[0].1.starts_with("adds the inline marker"),
            "{review:?}"
        );
        // A marker on another line of the base is none for this secret.
        repo.git(["checkout", "-q", "-B", "base", "main"]);
        repo.write("app.py", format!("{marker}\n{line}"));
        repo.commit_all();
        repo.git(["checkout", "-q", "-B", "topic"]);
        repo.write("app.py", "\n");
        repo.commit_all();
        repo.write("app.py", format!("{marker}{line}"));
        repo.commit_all();
        let ran = gate_with(&repo, &["--base", "base"], &[]).ends(1);
        assert_eq!(found(&ran).len(), 1, "{ran:#?}");
        // The same one is.
        repo.git(["checkout", "-q", "-B", "base", "main"]);
        repo.write("app.py", format!("{marker}{line}"));
        repo.commit_all();
        repo.git(["checkout", "-q", "-B", "topic"]);
        repo.write("app.py", "\n");
        repo.commit_all();
        repo.write("app.py", format!("{marker}{line}"));
        repo.commit_all();
        let ran = gate_with(&repo, &["--base", "base", "--show-accepted"], &[]).ends(0);
        let json = ran.json();
        assert_eq!(json["summary"]["accepted"], 1);
        assert_eq!(json["accepted"][0]["accepted"]["by"], "inline-marker");
        let told = &json["accepted"][0]["accepted"]["marker"];
        assert_eq!(marker.trim_start_matches("# ").trim(), told);
    }
}
