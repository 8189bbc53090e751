//! Packs whose entries lie, and deltas without end or beginning.

use gix::objs::Kind;

use super::{
    Bed, line,
    make::{Delta, OFS_DELTA, Packer, REF_DELTA, append, id, made_up, offset_bytes, zlib},
};

/// Scans a repository with a pack of a good blob, then what `add` adds, then a good one again.
#[track_caller]
fn check(add: impl FnOnce(&mut Packer), parts: &[&str], seeds: &[u64]) {
    let bed = Bed::new();
    let mut pack = Packer::new();
    pack.blob(line(1));
    add(&mut pack);
    pack.blob(line(2));
    pack.install(&bed.objects());
    bed.check(parts, &[&[1, 2], seeds].concat());
}

#[test]
fn good_packs_are_read() {
    check(|_| {}, &[], &[]);
    check(
        |pack| {
            let base = pack.end();
            let whole = line(3);
            let first = pack.blob(&whole);
            let (delta, made) = append(whole.as_bytes(), line(4).as_bytes());
            pack.ofs_delta(id(Kind::Blob, &made), base, &delta);
            let (delta, made) = append(whole.as_bytes(), line(5).as_bytes());
            pack.ref_delta(id(Kind::Blob, &made), first, &delta);
        },
        &[],
        &[3, 4, 5],
    );
}

#[test]
fn objects_without_bytes() {
    check(
        |pack| {
            let empty = pack.blob("");
            pack.whole(Kind::Tree, b"");
            // Made from nothing, and nothing made from something.
            let delta = Delta::new(0, line(3).len() as u64).insert(line(3)).end();
            pack.ref_delta(id(Kind::Blob, line(3).as_bytes()), empty, &delta);
            let base = pack.blob(line(4));
            // The empty blob is there twice.
            pack.ref_delta(
                id(Kind::Blob, b""),
                base,
                &Delta::new(line(4).len() as u64, 0).end(),
            );
        },
        &[],
        &[3, 4],
    );
    // A delta has two sizes at least.
    check(
        |pack| {
            let base = pack.blob(line(3));
            pack.ref_delta(made_up(1), base, b"");
        },
        &["corrupt delta: it is cut short"],
        &[3],
    );
}

#[test]
fn sizes_that_are_not_so() {
    let whole = |size: u64, data: Vec<u8>| {
        move |pack: &mut Packer| {
            pack.entry(made_up(1), 3, size, &[], &data);
        }
    };
    check(
        whole(1 << 60, zlib(b"tiny")),
        &["says 1152921504606846976"],
        &[],
    );
    check(
        whole(u64::MAX, zlib(b"tiny")),
        &["says 18446744073709551615"],
        &[],
    );
    check(whole(3, zlib(b"four")), &["another size than it says"], &[]);
    check(whole(5, zlib(b"four")), &["another size than it says"], &[]);
    check(whole(0, zlib(b"four")), &["another size than it says"], &[]);
    check(whole(4, Vec::new()), &["an entry"], &[]);
    check(
        whole(4, b"no zlib data at all".to_vec()),
        &["corrupt pack"],
        &[],
    );
    let cut = |len: usize| zlib(line(9).as_bytes())[..len].to_vec();
    let full = zlib(line(9).as_bytes()).len();
    // Cut in the header, in the data, in the checksum, before its last byte.
    for len in [1, full / 2, full - 4, full - 1] {
        check(
            whole(line(9).len() as u64, cut(len)),
            &["corrupt pack"],
            &[],
        );
    }
    // A size that does not end.
    check(
        |pack| {
            pack.entry(made_up(1), 3, 1, &[], &[]);
            let end = pack.bytes.len();
            pack.bytes[end - 1] = 0xb1;
            pack.bytes.extend([0xff; 40]);
        },
        &["header"],
        &[],
    );
}

#[test]
fn a_large_blob_of_another_size_than_it_says() {
    // Those are handed over in pieces.
    let mut text = vec![b' '; 9 << 20];
    text[4 << 20..][..line(3).len()].copy_from_slice(line(3).as_bytes());
    let len = text.len() as u64;
    let packed = zlib(&text);
    let with = |size: u64, data: &[u8]| {
        let data = data.to_vec();
        move |pack: &mut Packer| {
            pack.entry(made_up(1), 3, size, &[], &data);
        }
    };
    check(
        |pack| {
            pack.entry(id(Kind::Blob, &text), 3, len, &[], &packed);
        },
        &[],
        &[3],
    );
    check(with(len + 1, &packed), &["corrupt"], &[3]);
    check(with(len - 1, &packed), &["corrupt"], &[3]);
    // Cut in the data, and in the checksum alone.
    check(
        with(len, &packed[..packed.len() - 20]),
        &["cut short"],
        &[3],
    );
    for cut in 1..5 {
        check(
            with(len, &packed[..packed.len() - cut]),
            &["cut short"],
            &[3],
        );
    }
    let mut wrong = packed;
    *wrong.last_mut().unwrap() ^= 1;
    check(with(len, &wrong), &["corrupt"], &[3]);
}

#[test]
fn types_that_are_not_there() {
    for number in [0, 5] {
        check(
            |pack| {
                pack.entry(made_up(1), number, 4, &[], &zlib(b"text"));
            },
            &["nsupported"],
            &[],
        );
    }
}

#[test]
fn deltas_that_lie() {
    let len = line(3).len() as u64;
    let short = u32::try_from(len).unwrap();
    let delta = |delta: Vec<u8>, part: &str| {
        check(
            |pack| {
                let base = pack.end();
                pack.blob(line(3));
                pack.ofs_delta(made_up(1), base, &delta);
            },
            &[part],
            &[3],
        );
    };
    delta(
        Delta::new(len + 1, 4).copy(0, 4).end(),
        "a base of another size",
    );
    delta(
        Delta::new(len, 4).copy(short - 3, 4).end(),
        "copies beyond the end",
    );
    delta(
        Delta::new(len, 4).copy(u32::MAX, 4).end(),
        "copies beyond the end",
    );
    delta(
        Delta::new(len, 5).copy(0, 4).end(),
        "another number of bytes",
    );
    delta(
        Delta::new(len, 3).copy(0, 4).end(),
        "another number of bytes",
    );
    delta(
        Delta::new(len, 1 << 60).copy(0, 4).end(),
        "more than may be held",
    );
    delta(
        Delta::new(len, u64::from(u32::MAX)).copy(0, 4).end(),
        "more than may be held",
    );
    delta(
        Delta::new(len, 200 << 20).copy(0, 4).end(),
        "another number of bytes",
    );
    delta(vec![0xff; 12], "cut short");
    let with_zero = [Delta::new(len, 4).copy(0, 4).end(), vec![0]].concat();
    delta(with_zero, "reserved instruction");
    // Bytes of 0 in a copy's length mean 64 KiB.
    delta(Delta::new(len, 4).copy(0, 0).end(), "copies beyond the end");
}

#[test]
fn bases_that_are_nowhere() {
    let tiny = Delta::new(4, 4).copy(0, 4).end();
    let entry = |base: Vec<u8>, number: u8| {
        let tiny = tiny.clone();
        move |pack: &mut Packer| {
            let len = tiny.len() as u64;
            pack.entry(made_up(1), number, len, &base, &zlib(&tiny));
            // Its own deltas fall with it.
            pack.ref_delta(made_up(2), made_up(1), &tiny);
        }
    };
    let missing = ["its base is missing"];
    check(
        entry(made_up(7).as_bytes().to_vec(), REF_DELTA),
        &missing,
        &[],
    );
    // Before the pack, itself, in the middle of the entry before.
    check(entry(offset_bytes(1 << 40), OFS_DELTA), &missing, &[]);
    check(entry(offset_bytes(0), OFS_DELTA), &missing, &[]);
    check(entry(offset_bytes(9), OFS_DELTA), &missing, &[]);
    check(entry(vec![0xff; 30], OFS_DELTA), &["object"], &[]);
}

#[test]
fn deltas_in_a_circle() {
    let tiny = Delta::new(4, 4).copy(0, 4).end();
    check(
        |pack| {
            pack.ref_delta(made_up(1), made_up(1), &tiny);
            pack.ref_delta(made_up(2), made_up(3), &tiny);
            pack.ref_delta(made_up(3), made_up(2), &tiny);
        },
        &["its base is missing"],
        &[],
    );
    // Across two packs.
    let bed = Bed::new();
    for (a, b) in [(1, 2), (2, 1)] {
        let mut pack = Packer::new();
        pack.blob(line(u64::from(a)));
        pack.ref_delta(made_up(a), made_up(b), &tiny);
        pack.install(&bed.objects());
    }
    bed.check(&[&made_up(1).to_string(), &made_up(2).to_string()], &[1, 2]);
}

#[test]
fn bases_in_another_pack_are_found() {
    let bed = Bed::new();
    let mut thin = Packer::new();
    let mut full = Packer::new();
    let base = full.blob(line(1));
    let (delta, made) = append(line(1).as_bytes(), line(2).as_bytes());
    thin.ref_delta(id(Kind::Blob, &made), base, &delta);
    thin.install(&bed.objects());
    full.install(&bed.objects());
    bed.check(&[], &[1, 2]);
}

#[test]
fn deltas_of_deltas_20000_deep() {
    check(
        |pack| {
            let mut text = b"begin\n".to_vec();
            let mut base = pack.end();
            pack.blob(&text);
            for n in 0..20_000 {
                // The start and a number, so that all of them are different and none is long.
                let word = format!("{n}\n");
                let made = [b"begin\n", word.as_bytes()].concat();
                let delta = Delta::new(text.len() as u64, made.len() as u64);
                let delta = delta.copy(0, 6).insert(word).end();
                base = pack.ofs_delta(id(Kind::Blob, &made), base, &delta);
                text = made;
            }
            let (delta, made) = append(&text, line(3).as_bytes());
            pack.ofs_delta(id(Kind::Blob, &made), base, &delta);
        },
        &[],
        &[3],
    );
}

#[test]
fn a_base_with_200000_children() {
    check(
        |pack| {
            let base = pack.end();
            pack.blob("base");
            for n in 0..200_000 {
                let (delta, made) = append(b"base", format!(" {n}").as_bytes());
                pack.ofs_delta(id(Kind::Blob, &made), base, &delta);
            }
            let (delta, made) = append(b"base", format!(" {}", line(3)).as_bytes());
            pack.ofs_delta(id(Kind::Blob, &made), base, &delta);
        },
        &[],
        &[3],
    );
}
