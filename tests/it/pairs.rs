//! An access key id and its secret are one finding, however they are written down.

mod account;
mod alone;
mod many_keys;
mod one_key;
mod others;
mod providers;

use std::{collections::BTreeMap, sync::OnceLock};

use keyfence::{
    detection::{Detection, Judged, judge},
    matcher::{Candidate, lines::Place, reference},
    pair::{Context, Group, Origin, join},
    rule::{
        Confidence, PairRule, Rule, RuleSet, Severity,
        template::{Random, fill},
    },
    secret::Secret,
    validate::aws::plain,
};

/// How many instances are drawn of each text.
const SEEDS: u64 = 20;

/// Returns the AWS rules for parts, compiled once.
fn rules() -> &'static RuleSet {
    static RULES: OnceLock<RuleSet> = OnceLock::new();
    RULES.get_or_init(|| {
        let parts = crate::patterns::all()
            .into_iter()
            .filter(|rule: &Rule| {
                rule.provider == "aws" && (rule.part.is_some() || rule.id == "aws-presigned-url-v4")
            })
            .collect();
        RuleSet::new(false, parts)
            .and_then(|set| set.with_pairs(aws_pairs()))
            .expect("the ids are unique")
    })
}

fn aws_pairs() -> Vec<PairRule> {
    let mut pairs = crate::patterns::pairs();
    pairs.retain(|pair| pair.provider == "aws");
    pairs
}

fn place(bytes: &[u8], offset: usize) -> Place {
    let before = &bytes[..offset];
    let start = before
        .iter()
        .rposition(|b| *b == b'\n')
        .map_or(0, |at| at + 1);
    Place {
        line: before.split(|b| *b == b'\n').count() as u64,
        column: (offset - start) as u64 + 1,
    }
}

/// Matches, judges and joins `text`, as the scan does.
fn groups(text: &str) -> Vec<Group> {
    joined(rules(), &reference(rules(), text.as_bytes()))
}

/// Judges and joins what was matched.
fn joined(rules: &RuleSet, candidates: &[Candidate<'_>]) -> Vec<Group> {
    let detections = candidates
        .iter()
        .filter_map(|candidate| {
            let Judged::Kept {
                secret,
                severity,
                confidence,
                facts,
                reasons,
                ..
            } = judge(rules, candidate, b"config/settings.txt")
            else {
                return None;
            };
            let bytes = candidate.bytes;
            Some(Detection {
                rule: candidate.rule,
                span: candidate.span.start as u64..candidate.span.end as u64,
                secret_span: secret.start as u64..secret.end as u64,
                secret: Secret::new(&bytes[secret.clone()]),
                start: place(bytes, secret.start),
                end: place(bytes, secret.end),
                severity,
                confidence,
                facts,
                reasons,
                decoded: Vec::new(),
                context: Some(Box::new(Context::of(candidate, secret))),
                line_offset: 0,
                whole_line: None,
                line: Secret::new(b""),
                beside: None,
            })
        })
        .collect();
    join(rules, detections)
}

/// A drawn key: id, secret, session token.
struct Key {
    id: String,
    secret: String,
    token: String,
}

fn key(seed: u64) -> Key {
    let mut random = Random::new(seed);
    let mut draw = |template| fill(template, &mut random).expect("a template");
    Key {
        id: draw("AKIA{base32:16}"),
        secret: draw("{base64:40}"),
        token: draw("IQoJb3JpZ2luX2Vj{base64:344}"),
    }
}

/// Fills `@I1`, `@S1`, … with the keys of `seed`: the id, the secret (`P` percent-encoded, `J` and `U` JSON-escaped, `E` with character references), the token, and the
/// halves of the secret (`A`, `B`) and of the id (`C`, `D`).
fn instance(template: &str, seed: u64) -> (String, Vec<Key>) {
    let mut text = template.to_owned();
    let mut keys = Vec::new();
    for number in 1..=9_u64 {
        if !text.contains(&format!("@I{number}")) && !text.contains(&format!("@C{number}")) {
            break;
        }
        let key = key(seed * 100 + number);
        let (a, b) = key.secret.split_at(17);
        let (c, d) = key.id.split_at(9);
        let percent = key.secret.replace('/', "%2F").replace('+', "%2B");
        let forms = BTreeMap::from([
            ("I", key.id.clone()),
            ("S", key.secret.clone()),
            ("P", percent),
            ("J", key.secret.replace('/', "\\/")),
            (
                "U",
                key.secret.replace('/', "\\u002f").replace('+', "\\u002B"),
            ),
            ("E", key.secret.replace('/', "&#x2F;").replace('+', "&#43;")),
            ("T", key.token.clone()),
            ("A", a.to_owned()),
            ("B", b.to_owned()),
            ("C", c.to_owned()),
            ("D", d.to_owned()),
        ]);
        for (name, value) in forms {
            text = text.replace(&format!("@{name}{number}"), &value);
        }
        keys.push(key);
    }
    (text, keys)
}

/// Returns the pairs found, as id, secret and token, and how many other findings there are.
fn summary(groups: &[Group]) -> (Vec<[String; 3]>, Vec<String>) {
    let mut pairs = Vec::new();
    let mut others = Vec::new();
    for group in groups {
        if !matches!(group.origin, Origin::Pair(_)) {
            others.push(group.rule_id.clone());
            continue;
        }
        let part = |name: &str| {
            group
                .parts
                .iter()
                .find(|m| m.name == name)
                .map_or_else(String::new, |m| {
                    String::from_utf8(plain(m.detection.secret.expose()).into_owned())
                        .expect("ASCII")
                })
        };
        pairs.push([
            part("access_key_id"),
            part("secret_access_key"),
            part("session_token"),
        ]);
    }
    (pairs, others)
}

/// Each key of the text is one pair, and there is nothing else.
fn problems(template: &str) -> Option<String> {
    let mut wrong = Vec::new();
    for seed in 0..SEEDS {
        let (text, keys) = instance(template, seed);
        let found = groups(&text);
        let (mut pairs, others) = summary(&found);
        let mut expected: Vec<[String; 3]> = keys
            .into_iter()
            .map(|k| {
                let token = if text.contains(&k.token) {
                    k.token
                } else {
                    String::new()
                };
                [k.id, k.secret, token]
            })
            .collect();
        pairs.sort();
        expected.sort();
        let sure = found
            .iter()
            .all(|g| g.confidence == Confidence::High && g.severity == Severity::Critical);
        if pairs != expected || !others.is_empty() || !sure {
            wrong.push(format!(
                "others {others:?}, sure {sure}, {} pairs\n{text}",
                pairs.len()
            ));
        }
    }
    wrong
        .first()
        .map(|first| format!("{} of {SEEDS} wrong: {first}", wrong.len()))
}

#[track_caller]
fn check_all(cases: &[(&str, &str)]) {
    let wrong: Vec<String> = cases
        .iter()
        .filter_map(|(name, template)| Some(format!("{name}: {}", problems(template)?)))
        .collect();
    assert!(
        wrong.is_empty(),
        "{} of {} wrong\n{}",
        wrong.len(),
        cases.len(),
        wrong.join("\n\n")
    );
}
