//! The line a finding stands on, with every secret on it hidden.

use std::ops::Range;

use crate::{detection::Detection, finding::Excerpt, secret::redact};

/// How much of the line is shown on both sides of the secret, in bytes.
const AROUND: usize = 80;

/// Returns the line of `detection`, with the bytes of all `hidden` ranges of the blob replaced.
///
/// `hidden` is sorted by start; ranges may overlap.
pub(super) fn build(detection: &Detection, hidden: &[Range<u64>]) -> Excerpt {
    let line = detection.line.expose();
    let base = detection.line_offset;
    let secret = &detection.secret_span;
    // The first line of a secret of several lines.
    let line = &line[..memchr::memchr(b'\n', line).map_or(line.len(), |n| {
        if (n as u64) + base >= secret.start {
            n
        } else {
            line.len()
        }
    })];
    let line_end = base + line.len() as u64;
    let from = secret.start.saturating_sub(AROUND as u64).max(base);
    let to = (secret.end + AROUND as u64).min(line_end);
    let slice = |range: Range<u64>| {
        let at = |offset: u64| {
            usize::try_from(offset.clamp(base, line_end) - base).unwrap_or(line.len())
        };
        &line[at(range.start)..at(range.end)]
    };
    let mut text = String::new();
    let mut mark = 0..0;
    let mut at = from;
    for range in merged(hidden) {
        let covers = range.start <= secret.start && range.end >= secret.start;
        let (start, end) = (range.start.max(from), range.end.min(to.max(secret.start)));
        if range.end <= at || range.start >= to {
            continue;
        }
        text.push_str(&String::from_utf8_lossy(slice(at..start.max(at))));
        let begin = text.len();
        // A secret that is cut by the window or runs over several lines shows nothing of itself.
        let whole = range.start >= base && range.end <= line_end && range == (start..end);
        text.push_str(&if whole {
            redact(slice(range.clone()))
        } else {
            "*".repeat(16)
        });
        if covers {
            mark = begin..text.len();
        }
        at = end.max(at);
    }
    text.push_str(&String::from_utf8_lossy(slice(at..to.max(at))));
    Excerpt { text, mark }
}

/// Returns `ranges` with those that touch joined.
fn merged(ranges: &[Range<u64>]) -> Vec<Range<u64>> {
    let mut out: Vec<Range<u64>> = Vec::new();
    for range in ranges {
        match out.last_mut() {
            Some(last) if range.start < last.end => last.end = last.end.max(range.end),
            _ => out.push(range.clone()),
        }
    }
    out
}
