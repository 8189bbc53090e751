//! Throughput of the patterns of `git secrets` over source text.
//!
//! `cargo bench --bench ere` reads keyfence's own sources, again and again up to 8 MB. `ERE_TREE=FILE cargo bench --bench ere` reads FILE.

use std::fs;

use divan::{Bencher, counter::BytesCount};
use keyfence::ere::{Ere, PatternSet, WordMatch};

fn main() {
    divan::main();
}

/// The patterns of `git secrets --register-aws`, word by word in the three spellings that they allow.
fn aws() -> Vec<String> {
    let quote = "(\"|')?";
    let word = |word: &str| {
        let (first, rest) = word.split_at(1);
        let capital = first.to_uppercase() + rest;
        format!("({}|{word}|{capital})", word.to_uppercase())
    };
    let option = |text: &str| format!("{}?_?", word(text));
    let is = format!("{quote}\\s*(:|=>|=)\\s*{quote}");
    let secret = [option("aws"), option("secret"), option("access")].concat();
    let account = [option("aws"), word("account"), "_?".to_owned(), word("id")].concat();
    vec![
        "(A3T[A-Z0-9]|AKIA|AGPA|AIDA|AROA|AIPA|ANPA|ANVA|ASIA)[A-Z0-9]{16}".to_owned(),
        "ABSK[A-Za-z0-9+/]{109,}=*".to_owned(),
        "bedrock-api-key-YmVkcm9jay5hbWF6b25hd3MuY29t".to_owned(),
        format!(
            "{quote}{secret}{}{is}[A-Za-z0-9/\\+=]{{40}}{quote}",
            word("key")
        ),
        format!("{quote}{account}?{is}[0-9]{{4}}\\-?[0-9]{{4}}\\-?[0-9]{{4}}{quote}"),
    ]
}

/// What the users of a company may add.
const USERS: &[&str] = &[
    r#"[Pp][Aa][Ss][Ss][Ww][Oo][Rr][Dd]\s*[=:]\s*['"][^'"]{6,}"#,
    r"[Aa][Pp][Ii]_?[Kk][Ee][Yy].{0,20}[0-9a-f]{32}",
    r"-----BEGIN (RSA|DSA|EC|OPENSSH) PRIVATE KEY-----",
    r"ghp_[A-Za-z0-9]{36}",
    r"xox[baprs]-[0-9A-Za-z-]{10,48}",
    r"AIza[0-9A-Za-z_-]{35}",
    r"sk_live_[0-9a-zA-Z]{24}",
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
    r"eyJ[A-Za-z0-9_-]+\.eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+",
    r"mongodb(\+srv)?://[^:]+:[^@]+@",
    r"postgres(ql)?://[^:]+:[^@]+@",
    r"PROJECT-(BLUE|RED)[0-9]*",
    r#"client_secret.*=.*['"].+['"]"#,
    r"hunter2",
    r"correct horse battery staple",
    r"SG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}",
    r"key-[0-9a-z]{32}",
    r"internal\.corp\.example\.com",
    r"10\.20\.[0-9]{1,3}\.[0-9]{1,3}",
    r"^.*DO NOT COMMIT.*$",
];

/// Returns source text.
fn corpus() -> Vec<u8> {
    #[expect(clippy::disallowed_methods, reason = "a benchmark's own setting")]
    if let Some(path) = std::env::var_os("ERE_TREE") {
        return fs::read(path).expect("ERE_TREE is a file");
    }
    let mut text = Vec::new();
    add_sources(
        concat!(env!("CARGO_MANIFEST_DIR"), "/src").as_ref(),
        &mut text,
    );
    text.repeat((8 << 20) / text.len() + 1)
}

fn add_sources(folder: &std::path::Path, out: &mut Vec<u8>) {
    let entries = fs::read_dir(folder).expect("the sources are there");
    let mut paths: Vec<_> = entries
        .map(|entry| entry.expect("they can be read").path())
        .collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            add_sources(&path, out);
        } else {
            out.extend(fs::read(&path).expect("they can be read"));
        }
    }
}

fn set(patterns: &[String], word_match: WordMatch) -> PatternSet {
    let patterns: Vec<Ere> = patterns
        .iter()
        .map(|pattern| Ere::parse(pattern.as_bytes()).expect("it is a pattern"))
        .inspect(|ere| assert!(ere.warnings().is_empty(), "it means what it should"))
        .collect();
    PatternSet::new(&patterns, word_match).expect("they are not large")
}

fn users() -> Vec<String> {
    let users = USERS.iter().map(|pattern| (*pattern).to_owned());
    aws().into_iter().chain(users).collect()
}

fn bench(bencher: Bencher<'_, '_>, patterns: &[String], word_match: WordMatch) {
    let (text, set) = (corpus(), set(patterns, word_match));
    bencher
        .counter(BytesCount::new(text.len()))
        .bench_local(|| {
            let mut lines = 0;
            assert!(set.matching_lines(&text, |_| lines += 1).is_empty());
            lines
        });
}

#[divan::bench(sample_count = 10)]
fn aws_patterns(bencher: Bencher<'_, '_>) {
    bench(bencher, &aws(), WordMatch::Yes);
}

#[divan::bench(sample_count = 10)]
fn aws_and_users(bencher: Bencher<'_, '_>) {
    bench(bencher, &users(), WordMatch::Yes);
}

#[divan::bench(sample_count = 10)]
fn aws_and_users_any_match(bencher: Bencher<'_, '_>) {
    bench(bencher, &users(), WordMatch::No);
}

/// No literal is rare enough to look for.
#[divan::bench(sample_count = 10)]
fn without_literals(bencher: Bencher<'_, '_>) {
    let patterns = [
        "[0-9a-f]{40}",
        "[A-Za-z0-9+/]{64,}",
        "[0-9]{3}-[0-9]{2}-[0-9]{4}",
    ];
    bench(bencher, &patterns.map(str::to_owned), WordMatch::Yes);
}

/// An automaton of which each `a` on a line doubles the states.
#[divan::bench(sample_count = 2)]
fn exploding(bencher: Bencher<'_, '_>) {
    bench(
        bencher,
        &["[ab].{0,100}[0-9]{12}".to_owned()],
        WordMatch::No,
    );
}

/// A provider that prints what is in a vault.
#[divan::bench(sample_count = 10)]
fn thousand_literals(bencher: Bencher<'_, '_>) {
    let literals: Vec<String> = (0..1000_u64)
        .map(|n| format!("{:016X}", n.wrapping_mul(0x9E37_79B9_7F4A_7C15)))
        .collect();
    bench(bencher, &literals, WordMatch::Yes);
}

/// Every line has a match, and where is asked for.
#[divan::bench(sample_count = 2)]
fn all_lines_with_spans(bencher: Bencher<'_, '_>) {
    let (text, set) = (corpus(), set(&["[a-z]+".to_owned()], WordMatch::Yes));
    bencher
        .counter(BytesCount::new(text.len()))
        .bench_local(|| {
            let mut bytes = 0;
            let given_up = set.matching_lines(&text, |line| bytes += line.first().len());
            assert!(given_up.is_empty());
            bytes
        });
}

/// Tried only on lines with the literal.
#[divan::bench(sample_count = 2)]
fn back_references(bencher: Bencher<'_, '_>) {
    bench(
        bencher,
        &[r#"token=(['"])[a-z0-9]{20}\1"#.to_owned()],
        WordMatch::Yes,
    );
}

/// What a hook pays before it reads anything.
#[divan::bench]
fn start(bencher: Bencher<'_, '_>) {
    let patterns = users();
    bencher.bench_local(|| set(&patterns, WordMatch::Yes));
}

/// And with a page of text that has needles.
#[divan::bench]
fn first_page(bencher: Bencher<'_, '_>) {
    let patterns = users();
    let page = b"const API_KEY = read();\npassword: none\n".repeat(100);
    bencher
        .with_inputs(|| set(&patterns, WordMatch::Yes))
        .bench_local_refs(|set| {
            let mut lines = 0;
            assert!(set.matching_lines(&page, |_| lines += 1).is_empty());
            lines
        });
}
