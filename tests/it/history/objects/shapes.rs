//! How objects are stored.

use std::{fs, path::PathBuf};

use super::{
    Import, all_of_git, check_complete, content, count, filled, given, line_of, names_in_packs,
};
use keyfence::scan::history::HistoryOptions;

use crate::{
    git::{Repo, run, run_with},
    history::scan,
};

/// Returns the files in the folder of packs that end so.
fn files(repo: &Repo, end: &str) -> Vec<PathBuf> {
    let folder = repo.root.join(".git/objects/pack");
    let names = names_in_packs(repo)
        .into_iter()
        .filter(|name| name.ends_with(end));
    names.map(|name| folder.join(name)).collect()
}

/// Returns the sum of the sizes of all packs.
fn pack_bytes(repo: &Repo) -> u64 {
    let packs = files(repo, ".pack");
    packs
        .iter()
        .map(|path| path.metadata().unwrap().len())
        .sum()
}

/// Returns the length of the longest chain of deltas in the packs.
fn longest_chain(repo: &Repo) -> usize {
    let chain = |line: &str| -> Option<usize> {
        let rest = line.strip_prefix("chain length = ")?;
        rest.split(':').next()?.parse().ok()
    };
    let longest = |path: PathBuf| {
        let out = run(repo.command(["verify-pack", "-v", path.to_str().unwrap()]));
        let out = String::from_utf8(out).unwrap();
        out.lines().filter_map(chain).max()
    };
    files(repo, ".idx")
        .into_iter()
        .filter_map(longest)
        .max()
        .unwrap_or(0)
}

/// Puts the objects that `revisions`, one a line, reach into one pack.
fn pack(repo: &Repo, args: &[&str], revisions: &str) {
    let pack = repo.root.join(".git/objects/pack/pack");
    let all = [
        &["pack-objects", "-q", "--revs"],
        args,
        &[pack.to_str().unwrap()],
    ]
    .concat();
    run_with(repo.command(all), revisions.as_bytes());
}

#[test]
fn loose() {
    let repo = filled(&[]);
    assert_eq!(count(&repo.root, "packs"), 0);
    check_complete(&repo.root);
}

#[test]
fn packed_and_what_no_ref_reaches_loose() {
    let repo = filled(&[]);
    repo.git(["repack", "-adq"]);
    assert!(count(&repo.root, "count") > 0 && longest_chain(&repo) > 2);
    check_complete(&repo.root);
}

#[test]
fn everything_packed() {
    let repo = filled(&[]);
    let ids = [
        "cat-file",
        "--batch-all-objects",
        "--batch-check=%(objectname)",
    ];
    let ids = repo.git(ids);
    let pack = repo.root.join(".git/objects/pack/pack");
    run_with(
        repo.command(["pack-objects", "-q", pack.to_str().unwrap()]),
        &ids,
    );
    repo.git(["prune-packed"]);
    assert_eq!(count(&repo.root, "count"), 0);
    check_complete(&repo.root);
}

#[test]
fn several_packs() {
    let repo = filled(&[]);
    pack(&repo, &[], "refs/heads/side\n");
    pack(&repo, &[], "refs/remotes/origin/old\n^refs/heads/side\n");
    pack(
        &repo,
        &["--all", "--reflog"],
        "^refs/heads/side\n^refs/remotes/origin/old\n",
    );
    repo.git(["prune-packed"]);
    assert_eq!(count(&repo.root, "packs"), 3);
    check_complete(&repo.root);
}

#[test]
fn the_same_objects_in_packs_and_loose() {
    let repo = filled(&[]);
    pack(&repo, &["--all"], "");
    pack(&repo, &["--all", "--reflog", "--depth=1", "--window=2"], "");
    pack(&repo, &["--delta-base-offset"], "refs/heads/main\n");
    assert_eq!(count(&repo.root, "packs"), 3);
    assert!(count(&repo.root, "prune-packable") > 50);
    check_complete(&repo.root);
}

#[test]
fn deltas_that_name_their_base() {
    let repo = filled(&[]);
    repo.git(["repack", "-adqkf"]);
    let by_offset = pack_bytes(&repo);
    repo.git(["-c", "repack.useDeltaBaseOffset=false", "repack", "-adqkf"]);
    assert!(pack_bytes(&repo) > by_offset && longest_chain(&repo) > 2);
    check_complete(&repo.root);
}

#[test]
fn indices_of_the_first_version() {
    let repo = filled(&[]);
    repo.git(["-c", "pack.indexVersion=1", "repack", "-adqkf"]);
    for index in files(&repo, ".idx") {
        assert_ne!(&fs::read(index).unwrap()[..4], b"\xfftOc");
    }
    check_complete(&repo.root);
}

#[test]
fn thin_packs_that_were_completed() {
    let repo = filled(&[]);
    let other = Repo::new();
    let mut packed = 0;
    for (revisions, args) in [
        ("refs/heads/main~6\n", &[][..]),
        ("refs/heads/main\n^refs/heads/main~6\n", &["--thin"]),
        (
            "refs/heads/side\n^refs/heads/main~6\n",
            &["--thin", "--delta-base-offset"],
        ),
    ] {
        let thin = [&["pack-objects", "-q", "--stdout", "--revs"], args].concat();
        let thin = run_with(repo.command(thin), revisions.as_bytes());
        packed += u64::from(u32::from_be_bytes(thin[8..12].try_into().unwrap()));
        run_with(
            other.command(["index-pack", "--fix-thin", "--stdin"]),
            &thin,
        );
    }
    assert!(count(&other.root, "in-pack") > packed, "bases were added");
    let head = line_of(&repo, &["rev-parse", "refs/heads/main"]);
    other.git(["update-ref", "refs/heads/main", &head]);
    check_complete(&other.root);
}

#[test]
fn long_chains() {
    let repo = Repo::new();
    let mut import = Import::default();
    let mut last = None;
    for version in 0_usize..260 {
        let mut bytes = content(1, version as u64);
        bytes.extend("one more line\n".repeat(version).bytes());
        let parents: Vec<_> = last.into_iter().collect();
        last = Some(import.commit(&parents, "next", &[("a", Some(&bytes))]));
    }
    import.name("refs/heads/main", last.unwrap());
    import.run(&repo);
    assert!(longest_chain(&repo) > 250, "{}", longest_chain(&repo));
    check_complete(&repo.root);
    repo.git(["repack", "-adq", "--depth=250"]);
    assert_eq!(longest_chain(&repo), 250);
    check_complete(&repo.root);
}

#[test]
fn longer_ids() {
    let repo = filled(&["--object-format=sha256"]);
    check_complete(&repo.root);
    repo.git(["-c", "repack.useDeltaBaseOffset=false", "repack", "-adqf"]);
    check_complete(&repo.root);
}

/// Files beside packs change nothing: reverse indices, bitmaps, mtimes, keep marks, an index of several packs, commit graphs.
#[test]
fn packs_with_company() {
    let repo = filled(&[]);
    repo.git([
        "-c",
        "pack.writeReverseIndex=true",
        "repack",
        "-dbq",
        "--cruft",
    ]);
    repo.git([
        "commit-graph",
        "write",
        "--reachable",
        "--split",
        "--changed-paths",
    ]);
    repo.git(["multi-pack-index", "write"]);
    for pack in files(&repo, ".pack") {
        fs::write(pack.with_extension("keep"), "").unwrap();
    }
    for end in [".bitmap", ".rev", ".mtimes", ".keep", "multi-pack-index"] {
        assert!(
            !files(&repo, end).is_empty(),
            "{end}: {:?}",
            names_in_packs(&repo)
        );
    }
    check_complete(&repo.root);
}

#[test]
fn an_index_of_several_packs() {
    let repo = filled(&[]);
    pack(&repo, &[], "refs/heads/side\n");
    repo.git(["repack", "-dqk"]);
    repo.git(["prune-packed"]);
    repo.git(["multi-pack-index", "write", "--bitmap"]);
    assert_eq!(count(&repo.root, "packs"), 2);
    check_complete(&repo.root);
}

/// As old tools wrote them: `040000` for a folder.
#[test]
fn modes_with_zeros_in_front() {
    let repo = filled(&[]);
    let hash = |kind: &str, bytes: &[u8]| {
        let command = ["hash-object", "-w", "--literally", "--stdin", "-t", kind];
        String::from_utf8(run_with(repo.command(command), bytes))
            .unwrap()
            .trim()
            .to_owned()
    };
    let entry = |mode: &str, name: &str, id: &str| {
        let id = gix::ObjectId::from_hex(id.as_bytes()).unwrap();
        [format!("{mode} {name}\0").as_bytes(), id.as_bytes()].concat()
    };
    let inner = hash(
        "tree",
        &entry("0100644", "file", &hash("blob", &content(90, 0))),
    );
    let submodule = entry("0160000", "there", &"12".repeat(20));
    let outer = hash(
        "tree",
        &[entry("040000", "sub", &inner), submodule].concat(),
    );
    let commit = line_of(&repo, &["commit-tree", "-m", "old", &outer]);
    repo.git(["update-ref", "refs/heads/old", &commit]);
    check_complete(&repo.root);
}

/// What a killed git leaves behind is not mistaken for objects.
#[test]
fn rubbish_beside_objects() {
    let repo = filled(&[]);
    repo.git(["repack", "-adq"]);
    for name in [
        "pack/tmp_pack_x",
        "pack/tmp_idx_x",
        "pack/.tmp-1-pack-x.pack",
        "00/tmp_obj_x",
        "00/readme",
    ] {
        repo.write(format!(".git/objects/{name}"), "rubbish");
    }
    let outcome = super::check(&repo.root);
    assert!(outcome.is_complete());
    // What lies among loose objects and is none is named.
    let named: Vec<_> = outcome.skipped.iter().map(|one| &one.path).collect();
    assert_eq!(named, [".git/objects/00"]);
}

/// Some are read as streams, others are made from each other; with too little memory the latter are named, the rest is read.
#[test]
fn large_blobs() {
    let repo = Repo::new();
    for number in [40, 41] {
        let mut bytes = content(number, 0);
        bytes.resize(9 << 20, b' ');
        bytes.extend(number.to_string().bytes());
        repo.write("large", bytes);
        repo.commit_all();
    }
    for packed in [false, true] {
        if packed {
            repo.git(["repack", "-adq"]);
        }
        let git = all_of_git(&repo.root);
        assert_eq!(given(&repo.root, 2, 64 << 20), (git.clone(), vec![]));
        let (given, skipped) = given(&repo.root, 2, 1 << 20);
        assert_eq!(
            skipped.is_empty(),
            !packed,
            "loose ones are streams: {skipped:?}"
        );
        assert_eq!(given.len() + skipped.len(), git.len(), "{skipped:?}");
        for skip in skipped {
            assert!(
                skip.incomplete && skip.reason.starts_with("object "),
                "{skip:?}"
            );
        }
    }
    let told = scan(&repo.root, &HistoryOptions::default());
    assert_eq!(super::told(&told).len(), 2);
}
