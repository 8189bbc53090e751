//! How well is found what should be found, and nothing else: figures over a drawn corpus of labelled files.
//!
//! The corpus is in no file: templates (`quality/**/*.toml`) and the samples of the rules are filled from fixed seeds. The figures
//! stand in `docs/quality.md`; none may drop below what is recorded there.
//!
//! `KEYFENCE_BLESS=1 cargo test --test it quality` writes them anew, `cargo test --test it quality -- --nocapture` lists each miss.

mod corpus;
mod draw;
mod judges;
mod measure;
mod negatives;
mod page;
mod record;
mod samples;
mod syntaxes;
mod tally;
mod values;
mod written;

use std::{env, fs, path::PathBuf};

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "the switch that writes the figures anew"
)]
fn no_figure_drops_below_the_recorded_one() {
    let items = corpus::all();
    let measured = measure::all(&items);
    for line in page::list(&items, &measured) {
        println!("{line}");
    }
    let page = page::page(&items, &measured);
    println!("{page}");
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs/quality.md");
    if env::var_os("KEYFENCE_BLESS").is_some() {
        fs::write(&path, &page).unwrap();
    }
    let worse = record::worse(&fs::read_to_string(&path).unwrap(), &page);
    assert!(
        worse.is_empty(),
        "figures below those of docs/quality.md; where that is meant, run `KEYFENCE_BLESS=1 cargo test --test it quality`:\n{}",
        worse.join("\n")
    );
}

/// The corpus is what the figures are worth: it may not shrink unseen.
#[test]
fn the_corpus_is_large_and_names_its_labels() {
    let items = corpus::all();
    let positives = items.iter().filter(|item| item.expected().is_some());
    assert!(positives.count() >= 1500);
    let negatives = items.iter().filter(|item| item.expected().is_none());
    assert!(negatives.count() >= 3000);
    for item in &items {
        if let Some(expected) = item.expected() {
            assert!(
                item.text.contains(&expected.forms[1]),
                "{}: {:?} is not in its file",
                expected.syntax,
                expected.forms
            );
        }
        assert!(!item.text.contains("@VALUE"), "{}", item.text);
    }
}
