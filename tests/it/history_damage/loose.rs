//! Loose objects that are none, or not what they say.

use std::{fs, path::Path};

use gix::{ObjectId, objs::Kind};

use super::{
    Bed, line,
    make::{id, loose, loose_path, made_up, put_loose, zlib},
};

/// Scans a repository with a loose object that `put` puts at a path, and a good one.
#[track_caller]
fn check(put: impl FnOnce(&Path), parts: &[&str], seeds: &[u64]) {
    let bed = Bed::new();
    put_blob(&bed.objects(), 1);
    put(&loose_path(&bed.objects(), made_up(1)));
    bed.check(parts, &[&[1], seeds].concat());
}

fn put_blob(objects: &Path, seed: u64) -> ObjectId {
    let text = line(seed);
    let id = id(Kind::Blob, text.as_bytes());
    put_loose(
        objects,
        id,
        &loose(&format!("blob {}", text.len()), text.as_bytes()),
    );
    id
}

/// Scans a repository with a loose object that has these bytes.
#[track_caller]
fn bytes(packed: &[u8], part: &str) {
    check(|path| fs::write(path, packed).unwrap(), &[part], &[]);
}

#[test]
fn files_that_are_no_objects() {
    let good = loose("blob 4", b"text");
    check(|path| fs::write(path, &good).unwrap(), &[], &[]);
    bytes(b"", "corrupt loose object");
    bytes(b"no zlib data", "corrupt loose object");
    for len in [1, 2, 5, good.len() - 5, good.len() - 4, good.len() - 1] {
        bytes(&good[..len], "corrupt loose object");
    }
    bytes(&[&good[..], b"more"].concat(), "something stands behind it");
    let mut wrong = good;
    *wrong.last_mut().unwrap() ^= 1;
    bytes(&wrong, "corrupt loose object");
}

#[test]
fn headers_that_lie() {
    let with = |header: &str, part: &str| bytes(&loose(header, b"text"), part);
    with("blob 3", "more bytes than it says");
    with("blob 5", "corrupt loose object");
    with("blob -4", "corrupt loose object");
    with("blob 1152921504606846976", "says 1152921504606846976");
    with("blob 99999999999999999999", "corrupt loose object");
    with("blob", "corrupt loose object");
    with("blob ", "corrupt loose object");
    with("blob four", "corrupt loose object");
    with("blub 4", "corrupt loose object");
    with("", "corrupt loose object");
    bytes(&zlib(b"blob 4 and nothing ends it"), "corrupt loose object");
    bytes(&zlib(&[b' '; 5000]), "corrupt loose object");
    bytes(&zlib(b""), "corrupt loose object");
    // More than are held at once, packed in few.
    let zeros = vec![0; 20 << 20];
    let header = format!("commit {}", zeros.len());
    let bed = Bed::new();
    put_loose(&bed.objects(), made_up(1), &loose(&header, &zeros));
    bed.check_with(10 << 20, &["more than may be held at once"], &[]);
}

#[test]
fn a_large_blob() {
    let mut text = vec![b' '; 9 << 20];
    text[4 << 20..][..line(3).len()].copy_from_slice(line(3).as_bytes());
    let header = |len: usize| loose(&format!("blob {len}"), &text);
    let good = header(text.len());
    check(|path| fs::write(path, &good).unwrap(), &[], &[3]);
    for packed in [
        header(text.len() + 1),
        header(text.len() - 1),
        good[..good.len() - 20].to_vec(),
        good[..good.len() - 4].to_vec(),
        good[..good.len() - 1].to_vec(),
        [&good[..], b"more"].concat(),
    ] {
        check(|path| fs::write(path, &packed).unwrap(), &["object"], &[3]);
    }
    // It is as large as may be held, and more.
    for memory in [1 << 20, 9 << 20] {
        let bed = Bed::new();
        put_loose(&bed.objects(), made_up(1), &good);
        bed.check_with(memory, &[], &[3]);
    }
}

#[test]
fn things_that_are_no_files() {
    check(
        |path| fs::create_dir(path).unwrap(),
        &["is a directory"],
        &[],
    );
    check(fifo, &["fifo"], &[]);
    check(
        |path| std::os::unix::fs::symlink("/nowhere/at/all", path).unwrap(),
        &["symbolic link"],
        &[],
    );
    check(
        |path| std::os::unix::fs::symlink("/dev/zero", path).unwrap(),
        &["symbolic link"],
        &[],
    );
    check(
        |path| drop(std::os::unix::net::UnixListener::bind(path).unwrap()),
        &["socket"],
        &[],
    );
    // In place of the folder.
    for put in [
        fifo as fn(&Path),
        |path| fs::write(path, "text").unwrap(),
        |path| std::os::unix::fs::symlink("/nowhere", path).unwrap(),
        |path| std::os::unix::fs::symlink("/dev", path).unwrap(),
    ] {
        let bed = Bed::new();
        let free = (0..=u8::MAX).map(|n| bed.objects().join(format!("{n:02x}")));
        let free = free.into_iter().find(|path| !path.exists()).unwrap();
        put(&free);
        bed.check(&[&bed.shown(&free)], &[]);
    }
}

#[test]
fn what_cannot_be_opened() {
    use std::os::unix::fs::PermissionsExt as _;
    let bed = Bed::new();
    let path = put_loose(&bed.objects(), made_up(1), &loose("blob 4", b"text"));
    for path in [&*path, path.parent().unwrap()] {
        let was = fs::metadata(path).unwrap().permissions();
        fs::set_permissions(path, fs::Permissions::from_mode(0o0)).unwrap();
        // Nothing is closed to root.
        let closed = fs::File::open(path).is_err();
        bed.check(if closed { &["ermission denied"] } else { &[] }, &[]);
        fs::set_permissions(path, was).unwrap();
    }
}

#[test]
fn names_that_are_no_ids() {
    let bed = Bed::new();
    let id = put_blob(&bed.objects(), 1);
    let path = loose_path(&bed.objects(), id);
    let folder = path.parent().unwrap();
    // Git leaves such behind when it is killed.
    fs::write(folder.join("tmp_obj_a1B2c3"), "half").unwrap();
    bed.check(&[], &[1]);
    let hex = made_up(1).to_string();
    let names = [
        "readme",
        &hex[3..],
        &hex,
        &hex[2..].replace(|_| true, "g"),
        &hex[2..].to_uppercase(),
    ];
    for name in names {
        fs::write(folder.join(name), "text").unwrap();
    }
    let outcome = bed.scan();
    super::assert_found(&outcome, &[0, 1]);
    let named = super::named(&outcome);
    let told = format!(
        "{}: files that are no objects: {} (not needed)",
        bed.shown(folder),
        names.len()
    );
    assert_eq!(named, [told]);
}

#[test]
fn an_object_of_another_name_is_scanned_all_the_same() {
    // `git fsck` finds these: to say so here every object would have to be hashed.
    let text = line(3);
    let packed = loose(&format!("blob {}", text.len()), text.as_bytes());
    check(|path| fs::write(path, &packed).unwrap(), &[], &[3]);
}

pub(super) fn fifo(path: &Path) {
    let made = std::process::Command::new("mkfifo")
        .arg(path)
        .status()
        .unwrap();
    assert!(made.success());
}
