//! A program finds what the regex finds.

use std::path::Path;

use proptest::prelude::*;

use super::{Program, compile, walk::TooManySteps};
use crate::rule::{
    FILES, parse,
    regex::{self, Regex},
    template::{self, Random},
};

fn program(pattern: &str) -> Option<Program> {
    compile(&regex::parse(pattern).unwrap())
}

/// Compares at each place of `text`; returns how many matches there are.
fn compare(pattern: &str, program: &Program, regex: &Regex, text: &[u8], limit: usize) -> usize {
    let mut found = 0;
    for start in 0..=limit {
        let Ok(walked) = program.match_at(text, start, limit) else {
            continue;
        };
        let expected = regex.match_at(text, start, limit);
        assert_eq!(
            walked.found,
            expected,
            "{pattern} at {start} of {}",
            text.escape_ascii()
        );
        found += usize::from(expected.is_some());
        // What lies beyond the reach changes nothing.
        if walked.reach <= text.len() {
            for rest in ["", "a", "B\n", "\u{1}zZ9\n"] {
                let other = [&text[..walked.reach], rest.as_bytes()].concat();
                let limit = if walked.reach <= limit {
                    other.len().min(limit)
                } else {
                    limit
                };
                let again = program.match_at(&other, start, limit).unwrap();
                assert_eq!(
                    again,
                    walked,
                    "{pattern} at {start} of {}",
                    text.escape_ascii()
                );
            }
        }
    }
    found
}

fn patterns() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("a"),
        Just("b"),
        Just("ab"),
        Just("[ab]"),
        Just("[^a]"),
        Just("(?i:ab)"),
        Just("B"),
        Just("(?s:.)"),
        Just(r"\b"),
        Just(r"\B"),
        Just("^"),
        Just("$"),
        Just("(?m:^)"),
        Just("(?m:$)"),
        Just(r"\z"),
        Just(""),
    ]
    .prop_map(str::to_owned);
    leaf.prop_recursive(5, 40, 4, |inner| {
        let counts = prop_oneof![
            Just("?"), Just("*"), Just("+"), Just("{2}"), Just("{1,3}"), Just("{0,2}"), Just("{2,}"), Just("??"), Just("*?"),
            Just("+?"), Just("{1,3}?"), Just("{2,}?"),
        ];
        prop_oneof![
            3 => prop::collection::vec(inner.clone(), 1..4).prop_map(|parts| parts.concat()),
            2 => prop::collection::vec(inner.clone(), 2..4).prop_map(|parts| format!("(?:{})", parts.join("|"))),
            3 => (inner.clone(), counts).prop_map(|(part, count)| format!("(?:{part}){count}")),
            1 => inner.prop_map(|part| format!("({part})")),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]
    #[test]
    fn finds_what_the_regex_finds(pattern in patterns(), text in "[abAB\n_ ]{0,12}", end in 0_usize..4) {
        let regex = Regex::new(&pattern).unwrap();
        if let Some(program) = program(&pattern) {
            compare(&pattern, &program, &regex, text.as_bytes(), text.len().saturating_sub(end));
        }
    }
}

#[test]
fn finds_what_the_regex_of_each_rule_finds() {
    let parsed = FILES
        .iter()
        .flat_map(|(path, text)| parse::parse(Path::new(path), text).unwrap());
    let mut without = Vec::new();
    for rule in parsed {
        let Some(program) = program(&rule.regex) else {
            without.push(rule.id.to_string());
            continue;
        };
        let regex = Regex::new(&rule.regex).unwrap();
        let mut found = 0;
        for sample in &*rule.samples {
            let text = template::fill(sample, &mut Random::new(7)).unwrap();
            found += compare(&rule.id, &program, &regex, text.as_bytes(), text.len());
        }
        assert!(found > 0 || rule.samples.is_empty(), "{}", rule.id);
    }
    assert_eq!(without, Vec::<String>::new(), "rules without a program");
}

#[test]
fn what_programs_do_not_know() {
    assert_eq!(program("(?:a?)*"), None);
    assert_eq!(program("a{65535}"), None);
    assert_eq!(
        program(&format!("{}ab{}", "(?:".repeat(8), "){2}".repeat(8))),
        None
    );
}

#[test]
fn a_walk_ends() {
    let program = program("(?:a|aa|aaa){1,60}b").unwrap();
    let text = "a".repeat(60);
    let walked = program.match_at(text.as_bytes(), 0, text.len());
    assert_eq!(walked, Err(TooManySteps));
}
