//! How the program is called, and how it answers calls that are none.

use super::{Place, ends, path};
use crate::cli::{Ran, program};

#[test]
fn it_has_three_names() {
    let place = Place::new();
    place.git(["config", "secrets.patterns", "a"]).ends(0);
    let list = "secrets.patterns a\n";
    ends(&place.run(["--list"]), list, "", 0);
    ends(&place.git(["secrets", "--list"]), list, "", 0);
    let keyfence = program(&place.repo.root, ["git-secrets", "--list"])
        .env("PATH", path())
        .output()
        .unwrap();
    ends(&Ran::of(&keyfence), list, "", 0);
}

#[test]
fn arguments_arrive_as_they_are() {
    let place = Place::new();
    let keyfence = |args: &[&str]| {
        let args = [&["git-secrets"], args].concat();
        let mut command = program(&place.repo.root, args);
        Ran::of(&command.env("PATH", path()).output().unwrap())
    };
    keyfence(&["--add", "--", "--version"]).ends(0);
    keyfence(&["--add", "-l", "--", "--"]).ends(0);
    assert_eq!(place.values("secrets.patterns"), ["--version", "--"]);
    let usage = keyfence(&["--", "--list"]).ends(0);
    assert!(
        usage.out.starts_with("usage: git secrets --scan"),
        "{usage:#?}"
    );
    let usage = keyfence(&["--help"]).ends(129);
    assert!(
        usage.out.starts_with("usage: git secrets --scan"),
        "{usage:#?}"
    );
    let ran = program(&place.repo.root, ["--help"]).output().unwrap();
    assert!(Ran::of(&ran).out.contains("git-secrets"));
}

#[test]
fn usage_goes_where_it_belongs() {
    let place = Place::new();
    let usage = place.run::<&str>([]).ends(0);
    assert!(
        usage.out.starts_with("usage: git secrets --scan"),
        "{usage:#?}"
    );
    assert_eq!(usage.err, "");
    let usage = usage.out;
    ends(&place.run(["file"]), &usage, "", 0);
    ends(&place.run(["-h"]), &usage, "", 129);
    ends(&place.run(["--list", "--help"]), &usage, "", 129);
    let unknown = format!("error: unknown option `version'\n{usage}");
    ends(&place.run(["--version"]), "", &unknown, 129);
    let ambiguous = "error: ambiguous option: sca (could be --scan or --scan-history)\n";
    ends(&place.run(["--sca"]), &usage, ambiguous, 129);
    let no_value = "error: option `list' takes no value\n";
    ends(&place.run(["--list=x"]), "", no_value, 129);
    let no_command = format!("Unknown option: -f\n{usage}");
    ends(&place.run(["--force"]), &no_command, "", 129);
    let misplaced = "-f|--force can only be supplied with the --install subcommand\n";
    ends(&place.run(["--list", "-f"]), "", misplaced, 1);
    let two = "--cached, --no-index, and --untracked cannot be supplied together\n";
    ends(
        &place.run(["--scan", "--cached", "--untracked"]),
        "",
        two,
        1,
    );
    let recursive = "-r|--recursive cannot be supplied with --cached, --no-index, or --untracked\n";
    ends(&place.run(["--scan", "-r", "--cached"]), "", recursive, 1);
}
