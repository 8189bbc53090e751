//! Objects that are damaged in one place and whole in another: git reads the other one, and so is done here.

use std::{fs, path::PathBuf};

use gix::{ObjectId, objs::Kind};

use super::{
    Bed, line,
    make::{
        Delta, Packer, append, id, index, install, loose, made_up, offset_bytes, put_loose, zlib,
    },
};

/// Where the whole copy of an object lies.
const PLACES: [fn(&Bed, Kind, &[u8]); 3] = [in_a_pack, alone, in_an_alternate];

fn in_a_pack(bed: &Bed, kind: Kind, bytes: &[u8]) {
    let mut pack = Packer::new();
    pack.blob("something else");
    pack.whole(kind, bytes);
    pack.install(&bed.objects());
}

fn alone(bed: &Bed, kind: Kind, bytes: &[u8]) {
    let packed = loose(&format!("{kind} {}", bytes.len()), bytes);
    put_loose(&bed.objects(), id(kind, bytes), &packed);
}

fn in_an_alternate(bed: &Bed, kind: Kind, bytes: &[u8]) {
    let folder = bed.repo.beside("alternate");
    fs::create_dir_all(&folder).unwrap();
    let list = bed.objects().join("info/alternates");
    fs::write(list, format!("{}\n", folder.display())).unwrap();
    let packed = loose(&format!("{kind} {}", bytes.len()), bytes);
    put_loose(&folder, id(kind, bytes), &packed);
}

/// Puts an object into a pack, damaged.
type Put = fn(&mut Packer, ObjectId, Kind, &[u8]);

/// Ways to store an object so that it cannot be read.
const DAMAGE: [Put; 4] = [
    // The data are no zlib stream.
    |pack, id, kind, bytes| {
        pack.entry(id, number(kind), bytes.len() as u64, &[], &[7; 99]);
    },
    // The type is unknown.
    |pack, id, _, bytes| {
        pack.entry(id, 5, bytes.len() as u64, &[], &zlib(bytes));
    },
    // The base is missing.
    |pack, id, _, _| {
        pack.ref_delta(id, made_up(99), &Delta::new(4, 4).copy(0, 4).end());
    },
    // The header says that it is of another kind; the checksum in the index says that it was not so.
    |pack, id, kind, bytes| {
        let other = if kind == Kind::Blob {
            Kind::Tree
        } else {
            Kind::Blob
        };
        pack.entry(id, number(other), bytes.len() as u64, &[], &zlib(bytes));
        pack.entries.last_mut().unwrap().crc ^= 1;
    },
];

fn number(kind: Kind) -> u8 {
    match kind {
        Kind::Commit => 1,
        Kind::Tree => 2,
        Kind::Blob => 3,
        Kind::Tag => 4,
    }
}

/// Makes sure that the damaged pack is looked at first: packs are read in the order of their names.
fn install_first(bed: &Bed, pack: Packer) -> PathBuf {
    let path = pack.install(&bed.objects());
    let first = path.with_file_name("pack-0.pack");
    fs::rename(path.with_extension("idx"), first.with_extension("idx")).unwrap();
    fs::rename(path, &first).unwrap();
    first
}

/// Scans, and asserts that all is found, that nothing is incomplete, and that the damage is named.
#[track_caller]
fn mended(bed: &Bed, part: &str, seeds: &[u64]) {
    let outcome = bed.check(&[], seeds);
    let named = super::named(&outcome);
    assert!(
        named
            .iter()
            .any(|one| one.contains(part) && one.ends_with("read from another place (not needed)")),
        "{part}: {named:#?}"
    );
}

#[test]
fn another_copy_is_read() {
    for place in PLACES {
        for damage in DAMAGE {
            let bed = Bed::new();
            let text = line(1);
            let blob = id(Kind::Blob, text.as_bytes());
            let mut pack = Packer::new();
            damage(&mut pack, blob, Kind::Blob, text.as_bytes());
            install_first(&bed, pack);
            // Without the other copy the secret is lost, unless only its kind is.
            assert!(!bed.scan().is_complete());
            place(&bed, Kind::Blob, text.as_bytes());
            mended(&bed, &blob.to_string(), &[1]);
        }
    }
}

#[test]
fn another_copy_of_a_base_is_read() {
    for place in PLACES {
        for damage in DAMAGE {
            let bed = Bed::new();
            let text = line(1);
            let blob = id(Kind::Blob, text.as_bytes());
            let mut pack = Packer::new();
            let base = pack.end();
            damage(&mut pack, blob, Kind::Blob, text.as_bytes());
            // A delta for it, and one for that.
            let (delta, made) = append(text.as_bytes(), line(2).as_bytes());
            let first = pack.ofs_delta(id(Kind::Blob, &made), base, &delta);
            let (delta, last) = append(&made, line(3).as_bytes());
            pack.ofs_delta(id(Kind::Blob, &last), first, &delta);
            install_first(&bed, pack);
            place(&bed, Kind::Blob, text.as_bytes());
            mended(&bed, &blob.to_string(), &[1, 2, 3]);
        }
        // So says git.
        let bed = Bed::new();
        let mut pack = Packer::new();
        let text = line(1);
        let base = pack.end();
        DAMAGE[0](
            &mut pack,
            id(Kind::Blob, text.as_bytes()),
            Kind::Blob,
            text.as_bytes(),
        );
        let (delta, made) = append(text.as_bytes(), line(2).as_bytes());
        let made_id = id(Kind::Blob, &made);
        pack.ofs_delta(made_id, base, &delta);
        install_first(&bed, pack);
        place(&bed, Kind::Blob, text.as_bytes());
        assert_eq!(
            bed.repo.git(["cat-file", "blob", &made_id.to_string()]),
            made
        );
    }
}

#[test]
fn a_chain_that_is_broken_twice() {
    let bed = Bed::new();
    let texts: Vec<Vec<u8>> = (0..6)
        .map(|n| {
            (1..=n + 1)
                .flat_map(|seed| line(seed).into_bytes())
                .collect()
        })
        .collect();
    let ids: Vec<ObjectId> = texts.iter().map(|text| id(Kind::Blob, text)).collect();
    let mut pack = Packer::new();
    let mut base = pack.end();
    pack.blob(&texts[0]);
    for at in 1..6 {
        let (delta, _) = append(&texts[at - 1], line(at as u64 + 1).as_bytes());
        let mut data = zlib(&delta);
        if at == 2 || at == 4 {
            data = vec![7; 99];
        }
        let distance = offset_bytes(pack.end() - base);
        base = pack.entry(ids[at], 6, delta.len() as u64, &distance, &data);
    }
    install_first(&bed, pack);
    for at in [2, 4] {
        alone(&bed, Kind::Blob, &texts[at]);
    }
    mended(&bed, &ids[4].to_string(), &[1, 2, 3, 4, 5, 6]);
}

#[test]
fn all_copies_are_damaged() {
    let bed = Bed::new();
    let text = line(1);
    let blob = id(Kind::Blob, text.as_bytes());
    for damage in DAMAGE {
        let mut pack = Packer::new();
        pack.blob(made_up(pack.bytes.len() as u32).to_string());
        damage(&mut pack, blob, Kind::Blob, text.as_bytes());
        pack.install(&bed.objects());
    }
    put_loose(&bed.objects(), blob, b"no object");
    let outcome = bed.scan();
    assert!(!outcome.is_complete());
    alone(&bed, Kind::Blob, text.as_bytes());
    mended(&bed, &blob.to_string(), &[1]);
}

#[test]
fn an_object_of_another_kind_is_scanned_when_there_is_no_copy() {
    let bed = Bed::new();
    let text = format!("tree of nothing\n\n{}", line(1));
    let blob = id(Kind::Blob, text.as_bytes());
    let mut pack = Packer::new();
    pack.entry(
        blob,
        number(Kind::Tag),
        text.len() as u64,
        &[],
        &zlib(text.as_bytes()),
    );
    pack.entries[0].crc ^= 1;
    pack.install(&bed.objects());
    let parts = [
        &*blob.to_string(),
        "it is not what its name says; it was read as it is",
    ];
    bed.check(&parts, &[1]);
}

#[test]
fn a_large_blob_is_read_elsewhere() {
    let bed = Bed::new();
    let mut text = line(1).into_bytes();
    text.resize(9 << 20, b' ');
    text.extend(line(2).as_bytes());
    let packed = zlib(&text);
    let mut pack = Packer::new();
    // The first secret is seen, then the data end.
    let blob = id(Kind::Blob, &text);
    pack.entry(
        blob,
        3,
        text.len() as u64,
        &[],
        &packed[..packed.len() - 50],
    );
    install_first(&bed, pack);
    bed.check(&[&blob.to_string()], &[1]);
    alone(&bed, Kind::Blob, &text);
    mended(&bed, &blob.to_string(), &[1, 2]);
}

#[test]
fn trees_and_commits_are_read_elsewhere() {
    for kind in ["HEAD", "HEAD^{tree}", "HEAD:deep", "HEAD:deep/deeper", "v1"] {
        for damage in DAMAGE {
            let bed = Bed::new();
            bed.repo.write("deep/deeper/file", line(1));
            bed.repo.commit_all();
            bed.repo.git(["tag", "-a", "-m", &line(2), "v1"]);
            let whole = super::told(&bed.check(&[], &[1, 2]));
            let name = String::from_utf8(bed.repo.git(["rev-parse", kind])).unwrap();
            let name = name.trim();
            let object = ObjectId::from_hex(name.as_bytes()).unwrap();
            let what = bed.repo.git(["cat-file", "-t", name]);
            let what = Kind::from_bytes(what.trim_ascii()).unwrap();
            let bytes = bed.repo.git(["cat-file", &what.to_string(), name]);
            let mut pack = Packer::new();
            damage(&mut pack, object, what, &bytes);
            let (pack, entries) = pack.finish();
            install(&bed.objects(), &pack, &index(&pack, entries));
            let outcome = bed.check(&[], &[1, 2]);
            let told = super::told(&outcome);
            for (now, before) in told.iter().zip(&whole) {
                assert!(
                    now == before,
                    "{kind}: {now} {before} {:#?}",
                    super::named(&outcome)
                );
            }
        }
    }
}
