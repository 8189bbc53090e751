//! Law 2 at its smallest: what is carried over and what is scanned anew is together what a scan of the whole finds.

use std::sync::{Arc, OnceLock};

use proptest::prelude::*;

#[path = "../../../tests/it/encodings.rs"]
mod encodings;

use super::{Carrier, Known, Op};
use crate::{
    engine::Engine,
    guard,
    rule::{
        RuleSet, parse,
        template::{Random, fill},
    },
};

/// Returns an engine that keeps whole lines, or one that does not.
fn engine(whole_lines: bool) -> &'static Engine {
    static ENGINES: [OnceLock<Engine>; 2] = [const { OnceLock::new() }; 2];
    ENGINES[usize::from(whole_lines)].get_or_init(|| {
        let lines = parse::parse("lines.toml".as_ref(), LINE_RULES).unwrap();
        let mut rules = RuleSet::new(true, lines).unwrap();
        // One of the two has a guard as well.
        let guard = whole_lines.then(|| Arc::new(guard::tests::sample()));
        if guard.is_some() {
            rules.add_guard().unwrap();
        }
        Engine::new(rules)
            .with_whole_lines(whole_lines)
            .with_guard(guard)
    })
}

/// Rules for lines: words, lines by their ends, long lines, and one that judges speak about.
const LINE_RULES: &str = r#"
[[rule]]
id = "words"
lines = true
syntax = "posix"
kind = "prohibited"
regex = """me|for.*[0-9]+
^}|println.*;$
(x|k).*\\1"""

[[rule]]
id = "values"
lines = true
kind = "password"
boundary = "word"
regex = '(?i)(?:key|word)[^=:]{0,9}[=:] *"?([^" ]{3,40})'

[[rule]]
id = "long-lines"
lines = true
kind = "opaque"
min_entropy = 4.2
regex = '^.*[A-Za-z0-9+/]{36,}$'
"#;

/// The templates of all samples and near misses.
fn templates() -> &'static [String] {
    static TEMPLATES: OnceLock<Vec<String>> = OnceLock::new();
    TEMPLATES.get_or_init(|| {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/patterns");
        let mut out = Vec::new();
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|e| e == "toml") {
                let text = std::fs::read_to_string(&path).unwrap();
                for rule in parse::parse(&path, &text).unwrap() {
                    let all = rule.samples.iter().chain(rule.near_misses.iter());
                    out.extend(all.map(ToString::to_string));
                }
            }
        }
        out.sort();
        out
    })
}

const FILLER: &[&str] = &[
    "\n",
    "password = ",
    "key: \"",
    "AKIA",
    "QUtJQ",
    "aws_secret_access_key = ",
    "[default]\n",
    "\"\n}\n",
    "abcdefghijklmnopqrstuvwxyz0123456789+/",
    "/",
    "=",
    "%3D",
    "\\n",
    "&quot;",
    "\" + \"",
    ": |\n  ",
    "id,password\n",
    "1,ab\n",
    "'), (",
    "x",
    "\0",
    concat!("-----BEGIN RSA ", "PRIVATE KEY-----\n"),
    "\n# pragma: allowlist nextline secret\n",
    "\n// keyfence:allow-next-line all it is a test\n",
    "fn main() {\n    println!();\n}\n",
    "                                                                                \n",
];

/// A table of up to a hundred rows.
fn table(random: &mut Random) -> Vec<u8> {
    let rows = 1 + random.below(3) * random.below(60);
    let value = ["h{base62:9}!{digits:2}", "{base62:32}", "x"][random.below(3)];
    let values: Vec<String> = (0..rows).map(|_| fill(value, random).unwrap()).collect();
    encodings::table(&values, &mut |below| random.below(below)).into_bytes()
}

fn piece(random: &mut Random) -> Vec<u8> {
    let templates = templates();
    let pair = "[p]\naws_access_key_id = AKIA{base32:16}\naws_secret_access_key = {base64:40}\n";
    match random.below(14) {
        0..=2 => fill(&templates[random.below(templates.len())], random)
            .unwrap()
            .into_bytes(),
        3 => fill(pair, random).unwrap().into_bytes(),
        4 => {
            let text = fill(&templates[random.below(templates.len())], random).unwrap();
            data_encoding::BASE64.encode(text.as_bytes()).into_bytes()
        }
        5 => {
            let len = random.below(90);
            data_encoding::BASE64
                .encode(&random.bytes(len))
                .into_bytes()
        }
        11 => guard::tests::leak(random),
        12 | 13 => table(random),
        9 | 10 => {
            let text = fill(&templates[random.below(templates.len())], random).unwrap();
            let name = encodings::NAMES[random.below(encodings::NAMES.len())];
            encodings::write(name, &text, &mut |below| random.below(below)).into_bytes()
        }
        6 => "a line of text that says nothing\n"
            .repeat(random.below(60))
            .into_bytes(),
        _ => FILLER[random.below(FILLER.len())].as_bytes().to_vec(),
    }
}

fn text(random: &mut Random, pieces: usize) -> Vec<u8> {
    (0..pieces).flat_map(|_| piece(random)).collect()
}

/// Makes another text out of `base`, with the steps that make it: copies of ranges in any order, and new bytes between them.
fn edit(base: &[u8], random: &mut Random) -> (Vec<u8>, Vec<Op>) {
    let (mut out, mut ops) = (Vec::new(), Vec::<Op>::new());
    let mut at = 0;
    let narrow = |n: usize| u32::try_from(n).unwrap();
    for _ in 0..=random.below(6) {
        if random.below(8) == 0 {
            at = random.below(base.len() + 1);
        }
        let end = match random.below(3) {
            0 => base.len(),
            1 => base.len().min(at + random.below(60)),
            _ => at + random.below(base.len() - at + 1),
        };
        if end > at {
            ops.push(Op {
                from: Some(narrow(at)),
                to: narrow(out.len()),
                len: narrow(end - at),
            });
            out.extend_from_slice(&base[at..end]);
        }
        // Left out, or put in, or both.
        at = base.len().min(end + random.below(4) * random.below(30));
        if random.below(2) == 0 {
            let mut new = match random.below(4) {
                0 => random.bytes(1),
                1 => FILLER[random.below(FILLER.len())].as_bytes().to_vec(),
                _ => piece(random),
            };
            new.truncate(1 + random.below(new.len().max(1)));
            if !new.is_empty() && ops.last().is_none_or(|op| op.from.is_some()) {
                ops.push(Op {
                    from: None,
                    to: narrow(out.len()),
                    len: narrow(new.len()),
                });
                out.extend(new);
            }
        }
    }
    (out, ops)
}

/// Everything there is to say of `known`, with places as they are in the object.
fn told(known: &Known) -> Vec<String> {
    let mut out = Vec::new();
    for hit in &known.hits {
        out.push(format!("{} {}", hit.start, hit.rule));
    }
    for kept in &known.kept {
        let shift = i64::from(kept.start) - i64::from(kept.found.start);
        for made in &kept.found.made {
            let d = &made.detection;
            let moved = |at: u64| at.checked_add_signed(shift);
            out.push(format!(
                "{:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?}",
                d.rule,
                moved(d.span.start),
                moved(d.span.end),
                moved(d.secret_span.start),
                moved(d.secret_span.end),
                d.secret.expose(),
                d.severity,
                d.confidence,
                d.facts,
                d.decoded,
                d.context,
                moved(d.line_offset),
                d.line.expose(),
                (d.beside.as_deref())
                    .map(|beside| [&beside.before, &beside.after].map(|s| s.expose().to_vec())),
                d.whole_line.as_ref().map(|line| line.expose().to_vec()),
                made.deferred.as_ref().map(|deferred| {
                    ["a.py", "test/x.md", "prod.env"]
                        .map(|path| deferred.hear(engine(false).rules(), path.as_bytes()))
                }),
            ));
        }
    }
    out
}

#[track_caller]
fn check(seed: u64) {
    let mut random = Random::new(seed);
    let mut carrier = Carrier::new(engine(seed.is_multiple_of(2)), 10_000);
    let pieces = 1 + random.below(24);
    let mut bytes = text(&mut random, pieces);
    let mut known = carrier.whole(&bytes);
    for generation in 0..4 {
        let (next, ops) = edit(&bytes, &mut random);
        let made = carrier.made(&next, bytes.len(), &known, &ops);
        let whole = carrier.whole(&next);
        let (made_told, whole_told) = (told(&made), told(&whole));
        let only = |a: &[String], b: &[String]| -> Vec<String> {
            a.iter().filter(|one| !b.contains(one)).cloned().collect()
        };
        assert!(
            made_told == whole_told,
            "seed {seed} generation {generation}: only carried {:?}, only whole {:?}, {ops:?}",
            only(&made_told, &whole_told),
            only(&whole_told, &made_told),
        );
        (bytes, known) = (next, made);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn carried_over_is_as_scanned_anew(seed in any::<u64>()) {
        check(seed);
    }
}

#[test]
fn edits_find_and_lose_things() {
    // The property above would hold if nothing were ever found.
    let (mut found, mut carried) = (0, 0);
    let mut carrier = Carrier::new(engine(false), 10_000);
    for seed in 0..40 {
        let mut random = Random::new(seed);
        let bytes = text(&mut random, 20);
        let known = carrier.whole(&bytes);
        found += known.kept.len();
        let (next, ops) = edit(&bytes, &mut random);
        let made = carrier.made(&next, bytes.len(), &known, &ops);
        let old =
            |at: &&super::Kept| (known.kept.iter()).any(|kept| Arc::ptr_eq(&kept.found, &at.found));
        carried += made.kept.iter().filter(old).count();
    }
    assert!(found > 100 && carried > 20, "{found} {carried}");
    let leaks: Vec<u8> = (0..40)
        .flat_map(|seed| guard::tests::leak(&mut Random::new(seed)))
        .collect();
    let known = Carrier::new(engine(true), 10_000).whole(&leaks);
    let made = known.kept.iter().flat_map(|kept| &kept.found.made);
    let guarded = made.filter(|made| {
        let facts = &made.detection.facts;
        facts
            .iter()
            .any(|(name, _)| *name == crate::rule::guard::FACT)
    });
    assert!(guarded.count() > 10);
    let lines = carrier.whole(b"tell me\n}\nno\nkey: abcdef\n");
    assert_eq!(lines.kept.len(), 3);
    let line = |whole_lines| {
        let known = Carrier::new(engine(whole_lines), 10).whole(b"no\ntell me\n");
        let line = &known.kept[0].found.made[0].detection.whole_line;
        line.as_ref().map(|line| line.expose().to_vec())
    };
    assert_eq!(line(true).as_deref(), Some(&b"tell me"[..]));
    assert_eq!(line(false), None);
}

#[test]
fn the_end_of_a_long_line_decides() {
    let mut carrier = Carrier::new(engine(false), 10_000);
    let line = format!("for 1{}", " ".repeat(6000));
    let base = format!("{line}\n").into_bytes();
    let known = carrier.whole(&base);
    let len = u32::try_from(line.len()).unwrap();
    let next = format!("{line}2\n").into_bytes();
    let op = |from, to, len| Op { from, to, len };
    let ops = [
        op(Some(0), 0, len),
        op(None, len, 1),
        op(Some(len), len + 1, 1),
    ];
    let made = carrier.made(&next, base.len(), &known, &ops);
    assert_eq!(told(&made), told(&carrier.whole(&next)));
    assert_ne!(told(&made), told(&known));
}
