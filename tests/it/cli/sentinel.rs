//! No secret gets out of the program unless `--show-secrets` was typed.

use super::{Pair, Ran, program, repository, run, run_with};
use crate::git::Repo;
use keyfence::rule::template::{Random, fill};

/// Secrets of several kinds, drawn when the test runs, and a repository that is full of them, names included.
fn full() -> (Repo, Vec<String>) {
    let repo = repository();
    let mut random = Random::new(77);
    let mut draw = |template| fill(template, &mut random).unwrap();
    let pair = Pair::drawn(3);
    let github = draw("ghp_{base62:30}{sum:crc32-base62-last}");
    let password = draw("{base62:14}#k7");
    repo.write("app.env", pair.env());
    repo.write(
        "twice.txt",
        format!("{0} {0} {1}\n", pair.secret, pair.env()),
    );
    repo.write("one line.js", pair.env().replace('\n', ";"));
    repo.write(
        "db.yml",
        format!("password: \"{password}\"\ntoken: {github}\n"),
    );
    repo.write(format!("{github}.txt"), format!("{github}\n"));
    repo.write(format!("names/{}/x", pair.id), pair.env());
    repo.write(
        "encoded.txt",
        data_encoding::BASE64.encode(pair.env().as_bytes()),
    );
    (repo, vec![pair.secret, github, password])
}

#[track_caller]
fn silent(ran: &Ran, secrets: &[String], what: &str) {
    for secret in secrets {
        for text in [&ran.out, &ran.err] {
            assert!(
                !text.contains(secret.as_str()),
                "{what}: {secret} in {text}"
            );
        }
    }
}

#[test]
fn no_format_and_no_command_shows_a_secret() {
    let (repo, secrets) = full();
    let root = &repo.root;
    for format in ["github", "html", "human", "json", "jsonl", "markdown"] {
        for how in [&["--color=always"][..], &["--color=never", "--no-allow"]] {
            let args = [&["scan", "--format", format], how].concat();
            let ran = run(root, &args).ends(1);
            silent(&ran, &secrets, format);
        }
        let shown = run(root, ["scan", "--format", format, "--show-secrets"]).ends(1);
        // All of them were found, so that the rest of the test means something.
        for secret in &secrets {
            assert!(shown.out.contains(secret.as_str()), "{format}: {secret}");
        }
    }
    repo.git(["add", "-A"]);
    silent(&run(root, ["hook", "pre-commit"]).ends(1), &secrets, "hook");
    silent(
        &run(root, ["hook", "commit-msg", "app.env"]).ends(1),
        &secrets,
        "message",
    );
    for secret in &secrets {
        let text = format!("password = \"{secret}\"");
        silent(&run(root, ["why", &text]).ends(0), &secrets, "why");
        let ran = run_with(root, ["scan", "-"], text.as_bytes());
        silent(&ran, &secrets, "stdin");
        let ran = run_with(root, ["why", "-"], text.as_bytes());
        silent(&ran, &secrets, "why -");
    }
    for line in 1..=2 {
        silent(
            &run(root, ["why", &format!("app.env:{line}")]),
            &secrets,
            "why",
        );
    }
    silent(&run(root, ["why", "app.env:9"]).ends(2), &secrets, "why");
}

#[test]
fn names_of_what_was_not_read_show_no_secret() {
    let (repo, secrets) = full();
    let link = repo.root.join(format!("link-{}", secrets[1]));
    std::os::unix::fs::symlink("absent", &link).unwrap();
    std::fs::write(
        repo.root.join(format!("large {}", secrets[1])),
        [b'x'; 5000],
    )
    .unwrap();
    for format in ["github", "html", "human", "json", "jsonl", "markdown"] {
        let ran = run(
            &repo.root,
            ["scan", "--max-file-size", "4k", "--format", format],
        )
        .ends(2);
        silent(&ran, &secrets, format);
        let missing = program(&repo.root, ["scan", "--format", format, &secrets[1]])
            .output()
            .unwrap();
        silent(&Ran::of(&missing).ends(2), &secrets, "missing");
    }
}
