//! Caches that cannot be used: named, left alone, and no reason to tell less.

use std::fs;

use keyfence::scan::history::HistoryOptions;
use sha2::{Digest as _, Sha256};

use super::{Full, scan, usual};

/// Scans with what is at the place of the cache; returns what is told of it. The rest must be what is told without.
#[track_caller]
fn told(full: &Full, expected: &[&str], what: &str) {
    let plain = scan(&usual(), &full.repo.root, &HistoryOptions::default());
    let options = HistoryOptions {
        cache: Some(&full.cache),
        ..HistoryOptions::default()
    };
    let mut cached = scan(&usual(), &full.repo.root, &options);
    assert_eq!(
        cached.of_cache().len(),
        expected.len(),
        "{what}: {:?}",
        cached.of_cache()
    );
    for (told, part) in cached.of_cache().iter().zip(expected) {
        assert!(told.contains(part), "{what}: {told}");
    }
    (cached.outcome.skipped).retain(|skipped| !skipped.reason.starts_with("cache "));
    assert_eq!(cached.text(), plain.text(), "{what}");
}

/// Puts `body` with its checksum at the place of the cache.
fn seal(full: &Full, body: &[u8]) {
    let sum = Sha256::digest(body);
    fs::write(&full.cache, [body, &sum[..]].concat()).unwrap();
}

#[test]
fn damaged_files_are_named_and_replaced() {
    let full = Full::new(&[]);
    full.same(&usual());
    let whole = fs::read(&full.cache).unwrap();
    let step = whole.len() / 7;
    for cut in (0..whole.len()).step_by(step) {
        fs::write(&full.cache, &whole[..cut]).unwrap();
        told(&full, &["checksum"], "cut");
        // Which of several equal names is written depends on threads, but not how much is known.
        told(&full, &[], "replaced");
        let replaced = fs::read(&full.cache).unwrap();
        assert!(replaced.len().abs_diff(whole.len()) < 100);
        let mut bytes = whole.clone();
        bytes[cut] ^= 0x10;
        fs::write(&full.cache, bytes).unwrap();
        told(&full, &["checksum"], "turned");
    }
    fs::write(&full.cache, b"garbage").unwrap();
    told(&full, &["checksum"], "garbage");
    told(&full, &[], "replaced");
}

#[test]
fn files_of_others_are_named() {
    let full = Full::new(&[]);
    full.same(&usual());
    let whole = fs::read(&full.cache).unwrap();
    let body = &whole[..whole.len() - 32];
    seal(&full, &[b"x", body].concat());
    told(&full, &["another program"], "magic");
    let text = b"keyfence history cache 1\n";
    assert!(body.starts_with(text));
    let mut other = body.to_vec();
    other[text.len() - 2] = b'0';
    seal(&full, &other);
    told(&full, &["another format"], "format");
    let mut other = body.to_vec();
    other[text.len()] ^= 1;
    seal(&full, &other);
    told(&full, &["another version"], "engine");
    let sha256 = Full::new(&["--object-format=sha256"]);
    sha256.same(&usual());
    fs::copy(&sha256.cache, &full.cache).unwrap();
    told(&full, &["another hash"], "hash");
}

#[test]
fn hostile_files_do_no_harm() {
    let full = Full::new(&[]);
    full.same(&usual());
    let whole = fs::read(&full.cache).unwrap();
    let body = &whole[..whole.len() - 32];
    // Everything behind the engine's name is numbers: any of them may be any.
    let start = body.iter().enumerate().filter(|(_, b)| **b == b'\n').nth(1);
    let start = start.unwrap().0 + 2;
    let root = &full.repo.root;
    let options = HistoryOptions {
        cache: Some(&full.cache),
        ..HistoryOptions::default()
    };
    let scanner = usual();
    let mut random = 1_u64;
    for round in 0..150 {
        random = random.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(1);
        let at = start + usize::try_from(random >> 33).unwrap() % (body.len() - start);
        let mut other = body.to_vec();
        match round % 3 {
            0 => other[at] = 0xff,
            1 => other[at] ^= 1 << (random % 8),
            _ => other.truncate(at),
        }
        seal(&full, &other);
        // It may be believed, but that is all.
        scan(&scanner, root, &options);
    }
    for huge in [&[0xff; 8][..], &[0xff; 9], &[0x80; 40]] {
        seal(&full, &[&body[..start], huge].concat());
        told(&full, &["does not hold"], "huge");
    }
    // Rules and no objects; objects that are not there.
    let mut none = body[..start].to_vec();
    none.extend(0_u64.to_le_bytes());
    seal(&full, &none);
    told(&full, &["does not hold"], "nothing");
}

#[test]
fn places_that_cannot_be_written() {
    let mut full = Full::new(&[]);
    let file = full.repo.beside("file");
    fs::write(&file, "").unwrap();
    full.cache = file.join("cache");
    let options = HistoryOptions {
        cache: Some(&full.cache),
        ..HistoryOptions::default()
    };
    let scanned = scan(&usual(), &full.repo.root, &options);
    let told = scanned.of_cache();
    assert!(
        told.iter()
            .any(|told| told.starts_with("cache not written: ")),
        "{told:?}"
    );
    full.cache = full.repo.beside("folder");
    fs::create_dir(&full.cache).unwrap();
    let options = HistoryOptions {
        cache: Some(&full.cache),
        ..HistoryOptions::default()
    };
    let scanned = scan(&usual(), &full.repo.root, &options);
    assert_eq!(scanned.of_cache().len(), 2, "{:?}", scanned.of_cache());
    assert_eq!(fs::read_dir(&full.cache).unwrap().count(), 0);
}
