//! What the README tells people to write works.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::path::Path;

use keyfence::{
    detection::{Judged, judge},
    matcher::reference,
    rule::{
        RuleSet, parse,
        template::{Random, fill},
    },
};

const README: &str = include_str!("../../README.md");

fn finds(rules: &RuleSet, template: &str) -> bool {
    let text = fill(template, &mut Random::new(3)).unwrap();
    reference(rules, text.as_bytes())
        .iter()
        .any(|candidate| matches!(judge(rules, candidate, b"app.env"), Judged::Kept { .. }))
}

#[test]
fn the_example_rule_finds_its_samples() {
    let (_, rest) = README.split_once("```toml\n").unwrap();
    let (example, _) = rest.split_once("```").unwrap();
    let parsed = parse::parse(Path::new("README.md"), example).unwrap();
    let rule = parsed.first().unwrap().clone();
    let rules = RuleSet::new(false, parsed).unwrap();
    for (templates, expected) in [(&rule.samples, true), (&rule.near_misses, false)] {
        assert!(!templates.is_empty());
        for template in templates.iter() {
            assert_eq!(finds(&rules, template), expected, "{template}");
        }
    }
}

#[test]
fn the_files_it_links_to_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let links: Vec<&str> = README
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split_once(')'))
        .map(|(link, _)| link)
        .filter(|link| !link.starts_with("http"))
        .collect();
    assert!(links.len() > 4, "{links:?}");
    for link in links {
        assert!(root.join(link).exists(), "{link}");
    }
}
