//! Takes the parts of one credential out of all parts of a blob.

use std::cmp::Reverse;

use super::{
    assign::{self, Edge},
    group::{Group, Member},
    score,
};
use crate::{
    detection::Detection,
    rule::{MAX_MATCH_BYTES, PairIndex, PairRule, PartSpec, RuleSet},
};

/// Takes the parts of the pair rule at `pair` that belong together out of the pool.
pub(super) fn join_rule(
    rules: &RuleSet,
    pair: PairIndex,
    pool: &mut [Option<Detection>],
    groups: &mut Vec<Group>,
) {
    let rule = rules.pair(pair);
    let of = |part: &str, pool: &[Option<Detection>]| -> Vec<usize> {
        (0..pool.len())
            .filter(|at| {
                pool[*at]
                    .as_ref()
                    .is_some_and(|d| rules.rule(d.rule).part.as_deref() == Some(part))
            })
            .collect()
    };
    let (ids, secrets) = (of(&rule.required.part, pool), of(&rule.secret.part, pool));
    if ids.is_empty() || secrets.is_empty() {
        return;
    }
    let edges = edges(rule, &ids, &secrets, pool);
    let mut made: Vec<(i32, Vec<Member>)> = Vec::new();
    for edge in assign::assign(&edges) {
        let mut parts = Vec::new();
        for (at, spec) in [(edge.id, &rule.required), (edge.secret, &rule.secret)] {
            parts.extend(pool[at].take().map(|detection| Member {
                name: spec.name.clone(),
                detection,
            }));
        }
        made.push((edge.points, parts));
    }
    for spec in rule.optional.iter() {
        add_optional(rule, spec, &of(&spec.part, pool), pool, &mut made);
    }
    groups.extend(
        made.into_iter()
            .map(|(points, parts)| Group::joined(rules, pair, parts, points)),
    );
}

/// Points for standing at the same place in a run of ids and a run of secrets that are equally long and neighbours.
const SAME_RANK: i32 = 12;

/// How many secrets are weighed for one id: those with the most points. Bounds the work where thousands of keys stand close together.
const MAX_EDGES: usize = 16;

/// Returns the pairs that are good enough.
fn edges(
    rule: &PairRule,
    ids: &[usize],
    secrets: &[usize],
    pool: &[Option<Detection>],
) -> Vec<Edge> {
    let mut all: Vec<(usize, bool)> = ids
        .iter()
        .map(|at| (*at, true))
        .chain(secrets.iter().map(|at| (*at, false)))
        .collect();
    all.sort_unstable();
    let runs = assign::runs(&all.iter().map(|(_, is_id)| *is_id).collect::<Vec<_>>());
    let mut out = Vec::new();
    let mut own = Vec::new();
    for (here, &(id, is_id)) in all.iter().enumerate() {
        if !is_id {
            continue;
        }
        let Some(id_part) = &pool[id] else { continue };
        // The pool is in the order of starts, so the search ends where the first part is out of reach.
        let before = (0..here).rev();
        let after = here + 1..all.len();
        let in_reach = |other: &usize| {
            pool[all[*other].0]
                .as_ref()
                .is_some_and(|d| d.secret_span.start.abs_diff(id_part.secret_span.start) <= REACH)
        };
        let near = before
            .take_while(in_reach)
            .chain(after.take_while(in_reach));
        for other in near {
            let (secret, other_is_id) = all[other];
            let (Some(secret_part), false) = (&pool[secret], other_is_id) else {
                continue;
            };
            let Some(mut points) = score::score(rule, id_part, secret_part) else {
                continue;
            };
            let (a, b) = (runs[here], runs[other]);
            if a.0 == b.0 && a.2 == b.2 && a.2 > 1 && a.1.abs_diff(b.1) == 1 {
                points += SAME_RANK;
            }
            if points >= score::ACCEPT {
                own.push(Edge { id, secret, points });
            }
        }
        own.sort_by_key(|edge: &Edge| (Reverse(edge.points), edge.secret));
        own.truncate(MAX_EDGES);
        out.append(&mut own);
    }
    out
}

/// How far apart two starts can be whose parts are near each other, in bytes.
const REACH: u64 = score::MAX_BYTES + MAX_MATCH_BYTES as u64;

/// Adds parts of `spec` to the pairs they fit best, one each.
fn add_optional(
    rule: &PairRule,
    spec: &PartSpec,
    candidates: &[usize],
    pool: &mut [Option<Detection>],
    made: &mut [(i32, Vec<Member>)],
) {
    let mut edges = Vec::new();
    for &at in candidates {
        let Some(extra) = &pool[at] else { continue };
        // Pairs are in the order of their ids.
        let start = |(_, parts): &(i32, Vec<Member>)| {
            parts.first().map_or(0, |m| m.detection.secret_span.start)
        };
        let from = made.partition_point(|pair| start(pair) + REACH < extra.secret_span.start);
        let to = made.partition_point(|pair| start(pair) <= extra.secret_span.end + REACH);
        for (group, (_, parts)) in made.iter().enumerate().take(to).skip(from) {
            let fit = parts
                .iter()
                .filter_map(|m| score::beside(rule, &m.detection, extra))
                .max();
            let temporary = parts.iter().any(|m| {
                m.detection
                    .facts
                    .contains(&("key_type", "temporary".to_owned()))
            });
            if let Some(fit) = fit {
                let points = fit + if temporary { 20 } else { 0 };
                if points >= score::ACCEPT {
                    edges.push(Edge {
                        id: group,
                        secret: at,
                        points,
                    });
                }
            }
        }
    }
    for edge in assign::assign(&edges) {
        made[edge.id]
            .1
            .extend(pool[edge.secret].take().map(|detection| Member {
                name: spec.name.clone(),
                detection,
            }));
    }
}
