//! The files source reads what is there and names what it does not read.

use std::{
    fs,
    path::{Path, PathBuf},
};

use bstr::{BString, ByteSlice as _};
use keyfence::source::{
    files::{self, Options, Place, Untracked},
    repository::{OuterConfig, Override},
};

use super::{Given, collect};
use crate::git::{self, Repo};

const NORMAL: Options = Options {
    git: true,
    ignore: true,
    untracked: Untracked::Normal,
    max_file_bytes: 1 << 30,
    threads: 2,
};

const PLAIN: Options = Options {
    git: false,
    ..NORMAL
};

fn scan_with(base: &Path, paths: &[&str], options: Options, outer: &OuterConfig) -> Given {
    let paths: Vec<PathBuf> = paths.iter().map(PathBuf::from).collect();
    let place = Place {
        base,
        over: &Override::default(),
        outer,
    };
    let (given, result) = collect(|make| files::scan(&paths, place, options, make));
    result.unwrap();
    for (path, all) in &given.blobs {
        assert_eq!(all.len(), 1, "{path} was read more than once");
    }
    given
}

fn scan(base: &Path, paths: &[&str], options: Options) -> Given {
    scan_with(base, paths, options, &OuterConfig::default())
}

#[test]
fn a_work_tree_with_ignore_rules() {
    let repo = Repo::new();
    for (path, text) in [
        (".gitignore", "*.log\n/out/\n!keep.log\n"),
        ("a", "1"),
        (".hidden/b", "2"),
        ("x.log", "3"),
        ("keep.log", "4"),
        ("out/c", "5"),
        ("sub/out/d", "6"),
        ("sub/.gitignore", "e\n"),
        ("sub/e", "7"),
        (".ignore", "a\n"),
        (".rgignore", "a\n"),
        ("excluded", "8"),
        ("tracked.log", "9"),
        ("out/tracked/f", "10"),
    ] {
        repo.write(path, text);
    }
    repo.write(".git/info/exclude", "excluded\n");
    repo.git(["add", "-f", "a", "tracked.log", "out/tracked/f"]);
    // What git lists is what is read.
    let listed = repo.git([
        "ls-files",
        "-z",
        "--cached",
        "--others",
        "--exclude-standard",
    ]);
    let mut listed: Vec<&str> = listed.to_str().unwrap().split_terminator('\0').collect();
    listed.sort_unstable();
    let given = scan(&repo.root, &[], NORMAL);
    assert_eq!(given.paths(), listed);
    assert!(listed.contains(&"out/tracked/f") && !listed.contains(&"excluded"));
    assert_eq!(given.skips(), []);
    let all = Options {
        untracked: Untracked::All,
        ..NORMAL
    };
    assert_eq!(scan(&repo.root, &[], all).paths(), listed);
    let no = Options {
        untracked: Untracked::No,
        ..NORMAL
    };
    assert_eq!(
        scan(&repo.root, &[], no).paths(),
        ["a", "out/tracked/f", "tracked.log"]
    );
    let everything = Options {
        ignore: false,
        ..NORMAL
    };
    assert_eq!(scan(&repo.root, &[], everything).paths().len(), 14);
    assert_eq!(scan(&repo.root, &["."], PLAIN).paths().len(), 14);
    // From a folder inside, the rules above it hold, and paths are as they were named.
    let sub = scan(&repo.root, &["./sub"], NORMAL);
    assert_eq!(sub.paths(), ["sub/.gitignore", "sub/out/d"]);
    // A folder that is named is walked, even when the rules leave it out.
    let out = scan(&repo.root.join("out"), &["."], NORMAL);
    assert_eq!(out.paths(), ["c", "tracked/f"]);
    // A file that is named is read whatever the rules say.
    assert_eq!(
        scan(&repo.root, &["x.log", "x.log"], NORMAL).paths(),
        ["x.log"]
    );
    let absolute = repo.root.join("sub");
    let given = scan(Path::new("/"), &[absolute.to_str().unwrap()], NORMAL);
    assert_eq!(
        given.paths()[0],
        format!("{}/.gitignore", absolute.display())
    );
}

#[test]
fn the_users_own_ignore_file() {
    let repo = Repo::new();
    repo.write("a.tmp", "1");
    repo.write("b", "2");
    repo.write("c.tmp", "3");
    repo.write(".gitignore", "!c.tmp\n");
    let file = repo.beside("ignore");
    fs::write(&file, "*.tmp\n").unwrap();
    let read = [".gitignore", "b", "c.tmp"];
    let outer = OuterConfig {
        excludes_file: Some(file),
        ..OuterConfig::default()
    };
    assert_eq!(scan_with(&repo.root, &[], NORMAL, &outer).paths(), read);
    let config = repo.beside("config");
    fs::write(&config, "[core]\nexcludesFile = ~/ignore\n").unwrap();
    let outer = OuterConfig {
        files: vec![config, repo.beside("missing")],
        home: Some(repo.beside("")),
        ..OuterConfig::default()
    };
    assert_eq!(scan_with(&repo.root, &[], NORMAL, &outer).paths(), read);
    let nothing = ("core.excludesfile".to_string(), String::new());
    let outer = OuterConfig {
        values: vec![nothing],
        ..outer
    };
    assert_eq!(scan_with(&repo.root, &[], NORMAL, &outer).paths().len(), 4);
}

#[test]
fn submodules_and_linked_worktrees_have_their_rules() {
    let repo = Repo::new();
    repo.write("a", "1");
    repo.commit_all();
    repo.write(".git/info/exclude", "excluded\n");
    let tree = repo.beside("linked");
    repo.git([
        "worktree".as_ref(),
        "add".as_ref(),
        "-q".as_ref(),
        tree.as_os_str(),
    ]);
    fs::write(tree.join("excluded"), "2").unwrap();
    fs::write(tree.join("b"), "2").unwrap();
    assert_eq!(scan(&tree, &[], NORMAL).paths(), ["a", "b"]);
    let outer = Repo::new();
    outer.git([
        "submodule".as_ref(),
        "add".as_ref(),
        "-q".as_ref(),
        repo.root.as_os_str(),
        "sub".as_ref(),
    ]);
    outer.write(".git/modules/sub/info/exclude", "excluded\n");
    outer.write("sub/excluded", "2");
    outer.write("sub/b", "3");
    assert_eq!(
        scan(&outer.root.join("sub"), &[], NORMAL).paths(),
        ["a", "b"]
    );
    assert!(
        scan(&outer.root, &[], NORMAL)
            .paths()
            .contains(&"sub/b".to_string())
    );
}

#[test]
fn a_work_tree_apart_from_its_repository() {
    let repo = Repo::with(&["--bare"]);
    let tree = repo.beside("tree");
    fs::create_dir_all(tree.join("d")).unwrap();
    for (path, text) in [
        ("a", "1"),
        ("b.log", "2"),
        ("d/c.log", "3"),
        (".gitignore", "*.log\n"),
    ] {
        fs::write(tree.join(path), text).unwrap();
    }
    git::run({
        let mut add = git::git(&tree, ["add", "-f", "d/c.log"]);
        add.env("GIT_DIR", &repo.root).env("GIT_WORK_TREE", &tree);
        add
    });
    let over = Override {
        git_dir: Some(repo.root.clone()),
        work_tree: Some(tree.clone()),
        ..Override::default()
    };
    let place = Place {
        base: &tree,
        over: &over,
        outer: &OuterConfig::default(),
    };
    for paths in [vec![], vec![PathBuf::from(".")]] {
        let (given, result) = collect(|make| files::scan(&paths, place, NORMAL, make));
        result.unwrap();
        assert_eq!(given.paths(), [".gitignore", "a", "d/c.log"]);
    }
    let place = Place {
        base: &repo.root,
        over: &Override::default(),
        ..place
    };
    let error = collect(|make| files::scan(&[], place, NORMAL, make))
        .1
        .unwrap_err();
    assert!(error.to_string().contains("bare"), "{error}");
}

#[test]
fn what_is_missing_is_named() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a"), "1").unwrap();
    let given = scan(folder.path(), &["a", "gone", "a/below"], NORMAL);
    assert_eq!(given.paths(), ["a"]);
    let gone = given.skips();
    assert_eq!(gone.len(), 2);
    assert_eq!(
        gone[1],
        ("gone".to_string(), "no such file or folder", true)
    );
    assert!(gone[0].2);
    let place = Place {
        base: folder.path(),
        over: &Override::default(),
        outer: &OuterConfig::default(),
    };
    assert!(
        collect(|make| files::scan(&[], place, NORMAL, make))
            .1
            .is_err()
    );
    assert_eq!(scan(folder.path(), &[], PLAIN).paths(), ["a"]);
    let repo = Repo::new();
    assert_eq!(scan(&repo.root, &[".git"], NORMAL).skips().len(), 1);
    // A tracked file that was deleted is not on disk, and nobody asked for it.
    repo.write("a", "1");
    repo.git(["add", "a"]);
    fs::remove_file(repo.root.join("a")).unwrap();
    let given = scan(&repo.root, &[], NORMAL);
    assert!(given.blobs.is_empty() && given.skipped.is_empty());
}

#[test]
fn large_files_come_as_a_stream_and_have_a_limit() {
    let folder = tempfile::tempdir().unwrap();
    let mib = 1usize << 20;
    for (name, len) in [
        ("below", mib - 1),
        ("just", mib),
        ("above", mib + 1),
        ("large", 3 * mib),
    ] {
        let bytes: Vec<u8> = (0..len).map(|i| u8::try_from(i % 251).unwrap()).collect();
        fs::write(folder.path().join(name), &bytes).unwrap();
    }
    let check = |limit: usize, skipped: &[&str]| {
        let options = Options {
            max_file_bytes: limit as u64,
            ..PLAIN
        };
        let given = scan(folder.path(), &[], options);
        for (path, all) in &given.blobs {
            let expected = fs::read(folder.path().join(path.to_path().unwrap())).unwrap();
            assert!(all[0] == expected, "{path}");
        }
        let names: Vec<String> = given
            .skipped
            .iter()
            .map(|skip| skip.path.to_string())
            .collect();
        assert_eq!(names, skipped);
        assert!(
            given
                .skipped
                .iter()
                .all(|skip| skip.incomplete && skip.reason.starts_with("larger than "))
        );
        assert_eq!(given.blobs.len() + skipped.len(), 4);
    };
    check(3 * mib, &[]);
    check(3 * mib - 1, &["large"]);
    check(mib, &["above", "large"]);
    check(mib - 1, &["above", "just", "large"]);
    check(10, &["above", "below", "just", "large"]);
}

#[cfg(unix)]
mod unix {
    use std::{
        ffi::OsStr,
        os::unix::{
            ffi::OsStrExt as _,
            fs::{PermissionsExt as _, symlink},
            net::UnixListener,
        },
        process::Command,
    };

    use super::*;

    #[test]
    fn what_could_block_is_never_opened() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir(at("d")).unwrap();
        fs::write(at("d/file"), "1").unwrap();
        assert!(
            Command::new("mkfifo")
                .arg(at("fifo"))
                .status()
                .unwrap()
                .success()
        );
        let _socket = UnixListener::bind(at("socket")).unwrap();
        symlink("/dev/zero", at("link-device")).unwrap();
        symlink("loop-b", at("loop-a")).unwrap();
        symlink("loop-a", at("loop-b")).unwrap();
        symlink("nowhere", at("dangling")).unwrap();
        symlink("..", at("d/up")).unwrap();
        symlink("d", at("link-folder")).unwrap();
        let given = scan(folder.path(), &[], PLAIN);
        assert_eq!(given.paths(), ["d/file"]);
        let link = "symbolic link";
        let expected = [
            ("d/up", link),
            ("dangling", link),
            ("fifo", "fifo"),
            ("link-device", link),
            ("link-folder", link),
            ("loop-a", link),
            ("loop-b", link),
            ("socket", "socket"),
        ];
        let expected = expected.map(|(path, reason)| (path.to_string(), reason, false));
        assert_eq!(given.skips(), expected);
        // The same, named one by one; a link that is named leads to what it names.
        let given = scan(
            folder.path(),
            &["fifo", "socket", "loop-a", "dangling", "link-device"],
            PLAIN,
        );
        let expected = [
            ("dangling", "dangling symbolic link"),
            ("fifo", "fifo"),
            ("link-device", "device"),
            ("loop-a", "looping symbolic link"),
            ("socket", "socket"),
        ];
        let expected = expected.map(|(path, reason)| (path.to_string(), reason, false));
        assert_eq!(given.skips(), expected);
        assert!(given.blobs.is_empty());
        assert_eq!(
            scan(folder.path(), &["link-folder"], PLAIN).paths(),
            ["link-folder/file"]
        );
    }

    #[test]
    fn names_are_bytes() {
        let repo = Repo::new();
        let names: [&[u8]; 3] = [b"\xff\xfe", b"two\nlines", b"a\\b"];
        for name in names {
            repo.write(OsStr::from_bytes(name), "1");
        }
        let given = scan(&repo.root, &[], NORMAL);
        let mut expected = names.map(BString::from);
        expected.sort();
        assert_eq!(given.blobs.into_keys().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("file"), "1").unwrap();
        fs::create_dir(at("folder")).unwrap();
        fs::write(at("folder/inside"), "2").unwrap();
        for name in ["file", "folder"] {
            fs::set_permissions(at(name), fs::Permissions::from_mode(0o000)).unwrap();
        }
        let given = scan(folder.path(), &[], PLAIN);
        if fs::read(at("file")).is_ok() {
            // The superuser reads everything; what nobody can read is tested below.
            assert_eq!(given.paths(), ["file", "folder/inside"]);
        } else {
            let denied =
                ["file", "folder"].map(|path| (path.to_string(), "permission denied", true));
            assert_eq!(given.skips(), denied);
        }
        fs::set_permissions(at("folder"), fs::Permissions::from_mode(0o700)).unwrap();
    }

    /// `/proc/self/mem` is a file that fails when it is read from its start, for everybody.
    #[cfg(target_os = "linux")]
    #[test]
    fn a_file_that_fails_while_it_is_read_is_named() {
        let given = scan(Path::new("/proc/self"), &["mem"], PLAIN);
        assert!(given.blobs.is_empty());
        assert_eq!(given.skipped.len(), 1);
        assert!(given.skipped[0].incomplete);
        // Files without a length are read nevertheless.
        let given = scan(Path::new("/proc/self"), &["status"], PLAIN);
        assert!(given.blobs[&BString::from("status")][0].starts_with(b"Name:"));
    }

    #[test]
    fn a_tracked_path_below_a_link_is_not_followed() {
        let repo = Repo::new();
        repo.write("d/a", "1");
        repo.write("b", "2");
        repo.git(["add", "-A"]);
        let outside = repo.beside("outside");
        fs::rename(repo.root.join("d"), &outside).unwrap();
        symlink(&outside, repo.root.join("d")).unwrap();
        fs::remove_file(repo.root.join("b")).unwrap();
        symlink("/etc/passwd", repo.root.join("b")).unwrap();
        for untracked in [Untracked::No, Untracked::Normal] {
            let given = scan(
                &repo.root,
                &[],
                Options {
                    untracked,
                    ..NORMAL
                },
            );
            assert!(given.blobs.is_empty(), "{:?}", given.blobs);
            assert!(
                given
                    .skips()
                    .contains(&("b".to_string(), "symbolic link", false))
            );
        }
    }
}
