//! The generated files are what `patterns/` generates.
//!
//! `KEYFENCE_BLESS=1 cargo test --test it codegen` writes them anew.

use std::{collections::HashMap, env, fs, path::PathBuf};

use keyfence::{
    prefilter::{self, Tables},
    rule::{self, RuleSet},
};

/// Returns how often three bytes in a row stand in a million positions of source text.
fn commonness() -> impl Fn(&[u8]) -> u64 {
    let text = include_str!("../../patterns/model/trigrams.tsv");
    let counts: HashMap<String, u64> = text
        .lines()
        .map(|line| line.split_once('\t').unwrap())
        .map(|(window, count)| (window.to_owned(), count.parse().unwrap()))
        .collect();
    move |window| {
        let hex = data_encoding::HEXLOWER.encode(window);
        // What the file leaves out is rarer than all that stands in it; the guess ranks it.
        counts
            .get(&hex)
            .map_or_else(|| prefilter::guess(window), |count| count * 1000)
    }
}

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "the switch that writes the files anew"
)]
fn generated_files_are_those_of_the_patterns_folder() {
    let rules = crate::patterns::all();
    let builtin = rule::codegen::source(&rules, &crate::patterns::pairs());
    let tables = Tables::of(&RuleSet::new(false, rules).unwrap(), &commonness());
    let mut differ = Vec::new();
    for (path, expected) in [
        ("src/rule/builtin.rs", builtin),
        (
            "src/prefilter/builtin.rs",
            prefilter::codegen::source(&tables),
        ),
        (
            "src/rule/files.rs",
            rule::codegen::files(&crate::patterns::names()),
        ),
    ] {
        let full = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(path);
        if env::var_os("KEYFENCE_BLESS").is_some() {
            fs::write(&full, &expected).unwrap();
        }
        if fs::read_to_string(&full).unwrap() != expected {
            differ.push(path);
        }
    }
    assert!(
        differ.is_empty(),
        "{differ:?} differ from patterns/; run `KEYFENCE_BLESS=1 cargo test --test it codegen`"
    );
}
