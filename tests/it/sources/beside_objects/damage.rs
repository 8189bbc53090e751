//! Whatever stands in git's files, reading them ends, and says the same each time.

use std::fs;

use keyfence::{
    finding::Skipped,
    rule::template::Random,
    source::{
        history::{alternates, partial, refs, submodules},
        repository::Repository,
    },
};

use super::{
    super::collect,
    find,
    refs::repo,
    text::{LIMIT, hand_over},
};

/// Returns all that is read, as text.
fn all(repository: &Repository) -> String {
    let (given, told) = collect(|make| {
        let mut visitor = make();
        hand_over(repository, LIMIT, &mut *visitor);
        let mut skip = |skipped: Skipped| visitor.skip(skipped);
        (
            format!("{:?}", refs::read(repository, &mut skip)),
            alternates::directories(repository, &mut skip),
            partial::shallow(repository, &mut skip),
            submodules::find(repository, &mut skip),
        )
    });
    format!("{given:?} {told:?}")
}

#[test]
fn damaged_files() {
    let repo = repo("sha1");
    repo.git(["pack-refs", "--all"]);
    repo.git(["branch", "loose"]);
    repo.write(
        ".git/objects/info/alternates",
        "../../../a\n\"b\\t\\303\"\n#\n",
    );
    repo.git(["config", "include.path", "more"]);
    repo.write(".git/shallow", "1".repeat(40) + "\n");
    repo.write(".git/FETCH_HEAD", "1".repeat(40) + "\tx\n");
    repo.write("sub/.git", "gitdir: ../.git/modules/sub\n");
    let link = format!("160000,{},sub", "1".repeat(40));
    repo.git(["update-index", "--add", "--cacheinfo", &link]);
    let repository = find(&repo.root);
    repo.write(".git/more", "[include]\npath = \"more\"\n");
    let files = [
        ".git/HEAD",
        ".git/packed-refs",
        ".git/refs/heads/loose",
        ".git/refs/heads/alias",
        ".git/logs/refs/stash",
        ".git/objects/info/alternates",
        ".git/config",
        ".git/more",
        ".git/shallow",
        ".git/FETCH_HEAD",
        ".git/index",
        "sub/.git",
    ];
    let whole = files.map(|file| fs::read(repo.root.join(file)).unwrap());
    let undamaged = all(&repository);
    let mut random = Random::new(1);
    let mut changed = 0;
    for _ in 0..40 {
        for (file, bytes) in files.iter().zip(&whole) {
            let mut bytes = bytes.clone();
            for _ in 0..=random.below(3) {
                let at = random.below(bytes.len());
                match random.below(4) {
                    0 => bytes[at] = u8::try_from(random.below(256)).unwrap(),
                    1 => bytes.truncate(at.max(1)),
                    2 => {
                        let noise = random.bytes(5);
                        bytes.splice(at..at, noise);
                    }
                    _ => drop(bytes.remove(at)),
                }
                bytes.push(b'\n');
            }
            repo.write(file, bytes);
        }
        let damaged = all(&repository);
        assert_eq!(damaged, all(&repository));
        changed += usize::from(damaged != undamaged);
    }
    assert_eq!(changed, 40);
}
