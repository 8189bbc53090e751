//! Configuration that the repository's own includes, as far as it lies in git's folder.

use std::fs;

use bstr::ByteSlice as _;

use super::{
    super::collect,
    find,
    text::{LIMIT, files, given, hand_over},
};
use crate::git::Repo;

#[test]
fn included_configuration_is_read_within_gits_folder() {
    let repo = Repo::new();
    fs::write(repo.beside("outside"), "").unwrap();
    repo.write("in-the-tree", "");
    repo.write(
        ".git/more/one",
        "[include]\npath = two\n[includeIf \"gitdir:/x\"]\npath = ../config\n",
    );
    repo.write(
        ".git/more/two",
        "[include]\n path = one\n path = three\n path\n",
    );
    repo.write(".git/more/four", "");
    repo.write(".git/more/unused", "");
    let config = fs::read_to_string(repo.root.join(".git/config")).unwrap();
    let four = repo.root.join(".git/more/four");
    repo.write(
        ".git/config",
        format!(
            "{config}[Include]\nPath = more/one\npath = {}\npath = config.inside\n",
            four.display()
        ),
    );
    repo.write(".git/config.inside", "[include]\npath = info/exclude\n");
    let inside = given(&repo.root);
    assert_eq!(inside.skips(), []);
    let more: Vec<String> = files(&inside)
        .into_iter()
        .filter(|path| path.contains("more"))
        .collect();
    assert_eq!(more, [".git/more/four", ".git/more/one", ".git/more/two"]);
    for outside in [
        "../../in-the-tree",
        "../../../outside",
        "/dev/null",
        "~/.gitconfig",
    ] {
        repo.write(".git/more/four", format!("[include]\npath = {outside}\n"));
        let given = given(&repo.root);
        let reason = "includes configuration from outside of the repository";
        assert_eq!(
            given.skips(),
            [(".git/more/four".to_string(), reason, false)],
            "{outside}"
        );
        assert_eq!(given.blobs.len(), inside.blobs.len());
    }
}

/// Git would refuse such a configuration; it is text nevertheless.
#[test]
fn what_cannot_be_parsed_is_scanned() {
    let repo = Repo::new();
    repo.write(".git/more/one", "");
    repo.git(["config", "include.path", "more/one"]);
    let repository = find(&repo.root);
    repo.write(".git/more/one", "[nonsense");
    let (given, ()) = collect(|make| hand_over(&repository, LIMIT, &mut *make()));
    assert_eq!(given.blobs[b".git/more/one".as_bstr()], [b"[nonsense"]);
    assert_eq!(given.skips(), []);
    repo.write(".git/config", b"[include]\npath = more/two\n\xff\0[\"");
    repo.write(".git/more/two", "");
    let (given, ()) = collect(|make| hand_over(&repository, LIMIT, &mut *make()));
    assert!(given.blobs.contains_key(b".git/config".as_bstr()));
    assert!(!given.blobs.contains_key(b".git/more/two".as_bstr()));
}

/// A configuration without end is scanned, not parsed.
#[test]
fn limits_are_told() {
    let repo = Repo::new();
    let repository = find(&repo.root);
    let config = "#\n".repeat((2 << 20) + 1);
    repo.write(".git/config", &config);
    let (given, ()) = collect(|make| hand_over(&repository, LIMIT, &mut *make()));
    assert_eq!(given.blobs[b".git/config".as_bstr()], [config.into_bytes()]);
    let reason = "not looked through for what it includes: larger than 4 MiB";
    assert_eq!(given.skips(), [(".git/config".to_string(), reason, true)]);
    let many: Vec<String> = (0..1005)
        .map(|n| format!("[include]\npath = more/{n}\n"))
        .collect();
    for n in 0..1005 {
        repo.write(format!(".git/more/{n}"), "");
    }
    repo.write(".git/config", many.concat());
    let (given, ()) = collect(|make| hand_over(&repository, LIMIT, &mut *make()));
    let reason = "more than 1000 files of configuration";
    assert_eq!(given.skips(), [(".git/config".to_string(), reason, true)]);
}
