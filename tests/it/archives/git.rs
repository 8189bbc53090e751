//! Objects of git outside a repository, and what macOS notes about a folder.

use std::fs;

use super::outcome;
use crate::{
    cli::{Pair, repository, run},
    git::Repo,
};

/// Returns a repository whose file had a pair in one of many versions, which git stores as deltas.
fn leaked(format: &str) -> Repo {
    let repo = Repo::with(&["--object-format", format]);
    let filler = (0..400).fold(String::new(), |text, n| {
        text + &format!(
            "line {n} of a file that is long
"
        )
    });
    for version in 0..4 {
        let secret = if version == 2 {
            Pair::drawn(1).env()
        } else {
            String::new()
        };
        repo.write(
            "app.env",
            format!("# settings {version}\n\n{secret}{filler}"),
        );
        repo.commit_all();
    }
    repo
}

/// Returns a bundle whose blobs are deltas.
pub(super) fn drawn() -> Vec<u8> {
    bundle(&leaked("sha1"), &["--all"])
}

/// Returns a bundle of what `args` name.
fn bundle(repo: &Repo, args: &[&str]) -> Vec<u8> {
    let path = repo.beside("x.bundle");
    let create = ["bundle", "create", "-q", path.to_str().unwrap()];
    repo.git(create.iter().chain(args));
    fs::read(path).unwrap()
}

/// Objects that unpack to a thousandfold end the reading of a pack; what stands before is read.
#[test]
fn a_bomb_in_a_bundle() {
    let repo = Repo::new();
    repo.write("a.env", Pair::drawn(1).env());
    repo.commit_all();
    repo.write("b.bin", vec![0; 40 << 20]);
    repo.commit_all();
    repo.write("c.bin", vec![1; 40 << 20]);
    repo.commit_all();
    let bytes = bundle(&repo, &["--all"]);
    let most = 253 * bytes.len() as u64;
    assert!(most < 40 << 20, "{most}");
    let found = outcome("x.bundle", &bytes, 5);
    assert!(found.counts.bytes < most, "{}", found.counts.bytes);
    assert!(!found.is_complete());
    let is_named = |skip: &keyfence::finding::Skipped| skip.reason.contains("more is packed in it");
    assert!(found.skipped.iter().any(is_named), "{:?}", found.skipped);
}

#[test]
fn bundles_and_packs() {
    for format in ["sha1", "sha256"] {
        let repo = leaked(format);
        let id = repo.git(["rev-parse", "HEAD~1:app.env"]);
        let id = String::from_utf8(id).unwrap();
        let bytes = bundle(&repo, &["--all"]);
        let found = outcome("x.bundle", &bytes, 5);
        assert_eq!(found.skipped, [], "{format}");
        let [finding] = found.findings.as_slice() else {
            panic!("one finding: {found:#?}");
        };
        assert_eq!(finding.path, format!("x.bundle!/{}", id.trim()));
        assert_eq!(
            (&*finding.rule, finding.start.line),
            ("aws-access-key-pair", 3)
        );
        if format == "sha1" {
            repo.git(["gc", "-q"]);
            let folder = repo.root.join(".git/objects/pack");
            let mut packs = fs::read_dir(folder)
                .unwrap()
                .map(|entry| entry.unwrap().path());
            let pack = packs.find(|path| path.extension().is_some_and(|end| end == "pack"));
            let found = outcome("x.pack", &fs::read(pack.unwrap()).unwrap(), 5);
            assert_eq!(found.findings.len(), 1);
            assert_eq!(found.findings[0].path, format!("x.pack!/{}", id.trim()));
        }
    }
}

/// A bundle of the last commits names objects that it does not have.
#[test]
fn a_thin_bundle() {
    let repo = leaked("sha1");
    let bytes = bundle(&repo, &["HEAD~1..HEAD"]);
    let found = outcome("x.bundle", &bytes, 5);
    assert_eq!(found.findings.len(), 0);
    let reasons: Vec<&str> = found.skipped.iter().map(|one| &*one.reason).collect();
    assert_eq!(
        reasons,
        ["1 objects in it are made from others that it does not have"]
    );
    assert!(!found.is_complete());
    let cut = &bytes[..bytes.len() - 40];
    assert!(!outcome("x.bundle", cut, 5).is_complete());
}

#[test]
fn a_folders_notes() {
    let name = |text: &str| -> Vec<u8> {
        let units = text.encode_utf16().flat_map(u16::to_be_bytes);
        let len = u32::try_from(text.len()).unwrap().to_be_bytes();
        len.into_iter()
            .chain(units)
            .chain(*b"Ilocblob\0\0\0\x10")
            .collect()
    };
    let secret = format!("backup {}", Pair::drawn(1).id);
    let bytes = [
        b"\0\0\0\x01Bud1\0\0\x10\0".to_vec(),
        name("README.md"),
        name(&secret),
        name("été"),
    ]
    .concat();
    let found = outcome(".DS_Store", &bytes, 5);
    let [finding] = found.findings.as_slice() else {
        panic!("one finding: {found:#?}");
    };
    assert_eq!(
        (&*finding.rule, finding.path.as_slice()),
        ("aws-access-key-id", &b".DS_Store!/names"[..])
    );
    assert_eq!(found.skipped, []);
}

/// A bundle in a repository is looked into in files and in the history.
#[test]
fn a_bundle_that_was_committed() {
    let repo = repository();
    repo.write("old.bundle", bundle(&leaked("sha1"), &["--all"]));
    repo.commit_all();
    for more in [None, Some("--history")] {
        let ran = run(&repo.root, ["scan"].into_iter().chain(more)).ends(1);
        assert!(ran.out.contains("old.bundle!/"), "{ran:#?}");
    }
}
