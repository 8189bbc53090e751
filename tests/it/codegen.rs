//! `src/rule/builtin.rs` is what `patterns/` generates.
//!
//! `KEYFENCE_BLESS=1 cargo test codegen` writes it anew.

use std::{env, fs, path::PathBuf};

use keyfence::rule::codegen;

#[test]
fn builtin_rules_are_those_of_the_patterns_folder() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src/rule/builtin.rs");
    let expected = codegen::source(&crate::patterns::all());
    if env::var_os("KEYFENCE_BLESS").is_some() {
        fs::write(&path, &expected).unwrap();
    }
    let actual = fs::read_to_string(&path).unwrap();
    assert!(
        actual == expected,
        "patterns/ and src/rule/builtin.rs differ; run `KEYFENCE_BLESS=1 cargo test codegen`"
    );
}
