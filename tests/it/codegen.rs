//! The generated files are what `patterns/` generates.
//!
//! `KEYFENCE_BLESS=1 cargo test --test it codegen` writes them anew.

use std::{env, fs, path::PathBuf};

use keyfence::{
    prefilter::{self, Tables},
    rule::{self, RuleSet},
};

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "the switch that writes the files anew"
)]
fn generated_files_are_those_of_the_patterns_folder() {
    let rules = crate::patterns::all();
    let builtin = rule::codegen::source(&rules);
    let tables = Tables::of(&RuleSet::new(false, rules).unwrap());
    let mut differ = Vec::new();
    for (path, expected) in [
        ("src/rule/builtin.rs", builtin),
        (
            "src/prefilter/builtin.rs",
            prefilter::codegen::source(&tables),
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
