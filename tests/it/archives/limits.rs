//! Archives that are too large, too deep, damaged or locked: each scan ends, and says what it left out.

use keyfence::{archive::Budget, rule::template::Random};

use super::{make, outcome, text, within};

/// Asserts that something was left out at `path` for a reason with `part` in it.
#[track_caller]
fn left_out(name: &str, bytes: &[u8], (path, part): (&str, &str), incomplete: bool) {
    let outcome = outcome(name, bytes, 2);
    let one = outcome
        .skipped
        .iter()
        .find(|skipped| skipped.path == path && skipped.reason.contains(part));
    let one = one.unwrap_or_else(|| panic!("{part:?} is not in {:?}", outcome.skipped));
    assert_eq!(one.incomplete, incomplete);
    assert_eq!(outcome.is_complete(), !incomplete);
}

#[test]
fn nested_too_deep() {
    let text = text();
    let one = make::zip(&[("app.env", &text)]);
    let two = make::zip(&[("one.zip", &one)]);
    let three = make::zip(&[("two.zip", &two)]);
    assert_eq!(outcome("x.zip", &two, 2).findings.len(), 1);
    let at = "x.zip!/two.zip!/one.zip";
    left_out("x.zip", &three, (at, "--max-archive-depth"), true);
    // A packed tar file counts as one.
    let tar = make::gzip(&make::tar(&[("two.zip", &two)]));
    let at = "x.tar.gz!/two.zip!/one.zip";
    left_out("x.tar.gz", &tar, (at, "--max-archive-depth"), true);
    assert_eq!(outcome("x.zip", &one, 0).skipped, []);
}

#[test]
fn bombs_end() {
    let budget = Budget {
        member_bytes: 1 << 20,
        bytes: 3 << 20,
        members: 5,
        ..Budget::default()
    };
    let check = |name: &str, bytes: &[u8], path: &str, part: &str| {
        let outcome = within(name, bytes, budget.clone());
        let skipped = outcome.skipped;
        assert_eq!(skipped.len(), 1, "{skipped:?}");
        assert_eq!(skipped[0].path, path);
        assert!(skipped[0].reason.contains(part), "{skipped:?}");
        assert!(skipped[0].incomplete);
    };
    let zeros = vec![0; 20 << 20];
    let bomb = make::gzip(&zeros);
    check(
        "x.gz",
        &bomb,
        "x.gz!/x",
        "larger than 1048576 bytes unpacked",
    );
    let names: Vec<String> = (0..9).map(|n: usize| n.to_string()).collect();
    let files = |len: usize| -> Vec<(&str, &[u8])> {
        names.iter().map(|name| (&**name, &zeros[..len])).collect()
    };
    let bomb = make::zip(&files(900 << 10));
    check("x.zip", &bomb, "x.zip!/3", "more is packed in it");
    let many = make::tar(&files(10));
    check("x.tar", &many, "x.tar!/5", "more members");
}

/// A small file that unpacks to a thousandfold is made to cost time.
#[test]
fn a_bomb_is_read_as_far_as_its_size_says() {
    let mut bytes = text();
    bytes.resize(20 << 20, b'\n');
    let told = |name: &str, bytes: &[u8]| {
        let outcome = outcome(name, bytes, 5);
        assert_eq!(outcome.findings.len(), 1, "{name}");
        assert!(outcome.counts.bytes < 10 << 20, "{name}");
        let reasons: Vec<_> = outcome.skipped.iter().map(|skip| &skip.reason).collect();
        assert!(
            reasons
                .iter()
                .any(|reason| reason.starts_with("more is packed in it")),
            "{reasons:?}"
        );
    };
    told("x.gz", &make::gzip(&bytes));
    told("x.tgz", &make::gzip(&make::tar(&[("a", &bytes)])));
    let inner = make::zip(&[("a", &bytes)]);
    told("x.zip", &make::zip(&[("b.zip", &inner)]));

    // The same bytes with nothing packed are read whole.
    let outcome = outcome("x.tar", &make::tar(&[("a", &bytes)]), 5);
    assert!(outcome.is_complete(), "{:?}", outcome.skipped);
}

/// What one member may not have, another archive in it may not have either.
#[test]
fn the_budget_is_for_all_that_is_nested() {
    let zeros = vec![0; 900 << 10];
    let mut bomb = make::zip(&[("0", &zeros)]);
    for _ in 0..3 {
        bomb = make::zip(&[("a", &zeros), ("b.zip", &bomb)]);
    }
    let budget = Budget {
        bytes: 2 << 20,
        ..Budget::default()
    };
    let outcome = within("x.zip", &bomb, budget);
    assert!(!outcome.is_complete(), "{outcome:?}");
}

#[test]
fn damage_is_named_and_the_rest_is_read() {
    let text = text();
    let zip = make::zip(&[("app.env", &text), ("other", b"a text that says nothing")]);
    let cut = &zip[..zip.len() - 10];
    left_out(
        "x.zip",
        cut,
        ("x.zip", "not all of the zip file could be read"),
        true,
    );
    let tar = make::tar(&[("app.env", &text), ("other", &[b'x'; 4000])]);
    let cut = &tar[..tar.len() - 4000];
    left_out(
        "x.tar",
        cut,
        ("x.tar", "not all of the tar file could be read"),
        true,
    );
    assert_eq!(outcome("x.tar", cut, 5).findings.len(), 1);
    let mut gz = make::gzip(&text);
    let at = gz.len() - 6;
    gz[at] ^= 0xff;
    left_out("x.gz", &gz, ("x.gz!/x", "cannot be unpacked"), true);
    assert_eq!(outcome("x.gz", &gz, 5).findings.len(), 1);
    left_out(
        "x.xz",
        b"\xfd7zXZ\0nothing",
        ("x.xz!/x", "cannot be unpacked"),
        true,
    );
    left_out(
        "x.rpm",
        b"\xed\xab\xee\xdbnothing",
        ("x.rpm", "headers are damaged"),
        true,
    );
}

/// Nobody can read it without the password: it is named, and no reason to fail. What is damaged is one.
#[test]
fn locked_members() {
    let text = text();
    let mut zip = make::zip(&[("app.env", &text)]);
    for magic in [&b"PK\x03\x04"[..], b"PK\x01\x02"] {
        let at = memchr::memmem::find(&zip, magic).unwrap();
        // The flags stand two bytes later in the central directory.
        let flags = at + if magic[2] == 3 { 6 } else { 8 };
        zip[flags] |= 1;
    }
    left_out("x.zip", &zip, ("x.zip!/app.env", "encrypted"), false);
    let pdf = [&make::pdf(&text)[..], b"trailer\n<< /Encrypt 9 0 R >>\n"].concat();
    left_out("x.pdf", &pdf, ("x.pdf", "encrypted"), false);
    let mut pdf = make::pdf(&text);
    let at = memchr::memmem::find(&pdf, b"stream\r\n").unwrap() + 30;
    pdf[at..at + 4].fill(0xff);
    left_out(
        "x.pdf",
        &pdf,
        ("x.pdf!/stream-2", "cannot be unpacked"),
        true,
    );
}

/// Whatever is wrong with the bytes, the scan ends.
#[test]
fn damage_of_every_kind() {
    let text = text();
    let files: [(&str, &[u8]); 3] = [
        ("README", b"nothing"),
        ("conf/app.env", &text),
        ("empty", b""),
    ];
    let archives = [
        make::zip(&files),
        make::stored(&files),
        make::tar(&files),
        make::cpio(&files),
        make::seven(&files),
        make::rpm(&files),
        make::deb(&files),
        make::gzip(&text),
        make::bzip2(&text),
        make::xz(&text),
        make::zstd(&text),
        make::pdf(&text),
        make::mail(&text),
        super::git::drawn(),
    ];
    let budget = Budget {
        member_bytes: 1 << 20,
        bytes: 4 << 20,
        members: 100,
        ..Budget::default()
    };
    let mut random = Random::new(1);
    for archive in &archives {
        for _ in 0..150 {
            let mut bytes = archive.clone();
            for _ in 0..=random.below(3) {
                let at = random.below(bytes.len());
                match random.below(4) {
                    0 => bytes[at] ^= 1 << random.below(8),
                    1 => bytes[at] = [0, 0xff, 0x7f, 0x80][random.below(4)],
                    2 => bytes.truncate(at + 1),
                    _ => {
                        let end = bytes.len().min(at + 4);
                        bytes[at..end].fill(0xff);
                    }
                }
            }
            let skipped = within("x", &bytes, budget.clone()).skipped;
            let is_defect = |reason: &str| reason.contains("please report");
            assert!(
                skipped.iter().all(|one| !is_defect(&one.reason)),
                "{skipped:?}"
            );
        }
    }
}
