//! What is broken among refs is named, and the rest is read.

use std::{fs, path::Path};

use keyfence::source::history::refs;

use super::{
    find, id,
    refs::{clean, names, repo, same_as_git},
    with_skips,
};

#[test]
fn broken_refs_are_named_and_the_rest_is_read() {
    let repo = repo("sha1");
    repo.git(["pack-refs", "--all"]);
    let head = id(&repo.root, "HEAD");
    let write = |name: &str, text: &str| repo.write(Path::new(".git").join(name), text);
    write("refs/heads/z-whole", &format!("{head}\n"));
    write("refs/heads/b-garbage", "\0\u{ff}nonsense\n");
    write("refs/heads/b-empty", "");
    write("refs/heads/b-short", &"1".repeat(39));
    write("refs/heads/b-long", &format!("{head}0\n"));
    write("refs/heads/b-null", &"0".repeat(40));
    write("refs/heads/b-outside", "ref: ../../../etc/passwd\n");
    write("refs/heads/b-large", &"x".repeat((64 << 10) + 1));
    write("refs/heads/s-dangling", "ref: refs/heads/nowhere\n");
    write("refs/heads/s-broken", "ref: refs/heads/b-garbage\n");
    write("refs/heads/s-self", "ref: refs/heads/s-self\n");
    for (from, to) in [(1, 2), (2, 3), (3, 1)] {
        write(
            &format!("refs/heads/s-round-{from}"),
            &format!("ref: refs/heads/s-round-{to}\n"),
        );
    }
    for n in 0..7 {
        let target = if n == 0 {
            "main".into()
        } else {
            format!("s-chain-{}", n - 1)
        };
        write(
            &format!("refs/heads/s-chain-{n}"),
            &format!("ref: refs/heads/{target}\n"),
        );
    }
    write("refs/heads/n-lock.lock", &head);
    write("refs/heads/n-two..dots", &head);
    let (refs, skips) = same_as_git(&repo.root);
    let short = |reason: &str| match reason {
        "broken ref: leads through too many refs, or round in a circle" => "circle".into(),
        other => other.replace("broken ref: ", ""),
    };
    let told: Vec<(&str, String, bool)> = skips
        .iter()
        .map(|(path, reason, incomplete)| {
            let name = path.strip_prefix("refs/heads/").unwrap();
            (name, short(reason), *incomplete)
        })
        .collect();
    let nonsense = "neither an object id nor the name of another ref";
    let bad_name = "not a name that a ref can have";
    let expected = [
        ("b-empty", "the file is empty", false),
        ("b-garbage", nonsense, false),
        ("b-large", "larger than 64 KiB", true),
        ("b-long", nonsense, false),
        ("b-null", "the null id", false),
        ("b-outside", "leads to what is no ref", false),
        ("b-short", nonsense, false),
        ("n-lock.lock", bad_name, false),
        ("n-two..dots", bad_name, false),
        ("s-broken", "leads to a broken ref", false),
        ("s-chain-4", "circle", false),
        ("s-chain-5", "circle", false),
        ("s-chain-6", "circle", false),
        ("s-dangling", "leads to a ref that is not there", false),
        ("s-round-1", "circle", false),
        ("s-round-2", "circle", false),
        ("s-round-3", "circle", false),
        ("s-self", "circle", false),
    ]
    .map(|(name, reason, incomplete)| (name, reason.to_string(), incomplete));
    assert_eq!(told, expected);
    // Whatever is wrong with a ref, its name is known: it is text.
    let mut unused: Vec<String> = expected
        .iter()
        .map(|(n, _, _)| format!("refs/heads/{n}"))
        .collect();
    unused.push("refs/heads/nowhere".into());
    unused.sort();
    assert_eq!(names(&refs.other_names), unused);
}

#[test]
fn broken_heads_are_named() {
    let repo = repo("sha1");
    let head = |text: &str| {
        repo.write(".git/HEAD", text);
        let (refs, skips) = with_skips(|skip| refs::read(&find(&repo.root), skip));
        assert_eq!((refs.head, refs.all.len()), (None, 7));
        skips
    };
    let named = |reason: &str| {
        vec![(
            ".git/HEAD".to_string(),
            format!("broken ref: {reason}"),
            false,
        )]
    };
    assert_eq!(head(""), named("the file is empty"));
    assert_eq!(
        head("main\n"),
        named("neither an object id nor the name of another ref")
    );
    assert_eq!(
        head("ref: HEAD\n"),
        named("leads through too many refs, or round in a circle")
    );
    assert_eq!(head("ref: refs/heads/new\n"), []);
}

#[test]
fn what_cannot_be_read_is_incomplete() {
    let repo = repo("sha1");
    // A folder in the place of a file: nobody can read it, the superuser neither.
    fs::create_dir(repo.root.join(".git/packed-refs")).unwrap();
    fs::create_dir(repo.root.join(".git/MERGE_HEAD")).unwrap();
    let (refs, skips) = with_skips(|skip| refs::read(&find(&repo.root), skip));
    assert_eq!(refs.all.len(), 7);
    let told: Vec<(&str, bool)> = skips.iter().map(|(path, _, i)| (&**path, *i)).collect();
    assert_eq!(
        told,
        [(".git/MERGE_HEAD", true), (".git/packed-refs", true)]
    );
}

#[cfg(unix)]
#[test]
fn links_are_symbolic_refs_or_are_not_followed() {
    use std::os::unix::fs::symlink;
    let repo = repo("sha1");
    let at = |name: &str| repo.root.join(".git").join(name);
    // As git wrote symbolic refs until 2005.
    fs::remove_file(at("HEAD")).unwrap();
    symlink("refs/heads/topic/one", at("HEAD")).unwrap();
    assert!(clean(&repo.root).head.is_some());
    // Git does not list it, but knows it by name.
    symlink("refs/heads/main", at("refs/heads/old")).unwrap();
    let (refs, _) = with_skips(|skip| refs::read(&find(&repo.root), skip));
    let old = refs.all.iter().find(|tip| tip.name == "refs/heads/old");
    assert_eq!(
        old.unwrap().id.to_string(),
        id(&repo.root, "refs/heads/old")
    );
    let outside = repo.beside("outside");
    fs::create_dir(&outside).unwrap();
    fs::write(outside.join("ref"), id(&repo.root, "HEAD")).unwrap();
    symlink(outside.join("ref"), at("refs/heads/link")).unwrap();
    symlink(&outside, at("refs/linked")).unwrap();
    crate::git::run({
        let mut mkfifo = std::process::Command::new("mkfifo");
        mkfifo.arg(at("refs/heads/pipe"));
        mkfifo
    });
    let (refs, skips) = with_skips(|skip| refs::read(&find(&repo.root), skip));
    assert_eq!(refs.all.len(), 8);
    let link = "symbolic link to what is no ref";
    assert_eq!(
        skips,
        [
            ("refs/heads/link".into(), link.into(), true),
            ("refs/heads/pipe".into(), "fifo".into(), false),
            ("refs/linked".into(), link.into(), true),
        ]
    );
    fs::rename(at("refs"), outside.join("refs")).unwrap();
    symlink(outside.join("refs"), at("refs")).unwrap();
    let (refs, skips) = with_skips(|skip| refs::read(&find(&repo.root), skip));
    assert!(refs.all.is_empty());
    assert_eq!(skips, [("refs".into(), "symbolic link".into(), true)]);
}

/// Ids of the other hash are none.
#[test]
fn hashes_are_not_mixed() {
    let repo = repo("sha256");
    repo.write(".git/refs/heads/other", "1".repeat(40));
    repo.write(".git/ORIG_HEAD", "1".repeat(40));
    let (refs, skips) = same_as_git(&repo.root);
    assert_eq!(skips.len(), 1);
    assert!(refs.reflog_ids.iter().all(|id| id.as_bytes().len() == 32));
}

/// What nobody may read. The superuser may, and then it is read.
#[cfg(unix)]
#[test]
fn what_is_not_permitted_is_incomplete() {
    use std::os::unix::fs::PermissionsExt as _;
    let repo = repo("sha1");
    let hidden = [
        "logs/HEAD",
        "logs/refs/heads",
        "packed-refs",
        "refs/heads/main",
        "refs/tags",
    ];
    repo.write(".git/packed-refs", "");
    let modes = hidden.map(|name| {
        let path = repo.root.join(".git").join(name);
        let mode = path.metadata().unwrap().permissions();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).unwrap();
        (path, mode)
    });
    let superuser = fs::read(&modes[0].0).is_ok();
    let (refs, skips) = with_skips(|skip| refs::read(&find(&repo.root), skip));
    let expected = [".git/logs/HEAD", ".git/logs/refs/heads", ".git/packed-refs"];
    // HEAD and a symbolic ref lead to what cannot be read.
    let expected: Vec<(String, String, bool)> = expected
        .into_iter()
        .chain(["refs/heads/main", "refs/tags"])
        .map(|path| (path.to_string(), "permission denied".to_string(), true))
        .collect();
    for (path, mode) in modes {
        fs::set_permissions(path, mode).unwrap();
    }
    if superuser {
        assert_eq!((refs.all.len(), skips), (7, vec![]));
    } else {
        let lost = (
            ".git/HEAD".into(),
            "broken ref: leads to a broken ref".into(),
            false,
        );
        assert!(skips.contains(&lost));
        for skip in &expected {
            assert!(skips.contains(skip), "{skip:?} is not in {skips:?}");
        }
        assert_eq!(skips.len(), expected.len() + 1);
        assert_eq!(refs.all.len(), 4);
    }
}
