//! What was tried, for programs. `docs/own-rules.md` describes the fields.

use std::borrow::Cow;

use bstr::{BStr, ByteSlice as _};
use serde_json::{Map, Value, json};

use super::{Trial, Tried, cost::Cost, groups::Group, hits::Hit};

/// The version of the format.
const SCHEMA: u32 = 1;

/// Adds the report to `out`, with `limit` hits and groups of each rule; 0 for all.
pub(super) fn write(trial: &Trial, limit: usize, out: &mut String) {
    let most = if limit == 0 { usize::MAX } else { limit };
    let (outcome, counts) = (&trial.outcome, trial.outcome.counts);
    let skipped: Vec<Value> = outcome
        .skipped
        .iter()
        .map(|skipped| {
            let mut object = path(skipped.path.as_bstr());
            object.insert("reason".into(), json!(skipped.reason));
            object.insert("incomplete".into(), json!(skipped.incomplete));
            Value::Object(object)
        })
        .collect();
    let rules: Vec<Value> = trial.rules.iter().map(|tried| one(tried, most)).collect();
    let report = json!({
        "schema": SCHEMA,
        "rules": rules,
        "summary": {
            "complete": outcome.is_complete(),
            "source": if trial.worktree { "worktree" } else { "history" },
            "hits": trial.rules.iter().map(|tried| tried.hits.len()).sum::<usize>(),
            "bytes": counts.bytes,
            "blobs": counts.blobs,
            "files": counts.files,
            "commits": counts.commits,
            "skipped": skipped,
            "elapsed_ms": outcome.elapsed_ms,
        },
    });
    out.push_str(&report.to_string());
    out.push('\n');
}

fn one(tried: &Tried, most: usize) -> Value {
    let counted = &tried.counted;
    let kept: Map<String, Value> = counted
        .kept
        .iter()
        .map(|(confidence, n)| (confidence.name().to_owned(), json!(n)))
        .collect();
    let judges: Map<String, Value> = counted
        .by_judge
        .iter()
        .map(|(judge, (all, alone))| ((*judge).to_owned(), json!({"values": all, "alone": alone})))
        .collect();
    json!({
        "rule": tried.rule.id,
        "name": tried.rule.name,
        "provider": tried.rule.provider,
        "verdict": tried.verdict().name(),
        "candidates": {
            "values": counted.candidates,
            "complete": !counted.is_cut,
            "kept": kept,
            "dropped": counted.dropped,
            "refuted": counted.refuted,
            "by_check": counted.by_check,
            "by_judge": judges,
            "lowered_by": counted.lowered,
        },
        "hit_count": tried.hits.len(),
        "noise_count": tried.noise_count(),
        "hits": tried.hits.iter().take(most).map(hit).collect::<Vec<_>>(),
        "groups": tried.groups.iter().take(most).map(|g| group(tried, g)).collect::<Vec<_>>(),
        "cost": tried.cost.as_ref().map(cost),
    })
}

fn hit(hit: &Hit) -> Value {
    let mut object = path(hit.path.as_bstr());
    let mut put = |name: &str, value: Value| object.insert(name.to_owned(), value);
    put("line", json!(hit.line));
    put("column", json!(hit.column));
    put("confidence", json!(hit.confidence));
    put("fingerprint", json!(hit.fingerprint));
    put("redacted", json!(hit.redacted));
    put("places", json!(hit.places));
    put("paths", json!(hit.paths));
    if let Some(commit) = &hit.commit {
        put("commit", json!(commit));
    }
    if let Some(key) = &hit.key {
        put("key", json!(key));
    }
    if let Some(secret) = &hit.secret {
        put("secret", json!(secret));
    }
    if !hit.decoded.is_empty() {
        put("decoded", json!(hit.decoded));
    }
    Value::Object(object)
}

fn group(tried: &Tried, group: &Group) -> Value {
    let mut object = json!({
        "by": group.by.name(),
        "what": group.what,
        "hits": group.hits.len(),
        "places": group.places,
    });
    if let Some(noise) = group.noise {
        object["noise"] = json!({
            "kind": noise.name(),
            "reason": noise.reason(),
            "advice": noise.advice(&tried.rule),
        });
    }
    object
}

fn cost(cost: &Cost) -> Value {
    json!({
        "verdict": cost.price().name(),
        "sample_bytes": cost.sample_bytes,
        "alone_mb_per_s": cost.alone_mb_per_s,
        "others_mb_per_s": cost.others_mb_per_s,
        "added_ms_per_mb": cost.added_ms_per_mb,
        "spread_ms_per_mb": cost.spread_ms_per_mb,
        "added_share": cost.added_share,
        "anchors_per_mb": cost.anchors_per_mb,
        "matches_per_mb": cost.matches_per_mb,
    })
}

/// Returns a path as reports have it: lossless, with the exact bytes in base64 where it is not UTF-8.
fn path(path: &BStr) -> Map<String, Value> {
    let mut object = Map::new();
    let text = path.to_str_lossy();
    if let Cow::Owned(_) = text {
        let bytes = data_encoding::BASE64.encode(path);
        object.insert("path_bytes".into(), json!(bytes));
    }
    object.insert("path".into(), json!(text));
    object
}
