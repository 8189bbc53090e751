//! Secrets in archives, compressed files, mails and documents: found in the member that has them, within limits.

#![cfg(unix)]

mod git;
mod history;
mod limits;
mod make;

use keyfence::{
    Finding, Options, Outcome, RuleSet, Scanner, SourceKind, archive::Budget, source::Blob,
};

use crate::{
    cli::{Pair, repository, run},
    git::Repo,
};
use make::{cpio, deb, gzip, mail, pdf, rpm, seven, tar, xz, zip, zstd};

/// Scans `bytes` as a file called `name`, with archives that are nested no deeper than `depth`.
fn outcome(name: &str, bytes: &[u8], depth: usize) -> Outcome {
    let budget = Budget {
        depth,
        ..Budget::default()
    };
    within(name, bytes, budget)
}

/// The same within a budget.
fn within(name: &str, bytes: &[u8], budget: Budget) -> Outcome {
    let mut options = Options::default();
    options.archives = budget;
    let scanner = Scanner::new(RuleSet::builtin(), options);
    scanner.run(|make| {
        let blob = Blob {
            path: name.into(),
            kind: SourceKind::Worktree,
            content: keyfence::source::Content::Reader {
                reader: &mut &bytes[..],
                expected_len: Some(bytes.len() as u64),
            },
        };
        make().blob(blob).unwrap();
    })
}

/// Asserts that one pair is found, in the third line at `path`, and that nothing was left out; also where the bytes are in memory.
#[track_caller]
fn one_pair(name: &str, bytes: &[u8], path: &str) {
    let told = |findings: &[Finding]| {
        let one = |f: &Finding| format!("{} {} {}", f.rule, f.path, f.start.line);
        findings.iter().map(one).collect::<Vec<_>>()
    };
    let expected = [format!("aws-access-key-pair {path} 3")];
    let outcome = outcome(name, bytes, 5);
    assert_eq!(
        told(&outcome.findings),
        expected,
        "{name}: {:?}",
        outcome.skipped
    );
    assert_eq!(outcome.skipped, [], "{name}");
    assert_eq!(outcome.counts.files, 1, "{name}");
    let scanner = Scanner::new(RuleSet::builtin(), Options::default());
    let found = scanner.scan_bytes(name, SourceKind::Worktree, bytes);
    assert_eq!(told(&found), expected, "{name}");
}

fn text() -> Vec<u8> {
    format!("# settings\n\n{}", Pair::drawn(1).env()).into_bytes()
}

#[test]
fn each_kind() {
    let text = text();
    let files: [(&str, &[u8]); 2] = [("README", b"nothing here"), ("./conf/app.env", &text)];
    one_pair("x.zip", &zip(&files), "x.zip!/conf/app.env");
    one_pair("x.jar", &zip(&files), "x.jar!/conf/app.env");
    one_pair("x.tar", &tar(&files), "x.tar!/conf/app.env");
    one_pair("x.cpio", &cpio(&files), "x.cpio!/conf/app.env");
    one_pair(
        "x.7z",
        &seven(&files),
        "x.7z!/./conf/app.env".replace("./", "").as_str(),
    );
    one_pair("x.rpm", &rpm(&files), "x.rpm!/conf/app.env");
    one_pair(
        "x.deb",
        &deb(&files),
        "x.deb!/data.tar.xz!/conf/app.env"
            .replace("data.tar.xz!/data.tar", "data.tar.xz")
            .as_str(),
    );
    for (end, packed) in [
        ("gz", gzip(&text)),
        ("bz2", make::bzip2(&text)),
        ("xz", xz(&text)),
        ("zst", zstd(&text)),
    ] {
        one_pair(
            &format!("app.env.{end}"),
            &packed,
            &format!("app.env.{end}!/app.env"),
        );
    }
    let ppmd = make::seven_by(sevenz_rust2::EncoderMethod::PPMD, &files);
    one_pair("ppmd.7z", &ppmd, "ppmd.7z!/conf/app.env");
    let ppmd = make::ppmd_in_zip(&files);
    one_pair("ppmd.zip", &ppmd, "ppmd.zip!/conf/app.env");
    let zstd = make::zstd_in_zip("conf/app.env", &text);
    one_pair("zstd.zip", &zstd, "zstd.zip!/conf/app.env");
    one_pair("x.pdf", &pdf(&text), "x.pdf!/stream-2");
    one_pair("x.eml", &mail(&text), "x.eml!/part-2/app.env");
}

#[test]
fn a_packed_tar_is_one_archive() {
    let tar = tar(&[("conf/app.env", &text())]);
    for (name, bytes) in [
        ("x.tar.gz", gzip(&tar)),
        ("x.tgz", gzip(&tar)),
        ("x.tar.bz2", make::bzip2(&tar)),
        ("x.tar.xz", xz(&tar)),
        ("x.tar.zst", zstd(&tar)),
    ] {
        one_pair(name, &bytes, &format!("{name}!/conf/app.env"));
    }
}

#[test]
fn files_compressed_twice() {
    one_pair(
        "app.env.gz.xz",
        &xz(&gzip(&text())),
        "app.env.gz.xz!/app.env.gz!/app.env",
    );
}

#[test]
fn archives_in_archives() {
    let inner = zip(&[("a/app.env", &text())]);
    let war = zip(&[("WEB-INF/lib/x.jar", &inner)]);
    let tar = gzip(&tar(&[("app.war", &war)]));
    one_pair(
        "x.tar.gz",
        &tar,
        "x.tar.gz!/app.war!/WEB-INF/lib/x.jar!/a/app.env",
    );
}

/// What is stored as it is, is told once.
#[test]
fn what_is_not_compressed_is_told_once() {
    let text = text();
    one_pair(
        "x.zip",
        &make::stored(&[("app.env", &text)]),
        "x.zip!/app.env",
    );
    // In a mail the lines are those of the mail.
    let mail = [
        b"MIME-Version: 1.0\n\n",
        &Pair::drawn(1).env().into_bytes()[..],
    ]
    .concat();
    one_pair("x.eml", &mail, "x.eml");
}

/// One mail after the other, with parts that are encoded.
#[test]
fn a_mailbox() {
    let first = "From a@example.com Thu Jan  1 00:00:00 2026\nSubject: one\n\nnothing\n\nFrom here on: nothing\n\n";
    let second = "From b@example.com Thu Jan  1 00:00:01 2026\n";
    let mbox = [first.as_bytes(), second.as_bytes(), &mail(&text())].concat();
    one_pair("x.mbox", &mbox, "x.mbox!/mail-2/part-2/app.env");
}

/// A file of another kind that begins like one is a file.
#[test]
fn what_only_looks_like_one() {
    for bytes in [
        &b"PK\x03\x04 is how a zip file begins"[..],
        b"BZh is how bzip2 begins",
        b"7z\xbc\xaf\x27\x1c",
        b"From here on: nothing",
        b"\x1f\x8b\x08",
        b"%PDF-1.7 stream\r\nx\x9cnothing",
        b"070701 is the year",
        b"!<arch>\nnothing",
    ] {
        let outcome = outcome("x", bytes, 5);
        assert_eq!(outcome.findings.len(), 0);
        for skipped in outcome.skipped {
            assert!(
                skipped.reason.contains("could be read") || skipped.reason.contains("unpacked"),
                "{skipped:?}"
            );
        }
    }
}

/// A hook sees what is in a zip file; what its version before has is no news.
#[test]
fn a_staged_archive() {
    let repo: Repo = repository();
    let text = text();
    repo.write("x.zip", zip(&[("app.env", &text)]));
    repo.git(["add", "-A"]);
    let ran = run(&repo.root, ["hook", "pre-commit"]).ends(1);
    assert!(ran.out.contains("x.zip!/app.env"), "{ran:#?}");
    assert!(
        ran.err.contains("git restore --staged -- x.zip\n"),
        "{ran:#?}"
    );
    repo.git(["commit", "-q", "-n", "-m", "leak"]);
    repo.write("x.zip", zip(&[("app.env", &text), ("new", b"new")]));
    repo.git(["add", "-A"]);
    run(&repo.root, ["hook", "pre-commit"]).ends(0);
    run(&repo.root, ["scan", "--max-archive-depth", "0"]).ends(0);
    run(&repo.root, ["scan"]).ends(1);
}
