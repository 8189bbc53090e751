//! Indices that lie, packs that are cut, and one without the other.

use std::{fs, path::Path};

use gix::objs::Kind;

use super::{
    Bed, line,
    loose::fifo,
    make::{Entry, Packer, append, id, index, index_of, install, made_up, reseal, seal},
};

/// Returns a pack of three objects, one of them a delta, with the secrets 1, 2 and 3.
fn pack() -> (Vec<u8>, Vec<Entry>) {
    let mut pack = Packer::new();
    pack.blob(line(1));
    let base = pack.end();
    pack.blob(line(2));
    let (delta, made) = append(line(2).as_bytes(), line(3).as_bytes());
    pack.ofs_delta(id(Kind::Blob, &made), base, &delta);
    pack.finish()
}

/// Scans a repository with that pack and the index that `change` makes of its entries.
#[track_caller]
fn check(change: impl FnOnce(&[u8], Vec<Entry>) -> Vec<u8>, parts: &[&str], seeds: &[u64]) {
    let bed = Bed::new();
    let (pack, mut entries) = pack();
    entries.sort_by_key(|entry| entry.id);
    install(&bed.objects(), &pack, &change(&pack, entries));
    bed.check(parts, seeds);
}

/// Scans a repository with that pack, changed, and its own index.
#[track_caller]
fn changed(change: impl FnOnce(&mut Vec<u8>), parts: &[&str], seeds: &[u64]) {
    let bed = Bed::new();
    let (mut pack, entries) = pack();
    let index = index(&pack, entries);
    change(&mut pack);
    install(&bed.objects(), &pack, &index);
    bed.check(parts, seeds);
}

#[test]
fn versions_and_large_offsets() {
    for version in [1, 2] {
        check(
            |pack, entries| index_of(pack, &entries, version, false),
            &[],
            &[1, 2, 3],
        );
    }
    check(
        |pack, entries| index_of(pack, &entries, 2, true),
        &[],
        &[1, 2, 3],
    );
    for version in [0_u32, 1, 3, u32::MAX] {
        let with = |pack: &[u8], entries: Vec<Entry>| {
            let mut index = index(pack, entries);
            index[4..8].copy_from_slice(&version.to_be_bytes());
            reseal(index)
        };
        check(with, &[&format!("unknown version {version}")], &[]);
    }
    // Without checksums of entries, that of the pack is looked at.
    let bed = Bed::new();
    let (mut pack, mut entries) = pack();
    entries.sort_by_key(|entry| entry.id);
    let index = index_of(&pack, &entries, 1, false);
    pack[12] ^= 0x70;
    install(&bed.objects(), &pack, &index);
    // The first blob passes for a tag now, and its text is looked at as such.
    bed.check(&["corrupt pack: its checksum is wrong"], &[1, 2, 3]);
}

#[test]
fn no_index_at_all() {
    let cannot = ["its index cannot be read"];
    check(|_, _| Vec::new(), &cannot, &[]);
    check(|_, _| b"garbage".repeat(1000), &cannot, &[]);
    check(|_, _| vec![0; 5000], &cannot, &[]);
    check(|_, _| vec![0xff; 5000], &cannot, &[]);
    // An index of nothing.
    let parts = ["names 0 objects, and the pack says it has 3"];
    check(|pack, _| index(pack, Vec::new()), &parts, &[]);
}

#[test]
fn cut_and_longer() {
    let full = {
        let (pack, entries) = pack();
        index(&pack, entries).len()
    };
    for len in [
        1,
        4,
        8,
        500,
        1032,
        1033,
        1092,
        1104,
        1116,
        full - 40,
        full - 20,
        full - 1,
    ] {
        check(
            |pack, entries| index(pack, entries)[..len].to_vec(),
            &["its index cannot be read"],
            &[],
        );
        let sealed = |pack: &[u8], entries| seal(index(pack, entries)[..len].to_vec());
        if len != full - 20 {
            check(sealed, &["its index cannot be read"], &[]);
        }
    }
    for more in [1, 7, 8, 16, 1000] {
        let with = |pack: &[u8], entries| [index(pack, entries), vec![0; more]].concat();
        check(
            with,
            &["ind"],
            &[1, 2, 3][..if more == 8 || more == 16 { 3 } else { 0 }],
        );
    }
}

#[test]
fn counts_that_lie() {
    for count in [0_u32, 2, 4, 1 << 20, u32::MAX] {
        let with = |pack: &[u8], entries| {
            let mut index = index(pack, entries);
            index[8 + 1020..][..4].copy_from_slice(&count.to_be_bytes());
            reseal(index)
        };
        check(
            with,
            &["its index cannot be read (it has not the size"],
            &[],
        );
    }
    // As large as it says, and for nothing: there is no such pack.
    let huge = |pack: &[u8], _: Vec<Entry>| {
        let entries: Vec<Entry> = (0..5000).map(|n| entry(n, 12)).collect();
        index(pack, entries)
    };
    check(huge, &["there is no room for the 5000 objects"], &[]);
}

fn entry(n: u32, offset: u64) -> Entry {
    Entry {
        id: made_up(n),
        offset,
        crc: 0,
    }
}

#[test]
fn places_that_are_none() {
    let beyond = "objects beyond the end of the pack: 1";
    for offset in [0, 11, 1 << 20, 1 << 31, 1 << 40, u64::MAX] {
        let with = |pack: &[u8], mut entries: Vec<Entry>| {
            entries.push(entry(1, offset));
            index(pack, entries)
        };
        check(
            with,
            &[beyond, "names 4 objects, and the pack says it has 3"],
            &[1, 2, 3],
        );
    }
    // Into the checksum at the end.
    let with = |pack: &[u8], mut entries: Vec<Entry>| {
        entries.push(entry(1, pack.len() as u64 - 20));
        index(pack, entries)
    };
    check(with, &[beyond], &[1, 2, 3]);
    // A place in the table of large offsets that is not there.
    let with = |pack: &[u8], entries: Vec<Entry>| {
        let mut index = index(pack, entries);
        let at = index.len() - 40 - 12;
        index[at..at + 4].copy_from_slice(&u32::MAX.to_be_bytes());
        reseal(index)
    };
    let bed = Bed::new();
    let (pack, entries) = pack();
    install(&bed.objects(), &pack, &with(&pack, entries));
    let outcome = bed.scan();
    assert!(!outcome.is_complete());
    // Where another object has its place already.
    let with = |pack: &[u8], mut entries: Vec<Entry>| {
        entries.push(entry(1, 12));
        index(pack, entries)
    };
    check(with, &["objects at the place of another: 1"], &[1, 2, 3]);
    // In the middle of one, which is cut there.
    let with = |pack: &[u8], mut entries: Vec<Entry>| {
        entries.push(entry(1, 20));
        index(pack, entries)
    };
    check(with, &["object"], &[2, 3]);
}

#[test]
fn ids_in_disorder() {
    let reversed = |pack: &[u8], mut entries: Vec<Entry>| {
        entries.reverse();
        index_of(pack, &entries, 2, false)
    };
    check(reversed, &["objects in the wrong place: 2"], &[1, 2, 3]);
    // One object hides behind another.
    for (one, other) in [(0, 1), (1, 0), (0, 2), (2, 1)] {
        let bed = Bed::new();
        let mut pack = Packer::new();
        for seed in [1, 2, 3] {
            pack.blob(line(seed));
        }
        let (pack, mut entries) = pack.finish();
        entries[one].id = entries[other].id;
        install(&bed.objects(), &pack, &index(&pack, entries));
        bed.check(
            &["not what its name says; it was read as it is"],
            &[1, 2, 3],
        );
    }
    // The same one twice is nothing bad.
    let bed = Bed::new();
    let mut pack = Packer::new();
    pack.blob(line(1));
    pack.blob(line(1));
    pack.install(&bed.objects());
    bed.check(&[], &[1]);
    // A table of first bytes that falls.
    let falls = |pack: &[u8], entries| {
        let mut index = index(pack, entries);
        index[8..12].copy_from_slice(&9_u32.to_be_bytes());
        reseal(index)
    };
    check(falls, &["objects in the wrong place: 1"], &[1, 2, 3]);
}

#[test]
fn checksums_that_are_wrong() {
    let flip = |from_end: usize| {
        move |pack: &[u8], entries| {
            let mut index = index(pack, entries);
            let at = index.len() - from_end;
            index[at] ^= 1;
            index
        }
    };
    check(
        flip(1),
        &["corrupt index: its checksum is wrong"],
        &[1, 2, 3],
    );
    check(
        flip(21),
        &["corrupt pack: it is cut short, damaged, or"],
        &[1, 2, 3],
    );
    // The checksum of an entry alone: its object is what its name says.
    check(
        flip(41 + 12),
        &["corrupt index: its checksum is wrong"],
        &[1, 2, 3],
    );
}

#[test]
fn the_index_of_another_pack() {
    let other = |_: &[u8], _| {
        let mut pack = Packer::new();
        pack.blob(line(7));
        pack.blob(line(8));
        let (pack, entries) = pack.finish();
        index(&pack, entries)
    };
    let bed = Bed::new();
    let (pack, entries) = pack();
    install(&bed.objects(), &pack, &other(&pack, entries));
    let outcome = bed.scan();
    assert!(!outcome.is_complete());
    let named = super::named(&outcome);
    assert!(
        named
            .iter()
            .any(|one| one.contains("the pack of another index")),
        "{named:#?}"
    );
}

#[test]
fn packs_that_are_cut() {
    let (pack, entries) = pack();
    let second = usize::try_from(entries[1].offset).unwrap();
    let third = usize::try_from(entries[2].offset).unwrap();
    let cut = |len: usize, seeds: &[u64]| {
        changed(|pack| pack.truncate(len), &["corrupt pack"], seeds);
    };
    for len in [0, 4, 12, 31, 32] {
        cut(len, &[]);
    }
    cut(second - 1, &[]);
    cut(second, &[1]);
    cut(second + 1, &[1]);
    cut(third - 1, &[1]);
    cut(third, &[1, 2]);
    cut(pack.len() - 21, &[1, 2]);
    for len in [pack.len() - 20, pack.len() - 10, pack.len() - 1] {
        cut(len, &[1, 2, 3]);
    }
    // Something behind the end, and something else in place of the checksum.
    for more in [1, 20, 5000] {
        changed(
            |pack| pack.extend(vec![7; more]),
            &["corrupt pack"],
            &[1, 2, 3],
        );
    }
    changed(
        |pack| *pack.last_mut().unwrap() ^= 1,
        &["corrupt pack"],
        &[1, 2, 3],
    );
}

#[test]
fn headers_that_are_wrong() {
    changed(|pack| pack[0] = b'Q', &["corrupt pack"], &[1, 2, 3]);
    changed(|pack| pack[7] = 9, &["corrupt pack"], &[1, 2, 3]);
    changed(|pack| pack[11] = 9, &["the pack says it has 9"], &[1, 2, 3]);
}

#[test]
fn one_without_the_other() {
    let remove = |extension: &str, parts: &[&str]| {
        let bed = Bed::new();
        let (pack, entries) = pack();
        let index = index(&pack, entries);
        let path = install(&bed.objects(), &pack, &index);
        fs::remove_file(path.with_extension(extension)).unwrap();
        bed.check(parts, &[]);
    };
    remove("pack", &["an index whose pack is not there"]);
    remove("idx", &["its index cannot be read (vanished)"]);
    // Git takes packs of any name.
    let bed = Bed::new();
    let (pack, entries) = pack();
    let path = install(&bed.objects(), &pack, &index(&pack, entries));
    for extension in ["pack", "idx"] {
        let from = path.with_extension(extension);
        fs::rename(&from, path.with_file_name(format!("any.{extension}"))).unwrap();
    }
    fs::write(path.with_file_name("tmp_pack_Ab1"), "half").unwrap();
    fs::write(path.with_file_name("tmp_idx_Ab1"), "half").unwrap();
    bed.check(&[], &[1, 2, 3]);
}

#[test]
fn things_that_are_no_files() {
    let put: [fn(&Path); 4] = [
        fifo,
        |path| fs::create_dir(path).unwrap(),
        |path| std::os::unix::fs::symlink("/nowhere", path).unwrap(),
        |path| std::os::unix::fs::symlink("/dev/zero", path).unwrap(),
    ];
    for put in put {
        for extension in ["pack", "idx"] {
            let bed = Bed::new();
            let (pack, entries) = pack();
            let path = install(&bed.objects(), &pack, &index(&pack, entries));
            let path = path.with_extension(extension);
            fs::remove_file(&path).unwrap();
            put(&path);
            let pack = path.with_extension("pack");
            bed.check(&[&bed.shown(&pack)], &[]);
        }
    }
    // In place of the folder.
    for put in [
        fifo as fn(&Path),
        |path| fs::write(path, "text").unwrap(),
        |path| std::os::unix::fs::symlink("/nowhere", path).unwrap(),
        |path| std::os::unix::fs::symlink("/dev", path).unwrap(),
    ] {
        let bed = Bed::new();
        let path = bed.objects().join("pack");
        drop(fs::remove_dir_all(&path));
        put(&path);
        bed.check(&[&bed.shown(&path)], &[]);
    }
}

#[test]
fn what_cannot_be_opened() {
    use std::os::unix::fs::PermissionsExt as _;
    let bed = Bed::new();
    let (pack, entries) = pack();
    let path = install(&bed.objects(), &pack, &index(&pack, entries));
    let index = path.with_extension("idx");
    for path in [&*path, &*index, path.parent().unwrap()] {
        let was = fs::metadata(path).unwrap().permissions();
        fs::set_permissions(path, fs::Permissions::from_mode(0o0)).unwrap();
        // Nothing is closed to root.
        if fs::File::open(path).is_err() {
            bed.check(&["ermission denied"], &[]);
        } else {
            bed.check(&[], &[1, 2, 3]);
        }
        fs::set_permissions(path, was).unwrap();
    }
}

#[test]
fn git_reads_what_is_made_here() {
    let bed = Bed::new();
    let (pack, entries) = pack();
    let path = install(&bed.objects(), &pack, &index(&pack, entries));
    bed.repo.git(["fsck", "--full"]);
    bed.repo.git(["verify-pack", path.to_str().unwrap()]);
    let mine = fs::read(path.with_extension("idx")).unwrap();
    let gits = bed.repo.beside("gits.idx");
    bed.repo.git([
        "index-pack",
        "-o",
        gits.to_str().unwrap(),
        path.to_str().unwrap(),
    ]);
    assert_eq!(mine, fs::read(gits).unwrap());
    let blob = id(Kind::Blob, line(1).as_bytes()).to_string();
    assert_eq!(
        bed.repo.git(["cat-file", "blob", &blob]),
        line(1).as_bytes()
    );
}
