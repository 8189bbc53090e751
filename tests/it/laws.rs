//! The laws of the engine: the fast one finds what the reference finds, and cuts, threads and processors change nothing.

use std::sync::OnceLock;

use keyfence::{
    Finding, Options, RuleSet, Scanner, SourceKind,
    engine::{Engine, Found, Scratch},
    matcher::{Candidate, reference},
    rule::{
        Rule,
        parse::parse,
        template::{Random, fill},
    },
};
use proptest::prelude::*;

use crate::encodings;

fn patterns() -> &'static [Rule] {
    static RULES: OnceLock<Vec<Rule>> = OnceLock::new();
    RULES.get_or_init(crate::patterns::all)
}

/// Source-like text that no rule is meant to find anything in, with keywords that start many attempts.
const FILLER: &[&str] = &[
    "fn main() { let token = next(); }\n",
    "password: ",
    "the secret of the api key is out\n",
    "    \"integrity\": \"none\",\r\n",
    "0123456789 abcdef /usr/share/doc\n",
    "\t\t</tag>\n\n",
    "AKIA ghp_ -----BEGIN xoxb- eyJ\n",
    "\u{e9}\u{4e2d}\u{6587}",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "%3D\\n\\u003d",
    "\0\0\0",
];

/// Real text: source, prose, rules and settings of this project.
const REAL: &[&str] = &[
    include_str!("../../src/rule/parse.rs"),
    include_str!("../../src/cli/environment.rs"),
    include_str!("../../README.md"),
    include_str!("../../patterns/generic.toml"),
    include_str!("../../Cargo.lock"),
    include_str!("../../install.sh"),
];

/// One piece of a mixture: real text, filler, a sample or a near miss, or noise.
fn piece(seed: u64) -> Vec<u8> {
    let mut random = Random::new(seed);
    let rules = patterns();
    let templates = |near: bool, random: &mut Random| {
        let rule = &rules[random.below(rules.len())];
        let list = if near {
            &rule.near_misses
        } else {
            &rule.samples
        };
        fill(&list[random.below(list.len())], random)
            .unwrap()
            .into_bytes()
    };
    match random.below(9) {
        0 | 1 => templates(false, &mut random),
        2 => templates(true, &mut random),
        6 => {
            let text = templates(false, &mut random);
            let name = encodings::NAMES[random.below(encodings::NAMES.len())];
            encodings::write(name, &String::from_utf8_lossy(&text), &mut |below| {
                random.below(below)
            })
            .into_bytes()
        }
        8 => {
            let rows = 1 + random.below(3) * random.below(60);
            let values: Vec<String> = (0..rows)
                .map(|_| fill("h{base62:9}!{digits:2}", &mut random).unwrap())
                .collect();
            encodings::table(&values, &mut |below| random.below(below)).into_bytes()
        }
        3 => {
            let len = random.below(40);
            random.bytes(len)
        }
        4 => {
            let text = REAL[random.below(REAL.len())].as_bytes();
            let start = random.below(text.len());
            text[start..text.len().min(start + random.below(400))].to_vec()
        }
        _ => FILLER[random.below(FILLER.len())].as_bytes().to_vec(),
    }
}

/// Joins pieces; sometimes a piece is cut short, so that halves of tokens stand side by side.
fn mixture(seeds: &[u64]) -> Vec<u8> {
    let mut out = Vec::new();
    for seed in seeds {
        let mut part = piece(*seed);
        if seed % 7 == 0 {
            part.truncate(part.len() / 2);
        }
        out.extend(part);
        if seed % 3 == 0 {
            out.push(b'\n');
        }
    }
    out
}

fn fast<'a>(engine: &Engine, bytes: &'a [u8]) -> Vec<Candidate<'a>> {
    let mut out = Vec::new();
    engine.find(
        bytes,
        0..bytes.len(),
        true,
        &mut Scratch::default(),
        |found| {
            if let Found::Candidate(candidate) = found {
                out.push(candidate);
            }
        },
    );
    out
}

fn engines() -> &'static (Engine, Engine) {
    static ENGINES: OnceLock<(Engine, Engine)> = OnceLock::new();
    ENGINES.get_or_init(|| {
        (
            Engine::new(RuleSet::builtin()),
            Engine::new(RuleSet::builtin()).plain(),
        )
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    /// Law 1.
    #[test]
    fn the_fast_engine_finds_what_the_reference_finds(seeds in proptest::collection::vec(any::<u64>(), 1..14), pad in 0_usize..64) {
        let mut bytes = vec![b' '; pad];
        bytes.extend(mixture(&seeds));
        bytes.truncate(4096);
        let (vector, plain) = engines();
        let expected = reference(vector.rules(), &bytes);
        prop_assert_eq!(&fast(vector, &bytes), &expected);
        prop_assert_eq!(&fast(plain, &bytes), &expected);
    }
}

fn told(findings: &[Finding]) -> Vec<String> {
    findings
        .iter()
        .map(|f| {
            format!(
                "{} {:?} {:?} {} {:?} {:?}",
                f.rule, f.start, f.end, f.fingerprint, f.confidence, f.facts
            )
        })
        .collect()
}

/// Rules for lines, also for lines longer than a chunk.
const LINE_RULES: &str = r#"
[[rule]]
id = "words"
lines = true
syntax = "posix"
kind = "prohibited"
regex = """let token.*}
^a.*a$
(x|k)oxb-.*\\1"""

[[rule]]
id = "values"
lines = true
kind = "password"
regex = '(?i)(?:key|word)[^=:]{0,9}[=:] *"?([^" ]{3,40})'
"#;

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    /// Law 2, chunks: a blob read whole and in pieces gives the same findings.
    #[test]
    fn cuts_change_nothing(seed in any::<u64>(), size in 0_usize..100_000) {
        let mut random = Random::new(seed);
        let mut bytes = Vec::new();
        while bytes.len() < 420_000 {
            let seeds: Vec<u64> = (0..3).map(|_| random.next_u64()).collect();
            bytes.extend(mixture(&seeds).into_iter().map(|b| if b == 0 { b' ' } else { b }));
            let gap = random.below(6000);
            let unit = FILLER[random.below(8)];
            bytes.extend(unit.bytes().cycle().take(gap));
            bytes.push(b'\n');
        }
        let scan = |chunk_size| {
            let mut options = Options::default();
            options.chunk_size = chunk_size;
            let lines = parse("lines.toml".as_ref(), LINE_RULES).unwrap();
            let rules = RuleSet::new(true, lines).unwrap();
            told(&Scanner::new(rules, options).scan_bytes("file.txt", SourceKind::Worktree, &bytes))
        };
        let whole = scan(1 << 30);
        prop_assert!(whole.iter().any(|one| one.starts_with("words ")));
        prop_assert!(whole.iter().any(|one| !one.starts_with("words ")));
        prop_assert_eq!(&scan(150_000 + size), &whole);
    }
}
