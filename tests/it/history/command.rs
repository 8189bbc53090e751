//! `keyfence scan --history` as people call it.

mod filters;
mod outputs;
mod signals;

use std::{collections::BTreeSet, path::Path};

use serde_json::Value;

use super::{import::Import, token};
use crate::{
    cli::{Ran, run},
    git::{Repo, run_with},
};

/// Runs a scan of the history in `folder`, with a JSON report that has the secrets.
fn ran(folder: &Path, args: &[&str]) -> Ran {
    let all = ["scan", "--history", "--format", "json", "--show-secrets"];
    run(folder, [&all, args].concat())
}

/// Returns the numbers of the tokens that a report of [`ran`] has.
#[track_caller]
fn tokens(ran: &Ran) -> BTreeSet<u64> {
    let json = ran.json();
    let findings = json["findings"].as_array().unwrap();
    let number = |finding: &Value| {
        let secret = finding["secret"].as_str().unwrap();
        (0..20).find(|number| token(*number) == secret).unwrap()
    };
    findings.iter().map(number).collect()
}

/// Asserts that a scan finds just these tokens, and ends as it should.
#[track_caller]
fn finds(folder: &Path, args: &[&str], expected: &[u64]) -> Ran {
    let ran = ran(folder, args).ends(i32::from(!expected.is_empty()));
    let found: Vec<u64> = tokens(&ran).into_iter().collect();
    assert_eq!(found, expected, "{args:?}");
    assert_eq!(ran.err, "", "{args:?}");
    ran
}

/// The path of each file with a token, by the token's number; the file says so, too.
const PATHS: [&str; 5] = [
    "",
    "deploy/app.env",
    "src/app.py",
    "sub/deep/x.env",
    "side.env",
];

/// Returns a repository with tokens: 1 to 3 were brought to `main` one after the other, and the first was taken out before the third came;
/// 4 stands on `side` alone, which forked when there were 1 and 2 (`v1`). 5 stands in a commit that a reflog has, 6 in a blob that
/// nothing holds, 7 in the message of the last commit on `main`.
fn repository() -> Repo {
    let mut import = Import::default();
    let text = |number: u64| format!("# a file\ntoken = {}\n", token(number)).into_bytes();
    let texts: Vec<Vec<u8>> = (0..9).map(text).collect();
    let bring = |number: usize| vec![(PATHS[number], Some(&*texts[number]))];
    let first = import.commit(&[], "one", &bring(1));
    let second = import.commit(&[first], "two", &bring(2));
    let third = import.commit(&[second], "take out", &[(PATHS[1], None)]);
    let side = import.commit(&[second], "aside", &bring(4));
    let fourth = import.commit(&[third], "three", &bring(3));
    let last = import.commit(&[fourth], &format!("see {}", token(7)), &[]);
    let lost = import.commit(&[last], "lost", &[("lost", Some(&*texts[5]))]);
    import.name("refs/tags/v1", second);
    import.name("refs/heads/side", side);
    let repo = Repo::new();
    let ids = import.run(&repo);
    assert_eq!((last, lost), (Import::nth(6), Import::nth(7)));
    for id in [&ids[6], &ids[5]] {
        repo.git(["update-ref", "--create-reflog", "refs/heads/main", id]);
    }
    repo.git(["reset", "-q", "--hard"]);
    run_with(repo.command(["hash-object", "-w", "--stdin"]), &texts[6]);
    repo
}
