//! The guard finds what a plain search of every form at every position finds, and its store tells nothing.

use data_encoding::{BASE64, BASE64URL_NOPAD, HEXLOWER, HEXUPPER};
use proptest::prelude::*;

use super::{
    Guard, Match,
    source::Source,
    store::{Added, Cost, Store, StoreError},
};
use crate::rule::template::{Random, fill};

/// As little as Argon2id takes: tests hash a lot.
const CHEAP: Cost = Cost {
    memory_kib: 8,
    passes: 1,
    lanes: 1,
};

fn store(secrets: &[Vec<u8>]) -> Store {
    let mut store = Store::new(0x1234_5678_9abc_def1, CHEAP);
    for (at, secret) in secrets.iter().enumerate() {
        let salt = [u8::try_from(at).unwrap(); 16];
        let name = format!("secret {at}");
        store
            .add((&name, &Source::Stdin, "2026-01-31"), secret, salt)
            .unwrap();
    }
    store
}

/// Secrets of many kinds: drawn ones, one that a person has chosen, ones that need escapes, one that is no ASCII, a long one.
fn secrets() -> Vec<Vec<u8>> {
    let mut random = Random::new(7);
    let templates = [
        "{base64:40}",
        "{hex:32}",
        "{base62:20}",
        "{base62:9}",
        "{base62:5}+/%{base62:4}=",
        "{base62:300}",
    ];
    let mut out: Vec<Vec<u8>> = templates
        .iter()
        .map(|template| fill(template, &mut random).unwrap().into_bytes())
        .collect();
    out.push(["Tr0ub", "4dor&3"].concat().into_bytes());
    out.push(["qu\"ote\\", "and<more>'$"].concat().into_bytes());
    out.push("gr\u{fc}n-\u{e9}t\u{e9}-42".as_bytes().to_vec());
    // One that another begins with.
    let prefix = out[0][..24].to_vec();
    out.push(prefix);
    out
}

fn percent(secret: &[u8], all: bool) -> Vec<u8> {
    let keep = |b: &u8| b.is_ascii_alphanumeric() && !all;
    let one = |b: &u8| {
        if keep(b) {
            vec![*b]
        } else {
            format!("%{b:02X}").into_bytes()
        }
    };
    secret.iter().flat_map(one).collect()
}

fn utf16(secret: &[u8], little: bool) -> Vec<u8> {
    let unit = |b: &u8| if little { [*b, 0] } else { [0, *b] };
    secret.iter().flat_map(unit).collect()
}

fn entities(secret: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(secret);
    let text = text
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;");
    text.replace('"', "&quot;")
        .replace('\'', "&#39;")
        .into_bytes()
}

/// Returns `secret` in the form with this number, as programs write it.
fn written(secret: &[u8], form: usize, random: &mut Random) -> Vec<u8> {
    let mut lead = |secret: &[u8]| {
        let count = random.below(4);
        // What a person has chosen must stand by itself.
        let lead: Vec<u8> = random.bytes(count).into_iter().chain([b':']).collect();
        [&lead[1.min(count)..], secret].concat()
    };
    match form {
        0 => secret.to_vec(),
        1 => percent(secret, false),
        2 => percent(secret, true),
        3 => serde_json::to_string(&String::from_utf8_lossy(secret))
            .unwrap()
            .into_bytes(),
        4 => (String::from_utf8_lossy(secret).chars())
            .flat_map(|c| format!("\\u{:04x}", u32::from(c)).into_bytes())
            .collect(),
        5 => entities(secret),
        6 => HEXLOWER.encode(secret).into_bytes(),
        7 => HEXUPPER.encode(secret).into_bytes(),
        8 => BASE64.encode(&lead(secret)).into_bytes(),
        9 => BASE64URL_NOPAD
            .encode(&[&lead(secret), &b"\nyz"[..]].concat())
            .into_bytes(),
        10 => utf16(secret, true),
        11 => utf16(secret, false),
        _ => BASE64.encode(&utf16(&lead(secret), true)).into_bytes(),
    }
}

const FORMS: usize = 13;

/// Returns a guard for some secrets.
pub(crate) fn sample() -> Guard {
    Guard::new(store(&secrets()))
}

/// Returns one of these secrets in some form.
pub(crate) fn leak(random: &mut Random) -> Vec<u8> {
    static SECRETS: std::sync::OnceLock<Vec<Vec<u8>>> = std::sync::OnceLock::new();
    let secrets = SECRETS.get_or_init(secrets);
    let secret = &secrets[random.below(secrets.len())];
    let form = random.below(FORMS);
    written(secret, form, random)
}

/// The slow twin: every position is tried.
fn everywhere(guard: &Guard, bytes: &[u8]) -> Vec<Match> {
    (0..bytes.len())
        .filter_map(|start| guard.match_at(bytes, start))
        .collect()
}

fn fast(guard: &Guard, bytes: &[u8]) -> Vec<Match> {
    let mut starts = Vec::new();
    guard.find(bytes, 0..bytes.len(), &mut starts);
    starts
        .iter()
        .filter_map(|start| guard.match_at(bytes, *start))
        .collect()
}

#[test]
fn every_form_of_every_secret_is_found() {
    let secrets = secrets();
    let guard = Guard::new(store(&secrets));
    let mut random = Random::new(3);
    for (at, secret) in secrets.iter().enumerate() {
        for form in 0..FORMS {
            if form >= 10 && !secret.is_ascii() {
                continue;
            }
            for _ in 0..4 {
                let text = [b" = ", &written(secret, form, &mut random)[..], b" "].concat();
                let found = fast(&guard, &text);
                assert!(
                    found.iter().any(|found| found.entry == at || found.secret.expose().starts_with(secret)),
                    "{at} in form {form}: {found:?}"
                );
                assert!(
                    found
                        .iter()
                        .all(|found| secrets[found.entry] == found.secret.expose())
                );
            }
        }
    }
}

#[test]
fn what_a_person_has_chosen_stands_by_itself() {
    #[track_caller]
    fn check(guard: &Guard, text: &str, expected: usize) {
        assert_eq!(fast(guard, text.as_bytes()).len(), expected, "{text}");
    }
    let secret = ["Tr0ub", "4dor&3"].concat();
    let guard = Guard::new(store(&[secret.clone().into_bytes()]));
    check(&guard, &secret, 1);
    check(&guard, &format!("a {secret}b"), 0);
    check(&guard, &format!("a{secret} b"), 0);
    check(&guard, &format!("\"\\n{secret}\""), 1);
    check(&guard, &BASE64.encode(format!("me:{secret}").as_bytes()), 1);
    check(&guard, &BASE64.encode(format!("me{secret}").as_bytes()), 0);
    check(&guard, &BASE64.encode(format!("{secret}me").as_bytes()), 0);
}

#[test]
fn the_store_can_be_read_again() {
    let secrets = secrets();
    let store = store(&secrets);
    let text = store.text();
    assert_eq!(Store::parse(text.as_bytes()), Ok(store.clone()));
    let mut again = store.clone();
    for (at, secret) in secrets.iter().enumerate() {
        let added = again.add(("other", &Source::Stdin, "x"), secret, [9; 16]);
        assert_eq!(added, Ok(Added::There(at)));
    }
    assert_eq!(again, store);
    assert_eq!(again.retain(|_, entry| entry.name != "secret 1"), 1);
    assert_eq!(Store::parse(again.text().as_bytes()), Ok(again));
}

#[test]
fn the_store_holds_no_secret_in_any_form() {
    let secrets = secrets();
    let text = store(&secrets).text().into_bytes();
    let mut random = Random::new(5);
    for secret in &secrets {
        for form in 0..FORMS {
            let written = written(secret, form, &mut random);
            for part in [&written[..8], &written[written.len() - 8..]] {
                assert!(memchr::memmem::find(&text, part).is_none(), "form {form}");
            }
        }
    }
    // The search would find one.
    assert!(memchr::memmem::find(&text, b"secret 1").is_some());
}

#[test]
fn a_store_that_is_not_what_was_written_is_refused() {
    #[track_caller]
    fn check(text: &str, expected: impl Fn(&StoreError) -> bool) {
        let error = Store::parse(text.as_bytes()).unwrap_err();
        assert!(expected(&error), "{error}");
    }
    let text = store(&secrets()).text();
    check(text.split_at(text.len() / 2).0, |e| {
        matches!(e, StoreError::Syntax(_))
    });
    check("", |e| matches!(e, StoreError::Syntax(_)));
    check("{}", |e| matches!(e, StoreError::Format(_)));
    check(&text.replace("guard 1", "guard 9"), |e| {
        matches!(e, StoreError::Format(_))
    });
    check(&text.replace("secret 3", "secret x"), |e| {
        *e == StoreError::Checksum
    });
    check(
        &text.replace("\"chosen\": true", "\"chosen\": false"),
        |e| *e == StoreError::Checksum,
    );
    check(&text.replace("\"name\"", "\"nome\""), |e| {
        matches!(e, StoreError::Syntax(_))
    });
}

#[test]
fn slow_hashes_are_counted() {
    let guard = sample();
    let secret = &secrets()[0];
    assert!(guard.match_at(secret, 0).is_some());
    // Texts that begin like the secret pass the filter.
    let texts = (0..super::MAX_CHECKS as u64).map(|n| {
        let tail = fill("{base64:32}", &mut Random::new(n)).unwrap();
        [&secret[..8], tail.as_bytes()].concat()
    });
    for text in texts {
        assert_eq!(guard.match_at(&text, 0), None);
    }
    assert!(guard.unchecked() > 0);
    // What was found stays found.
    assert!(guard.match_at(secret, 0).is_some());
}

/// A text with secrets in some forms, whole or cut, among other text.
fn mixture(seeds: &[u64]) -> Vec<u8> {
    let mut out = Vec::new();
    for seed in seeds {
        let mut random = Random::new(*seed);
        let mut part = match random.below(8) {
            0 => {
                let len = random.below(40);
                random.bytes(len)
            }
            1 => fill("{base64:60}", &mut random).unwrap().into_bytes(),
            2 => b"\\\"\\\\ %25%3D &amp;&#60; \\u0041 \0\0 ".to_vec(),
            _ => leak(&mut random),
        };
        if random.below(5) == 0 {
            let len = random.below(part.len() + 1);
            part.truncate(len);
        }
        out.extend(part);
        let between = [&b""[..], b" ", b"\n", b"\"", b"\\", b"%", b"\0"];
        out.extend(between[random.below(between.len())]);
    }
    out
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn the_fast_search_finds_what_the_plain_one_finds(seeds in proptest::collection::vec(any::<u64>(), 0..10)) {
        let guard = sample();
        let bytes = mixture(&seeds);
        prop_assert_eq!(fast(&guard, &bytes), everywhere(&guard, &bytes));
    }

    #[test]
    fn hits_depend_on_the_bytes_that_they_say(seeds in proptest::collection::vec(any::<u64>(), 0..6), cut in any::<usize>()) {
        let guard = sample();
        let bytes = mixture(&seeds);
        let cut = cut % (bytes.len() + 1);
        let (mut whole, mut parts) = (Vec::new(), Vec::new());
        guard.find(&bytes, 0..bytes.len(), &mut whole);
        guard.find(&bytes, 0..cut, &mut parts);
        guard.find(&bytes, cut..bytes.len(), &mut parts);
        prop_assert_eq!(&whole, &parts);
        for start in whole {
            let end = bytes.len().min(start + super::HIT_BYTES);
            let mut alone = Vec::new();
            guard.find(&bytes[start..end], 0..1, &mut alone);
            prop_assert_eq!(alone, [0]);
            let (low, high) = (start.saturating_sub(super::BACK), bytes.len().min(start + guard.reach()));
            let near = guard.match_at(&bytes[low..high], start - low);
            let far = guard.match_at(&bytes, start);
            prop_assert_eq!(near.map(|found| (found.secret, found.span.len())), far.map(|found| (found.secret, found.span.len())));
        }
    }
}
