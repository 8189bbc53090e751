//! Positives that only their names give away: passwords as people choose them, and machine-made values.

use keyfence::rule::template::Random;
use serde::Deserialize;

use super::{
    corpus::{Expected, Item, Label},
    draw, syntaxes,
    syntaxes::Takes,
    written,
};

/// How many files are made for each way to choose a password, and for each kind of machine-made value.
const PASSWORD_FILES: usize = 90;
const MACHINE_FILES: usize = 80;

/// Names of settings.
#[derive(Debug, Deserialize)]
pub(super) struct Names {
    /// Of passwords.
    pub(super) password: Vec<String>,
    /// Of machine-made values.
    pub(super) machine: Vec<String>,
    /// What follows the name of a provider.
    pub(super) provider: Vec<String>,
}

#[derive(Deserialize)]
struct Pattern {
    kind: String,
    templates: Vec<String>,
}

#[derive(Deserialize)]
struct Chosen {
    words: Vec<String>,
    names: Vec<String>,
    pattern: Vec<Pattern>,
    machine: Vec<Pattern>,
}

/// Returns the names of settings.
pub(super) fn names() -> Names {
    toml::from_str(include_str!("values/names.toml")).unwrap()
}

fn chosen() -> Chosen {
    toml::from_str(include_str!("values/passwords.toml")).unwrap()
}

/// Returns files with passwords as people choose them.
pub(super) fn passwords() -> Vec<Item> {
    let chosen = chosen();
    files(
        &chosen,
        &chosen.pattern,
        Takes::Password,
        PASSWORD_FILES,
        &names().password,
    )
}

/// Returns files with machine-made values.
pub(super) fn machine() -> Vec<Item> {
    let chosen = chosen();
    files(
        &chosen,
        &chosen.machine,
        Takes::Token,
        MACHINE_FILES,
        &names().machine,
    )
}

fn files(
    chosen: &Chosen,
    patterns: &[Pattern],
    what: Takes,
    files: usize,
    names: &[String],
) -> Vec<Item> {
    let syntaxes = syntaxes::all();
    let syntaxes = syntaxes::that_take(&syntaxes, what);
    let mut items = Vec::new();
    for (at, pattern) in patterns.iter().enumerate() {
        for number in 0..files {
            let mut random = draw::random(&[&pattern.kind], number);
            let template = &pattern.templates[number % pattern.templates.len()];
            let value = draw::instance(&with_words(template, chosen, &mut random), &mut random);
            // Each syntax has its turn; each kind begins with another one.
            let syntax = syntaxes[(number + at * files) % syntaxes.len()];
            let name = draw::one(names, &mut random);
            let made = syntax.with_value(name, &value, &mut random);
            items.push(Item {
                path: made.path,
                text: made.text,
                label: Label::Secret(Expected {
                    provider: "generic".to_owned(),
                    kind: pattern.kind.clone(),
                    syntax: syntax.name.clone(),
                    forms: made.forms,
                }),
            });
        }
    }
    items
}

/// Returns `template` with words, names and years in place of their holes.
fn with_words(template: &str, chosen: &Chosen, random: &mut Random) -> String {
    let mut out = template.to_owned();
    while let Some(at) = out.find("{word}") {
        let word = draw::one(&chosen.words, random);
        out.replace_range(at..at + 6, word);
    }
    while let Some(at) = out.find("{WORD}") {
        let word = draw::one(&chosen.words, random);
        let capital = written::name(word, "pascal");
        out.replace_range(at..at + 6, &capital);
    }
    while let Some(at) = out.find("{NAME}") {
        let name = draw::one(&chosen.names, random);
        out.replace_range(at..at + 6, name);
    }
    let year = 2008 + random.below(18);
    out.replace("{YEAR}", &year.to_string())
}

/// Returns the ways to choose a password, by their names.
pub(super) fn ways_to_choose() -> Vec<String> {
    let patterns = chosen().pattern.into_iter();
    patterns.map(|pattern| pattern.kind).collect()
}

/// Returns the kinds of machine-made values, by their names.
pub(super) fn kinds_of_machine_values() -> Vec<String> {
    let patterns = chosen().machine.into_iter();
    patterns.map(|pattern| pattern.kind).collect()
}
