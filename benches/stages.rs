//! Throughput of the stages over source text, with and without a credential in every hundredth line.
//!
//! `cargo bench --bench stages`

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use divan::{Bencher, counter::BytesCount};
use keyfence::{
    Options, RuleSet, Scanner, SourceKind,
    engine::{Engine, Scratch},
    prefilter::{Hit, Prefilter},
    rule::template::{Random, fill},
};

fn main() {
    divan::main();
}

/// About a megabyte of source text.
fn corpus(with_secrets: bool) -> Vec<u8> {
    let text = include_str!("../src/rule/parse.rs");
    let mut random = Random::new(1);
    let mut out = String::new();
    while out.len() < 1 << 20 {
        for (at, line) in text.lines().enumerate() {
            out.push_str(line);
            out.push('\n');
            if with_secrets && at % 100 == 50 {
                let pair = "aws_access_key_id = AKIA{one:Q|R|S|T}{base32:15}\naws_secret_access_key = {base64:40}\n";
                out.push_str(&fill(pair, &mut random).expect("the template is well formed"));
            }
        }
    }
    out.into_bytes()
}

#[divan::bench]
fn prefilter(bencher: Bencher<'_, '_>) {
    let (text, prefilter) = (corpus(false), Prefilter::of(&RuleSet::builtin()));
    let mut hits: Vec<Hit> = Vec::new();
    bencher
        .counter(BytesCount::new(text.len()))
        .bench_local(|| prefilter.find(&text, &mut hits));
}

#[divan::bench]
fn prefilter_plain(bencher: Bencher<'_, '_>) {
    let (text, prefilter) = (corpus(false), Prefilter::of(&RuleSet::builtin()).plain());
    let mut hits: Vec<Hit> = Vec::new();
    bencher
        .counter(BytesCount::new(text.len()))
        .bench_local(|| prefilter.find(&text, &mut hits));
}

/// The same literals in a dense Aho-Corasick automaton, hits counted only.
#[divan::bench]
fn aho_corasick_dfa(bencher: Bencher<'_, '_>) {
    let text = corpus(false);
    let prefilter = Prefilter::of(&RuleSet::builtin());
    let literals = prefilter.tables().literals.iter();
    let automaton = AhoCorasick::builder()
        .kind(Some(AhoCorasickKind::DFA))
        .ascii_case_insensitive(true)
        .build(literals.map(|literal| literal.text.as_bytes()))
        .expect("the literals make an automaton");
    bencher
        .counter(BytesCount::new(text.len()))
        .bench_local(|| automaton.find_overlapping_iter(&text).count());
}

#[divan::bench]
fn engine(bencher: Bencher<'_, '_>) {
    let (text, engine) = (corpus(false), Engine::new(RuleSet::builtin()));
    let mut scratch = Scratch::default();
    bencher
        .counter(BytesCount::new(text.len()))
        .bench_local(|| {
            let mut found = 0;
            engine.find(&text, 0..text.len(), true, &mut scratch, |_| found += 1);
            found
        });
}

#[divan::bench(args = [false, true])]
fn scan(bencher: Bencher<'_, '_>, with_secrets: bool) {
    let text = corpus(with_secrets);
    let scanner = Scanner::new(RuleSet::builtin(), Options::default());
    bencher
        .counter(BytesCount::new(text.len()))
        .bench_local(|| {
            scanner
                .scan_bytes("bench.rs", SourceKind::Worktree, &text)
                .len()
        });
}

/// What a hook pays before it reads anything: rules and tables are there already.
#[divan::bench]
fn start(bencher: Bencher<'_, '_>) {
    bencher.bench_local(|| Scanner::new(RuleSet::builtin(), Options::default()));
}

/// A page of text with a fresh scanner: each rule that is tried compiles its regex.
#[divan::bench]
fn first_page(bencher: Bencher<'_, '_>) {
    let text = corpus(true);
    bencher
        .with_inputs(|| Scanner::new(RuleSet::builtin(), Options::default()))
        .bench_local_refs(|scanner| {
            scanner
                .scan_bytes("bench.rs", SourceKind::Worktree, &text[..4096])
                .len()
        });
}
