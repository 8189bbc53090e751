//! `keyfence scan --history`: which options go together.

use super::{repository, run};
use crate::git::Repo;

#[track_caller]
fn refused(repo: &Repo, args: &[&str], parts: &[&str]) {
    run(&repo.root, [&["scan"], args].concat()).complains(parts);
}

#[test]
fn what_does_not_go_with_history() {
    let repo = repository();
    for other in [
        &["--staged"][..],
        &["--message", "README"],
        &["--no-git"],
        &["--untracked", "all"],
        &["--untracked", "normal"],
    ] {
        let parts = ["--history", "cannot be used with", other[0]];
        refused(&repo, &[&["--history"], other].concat(), &parts);
        refused(&repo, &[other, &["--history"]].concat(), &parts);
    }
    refused(
        &repo,
        &["--history", "-"],
        &["standard input", "has no history"],
    );
    refused(
        &repo,
        &["--history", "README", "-"],
        &["standard input", "has no history"],
    );
    refused(
        &repo,
        &["--history", "--cache", "x", "--no-cache"],
        &["--cache", "cannot be used with", "--no-cache"],
    );
}

#[test]
fn what_needs_history() {
    let repo = repository();
    for option in [
        &["--reachable"][..],
        &["--since", "2024-01-31"],
        &["--branch", "main"],
        &["--recurse-submodules"],
        &["--cache", "cache"],
        &["--no-cache"],
    ] {
        refused(&repo, option, &["not provided", "--history"]);
        // Nor does something else stand in for it.
        for other in [&["--staged"][..], &["--message", "README"], &["--no-git"]] {
            refused(
                &repo,
                &[option, other].concat(),
                &[option[0], "cannot be used with", other[0]],
            );
        }
    }
}

#[test]
fn values_are_looked_at_before_anything_is_read() {
    let repo = repository();
    for scan in [&["--history"][..], &[]] {
        let with = |option: &[&str], parts: &[&str]| {
            refused(&repo, &[scan, option].concat(), parts);
        };
        with(&["--max-memory", "lots"], &["--max-memory \"lots\"", "20M"]);
        with(
            &["--max-file-size", "big"],
            &["--max-file-size \"big\"", "20M"],
        );
    }
    for option in ["--since", "--branch", "--cache"] {
        refused(&repo, &["--history", option], &[option, "a value"]);
    }
}

#[test]
fn help_and_completions_know_the_options() {
    let repo = repository();
    let help = run(&repo.root, ["scan", "--help"]).ends(0).out;
    let (_, history) = help.split_once("\nHistory:\n").unwrap();
    let (history, rest) = history.split_once("\n\nOutput:\n").unwrap();
    let (_, performance) = rest.split_once("\nPerformance:\n").unwrap();
    let completions = run(&repo.root, ["completions", "bash"]).ends(0).out;
    for option in [
        "--history",
        "--reachable",
        "--since <REV|DATE>",
        "--branch <NAME>",
        "--recurse-submodules",
        "--cache <PATH>",
        "--no-cache",
    ] {
        assert!(history.contains(option), "{option}: {help}");
        let name = option.split(' ').next().unwrap();
        assert!(completions.contains(name), "{name}");
    }
    assert!(performance.contains("--max-memory <SIZE>"), "{help}");
}
